// SPDX-License-Identifier: BSD-3-Clause
// exp, log, log1p, sigmoid, softplus of one register. Plain functions of the lanes: no table, no memory, the same operations for
// float and double. A lane's result depends on its own value alone, and every level with FMA gives the same bits.
//
// How each one is built: an exact reduction to a small interval, a polynomial there (near-minimax; coefficients from
// math_coefficients.py beside this file), and the reduction undone with the rounding error of the leading terms carried along.
// Specials (NaN, infinities, poles, overflow, results below the normal range) are met by one integer test per register and treated
// on a second path. A comparison of a NaN with < would raise "invalid": wherever one may come by, its bits are compared as
// integers.
//
// Largest error found, in ulp (samples of every exponent and around the ends of the intervals, against mpmath):
//   exp 0.77   log 0.83   log1p 0.82   sigmoid 2.2   softplus 1.4
// Flags: overflow, underflow, divide-by-zero and invalid are raised exactly where the exact result calls for them; every other
// operand raises nothing but "inexact".
#pragma once
#include <cstdint>
#include <limits>

#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// Everything that differs between float and double.
template <class T>
struct MathConstants;
template <>
struct MathConstants<double> {
    static constexpr int mantissa_bits = 52, exponent_bias = 1023;
    static constexpr double log2_e = 0x1.71547652b82fep+0;
    // ln 2 in two parts; n times the first is exact for the 11 bits that |n| <= 1100 needs.
    static constexpr double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
    // (exp r - 1 - r) / r^2 on |r| <= ln(2)/2, relative error 3.5e-18
    static constexpr double exp_terms[] = {
        0x1.000000000000bp-1,  0x1.5555555555561p-3,  0x1.5555555550030p-5,  0x1.111111110d63dp-7,  0x1.6c16c185a7594p-10,
        0x1.a01a01bae17b4p-13, 0x1.a0199693b7633p-16, 0x1.71dddfcd3d669p-19, 0x1.28b049187b366p-22, 0x1.af8585facd236p-26};
    // (2 atanh(s) / s - 2) / s^2 in powers of s^2, |s| <= 0.1716, error 2.5e-18
    static constexpr double log_terms[] = {0x1.5555555555592p-1, 0x1.999999997fd77p-2, 0x1.24924941f4f9ap-2, 0x1.c71c5206090c9p-3,
                                           0x1.74663fa1fa5f3p-3, 0x1.39a1a6faa1df0p-3, 0x1.2f06346bb211dp-3};
    static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
    static constexpr double exp_safe = 708;                              // below: every step of exp stays in the normal range
    static constexpr double exp_clamp_low = -750, exp_clamp_high = 710;  // beyond: 0 and infinity
    static constexpr double negligible = 0x1p-54;                        // 1 + x rounds to 1 (and log1p x to x)
    static constexpr double subnormal_scale = 0x1p54, subnormal_shift = 54;
};
template <>
struct MathConstants<float> {
    static constexpr int mantissa_bits = 23, exponent_bias = 127;
    static constexpr float log2_e = 0x1.715476p+0f;
    static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;  // exact for the 8 bits of |n| <= 155
    // errors 3.1e-9 and 1e-11
    static constexpr float exp_terms[] = {0x1.000000p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123b56p-7f, 0x1.6db428p-10f};
    static constexpr float log_terms[] = {0x1.555554p-1f, 0x1.999a7ap-2f, 0x1.2438d2p-2f, 0x1.e2f722p-3f};
    static constexpr float sqrt_half = 0x1.6a09e6p-1f;
    static constexpr float exp_safe = 87;
    static constexpr float exp_clamp_low = -105, exp_clamp_high = 89;
    static constexpr float negligible = 0x1p-25f;
    static constexpr float subnormal_scale = 0x1p25f, subnormal_shift = 25;
};

