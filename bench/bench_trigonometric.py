# SPDX-License-Identifier: BSD-3-Clause
"""Trigonometric functions into a warm `out`: in cache on one thread, in memory on all, beside NumPy and the rate of copying."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["sin", "cos", "tan", "arctan"])
@pytest.mark.parametrize(("n", "threads"), [(10, 1), (10_000, 1), (10_000_000, None)])
def bench_trigonometric(compare: Callable[..., harness.Row], n: int, threads: int | None, name: str, dtype: str) -> None:
    a = np.random.default_rng(1).uniform(-10, 10, n).astype(dtype)
    out, theirs, numpys, ours = np.zeros_like(a), np.zeros_like(a), getattr(np, name), getattr(mm, name)
    reference = numpys(a.astype(np.longdouble))
    # Ours is within one unit, NumPy's vector loops within four.
    tolerance = 4 * np.finfo(dtype).eps * np.abs(reference.astype(float))
    compare(
        "trigonometric",
        f"{name}, n = {n:,}",
        lambda: ours(a, out=out),
        {"NumPy": lambda: numpys(a, out=theirs)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=2 * a.nbytes,
        limit=harness.Limit("copy", 2 * a.nbytes),
        threads=threads,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def bench_arctan2(compare: Callable[..., harness.Row], dtype: str) -> None:
    a, b = np.random.default_rng(1).standard_normal((2, 10_000)).astype(dtype)
    out, theirs = np.zeros_like(a), np.zeros_like(a)
    reference = np.arctan2(a.astype(np.longdouble), b.astype(np.longdouble))
    compare(
        "trigonometric",
        "arctan2, n = 10,000",
        lambda: mm.arctan2(a, b, out=out),
        {"NumPy": lambda: np.arctan2(a, b, out=theirs)},
        harness.within(reference, 4 * np.finfo(dtype).eps * np.abs(reference.astype(float))),
        dtype=dtype,
        bytes=3 * a.nbytes,
        limit=harness.Limit("copy", 3 * a.nbytes),
        threads=1,
    )
