# SPDX-License-Identifier: BSD-3-Clause
"""eigh beside NumPy's: single matrices, batches of small ones, and the covariance of the digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray

import mlmath_native as mm


def digits_covariance() -> NDArray[np.float64]:
    """64 x 64, rank 61: three pixels are never inked."""
    from sklearn.datasets import load_digits

    return np.cov(load_digits().data, rowvar=False)


def residual_check(a: NDArray[Any]) -> harness.Check:
    """|A V - V W| and |V^T V - I| in units of 10 n eps (times |A|), the larger of the two, over a whole batch."""

    def check(result: Any) -> float:
        w, v = (np.asarray(x, dtype=np.float64) for x in result)
        n, eps = a.shape[-1], float(np.finfo(a.dtype).eps)
        size = np.abs(a).sum(axis=-2).max(axis=-1)
        residual = np.abs(a @ v - v * w[..., None, :]).sum(axis=-2).max(axis=-1) / size
        gram = np.abs(np.swapaxes(v, -1, -2) @ v - np.eye(n)).sum(axis=-2).max(axis=-1)
        return float(np.maximum(residual, gram).max() / (10 * n * eps))

    return check


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [3, 8, 16, 32, 64, 128, 256, 512])
def bench_eigh(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    a = problems.symmetric(n, dtype)
    compare("eigh", f"n = {n}", lambda: mm.linalg.eigh(a), {"NumPy": lambda: np.linalg.eigh(a)}, residual_check(a), dtype=dtype)


def bench_eigh_digits(compare: Callable[..., harness.Row]) -> None:
    a = digits_covariance()
    compare("eigh", "digits covariance, n = 64", lambda: mm.linalg.eigh(a), {"NumPy": lambda: np.linalg.eigh(a)}, residual_check(a))


@pytest.mark.parametrize(("count", "n"), [(10_000, 3), (10_000, 8), (1_000, 16), (1_000, 32)])
def bench_eigh_batch(compare: Callable[..., harness.Row], count: int, n: int) -> None:
    a = problems.batch(count, n)
    a = (a + np.swapaxes(a, -1, -2)) / 2
    compare("eigh", f"{count:,} of n = {n}", lambda: mm.linalg.eigh(a), {"NumPy": lambda: np.linalg.eigh(a)}, residual_check(a))
