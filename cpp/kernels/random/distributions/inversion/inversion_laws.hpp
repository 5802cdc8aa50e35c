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

// Constraint: the schedulers hold about 200 vector operations. A logarithm is a chain of 80 cycles and 35 operations, two of them,
//   or one and an exponential, twice that: made in one go, so few registers would be under way at a time that most units wait.
// Decision: each law is made in steps, each for a block of registers before the next; what a step hands on is a Between, in L1.
template <class T>
struct Between {
    vec<T> a, b;
};

// A law with its parameters, prepared once for all elements or once per register of them: elements are last(between(first(u))),
// `between` as often as `more_steps` says.
template <Inversion L, class T>
struct RegisterLaw;

// Location and scale of a standard form x, rounded as by NumPy.
template <Inversion L, class T>
struct Placed {
    static constexpr int more_steps = 0, count = inversion_parameters[static_cast<int>(L)];
    vec<T> loc, scale;
    static MLMATH_INLINE RegisterLaw<L, T> of(const vec<T> (&p)[3]) { return {{p[0], p[count == 2 ? 1 : 0]}}; }
    MLMATH_INLINE vec<T> placed(vec<T> x) const {
        if constexpr (count == 0)
            return x;
        else if constexpr (count == 1)
            return scale * x;
        else
            return loc + scale * x;
    }
};

// The sign bit of where's negation, for values that travel with the side of u: set where u < 1/2.
template <class T>
MLMATH_INLINE vec<T> with_side(vec<T> x, const TwoSided<T>& u) {
    return negative_below_half<T>(x, u.upper);
}
template <class T>
MLMATH_INLINE vec<T> side_of(vec<T> x) {
    using U = typename Lane<T>::uint;
    return bits_as<T>(bits_as<U>(x) & ~(broadcast<U>(~U(0)) >> 1));
}
template <class T>
MLMATH_INLINE vec<T> on_side(vec<T> x, vec<T> side) {
    using U = typename Lane<T>::uint;
    return bits_as<T>(bits_as<U>(x) | bits_as<U>(side));
}

// ---- one logarithm ----

template <Inversion L, class T>
struct ExponentialLaw : Placed<L, T> {
    static MLMATH_INLINE Between<T> first(const TwoSided<T>& u) {
        const LogReduction<T> log = log_reduced<T>(u.end, u.upper);
        return {log.x, log.leading};
    }
    MLMATH_INLINE vec<T> last(const Between<T>& log) const { return this->placed(minus_log_of<T>({log.a, log.b})); }
};
template <class T>
struct RegisterLaw<Inversion::standard_exponential, T> : ExponentialLaw<Inversion::standard_exponential, T> {};
template <class T>
struct RegisterLaw<Inversion::exponential, T> : ExponentialLaw<Inversion::exponential, T> {};

template <class T>
struct RegisterLaw<Inversion::rayleigh, T> : ExponentialLaw<Inversion::rayleigh, T> {
    MLMATH_INLINE vec<T> last(const Between<T>& log) const {
        const vec<T> x = minus_log_of<T>({log.a, log.b});
        return this->placed(square_root(x + x));
    }
};

// The side travels as the sign of the leading part, which has none.
template <class T>
struct RegisterLaw<Inversion::laplace, T> : Placed<Inversion::laplace, T> {
    static MLMATH_INLINE Between<T> first(const TwoSided<T>& u) {
        const LogReduction<T> log = log_reduced<T>(u.nearest + u.nearest, u.near_middle);
        return {log.x, with_side<T>(log.leading, u)};
    }
    MLMATH_INLINE vec<T> last(const Between<T>& log) const {
        return this->placed(on_side<T>(minus_log_of<T>({log.a, absolute(log.b)}), side_of<T>(log.b)));
    }
};

// ln(u / (1 - u)) without a sign is -ln(t / (1 - t)) of the nearer end t. From a third on the quotient's distance from 1 is taken,
// (1 - 2t) / (1 - t): small results are right to their own last digits. The side travels as the quotient's sign.
template <class T>
struct RegisterLaw<Inversion::logistic, T> : Placed<Inversion::logistic, T> {
    static MLMATH_INLINE Between<T> first(const TwoSided<T>& u) {
        const mask<T> near_one = u.end > T(1) / T(3);
        const vec<T> quotient = select<T>(near_one, u.middle + u.middle, u.end) / (T(1) - u.end);
        return {with_side<T>(quotient, u), (vec<T>)near_one};
    }
    MLMATH_INLINE vec<T> last(const Between<T>& x) const {
        return this->placed(on_side<T>(minus_log<T>(absolute(x.a), (mask<T>)x.b < mask<T>{}), side_of<T>(x.a)));
    }
};

// ---- a quotient of polynomials ----

// tan(pi (u - 1/2)) without a sign: of the angle from the nearer of middle and end, sin/cos or, from the end, cos/sin.
template <class T>
struct RegisterLaw<Inversion::cauchy, T> : Placed<Inversion::cauchy, T> {
    static MLMATH_INLINE Between<T> first(const TwoSided<T>& u) {
        using C = NormalCoefficients<T>;
        const vec<T> a = u.nearest + u.nearest, y = a * a, sine = a * horner(C::sin_terms, y),
                     cosine = fma(horner(C::cos_terms, y), y, broadcast<T>(1));
        return {with_side<T>(select<T>(u.near_middle, sine, cosine), u), select<T>(u.near_middle, cosine, sine)};
    }
    MLMATH_INLINE vec<T> last(const Between<T>& x) const { return x.a / x.b; }
};

// ---- two logarithms, powers ----

template <class T>
struct RegisterLaw<Inversion::gumbel, T> : Placed<Inversion::gumbel, T> {
    static MLMATH_INLINE Between<T> first(const TwoSided<T>& u) { return {minus_log<T>(u.end, u.upper), vec<T>{}}; }
    MLMATH_INLINE vec<T> last(const Between<T>& x) const { return this->placed(minus_log<T>(x.a, mask<T>{})); }
};

// Exponents beyond stand for this: |ln x| is 0 or at least 2^-65.
constexpr double largest_exponent = 0x1p80;

// Powers x^(1/a). The exponent is 1/a rounded, as in NumPy.
template <Inversion L>
struct PowerLaw {
    static constexpr int more_steps = L == Inversion::weibull ? 1 : 0;
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

// ---- square roots ----

// left + sqrt(u (mode - left)(right - left)) up to the mode, right - sqrt((1 - u)(right - mode)(right - left)) beyond.
template <>
struct RegisterLaw<Inversion::triangular, double> {
    static constexpr int more_steps = 0;
    vec_f64 left, right, at_mode, up, down;
    static MLMATH_INLINE RegisterLaw of(const vec_f64 (&p)[3]) {
        const vec_f64 base = p[2] - p[0], before = p[1] - p[0], after = p[2] - p[1], root = square_root(base);
        return {p[0], p[2], before / base, square_root(before) * root, square_root(after) * root};
    }
    static MLMATH_INLINE Between<double> first(const TwoSided<double>& u) {
        const vec_f64 other = 1.0 - u.end;
        return {select<double>(u.upper, other, u.end), select<double>(u.upper, u.end, other)};
    }
    MLMATH_INLINE vec_f64 last(const Between<double>& u) const {  // u and 1 - u, the smaller one exact
        const mask<double> rising = u.a <= at_mode;
        const vec_f64 root = square_root(select<double>(rising, u.a, u.b));
        return select<double>(rising, left + up * root, right - down * root);
    }
};

}  // namespace mlmath::MLMATH_LEVEL
