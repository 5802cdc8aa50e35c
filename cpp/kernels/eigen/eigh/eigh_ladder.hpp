// SPDX-License-Identifier: BSD-3-Clause
// eigh, the ladder: one symmetric matrix, from rotations as in the book to the production kernel. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// A = V diag(w) V^T: a, v: n x n, any strides, v's elements distinct and apart from a; w: n numbers. w ascending, the largest
// component of every vector positive. |A V - V W| <= c n eps |A| in every rung. False: NaN or infinity in a, or no convergence
// (never seen).

/// Rung 1: cyclic Jacobi, row by row, as in the book.
template <class T>
bool eigh_textbook(MatrixView<const T> a, T* w, MatrixView<T> v);

/// Rung 2: the same rotations in odd-even order, disjoint ones at once, along rows in vectors; one thread.
template <class T>
bool eigh_rotations(MatrixView<const T> a, T* w, MatrixView<T> v);

/// Rung 3: reflections to tridiagonal form, then implicit QL steps that carry the vectors along; one thread. Rung 4 is
/// mlmath::eigh.
template <class T>
bool eigh_tridiagonal_ql(MatrixView<const T> a, T* w, MatrixView<T> v);

}  // namespace mlmath::ladder
