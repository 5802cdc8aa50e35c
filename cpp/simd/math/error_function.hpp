// SPDX-License-Identifier: BSD-3-Clause
// The error function, its complement, and the normal distribution function.
#pragma once
#include "simd/math/carried.hpp"
#include "simd/math/error_coefficients.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// |x|, at least 2^-100 (2^-30): the fourth power is normal, and what is added to 1 or 1/2 is as negligible as before.
template <class T>
MLMATH_INLINE vec<T> magnitude_from_tiny(vec<T> x) {
    return maximum<T>(absolute(x), broadcast(sizeof(T) == 8 ? T(0x1p-100) : T(0x1p-30)));
}

// The smaller of |x| and limit, and limit for NaN: compared as integers, so that nothing is raised.
template <class T>
MLMATH_INLINE vec<T> magnitude_up_to(vec<T> x, T limit) {
    const ints<T> a = magnitude_bits<T>(x), most = ints_of<T>(bits_of(limit));
    return (vec<T>)(a < most ? a : most);
}

template <class T>
MLMATH_INLINE vec<T> with_sign_of(vec<T> magnitude, vec<T> x) {
    return (vec<T>)(bits<T>(magnitude) | (bits<T>(x) & ints_of<T>(bits_of(-T(0)))));
}

// x + x p, rounded once with FMA. Without, x p by itself would underflow for a tiny x.
template <class T>
MLMATH_INLINE vec<T> plus_product(vec<T> x, vec<T> p) {
    if constexpr (has_fma) return fma(x, p, x);
    const mask<T> tiny = magnitude_bits<T>(x) < ints_of<T>(bits_of(sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-90)));
    const vec<T> y = select<T>(tiny, vec<T>{}, x);
    return select<T>(tiny, x * (p + T(1)), y * p + y);
}

// Around the nearest multiple of a step h, |x| = j h + u:  erf(j h) + u q_j(u), and u + u q_0(u) for j = 0. The multiples are
// exact, erf of the first few nearly so. From 5.93 (float: 3.93) on the sum rounds to 1.
template <class T>
MLMATH_INLINE vec<T> erf_of(vec<T> x) {
    using C = ErrorTerms<T>;
    const vec<T> a = magnitude_up_to<T>(x, C::erf_last);
    const vec<T> planted = fma(a, broadcast(C::erf_steps_per_unit), broadcast(round_shift<T>));
    const vec<T> u = fnma(planted - broadcast(round_shift<T>), broadcast(C::erf_step), a);
    const mask<T> first = bits<T>(planted) == ints_of<T>(bits_of(round_shift<T>));
    vec<T> at;
    const vec<T> q =
        piecewise_slope<T>(C::erf_pieces, bits<T>(planted), zero_if_negligible<T>(u), at);  // its square would underflow
    const vec<T> y = has_fma ? fma(u, q, select<T>(first, u, at))
                             : select<T>(first, plus_product<T>(u, q), fma(select<T>(first, vec<T>{}, u), q, at));
    return select<T>(magnitude_bits<T>(x) > ints_of<T>(infinity_bits<T>), x, with_sign_of<T>(y, x));
}

// The polynomial, and the rounding error of its last step.
template <class T, int Count>
MLMATH_INLINE vec<T> polynomial_carried(vec<T> x, const T (&c)[Count], vec<T>& low) {
    vec<T> rest = broadcast(c[Count - 1]);
    MLMATH_UNROLL for (int i = Count - 2; i >= 1; --i) rest = fma(rest, x, broadcast(c[i]));
    const vec<T> first = broadcast(c[0]), product = rest * x, p = has_fma ? fma(rest, x, first) : product + first;
    low = has_fma ? fma(rest, x, first - p) : (product - (p - first)) + product_error<T>(rest, x, product);
    return p;
}

