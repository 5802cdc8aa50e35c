// SPDX-License-Identifier: BSD-3-Clause
// x^y and the cube root.
#pragma once
#include "simd/math/carried.hpp"
#include "simd/math/hyperbolic.hpp"
#include "simd/math/power_constants.hpp"
#include "simd/math/through_doubles.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// ---- x^y ------------------------------------------------------------------------------------------------------------------------

// Exponents outside stand for these: x^y is 1 to the last bit below, and 1, 0 or infinity above. Inside nothing underflows or
// overflows on the way: |log x| is 0 or between 2^-53 and 2^10.
constexpr double pow_smallest = 0x1p-100, pow_largest = 0x1p70;

MLMATH_INLINE vec_f64 exponent_within(vec_f64 y) {
    const ints<double> sign = bits<double>(y) ^ magnitude_bits<double>(y);
    return (vec_f64)(bits<double>(magnitude_within<double>(y, pow_smallest, pow_largest)) | sign);
}

// log x = high + low for normal positive x, x 2^-shift in subnormal cases; error about 2^-65 of it: y log x may be 745, of which
// an absolute error of 2^-55 becomes an error of e^(y log x) relative to it.
//   n ln 2 + log c: its first part is a multiple of 2^-42, exactly.  log(1 + r) = r - r^2/2 + r^3 q(r): r and r^2/2 with their
//   rounding errors, each sum with what it lost (the larger operand first, or the first is 0).
MLMATH_INLINE void log_for_pow(vec_f64 x, vec_f64 shift, vec_f64& high, vec_f64& low) {
    using Base = NaturalLog<double>;
    LogReduced<double> to = log_reduced<double>(x);
    to.n -= shift;
    // r once more, with its rounding error: m/c - 1, m/c next to 1.
    constexpr std::int64_t mantissa_mask = (std::int64_t{1} << 52) - 1;
    const ints<double> shifted = bits<double>(x) + (bits_of(1.0) - log_lowest<double>);
    const vec_f64 m = (vec_f64)((shifted & ints_of<double>(mantissa_mask)) + ints_of<double>(log_lowest<double>));
    const vec_f64 product = m * to.inverse, whole = product - 1.0, product_low = product_error<double>(m, to.inverse, product);
    const vec_f64 r = whole + product_low, r_low = (whole - r) + product_low;

    const vec_f64 leading = fma(to.n, broadcast(Base::unit_high), lookup(Base::high, to.index));
    const vec_f64 leading_low = fma(to.n, broadcast(Base::unit_low), lookup(Base::low, to.index));
    const vec_f64 square = r * r, square_low = product_error<double>(r, r, square);
    const vec_f64 half = square * 0.5;
    const vec_f64 first = leading + r, first_low = (leading - first) + r;
    const vec_f64 second = first - half, second_low = (first - second) - half;
    // What is left: r^3 q(r), and first-order corrections of r and r^2/2.
    const vec_f64 cube = square * r * polynomial<double>(r, PowerConstants::log_terms);
    const vec_f64 corrections = fma(-r, r_low, r_low) - square_low * 0.5;
    const vec_f64 rest = cube + ((first_low + second_low) + (leading_low + corrections));
    high = second + rest;
    low = (second - high) + rest;
}

// e^(p + p_low), |p| <= exp_usual, p_low some ulps of p.
MLMATH_INLINE vec_f64 exp_of_sum(vec_f64 p, vec_f64 p_low) {
    vec_f64 n, planted;
    const vec_f64 r = exp_reduced<double>(p, n, planted) + p_low, power = power_of_steps<double>(planted);
    return fma(power, exp_minus_1_reduced<double>(r, planted), power);
}

// y (high + low) = p + p_low.
MLMATH_INLINE void scaled_log(vec_f64 y, vec_f64 high, vec_f64 low, vec_f64& p, vec_f64& p_low) {
    p = y * high;
    p_low = fma(y, low, product_error<double>(y, high, p));
}

enum class Parity { even, odd, fraction };

// Of a finite number: from 2^53 on every one is an even integer.
MLMATH_INLINE Parity parity_of(double y) {
    const double size = y < 0 ? -y : y;
    if (size >= 0x1p53) return Parity::even;
    const auto whole = static_cast<std::int64_t>(size);
    return static_cast<double>(whole) != size ? Parity::fraction : (whole & 1) != 0 ? Parity::odd : Parity::even;
}

