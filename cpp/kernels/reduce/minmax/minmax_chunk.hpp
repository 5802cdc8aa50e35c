// SPDX-License-Identifier: BSD-3-Clause
// minmax: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// Columns a unit reduces at once: a few registers of lows and highs, swept down the rows. Arithmetic: 64 doubles are eight cache
// lines of a row, as many as are fetched at once.
constexpr int minmax_column_block = 64;

template <class T>
struct Extremes {  // both NaN when there is one
    T smallest, largest;
};

struct MinmaxKernels {
    void (*rows_f64)(const double* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, Extremes<double>* out);
    void (*rows_f32)(const float* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, Extremes<float>* out);
    void (*columns_f64)(const double* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        Extremes<double>* out);
    void (*columns_f32)(const float* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        Extremes<float>* out);
};

}  // namespace mlmath
