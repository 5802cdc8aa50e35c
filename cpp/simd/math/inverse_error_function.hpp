// SPDX-License-Identifier: BSD-3-Clause
// Inverses of the error function and of the normal distribution function.
#pragma once
#include "simd/math/carried.hpp"
#include "simd/math/error_coefficients.hpp"
#include "simd/math/error_function.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// One scheme in two scales, y = erfinv(x) and y = sqrt(2) erfinv(x). log_scale q = -log(1 - |x|), scaled; offset: a multiple of
// every z's ulp, so that z - offset is exact.
template <class T>
struct ErfinvScale {
    static constexpr T log_scale = -1, offset = T(0.3125), middle = 2, far = 8;
    static constexpr T slope = T(1.2);  // about dy/dx at |x| = 0.6
    static constexpr T middle_end = sizeof(T) == 8 ? T(6.08) : T(4.19);
    static constexpr const auto& near_terms = ErrorTerms<T>::erfinv_near;
    static constexpr const auto& middle_terms = ErrorTerms<T>::erfinv_middle;
    static constexpr const auto& far_terms = ErrorTerms<T>::erfinv_far;
};
template <class T>
struct NdtriScale {
    static constexpr T log_scale = -2, offset = T(0.4375), middle = T(2.8125), far = T(11.25);
    static constexpr T slope = T(1.75);
    static constexpr T middle_end = sizeof(T) == 8 ? T(8.6) : T(5.92);
    static constexpr const auto& near_terms = ErrorTerms<T>::ndtri_near;
    static constexpr const auto& middle_terms = ErrorTerms<T>::ndtri_middle;
    static constexpr const auto& far_terms = ErrorTerms<T>::ndtri_far;
};

// |y| where 1 - |x| = q <= 0.4: z = sqrt(-log q) is the asymptote, y = z - offset + P(t), t = (z - k) / (z + k), and P is small.
// The rounding errors of the logarithm and the root are carried: z_low = (L - z^2 + L_low) / 2z; one reciprocal serves t as well.
template <class T, class S, int Count>
MLMATH_INLINE vec<T> quantile_from_root(vec<T> z, vec<T> left, T k, const T (&terms)[Count]) {
    const vec<T> sum = z + k, twice = z + z, d = broadcast(T(1)) / (sum * twice);
    const vec<T> t = (z - k) * (twice * d);
    const vec<T> z_low = left * (sum * d);
    return (z - S::offset) + (polynomial<T>(t, terms) + z_low);
}

// Far: whether q may be below 2^-53 (2^-24).
template <class T, class S, bool Far>
MLMATH_INLINE vec<T> quantile_tail(vec<T> q, vec<T> shift) {
    vec<T> high, low;
    log_carried<T>(q, shift, high, low);
    high *= S::log_scale;
    low *= S::log_scale;
    const vec<T> z = square_root(high);
    const vec<T> left = residual<T>(z, z, high) + low;
    const vec<T> y = quantile_from_root<T, S>(z, left, S::middle, S::middle_terms);
    if constexpr (Far) {
        const mask<T> far = bits<T>(z) > ints_of<T>(bits_of(S::middle_end));
        if (any(far)) return select<T>(far, quantile_from_root<T, S>(z, left, S::far, S::far_terms), y);
    }
    return y;
}

// |x| <= 0.6: x + x P(x^2). x_low: what x lost to rounding.
template <class T, class S>
MLMATH_INLINE vec<T> quantile_near(vec<T> x, vec<T> x_low) {
    const vec<T> a = magnitude_from_tiny<T>(x);
    return x + fma(x, polynomial<T>(a * a, S::near_terms), x_low * S::slope);
}

template <class T>
MLMATH_INLINE mask<T> quantile_is_near(vec<T> x) {
    return magnitude_bits<T>(x) <= ints_of<T>(bits_of(T(0.6)));
}

// erfinv(x) = x p(w), w = -log(1 - x^2): a smooth function all the way, of which a polynomial in w - c serves each quarter octave
// of w + 4, |w| <= 37. From w = 1 on an error of w counts half, below less. For erfinv_tiny <= |x| < 1.
template <class T>
constexpr T erfinv_tiny = sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-60);  // above: no product of halves is subnormal

template <class T>
MLMATH_INLINE vec<T> erfinv_regular(vec<T> x) {
    using C = ErrorTerms<T>;
    const vec<T> one = broadcast(T(1)), a = absolute(x);
    const vec<T> complement = has_fma ? fnma(x, x, one) : (one - a) * (one + a);
    const vec<T> w = -log_in_range<NaturalLog<T>, T>(complement);
    const ints<T> index = bits<T>(w + T(4)) >> (MathConstants<T>::mantissa_bits - 2);
    const vec<T> u = w - lookup(C::erfinv_centers, index);
    vec<T> at;
    const vec<T> slope = piecewise_slope<T>(C::erfinv_pieces, index, u, at);
    const vec<T> rest = x * (u * slope);
    if constexpr (has_fma) return fma(x, at, rest);
    const vec<T> product = x * at;
    return product + (rest + product_error<T>(x, at, product));
}

// The operands at and beyond the ends of [-1, 1]; NaN; zero and those that a product would make subnormal, where erfinv x is
// sqrt(pi)/2 x.
template <class T>
__attribute__((noinline)) vec<T> erfinv_special(vec<T> x) {
    constexpr T slope_minus_1 = T(-0.11377307454724198569);  // sqrt(pi)/2 - 1
    const ints<T> a = magnitude_bits<T>(x);
    const mask<T> nan = a > ints_of<T>(infinity_bits<T>), pole = a == ints_of<T>(bits_of(T(1)));
    const mask<T> inside = a < ints_of<T>(bits_of(T(1))), tiny = a < ints_of<T>(bits_of(erfinv_tiny<T>));
    const vec<T> regular = erfinv_regular<T>(select<T>(inside & ~tiny, x, broadcast(T(0.5))));
    // The product is negative: -0 needs its sign once more.
    const vec<T> least = with_sign_of<T>(plus_product<T>(select<T>(tiny, x, vec<T>{}), broadcast(slope_minus_1)), x);
    const vec<T> finite = select<T>(tiny, least, regular);
    const vec<T> result = with_log_poles<T>(pole, ~(nan | pole | inside), select<T>(nan, x, finite));
    return select<T>(pole, with_sign_of<T>(absolute(result), x), result);
}