// What becomes of x^y where x or y is no ordinary number, or the result; |x|^y of the others is `magnitude`.
__attribute__((noinline)) inline vec_f64 pow_with_cases(vec_f64 x, vec_f64 y, vec_f64 magnitude) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (int l = 0; l < width<double>; ++l) {
        const std::int64_t xi = __builtin_bit_cast(std::int64_t, x[l]), yi = __builtin_bit_cast(std::int64_t, y[l]);
        constexpr std::int64_t every_bit_but_sign = std::numeric_limits<std::int64_t>::max();
        const std::int64_t xa = xi & every_bit_but_sign, ya = yi & every_bit_but_sign, one = bits_of(1.0);
        if (ya == 0 || xi == one) {
            magnitude[l] = 1;
            continue;
        }
        if (xa > infinity_bits<double> || ya > infinity_bits<double>) {
            magnitude[l] = xa > infinity_bits<double> ? x[l] : y[l];
            continue;
        }
        const bool y_infinite = ya == infinity_bits<double>, falling = yi < 0;
        if (y_infinite) {
            magnitude[l] = xa == one ? 1 : (xa > one) != falling ? infinity : 0;
            continue;
        }
        const Parity parity = parity_of(y[l]);
        if (xa == 0 || xa == infinity_bits<double>) {
            double result = (xa == 0) != falling ? 0 : infinity;
            if (xa == 0 && falling) {  // a pole: "divide by zero"
                vec_f64 zero{};
                opaque<double>(zero);
                vec_f64 pole = broadcast(1.0) / zero;
                opaque<double>(pole);
                result = pole[0];
            }
            magnitude[l] = xi < 0 && parity == Parity::odd ? -result : result;
            continue;
        }
        if (xi >= 0) continue;
        if (parity == Parity::fraction) {
            vec_f64 zero{};
            opaque<double>(zero);
            vec_f64 nothing = zero / zero;  // "invalid"
            opaque<double>(nothing);
            magnitude[l] = absolute(nothing)[0];
        } else if (parity == Parity::odd) {
            magnitude[l] = -magnitude[l];
        }
    }
    return magnitude;
}

__attribute__((noinline)) inline vec_f64 pow_special(vec_f64 x, vec_f64 y) {
    using C = MathConstants<double>;
    const ints<double> a = magnitude_bits<double>(x);
    const ints<double> infinity = ints_of<double>(infinity_bits<double>);
    const mask<double> ordinary = (a > ints_of<double>(0)) & (a < infinity) & (magnitude_bits<double>(y) < infinity);
    const mask<double> subnormal = ordinary & (a < ints_of<double>(bits_of(std::numeric_limits<double>::min())));
    vec_f64 base = select<double>(ordinary, (vec_f64)a, broadcast(1.0));
    base *= select<double>(subnormal, broadcast(C::subnormal_scale), broadcast(1.0));
    vec_f64 high, low, p, p_low;
    log_for_pow(base, select<double>(subnormal, broadcast(C::subnormal_shift), vec_f64{}), high, low);
    scaled_log(exponent_within(select<double>(ordinary, y, broadcast(1.0))), high, low, p, p_low);
    const mask<double> far = beyond<double>(p, exp_usual<double>);
    const vec_f64 near = exp_of_sum(select<double>(far, vec_f64{}, p), select<double>(far, vec_f64{}, p_low));
    // A negative base without a real power must not overflow on the way.
    mask<double> real = ordinary;
    for (int l = 0; l < width<double>; ++l)
        if (bits<double>(x)[l] < 0 && ordinary[l] != 0 && parity_of(y[l]) == Parity::fraction) real[l] = 0;
    const mask<double> scaled = far & real;
    const vec_f64 clamped = minimum<double>(maximum<double>(p, broadcast(-760.0)), broadcast(760.0));
    const mask<double> beyond_all = clamped != p;
    vec_f64 n, planted;
    const vec_f64 r = exp_reduced<double>(select<double>(scaled, clamped, vec_f64{}), n, planted) +
                      select<double>(scaled & ~beyond_all, p_low, vec_f64{});
    const vec_f64 rounded_once = scaled_far<double>(n, planted, exp_minus_1_reduced<double>(r, planted));
    return pow_with_cases(x, y, select<double>(scaled, rounded_once, near));
}

MLMATH_INLINE vec_f64 pow_of(vec_f64 x, vec_f64 y) {
    vec_f64 high, low, p, p_low;
    log_for_pow(x, vec_f64{}, high, low);
    scaled_log(exponent_within(y), high, low, p, p_low);
    if (any(not_normal_positive<double>(x)) || any(beyond<double>(p, exp_usual<double>))) [[unlikely]]
        return pow_special(x, y);
    return exp_of_sum(p, p_low);
}

// For floats, in double: y log x to 2^-30 is enough.
MLMATH_INLINE vec_f64 short_pow_of(vec_f64 x, vec_f64 y) {
    using Base = NaturalLog<double>;
    const LogReduced<double> to = log_reduced<double>(x);
    const vec_f64 leading = fma(to.n, broadcast(Base::unit_high), lookup(Base::high, to.index));
    const vec_f64 log_x = leading + fma(to.r * to.r, polynomial<double>(to.r, PowerConstants::short_log), to.r);
    const vec_f64 p = exponent_within(y) * log_x;
    const auto exp_of_product = [](vec_f64 product) __attribute__((always_inline)) {
        vec_f64 n, planted;
        const vec_f64 r = exp_reduced<double>(product, n, planted), power = power_of_steps<double>(planted);
        return fma(power, r * polynomial<double>(r, PowerConstants::short_exp), power);
    };
    constexpr std::int64_t smallest = bits_of(std::numeric_limits<double>::min());
    const vec_u64 normal = broadcast<std::uint64_t>(static_cast<std::uint64_t>(infinity_bits<double> - smallest));
    const mask<double> unusual =
        (mask<double>)((vec_u64)(bits<double>(x) - smallest) >= normal) | beyond<double>(p, exp_usual<double>);
    if (any(unusual)) [[unlikely]]  // a lane's bits do not depend on its neighbours: the others go the short way all the same
        return select<double>(unusual, pow_special(select<double>(unusual, x, broadcast(1.0)), y),
                              exp_of_product(select<double>(unusual, vec_f64{}, p)));
    return exp_of_product(p);
}

