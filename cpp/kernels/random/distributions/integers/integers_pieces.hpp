// SPDX-License-Identifier: BSD-3-Clause
// integers: registers of 8- and 16-bit lanes, widening products, comparisons to bits. For kernel units.
#pragma once
#include "kernels/random/engines/products.hpp"
#include "kernels/random/engines/xblock/xblock_lanes.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// Count lanes of E: registers and the parts of registers that elements of other sizes fill.
template <class E, int Count>
struct Lanes {
    typedef E type __attribute__((vector_size(Count * sizeof(E))));
};
template <class E, int Count = width<std::uint64_t> * static_cast<int>(8 / sizeof(E))>
using lanes = typename Lanes<E, Count>::type;

// At any address.
template <class V>
MLMATH_INLINE V load_bytes(const void* from) {
    V v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}
template <class V>
MLMATH_INLINE void store_bytes(void* to, V v) {
    __builtin_memcpy(to, &v, sizeof v);
}

template <class E>
MLMATH_INLINE lanes<E> all_lanes(E x) {
    return x - lanes<E>{};
}

// 32-bit numbers at `from` in 64-bit lanes. (Not by __builtin_convertvector: GCC 12 converts halves and glues them together.)
MLMATH_INLINE vec_u64 widened(const void* from) {
#if defined(__AVX512F__)
    return (vec_u64)_mm512_maskz_cvtepu32_epi64(0xff, _mm256_loadu_si256(static_cast<const __m256i*>(from)));
#elif defined(__AVX2__)
    return (vec_u64)_mm256_cvtepu32_epi64(_mm_loadu_si128(static_cast<const __m128i*>(from)));
#elif defined(__SSE4_1__)
    return (vec_u64)_mm_cvtepu32_epi64(_mm_loadl_epi64(static_cast<const __m128i*>(from)));
#else
    return __builtin_convertvector(load_bytes<lanes<std::uint32_t, width<std::uint64_t> > >(from), vec_u64);
#endif
}

// The upper halves of products of 16-bit lanes.
MLMATH_INLINE lanes<std::uint16_t> upper_product(lanes<std::uint16_t> a, lanes<std::uint16_t> b) {
#if defined(__AVX512BW__)
    return (lanes<std::uint16_t>)_mm512_mulhi_epu16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    return (lanes<std::uint16_t>)_mm256_mulhi_epu16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (lanes<std::uint16_t>)_mm_mulhi_epu16((__m128i)a, (__m128i)b);
#else
    lanes<std::uint16_t> upper;
    for (int l = 0; l < register_bytes / 2; ++l) upper[l] = static_cast<std::uint16_t>(std::uint32_t(a[l]) * b[l] >> 16);
    return upper;
#endif
}

// The 128 bits of w s: the upper 64 are returned. s has 64 bits, or (Short) at most 32.
template <bool Short>
MLMATH_INLINE vec_u64 long_product(vec_u64 w, vec_u64 s, vec_u64& lower) {
    const vec_u64 mask = broadcast<std::uint64_t>(0xffffffffu);
    const vec_u64 low = product_of_halves(w, s), cross = product_of_halves(w >> 32, s) + (low >> 32);
    if constexpr (Short) {
        lower = (cross << 32) | (low & mask);
        return cross >> 32;
    } else {
        const vec_u64 other = product_of_halves(w, s >> 32) + (cross & mask);
        lower = (other << 32) | (low & mask);
        return product_of_halves(w >> 32, s >> 32) + (cross >> 32) + (other >> 32);
    }
}

// Bit l says whether lane l of a is below lane l of b. (Eight lanes by way of a general register: bits_of() in extra_words.hpp.)
template <class E>
MLMATH_INLINE std::uint64_t below(lanes<E> a, lanes<E> b) {
#if defined(__AVX512BW__)
    if constexpr (sizeof(E) == 1) return _mm512_cmplt_epu8_mask((__m512i)a, (__m512i)b);
    if constexpr (sizeof(E) == 2) return _mm512_cmplt_epu16_mask((__m512i)a, (__m512i)b);
    if constexpr (sizeof(E) == 4) return _mm512_cmplt_epu32_mask((__m512i)a, (__m512i)b);
    unsigned bits = _mm512_cmplt_epu64_mask((__m512i)a, (__m512i)b);
    asm("" : "+r"(bits));
    return bits;
#else
    const auto where = a < b;
    if (__builtin_expect(!any(where), 1)) return 0;
    std::uint64_t bits = 0;
    for (int l = 0; l < static_cast<int>(register_bytes / sizeof(E)); ++l) bits |= where[l] != 0 ? std::uint64_t(1) << l : 0;
    return bits;
#endif
}

}  // namespace mlmath::MLMATH_LEVEL
