// SPDX-License-Identifier: BSD-3-Clause
// What the reductions' bindings share: `a, axis, dtype, out, keepdims, where` in NumPy's sense.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_call.hpp"
#include "bindings/numpy_views.hpp"
#include "kernels/reduce/reduction_source.hpp"

namespace mlmath::bindings {

/// One native reduction, or the decision to leave the call to NumPy's own function. The steps return false for everything that the
/// kernels do not cover or that NumPy must refuse: other dtypes, subclasses, sequences, empty arrays, bad axes, an `out` of another
/// shape or dtype; a Python exception may be set then (memory), which the caller passes on.
class Reduction {
public:
    /// Booleans, integers of 8 to 64 bits, float16, float32, float64; exactly an ndarray, not empty.
    bool take_array(PyObject* a);
    /// None, an int or a tuple of ints.
    bool take_axis(PyObject* axis);
    /// Absent or True: everything. False or an array of bool that broadcasts to the array.
    bool take_where(PyObject* where);
    /// An array or number that broadcasts to the array, as doubles: subtracted from the elements, or multiplied with them.
    bool take_operand(PyObject* operand, Other other);
    /// Makes the input readable; part of take_result.
    bool take_input();
    ReductionInput input() const;
    /// Prepares the result's array of that NumPy type; `out` must have it.
    bool take_result(int type, PyObject* out, PyObject* keepdims);

    /// NumPy's type for the sum of such numbers: their own for floating ones, 64-bit integers otherwise, or the wanted dtype where
    /// the kernels have it. -1: NumPy's business.
    int sum_type(PyObject* dtype) const;
    /// The same for means and variances: double for integers.
    int mean_type(PyObject* dtype) const;

    int type() const { return PyArray_TYPE(a_.array()); }
    Element element() const { return element_; }
    bool floating() const { return is_floating(element_); }
    bool selects() const { return other_ == Other::select; }
    npy_intp count() const { return count_; }  // elements per result
    int axes() const { return axes_; }
    AxisSet reduced() const { return reduced_; }
    int result_type() const { return result_type_; }

    /// kernel(input, output), without the GIL when that is worth it.
    template <class Kernel>
    auto run(Kernel&& kernel) {
        const GilRelease release(PyArray_SIZE(a_.array()) > 20000);
        return kernel(input(), output());
    }
    /// The finished result: a NumPy scalar, a new array, or `out`.
    PyObject* result();

private:
    ReductionOutput output();
    bool broadcast(PyArrayObject* array);

    Reference a_;        // the array as the kernels read it
    Reference operand_;  // the second operand, as the kernels read it
    Reference out_;      // what the caller gave, when the result goes there
    Reference target_;   // where the kernels write; null: scalar_
    alignas(8) char scalar_[8];
    int axes_ = 0, result_type_ = NPY_DOUBLE;
    Element element_ = Element::f64;
    Other other_ = Other::none;
    AxisSet reduced_ = 0;
    npy_intp count_ = 1;
    npy_intp strides_[max_axes], out_strides_[max_axes], other_strides_[max_axes];
};

/// The Element of a NumPy type number; false where there is none.
bool element_of_type(int type, Element& element);

/// A Python float or int as double. False for anything else, and for integers beyond double.
bool plain_number(PyObject* object, double& value);

/// The end of every reduction: NumPy's own function where `ready` is false (or the pending exception); otherwise kernel(input,
/// output) -> bool, where false again means NumPy's function, which knows what to warn of. `ignored`: see FloatingPointWatch.
template <class Kernel>
PyObject* reduce_or_numpy(const char* name, Reduction& reduction, bool ready, unsigned ignored, PyObject* const* args,
                          Py_ssize_t nargs, PyObject* keyword_names, Kernel&& kernel) {
    if (ready) {
        const FloatingPointWatch watch("reduce", ignored);
        if (reduction.run(kernel)) return watch.report() ? reduction.result() : nullptr;
    } else if (PyErr_Occurred()) {
        return nullptr;
    }
    return call_numpy(name, args, nargs, keyword_names);
}

constexpr unsigned no_flags = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW;

void bind_sums(py::module_& module);        // sum, mean, prod, var, std and their nan-variants
void bind_extremes(py::module_& module);    // min, max, argmin, argmax, any, all, count_nonzero and nan-variants
void bind_cumulative(py::module_& module);  // cumsum, cumprod
void bind_norms(py::module_& module);       // what linalg.norm and average are made of

}  // namespace mlmath::bindings
