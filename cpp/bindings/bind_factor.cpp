// SPDX-License-Identifier: BSD-3-Clause
// The factor family: dtype switch, views, GIL, call. Checks and NumPy's error classes are in the Python facade.
#include "bindings/bind_factor.hpp"

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/factor/least_squares/least_squares.hpp"

namespace mlmath::bindings {
namespace {

// (coefficients (n, q), residual norms (q,), rank, condition), or None when x or y has a NaN or an infinity.
template <class T>
PyObject* least_squares_of(PyObject* x_object, PyObject* y_object, double rcond) {
    Reference x = as_plain(x_object, numpy_type<T>), y = x ? as_plain(y_object, numpy_type<T>) : Reference();
    if (!x || !y) return nullptr;
    const MatrixView<const T> xv = matrix_view<const T>(x.array()), yv = matrix_view<const T>(y.array());
    npy_intp shape[2] = {xv.columns, yv.columns};
    Reference coefficients(PyArray_EMPTY(2, shape, numpy_type<T>, 0)), norms(PyArray_EMPTY(1, shape + 1, numpy_type<T>, 0));
    if (!coefficients || !norms) return nullptr;
    LeastSquaresOutcome outcome;
    {
        const FloatingPointWatch flags(
            "solve_least_squares");  // clears; NumPy's lstsq reports none, so neither is anything reported here
        // 2 m n^2 flops at 20 Gflop/s.
        const GilRelease release(xv.rows * xv.columns * (xv.columns + yv.columns) > 200000);
        outcome = least_squares<T>(xv, yv, rcond, static_cast<T*>(PyArray_DATA(coefficients.array())),
                                   static_cast<T*>(PyArray_DATA(norms.array())), num_threads());
        fp_clear();
    }
    if (!outcome.status) return Py_NewRef(Py_None);
    return Py_BuildValue("(NNnd)", coefficients.release(), norms.release(), static_cast<Py_ssize_t>(outcome.rank),
                         outcome.condition);
}

PyObject* least_squares_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"solve_least_squares", {"X", "y", "rcond"}, 3, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const double rcond = PyFloat_AsDouble(slots[2]);
        if (rcond == -1 && PyErr_Occurred()) return nullptr;
        const bool single = PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT;
        return single ? least_squares_of<float>(slots[0], slots[1], rcond) : least_squares_of<double>(slots[0], slots[1], rcond);
    });
}

}  // namespace

void bind_factor(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_cholesky", cholesky_fast),
        fast_method("_det", det_fast),
        fast_method("_inv", inv_fast),
        fast_method("_least_squares", least_squares_fast),
        fast_method("_lu", lu_fast),
        fast_method("_qr", qr_fast),
        fast_method("_slogdet", slogdet_fast),
        fast_method("_solve", solve_fast),
        fast_method("_solve_triangular", solve_triangular_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
