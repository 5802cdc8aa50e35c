# SPDX-License-Identifier: BSD-3-Clause
"""minmax against NumPy's min and max: axes, layouts, sizes, NaN, signed zeros, no flags."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mlmath_native as mm


def same(x: np.ndarray, axis: Any = None, keepdims: bool = False) -> None:
    expected = (np.min(x, axis, keepdims=keepdims), np.max(x, axis, keepdims=keepdims))
    for ours, theirs in zip(mm.stats.minmax(x, axis, keepdims), expected):
        assert type(ours) is type(theirs)
        assert np.array_equal(ours, theirs, equal_nan=x.dtype.kind == "f")
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [1, 2, 7, 15, 16, 17, 63, 65, 1023, 1025, 5000, 140_000])
def test_vectors(isa: str, threads: int, n: int, dtype: Any, rng: np.random.Generator) -> None:
    x = rng.standard_normal(n).astype(dtype)
    same(x)
    same(x[::3])
    same(x[::-1])
    for place in {0, n // 2, n - 1}:
        y = x.copy()
        y[place] = 100
        same(y)
        y[place] = -100
        same(y)
        for nan in (np.nan, -np.nan):
            y[place] = nan
            with np.errstate(all="raise"):
                assert np.isnan(mm.stats.minmax(y)).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("axis", [None, 0, 1, 2, (0, 1), (0, 2), (1, 2), (0, 1, 2), -1, ()])
def test_axes_and_layouts(isa: str, axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    x = rng.standard_normal((13, 70, 37)).astype(dtype)
    for view in (x, np.asfortranarray(x), x[::-1, ::2, ::-3], x.transpose(2, 0, 1), np.broadcast_to(x[:, :1], x.shape)):
        for keepdims in (False, True):
            same(view, axis, keepdims)


def test_columns(isa: str, threads: int, rng: np.random.Generator) -> None:
    for columns in (1, 3, 8, 20, 33, 64, 65, 130):
        x = rng.standard_normal((2500, columns))
        x[7, columns // 2] = np.nan
        same(x, 0)
        same(x.astype(np.float32), 0)


def test_signed_zeros_and_infinities(isa: str) -> None:
    low, high = mm.stats.minmax(np.array([0.0, -0.0] * 20))
    assert np.signbit(low)
    assert not np.signbit(high)
    assert mm.stats.minmax(np.array([1.0, -np.inf, np.inf])) == (-np.inf, np.inf)
    assert mm.stats.minmax(np.array([5e-324, -5e-324], dtype=np.float64)) == (-5e-324, 5e-324)


@pytest.mark.parametrize("x", [np.arange(5), [3, 1, 2], np.array([True, False]), np.array([1 + 2j, 1j]), np.float16([2, 1]), 4.0])
def test_other_dtypes_are_numpys(x: Any) -> None:
    low, high = mm.stats.minmax(x)
    assert (low, high) == (np.min(x), np.max(x))


def test_errors() -> None:
    with pytest.raises(ValueError, match="zero-size"):
        mm.stats.minmax(np.array([]))
    with pytest.raises(np.exceptions.AxisError):
        mm.stats.minmax(np.ones(3), 1)
    same(np.arange(6.0).astype(">f8"))
