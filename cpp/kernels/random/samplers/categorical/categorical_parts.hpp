// SPDX-License-Identifier: BSD-3-Clause
// categorical: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Threshold and alias side by side: a draw touches one cache line.
struct AliasEntry {
    std::uint64_t threshold, alias;
};

struct CategoricalParameters {
    const AliasEntry* table;
    std::uint64_t k;
    bool far;  // entries are asked for ahead of time
};

// out[i] = outcome of words[i], i < n.
struct CategoricalKernels {
    void (*pick_i64)(const std::uint64_t* words, std::ptrdiff_t n, std::int64_t* out, const CategoricalParameters& parameters);
    void (*pick_i32)(const std::uint64_t* words, std::ptrdiff_t n, std::int32_t* out, const CategoricalParameters& parameters);
};

}  // namespace mlmath
