// SPDX-License-Identifier: BSD-3-Clause
// Logarithms of x to the bases e, 2, 10, and of 1 + x.
#pragma once
#include "simd/math/common.hpp"
#include "simd/math/log_constants.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// ---- with a division ------------------------------------------------------------------------------------------------------------
// What functions that carry the error of log along build on.

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

// ---- with a table ---------------------------------------------------------------------------------------------------------------

// x = 2^n m with m in [43/64, 43/32); c near m is one of 16 points, r = m/c - 1, |r| < 1/30. Around 1, c = 1: r = x - 1 exactly.
// Where the logarithm is small, 1/c has so few bits that r is exact (with FMA); elsewhere its rounding weighs little.
template <class T>
struct LogReduced {
    vec<T> r, n, inverse;
    ints<T> index;  // of the point; the bits above the lowest four are those of n
};
template <class T>
constexpr Int<T> log_lowest = bits_of(T(43) / T(64));

template <class T>
MLMATH_INLINE LogReduced<T> log_reduced(vec<T> x) {
    using C = MathConstants<T>;
    using UInt = typename Lane<T>::uint;
    constexpr Int<T> one = bits_of(T(1)), mantissa_mask = (Int<T>(1) << C::mantissa_bits) - 1;
    constexpr T unit = T(Int<T>(1) << C::mantissa_bits);
    const ints<T> shifted = bits<T>(x) + pinned<T>(one - log_lowest<T>);
    LogReduced<T> to;
    // The biased exponent, made a number by planting it into the low bits of 2^mantissa_bits.
    const ints<T> biased = (ints<T>)((vec<UInt>)shifted >> C::mantissa_bits);
    to.n = (vec<T>)(biased | pinned<T>(bits_of(unit))) - broadcast<T>(unit + T(C::exponent_bias));
    to.index = (ints<T>)((vec<UInt>)shifted >> (C::mantissa_bits - 4));
    to.inverse = lookup(LogReciprocals<T>::inverse, to.index);
    const vec<T> m = (vec<T>)((shifted & pinned<T>(mantissa_mask)) + pinned<T>(log_lowest<T>));
    if constexpr (has_fma) {
        to.r = fma(m, to.inverse, broadcast(T(-1)));
    } else {
        const vec<T> product = m * to.inverse;
        to.r = (product - T(1)) + product_error<T>(m, to.inverse, product);
    }
    return to;
}

