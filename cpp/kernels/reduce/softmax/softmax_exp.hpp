// SPDX-License-Identifier: BSD-3-Clause
// e^d for d <= 0: the exponential of a difference from the largest element. For kernel units.
//
// What the general exp must do and this one need not: overflow, flags, the last tenth of an ulp. What it must do fast: -infinity
// and results that vanish, which masked rows are full of.
#pragma once
#include <limits>

#include "simd/math/common.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
constexpr T minus_infinity = -std::numeric_limits<T>::infinity();

// p * 2^n, n an integer, for the whole range of n that exp_nonpositive meets: the product is rounded once.
#if defined(__AVX512F__)
MLMATH_INLINE vec_f64 scale_by_power(vec_f64 p, vec_f64 n) { return (vec_f64)_mm512_maskz_scalef_pd(0xff, (__m512d)p, (__m512d)n); }
MLMATH_INLINE vec_f32 scale_by_power(vec_f32 p, vec_f32 n) { return (vec_f32)_mm512_maskz_scalef_ps(0xffff, (__m512)p, (__m512)n); }
#endif

// The larger of the two, v when it is NaN.
template <class T>
MLMATH_INLINE vec<T> at_least(T low, vec<T> v) {
    const vec<T> floor = broadcast(low);
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 8)
        return (vec<T>)_mm512_maskz_max_pd(0xff, (__m512d)floor, (__m512d)v);
    else
        return (vec<T>)_mm512_maskz_max_ps(0xffff, (__m512)floor, (__m512)v);
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 8)
        return (vec<T>)_mm256_max_pd((__m256d)floor, (__m256d)v);
    else
        return (vec<T>)_mm256_max_ps((__m256)floor, (__m256)v);
#elif defined(__SSE2__)
    if constexpr (sizeof(T) == 8)
        return (vec<T>)_mm_max_pd((__m128d)floor, (__m128d)v);
    else
        return (vec<T>)_mm_max_ps((__m128)floor, (__m128)v);
#else
    return v < floor ? floor : v;
#endif
}

// c[0] + c[1] x + ... by halving: two operations more than Horner's rule, a third of its waiting time. Constraint: a core holds
// about 200 operations that wait; Horner's chain of 9 has 70 cycles from d to e^d, 8 registers in flight of 25 operations each.
template <class T, int Count>
MLMATH_INLINE vec<T> short_polynomial(vec<T> x, const T (&c)[Count]) {
    const vec<T> square = x * x;
    vec<T> pair[(Count + 1) / 2];
    MLMATH_UNROLL for (int i = 0; i < (Count + 1) / 2; ++i) pair[i] =
        2 * i + 1 < Count ? fma(x, broadcast(c[2 * i + 1 < Count ? 2 * i + 1 : 0]), broadcast(c[2 * i])) : broadcast(c[2 * i]);
    if constexpr (Count <= 6) {
        return Count <= 4 ? fma(square, pair[1], pair[0]) : fma(square, fma(square, pair[2], pair[1]), pair[0]);
    } else {
        static_assert(Count == 10);
        const vec<T> fourth = square * square;
        const vec<T> low = fma(square, pair[1], pair[0]), high = fma(fourth, pair[4], fma(square, pair[3], pair[2]));
        return fma(fourth, high, low);
    }
}

// d = n ln 2 + r, e^d = 2^n (1 + r (1 + r q(r))). At most 1.0 ulp with FMA, 1.2 without (one subnormal step below the normal
// range); 0 from exp_clamp_low on and for -infinity, 1 for 0, NaN for NaN. Floating-point flags mean nothing.
template <class T>
MLMATH_INLINE vec<T> exp_nonpositive(vec<T> d) {
    using namespace math_detail;
    using C = MathConstants<T>;
    const vec<T> one = broadcast(T(1)), shift = broadcast(round_shift<T>);
    const auto mantissa = [&](vec<T> x, vec<T> & n) __attribute__((always_inline)) {
        n = fma(x, broadcast(C::log2_e), shift) - shift;
        const vec<T> r = fma(n, broadcast(-C::ln2_low), fma(n, broadcast(-C::ln2_high), x));
        return fma(r, fma(r, short_polynomial<T>(r, C::exp_terms), one), one);
    };
    vec<T> n;
#if defined(__AVX512F__)
    const vec<T> p = mantissa(at_least(C::exp_clamp_low, d), n);
    return scale_by_power(p, n);
#else
    const vec<T> normal = broadcast(-C::exp_safe);
    const mask<T> below = d < normal;
    if (any(below & (d > broadcast(C::exp_clamp_low)))) [[unlikely]] {
        // Two factors of half the exponent each: the first product is exact, the second rounds.
        const vec<T> p = mantissa(at_least(C::exp_clamp_low, d), n);
        const vec<T> half = fma(n, broadcast(T(0.5)), shift) - shift;
        return p * power_of_two<T>(half) * power_of_two<T>(n - half);
    }
    const vec<T> p = mantissa(at_least(-C::exp_safe, d), n);
    return select<T>(below, vec<T>{}, p * power_of_two<T>(n));
#endif
}

}  // namespace mlmath::MLMATH_LEVEL
