// SPDX-License-Identifier: BSD-3-Clause
// symm: a symmetric matrix, of which one triangle is stored, times a matrix. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// C = alpha S B + beta C, s_ij = s_ji = a_ij on the diagonal and below it (lower) or above it; the other half of A is not read.
///
/// Shapes    A: (n, n), B: (n, m), C: (n, m), each size >= 0; any strides, C's elements distinct. C shares no memory with A or B.
///           B S is (S B^T)^T: transposed views.
/// beta = 0  C is not read.
/// Order     gemm's of the whole matrix: the same bits, for any number of threads and strides.
/// Error     gemm's.
/// Cost      2 n^2 m flops; workspace: n rows of gemm's chunk of k beside gemm's own.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (C is then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void symm(T alpha, MatrixView<const T> a, bool lower, MatrixView<const T> b, T beta, MatrixView<T> c, int threads);

}  // namespace mlmath
