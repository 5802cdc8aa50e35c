// SPDX-License-Identifier: BSD-3-Clause
// Which engine mm.matmul takes: of the call, else of the thread's context; and what is said about it afterwards.
#pragma once
#include <atomic>

#include "bindings/python.hpp"
#include "kernels/blas/gemm_crt/gemm_engine.hpp"

namespace mlmath::bindings {

struct EngineChoice {
    Engine engine = Engine::fma;
    int bits = 0;  // 0: the grade of the product's dtype, 53 or 24
};

/// How many threads are inside a context that asks for something else than the default. One load of an ordinary word tells most
/// calls that there is nothing to look up; a thread_local of a shared object is found by a function call.
extern std::atomic<int> engine_contexts;

/// This thread's.
EngineChoice context_engine();

/// Reads engine= and bits= (nullptr or None: `choice` keeps what it has). False with an exception set, which names `function`.
bool parse_engine(const char* function, PyObject* engine, PyObject* bits, EngineChoice& choice);

/// One product: what was asked for, and what became of it.
struct EngineCall {
    enum class Path { numpy, complex, real };

    EngineChoice choice;
    bool explain = false;
    Path path = Path::numpy;
    EngineReport report;

    template <class T>
    int bits() const {
        return choice.bits != 0 ? choice.bits : sizeof(T) == 8 ? 53 : 24;
    }
    int bits_used = 0;

    /// Takes the finished product (nullptr: passed on). Warns when the CRT was asked for and did not run; product, or a pair of it
    /// and the report.
    PyObject* finish(PyObject* product) const;
};

void bind_matmul_engine(py::module_& module);

}  // namespace mlmath::bindings
