// SPDX-License-Identifier: BSD-3-Clause
// Sine, cosine and tangent; sine and cosine of pi x.
#pragma once
#include "simd/math/through_doubles.hpp"
#include "simd/math/trigonometric_constants.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// An angle: n quarters of a turn and r + r_low, |r| <= pi/4 and a little. The low bits of `quarters` are those of n.
template <class T>
struct Angle {
    vec<T> r, r_low;
    ints<T> quarters;
};

// Up to here n, rounded from x 2/pi, is right but for a sliver: 2^-53 n < 2^-22, 2^-24 n < 2^-9.
template <class T>
constexpr T angle_usual = sizeof(T) == 8 ? T(0x1p30) : T(0x1p15);
// Below: sin x and tan x round to x, cos x to 1.
template <class T>
constexpr T angle_negligible = sizeof(T) == 8 ? T(0x1p-28) : T(0x1p-13);

// x - n pi/2, pi/2 in three parts [Cody1980]: the first difference is exact (a multiple of the last place of pi/2's first part,
// below 1); the second product is kept whole, and so is the difference, of whichever size its operands are [Knuth1997]: next to a
// multiple of pi/2 nearly everything cancels. Rounded once on every level: the baseline takes its time.
template <class T>
MLMATH_INLINE Angle<T> angle_of(vec<T> x) {
    using C = TrigonometricConstants<T>;
    const vec<T> planted = fma_once(x, broadcast(C::two_over_pi), broadcast(round_shift<T>));
    const vec<T> n = planted - broadcast(round_shift<T>), middle = broadcast(C::half_pi_middle);
    const vec<T> first = fma_once(-n, broadcast(C::half_pi_high), x);
    const vec<T> second = n * middle, second_low = fma_once(n, middle, -second);
    const vec<T> r = first - second, taken = r - first, lost = (first - (r - taken)) - (second + taken);
    return {r, fma_once(-n, broadcast(C::half_pi_low), lost - second_low), bits<T>(planted)};
}

// The sine of r + r_low where `odd` is false, the cosine where it is true; by one polynomial with coefficients chosen lane by lane.
//     sin: r + (r z S(z) + r_low w)            w = 1 - z/2, z = r^2
//     cos: w + (z^2 C(z) + (lost - r r_low))   lost: what the rounding of w lost
template <class T>
MLMATH_INLINE vec<T> sine_or_cosine(vec<T> r, vec<T> r_low, mask<T> odd) {
    using C = TrigonometricConstants<T>;
    const vec<T> z = r * r, half = z * T(0.5), w = broadcast(T(1)) - half, lost = (broadcast(T(1)) - w) - half;
    const vec<T> sum = chosen_polynomial<T>(odd, z, C::cosine, C::sine);
    const vec<T> low = fma(r_low, select<T>(odd, -r, w), select<T>(odd, lost, vec<T>{}));
    return select<T>(odd, w, r) + fma(select<T>(odd, z, r) * z, sum, low);
}

// The sign bit, from bit 1 of an integer.
template <class T>
MLMATH_INLINE ints<T> sign_from_bit_1(ints<T> i) {
    return (i & ints_of<T>(2)) << (static_cast<int>(sizeof(T)) * 8 - 2);
}

template <class T>
MLMATH_INLINE mask<T> is_negligible_angle(vec<T> x) {
    return magnitude_bits<T>(x) < ints_of<T>(bits_of(angle_negligible<T>));
}
// Zero in place of an operand whose square might underflow.
template <class T>
MLMATH_INLINE vec<T> without_negligible(vec<T> x) {
    return select<T>(is_negligible_angle<T>(x), vec<T>{}, x);
}

