// SPDX-License-Identifier: BSD-3-Clause
// What the ladders of matrix decompositions share: one matrix in, its type decides, the rung runs without flags.
#pragma once
#include "bindings/bind_rungs.hpp"
#include "bindings/stack_arguments.hpp"

namespace mlmath::bindings {

/// run(a) of the call's one argument.
template <const auto& name, class Run>
PyObject* with_matrix(PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names, Run&& run) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {name, {"a"}, 0, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return run(slots[0]);
    });
}

/// The object as a plain matrix of T, or an exception naming the rung.
template <class T>
Reference matrix_argument(const char* name, PyObject* object) {
    Reference a = as_plain(object, numpy_type<T>);
    if (!a || PyArray_NDIM(a.array()) == 2) return a;
    PyErr_Format(PyExc_ValueError, "%s: a must be a matrix, got %d dimensions", name, PyArray_NDIM(a.array()));
    return {};
}
/// The same, square.
template <class T>
Reference square_argument(const char* name, PyObject* object) {
    Reference a = matrix_argument<T>(name, object);
    if (!a) return a;
    const npy_intp rows = PyArray_DIM(a.array(), 0), columns = PyArray_DIM(a.array(), 1);
    if (rows == columns) return a;
    PyErr_Format(PyExc_ValueError, "%s: a must be square, got %zd x %zd", name, rows, columns);
    return {};
}

/// run() without the GIL when it is worth it. The production functions report no floating-point flags, as NumPy's linalg does not.
template <class Run>
auto without_flags(const char* name, double flops, Run&& run) {
    const FloatingPointWatch flags(name);
    const GilRelease release(flops > 20000);  // 20 us at 1 Gflop/s
    const auto status = run();
    fp_clear();
    return status;
}

}  // namespace mlmath::bindings
