# SPDX-License-Identifier: BSD-3-Clause
"""exp into a warm `out`: in cache on one thread, in memory on all, beside NumPy, against the rate of copying."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "threads"), [(10, 1), (10_000, 1), (10_000_000, None)])
def bench_exp(compare: Callable[..., harness.Row], n: int, threads: int | None, dtype: str) -> None:
    a = problems.vector(n, dtype)
    out, theirs = np.zeros_like(a), np.zeros_like(a)
    reference = np.exp(a.astype(np.longdouble))
    # Ours is within one unit, NumPy's vector loops within four.
    tolerance = 4 * np.finfo(dtype).eps * np.abs(reference.astype(float))
    compare(
        "exp",
        f"n = {n:,}",
        lambda: mm.special.exp(a, out=out),
        {"NumPy": lambda: np.exp(a, out=theirs)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=2 * a.nbytes,
        limit=harness.Limit("copy", 2 * a.nbytes),
        threads=threads,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["exp2", "expm1"])
def bench_exp_family(compare: Callable[..., harness.Row], name: str, dtype: str) -> None:
    a = problems.vector(10_000, dtype)
    a = np.abs(a) + a.dtype.type(0.01)
    out, theirs, numpys = np.zeros_like(a), np.zeros_like(a), getattr(np, name)
    ours = getattr(mm, name)
    reference = numpys(a.astype(np.longdouble))
    tolerance = 4 * np.finfo(dtype).eps * np.abs(reference.astype(float)) + np.finfo(dtype).tiny
    compare(
        "exp",
        f"{name}, n = 10,000",
        lambda: ours(a, out=out),
        {"NumPy": lambda: numpys(a, out=theirs)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=2 * a.nbytes,
        limit=harness.Limit("copy", 2 * a.nbytes),
        threads=1,
    )
