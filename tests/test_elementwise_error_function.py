# SPDX-License-Identifier: BSD-3-Clause
"""Error functions, the normal distribution and their inverses: error in ulp against mpmath, special values and flags, bits, SciPy's
results elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import mpmath
import numpy as np
import pytest
import scipy.special
from elementwise_accuracy import Function, powers_of_two
from elementwise_scipy import ScipyElementwise

import mlmath_native as mm

INF, NAN = float("inf"), float("nan")
Samples = Iterator[tuple[str, np.ndarray]]
Rng = np.random.Generator


def erf_strata(dtype: type, n: int, rng: Rng) -> Samples:
    """The rise, all magnitudes, where one polynomial takes over from the next, the last values below 1."""
    info = np.finfo(dtype)
    yield "rise", rng.uniform(-3, 3, n).astype(dtype)
    yield "all magnitudes", powers_of_two(info.minexp + 1, 4, n, rng, signed=True).astype(dtype)
    step = float.fromhex("0x1.8a678p-2" if dtype is np.float64 else "0x1.0564p-2")
    yield (
        "joints",
        ((rng.integers(0, 15, n) + 0.5) * step * (1 + powers_of_two(-info.nmant, -8, n, rng, signed=True))).astype(dtype),
    )
    yield "nearly 1", (rng.choice([-1, 1], n) * rng.uniform(2, 6, n)).astype(dtype)
    yield "subnormal results", powers_of_two(info.minexp - info.nmant + 2, info.minexp - 1, n, rng, signed=True).astype(dtype)


def tails(
    joints: tuple[float, float], normal_to: tuple[float, float], last: tuple[float, float]
) -> Callable[[type, int, Rng], Samples]:
    """A function that falls to zero on the right: rise, joints of its expressions, tail, subnormal results."""

    def strata(dtype: type, n: int, rng: Rng) -> Samples:
        k = 0 if dtype is np.float64 else 1
        yield "rise", rng.uniform(-3, 3, n).astype(dtype)
        yield "near 0", powers_of_two(-60, 0, n, rng, signed=True).astype(dtype)
        yield "joints", (rng.choice(joints, n) * rng.uniform(0.97, 1.03, n)).astype(dtype)
        yield "tail", rng.uniform(0, normal_to[k], n).astype(dtype)
        yield "far left", -rng.uniform(3, 50, n).astype(dtype)
        yield "subnormal results", rng.uniform(normal_to[k], last[k], n).astype(dtype)

    return strata


def ndtr_strata(dtype: type, n: int, rng: Rng) -> Samples:
    """The mirror image."""
    for name, x in tails((-0.874, 3.124), (37.5, 12.9), (38.4, 14.0))(dtype, n, rng):
        yield name, -x


def open_interval(dtype: type, n: int, rng: Rng) -> Samples:
    """(-1, 1)."""
    info = np.finfo(dtype)
    largest = float(dtype(1) - info.epsneg)
    yield "uniform", np.clip(rng.uniform(-1, 1, n), -largest, largest).astype(dtype)
    yield "all magnitudes", powers_of_two(info.minexp + 1, -0.01, n, rng, signed=True).astype(dtype)
    w = rng.choice([1, 2, 3, 4, 6, 8, 10, 12], n) * (1 + powers_of_two(-info.nmant, -8, n, rng, signed=True))
    yield "joints", np.clip(rng.choice([-1, 1], n) * np.sqrt(-np.expm1(-w)), -largest, largest).astype(dtype)
    yield (
        "ends",
        np.clip(rng.choice([-1, 1], n) * (1 - powers_of_two(-info.nmant - 1, -1, n, rng)), -largest, largest).astype(dtype),
    )
    yield "subnormal results", powers_of_two(info.minexp - info.nmant + 2, info.minexp - 1, n, rng, signed=True).astype(dtype)


def fractions_of(whole: float) -> Callable[[type, int, Rng], Samples]:
    """(0, whole)."""

    def strata(dtype: type, n: int, rng: Rng) -> Samples:
        info = np.finfo(dtype)
        below = float(dtype(whole) * (1 - info.epsneg))
        yield "uniform", np.clip(whole * rng.uniform(0, 1, n), info.tiny, below).astype(dtype)
        yield "all magnitudes", powers_of_two(info.minexp, -0.01, n, rng).astype(dtype)
        yield (
            "subnormal operands",
            np.maximum(powers_of_two(info.minexp - info.nmant, info.minexp, n, rng).astype(dtype), info.smallest_subnormal),
        )
        yield "joints", (whole * rng.choice([0.2, 0.8], n) * rng.uniform(0.97, 1.03, n)).astype(dtype)
        yield "center", (whole / 2 + whole * powers_of_two(-info.nmant - 1, -3, n, rng, signed=True)).astype(dtype)
        yield "upper end", np.minimum((whole - powers_of_two(-info.nmant, -1, n, rng)).astype(dtype), below)

    return strata


def newton(function: Callable[[mpmath.mpf], mpmath.mpf], slope: Callable[[mpmath.mpf], mpmath.mpf], start: float) -> mpmath.mpf:
    """The root of `function` near start."""
    y = mpmath.mpf(start)
    for _ in range(7):
        y -= function(y) / slope(y)
    return y


def erfcinv(q: mpmath.mpf) -> mpmath.mpf:
    """By Newton's method on the logarithm of erfc, from SciPy's value; erf around the center."""
    if 0.25 < q < 1.75:
        x = 1 - q
        start = float(scipy.special.erfinv(float(x)))
        return newton(lambda y: mpmath.erf(y) - x, lambda y: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-y * y), start)
    if q > 1:
        return -erfcinv(2 - q)
    target = mpmath.log(q)
    start = float(mpmath.sqrt(-target - mpmath.log(mpmath.sqrt(-target * mpmath.pi))))
    return newton(
        lambda y: mpmath.log(mpmath.erfc(y)) - target,
        lambda y: -2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-y * y) / mpmath.erfc(y),
        start,
    )


def erfinv(x: mpmath.mpf) -> mpmath.mpf:
    if abs(x) < 1e-20:
        return x * mpmath.sqrt(mpmath.pi) / 2
    return erfcinv(1 - x)


def ndtr(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def ndtri(p: mpmath.mpf) -> mpmath.mpf:
    return -mpmath.sqrt(2) * erfcinv(2 * p)


def ends(low: float, high: float, whole: float) -> list[tuple[object, float | None, str | None]]:
    """0, whole, and what lies beyond."""
    return [
        (0.0, low, "divide"), (-0.0, low, "divide"), (whole, high, "divide"), (whole * 1.01, NAN, "invalid"),
        (-1.0, NAN, "invalid"),
        ("-smallest", NAN, "invalid"), (INF, NAN, "invalid"), (-INF, NAN, "invalid"), (NAN, NAN, None), ("smallest", None, None),
        ("tiny", None, None), (whole / 2, 0.0, None), (0.02425, None, None),
    ]  # fmt: skip


SMALL = [("smallest", None, None), ("-smallest", None, None), ("tiny", None, None), ("-tiny", None, None), (NAN, NAN, None)]
FUNCTIONS = [
    Function(
        "erf", mpmath.erf, scipy.special.erf, erf_strata, ulp=1.4, baseline_ulp=1.5, flagged=["subnormal results"],
        special=[
            (0.0, 0.0, None), (-0.0, -0.0, None), (INF, 1.0, None), (-INF, -1.0, None), (NAN, NAN, None), ("largest", 1.0, None),
            ("-largest", -1.0, None), (1.0, None, None), ("smallest", None, "under"), ("-smallest", None, "under"),
            ("tiny", None, None),
        ],
    ),
    Function(
        "erfc", mpmath.erfc, scipy.special.erfc, tails((-0.47, 0.47), (26.5, 9.1), (27.1, 10.0)), ulp=2.2, baseline_ulp=3,
        flagged=["subnormal results"],
        special=[*SMALL, (0.0, 1.0, None), (INF, 0.0, None), (-INF, 2.0, None), ("largest", 0.0, "under"), ("-largest", 2.0, None)],
    ),
    Function(
        "erfinv", erfinv, scipy.special.erfinv, open_interval, ulp=1.2, baseline_ulp=1.5, ordinary=0.5,
        integer=0, flagged=["subnormal results"],
        special=[
            (0.0, 0.0, None), (-0.0, -0.0, None), (1.0, INF, "divide"), (-1.0, -INF, "divide"), (1.01, NAN, "invalid"),
            (-INF, NAN, "invalid"), (INF, NAN, "invalid"), (NAN, NAN, None), ("smallest", None, "under"),
            ("largest", NAN, "invalid"),
        ],
    ),
    Function(
        "erfcinv", erfcinv, scipy.special.erfcinv, fractions_of(2.0), ulp=0.8, baseline_ulp=1.5, ordinary=0.5,
        special=ends(INF, -INF, 2.0),
    ),
    Function(
        "ndtr", ndtr, scipy.special.ndtr, ndtr_strata, ulp=1.5, baseline_ulp=2, flagged=["subnormal results"],
        special=[*SMALL, (0.0, 0.5, None), (INF, 1.0, None), (-INF, 0.0, None), ("largest", 1.0, None), ("-largest", 0.0, "under")],
    ),
    Function(
        "ndtri", ndtri, scipy.special.ndtri, fractions_of(1.0), ulp=1.1, baseline_ulp=1.6, ordinary=0.25, integer=0,
        special=ends(-INF, INF, 1.0),
    ),
]  # fmt: skip


class TestErrorFunctions(ScipyElementwise):
    functions = FUNCTIONS

    @pytest.mark.parametrize("p", [1e-300, 5e-324, 1 - 2**-53, 2**-53, 0.2, 0.8])
    def test_quantile_at_the_ends(self, isa: str, p: float) -> None:
        truth = float(ndtri(mpmath.mpf(p)))
        assert abs(mm.special.ndtri(p) - truth) <= 2 * np.spacing(abs(truth))

    def test_complements(self, isa: str, rng: Rng) -> None:
        x = rng.uniform(-4, 4, 1000)
        eps = np.finfo(float).eps
        assert np.abs(mm.special.erf(x) + mm.special.erfc(x) - 1).max() <= 6 * eps
        assert np.abs(mm.special.ndtr(x) + mm.special.ndtr(-x) - 1).max() <= 4 * eps
