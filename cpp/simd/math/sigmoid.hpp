// SPDX-License-Identifier: BSD-3-Clause
// The logistic function, its integral, the logarithm of it and its inverse.
#pragma once
#include "simd/math/carried.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// Beyond: sigmoid is exp(x) or 1 to the last bit. Up to here every intermediate result is normal, down to the last bits of e^2:
// e^-600 2^-106 > 2^-1022, e^-50 2^-48 > 2^-126.
template <class T>
constexpr T sigmoid_plain = sizeof(T) == 8 ? T(300) : T(25);

// 1 / (1 + e) for x >= 0 and e / (1 + e) for x < 0, e = exp(-|x|) <= 1: nothing overflows or cancels.
// 1 + e = d + d_low. The quotient s is corrected once: what is left of the numerator, exactly known, over d; of 1/d = max(s, 1 - s)
// a few bits do. So the rounding of e (half an ulp, twice that of a result just below a power of two) and the last one remain.
template <class T>
MLMATH_INLINE vec<T> sigmoid_regular(vec<T> x) {
    // 2^-60 (2^-30) changes nothing, but that a tiny x leaves no products that underflow.
    const vec<T> y = broadcast(sizeof(T) == 8 ? T(-0x1p-60) : T(-0x1p-30)) - absolute(x), one = broadcast(T(1));
    const vec<T> e = exp_in_range<T>(y), d = e + one, d_low = e - (d - one);
    const vec<T> numerator = select<T>(bits<T>(x) < ints_of<T>(0), e, one);
    const vec<T> s = numerator / d;
    const vec<T> left = fnma(s, d_low, residual<T>(s, d, numerator));
    return fma(left, maximum<T>(s, one - s), s);
}

template <class T>
__attribute__((noinline)) vec<T> sigmoid_special(vec<T> x) {
    const ints<T> i = bits<T>(x);
    const mask<T> nan = magnitude_bits<T>(x) > ints_of<T>(infinity_bits<T>);
    const mask<T> plain = magnitude_bits<T>(x) <= ints_of<T>(bits_of(sigmoid_plain<T>));
    const vec<T> regular = sigmoid_regular<T>(select<T>(plain, x, vec<T>{}));
    const vec<T> tail = exp_of<T>(select<T>(~plain & ~nan & (i < ints_of<T>(0)), x, vec<T>{}));  // 1 for positive x
    return select<T>(plain, regular, select<T>(nan, x, tail));
}

template <class T>
MLMATH_INLINE vec<T> sigmoid_of(vec<T> x) {
    if (any(beyond<T>(x, sigmoid_plain<T>))) [[unlikely]]
        return sigmoid_special<T>(x);
    return sigmoid_regular<T>(x);
}

// -|x|, but for positive x no further than where exp(-|x|) has no weight beside x: it must not report an underflow.
template <class T>
MLMATH_INLINE vec<T> minus_magnitude(vec<T> x) {
    constexpr T weightless = sizeof(T) == 8 ? T(64) : T(24);
    return select<T>(bits<T>(x) > ints_of<T>(bits_of(weightless)), broadcast(-weightless), -absolute(x));
}

// log(1 + exp x) = max(x, 0) + log1p(exp(-|x|)). Of e = exp(-|x|) = high + low the rounding error reaches log1p(e) whole where e is
// small: log1p(high) + low / (1 + e), of which low (1 - e/2) does. For |x| <= sigmoid_plain where x is negative.
template <class T>
MLMATH_INLINE vec<T> softplus_regular(vec<T> x) {
    vec<T> high, low;
    const vec<T> y = minus_magnitude<T>(x);
    exp_carried<T>(has_fma ? y : zero_if_negligible<T>(y), high, low);
    const vec<T> logarithm = fma(low, fnma(high, broadcast(T(0.5)), broadcast(T(1))), log1p_in_range<T>(high));
    return select<T>(bits<T>(x) < ints_of<T>(0), vec<T>{}, x) + logarithm;
}

// Beyond, e^x for negative x, and x itself (NaN, infinity).
template <class T>
__attribute__((noinline)) vec<T> softplus_special(vec<T> x) {
    const mask<T> far = beyond<T>(minus_magnitude<T>(x), sigmoid_plain<T>);
    const mask<T> tail = far & (bits<T>(x) < ints_of<T>(0)) & (x == x);
    const vec<T> regular = softplus_regular<T>(select<T>(far, vec<T>{}, x));
    return select<T>(far, select<T>(tail, exp_of<T>(select<T>(tail, x, vec<T>{})), x), regular);
}

