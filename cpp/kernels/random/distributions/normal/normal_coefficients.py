# SPDX-License-Identifier: BSD-3-Clause
"""Print the polynomials of normal_coefficients.hpp: near-minimax in relative error by Remez's exchange, then rounded. Needs
mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import cos, log, log1p, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sin, sqrt

Real = Any  # mpf
mp.prec = 160


def minimax(f: Callable[[Real], Real], degree: int, high: Real) -> list[Real]:
    """Coefficients, lowest first, of the polynomial p that minimises max |p/f - 1| on [0, high]."""
    points = degree + 2
    x = [high / 2 * (1 - cos(pi * i / (points - 1))) for i in range(points)]
    grid = [high / 2 * (1 - cos(pi * i / (40 * points))) for i in range(40 * points + 1)]
    values = [f(t) for t in grid]
    for _ in range(30):
        a, b = matrix(points, points), matrix(points, 1)
        for i, t in enumerate(x):
            ft = f(t)
            for j in range(degree + 1):
                a[i, j] = t**j / ft
            a[i, points - 1], b[i] = (-1) ** i, 1
        solution = lu_solve(a, b)
        terms = [solution[j] for j in range(degree + 1)]
        peaks: list[tuple[Real, Real]] = []
        for t, ft in zip(grid, values):
            e = polyval(terms[::-1], t) / ft - 1
            if not peaks or (peaks[-1][1] > 0) != (e > 0):
                peaks.append((t, e))
            elif abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (t, e)
        if len(peaks) < points:
            break
        while len(peaks) > points:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        x = [t for t, _ in peaks]
        if max(abs(e) for _, e in peaks) < abs(solution[points - 1]) * mpf("1.001"):
            break
    return terms


def minus_two_log(g: Real) -> Real:
    """-2 ln(1 - g) / g."""
    return mpf(2) if g == 0 else -2 * log1p(-g) / g


def cosine_rest(y: Real) -> Real:
    """(cos(pi/2 sqrt y) - 1) / y."""
    return -(pi**2) / 8 if y < mpf(10) ** -20 else (cos(pi / 2 * sqrt(y)) - 1) / y


def sine(y: Real) -> Real:
    """Sin(pi/2 sqrt y) / sqrt y."""
    return pi / 2 if y == 0 else sin(pi / 2 * sqrt(y)) / sqrt(y)


def main() -> None:
    half = mpf(1) / 2
    for dtype, degrees in ((np.float64, (16, 5, 5)), (np.float32, (8, 3, 3))):
        for f, degree, high in zip((minus_two_log, cosine_rest, sine), degrees, (half, half / 2, half / 2)):
            terms = [float(dtype(float(t))) for t in minimax(f, degree, high)]
            error = max(abs(polyval([mpf(t) for t in terms[::-1]], high * i / 4000) / f(high * i / 4000) - 1) for i in range(4001))
            print(dtype.__name__, f.__doc__, "relative error 2^" + nstr(log(error, 2), 4))
            print("    " + ", ".join(t.hex() for t in terms))


if __name__ == "__main__":
    main()
