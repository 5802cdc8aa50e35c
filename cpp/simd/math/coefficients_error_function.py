# SPDX-License-Identifier: BSD-3-Clause
"""Print error_coefficients.hpp, the polynomials of the error functions and their inverses. Needs mpmath.

Near-minimax by Remez's exchange on a grid of Chebyshev points, in 40 digits, then rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from mpmath import ceil, cos, erf, erfc, erfinv, exp, expm1, log, log1p, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

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


PIECES = 16


def literal(value: Real, dtype: type) -> str:
    text = float.hex(float(dtype(float(value))))
    return text.replace("0000000p", "p") + "f" if dtype is np.float32 else text


def lost_share(value: Real, dtype: type) -> Real:
    """What rounding to the format takes from a value, relative to it."""
    return abs(mpf(float(dtype(float(value)))) - value) / abs(value)


def erf_step(dtype: type, last: Real) -> Real:
    """A step of few bits, so that its multiples are exact, for which erf of the first ones is nearly a number of the format."""

    def loss(step: Real) -> Real:
        values = [erf(j * step) for j in range(1, 4)]
        return max(lost_share(v, dtype) / w for v, w in zip(values, (1, 2, 3)))

    bits, tries = (22, 20000) if dtype is np.float64 else (16, 200)
    first = int(ceil(last / (PIECES - mpf("0.51")) * 2**bits))
    return min((mpf(k) / 2**bits for k in range(first, first + tries)), key=loss)


def erf_pieces(dtype: type, last: Real, degree: int) -> None:
    """erf(j h + u) = erf(j h) + u q_j(u), |u| <= h/2; for j = 0, where erf has to be right relative to u: u + u q_0(u)."""
    h, slope = erf_step(dtype, last), 2 / sqrt(pi)
    kind, terms_of_piece = "float" if dtype is np.float32 else "double", degree + 2

    def number(value: Real) -> str:
        return literal(value, dtype)

    pieces, errors = [], []
    for j in range(PIECES):
        c = j * h

        def quotient(u: Real, c: Real = c) -> Real:
            if abs(u) < mpf(10) ** -12:
                return slope * exp(-c * c) * (1 - c * u) - (c == 0)
            return (erf(c + u) - erf(c)) / u - (c == 0)

        def weight(u: Real, c: Real = c) -> Real:
            return (abs(u) + h / 50) / erf(c + u) if c > 0 else 1 / slope

        terms, error, _ = minimax(quotient, weight, -h / 2 * mpf("1.0001") if j else mpf(0), h / 2 * mpf("1.0001"), degree)
        pieces.append("{" + ", ".join(number(t) for t in [erf(c), *terms]) + "}")
        errors.append(error)
    print(f"    // erf(j h + u), |u| <= h/2, up to {nstr(last, 4)}: erf(j h), then q_j with erf = erf(j h) + u q_j(u), for j = 0")
    print(f"    // u + u q_0(u); erf_last is nearest to a multiple of h below {PIECES} h. Error 2^{nstr(log(max(errors), 2), 3)}")
    print(f"    static constexpr {kind} erf_step = {number(h)}, erf_steps_per_unit = {number(1 / h)};")
    print(f"    static constexpr {kind} erf_last = {number(h * (PIECES - mpf('0.51')))};")
    print(f"    static constexpr {kind} erf_piece_values[{PIECES}][{terms_of_piece}] = {{" + ", ".join(pieces) + "};", flush=True)
    print(f"    static constexpr PiecewiseTable<{kind}, {terms_of_piece}> erf_pieces{{erf_piece_values}};")


def ndtr_pieces(dtype: type, degree: int) -> None:
    """ndtr(x) = ndtr(c_n) + (x - c_n) q_n(x - c_n), c_n near n/4, n = -12 ... 3, at index n mod 16."""
    kind, root2 = "float" if dtype is np.float32 else "double", sqrt(mpf(2))
    grain = mpf(2) ** (-12 if dtype is np.float32 else -30)
    pieces, errors = [["0"]] * PIECES, []
    centers = ["0"] * PIECES

    def ndtr(x: Real) -> Real:
        return erfc(-x / root2) / 2

    for n in range(-12, 4):
        # A center where the function is nearly a number of the format: 0 is one.
        nominal = mpf(n) / 4
        c = min((nominal + k * grain for k in range(200 if n else 1)), key=lambda at: lost_share(ndtr(at), dtype))
        value = ndtr(c)

        def quotient(u: Real, c: Real = c, value: Real = value) -> Real:
            if abs(u) < mpf(10) ** -12:
                return exp(-c * c / 2) / sqrt(2 * pi) * (1 - c * u / 2)
            return (ndtr(c + u) - value) / u

        def weight(u: Real, c: Real = c) -> Real:
            return (abs(u) + mpf(1) / 200) / ndtr(c + u)

        terms, error, _ = minimax(quotient, weight, nominal - mpf(1) / 8 - c, nominal + mpf(1) / 8 - c, degree)
        centers[n % PIECES] = literal(c, dtype)
        pieces[n % PIECES] = [literal(t, dtype) for t in [value, *terms]]
        errors.append(error)
    rows = ", ".join("{" + ", ".join(piece) + "}" for piece in pieces)
    print("    // ndtr(x) around n/4, n = -12 ... 3, at index n mod 16: a center c, ndtr(c), q with ndtr(c) + (x - c) q(x - c);")
    print(f"    // error 2^{nstr(log(max(errors), 2), 3)}")
    print(f"    static constexpr {kind} ndtr_center_values[] = {{{', '.join(centers)}}};")
    print(f"    static constexpr Table<{kind}, {PIECES}> ndtr_centers{{ndtr_center_values}};")
    print(f"    static constexpr {kind} ndtr_piece_values[{PIECES}][{degree + 2}] = {{{rows}}};", flush=True)
    print(f"    static constexpr PiecewiseTable<{kind}, {degree + 2}> ndtr_pieces{{ndtr_piece_values}};")


def error_functions(dtype: type, degrees: tuple[int, ...], largest: tuple[str, str, str]) -> None:
    root2, three, k = sqrt(mpf(2)), mpf(3), mpf("4.25")

    def near(z: Real) -> Real:
        return erf(sqrt(z)) / sqrt(z) - 1 if z > 0 else 2 / sqrt(pi) - 1

    def scaled(a: Real) -> Real:
        return erfc(a) * exp(a * a)

    def tail(a: Real) -> Real:
        return (a + 3) * scaled(a)

    def mills(a: Real) -> Real:
        return (a + k) * scaled(a / root2) / 2

    erf_pieces(dtype, mpf(largest[0]), degrees[0])
    show("erfc_near", "erf(x) / x - 1 in x^2 <= 0.23", minimax(near, unit, mpf(0), mpf("0.23"), degrees[1]), dtype)
    found = in_quotient(tail, lambda a: 1 / tail(a), three, mpf("0.47"), mpf(largest[1]), degrees[2])
    show("erfc_far", f"(a + 3) exp(a^2) erfc(a) in (a - 3) / (a + 3), 0.47 <= a <= {largest[1]}", found, dtype, True)
    ndtr_pieces(dtype, degrees[3])
    found = in_quotient(mills, lambda a: 1 / mills(a), k, mpf("0.99"), mpf(largest[2]), degrees[4])
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


@cache
def erfinv_share(w: Real) -> Real:
    """erfinv(x) / x with 1 - x^2 = exp(-w)."""
    if w < mpf(10) ** -20:
        return sqrt(pi) / 2
    x = sqrt(-expm1(-w))
    return (erfinv(x) if w < 1 else erfcinv_exp(sqrt(w + log1p(x)))) / x


def erfinv_pieces(dtype: type, largest: Real, degree: int) -> None:
    """erfinv(x) / x = p_j(w - c_j), w = -log(1 - x^2), where w + 4 lies in quarter octave j (mod 16) of the numbers."""
    kind = "float" if dtype is np.float32 else "double"
    grain = mpf(2) ** (-12 if dtype is np.float32 else -30)
    pieces, errors = [["0"] * (degree + 2)] * PIECES, []
    centers = ["0"] * PIECES
    for octave in range(2, 6):
        for quarter in range(4):
            low = mpf(2) ** octave * (1 + mpf(quarter) / 4) - 4
            if low > largest:
                continue
            width = mpf(2) ** octave / 4
            # A center where the function is nearly a number of the format.
            middle = low + width / 2
            c = min((middle + k * grain for k in range(200)), key=lambda at: lost_share(erfinv_share(at), dtype))
            value = erfinv_share(c)

            def quotient(u: Real, c: Real = c, value: Real = value) -> Real:
                if abs(u) < mpf(10) ** -15:
                    u = mpf(10) ** -15
                return (erfinv_share(c + u) - value) / u

            def weight(u: Real, c: Real = c, width: Real = width) -> Real:
                return (abs(u) + width / 50) / erfinv_share(c + u)

            terms, error, _ = minimax(quotient, weight, low - c, low + width - c, degree)
            j = (4 * (octave - 2) + 4 + quarter) % PIECES
            centers[j] = literal(c, dtype)
            pieces[j] = [literal(t, dtype) for t in [value, *terms]]
            errors.append(error)
    print("    // erfinv(x) / x for w = -log(1 - x^2), by quarter octave of w + 4: a center c, the value there, and q with")
    print(f"    // value + (w - c) q(w - c); error 2^{nstr(log(max(errors), 2), 3)}")
    rows = ", ".join("{" + ", ".join(piece) + "}" for piece in pieces)
    print(f"    static constexpr {kind} erfinv_center_values[] = {{{', '.join(centers)}}};")
    print(f"    static constexpr Table<{kind}, {PIECES}> erfinv_centers{{erfinv_center_values}};")
    print(f"    static constexpr {kind} erfinv_piece_values[{PIECES}][{degree + 2}] = {{{rows}}};", flush=True)
    print(f"    static constexpr PiecewiseTable<{kind}, {degree + 2}> erfinv_pieces{{erfinv_piece_values}};")


def inverses(dtype: type, degrees: tuple[int, int, int]) -> None:
    erfinv_pieces(dtype, mpf("16.7") if dtype is np.float32 else mpf("36.8"), 5 if dtype is np.float32 else 12)
    inverse(dtype, "erfinv", mpf(1), "0.3125", ("2", "8"), degrees)
    inverse(dtype, "ndtri", sqrt(mpf(2)), "0.4375", ("2.8125", "11.25"), degrees)


HEAD = """\
// SPDX-License-Identifier: BSD-3-Clause
// Polynomials of error_function.hpp and inverse_error_function.hpp, lowest power first. Printed by coefficients_error_function.py.
#pragma once
#include "simd/math/common.hpp"
#include "simd/vec_piecewise.hpp"
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
struct ErrorTerms;"""


def main() -> None:
    print(HEAD)
    print("template <>\nstruct ErrorTerms<double> {")
    error_functions(np.float64, (11, 9, 21, 10, 21), ("5.925", "27.3", "38.6"))
    inverses(np.float64, (16, 22, 18))
    print("};\ntemplate <>\nstruct ErrorTerms<float> {")
    error_functions(np.float32, (5, 4, 9, 5, 9), ("3.93", "10.1", "14.3"))
    inverses(np.float32, (7, 8, 6))
    print("};\n\n}  // namespace mlmath::MLMATH_LEVEL")


if __name__ == "__main__":
    main()
