// SPDX-License-Identifier: BSD-3-Clause
// e^x.
#pragma once
#include "simd/math/common.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

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

}  // namespace math_detail

MLMATH_INLINE vec_f64 exp(vec_f64 x) { return math_detail::exp_of<double>(x); }
MLMATH_INLINE vec_f32 exp(vec_f32 x) { return math_detail::exp_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