// ---- the cube root --------------------------------------------------------------------------------------------------------------

// a = 2^(3q + s) m, s = -1, 0, 1; M = 2^s m. z ~ M^(-1/3) from a polynomial, improved by two terms of (1 - h)^(-1/3), h = 1 - M
// z^3; the root c = M z^2 is corrected by (M - c^3) z^2/3, its numerator exactly known. Normal positive a.
template <class T>
MLMATH_INLINE vec<T> cube_root_of(vec<T> a, vec<T> q_shift) {
    using C = MathConstants<T>;
    using Root = CubeRootConstants<T>;
    constexpr T unit = T(Int<T>(1) << C::mantissa_bits);
    constexpr Int<T> mantissa_mask = (Int<T>(1) << C::mantissa_bits) - 1;
    const ints<T> i = bits<T>(a);
    const vec<T> e = (vec<T>)((i >> C::mantissa_bits) | ints_of<T>(bits_of(unit))) - broadcast<T>(unit + T(C::exponent_bias));
    const vec<T> m = (vec<T>)((i & ints_of<T>(mantissa_mask)) | ints_of<T>(bits_of(T(1))));
    const vec<T> shift = broadcast(round_shift<T>), q = fma(e, broadcast(T(1) / T(3)), shift) - shift;
    const ints<T> s = bits<T>(fma(q, broadcast(T(-3)), e) + shift);
    const vec<T> scaled = (vec<T>)(bits<T>(m) + (s << C::mantissa_bits));
    const vec<T> guess = polynomial<T>(m, Root::inverse_root) * lookup(Root::inverse_root_of_2, s);
    const vec<T> h = fnma(scaled * guess, guess * guess, broadcast(T(1)));
    const vec<T> z = fma(guess * h, fma(h, broadcast(T(2) / T(9)), broadcast(T(1) / T(3))), guess), z2 = z * z;
    const vec<T> c = scaled * z2, square = c * c;
    const vec<T> left = fnma(c, product_error<T>(c, c, square), residual<T>(c, square, scaled));
    const vec<T> root = fma(left, z2 * T(1.0 / 3), c);
    return (vec<T>)(bits<T>(root) + (bits<T>((q - q_shift) + shift) << C::mantissa_bits));
}
template <class T>
MLMATH_INLINE vec<T> cbrt_in_range(vec<T> x) {
    const ints<T> sign = bits<T>(x) ^ magnitude_bits<T>(x);
    return (vec<T>)(bits<T>(cube_root_of<T>(absolute(x), vec<T>{})) | sign);
}
template <class T>
MLMATH_INLINE auto cbrt_unusual(vec<T> x) {
    return not_normal_positive<T>(absolute(x));
}
// Zeros, infinities and NaN are their own roots.
template <class T>
__attribute__((noinline)) vec<T> cbrt_special(vec<T> x) {
    constexpr T up = sizeof(T) == 8 ? T(0x1p54) : T(0x1p24), third = sizeof(T) == 8 ? T(18) : T(8);
    const ints<T> a = magnitude_bits<T>(x), sign = bits<T>(x) ^ a;
    const mask<T> ordinary = (a != ints_of<T>(0)) & (a < ints_of<T>(infinity_bits<T>));
    const mask<T> subnormal = ordinary & (a < ints_of<T>(bits_of(std::numeric_limits<T>::min())));
    const vec<T> y = select<T>(ordinary, (vec<T>)a, broadcast(T(1)));
    const vec<T> normal = y * select<T>(subnormal, broadcast(up), broadcast(T(1)));
    const vec<T> root = cube_root_of<T>(normal, select<T>(subnormal, broadcast(third), vec<T>{}));
    return select<T>(ordinary, (vec<T>)(bits<T>(root) | sign), x);
}
template <class T>
MLMATH_INLINE vec<T> cbrt_of(vec<T> x) {
    if (any(cbrt_unusual<T>(x))) [[unlikely]]
        return cbrt_special<T>(x);
    return cbrt_in_range<T>(x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 pow(vec_f64 x, vec_f64 y) { return math_detail::pow_of(x, y); }
MLMATH_INLINE vec_f32 pow(vec_f32 x, vec_f32 y) {
    return math_detail::through_doubles(
        x, y, [](vec_f64 a, vec_f64 b) __attribute__((always_inline)) { return math_detail::short_pow_of(a, b); });
}
MLMATH_INLINE vec_f64 cbrt(vec_f64 x) { return math_detail::cbrt_of<double>(x); }
MLMATH_INLINE vec_f32 cbrt(vec_f32 x) { return math_detail::cbrt_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
