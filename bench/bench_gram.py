# SPDX-License-Identifier: BSD-3-Clause
"""gram beside NumPy's X.T @ X (BLAS's syrk), weighted and with a right-hand side beside the expressions people write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("m", "n"), [(200_000, 50), (100_000, 100), (20_000, 500), (10, 3)])
@pytest.mark.parametrize("kind", ["", "weights", "y", "center"])
def bench_gram(compare: Callable[..., harness.Row], m: int, n: int, dtype: str, kind: str) -> None:
    if kind and n != 50:
        pytest.skip("the variants at one size")
    x, w, y = (
        problems.matrix(m, n, dtype),
        np.abs(problems.matrix(m, 1, dtype, stream=1)[:, 0]),
        problems.matrix(m, 1, dtype, stream=2),
    )
    ours = {
        "": lambda: mm.linalg.gram(x),
        "weights": lambda: mm.linalg.gram(x, weights=w),
        "y": lambda: mm.linalg.gram(x, y=y)[0],
        "center": lambda: mm.linalg.gram(x, center=True),
    }[kind]

    def centered() -> Any:
        deviations = x - x.mean(axis=0)
        return deviations.T @ deviations

    theirs = {
        "": lambda: x.T @ x,
        "weights": lambda: x.T @ (w[:, None] * x),
        "y": lambda: (x.T @ x, x.T @ y)[0],
        "center": centered,
    }[kind]
    wide, scale = x.astype(np.float64), w.astype(np.float64) if kind == "weights" else np.ones(m)
    if kind == "center":
        wide = wide - wide.mean(axis=0)
    magnitudes = np.abs(wide).T @ (scale[:, None] * np.abs(wide))
    eps = float(np.finfo(dtype).eps)
    compare(
        "gram",
        f"{m:,} x {n}{', ' + kind if kind else ''}",
        ours,
        {"NumPy": theirs},
        harness.within(wide.T @ (scale[:, None] * wide), (m + 2) * eps * magnitudes + 2 * eps * m),
        dtype=dtype,
        flops=1.0 * m * n * n,
        limit=harness.Limit("read", x.nbytes),
    )
