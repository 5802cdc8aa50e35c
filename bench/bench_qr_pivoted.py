# SPDX-License-Identifier: BSD-3-Clause
"""qr with pivoting beside SciPy's (LAPACK's geqp3), with as many BLAS threads as we have and with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import scipy.linalg
from threadpoolctl import ThreadpoolController

import mlmath_native as mm

SHAPES = [(n, n) for n in (3, 32, 64, 128, 256, 512, 1000, 2000)] + [(10_000, 50), (50, 10_000)]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("m", "n"), SHAPES)
def bench_qr_pivoted(compare: Callable[..., harness.Row], m: int, n: int, dtype: str) -> None:
    a = problems.matrix(m, n, dtype)
    blas = ThreadpoolController()

    def scipys() -> Any:
        return scipy.linalg.qr(a, mode="economic", pivoting=True)

    def one_thread() -> Any:
        with blas.limit(limits=1, user_api="blas"):
            return scipys()

    def check(result: Any) -> float:
        """|A P - Q R| in units of 10 max(m, n) eps |A|, Frobenius norms."""
        q, r, p = (np.asarray(x) for x in result)
        error = np.linalg.norm(a[:, p] - np.asarray(q, np.float64) @ r) / np.linalg.norm(np.asarray(a, np.float64))
        return float(error / (10 * max(m, n) * float(np.finfo(dtype).eps)))

    peers = {"SciPy": scipys}
    if n >= 32:  # the limit costs 20 us
        peers["SciPy, 1 thread"] = one_thread
    k = min(m, n)
    flops = 4 * (k * k * (m + n - k) - k**3 / 3)
    case = f"n = {n:,}" if m == n else f"{m:,} x {n:,}"
    limit = harness.Limit("fma", flops, dtype)
    compare("qr_pivoted", case, lambda: mm.linalg.qr(a, pivoting=True), peers, check, dtype=a.dtype, flops=flops, limit=limit)
