// SPDX-License-Identifier: BSD-3-Clause
// e^x, 2^x, e^x - 1.
#pragma once
#include "simd/math/common.hpp"
#include "simd/math/exp_constants.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// x = n step + r with an integer n, step = ln(2)/8; n and, planted in the low bits of `planted`, its bits. n step_high is exact
// (with FMA the difference is), so r is off by half a unit of its own.
template <class T>
MLMATH_INLINE vec<T> exp_reduced(vec<T> x, vec<T>& n, vec<T>& planted) {
    using C = ExpConstants<T>;
    planted = fma(x, broadcast(C::steps_per_unit), broadcast(round_shift<T>));
    n = planted - broadcast(round_shift<T>);
    return fnma(n, broadcast(C::step_low), fnma(n, broadcast(C::step_high), x));
}

// 2^(n/8), rounded: 2^(j/8) with j the low three bits of n, and the rest of n added to the exponent.
template <class T>
MLMATH_INLINE vec<T> power_of_steps(vec<T> planted) {
    using C = ExpConstants<T>;
    constexpr int up = MathConstants<T>::mantissa_bits - 3;
    // n 2^up = (n >> 3) 2^mantissa_bits + j 2^up, of which the second is taken off again.
    static constexpr auto entries = [] {
        struct Entries {
            T value[8];
        } e = {};
        for (int j = 0; j < 8; ++j)
            e.value[j] = __builtin_bit_cast(T, static_cast<Int<T>>(bits_of(C::power_values[j]) - (Int<T>(j) << up)));
        return e;
    }();
    static constexpr Table<T, 8> shifted(entries.value);
    const ints<T> n = bits<T>(planted);
    return (vec<T>)(bits<T>(lookup(shifted, n)) + (n << up));
}

// (e^r - 1) + tail for |r| <= ln(2)/16, where tail is what the rounding of 2^(j/8) left. As a product with 1 + ..., so that the
// tiniest r leaves no trace but "inexact".
template <class T>
MLMATH_INLINE vec<T> exp_minus_1_reduced(vec<T> r, vec<T> planted) {
    using C = ExpConstants<T>;
    const vec<T> slope = fma(r, polynomial<T>(r, C::terms), broadcast(T(1)));
    return fma(r, slope, lookup(C::power_tail, bits<T>(planted)));
}
template <class T>
MLMATH_INLINE vec<T> exp2_minus_1_reduced(vec<T> r, vec<T> planted) {
    using C = ExpConstants<T>;
    return fma(r, polynomial<T>(r, C::terms_of_2), lookup(C::power_tail, bits<T>(planted)));
}

// Without FMA the last product is rounded by itself, and must not underflow: then the short way ends earlier.
template <class T>
constexpr T exp_usual = has_fma          ? MathConstants<T>::exp_safe
                        : sizeof(T) == 8 ? T(600)
                                         : T(60);
template <class T>
constexpr T exp2_usual = has_fma          ? (sizeof(T) == 8 ? T(1020) : T(124))
                         : sizeof(T) == 8 ? T(860)
                                          : T(86);

// A negligible operand counted as zero: its products would underflow, and say so.
template <class T>
MLMATH_INLINE vec<T> zero_if_negligible(vec<T> x) {
    return select<T>(magnitude_bits<T>(x) < ints_of<T>(bits_of(MathConstants<T>::negligible)), vec<T>{}, x);
}

template <class T>
MLMATH_INLINE vec<T> exp_in_range(vec<T> x) {
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(has_fma ? x : zero_if_negligible<T>(x), n, planted);
    const vec<T> p = exp_minus_1_reduced<T>(r, planted), power = power_of_steps<T>(planted);
    return fma(power, p, power);
}
template <class T>
MLMATH_INLINE vec<T> exp2_in_range(vec<T> x) {
    const vec<T> y = zero_if_negligible<T>(x);
    const vec<T> planted = fma(y, broadcast(T(8)), broadcast(round_shift<T>));
    const vec<T> r = fnma(planted - broadcast(round_shift<T>), broadcast(T(0.125)), y);  // exact
    const vec<T> p = exp2_minus_1_reduced<T>(r, planted), power = power_of_steps<T>(planted);
    return fma(power, p, power);
}

// 2^(n/8) (1 + p) for any n, in two steps of half the exponent each: the first is exact, the second rounds (to a subnormal, zero or
// infinity) once.
template <class T>
MLMATH_INLINE vec<T> scaled_far(vec<T> n, vec<T> planted, vec<T> p) {
    constexpr T unit = T(Int<T>(1) << MathConstants<T>::mantissa_bits);
    const vec<T> j = (vec<T>)((bits<T>(planted) & Int<T>(7)) | bits_of(unit)) - broadcast(unit);
    const vec<T> exponent = (n - j) * T(0.125);
    const vec<T> power = lookup(ExpConstants<T>::power, bits<T>(planted));
    const vec<T> half = fma(exponent, broadcast(T(0.5)), broadcast(round_shift<T>)) - broadcast(round_shift<T>);
    return fma(power, p, power) * power_of_two<T>(half) * power_of_two<T>(exponent - half);
}

// What a special operand gives: -infinity 0, infinity and NaN themselves.
template <class T>
MLMATH_INLINE vec<T> exp_of_special(vec<T> x) {
    return select<T>(bits<T>(x) == ints_of<T>(bits_of(-std::numeric_limits<T>::infinity())), vec<T>{}, x);
}

