// SPDX-License-Identifier: BSD-3-Clause
// inversion: each law as a function of a two-sided uniform number. For kernel units.
#pragma once
#include "kernels/random/distributions/inversion/inversion_log.hpp"
#include "kernels/random/distributions/inversion/inversion_parts.hpp"
#include "kernels/random/distributions/normal/normal_transform.hpp"
#include "kernels/random/distributions/saturating_exp.hpp"

namespace mlmath::MLMATH_LEVEL {

// Laws whose results multiply logarithms by large numbers, or subtract parameters, are computed in double for floats too.
constexpr bool in_double(Inversion law) { return law >= Inversion::weibull; }

// x, or -x where u < 1/2.
template <class T>
MLMATH_INLINE vec<T> negative_below_half(vec<T> x, mask<T> upper) {
    using U = typename Lane<T>::uint;
    constexpr int top = static_cast<int>(sizeof(T)) * 8 - 1;
    return bits_as<T>(bits_as<U>(x) ^ (~(vec<U>)upper << top));
}

// tan(pi (u - 1/2)) without a sign: of the angle b from the nearer of middle and end, sin/cos or, from the end, cos/sin.
template <class T>
MLMATH_INLINE vec<T> tangent(const TwoSided<T>& u) {
    using C = NormalCoefficients<T>;
    const vec<T> a = u.nearest + u.nearest, y = a * a, sine = a * horner(C::sin_terms, y),
                 cosine = fma(horner(C::cos_terms, y), y, broadcast<T>(1));
    return select<T>(u.near_middle, sine, cosine) / select<T>(u.near_middle, cosine, sine);
}

// ln(u / (1 - u)) without a sign, -ln(t / (1 - t)) of the nearer end t. From a third on the quotient's distance from 1 is taken,
// (1 - 2t) / (1 - t): small results are right to their own last digits.
template <class T>
MLMATH_INLINE vec<T> log_odds(const TwoSided<T>& u) {
    const mask<T> near_one = u.end > T(1) / T(3);
    return minus_log<T>(select<T>(near_one, u.middle + u.middle, u.end) / (T(1) - u.end), near_one);
}

// The laws with location and scale, or without parameters: their standard form.
template <Inversion L, class T>
MLMATH_INLINE vec<T> standard_form(const TwoSided<T>& u) {
    if constexpr (L == Inversion::standard_exponential || L == Inversion::exponential)
        return minus_log<T>(u.end, u.upper);
    else if constexpr (L == Inversion::rayleigh) {
        const vec<T> x = minus_log<T>(u.end, u.upper);
        return square_root(x + x);
    } else if constexpr (L == Inversion::gumbel)
        return minus_log<T>(minus_log<T>(u.end, u.upper), mask<T>{});
    else if constexpr (L == Inversion::laplace)
        return negative_below_half<T>(minus_log<T>(u.nearest + u.nearest, u.near_middle), u.upper);
    else if constexpr (L == Inversion::logistic)
        return negative_below_half<T>(log_odds<T>(u), u.upper);
    else {
        static_assert(L == Inversion::cauchy);
        return negative_below_half<T>(tangent<T>(u), u.upper);
    }
}

// A law with its parameters, prepared once for all elements or once per register of them.
template <Inversion L, class T>
struct RegisterLaw {
    vec<T> loc, scale;
    static MLMATH_INLINE RegisterLaw of(const vec<T> (&p)[3]) {
        return inversion_parameters[static_cast<int>(L)] == 2 ? RegisterLaw{p[0], p[1]} : RegisterLaw{p[0], p[0]};
    }
    MLMATH_INLINE vec<T> operator()(const TwoSided<T>& u) const {
        const vec<T> x = standard_form<L, T>(u);
        if constexpr (inversion_parameters[static_cast<int>(L)] == 0)
            return x;
        else if constexpr (inversion_parameters[static_cast<int>(L)] == 1)
            return scale * x;
        else
            return loc + scale * x;
    }
};

// Exponents beyond stand for this: |ln x| is 0 or at least 2^-65.
constexpr double largest_exponent = 0x1p80;

// Powers x^(1/a). The exponent is 1/a rounded, as in NumPy.
template <Inversion L>
struct PowerLaw {
    vec_f64 exponent;
    mask<double> zero;
    static MLMATH_INLINE PowerLaw of(const vec_f64 (&p)[3]) {
        const vec_f64 e = 1.0 / p[0], within = select<double>(e > largest_exponent, broadcast(largest_exponent), e);
        return {L == Inversion::pareto ? within : -within, p[0] == vec_f64{}};
    }
    MLMATH_INLINE vec_f64 operator()(const TwoSided<double>& u) const {
        vec_f64 high, low;
        minus_log_long(u.end, u.upper, high, low);
        if constexpr (L == Inversion::weibull) minus_log_long(high + low, mask<double>{}, high, low);
        const vec_f64 product = exponent * high, rest = fma(exponent, low, fma(exponent, high, -product));
        if constexpr (L == Inversion::pareto) return saturating_expm1(product, rest);
        const vec_f64 x = saturating_exp<double>(product, rest);
        return L == Inversion::weibull ? select<double>(zero, vec_f64{}, x) : x;
    }
};
template <>
struct RegisterLaw<Inversion::weibull, double> : PowerLaw<Inversion::weibull> {
    static MLMATH_INLINE RegisterLaw of(const vec_f64 (&p)[3]) { return {PowerLaw::of(p)}; }
};
template <>
struct RegisterLaw<Inversion::pareto, double> : PowerLaw<Inversion::pareto> {
    static MLMATH_INLINE RegisterLaw of(const vec_f64 (&p)[3]) { return {PowerLaw::of(p)}; }
};
template <>
struct RegisterLaw<Inversion::power, double> : PowerLaw<Inversion::power> {
    static MLMATH_INLINE RegisterLaw of(const vec_f64 (&p)[3]) { return {PowerLaw::of(p)}; }
};

// left + sqrt(u (mode - left)(right - left)) up to the mode, right - sqrt((1 - u)(right - mode)(right - left)) beyond.
template <>
struct RegisterLaw<Inversion::triangular, double> {
    vec_f64 left, right, at_mode, up, down;
    static MLMATH_INLINE RegisterLaw of(const vec_f64 (&p)[3]) {
        const vec_f64 base = p[2] - p[0], before = p[1] - p[0], after = p[2] - p[1], root = square_root(base);
        return {p[0], p[2], before / base, square_root(before) * root, square_root(after) * root};
    }
    MLMATH_INLINE vec_f64 operator()(const TwoSided<double>& u) const {
        const vec_f64 other = 1.0 - u.end;
        const mask<double> rising = select<double>(u.upper, other, u.end) <= at_mode;
        // The end to count from is u's nearer one when both are left or both are right.
        const vec_f64 root = square_root(select<double>(rising ^ u.upper, u.end, other));
        return select<double>(rising, left + up * root, right - down * root);
    }
};

}  // namespace mlmath::MLMATH_LEVEL