template <class T>
MLMATH_INLINE vec<T> sin_of_angle(vec<T> x, const Angle<T>& a) {
    const vec<T> y = sine_or_cosine<T>(a.r, a.r_low, (a.quarters & ints_of<T>(1)) != ints_of<T>(0));
    return select<T>(is_negligible_angle<T>(x), x, (vec<T>)(bits<T>(y) ^ sign_from_bit_1<T>(a.quarters)));
}
template <class T>
MLMATH_INLINE vec<T> cos_of_angle(vec<T>, const Angle<T>& a) {
    const vec<T> y = sine_or_cosine<T>(a.r, a.r_low, (a.quarters & ints_of<T>(1)) == ints_of<T>(0));
    return (vec<T>)(bits<T>(y) ^ sign_from_bit_1<T>(a.quarters + ints_of<T>(1)));
}

// sin / cos, or -cos / sin in odd quarters: N/D with the low parts of both. With R = 1/D and q = N R, what N lacks is worth
// (N - q D) R.
template <class T>
MLMATH_INLINE vec<T> tan_of_angle(vec<T> x, const Angle<T>& a) {
    using C = TrigonometricConstants<T>;
    const vec<T> one = broadcast(T(1)), z = a.r * a.r, half = z * T(0.5), w = one - half, lost = (one - w) - half;
    const vec<T> sine_rest = fma(a.r * z, polynomial<T>(z, C::sine), a.r_low * w);
    const vec<T> cosine_rest = fma(z * z, polynomial<T>(z, C::cosine), fnma(a.r, a.r_low, lost));
    const vec<T> sine = a.r + sine_rest, cosine = w + cosine_rest;
    const vec<T> sine_low = (a.r - sine) + sine_rest, cosine_low = (w - cosine) + cosine_rest;
    const mask<T> odd = (a.quarters & ints_of<T>(1)) != ints_of<T>(0);
    const vec<T> above = select<T>(odd, -cosine, sine), below = select<T>(odd, sine, cosine);
    const vec<T> above_low = select<T>(odd, -cosine_low, sine_low), below_low = select<T>(odd, sine_low, cosine_low);
    const vec<T> inverse = one / below, q = above * inverse;
    const vec<T> left = fnma(q, below_low, fnma(q, below, above) + above_low);
    return select<T>(is_negligible_angle<T>(x), x, fma(left, inverse, q));
}

// ---- large angles ---------------------------------------------------------------------------------------------------------------

// x - n pi/2 for finite x of at least 2^30, to 64 bits whatever cancels [Payne1983]. x = m 2^e with an integer m < 2^53; of 2/pi
// the bits that give multiples of 4 with m 2^e have no say, and 192 from there on do: no double is within 2^-62 of a multiple of
// pi/2, and m times what is left out is below 2^-137.
MLMATH_INLINE int reduce_large(double x, double& r, double& r_low) {
    using C = TrigonometricConstants<double>;
    const std::uint64_t i = __builtin_bit_cast(std::uint64_t, x), m = (i & 0xfffffffffffffu) | 0x10000000000000u;
    const int e = static_cast<int>(i >> 52 & 0x7ff) - 1075;
    // 192 bits from bit e-1 of 2/pi on (its first is bit 1; 64 zeros stand before it), of weight 2^-190 with m.
    const int at = 64 + e - 2, word = at / 64, shift = at % 64;
    std::uint64_t bits_of_it[3];
    for (int k = 0; k < 3; ++k) {
        const std::uint64_t high = two_over_pi_bits[word + k], low = two_over_pi_bits[word + k + 1];
        bits_of_it[k] = shift == 0 ? high : high << shift | low >> (64 - shift);
    }
    using Wide = unsigned __int128;
    const Wide low = static_cast<Wide>(m) * bits_of_it[2], middle = static_cast<Wide>(m) * bits_of_it[1] + (low >> 64);
    std::uint64_t p0 = static_cast<std::uint64_t>(low), p1 = static_cast<std::uint64_t>(middle);
    std::uint64_t p2 = m * bits_of_it[0] + static_cast<std::uint64_t>(middle >> 64);
    // n in the two upper bits; a fraction of a half or more belongs to the next n, and is negative.
    int n = static_cast<int>(p2 >> 62);
    p2 <<= 2, p2 |= p1 >> 62, p1 = p1 << 2 | p0 >> 62, p0 <<= 2;
    const bool negative = p2 >> 63 != 0;
    if (negative) {
        n += 1;
        p0 = ~p0, p1 = ~p1, p2 = ~p2;  // the negative but for the last place
    }
    // The first 106 bits as two doubles.
    const int zeros = p2 != 0 ? __builtin_clzll(p2) : 64 + __builtin_clzll(p1 | 1);
    const int words = zeros / 64, left = zeros % 64;
    const std::uint64_t a = words == 0 ? p2 : p1, b = words == 0 ? p1 : p0, c = words == 0 ? p0 : 0;
    const std::uint64_t first = left == 0 ? a : a << left | b >> (64 - left), second = left == 0 ? b : b << left | c >> (64 - left);
    const double scale = __builtin_bit_cast(double, static_cast<std::uint64_t>(1023 - zeros) << 52);
    const double f = static_cast<double>(static_cast<std::int64_t>(first >> 11)) * 0x1p-53 * scale;
    const std::uint64_t rest = first << 53 | second >> 11;
    const double f_low = static_cast<double>(static_cast<std::int64_t>(rest >> 11)) * 0x1p-106 * scale;
    const double y = f * C::half_pi_high;
    const double y_low = __builtin_fma(f, C::half_pi_high, -y) + __builtin_fma(f, C::half_pi_middle, f_low * C::half_pi_high);
    r = negative != (x < 0) ? -y : y;
    r_low = negative != (x < 0) ? -y_low : y_low;
    return x < 0 ? -n : n;
}

