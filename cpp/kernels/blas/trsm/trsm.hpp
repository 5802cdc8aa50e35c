// SPDX-License-Identifier: BSD-3-Clause
// trsm: a triangular system with many right-hand sides. Contract.
#pragma once
#include "kernels/blas/triangular.hpp"

namespace mlmath {

/// B <- X with L X = B, L triangular: forward substitution x_i = (b_i - sum_{p<i} l_ip x_p) / l_ii (an upper one: backward).
///
/// Shapes    L: (n, n), B: (n, m), each size >= 0; any strides in both, B's elements distinct. L and B share no memory.
///           X U = B is U^T X^T = B^T: transposed views, the other triangle.
/// Order     fixed by n alone: a triangle of more than 64 is halved, its lower left part times the first half of X subtracted by
///           gemm; inside a block one subtraction after the other by fma, then times the rounded 1 / l_ii (a division where
///           |l_ii| is below the smallest normal number). Same bits for any number of threads,
///           strides and columns beside, and on every level that has FMA.
/// Error     (L + E) x = b for each column, |E| <= gamma |L| with gamma ~ n eps: backward stable whatever the order
///           [Higham2002, thm 8.5].
/// Numbers   a zero on the diagonal gives infinities and NaN by IEEE 754; whoever must know looks at the diagonal before.
/// Cost      n^2 m flops; workspace: gemm's.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (B is then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void trsm(Triangular<T> l, MatrixView<T> b, int threads);

}  // namespace mlmath
