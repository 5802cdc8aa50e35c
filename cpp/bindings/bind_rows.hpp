// SPDX-License-Identifier: BSD-3-Clause
// What the bindings of softmax and its relatives share: an operand, the axes its rows run along, a result in the right dtype.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_call.hpp"
#include "bindings/numpy_views.hpp"
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath::bindings {

void bind_cross_entropy(py::module_& module);

/// The set of axes that None, an integer or a tuple of integers names in an array of `axes` of them. False with NumPy's error set.
bool axes_of(const char* function, PyObject* axis, int axes, AxisSet& set);

/// Strides in elements.
inline void element_strides(PyArrayObject* array, npy_intp* strides) {
    const npy_intp item = PyArray_ITEMSIZE(array);
    for (int a = 0; a < PyArray_NDIM(array); ++a) strides[a] = PyArray_STRIDE(array, a) / item;
}

/// Where results go: an `out` of the caller that a kernel can write itself, or an array of ours that is converted or copied at the
/// end.
class RowResult {
public:
    /// shape of the result (like the array `like`, when given, also in its memory order), the dtype a kernel computes in and the
    /// dtype of the result. `operand`: what is read meanwhile (null: nothing that may overlap).
    /// `beside`: `out` is written at the end in any case. False with an exception set.
    bool prepare(const char* function, PyObject* out, int axes, const npy_intp* shape, PyArrayObject* like, int computed,
                 int result, PyArrayObject* operand, bool beside = false);
    PyArrayObject* target() const { return target_.array(); }
    /// A new reference: out, an array, or a scalar for no axes.
    PyObject* finish();

private:
    Reference target_, out_;
    int result_ = NPY_DOUBLE;
};

}  // namespace mlmath::bindings
