# SPDX-License-Identifier: BSD-3-Clause
"""prod against exact rational products: range, special values, masks, integers that wrap."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from test_reduce_sum import CASES, layouts, same_as_numpy

import mlmath_native as mm


def exact_product(values: list[float]) -> Fraction:
    """Numerators and denominators are powers of two times 53 bits: integers without common factors to look for."""
    numerator, shift = 1, 0
    for value in values:
        mantissa, exponent = math.frexp(value)
        numerator *= int(mantissa * 2**53)
        shift += exponent - 53
    return Fraction(numerator) * Fraction(2) ** shift


def bound(n: int) -> float:
    """The contract's relative bound: every one of the multiplications rounds, in whatever order."""
    return (n - 1) * 2.0**-53 * (1 + n * 2.0**-53)


@pytest.mark.parametrize("n", [1, 2, 7, 31, 32, 33, 100, 1024, 1025, 4000])
def test_error_is_within_the_contract(isa: str, threads: int, n: int, rng: np.random.Generator) -> None:
    x = rng.uniform(0.5, 1.9, n) * rng.choice([-1.0, 1.0], n)
    exact = exact_product(x.tolist())
    assert bool(abs(Fraction(float(mm.prod(x))) / exact - 1) <= bound(n))


@pytest.mark.parametrize("n", [4, 64, 1000, 5000])
def test_no_intermediate_product_overflows_or_vanishes(isa: str, n: int, rng: np.random.Generator) -> None:
    x = np.concatenate([np.full(n, 1e300), np.full(n, 1e-300)]) * rng.uniform(1, 1.001, 2 * n)
    for order in (x, x[::-1], x.reshape(2, n).T.copy().reshape(-1)):
        exact = exact_product(order.tolist())
        with np.errstate(all="raise"):
            assert bool(abs(Fraction(float(mm.prod(order))) / exact - 1) <= bound(2 * n))


def test_zeros_denormals_infinities_and_nans(isa: str) -> None:
    tiny = 5e-324
    for n in (1, 3, 40, 1030):
        x = np.full(n, 1.0)
        for value in (0.0, -0.0, np.inf, -np.inf, tiny, -tiny, 2.0**-1050):
            x[n // 2] = value
            result = mm.prod(x)
            assert result == value
            assert math.copysign(1, result) == math.copysign(1, value)
        x[n // 2] = np.nan
        assert np.isnan(mm.prod(x))
        assert mm.nanprod(x) == 1
    with np.errstate(invalid="ignore"):
        assert np.isnan(mm.prod(np.array([0.0, np.inf])))
    with pytest.warns(RuntimeWarning, match="invalid value"):
        mm.prod(np.array([0.0, np.inf]))
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert mm.prod(np.full(50, 1e30)) == np.inf
    assert mm.prod(np.full(50, 1e-30)) == 0
    assert mm.prod(np.array([2.0**-1000, 2.0**-74])) == tiny
    assert mm.prod(np.array([tiny, 2.0**1000, 2.0**74])) == 1


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint16, np.int32, np.int64, np.uint64])
@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_integers_are_numpys(isa: str, shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = np.asarray(rng.integers(0 if np.dtype(dtype).kind in "ub" else -9, 10, shape)) | 1
    a = np.asarray(a, dtype)
    result, expected = mm.prod(a, axis=axis), np.prod(a, axis=axis)
    assert type(result) is type(expected)
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(mm.prod(a, axis=axis, initial=3), np.prod(a, axis=axis, initial=3))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_same_bits_for_threads_and_layouts(shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator) -> None:
    a = np.asarray(rng.uniform(0.9, 1.1, shape), dtype=dtype)
    with mm.threads(1):
        expected = mm.prod(a, axis=axis)
        assert expected.dtype == dtype
        for name, other in layouts(a).items():
            assert np.array_equal(mm.prod(other, axis=axis), expected), name
    for count in (2, 3, 7):
        with mm.threads(count):
            assert np.array_equal(mm.prod(a, axis=axis), expected)


def test_same_bits_on_every_level(rng: np.random.Generator) -> None:
    a = rng.uniform(0.9, 1.1, (5000, 7))
    results = []
    for level in mm.system.available_isas():
        with mm.system.use_isa(level):
            results.append(mm.prod(a, axis=0))
    assert all(np.array_equal(results[0], r) for r in results)


def test_initial_where_and_dtype(isa: str, rng: np.random.Generator) -> None:
    a = rng.integers(1, 4, (60, 20)).astype(np.float64)
    mask = rng.random(a.shape) < 0.3
    mask[:, 2] = False
    for keywords in ({"where": mask}, {"initial": 2.5}, {"where": mask, "initial": -2.0}, {"where": False}, {"initial": 0}):
        np.testing.assert_allclose(mm.prod(a, axis=0, **keywords), np.prod(a, axis=0, **keywords), rtol=100 * 2.0**-52)
    small = a[:8].astype(np.float32)
    assert mm.prod(small, dtype=np.float64, axis=0).dtype == np.float64
    np.testing.assert_array_equal(mm.prod(small, axis=0), np.prod(small, axis=0))
    assert mm.prod(np.array([3, 5], np.int8), dtype=np.float64) == 15.0


@pytest.mark.parametrize("name", ["prod", "nanprod"])
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.empty(0),), {}),
        ((np.ones((2, 3)),), {"axis": 2}),
        ((np.ones((2, 3)),), {"axis": (0, 0)}),
        ((np.ones((2, 3)),), {"dtype": np.int64}),
        ((np.ones((2, 3)),), {"dtype": np.float32}),
        ((np.ones((2, 3)),), {"initial": "a"}),
        ((np.ones((2, 3), np.int8),), {"initial": 0.5}),
        ((np.ones((2, 3), np.uint8),), {"initial": -1}),
        ((np.ones((2, 3), np.float32),), {"initial": 1e300}),
        ((np.ones(3, complex),), {}),
        (([1.0, 2.0, 3.0],), {}),
        ((None,), {}),
        ((), {}),
    ],
)
def test_unusual_input_is_numpys(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(getattr(mm, name), getattr(np, name), *args, **kwargs)
