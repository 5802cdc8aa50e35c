// SPDX-License-Identifier: BSD-3-Clause
// binomial, textbook: one element from its words, with the probability as it stands in books. Oracle of the tests for moderate n.
#pragma once
#include "kernels/random/distributions/poisson/poisson_textbook.hpp"

namespace mlmath::textbook {

/// n p < 10, p <= 1/2: the smallest k with u < p(0) + ... + p(k).
inline std::int64_t binomial_search(double n, double p, std::uint64_t w) {
    double u = open_unit(w), pk = std::exp(n * std::log1p(-p));
    double k = 0;
    for (; u >= pk && !(pk < 0x1p-56 && k > n * p); ++k) {
        u -= pk;
        pk = pk * ((n - k) * (p / (1 - p))) / (k + 1);
    }
    return static_cast<std::int64_t>(std::fmin(k, n));
}

/// n p >= 10, p <= 1/2: one attempt of Hormann's BTRS; false when rejected.
inline bool binomial_attempt(double n, double p, std::uint64_t w, std::uint64_t second, std::int64_t& count) {
    const double deviation = std::sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p;
    const double u = open_unit(w) - 0.5, us = 0.5 - std::fabs(u), v = open_unit(second);
    const double k = std::floor((2 * a / us + b) * u + n * p + 0.5), mode = std::floor((n + 1) * p);
    if (!(std::fabs(k) < 0x1p62)) return false;
    count = static_cast<std::int64_t>(k);
    if (us >= 0.07 && v <= 0.92 - 4.2 / b) return true;
    if (k < 0 || k > n) return false;
    const double hat = std::log(v * (2.83 + 5.1 / b) * deviation / (a / (us * us) + b));
    return hat <= std::lgamma(mode + 1) + std::lgamma(n - mode + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                      (k - mode) * std::log(p / (1 - p));
}

/// Attempt a takes words(a, x): x[0], x[1].
template <class Words>
std::int64_t binomial(double n, double p, Words words) {
    const bool reflected = p > 0.5;
    if (reflected) p = 1 - p;
    std::uint64_t x[2];
    std::int64_t k;
    std::uint64_t attempt = 0;
    words(attempt, x);
    if (n * p < 10)
        k = binomial_search(n, p, x[0]);
    else
        while (!binomial_attempt(n, p, x[0], x[1], k)) words(++attempt, x);
    return reflected ? static_cast<std::int64_t>(n) - k : k;
}

/// The element whose words are w (at `place`) and `second`.
inline std::int64_t binomial(const StreamKey& key, std::uint64_t place, double n, double p, std::uint64_t w, std::uint64_t second) {
    return binomial(n, p, [&](std::uint64_t attempt, std::uint64_t* x) {
        std::uint64_t four[4] = {w, second};
        if (attempt > 0) xblock_extra_words(key, place, attempt, domain_binomial, four);
        x[0] = four[0], x[1] = four[1];
    });
}

}  // namespace mlmath::textbook
