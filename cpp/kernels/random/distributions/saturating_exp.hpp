// SPDX-License-Identifier: BSD-3-Clause
// e^x for every x: results too large are infinity, too small subnormal numbers and 0; NaN stays. For kernel units.
#pragma once
#include "simd/math/exp.hpp"

namespace mlmath::MLMATH_LEVEL {

// value 2^floor(n/8), rounded once where the result is subnormal; value is between 1/2 and 4, |n| < 9000 (float: 1300).
template <class T>
MLMATH_INLINE vec<T> scaled_by_steps(vec<T> value, vec<T> n) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 8)
        return (vec<T>)_mm512_maskz_scalef_pd(0xff, (__m512d)value, (__m512d)(n * T(0.125)));
    else
        return (vec<T>)_mm512_maskz_scalef_ps(0xffff, (__m512)value, (__m512)(n * T(0.125)));
#else  // half of the exponent each: the first product is exact
    using namespace math_detail;
    const vec<T> shift = broadcast(round_shift<T>);
    const ints<T> planted = bits<T>(n + shift), all = planted & ints_of<T>(~Int<T>(7));
    const vec<T> exponent = ((vec<T>)all - shift) * T(0.125), half = fma(exponent, broadcast(T(0.5)), shift) - shift;
    return value * power_of_two<T>(half) * power_of_two<T>(exponent - half);
#endif
}

// The general cases, without a branch. Internal linkage: no level may give its copy to another.
namespace {

template <class T>
__attribute__((noinline)) vec<T> saturating_exp_far(vec<T> x, vec<T> low) {
    using namespace math_detail;
    constexpr T limit = sizeof(T) == 8 ? T(760) : T(110);
    const vec<T> below = select<T>(x > limit, broadcast(limit), x), y = select<T>(below < -limit, broadcast(-limit), below);
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(y, n, planted) + select<T>(y == x, low, vec<T>{});
    const vec<T> power = lookup(ExpConstants<T>::power, bits<T>(planted));
    return scaled_by_steps<T>(fma(power, exp_minus_1_reduced<T>(r, planted), power), n);
}

// 2 (S/2 (e^r - 1) + (S/2 - 1/2)), S = 2^(n/8): the last product makes results that are too large infinite, and nothing before it
// overflows.
__attribute__((noinline)) vec_f64 saturating_expm1_far(vec_f64 x, vec_f64 low) {
    using namespace math_detail;
    const vec_f64 y = select<double>(x > 710.0, broadcast(710.0), x);
    vec_f64 n, planted;
    const vec_f64 r = exp_reduced<double>(y, n, planted) + select<double>(y == x, low, vec_f64{});
    const ints<double> one_less = ints_of<double>(Int<double>(1) << MathConstants<double>::mantissa_bits);
    const vec_f64 half_power = (vec_f64)(bits<double>(power_of_steps<double>(planted)) - one_less);
    return 2.0 * fma(half_power, exp_minus_1_reduced<double>(r, planted), half_power - 0.5);
}

}  // namespace

// Constraint: most parameters never leave the range, some do so all the time. Arithmetic: clamping and scaling are a third of an
// exponential; a test of a register is two operations. Decision: the test; a lane's bits are the same either way, for powers of
// two are exact factors.

// e^(x + low), low some ulps of x.
template <class T>
MLMATH_INLINE vec<T> saturating_exp(vec<T> x, vec<T> low) {
    using namespace math_detail;
    if (any(beyond<T>(x, MathConstants<T>::exp_safe))) [[unlikely]]
        return saturating_exp_far<T>(x, low);
    vec<T> n, planted;
    const vec<T> r = exp_reduced<T>(x, n, planted) + low, power = power_of_steps<T>(planted);
    return fma(power, exp_minus_1_reduced<T>(r, planted), power);
}

// e^(x + low) - 1 for x >= 0, to full relative accuracy near 0.
MLMATH_INLINE vec_f64 saturating_expm1(vec_f64 x, vec_f64 low) {
    using namespace math_detail;
    constexpr std::int64_t least = bits_of(0x1p-900), range = bits_of(708.0) - least;  // as numbers: subnormal results are far
    if (any((vec_u64)(bits<double>(x) - least) > broadcast<std::uint64_t>(range))) [[unlikely]]
        return saturating_expm1_far(x, low);
    vec_f64 n, planted;
    const vec_f64 r = exp_reduced<double>(x, n, planted) + low, power = power_of_steps<double>(planted);
    return fma(power, exp_minus_1_reduced<double>(r, planted), power - 1.0);
}

}  // namespace mlmath::MLMATH_LEVEL
