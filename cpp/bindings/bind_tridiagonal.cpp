// SPDX-License-Identifier: BSD-3-Clause
// Symmetric tridiagonal matrices: dtype switch, views, GIL, call. Checks are in the Python facade.
#include "bindings/bind_eigen.hpp"
#include "bindings/fastcall.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"

namespace mlmath::bindings {
namespace {

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
        found = eigh_tridiagonal<T>(n, diagonal_data, off_data, from, to, values, {to_z, n, count, count, 1}, num_threads());
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
    const auto *const diagonal_data = static_cast<const T*>(PyArray_DATA(d.array())), *const off_data = static_cast<const T*>(
                                                                                          PyArray_DATA(e.array()));
    std::ptrdiff_t count = 0;
    {
        const FloatingPointWatch flags("eigh_tridiagonal");
        const GilRelease release(n > 2000);  // 10 ns each
        count = tridiagonal_count<T>(n, diagonal_data, off_data, static_cast<T>(x));
        fp_clear();
    }
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
