// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dc: singular values and vectors of a bidiagonal matrix by divide and conquer. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// B = U diag(s) V^T for an upper bidiagonal B, singular values descending and not negative, U and V orthogonal.
///
/// Shapes    s: the n diagonal elements, singular values on return; e: the n - 1 elements above them, destroyed. u: (n, n), left
///           singular vectors in columns; vt: (n, n), right ones in rows; any strides, elements distinct, no memory shared. Largest
///           magnitude of s and e near one.
/// Method    without one of its rows B is two smaller problems; together they are M = diag(d) with a dense first row,
///           whose singular values are the roots of a secular equation [GuEisenstat1995]. Blocks of at most 16 rows by
///           bidiagonal_qr.
/// Order     fixed by B alone: same bits for any number of threads, strides and alignment; 2^k B gives 2^k s and the same vectors.
/// Error     |B - U diag(s) V^T| <= c n eps |B|, |U^T U - I|, |V^T V - I| <= c n eps, c modest. Each s to within c n eps |B|: small
///           ones relative to the largest only (bidiagonal_qr finds them to their own digits).
/// Numbers   finite elements only.
/// Cost      at most 8/3 n^3 flops as matrix products, 20 n^2 divisions; where elements of the first row of M or differences of d
///           are negligible they deflate and cost nothing more. Fastest where the elements of u's columns are adjacent, and those
///           of vt's rows. Workspace: 5 n^2 elements.
/// Failure   false when a result is not finite or out of order (never seen): s, u and vt are then unspecified. std::bad_alloc;
///           Interrupted.
/// threads   >= 1: how many may work on it.
template <class T>
bool bidiagonal_dc(std::ptrdiff_t n, T* s, T* e, MatrixView<T> u, MatrixView<T> vt, int threads);

}  // namespace mlmath
