// SPDX-License-Identifier: BSD-3-Clause
// central_moments: count, mean, central sums up to the fourth, smallest and largest along any axes, as states that can be merged
// and continued. Contract.
#pragma once
#include "kernels/reduce/central_moments/central_moments_chunk.hpp"
#include "kernels/reduce/reduction_segments.hpp"

namespace mlmath {

/// The state of both parts' elements together [Pebay2008]. A part of weight 0 leaves the sums as they are.
CentralMoments merged(const CentralMoments& left, const CentralMoments& right);

/// out[s*items + k] = the state of segment s (see reduction_segments.hpp) of kept item k, when x follows `before` whole chunks.
///
/// Shapes    x: any strides, no size zero. out: segments.count x kept items; out_strides: of the kept axes, in states.
/// order     2 or 4: with 2, m3 and m4 are zero.
/// Method    chunks of 1024 elements, each read from memory once: extremes, mean, then powers of the deviations from it, repaired
///           by the sum of the deviations; chunks are merged pairwise [Pebay2008], means in two doubles.
/// Error     |m_p - exact| <= p (min(n, 1024)/32 + 6 + 8 log2 ceil(n/1024)) eps sum_i w_i (|x_i - m| + 40 eps |m|)^p
/// Numbers   NaN or an infinity gives NaN sums (an infinity raises "invalid"); NaN makes both extremes NaN.
/// Cost      18n flops and integer operations at order 4, every element read once from memory.
template <class T>
void central_moments(ArrayView<const T> x, AxisSet axes, int order, const Segment* segments, int count, CentralMoments* out,
                     const std::ptrdiff_t* out_strides, int threads);

/// The same with a weight for each element: `weights` has the shape of x, any strides (0 where it is broadcast), no negative
/// element.
template <class T>
void central_moments_weighted(ArrayView<const T> x, ArrayView<const double> weights, AxisSet axes, const Segment* segments,
                              int count, CentralMoments* out, const std::ptrdiff_t* out_strides, int threads);

}  // namespace mlmath
