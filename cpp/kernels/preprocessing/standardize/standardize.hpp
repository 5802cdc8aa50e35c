// SPDX-License-Identifier: BSD-3-Clause
// standardize: columns less their means, divided by their scales; and such a matrix times another, without a copy. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// y_ij = (x_ij - m_j) / s_j, or backwards y_ij = x_ij s_j + m_j.
///
/// Shapes    X and Y: (n, d), any strides; Y may be X itself, and shares no memory with it otherwise. m, s: d elements, or null: no
///           such step.
/// Order     none: each element by itself, every operation rounded once. The same bits for any number of threads, strides,
///           alignment and on every level.
/// Error     |y - exact| <= eps |y| + eps |x - m| / s (forwards), the first rounding relative to the deviation.
/// Numbers   NaN stays NaN. Returns whether X holds an infinity (Y is written all the same).
/// Cost      one read of X and one write of Y.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc before any work; Interrupted (Y is then unspecified).
template <class T>
bool standardize(MatrixView<const T> x, const T* mean, const T* scale, bool backwards, MatrixView<T> y, int threads);

/// Z = (X - 1 m^T) W diag(s)^-1, the deviations rounded to T and the sums gemm's.
///
/// Shapes    X: (n, d), W: (d, k), Z: (n, k), any strides, Z apart from the others; m: d elements; s: k elements or null for ones.
/// Order     gemm's for each element: a row has the same bits alone and among others, for any number of threads (a single element,
///           n = k = 1, is dot()'s).
/// Error     |z_ij - exact| <= (gamma + 2 eps) sum_p |x_ip - m_p| |w_pj| / s_j with gemm's gamma: relative to the deviations.
///           X W - m W loses eps |m| |w|, everything for means of 1e9 beside deviations of 1e-7.
/// Numbers   as gemm. Returns whether every element of Z is finite.
/// Cost      2ndk flops, one read of X; W packed once and a block of rows per thread as workspace.
/// Failure   as standardize.
template <class T>
bool centered_product(MatrixView<const T> x, const T* mean, MatrixView<const T> w, const T* scale, MatrixView<T> z, int threads);

}  // namespace mlmath
