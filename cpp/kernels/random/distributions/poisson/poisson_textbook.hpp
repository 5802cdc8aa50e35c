// SPDX-License-Identifier: BSD-3-Clause
// poisson, textbook: one element from its words, with the probability as it stands in books. Oracle of the tests for moderate lam
// (for large ones k ln lam - lam - ln k! cancels).
#pragma once
#include <cmath>

#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

/// (floor(w / 2^12) + 1/2) 2^-52.
inline double open_unit(std::uint64_t w) { return (static_cast<double>(w >> 12) + 0.5) * 0x1p-52; }

/// lam < 10: the smallest k with u < p(0) + ... + p(k).
inline std::int64_t poisson_search(double lam, std::uint64_t w) {
    double u = open_unit(w), p = std::exp(-lam);
    std::int64_t k = 0;
    for (; u >= p && !(p < 0x1p-56 && static_cast<double>(k) > lam); ++k) {
        u -= p;
        p = p * lam / static_cast<double>(k + 1);
    }
    return k;
}

/// lam >= 10: one attempt of Hormann's PTRS; false when rejected.
inline bool poisson_attempt(double lam, std::uint64_t w, std::uint64_t second, std::int64_t& k) {
    const double b = 0.931 + 2.53 * std::sqrt(lam), a = -0.059 + 0.02483 * b, u = open_unit(w) - 0.5, v = open_unit(second);
    const double us = 0.5 - std::fabs(u), x = std::floor((2 * a / us + b) * u + lam + 0.43);
    if (!(std::fabs(x) < 0x1p62)) return false;
    k = static_cast<std::int64_t>(x);
    if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return true;
    if (k < 0 || (us < 0.013 && v > us)) return false;
    const double hat = std::log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b));
    return hat <= x * std::log(lam) - lam - std::lgamma(x + 1);
}

/// The element whose words are w (at `place`) and `second`.
inline std::int64_t poisson(const StreamKey& key, std::uint64_t place, double lam, std::uint64_t w, std::uint64_t second) {
    if (lam < 10) return poisson_search(lam, w);
    std::uint64_t x[4] = {w, second};
    std::int64_t k;
    for (std::uint64_t attempt = 1; !poisson_attempt(lam, x[0], x[1], k); ++attempt)
        xblock_extra_words(key, place, attempt, domain_poisson, x);
    return k;
}

}  // namespace mlmath::textbook
