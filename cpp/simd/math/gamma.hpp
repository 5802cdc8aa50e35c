// SPDX-License-Identifier: BSD-3-Clause
// log |Gamma| and its derivative. Float by way of double: a result that is rounded once more is all it takes.
#pragma once
#include "simd/math/carried.hpp"
#include "simd/math/error_function.hpp"
#include "simd/math/gamma_coefficients.hpp"
#include "simd/math/through_doubles.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// From here on the asymptotic series; below, the recurrence leads into [1.5, 2.5) (digamma: [1, 2)).
constexpr double gamma_series_from = 7.5;

MLMATH_INLINE vec_f64 log_positive(vec_f64 x) { return log_in_range<NaturalLog<double>, double>(x); }

// log Gamma(y) for 2^-60 <= y <= 2^500.
//
// y >= 7.5: (y - 1/2)(log y - 1) + (log(2 pi) - 1)/2 + S(1/y^2)/y.
// y < 7.5: t = y - k - 2 in [-1/2, 1/2) is exact, log Gamma(2 + t) = t P(t), and what the recurrence leaves is one logarithm of a
// product: of the k factors (y - 1) ... (y - k), of 1/y (k = -1), or of 1/(y (y + 1)) (k = -2). Nothing cancels but around the
// zeros 1 and 2: at 2 the product is 1, and around 1 both terms are as small as y - 1.
MLMATH_INLINE vec_f64 lgamma_positive(vec_f64 y) {
    using C = GammaTerms;
    const vec_f64 one = broadcast(1.0), large_from = broadcast(gamma_series_from);
    const auto large = y >= large_from;
    const vec_f64 small = select<double>(large, broadcast(2.0), y);
    const auto below_half = small < 0.5, below_3_halves = small < 1.5;
    vec_f64 t = select<double>(below_half, small, small - 1.0),
            product = select<double>(below_half, fma(small, small, small), small);
    product = select<double>(below_3_halves, product, one);
    t = select<double>(below_3_halves, t, small - 2.0);
    MLMATH_UNROLL for (int k = 1; k <= 5; ++k) {
        const auto more = small >= k + 1.5;
        product *= select<double>(more, small - double(k), one);
        t = select<double>(more, small - double(k + 2), t);
    }
    vec_f64 logarithm, log_low;
    log_carried<double>(select<double>(large, y, product), vec_f64{}, logarithm, log_low);
    const vec_f64 sign = select<double>(below_3_halves, -one, one);  // log_low matters: near the minimum two thirds cancel
    const vec_f64 near = fma(t, polynomial<double>(t, C::near_two), logarithm * sign) + log_low * sign;
    const vec_f64 z = one / select<double>(large, y, one);
    const vec_f64 rest = fma(z, polynomial<double>(z * z, C::stirling), broadcast(0x1.acfe390c97d69p-2));  // (log(2 pi) - 1) / 2
    const vec_f64 far = fma(y - 0.5, logarithm - 1.0, rest);
    return select<double>(large, far, near);
}

// f = y - (nearest integer), |f| <= 1/2, for 0 <= y < 2^52.
MLMATH_INLINE vec_f64 distance_to_integer(vec_f64 y) {
    const vec_f64 shift = broadcast(0x1p52), whole = (y + shift) - shift;
    return y - whole;
}

// sin(pi f) / pi.
MLMATH_INLINE vec_f64 sine_over_pi(vec_f64 f) { return f * polynomial<double>(f * f, GammaTerms::sine); }

MLMATH_INLINE mask<double> lgamma_unusual(vec_f64 x) {
    return (bits<double>(x) < ints_of<double>(bits_of(0x1p-60))) | (bits<double>(x) > ints_of<double>(bits_of(0x1p500)));
}