// NaN with "invalid" for an infinity, the NaN itself for a NaN.
template <class T>
MLMATH_INLINE vec<T> angle_of_nothing(vec<T> x) {
    vec<T> y = x;
    opaque<T>(y);
    vec<T> difference = y - y;  // infinity - infinity
    opaque<T>(difference);
    return select<T>(magnitude_bits<T>(x) == ints_of<T>(infinity_bits<T>), absolute(difference), x);
}

// The angles of a register with large ones among them; not finite ones become 0.
__attribute__((noinline)) inline Angle<double> angle_of_any(vec_f64 x) {
    const ints<double> a = magnitude_bits<double>(x);
    const mask<double> usual = a <= ints_of<double>(bits_of(angle_usual<double>));
    Angle<double> angle = angle_of<double>(select<double>(usual, without_negligible<double>(x), vec_f64{}));
    for (int l = 0; l < width<double>; ++l) {
        if (usual[l] != 0 || a[l] >= infinity_bits<double>) continue;
        double r, r_low;
        angle.quarters[l] = reduce_large(x[l], r, r_low);
        angle.r[l] = r;
        angle.r_low[l] = r_low;
    }
    return angle;
}

// For the loops over runs: `registers`, how many are in flight.
struct SinOf {
    static constexpr int registers = 3;
    template <class T>
    static MLMATH_INLINE vec<T> of(vec<T> x, const Angle<T>& a) {
        return sin_of_angle<T>(x, a);
    }
};
struct CosOf {
    static constexpr int registers = 3;
    template <class T>
    static MLMATH_INLINE vec<T> of(vec<T> x, const Angle<T>& a) {
        return cos_of_angle<T>(x, a);
    }
};
struct TanOf {
    static constexpr int registers = 4;
    template <class T>
    static MLMATH_INLINE vec<T> of(vec<T> x, const Angle<T>& a) {
        return tan_of_angle<T>(x, a);
    }
};

template <class F, class T>
MLMATH_INLINE vec<T> trigonometric_in_range(vec<T> x) {
    return F::template of<T>(x, angle_of<T>(without_negligible<T>(x)));
}
template <class F>
__attribute__((noinline)) vec_f64 trigonometric_special(vec_f64 x) {
    const mask<double> finite = magnitude_bits<double>(x) < ints_of<double>(infinity_bits<double>);
    const vec_f64 regular = F::template of<double>(select<double>(finite, x, vec_f64{}), angle_of_any(x));
    return select<double>(finite, regular, angle_of_nothing<double>(x));
}
// Large floats are usual doubles, or large ones as well.
template <class F>
__attribute__((noinline)) vec_f32 trigonometric_special(vec_f32 x) {
    const mask<float> usual = magnitude_bits<float>(x) <= ints_of<float>(bits_of(angle_usual<float>));
    const vec_f32 near = trigonometric_in_range<F, float>(select<float>(usual, x, vec_f32{}));
    const vec_f32 far = through_doubles(select<float>(usual, vec_f32{}, x),
                                        [](vec_f64 v) __attribute__((always_inline)) { return trigonometric_special<F>(v); });
    return select<float>(usual, near, far);
}

