// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc: eigenvalues and eigenvectors of a symmetric tridiagonal matrix by divide and conquer. Contract.
#pragma once
#include <cstddef>

#include "core/view.hpp"

namespace mlmath {

/// T = Z diag(w) Z^T for the symmetric tridiagonal T with diagonal d and off-diagonal e.
///
/// Shapes    d: n, on return w, ascending. e: n - 1, used up. z: n x n, any strides, elements distinct.
/// Method    T is torn into two halves and a matrix of rank one [Cuppen1981]; the halves' eigenvectors are mended by those of
///           diag(d) + rho z z^T (see secular), after what the tear does not change to working precision has been set aside
///           [GuEisenstat1995a]. Halves of about tridiagonal_dc_leaf rows or fewer go to tridiagonal_ql.
/// Order     fixed by T and its type alone: the same bits for any number of threads and strides, and on every level that has FMA.
/// Error     |T - Z diag(w) Z^T| <= c n eps |T|, |Z^T Z - I| <= c n eps with a modest c (measured: below 1 in the 1-norm).
/// Range     the largest magnitude of d and e is near 1 (scaled by the caller); all are finite. Parts between negligible e_i are
///           scaled by themselves, so that small ones keep their digits.
/// Cost      at most 8 n^3 / 3 flops, two products for each merge, less what is set aside; a workspace of 3 n (n + 64) numbers.
/// Failure   false when tridiagonal_ql failed: never seen on finite data; d and z then hold nothing of use. std::bad_alloc,
///           Interrupted.
/// threads   >= 1: how many may work on it.
template <class T>
bool tridiagonal_dc(std::ptrdiff_t n, T* d, T* e, MatrixView<T> z, int threads);

/// Rows up to which a part is not torn. Constraint: a merge costs the roots' passes and a dozen loops over all rows; QL's
/// rotations wait for each other, 0.85 n^2 times. Arithmetic: n = 128 takes 112, 114, 116, 114 and 140 us with leaves of 16, 24,
/// 32, 48 and 64. Decision: 32.
constexpr std::ptrdiff_t tridiagonal_dc_leaf = 32;

}  // namespace mlmath
