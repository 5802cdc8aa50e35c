// SPDX-License-Identifier: BSD-3-Clause
// What the driver and the per-level units of elementwise functions agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// out[i*out_stride] = f(x[0][i*x_stride[0]], ...), i < n. out is x[k] itself with the same stride, or does not overlap it. Strides
/// in elements, 0 (one number for all) allowed for operands.
template <class T, int Operands>
struct ElementwiseRun {
    const T* x[Operands];
    std::ptrdiff_t x_stride[Operands];
    T* out;
    std::ptrdiff_t out_stride;
    std::ptrdiff_t n;
    bool streaming;  // non-temporal stores, where out_stride is 1; nothing of x is then written
};

template <class T, int Operands>
using ElementwiseKernel = void (*)(const ElementwiseRun<T, Operands>& run);

/// One function on one level. A family's table is a struct of these, by name.
template <int Operands>
struct ElementwiseKernels {
    ElementwiseKernel<double, Operands> f64;
    ElementwiseKernel<float, Operands> f32;

    ElementwiseKernel<double, Operands> of(const double*) const { return f64; }
    ElementwiseKernel<float, Operands> of(const float*) const { return f32; }
};
using UnaryKernels = ElementwiseKernels<1>;
using BinaryKernels = ElementwiseKernels<2>;

}  // namespace mlmath
