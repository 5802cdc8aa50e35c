# SPDX-License-Identifier: BSD-3-Clause
"""var: in cache and memory, along both axes, beside NumPy, against the rate at which the elements can be read once."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [10, 1_000, 100_000, 10_000_000])
def bench_var(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    a = problems.vector(n, dtype)
    reference = np.var(a.astype(np.longdouble))
    # Two passes, pairwise: a few roundings per level of the tree, at least 8 lanes below it.
    tolerance = (min(n, 1024) / 8 + 4 * np.log2(n)) * np.finfo(dtype).eps * float(reference)
    compare(
        "moments",
        f"n = {n:,}",
        harness.Call(mm.var, a),
        {"NumPy": harness.Call(np.var, a)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize(("rows", "columns", "axis"), [(1_000_000, 20, 0), (1_000_000, 20, 1), (4000, 2500, 0), (4000, 2500, 1)])
def bench_var_axis(compare: Callable[..., harness.Row], rows: int, columns: int, axis: int) -> None:
    a = problems.matrix(rows, columns)
    reference = np.var(a.astype(np.longdouble), axis=axis)
    # NumPy adds rows one after the other along axis 0.
    tolerance = rows * np.finfo(float).eps * reference.astype(float)
    out, theirs = np.zeros_like(reference, float), np.zeros_like(reference, float)
    compare(
        "moments",
        f"{rows:,} x {columns:,}, axis {axis}",
        lambda: mm.var(a, axis=axis, out=out),
        {"NumPy": lambda: np.var(a, axis=axis, out=theirs)},
        harness.within(reference, tolerance),
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )
