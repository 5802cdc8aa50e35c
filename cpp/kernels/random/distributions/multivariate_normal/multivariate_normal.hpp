// SPDX-License-Identifier: BSD-3-Clause
// multivariate_normal: rows of correlated normals, drawn and multiplied tile by tile. Contract.
#pragma once
#include "kernels/random/distributions/multivariate_normal/multivariate_normal_parts.hpp"
#include "kernels/random/draw/draw.hpp"

namespace mlmath {

/// out[r][i] = mean[i] + sum_k a[i][k] z[r][k]: rows with mean `mean` and covariance A A^T.
///
/// Definition  z[r][k] is element r d + k of the standard normal law (normal.hpp) from `start` on, start being that of rows * d
///             elements. The sum is one chain of fma from 0 in ascending k (with a triangular A the zero terms are left out),
///             rounded once each; the mean is added last.
/// Shapes      A d x d, packed by pack_normal_factor; mean d; out rows x d, C-contiguous, any alignment of T.
/// Result      for a given A the same bits on every level, for any number of threads, alignment and split of the rows.
/// Error       |x - exact| <= (d + 1) eps/2 (|mean[i]| + sum_k |a[i][k] z[r][k]|), beside that of z.
/// Cost        d normals and d^2 (triangular: about d^2 / 2) fma a row; Z never leaves the second-level cache.
/// Failure     Interrupted; std::bad_alloc.
template <class T>
void multivariate_normal(const StreamKey& key, StreamPosition start, const NormalFactor<T>& factor, const T* mean, T* out,
                         std::ptrdiff_t rows, int threads, Memory memory = Memory::used);

/// Elements of a packed factor of this order.
template <class T>
constexpr std::ptrdiff_t packed_factor_elements(std::ptrdiff_t order) {
    return (order + normal_panel_columns<T> - 1) / normal_panel_columns<T> * normal_panel_columns<T> * order;
}

/// a, C-contiguous, order x order, into NormalFactor's layout, rounded to T.
template <class T>
void pack_normal_factor(const double* a, std::ptrdiff_t order, T* panels);

}  // namespace mlmath
