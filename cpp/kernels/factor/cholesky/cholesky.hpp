// SPDX-License-Identifier: BSD-3-Clause
// cholesky: the triangular square root of a positive definite matrix. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// A = L L^T with L lower triangular and a positive diagonal, for every matrix of a stack:
/// l_ii = sqrt(a_ii - sum_{p<i} l_ip^2), l_ij = (a_ij - sum_{p<j} l_ip l_jp) / l_jj for j < i.
///
/// Shapes    a, l: (n, n) each, n >= 0, any strides in both, l's elements distinct; equally many matrices, at equal places of a
///           shape. l and a share no memory, or are one view. The upper triangle of a is not read; that of l becomes zeros.
///           U^T U = A from the upper triangle is the same for both transposed.
/// Order     fixed by n alone. Up to cholesky_block: term after term, p increasing, by fma, then times the rounded 1 / l_jj. A
///           larger matrix goes by blocks of columns: L21 = A21 L11^-T by trsm, A22 - L21 L21^T by gemm and syrk. Same bits for any
///           number of threads, strides, alone or in a stack, and on every level that has FMA. A power of four goes through exactly
///           (barring over- and underflow).
/// Error     |A - L L^T| <= gamma |L| |L^T|, gamma ~ (n + 1) eps, componentwise [Higham2002, thm 10.3].
/// Numbers   info[i] = 0; or k > 0: the leading minor of order k is the first that is not positive; or -1: a NaN or an infinity
///           was met before that. All n x n elements of an l that failed become NaN. Returns how many failed.
/// Cost      n^3 / 3 flops for each; workspace: trsm's and syrk's; 2 n^2 numbers of a group of small matrices.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (l and info are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
std::ptrdiff_t cholesky(const Stack<const T>& a, const Stack<T>& l, int* info, int threads);

}  // namespace mlmath
