// SPDX-License-Identifier: BSD-3-Clause
// Natural logarithms of x and of 1 + x.
#pragma once
#include "simd/math/common.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// x = 2^n m with m = 1 + f in [sqrt(1/2), sqrt(2)), for normal positive x; f is exact.
template <class T>
MLMATH_INLINE void log_parts(vec<T> x, vec<T>& f, vec<T>& n) {
    using C = MathConstants<T>;
    using UInt = typename Lane<T>::uint;
    constexpr Int<T> one = bits_of(T(1)), lowest = bits_of(C::sqrt_half), mantissa_mask = (Int<T>(1) << C::mantissa_bits) - 1;
    const ints<T> shifted = bits<T>(x) + (one - lowest);
    // The biased exponent, made a number by planting it into the low bits of 2^mantissa_bits.
    constexpr T unit = T(Int<T>(1) << C::mantissa_bits);
    const ints<T> biased = (ints<T>)((vec<UInt>)shifted >> C::mantissa_bits);
    n = (vec<T>)(biased | bits_of(unit)) - broadcast<T>(unit + T(C::exponent_bias));
    f = (vec<T>)((shifted & mantissa_mask) + lowest) - T(1);
}

// n ln 2 + log(1 + f) + small. With s = f / (2 + f):  log(1 + f) = 2 atanh s = f - (f^2/2 - s (f^2/2 + R(s^2))), of which f is
// exact and the bracket small. n ln2_high + f is added without loss (n = 0, or the first is the larger).
template <class T>
MLMATH_INLINE vec<T> log_of_parts(vec<T> f, vec<T> n, vec<T> small) {
    using C = MathConstants<T>;
    const vec<T> s = f / (f + T(2)), z = s * s, half_square = f * T(0.5) * f;
    const vec<T> rest = fma(z, polynomial<T>(z, C::log_terms), half_square);
    const vec<T> low = fma(s, rest, fma(n, broadcast(C::ln2_low), small));
    const vec<T> leading = n * broadcast(C::ln2_high), sum = leading + f;
    return sum + (((leading - sum) + f) - (half_square - low));
}

// The pole (-infinity, "divide by zero") and the forbidden operands (NaN, "invalid"); elsewhere `regular`.
template <class T>
MLMATH_INLINE vec<T> with_log_poles(mask<T> pole, mask<T> forbidden, vec<T> regular) {
    const vec<T> zero{}, one = broadcast(T(1));
    vec<T> numerator = select<T>(pole, -one, select<T>(forbidden, zero, one));
    vec<T> denominator = select<T>(pole | forbidden, zero, one);
    opaque<T>(numerator);
    opaque<T>(denominator);
    vec<T> quotient = numerator / denominator;
    opaque<T>(quotient);
    // 0/0 gives a NaN whose sign differs between machines: cleared.
    return select<T>(pole, quotient, select<T>(forbidden, absolute(quotient), regular));
}

template <class T>
__attribute__((noinline)) vec<T> log_special(vec<T> x) {
    using C = MathConstants<T>;
    const ints<T> i = bits<T>(x), a = magnitude_bits<T>(x);
    const mask<T> pole = a == ints_of<T>(0), nan = a > ints_of<T>(infinity_bits<T>);
    const mask<T> forbidden = (i < ints_of<T>(0)) & ~pole & ~nan;
    const mask<T> regular = (i > ints_of<T>(0)) & (i < ints_of<T>(infinity_bits<T>));
    const mask<T> subnormal = regular & (i < ints_of<T>(bits_of(std::numeric_limits<T>::min())));
    vec<T> y = select<T>(regular, x, broadcast(T(1)));
    y = select<T>(subnormal, y * broadcast(C::subnormal_scale), y);
    vec<T> f, n;
    log_parts<T>(y, f, n);
    n -= select<T>(subnormal, broadcast(C::subnormal_shift), vec<T>{});
    return with_log_poles<T>(pole, forbidden, select<T>(regular, log_of_parts<T>(f, n, vec<T>{}), x));
}

template <class T>
MLMATH_INLINE vec<T> log_of(vec<T> x) {
    const ints<T> i = bits<T>(x);  // negative numbers are negative integers
    if (any((i < ints_of<T>(bits_of(std::numeric_limits<T>::min()))) | (i >= ints_of<T>(infinity_bits<T>)))) [[unlikely]]
        return log_special<T>(x);
    vec<T> f, n;
    log_parts<T>(x, f, n);
    return log_of_parts<T>(f, n, vec<T>{});
}

// log(1 + x) for finite x > -1. 1 + x = u + lost; log(u + lost) = log u + lost / u. Where 1 + x lies in [0.71, 1.41) no sum is
// needed: f is x itself. With m = 1 + f: lost / u = lost 2^-n / m, of which a few bits do, 1/m ~ (1 - f)(1 + f^2).
template <class T>
MLMATH_INLINE vec<T> log1p_regular(vec<T> x, vec<T> u) {
    using C = MathConstants<T>;
    const mask<T> negligible = magnitude_bits<T>(x) < ints_of<T>(bits_of(C::negligible));
    const vec<T> y = select<T>(negligible, vec<T>{}, x);
    u = select<T>(negligible, broadcast(T(1)), u);
    vec<T> f, n;
    log_parts<T>(u, f, n);
    const vec<T> back = u - T(1);
    const vec<T> lost = (broadcast(T(1)) - (u - back)) + (y - back);
    const vec<T> scale = power_of_two<T>(-minimum<T>(n, broadcast(T(64))));  // beyond 2^64 what was lost has no weight
    const mask<T> direct = n == vec<T>{};
    f = select<T>(direct, y, f);
    const vec<T> small = select<T>(direct, vec<T>{}, lost * scale * ((f * f + T(1)) * (broadcast(T(1)) - f)));
    return select<T>(negligible, x, log_of_parts<T>(f, n, small));
}

template <class T>
__attribute__((noinline)) vec<T> log1p_special(vec<T> x) {
    const ints<T> i = bits<T>(x), a = magnitude_bits<T>(x);
    const mask<T> nan = a > ints_of<T>(infinity_bits<T>);
    const mask<T> pole = i == ints_of<T>(bits_of(T(-1)));
    const mask<T> forbidden = (i < ints_of<T>(0)) & (i > ints_of<T>(bits_of(T(-1)))) & ~nan;
    const mask<T> regular = (a < ints_of<T>(infinity_bits<T>)) & ~pole & ~forbidden;
    const vec<T> y = select<T>(regular, x, vec<T>{});
    return with_log_poles<T>(pole, forbidden, select<T>(regular, log1p_regular<T>(y, y + T(1)), x));
}

template <class T>
MLMATH_INLINE vec<T> log1p_of(vec<T> x) {
    const vec<T> u = x + T(1);
    const ints<T> i = bits<T>(u);
    if (any((i <= ints_of<T>(0)) | (i >= ints_of<T>(infinity_bits<T>)))) [[unlikely]]
        return log1p_special<T>(x);
    return log1p_regular<T>(x, u);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 log(vec_f64 x) { return math_detail::log_of<double>(x); }
MLMATH_INLINE vec_f32 log(vec_f32 x) { return math_detail::log_of<float>(x); }
MLMATH_INLINE vec_f64 log1p(vec_f64 x) { return math_detail::log1p_of<double>(x); }
MLMATH_INLINE vec_f32 log1p(vec_f32 x) { return math_detail::log1p_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
