// SPDX-License-Identifier: BSD-3-Clause
// covariance: what the driver and the per-level units agree on.
//
// A panel holds the deviations of 24 variables in 40 observations: panel[k*24 + v], zeros behind the last variable. A square holds
// the sums of products of two panels, those of one in its rows, those of the other in its columns.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: the tile of sums that stays in registers is R rows by V registers, and a panel should hold whole tiles on every
// level.
//   Adding a tile to its square takes a load and a store for each register and should not show beside one FMA per register and
//   observation; two panels, three squares and the next block of 50 variables, on its way, should lie in an L1 of 48 KiB together.
// Arithmetic: 8 x 3 registers of 8 (AVX-512), 4 x 3 of 4 (AVX2), 4 x 3 of 2: 24 = 3 x 8 columns are 1, 2 or 4 tiles. Of 40
//   observations a panel takes 7.5 KiB, a square 4.5 KiB, 50 variables 15.6 KiB: 44 KiB; adding takes 2 of 40 operations.
//   (200,000 x 50 + 1 doubles by rows on two cores of a Zen 5, clocks per observation and core: 40 observations 132, 48: 143;
//   before the rotations in covariance_simd.cpp, 32: 138, 48: 148, 64: 150, 128: 153.)
// Decision: 24 variables, 40 observations.
constexpr std::ptrdiff_t covariance_group = 24, covariance_block = 40;

// What will be read next, as places of runs of 5 lines (40 doubles): a tile asks for a run every 5 observations, until `end`.
// Behind it at least covariance_block / 5 places more can be read (any). A prefetch never faults.
constexpr int ahead_lines = 5;
struct CovarianceAhead {
    const char* base;
    const std::ptrdiff_t *next, *end;
};

struct CovarianceKernels {
    // sums[v] = sum over k of w_k x_vk, in 8 lanes (k mod 8), folded in halves. weights may be null.
    void (*sums_f64)(const double* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                     const double* weights, std::ptrdiff_t observations, double* sums);
    void (*sums_f32)(const float* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                     const double* weights, std::ptrdiff_t observations, double* sums);
    // panel[k*24 + v] = x_vk - means[v], sums[v] = sum over k of w_k panel[k*24 + v] in 4 lanes (k mod 4); variables <= 24,
    // observations <= 40, weights may be null. `whole`: zeros may be written behind the last variable.
    void (*center_f64)(const double* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                       const double* means, const double* weights, std::ptrdiff_t observations, bool whole, double* panel,
                       double* sums);
    void (*center_f32)(const float* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
                       const double* means, const double* weights, std::ptrdiff_t observations, bool whole, double* panel,
                       double* sums);
    // weighted[k*24 + v] = w_k panel[k*24 + v], all 24.
    void (*weigh)(const double* panel, const double* weights, std::ptrdiff_t observations, double* weighted);
    // c[i*24 + j] = (`fresh`) or += sum over k of left[k*24 + i] right[k*24 + j], one after the other in k, for i < rows, j <
    // columns (and up to the next whole register); with `upper`, at least for j >= i.
    void (*products)(const double* left, const double* right, std::ptrdiff_t observations, std::ptrdiff_t rows,
                     std::ptrdiff_t columns, bool upper, bool fresh, double* c, CovarianceAhead* ahead);
    // c[i*stride + j] = square[i*24 + j] - sums[i] low[j] for i < rows, j < columns, with `upper` for j >= i. `weighted`: left was
    // not right in products(), which may arrange the triangle of 24 of a panel with itself as it likes.
    void (*unpack)(double* square, std::ptrdiff_t rows, std::ptrdiff_t columns, bool upper, bool weighted, const double* sums,
                   const double* low, double* c, std::ptrdiff_t stride);
    // out_ij = left_ij + right_ij + delta_i column_delta_j factor, rows of `columns` elements, for first <= i < last, with `upper`
    // for j >= i. out may be left or right.
    void (*merge)(const double* left, const double* right, const double* delta, const double* column_delta, double factor,
                  std::ptrdiff_t first, std::ptrdiff_t last, std::ptrdiff_t columns, bool upper, double* out);
};

}  // namespace mlmath
