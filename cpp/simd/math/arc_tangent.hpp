// SPDX-License-Identifier: BSD-3-Clause
// Arc tangent of a number and of a quotient.
#pragma once
#include "simd/math/hyperbolic.hpp"
#include "simd/math/through_doubles.hpp"
#include "simd/math/trigonometric_constants.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// From here on atan x is pi/2 to the last bit.
template <class T>
constexpr T atan_flat = sizeof(T) == 8 ? T(0x1p60) : T(0x1p30);

// Which of the points lies near y >= 0: half octaves from 1/8 on, 0 below, infinity from 8 on.
template <class T>
MLMATH_INLINE ints<T> atan_point(vec<T> y) {
    constexpr int half_octave = MathConstants<T>::mantissa_bits - 1;
    constexpr Int<T> first = (bits_of(T(0.125)) >> half_octave) - 1, last = 13;
    ints<T> i = (bits<T>(y) >> half_octave) - ints_of<T>(first);
    i = i > ints_of<T>(0) ? i : ints_of<T>(0);
    return i < ints_of<T>(last) ? i : ints_of<T>(last);
}

// atan t + the point's angle's low part, |t| <= 1/8. `square` is t^2, or something negligible where that would underflow.
template <class T>
MLMATH_INLINE vec<T> atan_near_point(vec<T> t, vec<T> square, vec<T> angle_low) {
    const vec<T> rest = square * polynomial<T>(square, TrigonometricConstants<T>::atan_terms);
    return t + fma(t, rest, angle_low);
}

// atan y = atan c + atan t, t = (y - c) / (1 + c y) with the point c = s/p next to y: t = (y p - s) / (p + y s). y - c is exact.
// For every x but NaN.
template <class T>
MLMATH_INLINE vec<T> atan_of_number(vec<T> x) {
    using C = TrigonometricConstants<T>;
    const vec<T> y = magnitude_within<T>(x, hyperbolic_negligible<T>, atan_flat<T>);
    const ints<T> point = atan_point<T>(y);
    const vec<T> p = lookup(C::atan_p, point), s = lookup(C::atan_s, point);
    const vec<T> t = fma(y, p, -s) / fma(y, s, p);
    return odd_result<T>(x, lookup(C::atan_high, point) + atan_near_point<T>(t, t * t, lookup(C::atan_low, point)));
}
template <class T>
MLMATH_INLINE vec<T> atan_of(vec<T> x) {
    return select<T>(not_a_number<T>(x), x, atan_of_number<T>(x));
}

// ---- of a quotient --------------------------------------------------------------------------------------------------------------

// The angle of (|x|, |y|) with the smaller of the two and the larger: phi = atan(smaller / larger), and then
//     phi, pi/2 - phi (|y| larger), pi/2 + phi (and x negative), pi - phi (x negative).
// The multiple of pi/2 and the point's angle are added without loss. smaller / larger is 0 or at least 2^-500.
MLMATH_INLINE vec_f64 angle_of_quotient(vec_f64 smaller, vec_f64 larger, mask<double> steep, mask<double> backward) {
    using C = TrigonometricConstants<double>;
    const ints<double> point = atan_point<double>(smaller / larger);
    const vec_f64 s = lookup(C::atan_s, point);
    const vec_f64 t = fma(-s, larger, smaller) / fma(s, smaller, larger), bounded = magnitude_within<double>(t, 0x1p-100, 1);
    const vec_f64 near = atan_near_point<double>(t, bounded * bounded, lookup(C::atan_low, point));
    const ints<double> minus = (steep ^ backward) & ints_of<double>(std::numeric_limits<std::int64_t>::min());
    const vec_f64 point_angle = (vec_f64)(bits<double>(lookup(C::atan_high, point)) ^ minus);
    const vec_f64 rest = (vec_f64)(bits<double>(near) ^ minus), zero{};
    const vec_f64 base = select<double>(steep, broadcast(C::half_pi_high), select<double>(backward, broadcast(C::pi_high), zero));
    const vec_f64 base_low =
        select<double>(steep, broadcast(C::half_pi_middle), select<double>(backward, broadcast(C::pi_middle), zero));
    const vec_f64 sum = base + point_angle, lost = (base - sum) + point_angle;
    return sum + (rest + (lost + base_low));
}

// Both magnitudes in here: nothing underflows or overflows on the way.
constexpr double atan2_smallest = 0x1p-250, atan2_largest = 0x1p250;

