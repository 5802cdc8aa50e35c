# SPDX-License-Identifier: BSD-3-Clause
"""lstsq beside NumPy's, which takes one matrix at a time: as many BLAS threads as ours, and one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
from bench_least_squares import solution_check
from threadpoolctl import ThreadpoolController

import mlmath_native as mm


def blas_threads(count: int, call: Callable[[], Any]) -> Callable[[], Any]:
    """The call with so many BLAS threads."""
    blas = ThreadpoolController()

    def limited() -> Any:
        with blas.limit(limits=count, user_api="blas"):
            return call()

    return limited


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("m", "n"), [(100, 5), (1460, 31), (10_000, 50), (100_000, 100), (1_000_000, 8), (32, 32)])
def bench_lstsq(compare: Callable[..., harness.Row], m: int, n: int, dtype: str) -> None:
    x, y, _ = problems.regression(m, n, dtype)

    def numpys() -> Any:
        return np.linalg.lstsq(x, y)[0]

    flops = 2 * m * n**2
    peers = {"NumPy": numpys}
    if m * n >= 10_000:  # the limit costs 20 us
        peers["NumPy, 1 thread"] = blas_threads(1, numpys)
    compare(
        "lstsq",
        f"{m:,} x {n}",
        lambda: mm.linalg.lstsq(x, y)[0],
        peers,
        solution_check(x, y),
        dtype=dtype,
        flops=flops,
        limit=harness.Limit("fma", flops, dtype),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "m", "n"), [(2000, 8, 4), (2000, 16, 8), (2000, 31, 31)])
def bench_lstsq_stacks(compare: Callable[..., harness.Row], count: int, m: int, n: int, dtype: str) -> None:
    rng = np.random.default_rng(5)
    a, b = (rng.standard_normal(shape).astype(dtype) for shape in ((count, m, n), (count, m, 1)))
    flops = count * 2 * m * n**2
    compare(
        "lstsq",
        f"{count:,} of {m} x {n}",
        lambda: mm.linalg.lstsq(a, b)[0],
        {"NumPy": lambda: np.stack([np.linalg.lstsq(x, y)[0] for x, y in zip(a, b)])},
        lambda result: max(solution_check(a[i], b[i])(np.asarray(result)[i]) for i in range(20)),
        dtype=dtype,
        flops=flops,
        limit=harness.Limit("fma", flops, dtype),
    )