namespace math_detail {

template <class T>
using Int = typename Lane<T>::sint;
template <class T>
using ints = vec<Int<T>>;

// The bits of a constant, as the signed integer of its width.
template <class T>
constexpr Int<T> bits_of(T x) {
    return __builtin_bit_cast(Int<T>, x);
}
template <class T>
constexpr Int<T> infinity_bits = bits_of(std::numeric_limits<T>::infinity());

template <class T>
MLMATH_INLINE ints<T> bits(vec<T> x) {
    return (ints<T>)x;
}
template <class T>
MLMATH_INLINE ints<T> magnitude_bits(vec<T> x) {
    return (ints<T>)absolute(x);
}
template <class T>
MLMATH_INLINE ints<T> ints_of(Int<T> i) {
    return broadcast<Int<T>>(i);
}

// c[0] + c[1] x + ... by Horner's rule: the fewest operations; other registers fill the waiting time.
template <class T, int Count>
MLMATH_INLINE vec<T> polynomial(vec<T> x, const T (&c)[Count]) {
    vec<T> sum = broadcast(c[Count - 1]);
    MLMATH_UNROLL for (int i = Count - 2; i >= 0; --i) sum = fma(sum, x, broadcast(c[i]));
    return sum;
}

// 1.5 * 2^mantissa_bits: adding it rounds to an integer, which then stands in the low bits.
template <class T>
constexpr T round_shift = T(3) * T(Int<T>(1) << (MathConstants<T>::mantissa_bits - 1));

// 2^n for integers -bias < n <= bias given as numbers.
template <class T>
MLMATH_INLINE vec<T> power_of_two(vec<T> n) {
    using C = MathConstants<T>;
    return (vec<T>)(bits<T>(n + broadcast<T>(round_shift<T> + T(C::exponent_bias))) << C::mantissa_bits);
}

// exp(x) = mantissa * 2^n, mantissa in [0.70, 1.42], for |x| small enough that n fits.
//   x = n ln 2 + r + r_low: the product n * ln2_high and the first difference are exact, so r carries x to twice the precision.
//   exp r = 1 + r + r^2 q(r): 1 + r is added without loss (one + error), the rest is at most 0.07.
template <class T>
MLMATH_INLINE void exp_parts(vec<T> x, vec<T>& mantissa, vec<T>& n) {
    using C = MathConstants<T>;
    n = fma(x, broadcast(C::log2_e), broadcast(round_shift<T>)) - broadcast(round_shift<T>);
    const vec<T> exact = fnma(n, broadcast(C::ln2_high), x);
    const vec<T> r = fnma(n, broadcast(C::ln2_low), exact);
    const vec<T> r_low = fnma(n, broadcast(C::ln2_low), exact - r);
    const vec<T> sum = r + T(1);
    const vec<T> error = (r - (sum - T(1))) + r_low;
    mantissa = sum + fma(r * r, polynomial<T>(r, C::exp_terms), error);
}

template <class T>
__attribute__((noinline)) vec<T> exp_special(vec<T> x) {
    using C = MathConstants<T>;
    const ints<T> a = magnitude_bits<T>(x);
    const mask<T> finite = a < ints_of<T>(infinity_bits<T>);
    vec<T> y = select<T>(finite & (a >= ints_of<T>(bits_of(C::negligible))), x, vec<T>{});
    y = minimum<T>(maximum<T>(y, broadcast(C::exp_clamp_low)), broadcast(C::exp_clamp_high));
    vec<T> mantissa, n;
    exp_parts<T>(y, mantissa, n);
    // Two steps of half the exponent each: the first is exact, the second rounds (to a subnormal, zero or infinity) once.
    const vec<T> half = fma(n, broadcast(T(0.5)), broadcast(round_shift<T>)) - broadcast(round_shift<T>);
    const vec<T> result = mantissa * power_of_two<T>(half) * power_of_two<T>(n - half);
    // Infinities and NaN are their own results, but exp(-inf) = 0.
    const vec<T> special = select<T>(bits<T>(x) == ints_of<T>(bits_of(-std::numeric_limits<T>::infinity())), vec<T>{}, x);
    return select<T>(finite, result, special);
}

template <class T>
MLMATH_INLINE vec<T> exp_of(vec<T> x) {
    using C = MathConstants<T>;
    const ints<T> a = magnitude_bits<T>(x);
    if (any(a > ints_of<T>(bits_of(C::exp_safe)))) [[unlikely]]
        return exp_special<T>(x);
    // A negligible x counts as zero: its square would underflow and say so.
    const vec<T> y = select<T>(a < ints_of<T>(bits_of(C::negligible)), vec<T>{}, x);
    vec<T> mantissa, n;
    exp_parts<T>(y, mantissa, n);
    return (vec<T>)(bits<T>(mantissa) + (bits<T>(n + broadcast(round_shift<T>)) << C::mantissa_bits));
}

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

// Hides a register's value from the compiler, which would otherwise divide in selected lanes only and so lose or invent flags.
template <class T>
MLMATH_INLINE void opaque(vec<T>& v) {
#if defined(__x86_64__)
    asm volatile("" : "+x"(v));
#else
    asm volatile("" : "+w"(v));
#endif
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

// -|x|, but no further than -64 for positive x: there exp(-|x|) is only ever added to 1 or to x, and must not report an underflow.
template <class T>
MLMATH_INLINE vec<T> minus_magnitude(vec<T> x) {
    return select<T>(bits<T>(x) > ints_of<T>(bits_of(T(64))), broadcast(T(-64)), -absolute(x));
}

// 1 / (1 + e) for x >= 0 and e / (1 + e) for x < 0, e = exp(-|x|) <= 1: nothing overflows or cancels.
template <class T>
MLMATH_INLINE vec<T> sigmoid_of(vec<T> x) {
    const vec<T> e = exp_of<T>(minus_magnitude<T>(x));
    const vec<T> s = select<T>(bits<T>(x) < ints_of<T>(0), e, broadcast(T(1))) / (e + T(1));
    return select<T>(x == x, s, x);
}

// log(1 + exp x) = max(x, 0) + log1p(exp(-|x|)).
template <class T>
MLMATH_INLINE vec<T> softplus_of(vec<T> x) {
    const vec<T> e = exp_of<T>(minus_magnitude<T>(x));
    const vec<T> positive_part = select<T>(bits<T>(x) < ints_of<T>(0), vec<T>{}, x);
    return select<T>(x == x, positive_part + log1p_of<T>(e), x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 exp(vec_f64 x) { return math_detail::exp_of<double>(x); }
MLMATH_INLINE vec_f32 exp(vec_f32 x) { return math_detail::exp_of<float>(x); }
MLMATH_INLINE vec_f64 log(vec_f64 x) { return math_detail::log_of<double>(x); }
MLMATH_INLINE vec_f32 log(vec_f32 x) { return math_detail::log_of<float>(x); }
MLMATH_INLINE vec_f64 log1p(vec_f64 x) { return math_detail::log1p_of<double>(x); }
MLMATH_INLINE vec_f32 log1p(vec_f32 x) { return math_detail::log1p_of<float>(x); }
MLMATH_INLINE vec_f64 sigmoid(vec_f64 x) { return math_detail::sigmoid_of<double>(x); }
MLMATH_INLINE vec_f32 sigmoid(vec_f32 x) { return math_detail::sigmoid_of<float>(x); }
MLMATH_INLINE vec_f64 softplus(vec_f64 x) { return math_detail::softplus_of<double>(x); }
MLMATH_INLINE vec_f32 softplus(vec_f32 x) { return math_detail::softplus_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
