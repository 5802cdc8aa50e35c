# SPDX-License-Identifier: BSD-3-Clause
"""Exponentials: error in ulp against mpmath, special values and flags, bits, NumPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
from elementwise_accuracy import Function, powers_of_two
from elementwise_checks import Elementwise

INF, NAN = float("inf"), float("nan")


def strata(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Every magnitude, subnormal results, the ends of the reduced intervals, where cancellation threatens."""
    info = np.finfo(dtype)
    low, high = float(np.log(float(info.tiny))), float(np.log(float(info.max)))
    bottom = float(np.log(float(info.smallest_subnormal)))
    yield "whole range", rng.uniform(low * (1 - 1e-6), high * (1 - 1e-6), n).astype(dtype)
    yield "subnormal results", rng.uniform(bottom, low, n).astype(dtype)
    yield "near 0", powers_of_two(-30, 0, n, rng, signed=True).astype(dtype)
    yield "very near 0", powers_of_two(info.minexp - info.nmant, -30, n, rng, signed=True).astype(dtype)
    k = rng.integers(int(low / np.log(2)) + 2, info.maxexp - 2, n)
    yield "interval ends", ((k + 0.5) * np.log(2) * (1 + 1e-6 * rng.standard_normal(n))).astype(dtype)
    yield "interval middles", (k * np.log(2) * (1 + 1e-6 * rng.standard_normal(n))).astype(dtype)


FUNCTIONS = [
    Function(
        "exp", mpmath.exp, np.exp, strata, ulp=0.8, stratum_ulp={"subnormal results": 0.9}, flagged=["subnormal results"],
        special=[
            (0.0, 1.0, None), (-0.0, 1.0, None), (INF, INF, None), (-INF, 0.0, None), (NAN, NAN, None), (1e-30, 1.0, None),
            (-1e-30, 1.0, None), (1e-38, 1.0, None), ("smallest", 1.0, None), ("-smallest", 1.0, None), (800.0, INF, "over"),
            ("largest", INF, "over"), (-800.0, 0.0, "under"), ("-largest", 0.0, "under"),
        ],
    ),
]  # fmt: skip


class TestExponentials(Elementwise):
    functions = FUNCTIONS
