// SPDX-License-Identifier: BSD-3-Clause
// Arguments that a Python facade has prepared, made sure of: plain arrays of one dtype and shape, or a TypeError by name.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/numpy_views.hpp"

namespace mlmath::bindings {

/// The array in `object` when it is plain, of `type`, of `ndim` axes, contiguous when asked for, and of the sizes given (-1: any).
/// Null with an exception set otherwise.
inline PyArrayObject* plain_argument(const char* function, const char* name, PyObject* object, int type, int ndim,
                                     bool contiguous = false, npy_intp rows = -1, npy_intp columns = -1) {
    auto* array = reinterpret_cast<PyArrayObject*>(object);
    if (object == nullptr || !plain_array_of(object, type) || PyArray_NDIM(array) != ndim ||
        (contiguous && !PyArray_IS_C_CONTIGUOUS(array))) {
        PyErr_Format(PyExc_TypeError, "%s: %s must be a plain%s %d-d array of the type its function asks for", function, name,
                     contiguous ? " contiguous" : "", ndim);
        return nullptr;
    }
    if ((rows >= 0 && PyArray_DIM(array, 0) != rows) || (ndim > 1 && columns >= 0 && PyArray_DIM(array, 1) != columns)) {
        PyErr_Format(PyExc_ValueError, "%s: %s has a shape that does not fit the other arguments", function, name);
        return nullptr;
    }
    return array;
}

/// float32 for a plain float32 array, float64 for everything else (which plain_argument then refuses when it is not).
inline int real_type_of(PyObject* object) {
    return object != nullptr && plain_array_of(object, NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
}

template <class T>
T* data_of(PyArrayObject* array) {
    return array == nullptr ? nullptr : static_cast<T*>(PyArray_DATA(array));
}

}  // namespace mlmath::bindings
