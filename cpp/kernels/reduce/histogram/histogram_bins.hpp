// SPDX-License-Identifier: BSD-3-Clause
// histogram: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

struct HistogramBins {
    const double* edges;  // count + 1, not decreasing
    std::ptrdiff_t count;
    double scale;      // uniform: count / (last edge - first edge)
    double tolerance;  // uniform: an estimate farther than this from an edge, in bins, is right
};

// index[i] = the bin of x[i], or bins.count when it is in none.
struct HistogramKernels {
    void (*locate_uniform)(const double* x, std::ptrdiff_t n, const HistogramBins& bins, std::int64_t* index);
    void (*locate_edges)(const double* x, std::ptrdiff_t n, const HistogramBins& bins, std::int64_t* index);
};

}  // namespace mlmath
