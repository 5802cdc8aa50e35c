// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

template <class T>
struct MergeKernel {
    /// Rows x and y of n elements: x <- c x - s y, y <- s x + c y.
    void (*rotate)(T* x, T* y, std::ptrdiff_t n, T c, T s);
    /// z(i, c) = row[c][i] for from <= i < to, c < n; rows of z contiguous.
    void (*columns)(const T* const* row, std::ptrdiff_t n, std::ptrdiff_t from, std::ptrdiff_t to, T* z, std::ptrdiff_t z_stride);
};

struct MergeKernels {
    MergeKernel<double> f64;
    MergeKernel<float> f32;

    const MergeKernel<double>& of(double) const { return f64; }
    const MergeKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