// The scaled complement exp(a^2) erfc(a) is smooth from 0 to infinity; t = (a - k) / (a + k) makes a finite interval of it, on
// which one polynomial serves.
template <class T>
struct ErfcTail {  // erfc(a) = exp(-a^2) P(t) / (a + 3)
    static constexpr T shift = 3, square_scale = 1;
    static constexpr const auto& terms = ErrorTerms<T>::erfc_far;
    static constexpr T last_normal = sizeof(T) == 8 ? T(26) : T(9);  // up to here the result is normal
    static constexpr T last = sizeof(T) == 8 ? T(27.5) : T(10.5);    // from here on it rounds to zero
};
template <class T>
struct NormalTail {  // ndtr(-a) = exp(-a^2 / 2) P(t) / (a + 4.25)
    static constexpr T shift = T(4.25), square_scale = T(0.5);
    static constexpr const auto& terms = ErrorTerms<T>::ndtr_far;
    static constexpr T last_normal = sizeof(T) == 8 ? T(37) : T(12.5);
    static constexpr T last = sizeof(T) == 8 ? T(39) : T(14.75);
};

// The tail at a as m 2^n. Everything of first order is carried: the square of a in two parts; the errors of a + k and of its
// reciprocal v, which are relative errors of the result, in the exponent; the last sum of the polynomial, and the product with v.
template <class T, class Tail>
MLMATH_INLINE vec<T> tail_parts(vec<T> a, vec<T>& n) {
    const vec<T> k = broadcast(Tail::shift), sum = a + k, sum_low = (a - (sum - k)) + (k - (sum - (sum - k)));
    const vec<T> v = broadcast(T(1)) / sum, twice = v * (k + k);
    const vec<T> relative = fnma(v, sum_low, residual<T>(v, sum, broadcast(T(1))));
    const vec<T> t = fnma(v, k + k, broadcast(T(1))) - twice * relative;  // 1 - 2 k / (a + k)
    const vec<T> scaled = a * broadcast(Tail::square_scale), square = scaled * a;
    vec<T> e, e_low;
    exp_parts_carried<T>(-square, relative - product_error<T>(scaled, a, square), e, e_low, n);
    vec<T> p_low;
    const vec<T> p = polynomial_carried<T>(t, Tail::terms, p_low);
    const vec<T> q = p * v, q_low = fma(p_low, v, product_error<T>(p, v, q));
    const vec<T> m_low = fma(q, e_low, q_low * e), m = q * e;
    return has_fma ? fma(q, e, m_low) : m + (m_low + product_error<T>(q, e, m));
}

// For |x| <= last_normal.
template <class T, class Tail>
MLMATH_INLINE vec<T> tail_regular(vec<T> a) {
    vec<T> n;
    const vec<T> m = tail_parts<T, Tail>(a, n);
    return times_power_of_two<T>(m, n);
}
// For any number; infinity gives an exact zero, NaN anything.
template <class T, class Tail>
MLMATH_INLINE vec<T> tail_rounded(vec<T> x, mask<T> wanted) {
    const vec<T> a = magnitude_up_to<T>(select<T>(wanted, x, broadcast(T(1))), Tail::last);
    vec<T> n;
    const vec<T> m = tail_parts<T, Tail>(a, n);
    const mask<T> finite = magnitude_bits<T>(x) < ints_of<T>(infinity_bits<T>);
    return times_power_of_two_rounded<T>(select<T>(finite, m, vec<T>{}), n);
}

// erfc x = 1 - erf x for |x| < 0.47; the tail for x beyond; 2 - erfc(-x) for -x beyond.
template <class T>
MLMATH_INLINE vec<T> erfc_joined(vec<T> x, vec<T> tail) {
    const vec<T> a = magnitude_from_tiny<T>(magnitude_up_to<T>(x, T(0.5)));
    const vec<T> b = with_sign_of<T>(a, x);
    const vec<T> near = broadcast(T(1)) - fma(b, polynomial<T>(a * a, ErrorTerms<T>::erfc_near), b);
    const vec<T> far = select<T>(bits<T>(x) < ints_of<T>(0), broadcast(T(2)) - tail, tail);
    return select<T>(magnitude_bits<T>(x) < ints_of<T>(bits_of(T(0.47))), near, far);
}

