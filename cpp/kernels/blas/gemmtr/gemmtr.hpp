// SPDX-License-Identifier: BSD-3-Clause
// gemmtr: a matrix product of which one triangle is wanted. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// C = alpha A B + beta C on the diagonal and below it (lower) or above it; the other half of C is neither read nor written.
///
/// Shapes    A: (n, k), B: (k, n), C: (n, n), each size >= 0; any strides, C's elements distinct. C shares no memory with A or B.
/// beta = 0  C is not read.
/// Order     gemm's for every element that is written. Same bits for any number of threads and strides, and on every level with
/// FMA. Error     gemm's. Cost      n (n + 48) k flops, about half of gemm's 2 n^2 k; workspace: gemm's. Failure
/// std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (C is then unspecified). threads   >= 1: how many may
/// work on it.
template <class T>
void gemmtr(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, bool lower, int threads);

}  // namespace mlmath
