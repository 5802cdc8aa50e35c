// SPDX-License-Identifier: BSD-3-Clause
// syrk, syr2k: symmetric updates. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// syrk      C = alpha A A^T + beta C,   c_ij = alpha sum_p a_ip a_jp + beta c_ij
/// syr2k     C = alpha (A B^T + B A^T) + beta C
/// on the diagonal and below it (lower) or above it; the other half of C is neither read nor written.
///
/// Shapes    A, B: (n, k), C: (n, n), each size >= 0; any strides, C's elements distinct. C shares no memory with A or B.
/// beta = 0  C is not read.
/// Order     gemm's; syr2k adds A B^T first, then B A^T. Same bits for any number of threads and strides, and on every level with
/// FMA. Error     gemm's, for syr2k with 2k terms. Cost      n (n + 48) k flops, twice that for syr2k; workspace: gemm's. Failure
/// std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (C is then unspecified). threads   >= 1: how many may
/// work on it.
template <class T>
void syrk(T alpha, MatrixView<const T> a, T beta, MatrixView<T> c, bool lower, int threads);
template <class T>
void syr2k(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, bool lower, int threads);

}  // namespace mlmath
