# SPDX-License-Identifier: BSD-3-Clause
"""power and cbrt: error in ulp against mpmath, special values and flags, bits, NumPy's results elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
from elementwise_accuracy import Function, powers_of_two
from elementwise_checks import Elementwise

import mlmath_native as mm

INF, NAN = float("inf"), float("nan")


def pairs(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    """Ordinary ones, results of all magnitudes, bases next to 1 and subnormal, whole exponents of negative bases."""
    info = np.finfo(dtype)
    largest, smallest = float(np.log(float(info.max))), float(np.log(float(info.tiny)))
    yield "ordinary", (rng.uniform(0.1, 5, n).astype(dtype), rng.uniform(-5, 5, n).astype(dtype))
    x = powers_of_two(info.minexp, info.maxexp - 1e-6, n, rng).astype(dtype)
    target = rng.uniform(0.999 * smallest, 0.999 * largest, n)
    with np.errstate(divide="ignore"):
        y = target / np.log(x.astype(float))
    yield "results of all magnitudes", (x, np.clip(y, -1e30, 1e30).astype(dtype))
    near = (1 + powers_of_two(-info.nmant, -6, n, rng, signed=True)).astype(dtype)
    with np.errstate(divide="ignore"):
        y = rng.uniform(0.98 * smallest, 0.98 * largest, n) / np.log(near.astype(float))
    yield "next to 1", (near, np.clip(y, -1e30, 1e30).astype(dtype))
    tiny = np.maximum(powers_of_two(info.minexp - info.nmant, info.minexp, n, rng).astype(dtype), info.smallest_subnormal)
    yield "subnormal bases", (tiny, rng.uniform(-0.8, 0.8, n).astype(dtype))
    yield "negative bases", (-rng.uniform(0.5, 3, n).astype(dtype), rng.integers(-60, 60, n).astype(dtype))
    yield "squares", (rng.standard_normal(n).astype(dtype), np.full(n, 2, dtype))
    with np.errstate(divide="ignore"):
        y = rng.uniform(np.log(float(info.smallest_subnormal)), smallest, n) / np.log(x.astype(float))
    yield "subnormal results", (x, np.clip(y, -1e30, 1e30).astype(dtype))


def numbers(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """One period of the exponent, all magnitudes, subnormal operands, cubes."""
    info = np.finfo(dtype)
    yield "ordinary", rng.uniform(-8, 8, n).astype(dtype)
    yield "all magnitudes", powers_of_two(info.minexp, info.maxexp - 1e-6, n, rng, signed=True).astype(dtype)
    yield "subnormal", powers_of_two(info.minexp - info.nmant + 1, info.minexp, n, rng, signed=True).astype(dtype)
    yield "cubes", (rng.integers(-100, 100, n) ** 3).astype(dtype)


def cbrt(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.sign(x) * mpmath.cbrt(abs(x))


CORNERS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, INF, -INF]


def c_power(x: float, y: float) -> tuple[tuple[float, float], float, str | None]:
    """C's table, by the standard library, which raises where C gives a flag."""
    try:
        return (x, y), math.pow(x, y), None
    except ValueError:
        if x != 0:
            return (x, y), NAN, "invalid"
        return (x, y), math.copysign(INF, x) if y % 2 == 1 else INF, "divide" if y > -INF else None


FUNCTIONS = [
    Function(
        "power", mpmath.power, np.power, pairs, ulp=1, baseline_ulp=1.5, operands=2, flagged=["subnormal results"], ordinary=1.5,
        special=[
            *(c_power(x, y) for x in CORNERS for y in CORNERS), ((NAN, 0.0), 1.0, None), ((NAN, 1.0), NAN, None),
            ((1.0, NAN), 1.0, None), ((2.0, NAN), NAN, None), ((0.0, NAN), NAN, None), ((NAN, INF), NAN, None),
            ((10.0, 400.0), INF, "over"), ((-10.0, 401.0), -INF, "over"), ((10.0, -400.0), 0.0, "under"),
            ((-10.0, -401.0), -0.0, "under"), (("largest", "largest"), INF, "over"), (("largest", "-largest"), 0.0, "under"),
            (("largest", "smallest"), 1.0, None), (("smallest", "smallest"), 1.0, None), (("largest", 1.0), None, None),
            (("tiny", 1.0), None, None), ((1.0, "largest"), 1.0, None), ((-1.0, "largest"), 1.0, None),
            ((0.0, "smallest"), 0.0, None),
        ],
    ),
    Function(
        "cbrt", cbrt, np.cbrt, numbers, ulp=0.75, baseline_ulp=1,
        special=[
            (0.0, 0.0, None), (-0.0, -0.0, None), (INF, INF, None), (-INF, -INF, None), (NAN, NAN, None), (27.0, 3.0, None),
            (-8.0, -2.0, None), *((x, None, None) for x in ("smallest", "-smallest", "tiny", "largest", "-largest")),
        ],
    ),
]  # fmt: skip


class TestPowers(Elementwise):
    functions = FUNCTIONS

    def test_roots_of_cubes_are_exact(self, isa: str) -> None:
        n = np.arange(-2000.0, 2001.0)
        assert np.array_equal(mm.cbrt(n**3), n)

    def test_whole_powers_of_small_integers_are_exact(self, isa: str) -> None:
        x, y = np.arange(1.0, 10.0)[:, None], np.arange(0.0, 12.0)
        assert np.array_equal(mm.power(x, y), x.astype(int) ** y.astype(int))
