// SPDX-License-Identifier: BSD-3-Clause
// gram, the ladder: X^T X from the definition to the production kernel. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// C = X^T X, dense by rows. Any strides in X; every rung is within m eps sum |x_pi x_pj|. `threads` is there for the production
// signature; all of these run on the calling thread.

/// Rung 1: the definition, a dot product of two columns for every element.
template <class T>
void gram_textbook(MatrixView<const T> x, T* c, int threads);

/// Rung 2: half of it: what is symmetric is computed once.
template <class T>
void gram_half(MatrixView<const T> x, T* c, int threads);

/// Rung 3: row by row: X is read once, in the order in which it lies.
template <class T>
void gram_rows(MatrixView<const T> x, T* c, int threads);

/// Rung 4: four rows at a time: a sum is loaded and stored once for four products.
template <class T>
void gram_four_rows(MatrixView<const T> x, T* c, int threads);

/// Rung 5: gemm's register tiles on packed chunks of rows, on one thread. Rung 6, threads, is mlmath::gram.
template <class T>
void gram_tiles(MatrixView<const T> x, T* c, int threads);

}  // namespace mlmath::ladder
