// SPDX-License-Identifier: BSD-3-Clause
// histogram: how many elements, or how much weight, fall into each bin. Contract.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

/// counts[b] = #{i : edges[b] <= x_i < edges[b+1]}, the last bin with its right edge; weighted: the sum of those elements' weights.
///
/// Shapes    x: n consecutive elements (double, float, integers of up to 64 bits whose values a double holds); edges: bins + 1
///           finite numbers that do not decrease; counts, sums: bins, added to.
/// Numbers   elements outside, and NaN, are in no bin. Floating-point flags are left in any state.
/// Uniform   the bin is estimated by (x - edges[0]) bins / (edges[bins] - edges[0]) and, where that lies within `tolerance` (in
///           bins, <= 1/4) of an edge, settled by comparisons with the edges: exactly the bin the edges say.
/// Edges     a binary search.
/// Order     sums: one after the other within blocks of 65536 elements, blocks in order, whatever the number of threads.
/// Error     counts: none. sums: (m + n/65536) eps sum |w| for m elements of a block in the bin.
/// Cost      every element read once; about 2 cycles per element uniform, 2 + log2(bins) with a search.
template <class T>
void histogram(const T* x, std::ptrdiff_t n, const double* edges, std::ptrdiff_t bins, bool uniform, double tolerance,
               std::int64_t* counts, int threads);
template <class T>
void histogram_weighted(const T* x, std::ptrdiff_t n, const double* edges, std::ptrdiff_t bins, bool uniform, double tolerance,
                        const double* weights, double* sums, int threads);

}  // namespace mlmath
