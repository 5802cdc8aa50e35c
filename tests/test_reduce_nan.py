# SPDX-License-Identifier: BSD-3-Clause
"""Reductions of some of the elements: nan-variants and `where`, against the same reduction of the elements that remain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_reduce_sum import CASES, layouts, same_as_numpy

import mlmath_native as mm

FLOATS = [np.float16, np.float32, np.float64]
NAMES = ["nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmin", "nanmax"]
POSITIONS = ["nanargmin", "nanargmax"]


def with_nans(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Multiples of 1/4 near 1, a fifth of them NaN, at least one number in every row and column."""
    a = np.asarray(rng.integers(1, 8, shape) / 4, dtype)
    if a.size > 3:
        holes = rng.random(shape) < 0.2
        holes[(slice(None), *[0] * (a.ndim - 1))] = False
        holes[0] = False
        if a.ndim > 1:
            holes[..., 0] = False
        a[holes] = np.nan
    return a


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("shape", "axis"), [case for case in CASES if case[1] != ()])
def test_values_are_those_of_the_numbers(isa: str, shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = with_nans(rng, shape, dtype)
    wide = a.astype(np.float64)
    n = a.size
    for name in NAMES + ([] if isinstance(axis, tuple) else POSITIONS):
        if name == "nanprod" and n > 500:
            continue  # out of range for the narrow ones
        with np.errstate(all="ignore"):
            result, expected, reference = (getattr(f, name)(v, axis=axis) for f, v in ((mm, a), (np, wide), (np, a)))
        assert type(result) is type(reference)
        assert np.asarray(result).dtype == np.asarray(reference).dtype
        # All are positive; NumPy's reference in double has an error of at most n eps.
        eps = float(np.finfo(dtype).eps) if name not in POSITIONS else 0.0
        limit = float(np.finfo(dtype).max)
        fits = np.abs(expected) <= limit
        np.testing.assert_allclose(np.where(fits, result, 0), np.where(fits, expected, 0), rtol=2 * eps + 8 * n * 2.0**-52, atol=0)


@pytest.mark.parametrize("name", NAMES + POSITIONS)
@pytest.mark.parametrize(("shape", "axis"), [c for c in CASES if not isinstance(c[1], tuple)])
def test_same_bits_for_threads_and_layouts(name: str, shape: tuple[int, ...], axis: Any, rng: np.random.Generator) -> None:
    a = with_nans(rng, shape, np.float64)
    function = getattr(mm, name)
    with np.errstate(over="ignore"):
        with mm.threads(1):
            expected = function(a, axis=axis)
            for label, other in layouts(a).items():
                assert np.array_equal(function(other, axis=axis), expected), label
        for count in (2, 3, 7):
            with mm.threads(count):
                assert np.array_equal(function(a, axis=axis), expected)


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "std", "min", "max"])
@pytest.mark.parametrize("shape", [(5,), (1500,), (40, 30), (2, 9000), (9000, 2)])
def test_without_nans_they_are_the_plain_ones(isa: str, name: str, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    a = rng.uniform(0.9, 1.1, shape)
    for axis in (None, 0, len(shape) - 1):
        assert np.array_equal(getattr(mm, "nan" + name)(a, axis=axis), getattr(mm, name)(a, axis=axis))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.float16])
@pytest.mark.parametrize("name", ["sum", "mean", "var", "std"])
@pytest.mark.parametrize(
    ("shape", "axis"), [((4000,), None), ((60, 70), 0), ((60, 70), 1), ((3, 2500), 1), ((2500, 3), 0), ((6, 5, 7), (0, 2))]
)
def test_where_leaves_elements_out(
    isa: str, threads: int, name: str, shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator
) -> None:
    a = np.asarray(rng.integers(-20, 20, shape), dtype)
    mask = rng.random(shape) < 0.5
    mask[0] = True
    if len(shape) > 1:
        mask[..., 0] = True
    for where in (mask, np.asfortranarray(mask), mask[..., :1], True):
        ours = getattr(mm, name)(a, axis=axis, where=where)
        with np.errstate(over="ignore"):  # of its float16 sums
            numpys = getattr(np, name)(a, axis=axis, where=where)
        assert type(ours) is type(numpys)
        assert ours.dtype == numpys.dtype
        wide = np.asarray(a, np.float64)
        expected = getattr(np, name)(wide, axis=axis, where=where)
        eps = float(np.finfo(ours.dtype).eps) if ours.dtype.kind == "f" else 0.0
        np.testing.assert_allclose(ours, expected, rtol=2 * eps + 500 * 2.0**-52, atol=200 * 2.0**-52)


