// SPDX-License-Identifier: BSD-3-Clause
// dirichlet: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

struct DirichletKernels {
    /// Gammas of each element's shape (parameters[0]); their logarithms.
    void (*gammas)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, double* out,
                   const double* const* parameters);
    void (*log_gammas)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, double* out,
                       const double* const* parameters);
    /// Rows of k numbers, each divided by its sum; of logarithms, the softmax of each.
    void (*normalise)(double* rows, std::ptrdiff_t count, std::ptrdiff_t k);
    void (*softmax)(double* rows, std::ptrdiff_t count, std::ptrdiff_t k);
};

}  // namespace mlmath
