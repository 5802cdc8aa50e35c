# SPDX-License-Identifier: BSD-3-Clause
"""Logistic loss and gradient beside the NumPy expression, against the rate at which X can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray

from mlmath_native.optim import linear_objective

L2 = 1e-3


def numpy_logistic(X: NDArray[Any], y: NDArray[Any], coef: NDArray[Any], intercept: NDArray[Any]) -> NDArray[Any]:
    """Loss, gradient of the coefficients, gradient of the intercepts, in one vector; K = 1 binary, else softmax."""
    n, T = len(X), X.dtype.type
    scores = X @ coef.T + intercept
    if len(coef) == 1:
        sign = 1 - 2 * y.astype(X.dtype)
        t = sign * scores[:, 0]
        e = np.exp(-np.abs(t))
        loss = (np.maximum(t, 0) + np.log1p(e)).mean()
        residual = (sign * np.where(t >= 0, T(1), e) / (1 + e) / T(n))[:, None]
    else:
        scores -= scores.max(axis=1, keepdims=True)
        e = np.exp(scores)
        total = e.sum(axis=1, keepdims=True)
        rows = np.arange(n)
        loss = (np.log(total[:, 0]) - scores[rows, y]).mean()
        residual = e / total
        residual[rows, y] -= 1
        residual /= T(n)
    loss = loss + T(L2 / 2) * (coef * coef).sum()
    return np.concatenate([[loss], (residual.T @ X + T(L2) * coef).ravel(), residual.sum(axis=0)])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "d", "classes"), [(150, 4, 3), (569, 30, 2), (1797, 64, 10), (100_000, 50, 2), (100_000, 50, 5)])
def bench_logistic(compare: Callable[..., harness.Row], n: int, d: int, classes: int, dtype: str) -> None:
    X, y = problems.classification(n, d, dtype, classes=classes)
    outputs = 1 if classes == 2 else classes
    coef, intercept = (
        problems.matrix(outputs, d, dtype, stream=3) / np.sqrt(d).astype(dtype),
        problems.vector(outputs, dtype, stream=4),
    )

    def ours() -> NDArray[Any]:
        if classes == 2:
            loss, w, b = linear_objective(X, y, coef[0], intercept[0], loss="logistic", l2=L2)
        else:
            loss, w, b = linear_objective(X, y, coef, intercept, loss="multinomial", l2=L2)
        return np.concatenate([[loss], w.ravel(), np.atleast_1d(b)])

    reference = numpy_logistic(*(a.astype(np.float64) if a.dtype.kind == "f" else a for a in (X, y, coef, intercept)))
    scores = np.abs(X).astype(np.float64) @ np.abs(coef).astype(np.float64).T + np.abs(intercept)
    # Scores within (d/8 + 8) eps of the sum of their terms' magnitudes; sums of n numbers pairwise or in blocks of 128.
    eps = float(np.finfo(dtype).eps)
    tolerance = eps * ((d / 8 + 8) * scores.max() * np.abs(X).max() + 128 * np.abs(X).max())
    compare(
        "logistic",
        f"n = {n:,}, d = {d}, {classes} classes",
        ours,
        {"NumPy": lambda: numpy_logistic(X, y, coef, intercept)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )
