// SPDX-License-Identifier: BSD-3-Clause
// Blocks of four words, one counter per lane, into memory in the stream's order. For kernel units.
#pragma once
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

// Stores x[0..4) of lane 0, then of lane 1, ...
MLMATH_INLINE void store_blocks(std::uint64_t* out, const vec_u64 (&x)[4]) {
    using namespace transpose_detail;
    const auto f = [](vec_u64 v) __attribute__((always_inline)) { return (vec_f64)v; };
    [[maybe_unused]] const auto u = [](vec_f64 v) __attribute__((always_inline)) { return (vec_u64)v; };
    // Words 0, 1 (2, 3) of even and of odd lanes.
    const vec_f64 even01 = interleave_low(f(x[0]), f(x[1])), odd01 = interleave_high(f(x[0]), f(x[1]));
    const vec_f64 even23 = interleave_low(f(x[2]), f(x[3])), odd23 = interleave_high(f(x[2]), f(x[3]));
#if MLMATH_VECTOR_BYTES == 64
    const vec_f64 lanes02 = __builtin_shufflevector(even01, even23, 0, 1, 8, 9, 2, 3, 10, 11),
                  lanes13 = __builtin_shufflevector(odd01, odd23, 0, 1, 8, 9, 2, 3, 10, 11),
                  lanes46 = __builtin_shufflevector(even01, even23, 4, 5, 12, 13, 6, 7, 14, 15),
                  lanes57 = __builtin_shufflevector(odd01, odd23, 4, 5, 12, 13, 6, 7, 14, 15);
    store(out, u(__builtin_shufflevector(lanes02, lanes13, 0, 1, 2, 3, 8, 9, 10, 11)));
    store(out + 8, u(__builtin_shufflevector(lanes02, lanes13, 4, 5, 6, 7, 12, 13, 14, 15)));
    store(out + 16, u(__builtin_shufflevector(lanes46, lanes57, 0, 1, 2, 3, 8, 9, 10, 11)));
    store(out + 24, u(__builtin_shufflevector(lanes46, lanes57, 4, 5, 6, 7, 12, 13, 14, 15)));
#elif MLMATH_VECTOR_BYTES == 32
    store(out, u(__builtin_shufflevector(even01, even23, 0, 1, 4, 5)));
    store(out + 4, u(__builtin_shufflevector(odd01, odd23, 0, 1, 4, 5)));
    store(out + 8, u(__builtin_shufflevector(even01, even23, 2, 3, 6, 7)));
    store(out + 12, u(__builtin_shufflevector(odd01, odd23, 2, 3, 6, 7)));
#else
    store(out, u(even01)), store(out + 2, u(even23)), store(out + 4, u(odd01)), store(out + 6, u(odd23));
#endif
}

// Words of `steps` steps of 4 blocks. cipher(x) makes n blocks per lane of counters: x[i][j] is word j of the counters of register
// i.
//
// Constraint: a block is one chain of dependent operations; four chains keep the execution units busy.
// Decision: four registers of counters at a time, and one at a time for the rest. One register of AVX-512 is two steps: the second
//   one of a last odd step goes nowhere.
template <class Cipher>
MLMATH_INLINE void run_blocks(const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* out, Cipher cipher) {
    constexpr int w = width<std::uint64_t>, group = 4;
    std::ptrdiff_t blocks = 4 * steps;
    vec_u64 low = broadcast(counter[0]) + iota<std::uint64_t>();
    const auto counters = [&](vec_u64(&x)[4]) __attribute__((always_inline)) {
        x[0] = low, x[1] = broadcast(counter[1]), x[2] = broadcast(counter[2]), x[3] = broadcast(counter[3]);
        low += broadcast<std::uint64_t>(w);
    };
    for (; blocks >= group * w; blocks -= group * w, out += 4 * group * w) {
        vec_u64 x[group][4];
        MLMATH_UNROLL for (int i = 0; i < group; ++i) counters(x[i]);
        cipher(x);
        MLMATH_UNROLL for (int i = 0; i < group; ++i) store_blocks(out + 4 * w * i, x[i]);
    }
    for (; blocks >= w; blocks -= w, out += 4 * w) {
        vec_u64 x[1][4];
        counters(x[0]);
        cipher(x);
        store_blocks(out, x[0]);
    }
    if (blocks > 0) {
        alignas(64) std::uint64_t last[4 * w];
        vec_u64 x[1][4];
        counters(x[0]);
        cipher(x);
        store_blocks(last, x[0]);
        for (std::ptrdiff_t i = 0; i < 4 * blocks; ++i) out[i] = last[i];
    }
}

}  // namespace mlmath::MLMATH_LEVEL
