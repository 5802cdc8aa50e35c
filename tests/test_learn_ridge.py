# SPDX-License-Identifier: BSD-3-Clause
"""Ridge and RidgeCV: an oracle in extended precision, leave-one-out by leaving out, and scikit-learn's own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from learn_checks import estimator_checks
from numpy.typing import NDArray
from scipy import sparse
from sklearn import config_context
from sklearn import linear_model as stock
from sklearn.model_selection import KFold
from test_learn_least_squares import EPS, centred_condition, extended_fit, problem

import mlmath_native as mm
from mlmath_native.learn.datasets import load_ames_housing
from mlmath_native.learn.linear_model import LinearRegression, Ridge, RidgeCV

Array = NDArray[Any]
SOLVERS = ("auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga")


@estimator_checks(Ridge(), RidgeCV())
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


WAYS = {"cholesky": (8192, 5, 1.0), "cholesky-refined": (8192, 5, 300.0), "svd": (8192, 5, 1e5)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [1e-6, 1.0])
def test_every_way_against_extended_precision(way: str, weighted: bool, alpha: float, rng: np.random.Generator) -> None:
    X, y = problem(rng, *WAYS[way])
    weights = rng.integers(0, 4, len(X)).astype(float) if weighted else None
    model = Ridge(alpha).fit(X, y, weights)
    if alpha == 1e-6:
        assert model.solver_used_ == way
    coef, intercept = extended_fit(X, y, weights, alpha)
    kappa = centred_condition(X)
    residual = np.linalg.norm(y - y.mean()) / np.linalg.norm(X - X.mean(axis=0), 2) / np.linalg.norm(coef.astype(float))
    bound = 30 * EPS * kappa * (1 + kappa * min(residual, 1.0))
    assert np.linalg.norm((model.coef_ - coef).astype(float)) <= bound * np.linalg.norm(coef.astype(float))
    assert abs(float(model.intercept_ - intercept)) <= bound * (np.linalg.norm(coef.astype(float)) + abs(float(intercept)))


@pytest.mark.parametrize("shape", [(30, 4), (8192, 5), (5, 30), (20, 20), (300, 60)])
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("targets", [None, 1, 3])
@pytest.mark.parametrize("per_target", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_as_scikit_learn(
    shape: tuple[int, int],
    fit_intercept: bool,
    weighted: bool,
    targets: int | None,
    per_target: bool,
    dtype: Any,
    rng: np.random.Generator,
) -> None:
    X = (rng.standard_normal(shape) + rng.standard_normal(shape[1])).astype(dtype)
    y = rng.standard_normal(shape[0] if targets is None else (shape[0], targets)).astype(dtype)
    weights = rng.uniform(0.1, 2.0, shape[0]).astype(dtype) if weighted else None
    alpha: Any = np.geomspace(0.1, 10, targets or 1) if per_target else 0.5
    ours = Ridge(alpha, fit_intercept=fit_intercept).fit(X, y, weights)
    theirs = stock.Ridge(alpha, fit_intercept=fit_intercept).fit(X, y, weights)
    wide = X.astype(float) - (X.mean(axis=0) if fit_intercept else 0)
    condition = np.linalg.norm(wide, 2) ** 2 / min(0.1, np.min(alpha)) if shape[0] < 3 * shape[1] else np.linalg.cond(wide) ** 2
    tolerance = 50 * float(np.finfo(dtype).eps) * condition * max(1.0, np.abs(theirs.coef_).max())
    for name in ("coef_", "intercept_"):
        a, b = getattr(ours, name), getattr(theirs, name)
        assert type(a) is type(b)
        assert np.shape(a) == np.shape(b)
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)
        np.testing.assert_allclose(a, b, atol=tolerance, rtol=0)
    assert ours.n_iter_ is None
    assert ours.solver_ == theirs.solver_
    assert set(vars(theirs)) | {"solver_used_"} == set(vars(ours))
    assert ours.predict(X).shape == theirs.predict(X).shape
    assert ours.predict(X).dtype == theirs.predict(X).dtype


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_name_gives_the_exact_minimum(solver: str, rng: np.random.Generator) -> None:
    for shape in ((50, 5), (8192, 5), (5, 30)):
        X, y = rng.standard_normal(shape), rng.standard_normal((shape[0], 2))
        model = Ridge(2.0, solver=solver, random_state=0).fit(X, y)
        assert model.solver_used_ == "cholesky"
        np.testing.assert_array_equal(model.coef_, Ridge(2.0).fit(X, y).coef_)
        if solver in ("sag", "saga", "lsqr"):
            np.testing.assert_array_equal(model.n_iter_, [1, 1])
        else:
            assert model.n_iter_ is None
        # The gradient of the objective is zero.
        centred = X - X.mean(axis=0)
        gradient = centred.T @ (centred @ model.coef_.T - (y - y.mean(axis=0))) + 2.0 * model.coef_.T
        assert np.abs(gradient).max() <= 100 * EPS * np.linalg.norm(centred) ** 2


@pytest.mark.parametrize("n", [20, 60, 8192])
def test_no_penalty_and_dependent_columns(n: int, rng: np.random.Generator) -> None:
    X, y = problem(rng, n, 5)
    X = np.column_stack([X, X[:, 0] + X[:, 1], np.full(n, 0.1)])
    least = LinearRegression().fit(X, y)
    model = Ridge(0.0).fit(X, y)
    assert model.solver_used_ == model.solver_ == "svd"
    np.testing.assert_allclose(model.coef_, least.coef_, atol=1e-11)
    small = Ridge(1e-9).fit(X, y)
    np.testing.assert_allclose(small.coef_, least.coef_, atol=1e-8)
    wide = Ridge(0.0).fit(X.T[:, :n], np.arange(7.0))
    np.testing.assert_allclose(wide.predict(X.T), np.arange(7.0), atol=1e-7)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
@pytest.mark.parametrize("n", [10_000, 60, 10])
def test_huge_and_tiny_numbers(n: int, scale: float, rng: np.random.Generator) -> None:
    """The squares of X are no numbers; warnings are errors. scikit-learn raises an error, or its coefficients are NaN."""
    X, y = rng.standard_normal((n, 20)), rng.standard_normal(n)
    free = LinearRegression().fit(X, y).coef_
    without = Ridge(alpha=0.0).fit(X * scale, y).coef_
    penalized = Ridge(alpha=1.0).fit(X * scale, y).coef_
    within = 1e-12 * np.abs(free).max()
    np.testing.assert_allclose(without * scale, free, rtol=0, atol=within)
    if scale > 1:  # alpha is nothing beside X^T X
        np.testing.assert_allclose(penalized * scale, free, rtol=0, atol=within)
    else:  # X^T X is nothing beside alpha
        right = (X - X.mean(axis=0)).T @ y
        np.testing.assert_allclose(penalized / scale, right, rtol=0, atol=1e-7 * np.abs(right).max())  # subnormal numbers


@pytest.mark.parametrize("n", [1, 2])
def test_one_and_two_samples(n: int) -> None:
    X, y = np.arange(3.0 * n).reshape(n, 3), np.arange(5.0, 5 + n)
    for alpha in (0.0, 1.0):
        ours, theirs = Ridge(alpha).fit(X, y), stock.Ridge(alpha, solver="svd").fit(X, y)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-14)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-14)


@pytest.mark.parametrize("way", [*WAYS, "small", "wide"])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_a_weight_is_a_number_of_repetitions(way: str, fit_intercept: bool, rng: np.random.Generator) -> None:
    X, y = problem(rng, *{"small": (50, 5, 1.0), "wide": (8, 20, 1.0)}.get(way, WAYS.get(way, (0, 0, 0))))
    weights = rng.integers(0, 4, len(X))
    alpha = 1e-6 if way in WAYS else 0.5
    weighted = Ridge(alpha, fit_intercept=fit_intercept).fit(X, y, weights.astype(float))
    repeated = Ridge(alpha, fit_intercept=fit_intercept).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    kappa = 1 + centred_condition(X) if way in WAYS else 100.0
    scale = max(1.0, np.abs(repeated.coef_).max())
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=100 * EPS * kappa**2 * scale)
    np.testing.assert_allclose(weighted.intercept_, repeated.intercept_, atol=100 * EPS * kappa**2 * scale)


def test_ames_housing() -> None:
    X, y = load_ames_housing(return_X_y=True)
    for alpha in (1e-3, 1.0, 1e4):
        ours, theirs = Ridge(alpha).fit(X, y), stock.Ridge(alpha, solver="svd").fit(X, y)
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-8 * y.max())


@pytest.mark.parametrize("shape", [(50, 5), (8192, 5), (5, 30)])
def test_same_bits_for_threads_and_strides(shape: tuple[int, int], rng: np.random.Generator) -> None:
    X, y = rng.standard_normal(shape), rng.standard_normal(shape[0])
    strided = np.zeros((2 * shape[0], 2 * shape[1]))[::2, ::2]
    strided[...] = X
    bits = set()
    for count in (1, 2, 3):
        with mm.threads(count):
            bits |= {Ridge().fit(A, y).coef_.tobytes() for A in (X, np.asfortranarray(X), strided)}
    assert len(bits) == 1


@pytest.mark.parametrize(
    ("options", "y_columns"),
    [
        ({"solver": "lbfgs"}, 1),
        ({"positive": True, "solver": "svd"}, 1),
        ({"alpha": [1.0, 2.0, 3.0]}, 2),
        ({"alpha": -1.0}, 1),
        ({"alpha": "x"}, 1),
        ({"solver": "x"}, 1),
        ({"tol": -1}, 1),
    ],
)
def test_errors_are_scikit_learns(options: dict[str, Any], y_columns: int, rng: np.random.Generator) -> None:
    X, y = rng.standard_normal((20, 3)), rng.standard_normal((20, y_columns))
    with pytest.raises(ValueError) as theirs:
        stock.Ridge(**options).fit(X, y)
    with pytest.raises(ValueError) as ours:
        Ridge(**options).fit(X, y)
    assert str(ours.value) == str(theirs.value)


def test_scikit_learns_own_paths(rng: np.random.Generator) -> None:
    X, y = problem(rng, 50, 5)
    weights = np.ones(50)
    weights[3] = -0.5
    for A, options in ((X, {"positive": True}), (sparse.csr_matrix(X), {}), (sparse.csr_array(X), {"solver": "lsqr"})):
        ours, theirs = Ridge(**options).fit(A, y), stock.Ridge(**options).fit(A, y)
        assert ours.solver_used_ == "scikit-learn"
        np.testing.assert_array_equal(ours.coef_, theirs.coef_)
        np.testing.assert_allclose(ours.predict(A), theirs.predict(A), rtol=1e-12)
    copy = pickle.loads(pickle.dumps(Ridge().fit(X, y)))
    np.testing.assert_array_equal(copy.predict(X), Ridge().fit(X, y).predict(X))


@pytest.mark.parametrize("n", [60, 8192])
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["Ridge", "RidgeCV"])
def test_not_finite_is_refused(name: str, n: int, value: float, rng: np.random.Generator) -> None:
    ours_class, stock_class = {"Ridge": (Ridge, stock.Ridge), "RidgeCV": (RidgeCV, stock.RidgeCV)}[name]
    X, y = problem(rng, n, 5)
    for in_target in (False, True):
        A, b = X.copy(), y.copy()
        (b if in_target else A[:, 3])[n // 2] = value
        with pytest.raises(ValueError) as theirs:
            stock_class().fit(A, b)
        with pytest.raises(ValueError) as ours:
            ours_class().fit(A, b)
        assert str(ours.value) == str(theirs.value).replace("_RidgeGCV", "RidgeCV")


# RidgeCV


@pytest.mark.parametrize("shape", [(40, 5), (3000, 20), (12, 30), (20, 20)])
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("targets", [None, 1, 3])
@pytest.mark.parametrize("per_target", [False, True])
@pytest.mark.parametrize("scoring", [None, "neg_mean_absolute_error"])
@pytest.mark.parametrize("gcv_mode", [None, "svd"])
def test_leave_one_out_as_scikit_learn(
    shape: tuple[int, int],
    fit_intercept: bool,
    weighted: bool,
    targets: int | None,
    per_target: bool,
    scoring: str | None,
    gcv_mode: str | None,
    rng: np.random.Generator,
) -> None:
    if per_target and targets is None and scoring is not None:
        pytest.skip("scikit-learn indexes columns that are not there")
    X, y = problem(rng, *shape, noise=3.0)
    X += 2
    if targets is not None:
        y = np.column_stack([y + 10 * i * rng.standard_normal(len(y)) for i in range(targets)])
    weights = rng.uniform(0.1, 2.0, shape[0]) if weighted else None
    options: dict[str, Any] = {
        "alphas": np.geomspace(1e-2, 1e4, 13),
        "fit_intercept": fit_intercept,
        "scoring": scoring,
        "gcv_mode": gcv_mode,
        "alpha_per_target": per_target,
        "store_cv_results": True,
    }
    ours, theirs = RidgeCV(**options).fit(X, y, weights), stock.RidgeCV(**options).fit(X, y, weights)
    assert ours.solver_used_ == (gcv_mode or ("gram" if shape[0] <= shape[1] else "eigen"))
    assert type(ours.alpha_) is type(theirs.alpha_)
    np.testing.assert_array_equal(ours.alpha_, theirs.alpha_)
    assert np.shape(ours.best_score_) == np.shape(theirs.best_score_)
    np.testing.assert_allclose(ours.best_score_, theirs.best_score_, rtol=1e-7)
    assert ours.cv_results_.shape == theirs.cv_results_.shape
    np.testing.assert_allclose(ours.cv_results_, theirs.cv_results_, rtol=1e-5, atol=1e-6 * np.abs(theirs.cv_results_).max())
    for name in ("coef_", "intercept_"):
        a, b = getattr(ours, name), getattr(theirs, name)
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, atol=1e-8)
    assert set(vars(theirs)) | {"solver_used_"} == set(vars(ours))


@pytest.mark.parametrize("shape", [(15, 4), (9, 20)])
@pytest.mark.parametrize("gcv_mode", [None, "svd"])
def test_leave_one_out_is_leaving_one_out(shape: tuple[int, int], gcv_mode: str | None, rng: np.random.Generator) -> None:
    X, y = problem(rng, *shape, noise=1.0)
    X += 5
    alphas = [0.1, 1.0, 10.0]
    model = RidgeCV(alphas, store_cv_results=True, gcv_mode=gcv_mode).fit(X, y)
    for j, alpha in enumerate(alphas):
        for i in range(len(y)):
            others = np.arange(len(y)) != i
            error = y[i] - Ridge(alpha).fit(X[others], y[others]).predict(X[i : i + 1])[0]
            np.testing.assert_allclose(model.cv_results_[i, j], error**2, rtol=1e-8)
    mean = model.cv_results_.mean(axis=0)
    assert model.alpha_ == alphas[int(np.argmin(mean))]
    np.testing.assert_allclose(model.best_score_, -mean.min())
    np.testing.assert_allclose(model.coef_, Ridge(model.alpha_).fit(X, y).coef_, atol=1e-12)


def test_alpha_lost_beside_the_eigenvalues_goes_by_singular_values(rng: np.random.Generator) -> None:
    X, y = problem(rng, 200, 5, 1e7)
    model = RidgeCV([1e-12, 1e-13]).fit(1e3 * X, y)
    assert model.solver_used_ == "svd"
    coef, _ = extended_fit(1e3 * X, y, None, model.alpha_)
    np.testing.assert_allclose(model.predict(1e3 * X), y.mean() + ((1e3 * (X - X.mean(axis=0))) @ coef.astype(float)), atol=1e-6)


def test_ridge_cv_arguments(rng: np.random.Generator) -> None:
    X, y = problem(rng, 60, 4)
    assert RidgeCV(alphas=2.0).fit(X, y).alpha_ == 2.0
    single = RidgeCV(alphas=[3]).fit(X, y)
    assert single.alpha_ == 3.0
    for alphas in ([0.0, 1.0], [-1.0], ["x", "y"], [1.0, -2.0]):
        with pytest.raises((ValueError, TypeError)) as theirs:
            stock.RidgeCV(alphas=alphas).fit(X, y)
        with pytest.raises(type(theirs.value)) as ours:
            RidgeCV(alphas=alphas).fit(X, y)
        assert str(ours.value) == str(theirs.value)
    small = RidgeCV(store_cv_results=True).fit(X.astype(np.float32), y.astype(np.float32))
    assert small.coef_.dtype == small.cv_results_.dtype == small.intercept_.dtype == np.float32
    weights = rng.integers(0, 3, 60).astype(float)  # zeros: such rows have no error
    mine, his = RidgeCV().fit(X, y, weights), stock.RidgeCV().fit(X, y, weights)
    assert mine.alpha_ == his.alpha_
    np.testing.assert_allclose(mine.best_score_, his.best_score_)


def test_ridge_cv_by_scikit_learn(rng: np.random.Generator) -> None:
    X, y = problem(rng, 60, 4)
    for A, options in ((X, {"cv": KFold(3)}), (sparse.csr_matrix(X), {})):
        ours, theirs = RidgeCV(**options).fit(A, y), stock.RidgeCV(**options).fit(A, y)
        assert ours.solver_used_ == "scikit-learn"
        assert ours.alpha_ == theirs.alpha_
        np.testing.assert_allclose(ours.coef_, theirs.coef_)
    with config_context(enable_metadata_routing=True):
        assert RidgeCV().fit(X, y).solver_used_ == "scikit-learn"


def test_ridge_cv_same_bits(rng: np.random.Generator) -> None:
    for shape in ((500, 20), (10, 30)):
        X, y = problem(rng, *shape)
        bits = set()
        for count in (1, 2, 3):
            with mm.threads(count):
                model = RidgeCV(np.geomspace(0.1, 10, 5)).fit(X, y)
                bits.add((model.coef_.tobytes(), model.best_score_))
        assert len(bits) == 1


@pytest.mark.parametrize("scale", [1e-305, 1e-300, 1e-150, 1e150, 1e290])
@pytest.mark.parametrize("columns", [4, 40])
def test_singular_values_whose_squares_leave_the_range(scale: float, columns: int) -> None:
    """No NaN, and no warning: warnings are errors here."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, columns)), rng.standard_normal(30)
    np.testing.assert_allclose(Ridge(alpha=0.0).fit(X * scale, y).coef_ * scale, Ridge(alpha=0.0).fit(X, y).coef_, rtol=1e-9)


