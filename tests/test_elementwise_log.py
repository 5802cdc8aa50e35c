# SPDX-License-Identifier: BSD-3-Clause
"""Logarithms: error in ulp against mpmath, special values and flags, bits, NumPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import scipy.special
from elementwise_accuracy import Function, Strata, powers_of_two
from elementwise_checks import Elementwise
from elementwise_scipy import ScipyElementwise

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


def strata_plus_1(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """All magnitudes, close to -1, and where 1 + x is rounded."""
    info = np.finfo(dtype)
    yield "whole range", powers_of_two(-info.nmant, info.maxexp - 1e-6, n, rng).astype(dtype)
    yield "near 0", (0.99 * powers_of_two(-30, 0, n, rng, signed=True)).astype(dtype)
    yield "very near 0", powers_of_two(info.minexp - info.nmant, -30, n, rng, signed=True).astype(dtype)
    yield "near -1", (-1 + powers_of_two(-info.nmant, 0, n, rng)).astype(dtype)
    yield "interval ends", rng.uniform(-0.1, 0.1, n).astype(dtype)


POLES = [
    (INF, INF, None), (NAN, NAN, None), (0.0, -INF, "divide"), (-0.0, -INF, "divide"), (-1.0, NAN, "invalid"),
    (-INF, NAN, "invalid"), ("-smallest", NAN, "invalid"), ("-largest", NAN, "invalid"), ("smallest", None, None),
    ("largest", None, None), ("tiny", None, None), (1.0, 0.0, None),
]  # fmt: skip
LOGARITHMS = [
    Function("log", mpmath.log, np.log, strata, ulp=0.7, special=POLES),
    Function(
        "log1p", mpmath.log1p, np.log1p, strata_plus_1, ulp=0.7,
        special=[
            (0.0, 0.0, None), (-0.0, -0.0, None), (INF, INF, None), (NAN, NAN, None), (-1.0, -INF, "divide"),
            (-1.5, NAN, "invalid"),
            (-INF, NAN, "invalid"), ("-largest", NAN, "invalid"), ("smallest", None, None), ("-smallest", None, None),
            ("tiny", None, None), ("-tiny", None, None), ("largest", None, None), (1e30, None, None), (1e-30, None, None),
        ],
    ),
    Function(
        "log2", lambda x: mpmath.log(x, 2), np.log2, strata, ulp=0.7,
        special=[*POLES, (2.0, 1.0, None), (0.5, -1.0, None), (2.0**100, 100.0, None), (2.0**-100, -100.0, None)],
    ),
    Function(
        "log10", mpmath.log10, np.log10, strata, ulp=0.7,
        special=[*POLES, (10.0, 1.0, None), (1e10, 10.0, None), (100.0, 2.0, None)],
    ),
]  # fmt: skip


def factors(low: float, logarithm: Strata) -> Strata:
    """Pairs: the logarithm's strata with ordinary factors, and factors of all magnitudes; some are 0."""

    def pairs(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
        info = np.finfo(dtype)
        for name, y in logarithm(dtype, n, rng):
            if "very near" not in name:
                yield name, (rng.uniform(-3, 3, n).astype(dtype) * (rng.random(n) < 0.9), y)
        y = rng.uniform(low, low + 5, n).astype(dtype)
        yield "large and small factors", (powers_of_two(info.minexp + 60, info.maxexp - 9, n, rng, signed=True).astype(dtype), y)
        subnormal = powers_of_two(info.minexp - info.nmant + 1, info.minexp, n, rng).astype(dtype)
        yield "subnormal factors", (subnormal, y)

    return pairs


def products(pole: float) -> list[tuple[Any, float | None, str | None]]:
    """Special values where the logarithm's pole is."""
    below = pole - 0.5
    return [
        ((0.0, pole), 0.0, None), ((-0.0, pole), 0.0, None), ((0.0, below), 0.0, None), ((0.0, INF), 0.0, None),
        ((0.0, -INF), 0.0, None), ((0.0, NAN), NAN, None), ((NAN, 0.5), NAN, None), ((NAN, pole), NAN, None),
        ((2.0, pole), -INF, "divide"), ((-2.0, pole), INF, "divide"), ((2.0, below), NAN, "invalid"), ((2.0, -INF), NAN, "invalid"),
        ((2.0, INF), INF, None), ((-2.0, INF), -INF, None), ((INF, 3.0), INF, None), ((-INF, 3.0), -INF, None),
        ((INF, pole + 1), NAN, "invalid"), ((INF, pole), -INF, "divide"), (("largest", 1e9), INF, "over"),
        (("-largest", 1e9), -INF, "over"), (("largest", pole + 1), 0.0, None), (("smallest", pole + 1), 0.0, None),
        ((1.0, "largest"), None, None),
    ]  # fmt: skip


PRODUCTS = [
    Function(
        "xlogy", lambda x, y: x * mpmath.log(y) if x else mpmath.mpf(0), scipy.special.xlogy, factors(0.25, strata), ulp=0.75,
        baseline_ulp=1, operands=2, flagged=["subnormal factors"], ordinary=1.5,
        special=[*products(0.0), ((1.0, "smallest"), None, None), (("smallest", "smallest"), None, "under")],
    ),
    Function(
        "xlog1py", lambda x, y: x * mpmath.log1p(y) if x else mpmath.mpf(0), scipy.special.xlog1py, factors(-0.75, strata_plus_1),
        ulp=0.75, baseline_ulp=1, operands=2, flagged=["subnormal factors"], ordinary=1.5,
        special=[
            *products(-1.0), ((1.0, "smallest"), None, None), ((1e-4, "smallest"), 0.0, "under"), ((4.0, "-tiny"), None, None),
        ],
    ),
]  # fmt: skip
FUNCTIONS = [*LOGARITHMS, *PRODUCTS]


class TestLogarithms(Elementwise):
    functions = LOGARITHMS


class TestProductsWithLogarithms(ScipyElementwise):
    functions = PRODUCTS
