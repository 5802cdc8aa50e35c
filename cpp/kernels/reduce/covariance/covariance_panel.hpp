// SPDX-License-Identifier: BSD-3-Clause
// covariance: what the driver and the per-level units agree on.
//
// A panel holds the deviations of 24 variables in 128 observations: panel[k*24 + v], zeros behind the last variable.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: the tile of sums that stays in registers is R rows by V registers; a panel should hold whole tiles on every level,
// and lie in L1 while it is multiplied. Arithmetic: 8 x 3 registers of 8 (AVX-512), 4 x 3 of 4 (AVX2), 4 x 3 of 2: 24 = 3 x 8
// columns are 1, 2 or 4 tiles; 128 x 24 x 8 = 24 KiB. Decision: 24 variables, 128 observations.
constexpr std::ptrdiff_t covariance_group = 24, covariance_block = 128;

struct CovarianceKernels {
    // sums[v] = sum over k of w_k x_vk, in 8 lanes (k mod 8), folded in halves. weights may be null.
    void (*sums_f64)(const double* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                     const double* weights, std::ptrdiff_t observations, double* sums);
    void (*sums_f32)(const float* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                     const double* weights, std::ptrdiff_t observations, double* sums);
    // panel[k*24 + v] = x_vk - means[v]; variables <= 24, observations <= 128.
    void (*center_f64)(const double* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                       const double* means, std::ptrdiff_t observations, double* panel);
    void (*center_f32)(const float* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                       const double* means, std::ptrdiff_t observations, double* panel);
    // weighted[k*24 + v] = w_k panel[k*24 + v], all 24.
    void (*weigh)(const double* panel, const double* weights, std::ptrdiff_t observations, double* weighted);
    // c[i*stride + j] += sum over k of left[k*24 + i] right[k*24 + j], one after the other in k, for i < rows, j < columns; with
    // `upper`, at least for j >= i.
    void (*products)(const double* left, const double* right, std::ptrdiff_t observations, std::ptrdiff_t rows,
                     std::ptrdiff_t columns, bool upper, double* c, std::ptrdiff_t stride);
};

}  // namespace mlmath