def test_where_of_the_chosen_is_their_reduction(isa: str, rng: np.random.Generator) -> None:
    # A chunk's remaining elements take the lanes in turn: within one chunk it is the sum of the shorter vector.
    x, mask = rng.standard_normal(1024), rng.random(1024) < 0.5
    assert mm.sum(x, where=mask) == mm.sum(x[mask])
    assert mm.var(x, where=mask) == mm.var(x[mask])
    x[~mask] = np.nan
    with np.errstate(all="raise"):
        assert np.isfinite(mm.mean(x, where=mask))
        assert mm.max(x, where=mask, initial=-100.0) == np.nanmax(x)


def test_a_mean_that_is_given(isa: str, rng: np.random.Generator) -> None:
    a = 1e6 + rng.standard_normal((500, 30))
    for axis in (0, 1, None):
        mean = np.mean(a, axis=axis, keepdims=True)
        for ours, numpys in ((mm.var, np.var), (mm.std, np.std)):
            expected = numpys(a, axis=axis, mean=mean, ddof=1)
            np.testing.assert_allclose(ours(a, axis=axis, mean=mean, ddof=1), expected, rtol=1e3 * 2.0**-52)
    assert mm.var(np.array([1.0, 3.0]), mean=0.0) == 5.0


@pytest.mark.parametrize("name", NAMES + POSITIONS)
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.empty(0),), {}),
        ((np.full(3, np.nan),), {}),
        ((np.array([[np.nan, 1.0], [np.nan, 2.0]]),), {"axis": 0}),
        ((np.array([[np.nan, 1.0], [np.nan, 2.0]]),), {"axis": 1}),
        ((np.array([[np.nan, 1.0], [np.nan, 2.0]]),), {"axis": 2}),
        ((np.array([1.0, np.nan, 3.0], np.float32),), {"out": np.empty((), np.float32)}),
        ((np.arange(6).reshape(2, 3),), {"axis": 1}),
        ((np.array([True, False]),), {}),
        ((np.ones(3, complex),), {}),
        ((np.array([1.0, np.nan, 3.0]).astype(object),), {}),
        (([1.0, np.nan, 3.0],), {}),
        ((np.ma.masked_equal([1.0, 2.0, 3.0], 2.0),), {}),
        ((None,), {}),
        ((), {}),
    ],
)
def test_unusual_input_is_numpys(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(getattr(mm, name), getattr(np, name), *args, ulp=2, **kwargs)


@pytest.mark.parametrize("ddof", [0, 1, 2, 3])
def test_degrees_of_freedom_are_counted_per_result(ddof: int) -> None:
    a = np.array([[1.0, np.nan, np.nan], [2.0, 3.0, np.nan], [4.0, 5.0, 6.0]])
    for name in ("nanvar", "nanstd"):
        same_as_numpy(getattr(mm, name), getattr(np, name), a, axis=1, ddof=ddof, ulp=4)
    mask = ~np.isnan(a)
    filled = np.nan_to_num(a)
    for name in ("var", "std", "mean"):
        keywords = {} if name == "mean" else {"ddof": ddof}
        same_as_numpy(getattr(mm, name), getattr(np, name), filled, axis=1, where=mask, ulp=4, **keywords)
    same_as_numpy(mm.mean, np.mean, filled, where=False)