// Tiny and negative operands, poles, infinities, overflow. log |Gamma(-y)| = -log(y |sin pi y| / pi) - log Gamma(y).
__attribute__((noinline)) inline vec_f64 lgamma_special(vec_f64 x) {
    const ints<double> i = bits<double>(x), a = magnitude_bits<double>(x);
    const mask<double> nan = a > ints_of<double>(infinity_bits<double>), infinite = a == ints_of<double>(infinity_bits<double>);
    const mask<double> negative = i < ints_of<double>(0);
    const vec_f64 y = absolute(x);
    const mask<double> tiny = a < ints_of<double>(bits_of(0x1p-60));  // -log |x|
    const mask<double> beyond_integers = a >= ints_of<double>(bits_of(0x1p52));
    const mask<double> inside = ~tiny & ~nan & ~infinite & ~(negative & beyond_integers);
    const vec_f64 plain = select<double>(inside, y, broadcast(2.0));
    const vec_f64 f = distance_to_integer(select<double>(inside & negative, y, broadcast(0.5)));
    const mask<double> pole = (a == ints_of<double>(0)) | (negative & ~nan & ~infinite & (beyond_integers | (f == 0.0)));
    const vec_f64 huge = plain * (log_positive(plain) - 1.0);  // overflows by itself
    const vec_f64 positive = select<double>(plain > 0x1p500, huge, lgamma_positive(minimum<double>(plain, broadcast(0x1p500))));
    const vec_f64 reflection = absolute(sine_over_pi(f));
    const vec_f64 factor = select<double>(inside & negative & ~pole, plain * reflection, broadcast(1.0));
    vec_f64 result = select<double>(negative, -log_positive(factor) - positive, positive);
    result = select<double>(tiny & ~pole, -log_of<double>(select<double>(tiny & ~pole, y, broadcast(1.0))), result);
    result = select<double>(nan | infinite, x, result);  // -infinity as SciPy's
    return -with_log_poles<double>(pole, mask<double>{}, -result);
}

MLMATH_INLINE vec_f64 lgamma_of(vec_f64 x) {
    if (any(lgamma_unusual(x))) [[unlikely]]
        return lgamma_special(x);
    return lgamma_positive(x);
}

// digamma(y), 2^-60 <= y < 2^1000.
//
// y >= 7.5: log y - 1/2y - S(1/y^2)/y^2. Below: (t - root) P(t) on [1, 2), root in two parts, and the recurrence's sum of 1/(y - j)
// (y < 1: -1/y) as one fraction.
MLMATH_INLINE vec_f64 digamma_positive(vec_f64 y) {
    using C = GammaTerms;
    const vec_f64 one = broadcast(1.0);
    const auto large = y >= gamma_series_from;
    const vec_f64 small = select<double>(large, broadcast(1.5), y);
    const auto below_1 = small < 1.0;
    vec_f64 numerator = select<double>(below_1, -one, vec_f64{}), denominator = select<double>(below_1, small, one);
    vec_f64 base = select<double>(below_1, small, small - 1.0);  // the argument in [1, 2), less 1
    vec_f64 lost{};                                              // of the denominator
    MLMATH_UNROLL for (int k = 1; k <= 6; ++k) {
        const auto more = small >= k + 1.0;
        const vec_f64 factor = small - double(k), product = denominator * factor;
        numerator = select<double>(more, fma(numerator, factor, denominator), numerator);
        lost = select<double>(more, fma(lost, factor, product_error<double>(denominator, factor, product)), lost);
        denominator = select<double>(more, product, denominator);
        base = select<double>(more, small - double(k + 1), base);
    }
    const vec_f64 divisor = select<double>(large, y, denominator);
    const vec_f64 z = one / divisor;
    const vec_f64 distance = (base - (C::root - 1.0)) - C::root_low;
    const vec_f64 quotient = numerator * z;
    const vec_f64 left = fnma(quotient, lost, residual<double>(quotient, denominator, numerator)) * z;
    const vec_f64 near = fma(distance, polynomial<double>(base - 0.5, C::near_root), quotient) + left;
    const vec_f64 square = z * z;
    const vec_f64 far =
        log_positive(select<double>(large, y, one)) - fma(square, polynomial<double>(square, C::digamma_series), z * 0.5);
    return select<double>(large, far, near);
}

