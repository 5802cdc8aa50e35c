# SPDX-License-Identifier: BSD-3-Clause
"""Whole fits of linear models beside scikit-learn's, every result checked by its objective in float64, outside all libraries."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.linear_model import LogisticRegression, PoissonRegressor

import mlmath_native as mm
from mlmath_native.optim import ConvergenceWarning, fit_linear

# scikit-learn's tolerance. Its Newton steps end far below it; ours is asked for as much, so that no minimum is better than ours.
TOL, OURS = 1e-6, 1e-10
Array = NDArray[Any]


class Problem:
    """f, its gradient, its Hessian and its minimum with nothing but NumPy."""

    def __init__(self, X: Array, y: Array, l2: float, loss: str) -> None:
        self.X, self.y, self.l2, self.loss = X, y, l2, loss
        self.minimum = min(self.value(theta) for theta in self.newton())

    def mean(self, z: Array) -> Array:
        """The model's expectation of y."""
        if self.loss == "poisson":
            return np.asarray(np.exp(z))
        return np.asarray(np.where(z < 0, np.exp(np.minimum(z, 0)), 1) / (1 + np.exp(-np.abs(z))))

    def value(self, theta: Array) -> float:
        """f."""
        z = self.X @ theta[:-1] + theta[-1]
        losses = (np.exp(z) if self.loss == "poisson" else np.logaddexp(0, z)) - self.y * z
        return float(np.mean(losses) + self.l2 / 2 * np.sum(theta[:-1] ** 2))

    def gradient(self, theta: Array) -> Array:
        """Of f."""
        residual = (self.mean(self.X @ theta[:-1] + theta[-1]) - self.y) / len(self.y)
        return np.append(residual @ self.X + self.l2 * theta[:-1], residual.sum())

    def newton(self) -> list[Array]:
        """Newton's iterates from 0, far beyond any tolerance: full steps suffice for these data, and f shows it."""
        wide = np.column_stack([self.X, np.ones(len(self.X))])
        penalty = np.diag(np.append(np.full(self.X.shape[1], self.l2), 0.0))
        path = [np.zeros(wide.shape[1])]
        for _ in range(15):
            p = self.mean(wide @ path[-1])
            h = p if self.loss == "poisson" else p * (1 - p)
            path.append(path[-1] - np.linalg.solve((wide.T * h) @ wide / len(wide) + penalty, self.gradient(path[-1])))
        assert np.abs(self.gradient(path[-1])).max() < 1e-12
        return path

    def check(self, model: Any) -> float:
        """f - min f in units of 1e-8, what a gradient of `TOL` leaves of fits like these."""
        coef = np.ravel(model.coef if hasattr(model, "coef") else model.coef_)
        intercept = model.intercept if hasattr(model, "intercept") else model.intercept_
        return max(self.value(np.append(coef, intercept)) - self.minimum, 0.0) / 1e-8


def logistic_data(case: str) -> tuple[Array, Array]:
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
        lambda: fit_linear(X, y, loss="logistic", l2=l2, tol=OURS),
        {
            "scikit-learn lbfgs": lambda: LogisticRegression(C=1.0, tol=TOL, max_iter=1000).fit(X, y),
            "scikit-learn newton-cholesky": lambda: LogisticRegression(C=1.0, tol=TOL, solver="newton-cholesky").fit(X, y),
        },
        Problem(X, y, l2, "logistic").check,
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
        lambda: fit_linear(X, y, loss="poisson", l2=1e-3, tol=OURS),
        {
            "scikit-learn lbfgs": lambda: PoissonRegressor(alpha=1e-3, tol=TOL, max_iter=1000).fit(X, y),
            "scikit-learn newton-cholesky": lambda: PoissonRegressor(alpha=1e-3, tol=TOL, solver="newton-cholesky").fit(X, y),
        },
        Problem(X, y, 1e-3, "poisson").check,
        dtype="float64",
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )


@pytest.mark.parametrize(("rule", "batch"), [("SGD", 256), ("SGD", 32), ("Adam", 256)])
def bench_mini_batches(compare: Callable[..., harness.Row], rule: str, batch: int) -> None:
    """Five epochs of the same steps in the same order. Ours also computes f over all rows after each; the NumPy loop does not."""
    X, y = logistic_data("100,000 x 50")
    n, epochs, lr = len(y), 5, 0.01
    method = mm.optim.GradientDescent(lr=lr) if rule == "SGD" else mm.optim.Adam(lr=lr)

    def ours() -> Array:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # five epochs are not to converge
            fit = fit_linear(X, y, loss="logistic", method=method, batch_size=batch, epochs=epochs, callback=keep)
        assert fit.n_iter == epochs
        return last

    last = np.zeros(51)

    def keep(k: int, f: float, largest: float, theta: Array) -> bool:
        last[:] = theta
        return False

    def loop() -> Array:
        theta, m, v, t = np.zeros(51), np.zeros(51), np.zeros(51), 0
        stream = mm.random.default_rng(0)
        for _ in range(epochs):
            order = stream.permutation(n)
            for at in range(0, n, batch):
                rows = order[at : at + batch]
                x = X[rows]
                r = 1 / (1 + np.exp(-(x @ theta[:-1] + theta[-1]))) - y[rows]
                g = np.append(r @ x, r.sum()) / len(rows)
                if rule == "SGD":
                    theta -= lr * g
                    continue
                t += 1
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                theta -= lr / (1 - 0.9**t) * m / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        return theta

    # The same steps but for the order of sums; Adam divides by the root of what starts at g^2.
    compare(
        "fit_batches",
        f"{rule}, batches of {batch}, 5 epochs, 100,000 x 50",
        ours,
        {"NumPy loop": loop},
        harness.within(loop(), 1e-9),
        dtype="float64",
        bytes=5 * X.nbytes,
        limit=harness.Limit("read", 5 * X.nbytes),
    )
