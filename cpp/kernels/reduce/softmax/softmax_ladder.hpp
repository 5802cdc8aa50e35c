// SPDX-License-Identifier: BSD-3-Clause
// softmax, the ladder: the steps between the formula and the production kernel, each a real function. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// y_i = exp(x_i) / sum_j exp(x_j) of one vector, x.size >= 1, any strides; y does not overlap x. All but the last run on the
// calling thread: `threads` is there for the production signature. Errors are relative, in eps, d = max_i |x_i - max_j x_j|.

/// Rung 1: the formula. n/2 + 4 as long as no exponential and not their sum leaves the range: x from -708 to 709 - log n (floats:
/// -87 to 88 - log n). Above, infinity / infinity is NaN; far below, 0/0 is.
template <class T>
void softmax_naive(VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 2: the maximum subtracted first: three passes over memory. (d + n + log n)/2 + 4, and no operand fails.
template <class T>
void softmax_three_pass(VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 3: maximum and sum in one pass [Milakov2018]: when a larger element comes, the sum so far is scaled down to it. Two passes,
/// the second with the exponentials again. (d + log n)/2 + 2n + 4: every new maximum multiplies once more.
template <class T>
void softmax_fused(VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 4: chunks of 1024 in the active level's registers, each with its own maximum; exponentials once, from cache; one thread.
template <class T>
void softmax_simd(VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 5: the production kernel on all threads.
template <class T>
void softmax_threaded(VectorView<const T> x, VectorView<T> y, int threads);

}  // namespace mlmath::ladder
