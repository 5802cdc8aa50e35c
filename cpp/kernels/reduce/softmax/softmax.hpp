// SPDX-License-Identifier: BSD-3-Clause
// softmax: softmax, log-softmax and log-sum-exp over any axes of an array. Contract.
#pragma once
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath {

/// With the row x_1 .. x_n of a kept index (its elements over the reduced axes, in logical order), m = max_j x_j:
///   softmax       y_i = exp(x_i - m) / sum_j exp(x_j - m)
///   log_softmax   y_i = (x_i - m) - L,    L = log sum_j exp(x_j - m)
///   logsumexp     out = m + L
///
/// Shapes    x: any number of axes, any strides, no size zero. y: at the index of x, by y_strides (one per axis); it may be x with
///           the same strides, and does not overlap it otherwise. out: by out_strides, one per axis of x; those of reduced axes are
///           ignored.
/// Order     fixed by n and the dtype: up to 512 bytes four running sums; beyond that chunks of 1024, each with its own maximum, in
///           256 bytes of lanes. The same bits for any number of threads, layout and alignment, and on every level with FMA.
/// Error     eps of the dtype, u = eps/2, s = min(n, 1024) sizeof(T)/256 + 8 (up to 512 bytes: n/4 + 4), for results in the normal
///           range:
///             softmax      relative (|x_i - m| + log n + s + 8) u            (log n: what the roundings of x_j - m do to the sum)
///             log_softmax  (|x_i - m| + 2 |y_i|) u + E,  E = (g + log n + s + 8) u min(1, L) + 3u L
///             logsumexp    |m + L| u + E
///           g: the distance from the largest to the second largest element. L keeps its relative accuracy where it is tiny, since
///           it is log1p(sum without one maximum). A rounding of x_i alone costs |x_i| u [Blanchard2021].
/// Numbers   NaN in a row makes all of it NaN. A row of -infinity: logsumexp is -infinity, softmax and log_softmax are NaN (0/0). A
///           +infinity: logsumexp is +infinity; softmax is NaN; log_softmax is -infinity for finite elements, NaN for infinite
///           ones.
/// Returns   whether softmax or log_softmax met such an infinite row: NumPy's "invalid". Hardware flags mean nothing, but
///           "overflow" after log_softmax, whose x_i - m may leave the range.
/// Cost      about 25 flops an element, one read and one write; rows beyond 256 KiB are read twice.
/// Failure   Interrupted; std::bad_alloc.
template <class T>
bool softmax(ArrayView<const T> x, AxisSet axes, T* y, const std::ptrdiff_t* y_strides, int threads);
template <class T>
bool log_softmax(ArrayView<const T> x, AxisSet axes, T* y, const std::ptrdiff_t* y_strides, int threads);
template <class T>
void logsumexp(ArrayView<const T> x, AxisSet axes, T* out, const std::ptrdiff_t* out_strides, int threads);

/// out = log |sum_j w_j exp(x_j)|, sign = the sum's sign (+1, 0, -1, NaN); without `sign` (null) a negative sum gives NaN. An
/// element of weight 0 takes no part, whatever it is. weights: strides by the axes of x. sign has the strides of out. Error (log n
/// + s + 8) u sum |w_j| exp(x_j) / |sum| + |m| u, absolute.
template <class T>
void logsumexp_weighted(ArrayView<const T> x, const T* weights, const std::ptrdiff_t* weight_strides, AxisSet axes, T* out, T* sign,
                        const std::ptrdiff_t* out_strides, int threads);

}  // namespace mlmath
