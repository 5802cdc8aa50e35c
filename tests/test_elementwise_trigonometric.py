# SPDX-License-Identifier: BSD-3-Clause
"""Trigonometric functions: error in ulp against mpmath, special values and flags, bits, NumPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from elementwise_accuracy import Function, powers_of_two
from elementwise_checks import Elementwise

import mlmath_native as mm

INF, NAN = float("inf"), float("nan")
# The double nearest to a multiple of pi/2, relative to its size: 2^-60.9 away [Muller2016].
NEAREST = 6381956970095103.0 * 2.0**797


def precisely(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """With as many bits as the reduction of the largest double needs."""

    def exact(x: Any) -> Any:
        with mpmath.workprec(1400):
            return function(x)

    return exact


def strata(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """A few turns, many, all magnitudes, next to multiples of pi/2, and where the reductions change."""
    info = np.finfo(dtype)
    change = 2.0**30 if dtype == np.float64 else 2.0**15
    multiples = rng.integers(1, int(change / 2), n) * (np.pi / 2)
    yield "a few turns", rng.uniform(-20, 20, n).astype(dtype)
    yield "many turns", rng.uniform(-change, change, n).astype(dtype)
    yield "next to multiples of pi/2", multiples.astype(dtype)
    yield "near 0", powers_of_two(-40, 1, n, rng, signed=True).astype(dtype)
    yield "very near 0", powers_of_two(info.minexp - info.nmant, -40, n, rng, signed=True).astype(dtype)
    yield "large", powers_of_two(np.log2(change) - 1, info.maxexp - 1e-6, n, rng, signed=True).astype(dtype)
    if dtype == np.float64:
        yield "nearest to a multiple", np.resize([NEAREST, -NEAREST, 2 * NEAREST, NEAREST / 2], n)


SMALL = ["smallest", "-smallest", "tiny", "-tiny", 1e-30, -1e-30]
ENDS = [(INF, NAN, "invalid"), (-INF, NAN, "invalid"), (NAN, NAN, None), ("largest", None, None), ("-largest", None, None)]
ODD = [*ENDS, (0.0, 0.0, None), (-0.0, -0.0, None), *((x, None, None) for x in SMALL)]
FUNCTIONS = [
    Function("sin", precisely(mpmath.sin), np.sin, strata, ulp=1, baseline_ulp=1.5, special=ODD),
    Function(
        "cos", precisely(mpmath.cos), np.cos, strata, ulp=1, baseline_ulp=1.5,
        special=[*ENDS, (0.0, 1.0, None), (-0.0, 1.0, None), *((x, 1.0, None) for x in SMALL)],
    ),
    Function("tan", precisely(mpmath.tan), np.tan, strata, ulp=1.1, baseline_ulp=2, special=ODD),
]  # fmt: skip


def half_turns(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """A few turns, all magnitudes, quarters and their neighbours, the last numbers that are not whole."""
    info = np.finfo(dtype)
    quarters = (rng.choice([-1, 1], n) * rng.integers(1, 400, n) / 4).astype(dtype)
    yield "a few turns", rng.uniform(-20, 20, n).astype(dtype)
    yield "quarters", quarters
    yield "next to quarters", np.nextafter(quarters, rng.choice([-1e9, 1e9], n).astype(dtype))
    yield "near 0", powers_of_two(-100, 0, n, rng, signed=True).astype(dtype)
    yield "very near 0", powers_of_two(info.minexp + 1, -100, n, rng, signed=True).astype(dtype)
    yield "large", powers_of_two(5, info.nmant + 3, n, rng, signed=True).astype(dtype)


PI_ENDS = [(INF, NAN, "invalid"), (-INF, NAN, "invalid"), (NAN, NAN, None), ("tiny", None, None), ("-tiny", None, None)]
FUNCTIONS += [
    Function(
        "sinpi", mpmath.sinpi, lambda x: np.sin(np.pi * x), half_turns, ulp=1, baseline_ulp=1.5, ordinary=0.25,
        special=[
            *PI_ENDS, (0.0, 0.0, None), (-0.0, -0.0, None), (3.0, 0.0, None), (-3.0, -0.0, None), (-4.0, -0.0, None),
            (2.0**40, 0.0, None), ("largest", 0.0, None), ("-largest", -0.0, None), (0.5, 1.0, None), (-0.5, -1.0, None),
            (2.0**21 + 0.5, 1.0, None),
        ],
    ),
    Function(
        "cospi", mpmath.cospi, lambda x: np.cos(np.pi * x), half_turns, ulp=1, baseline_ulp=1.5, ordinary=0.25,
        special=[
            *((x, NAN if x != x or abs(x) == INF else 1.0, flag) for x, _, flag in PI_ENDS if not isinstance(x, str)),
            (0.0, 1.0, None), (-0.0, 1.0, None), ("smallest", 1.0, None), ("tiny", 1.0, None), (0.5, 0.0, None), (-0.5, 0.0, None),
            (1.5, 0.0, None), (3.0, -1.0, None), ("largest", 1.0, None), (2.0**21 + 1, -1.0, None),
        ],
    ),
]  # fmt: skip


def slopes(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """The bend, all magnitudes, the ends of the half octaves."""
    info = np.finfo(dtype)
    ends = np.exp2(rng.integers(-4, 5, n)) * rng.choice([1.0, 1.5], n)
    yield "bend", rng.uniform(-5, 5, n).astype(dtype)
    yield "all magnitudes", powers_of_two(-20, 20, n, rng, signed=True).astype(dtype)
    yield "ends of half octaves", np.nextafter(ends.astype(dtype), rng.choice([0, 100], n).astype(dtype))
    yield "very near 0", powers_of_two(info.minexp - info.nmant, -20, n, rng, signed=True).astype(dtype)
    yield "large", powers_of_two(20, info.maxexp - 1e-6, n, rng, signed=True).astype(dtype)


def points(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    """All around, coordinates of all magnitudes, near and far from each other."""
    info = np.finfo(dtype)
    low, high = info.minexp - info.nmant + 1, info.maxexp - 1e-6
    yield "around", (rng.standard_normal(n).astype(dtype), rng.standard_normal(n).astype(dtype))
    y = powers_of_two(low + 30, high - 30, n, rng, signed=True)
    yield "all magnitudes", (y.astype(dtype), (y * powers_of_two(-25, 25, n, rng, signed=True)).astype(dtype))
    yield "forward", (np.abs(y).astype(dtype), (np.abs(y) * powers_of_two(-4, 4, n, rng)).astype(dtype))
    smallest = np.maximum(powers_of_two(low, low + 40, n, rng), float(info.smallest_subnormal)).astype(dtype)
    yield "subnormal", (smallest, -powers_of_two(low, low + 40, n, rng).astype(dtype) - info.smallest_subnormal)
    yield "far apart", (powers_of_two(low, high, n, rng).astype(dtype), powers_of_two(low, high, n, rng, signed=True).astype(dtype))


PI = float(np.pi)


CORNERS = [0.0, -0.0, 1.0, -1.0, INF, -INF]
FUNCTIONS += [
    Function(
        "arctan", mpmath.atan, np.arctan, slopes, ulp=1, baseline_ulp=1.5,
        special=[
            (0.0, 0.0, None), (-0.0, -0.0, None), (NAN, NAN, None), (INF, PI / 2, None), (-INF, -PI / 2, None),
            ("largest", PI / 2, None), *((x, None, None) for x in SMALL),
        ],
    ),
    Function(
        "arctan2", mpmath.atan2, np.arctan2, points, ulp=1, baseline_ulp=1.5, operands=2, flagged=["far apart"],
        special=[
            *(((y, x), float(np.arctan2(y, x)), None) for y in CORNERS for x in CORNERS),
            ((NAN, 1.0), NAN, None), ((1.0, NAN), NAN, None), ((NAN, INF), NAN, None), ((0.0, NAN), NAN, None),
            (("largest", "largest"), PI / 4, None),
            (("smallest", "smallest"), PI / 4, None), (("smallest", "-smallest"), 3 * PI / 4, None),
            (("largest", "smallest"), PI / 2, None), (("smallest", "largest"), 0.0, "under"), (("tiny", 3.0), None, "under"),
            (("smallest", -1.0), PI, None), ((1.0, "smallest"), PI / 2, None), (("-tiny", 1.0), None, None),
        ],
    ),
]  # fmt: skip


class TestTrigonometricFunctions(Elementwise):
    functions = FUNCTIONS

    def test_unusual_call_is_the_peers(self, function: Function, case: str) -> None:
        if function.name in ("sinpi", "cospi"):
            pytest.skip("SciPy has no such function in public")
        super().test_unusual_call_is_the_peers(function, case)

    @pytest.mark.parametrize("name", ["sinpi", "cospi"])
    def test_what_is_not_native_is_refused_by_name(self, name: str) -> None:
        for operand in (1j, np.ones(2, np.longdouble), np.array([object()])):
            with pytest.raises(TypeError, match=f"{name}: "):
                getattr(mm.special, name)(operand)

    def test_squares_add_up_to_one(self, isa: str, rng: np.random.Generator) -> None:
        x = rng.uniform(-1e6, 1e6, 1000)
        assert np.abs(mm.sin(x) ** 2 + mm.cos(x) ** 2 - 1).max() <= 4 * np.finfo(float).eps
