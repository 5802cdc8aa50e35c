// SPDX-License-Identifier: BSD-3-Clause
// Functions of floats computed in double, where float arithmetic cannot.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// The doubles of a register, rounded to floats.
MLMATH_INLINE void store_as_f32(float* p, vec_f64 v) {
#if defined(__AVX512F__)
    _mm256_storeu_ps(p, _mm512_maskz_cvtpd_ps(0xff, (__m512d)v));
#elif defined(__AVX2__)
    _mm_storeu_ps(p, _mm256_cvtpd_ps((__m256d)v));
#elif defined(__SSE2__)
    _mm_storel_pi(reinterpret_cast<__m64*>(p), _mm_cvtpd_ps((__m128d)v));
#else
    vst1_f32(p, vcvt_f32_f64((float64x2_t)v));
#endif
}

// A function of doubles, on the two halves of a register of floats.
template <class F>
MLMATH_INLINE vec_f32 through_doubles(vec_f32 x, F function) {
    constexpr int half = width<double>;
    float from[2 * half], to[2 * half];
    store(from, x);
    MLMATH_UNROLL for (int part = 0; part < 2; ++part) store_as_f32(to + part * half, function(load_as_f64(from + part * half)));
    return load(to);
}
// The same of two operands.
template <class F>
MLMATH_INLINE vec_f32 through_doubles(vec_f32 x, vec_f32 y, F function) {
    constexpr int half = width<double>;
    float first[2 * half], second[2 * half], to[2 * half];
    store(first, x);
    store(second, y);
    MLMATH_UNROLL for (int part = 0; part < 2; ++part)
        store_as_f32(to + part * half, function(load_as_f64(first + part * half), load_as_f64(second + part * half)));
    return load(to);
}

}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
