# SPDX-License-Identifier: BSD-3-Clause
"""PoissonRegressor: scikit-learn's checks, the objective at the minimum in float64, weights, warm starts, what is refused."""

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
from mlmath_native.learn.linear_model import PoissonRegressor


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # their small problems, as scikit-learn would
@estimator_checks(PoissonRegressor(), PoissonRegressor(solver="newton-cholesky"))
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def counts(rng: np.random.Generator, n: int, d: int) -> tuple[Any, Any]:
    X = rng.normal(size=(n, d))
    return X, rng.poisson(np.exp(X @ rng.normal(size=d) / (2 * np.sqrt(d)) + 0.5))


def objective(model: Any, X: Any, y: Any, alpha: float, s: Any = None) -> float:
    s = np.ones(len(y)) if s is None else s
    z = X @ model.coef_ + model.intercept_
    return float(s @ (np.exp(z) - y * z) / s.sum() + alpha / 2 * model.coef_ @ model.coef_)


@pytest.mark.parametrize("alpha", [0.0, 1e-3, 1.0])
@pytest.mark.parametrize("solver", ["lbfgs", "newton-cholesky"])
@pytest.mark.parametrize("intercept", [True, False])
def test_the_minimum_is_not_above_that_of_scikit_learn(
    rng: np.random.Generator, alpha: float, solver: str, intercept: bool
) -> None:
    X, y = counts(rng, 500, 6)
    parameters = {"alpha": alpha, "fit_intercept": intercept, "tol": 1e-10, "max_iter": 1000}
    ours = PoissonRegressor(solver=solver, **parameters).fit(X, y)
    stock = linear_model.PoissonRegressor(solver="newton-cholesky", **parameters).fit(X, y)
    best = objective(stock, X, y, alpha)
    assert objective(ours, X, y, alpha) <= best + 1e-9 * abs(best)
    assert ours.solver_used_ != "scikit-learn"
    assert ours.certificate_.gradient_max <= 1e-10
    np.testing.assert_allclose(ours.coef_, stock.coef_, atol=1e-7)
    np.testing.assert_allclose(ours.predict(X), stock.predict(X), rtol=1e-6)
    assert abs(ours.score(X, y) - stock.score(X, y)) < 1e-8
    assert type(ours.n_iter_) is int
    assert type(ours.intercept_) is type(stock.intercept_)


def test_a_weight_is_a_number_of_repetitions(rng: np.random.Generator) -> None:
    X, y = counts(rng, 80, 4)
    s = rng.integers(0, 4, size=80)
    weighted = PoissonRegressor(alpha=0.1, tol=1e-8).fit(X, y, s.astype(float))
    repeated = PoissonRegressor(alpha=0.1, tol=1e-8).fit(np.repeat(X, s, axis=0), np.repeat(y, s))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-9)
    np.testing.assert_allclose(weighted.intercept_, repeated.intercept_, rtol=1e-9)


def test_warm_start(rng: np.random.Generator) -> None:
    X, y = counts(rng, 200, 5)
    model = PoissonRegressor(warm_start=True, tol=1e-8).fit(X, y)
    assert model.n_iter_ > 1
    assert model.fit(X, y).n_iter_ <= 1


def test_too_few_iterations_warn(rng: np.random.Generator) -> None:
    X, y = counts(rng, 200, 5)
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        model = PoissonRegressor(alpha=0, max_iter=1, tol=1e-12).fit(X, y)
    assert model.n_iter_ == 1


def test_verbose_shows_the_iterations(rng: np.random.Generator, capfd: pytest.CaptureFixture[str]) -> None:
    model = PoissonRegressor(verbose=1).fit(*counts(rng, 200, 5))
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == model.n_iter_ + 1
    assert all("objective" in line for line in lines)


def test_what_is_refused(rng: np.random.Generator) -> None:
    X, y = counts(rng, 30, 3)
    with pytest.raises(ValueError, match=r"Some value\(s\) of y are out of the valid range of the loss 'HalfPoissonLoss'"):
        PoissonRegressor().fit(X, y - 100)
    broken = X.copy()
    broken[3, 2] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        PoissonRegressor().fit(broken, y)
    wrong = y.astype(float)
    wrong[5] = np.nan
    with pytest.raises(ValueError, match="Input y contains NaN"):
        PoissonRegressor().fit(X, wrong)
    wrong[5] = np.inf
    with pytest.raises(ValueError, match="Input y contains infinity"):
        PoissonRegressor().fit(X, wrong)
    with pytest.raises(ValueError, match="The 'alpha' parameter"):
        PoissonRegressor(alpha=-1.0).fit(X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        PoissonRegressor().fit(X, y[:-1])
    with pytest.raises(ValueError, match="Expected 2D array"):
        PoissonRegressor().fit(X[:, 0], y)


def test_float32_sparse_and_layouts(rng: np.random.Generator) -> None:
    X, y = counts(rng, 200, 5)
    exact = PoissonRegressor(alpha=0.01, tol=1e-8).fit(X, y)
    for other in (np.asfortranarray(X), scipy.sparse.csr_matrix(X), scipy.sparse.csc_array(X)):
        np.testing.assert_allclose(PoissonRegressor(alpha=0.01, tol=1e-8).fit(other, y).coef_, exact.coef_, rtol=1e-8)
    np.testing.assert_allclose(exact.predict(scipy.sparse.csr_matrix(X)), exact.predict(X), rtol=1e-12)
    single = PoissonRegressor(alpha=0.01).fit(X.astype(np.float32), y)
    assert single.coef_.dtype == single.intercept_.dtype == single.predict(X.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(single.coef_, exact.coef_, atol=1e-3)


def test_same_bits_for_any_number_of_threads(rng: np.random.Generator) -> None:
    X, y = counts(rng, 5000, 20)
    models = []
    for threads in (1, 2, 3):
        with mm.threads(threads):
            models.append(PoissonRegressor().fit(X, y))
    for other in models[1:]:
        np.testing.assert_array_equal(other.coef_, models[0].coef_)


def test_pickle(rng: np.random.Generator) -> None:
    X, y = counts(rng, 50, 3)
    model = PoissonRegressor().fit(X, y)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))


