// SPDX-License-Identifier: BSD-3-Clause
// Hyperbolic sine, cosine and tangent.
#pragma once
#include "simd/math/exp.hpp"
#include "simd/math/hyperbolic_constants.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// Below: sinh x and tanh x round to x (x^2/3 of an ulp and a half at most).
template <class T>
constexpr T hyperbolic_negligible = sizeof(T) == 8 ? T(0x1p-28) : T(0x1p-13);
// From here on tanh is 1: 2 e^-2x < 2^-54, 2^-25.
template <class T>
constexpr T tanh_one = sizeof(T) == 8 ? T(20) : T(10);

// |x|, but at least `low` and at most `high`, by its bits: a NaN becomes `high`, and nothing raises a flag.
template <class T>
MLMATH_INLINE vec<T> magnitude_within(vec<T> x, T low, T high) {
    ints<T> a = magnitude_bits<T>(x);
    const ints<T> lowest = ints_of<T>(bits_of(low)), highest = ints_of<T>(bits_of(high));
    a = a < highest ? a : highest;
    return (vec<T>)(a > lowest ? a : lowest);
}

// The sign of x on y >= 0; x itself where it is negligible.
template <class T>
MLMATH_INLINE vec<T> odd_result(vec<T> x, vec<T> y) {
    const vec<T> signed_y = (vec<T>)(bits<T>(y) | (bits<T>(x) ^ magnitude_bits<T>(x)));
    return select<T>(magnitude_bits<T>(x) < ints_of<T>(bits_of(hyperbolic_negligible<T>)), x, signed_y);
}

// tanh y = y + y z p(z)/q(z) with z = y^2 for y < 3/4, and 1 - 2 / (e^(2y) + 1) beyond, where the quotient is at most 0.37 and its
// error a fraction of an ulp. Both are b + b N/D, so that one division serves either. For every x but NaN.
template <class T>
MLMATH_INLINE vec<T> tanh_of_number(vec<T> x) {
    using C = HyperbolicConstants<T>;
    const vec<T> y = magnitude_within<T>(x, hyperbolic_negligible<T>, tanh_one<T>), one = broadcast(T(1));
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(y + y, n, planted);
    // e^r - 1 without what the rounding of 2^(j/8) left: half an ulp of e^(2y) has no weight in the quotient.
    const vec<T> slope = fma(r, polynomial<T>(r, ExpConstants<T>::terms), one), power = power_of_steps<T>(planted);
    const vec<T> p = r * slope, z = y * y;
    const mask<T> small = bits<T>(y) < ints_of<T>(bits_of(C::tanh_small));
    const vec<T> above = select<T>(small, z * polynomial<T>(z, C::tanh_above), broadcast(T(-2)));
    const vec<T> below = select<T>(small, polynomial<T>(z, C::tanh_below), fma(power, p, power + one));
    const vec<T> base = select<T>(small, y, one);
    return odd_result<T>(x, fma(base, above / below, base));
}

template <class T>
MLMATH_INLINE mask<T> not_a_number(vec<T> x) {
    return magnitude_bits<T>(x) > ints_of<T>(infinity_bits<T>);
}

template <class T>
MLMATH_INLINE vec<T> tanh_of(vec<T> x) {
    return select<T>(not_a_number<T>(x), x, tanh_of_number<T>(x));
}

// What sinh and cosh share: e^y / 2 = half (1 + p), and rest = e^-y / 2. From e^y = 2^120 (2^40) on the rest has no weight, and is
// kept from becoming subnormal.
template <class T>
struct HalfExp {
    vec<T> half, p, rest;
};
template <class T>
MLMATH_INLINE HalfExp<T> half_exp(vec<T> y) {
    constexpr Int<T> large = bits_of(sizeof(T) == 8 ? T(0x1p120) : T(0x1p40));
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(y, n, planted);
    const vec<T> p = exp_minus_1_reduced<T>(r, planted), power = power_of_steps<T>(planted);
    const ints<T> e = bits<T>(fma(power, p, power));
    return {power * T(0.5), p, broadcast(T(0.5)) / (vec<T>)(e < ints_of<T>(large) ? e : ints_of<T>(large))};
}

