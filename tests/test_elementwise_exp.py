# SPDX-License-Identifier: BSD-3-Clause
"""Exponentials: error in ulp against mpmath, special values and flags, bits, NumPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
from elementwise_accuracy import Function, Strata, powers_of_two
from elementwise_checks import Elementwise

INF, NAN = float("inf"), float("nan")


def strata_of(base: float) -> Strata:
    """Every magnitude, subnormal results, the ends of the reduced intervals, where cancellation threatens."""

    def strata(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
        info = np.finfo(dtype)
        low, high = (float(np.log(float(x)) / np.log(base)) for x in (info.tiny, info.max))
        bottom = float(np.log(float(info.smallest_subnormal)) / np.log(base))
        yield "whole range", rng.uniform(low * (1 - 1e-6), high * (1 - 1e-6), n).astype(dtype)
        yield "subnormal results", rng.uniform(bottom, low, n).astype(dtype)
        yield "near 0", powers_of_two(-30, 0, n, rng, signed=True).astype(dtype)
        yield "very near 0", powers_of_two(info.minexp - info.nmant, -30, n, rng, signed=True).astype(dtype)
        k = rng.integers(8 * info.minexp + 16, 8 * info.maxexp - 16, n)
        step = np.log(2) / np.log(base) / 8
        yield "interval ends", ((k + 0.5) * step * (1 + 1e-6 * rng.standard_normal(n))).astype(dtype)
        yield "interval middles", (k * step * (1 + 1e-6 * rng.standard_normal(n))).astype(dtype)

    return strata


def strata_minus_1(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Both signs up to where the result is e^x or -1, all magnitudes, and where 2^(n/8) - 1 and the rest nearly cancel."""
    info = np.finfo(dtype)
    yield "whole range", rng.uniform(-40, float(np.log(float(info.max))) * (1 - 1e-6), n).astype(dtype)
    yield "near 0", powers_of_two(-30, 2, n, rng, signed=True).astype(dtype)
    yield "very near 0", powers_of_two(info.minexp - info.nmant, -30, n, rng, signed=True).astype(dtype)
    yield "first intervals", rng.uniform(-0.3, 0.3, n).astype(dtype)
    yield "far below 0", -powers_of_two(2, info.maxexp - 1, n, rng).astype(dtype)


NEAR_0 = [1e-30, -1e-30, 1e-38, "smallest", "-smallest", "tiny", "-tiny"]
FUNCTIONS = [
    Function(
        "exp", mpmath.exp, np.exp, strata_of(np.e), ulp=0.7, stratum_ulp={"subnormal results": 0.8}, flagged=["subnormal results"],
        special=[
            (0.0, 1.0, None), (-0.0, 1.0, None), (INF, INF, None), (-INF, 0.0, None), (NAN, NAN, None),
            *((x, 1.0, None) for x in NEAR_0), (800.0, INF, "over"), ("largest", INF, "over"), (-800.0, 0.0, "under"),
            ("-largest", 0.0, "under"),
        ],
    ),
    Function(
        "exp2", lambda x: mpmath.mpf(2) ** x, np.exp2, strata_of(2.0), ulp=0.7, stratum_ulp={"subnormal results": 0.8},
        flagged=["subnormal results"],
        special=[
            (0.0, 1.0, None), (-0.0, 1.0, None), (INF, INF, None), (-INF, 0.0, None), (NAN, NAN, None),
            *((x, 1.0, None) for x in NEAR_0), (1.0, 2.0, None), (-1.0, 0.5, None), (127.0, 2.0**127, None),
            (-126.0, 2.0**-126, None), (-140.0, None, None), (1024.0, INF, "over"), ("largest", INF, "over"),
            (-1200.0, 0.0, "under"), ("-largest", 0.0, "under"),
        ],
    ),
    Function(
        "expm1", mpmath.expm1, np.expm1, strata_minus_1, ulp=0.75, baseline_ulp=1.2,
        special=[
            (0.0, 0.0, None), (-0.0, -0.0, None), (INF, INF, None), (-INF, -1.0, None), (NAN, NAN, None),
            *((x, None, None) for x in NEAR_0), (-50.0, -1.0, None), (-800.0, -1.0, None), ("-largest", -1.0, None),
            (800.0, INF, "over"), ("largest", INF, "over"),
        ],
    ),
]  # fmt: skip


class TestExponentials(Elementwise):
    functions = FUNCTIONS
