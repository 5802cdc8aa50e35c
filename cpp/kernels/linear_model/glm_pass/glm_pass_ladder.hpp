// SPDX-License-Identifier: BSD-3-Clause
// glm_pass, the ladder: the gradient of the mean logistic loss, from the formula to the production kernel. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// g_j = (1/n) sum_i (1/(1 + exp(-x_i . w)) - y_i) x_ij, X: (n, d), n >= 1, y: n numbers 0 or 1, any strides; g shares no memory.
// All but the last run on the calling thread. Error of an element: roundings eps (1/n) sum_i |x_ij| (1 + sum_k |x_ik w_k|).

/// Rung 1: the definition, row by row, in double: every addition of a score waits for the one before; d + n + 20 roundings.
template <class T>
void logistic_gradient_textbook(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int threads);

/// Rung 2: blocks of 32 rows: scores in 8 sums side by side, then the formula, then X^T r while the block is still in the
/// first-level cache: X comes from memory once, and the loops have no chain the compiler must keep. d/8 + 32 + n/32 + 20.
template <class T>
void logistic_gradient_blocked(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int threads);

/// Rung 3: the production kernel's blocks in the active level's registers, exp for a register of rows at once, on one thread.
template <class T>
void logistic_gradient_one_pass(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int threads);

/// Rung 4: the production kernel on all threads.
template <class T>
void logistic_gradient_threaded(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int threads);

}  // namespace mlmath::ladder
