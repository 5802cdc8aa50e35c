// SPDX-License-Identifier: BSD-3-Clause
// A square block of numbers, one row per register, turned into one column per register. For kernel units, like vec.hpp.
//
// A register is made of 16-byte blocks of E elements. First the rows are transposed E at a time within their blocks, then the
// blocks are transposed as wholes: log2(width) exchanges per register, which is the least that two-operand exchanges allow.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace transpose_detail {

// Low (high) halves of the 16-byte blocks of a and b, alternating by elements: a0 b0 a1 b1 of each block for floats.
MLMATH_INLINE vec_f64 interleave_low(vec_f64 a, vec_f64 b) {
#if MLMATH_VECTOR_BYTES == 64
    return __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
#elif MLMATH_VECTOR_BYTES == 32
    return __builtin_shufflevector(a, b, 0, 4, 2, 6);
#else
    return __builtin_shufflevector(a, b, 0, 2);
#endif
}
MLMATH_INLINE vec_f64 interleave_high(vec_f64 a, vec_f64 b) {
#if MLMATH_VECTOR_BYTES == 64
    return __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
#elif MLMATH_VECTOR_BYTES == 32
    return __builtin_shufflevector(a, b, 1, 5, 3, 7);
#else
    return __builtin_shufflevector(a, b, 1, 3);
#endif
}
MLMATH_INLINE vec_f32 interleave_low(vec_f32 a, vec_f32 b) {
#if MLMATH_VECTOR_BYTES == 64
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
#elif MLMATH_VECTOR_BYTES == 32
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
#else
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#endif
}
MLMATH_INLINE vec_f32 interleave_high(vec_f32 a, vec_f32 b) {
#if MLMATH_VECTOR_BYTES == 64
    return __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
#elif MLMATH_VECTOR_BYTES == 32
    return __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
#else
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#endif
}

// Even (odd) 16-byte blocks of a, then those of b.
template <class V>
MLMATH_INLINE V even_blocks(V a, V b) {
#if MLMATH_VECTOR_BYTES == 64
    return (V)__builtin_shufflevector((vec_f64)a, (vec_f64)b, 0, 1, 4, 5, 8, 9, 12, 13);
#elif MLMATH_VECTOR_BYTES == 32
    return (V)__builtin_shufflevector((vec_f64)a, (vec_f64)b, 0, 1, 4, 5);
#else
    return b, a;
#endif
}
template <class V>
MLMATH_INLINE V odd_blocks(V a, V b) {
#if MLMATH_VECTOR_BYTES == 64
    return (V)__builtin_shufflevector((vec_f64)a, (vec_f64)b, 2, 3, 6, 7, 10, 11, 14, 15);
#elif MLMATH_VECTOR_BYTES == 32
    return (V)__builtin_shufflevector((vec_f64)a, (vec_f64)b, 2, 3, 6, 7);
#else
    return a, b;
#endif
}

MLMATH_INLINE void within_blocks(vec_f64* v) {
    const vec_f64 low = interleave_low(v[0], v[1]);
    v[1] = interleave_high(v[0], v[1]);
    v[0] = low;
}
MLMATH_INLINE void within_blocks(vec_f32* v) {
    const vec_f32 low02 = interleave_low(v[0], v[2]), high02 = interleave_high(v[0], v[2]);
    const vec_f32 low13 = interleave_low(v[1], v[3]), high13 = interleave_high(v[1], v[3]);
    v[0] = interleave_low(low02, low13);
    v[1] = interleave_high(low02, low13);
    v[2] = interleave_low(high02, high13);
    v[3] = interleave_high(high02, high13);
}

}  // namespace transpose_detail

// v[i][j] <-> v[j][i].
template <class T>
MLMATH_INLINE void transpose(vec<T> (&v)[width<T>]) {
    using namespace transpose_detail;
    constexpr int block = 16 / static_cast<int>(sizeof(T)), blocks = width<T> / block;
    MLMATH_UNROLL for (int i = 0; i < blocks; ++i) within_blocks(v + i * block);
    if constexpr (blocks == 2) {
        MLMATH_UNROLL for (int c = 0; c < block; ++c) {
            const vec<T> even = even_blocks(v[c], v[block + c]);
            v[block + c] = odd_blocks(v[c], v[block + c]);
            v[c] = even;
        }
    } else if constexpr (blocks == 4) {
        MLMATH_UNROLL for (int c = 0; c < block; ++c) {
            const vec<T> even01 = even_blocks(v[c], v[block + c]), odd01 = odd_blocks(v[c], v[block + c]);
            const vec<T> even23 = even_blocks(v[2 * block + c], v[3 * block + c]);
            const vec<T> odd23 = odd_blocks(v[2 * block + c], v[3 * block + c]);
            v[c] = even_blocks(even01, even23);
            v[block + c] = even_blocks(odd01, odd23);
            v[2 * block + c] = odd_blocks(even01, even23);
            v[3 * block + c] = odd_blocks(odd01, odd23);
        }
    }
}

}  // namespace mlmath::MLMATH_LEVEL
