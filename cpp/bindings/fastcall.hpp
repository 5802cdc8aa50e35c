// SPDX-License-Identifier: BSD-3-Clause
// Arguments of METH_FASTCALL | METH_KEYWORDS functions: positions and keywords into an array of slots, errors as CPython words them.
//
// Why not pybind11 here: a keyword costs it about 150 ns and an array argument 250, more than a 2x2 product altogether.
#pragma once
#include <cstring>

#include "bindings/python.hpp"

namespace mlmath::bindings {

using FastFunction = PyObject* (*)(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

/// The parameters of one function, in order: `positional_only` ones, then positional-or-keyword up to `positional`, then keyword-only.
template <int Count>
struct Parameters {
    const char* function;
    const char* names[Count];
    int positional_only;
    int positional;
    int required;  // the first `required` ones must be given

    /// Fills slots[i] with borrowed references, nullptr where the argument was not given. False with an exception set on misuse.
    bool parse(PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names, PyObject* (&slots)[Count]) const {
        for (auto& slot : slots) slot = nullptr;
        if (nargs > positional) {
            PyErr_Format(PyExc_TypeError, "%s() takes at most %d positional arguments (%zd given)", function, positional, nargs);
            return false;
        }
        for (Py_ssize_t i = 0; i < nargs; ++i) slots[i] = args[i];
        const Py_ssize_t keywords = keyword_names == nullptr ? 0 : PyTuple_GET_SIZE(keyword_names);
        for (Py_ssize_t k = 0; k < keywords; ++k) {
            PyObject* key = PyTuple_GET_ITEM(keyword_names, k);
            int at = positional_only;
            while (at < Count && PyUnicode_CompareWithASCIIString(key, names[at]) != 0) ++at;
            if (at == Count) {
                PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function, key);
                return false;
            }
            if (slots[at] != nullptr) {
                PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", function, key);
                return false;
            }
            slots[at] = args[nargs + k];
        }
        for (int i = 0; i < required; ++i)
            if (slots[i] == nullptr) {
                PyErr_Format(PyExc_TypeError, "%s() missing required argument '%s' (pos %d)", function, names[i], i + 1);
                return false;
            }
        return true;
    }
};

inline bool given(PyObject* slot) { return slot != nullptr && slot != Py_None; }

/// Runs body() and turns C++ exceptions into Python ones: std::invalid_argument -> ValueError, bad_alloc -> MemoryError, Interrupted ->
/// whatever the signal handler raised. Body returns a new reference, or nullptr with an exception set.
template <class Body>
PyObject* guarded(Body&& body) noexcept;

/// One row of a module's method table.
inline PyMethodDef fast_method(const char* name, FastFunction function) {
    return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)), METH_FASTCALL | METH_KEYWORDS, nullptr};
}

}  // namespace mlmath::bindings

#include "bindings/fastcall_guard.hpp"
