// SPDX-License-Identifier: BSD-3-Clause
// inversion, textbook: the inverse distribution functions as they stand in a book, in long double. Oracle of the tests, to the
// contract's error.
#pragma once
#include <cmath>

#include "kernels/random/distributions/inversion/inversion_parts.hpp"
#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

using Real = long double;

/// u in (0, 1) by its distance from the nearer end.
struct Uniform {
    Real end;
    bool upper;  // u = 1 - end

    Real u() const { return upper ? 1 - end : end; }
    Real rest() const { return upper ? end : 1 - end; }
    Real minus_log() const { return upper ? -std::log1p(-end) : -std::log(end); }
};

inline Uniform uniform_of_word(std::uint64_t w) {
    const bool upper = w >> 63;
    return {(static_cast<Real>(upper ? ~w : w) + Real(0.5)) * Real(0x1p-64), upper};
}

/// Of half `half` (0 or 1) of the word at `position`.
inline Uniform uniform_of_half(const StreamKey& key, std::uint64_t position, int half, std::uint32_t h, std::uint64_t domain) {
    const bool upper = h >> 31;
    const std::uint32_t folded = upper ? ~h : h;
    if (folded >= inversion_f32_tail) return {(static_cast<Real>(folded) + Real(0.5)) * Real(0x1p-32), upper};
    std::uint64_t extra[4];
    xblock_extra_words(key, position, 1, domain, extra);
    return {static_cast<Real>((std::uint64_t(folded) << 32 | extra[2 * half] >> 32) | 1) * Real(0x1p-64), upper};
}

/// The element of a law with parameters p.
inline Real inversion(Inversion law, const Uniform& v, const double* p) {
    const Real e = v.minus_log(), pi = std::acos(Real(-1)), middle = Real(0.5) - v.end, sign = v.upper ? 1 : -1;
    switch (law) {
        case Inversion::standard_exponential:
            return e;
        case Inversion::exponential:
            return p[0] * e;
        case Inversion::rayleigh:
            return p[0] * std::sqrt(2 * e);
        case Inversion::gumbel:
            return p[0] - p[1] * std::log(e);
        case Inversion::laplace:
            return p[0] + p[1] * sign * (middle < v.end ? -std::log1p(-2 * middle) : -std::log(2 * v.end));
        case Inversion::logistic:
            return p[0] + p[1] * sign * std::log1p(2 * middle / v.end);
        case Inversion::cauchy:
            return sign * (middle < v.end ? std::tan(pi * middle) : 1 / std::tan(pi * v.end));
        case Inversion::weibull:
            return p[0] == 0 ? Real(0) : std::pow(e, Real(1 / p[0]));
        case Inversion::pareto:
            return std::expm1(e * (1 / p[0]));
        case Inversion::power:
            return std::exp(-e * (1 / p[0]));
        case Inversion::triangular: {
            const Real base = Real(p[2]) - p[0], before = Real(p[1]) - p[0], after = Real(p[2]) - p[1];
            return v.u() <= before / base ? p[0] + std::sqrt(v.u() * before * base) : p[2] - std::sqrt(v.rest() * after * base);
        }
    }
    return 0;
}

}  // namespace mlmath::textbook
