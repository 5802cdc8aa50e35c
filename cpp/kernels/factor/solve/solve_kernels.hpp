// SPDX-License-Identifier: BSD-3-Clause
// solve: what the drivers of solve and inv and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Right-hand sides up to which matrices of a stack go side by side with them. Constraint: the tile, n + k columns, should stay in
/// the second-level cache with room for what is read. Arithmetic: 32 x 64 x 64 bytes are 128 KiB. Decision: 32.
constexpr std::ptrdiff_t solve_lanes_columns = 32;

template <class T>
struct SolveKernel {
    /// `lanes` systems of order n <= lu_lanes with k right-hand sides. b = nullptr: the identity, k = n.
    /// tile: n (n + k) lanes elements, 64-byte aligned. info as the contract has it.
    void (*group)(std::ptrdiff_t n, std::ptrdiff_t k, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column,
                  const T* const* b, std::ptrdiff_t b_row, std::ptrdiff_t b_column, T* const* x, std::ptrdiff_t x_row,
                  std::ptrdiff_t x_column, T* tile, int* info);
    int lanes;
};

struct SolveKernels {
    SolveKernel<double> f64;
    SolveKernel<float> f32;

    const SolveKernel<double>& of(double) const { return f64; }
    const SolveKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
