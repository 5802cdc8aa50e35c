// SPDX-License-Identifier: BSD-3-Clause
// logistic: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Constraint: the second use of a block (gradient) should find it in a cache near the core; the per-block work should not show.
// Arithmetic: 128 rows of 50 doubles are 50 KiB, far inside any L2, and 128 scores fill 16 registers of exp and log.
// Decision: at most 128 rows and at most 128 KiB, whole groups of 8 rows. A function of d and the dtype alone: part of the result's order.
constexpr std::ptrdiff_t logistic_block_rows = 128;
template <class T>
constexpr std::ptrdiff_t logistic_rows_of_block(std::ptrdiff_t columns) {
    const std::ptrdiff_t fit = (131072 / static_cast<std::ptrdiff_t>(sizeof(T))) / (columns < 1 ? 1 : columns) / 8 * 8;
    return fit < 8 ? 8 : fit > logistic_block_rows ? logistic_block_rows : fit;
}

// A score is summed in 64 bytes of lanes: one, two or four registers per row. Coefficients are padded with zeros to whole lanes.
template <class T>
constexpr std::ptrdiff_t logistic_lanes = 64 / static_cast<std::ptrdiff_t>(sizeof(T));

// Sums over a run of blocks, all in double: what every block adds to.
struct LogisticSums {
    double* loss;       // 1
    double* weight;     // 1
    double* intercept;  // K
    double* coef;       // K x columns
};

template <class T>
struct LogisticBlock {
    const T* x;  // rows x columns, column stride 1
    std::ptrdiff_t row_stride, rows, columns;
    const std::int32_t* labels;
    const T* weights;  // contiguous, or null
    std::ptrdiff_t outputs;  // K
    const T* coef;           // K x coef_stride, padded
    std::ptrdiff_t coef_stride;
    const T* intercept;  // K
    T* scratch;          // K x logistic_block_rows
};

struct LogisticKernels {
    void (*f64)(const LogisticBlock<double>& block, const LogisticSums& sums);
    void (*f32)(const LogisticBlock<float>& block, const LogisticSums& sums);
};

}  // namespace mlmath
