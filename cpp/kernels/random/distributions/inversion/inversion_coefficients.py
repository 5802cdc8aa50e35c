# SPDX-License-Identifier: BSD-3-Clause
"""Print the numbers of inversion_coefficients.hpp: table and polynomials of the logarithm. Needs mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import cos, floor, log, log1p, lu_solve, matrix, mp, mpf, nstr, pi, polyval

Real = Any  # mpf
mp.prec = 160
STEPS = 14  # g in [0, 1/2] in steps of 1/14: 0 .. 7


def interpolated(f: Callable[[Real], Real], degree: int, end: Real) -> list[Real]:
    """Coefficients, lowest first, of the polynomial that meets f in Chebyshev's nodes on [-end, end]: near-minimax."""
    n = degree + 1
    nodes = [end * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    solution = lu_solve(matrix([[x**j for j in range(n)] for x in nodes]), matrix([f(x) for x in nodes]))
    return [solution[j] for j in range(n)]


def slope(x: Real) -> Real:
    """-ln(1 - x) / x."""
    return mpf(1) if x == 0 else -log1p(-x) / x


def curve(x: Real) -> Real:
    """(-ln(1 - x) - x) / x^2."""
    return mpf(1) / 2 if abs(x) < mpf(10) ** -20 else (-log1p(-x) - x) / x**2


def inverses() -> list[Real]:
    """c of each step: near 1 / (1 - g) in its middle, with few bits, so that c - 1 is exact. 1 for the first."""
    middles = [mpf(j) / STEPS for j in range(7)] + [(mpf(13) / 28 + mpf(1) / 2) / 2]
    return [floor(256 / (1 - g) + mpf(1) / 2) / 256 for g in middles]


def main() -> None:
    c = inverses()
    ends = [(mpf(max(2 * j - 1, 0)) / (2 * STEPS), min(mpf(2 * j + 1) / (2 * STEPS), mpf(1) / 2)) for j in range(8)]
    end = max(abs(g * c[j] - (c[j] - 1)) for j in range(8) for g in ends[j])
    print("|x| <=", nstr(end, 6))
    print("inverse", ", ".join(float(x).hex() for x in c))
    grid = mpf(2) ** -42
    high = [floor(log(x) / grid + mpf(1) / 2) * grid for x in c]
    for name, values in (("log", [log(x) for x in c]), ("log_high", high), ("log_low", [log(x) - h for x, h in zip(c, high)])):
        print(name, ", ".join(float(x).hex() for x in values))
    print("log f32", ", ".join(float(np.float32(float(log(x)))).hex() for x in c))
    ln2_high = floor(log(2) / grid + mpf(1) / 2) * grid
    print("ln2, high, low", float(log(2)).hex(), float(ln2_high).hex(), float(log(2) - ln2_high).hex())
    for dtype, f, degree in ((np.float64, slope, 8), (np.float64, curve, 8), (np.float32, slope, 4)):
        terms = [float(dtype(float(t))) for t in interpolated(f, degree, end)]
        error = max(abs(polyval([mpf(t) for t in terms[::-1]], end * i / 1000) / f(end * i / 1000) - 1) for i in range(-1000, 1001))
        print(dtype.__name__, f.__doc__, "relative error 2^" + nstr(log(error, 2), 4))
        print("    " + ", ".join(t.hex() for t in terms))


if __name__ == "__main__":
    main()
