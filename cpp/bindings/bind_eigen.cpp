// SPDX-License-Identifier: BSD-3-Clause
// The eigen family: dtype switch, views, GIL, call. Checks and NumPy's error classes are in the Python facade.
#include "bindings/bind_eigen.hpp"

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"

namespace mlmath::bindings {
namespace {

// (w, v or None, index of the first matrix that did not converge or -1, most sweeps taken) for a square stack of float or double
// matrices.
template <class T>
PyObject* eigh_of(PyObject* object, bool lower, bool vectors) {
    Reference a = as_plain(object, numpy_type<T>);
    // A stack is read with one stride from matrix to matrix.
    if (a && PyArray_NDIM(a.array()) > 2)
        a = Reference(PyArray_FromArray(a.array(), nullptr, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_ENSUREARRAY));
    if (!a) return nullptr;
    const int nd = PyArray_NDIM(a.array());
    const MatrixView<const T> first = matrix_view<const T>(a.array());
    const npy_intp n = first.columns;
    Reference w(PyArray_EMPTY(nd - 1, PyArray_DIMS(a.array()), numpy_type<T>, 0));
    Reference v = vectors ? Reference(PyArray_EMPTY(nd, PyArray_DIMS(a.array()), numpy_type<T>, 0)) : Reference::borrow(Py_None);
    if (!w || !v) return nullptr;
    npy_intp count = 1;
    for (int axis = 0; axis < nd - 2; ++axis) count *= PyArray_DIM(a.array(), axis);
    Status status;
    {
        const FloatingPointWatch flags("eigh");  // clears; NumPy's eigh reports none, so neither is anything reported here
        // n = 12 takes about 20 us.
        const GilRelease release(count * n * n * n > 2000);
        status = jacobi_eigh<T>(count, first, n * n, lower, static_cast<T*>(PyArray_DATA(w.array())),
                         vectors ? static_cast<T*>(PyArray_DATA(v.array())) : nullptr, num_threads());
        fp_clear();
    }
    const Py_ssize_t failed = status ? -1 : static_cast<Py_ssize_t>(status.index);
    return Py_BuildValue("(NNnn)", w.release(), v.release(), failed, static_cast<Py_ssize_t>(status.iterations));
}

PyObject* eigh_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"eigh", {"a", "lower", "vectors"}, 3, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const bool lower = slots[1] == Py_True, vectors = slots[2] == Py_True;
        const bool single = PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT;
        return single ? eigh_of<float>(slots[0], lower, vectors) : eigh_of<double>(slots[0], lower, vectors);
    });
}

}  // namespace

void bind_eigen(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_eigh", eigh_fast),
        fast_method("_eigh_tridiagonal", eigh_tridiagonal_fast),
        fast_method("_power_iteration", power_iteration_fast),
        fast_method("_svd", svd_fast),
        fast_method("_tridiagonal_count", tridiagonal_count_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
