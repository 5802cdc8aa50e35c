// SPDX-License-Identifier: BSD-3-Clause
// central_moments: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Of elements x_i with weights w_i (1 without weights): W = sum w_i, m = sum w_i x_i / W in two parts whose sum it is,
/// m_p = sum w_i (x_i - m)^p.
struct CentralMoments {
    double weight, mean, mean_low, m2, m3, m4, smallest, largest;
};

// Columns a unit reduces at once. Constraint: four sums in 32 lanes each stay in L1 (32 KiB on small cores).
// Arithmetic: 4 x 32 x 24 x 8 = 24 KiB. Decision: 24, a multiple of every register's 8, 4 or 2 doubles.
constexpr int central_moments_column_block = 24;

// n, rows <= reduction_chunk; columns <= central_moments_column_block. Index of the arrays: 0 for order 2, 1 for order 4.
struct CentralMomentsKernels {
    void (*rows_f64[2])(const double* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, CentralMoments* out);
    void (*rows_f32[2])(const float* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, CentralMoments* out);
    void (*columns_f64[2])(const double* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                           CentralMoments* out);
    void (*columns_f32[2])(const float* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                           CentralMoments* out);
    // x and weights are followed by zeros up to a multiple of 32 elements.
    void (*weighted)(const double* x, const double* weights, std::ptrdiff_t n, CentralMoments* out);
};

}  // namespace mlmath
