# SPDX-License-Identifier: BSD-3-Clause
"""var against exact rational variances: shifts, axes, ddof, levels, threads; NumPy's results for everything unusual."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from test_reduce_sum import same_as_numpy

import mlmath_native as mm


def exact_variance(x: np.ndarray, ddof: int = 0) -> Fraction:
    """From exact integers: every double is an integer multiple of the smallest unit in x."""
    numerators = [Fraction(v) for v in x.astype(np.float64).tolist()]
    n = len(numerators)
    mean = sum(numerators, Fraction(0)) / n
    return sum(((v - mean) ** 2 for v in numerators), Fraction(0)) / (n - ddof)


def bound(x: np.ndarray, variance: float) -> float:
    """The contract's relative bound."""
    n = x.size
    kappa = math.sqrt(float(np.mean(x.astype(np.float64) ** 2)) / variance)
    return (min(n, 1024) / 32 + 5 + 4 * math.log2(max(1, math.ceil(n / 1024)))) * 2.0**-52 + n * (2.0**-52 * kappa) ** 2


@pytest.mark.parametrize("shift", [0.0, 1.0, 1e3, 1e9, -1e12])
@pytest.mark.parametrize("n", [2, 3, 31, 33, 1000, 1025, 4100])
def test_error_is_within_the_contract(isa: str, threads: int, n: int, shift: float, rng: np.random.Generator) -> None:
    x = shift + rng.standard_normal(n)
    exact = exact_variance(x, 1)
    assert abs(Fraction(float(mm.var(x, ddof=1))) / exact - 1) <= bound(x, float(exact))


def test_shifted_noise_in_many_chunks(isa: str, rng: np.random.Generator) -> None:
    # Integers, so that the exact variance needs no rationals of growing size.
    noise = rng.integers(-1000, 1000, 300_001)
    x = 1e9 + noise
    n, total, squares = noise.size, int(noise.sum()), int((noise**2).sum())
    exact = Fraction(n * squares - total**2, n * n)
    assert abs(Fraction(float(mm.var(x))) / exact - 1) <= bound(x, float(exact))
    # The textbook's one-pass formula fails here, or this test would prove nothing.
    assert abs(float(np.mean(x * x) - np.mean(x) ** 2) / float(exact) - 1) > 1e-6


@pytest.mark.parametrize("n", [5, 1024, 50_000])
def test_float32_is_reduced_in_double(isa: str, n: int, rng: np.random.Generator) -> None:
    x = (100 + rng.standard_normal(n)).astype(np.float32)
    result = mm.var(x)
    assert type(result) is np.float32
    expected = np.float32(np.var(x.astype(np.float64)))
    assert abs(float(result) - float(expected)) <= np.spacing(expected)
    assert type(mm.var(x, dtype=np.float64)) is np.float64


def test_constant_data_has_no_variance(isa: str) -> None:
    for value in (0.1, 1e9 + 0.1, 1e-300, -7.0):
        for n in (1, 2, 33, 1500, 5000):
            assert mm.var(np.full(n, value)) <= (2.0**-52 * value) ** 2
    assert mm.var(np.full((3000, 5), 7.0), axis=0).tolist() == [0.0] * 5


@pytest.mark.parametrize("ddof", [0, 1, 2.5, -1, True])
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_ddof_and_correction(isa: str, axis: Any, ddof: float, rng: np.random.Generator) -> None:
    a = rng.standard_normal((30, 1400))
    expected = np.var(a, axis=axis, ddof=ddof)
    # Two-pass on both sides: (n/32 + 5) eps at most, ours; NumPy's adds pairwise or row by row.
    np.testing.assert_allclose(mm.var(a, axis=axis, ddof=ddof), expected, rtol=100 * 2.0**-52)
    np.testing.assert_allclose(mm.var(a, axis=axis, correction=ddof), expected, rtol=100 * 2.0**-52)


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.ones(3),), {"ddof": 3}),
        ((np.ones(3),), {"ddof": 4}),
        ((np.ones(1),), {"ddof": 1}),
        ((np.ones((1, 3)),), {"ddof": 1, "axis": 0}),
        ((np.ones(3),), {"ddof": 1, "correction": 1}),
        ((np.ones(3),), {"ddof": "1"}),
        ((np.ones(3),), {"ddof": None}),
        ((np.ones(3),), {"ddof": 10**400}),
        ((np.arange(6.0).reshape(2, 3),), {"mean": np.array([[1.0, 2.0, 3.0]]), "axis": 0}),
        ((np.ones(3), 0, None, None, 0, False, True), {}),
        ((np.array([1.0, np.nan]),), {}),
        ((np.array([1.0, np.inf]),), {}),
    ],
)
def test_unusual_input_is_numpys(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(mm.var, np.var, *args, **kwargs)


def test_nan_stays_in_its_column(isa: str, threads: int, rng: np.random.Generator) -> None:
    a = rng.standard_normal((5000, 40))
    clean = mm.var(a, axis=0)
    a[4000, 7] = np.nan
    with np.errstate(all="raise"):
        result = mm.var(a, axis=0)
    assert np.isnan(result[7])
    assert np.array_equal(np.delete(result, 7), np.delete(clean, 7))


def test_no_flag_on_finite_data(isa: str, rng: np.random.Generator) -> None:
    with np.errstate(all="raise"):
        for n in (1, 3, 8, 33, 1030, 3001):
            mm.var(rng.standard_normal(n))
            mm.var(rng.standard_normal((n, 5)), axis=0)
            mm.var(rng.standard_normal((n, 3)).astype(np.float32), axis=0)
