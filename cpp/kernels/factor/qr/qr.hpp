// SPDX-License-Identifier: BSD-3-Clause
// qr: orthogonal factors by Householder reflections. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// A = Q R for every matrix of a stack, Q with orthonormal columns, R upper triangular: Q = H_0 H_1 ... H_{p-1}, p = min(m, n),
/// H_k = I - tau_k v_k v_k^T with v_k = (0, ..., 0, 1, x / (alpha - beta)), where alpha is the element on the diagonal, x what
/// stands below it, beta = -sign(alpha) |(alpha, x)|, tau = (beta - alpha) / beta; tau = 0 and beta = alpha when x is exactly zero
/// (LAPACK's signs).
///
/// Shapes    a: (m, n), any strides. r: (k, n), q: (m, k), any strides, elements distinct; k = p, or k = m (complete). No q
///           wanted: its first matrix has no columns. No result shares memory with a or the other.
/// Order     fixed by m and n alone, but a stack of small matrices (qr_lanes) takes another one than a matrix alone: lane by lane,
///           sums over rows one after the other. Same bits for any number of threads and strides, and on every level that has FMA.
/// Error     |A - Q R| <= gamma |A| and |Q^T Q - I| <= gamma in the Frobenius norm, gamma a modest multiple of n^{3/2} eps
///           [Higham2002, thm 19.4]. Tall matrices (qr_is_tall) by blocks of rows: the same bound with m and n of a block
///           [Demmel2012].
/// Numbers   NaN and infinities spread as they do. No square over- or underflows: columns beyond the safe range are scaled by
///           powers of two.
/// Cost      2 m n^2 - 2 n^3 / 3 flops for R when m >= n, as much again for the reduced Q; workspace: about 2 m (n + 64)
///           numbers; tall matrices m n / 6 at most.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void qr(const Stack<const T>& a, const Stack<T>& q, const Stack<T>& r, int threads);

/// The reflections themselves, packed as LAPACK does: h: (m, n), R on and above the diagonal, the v_k below it without their ones;
/// tau: p numbers for each matrix. Rows, blocks and lanes as above, but never by blocks of rows.
template <class T>
void qr_raw(const Stack<const T>& a, const Stack<T>& h, T* tau, int threads);

}  // namespace mlmath
