// SPDX-License-Identifier: BSD-3-Clause
// Threefry4x64-20, textbook: a block of four words as a function of key and counter. Oracle of the tests.
#pragma once
#include <cstdint>

namespace mlmath::textbook {

inline std::uint64_t rotate_left(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

/// x <- Threefry4x64-20(key, x) [Salmon2011].
inline void threefry4x64_20(const std::uint64_t (&key)[4], std::uint64_t (&x)[4]) {
    static constexpr int rotations[8][2] = {{14, 16}, {52, 57}, {23, 40}, {5, 37}, {25, 33}, {46, 12}, {58, 22}, {32, 32}};
    const std::uint64_t schedule[5] = {key[0], key[1], key[2], key[3], 0x1bd11bdaa9fc1a22u ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
    for (int i = 0; i < 4; ++i) x[i] += schedule[i];
    for (int round = 0; round < 20; ++round) {
        const int a = round % 2 == 0 ? 1 : 3, b = 4 - a;  // the words mixed into x[0] and x[2]
        x[0] += x[a];
        x[a] = rotate_left(x[a], rotations[round % 8][0]) ^ x[0];
        x[2] += x[b];
        x[b] = rotate_left(x[b], rotations[round % 8][1]) ^ x[2];
        if (round % 4 == 3) {
            const int injection = round / 4 + 1;
            for (int i = 0; i < 4; ++i) x[i] += schedule[(injection + i) % 5];
            x[3] += static_cast<std::uint64_t>(injection);
        }
    }
}

}  // namespace mlmath::textbook
