# SPDX-License-Identifier: BSD-3-Clause
"""cov, histogram, bincount, median, moments and minmax from memory and on ten numbers, beside NumPy and SciPy."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import problems
import pytest
from scipy import stats

import mlmath_native as mm

EPS = float(np.finfo(float).eps)


@pytest.mark.parametrize(("rows", "columns"), [(1_000_000, 20), (10, 2)])
def bench_cov(compare: Callable[..., harness.Row], rows: int, columns: int) -> None:
    x = problems.matrix(rows, columns)
    reference = np.cov(x, rowvar=False)
    # Two ways to add the same products: n roundings each at the very most.
    tolerance = 2 * rows * EPS * np.sqrt(np.outer(np.diagonal(reference), np.diagonal(reference)))
    compare(
        "covariance",
        f"{rows:,} x {columns}, rowvar=False",
        lambda: mm.cov(x, rowvar=False),
        {"NumPy": lambda: np.cov(x, rowvar=False)},
        harness.within(reference, tolerance),
        bytes=x.nbytes,
        limit=harness.Limit("read", x.nbytes),
    )


@pytest.mark.parametrize(("n", "bins"), [(10_000_000, 100), (10, 10)])
def bench_histogram(compare: Callable[..., harness.Row], n: int, bins: int) -> None:
    x = problems.vector(n)
    compare(
        "histogram",
        f"n = {n:,}, {bins} bins",
        lambda: mm.histogram(x, bins)[0],
        {"NumPy": lambda: np.histogram(x, bins)[0]},
        harness.within(np.histogram(x, bins)[0], 0),
        bytes=x.nbytes,
        limit=harness.Limit("read", x.nbytes),
    )


@pytest.mark.parametrize("n", [10_000_000, 10])
def bench_bincount(compare: Callable[..., harness.Row], n: int) -> None:
    x = problems.generator(n).integers(0, 100, n)
    compare(
        "bincount",
        f"n = {n:,}, 100 values",
        lambda: mm.bincount(x),
        {"NumPy": lambda: np.bincount(x)},
        harness.within(np.bincount(x), 0),
        dtype="int64",
        bytes=x.nbytes,
        limit=harness.Limit("read", 2 * x.nbytes),
    )


@pytest.mark.parametrize("n", [10_000_000, 10])
def bench_median(compare: Callable[..., harness.Row], n: int) -> None:
    x = problems.vector(n)
    compare(
        "selection",
        f"median, n = {n:,}",
        lambda: mm.median(x),
        {"NumPy": lambda: np.median(x)},
        harness.within(np.median(x), 0),
        bytes=x.nbytes,
        limit=harness.Limit("read", x.nbytes),
    )


def bench_moments(compare: Callable[..., harness.Row]) -> None:
    n = 10_000_000
    x = problems.vector(n)
    compare(
        "central_moments",
        f"skewness, n = {n:,}",
        lambda: mm.stats.moments(x).skewness(),
        {"SciPy": lambda: stats.skew(x)},
        harness.within(stats.skew(x), 10 * n * EPS),
        bytes=x.nbytes,
        limit=harness.Limit("read", x.nbytes),
    )


def bench_minmax(compare: Callable[..., harness.Row]) -> None:
    n = 10_000_000
    x = problems.vector(n)
    compare(
        "minmax",
        f"n = {n:,}",
        lambda: mm.stats.minmax(x),
        {"NumPy": lambda: (np.min(x), np.max(x))},
        harness.within([x.min(), x.max()], 0),
        bytes=x.nbytes,
        limit=harness.Limit("read", x.nbytes),
    )
