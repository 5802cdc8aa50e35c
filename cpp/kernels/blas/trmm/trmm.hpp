// SPDX-License-Identifier: BSD-3-Clause
// trmm: a triangular matrix times a matrix, in place. Contract.
#pragma once
#include "kernels/blas/triangular.hpp"

namespace mlmath {

/// B <- L B, L triangular: b_i = sum_{p<=i} l_ip b_p (an upper one: p >= i).
///
/// Shapes    L: (n, n), B: (n, m), each size >= 0; any strides in both, B's elements distinct. L and B share no memory.
///           B U is (U^T B^T)^T: transposed views, the other triangle.
/// Order     fixed by n alone: a triangle of more than 64 is halved; the second half of B becomes its own triangle's product, plus
///           by gemm the lower left part times the first half. Inside a block from +0 by fma. Same bits for any number of threads,
///           strides and columns beside, and on every level that has FMA.
/// Error     |b_ij - exact| <= gamma sum_p |l_ip b_pj| with gamma ~ n eps at most [Higham2002, sec. 3.5].
/// Numbers   NaN and infinities propagate as IEEE 754 says; the zeros of the other half are not multiplied.
/// Cost      n^2 m flops; workspace: gemm's.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (B is then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void trmm(Triangular<T> l, MatrixView<T> b, int threads);

}  // namespace mlmath
