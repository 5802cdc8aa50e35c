# SPDX-License-Identifier: BSD-3-Clause
"""cumsum and cumprod: exact running sums, every dtype and layout, threads, NumPy's results for everything unusual."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from test_reduce_sum import CASES, layouts, same_as_numpy

import mlmath_native as mm

AXES = [case for case in CASES if not isinstance(case[1], tuple)]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 63, 1023, 1024, 1025, 3001])
def test_error_is_within_the_contract(isa: str, n: int, dtype: Any, rng: np.random.Generator) -> None:
    x = rng.standard_normal(n).astype(dtype)
    result = mm.cumsum(x)
    assert result.dtype == dtype
    values = [Fraction(v) for v in x.astype(np.float64).tolist()]
    scale = math.fsum(abs(float(v)) for v in values)
    allowed = (min(n, 1024) / 8 + 4 + n / 1024) * 2.0**-53 * scale
    rounding = float(np.finfo(dtype).eps) / 2
    for ours, exact in zip(result.tolist(), accumulate(values)):
        assert abs(Fraction(ours) - exact) <= allowed + rounding * abs(float(exact)) + 2.0**-25 * (dtype == np.float16)


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint16, np.int32, np.int64, np.uint64])
@pytest.mark.parametrize(("shape", "axis"), AXES)
def test_integers_are_numpys(shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = np.asarray(rng.integers(0 if np.dtype(dtype).kind in "ub" else -9, 10, shape), dtype)
    if a.ndim == 0 and axis is None:
        a = a.reshape(1)
    for ours, numpys in ((mm.cumsum, np.cumsum), (mm.cumprod, np.cumprod)):
        result, expected = ours(a, axis=axis), numpys(a, axis=axis)
        assert result.dtype == expected.dtype
        np.testing.assert_array_equal(result, expected)
        out = np.empty(expected.shape, expected.dtype)
        assert ours(a, axis, None, out) is out
        np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("shape", "axis"), AXES)
def test_same_bits_for_threads_layouts_and_levels(shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = np.asarray(rng.uniform(0.9, 1.1, shape), dtype=dtype)
    for function in (mm.cumsum, mm.cumprod):
        with mm.threads(1), np.errstate(over="ignore"):
            expected = function(a, axis=axis)
            for name, other in layouts(a).items():
                assert np.array_equal(function(other, axis=axis), expected), name
                strided = np.zeros((*expected.shape, 2), dtype)[..., 0]
                assert np.array_equal(function(other, axis=axis, out=strided), expected), name
            for level in mm.system.available_isas():
                with mm.system.use_isa(level):
                    assert np.array_equal(function(a, axis=axis), expected), level
        for count in (2, 3, 7):
            with mm.threads(count), np.errstate(over="ignore"):
                assert np.array_equal(function(a, axis=axis), expected)


def test_special_values(isa: str) -> None:
    for n in (3, 20, 1500):
        x = np.ones(n)
        x[n // 2] = np.inf
        assert np.array_equal(mm.cumsum(x), np.cumsum(x))
        x[n - 1] = np.nan
        assert np.array_equal(mm.cumsum(x), np.cumsum(x), equal_nan=True)
        assert np.signbit(mm.cumsum(np.full(n, -0.0))).all()
    with pytest.warns(RuntimeWarning, match="overflow encountered in accumulate"):
        mm.cumsum(np.full(40, 1e308))
    products = mm.cumprod(np.array([1e-300, 1e200, 1e200]))
    np.testing.assert_allclose(products, [1e-300, 1e-100, 1e100], rtol=3 * 2.0**-53)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("shape", "axis"), AXES)
def test_nan_is_skipped(shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = np.asarray(rng.uniform(0.9, 1.1, shape), dtype=dtype)
    a[rng.random(shape) < 0.3] = np.nan
    for nan_function, function, instead in ((mm.nancumsum, mm.cumsum, 0), (mm.nancumprod, mm.cumprod, 1)):
        replaced = np.where(np.isnan(a), dtype(instead), a)
        for other in layouts(a).values():
            np.testing.assert_array_equal(nan_function(other, axis=axis), function(replaced, axis=axis))
    leading = mm.nancumsum(np.full(20, np.nan, dtype))
    assert not leading.any()
    assert not np.signbit(leading).any()  # NumPy puts +0 in a NaN's place


def test_out_may_be_the_input(rng: np.random.Generator) -> None:
    a = rng.standard_normal((50, 40))
    expected = mm.cumsum(a, axis=1)
    assert mm.cumsum(a, axis=1, out=a) is a
    assert np.array_equal(a, expected)


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "nancumsum", "nancumprod"])
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.empty(0),), {}),
        ((np.empty((0, 3)),), {"axis": 1}),
        ((np.array(3.0),), {}),
        ((np.ones((2, 3)),), {"axis": 2}),
        ((np.ones((2, 3)),), {"axis": (0, 1)}),
        ((np.ones((2, 3)),), {"axis": 1.0}),
        ((np.ones((2, 3)),), {"dtype": np.float32}),
        ((np.ones((2, 3), np.float32),), {"dtype": np.float64}),
        ((np.ones((2, 3), np.int8),), {"dtype": np.float64, "axis": 0}),
        ((np.ones((2, 3)),), {"out": np.empty(5)}),
        ((np.ones((2, 3)),), {"out": np.empty(6, np.float32)}),
        ((np.ones(3, complex),), {}),
        ((np.ma.masked_equal([1.0, 2.0, 3.0], 2.0),), {}),
        (([1.0, 2.0, 3.0],), {}),
        ((None,), {}),
        ((), {}),
    ],
)
def test_unusual_input_is_numpys(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(getattr(mm, name), getattr(np, name), *args, **kwargs)
