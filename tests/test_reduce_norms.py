# SPDX-License-Identifier: BSD-3-Clause
"""linalg.norm and average: values against NumPy in double, layouts and threads, NumPy's errors."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from test_reduce_sum import gamma, layouts, same_as_numpy

import mlmath_native as mm

INF = float("inf")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 31, 33, 1000, 1025, 5000])
def test_the_2_norm_is_within_its_bound(isa: str, threads: int, n: int, dtype: Any, rng: np.random.Generator) -> None:
    x = rng.standard_normal(n).astype(dtype)
    exact = sum((Fraction(v) ** 2 for v in x.astype(np.float64).tolist()), Fraction(0))
    result = mm.linalg.norm(x)
    assert type(result) is dtype
    rounding = float(np.finfo(dtype).eps) / 2
    # Of the square: twice the relative error of the root; a product rounds where the level has no FMA.
    assert abs(Fraction(float(result)) ** 2 / exact - 1) <= gamma(n) + 2.0**-52 + 2 * (2.0**-53 + rounding) * (1 + rounding)
    assert mm.linalg.norm(x, 1) == pytest.approx(math.fsum(map(abs, x.tolist())), rel=gamma(n) + 2.0**-52 + rounding, abs=0)
    assert mm.linalg.norm(x, INF) == np.max(np.abs(x))
    assert mm.linalg.norm(x, -INF) == np.min(np.abs(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("shape", "ord", "axis"),
    [
        ((40, 30), None, None), ((40, 30), "fro", None), ((40, 30), "f", (1, 0)), ((40, 30), 1, None), ((40, 30), -1, None),
        ((40, 30), INF, None), ((40, 30), -INF, None), ((40, 30), None, 0), ((40, 30), 2, 1), ((40, 30), 1, 0),
        ((40, 30), INF, -1),
        ((40, 30), -INF, (0,)), ((40, 30), 1, (1, 0)), ((5, 40, 30), 1, (1, 2)), ((5, 40, 30), INF, (0, 2)),
        ((5, 40, 30), None, (2, 0)),
        ((5, 40, 30), -1, (-1, -3)), ((5, 40, 30), None, None), ((5, 40, 30), None, 1), ((2000, 3), 1, 0), ((3, 2000), 2, 1),
        ((7,), 2, None),
        ((40, 30), 2, None), ((40, 30), "nuc", None), ((40, 30), 3, 0), ((40, 30), 0, 1), ((40, 30), 0.5, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("keepdims", [False, True])
def test_values_are_numpys(
    shape: tuple[int, ...], ord: Any, axis: Any, keepdims: bool, dtype: Any, rng: np.random.Generator
) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    result, expected = mm.linalg.norm(a, ord, axis, keepdims), np.linalg.norm(a, ord, axis, keepdims)
    assert type(result) is type(expected)
    assert result.dtype == expected.dtype
    # Sums of at most a.size positive terms on both sides, in the dtype at worst.
    np.testing.assert_allclose(result, expected, rtol=max(a.shape) * float(np.finfo(dtype).eps), atol=0)
    for name, other in layouts(a).items():
        if ord not in (2, "nuc", 3, 0.5) or np.ndim(axis) == 1:
            assert np.array_equal(mm.linalg.norm(other, ord, axis, keepdims), result), name
    with mm.threads(3):
        assert np.array_equal(mm.linalg.norm(a, ord, axis, keepdims), result)


def test_nan_and_infinity_in_norms(isa: str) -> None:
    for n in (1, 5, 40, 3000):
        x = np.ones(n)
        x[n // 2] = -np.inf
        for order in (None, 1, 2, INF):
            assert mm.linalg.norm(x, order) == np.inf
        x[n - 1] = np.nan
        for order in (None, 1, 2, INF, -INF):
            assert np.isnan(mm.linalg.norm(x, order))


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.ones((2, 3)), "unknown"), {}),
        ((np.ones(3), "fro"), {}),
        ((np.ones((2, 3, 4)), 1), {}),
        ((np.ones((2, 3)), 1), {"axis": (0, 0)}),
        ((np.ones((2, 3)), 1), {"axis": (0, 2)}),
        ((np.ones((2, 3)), None), {"axis": 2}),
        ((np.ones((2, 3)), 1), {"axis": (0, -2)}),
        ((np.ones((2, 3)), None), {"axis": "a"}),
        ((np.ones((2, 3)), None), {"axis": np.int64(1)}),
        ((np.ones((2, 3)), None), {"axis": [0, 1]}),
        ((np.empty(0),), {}),
        ((np.empty((0, 3)), 1), {}),
        ((np.arange(6).reshape(2, 3),), {}),
        ((np.arange(6),), {"ord": INF}),
        ((np.ones(3, complex),), {}),
        ((np.ones(3, np.float16),), {}),
        ((np.array(3.0),), {}),
        ((np.array(3.0), 1), {}),
        (([3.0, 4.0],), {}),
        ((None,), {}),
        ((np.ma.masked_equal([1.0, 2.0, 3.0], 2.0),), {}),
    ],
)
def test_unusual_norms_are_numpys(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(mm.linalg.norm, np.linalg.norm, *args, ulp=2, **kwargs)


@pytest.mark.parametrize("weights_dtype", [np.float64, np.float32, np.int32])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.bool_])
@pytest.mark.parametrize(
    ("shape", "axis", "weights_shape"),
    [
        ((5,), None, (5,)), ((3000,), 0, (3000,)), ((40, 30), 0, (40,)), ((40, 30), 1, (30,)), ((40, 30), None, (40, 30)),
        ((40, 30), 1, (40, 30)), ((5, 6, 7), (0, 2), (5, 7)), ((5, 6, 7), (2, 0), (7, 5)), ((2, 4000), 1, (4000,)),
    ],
)  # fmt: skip
def test_average(
    shape: tuple[int, ...], axis: Any, weights_shape: tuple[int, ...], dtype: Any, weights_dtype: Any, rng: np.random.Generator
) -> None:
    a = np.asarray(rng.integers(0, 9, shape), dtype)
    weights = np.asarray(rng.integers(1, 5, weights_shape), weights_dtype)
    for keywords in ({}, {"returned": True}, {"keepdims": True}, {"returned": True, "keepdims": True}):
        ours, numpys = mm.average(a, axis, weights, **keywords), np.average(a, axis, weights, **keywords)
        for result, expected in zip(*((x if isinstance(x, tuple) else (x,)) for x in (ours, numpys)), strict=True):
            assert type(result) is type(expected)
            assert result.dtype == expected.dtype
            # Sums of small integers are exact; one division, one rounding to the dtype.
            np.testing.assert_allclose(result, expected, rtol=2 * float(np.finfo(result.dtype).eps), atol=0)
    with mm.threads(3):
        for name, other in layouts(a).items():
            assert np.array_equal(mm.average(other, axis, weights), mm.average(a, axis, weights)), name


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.ones((2, 3)),), {}),
        ((np.ones((2, 3)),), {"axis": 0, "returned": True}),
        ((np.ones((2, 3)),), {"weights": np.zeros((2, 3))}),
        ((np.ones((2, 3)),), {"weights": np.ones(3)}),
        ((np.ones((2, 3)),), {"weights": np.ones(3), "axis": 0}),
        ((np.ones((2, 3)),), {"weights": np.ones(2), "axis": 2}),
        ((np.ones((2, 3)),), {"weights": [1.0, 2.0], "axis": 0}),
        ((np.ones((2, 3)),), {"weights": np.array([1.0, 2.0 + 1j]), "axis": 0}),
        ((np.ones((2, 3), np.float16),), {"weights": np.array([1, 2], np.float16), "axis": 0}),
        ((np.empty((0, 3)),), {"axis": 0}),
        (([1.0, 2.0],), {"weights": [3, 1]}),
        ((np.ma.masked_equal([1.0, 2.0, 3.0], 2.0),), {"weights": np.ones(3)}),
    ],
)
def test_unusual_averages_are_numpys(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(mm.average, np.average, *args, ulp=2, **kwargs)
