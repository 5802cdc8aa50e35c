// SPDX-License-Identifier: BSD-3-Clause
// Small tables looked up by every lane: 8 or 16 numbers, in registers where the level has permutations, else from memory. The same
// numbers on every level.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// Floats fill a whole 64-byte register, repeated; doubles are also kept as halves, for the permutation of 32-bit lanes.
template <class T, int Count> struct Table {
    static constexpr int stored = sizeof(T) == 4 ? 16 : Count;
    alignas(64) T value[stored];
    alignas(32) std::uint32_t low[Count], high[Count];

    constexpr explicit Table(const T (&given)[Count]) : value{}, low{}, high{} {
        for (int i = 0; i < stored; ++i) value[i] = given[i % Count];
        if constexpr (sizeof(T) == 8)
            for (int i = 0; i < Count; ++i) {
                const auto bits = __builtin_bit_cast(std::uint64_t, given[i]);
                low[i] = static_cast<std::uint32_t>(bits);
                high[i] = static_cast<std::uint32_t>(bits >> 32);
            }
    }
};

// table.value[index mod Count] in every lane: only the lowest bits of the index count.
template <class T, int Count> MLMATH_INLINE vec<T> lookup(const Table<T, Count>& table, vec<typename Lane<T>::sint> index) {
    static_assert(Count == 8 || Count == 16);
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return (vec<T>)_mm512_maskz_permutexvar_ps(0xffff, (__m512i)index, _mm512_load_ps(table.value));
    else if constexpr (Count == 8)
        return (vec<T>)_mm512_maskz_permutexvar_pd(0xff, (__m512i)index, _mm512_load_pd(table.value));
    else
        return (vec<T>)_mm512_permutex2var_pd(_mm512_load_pd(table.value), (__m512i)index, _mm512_load_pd(table.value + 8));
#elif defined(__AVX2__)
    const auto words = [](const void* p, __m256i at) __attribute__((always_inline)) {
        return _mm256_permutevar8x32_epi32(_mm256_load_si256(static_cast<const __m256i*>(p)), at);
    };
    const auto i = (__m256i)index;
    if constexpr (sizeof(T) == 4) {
        const __m256i first = words(table.value, i);
        if constexpr (Count == 8) return (vec<T>)first;
        return (vec<T>)_mm256_blendv_ps((__m256)first, (__m256)words(table.value + 8, i), (__m256)_mm256_slli_epi32(i, 28));
    } else {
        const __m256i twice = _mm256_shuffle_epi32(i, 0xa0);  // the lower word's index for the upper word as well
        const __m256i first = _mm256_blend_epi32(words(table.low, twice), words(table.high, twice), 0xaa);
        if constexpr (Count == 8) return (vec<T>)first;
        const __m256i second = _mm256_blend_epi32(words(table.low + 8, twice), words(table.high + 8, twice), 0xaa);
        return (vec<T>)_mm256_blendv_pd((__m256d)first, (__m256d)second, (__m256d)_mm256_slli_epi64(i, 60));
    }
#else
    vec<T> v;
    MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) v[l] = table.value[index[l] & (Count - 1)];
    return v;
#endif
}

}  // namespace mlmath::MLMATH_LEVEL
