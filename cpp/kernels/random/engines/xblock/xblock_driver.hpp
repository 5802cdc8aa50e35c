// SPDX-License-Identifier: BSD-3-Clause
// What the drivers of the laws share: an output cut at the stream's blocks, threads, the choice of non-temporal stores.
#pragma once
#include <algorithm>

#include "core/caches.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

// Constraint: an output that fits the last-level cache is best left there for its reader; a larger one pushes itself out, and each
//   of its lines would be read from memory before it is overwritten.
// Arithmetic: beyond half the cache, other data and the output's own end evict its beginning.
// Decision: past the caches from half the last level on.
inline bool streams_past_caches(std::ptrdiff_t bytes) { return bytes > last_level_cache_bytes() / 2; }

// Constraint: waking a second thread costs about a microsecond or two.
// Arithmetic: a block (64 KiB of results) takes 3 us as uniforms, 7 us as normals. Decision: threads from 4 blocks on.
constexpr std::ptrdiff_t xblock_blocks_worth_threads = 4;

/// part(block, first element in the block, how many, offset in the output) for each block that the n elements from `start` on
/// touch. One element takes 1 / per_word of a word (per_word: 1 or 2). Blocks are the chunks, so no value depends on the number of
/// threads.
template <class Part>
void for_each_block(StreamPosition start, int per_word, std::ptrdiff_t n, int threads, Part&& part) {
    if (n <= 0) return;
    const auto per_block = static_cast<std::ptrdiff_t>(xblock_words_per_block) * per_word;
    const std::uint64_t block = start.word / xblock_words_per_block;
    const auto first = static_cast<std::ptrdiff_t>(start.word % xblock_words_per_block) * per_word + (start.half ? 1 : 0);
    const std::ptrdiff_t blocks = (first + n - 1) / per_block + 1;
    parallel_for(blocks, blocks < xblock_blocks_worth_threads ? 1 : threads, [&](std::ptrdiff_t b) {
        const std::ptrdiff_t from = b == 0 ? first : 0, until = std::min(per_block, first + n - b * per_block);
        part((block + static_cast<std::uint64_t>(b)) & xblock_block_mask, from, until - from, b * per_block + from - first);
    });
}

}  // namespace mlmath
