// SPDX-License-Identifier: BSD-3-Clause
// XBlock's generator in registers: seeding and running the 16 lanes. For kernel units: everything lives in the level's namespace.
#pragma once
#include "kernels/random/engines/threefry/threefry_rounds.hpp"
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath::MLMATH_LEVEL {

inline void seed_lanes(XBlockLanes& lanes, const StreamKey& key, std::uint64_t block) {
    for (int l = 0; l < xblock_lanes; l += width<std::uint64_t>) {
        vec_u64 x[4] = {broadcast(block), iota<std::uint64_t>() + static_cast<std::uint64_t>(l), broadcast(key.jump),
                        broadcast(domain_bulk)};
        threefry4x64_20(key.key, x);
        const auto zero = (x[0] | x[1] | x[2] | x[3]) == broadcast<std::uint64_t>(0);  // xoshiro's only fixed point
        x[0] = select<std::uint64_t>(zero, broadcast<std::uint64_t>(1), x[0]);
        MLMATH_UNROLL for (int j = 0; j < 4; ++j) store(&lanes.s[j][l], x[j]);
    }
}

// Runs xoshiro256++ [Blackman2021] in all lanes and calls emit(step, lane, words) for each register of words.
//
// Constraint: four state words per register of lanes stay in registers; AVX2 and SSE have 16 of them, and a lone chain would leave
//   most of the execution units idle.
// Decision: two registers of lanes at a time (8 registers of state). On AVX-512 that is all 16 lanes at once, on AVX2 two passes
//   over the steps, elsewhere four.
template <class Emit>
MLMATH_INLINE void run_lanes(XBlockLanes& lanes, std::ptrdiff_t steps, Emit emit) {
    constexpr int w = width<std::uint64_t>;
    for (int lane = 0; lane < xblock_lanes; lane += 2 * w) {
        vec_u64 s0[2], s1[2], s2[2], s3[2];
        MLMATH_UNROLL for (int v = 0; v < 2; ++v) {
            s0[v] = load(&lanes.s[0][lane + v * w]), s1[v] = load(&lanes.s[1][lane + v * w]);
            s2[v] = load(&lanes.s[2][lane + v * w]), s3[v] = load(&lanes.s[3][lane + v * w]);
        }
        for (std::ptrdiff_t step = 0; step < steps; ++step) {
            MLMATH_UNROLL for (int v = 0; v < 2; ++v) {
                const vec_u64 word = rotate_left(s0[v] + s3[v], 23) + s0[v], t = s1[v] << 17;
                s2[v] ^= s0[v];
                s3[v] ^= s1[v];
                s1[v] ^= s2[v];
                s0[v] ^= s3[v];
                s2[v] ^= t;
                s3[v] = rotate_left(s3[v], 45);
                emit(step, lane + v * w, word);
            }
        }
        MLMATH_UNROLL for (int v = 0; v < 2; ++v) {
            store(&lanes.s[0][lane + v * w], s0[v]), store(&lanes.s[1][lane + v * w], s1[v]);
            store(&lanes.s[2][lane + v * w], s2[v]), store(&lanes.s[3][lane + v * w], s3[v]);
        }
    }
}

inline void skip_lanes(XBlockLanes& lanes, std::ptrdiff_t steps) {
    run_lanes(lanes, steps, [](std::ptrdiff_t, int, vec_u64) __attribute__((always_inline)) {});
}

inline void run_words(XBlockLanes& lanes, std::ptrdiff_t steps, std::uint64_t* words) {
    run_lanes(lanes, steps, [words](std::ptrdiff_t step, int lane, vec_u64 word) __attribute__((always_inline)) {
        store(words + step * xblock_lanes + lane, word);
    });
}

}  // namespace mlmath::MLMATH_LEVEL
