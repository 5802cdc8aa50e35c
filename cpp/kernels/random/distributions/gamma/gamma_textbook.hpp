// SPDX-License-Identifier: BSD-3-Clause
// gamma, textbook: one element from its words, in plain scalar code. Oracle of the tests: the same bits for shapes above 1, whose
// arithmetic needs no exponential; elsewhere as near as libm's functions are to ours.
#pragma once
#include "kernels/random/distributions/gamma/gamma_parts.hpp"
#include "kernels/random/distributions/normal/normal_textbook.hpp"

namespace mlmath::textbook {

/// -ln u, u = (w + 1/2) 2^-64.
inline double minus_log_of_word(std::uint64_t w) {
    const bool near_one = w >> 63;
    const double d = (static_cast<double>(near_one ? ~w : w) + 0.5) * 0x1p-64;
    return near_one ? -std::log1p(-d) : -std::log(d);
}

/// The exponential of a shape up to 1.
inline double gamma_exponential(std::uint64_t second) { return minus_log_of_word(second << 12 | second >> 52); }

/// Marsaglia and Tsang's gamma of shape s, or s + 1 where s < 1, for the element at `place` with the normal number z and the
/// second word of its own.
inline double gamma_by_rejection(const StreamKey& key, std::uint64_t place, std::uint64_t domain, double s, double z,
                                 std::uint64_t second) {
    const double d = (s < 1 ? s + 1 : s) - gamma_third, c = 1 / std::sqrt(9 * d);
    const auto cube = [&](double normal) {
        const double t = std::fma(c, normal, 1.0);
        return t * t * t;
    };
    const auto accepted = [&](double normal, double v, std::uint64_t u) {
        if (v <= 0) return false;
        if (d >= gamma_never_refused) return true;
        return !(2 * minus_log_of_word(u) + normal * normal + 2 * d * (1 - v + std::log(v)) <= 0);
    };
    double v = cube(z);
    if (static_cast<double>((second >> 52) + 1) * 0x1p-12 <= 1 - 0.0331 * z * z * z * z) return d * v;
    std::uint64_t x[4], u = second;
    if (s < 1) {  // the squeeze's 12 bits and 52 fresh ones
        xblock_extra_words(key, place, 0, domain, x);
        u = (second >> 52 << 52) | (x[0] & 0x000fffffffffffffu);
    }
    if (accepted(z, v, u)) return d * v;
    for (std::uint64_t attempt = 1;; ++attempt) {
        xblock_extra_words(key, place, attempt, domain, x);
        z = normal_pair(x[0], x[1]).first;
        v = cube(z);
        if (accepted(z, v, x[2])) return d * v;
    }
}

/// The standard gamma of shape s.
inline double standard_gamma(const StreamKey& key, std::uint64_t place, double s, double z, std::uint64_t second) {
    if (s == 1) return gamma_exponential(second);
    const double g = gamma_by_rejection(key, place, domain_gamma, s, z, second);
    return s < 1 ? g * std::exp(-gamma_exponential(second) / s) : g;
}

}  // namespace mlmath::textbook
