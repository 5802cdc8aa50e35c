# SPDX-License-Identifier: BSD-3-Clause
"""Logarithms: error in ulp against mpmath, special values and flags, bits, NumPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
from elementwise_accuracy import Function, powers_of_two
from elementwise_checks import Elementwise

INF, NAN = float("inf"), float("nan")


def strata(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Every exponent, subnormal operands, the neighbourhood of 1, the ends of the reduced interval."""
    info = np.finfo(dtype)
    yield "whole range", powers_of_two(info.minexp, info.maxexp - 1e-6, n, rng).astype(dtype)
    smallest = info.minexp - info.nmant
    yield "subnormal operands", np.maximum(powers_of_two(smallest, info.minexp, n, rng), 2.0**smallest).astype(dtype)
    yield "near 1", (1 + powers_of_two(-info.nmant, -1, n, rng, signed=True)).astype(dtype)
    yield "interval ends", (np.sqrt(0.5) * (1 + 0.01 * rng.standard_normal(n))).astype(dtype)
    yield "interval ends, doubled", (np.sqrt(2) * (1 + 0.01 * rng.standard_normal(n))).astype(dtype)


FUNCTIONS = [
    Function(
        "log", mpmath.log, np.log, strata, ulp=0.9,
        special=[
            (1.0, 0.0, None), (INF, INF, None), (NAN, NAN, None), (0.0, -INF, "divide"), (-0.0, -INF, "divide"),
            (-1.0, NAN, "invalid"), (-INF, NAN, "invalid"), ("-smallest", NAN, "invalid"), ("-largest", NAN, "invalid"),
            ("smallest", None, None), ("largest", None, None), ("tiny", None, None),
        ],
    ),
]  # fmt: skip


class TestLogarithms(Elementwise):
    functions = FUNCTIONS
