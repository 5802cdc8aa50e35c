// SPDX-License-Identifier: BSD-3-Clause
// The rungs of cholesky, lu, qr and batched_solve: one or two arrays of one dtype in, fresh arrays out.
#include <algorithm>

#include "bindings/rung_matrices.hpp"
#include "kernels/factor/cholesky/cholesky_ladder.hpp"
#include "kernels/factor/lu/lu_ladder.hpp"
#include "kernels/factor/qr/qr_ladder.hpp"
#include "kernels/factor/solve/batched_solve_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
Reference fresh(npy_intp rows, npy_intp columns) {
    npy_intp shape[2] = {rows, columns};
    return Reference(PyArray_SimpleNew(2, shape, numpy_type<T>));
}

template <class T>
using CholeskyRung = std::ptrdiff_t (*)(MatrixView<const T>, MatrixView<T>);

template <class T>
PyObject* run_rung(const char* name, PyObject* object, CholeskyRung<T> rung) {
    Reference a = square_argument<T>(name, object);
    if (!a) return nullptr;
    const npy_intp n = PyArray_DIM(a.array(), 0);
    Reference l = fresh<T>(n, n);
    if (!l) return nullptr;
    const double order = static_cast<double>(n);
    const std::ptrdiff_t minor = without_flags(name, order * order * order / 3,
                                               [&] { return rung(matrix_view<const T>(a.array()), matrix_view<T>(l.array())); });
    if (minor == 0) return l.release();
    return linalg_error("%s: Matrix is not positive definite, leading minor of order %zd", name, minor);
}

template <class T>
using LuRung = std::ptrdiff_t (*)(MatrixView<T>, int*);

template <class T>
PyObject* run_rung(const char* name, PyObject* object, LuRung<T> rung) {
    Reference a = matrix_argument<T>(name, object);
    if (!a) return nullptr;
    const npy_intp m = PyArray_DIM(a.array(), 0), n = PyArray_DIM(a.array(), 1);
    npy_intp order = std::min(m, n);
    Reference lu = fresh<T>(m, n), pivots(PyArray_SimpleNew(1, &order, NPY_INT32));
    if (!lu || !pivots || PyArray_CopyInto(lu.array(), a.array()) != 0) return nullptr;
    const double flops = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(order);
    const std::ptrdiff_t zero = without_flags(
        name, flops, [&] { return rung(matrix_view<T>(lu.array()), static_cast<int*>(PyArray_DATA(pivots.array()))); });
    if (zero != 0 &&
        PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "%s: Diagonal number %zd is exactly zero. Singular matrix.", name, zero) < 0)
        return nullptr;
    return PyTuple_Pack(2, lu.get(), pivots.get());
}

template <class T>
using QrRung = void (*)(MatrixView<const T>, MatrixView<T>, MatrixView<T>);

template <class T>
PyObject* run_rung(const char* name, PyObject* object, QrRung<T> rung) {
    Reference a = matrix_argument<T>(name, object);
    if (!a) return nullptr;
    const npy_intp m = PyArray_DIM(a.array(), 0), n = PyArray_DIM(a.array(), 1), order = std::min(m, n);
    Reference q = fresh<T>(m, order), r = fresh<T>(order, n);
    if (!q || !r) return nullptr;
    without_flags(name, 4 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(order), [&] {
        rung(matrix_view<const T>(a.array()), matrix_view<T>(q.array()), matrix_view<T>(r.array()));
        return std::ptrdiff_t{0};
    });
    return PyTuple_Pack(2, q.get(), r.get());
}

template <class T>
using SolveRung = std::ptrdiff_t (*)(const Stack<const T>&, const Stack<const T>&, const Stack<T>&);

