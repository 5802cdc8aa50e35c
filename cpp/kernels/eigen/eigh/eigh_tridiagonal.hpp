// SPDX-License-Identifier: BSD-3-Clause
// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, all or some. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// The eigenvalues number from, ..., to - 1 of T, ascending, counted from 0, and their vectors.
///
/// Shapes    d: n diagonal elements, e: n - 1 beside it. w: to - from. z: n x (to - from), any strides, or data == nullptr: values
///           alone. No result shares memory with another array. Elements are finite, of any magnitude.
/// Method    values by counting (tridiagonal_bisection), vectors by inverse iteration. Where many are wanted, or many are close to
///           each other, all vectors by divide and conquer, and of them those that are wanted.
/// Signs     in every vector the component of largest magnitude is positive (the first of them).
/// Result    the same bits for any number of threads and any strides of z.
/// Error     |T z - w z| <= c n eps |T|, |Z^T Z - I| <= c n eps with a modest c.
/// Failure   false when there is no convergence (never seen); std::bad_alloc, Interrupted.
template <class T>
bool eigh_tridiagonal(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t from, std::ptrdiff_t to, T* w, MatrixView<T> z,
                      int threads);

/// Turns columns whose component of largest magnitude (the first of them) is negative.
template <class T>
void choose_signs(MatrixView<T> v, int threads);

}  // namespace mlmath
