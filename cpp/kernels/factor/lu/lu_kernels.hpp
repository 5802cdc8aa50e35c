// SPDX-License-Identifier: BSD-3-Clause
// lu: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Columns below which a panel is not divided. Constraint: what is divided becomes trsm and gemm; a product with few columns
/// spends its time on packing. Arithmetic: a panel's own rank-8 updates read and write it 64/8/2 = 4 times on average, from the
/// second-level cache for 500 rows. Decision: 64.
constexpr std::ptrdiff_t lu_block = 64;

/// Columns of a panel that are eliminated one by one, in a scratch copy by columns.
constexpr std::ptrdiff_t lu_strip = 8;

/// Order up to which matrices of a stack go side by side, a lane each. Constraint: lanes choose different pivots, so that every
/// row below the pivot is selected through, which costs as much as the elimination itself; alone, rows are moved as they are, but
/// every column waits for its pivot. Measured on Zen 4, 2000 matrices on two threads, microseconds for lu alone / side by side:
/// doubles of order 20 2412 / 849, 32 4364 / 4221; floats of order 32 4280 / 2171. Decision: 32, where the tile of doubles, 64 KiB,
/// still is in the second-level cache.
constexpr std::ptrdiff_t lu_lanes = 32;

template <class T>
struct LuKernel {
    /// m x n panel, n <= lu_block, rows of adjacent elements, in place. scratch: lu_strip * (m + 64) elements, 64-byte aligned.
    int (*panel)(std::ptrdiff_t m, std::ptrdiff_t n, T* a, std::ptrdiff_t stride, int* pivots, T* scratch);

    /// `lanes` square matrices of order n <= lu_lanes, factored in full. tile: n n lanes elements, 64-byte aligned. pivots: n for
    /// each.
    void (*group)(std::ptrdiff_t n, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* const* lu,
                  std::ptrdiff_t lu_row, T* tile, int* const* pivots, int* info);
    int lanes;

    bool (*finite)(const T* a, std::ptrdiff_t count);
    void (*swap)(T* x, T* y, std::ptrdiff_t count);
};

struct LuKernels {
    LuKernel<double> f64;
    LuKernel<float> f32;

    const LuKernel<double>& of(double) const { return f64; }
    const LuKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
