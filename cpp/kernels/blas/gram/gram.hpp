// SPDX-License-Identifier: BSD-3-Clause
// gram: X^T W X and X^T W Y in one pass over X. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// C = X^T W X, D = X^T W Y, W = diag(weights), accumulated in T.
///
/// Shapes    X: (m, n), weights: m or null for ones (stride any), Y: (m, q), q >= 0; C: (n, n) and D: (n, q) dense by rows. m = 0
///           gives zeros. X and Y: any strides; C and D share no memory with them.
/// Symmetry  c_ij and c_ji are the same bits: the upper half is computed and mirrored.
/// Order     n, q <= 256, and q <= 256, n <= 1024, m >= 32 n: c_ij sums x_pi (w_p x_pj), i <= j (d_ij: x_pi (w_p y_pj)) over p in
///           parts of rows that depend on m and n alone; inside a part in chunks of gram_chunk rows, each from +0 in increasing p
///           by fma, chunk after chunk; part after part. Beyond: gemm's. So the same bits come out for any number of threads,
///           strides and alignment, and on every level that has FMA.
/// Error     |c_ij - exact| <= gamma sum_p |x_pi w_p x_pj| with gamma ~ (171 + m / 3072) eps, at most (m + 2) eps
///           [Higham2002, sec. 3.5]
/// Numbers   NaN and infinities propagate: no product is skipped.
/// Cost      n (n + 2q) m flops, one read of X and Y; workspace: the parts' sums, at most 32 (n + q) n elements, and a chunk per
///           thread.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc before any work; Interrupted (C and D are then
/// unspecified).
template <class T>
void gram(MatrixView<const T> x, const VectorView<const T>* weights, MatrixView<const T> y, T* c, T* d, int threads);

}  // namespace mlmath
