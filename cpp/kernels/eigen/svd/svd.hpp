// SPDX-License-Identifier: BSD-3-Clause
// svd: singular values and vectors; chooses among the kernels. Contract.
#pragma once
#include "core/stack.hpp"
#include "kernels/eigen/failing_ways.hpp"

namespace mlmath {

/// automatic: bidiagonal form, then QR iteration or divide and conquer. jacobi: rotations throughout, small singular values of
/// matrices with graded columns right to their last digits (jacobi_svd.hpp), several times slower.
enum class SvdDriver { automatic, jacobi };

/// A = U diag(s) V^T for every matrix of a stack, s descending and not negative, p = min(m, n), U and V with orthonormal columns.
///
/// Shapes    a: (m, n), any strides. s: count * p numbers. u: (m, p) or (m, m), vt: (p, n) or (n, n), any strides,
///           elements distinct; u.first.data == nullptr: values alone. No result shares memory with a or another result.
/// Method    QR first when tall (svd_tall); A = Q B P^T [GolubKahan1965]; B = U_B diag(s) V_B^T by QR iteration up to order
///           32, else by divide and conquer; U = Q U_B, V = P V_B. Values alone: differential qd. m < n: A^T.
/// Signs     in every row of vt the element of largest magnitude (the first of them) is positive, u goes with it; likewise in what
///           completes u or vt to a square matrix.
/// Order     fixed by m, n, the level, and whether vectors are wanted: values alone are those with vectors to within the error
///           bound. Same bits for any number of threads and strides; four or more matrices up to 32 x 32 take
///           another algorithm than one alone, up to 8 x 8 the same (svd_lanes). 2^k A gives 2^k s and the same vectors.
/// Error     |A - U diag(s) V^T| <= c n eps |A|, |U^T U - I|, |V V^T - I| <= c n eps, c modest.
/// Numbers   info[i]: 0; svd_not_finite when matrix i has NaN or infinity, its results are NaN; svd_failed when no method has
///           found them (never seen): divide and conquer, QR iteration and rotations are tried in turn.
/// Cost      4 m n^2 - 4 n^3 / 3 flops for B, about 4 n^3 for its vectors, 2 m n^2 + 2 n^3 and more to bring them back.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
/// ways      for tests: what is to be taken for failed.
template <class T>
void svd(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads,
         SvdDriver driver = SvdDriver::automatic, FailingWays ways = {});

constexpr int svd_not_finite = -1, svd_failed = 1;

}  // namespace mlmath
