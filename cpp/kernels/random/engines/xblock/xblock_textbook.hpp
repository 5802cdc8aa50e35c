// SPDX-License-Identifier: BSD-3-Clause
// XBlock, textbook: word p of the stream as a function, one word at a time. Oracle of the tests, baseline of the benchmark.
#pragma once
#include "kernels/random/engines/threefry/threefry_textbook.hpp"
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath::textbook {

/// One output of xoshiro256++ [Blackman2021].
inline std::uint64_t xoshiro256pp(std::uint64_t (&s)[4]) {
    const std::uint64_t result = rotate_left(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/// Word p: lane p mod 16 of block p / 8192, seeded by Threefry from the pair, run for (p mod 8192) / 16 + 1 steps.
inline std::uint64_t xblock_word(const StreamKey& key, std::uint64_t p) {
    const std::uint64_t block = p / xblock_words_per_block, lane = p % xblock_lanes;
    const std::uint64_t step = p % xblock_words_per_block / xblock_lanes;
    std::uint64_t s[4] = {block, lane, key.jump, domain_bulk};
    threefry4x64_20(key.key, s);
    if ((s[0] | s[1] | s[2] | s[3]) == 0) s[0] = 1;  // the one state xoshiro cannot leave
    for (std::uint64_t t = 0; t < step; ++t) xoshiro256pp(s);
    return xoshiro256pp(s);
}

/// Four extra words for the element at word p: `attempt` and `domain` (the law's tag, not 0) tell its uses apart.
inline void xblock_extra_words(const StreamKey& key, std::uint64_t p, std::uint64_t attempt, std::uint64_t domain,
                               std::uint64_t (&out)[4]) {
    out[0] = p, out[1] = attempt, out[2] = key.jump, out[3] = domain;
    threefry4x64_20(key.key, out);
}

}  // namespace mlmath::textbook