MLMATH_INLINE mask<double> digamma_unusual(vec_f64 x) {
    return (bits<double>(x) < ints_of<double>(bits_of(0x1p-60))) | (bits<double>(x) > ints_of<double>(bits_of(0x1p500)));
}

// digamma(-y) = digamma(y) + 1/y + pi cot(pi y); tiny x: -1/x; huge x: log x.
__attribute__((noinline)) inline vec_f64 digamma_special(vec_f64 x) {
    const ints<double> i = bits<double>(x), a = magnitude_bits<double>(x);
    const mask<double> nan = a > ints_of<double>(infinity_bits<double>), infinite = a == ints_of<double>(infinity_bits<double>);
    const mask<double> negative = i < ints_of<double>(0), zero = a == ints_of<double>(0);
    const vec_f64 y = absolute(x);
    const mask<double> tiny = (a < ints_of<double>(bits_of(0x1p-60))) & ~zero,
                       huge = ~negative & ~infinite & ~nan & (a > ints_of<double>(bits_of(0x1p500)));
    const mask<double> beyond_integers = a >= ints_of<double>(bits_of(0x1p52));
    const mask<double> inside = ~(tiny | zero | huge | nan | infinite | (negative & beyond_integers));
    const vec_f64 plain = select<double>(inside, y, broadcast(1.0));
    const mask<double> reflected = inside & negative;
    const vec_f64 f = distance_to_integer(select<double>(reflected, y, broadcast(0.5)));
    const mask<double> forbidden = negative & ~nan & ~zero & (infinite | beyond_integers | (reflected & (f == 0.0)));
    // cot(pi f) = cos / sin; the cosine of an angle beyond pi/4 is the sine of its complement.
    const vec_f64 g = absolute(f), from_half = 0.5 - g;
    const vec_f64 pi = broadcast(0x1.921fb54442d18p+1);
    const vec_f64 cosine = select<double>(g <= 0.25, polynomial<double>(g * g, GammaTerms::cosine), sine_over_pi(from_half) * pi);
    vec_f64 sine = select<double>(reflected & ~forbidden, sine_over_pi(f), broadcast(1.0));
    opaque<double>(sine);
    const vec_f64 cotangent = cosine / sine;  // pi cot(pi f)
    const vec_f64 positive = digamma_positive(plain);
    vec_f64 divisor = select<double>(tiny, x, select<double>(reflected, plain, broadcast(1.0)));
    opaque<double>(divisor);
    const vec_f64 inverse = broadcast(1.0) / divisor;
    vec_f64 result = select<double>(reflected, cotangent + (positive + inverse), positive);
    result = select<double>(tiny, -inverse, result);
    result = select<double>(huge, log_of<double>(select<double>(huge, y, broadcast(1.0))), result);
    result = select<double>(nan | infinite, x, result);
    result = with_log_poles<double>(zero, forbidden, result);
    return select<double>(zero & negative, absolute(result), result);
}

MLMATH_INLINE vec_f64 digamma_of(vec_f64 x) {
    if (any(digamma_unusual(x))) [[unlikely]]
        return digamma_special(x);
    return digamma_positive(x);
}

}  // namespace math_detail

// log |Gamma(x)|.
MLMATH_INLINE vec_f64 gammaln(vec_f64 x) { return math_detail::lgamma_of(x); }
MLMATH_INLINE vec_f32 gammaln(vec_f32 x) {
    return math_detail::through_doubles(x, [](vec_f64 v) __attribute__((always_inline)) { return math_detail::lgamma_of(v); });
}
MLMATH_INLINE vec_f64 digamma(vec_f64 x) { return math_detail::digamma_of(x); }
MLMATH_INLINE vec_f32 digamma(vec_f32 x) {
    return math_detail::through_doubles(x, [](vec_f64 v) __attribute__((always_inline)) { return math_detail::digamma_of(v); });
}

}  // namespace mlmath::MLMATH_LEVEL
