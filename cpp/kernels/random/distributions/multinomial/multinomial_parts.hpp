// SPDX-License-Identifier: BSD-3-Clause
// multinomial: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

/// Rows of counts of `categories`, row r of n[r n_stride] trials. shares[r share_stride + j]: of what the categories before j have
/// left, the probability of j; 0 <= share <= 1.
struct MultinomialCountRows {
    std::ptrdiff_t categories;
    const std::int64_t* n;
    std::ptrdiff_t n_stride;
    const double* shares;
    std::ptrdiff_t share_stride;
};

struct MultinomialCountKernels {
    /// Rows first .. first + count - 1; row r has its place at word `word` + r.
    void (*conditional)(const StreamKey& key, std::uint64_t word, std::ptrdiff_t first, std::ptrdiff_t count,
                        const MultinomialCountRows& rows, std::int64_t* out);
};

}  // namespace mlmath