@pytest.mark.parametrize("cls", [Ridge, RidgeCV])
def test_arrays_of_another_library_go_to_scikit_learn(cls: Any) -> None:
    """With array API dispatch scikit-learn computes in that library; its support is switched on when SciPy is imported."""
    pytest.importorskip("torch")
    code = (
        f"import sklearn, torch; from mlmath_native.learn.linear_model import {cls.__name__};"
        "X = torch.arange(12.0, dtype=torch.float64).reshape(6, 2) ** 2; y = X[:, 0] + 1\n"
        "with sklearn.config_context(array_api_dispatch=True):\n"
        f"    model = {cls.__name__}().fit(X, y); assert torch.is_tensor(model.predict(X)) and model.solver_used_ == 'scikit-learn'"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, env={**os.environ, "SCIPY_ARRAY_API": "1"})


@pytest.mark.parametrize("cls", [Ridge, RidgeCV])
def test_none_among_the_targets_is_refused(cls: Any) -> None:
    X, y = np.arange(12.0).reshape(6, 2), np.array([0, 1, None, 2, 3, 4], object)
    with pytest.raises(ValueError, match="contains NaN"):
        cls().fit(X, y)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_ridge_cv_keeps_weights_of_double_precision_beside_float32_rows(scale: float) -> None:
    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((30, 3)).astype(np.float32), rng.standard_normal(30), rng.random(30) + 0.5
    found = RidgeCV().fit(X, y, sample_weight=w * scale)
    wanted = stock.RidgeCV().fit(X, y, sample_weight=w * scale)
    assert found.coef_.dtype == np.float32
    assert found.alpha_ == wanted.alpha_
    np.testing.assert_allclose(found.coef_, wanted.coef_, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cls", [Ridge, RidgeCV])
@pytest.mark.parametrize("dtype", [">f4", "<f4", ">f8", "<f8"])
def test_predictions_of_a_foreign_byte_order_have_scikit_learns_type(cls: Any, dtype: str) -> None:
    X = np.random.default_rng(0).random((20, 3)).astype(dtype)
    y = X[:, 0].astype(float)
    found, wanted = (model().fit(X, y).predict(X) for model in (cls, getattr(stock, cls.__name__)))
    assert found.dtype == wanted.dtype.newbyteorder("=")
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


@pytest.mark.parametrize("scale", [2.0**400, 2.0**401, 1e160, 1e300])
@pytest.mark.parametrize("shape", [(30, 4), (6, 9)])
def test_ridge_cv_of_columns_whose_squares_overflow(scale: float, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal(shape), rng.standard_normal(shape[0])
    found = RidgeCV(alphas=[0.1, 1.0]).fit(X * scale, y)
    wanted = Ridge(alpha=1e-13).fit(X, y)
    np.testing.assert_allclose(found.coef_ * scale, wanted.coef_, rtol=1e-6)
    assert np.isfinite(found.best_score_)
