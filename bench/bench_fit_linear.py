# SPDX-License-Identifier: BSD-3-Clause
"""Whole fits of linear models beside scikit-learn's, every result checked by its gradient in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.linear_model import LogisticRegression, PoissonRegressor

from mlmath_native.optim import fit_linear

TOL = 1e-6


def gradient(X: NDArray[Any], y: NDArray[Any], theta: NDArray[Any], l2: float, loss: str) -> NDArray[np.float64]:
    """Of the mean loss and the penalty, in float64, with nothing but NumPy."""
    z = X @ theta[:-1] + theta[-1]
    mean = np.exp(z) if loss == "poisson" else np.where(z < 0, np.exp(np.minimum(z, 0)), 1) / (1 + np.exp(-np.abs(z)))
    residual = (mean - y) / len(y)
    return np.append(residual @ X + l2 * theta[:-1], residual.sum())


def logistic_data(case: str) -> tuple[NDArray[Any], NDArray[Any]]:
    if case == "569 x 30":
        X, y = load_breast_cancer(return_X_y=True)
        return (X - X.mean(axis=0)) / X.std(axis=0), y.astype(np.float64)
    X, y = make_classification(100_000, 50, n_informative=30, random_state=0)
    return X, y.astype(np.float64)


@pytest.mark.parametrize("case", ["569 x 30", "100,000 x 50"])
def bench_logistic_fit(compare: Callable[..., harness.Row], case: str) -> None:
    X, y = logistic_data(case)
    l2 = 1 / len(y)  # C = 1

    compare(
        "fit",
        f"logistic, {case}",
        lambda: fit_linear(X, y, loss="logistic", l2=l2, tol=TOL),
        {
            "lbfgs": lambda: LogisticRegression(C=1.0, tol=TOL, max_iter=1000).fit(X, y),
            "newton-cholesky": lambda: LogisticRegression(C=1.0, tol=TOL, solver="newton-cholesky").fit(X, y),
        },
        lambda model: _excess(model, X, y, l2, "logistic"),
        dtype="float64",
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )


def bench_poisson_fit(compare: Callable[..., harness.Row]) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100_000, 50))
    y = rng.poisson(np.exp(X @ rng.standard_normal(50) / 10)).astype(np.float64)
    compare(
        "fit",
        "poisson, 100,000 x 50",
        lambda: fit_linear(X, y, loss="poisson", l2=1e-3, tol=TOL),
        {"lbfgs": lambda: PoissonRegressor(alpha=1e-3, tol=TOL, max_iter=1000).fit(X, y)},
        lambda model: _excess(model, X, y, 1e-3, "poisson"),
        dtype="float64",
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )


def _excess(model: Any, X: NDArray[Any], y: NDArray[Any], l2: float, loss: str) -> float:
    """The largest derivative at a model's parameters in units of ten times `tol` (scikit-learn's L-BFGS may end a little above)."""
    coef = np.ravel(model.coef if hasattr(model, "coef") else model.coef_)
    intercept = model.intercept if hasattr(model, "intercept") else model.intercept_
    return float(np.abs(gradient(X, y, np.append(coef, intercept), l2, loss)).max() / (10 * TOL))
