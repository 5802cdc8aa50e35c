# SPDX-License-Identifier: BSD-3-Clause
"""sum and mean: in cache and memory, along both axes, beside NumPy, against the rate at which the elements can be read."""

from __future__ import annotations

from collections.abc import Callable
from math import fsum

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [10, 1_000, 100_000, 10_000_000])
def bench_sum(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    a = problems.vector(n, dtype)
    values = a.astype(np.float64).tolist()
    # Both add in at least 8 lanes and pairwise above 128 elements.
    tolerance = (min(n, 1024) / 8 + np.log2(n) + 2) * np.finfo(dtype).eps * fsum(map(abs, values))
    compare(
        "sum",
        f"n = {n:,}",
        lambda: mm.sum(a),
        {"NumPy": lambda: np.sum(a)},
        harness.within(fsum(values), tolerance),
        dtype=dtype,
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize(
    ("rows", "columns", "axis", "order"),
    [(1_000_000, 20, 0, "C"), (1_000_000, 20, 1, "C"), (4000, 2500, 0, "C"), (4000, 2500, 1, "C"), (1_000_000, 20, None, "F")],
)
def bench_sum_axis(compare: Callable[..., harness.Row], rows: int, columns: int, axis: int | None, order: str) -> None:
    a = np.asarray(problems.matrix(rows, columns), order=order)  # type: ignore[call-overload]
    reference = np.sum(a.astype(np.longdouble), axis=axis)
    # NumPy adds rows one after the other along axis 0.
    tolerance = rows * np.finfo(float).eps * np.sum(np.abs(a), axis=axis)
    out, theirs = np.zeros_like(reference, float), np.zeros_like(reference, float)
    compare(
        "sum",
        f"{rows:,} x {columns:,} {order}, axis {axis}",
        lambda: mm.sum(a, axis=axis, out=out),
        {"NumPy": lambda: np.sum(a, axis=axis, out=theirs)},
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
