# SPDX-License-Identifier: BSD-3-Clause
"""Errors in ulp against mpmath, for the tests of functions of one element and for the tables in their READMEs.

``python tests/elementwise_accuracy.py`` prints the tables; with a number, on that many samples per stratum.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np

import mlmath_native as mm

mpmath.mp.prec = 160

EXACT: dict[str, Callable[[Any], Any]] = {"exp": mpmath.exp, "log": mpmath.log}
NATIVE: dict[str, Callable[..., Any]] = {"exp": mm.special.exp, "log": mm.special.log}


def strata(name: str, dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Named samples: every magnitude, subnormals, the ends of the reduced intervals, where cancellation threatens."""
    info = np.finfo(dtype)
    smallest, largest = int(info.minexp - info.nmant), int(info.maxexp)
    if name == "exp":
        top, bottom = float(np.log(info.max)), float(np.log(np.double(info.smallest_subnormal)))
        yield "whole range", rng.uniform(np.log(float(info.tiny)), top, n).astype(dtype)
        yield "subnormal results", rng.uniform(bottom, np.log(float(info.tiny)), n).astype(dtype)
        yield "near 0", (np.exp2(rng.uniform(-30, 0, n)) * rng.choice([-1, 1], n)).astype(dtype)
        k = rng.integers(int(bottom / np.log(2)) + 60, largest - 2, n)
        yield "interval ends", ((k + 0.5) * np.log(2) * (1 + 1e-6 * rng.standard_normal(n))).astype(dtype)
        yield "interval middles", (k * np.log(2) * (1 + 1e-6 * rng.standard_normal(n))).astype(dtype)
    else:
        yield "whole range", np.exp2(rng.uniform(info.minexp, largest, n)).astype(dtype)
        yield "subnormal operands", np.maximum(np.exp2(rng.uniform(smallest, info.minexp, n)), 2.0**smallest).astype(dtype)
        yield "near 1", (1 + np.exp2(rng.uniform(-info.nmant, -1, n)) * rng.choice([-1, 1], n)).astype(dtype)
        yield "interval ends", (np.sqrt(0.5) * (1 + 0.01 * rng.standard_normal(n))).astype(dtype)
        yield "interval ends, doubled", (np.sqrt(2) * (1 + 0.01 * rng.standard_normal(n))).astype(dtype)


def ulp_errors(values: np.ndarray, exact: list[Any]) -> np.ndarray:
    """|value - exact| in units of the last place of exact, subnormal ones included."""
    info = np.finfo(values.dtype)
    errors = np.empty(values.size)
    for i, (value, truth) in enumerate(zip(values.tolist(), exact)):
        exponent = info.minexp if truth == 0 else max(mpmath.frexp(truth)[1] - 1, int(info.minexp))
        errors[i] = float(abs(mpmath.mpf(value) - truth) / mpmath.ldexp(1, int(exponent) - int(info.nmant)))
    return errors


def table(name: str, n: int) -> str:
    """Largest error per dtype, stratum and level, as a Markdown table."""
    levels = mm.system.available_isas()
    lines = ["| dtype | operands | " + " | ".join(levels) + " | worst at |", "|---|---|" + "---|" * (len(levels) + 1)]
    for dtype in (np.float64, np.float32):
        for stratum, x in strata(name, dtype, n, np.random.default_rng(1)):
            exact = [EXACT[name](mpmath.mpf(v)) for v in x.tolist()]
            cells, worst = [], (0.0, 0.0)
            for level in levels:
                with mm.system.use_isa(level), np.errstate(all="ignore"):
                    errors = ulp_errors(NATIVE[name](x), exact)
                cells.append(f"{errors.max():.3f}")
                worst = max(worst, (float(errors.max()), float(x[errors.argmax()])))
            lines.append(f"| {np.dtype(dtype).name} | {stratum} | " + " | ".join(cells) + f" | {worst[1].hex()} |")
    return "\n".join(lines)


if __name__ == "__main__":
    for function in EXACT:
        print(f"{function}, largest error in ulp\n\n{table(function, int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)}\n")