// As unsigned integers one comparison.
template <class T>
MLMATH_INLINE mask<T> erfinv_unusual(vec<T> x) {
    using UInt = typename Lane<T>::uint;
    constexpr Int<T> tiny = bits_of(erfinv_tiny<T>);
    return (mask<T>)((vec<UInt>)(magnitude_bits<T>(x) - tiny) >= broadcast<UInt>(static_cast<UInt>(bits_of(T(1)) - tiny)));
}

template <class T>
MLMATH_INLINE vec<T> erfinv_of(vec<T> x) {
    if (any(erfinv_unusual<T>(x))) [[unlikely]]
        return erfinv_special<T>(x);
    return erfinv_regular<T>(x);
}

// y with q = ndtr(y), and y with q = erfc(y), by one scheme: center - unit q is x; the smaller of q and whole - q, scaled to where
// the center is 1, measures the tail.
template <class T>
struct NormalQuantile {
    using Scale = NdtriScale<T>;
    static constexpr T whole = 1, to_tail = 2, sign = 1;
};
template <class T>
struct ErfcInverse {
    using Scale = ErfinvScale<T>;
    static constexpr T whole = 2, to_tail = 1, sign = -1;
};

// For 0 < p 2^-shift < whole. (whole - q is exact where it is used, and so is x but for a bit, which x_low carries.)
template <class T, class F, bool Far>
MLMATH_INLINE vec<T> quantile_regular(vec<T> p, vec<T> shift) {
    const vec<T> r = p * F::to_tail, x = (r - T(1)) * F::sign, x_low = (r - ((r - T(1)) + T(1))) * F::sign;
    const mask<T> near = quantile_is_near<T>(x);
    const vec<T> upper = broadcast(T(2)) - r;
    const vec<T> q = select<T>(near, broadcast(T(0.25)), minimum<T>(r, upper));
    const vec<T> tail = quantile_tail<T, typename F::Scale, Far>(q, shift);
    return select<T>(near, quantile_near<T, typename F::Scale>(x, x_low), with_sign_of<T>(tail, x));
}

template <class T, class F>
__attribute__((noinline)) vec<T> quantile_special(vec<T> p) {
    using C = MathConstants<T>;
    const ints<T> i = bits<T>(p), a = magnitude_bits<T>(p);
    const mask<T> nan = a > ints_of<T>(infinity_bits<T>), zero = a == ints_of<T>(0), one = i == ints_of<T>(bits_of(F::whole));
    const mask<T> regular = (i > ints_of<T>(0)) & (i < ints_of<T>(bits_of(F::whole)));
    const mask<T> subnormal = regular & (i < ints_of<T>(bits_of(std::numeric_limits<T>::min())));
    vec<T> y = select<T>(regular, p, broadcast(F::whole / 2));
    // A subnormal operand is scaled up for the logarithm, and the scale taken off its exponent.
    y = select<T>(subnormal, y * broadcast(C::subnormal_scale), y);
    const vec<T> inside = quantile_regular<T, F, true>(y, select<T>(subnormal, broadcast(C::subnormal_shift), vec<T>{}));
    const vec<T> poles = with_log_poles<T>(zero | one, ~(nan | zero | one | regular), select<T>(nan, p, inside));
    // The pole is -infinity.
    return select<T>(F::sign > 0 ? one : zero, -poles, poles);
}

// Beyond the ends of the interval, and below 2^-52 (2^-23).
template <class T, class F>
MLMATH_INLINE mask<T> quantile_unusual(vec<T> p) {
    constexpr Int<T> lowest = bits_of(std::numeric_limits<T>::epsilon());
    using UInt = typename Lane<T>::uint;
    return (mask<T>)((vec<UInt>)(bits<T>(p) - lowest) >= broadcast<UInt>(static_cast<UInt>(bits_of(F::whole) - lowest)));
}

template <class T, class F>
MLMATH_INLINE vec<T> quantile_of(vec<T> p) {
    if (any(quantile_unusual<T, F>(p))) [[unlikely]]
        return quantile_special<T, F>(p);
    return quantile_regular<T, F, false>(p, vec<T>{});
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 erfinv(vec_f64 x) { return math_detail::erfinv_of<double>(x); }
MLMATH_INLINE vec_f32 erfinv(vec_f32 x) { return math_detail::erfinv_of<float>(x); }
// erfcinv(q) = erfinv(1 - q), right for small q as well.
MLMATH_INLINE vec_f64 erfcinv(vec_f64 q) { return math_detail::quantile_of<double, math_detail::ErfcInverse<double>>(q); }
MLMATH_INLINE vec_f32 erfcinv(vec_f32 q) { return math_detail::quantile_of<float, math_detail::ErfcInverse<float>>(q); }
// The normal quantile.
MLMATH_INLINE vec_f64 ndtri(vec_f64 p) { return math_detail::quantile_of<double, math_detail::NormalQuantile<double>>(p); }
MLMATH_INLINE vec_f32 ndtri(vec_f32 p) { return math_detail::quantile_of<float, math_detail::NormalQuantile<float>>(p); }

}  // namespace mlmath::MLMATH_LEVEL
