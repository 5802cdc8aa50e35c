// SPDX-License-Identifier: BSD-3-Clause
// gemv, the ladder: a matrix times a vector, from the definition to the production kernel. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// y = A x. Any strides; every rung is within k eps sum |a_ip x_p|. `threads` is there for the production signature; all of these
// run on the calling thread.

/// Rung 1: the definition, one dot product per row.
template <class T>
void gemv_textbook(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 2: four rows at a time, four sums on their way.
template <class T>
void gemv_four_rows(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 3: eight partial sums per row: what a register wants, in another order than the definition's.
template <class T>
void gemv_lanes(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 4: squares of A turned in registers: every lane is a row, and every sum keeps the definition's order. Rung 5, threads, is
/// mlmath::gemm.
template <class T>
void gemv_squares(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int threads);

}  // namespace mlmath::ladder
