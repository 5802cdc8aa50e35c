# SPDX-License-Identifier: BSD-3-Clause
"""Whole multinomial fits beside scikit-learn's; f above the minimum is checked in float64 outside both."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from numpy.typing import NDArray

from mlmath_native.optim import ConvergenceWarning, fit_linear


@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def bench_multinomial(compare: Callable[..., harness.Row], name: str) -> None:
    datasets, linear_model = pytest.importorskip("sklearn.datasets"), pytest.importorskip("sklearn.linear_model")
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    n, classes = len(y), int(y.max()) + 1

    def fit(tol: float) -> NDArray[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # of the reference: rounding hides what is left
            model = fit_linear(X, y, loss="multinomial", l2=1 / n, tol=tol)
        return np.c_[model.coef, model.intercept]

    def theirs() -> NDArray[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 100 steps do not suffice for wine and digits
            model = linear_model.LogisticRegression().fit(X, y)
        return np.c_[model.coef_, model.intercept_]

    def objective(theta: NDArray[Any]) -> float:
        z = X @ theta[:, :-1].T + theta[:, -1]
        return float(np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(n), y]) + np.sum(theta[:, :-1] ** 2) / (2 * n))

    best = objective(fit(1e-10))
    compare(
        "multinomial",
        f"{name}, {n} x {X.shape[1]}, K = {classes}",
        lambda: fit(1e-4),
        {"scikit-learn": theirs},
        # f - min f in units of a tenth: scikit-learn stops early
        lambda theta: max(objective(theta) - best, 0.0) / 0.1,
    )