template <class T>
MLMATH_INLINE vec<T> softplus_of(vec<T> x) {
    if (any(beyond<T>(minus_magnitude<T>(x), sigmoid_plain<T>))) [[unlikely]]
        return softplus_special<T>(x);
    return softplus_regular<T>(x);
}

// log(p / (1 - p)) for 0 < p < 1, p normal. 1 - p = u + lost, and p / (1 - p) = q (1 + left / q u): the logarithm of q by its
// parts, the small rest added as in log1p. Around p = 1/2, where the result vanishes, everything is exact to first order.
template <class T>
MLMATH_INLINE vec<T> logit_regular(vec<T> p) {
    const vec<T> u = broadcast(T(1)) - p, lost = (broadcast(T(1)) - u) - p;
    const vec<T> inverse = broadcast(T(1)) / u, q = p * inverse;
    vec<T> f, n;
    log_parts<T>(q, f, n);
    const vec<T> left = fnma(q, lost, residual<T>(q, u, p));
    // left / (q u), with 1/q = 2^-n / (1 + f) ~ 2^-n (1 - f)(1 + f^2) to a few bits. For tiny p the exponent stays in range, and
    // what is left has no weight.
    const vec<T> scale = power_of_two<T>(-maximum<T>(n, broadcast(T(-64))));
    const vec<T> small = left * inverse * scale * ((f * f + T(1)) * (broadcast(T(1)) - f));
    return log_of_parts<T>(f, n, small);
}

template <class T>
__attribute__((noinline)) vec<T> logit_special(vec<T> p) {
    const ints<T> i = bits<T>(p), a = magnitude_bits<T>(p);
    const mask<T> nan = a > ints_of<T>(infinity_bits<T>);
    const mask<T> zero = a == ints_of<T>(0), one = i == ints_of<T>(bits_of(T(1)));
    const mask<T> forbidden = ~nan & ~zero & ((i < ints_of<T>(0)) | (i > ints_of<T>(bits_of(T(1)))));
    const mask<T> tiny = ~zero & (a < ints_of<T>(bits_of(MathConstants<T>::negligible)));  // 1 - p rounds to 1
    const mask<T> regular = ~(nan | zero | one | forbidden | tiny);
    const vec<T> inside = logit_regular<T>(select<T>(regular, p, broadcast(T(0.5))));
    const vec<T> result = select<T>(tiny, log_of<T>(select<T>(tiny, p, broadcast(T(1)))), inside);
    const vec<T> poles = with_log_poles<T>(zero | one, forbidden, select<T>(nan, p, result));
    return select<T>(one, -poles, poles);
}

template <class T>
MLMATH_INLINE vec<T> logit_of(vec<T> p) {
    const ints<T> i = bits<T>(p);
    if (any((i < ints_of<T>(bits_of(MathConstants<T>::negligible))) | (i >= ints_of<T>(bits_of(T(1)))))) [[unlikely]]
        return logit_special<T>(p);
    return logit_regular<T>(p);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 sigmoid(vec_f64 x) { return math_detail::sigmoid_of<double>(x); }
MLMATH_INLINE vec_f32 sigmoid(vec_f32 x) { return math_detail::sigmoid_of<float>(x); }
MLMATH_INLINE vec_f64 softplus(vec_f64 x) { return math_detail::softplus_of<double>(x); }
MLMATH_INLINE vec_f32 softplus(vec_f32 x) { return math_detail::softplus_of<float>(x); }
// log(sigmoid x) = -softplus(-x).
MLMATH_INLINE vec_f64 log_sigmoid(vec_f64 x) { return -math_detail::softplus_of<double>(-x); }
MLMATH_INLINE vec_f32 log_sigmoid(vec_f32 x) { return -math_detail::softplus_of<float>(-x); }
MLMATH_INLINE vec_f64 logit(vec_f64 p) { return math_detail::logit_of<double>(p); }
MLMATH_INLINE vec_f32 logit(vec_f32 p) { return math_detail::logit_of<float>(p); }

}  // namespace mlmath::MLMATH_LEVEL
