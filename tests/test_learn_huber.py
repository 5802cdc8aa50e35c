# SPDX-License-Identifier: BSD-3-Clause
"""HuberRegressor: scikit-learn's checks, the objective at the minimum in float64, derivatives, weights."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from learn_checks import estimator_checks
from sklearn import linear_model
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

import mlmath_native as mm
from mlmath_native.learn.datasets import load_ames_housing
from mlmath_native.learn.linear_model import HuberRegressor


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # their small problems, as scikit-learn would
@estimator_checks(HuberRegressor())
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def outliers(rng: np.random.Generator, n: int, d: int) -> tuple[Any, Any]:
    X = rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) + 2 + 0.3 * rng.normal(size=n)
    y[::10] += 20 * rng.normal(size=len(y[::10]))
    return X, y


def objective(w: Any, b: float, scale: float, X: Any, y: Any, epsilon: float, alpha: float, s: Any = None) -> Any:
    """The definition, row by row."""
    s = np.ones(len(y)) if s is None else s
    u = (y - X @ w - b) / scale
    h = np.where(np.abs(u) <= epsilon, u * u, 2 * epsilon * np.abs(u) - epsilon**2)
    return s @ (scale + h * scale) + alpha * w @ w


def value(model: Any, X: Any, y: Any, s: Any = None) -> float:
    return float(objective(model.coef_, model.intercept_, model.scale_, X, y, model.epsilon, model.alpha, s))


@pytest.mark.parametrize("epsilon", [1.1, 1.35, 3.0])
@pytest.mark.parametrize("alpha", [0.0, 1e-4, 10.0])
@pytest.mark.parametrize("intercept", [True, False])
def test_the_minimum_is_not_above_that_of_scikit_learn(
    rng: np.random.Generator, epsilon: float, alpha: float, intercept: bool
) -> None:
    X, y = outliers(rng, 300, 5)
    parameters = {"epsilon": epsilon, "alpha": alpha, "fit_intercept": intercept, "max_iter": 10_000, "tol": 1e-8}
    ours, stock = HuberRegressor(**parameters).fit(X, y), linear_model.HuberRegressor(**parameters).fit(X, y)
    assert ours.solver_used_ == "newton"
    assert value(ours, X, y) <= value(stock, X, y) * (1 + 1e-12)
    np.testing.assert_allclose(ours.coef_, stock.coef_, atol=2e-3)
    assert abs(ours.scale_ - stock.scale_) < 2e-3
    assert ours.outliers_.dtype == bool
    assert (ours.outliers_ != stock.outliers_).sum() <= 1
    assert ours.n_iter_ <= 40


def test_the_gradient_vanishes_at_the_minimum(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 200, 4)
    model = HuberRegressor(tol=1e-10).fit(X, y)
    theta = np.concatenate([model.coef_, [model.intercept_, model.scale_]])

    def f(t: Any) -> Any:
        return objective(t[:4], t[4], t[5], X, y, model.epsilon, model.alpha)

    h = 1e-5  # central differences of a function of size 100 to 1000: 1e-13 / h of rounding, h^2 of curvature's change
    gradient = [(f(theta + h * e) - f(theta - h * e)) / (2 * h) for e in np.eye(6)]
    np.testing.assert_allclose(gradient, 0, atol=1e-4)


def test_a_weight_is_a_number_of_repetitions(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 100, 4)
    s = rng.integers(0, 4, size=100)
    weighted = HuberRegressor(tol=1e-9).fit(X, y, s.astype(float))
    repeated = HuberRegressor(tol=1e-9).fit(np.repeat(X, s, axis=0), np.repeat(y, s))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-8)
    np.testing.assert_allclose(weighted.scale_, repeated.scale_, rtol=1e-8)


def test_columns_of_any_size(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 300, 4)
    plain = HuberRegressor(alpha=0, tol=1e-9).fit(X, y)
    sizes, shifts = np.array([1e-3, 1.0, 1e4, 10.0]), np.array([0.0, 1e5, 1e4, -1e6])
    moved = HuberRegressor(alpha=0, tol=1e-9).fit(X * sizes + shifts, y)
    assert moved.solver_used_ == "newton"
    np.testing.assert_allclose(moved.coef_ * sizes, plain.coef_, rtol=1e-5)
    np.testing.assert_allclose(moved.scale_, plain.scale_, rtol=1e-7)


def test_scaled_targets_scale_the_model(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 300, 4)
    plain = HuberRegressor(alpha=0, tol=1e-9).fit(X, y)
    scaled = HuberRegressor(alpha=0, tol=1e-9).fit(X, 1e6 * y)
    np.testing.assert_allclose(scaled.coef_, 1e6 * plain.coef_, rtol=1e-7)
    np.testing.assert_allclose(scaled.scale_, 1e6 * plain.scale_, rtol=1e-7)


def test_warm_start_and_too_few_iterations(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 200, 5)
    model = HuberRegressor(warm_start=True).fit(X, y)
    assert model.n_iter_ > 1
    assert model.fit(X, y).n_iter_ <= 1
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        few = HuberRegressor(max_iter=1).fit(X, y)
    assert few.n_iter_ == 1


def test_what_scikit_learn_fits(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 20, 30)
    ours, stock = HuberRegressor(max_iter=1000).fit(X, y), linear_model.HuberRegressor(max_iter=1000).fit(X, y)
    assert ours.solver_used_ == "scikit-learn"
    np.testing.assert_array_equal(ours.coef_, stock.coef_)


def test_targets_that_fit_exactly(rng: np.random.Generator) -> None:
    X = rng.normal(size=(50, 3))
    w = np.array([1.0, -2.0, 3.0])
    model = HuberRegressor(alpha=0).fit(X, X @ w + 1)
    np.testing.assert_allclose(model.coef_, w, atol=1e-4)
    assert abs(model.intercept_ - 1) < 1e-4


@pytest.mark.parametrize("alpha", [0.0, 1e-4, 1.0])
@pytest.mark.parametrize("epsilon", [1.05, 1.35])
@pytest.mark.parametrize("more", [0, 5, 20])
def test_a_scale_of_zero_is_no_false_minimum(rng: np.random.Generator, more: int, epsilon: float, alpha: float) -> None:
    """Few rows: the minimum lies on the kink at scale 0, where Newton's steps end beside it. scikit-learn's own fit runs then."""
    X = rng.normal(size=(12 + more, 10))
    y = X @ rng.normal(size=10) + rng.normal(size=12 + more)
    parameters = {"alpha": alpha, "epsilon": epsilon, "max_iter": 5000, "tol": 1e-8}
    ours, stock = HuberRegressor(**parameters).fit(X, y), linear_model.HuberRegressor(**parameters).fit(X, y)
    assert value(ours, X, y) <= value(stock, X, y) * (1 + 1e-9)
    if ours.solver_used_ == "scikit-learn":
        assert stock.scale_ < 1e-3


def test_sparse_float32_and_pickle(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 200, 5)
    exact = HuberRegressor(tol=1e-8).fit(X, y)
    for other in (np.asfortranarray(X), scipy.sparse.csr_matrix(X)):
        np.testing.assert_allclose(HuberRegressor(tol=1e-8).fit(other, y).coef_, exact.coef_, rtol=1e-8)
    np.testing.assert_allclose(HuberRegressor().fit(X.astype(np.float32), y).coef_, exact.coef_, rtol=1e-4)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(exact)).predict(X), exact.predict(X))


def test_same_bits_for_any_number_of_threads(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 5000, 20)
    models = []
    for threads in (1, 2, 3):
        with mm.threads(threads):
            models.append(HuberRegressor().fit(X, y))
    for other in models[1:]:
        np.testing.assert_array_equal(other.coef_, models[0].coef_)
        assert other.scale_ == models[0].scale_


def test_what_is_refused(rng: np.random.Generator) -> None:
    X, y = outliers(rng, 30, 3)
    broken = X.copy()
    broken[3, 2] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        HuberRegressor().fit(broken, y)
    wrong = y.copy()
    wrong[2] = np.inf
    with pytest.raises(ValueError, match="Input y contains infinity"):
        HuberRegressor().fit(X, wrong)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        HuberRegressor().fit(X, y[:-1])
    with pytest.raises(ValueError, match="Expected 2D array"):
        HuberRegressor().fit(X[:, 0], y)
    with pytest.raises(ValueError, match="The 'epsilon' parameter"):
        HuberRegressor(epsilon=0.5).fit(X, y)


def test_a_table_of_dependent_columns() -> None:
    X, price = load_ames_housing(return_X_y=True)  # 31 columns, rank 29
    scaled = StandardScaler().fit_transform(X)
    for alpha in (0.0, 1e-4, 1.0):
        ours = HuberRegressor(alpha=alpha, max_iter=1000).fit(scaled, price)
        stock = linear_model.HuberRegressor(alpha=alpha, max_iter=1000, tol=1e-8).fit(scaled, price)
        assert ours.solver_used_ == "newton"
        assert value(ours, scaled, price) <= value(stock, scaled, price) * (1 + 1e-12)
        # L-BFGS-B stops where the objective falls by less than 2e-9 of itself: predictions by the root of that.
        np.testing.assert_allclose(ours.predict(scaled), stock.predict(scaled), rtol=5e-4)


def test_memory_maps_objects_and_one_column(rng: np.random.Generator, tmp_path: Any) -> None:
    X, y = outliers(rng, 60, 3)
    exact = HuberRegressor().fit(X, y)
    np.save(tmp_path / "X.npy", X)
    for other in (np.load(tmp_path / "X.npy", mmap_mode="r"), X.astype(object), X.tolist()):
        np.testing.assert_array_equal(HuberRegressor().fit(other, y.astype(object)).coef_, exact.coef_)
    assert HuberRegressor().fit(X[:, :1], y).coef_.shape == (1,)
    constant = HuberRegressor(alpha=1e-6).fit(np.hstack([X, np.ones((60, 1))]), y)
    np.testing.assert_allclose(constant.coef_, [*exact.coef_, 0], atol=1e-4)


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_weights_without_a_mean_are_scikit_learns(rng: np.random.Generator, weight: float) -> None:
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 2
    outcomes = []
    for cls in (HuberRegressor, linear_model.HuberRegressor):
        try:
            outcomes.append(cls().fit(X, y, np.full(30, weight)).coef_.tolist())
        except Exception as error:  # whichever: versions differ
            outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("where", ["X", "y"])
def test_huge_numbers_give_no_warnings_of_arithmetic(where: str) -> None:
    """pytest makes errors of warnings: what is met on the way to scikit-learn's own fit is none of the user's business."""
    rng = np.random.default_rng(0)
    X, y = np.abs(rng.standard_normal((30, 4))), np.abs(rng.standard_normal(30))
    if where == "y":
        assert HuberRegressor().fit(X, y * 1e300).solver_used_ == "scikit-learn"
    else:
        with pytest.raises(ValueError, match="convergence failed"):
            HuberRegressor().fit(X * 1e300, y)


def test_weights_of_double_precision_beside_float32_rows() -> None:
    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((30, 3)).astype(np.float32), rng.standard_normal(30), np.ones(30)
    model = HuberRegressor(alpha=0)
    np.testing.assert_allclose(model.fit(X, y, w * 1e60).coef_, model.fit(X, y).coef_, rtol=1e-4)


def test_targets_that_are_strings_are_refused_as_by_scikit_learn() -> None:
    with pytest.raises(TypeError, match="subtract"):
        HuberRegressor().fit(np.arange(20.0).reshape(10, 2), np.arange(10).astype(str))
