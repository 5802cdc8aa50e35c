# SPDX-License-Identifier: BSD-3-Clause
"""Write exp_constants.hpp and log_constants.hpp: tables, split constants and near-minimax polynomials. Needs mpmath; a minute.

Every number is computed here in 60 digits from its definition. ``python coefficients_exp_log.py`` rewrites both files.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from mpmath import exp, floor, log, mpf, nint, nstr

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
from math_coefficients import minimax  # noqa: E402

Real = Any
ENTRIES_EXP, ENTRIES_LOG, BELOW = 8, 16, 10
TINY = mpf(10) ** -20


@dataclass(frozen=True)
class Format:
    """A floating-point format, and what the reductions need of it."""

    name: str
    dtype: Any
    suffix: str
    mantissa: int
    exp_bits: int  # of ln(2)/8, high part: with the bits of the largest n a whole mantissa
    exp_terms: int
    log_lsb: int  # n times ln 2, high part, is a multiple of 2^-log_lsb and below 2^(mantissa + 1 - log_lsb)
    log_terms: int

    def hex(self, x: Real) -> str:
        text = float.hex(float(self.rounded(x)))
        return re.sub(r"\.?0+p", "p", text) + self.suffix

    def rounded(self, x: Real) -> Real:
        """The nearest number of the format."""
        if x == 0:
            return mpf(0)
        e = int(floor(log(abs(x), 2)))
        unit = mpf(2) ** (e - self.mantissa)
        return nint(x / unit) * unit

    def row(self, name: str, values: list[Real]) -> str:
        items = [self.hex(v) for v in values]
        lines, line = [], ""
        for item in items:
            if len(line) + len(item) > 116:
                lines.append(line.rstrip())
                line = ""
            line += item + ", "
        lines.append(line.rstrip(", "))
        return f"    static constexpr {self.name} {name}[] = {{\n        " + "\n        ".join(lines) + "};\n"


FORMATS = (
    Format("double", np.float64, "", 52, 39, 6, 42, 8),
    Format("float", np.float32, "f", 23, 13, 3, 16, 4),
)
HEAD = """// SPDX-License-Identifier: BSD-3-Clause
// {what}
// Written by coefficients_exp_log.py.
#pragma once
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {{
namespace math_detail {{

"""
FOOT = """
}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
"""


def table(f: Format, name: str, values: list[Real]) -> str:
    return f.row(name + "_values", values) + f"    static constexpr Table<{f.name}, {len(values)}> {name}{{{name}_values}};\n"


def write_exp() -> None:
    text = HEAD.format(what="Constants of exp, exp2, expm1: 2^(j/8), ln(2)/8 in two parts, polynomials on half a step.")
    text += "template <class T>\nstruct ExpConstants;\n"
    for f in FORMATS:
        step = log(2) / ENTRIES_EXP
        half = step / 2 * mpf("1.001")
        c, error = minimax(
            lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > TINY else mpf(1) / 2, lambda r: r**2 + TINY, -half, half, f.exp_terms - 1
        )
        powers_of_ln2 = [log(2) ** k for k in range(1, f.exp_terms + 2)]
        powers = [mpf(2) ** (mpf(j) / ENTRIES_EXP) for j in range(ENTRIES_EXP)]
        high = floor(step * mpf(2) ** (f.exp_bits + 3)) / mpf(2) ** (f.exp_bits + 3)
        text += f"template <>\nstruct ExpConstants<{f.name}> {{\n"
        text += f"    static constexpr {f.name} steps_per_unit = {f.hex(1 / step)};  // 8 / ln 2\n"
        text += f"    // ln(2)/8: {f.exp_bits} bits, and the rest.\n"
        text += f"    static constexpr {f.name} step_high = {f.hex(high)}, step_low = {f.hex(step - high)};\n"
        text += "    // 2^(j/8) rounded, and what the rounding left, relative to it.\n"
        text += table(f, "power", [f.rounded(p) for p in powers])
        text += table(f, "power_tail", [(p - f.rounded(p)) / p for p in powers])
        text += f"    // (e^r - 1 - r) / r^2, |r| <= ln(2)/16; times r^2 in error by {nstr(error, 2)}\n" + f.row("terms", c)
        m, error = minimax(
            lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > TINY else mpf(1) / 2, lambda r: abs(r) + TINY, -half, half, f.exp_terms
        )
        text += f"    // The same for e^r - 1 by itself: times |r| in error by {nstr(error, 2)}\n" + f.row("terms_minus_1", m)
        text += "    // (2^r - 1) / r, |r| <= 1/16: 1 and the terms above, times powers of ln 2\n"
        text += f.row("terms_of_2", [a * b for a, b in zip([mpf(1), *c], powers_of_ln2)])
        text += "};\n"
    (FOLDER / "exp_constants.hpp").write_text(text + FOOT)


def intervals() -> list[tuple[Real, Real]]:
    """The 16 subintervals of [43/64, 86/64): one around 1, ten of 1/32 below it, five of 1/16 above."""
    ends = [1 - mpf(1) / 64 - mpf(BELOW - k) / 32 for k in range(BELOW + 1)]
    ends += [1 + mpf(1) / 32 + mpf(k) / 16 for k in range(ENTRIES_LOG - BELOW)]
    return list(pairwise(ends))


def reciprocal(f: Format, low: Real, high: Real) -> Real:
    """A number near 2 / (low + high); where log x is small, of so few bits that m times it minus 1 is exact for every m inside."""
    best = 2 / (low + high)
    if low < 1 < high:
        return mpf(1)
    if abs(log(best)) < mpf("0.2"):
        for bits in (7, 6, 5):
            inverse = nint(best * 2**bits) / mpf(2) ** bits
            reach = max(abs(low * inverse - 1), abs(high * inverse - 1))
            lsb = mpf(2) ** (-f.mantissa - bits - (1 if high <= 1 else 0))
            if reach <= lsb * mpf(2) ** (f.mantissa + 1):
                return inverse
        print(f"{f.name}: no short reciprocal on [{nstr(low, 5)}, {nstr(high, 5)})")
    return f.rounded(best)


def write_log() -> None:
    text = HEAD.format(what="Constants of the logarithms: reciprocals of 16 points, their logarithms in two parts, polynomials.")
    text += "constexpr int log_entries_below_1 = 10;\n\n"
    text += "// Reciprocals 1/c.\ntemplate <class T>\nstruct LogReciprocals;\n"
    text += "// One base: n unit + log c in two parts each; log r to that base is r (scale_high + scale_low) + r^2 terms(r).\n"
    text += "".join(f"template <class T>\nstruct {name};\n" for name in ("NaturalLog", "BinaryLog", "DecimalLog"))
    for f in FORMATS:
        inverse = [reciprocal(f, low, high) for low, high in intervals()]
        ends = [end * i - 1 for i, interval in zip(inverse, intervals()) for end in interval]
        low, high = min(ends) * mpf("1.0001"), max(ends) * mpf("1.0001")
        text += f"template <>\nstruct LogReciprocals<{f.name}> {{\n" + table(f, "inverse", inverse) + "};\n"
        print(f"{f.name}: r in [{nstr(low, 5)}, {nstr(high, 5)}]")
        c, error = minimax(
            lambda r: (log(1 + r) - r) / r**2 if abs(r) > TINY else mpf(-1) / 2, lambda r: abs(r) + TINY, low, high, f.log_terms - 1
        )
        for name, base in (("NaturalLog", None), ("BinaryLog", 2), ("DecimalLog", 10)):
            scale = mpf(1) if base is None else 1 / log(base)
            unit = log(2) * scale
            lsb = mpf(2) ** -f.log_lsb
            unit_high = floor(unit / lsb) * lsb
            logs = [-log(i) * scale for i in inverse]
            highs = [nint(v / lsb) * lsb for v in logs]
            text += f"template <>\nstruct {name}<{f.name}> {{\n"
            text += f"    static constexpr {f.name} unit_high = {f.hex(unit_high)}, unit_low = {f.hex(unit - unit_high)};\n"
            text += f"    static constexpr {f.name} scale_high = {f.hex(scale)}, scale_low = {f.hex(scale - f.rounded(scale))};\n"
            text += table(f, "high", highs) + table(f, "low", [v - h for v, h in zip(logs, highs)])
            text += f"    // times |r| in error by {nstr(error * scale, 2)}\n" + f.row("terms", [v * scale for v in c]) + "};\n"
    (FOLDER / "log_constants.hpp").write_text(text + FOOT)


if __name__ == "__main__":
    write_exp()
    write_log()
