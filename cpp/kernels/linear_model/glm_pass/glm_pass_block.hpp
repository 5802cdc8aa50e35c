// SPDX-License-Identifier: BSD-3-Clause
// glm_pass: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>

#include "kernels/linear_model/losses.hpp"

namespace mlmath {

// Constraint: the gradient, and the rows scaled for X^T W X, should find a block in L1 after the scores have read it, and what is
//   done per block (d additions to double sums) should not show.
// Arithmetic: 16 KiB are a third of an L1; of 50 doubles that is 40 rows, 5 registers of exp and log.
// Decision: at most 16 KiB, in groups of 8 rows, 8 to 128 of them: a function of d and the dtype alone, part of the order of the
// sums.
constexpr std::ptrdiff_t glm_block_rows = 128;
template <class T>
constexpr std::ptrdiff_t glm_rows_of_block(std::ptrdiff_t columns) {
    const std::ptrdiff_t fit = (16384 / static_cast<std::ptrdiff_t>(sizeof(T))) / (columns < 1 ? 1 : columns) / 8 * 8;
    return fit < 8 ? 8 : fit > glm_block_rows ? glm_block_rows : fit;
}

// A score is summed in 64 bytes of lanes: one, two or four registers a row. Coefficients are padded with zeros to whole lanes.
template <class T>
constexpr std::ptrdiff_t glm_lanes = 64 / static_cast<std::ptrdiff_t>(sizeof(T));

// Sums over a run of blocks, all in double: what every block adds to.
struct GlmBlockSums {
    double *loss, *curvature;  // s l, s h
    double* residual;          // outputs: s r
    double* gradient;          // outputs x columns: s r x
};

template <class T>
struct GlmBlock {
    LinearLoss loss;
    T delta;
    const T* x;  // rows x columns, column stride 1
    std::ptrdiff_t row_stride, rows, columns;
    bool goes_on;            // the rows that follow in memory are the next block's
    std::ptrdiff_t outputs;  // scores a row: multinomial's classes, else 1
    const T* y;              // contiguous
    const T* weights;        // contiguous, or null: 1
    const T* coef;           // outputs x coef_stride, padded
    std::ptrdiff_t coef_stride;
    const T* intercept;  // outputs
    T* scores;           // out: outputs x scores_stride; or null
    std::ptrdiff_t scores_stride;
    T* scratch;     // outputs x glm_block_rows, where there are several
    T* curvatures;  // out: rows of s h, or null
    T* scaled;      // out: rows of sqrt(s h) (x, 1), scaled_stride apart, padded to whole lanes; or null
    std::ptrdiff_t scaled_stride;
};

// Losses along a line of scores: z = from + t (to - from).
template <class T>
struct GlmLine {
    LinearLoss loss;
    T delta, t;
    const T *from, *to, *y, *weights;
    std::ptrdiff_t rows;  // at most glm_line_rows
};
constexpr std::ptrdiff_t glm_line_rows = 4096;

struct GlmKernels {
    void (*block_f64)(const GlmBlock<double>& block, const GlmBlockSums& sums);
    void (*block_f32)(const GlmBlock<float>& block, const GlmBlockSums& sums);
    void (*line_f64)(const GlmLine<double>& line, double* loss, double* slope);  // sums of s l and s r (to - from): written
    void (*line_f32)(const GlmLine<float>& line, double* loss, double* slope);

    void block(const GlmBlock<double>& b, const GlmBlockSums& sums) const { block_f64(b, sums); }
    void block(const GlmBlock<float>& b, const GlmBlockSums& sums) const { block_f32(b, sums); }
    void line(const GlmLine<double>& l, double* loss, double* slope) const { line_f64(l, loss, slope); }
    void line(const GlmLine<float>& l, double* loss, double* slope) const { line_f32(l, loss, slope); }
};

}  // namespace mlmath
