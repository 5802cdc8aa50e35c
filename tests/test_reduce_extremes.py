# SPDX-License-Identifier: BSD-3-Clause
"""min, max, argmin, argmax, any, all, count_nonzero: every dtype and layout against NumPy, NaNs, signs of zeros, masks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_reduce_sum import CASES, layouts, same_as_numpy

import mlmath_native as mm

INTEGERS = [np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]
FLOATS = [np.float16, np.float32, np.float64]
VALUES = ["min", "max", "amin", "amax"]
POSITIONS = ["argmin", "argmax"]
COUNTS = ["any", "all", "count_nonzero"]


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Few different numbers, so that there are ties, and the dtype's own extremes."""
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return np.asarray(rng.integers(-40, 40, shape) / 4, dtype)
    if kind.kind == "b":
        return np.asarray(rng.random(shape) < 0.3)
    info = np.iinfo(kind)
    low, high = max(info.min, -40), min(info.max, 40)
    a = np.asarray(rng.integers(low, high, shape), dtype)
    if a.size > 2:
        flat = a.reshape(-1)
        flat[a.size // 2], flat[a.size // 3] = info.min, info.max
    return a


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS])
@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_values_positions_and_counts_are_numpys(
    isa: str, shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator
) -> None:
    a = numbers(rng, shape, dtype)
    for name in [*VALUES, *COUNTS, *([] if isinstance(axis, tuple) else POSITIONS)]:
        expected = getattr(np, name)(a, axis=axis)
        result = getattr(mm, name)(a, axis=axis)
        assert type(result) is type(expected)
        assert result.dtype == expected.dtype
        np.testing.assert_array_equal(result, expected, err_msg=name)
        kept = getattr(mm, name)(a, axis=axis, keepdims=True)
        np.testing.assert_array_equal(kept, getattr(np, name)(a, axis=axis, keepdims=True), err_msg=name)
        if name != "count_nonzero":
            out = np.empty(np.shape(expected), expected.dtype)
            assert getattr(mm, name)(a, axis=axis, out=out) is out
            np.testing.assert_array_equal(out, expected, err_msg=name)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("shape", "axis"), [c for c in CASES if not isinstance(c[1], tuple)])
def test_same_bits_for_threads_and_layouts(shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = numbers(rng, shape, dtype)
    if np.dtype(dtype).kind == "f":
        a[a == 0] = -0.0
        a = np.where(rng.random(shape) < 0.1, np.zeros(1, dtype), a).astype(dtype)
    for name in VALUES[:2] + POSITIONS + COUNTS:
        function = getattr(mm, name)
        with mm.threads(1):
            expected = np.asarray(function(a, axis=axis))
            for label, other in layouts(a).items():
                assert np.asarray(function(other, axis=axis)).tobytes() == expected.tobytes(), (name, label)
        for count in (2, 3, 7):
            with mm.threads(count):
                assert np.asarray(function(a, axis=axis)).tobytes() == expected.tobytes(), (name, count)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("n", [1, 5, 31, 32, 33, 64, 100, 1023, 1024, 1025, 5000])
def test_the_first_nan_wins(isa: str, n: int, dtype: Any, rng: np.random.Generator) -> None:
    for first in {0, n // 2, n - 1}:
        x = rng.standard_normal(n).astype(dtype)
        x[first] = np.nan
        x[min(n - 1, first + 3)] = np.nan
        with np.errstate(all="raise"):
            assert np.isnan(mm.min(x))
            assert np.isnan(mm.max(x))
            assert mm.argmin(x) == mm.argmax(x) == first
            columns = np.stack([x, np.arange(n).astype(dtype)], axis=1)
            assert mm.argmax(columns, axis=0).tolist() == [first, int(np.argmax(columns[:, 1]))]
            assert np.isnan(mm.max(columns, axis=0)).tolist() == [True, False]


def test_infinities_and_only_infinities(isa: str) -> None:
    for n in (1, 7, 40, 3000):
        for value in (np.inf, -np.inf):
            x = np.full(n, value)
            assert mm.min(x) == mm.max(x) == value
            assert mm.nanmin(x) == mm.nanmax(x) == value
            assert mm.argmin(x) == mm.argmax(x) == 0


@pytest.mark.parametrize("dtype", FLOATS)
def test_minus_zero_is_below_zero(isa: str, dtype: Any) -> None:
    for n in (2, 33, 1024, 2500):
        for position in {0, n // 2, n - 1}:
            x = np.full(n, -0.0, dtype)
            x[position] = 0.0
            assert math.copysign(1, mm.max(x)) == 1
            assert math.copysign(1, mm.min(x)) == -1
            assert math.copysign(1, mm.min(-x)) == -1
            assert math.copysign(1, mm.max(np.full(n, -0.0, dtype))) == -1
            assert mm.argmax(x) == 0  # equal to all the others


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_shape_axes_and_slices(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.int16, np.uint8, np.float32, np.float64]))
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=9))
    a = data.draw(hnp.arrays(dtype, shape))
    a = a[tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1, -2]))) for _ in shape)]
    a = a.transpose(data.draw(st.permutations(range(a.ndim))))
    axis = data.draw(st.one_of(st.none(), hnp.valid_tuple_axes(a.ndim, min_size=0), st.integers(-a.ndim, a.ndim - 1)))
    with mm.threads(data.draw(st.sampled_from([1, 3]))), np.errstate(all="ignore"):
        for name in ("min", "max", "any", "all", "count_nonzero"):
            np.testing.assert_array_equal(getattr(mm, name)(a, axis=axis), getattr(np, name)(a, axis=axis))
        if not isinstance(axis, tuple):
            for name in POSITIONS:
                np.testing.assert_array_equal(getattr(mm, name)(a, axis=axis), getattr(np, name)(a, axis=axis))


