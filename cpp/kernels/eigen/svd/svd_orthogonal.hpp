// SPDX-License-Identifier: BSD-3-Clause
// svd: the last units of orthogonality of very small factors.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath {

/// Orders whose singular vectors are corrected. Constraint: n eps is the unit of |V^T V - I|, and what a dozen rotations leave,
/// some 6 eps, is two or three of it in three rows and nothing in ten. Arithmetic: 2 n^3 operations, 0.1 us at n = 4 beside 3 us
/// for the whole. Decision: up to 4, as in `svd_lanes`.
constexpr std::ptrdiff_t svd_corrected = 4;

/// v (n x n, n <= svd_corrected) <- v (I - E / 2), E = v^T v - I: one step of Newton's method for the nearest orthogonal matrix
/// [Higham2008, sec. 8.3].
template <class T>
void make_orthogonal(MatrixView<T> v) {
    const std::ptrdiff_t n = v.columns;
    T off[svd_corrected][svd_corrected];
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) -> T& { return v.data[i * v.row_stride + j * v.column_stride]; };
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j <= i; ++j) {
            T e = i == j ? T(-1) : T(0);
            for (std::ptrdiff_t k = 0; k < n; ++k) e = std::fma(at(k, i), at(k, j), e);
            off[i][j] = off[j][i] = e;
        }
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        T row[svd_corrected];
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            T sum = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) sum += at(k, i) * off[i][j];
            row[j] = at(k, j) - T(0.5) * sum;
        }
        for (std::ptrdiff_t j = 0; j < n; ++j) at(k, j) = row[j];
    }
}

}  // namespace mlmath
