// SPDX-License-Identifier: BSD-3-Clause
// inv: the inverse of a matrix. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// X = A^-1 for every matrix of a stack, by P A = L U: X = (U^-1 L^-1) P, the solution of A X = I.
///
/// Shapes    a, x: (n, n), n >= 0, any strides, x's elements distinct; x and a share no memory.
/// Order     that of solve() with the identity on the right; the zeros above the diagonal of L^-1 are not computed with. More than
///           inv_block rows: L^-1 by halves, (L^-1)_21 = L22^-1 (-L21 L11^-1), with trsm and gemm. Fixed by n alone. Same bits for
///           any number of threads, strides, alone or in a stack, and on every level that has FMA. Powers of two go through
///           exactly.
/// Error     a right residual as solve() has it, |A X - I| <= gamma |P^T L| |U| |X|, gamma ~ 3 n eps [Higham2002, sec. 14.3].
/// Numbers   info[i] = 0; or k > 0: pivot k is exactly zero, A is singular; or -1: A has a NaN or an infinity. All of an x without
///           a result becomes NaN. Returns how many have none.
/// Cost      2 n^3 flops for each; workspace: n^2 numbers a matrix at work, lu's and trsm's.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (x and info are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
std::ptrdiff_t inv(const Stack<const T>& a, const Stack<T>& x, int* info, int threads);

/// Order up to which L^-1 is one solve with the identity. Constraint: halves have at least trsm's 32 rows. Decision: trsm's own
///           64.
constexpr std::ptrdiff_t inv_block = 64;

}  // namespace mlmath
