# SPDX-License-Identifier: BSD-3-Clause
"""choice and the samplers, beside NumPy's Generator over PCG64 and, for rows of logits, Gumbel noise added by NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest

import mlmath_native as mm

N = 1_000_000


def zipf(k: int) -> np.ndarray:
    p = 1.0 / np.arange(1.0, k + 1)
    return np.asarray(p / p.sum())


def shares(p: np.ndarray) -> harness.Check:
    """Mean outcome within six standard errors, in units of that."""
    outcomes = np.arange(p.size)
    mean = float(p @ outcomes)
    deviation = float(np.sqrt(p @ (outcomes - mean) ** 2))

    def check(result: Any) -> float:
        x = np.asarray(result)
        if x.min() < 0 or x.max() >= p.size:
            return float("inf")
        return float(abs(x.mean() - mean) / deviation * x.size**0.5 / 6)

    return check


def distinct(n: int, count: int) -> harness.Check:
    """Different indices below n."""

    def check(result: Any) -> float:
        x = np.asarray(result)
        return 0.0 if np.unique(x).size == count and x.min() >= 0 and x.max() < n else float("inf")

    return check


@pytest.mark.parametrize(
    ("k", "threads"), [(10, None), (1_000, None), (100_000, None), (1_000_000, None), (1_000, 1), (1_000_000, 1)]
)
def bench_weighted(compare: Callable[..., harness.Row], k: int, threads: int | None) -> None:
    ours, theirs, p = mm.random.default_rng(1), np.random.default_rng(1), zipf(k)
    compare(
        "categorical",
        f"choice, weighted, {N:,} draws from {k:,}",
        lambda: ours.choice(k, N, p=p),
        {"NumPy": lambda: theirs.choice(k, N, p=p)},
        shares(p),
        bytes=8 * N,
        threads=threads,
        blocks=2,
    )


@pytest.mark.parametrize("threads", [1, None])
def bench_categorical(compare: Callable[..., harness.Row], threads: int | None) -> None:
    rng, theirs, p = mm.random.default_rng(1), np.random.default_rng(1), zipf(1_000)
    law, out = mm.random.Categorical(p), np.empty(N, np.int64)
    compare(
        "categorical",
        f"Categorical.sample, {N:,} draws from 1,000 into a warm out",
        lambda: law.sample(rng, out=out),
        {"NumPy": lambda: theirs.choice(1_000, N, p=p)},
        shares(p),
        bytes=8 * N,
        threads=threads,
        limit=harness.Limit("stream", 8 * N, "float64"),
    )


@pytest.mark.parametrize("count", [10_000, 500_000])
def bench_without_replacement(compare: Callable[..., harness.Row], count: int) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    compare(
        "sample",
        f"choice, {count:,} of {N:,} without replacement",
        lambda: ours.choice(N, count, replace=False),
        {"NumPy": lambda: theirs.choice(N, count, replace=False)},
        distinct(N, count),
    )


@pytest.mark.parametrize("threads", [1, None])
def bench_weighted_without_replacement(compare: Callable[..., harness.Row], threads: int | None) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    p = np.random.default_rng(2).random(N)
    p /= p.sum()
    compare(
        "sample",
        f"choice, weighted, 1,000 of {N:,} without replacement",
        lambda: ours.choice(N, 1_000, replace=False, p=p),
        {"NumPy": lambda: theirs.choice(N, 1_000, replace=False, p=p)},
        distinct(N, 1_000),
        threads=threads,
    )


def bench_unweighted(compare: Callable[..., harness.Row]) -> None:
    ours, theirs, p = mm.random.default_rng(1), np.random.default_rng(1), np.full(1_000, 1e-3)
    compare(
        "categorical",
        f"choice, all alike, {N:,} draws from 1,000",
        lambda: ours.choice(1_000, N),
        {"NumPy": lambda: theirs.choice(1_000, N)},
        shares(p),
        bytes=8 * N,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("rows", "k"), [(10_000, 100), (100, 50_000)])
def bench_rows(compare: Callable[..., harness.Row], rows: int, k: int, dtype: str) -> None:
    ours, theirs = mm.random.Generator(mm.random.XBlock(1)), np.random.default_rng(1)
    logits = np.random.default_rng(2).standard_normal((rows, k)).astype(dtype)
    compare(
        "categorical_rows",
        f"categorical, {rows:,} rows of {k:,} logits",
        lambda: ours.categorical(logits),
        {"NumPy, Gumbel": lambda: (logits + theirs.gumbel(size=logits.shape)).argmax(axis=-1)},
        lambda x: 0.0 if np.asarray(x).min() >= 0 and np.asarray(x).max() < k else float("inf"),
        dtype=dtype,
        bytes=logits.nbytes,
    )
