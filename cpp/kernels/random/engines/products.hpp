// SPDX-License-Identifier: BSD-3-Clause
// Widening products, of which Philox, integers and dice are made. For kernel units.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// Products of the lower halves of 64-bit lanes.
MLMATH_INLINE vec_u64 product_of_halves(vec_u64 a, vec_u64 b) {
#if defined(__AVX512F__)
    return (vec_u64)_mm512_maskz_mul_epu32(0xff, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    return (vec_u64)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (vec_u64)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    const vec_u64 low = broadcast<std::uint64_t>(0xffffffffu);
    return (a & low) * (b & low);
#endif
}

}  // namespace mlmath::MLMATH_LEVEL
