# SPDX-License-Identifier: BSD-3-Clause
"""Print error_coefficients.hpp, the polynomials of the error functions and their inverses. Needs mpmath.

Near-minimax by Remez's exchange on a grid of Chebyshev points, in 40 digits, then rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from mpmath import cos, erf, erfc, erfinv, exp, log, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

Real = Any  # mpf
mp.dps = 40


def minimax(g: Callable[[Real], Real], weight: Callable[[Real], Real], low: Real, high: Real, degree: int) -> Any:
    """Minimise max |weight(x) (p(x) - g(x))| over polynomials p; return its coefficients, lowest first, that maximum, and points
    with the function and the weight there."""
    points, last = degree + 2, 600
    grid = [low + (high - low) * (1 - cos(pi * k / last)) / 2 for k in range(last + 1)]
    target, weights = [g(x) for x in grid], [weight(x) for x in grid]
    chosen = [round(last * (2 * i + 1) / (2 * points)) for i in range(points)]
    for _ in range(12):
        # The error alternates at the points: p(x_i) + (-1)^i E / weight(x_i) = g(x_i).
        a, b = matrix(points, points), matrix(points, 1)
        for i, k in enumerate(chosen):
            for j in range(degree + 1):
                a[i, j] = grid[k] ** j
            a[i, points - 1] = (-1) ** i / weights[k]
            b[i] = target[k]
        c = list(lu_solve(a, b))[: degree + 1]
        error = [w * (polyval(c[::-1], x) - y) for x, y, w in zip(grid, target, weights)]
        peaks: list[int] = []  # the largest error of each run of equal sign
        for k, e in enumerate(error):
            if not peaks or (error[peaks[-1]] > 0) != (e > 0):
                peaks.append(k)
            elif abs(e) > abs(error[peaks[-1]]):
                peaks[-1] = k
        if len(peaks) < points:
            break
        while len(peaks) > points:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        if peaks == chosen:
            break
        chosen = peaks
    return c, max(abs(e) for e in error), (grid[::3], target[::3], weights[::3])


def rounded(terms: list[Real], dtype: type, points: tuple[list[Real], list[Real], list[Real]]) -> list[float]:
    """Round the coefficients so that their roundings cancel: moves of one or two by an ulp that lessen the largest error."""
    x, y, w = (np.array([np.longdouble(nstr(v, 30)) for v in values]) for values in points)
    c = [dtype(float(t)) for t in terms]

    def largest() -> Any:
        p = np.zeros_like(x)
        for t in c[::-1]:
            p = p * x + np.longdouble(t)
        return np.max(np.abs((p - y) * w))

    best = largest()
    for _ in range(8):
        before = best
        for moves in [(i,) for i in range(7)] + [(i, j) for i in range(7) for j in range(i)]:
            for directions in range(1 << len(moves)):
                kept = list(c)
                for at, i in enumerate(moves):
                    c[i] = np.nextafter(c[i], dtype(np.inf if directions >> at & 1 else -np.inf))
                error = largest()
                if error < best:
                    best = error
                else:
                    c = kept
        if best == before:
            break
    return [float(t) for t in c]


def show(name: str, comment: str, found: Any, dtype: type, polish: bool = False) -> None:
    """One array of the header."""
    terms, error, points = found
    suffix, kind = ("f", "float") if dtype is np.float32 else ("", "double")
    values = rounded(terms, dtype, points) if polish else [float(dtype(float(t))) for t in terms]
    text = [float.hex(t) for t in values]
    if dtype is np.float32:
        text = [t.replace("0000000p", "p") for t in text]
    print(f"    // {comment}; error 2^{nstr(log(error, 2), 3)}")
    print(f"    static constexpr {kind} {name}[] = {{" + ", ".join(t + suffix for t in text) + "};", flush=True)


def unit(_: Real) -> Real:
    return mpf(1)


@cache
def erfcinv_exp(z: Real) -> Real:
    """y with erfc(y) = exp(-z^2), by Newton's method on log erfc."""
    y = z - mpf("0.3") if z < 2 else sqrt(z * z - log(sqrt(pi) * z))
    for _ in range(60):
        e = erfc(y)
        step = (log(e) + z * z) * e / (-2 / sqrt(pi) * exp(-y * y))
        y -= step
        if abs(step) < mpf(10) ** -36:
            break
    return y


def in_quotient(g: Callable[[Real], Real], weight: Callable[[Real], Real], k: Real, low: Real, high: Real, degree: int) -> Any:
    """minimax in t = (x - k) / (x + k)."""

    def to(x: Real) -> Real:
        return (x - k) / (x + k)

    def back(t: Real) -> Real:
        return k * (1 + t) / (1 - t)

    return minimax(lambda t: g(back(t)), lambda t: weight(back(t)), to(low), to(high), degree)