def test_targets_and_columns_at_the_ends_of_the_range(rng: np.random.Generator) -> None:
    X, y = counts(rng, 200, 4)
    constant = np.hstack([X, np.ones((200, 1)), np.zeros((200, 1))])
    plain = PoissonRegressor(alpha=0.1, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(PoissonRegressor(alpha=0.1, tol=1e-9).fit(constant, y).coef_, [*plain.coef_, 0, 0], atol=1e-8)
    assert PoissonRegressor().fit(X[:, :1], y).coef_.shape == (1,)
    one = PoissonRegressor().fit(X[:1], [3])
    np.testing.assert_allclose(one.predict(X[:1]), 3, rtol=1e-12)
    np.testing.assert_allclose(PoissonRegressor(tol=1e-8).fit(X, np.zeros(200)).predict(X), 0, atol=1e-7)  # ln 0 as start
    large = PoissonRegressor(alpha=0, tol=1e-3).fit(X, 1e6 * y)
    np.testing.assert_allclose(large.coef_, PoissonRegressor(alpha=0, tol=1e-9).fit(X, y).coef_, atol=1e-6)


def test_many_rows_begin_with_a_part_of_them(rng: np.random.Generator) -> None:
    X, y = counts(rng, 40_000, 10)
    fit = PoissonRegressor(alpha=1e-3, tol=1e-9).fit(X, y)
    assert fit.certificate_.gradient_max <= 1e-9
    order = np.argsort(y, kind="stable")  # every eighth row is then still a fair part, a prefix would not be
    np.testing.assert_allclose(PoissonRegressor(alpha=1e-3, tol=1e-9).fit(X[order], y[order]).coef_, fit.coef_, atol=1e-7)


def test_a_table_of_dependent_columns() -> None:
    X, price = load_ames_housing(return_X_y=True)  # 31 columns, rank 29
    scaled = StandardScaler().fit_transform(X)
    for alpha in (0.0, 1e-3, 1.0):
        ours = PoissonRegressor(alpha=alpha, tol=1e-8, max_iter=1000).fit(scaled, price / 1e5)
        stock = linear_model.PoissonRegressor(alpha=alpha, tol=1e-8, max_iter=1000).fit(scaled, price / 1e5)
        # Gradients of 1e-8 over the least curvature along which scores change, of about 1e-3.
        np.testing.assert_allclose(ours.predict(scaled), stock.predict(scaled), rtol=1e-5)


def test_memory_maps_and_objects(rng: np.random.Generator, tmp_path: Any) -> None:
    X, y = counts(rng, 50, 3)
    exact = PoissonRegressor().fit(X, y)
    np.save(tmp_path / "X.npy", X)
    for other in (np.load(tmp_path / "X.npy", mmap_mode="r"), X.astype(object), X.tolist()):
        np.testing.assert_array_equal(PoissonRegressor().fit(other, y.astype(object)).coef_, exact.coef_)
    packed = np.zeros(50, [("y", float), ("more", "i1")])  # strides of 9 bytes
    packed["y"] = y
    np.testing.assert_array_equal(PoissonRegressor().fit(X, packed["y"]).coef_, exact.coef_)
    packed["y"] = 1 + np.arange(50)
    weighted = PoissonRegressor().fit(X, y, packed["y"].copy())
    np.testing.assert_array_equal(PoissonRegressor().fit(X, y, packed["y"]).coef_, weighted.coef_)


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_weights_without_a_mean_are_scikit_learns(rng: np.random.Generator, weight: float) -> None:
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 2
    outcomes = []
    for cls in (PoissonRegressor, linear_model.PoissonRegressor):
        try:
            outcomes.append(cls().fit(X, y, np.full(30, weight)).coef_.tolist())
        except Exception as error:  # whichever: versions differ
            outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]


def test_predict_takes_strings_of_numbers_as_scikit_learns_does() -> None:
    X, y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]), [0, 1, 1]
    model = PoissonRegressor().fit(X, y)
    np.testing.assert_array_equal(model.predict(X.astype(str)), model.predict(X))
    with pytest.raises(ValueError, match="could not convert string to float"):
        model.predict([["a", "b"]])
