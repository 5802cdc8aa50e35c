# SPDX-License-Identifier: BSD-3-Clause
"""permutation, shuffle, permuted: random orders beside NumPy's (PCG64), PyTorch's and MKL's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest

import mlmath_native as mm

try:
    import mkl_random
except ImportError:
    mkl_random = None
try:
    import torch
except ImportError:
    torch = None


def is_an_order(n: int) -> harness.Check:
    """How many of 0 .. n - 1 are missing, or keep their places beyond 20."""

    def check(result: Any) -> float:
        order = np.asarray(result)
        kept = int((order == np.arange(n)).sum())
        return float((np.sort(order) != np.arange(n)).sum() + (kept if n > 20 and kept > 20 else 0))

    return check


@pytest.mark.parametrize(("n", "threads"), [(1_000, None), (100_000, None), (1_000_000, 1), (1_000_000, None), (10_000_000, None)])
def bench_permutation(compare: Callable[..., harness.Row], n: int, threads: int | None) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: theirs.permutation(n)}
    if torch is not None:
        peers["PyTorch"] = lambda: torch.randperm(n).numpy()
    if mkl_random is not None:
        peers["MKL"] = lambda: mkl_random.permutation(n)
    compare(
        "permutation",
        f"permutation({n:,})",
        lambda: ours.permutation(n),
        peers,
        is_an_order(n),
        dtype="int64",
        bytes=8 * n,
        threads=threads,
        blocks=2,
    )


@pytest.mark.parametrize(("n", "dtype"), [(100_000, "float64"), (10_000_000, "float64"), (10_000_000, "uint8")])
def bench_shuffle(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    x = np.resize(np.arange(251), n).astype(dtype)
    total = np.bincount(x.astype(np.int64))
    compare(
        "shuffle",
        f"shuffle {n:,}",
        lambda: ours.shuffle(x),
        {"NumPy": lambda: theirs.shuffle(x)},
        lambda _: float(np.abs(np.bincount(x.astype(np.int64)) - total).sum()),
        dtype=dtype,
        bytes=2 * x.nbytes,
        blocks=2,
    )


def bench_shuffle_rows(compare: Callable[..., harness.Row]) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    x = np.arange(2e6).reshape(100_000, 20)
    compare(
        "shuffle",
        "shuffle 100,000 rows of 20",
        lambda: ours.shuffle(x),
        {"NumPy": lambda: theirs.shuffle(x)},
        lambda _: float((np.sort(x[:, 0]) != np.arange(0, 2e6, 20)).sum() + (np.diff(x) != 1).sum()),
        bytes=2 * x.nbytes,
        blocks=2,
    )


@pytest.mark.parametrize("fresh", [False, True])
def bench_permuted(compare: Callable[..., harness.Row], fresh: bool) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    x = np.tile(np.arange(100.0), (10_000, 1))
    out = None if fresh else x.copy()
    compare(
        "shuffle",
        "permuted 10,000 rows of 100" + (", fresh" if fresh else ", out"),
        lambda: ours.permuted(x, axis=1, out=out),
        {"NumPy": lambda: theirs.permuted(x, axis=1, out=out)},
        lambda result: float((np.sort(result, axis=1) != x).sum()),
        bytes=2 * x.nbytes,
        blocks=2,
    )


def bench_list(compare: Callable[..., harness.Row]) -> None:
    n = 1000
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    items = list(range(n))
    compare(
        "shuffle",
        f"shuffle a list of {n:,}",
        lambda: ours.shuffle(items),
        {"NumPy": lambda: theirs.shuffle(items)},
        lambda _: float(sorted(items) != list(range(n))),
        dtype="object",
        blocks=2,
    )
