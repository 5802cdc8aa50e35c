# SPDX-License-Identifier: BSD-3-Clause
"""dot of vectors in L1, L2, L3 and memory, vecdot of many short ones, beside NumPy, against the rate at which two can be read."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000])
def bench_dot(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    a, b = problems.vector(n, dtype), problems.vector(n, dtype, stream=1)
    reference = np.dot(a.astype(np.longdouble), b.astype(np.longdouble))
    # Both libraries add in at least 8 lanes: n/8 roundings and the tree above them [Higham2002, sec. 4.2].
    tolerance = (n / 8 + 8) * np.finfo(dtype).eps * np.dot(np.abs(a.astype(np.float64)), np.abs(b.astype(np.float64)))
    size = 2 * a.nbytes
    compare(
        "dot",
        f"n = {n:,}",
        lambda: mm.dot(a, b),
        {"NumPy": lambda: np.dot(a, b)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=size,
        limit=harness.Limit("read", size),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "n"), [(1_000, 3), (100_000, 3), (100_000, 8), (20_000, 64)])
def bench_vecdot(compare: Callable[..., harness.Row], count: int, n: int, dtype: str) -> None:
    a, b = problems.matrix(count, n, dtype), problems.matrix(count, n, dtype, stream=1)
    wide = a.astype(np.float64), b.astype(np.float64)
    tolerance = (n + 1) * np.finfo(dtype).eps * np.vecdot(*map(np.abs, wide))
    size = 2 * a.nbytes
    compare(
        "vecdot",
        f"{count:,} of {n}",
        lambda: mm.vecdot(a, b),
        {"NumPy": lambda: np.vecdot(a, b)},
        harness.within(np.vecdot(*wide), tolerance),
        dtype=dtype,
        bytes=size,
        limit=harness.Limit("read", size),
    )
