// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_ql: eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the implicit QL iteration. Contract.
#pragma once
#include <cstddef>

namespace mlmath {

/// T = V diag(w) V^T for the symmetric tridiagonal T with diagonal d and off-diagonal e; zt <- V^T zt.
///
/// Shapes    d: n, on return w, ascending. e: n - 1. zt: n rows of `columns` elements, rows `ld` elements apart (whole
///           cache lines, at a cache line). From the identity, row j becomes eigenvector j of T; from Q^T, of Q T Q^T.
/// Result    the same bits for any number of columns around, and on every level that has FMA.
/// Error     |T - V diag(w) V^T| <= c n eps |T|, |V^T V - I| <= c n eps with a modest c (measured: below 1 in the 1-norm).
/// Range     the largest magnitude of d and e is near 1 (scaled by the caller); all are finite.
/// Cost      about 0.85 n^2 rotations: 5 n^2 columns flops, and 0.85 n^2 times the latency of a square root and a division.
/// Failure   false after 30 n sweeps: never seen on finite data; d and zt then hold nothing of use. std::bad_alloc,
///           Interrupted.
template <class T>
bool tridiagonal_ql(std::ptrdiff_t n, T* d, const T* e, T* zt, std::ptrdiff_t ld, std::ptrdiff_t columns);

/// The eigenvalues alone, by the iteration without square roots [Parlett1998, sec. 8.15], ascending in d.
/// Error |w_i - exact| <= c n eps |T|. Range and failure as above. Cost 0.85 n^2 times the latency of a division.
template <class T>
bool tridiagonal_values(std::ptrdiff_t n, T* d, const T* e);

}  // namespace mlmath