// half (1 + p) +- rest, the largest term last. cosh is at least 1, of which the rest is a half at most; sinh from 1 on, of which it
// is a sixth. Below 1: y + y z q(z).
template <class T>
MLMATH_INLINE vec<T> cosh_in_range(vec<T> x) {
    const HalfExp<T> e = half_exp<T>((vec<T>)magnitude_within<T>(x, hyperbolic_negligible<T>, MathConstants<T>::exp_safe));
    return e.half + fma(e.half, e.p, e.rest);
}
template <class T>
MLMATH_INLINE vec<T> sinh_in_range(vec<T> x) {
    const vec<T> y = magnitude_within<T>(x, hyperbolic_negligible<T>, MathConstants<T>::exp_safe), z = y * y;
    const HalfExp<T> e = half_exp<T>(y);
    const vec<T> large = e.half + fma(e.half, e.p, -e.rest);
    const vec<T> small = fma(y, z * polynomial<T>(z, HyperbolicConstants<T>::sinh_terms), y);
    return odd_result<T>(x, select<T>(bits<T>(y) < ints_of<T>(bits_of(T(1))), small, large));
}

// e^y / 2 beyond exp_safe, rounded once; overflow where it is due. 0 (and no flag) in the lanes that are not `far`.
template <class T>
MLMATH_INLINE vec<T> half_exp_far(vec<T> x, mask<T> far) {
    constexpr T limit = sizeof(T) == 8 ? T(712) : T(91);  // infinity
    const vec<T> y = select<T>(far, magnitude_within<T>(x, T(0), limit), vec<T>{});
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(y, n, planted);
    return scaled_far<T>(n - T(8), planted, exp_minus_1_reduced<T>(r, planted));
}

template <bool odd, class T>
__attribute__((noinline)) vec<T> sinh_or_cosh_special(vec<T> x) {
    const mask<T> nan = not_a_number<T>(x), infinite = magnitude_bits<T>(x) == ints_of<T>(infinity_bits<T>);
    const mask<T> far = beyond<T>(x, MathConstants<T>::exp_safe) & ~nan & ~infinite;
    const vec<T> magnitude = half_exp_far<T>(x, far), infinity = absolute(x);
    const vec<T> large = select<T>(infinite, infinity, magnitude);
    if constexpr (odd)
        return select<T>(nan, x, select<T>(far | infinite, odd_result<T>(x, large), sinh_in_range<T>(x)));
    else
        return select<T>(nan, x, select<T>(far | infinite, large, cosh_in_range<T>(x)));
}

template <class T>
MLMATH_INLINE vec<T> sinh_of(vec<T> x) {
    if (any(beyond<T>(x, MathConstants<T>::exp_safe))) [[unlikely]]
        return sinh_or_cosh_special<true, T>(x);
    return sinh_in_range<T>(x);
}
template <class T>
MLMATH_INLINE vec<T> cosh_of(vec<T> x) {
    if (any(beyond<T>(x, MathConstants<T>::exp_safe))) [[unlikely]]
        return sinh_or_cosh_special<false, T>(x);
    return cosh_in_range<T>(x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 sinh(vec_f64 x) { return math_detail::sinh_of<double>(x); }
MLMATH_INLINE vec_f32 sinh(vec_f32 x) { return math_detail::sinh_of<float>(x); }
MLMATH_INLINE vec_f64 cosh(vec_f64 x) { return math_detail::cosh_of<double>(x); }
MLMATH_INLINE vec_f32 cosh(vec_f32 x) { return math_detail::cosh_of<float>(x); }
MLMATH_INLINE vec_f64 tanh(vec_f64 x) { return math_detail::tanh_of<double>(x); }
MLMATH_INLINE vec_f32 tanh(vec_f32 x) { return math_detail::tanh_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
