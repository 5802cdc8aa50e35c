# SPDX-License-Identifier: BSD-3-Clause
"""log into a warm `out`: in cache on one thread, in memory on all, beside NumPy, against the rate of copying."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "threads"), [(10, 1), (10_000, 1), (10_000_000, None)])
def bench_log(compare: Callable[..., harness.Row], n: int, threads: int | None, dtype: str) -> None:
    a = np.exp(problems.vector(n, dtype))
    out, theirs = np.zeros_like(a), np.zeros_like(a)
    reference = np.log(a.astype(np.longdouble))
    # Ours is within one unit, NumPy's vector loops within four.
    tolerance = 4 * np.finfo(dtype).eps * np.abs(reference.astype(float))
    compare(
        "log",
        f"n = {n:,}",
        lambda: mm.special.log(a, out=out),
        {"NumPy": lambda: np.log(a, out=theirs)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=2 * a.nbytes,
        limit=harness.Limit("copy", 2 * a.nbytes),
        threads=threads,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["log1p", "log2", "log10"])
def bench_log_family(compare: Callable[..., harness.Row], name: str, dtype: str) -> None:
    a = problems.vector(10_000, dtype)
    a = np.abs(a) + a.dtype.type(0.01)
    out, theirs, numpys = np.zeros_like(a), np.zeros_like(a), getattr(np, name)
    ours = getattr(mm, name)
    reference = numpys(a.astype(np.longdouble))
    tolerance = 4 * np.finfo(dtype).eps * np.abs(reference.astype(float)) + np.finfo(dtype).tiny
    compare(
        "log",
        f"{name}, n = 10,000",
        lambda: ours(a, out=out),
        {"NumPy": lambda: numpys(a, out=theirs)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=2 * a.nbytes,
        limit=harness.Limit("copy", 2 * a.nbytes),
        threads=1,
    )