def error_functions(dtype: type, degrees: tuple[int, ...], largest: tuple[str, str, str]) -> None:
    root2, three, k = sqrt(mpf(2)), mpf(3), mpf("4.25")

    def near(z: Real) -> Real:
        return erf(sqrt(z)) / sqrt(z) - 1 if z > 0 else 2 / sqrt(pi) - 1

    def near_normal(z: Real) -> Real:
        return near(z / 2) / (2 * root2) + 1 / (2 * root2)

    def scaled(a: Real) -> Real:
        return erfc(a) * exp(a * a)

    def tail(a: Real) -> Real:
        return (a + 3) * scaled(a)

    def mills(a: Real) -> Real:
        return (a + k) * scaled(a / root2) / 2

    show("erf_near", "erf(x) / x - 1 in x^2 <= 1", minimax(near, unit, mpf(0), mpf(1), degrees[0]), dtype)
    found = in_quotient(scaled, lambda a: exp(-a * a), three, mpf(1), mpf(largest[0]), degrees[1])
    show("erf_far", f"exp(a^2) erfc(a) in (a - 3) / (a + 3), 1 <= a <= {largest[0]}, weight exp(-a^2)", found, dtype)
    show("erfc_near", "erf(x) / x - 1 in x^2 <= 0.23", minimax(near, unit, mpf(0), mpf("0.23"), degrees[2]), dtype)
    found = in_quotient(tail, lambda a: 1 / tail(a), three, mpf("0.47"), mpf(largest[1]), degrees[3])
    show("erfc_far", f"(a + 3) exp(a^2) erfc(a) in (a - 3) / (a + 3), 0.47 <= a <= {largest[1]}", found, dtype, True)
    found = minimax(near_normal, unit, mpf(0), mpf(1), degrees[4])
    show("ndtr_near", "(ndtr(x) - 1/2) / x in x^2 <= 1", found, dtype)
    lost = found[0][0] - mpf(float(dtype(float(found[0][0]))))
    kind, suffix = ("float", "f") if dtype is np.float32 else ("double", "")
    print("    // What the first coefficient lost to rounding.")
    print(f"    static constexpr {kind} ndtr_near_low = {float.hex(float(dtype(float(lost))))}{suffix};")
    found = in_quotient(mills, lambda a: 1 / mills(a), k, mpf("0.99"), mpf(largest[2]), degrees[5])
    show("ndtr_far", f"(a + k) exp(a^2/2) ndtr(-a) in (a - k) / (a + k), k = {k}, 0.99 <= a <= {largest[2]}", found, dtype, True)


def inverse(dtype: type, prefix: str, scale: Real, offset: str, ks: tuple[str, str], degrees: tuple[int, int, int]) -> None:
    """y = scale erfinv(x): the middle, the tail that doubles reach with 1 - x, and the far tail."""
    double = dtype is np.float64
    low, middle, outer = sqrt(-log(mpf("0.4001"))), mpf("6.1" if double else "4.2"), mpf("27.4" if double else "10.2")

    def near(s: Real) -> Real:
        return scale * (erfinv(sqrt(s)) / sqrt(s) if s > 0 else sqrt(pi) / 2) - 1

    def rest(z: Real) -> Real:
        return scale * erfcinv_exp(z / scale) - z + mpf(offset)

    def relative(z: Real) -> Real:
        return 1 / (scale * erfcinv_exp(z / scale))

    show(f"{prefix}_near", "y / x - 1 in x^2 <= 0.36", minimax(near, unit, mpf(0), mpf("0.3601"), degrees[0]), dtype)
    parts = (("middle", ks[0], low, middle, degrees[1]), ("far", ks[1], middle * mpf("0.995"), outer, degrees[2]))
    for name, k, start, end, degree in parts:
        found = in_quotient(rest, relative, mpf(k), scale * start, scale * end, degree)
        where = f"{nstr(scale * start, 3)} <= z <= {nstr(scale * end, 3)}"
        show(f"{prefix}_{name}", f"y - z + {offset} in (z - {k}) / (z + {k}), {where}", found, dtype)


def inverses(dtype: type, degrees: tuple[int, int, int]) -> None:
    inverse(dtype, "erfinv", mpf(1), "0.3125", ("2", "8"), degrees)
    inverse(dtype, "ndtri", sqrt(mpf(2)), "0.4375", ("2.8125", "11.25"), degrees)


HEAD = """\
// SPDX-License-Identifier: BSD-3-Clause
// Polynomials of error_function.hpp and inverse_error_function.hpp, lowest power first. Printed by coefficients_error_function.py.
#pragma once
#include "simd/math/common.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
struct ErrorTerms;"""


def main() -> None:
    print(HEAD)
    print("template <>\nstruct ErrorTerms<double> {")
    error_functions(np.float64, (11, 12, 9, 21, 10, 21), ("6.01", "27.3", "38.6"))
    inverses(np.float64, (16, 22, 18))
    print("};\ntemplate <>\nstruct ErrorTerms<float> {")
    error_functions(np.float32, (6, 4, 4, 9, 5, 9), ("4.01", "10.1", "14.3"))
    inverses(np.float32, (7, 8, 6))
    print("};\n\n}  // namespace mlmath::MLMATH_LEVEL")


if __name__ == "__main__":
    main()
