// SPDX-License-Identifier: BSD-3-Clause
// sum: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Columns a unit sums at once. Constraint: their 32 lanes stay in L1. Arithmetic: 32 x 64 x 8 = 16 KiB. Decision: 64.
constexpr int sum_column_block = 64;

/// What is added: x, |x| or x^2.
enum class Term : unsigned char { plain, magnitude, square };

struct CountedSum {
    double sum, count;
};

// n, rows <= reduction_chunk; columns <= sum_column_block. Floats are added as doubles.
template <class T>
struct SumKernelsOf {
    // sums[r] = the sum of the n consecutive elements at x + r*row_stride; by Term
    void (*rows[3])(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* sums);
    // sums[c] = the sum over r of x[offsets[r] + c]; by Term
    void (*columns[3])(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, double* sums);
    // the same, row r at x + r*columns
    void (*dense_columns[3])(const T* x, std::ptrdiff_t rows, std::ptrdiff_t columns, double* sums);
    // as rows, of the elements that are numbers
    void (*numbers)(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, CountedSum* sums);
};

struct SumKernels {
    SumKernelsOf<double> f64;
    SumKernelsOf<float> f32;
    // sums modulo 2^64, by Element; none for floating types
    void (*integers[9])(const void* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::uint64_t* sums);
};

}  // namespace mlmath
