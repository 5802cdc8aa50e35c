// SPDX-License-Identifier: BSD-3-Clause
// permutation: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

constexpr std::ptrdiff_t permutation_tile_words = 1024;
constexpr std::ptrdiff_t permutation_tile = 2 * permutation_tile_words;  // dice

/// The next place of a bucket, and (for indices) where the bucket starts.
struct BucketCursor {
    std::uint32_t next, start;
};
struct WideBucketCursor {
    std::uint64_t next, start;
};

/// Items of one size in bytes.
struct PermutationItemKernels {
    /// place i = first .. first + count - 1 of a bucket: to[i] = to[j]; to[j] = from[i]. `from` and `to` are apart.
    void (*inside_out)(const std::uint32_t* dice, std::ptrdiff_t first, std::ptrdiff_t count, const void* from, void* to);
    /// The same in place: exchanges items i and j.
    void (*exchange)(const std::uint32_t* dice, std::ptrdiff_t first, std::ptrdiff_t count, void* items);
    /// out[i] = items[next[label of i]++]
    void (*merge)(const std::uint16_t* labels, std::ptrdiff_t count, std::uint32_t mask, std::uint64_t* next, const void* items,
                  void* out);
};

struct PermutationKernels {
    /// dice[i] in 0 .. bound + i - 1 for i < count, from halves[i]; `half` is the number of halves[0] in the stream (2 word, or
    /// one more).
    void (*dice)(const StreamKey& key, std::uint64_t half, const std::uint32_t* halves, std::ptrdiff_t count, std::uint64_t bound,
                 std::uint32_t* dice);
    /// counts[label] += 1
    void (*count)(const std::uint16_t* labels, std::ptrdiff_t count, std::uint32_t mask, std::uint32_t* counts);

    // Numbers of places in a bucket, in 16 bits where they fit.
    void (*order16)(const std::uint32_t* dice, std::ptrdiff_t first, std::ptrdiff_t count, std::uint16_t* order);
    void (*order32)(const std::uint32_t* dice, std::ptrdiff_t first, std::ptrdiff_t count, std::uint32_t* order);
    void (*merge16)(const std::uint16_t* labels, std::ptrdiff_t count, std::uint32_t mask, BucketCursor* cursors,
                    const std::uint16_t* order, std::int64_t* out);
    void (*merge32)(const std::uint16_t* labels, std::ptrdiff_t count, std::uint32_t mask, WideBucketCursor* cursors,
                    const std::uint32_t* order, std::int64_t* out);
    PermutationItemKernels items1, items2, items4, items8, items16;
};

}  // namespace mlmath
