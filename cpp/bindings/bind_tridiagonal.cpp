// SPDX-License-Identifier: BSD-3-Clause
// Symmetric tridiagonal matrices: dtype switch, views, GIL, call. Checks are in the Python facade.
#include "bindings/bind_eigen.hpp"
#include "bindings/fastcall.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"

namespace mlmath::bindings {
namespace {

// (w (count,), z (n, count) or None) for the eigenvalues number from, ..., to - 1; None when vectors could not be found.
template <class T>
PyObject* eigh_tridiagonal_of(PyObject* diagonal, PyObject* off, bool vectors, npy_intp from, npy_intp to, PyObject* out,
                              const char* function) {
    Reference d(PyArray_FROMANY(diagonal, numpy_type<T>, 1, 1, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST));
    Reference e(PyArray_FROMANY(off, numpy_type<T>, 1, 1, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST));
    if (!d || !e) return nullptr;
    const npy_intp n = PyArray_DIM(d.array(), 0), count = to - from;
    if (from < 0 || to > n || from > to || PyArray_DIM(e.array(), 0) != std::max<npy_intp>(0, n - 1))
        return PyErr_Format(PyExc_ValueError, "_eigh_tridiagonal: sizes %zd, %zd and numbers %zd to %zd do not fit", n,
                            PyArray_DIM(e.array(), 0), from, to);
    BatchAxes single;
    Places places;
    if (!(vectors ? places.parse(function, out, {"w", "V"}) : places.parse(function, out, {"w"}))) return nullptr;
    Result w, z;
    if (!places.prepare(0, w, numpy_type<T>, single, {count}, {d.array(), e.array()}, true)) return nullptr;
    if (vectors && (!places.prepare(1, z, numpy_type<T>, single, {n, count}, {d.array(), e.array()}) || !places.apart()))
        return nullptr;
    const auto* const diagonal_data = static_cast<const T*>(PyArray_DATA(d.array()));
    const auto* const off_data = static_cast<const T*>(PyArray_DATA(e.array()));
    auto* const values = static_cast<T*>(PyArray_DATA(w.array()));
    const MatrixView<T> to_z = vectors ? matrix_view<T>(z.array()) : MatrixView<T>{nullptr, n, count, count, 1};
    bool found = true;
    {
        const FloatingPointWatch flags("eigh_tridiagonal");
        const GilRelease release(n * count > 500);  // 16 passes of 2 ns each
        found = eigh_tridiagonal<T>(n, diagonal_data, off_data, from, to, values, to_z, num_threads());
        fp_clear();
    }
    if (!found) Py_RETURN_NONE;
    Reference of_w(w.finish()), of_z = vectors && of_w ? Reference(z.finish()) : Reference::borrow(Py_None);
    return of_w && of_z ? PyTuple_Pack(2, of_w.get(), of_z.get()) : nullptr;
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
        static constexpr Parameters<7> parameters = {
            "_eigh_tridiagonal", {"d", "e", "vectors", "select_from", "select_to", "out", "function"}, 7, 7, 5};
        PyObject* slots[7];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const Py_ssize_t from = PyLong_AsSsize_t(slots[3]), to = PyLong_AsSsize_t(slots[4]);
        const char* const function = given(slots[6]) ? PyUnicode_AsUTF8(slots[6]) : "eigh_tridiagonal";
        if (PyErr_Occurred()) return nullptr;
        const bool vectors = slots[2] == Py_True;
        return both_single(slots[0], slots[1])
                   ? eigh_tridiagonal_of<float>(slots[0], slots[1], vectors, from, to, slots[5], function)
                   : eigh_tridiagonal_of<double>(slots[0], slots[1], vectors, from, to, slots[5], function);
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
