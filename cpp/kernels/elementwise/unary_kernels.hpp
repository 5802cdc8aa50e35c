// SPDX-License-Identifier: BSD-3-Clause
// What drivers and per-level units of functions of one element agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// y[i*y_stride] = f(x[i*x_stride]), i < n. y is x itself (same stride) or does not overlap it.
template <class T>
using UnaryKernel = void (*)(const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t y_stride, std::ptrdiff_t n);

struct UnaryKernels {
    UnaryKernel<double> f64;
    UnaryKernel<float> f32;

    UnaryKernel<double> of(const double*) const { return f64; }
    UnaryKernel<float> of(const float*) const { return f32; }
};

}  // namespace mlmath