template <class T>
__attribute__((noinline)) vec<T> exp_special(vec<T> x) {
    using C = MathConstants<T>;
    const mask<T> finite = magnitude_bits<T>(x) < ints_of<T>(infinity_bits<T>);
    vec<T> y = select<T>(finite, zero_if_negligible<T>(x), vec<T>{});
    y = minimum<T>(maximum<T>(y, broadcast(C::exp_clamp_low)), broadcast(C::exp_clamp_high));
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(y, n, planted);
    return select<T>(finite, scaled_far<T>(n, planted, exp_minus_1_reduced<T>(r, planted)), exp_of_special<T>(x));
}
template <class T>
__attribute__((noinline)) vec<T> exp2_special(vec<T> x) {
    constexpr T low = sizeof(T) == 8 ? T(-1080) : T(-155), high = sizeof(T) == 8 ? T(1025) : T(129);
    const mask<T> finite = magnitude_bits<T>(x) < ints_of<T>(infinity_bits<T>);
    vec<T> y = select<T>(finite, zero_if_negligible<T>(x), vec<T>{});
    y = minimum<T>(maximum<T>(y, broadcast(low)), broadcast(high));
    const vec<T> planted = fma(y, broadcast(T(8)), broadcast(round_shift<T>)), n = planted - broadcast(round_shift<T>);
    const vec<T> r = fnma(n, broadcast(T(0.125)), y);
    return select<T>(finite, scaled_far<T>(n, planted, exp2_minus_1_reduced<T>(r, planted)), exp_of_special<T>(x));
}

template <class T>
MLMATH_INLINE mask<T> beyond(vec<T> x, T limit) {
    return magnitude_bits<T>(x) > ints_of<T>(bits_of(limit));
}

template <class T>
MLMATH_INLINE vec<T> exp_of(vec<T> x) {
    if (any(beyond<T>(x, exp_usual<T>))) [[unlikely]]
        return exp_special<T>(x);
    return exp_in_range<T>(x);
}
template <class T>
MLMATH_INLINE vec<T> exp2_of(vec<T> x) {
    if (any(beyond<T>(x, exp2_usual<T>))) [[unlikely]]
        return exp2_special<T>(x);
    return exp2_in_range<T>(x);
}

// e^x - 1 = (S - 1) + S r + S (r^2 q + tail), S = 2^(n/8): the first two are added without loss, for where S is near 1 they nearly
// cancel. Where n = 0 the first is 0 and the second r.
template <class T>
MLMATH_INLINE vec<T> expm1_in_range(vec<T> x) {
    using C = ExpConstants<T>;
    const mask<T> negligible = magnitude_bits<T>(x) < ints_of<T>(bits_of(MathConstants<T>::negligible));
    const vec<T> y = select<T>(negligible, vec<T>{}, x);
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(y, n, planted);
    const vec<T> r_low = fnma(n, broadcast(C::step_low), fnma(n, broadcast(C::step_high), y) - r);
    const vec<T> power = power_of_steps<T>(planted), one = broadcast(T(1));
    const vec<T> small = fma(r * r, polynomial<T>(r, C::terms_minus_1), r_low + lookup(C::power_tail, bits<T>(planted)));
    const vec<T> leading = power - one;
    const vec<T> lost = select<T>(power < one, power - (leading + one), (power - leading) - one);
    const vec<T> sum = fma(power, r, leading);
    const vec<T> rest = fma(power, r, leading - sum) + lost;
    return select<T>(negligible, x, sum + fma(power, small, rest));
}

// Beyond: e^x - 1 rounds to e^x or to -1.
template <class T>
constexpr T expm1_usual = sizeof(T) == 8 ? T(600) : T(60);

template <class T>
__attribute__((noinline)) vec<T> expm1_special(vec<T> x) {
    const mask<T> far = beyond<T>(x, expm1_usual<T>), negative = bits<T>(x) < ints_of<T>(0);
    const mask<T> nan = magnitude_bits<T>(x) > ints_of<T>(infinity_bits<T>);
    const vec<T> near = expm1_in_range<T>(select<T>(far, vec<T>{}, x));
    const vec<T> large = exp_special<T>(select<T>(far & ~(negative & ~nan), x, vec<T>{}));
    return select<T>(far, select<T>(negative & ~nan, broadcast(T(-1)), large), near);
}
template <class T>
MLMATH_INLINE vec<T> expm1_of(vec<T> x) {
    if (any(beyond<T>(x, expm1_usual<T>))) [[unlikely]]
        return expm1_special<T>(x);
    return expm1_in_range<T>(x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 exp(vec_f64 x) { return math_detail::exp_of<double>(x); }
MLMATH_INLINE vec_f32 exp(vec_f32 x) { return math_detail::exp_of<float>(x); }
MLMATH_INLINE vec_f64 exp2(vec_f64 x) { return math_detail::exp2_of<double>(x); }
MLMATH_INLINE vec_f32 exp2(vec_f32 x) { return math_detail::exp2_of<float>(x); }
MLMATH_INLINE vec_f64 expm1(vec_f64 x) { return math_detail::expm1_of<double>(x); }
MLMATH_INLINE vec_f32 expm1(vec_f32 x) { return math_detail::expm1_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
