// SPDX-License-Identifier: BSD-3-Clause
// beta, F, textbook: one element from its two gammas. Oracle of the tests.
#pragma once
#include <cmath>

namespace mlmath::textbook {

/// A gamma of `shape` as g e^-q: g = gamma(shape + 1), q = E / shape for shapes below 1; else g itself, q = 0.
struct BoostedGamma {
    double g, q;
};

/// ln of the quotient of two gammas.
inline double log_quotient(BoostedGamma a, BoostedGamma b) { return std::log(a.g / b.g) - (a.q - b.q); }

/// G_a / (G_a + G_b).
inline double beta(double a, double b, BoostedGamma ga, BoostedGamma gb) {
    if (a >= 1 && b >= 1) return ga.g / 2 / (ga.g / 2 + gb.g / 2);
    const double x = log_quotient(ga, gb), e = std::exp(-std::fabs(x));
    return (x < 0 ? e : 1) / (1 + e);
}

/// (G_m / m) / (G_n / n).
inline double f(double m, double n, BoostedGamma gm, BoostedGamma gn) {
    if (m >= 2 && n >= 2) return gm.g / gn.g * (n / m);
    return std::exp(log_quotient(gm, gn) + std::log(n / m));
}

}  // namespace mlmath::textbook
