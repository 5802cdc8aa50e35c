// SPDX-License-Identifier: BSD-3-Clause
// multinomial: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: rows are the lanes of everything: scores, exponentials, and the sums over rows as well. So all K and d cost the same
//   whatever their remainder, and one layout serves X w, R^T X and X^T diag(c) X.
// Decision: a block of X lies column by column ("panel"), `stride` rows each, a multiple of 8; rows that are not there are zeros
//   with weight 0. The intercept is a last column of ones.
struct MultinomialBlock {
    std::ptrdiff_t stride, columns, classes;
    const double* x;       // [columns][stride]
    const double* label;   // [stride], in [0, classes)
    const double* weight;  // [stride]: over the sum of all weights
    const double* theta;   // [classes][row_stride]
    std::ptrdiff_t row_stride;
    double *probability, *residual;  // [classes][stride]: scratch
    double* scaled;                  // [4][stride]: scratch
};

enum class MultinomialCurvature { none, diagonal, blocks, full };

// What a block adds to. All rows have row_stride.
struct MultinomialSums {
    double* loss;       // 1
    double* shortfall;  // 1, not a sum: the largest z_ik - z_{i,y_i}, k != y_i, met so far
    double* gradient;   // [classes][row_stride]
    MultinomialCurvature curvature;
    double* hessian;  // diagonal: [classes][row_stride]; blocks: [classes][columns][row_stride], upper triangles;
                      // full: [classes * columns][full_stride], upper block triangle
    std::ptrdiff_t full_stride;
};

struct MultinomialKernels {
    void (*block)(const MultinomialBlock& block, const MultinomialSums& sums);
    // A = R^T R in place, upper triangle, diagonal replaced by 1 / r_jj; a pivot without digits left makes its 1 / r_jj zero.
    void (*cholesky)(double* a, std::ptrdiff_t n, std::ptrdiff_t stride);
    // v = (R^T R)^-1 v.
    void (*solve)(const double* r, std::ptrdiff_t n, std::ptrdiff_t stride, double* v);
    double (*dot)(const double* x, const double* y, std::ptrdiff_t n);
    void (*axpy)(double a, const double* x, double* y, std::ptrdiff_t n);  // y += a x
};

}  // namespace mlmath
