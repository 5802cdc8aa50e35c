// SPDX-License-Identifier: BSD-3-Clause
// permutation, textbook: the definition of permutation.hpp, one word at a time. Oracle of the tests.
#pragma once
#include <utility>
#include <vector>

#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

/// Equally likely in 0 .. bound - 1, from half `half` of the stream (2 word, or one more for the upper half).
inline std::uint32_t die(const StreamKey& key, std::uint64_t half, std::uint64_t bound) {
    const std::uint64_t word = xblock_word(key, half / 2), h = half % 2 == 0 ? word & 0xffffffffu : word >> 32;
    if (((h * bound) & 0xffffffffu) >= (std::uint64_t(1) << 32) % bound) return static_cast<std::uint32_t>(h * bound >> 32);
    for (std::uint64_t attempt = 1;; ++attempt) {
        std::uint64_t x[4];
        xblock_extra_words(key, half / 2, attempt, domain_permutation, x);
        const auto product = static_cast<unsigned __int128>(x[half % 2 * 2]) * bound;
        if (static_cast<std::uint64_t>(product) >= (0 - bound) % bound) return static_cast<std::uint32_t>(product >> 64);
    }
}

/// pi_n from word `word` on, in 2^bits buckets.
inline std::vector<std::uint64_t> permutation(const StreamKey& key, std::uint64_t word, std::size_t n, int bits) {
    std::vector<std::size_t> labels(n, 0), starts((std::size_t(1) << bits) + 1, 0);
    if (bits > 0)
        for (std::size_t i = 0; i < n; ++i)
            labels[i] = xblock_word(key, word + i / 4) >> (16 * (i % 4)) & ((std::size_t(1) << bits) - 1);
    for (std::size_t label : labels) ++starts[label + 1];
    for (std::size_t k = 1; k < starts.size(); ++k) starts[k] += starts[k - 1];

    const std::uint64_t dice = word + (bits > 0 ? (n + 3) / 4 : 0);
    std::vector<std::uint64_t> ordered(n);
    for (std::size_t k = 0; k + 1 < starts.size(); ++k)
        for (std::size_t q = starts[k]; q < starts[k + 1]; ++q) {
            ordered[q] = q;
            std::swap(ordered[q], ordered[starts[k] + die(key, 2 * dice + q, q - starts[k] + 1)]);
        }

    std::vector<std::uint64_t> order;
    for (std::size_t label : labels) order.push_back(ordered[starts[label]++]);
    return order;
}

}  // namespace mlmath::textbook
