// SPDX-License-Identifier: BSD-3-Clause
// least_squares and lstsq: dtype switch, views, GIL, call. Checks and NumPy's error classes are in the Python facade.
#include <algorithm>

#include "bindings/bind_factor.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/factor/least_squares/least_squares.hpp"
#include "kernels/factor/lstsq/lstsq.hpp"

namespace mlmath::bindings {
namespace {

// (coefficients (n, q), residual norms (q,), rank, condition, method), None when x or y has a NaN or an infinity, False when the
// method that was asked for cannot be used.
template <class T>
PyObject* least_squares_of(PyObject* x_object, PyObject* y_object, double rcond, LeastSquaresMethod method) {
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
        const GilRelease release(worth_releasing(2 * xv.rows, static_cast<double>(xv.columns * (xv.columns + yv.columns))));
        outcome = least_squares<T>(xv, yv, rcond, method, static_cast<T*>(PyArray_DATA(coefficients.array())),
                                   static_cast<T*>(PyArray_DATA(norms.array())), num_threads());
        fp_clear();
    }
    if (!outcome.status) return Py_NewRef(outcome.status.outcome == Outcome::not_finite ? Py_None : Py_False);
    return Py_BuildValue("(NNndi)", coefficients.release(), norms.release(), static_cast<Py_ssize_t>(outcome.rank),
                         outcome.condition, static_cast<int>(outcome.method));
}

// (x, residuals, rank, s, info), whole stacks of them; x has the axes of b.
template <class T>
PyObject* lstsq_of(PyArrayObject* a, PyArrayObject* b, double rcond) {
    const int core = PyArray_NDIM(b) == 1 ? 1 : 2;
    const MatrixView<const T> matrix = matrix_view<const T>(a), right = core_view<const T>(b, core);
    BatchAxes batch;
    if (!batch.set("lstsq", a, 2, b, core)) return nullptr;
    const npy_intp n = matrix.columns, q = right.columns;
    Reference x = core == 1 ? batch.fresh(numpy_type<T>, {n}) : batch.fresh(numpy_type<T>, {n, q});
    Reference residuals = batch.fresh(numpy_type<T>, {q}), rank = batch.fresh(NPY_INT64, {}),
              s = batch.fresh(numpy_type<T>, {std::min(matrix.rows, n)});
    if (!x || !residuals || !rank || !s) return nullptr;
    Infos infos(batch.count());
    BatchAxes joined = batch;
    joined.add(a, 2);
    joined.add(b, core);
    joined.add(x.array(), core);
    joined.join();
    {
        const FloatingPointWatch flags("lstsq");  // clears; NumPy's lstsq reports none, so neither is anything reported here
        const double size = static_cast<double>(matrix.rows) * static_cast<double>(n) * static_cast<double>(n + q);
        const GilRelease release(worth_releasing(joined.count(), 20 * size));
        lstsq<T>(joined.stack(matrix, 0), joined.stack(right, 1), rcond, joined.stack(core_view<T>(x.array(), core), 2),
                 static_cast<T*>(PyArray_DATA(residuals.array())), static_cast<std::int64_t*>(PyArray_DATA(rank.array())),
                 static_cast<T*>(PyArray_DATA(s.array())), infos.data(), num_threads());
        fp_clear();
    }
    Reference info(infos.array(batch.axes, batch.shape));
    return info ? PyTuple_Pack(5, x.get(), residuals.get(), rank.get(), s.get(), info.get()) : nullptr;
}

}  // namespace

PyObject* least_squares_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {"solve_least_squares", {"X", "y", "rcond", "method"}, 4, 4, 4};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const double rcond = PyFloat_AsDouble(slots[2]);
        if (rcond == -1 && PyErr_Occurred()) return nullptr;
        const long method = PyLong_AsLong(slots[3]);
        if (method == -1 && PyErr_Occurred()) return nullptr;
        const bool single = PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT;
        return with_real(single ? NPY_FLOAT : NPY_DOUBLE, [&](auto number) {
            return least_squares_of<decltype(number)>(slots[0], slots[1], rcond, static_cast<LeastSquaresMethod>(method));
        });
    });
}

PyObject* lstsq_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"lstsq", {"a", "b", "rcond"}, 3, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Operand a = as_operand(slots[0]);
        if (!a.array) return not_ours();
        Operand b = as_operand(slots[1]);
        if (!b.array) return not_ours();
        const double rcond = PyFloat_AsDouble(slots[2]);
        if (rcond == -1 && PyErr_Occurred()) return nullptr;
        if (!in_one_type(a, b)) return nullptr;
        return with_real(a.type, [&](auto number) { return lstsq_of<decltype(number)>(a.array.array(), b.array.array(), rcond); });
    });
}

}  // namespace mlmath::bindings
