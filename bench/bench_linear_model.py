# SPDX-License-Identifier: BSD-3-Clause
"""LinearRegression, Ridge, RidgeCV and predictions of linear models beside scikit-learn and, where installed, its intelex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray
from sklearn import linear_model as stock

from mlmath_native.learn import linear_model as native

try:
    from sklearnex import linear_model as intelex
except ImportError:
    intelex = None

Array = NDArray[Any]
ALPHAS = (0.1, 1.0, 10.0, 100.0)


def data(n: int, d: int, dtype: str) -> tuple[Array, Array]:
    X = problems.matrix(n, d, dtype)
    noise = problems.matrix(n, 1, dtype, stream=2)[:, 0]
    return X, X @ problems.matrix(d, 1, dtype, stream=1)[:, 0] + noise + X.dtype.type(3)


def peers(make: Callable[[Any], Any], task: Callable[[Any], Any], with_intelex: bool = True) -> dict[str, Any]:
    contestants = {"scikit-learn": lambda: task(make(stock))}
    if intelex is not None and with_intelex:
        contestants["intelex"] = lambda: task(make(intelex))
    return contestants


def parameters(model: Any) -> Array:
    return np.append(model.coef_, model.intercept_)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "d"), [(200_000, 50), (10_000, 30), (1000, 10), (100, 4)])
@pytest.mark.parametrize("name", ["LinearRegression", "Ridge", "RidgeCV"])
def bench_fit(compare: Callable[..., harness.Row], name: str, n: int, d: int, dtype: str) -> None:
    if name == "RidgeCV" and n > 10_000:
        pytest.skip("scikit-learn takes seconds")
    X, y = data(n, d, dtype)
    options: dict[str, Any] = {"alphas": ALPHAS} if name == "RidgeCV" else {}

    def make(module: Any) -> Any:
        return getattr(module, name)(**options)

    def fit(model: Any) -> Array:
        return parameters(model.fit(X, y))

    # Outside all libraries: centred normal equations of well-conditioned data in double, refined once.
    wide, right = X.astype(np.float64), y.astype(np.float64)
    mean, offset = wide.mean(axis=0), right.mean()
    wide, right = wide - mean, right - offset
    alpha = make(native).fit(X, y).alpha_ if name == "RidgeCV" else 1.0 if name == "Ridge" else 0.0
    gram = wide.T @ wide + alpha * np.eye(d)
    coef = np.linalg.solve(gram, wide.T @ right)
    coef += np.linalg.solve(gram, wide.T @ (right - wide @ coef) - alpha * coef)
    eps = float(np.finfo(dtype).eps)
    kappa = float(np.linalg.cond(wide))
    # A sum of n products is within sqrt(n) eps of their magnitudes; eps kappa^2 of that in the coefficients, with any method.
    tolerance = 50 * eps * np.sqrt(n) * kappa**2 * np.abs(coef).max()
    compare(
        "linear_model",
        f"{name}.fit, {n:,} x {d}",
        lambda: fit(make(native)),
        peers(make, fit, with_intelex=name != "RidgeCV"),
        harness.within(np.append(coef, offset - mean @ coef), tolerance * (1 + np.abs(mean).sum())),
        dtype=dtype,
        # A triangle of products of d + 1 variables, in double for float data too: more time than reading X from d of about 40 on.
        flops=float(n * (d + 1) * (d + 2)),
        limit=harness.Limit("fma", float(n * (d + 1) * (d + 2)), "float64"),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "d"), [(100_000, 50), (1000, 10), (1, 10)])
@pytest.mark.parametrize("name", ["LinearRegression", "Ridge"])
def bench_predict(compare: Callable[..., harness.Row], name: str, n: int, d: int, dtype: str) -> None:
    X, y = data(max(n, 1000), d, dtype)
    rows = X[:n]
    # Not intelex: its predictions come from a model of its own beside coef_, so that they cannot be held to the same numbers.
    models = {module: getattr(module, name)().fit(X, y) for module in (native, stock)}
    coef, intercept = models[native].coef_, models[native].intercept_
    for model in models.values():
        model.coef_, model.intercept_ = coef, intercept
    eps = float(np.finfo(dtype).eps)
    compare(
        "linear_model",
        f"{name}.predict, {n:,} x {d}",
        lambda: models[native].predict(rows),
        peers(lambda module: models[module], lambda model: model.predict(rows), with_intelex=False),
        harness.within(
            rows.astype(np.float64) @ coef.astype(np.float64) + float(intercept),
            (d + 2) * eps * (np.abs(rows).astype(np.float64) @ np.abs(coef).astype(np.float64) + abs(float(intercept))),
        ),
        dtype=dtype,
        bytes=rows.nbytes,
        limit=harness.Limit("read", rows.nbytes),
    )
