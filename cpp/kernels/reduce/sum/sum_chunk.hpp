// SPDX-License-Identifier: BSD-3-Clause
// sum: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// Columns a unit sums at once. Constraint: their 32 lanes stay in L1. Arithmetic: 32 x 64 x 8 = 16 KiB. Decision: 64.
constexpr int sum_column_block = 64;

// n, rows <= reduction_chunk; columns <= sum_column_block. Floats are added as doubles.
struct SumKernels {
    // sums[r] = the sum of the n consecutive elements at x + r*row_stride
    void (*rows_f64)(const double* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* sums);
    void (*rows_f32)(const float* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* sums);
    // sums[c] = the sum over r of x[offsets[r] + c]
    void (*columns_f64)(const double* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, double* sums);
    void (*columns_f32)(const float* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, double* sums);
};

}  // namespace mlmath
