# SPDX-License-Identifier: BSD-3-Clause
"""Write power_constants.hpp: polynomials of pow and cbrt. Needs mpmath; some seconds.

Every number is computed here in 60 digits from its definition. ``python coefficients_power.py`` rewrites the file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mpmath import cbrt, exp, log, mpf, nstr

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER))
from coefficients_exp_log import FORMATS, TINY, Format, intervals, reciprocal, table  # noqa: E402
from math_coefficients import minimax  # noqa: E402

Real = Any
DOUBLE, FLOAT = FORMATS

HEAD = """// SPDX-License-Identifier: BSD-3-Clause
// Constants of pow and cbrt. Written by coefficients_power.py.
#pragma once
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

"""


def power() -> str:
    ends = [end * reciprocal(DOUBLE, *interval) - 1 for interval in intervals() for end in interval]
    low, high = min(ends) * mpf("1.001"), max(ends) * mpf("1.001")
    c, error = minimax(
        lambda r: (log(1 + r) - r + r**2 / 2) / r**3 if abs(r) > mpf(10) ** -9 else mpf(1) / 3 - r / 4,
        lambda r: r**2 + TINY,
        low,
        high,
        8,
    )
    text = "struct PowerConstants {\n"
    text += f"    // (log(1 + r) - r + r^2/2) / r^3; times |r|^2 in error by 2^{nstr(log(error, 2), 3)}\n"
    text += DOUBLE.row("log_terms", c)
    c, error = minimax(lambda r: (log(1 + r) - r) / r**2 if abs(r) > TINY else mpf(-1) / 2, lambda r: abs(r) + TINY, low, high, 4)
    text += f"    // For floats. (log(1 + r) - r) / r^2; times |r| in error by 2^{nstr(log(error, 2), 3)}\n"
    text += DOUBLE.row("short_log", c)
    half = log(2) / 16 * mpf("1.001")
    c, error = minimax(lambda r: (exp(r) - 1) / r if abs(r) > TINY else mpf(1), lambda r: abs(r) + TINY, -half, half, 3)
    text += f"    // (e^r - 1) / r; times |r| in error by 2^{nstr(log(error, 2), 3)}\n" + DOUBLE.row("short_exp", c)
    return text + "};\n"


def cube_root(f: Format, degree: int) -> str:
    c, error = minimax(lambda m: 1 / cbrt(m), lambda m: cbrt(m), mpf(1), mpf(2), degree)
    text = f"template <>\nstruct CubeRootConstants<{f.name}> {{\n"
    text += f"    // m^(-1/3), 1 <= m <= 2, in error by 2^{nstr(log(error, 2), 3)}\n" + f.row("inverse_root", c)
    text += "    // 2^(-s/3), s = -1, 0, 1, by s mod 8.\n"
    roots = [cbrt(mpf(2) ** -s) for s in (0, 1)] + [mpf(1)] * 5 + [cbrt(mpf(2))]
    return text + table(f, "inverse_root_of_2", [f.rounded(v) for v in roots]) + "};\n"


def main() -> None:
    text = HEAD + power() + "template <class T>\nstruct CubeRootConstants;\n" + cube_root(DOUBLE, 6) + cube_root(FLOAT, 3)
    text += "\n}  // namespace math_detail\n}  // namespace mlmath::MLMATH_LEVEL\n"
    (FOLDER / "power_constants.hpp").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
