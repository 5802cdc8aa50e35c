// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection: some eigenvalues of a symmetric tridiagonal matrix by counting, vectors by inverse iteration. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// How many eigenvalues of the symmetric tridiagonal matrix with diagonal d (n numbers) and off-diagonal e (n - 1) are below x: the
/// negative pivots of T - x I (Sylvester's law of inertia [GolubVanLoan2013, sec. 8.4]).
///
/// Result    monotone in x. That of a matrix whose d and e differ from T's by a few eps of the largest |T| at most.
/// Numbers   d and e finite; x may be infinite. Cost: n divisions.
template <class T>
std::ptrdiff_t tridiagonal_count(std::ptrdiff_t n, const T* d, const T* e, T x);

/// w <- the eigenvalues number from, ..., to - 1 in ascending order, counted from 0; 0 <= from <= to <= n.
///
/// Result    fixed by n, from, to and the values: the same bits for any number of threads and on every level that has FMA.
/// Error     2 eps |w| + eps |T| at most, |T| the largest sum of magnitudes in a row.
/// Numbers   NaN or infinity in d or e: w is NaN.
/// Cost      14 n divisions for each eigenvalue that stands alone, 70 n for one that others are equal to.
/// Failure   std::bad_alloc; Interrupted (w is then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void tridiagonal_bisection(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t from, std::ptrdiff_t to, T* w, int threads);

/// z (n x count, any strides) <- vectors of length one to the eigenvalues w, which are right to a few eps |T| and ascending.
///
/// Result    fixed as that of tridiagonal_bisection. Signs as they come.
/// Error     |T z - w z| <= c sqrt(n) eps |T|; vectors are orthogonal to a few n eps, to 1e3 eps where their eigenvalues are
///           farther apart than 1e-3 |T|.
/// Cost      2 n divisions and some 20 n flops for each vector; 4 n c^2 more for c eigenvalues each within 1e-3 |T| of the next.
/// Failure   false: a vector was not found (never seen), or more than max(32, n / 8) eigenvalues follow each other closely: there
///           the decomposition of the whole matrix is faster. z is then unspecified. std::bad_alloc, Interrupted.
template <class T>
bool tridiagonal_vectors(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t count, const T* w, MatrixView<T> z, int threads);

}  // namespace mlmath
