// SPDX-License-Identifier: BSD-3-Clause
// solve: systems of linear equations. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// X = A^-1 B for every pair of a stack, by P A = L U: L Y = P B, U X = Y.
///
/// Shapes    a: (n, n), b, x: (n, k), n, k >= 0; any strides, x's elements distinct. x shares no memory with a or b.
/// Order     that of lu, trsm (L, p increasing), trsm (U, p decreasing): fixed by n alone. Same bits for any number of threads,
///           strides and columns beside, alone or in a stack, and on every level that has FMA. Powers of two go through exactly.
/// Error     (A + E) x = b for each column, |E| <= gamma |L| |U|, gamma ~ 3 n eps [Higham2002, thm 9.4]: backward stable as long
///           as the pivots do not grow.
/// Numbers   info[i] = 0; or k > 0: pivot k is exactly zero, A is singular; or -1: A has a NaN or an infinity. All of an x without
///           a result becomes NaN. Returns how many have none. NaN and infinities in B go where the formula takes them.
/// Cost      2 n^3 / 3 + 2 n^2 k flops for each; workspace: n^2 numbers a matrix at work, lu's and trsm's.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (x and info are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
std::ptrdiff_t solve(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x, int* info, int threads);

}  // namespace mlmath
