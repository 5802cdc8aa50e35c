// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection: what the driver and the per-level units agree on. All in doubles: of floats they give the exact counts.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

/// Shifts of one pass. Constraint: a pivot waits for the one before it, a division and three operations, some 22 cycles; a register
/// of 8 divisions occupies the divider for 8. Arithmetic: 4 registers fill it. Decision: 32, on every level.
constexpr int count_shifts = 32;
/// Vectors computed together: their two factorizations already keep 4 registers of 8 under way.
constexpr int vector_lanes = 16;

/// Pivots smaller than this are taken for -this, which moves an eigenvalue by no more. T is scaled to a largest magnitude of about
/// 1; a quotient of two such pivots stays finite.
constexpr double least_pivot = 0x1p-300;

struct TridiagonalKernels {
    /// For each x: how many pivots of T - x I are negative, and slope = p'(x) / p(x), p the characteristic polynomial (may be
    /// infinite or NaN). e2[i]: the square of the element between rows i - 1 and i, e2[0] = 0.
    void (*count)(std::ptrdiff_t n, const double* d, const double* e2, const double* x, std::int64_t* count, double* slope);

    /// For each x: z with (T - x I) z = gamma e_r, z_r = 1, r the row of the smallest |gamma| [DhillonParlett2004]. e[i], e2[i]:
    /// between rows i - 1 and i, n + 1 numbers, the first and the last 0. z: n rows of vector_lanes numbers; work: twice that.
    /// square: |z|^2; residual2: |(T - x I) z|^2 as it comes out; gamma.
    void (*twisted)(std::ptrdiff_t n, const double* d, const double* e, const double* e2, const double* x, double* z, double* work,
                    double* square, double* residual2, double* gamma);

    /// z -= sum_k c_k row_k, c_k = row_k . z, for `count` rows of n numbers (whole 64 bytes, zeros at the end), c_k to `products`.
    void (*project)(std::ptrdiff_t n, const double* rows, std::ptrdiff_t stride, std::ptrdiff_t count, double* z, double* products);
};

}  // namespace mlmath