template <class T>
MLMATH_INLINE mask<T> beyond_usual_angle(vec<T> x) {
    return magnitude_bits<T>(x) > ints_of<T>(bits_of(angle_usual<T>));
}
template <class F, class T>
MLMATH_INLINE vec<T> trigonometric(vec<T> x) {
    if (any(beyond_usual_angle<T>(x))) [[unlikely]]
        return trigonometric_special<F>(x);
    return trigonometric_in_range<F, T>(x);
}

// ---- of pi x --------------------------------------------------------------------------------------------------------------------

// x = n/2 + s exactly, |s| <= 1/4; r + r_low = pi s.
template <class T>
MLMATH_INLINE Angle<T> angle_of_half_turns(vec<T> x) {
    using C = TrigonometricConstants<T>;
    const vec<T> planted = fma(x, broadcast(T(2)), broadcast(round_shift<T>)), n = planted - broadcast(round_shift<T>);
    const vec<T> s = fnma(n, broadcast(T(0.5)), x), r = s * broadcast(C::pi_high);
    return {r, fma(s, broadcast(C::pi_middle), product_error<T>(s, broadcast(C::pi_high), r)), bits<T>(planted)};
}

// Up to here 2x has an integer that fits the low bits; below `tiny`, and not 0, the fourth power of pi x would underflow.
template <class T>
constexpr T half_turns_usual = sizeof(T) == 8 ? T(0x1p49) : T(0x1p20);
template <class T>
constexpr T half_turns_tiny = sizeof(T) == 8 ? T(0x1p-250) : T(0x1p-30);

template <class T>
MLMATH_INLINE mask<T> unusual_half_turns(vec<T> x) {
    using UInt = typename Lane<T>::uint;
    const ints<T> a = magnitude_bits<T>(x);
    constexpr Int<T> tiny = bits_of(half_turns_tiny<T>), usual = bits_of(half_turns_usual<T>);
    return (mask<T>)((vec<UInt>)(a - tiny) > broadcast<UInt>(static_cast<UInt>(usual - tiny))) & (a != ints_of<T>(0));
}

// Integers give zeros of the sign of x [C23, 7.12.4], halves +0 (cosine).
template <class T>
MLMATH_INLINE vec<T> sin_pi_in_range(vec<T> x) {
    const Angle<T> a = angle_of_half_turns<T>(x);
    const mask<T> odd = (a.quarters & ints_of<T>(1)) != ints_of<T>(0);
    const ints<T> y = bits<T>(sine_or_cosine<T>(a.r, a.r_low, odd)) ^ sign_from_bit_1<T>(a.quarters);
    const ints<T> sign = bits<T>(x) ^ magnitude_bits<T>(x);
    return select<T>((y << 1) == ints_of<T>(0), (vec<T>)sign, (vec<T>)y);
}
template <class T>
MLMATH_INLINE vec<T> cos_pi_in_range(vec<T> x) {
    const Angle<T> a = angle_of_half_turns<T>(x);
    const mask<T> odd = (a.quarters & ints_of<T>(1)) == ints_of<T>(0);
    const ints<T> y = bits<T>(sine_or_cosine<T>(a.r, a.r_low, odd)) ^ sign_from_bit_1<T>(a.quarters + ints_of<T>(1));
    return select<T>((y << 1) == ints_of<T>(0), vec<T>{}, (vec<T>)y);
}

