# SPDX-License-Identifier: BSD-3-Clause
"""sum and mean: in cache and memory, along both axes, beside NumPy and PyTorch, against the rate of reading the elements."""

from __future__ import annotations

from collections.abc import Callable
from math import fsum
from typing import Any

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [10, 1_000, 100_000, 10_000_000])
def bench_sum(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    a = problems.vector(n, dtype)
    values = a.astype(np.float64).tolist()
    # Both add in at least 8 lanes and pairwise above 128 elements.
    tolerance = (min(n, 1024) / 8 + np.log2(n) + 2) * np.finfo(dtype).eps * fsum(map(abs, values))
    peers: dict[str, Any] = {"NumPy": harness.Call(np.sum, a)}
    if torch is not None:
        torch.set_num_threads(mm.get_num_threads())
        peers["PyTorch"] = harness.Call(torch.sum, torch.from_numpy(a))
    compare(
        "sum",
        f"n = {n:,}",
        harness.Call(mm.sum, a),
        peers,
        harness.within(fsum(values), tolerance),
        dtype=dtype,
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize(
    ("rows", "columns", "axis", "order"),
    [(1_000_000, 20, 0, "C"), (1_000_000, 20, 1, "C"), (4000, 2500, 0, "C"), (4000, 2500, 1, "C"), (1_000_000, 20, None, "F")],
)
@pytest.mark.parametrize("name", ["sum", "mean"])
def bench_sum_axis(compare: Callable[..., harness.Row], name: str, rows: int, columns: int, axis: int | None, order: str) -> None:
    if name == "mean" and (rows, axis) != (1_000_000, 0):
        pytest.skip("as the sum")
    ours, numpys = getattr(mm, name), getattr(np, name)
    a = np.asarray(problems.matrix(rows, columns), order=order)  # type: ignore[call-overload]
    reference = numpys(a.astype(np.longdouble), axis=axis)
    # NumPy adds rows one after the other along axis 0.
    tolerance = rows * np.finfo(float).eps * numpys(np.abs(a), axis=axis)
    out, theirs = np.zeros_like(reference, float), np.zeros_like(reference, float)
    compare(
        "sum",
        f"{'' if name == 'sum' else 'mean, '}{rows:,} x {columns:,} {order}, axis {axis}",
        lambda: ours(a, axis=axis, out=out),
        {"NumPy": lambda: numpys(a, axis=axis, out=theirs)},
        harness.within(reference, tolerance),
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


def bench_mean_float32(compare: Callable[..., harness.Row]) -> None:
    a = np.ones(100_000_000, np.float32)
    compare(
        "sum",
        "mean of 100,000,000 ones",
        lambda: mm.mean(a),
        {"NumPy": lambda: np.mean(a)},
        harness.within(1.0, 0),
        dtype="float32",
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize("name", ["mean", "nansum", "nanmean"])
@pytest.mark.parametrize("n", [10, 10_000_000])
def bench_relatives(compare: Callable[..., harness.Row], n: int, name: str) -> None:
    a = problems.vector(n, "float64")
    reference = getattr(np, name)(a.astype(np.longdouble))
    compare(
        "sum",
        f"{name}, n = {n:,}",
        harness.Call(getattr(mm, name), a),
        {"NumPy": harness.Call(getattr(np, name), a)},
        harness.within(float(reference), n * np.finfo(float).eps * np.sum(np.abs(a)) / (n if "mean" in name else 1)),
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize("dtype", ["int32", "int64", "bool", "float16"])
def bench_other_types(compare: Callable[..., harness.Row], dtype: str) -> None:
    a = (problems.vector(10_000_000, "float64") * 50).astype(dtype)
    exact = np.sum(a, dtype=np.float64 if dtype == "float16" else None)
    compare(
        "sum",
        "n = 10,000,000",
        harness.Call(mm.sum, a),
        {"NumPy": harness.Call(np.sum, a)},
        harness.within(exact, 0.01 * np.sum(np.abs(a), dtype=float) if dtype == "float16" else 0),
        dtype=dtype,
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )
