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

// Constraint: the schedulers hold about 200 vector operations; a chain of two logarithms, or of a logarithm and an exponential, is 150
//   cycles long and 80 operations: so few registers would be under way at a time that most units wait.
// Decision: such laws are made in steps, each for a block of registers before the next; what a step hands on is a Between, in L1.
template <class T>
struct Between {
    vec<T> a, b;
};

// Laws of one step, with location and scale or without parameters: their standard form.
template <Inversion L, class T>
MLMATH_INLINE vec<T> standard_form(const TwoSided<T>& u) {
    if constexpr (L == Inversion::standard_exponential || L == Inversion::exponential)
        return minus_log<T>(u.end, u.upper);
    else if constexpr (L == Inversion::rayleigh) {
        const vec<T> x = minus_log<T>(u.end, u.upper);
        return square_root(x + x);
    } else if constexpr (L == Inversion::laplace)
        return negative_below_half<T>(minus_log<T>(u.nearest + u.nearest, u.near_middle), u.upper);
    else {
        static_assert(L == Inversion::cauchy);
        return negative_below_half<T>(tangent<T>(u), u.upper);
    }
}

// A law with its parameters, prepared once for all elements or once per register of them: elements are last(between(first(u))),
// `between` as often as `steps` says.
template <Inversion L, class T>
struct RegisterLaw {
    static constexpr int steps = -1;  // all in one
    vec<T> loc, scale;
    static MLMATH_INLINE RegisterLaw of(const vec<T> (&p)[3]) {
        return inversion_parameters[static_cast<int>(L)] == 2 ? RegisterLaw{p[0], p[1]} : RegisterLaw{p[0], p[0]};
    }
    MLMATH_INLINE vec<T> all(const TwoSided<T>& u) const {
        const vec<T> x = standard_form<L, T>(u);
        if constexpr (inversion_parameters[static_cast<int>(L)] == 0)
            return x;
        else if constexpr (inversion_parameters[static_cast<int>(L)] == 1)
            return scale * x;
        else
            return loc + scale * x;
    }
};

template <class T>
struct RegisterLaw<Inversion::gumbel, T> {
    static constexpr int steps = 0;
    vec<T> loc, scale;
    static MLMATH_INLINE RegisterLaw of(const vec<T> (&p)[3]) { return {p[0], p[1]}; }
    static MLMATH_INLINE Between<T> first(const TwoSided<T>& u) { return {minus_log<T>(u.end, u.upper), vec<T>{}}; }
    MLMATH_INLINE vec<T> last(const Between<T>& x) const { return loc + scale * minus_log<T>(x.a, mask<T>{}); }
};

// ln(u / (1 - u)) without a sign is -ln(t / (1 - t)) of the nearer end t. From a third on the quotient's distance from 1 is taken,
// (1 - 2t) / (1 - t): small results are right to their own last digits. The sign travels as the quotient's.
template <class T>
struct RegisterLaw<Inversion::logistic, T> {
    static constexpr int steps = 0;
    vec<T> loc, scale;
    static MLMATH_INLINE RegisterLaw of(const vec<T> (&p)[3]) { return {p[0], p[1]}; }
    static MLMATH_INLINE Between<T> first(const TwoSided<T>& u) {
        const mask<T> near_one = u.end > T(1) / T(3);
        const vec<T> quotient = select<T>(near_one, u.middle + u.middle, u.end) / (T(1) - u.end);
        return {negative_below_half<T>(quotient, u.upper), (vec<T>)near_one};
    }
    MLMATH_INLINE vec<T> last(const Between<T>& x) const {
        using U = typename Lane<T>::uint;
        const vec<U> sign = bits_as<U>(x.a) & ~(broadcast<U>(~U(0)) >> 1);
        const vec<T> size = minus_log<T>(absolute(x.a), (mask<T>)x.b < mask<T>{});
        return loc + scale * bits_as<T>(bits_as<U>(size) | sign);
    }
};

// Exponents beyond stand for this: |ln x| is 0 or at least 2^-65.
constexpr double largest_exponent = 0x1p80;

// Powers x^(1/a). The exponent is 1/a rounded, as in NumPy.
template <Inversion L>
struct PowerLaw {
    static constexpr int steps = L == Inversion::weibull ? 1 : 0;
    vec_f64 exponent;
    mask<double> zero;
    static MLMATH_INLINE PowerLaw of(const vec_f64 (&p)[3]) {
        const vec_f64 e = 1.0 / p[0], within = select<double>(e > largest_exponent, broadcast(largest_exponent), e);
        return {L == Inversion::pareto ? within : -within, p[0] == vec_f64{}};
    }
    static MLMATH_INLINE Between<double> first(const TwoSided<double>& u) {
        Between<double> log;
        minus_log_long(u.end, u.upper, log.a, log.b);
        return log;
    }
    static MLMATH_INLINE Between<double> between(const Between<double>& x) {
        Between<double> log;
        minus_log_long(x.a + x.b, mask<double>{}, log.a, log.b);
        return log;
    }
    MLMATH_INLINE vec_f64 last(const Between<double>& log) const {
        const vec_f64 product = exponent * log.a, rest = fma(exponent, log.b, fma(exponent, log.a, -product));
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
    static constexpr int steps = -1;
    vec_f64 left, right, at_mode, up, down;
    static MLMATH_INLINE RegisterLaw of(const vec_f64 (&p)[3]) {
        const vec_f64 base = p[2] - p[0], before = p[1] - p[0], after = p[2] - p[1], root = square_root(base);
        return {p[0], p[2], before / base, square_root(before) * root, square_root(after) * root};
    }
    MLMATH_INLINE vec_f64 all(const TwoSided<double>& u) const {
        const vec_f64 other = 1.0 - u.end;
        const mask<double> rising = select<double>(u.upper, other, u.end) <= at_mode;
        // The end to count from is u's nearer one when both are left or both are right.
        const vec_f64 root = square_root(select<double>(rising ^ u.upper, u.end, other));
        return select<double>(rising, left + up * root, right - down * root);
    }
};

}  // namespace mlmath::MLMATH_LEVEL
