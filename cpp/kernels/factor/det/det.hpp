// SPDX-License-Identifier: BSD-3-Clause
// det, slogdet: determinants. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// det A = sign(P) prod_k u_kk with P A = L U, for every matrix of a stack; and its sign and the logarithm of its magnitude.
///
/// Shapes    a: (n, n), n >= 0, any strides; one result for each matrix, adjacent. The determinant of a 0 x 0 matrix is 1.
/// Order     that of lu; the product runs with k, its exponent kept apart, so that nothing overflows on the way. Same bits for any
///           number of threads, strides, alone or in a stack, and on every level that has FMA. A factor of two gives exactly 2^n.
/// Error     the exact determinant of A + E, |E| <= gamma |L| |U|, gamma ~ n eps [Higham2002, sec. 14.6], times 1 + n eps.
///           log |det A| is one logarithm of the product's fraction, plus its exponent times log 2.
/// Numbers   NaN where A has a NaN or an infinity (slogdet: both); 0 and (0, -inf) where a pivot is exactly zero.
/// Cost      2 n^3 / 3 flops for each; workspace: n^2 numbers a matrix at work, lu's.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void det(const Stack<const T>& a, T* result, int threads);
template <class T>
void slogdet(const Stack<const T>& a, T* sign, T* logarithm, int threads);

}  // namespace mlmath
