// SPDX-License-Identifier: BSD-3-Clause
// sample: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

struct SampleCandidate {
    double key;
    std::int64_t index;
};

struct SampleKernels {
    /// Appends to `list` the items i < n with p[i] > 0 and key = (-2 ln u_i) 2^-500 / p[i] <= limit; their indices from `first`
    /// on. The list has room for n more and one register. Returns how many.
    std::ptrdiff_t (*append_below)(const std::uint64_t* words, const double* p, std::ptrdiff_t n, std::int64_t first, double limit,
                                   SampleCandidate* list);
};

}  // namespace mlmath
