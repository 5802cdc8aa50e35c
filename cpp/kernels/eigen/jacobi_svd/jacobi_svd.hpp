// SPDX-License-Identifier: BSD-3-Clause
// jacobi_svd: singular values and vectors of small matrices by Jacobi rotations of the rows of their triangle. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// A = U diag(s) V^T for every matrix of a stack, s descending and not negative, p = min(m, n), U (m x p) and V (n x p) with
/// orthonormal columns.
///
/// Shapes    a: (m, n), any strides. u: (m, p), vt: (p, n), any strides, elements distinct; not wanted: no columns (u), no rows
///           (vt). s: count * p numbers. No result shares memory with a or another result.
/// Method    A = Q R (A^T, when m < n), then rotations J_k of pairs of rows of R until all are orthogonal [Hestenes1958]:
///           J^T R = diag(s) V^T, U = Q J.
/// Signs     as they come: not chosen.
/// Order     fixed by m and n alone, but a stack of small matrices (jacobi_svd_lanes) takes another one than a matrix alone; s has
///           the same bits with and without vectors. Same bits for any number of threads and strides, and on every level that has
///           FMA; 2^k A gives 2^k s and the same vectors, unless qr must scale some columns alone.
/// Error     |A - U diag(s) V^T| <= c n eps |A|, |U^T U - I|, |V V^T - I| <= c n eps, c modest. The rotations find each s to within
///           eps times the condition of D R with rows scaled to length one [DemmelVeselic1992].
/// Numbers   info[i]: 0; jacobi_svd_not_finite when matrix i has NaN or infinity, its results are NaN; jacobi_svd_not_converged
///           after jacobi_svd_most_sweeps sweeps, the same (never seen). The others of the stack are unharmed.
/// Cost      QR, and 6 to 10 sweeps of 3 p^2 n fused operations (5 p^2 (n + p) with vectors): for p up to some 200.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void jacobi_svd(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads);

constexpr int jacobi_svd_not_finite = -1, jacobi_svd_not_converged = 1;

}  // namespace mlmath
