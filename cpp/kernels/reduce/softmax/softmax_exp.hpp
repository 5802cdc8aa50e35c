// SPDX-License-Identifier: BSD-3-Clause
// e^d for d <= 0: the exponential of a difference from the largest element. For kernel units.
//
// What the general exp must do and this one need not: overflow, flags, the last tenth of an ulp. What it must do fast: -infinity
// and results that vanish, which masked rows are full of.
#pragma once
#include <limits>

#include "simd/math/exp.hpp"

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

// c[0] + c[1] x + ... by halving: an operation or two more than Horner's rule, half its waiting time. Constraint: a core holds about
// 200 operations that wait, 10 registers in flight of 20 each.
template <class T, int Count>
MLMATH_INLINE vec<T> short_polynomial(vec<T> x, const T (&c)[Count]) {
    const vec<T> square = x * x, first = fma(x, broadcast(c[1]), broadcast(c[0]));
    if constexpr (Count == 3) {
        return fma(square, broadcast(c[2]), first);
    } else {
        static_assert(Count == 6);
        const vec<T> second = fma(x, broadcast(c[3]), broadcast(c[2])), third = fma(x, broadcast(c[5]), broadcast(c[4]));
        return fma(square, fma(square, third, second), first);
    }
}

// With t = n/8, n an integer: d = t ln 2 + r and e^d = 2^t (1 + r (1 + r q(r))), where 2^t is one of eight numbers 2^(j/8) times a
// power of two. At most 1.0 ulp with FMA, 1.2 without (one subnormal step below the normal range); 0 from exp_clamp_low on and
// for -infinity, 1 for 0, NaN for NaN. Floating-point flags mean nothing.
template <class T>
MLMATH_INLINE vec<T> exp_nonpositive(vec<T> d) {
    using namespace math_detail;
    using C = MathConstants<T>;
    using E = ExpConstants<T>;
    const vec<T> one = broadcast(T(1)), shift = broadcast(round_shift<T> / 8);  // adding it rounds to an eighth
    const auto reduce = [&](vec<T> x, vec<T>& t, vec<T>& r) __attribute__((always_inline)) {
        const vec<T> planted = fma(x, broadcast(C::log2_e), shift);
        t = planted - shift;
        r = fma(t, broadcast(-8 * E::step_low), fma(t, broadcast(-8 * E::step_high), x));
        return planted;
    };
    const auto minus_1 = [&](vec<T> r) __attribute__((always_inline)) {  // e^r - 1
        return r * fma(r, short_polynomial<T>(r, E::terms), one);
    };
    vec<T> t, r;
#if defined(__AVX512F__)
    const vec<T> planted = reduce(at_least(C::exp_clamp_low, d), t, r);
    const vec<T> power = lookup(E::power, bits<T>(planted));
    return scale_by_power(fma(power, minus_1(r), power), t);  // by 2 to the floor of t
#else
    const vec<T> normal = broadcast(-C::exp_safe);
    const mask<T> below = d < normal;
    if (any(below & (d > broadcast(C::exp_clamp_low)))) [[unlikely]] {
        // Two factors of half the exponent each: the first product is exact, the second rounds.
        const vec<T> planted = reduce(at_least(C::exp_clamp_low, d), t, r);
        return scaled_far<T>(t * T(8), planted, minus_1(r));
    }
    const vec<T> planted = reduce(at_least(-C::exp_safe, d), t, r);
    const vec<T> power = power_of_steps<T>(planted);
    return select<T>(below, vec<T>{}, fma(power, minus_1(r), power));
#endif
}

}  // namespace mlmath::MLMATH_LEVEL
