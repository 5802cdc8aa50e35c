// SPDX-License-Identifier: BSD-3-Clause
// logistic: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Constraint: the gradient should find a block in L1 after the scores have read it, the next block is fetched meanwhile, and what
//   is done per block (2 d additions to the double sums) should not show.
// Arithmetic: 16 KiB are a third of an L1; of 50 doubles that is 40 rows, 5 registers of exp and log.
// Decision: at most 16 KiB, in groups of 8 rows, 8 to 128 of them: a function of d and the dtype alone, since it is part of the
//   order of the sums.
//   (128 KiB, in L2 instead, was 1.4 to 2 times slower from memory.)
constexpr std::ptrdiff_t logistic_block_rows = 128;
template <class T>
constexpr std::ptrdiff_t logistic_rows_of_block(std::ptrdiff_t columns) {
    const std::ptrdiff_t fit = (16384 / static_cast<std::ptrdiff_t>(sizeof(T))) / (columns < 1 ? 1 : columns) / 8 * 8;
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
    const T* weights;        // contiguous, or null
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
