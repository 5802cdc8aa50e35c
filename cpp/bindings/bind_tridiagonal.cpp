// SPDX-License-Identifier: BSD-3-Clause
// Symmetric tridiagonal matrices: dtype switch, views, GIL, call. Checks are in the Python facade.
#include "bindings/bind_eigen.hpp"
#include "bindings/fastcall.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#if __has_include("kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp")
#include <vector>

#include "core/scaling.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"
#define MLMATH_TRIDIAGONAL_DC
#endif

namespace mlmath::bindings {
namespace {

#if defined(MLMATH_TRIDIAGONAL_DC)
// All eigenpairs by divide and conquer; those numbered from, ... to the results. False: did not converge.
template <class T>
bool by_division(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t from, std::ptrdiff_t count, T* w, T* z, int threads) {
    const T largest = std::max(largest_finite<T>({d, 1, n, 0, 1}), largest_finite<T>({e, 1, n - 1, 0, 1}));
    if (std::isnan(largest)) return false;
    const int exponent = exponent_to_one(largest);
    std::vector<T> scaled_d(static_cast<std::size_t>(n)), scaled_e(static_cast<std::size_t>(n));
    copy_scaled<T>({d, 1, n, 0, 1}, exponent, scaled_d.data(), n);
    copy_scaled<T>({e, 1, n - 1, 0, 1}, exponent, scaled_e.data(), n);
    Workspace workspace(count == n ? 0 : static_cast<std::size_t>(n * n) * sizeof(T));
    T* const all = count == n ? z : workspace.take<T>(static_cast<std::size_t>(n * n));
    if (!tridiagonal_dc<T>(n, scaled_d.data(), scaled_e.data(), {all, n, n, n, 1}, threads)) return false;
    for (std::ptrdiff_t k = 0; k < count; ++k) w[k] = std::ldexp(scaled_d[from + k], -exponent);
    if (all != z)
        for (std::ptrdiff_t i = 0; i < n; ++i) std::copy_n(all + i * n + from, count, z + i * count);
    return true;
}
#endif

// In every vector the component of largest magnitude is positive (the first of them), as eigh has it.
template <class T>
void choose_signs(std::ptrdiff_t n, std::ptrdiff_t count, T* z) {
    for (std::ptrdiff_t k = 0; k < count; ++k) {
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i)
            if (std::abs(z[i * count + k]) > std::abs(largest)) largest = z[i * count + k];
        if (largest < 0)
            for (std::ptrdiff_t i = 0; i < n; ++i) z[i * count + k] = -z[i * count + k];
    }
}

// (w (count,), z (n, count) or None) for the eigenvalues number from, ..., to - 1; z is None too when it could not be found.
template <class T>
PyObject* eigh_tridiagonal_of(PyObject* diagonal, PyObject* off, bool vectors, npy_intp from, npy_intp to) {
    Reference d(PyArray_FROMANY(diagonal, numpy_type<T>, 1, 1, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST));
    Reference e(PyArray_FROMANY(off, numpy_type<T>, 1, 1, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST));
    if (!d || !e) return nullptr;
    const npy_intp n = PyArray_DIM(d.array(), 0);
    npy_intp count = to - from, shape[2] = {n, count};
    if (from < 0 || to > n || from > to || PyArray_DIM(e.array(), 0) != std::max<npy_intp>(0, n - 1))
        return PyErr_Format(PyExc_ValueError, "_eigh_tridiagonal: sizes %zd, %zd and numbers %zd to %zd do not fit", n,
                            PyArray_DIM(e.array(), 0), from, to);
    Reference w(PyArray_SimpleNew(1, &count, numpy_type<T>)), z(vectors ? PyArray_SimpleNew(2, shape, numpy_type<T>) : nullptr);
    if (!w || (vectors && !z)) return nullptr;
    const auto* const diagonal_data = static_cast<const T*>(PyArray_DATA(d.array()));
    const auto* const off_data = static_cast<const T*>(PyArray_DATA(e.array()));
    auto *const values = static_cast<T*>(PyArray_DATA(w.array())), *const to_z =
                                                                       vectors ? static_cast<T*>(PyArray_DATA(z.array())) : nullptr;
    bool found = true;
    {
        const FloatingPointWatch flags("eigh_tridiagonal");
        const GilRelease release(n * count > 500);  // 16 passes of 2 ns each
        const int threads = num_threads();
        const auto some = [&] {
            tridiagonal_bisection<T>(n, diagonal_data, off_data, from, to, values, threads);
            return !vectors ||
                   tridiagonal_vectors<T>(n, diagonal_data, off_data, count, values, {to_z, n, count, count, 1}, threads);
        };
#if defined(MLMATH_TRIDIAGONAL_DC)
        // Inverse iteration takes 4 n c^2 for c neighbours, divide and conquer up to 8 n^3 / 3 in faster products.
        found = vectors && 4 * count > n && by_division<T>(n, diagonal_data, off_data, from, count, values, to_z, threads);
        found = found || some();
        if (!found) found = by_division<T>(n, diagonal_data, off_data, from, count, values, to_z, threads);
#else
        found = some();
#endif
        if (found && vectors) choose_signs(n, count, to_z);
        fp_clear();
    }
    PyObject* const of_z = found && vectors ? z.release() : Py_NewRef(Py_None);
    return Py_BuildValue("(NN)", w.release(), of_z);
}

template <class T>
PyObject* count_of(PyObject* diagonal, PyObject* off, double x) {
    Reference d(PyArray_FROMANY(diagonal, numpy_type<T>, 1, 1, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST));
    Reference e(PyArray_FROMANY(off, numpy_type<T>, 1, 1, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST));
    if (!d || !e) return nullptr;
    const npy_intp n = PyArray_DIM(d.array(), 0);
    if (PyArray_DIM(e.array(), 0) != std::max<npy_intp>(0, n - 1))
        return PyErr_Format(PyExc_ValueError, "_tridiagonal_count: sizes %zd and %zd do not fit", n, PyArray_DIM(e.array(), 0));
    const FloatingPointWatch flags("eigh_tridiagonal");
    const std::ptrdiff_t count = tridiagonal_count<T>(n, static_cast<const T*>(PyArray_DATA(d.array())),
                                                      static_cast<const T*>(PyArray_DATA(e.array())), static_cast<T>(x));
    fp_clear();
    return PyLong_FromSsize_t(count);
}

bool both_single(PyObject* d, PyObject* e) {
    const auto single = [](PyObject* a) {
        return PyArray_Check(a) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(a)) == NPY_FLOAT;
    };
    return single(d) && single(e);
}

}  // namespace

PyObject* eigh_tridiagonal_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {
            "_eigh_tridiagonal", {"d", "e", "vectors", "select_from", "select_to"}, 5, 5, 5};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const Py_ssize_t from = PyLong_AsSsize_t(slots[3]), to = PyLong_AsSsize_t(slots[4]);
        if (PyErr_Occurred()) return nullptr;
        const bool vectors = slots[2] == Py_True;
        return both_single(slots[0], slots[1]) ? eigh_tridiagonal_of<float>(slots[0], slots[1], vectors, from, to)
                                               : eigh_tridiagonal_of<double>(slots[0], slots[1], vectors, from, to);
    });
}

PyObject* tridiagonal_count_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"_tridiagonal_count", {"d", "e", "x"}, 3, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const double x = PyFloat_AsDouble(slots[2]);
        if (PyErr_Occurred()) return nullptr;
        return both_single(slots[0], slots[1]) ? count_of<float>(slots[0], slots[1], x) : count_of<double>(slots[0], slots[1], x);
    });
}

}  // namespace mlmath::bindings
