# SPDX-License-Identifier: BSD-3-Clause
"""Write hyperbolic_constants.hpp: near-minimax polynomials and quotients of polynomials. Needs mpmath; some seconds.

Every number is computed here in 60 digits from its definition. ``python coefficients_hyperbolic.py`` rewrites the file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpmath import cos, log, lu_solve, matrix, mpf, nstr, pi, polyval, sinh, sqrt, tanh

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER))
from coefficients_exp_log import FORMATS, Format  # noqa: E402
from math_coefficients import minimax  # noqa: E402

Real = Any
TINY = mpf(10) ** -20


def rational_minimax(
    g: Callable[[Real], Real], weight: Callable[[Real], Real], high: Real, above: int, below: int
) -> tuple[list[Real], list[Real], Real]:
    """Minimise max |weight (p/q - g)| on [0, high] over p of degree `above` and q of degree `below` with q(0) = 1.

    Remez's exchange; in each step the equations p - g q = (-1)^i E q / weight are linear once the q on the right is the last one's.
    """
    points = above + below + 2
    grid = [high * (1 - cos(pi * k / 1500)) / 2 for k in range(1501)]
    x = [high * (1 - cos(pi * (2 * i + 1) / (2 * points))) / 2 for i in range(points)]
    q = [mpf(1)] + [mpf(0)] * below
    for _ in range(40):
        a, b = matrix(points, points), matrix(points, 1)
        for i, t in enumerate(x):
            for j in range(above + 1):
                a[i, j] = t**j
            for j in range(1, below + 1):
                a[i, above + j] = -g(t) * t**j
            a[i, points - 1] = -((-1) ** i) * polyval(q[::-1], t) / weight(t)
            b[i] = g(t)
        solution = list(lu_solve(a, b))
        p, q = solution[: above + 1], [mpf(1), *solution[above + 1 : points - 1]]
        error = [weight(t) * (polyval(p[::-1], t) / polyval(q[::-1], t) - g(t)) for t in grid]
        peaks: list[tuple[Real, Real]] = []  # the largest error of each run of equal sign
        for t, e in zip(grid, error):
            if not peaks or (peaks[-1][1] > 0) != (e > 0):
                peaks.append((t, e))
            elif abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (t, e)
        if len(peaks) < points:
            continue
        while len(peaks) > points:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        x = [t for t, _ in peaks]
        size = [abs(e) for _, e in peaks]
        if max(size) < min(size) * mpf("1.01"):
            break
    return p, q, max(abs(e) for e in error)


def tanh_rest(z: Real) -> Real:
    """(tanh y / y - 1) / z, z = y^2."""
    y = sqrt(z)
    return (tanh(y) / y - 1) / z if z > TINY else -mpf(1) / 3


def sinh_rest(z: Real) -> Real:
    """(sinh y / y - 1) / z, z = y^2."""
    y = sqrt(z)
    return (sinh(y) / y - 1) / z if z > TINY else mpf(1) / 6


HEAD = """// SPDX-License-Identifier: BSD-3-Clause
// Constants of sinh and tanh near 0. Written by coefficients_hyperbolic.py.
#pragma once
#include "simd/math/common.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

template <class T>
struct HyperbolicConstants;
"""
# From where on tanh goes through the exponential, and the degrees: of tanh's quotient, of sinh's polynomial on [0, 1].
TANH_SMALL = mpf("0.75")
DEGREES = {"double": (2, 3, 6), "float": (1, 1, 3)}


def constants(f: Format) -> str:
    above, below, degree = DEGREES[f.name]
    high = mpf("1.0001")
    p, q, error = rational_minimax(tanh_rest, lambda z: z + TINY, high * TANH_SMALL**2, above, below)
    text = f"template <>\nstruct HyperbolicConstants<{f.name}> {{\n"
    what = "(tanh y / y - 1) / z = above(z) / below(z), z = y^2, y <= tanh_small"
    text += f"    // {what}; times z in error by 2^{nstr(log(error, 2), 3)}\n"
    text += f"    static constexpr {f.name} tanh_small = {f.hex(TANH_SMALL)};\n"
    text += f.row("tanh_above", p) + f.row("tanh_below", q)
    c, error = minimax(sinh_rest, lambda z: z + TINY, mpf(0), high, degree)
    text += f"    // (sinh y / y - 1) / z, z = y^2 <= 1; times z in error by 2^{nstr(log(error, 2), 3)}\n"
    return text + f.row("sinh_terms", c) + "};\n"


def main() -> None:
    text = HEAD + "".join(constants(f) for f in FORMATS)
    text += "\n}  // namespace math_detail\n}  // namespace mlmath::MLMATH_LEVEL\n"
    (FOLDER / "hyperbolic_constants.hpp").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
