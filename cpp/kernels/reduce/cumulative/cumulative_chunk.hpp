// SPDX-License-Identifier: BSD-3-Clause
// cumulative: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// out[i] = carry + (x[0] + ... + x[i]) for n <= reduction_chunk elements; returns the last one. out may be x.
struct CumulativeKernels {
    double (*sums_f64)(const double* x, std::ptrdiff_t n, double carry, double* out);
    std::uint64_t (*sums_i64)(const std::uint64_t* x, std::ptrdiff_t n, std::uint64_t carry, std::uint64_t* out);
};

}  // namespace mlmath
