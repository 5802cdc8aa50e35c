# SPDX-License-Identifier: BSD-3-Clause
"""What stands on singular values of small matrices, beside NumPy: pinv (values and vectors), the norm nuc (values)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

CASES = [(None, 3), (None, 8), (None, 12), (None, 32), (100_000, 3), (20_000, 8), (5_000, 16), (2_000, 24)]


def matrices(count: int | None, n: int, dtype: str) -> NDArray[Any]:
    """Normally distributed; none of the first is nearly singular."""
    return np.random.default_rng(n).standard_normal((n, n) if count is None else (count, n, n)).astype(dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "n"), CASES)
@pytest.mark.parametrize("what", ["pinv", "norm nuc"])
def bench_svd(compare: Callable[..., harness.Row], what: str, count: int | None, n: int, dtype: str) -> None:
    a = matrices(count, n, dtype)
    first = (a if count is not None else a[None])[:50].astype(np.float64)
    eps = float(np.finfo(dtype).eps)

    def pinv_check(result: Any) -> float:
        """|A P - I| in units of 10 n eps times the condition."""
        p = np.asarray(result, np.float64).reshape(-1, n, n)[:50]
        error = np.abs(first @ p - np.eye(n)).max(axis=(-2, -1)) / np.linalg.cond(first)
        return float(error.max() / (10 * n * eps))

    def norm_check(result: Any) -> float:
        """The relative error in units of n eps."""
        exact = np.linalg.norm(first, "nuc", axis=(-2, -1))
        return float(np.abs(np.asarray(result, np.float64).reshape(-1)[:50] / exact - 1).max() / (n * eps))

    calls: dict[str, tuple[Any, Any, harness.Check]] = {
        "pinv": (lambda: mm.linalg.pinv(a), lambda: np.linalg.pinv(a), pinv_check),
        "norm nuc": (
            lambda: mm.linalg.norm(a, "nuc", (-2, -1)),
            lambda: np.linalg.norm(a, "nuc", (-2, -1)),
            norm_check,
        ),
    }
    ours, theirs, check = calls[what]
    flops = (count or 1) * n**3 * (30 if what == "pinv" else 18)  # six sweeps
    case = f"{what}, n = {n}" if count is None else f"{what}, {count:,} of n = {n}"
    compare("svd", case, ours, {"NumPy": theirs}, check, dtype=dtype, flops=flops, limit=harness.Limit("fma", flops, dtype))
