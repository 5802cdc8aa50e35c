// SPDX-License-Identifier: BSD-3-Clause
// gram: dtype switch, views, GIL, call. Checks are in the Python facade.
#include "kernels/blas/gram/gram.hpp"

#include "bindings/bind_blas.hpp"
#include "core/thread_pool.hpp"

namespace mlmath::bindings {
namespace {

// (X^T W X, X^T W y or None) of plain arrays of one dtype.
template <class T>
PyObject* gram_of(PyArrayObject* x, PyArrayObject* weights, PyArrayObject* y) {
    const MatrixView<const T> columns = matrix_view<const T>(x);
    const MatrixView<const T> right = y == nullptr ? MatrixView<const T>{nullptr, columns.rows, 0, 0, 1} : matrix_view<const T>(y);
    const VectorView<const T> w = weights == nullptr ? VectorView<const T>{} : vector_view<const T>(weights);
    npy_intp shape[2] = {columns.columns, columns.columns}, right_shape[2] = {columns.columns, right.columns};
    Reference c(PyArray_SimpleNew(2, shape, numpy_type<T>)), d(PyArray_SimpleNew(2, right_shape, numpy_type<T>));
    if (!c || !d) return nullptr;
    const FloatingPointWatch watch("gram");
    {
        const GilRelease release(columns.rows * columns.columns * (columns.columns + right.columns) > 1 << 20);
        gram<T>(columns, weights == nullptr ? nullptr : &w, right, static_cast<T*>(PyArray_DATA(c.array())),
                static_cast<T*>(PyArray_DATA(d.array())), num_threads());
    }
    if (!watch.report()) return nullptr;
    return Py_BuildValue("(NN)", c.release(), d.release());
}

}  // namespace

PyObject* gram_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"_gram", {"X", "weights", "y"}, 3, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const int type = PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT ? NPY_FLOAT : NPY_DOUBLE;
        Reference plain[3];
        PyArrayObject* arrays[3] = {};
        for (int i = 0; i < 3; ++i) {
            if (i > 0 && !given(slots[i])) continue;
            if (!(plain[i] = as_plain(slots[i], type, true))) return nullptr;
            arrays[i] = plain[i].array();
        }
        return type == NPY_DOUBLE ? gram_of<double>(arrays[0], arrays[1], arrays[2])
                                  : gram_of<float>(arrays[0], arrays[1], arrays[2]);
    });
}

}  // namespace mlmath::bindings
