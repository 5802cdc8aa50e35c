// SPDX-License-Identifier: BSD-3-Clause
// Philox4x64-10, textbook: a block of four words as a function of key and counter. Oracle of the tests.
#pragma once
#include <cstdint>

namespace mlmath::textbook {

/// x <- Philox4x64-10(key, x) [Salmon2011]; the key is two words.
inline void philox4x64_10(const std::uint64_t (&key)[4], std::uint64_t (&x)[4]) {
    std::uint64_t k[2] = {key[0], key[1]};
    for (int round = 0; round < 10; ++round) {
        const unsigned __int128 p = static_cast<unsigned __int128>(0xd2e7470ee14c6c93u) * x[0],
                                q = static_cast<unsigned __int128>(0xca5a826395121157u) * x[2];
        x[0] = static_cast<std::uint64_t>(q >> 64) ^ x[1] ^ k[0];
        x[2] = static_cast<std::uint64_t>(p >> 64) ^ x[3] ^ k[1];
        x[1] = static_cast<std::uint64_t>(q), x[3] = static_cast<std::uint64_t>(p);
        k[0] += 0x9e3779b97f4a7c15u, k[1] += 0xbb67ae8584caa73bu;  // golden ratio; sqrt(3) - 1
    }
}

}  // namespace mlmath::textbook
