// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes: singular values and vectors of stacks of small matrices, a lane of a register for each. Contract.
#pragma once
#include "core/stack.hpp"
#include "kernels/eigen/failing_ways.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_kernels.hpp"

namespace mlmath {

/// A = U diag(s) V^T for every matrix of a stack, s descending and not negative, p = min(m, n), U (m x p) and V (n x p) with
/// orthonormal columns.
///
/// Shapes    a: (m, n), 1 <= m, n <= svd_lanes_most, any strides. u: (m, p), vt: (p, n), or (m, m), (n, n), of which the rest
///           completes an orthogonal matrix; any strides, elements distinct; u.first.data == nullptr: values alone. s: count * p
///           numbers. No result shares memory with a or another result.
/// Method    m = n <= svd_lanes_jacobi: one-sided Jacobi [Hestenes1958]. Else reflections from both sides to bidiagonal form and
///           implicit QR with shifts [GolubVanLoan2013, sec. 8.6], every lane with its own shifts and its own block; A^T when m <
///           n.
/// Signs     in every row of vt the component of largest magnitude is positive, the first of them where several are; u follows.
///           Likewise in each column of u and row of vt that completes.
/// Result    depends on m, n, dtype and the matrix alone (the first p vectors also not on whether u and vt
///           are square): the same bits for any number of threads, strides, place in the stack and
///           count, and on every level that has FMA. 2^k A gives 2^k s and the same vectors while nothing over- or underflows.
/// Error     |A - U diag(s) V^T| <= c n eps |A|, |U^T U - I|, |V V^T - I| <= c n eps, c about 1: each s to within eps |A|, not
///           relative to itself (jacobi_svd gives that).
/// Numbers   info[i]: 0; svd_lanes_not_finite when matrix i has NaN or infinity, its results are NaN. A lane that does not
///           converge (never seen) is done again by jacobi_svd; were that to fail, 1 and NaN.
/// Cost      m >= n: bidiagonal form 4 m n^2 - 4/3 n^3 operations, U and V about the same, and some 2.5 n^2 / 2 pairs of rotations
///           of 6 (m + n); see the README for times.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void svd_lanes(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads, FailingWays ways = {});

constexpr int svd_lanes_not_finite = -1;

}  // namespace mlmath
