# SPDX-License-Identifier: BSD-3-Clause
"""solve_least_squares beside numpy.linalg.lstsq (singular values) and scipy.linalg.lstsq with QR (gelsy)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import scipy.linalg
from numpy.typing import NDArray

import mlmath_native as mm


def solution_check(x: NDArray[Any], y: NDArray[Any]) -> harness.Check:
    """|X^T (X b - y)| in units of 10 max(m, n) eps |X| (|X| |b| + |y|): what a backward stable solver keeps below 1."""
    x64, y64 = x.astype(np.float64), y.astype(np.float64)

    def check(result: Any) -> float:
        b = np.asarray(result, dtype=np.float64)
        size = np.linalg.norm(x64)
        allowed = 10 * max(x.shape) * np.finfo(x.dtype).eps * size * (size * np.linalg.norm(b) + np.linalg.norm(y64))
        return float(np.linalg.norm(x64.T @ (x64 @ b - y64)) / allowed)

    return check


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("m", "n"), [(100, 5), (1460, 31), (10_000, 50), (100_000, 50), (300, 300), (50, 1000)])
def bench_least_squares(compare: Callable[..., harness.Row], m: int, n: int, dtype: str) -> None:
    x, y, _ = problems.regression(m, n, dtype)
    short = min(m, n)
    flops = 2 * m * n**2 if m >= 2 * n else 4 * m * n * short - 2 * (m + n) * short**2 + 4 * short**3 // 3
    compare(
        "least_squares",
        f"{m:,} x {n}",
        lambda: mm.linalg.solve_least_squares(x, y).coefficients,
        {
            "NumPy lstsq": lambda: np.linalg.lstsq(x, y, rcond=None)[0],
            "SciPy gelsy": lambda: scipy.linalg.lstsq(x, y, lapack_driver="gelsy", check_finite=False)[0],
        },
        solution_check(x, y),
        dtype=dtype,
        flops=flops,
        limit=harness.Limit("fma", flops),
    )
