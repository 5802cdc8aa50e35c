// SPDX-License-Identifier: BSD-3-Clause
// The arguments of an elementwise call: which dtype it computes in, the common shape, where the result goes.
#pragma once
#include "bindings/bind_elementwise.hpp"
#include "bindings/numpy_views.hpp"
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath::bindings {

constexpr int most_operands = 2;

/// One call, from the Python arguments to arrays the driver can take, and back to a result.
class ElementwiseArguments {
public:
    enum class Ready { yes, peer, error };  // peer: a case that is the peer's own function, or its error

    explicit ElementwiseArguments(const ElementwiseEntry& entry) : entry_(entry) {}
    Ready prepare(PyObject* const* slots);

    npy_intp total() const { return total_; }
    /// NPY_FLOAT or NPY_DOUBLE: what the kernel computes in. (float16 is computed in float32.)
    int kernel_type() const { return loop_ == NPY_DOUBLE ? NPY_DOUBLE : NPY_FLOAT; }
    /// Runs the kernel on the prepared arrays.
    void run() const;
    /// After run(): a scalar, a new array, or `out`; nullptr with an exception set.
    PyObject* result();

private:
    bool take_operand(int o, PyObject* x);
    bool choose_loop(PyObject* dtype, PyObject* signature);
    bool forced_loop(PyObject* dtype, PyObject* signature, bool& forced);
    bool take_out(PyObject* out);
    bool take_where(PyObject* where);
    bool choose_shape();
    bool allocate(NPY_ORDER order);
    bool convert_operands();
    void broadcast_strides(PyArrayObject* a, npy_intp item, npy_intp* strides) const;
    bool same_places(int o) const;
    template <class T, int Operands>
    void run_as(void (*kernel)(const ElementwiseRun<T, Operands>&)) const;

    const ElementwiseEntry& entry_;
    Reference x_[most_operands];                                          // as given, then as the kernel reads them
    bool weak_int_[most_operands] = {}, weak_float_[most_operands] = {};  // Python's own numbers: they follow the other operand
    bool own_copy_[most_operands] = {};                                   // made here: may be overwritten
    int loop_ = -1;                                                       // NPY_HALF, NPY_FLOAT, NPY_DOUBLE
    NPY_CASTING casting_ = NPY_SAME_KIND_CASTING;
    Reference out_;     // what the caller gave
    Reference target_;  // where the kernel writes
    Reference where_;
    bool out_is_target_ = false;
    int axes_ = 0;
    npy_intp total_ = 1;
    npy_intp shape_[max_axes], strides_[most_operands][max_axes], out_strides_[max_axes], where_strides_[max_axes];
};

/// Rounds floats to float16, to nearest even, raising overflow and underflow as an operation would.
void round_to_half(const float* from, npy_half* to, npy_intp n);

}  // namespace mlmath::bindings
