// SPDX-License-Identifier: BSD-3-Clause
// fma_peak: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// At most this many lanes per unit: 24 registers of 64 bytes of floats.
constexpr std::ptrdiff_t fma_peak_lanes_max = 24 * 16;

template <class T>
struct FmaPeakKernel {
    /// Does `rounds` steps of s <- s + u*v in every lane, all starting from s, and stores the lanes.
    void (*run)(T u, T v, T s, std::ptrdiff_t rounds, T* lanes);
    std::ptrdiff_t lanes;  // 2 * lanes * rounds flops per run
};

struct FmaPeakKernels {
    FmaPeakKernel<double> f64;
    FmaPeakKernel<float> f32;
    bool fused;
};

}  // namespace mlmath
