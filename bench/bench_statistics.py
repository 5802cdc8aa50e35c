# SPDX-License-Identifier: BSD-3-Clause
"""cov, histogram, bincount, median, moments and minmax from memory and on ten numbers, beside NumPy and SciPy."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import problems
from scipy import stats

import mlmath_native as mm

EPS = float(np.finfo(float).eps)


def bench_cov(compare: Callable[..., harness.Row]) -> None:
    for rows, columns in ((1_000_000, 20), (10, 2)):
        x = problems.matrix(rows, columns)
        reference = np.cov(x, rowvar=False)
        # Two ways to add the same products: n roundings each at the very most.
        tolerance = 2 * rows * EPS * np.sqrt(np.outer(np.diagonal(reference), np.diagonal(reference)))
        compare(
            "covariance",
            f"{rows:,} x {columns}, rowvar=False",
            lambda x=x: mm.cov(x, rowvar=False),
            {"NumPy": lambda x=x: np.cov(x, rowvar=False)},
            harness.within(reference, tolerance),
            bytes=x.nbytes,
            limit=harness.Limit("read", x.nbytes),
        )


def bench_histogram(compare: Callable[..., harness.Row]) -> None:
    for n, bins in ((10_000_000, 100), (10, 10)):
        x = problems.vector(n)
        compare(
            "histogram",
            f"n = {n:,}, {bins} bins",
            lambda x=x, bins=bins: mm.histogram(x, bins)[0],
            {"NumPy": lambda x=x, bins=bins: np.histogram(x, bins)[0]},
            harness.within(np.histogram(x, bins)[0], 0),
            bytes=x.nbytes,
            limit=harness.Limit("read", x.nbytes),
        )


def bench_bincount(compare: Callable[..., harness.Row]) -> None:
    for n in (10_000_000, 10):
        x = problems.generator(n).integers(0, 100, n)
        compare(
            "bincount",
            f"n = {n:,}, 100 values",
            lambda x=x: mm.bincount(x),
            {"NumPy": lambda x=x: np.bincount(x)},
            harness.within(np.bincount(x), 0),
            dtype="int64",
            bytes=x.nbytes,
            limit=harness.Limit("read", 2 * x.nbytes),
        )


def bench_median(compare: Callable[..., harness.Row]) -> None:
    for n in (10_000_000, 10):
        x = problems.vector(n)
        compare(
            "selection",
            f"median, n = {n:,}",
            lambda x=x: mm.median(x),
            {"NumPy": lambda x=x: np.median(x)},
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
