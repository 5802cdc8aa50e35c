// SPDX-License-Identifier: BSD-3-Clause
// The engine of mm.matmul: names, the context of a thread, the report.
#include "bindings/bind_matmul_engine.hpp"

#include <utility>

#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"

namespace mlmath::bindings {

std::atomic<int> engine_contexts{0};

namespace {

thread_local EngineChoice thread_choice;

bool is_default(const EngineChoice& choice) { return choice.engine == Engine::fma && choice.bits == 0; }

constexpr std::pair<const char*, Engine> engine_names[] = {{"auto", Engine::automatic}, {"fma", Engine::fma}, {"crt", Engine::crt}};

const char* name_of(Engine engine) {
    for (const auto& [name, value] : engine_names)
        if (value == engine) return name;
    return "";
}

// As _engine.py knows them.
const char* name_of(EngineReason reason) {
    switch (reason) {
        case EngineReason::asked:
            return "asked";
        case EngineReason::no_unit:
            return "no_unit";
        case EngineReason::small:
            return "small";
        case EngineReason::bits:
            return "bits";
        case EngineReason::not_finite:
            return "not_finite";
        case EngineReason::out_of_range:
            return "out_of_range";
        case EngineReason::too_deep:
            return "too_deep";
        case EngineReason::uneven:
            return "uneven";
    }
    return "";
}

bool parse_engine_name(const char* function, PyObject* object, Engine& engine) {
    if (PyUnicode_Check(object))
        for (const auto& [name, value] : engine_names)
            if (PyUnicode_CompareWithASCIIString(object, name) == 0) {
                engine = value;
                return true;
            }
    PyErr_Format(PyExc_ValueError, "%s: engine must be 'auto', 'fma' or 'crt'; got %R", function, object);
    return false;
}

bool parse_bits(const char* function, PyObject* object, int& bits) {
    Reference number(PyNumber_Index(object));
    if (!number) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "%s: bits must be an integer or None; got %R", function, object);
        return false;
    }
    int overflow = 0;
    const long value = PyLong_AsLongAndOverflow(number.get(), &overflow);
    if (overflow != 0 || value < crt_least_bits || value > crt_most_bits) {
        PyErr_Format(PyExc_ValueError, "%s: bits must be from %d to %d; got %R", function, crt_least_bits, crt_most_bits, object);
        return false;
    }
    bits = static_cast<int>(value);
    return true;
}

py::tuple parse_context(const py::object& engine, const py::object& bits) {
    EngineChoice choice;
    if (!parse_engine_name("matmul_engine", engine.ptr(), choice.engine)) throw py::error_already_set();
    if (!bits.is_none() && !parse_bits("matmul_engine", bits.ptr(), choice.bits)) throw py::error_already_set();
    return py::make_tuple(static_cast<int>(choice.engine), choice.bits);
}

py::tuple swap_context(int engine, int bits) {
    const EngineChoice before = thread_choice;
    thread_choice = {static_cast<Engine>(engine), bits};
    engine_contexts.fetch_add(static_cast<int>(is_default(before)) - static_cast<int>(is_default(thread_choice)),
                              std::memory_order_relaxed);
    return py::make_tuple(static_cast<int>(before.engine), before.bits);
}

}  // namespace

EngineChoice context_engine() { return thread_choice; }

bool parse_engine(const char* function, PyObject* engine, PyObject* bits, EngineChoice& choice) {
    if (engine != nullptr && engine != Py_None && !parse_engine_name(function, engine, choice.engine)) return false;
    return bits == nullptr || bits == Py_None || parse_bits(function, bits, choice.bits);
}

PyObject* EngineCall::finish(PyObject* product) const {
    if (product == nullptr) return nullptr;
    // Of a batch without items nothing ran, and nothing was refused.
    const bool refused = choice.engine == Engine::crt && !(path == Path::real && (report.ran == Engine::crt || report.items == 0));
    if (!explain && !refused) return product;
    Reference result(product);
    Reference face(PyImport_ImportModule("mlmath_native.linalg._engine"));
    if (!face) return nullptr;
    const char *ran = path == Path::numpy ? "numpy" : name_of(report.ran), *reason = path == Path::numpy ? "numpy"
                                                                                     : path == Path::complex
                                                                                         ? "complex"
                                                                                         : name_of(report.reason);
    const Py_ssize_t items = path == Path::numpy ? 0 : report.items;
    Reference said(PyObject_CallMethod(face.get(), "report", "ssssiinnO", name_of(choice.engine), ran, reason,
                                       int8_unit_name(report.unit), report.moduli, bits_used, items,
                                       static_cast<Py_ssize_t>(report.crt_items), refused ? Py_True : Py_False));
    if (!said) return nullptr;
    return explain ? PyTuple_Pack(2, result.get(), said.get()) : result.release();
}

void bind_matmul_engine(py::module_& module) {
    module.def("_parse_matmul_engine", parse_context, py::arg("engine"), py::arg("bits"));
    module.def("_swap_matmul_engine", swap_context, py::arg("engine"), py::arg("bits"));
}

}  // namespace mlmath::bindings
