// SPDX-License-Identifier: BSD-3-Clause
// gemm, the ladder: the steps between the definition and the production kernel, each a real function. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// C = A B. Shapes, strides, numbers and failures as in gemm.hpp with alpha = 1, beta = 0; every rung is within the textbook's
// bound, k eps sum |a_ip b_pj|. `threads` is there for the production signature; all of these run on the calling thread.

/// Rung 1: the definition, one dot product per element (loop order i j p).
template <class T>
void gemm_textbook(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 2: the same loops in the order i p j: memory is walked along rows.
template <class T>
void gemm_loop_order(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 3: rung 2 on blocks of B that stay in a cache.
template <class T>
void gemm_blocked(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 4: the block of B copied into a dense one, four steps of k per pass over a row of C.
template <class T>
void gemm_packed(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 5: the register tile of the active level, on one thread. Rung 6, threads, is mlmath::gemm.
template <class T>
void gemm_micro_kernel(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

}  // namespace mlmath::ladder
