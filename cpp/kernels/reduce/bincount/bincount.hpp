// SPDX-License-Identifier: BSD-3-Clause
// bincount: how often each of the integers 0, 1, ... occurs, or how much weight it has. Contract.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

struct IntegerRange {
    std::int64_t smallest, largest;
};

/// The smallest and largest of n > 0 consecutive integers.
template <class T>
IntegerRange integer_range(const T* x, std::ptrdiff_t n, int threads);

/// counts[v] = #{i : x_i = v}; weighted: sums[v] = the sum of w_i over those i. Both are added to.
///
/// Shapes    x, weights: n consecutive elements, 0 <= x_i < bins (the caller has asked integer_range). counts, sums: bins.
/// Order     sums: one after the other within blocks of 65536 elements, blocks in order, whatever the number of threads.
/// Error     counts: none. sums[v]: (m + n/65536) eps sum |w| for m elements of a block equal to v.
/// Cost      x is read twice, once for its range; about 1 cycle per element.
template <class T>
void bincount(const T* x, std::ptrdiff_t n, std::ptrdiff_t bins, std::int64_t* counts, int threads);
template <class T>
void bincount_weighted(const T* x, std::ptrdiff_t n, std::ptrdiff_t bins, const double* weights, double* sums, int threads);

}  // namespace mlmath