template <class T>
PyObject* run_rung(const char* name, PyObject* first, PyObject* second, SolveRung<T> rung) {
    Reference a = as_plain(first, numpy_type<T>);
    Reference b = a ? as_plain(second, numpy_type<T>) : Reference();
    if (!a || !b) return nullptr;
    const bool stacks = PyArray_NDIM(a.array()) == 3 && PyArray_NDIM(b.array()) == 3;
    const npy_intp *const shape = PyArray_DIMS(a.array()), *const right = PyArray_DIMS(b.array());
    if (!stacks || shape[1] != shape[2] || right[0] != shape[0] || right[1] != shape[1])
        return PyErr_Format(PyExc_ValueError, "%s: a must be matrices (count, n, n) and b their right-hand sides (count, n, k)",
                            name);
    Reference x(PyArray_SimpleNew(3, const_cast<npy_intp*>(right), numpy_type<T>));
    if (!x) return nullptr;
    BatchAxes batch;
    if (!batch.set(name, a.array(), 2)) return nullptr;
    for (PyArrayObject* array : {a.array(), b.array(), x.array()}) batch.add(array, 2);
    const auto order = static_cast<double>(shape[1]), columns = static_cast<double>(right[2]);
    const std::ptrdiff_t singular = without_flags(name, static_cast<double>(shape[0]) * order * order * (order + 2 * columns), [&] {
        return rung(batch.stack(matrix_view<const T>(a.array()), 0), batch.stack(matrix_view<const T>(b.array()), 1),
                    batch.stack(matrix_view<T>(x.array()), 2));
    });
    if (singular == 0) return x.release();
    return linalg_error("%s: Singular matrix, number %zd of the stack", name, singular - 1);
}

// float32 when all operands are, otherwise float64, as NumPy's promotion gives for real input.
template <const auto& name, auto f64, auto f32>
PyObject* rung_of_one(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return with_matrix<name>(args, nargs, keyword_names, [](PyObject* a) {
        return is_float32(a) ? run_rung<float>(name, a, f32) : run_rung<double>(name, a, f64);
    });
}
template <const auto& name, auto f64, auto f32>
PyObject* rung_of_two(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {name, {"a", "b"}, 0, 2, 2};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (is_float32(slots[0]) && is_float32(slots[1])) return run_rung<float>(name, slots[0], slots[1], f32);
        return run_rung<double>(name, slots[0], slots[1], f64);
    });
}

#define MLMATH_RUNG_NAME(name) constexpr char name##_name[] = #name
MLMATH_RUNG_NAME(cholesky_textbook);
MLMATH_RUNG_NAME(cholesky_outer_product);
MLMATH_RUNG_NAME(cholesky_blocked);
MLMATH_RUNG_NAME(cholesky_recursive);
MLMATH_RUNG_NAME(lu_textbook);
MLMATH_RUNG_NAME(lu_blocked);
MLMATH_RUNG_NAME(lu_recursive);
MLMATH_RUNG_NAME(qr_gram_schmidt);
MLMATH_RUNG_NAME(qr_modified_gram_schmidt);
MLMATH_RUNG_NAME(qr_householder);
MLMATH_RUNG_NAME(qr_blocked);
MLMATH_RUNG_NAME(batched_solve_one_at_a_time);
MLMATH_RUNG_NAME(batched_solve_interleaved);
MLMATH_RUNG_NAME(batched_solve_across_lanes);
#undef MLMATH_RUNG_NAME

}  // namespace

#define MLMATH_RUNG(of, name) fast_method(name##_name, of<name##_name, ladder::name<double>, ladder::name<float>>)

void bind_factor_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        MLMATH_RUNG(rung_of_one, cholesky_textbook),
        MLMATH_RUNG(rung_of_one, cholesky_outer_product),
        MLMATH_RUNG(rung_of_one, cholesky_blocked),
        MLMATH_RUNG(rung_of_one, cholesky_recursive),
        MLMATH_RUNG(rung_of_one, lu_textbook),
        MLMATH_RUNG(rung_of_one, lu_blocked),
        MLMATH_RUNG(rung_of_one, lu_recursive),
        MLMATH_RUNG(rung_of_one, qr_gram_schmidt),
        MLMATH_RUNG(rung_of_one, qr_modified_gram_schmidt),
        MLMATH_RUNG(rung_of_one, qr_householder),
        MLMATH_RUNG(rung_of_one, qr_blocked),
        MLMATH_RUNG(rung_of_two, batched_solve_one_at_a_time),
        MLMATH_RUNG(rung_of_two, batched_solve_interleaved),
        MLMATH_RUNG(rung_of_two, batched_solve_across_lanes),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}
#undef MLMATH_RUNG

}  // namespace mlmath::bindings