MLMATH_INLINE vec_f64 with_sign_of(vec_f64 y, vec_f64 magnitude) {
    return (vec_f64)(bits<double>(magnitude) | (bits<double>(y) ^ magnitude_bits<double>(y)));
}
MLMATH_INLINE mask<double> atan2_unusual(vec_f64 y, vec_f64 x) {
    using UInt = std::uint64_t;
    constexpr std::int64_t low = bits_of(atan2_smallest), span = bits_of(atan2_largest) - low;
    const vec_u64 limit = broadcast<UInt>(static_cast<UInt>(span));
    return (mask<double>)((vec_u64)(magnitude_bits<double>(y) - low) > limit) |
           (mask<double>)((vec_u64)(magnitude_bits<double>(x) - low) > limit);
}
MLMATH_INLINE vec_f64 atan2_in_range(vec_f64 y, vec_f64 x) {
    const mask<double> steep = magnitude_bits<double>(y) > magnitude_bits<double>(x),
                       backward = bits<double>(x) < ints_of<double>(0);
    const vec_f64 a = absolute(y), b = absolute(x);
    return with_sign_of(y, angle_of_quotient(select<double>(steep, b, a), select<double>(steep, a, b), steep, backward));
}

// Zeros, infinities, NaN, and numbers far from 1.
__attribute__((noinline)) inline vec_f64 atan2_special(vec_f64 y, vec_f64 x) {
    const ints<double> i = magnitude_bits<double>(y), k = magnitude_bits<double>(x),
                       infinity = ints_of<double>(infinity_bits<double>);
    const ints<double> nothing = ints_of<double>(0);
    const mask<double> nan = (i > infinity) | (k > infinity), backward = bits<double>(x) < nothing;
    const mask<double> both_infinite = (i == infinity) & (k == infinity);
    const mask<double> steep = (i > k) & ~nan;
    const ints<double> small = steep ? k : i, large = steep ? i : k;
    // Nothing of the smaller can be seen beside pi/2, and atan q is q: 300 octaves, or infinitely many.
    const mask<double> apart = ((small >> 52) + ints_of<double>(300) < (large >> 52)) | (small == nothing) | nan;
    // The others by 2^-600 or 2^600; an operand that is not looked at is 1.
    const vec_f64 one = broadcast(1.0), zero{};
    const mask<double> look = ~apart & ~both_infinite;
    const vec_f64 factor = select<double>(large > ints_of<double>(bits_of(atan2_largest)), broadcast(0x1p-600),
                                          select<double>(large < ints_of<double>(bits_of(0x1p-200)), broadcast(0x1p600), one));
    const vec_f64 larger = select<double>(look, (vec_f64)large, one) * select<double>(look, factor, one);
    const vec_f64 smaller =
        select<double>(look, (vec_f64)small, select<double>(both_infinite, one, zero)) * select<double>(look, factor, one);
    const vec_f64 angle = angle_of_quotient(smaller, larger, steep, backward);
    // Forward and flat: the quotient itself, which may be subnormal.
    const mask<double> flat = apart & ~steep & ~backward & ~nan & (small != nothing) & (large != infinity);
    vec_f64 above = select<double>(flat, (vec_f64)small, zero), below = select<double>(flat, (vec_f64)large, one);
    opaque<double>(above);
    opaque<double>(below);
    const vec_f64 quotient = above / below;
    return select<double>(nan, select<double>(i > infinity, y, x), with_sign_of(y, select<double>(flat, quotient, angle)));
}
MLMATH_INLINE vec_f64 atan2_of(vec_f64 y, vec_f64 x) {
    if (any(atan2_unusual(y, x))) [[unlikely]]
        return atan2_special(y, x);
    return atan2_in_range(y, x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 atan(vec_f64 x) { return math_detail::atan_of<double>(x); }
MLMATH_INLINE vec_f32 atan(vec_f32 x) { return math_detail::atan_of<float>(x); }
// The angle of the point (x, y), -pi to pi.
MLMATH_INLINE vec_f64 atan2(vec_f64 y, vec_f64 x) { return math_detail::atan2_of(y, x); }
MLMATH_INLINE vec_f32 atan2(vec_f32 y, vec_f32 x) {
    return math_detail::through_doubles(
        y, x, [](vec_f64 a, vec_f64 b) __attribute__((always_inline)) { return math_detail::atan2_of(a, b); });
}

}  // namespace mlmath::MLMATH_LEVEL
