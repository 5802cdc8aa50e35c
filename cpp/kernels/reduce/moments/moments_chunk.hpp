// SPDX-License-Identifier: BSD-3-Clause
// moments: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// Columns a unit reduces at once. Constraint: two sums in 32 lanes each stay in L1, and a chunk of 1024 rows in L2, where it is
// read again. Arithmetic: 2 x 32 x 32 x 8 = 16 KiB; 1024 x 32 x 8 = 256 KiB. Decision: 32.
constexpr int moments_column_block = 32;

// Count, mean (in two parts: their sum is the mean to about twice a double's precision) and the sum of squared deviations.
struct Moments {
    double count, mean, mean_low, squares;
};

// n, rows <= reduction_chunk; columns <= moments_column_block.
template <class T>
struct MomentsKernelsOf {
    void (*rows)(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* moments);
    void (*columns)(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, Moments* moments);
    // the same, row r at x + r*columns
    void (*dense_columns)(const T* x, std::ptrdiff_t rows, std::ptrdiff_t columns, Moments* moments);
    // as rows, of the elements that are numbers; count 0 when there are none
    void (*numbers)(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* moments);
};

struct MomentsKernels {
    MomentsKernelsOf<double> f64;
    MomentsKernelsOf<float> f32;
};

}  // namespace mlmath