template <class T>
__attribute__((noinline)) vec<T> erfc_special(vec<T> x) {
    const ints<T> i = bits<T>(x);
    const mask<T> nan = magnitude_bits<T>(x) > ints_of<T>(infinity_bits<T>);
    // On the far negative side the tail is lost in 2 long before it could underflow.
    const vec<T> y = select<T>((i < ints_of<T>(0)) & ~nan, -magnitude_up_to<T>(x, T(7)), x);
    return select<T>(nan, x, erfc_joined<T>(y, tail_rounded<T, ErfcTail<T>>(y, ~nan)));
}

template <class T>
MLMATH_INLINE vec<T> erfc_in_range(vec<T> x) {
    return erfc_joined<T>(x, tail_regular<T, ErfcTail<T>>(magnitude_from_tiny<T>(x)));
}
template <class T>
MLMATH_INLINE vec<T> erfc_of(vec<T> x) {
    if (any(beyond<T>(x, ErfcTail<T>::last_normal))) [[unlikely]]
        return erfc_special<T>(x);
    return erfc_in_range<T>(x);
}

// Between -3.124 and 0.874, around the center c nearest to x: ndtr(c) + u q(u). Beyond, the tail for -x, and 1 - ndtr(-x).
template <class T>
MLMATH_INLINE vec<T> ndtr_joined(vec<T> x, vec<T> tail) {
    using C = ErrorTerms<T>;
    const mask<T> middle = magnitude_bits<T>(x + T(1.125)) < ints_of<T>(bits_of(T(1.999)));
    const vec<T> y = select<T>(middle, x, vec<T>{});
    const ints<T> index = bits<T>(fma(y, broadcast(T(4)), broadcast(round_shift<T>)));
    const vec<T> u = zero_if_negligible<T>(y - lookup(C::ndtr_centers, index));  // its square would underflow
    vec<T> at;
    const vec<T> slope = piecewise_slope<T>(C::ndtr_pieces, index, u, at);
    const vec<T> far = select<T>(bits<T>(x) < ints_of<T>(0), tail, broadcast(T(1)) - tail);
    return select<T>(middle, fma(u, slope, at), far);
}

template <class T>
__attribute__((noinline)) vec<T> ndtr_special(vec<T> x) {
    const ints<T> i = bits<T>(x);
    const mask<T> nan = magnitude_bits<T>(x) > ints_of<T>(infinity_bits<T>);
    const vec<T> y = select<T>((i >= ints_of<T>(0)) & ~nan, magnitude_up_to<T>(x, T(10)), x);
    return select<T>(nan, x, ndtr_joined<T>(y, tail_rounded<T, NormalTail<T>>(y, ~nan)));
}

template <class T>
MLMATH_INLINE vec<T> ndtr_in_range(vec<T> x) {
    return ndtr_joined<T>(x, tail_regular<T, NormalTail<T>>(magnitude_from_tiny<T>(x)));
}
template <class T>
MLMATH_INLINE vec<T> ndtr_of(vec<T> x) {
    if (any(beyond<T>(x, NormalTail<T>::last_normal))) [[unlikely]]
        return ndtr_special<T>(x);
    return ndtr_in_range<T>(x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 erf(vec_f64 x) { return math_detail::erf_of<double>(x); }
MLMATH_INLINE vec_f32 erf(vec_f32 x) { return math_detail::erf_of<float>(x); }
MLMATH_INLINE vec_f64 erfc(vec_f64 x) { return math_detail::erfc_of<double>(x); }
MLMATH_INLINE vec_f32 erfc(vec_f32 x) { return math_detail::erfc_of<float>(x); }
// The normal distribution function, erfc(-x / sqrt 2) / 2.
MLMATH_INLINE vec_f64 ndtr(vec_f64 x) { return math_detail::ndtr_of<double>(x); }
MLMATH_INLINE vec_f32 ndtr(vec_f32 x) { return math_detail::ndtr_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
