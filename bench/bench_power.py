# SPDX-License-Identifier: BSD-3-Clause
"""power and cbrt into a warm `out`: in cache on one thread, in memory on all, beside NumPy, against the rate of copying."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["power", "cbrt"])
@pytest.mark.parametrize(("n", "threads"), [(10, 1), (10_000, 1), (10_000_000, None)])
def bench_power(compare: Callable[..., harness.Row], n: int, threads: int | None, name: str, dtype: str) -> None:
    rng = np.random.default_rng(1)
    operands = [rng.uniform(0.1, 5, n).astype(dtype), rng.uniform(-5, 5, n).astype(dtype)][: 2 if name == "power" else 1]
    out, theirs, numpys, ours = np.zeros(n, dtype), np.zeros(n, dtype), getattr(np, name), getattr(mm, name)
    reference = numpys(*(a.astype(np.longdouble) for a in operands))
    # Ours is within one unit, NumPy's vector loops within four.
    tolerance = 4 * np.finfo(dtype).eps * np.abs(reference.astype(float))
    moved = (len(operands) + 1) * out.nbytes
    compare(
        "power",
        f"{name}, n = {n:,}",
        lambda: ours(*operands, out=out),
        {"NumPy": lambda: numpys(*operands, out=theirs)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=moved,
        limit=harness.Limit("copy", moved),
        threads=threads,
    )
