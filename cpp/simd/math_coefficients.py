# SPDX-License-Identifier: BSD-3-Clause
"""Print the polynomial coefficients of simd/math/*.hpp: near-minimax by Remez's exchange, 60 digits, then rounded. Needs mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import atanh, cos, exp, log, lu_solve, matrix, mp, mpf, nstr, pi, sqrt

Real = Any  # mpf
mp.dps = 60


def minimax(
    g: Callable[[Real], Real], weight: Callable[[Real], Real], low: Real, high: Real, degree: int
) -> tuple[list[Real], Real]:
    """Minimise max |weight(x) (p(x) - g(x))| over polynomials p; return p's coefficients, lowest first, and that maximum."""
    points = degree + 2
    grid = [low + (high - low) * (1 - cos(pi * k / 1500)) / 2 for k in range(1501)]
    x = [(low + high) / 2 - (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * points)) for i in range(points)]
    for _ in range(12):
        # The error alternates at the points: p(x_i) + (-1)^i E / weight(x_i) = g(x_i).
        a, b = matrix(points, points), matrix(points, 1)
        for i in range(points):
            for j in range(degree + 1):
                a[i, j] = x[i] ** j
            a[i, points - 1] = (-1) ** i / weight(x[i])
            b[i] = g(x[i])
        c = list(lu_solve(a, b))[: degree + 1]
        error = [weight(t) * (sum(c[j] * t**j for j in range(degree + 1)) - g(t)) for t in grid]
        peaks: list[tuple[Real, Real]] = []  # the largest error of each run of equal sign
        for t, e in zip(grid, error):
            if not peaks or (peaks[-1][1] > 0) != (e > 0):
                peaks.append((t, e))
            elif abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (t, e)
        if len(peaks) < points:
            break
        while len(peaks) > points:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        x = [t for t, _ in peaks]
    return c, max(abs(e) for e in error)


def show(name: str, terms: list[Real], error: Real, dtype: type) -> None:
    print(f"{name}, error {nstr(error, 3)}\n    " + ", ".join(float.hex(float(dtype(float(t)))) for t in terms))


def split_ln2(bits: int, dtype: type) -> None:
    """ln 2 = high + low, high with `bits` bits (its leading bit is 2^-1)."""
    high = mp.floor(log(2) * mpf(2) ** bits) / mpf(2) ** bits
    print("ln 2:", float.hex(float(high)), float.hex(float(dtype(float(log(2) - high)))))


def main() -> None:
    half = log(2) / 2 * mpf("1.0001")
    z_max = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0001")
    tiny = mpf(10) ** -20
    for dtype, bits, exp_degree, log_degree in ((np.float64, 42, 9, 6), (np.float32, 15, 4, 3)):
        split_ln2(bits, dtype)
        c, e = minimax(
            lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > tiny else mpf(1) / 2, lambda r: r**2 + tiny, -half, half, exp_degree
        )
        show("(exp r - 1 - r) / r^2", c, e, dtype)
        c, e = minimax(
            lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z if z > tiny else mpf(2) / 3,
            lambda z: z + tiny,
            mpf(0),
            z_max,
            log_degree,
        )
        show("(2 atanh s / s - 2) / s^2 in z = s^2", c, e, dtype)


if __name__ == "__main__":
    main()
