// SPDX-License-Identifier: BSD-3-Clause
// What the statistics' bindings share. Their arguments come from the facade (python/mlmath_native/stats), which knows NumPy's
// rules.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/check.hpp"
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath::bindings {

/// An array as the kernels read it: plain, of one type; strides in elements.
struct Readable {
    Reference array;
    npy_intp strides[max_axes];

    Readable(PyObject* object, int type, const char* function) {
        array = as_plain(object, type);
        if (!array) throw py::error_already_set();
        if (PyArray_SIZE(array.array()) == 0) invalid_argument(function, "the array is empty");
        for (int a = 0; a < axes(); ++a) strides[a] = PyArray_STRIDE(array.array(), a) / PyArray_ITEMSIZE(array.array());
    }
    int axes() const { return PyArray_NDIM(array.array()); }
    npy_intp size() const { return PyArray_SIZE(array.array()); }
    bool worth_releasing() const { return size() > 20000; }
    const npy_intp* shape() const { return PyArray_DIMS(array.array()); }
    template <class T>
    const T* data() const {
        return static_cast<const T*>(PyArray_DATA(array.array()));
    }
    template <class T>
    ArrayView<const T> view() const {
        return {data<T>(), axes(), shape(), strides};
    }
};

inline int type_of(PyObject* object) {
    return PyArray_Check(object) ? PyArray_TYPE(reinterpret_cast<PyArrayObject*>(object)) : NPY_NOTYPE;
}
inline Reference new_array(int axes, const npy_intp* shape, int type, bool zeros = false) {
    Reference array(zeros ? PyArray_ZEROS(axes, shape, type, 0) : PyArray_SimpleNew(axes, shape, type));
    if (!array) throw py::error_already_set();
    return array;
}
template <class T>
T* data_of(const Reference& array) {
    return static_cast<T*>(PyArray_DATA(array.array()));
}
inline py::object object_of(Reference&& array) { return py::reinterpret_steal<py::object>(array.release()); }

/// C-order strides of the kept axes, 0 for the reduced ones; the number of kept items.
inline npy_intp kept_strides(const Readable& x, AxisSet reduced, npy_intp* out_strides) {
    npy_intp items = 1;
    for (int a = x.axes() - 1; a >= 0; --a) {
        const bool is_reduced = (reduced >> a & 1) != 0;
        out_strides[a] = is_reduced ? 0 : items;
        if (!is_reduced) items *= x.shape()[a];
    }
    return items;
}

void bind_order(py::module_& module);  // minmax, histogram, bincount, selection

}  // namespace mlmath::bindings
