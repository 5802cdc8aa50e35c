// SPDX-License-Identifier: BSD-3-Clause
// cholesky, the ladder: A = L L^T from the definition to the production kernel. Contract.
#pragma once
#include "kernels/factor/cholesky/cholesky_textbook.hpp"

namespace mlmath::ladder {

// a: n x n, any strides, the upper triangle is not read; l: n x n, rows of adjacent elements, apart from a; zeros above its
// diagonal. |A - L L^T| <= gamma |L| |L^T|, gamma ~ (n + 2) eps, in every rung. Returns 0, or the order of the first leading minor
// that is not positive (or not a number); l is then unspecified. All run on the calling thread; the first does not look for Ctrl-C.

/// Rung 1: the definition, row by row, a dot product for every element.
using mlmath::cholesky_textbook;

/// Rung 2: as soon as a column is finished, its outer product is subtracted from everything right of it.
template <class T>
std::ptrdiff_t cholesky_outer_product(MatrixView<const T> a, MatrixView<T> l);

/// Rung 3: that for the 32 columns of a block only; the rest gets the products of all 32 in one pass.
template <class T>
std::ptrdiff_t cholesky_blocked(MatrixView<const T> a, MatrixView<T> l);

/// Rung 4: by halves, so that nearly all the work is trsm and syrk. Rung 5, threads, is mlmath::cholesky.
template <class T>
std::ptrdiff_t cholesky_recursive(MatrixView<const T> a, MatrixView<T> l);

}  // namespace mlmath::ladder
