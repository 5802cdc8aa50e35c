// SPDX-License-Identifier: BSD-3-Clause
// normal_product: A^T (A Q) for a matrix less its means, in one pass over it. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// Z = (X - 1 m^T)^T (X - 1 m^T) Q.
///
/// Shapes    X: (n, d), any row stride, columns adjacent (column stride 1); Q: (d, l), any strides; m: d elements, or null for
///           zeros; Z: (d, l), any strides, apart from the others.
/// Order     Y = X Q - 1 (m^T Q) with gemm's sums; X^T Y in blocks of rows, their sums and those of the parts added in order; X^T
///           Y less m (1^T Y). Blocks and parts depend on the sizes and the type alone: the same bits for any number of threads.
/// Error     |Y - exact| <= gamma |X| |Q|, |Z - exact| <= gamma (|X|^T |Y| + |m| 1^T |Y|) + |X - 1 m^T|^T |Y - exact| with gamma of
///           some (rows of a block + blocks of a part + parts) eps: relative to X, not to its deviations, so for means not far
///           larger.
/// Numbers   as gemm.
/// Cost      4ndl flops; X is read from memory once. Workspace: at most a quarter of X, Q, and a block's Y per thread.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc before any work; Interrupted (Z is then unspecified).
template <class T>
void normal_product(MatrixView<const T> x, const T* mean, MatrixView<const T> q, MatrixView<T> z, int threads);

}  // namespace mlmath
