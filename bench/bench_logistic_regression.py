# SPDX-License-Identifier: BSD-3-Clause
"""LogisticRegression, PoissonRegressor and HuberRegressor beside scikit-learn's and intelex's: whole fits, validation included.

Peers fit with the case's `tol`, which bounds the largest element of the gradient of the mean loss; what that leaves of the
objective f differs from solver to solver. So ours fits with the first of tol, tol/10, tol/100 ... at which its excess
(f - best) / |best| is not above any peer's, or below 2^-46, where f itself is rounding. f is computed in float64 from the fitted
attributes, by NumPy; `best` is the least value of all fits, tight ones of ours and of scikit-learn's among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import harness
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sklearn")
from sklearn import linear_model
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, make_classification
from sklearn.preprocessing import StandardScaler

from mlmath_native.learn.linear_model import HuberRegressor, LogisticRegression, PoissonRegressor

try:
    from sklearnex import linear_model as intelex
except ImportError:
    intelex = None

Objective = Callable[[Any], float]
ROUNDING = 2.0**-46

pytestmark = pytest.mark.filterwarnings("ignore")  # a peer that stops early says so, once a call


def logistic_objective(X: NDArray[Any], y: NDArray[Any]) -> Objective:
    """sum_i loss_i + |w|^2 / 2: C = 1."""

    def f(model: Any) -> float:
        z = X @ model.coef_.T + model.intercept_
        if z.shape[1] == 1:
            losses = np.logaddexp(0, z[:, 0]) - y * z[:, 0]
        else:
            top = z.max(axis=1)
            losses = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - z[np.arange(len(z)), y]
        return float(losses.sum() + (model.coef_**2).sum() / 2)

    return f


def compare_fits(
    compare: Callable[..., harness.Row],
    table: str,
    case: str,
    X: NDArray[Any],
    y: NDArray[Any],
    f: Objective,
    ours: Any,
    peers: Mapping[str, Any],
    exact: Any = None,
    blocks: int = 3,
) -> None:
    """Time fits whose suboptimality is known; the table's error is ours in units of the peers' smallest, or of 2^-46."""
    values = {name: f(model.fit(X, y)) for name, model in peers.items()}
    tight = [f(clone(ours).set_params(tol=1e-10).fit(X, y)), *([f(exact.fit(X, y))] if exact is not None else [])]
    best = min(tight + list(values.values()))
    allowed = max(min((value - best) / abs(best) for value in values.values()), ROUNDING)
    while (f(ours.fit(X, y)) - best) / abs(best) > allowed:
        ours = clone(ours).set_params(tol=ours.tol / 10)
        assert ours.tol > 1e-12, "ours does not get as near to the minimum as the peers"
    worst = max((value - best) / abs(best) for value in values.values())
    ours_error = max((f(ours) - best) / abs(best), 0.0) / allowed

    def check(model: Any) -> float:
        excess = max((f(model) - best) / abs(best), 0.0)
        return ours_error if model is ours else excess / (4 * max(worst, ROUNDING))  # as before, but for a peer's threads

    compare(
        table,
        case,
        lambda: ours.fit(X, y),
        {name: lambda model=model: model.fit(X, y) for name, model in peers.items()},
        check,
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
        blocks=blocks,
    )


def logistic_peers(tol: float, solvers: list[str], with_intelex: bool = True) -> dict[str, Any]:
    """Fitted as long as tol takes."""
    peers = {solver: linear_model.LogisticRegression(solver=solver, tol=tol, max_iter=20_000) for solver in solvers}
    if intelex is not None and with_intelex:
        peers["intelex"] = intelex.LogisticRegression(tol=tol, max_iter=20_000)
    return peers


def two_classes(name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """The data sets of the table."""
    if name == "100,000 x 50":
        return make_classification(100_000, 50, n_informative=30, random_state=0)
    X, y = load_breast_cancer(return_X_y=True)
    return (X if name.endswith("raw") else StandardScaler().fit_transform(X)), y


@pytest.mark.parametrize(
    ("name", "tol", "blocks"), [("569 x 30, standardized", 1e-4, 3), ("569 x 30, raw", 1e-4, 2), ("100,000 x 50", 1e-6, 2)]
)
def bench_two_classes(compare: Callable[..., harness.Row], name: str, tol: float, blocks: int) -> None:
    X, y = two_classes(name)
    compare_fits(
        compare,
        "logistic_regression",
        f"LogisticRegression.fit, {name}",
        X,
        y,
        logistic_objective(X, y),
        LogisticRegression(tol=tol, max_iter=20_000),
        logistic_peers(tol, ["lbfgs", "newton-cholesky"]),
        linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-10),
        blocks,
    )


@pytest.mark.parametrize("name", ["iris", "digits"])
def bench_more_classes(compare: Callable[..., harness.Row], name: str) -> None:
    X, y = {"iris": load_iris, "digits": load_digits}[name](return_X_y=True)
    small = name == "iris"
    compare_fits(
        compare,
        "logistic_regression_classes",
        f"LogisticRegression.fit, {name}, {len(X)} x {X.shape[1]}, K = {y.max() + 1}",
        X,
        y,
        logistic_objective(X, y),
        LogisticRegression(tol=1e-4, max_iter=20_000),
        # The others take seconds for the digits.
        logistic_peers(1e-4, ["lbfgs", "newton-cholesky"] if small else ["lbfgs"], with_intelex=small),
        blocks=3 if small else 1,
    )


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("method", ["decision_function", "predict", "predict_proba", "predict_log_proba"])
def bench_predictions(compare: Callable[..., harness.Row], method: str, classes: int) -> None:
    X, y = make_classification(100_000, 50, n_informative=30, n_classes=classes, random_state=0)
    stock = linear_model.LogisticRegression(max_iter=10_000).fit(X[:5000], y[:5000])
    ours = LogisticRegression()
    ours.__dict__.update(stock.__dict__)
    # A score is a sum of 50 products and errs by 52 eps of their magnitudes, at most; functions of it of slope 1 do no more.
    bound = 54 * np.finfo(np.float64).eps * (np.abs(X) @ np.abs(stock.coef_.T) + np.abs(stock.intercept_)).max()
    compare(
        "logistic_regression" if classes == 2 else "logistic_regression_classes",
        f"{method}, 100,000 x 50, K = {classes}",
        lambda: getattr(ours, method)(X),
        {"scikit-learn": lambda: getattr(stock, method)(X)},
        harness.within(getattr(stock, method)(X), 0 if method == "predict" else 2 * bound),
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
        blocks=2,
    )


def bench_poisson(compare: Callable[..., harness.Row]) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 50))
    y = rng.poisson(np.exp(X @ rng.normal(size=50) / 14 + 0.5)).astype(float)

    def f(model: Any) -> float:
        z = X @ model.coef_ + model.intercept_
        return float((np.exp(z) - y * z).mean() + 0.005 * model.coef_ @ model.coef_)

    compare_fits(
        compare,
        "logistic_regression",
        "PoissonRegressor.fit, 100,000 x 50",
        X,
        y,
        f,
        PoissonRegressor(alpha=0.01, tol=1e-6),
        {
            solver: linear_model.PoissonRegressor(alpha=0.01, tol=1e-6, max_iter=1000, solver=solver)
            for solver in ("lbfgs", "newton-cholesky")
        },
        blocks=2,
    )


def bench_huber(compare: Callable[..., harness.Row]) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 20))
    y = X @ rng.normal(size=20) + 1 + rng.normal(size=100_000)
    y[::10] += 10 * rng.normal(size=10_000)

    def f(model: Any) -> float:
        u = (y - X @ model.coef_ - model.intercept_) / model.scale_
        h = np.where(np.abs(u) <= 1.35, u * u, 2.7 * np.abs(u) - 1.35**2)
        return float(model.scale_ * (1 + h).sum() + 1e-4 * model.coef_ @ model.coef_)

    compare_fits(
        compare,
        "logistic_regression",
        "HuberRegressor.fit, 100,000 x 20",
        X,
        y,
        f,
        HuberRegressor(),
        {"lbfgs": linear_model.HuberRegressor(max_iter=1000)},
        blocks=2,
    )
