// SPDX-License-Identifier: BSD-3-Clause
// Squares of registers transposed. Included by kernel units only.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// a0 b0 a1 b1 ... of the lower halves, and of the upper halves.
template <class T>
MLMATH_INLINE void interleave(vec<T> a, vec<T> b, vec<T>& low, vec<T>& high) {
    if constexpr (width<T> == 2) {
        low = __builtin_shufflevector(a, b, 0, 2);
        high = __builtin_shufflevector(a, b, 1, 3);
    } else if constexpr (width<T> == 4) {
        low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
        high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    } else if constexpr (width<T> == 8) {
        low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
        high = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    } else {
        low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
}

// A width x width square, transposed: interleaving line l with line l + width/2 rotates the bits of (line, lane) by one place, and
// after log2(width) rounds line and lane have changed places.
template <class T>
MLMATH_INLINE void transpose_square(vec<T> (&line)[width<T>]) {
    constexpr int W = width<T>;
    MLMATH_UNROLL for (int round = 1; round < W; round *= 2) {
        vec<T> next[W];
        MLMATH_UNROLL for (int l = 0; l < W / 2; ++l) interleave<T>(line[l], line[l + W / 2], next[2 * l], next[2 * l + 1]);
        MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = next[l];
    }
}

}  // namespace mlmath::MLMATH_LEVEL