// x less a multiple of 2, in (-2, 2): whole numbers beyond 2^53 (float: 2^24) are even.
template <class T>
MLMATH_INLINE vec<T> turns_taken_off(vec<T> x) {
    constexpr T all_even = sizeof(T) == 8 ? T(0x1p53) : T(0x1p24);
    vec<T> y = x;
    for (int l = 0; l < width<T>; ++l) {
        if (!(bits<T>(absolute(x))[l] > bits_of(half_turns_usual<T>))) continue;
        if (bits<T>(absolute(x))[l] >= bits_of(all_even))
            y[l] = x[l] < 0 ? -T(0) : T(0);
        else
            y[l] = x[l] - T(2) * static_cast<T>(static_cast<std::int64_t>(x[l] * T(0.5)));
    }
    return y;
}

template <bool sine, class T>
__attribute__((noinline)) vec<T> of_pi_special(vec<T> x) {
    using C = TrigonometricConstants<T>;
    constexpr T up = sizeof(T) == 8 ? T(0x1p300) : T(0x1p60), down = 1 / up;
    const ints<T> a = magnitude_bits<T>(x);
    const mask<T> finite = a < ints_of<T>(infinity_bits<T>), tiny = a < ints_of<T>(bits_of(half_turns_tiny<T>));
    const vec<T> y = turns_taken_off<T>(select<T>(finite & ~tiny, x, vec<T>{}));
    vec<T> regular;
    if constexpr (sine) {
        // pi x, scaled so that its low part counts, and rounded once more where the result is subnormal.
        const vec<T> scaled = select<T>(tiny, x, vec<T>{}) * up;
        vec<T> product = fma(scaled, broadcast(C::pi_high), scaled * broadcast(C::pi_middle));
        opaque<T>(product);
        const vec<T> near = select<T>(a == ints_of<T>(0), x, product * down);
        // Zeros of integers have the sign of x, which y lost with the integer.
        const ints<T> s = bits<T>(sin_pi_in_range<T>(y)), sign = bits<T>(x) ^ a;
        regular = select<T>(tiny, near, select<T>((s << 1) == ints_of<T>(0), (vec<T>)sign, (vec<T>)s));
    } else {
        regular = select<T>(tiny, broadcast(T(1)), cos_pi_in_range<T>(y));
    }
    return select<T>(finite, regular, angle_of_nothing<T>(x));
}
template <class T>
MLMATH_INLINE vec<T> sin_pi_of(vec<T> x) {
    if (any(unusual_half_turns<T>(x))) [[unlikely]]
        return of_pi_special<true, T>(x);
    return sin_pi_in_range<T>(x);
}
template <class T>
MLMATH_INLINE vec<T> cos_pi_of(vec<T> x) {
    if (any(unusual_half_turns<T>(x))) [[unlikely]]
        return of_pi_special<false, T>(x);
    return cos_pi_in_range<T>(x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 sin(vec_f64 x) { return math_detail::trigonometric<math_detail::SinOf, double>(x); }
MLMATH_INLINE vec_f32 sin(vec_f32 x) { return math_detail::trigonometric<math_detail::SinOf, float>(x); }
MLMATH_INLINE vec_f64 cos(vec_f64 x) { return math_detail::trigonometric<math_detail::CosOf, double>(x); }
MLMATH_INLINE vec_f32 cos(vec_f32 x) { return math_detail::trigonometric<math_detail::CosOf, float>(x); }
MLMATH_INLINE vec_f64 tan(vec_f64 x) { return math_detail::trigonometric<math_detail::TanOf, double>(x); }
MLMATH_INLINE vec_f32 tan(vec_f32 x) { return math_detail::trigonometric<math_detail::TanOf, float>(x); }
MLMATH_INLINE vec_f64 sin_pi(vec_f64 x) { return math_detail::sin_pi_of<double>(x); }
MLMATH_INLINE vec_f32 sin_pi(vec_f32 x) { return math_detail::sin_pi_of<float>(x); }
MLMATH_INLINE vec_f64 cos_pi(vec_f64 x) { return math_detail::cos_pi_of<double>(x); }
MLMATH_INLINE vec_f32 cos_pi(vec_f32 x) { return math_detail::cos_pi_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