// log(c 2^n) + log(1 + r) + small to the base: n unit + log c, high part, is exact; r (times log of e to the base) is added to it
// without loss, for the two nearly cancel below and above 1; all else is at most 1/1800.
template <class Base, class T, class... Small>
MLMATH_INLINE vec<T> log_of_reduced(const LogReduced<T>& x, Small... small) {
    const vec<T> high = fma(x.n, broadcast(Base::unit_high), lookup(Base::high, x.index));
    vec<T> low = fma(x.n, broadcast(Base::unit_low), lookup(Base::low, x.index));
    ((low += small), ...);
    vec<T> leading = x.r;
    if constexpr (Base::scale_high != 1) {
        leading = x.r * broadcast(Base::scale_high);
        low += fma(x.r, broadcast(Base::scale_low), product_error<T>(x.r, broadcast(Base::scale_high), leading));
    }
    const vec<T> sum = high + leading, lost = (high - sum) + leading;
    return sum + (fma(x.r * x.r, polynomial<T>(x.r, Base::terms), low) + lost);
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

template <class Base, class T>
__attribute__((noinline)) vec<T> log_special(vec<T> x) {
    using C = MathConstants<T>;
    const ints<T> i = bits<T>(x), a = magnitude_bits<T>(x);
    const mask<T> pole = a == ints_of<T>(0), nan = a > ints_of<T>(infinity_bits<T>);
    const mask<T> forbidden = (i < ints_of<T>(0)) & ~pole & ~nan;
    const mask<T> regular = (i > ints_of<T>(0)) & (i < ints_of<T>(infinity_bits<T>));
    const mask<T> subnormal = regular & (i < ints_of<T>(bits_of(std::numeric_limits<T>::min())));
    vec<T> y = select<T>(regular, x, broadcast(T(1)));
    y = select<T>(subnormal, y * broadcast(C::subnormal_scale), y);
    LogReduced<T> reduced = log_reduced<T>(y);
    reduced.n -= select<T>(subnormal, broadcast(C::subnormal_shift), vec<T>{});
    return with_log_poles<T>(pole, forbidden, select<T>(regular, log_of_reduced<Base, T>(reduced), x));
}

// The lanes that are not normal positive numbers: below the smallest or from infinity on, as unsigned integers one comparison.
// (AVX-512 has an instruction that knows the classes: all eight but "normal positive".)
template <class T>
MLMATH_INLINE auto not_normal_positive(vec<T> x) {
#if defined(__AVX512DQ__)
    if constexpr (sizeof(T) == 8)
        return _mm512_fpclass_pd_mask((__m512d)x, 0xff);
    else
        return _mm512_fpclass_ps_mask((__m512)x, 0xff);
#else
    using UInt = typename Lane<T>::uint;
    constexpr Int<T> smallest = bits_of(std::numeric_limits<T>::min());
    return (mask<T>)((vec<UInt>)(bits<T>(x) - smallest) >= broadcast<UInt>(static_cast<UInt>(infinity_bits<T> - smallest)));
#endif
}

template <class Base, class T>
MLMATH_INLINE vec<T> log_in_range(vec<T> x) {
    return log_of_reduced<Base, T>(log_reduced<T>(x));
}
template <class Base, class T>
MLMATH_INLINE vec<T> log_to(vec<T> x) {
    if (any(not_normal_positive<T>(x))) [[unlikely]]
        return log_special<Base, T>(x);
    return log_in_range<Base, T>(x);
}
template <class T>
MLMATH_INLINE vec<T> log_of(vec<T> x) {
    return log_to<NaturalLog<T>, T>(x);
}

// log(1 + x) for x > -1 and 1 + x < 2^60. 1 + x = u + lost exactly (the larger of the two first [Dekker1971]); u is reduced as
// above, and what was lost adds lost 2^-n/c to r. Where u's point is 1 itself, r is x.
template <class T>
MLMATH_INLINE vec<T> log1p_in_range(vec<T> x) {
    using C = MathConstants<T>;
    constexpr Int<T> at_1 = (Int<T>(C::exponent_bias) << 4) + log_entries_below_1;
    constexpr Int<T> exponent_mask = Int<T>(2 * C::exponent_bias + 1) << C::mantissa_bits;
    const vec<T> one = broadcast(T(1)), u = x + one;
    const mask<T> negligible = magnitude_bits<T>(x) < ints_of<T>(bits_of(C::negligible));
    const mask<T> beyond_1 = bits<T>(x) > ints_of<T>(bits_of(T(1)));
    const vec<T> lost = select<T>(beyond_1, one, x) - (u - select<T>(beyond_1, x, one));
    LogReduced<T> reduced = log_reduced<T>(u);
    const ints<T> steps =
        ((bits<T>(u) + (bits_of(T(1)) - log_lowest<T>)) & exponent_mask) - bits_of(T(1));  // n, in the exponent's place
    const vec<T> r_low = lost * (vec<T>)(bits<T>(reduced.inverse) - steps);
    const mask<T> direct = reduced.index == ints_of<T>(at_1);
    const vec<T> small = select<T>(direct, vec<T>{}, fnma(r_low, reduced.r, r_low));
    reduced.r = select<T>(direct, select<T>(negligible, vec<T>{}, x), reduced.r);
    return select<T>(negligible, x, log_of_reduced<NaturalLog<T>, T>(reduced, small));
}

// Lanes where 1 + x is not in (0, 2^60): as unsigned integers one comparison.
template <class T>
MLMATH_INLINE mask<T> log1p_unusual(vec<T> x) {
    using UInt = typename Lane<T>::uint;
    return (mask<T>)((vec<UInt>)(bits<T>(x + T(1)) - Int<T>(1)) >= broadcast<UInt>(static_cast<UInt>(bits_of(T(0x1p60)) - 1)));
}

template <class T>
__attribute__((noinline)) vec<T> log1p_special(vec<T> x) {
    const ints<T> i = bits<T>(x), a = magnitude_bits<T>(x);
    const mask<T> nan = a > ints_of<T>(infinity_bits<T>);
    const mask<T> pole = i == ints_of<T>(bits_of(T(-1)));
    const mask<T> forbidden = (i < ints_of<T>(0)) & (i > ints_of<T>(bits_of(T(-1)))) & ~nan;
    const mask<T> regular = (a < ints_of<T>(infinity_bits<T>)) & ~pole & ~forbidden;
    const mask<T> large = regular & (i >= ints_of<T>(bits_of(T(0x1p59))));  // log x: the 1 has no weight
    const vec<T> one = broadcast(T(1));
    const vec<T> near = log1p_in_range<T>(select<T>(regular & ~large, x, vec<T>{}));
    const vec<T> far = log_in_range<NaturalLog<T>, T>(select<T>(large, x, one));
    return with_log_poles<T>(pole, forbidden, select<T>(regular, select<T>(large, far, near), x));
}

template <class T>
MLMATH_INLINE vec<T> log1p_of(vec<T> x) {
    if (any(log1p_unusual<T>(x))) [[unlikely]]
        return log1p_special<T>(x);
    return log1p_in_range<T>(x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 log(vec_f64 x) { return math_detail::log_of<double>(x); }
MLMATH_INLINE vec_f32 log(vec_f32 x) { return math_detail::log_of<float>(x); }
MLMATH_INLINE vec_f64 log2(vec_f64 x) { return math_detail::log_to<math_detail::BinaryLog<double>, double>(x); }
MLMATH_INLINE vec_f32 log2(vec_f32 x) { return math_detail::log_to<math_detail::BinaryLog<float>, float>(x); }
MLMATH_INLINE vec_f64 log10(vec_f64 x) { return math_detail::log_to<math_detail::DecimalLog<double>, double>(x); }
MLMATH_INLINE vec_f32 log10(vec_f32 x) { return math_detail::log_to<math_detail::DecimalLog<float>, float>(x); }
MLMATH_INLINE vec_f64 log1p(vec_f64 x) { return math_detail::log1p_of<double>(x); }
MLMATH_INLINE vec_f32 log1p(vec_f32 x) { return math_detail::log1p_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
