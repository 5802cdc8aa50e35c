// SPDX-License-Identifier: BSD-3-Clause
// exp and log as a sum of two numbers, the second of which is the rounding error of the first: for functions built on them.
#pragma once
#include "simd/math/exp.hpp"
#include "simd/math/log.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// c - a b, exactly, where a b is c but for a few rounding errors.
template <class T>
MLMATH_INLINE vec<T> residual(vec<T> a, vec<T> b, vec<T> c) {
    if constexpr (has_fma) return fnma(a, b, c);
    const vec<T> product = a * b;
    return (c - product) - product_error<T>(a, b, product);
}

// exp x = high + low, low at most half an ulp of high; error about 0.1 ulp. For x where both are normal.
template <class T>
MLMATH_INLINE void exp_carried(vec<T> x, vec<T>& high, vec<T>& low) {
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(x, n, planted), p = exp_minus_1_reduced<T>(r, planted), power = power_of_steps<T>(planted);
    high = fma(power, p, power);
    low = fma(power, p, power - high);
}

// exp(x + x_low) = (high + low) 2^n, high in [0.70, 1.42], low some ulps of high at most; error about 0.1 ulp of high. x_low may be
// an ulp or two of x; |x| no larger than n's exponent allows, and no smaller than the root of the smallest normal number.
template <class T>
MLMATH_INLINE void exp_parts_carried(vec<T> x, vec<T> x_low, vec<T>& high, vec<T>& low, vec<T>& n) {
    using C = MathConstants<T>;
    n = fma(x, broadcast(C::log2_e), broadcast(round_shift<T>)) - broadcast(round_shift<T>);
    const vec<T> exact = fnma(n, broadcast(C::ln2_high), x);
    const vec<T> r = fnma(n, broadcast(C::ln2_low), exact);
    const vec<T> r_low = fnma(n, broadcast(C::ln2_low), exact - r);
    const vec<T> sum = r + T(1);
    const vec<T> error = fma(r_low, sum, r - (sum - T(1)));  // e^(r + r_low) = e^r + r_low e^r; e^r ~ 1 + r does for r_low
    const vec<T> small = fma(r * r, polynomial<T>(r, C::exp_terms), error);
    high = sum + small;
    low = fma(x_low, high, (sum - high) + small);
}

// 2^n m -> the same with the exponent added; m and the result are normal.
template <class T>
MLMATH_INLINE vec<T> times_power_of_two(vec<T> m, vec<T> n) {
    return (vec<T>)(bits<T>(m) + (bits<T>(n + broadcast(round_shift<T>)) << MathConstants<T>::mantissa_bits));
}

// The same where the result may be subnormal or zero: two steps of half the exponent each, the first of them exact.
template <class T>
MLMATH_INLINE vec<T> times_power_of_two_rounded(vec<T> m, vec<T> n) {
    const vec<T> half = fma(n, broadcast(T(0.5)), broadcast(round_shift<T>)) - broadcast(round_shift<T>);
    return m * power_of_two<T>(half) * power_of_two<T>(n - half);
}

// log(x 2^-shift) = high + low for normal positive x; the result is not near 0 (x 2^-shift < 1/2 or > 3/2: nothing cancels). Error
// about 0.1 ulp of high.
template <class T>
MLMATH_INLINE void log_carried(vec<T> x, vec<T> shift, vec<T>& high, vec<T>& low) {
    using Base = NaturalLog<T>;
    LogReduced<T> to = log_reduced<T>(x);
    to.n -= shift;
    const vec<T> leading = fma(to.n, broadcast(Base::unit_high), lookup(Base::high, to.index));
    const vec<T> rest = fma(to.n, broadcast(Base::unit_low), lookup(Base::low, to.index));
    const vec<T> sum = leading + to.r;
    const vec<T> small = fma(to.r * to.r, polynomial<T>(to.r, Base::terms), rest) + ((leading - sum) + to.r);
    high = sum + small;
    low = (sum - high) + small;
}

}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
