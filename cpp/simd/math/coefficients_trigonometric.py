# SPDX-License-Identifier: BSD-3-Clause
"""Write trigonometric_constants.hpp: pi in parts, 2/pi in words, polynomials, the points of atan. Needs mpmath; some seconds.

Every number is computed here from its definition. ``python coefficients_trigonometric.py`` rewrites the file.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from mpmath import atan, cos, floor, log, mp, mpf, nstr, pi, sin, sqrt

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER))
from coefficients_exp_log import FORMATS, Format, table  # noqa: E402
from math_coefficients import minimax  # noqa: E402

Real = Any
TINY = mpf(10) ** -20
SINE_TERMS = {"double": 6, "float": 3}  # of the sine and of the cosine alike
ATAN_TERMS = {"double": 6, "float": 3}
# Half octaves from 1/8 to 8, and what lies below and above them.
ATAN_BINS = [mpf(2) ** k * m for k in range(-3, 3) for m in (1, mpf(3) / 2)] + [mpf(8)]


def sine_rest(z: Real) -> Real:
    """(sin r / r - 1) / z, z = r^2."""
    r = sqrt(z)
    return (sin(r) / r - 1) / z if z > TINY else -mpf(1) / 6


def cosine_rest(z: Real) -> Real:
    """(cos r - 1 + z/2) / z^2."""
    return (cos(sqrt(z)) - 1 + z / 2) / z**2 if z > mpf(10) ** -12 else mpf(1) / 24 - z / 720


def atan_rest(z: Real) -> Real:
    """(atan t / t - 1) / z, z = t^2."""
    t = sqrt(z)
    return (atan(t) / t - 1) / z if z > TINY else -mpf(1) / 3


def parts(f: Format, x: Real, count: int) -> list[Real]:
    """x as a sum of numbers of the format."""
    found = []
    for _ in range(count):
        found.append(f.rounded(x))
        x -= found[-1]
    return found


def short(x: Real) -> Real:
    """x to 8 bits: products with it are exact for 16 bits less than a whole mantissa."""
    unit = mpf(2) ** (int(floor(log(x, 2))) - 7)
    return floor(x / unit + mpf(1) / 2) * unit


def constants(f: Format) -> str:
    text = f"template <>\nstruct TrigonometricConstants<{f.name}> {{\n"
    text += f"    static constexpr {f.name} two_over_pi = {f.hex(2 / pi)};\n"
    for name, value in (("half_pi", pi / 2), ("pi", pi)):
        high, middle, low = parts(f, value, 3)
        text += f"    static constexpr {f.name} {name}_high = {f.hex(high)}, {name}_middle = {f.hex(middle)},\n"
        text += f"                            {name}_low = {f.hex(low)};\n"
    z = (pi / 4) ** 2 * mpf("1.01")
    n = SINE_TERMS[f.name]
    sine, error = minimax(sine_rest, lambda t: t + TINY, mpf(0), z, n - 1)
    text += f"    // (sin r / r - 1) / r^2 in r^2, |r| <= pi/4 and a little; times r^2 in error by 2^{nstr(log(error, 2), 3)}\n"
    text += f.row("sine", sine)
    cosine, error = minimax(cosine_rest, lambda t: t**2 + TINY, mpf(0), z, n - 1)
    text += f"    // (cos r - 1 + r^2/2) / r^4 in r^2; times r^4 in error by 2^{nstr(log(error, 2), 3)}\n"
    text += f.row("cosine", cosine)

    centres = [mpf(0)] + [short(sqrt(a * b)) for a, b in pairwise(ATAN_BINS)]
    farthest = max(
        [ATAN_BINS[0], 1 / ATAN_BINS[-1]]
        + [max((c - a) / (1 + a * c), (b - c) / (1 + b * c)) for a, b, c in zip(ATAN_BINS, ATAN_BINS[1:], centres[1:])]
    )
    z = farthest**2 * mpf("1.0001")
    terms, error = minimax(atan_rest, lambda t: t + TINY, mpf(0), z, ATAN_TERMS[f.name] - 1)
    text += f"    // (atan t / t - 1) / t^2 in t^2, |t| <= {nstr(farthest, 3)}; times t^2 in error by 2^{nstr(log(error, 2), 3)}\n"
    text += f.row("atan_terms", terms)
    # Entry 0: below 1/8, the point 0; 1 to 12: the half octaves' points c; 13: beyond 8, the point infinity, (0 a - 1)/(0 + 1 a).
    filler = [mpf(0)] * (16 - 14)
    angles = [atan(c) for c in centres] + [pi / 2]
    high = [f.rounded(a) for a in angles]
    text += "    // t = (a p - s) / (p + a s), s/p the point; the angle of the point in two parts.\n"
    text += table(f, "atan_p", [mpf(1)] * 13 + [mpf(0)] + filler)
    text += table(f, "atan_s", [*centres, mpf(1), *filler])
    text += table(f, "atan_high", high + filler)
    text += table(f, "atan_low", [a - h for a, h in zip(angles, high)] + filler)
    return text + "};\n"


def words() -> str:
    """The first 1152 bits of 2/pi behind 64 zeros, 64 at a time."""
    with mp.workprec(1400):
        bits = int(floor(2 / pi * mpf(2) ** 1152))
    values = [0, *((bits >> (1152 - 64 * (i + 1))) & (2**64 - 1) for i in range(18))]
    rows = ["    " + ", ".join(f"{v:#018x}" for v in values[i : i + 5]) for i in range(0, len(values), 5)]
    head = "// Sixty-four zeros, then the bits of 2/pi.\nconstexpr std::uint64_t two_over_pi_bits[] = {\n"
    return head + ",\n".join(rows) + "};\n\n"


HEAD = """// SPDX-License-Identifier: BSD-3-Clause
// Constants of the trigonometric functions and their inverses. Written by coefficients_trigonometric.py.
#pragma once
#include "simd/math/common.hpp"
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

"""


def main() -> None:
    text = HEAD + words() + "template <class T>\nstruct TrigonometricConstants;\n"
    text += "".join(constants(f) for f in FORMATS)
    text += "\n}  // namespace math_detail\n}  // namespace mlmath::MLMATH_LEVEL\n"
    (FOLDER / "trigonometric_constants.hpp").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
