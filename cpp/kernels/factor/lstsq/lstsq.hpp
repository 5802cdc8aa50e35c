// SPDX-License-Identifier: BSD-3-Clause
// lstsq: least squares by singular values. Contract.
#pragma once
#include <cstdint>

#include "core/stack.hpp"

namespace mlmath {

/// x = V diag(1 / s_i) U^T b over the singular values s_i > rcond s_0 of A = U diag(s) V^T, for every matrix and right-hand side of
/// a stack: the shortest x that minimizes |b - A x|.
///
/// Shapes    a: (m, n), b: (m, q), x: (n, q), any strides, x's elements distinct; equally many matrices, at equal places. For each
///           matrix: residuals: q numbers |b_j - A x_j|^2, NaN where rank < n or m <= n (as NumPy, which leaves them out);
///           rank; s: min(m, n) singular values, descending. Results share no memory with a and b.
/// Method    tall A (normal_equations_pay) whose columns, brought to equal length, are well conditioned
///           (largest_growth_of_values): x from A^T A with one step of refinement, s from its Cholesky factor. Else (A b) is
///           reduced by QR with column pivoting, and the rows of the triangle are rotated until they are orthogonal, b along with
///           them (kernel svd): neither U nor V is formed. Stacks of small matrices (lstsq_lanes) side by side, without pivoting.
/// Order     fixed by m, n and q alone, and by the stack as in svd. Same bits for any number of threads and strides, and on every
///           level that has FMA.
/// Error     of x as from any backward stable method [Higham2002, thm 20.1]; |s - exact| <= c n eps s_0.
/// Numbers   info[i]: 0, or as svd: NaN or infinity in a or b (of any right-hand side): results NaN, rank -1.
/// Cost      m n^2 flops and two passes over A (normal equations), or 2 m n^2; then 6 to 10 sweeps of 3 p^2 (n + q) fused
///           operations, p = min(m, n): for p up to some 200.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void lstsq(const Stack<const T>& a, const Stack<const T>& b, double rcond, const Stack<T>& x, T* residuals, std::int64_t* rank,
           T* s, int* info, int threads);

}  // namespace mlmath
