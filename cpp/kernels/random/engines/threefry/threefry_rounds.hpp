// SPDX-License-Identifier: BSD-3-Clause
// Threefry4x64-20 in registers, one block per lane. For kernel units: the engine, XBlock's seeds, and extra words.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// Word: a register of 64-bit lanes, or one std::uint64_t.
template <class Word>
MLMATH_INLINE Word rotate_left(Word x, int k) {
    return (x << k) | (x >> (64 - k));
}

// x[i] <- Threefry4x64-20(key, x[i]), i < n, in every lane [Salmon2011].
template <int n, class Word>
MLMATH_INLINE void threefry_blocks(const std::uint64_t (&key)[4], Word (&x)[n][4]) {
    constexpr int rotations[8][2] = {{14, 16}, {52, 57}, {23, 40}, {5, 37}, {25, 33}, {46, 12}, {58, 22}, {32, 32}};
    const std::uint64_t schedule[5] = {key[0], key[1], key[2], key[3], 0x1bd11bdaa9fc1a22u ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
    MLMATH_UNROLL for (int v = 0; v < n; ++v) { MLMATH_UNROLL for (int i = 0; i < 4; ++i) x[v][i] += schedule[i]; }
    MLMATH_UNROLL for (int round = 0; round < 20; ++round) {
        const int a = round % 2 == 0 ? 1 : 3, b = 4 - a;  // the words mixed into words 0 and 2
        MLMATH_UNROLL for (int v = 0; v < n; ++v) {
            x[v][0] += x[v][a];
            x[v][a] = rotate_left(x[v][a], rotations[round % 8][0]) ^ x[v][0];
            x[v][2] += x[v][b];
            x[v][b] = rotate_left(x[v][b], rotations[round % 8][1]) ^ x[v][2];
        }
        if (round % 4 == 3) {
            const int injection = round / 4 + 1;
            MLMATH_UNROLL for (int v = 0; v < n; ++v) {
                MLMATH_UNROLL for (int i = 0; i < 3; ++i) x[v][i] += schedule[(injection + i) % 5];
                x[v][3] += schedule[(injection + 3) % 5] + static_cast<std::uint64_t>(injection);
            }
        }
    }
}

template <class Word>
MLMATH_INLINE void threefry4x64_20(const std::uint64_t (&key)[4], Word (&x)[4]) {
    Word one[1][4] = {{x[0], x[1], x[2], x[3]}};
    threefry_blocks(key, one);
    MLMATH_UNROLL for (int i = 0; i < 4; ++i) x[i] = one[0][i];
}

}  // namespace mlmath::MLMATH_LEVEL