@pytest.mark.parametrize("dtype", [np.int8, np.uint32, np.int64, np.float32, np.float64])
@pytest.mark.parametrize(("shape", "axis"), [((4000,), None), ((50, 70), 0), ((50, 70), 1), ((3, 2000), 1), ((2000, 3), 0)])
def test_initial_and_where(isa: str, threads: int, shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = numbers(rng, shape, dtype)
    mask = rng.random(shape) < 0.4
    if a.ndim == 2:
        mask[:, 1] = mask[1] = False
    for where in (mask, np.asfortranarray(mask), mask[..., :1], False, True):
        for initial in (0, 3, 100):
            for name in VALUES[:2]:
                ours = getattr(mm, name)(a, axis=axis, initial=initial, where=where)
                np.testing.assert_array_equal(ours, getattr(np, name)(a, axis=axis, initial=initial, where=where))
        for name in ("any", "all"):
            expected = getattr(np, name)(a, axis=axis, where=where)
            np.testing.assert_array_equal(getattr(mm, name)(a, axis=axis, where=where), expected)


@pytest.mark.parametrize("position", [0, 1, 5000, 99_999, 199_999])
def test_any_and_all_stop_only_when_they_know(threads: int, position: int) -> None:
    x = np.zeros(200_000, np.bool_)
    assert not mm.any(x)
    x[position] = True
    assert mm.any(x)
    assert not mm.all(x)
    assert mm.all(~np.zeros(200_000, np.bool_))
    assert not mm.all(~x)
    assert mm.count_nonzero(x) == 1


@pytest.mark.parametrize("name", [*VALUES, *POSITIONS, *COUNTS])
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.empty(0),), {}),
        ((np.empty((0, 3)),), {"axis": 0}),
        ((np.empty((0, 3)),), {"axis": 1}),
        ((np.ones((2, 3)),), {"axis": 2}),
        ((np.ones((2, 3)),), {"axis": (0, 0)}),
        ((np.ones((2, 3)),), {"axis": (0, 1)}),
        ((np.ones((2, 3)),), {"axis": 1.5}),
        ((np.ones((2, 3)),), {"axis": np.int64(1)}),
        ((np.array(2.0),), {}),
        ((np.float64(2),), {}),
        ((np.ones((2, 3)),), {"keepdims": 1}),
        ((np.ones((2, 3)),), {"keepdim": True}),
        ((np.ones((2, 3)),), {"out": np.empty(2), "axis": 0}),
        ((np.ones((2, 3)),), {"out": np.empty(3), "axis": 0}),
        ((np.ones((2, 3)),), {"out": np.empty(3, np.int8), "axis": 0}),
        ((np.ones((2, 3)),), {"where": np.array([True, False, True])}),
        ((np.ones((2, 3)),), {"initial": 5}),
        ((np.ones((2, 3), np.int8),), {"initial": 500}),
        ((np.ones((2, 3), np.int8),), {"initial": 0.5}),
        ((np.ones((2, 3), np.float32),), {"initial": 0.1}),
        ((np.ones((2, 3), np.float16),), {"initial": 2}),
        ((np.ones(3, complex),), {}),
        ((np.ones(3, np.longdouble),), {}),
        ((np.array(["a", "b"]),), {}),
        ((np.array([1, None]),), {}),
        ((np.array(["2020-01-01", "NaT"], "M8[D]"),), {}),
        (([1.0, 2.0, 3.0],), {}),
        ((None,), {}),
        ((), {}),
        ((np.ma.masked_equal([1.0, 2.0, 3.0], 2.0),), {}),
    ],
)
def test_unusual_input_is_numpys(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(getattr(mm, name), getattr(np, name), *args, **kwargs)


def test_input_is_not_touched(rng: np.random.Generator) -> None:
    a = rng.standard_normal((300, 40))
    before = a.copy()
    a.flags.writeable = False
    for name in VALUES + POSITIONS + COUNTS:
        getattr(mm, name)(a, axis=0)
        getattr(mm, name)(a.T, axis=0)
    assert np.array_equal(a, before)
