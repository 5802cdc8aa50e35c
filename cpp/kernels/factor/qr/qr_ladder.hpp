// SPDX-License-Identifier: BSD-3-Clause
// qr, the ladder: A = Q R from the formula that loses orthogonality to the production kernel. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// a: m x n; q: m x p, r: p x n, p = min(m, n); any strides, elements distinct, no memory shared. r is upper triangular with zeros
// below. |A - Q R| is a modest multiple of eps |A| in every rung (when n > m, only as far as Q is orthogonal); |Q^T Q - I| is
// stated for each, cond = |A| |A^+|. Squares may over- or underflow where elements lie beyond 1e+-150 (float32: 1e+-18). All run on
// the calling thread; rung 3 does not look for Ctrl-C.

/// Rung 1: Gram-Schmidt, as in the lecture: a column minus its projections, all taken of the column as it was. Loses orthogonality
/// by eps cond^2 in practice; that is proved when r_jj comes from a difference of squares instead of the norm [Smoktunowicz2006].
/// Columns that depend on each other give NaN, or a Q of rounding errors.
template <class T>
void qr_gram_schmidt(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r);

/// Rung 2: the projections taken one by one of what the one before has left: eps cond [Higham2002, thm 19.13].
template <class T>
void qr_modified_gram_schmidt(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r);

/// Rung 3: Householder's reflections: eps, whatever the condition [Higham2002, thm 19.4].
template <class T>
void qr_householder(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r);

/// Rung 4: 32 reflections at a time as I - V T V^T: products and a triangular solve [Puglisi1992]. Rung 5, threads, is mlmath::qr.
template <class T>
void qr_blocked(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r);

}  // namespace mlmath::ladder
