// SPDX-License-Identifier: BSD-3-Clause
// secular: what the driver and the per-level units agree on.
#pragma once
#include "kernels/eigen/secular/secular.hpp"

namespace mlmath {

/// Roots (and weights) that are found together: a lane each. Constraint: the sums' order must not depend on the width of the
/// registers. Decision: 64 bytes of them on every level.
template <class T>
constexpr std::ptrdiff_t secular_group = 64 / static_cast<std::ptrdiff_t>(sizeof(T));

template <class T>
struct SecularKernel {
    /// Roots [first, first + secular_group), those before k; first is a multiple of secular_group. reach: how far behind the last
    /// pole the last root may be.
    void (*roots)(const SecularEquation<T>& equation, T reach, std::ptrdiff_t first, T* near, T* offset);
    /// Weights, likewise.
    void (*weights)(const SecularEquation<T>& equation, const T* near, const T* offset, std::ptrdiff_t first, T* weight);
    /// Vectors [from, to); u: nullptr, or where the left ones go.
    void (*vectors)(Poles poles, std::ptrdiff_t k, const T* d, const T* weight, const T* near, const T* offset, std::ptrdiff_t from,
                    std::ptrdiff_t to, T* v, std::ptrdiff_t v_stride, T* u, std::ptrdiff_t u_stride);
};

struct SecularKernels {
    SecularKernel<double> f64;
    SecularKernel<float> f32;

    const SecularKernel<double>& of(double) const { return f64; }
    const SecularKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
