// SPDX-License-Identifier: BSD-3-Clause
// bernoulli, textbook: one element from its half of a word. Oracle of the tests.
#pragma once
#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

/// Whether u < p for u = (h 2^32 + e) / 2^64: h is half number `half` (0: low, 1: high) of word `place`, e the upper 32 bits of
/// extra word number `half` of that place. Only h = floor(p 2^32) needs e.
inline bool bernoulli(const StreamKey& key, std::uint64_t place, int half, std::uint32_t h, double p) {
    if (p >= 1) return true;
    const auto threshold = static_cast<std::uint64_t>(p * 0x1p64);
    std::uint64_t u = std::uint64_t(h) << 32;
    if (h == threshold >> 32) {
        std::uint64_t extra[4];
        xblock_extra_words(key, place, 1, domain_bernoulli, extra);
        u |= extra[half] >> 32;
    }
    return u < threshold;
}

}  // namespace mlmath::textbook
