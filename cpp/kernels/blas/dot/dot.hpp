// SPDX-License-Identifier: BSD-3-Clause
// dot: inner product of two vectors. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// s = sum_i x_i y_i, accumulated in T.
///
/// Shapes    x, y: (n,), n >= 0; any strides; x and y may be the same array. n == 0 gives +0.
/// Result    the same bits for any number of threads, stride and alignment, and on every level that has FMA.
/// Error     |s - exact| <= gamma * sum |x_i y_i|, gamma ~ (min(n, chunk)/lanes + log2(lanes) + log2(chunks) + 1) eps
///           [Higham2002, sec. 3.1 and 4.2]
/// Numbers   NaN and infinities propagate as IEEE 754 says; no product is skipped.
/// Cost      2n flops, 2n elements read once.
/// Failure   std::invalid_argument when sizes differ; Interrupted.
/// threads   >= 1: how many may work on it.
template <class T>
T dot(VectorView<const T> x, VectorView<const T> y, int threads);

}  // namespace mlmath
