// SPDX-License-Identifier: BSD-3-Clause
// A polynomial of its own for every one of 16 intervals: each lane's coefficients are looked up, then Horner's rule. The same bits
// on every level with FMA.
#pragma once
#include "simd/vec.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

constexpr int piecewise_intervals = 16;

// The coefficients, lowest power first, twice. Where permutations choose among 16 numbers: by power, the intervals side by side.
// Elsewhere by interval, a row of coefficients each, padded to whole 16-byte blocks; the rows of all lanes are transposed as they
// are read. (Of the two, a level's code mentions one only.)
template <class T, int Terms>
struct PiecewiseTable {
    static constexpr int block = 16 / static_cast<int>(sizeof(T)), row = (Terms + block - 1) / block * block;
    alignas(64) T by_power[Terms][piecewise_intervals];
    alignas(64) T by_interval[piecewise_intervals][row];

    constexpr explicit PiecewiseTable(const T (&given)[piecewise_intervals][Terms]) : by_power{}, by_interval{} {
        for (int i = 0; i < piecewise_intervals; ++i)
            for (int p = 0; p < Terms; ++p) by_interval[i][p] = by_power[p][i] = given[i][p];
    }
};

namespace piecewise_detail {

// Constraint: AVX2 permutes eight 32-bit lanes; 16 floats are two of them and a choice, 16 doubles four and more.
template <class T>
constexpr bool by_permutation = register_bytes == 64 || (register_bytes == 32 && sizeof(T) == 4);

// values[index mod 16] in every lane.
template <class T>
MLMATH_INLINE vec<T> permuted([[maybe_unused]] const T* values, [[maybe_unused]] vec<typename Lane<T>::sint> index) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 8)
        return (vec<T>)_mm512_permutex2var_pd(_mm512_load_pd(values), (__m512i)index, _mm512_load_pd(values + 8));
    else
        return (vec<T>)_mm512_maskz_permutexvar_ps(0xffff, (__m512i)index, _mm512_load_ps(values));
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 4) {
        const __m256 first = _mm256_permutevar8x32_ps(_mm256_load_ps(values), (__m256i)index);
        const __m256 second = _mm256_permutevar8x32_ps(_mm256_load_ps(values + 8), (__m256i)index);
        return (vec<T>)_mm256_blendv_ps(first, second, (__m256)_mm256_slli_epi32((__m256i)index, 28));
    }
#endif
    return vec<T>{};  // not reached
}

// The 16-byte blocks at `offset` of every lane's row, block l of them in register l modulo E, for the E elements of a block.
template <class T>
MLMATH_INLINE vec<T> blocks_of_rows(const T* const* rows, int offset) {
#if defined(__AVX2__) && !defined(__AVX512F__)
    // From memory the second block takes no shuffle.
    if constexpr (sizeof(T) == 8)
        return (vec<T>)_mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_load_pd(rows[0] + offset)), _mm_load_pd(rows[2] + offset), 1);
#endif
    return load(rows[0] + offset);
}

}  // namespace piecewise_detail

// p(x) = p(0) + x slope, p the polynomial of interval `index` (mod 16) of each lane: the slope, and p(0) as `constant`.
//
// Constraint: the lookups make each register's work long, so that the processor's window holds few of them, and a chain of dependent
// multiply-adds is waited for. Decision: slope = c1 + x (E(x^2) + x O(x^2)), two chains of half the length; only the sum with c1
// rounds to the slope's own units.
template <class T, int Terms>
MLMATH_INLINE vec<T> piecewise_slope(const PiecewiseTable<T, Terms>& table, vec<typename Lane<T>::sint> index, vec<T> x,
                                     vec<T>& constant) {
    constexpr int row = PiecewiseTable<T, Terms>::row, block = piecewise_detail::by_permutation<T> ? 1 : PiecewiseTable<T, Terms>::block;
    static_assert(Terms >= 4);
    const T* rows[width<T>];
    if constexpr (block > 1)
        MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) rows[l] = table.by_interval[index[l] & (piecewise_intervals - 1)];
    const vec<T> square = x * x;
    vec<T> half[2], slope{};
    MLMATH_UNROLL for (int first = (block > 1 ? row : Terms) - block; first >= 0; first -= block) {
        vec<T> c[block];
        if constexpr (block > 1) {
            MLMATH_UNROLL for (int l = 0; l < block; ++l) c[l] = piecewise_detail::blocks_of_rows(rows + l, first);
            transpose_detail::within_blocks(c);
        } else {
            c[0] = piecewise_detail::permuted<T>(table.by_power[first], index);
        }
        MLMATH_UNROLL for (int p = first + block - 1; p >= first; --p) {
            const vec<T> coefficient = c[p - first];
            if (p == 0)
                constant = coefficient;
            else if (p == 1)
                slope = fma(fma(half[1], x, half[0]), x, coefficient);
            else if (p >= Terms - 2 && p < Terms)
                half[p % 2] = coefficient;
            else if (p < Terms)
                half[p % 2] = fma(half[p % 2], square, coefficient);
        }
    }
    return slope;
}

}  // namespace mlmath::MLMATH_LEVEL
