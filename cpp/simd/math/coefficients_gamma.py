# SPDX-License-Identifier: BSD-3-Clause
"""Print gamma_coefficients.hpp, the polynomials of lgamma and digamma. Needs mpmath."""

from __future__ import annotations

import numpy as np
from coefficients_error_function import Real, minimax, show, unit
from mpmath import cos, digamma, euler, findroot, log, loggamma, mpf, nstr, pi, psi, sin, sqrt

HEAD = """\
// SPDX-License-Identifier: BSD-3-Clause
// Polynomials of gamma.hpp, lowest power first. Printed by coefficients_gamma.py.
#pragma once

namespace mlmath::MLMATH_LEVEL {

struct GammaTerms {"""

LARGE = mpf("7.5")  # from here on the asymptotic series
TINY = mpf(10) ** -9
ROOT = findroot(digamma, mpf("1.46"))


def near_two(t: Real) -> Real:
    return loggamma(2 + t) / t if t != 0 else 1 - euler


def stirling_rest(z: Real) -> Real:
    x = 1 / sqrt(z)
    return (loggamma(x) - ((x - mpf(1) / 2) * log(x) - x + log(2 * pi) / 2)) * x


def digamma_rest(z: Real) -> Real:
    x = 1 / sqrt(z)
    return (log(x) - 1 / (2 * x) - digamma(x)) / z


def near_root(t: Real) -> Real:
    x = t + mpf(3) / 2
    return digamma(x) / (x - ROOT) if abs(x - ROOT) > TINY else psi(1, ROOT)


def main() -> None:
    print(HEAD)
    half, kind = mpf(1) / 2, np.float64
    show("near_two", "lgamma(2 + t) / t, |t| <= 1/2", minimax(near_two, unit, -half, half, 18), kind)
    found = minimax(stirling_rest, lambda z: sqrt(z), TINY, 1 / LARGE**2, 7)
    show("stirling", "x (lgamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2)) in 1/x^2, x >= 7.5", found, kind)
    found = minimax(near_root, unit, -half, half, 23)
    show("near_root", "digamma(t + 3/2) / (t + 3/2 - root), |t| <= 1/2", found, kind)
    found = minimax(digamma_rest, lambda z: z, TINY, 1 / LARGE**2, 7)
    show("digamma_series", "x^2 (log x - 1/2x - digamma x) in 1/x^2, x >= 7.5", found, kind)
    found = minimax(lambda z: sin(pi * sqrt(z)) / (pi * sqrt(z)) if z > 0 else mpf(1), unit, mpf(0), mpf(1) / 4, 8)
    show("sine", "sin(pi f) / (pi f) in f^2, |f| <= 1/2", found, kind)
    found = minimax(lambda z: cos(pi * sqrt(z)), unit, mpf(0), mpf(1) / 16, 6)
    show("cosine", "cos(pi f) in f^2, |f| <= 1/4", found, kind)
    high = mpf(float(ROOT))
    print(f"    // The zero of digamma, {nstr(ROOT, 20)}, in two parts.")
    print(f"    static constexpr double root = {float.hex(float(ROOT))}, root_low = {float.hex(float(ROOT - high))};")
    print("};\n\n}  // namespace mlmath::MLMATH_LEVEL")


if __name__ == "__main__":
    main()
