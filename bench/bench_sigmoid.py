# SPDX-License-Identifier: BSD-3-Clause
"""Logistic functions into a warm `out`: in cache on one thread, in memory on all, beside SciPy, against the rate of copying."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import pytest
import scipy.special

import mlmath_native as mm

INTERVALS = {"expit": (-8, 8), "logit": (0, 1), "softplus": (-8, 8)}


@pytest.mark.parametrize("name", INTERVALS)
@pytest.mark.parametrize(("n", "threads"), [(10, 1), (10_000, 1), (10_000_000, None)])
def bench_sigmoid(compare: Callable[..., harness.Row], n: int, threads: int | None, name: str) -> None:
    a = np.random.default_rng(1).uniform(*INTERVALS[name], n)
    out, theirs = np.zeros_like(a), np.zeros_like(a)
    ours, peer = getattr(mm.special, name), getattr(scipy.special, name)
    reference = peer(a).astype(np.longdouble)
    # Two functions of a few units each, in units of 1 where the result is small: around zeros the peer's error is absolute.
    tolerance = 32 * np.finfo(float).eps * np.maximum(np.abs(reference.astype(float)), 1)
    compare(
        "sigmoid",
        f"{name}, n = {n:,}",
        lambda: ours(a, out=out),
        {"SciPy": lambda: peer(a, out=theirs)},
        harness.within(reference, tolerance),
        dtype="float64",
        bytes=2 * a.nbytes,
        limit=harness.Limit("copy", 2 * a.nbytes),
        threads=threads,
    )
