// SPDX-License-Identifier: BSD-3-Clause
// What the reductions' bindings share: `a, axis, dtype, out, keepdims` in NumPy's sense.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_call.hpp"
#include "bindings/numpy_views.hpp"
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath::bindings {

/// One native reduction, or the decision to leave the call to NumPy's own function.
class Reduction {
public:
    enum class Ready { yes, numpy, error };

    /// `numpy` for everything that the kernels do not cover or that NumPy must refuse: other dtypes, subclasses, sequences, empty
    /// arrays, bad axes, an `out` of another shape or dtype.
    Ready prepare(PyObject* a, PyObject* axis, PyObject* dtype, PyObject* out, PyObject* keepdims);

    npy_intp count() const { return count_; }  // elements per result
    bool worth_releasing() const { return PyArray_SIZE(a_.array()) > 20000; }

    /// call(T, Result): runs `kernel(view, axes, out pointer, out strides)` for the dtypes at hand.
    template <class Kernel>
    void run(Kernel&& kernel) {
        if (PyArray_TYPE(a_.array()) == NPY_DOUBLE)
            run_as<double, double>(kernel);
        else if (result_type_ == NPY_FLOAT)
            run_as<float, float>(kernel);
        else
            run_as<float, double>(kernel);
    }
    /// The finished result: a NumPy scalar, a new array, or `out`.
    PyObject* result();

private:
    template <class T, class Result, class Kernel>
    void run_as(Kernel& kernel) {
        kernel(ArrayView<const T>{static_cast<const T*>(PyArray_DATA(a_.array())), axes_, PyArray_DIMS(a_.array()), strides_},
               reduced_, static_cast<Result*>(target_ ? PyArray_DATA(target_.array()) : &scalar_), out_strides_);
    }
    bool choose_result_type(PyObject* dtype);
    bool choose_axes(PyObject* axis);

    Reference a_;       // the array as the kernels read it
    Reference out_;     // what the caller gave, when the result goes there
    Reference target_;  // where the kernels write; null: scalar_
    alignas(8) char scalar_[8];
    int axes_ = 0, result_type_ = NPY_DOUBLE;
    AxisSet reduced_ = 0;
    npy_intp count_ = 1;
    npy_intp strides_[max_axes], out_strides_[max_axes];
};

PyObject* sum_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* mean_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* var_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

}  // namespace mlmath::bindings
