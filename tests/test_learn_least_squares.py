# SPDX-License-Identifier: BSD-3-Clause
"""LinearRegression: closed forms, an oracle in extended precision, scikit-learn's predictions, and every way of its table."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from learn_checks import estimator_checks
from numpy.typing import NDArray
from scipy import sparse
from sklearn import linear_model as stock
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mlmath_native as mm
from mlmath_native.learn.datasets import load_ames_housing
from mlmath_native.learn.linear_model import LinearRegression

Array = NDArray[Any]
EPS = float(np.finfo(np.float64).eps)


@estimator_checks(LinearRegression(), LinearRegression(positive=True))
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def extended_fit(X: Array, y: Array, weights: Array | None = None, alpha: float = 0.0) -> tuple[Array, np.longdouble]:
    """Coefficients and intercept in long double: centred normal equations and three steps of refinement."""
    w = np.ones(len(X), np.longdouble) if weights is None else weights.astype(np.longdouble)
    total = w.sum()
    wide, right = X.astype(np.longdouble), y.astype(np.longdouble)
    mean, offset = (w[:, None] * wide).sum(axis=0) / total, (w * right).sum() / total
    wide, right = wide - mean, right - offset
    gram = (wide * w[:, None]).T @ wide + alpha * np.eye(X.shape[1], dtype=np.longdouble)
    coef = np.zeros(X.shape[1], np.longdouble)
    for _ in range(4):
        coef = coef + eliminate(gram, wide.T @ (w * (right - wide @ coef)) - alpha * coef)
    return coef, offset - mean @ coef


def eliminate(a: Array, b: Array) -> Array:
    """Cholesky by columns: the few lines that NumPy lacks for long double."""
    n = len(a)
    lower = np.zeros_like(a)
    for j in range(n):
        lower[j, j] = np.sqrt(a[j, j] - lower[j, :j] @ lower[j, :j])
        lower[j + 1 :, j] = (a[j + 1 :, j] - lower[j + 1 :, :j] @ lower[j, :j]) / lower[j, j]
    x = b.copy()
    for j in range(n):
        x[j] = (x[j] - lower[j, :j] @ x[:j]) / lower[j, j]
    for j in reversed(range(n)):
        x[j] = (x[j] - lower[j + 1 :, j] @ x[j + 1 :]) / lower[j, j]
    return x


def centred_condition(X: Array) -> float:
    return float(np.linalg.cond(X - X.mean(axis=0)))


def problem(rng: np.random.Generator, n: int, d: int, condition: float = 1.0, noise: float = 0.1) -> tuple[Array, Array]:
    """Columns of about unit length whose matrix has about this condition, and a target with noise."""
    q = np.linalg.qr(rng.standard_normal((d, d)))[0]
    X = rng.standard_normal((n, d)) @ (q * np.geomspace(1, 1 / condition, d)) @ q.T
    y = X @ rng.standard_normal(d) + noise * rng.standard_normal(n) + 3
    return X, y


WAYS = {"cholesky": (8192, 5, 1.0), "cholesky-refined": (8192, 5, 300.0), "svd": (8192, 5, 1e5)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("weighted", [False, True])
def test_every_way_against_extended_precision(way: str, weighted: bool, rng: np.random.Generator) -> None:
    X, y = problem(rng, *WAYS[way])
    weights = rng.integers(0, 4, len(X)).astype(float) if weighted else None
    model = LinearRegression().fit(X, y, weights)
    assert model.solver_used_ == way
    coef, intercept = extended_fit(X, y, weights)
    # eps kappa (1 + kappa |r| / (|X| |b|)) [Higham2002, th. 20.1] with a factor for d and n of 30.
    kappa = centred_condition(X)
    residual = np.linalg.norm(y - y.mean()) / np.linalg.norm(X - X.mean(axis=0), 2) / np.linalg.norm(coef.astype(float))
    bound = 30 * EPS * kappa * (1 + kappa * min(residual, 1.0))
    assert np.linalg.norm((model.coef_ - coef).astype(float)) <= bound * np.linalg.norm(coef.astype(float))
    assert abs(float(model.intercept_ - intercept)) <= bound * (np.linalg.norm(coef.astype(float)) + abs(float(intercept)))
    assert model.rank_ == 5


@pytest.mark.parametrize("n", [40, 8192])
@pytest.mark.parametrize("mean", [1e3, 1e6, 1e9])
def test_means_much_larger_than_the_spread(n: int, mean: float, rng: np.random.Generator) -> None:
    X = mean * np.array([1.0, -2.0, 0.5, 1.0]) + rng.standard_normal((n, 4))
    y = (X - mean * np.array([1.0, -2.0, 0.5, 1.0])) @ [1.0, -1.0, 2.0, 0.5] + 0.1 * rng.standard_normal(n) + mean
    model = LinearRegression().fit(X, y)
    coef, _ = extended_fit(X, y)
    # X is taken as it is: nothing of the mean is left in the error but the rounding of the mean itself, which is repaired.
    np.testing.assert_allclose(model.coef_, coef.astype(float), rtol=1000 * EPS)
    predicted = model.predict(X[:5])
    exact = (y.astype(np.longdouble).mean() + (X[:5].astype(np.longdouble) - X.astype(np.longdouble).mean(axis=0)) @ coef).astype(
        float
    )
    np.testing.assert_allclose(predicted, exact, atol=40 * EPS * mean, rtol=0)


@pytest.mark.parametrize("shape", [(30, 4), (8192, 5), (5, 30), (20, 20), (1000, 60)])
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("targets", [None, 1, 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_as_scikit_learn(
    shape: tuple[int, int], fit_intercept: bool, weighted: bool, targets: int | None, dtype: Any, rng: np.random.Generator
) -> None:
    X = (rng.standard_normal(shape) + rng.standard_normal(shape[1])).astype(dtype)
    y = rng.standard_normal(shape[0] if targets is None else (shape[0], targets)).astype(dtype)
    weights = rng.uniform(0.1, 2.0, shape[0]).astype(dtype) if weighted else None
    ours = LinearRegression(fit_intercept=fit_intercept).fit(X, y, weights)
    theirs = stock.LinearRegression(fit_intercept=fit_intercept).fit(X, y, weights)
    eps = float(np.finfo(dtype).eps)
    kappa = float(theirs.singular_[0] / theirs.singular_[theirs.rank_ - 1])
    scale = np.abs(theirs.coef_).max()
    for name in ("coef_", "intercept_"):
        a, b = getattr(ours, name), getattr(theirs, name)
        assert type(a) is type(b)
        assert np.shape(a) == np.shape(b)
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)
        np.testing.assert_allclose(a, b, atol=100 * eps * kappa**2 * scale, rtol=0)
    assert ours.rank_ == theirs.rank_
    assert ours.singular_.dtype == theirs.singular_.dtype
    np.testing.assert_allclose(ours.singular_, theirs.singular_, atol=20 * max(shape) ** 0.5 * eps * theirs.singular_[0])
    assert set(vars(theirs)) | {"solver_used_"} == set(vars(ours))
    mine, his = ours.predict(X), theirs.predict(X)
    assert mine.dtype == his.dtype
    assert mine.shape == his.shape
    np.testing.assert_allclose(mine, his, atol=100 * eps * kappa * max(1.0, scale) * np.abs(X).max() * shape[1])


def test_rank_follows_tol(rng: np.random.Generator) -> None:
    """A direction below tol of the largest is left out by scikit-learn since 1.9, although it is well determined."""
    X, y = problem(rng, 8192, 5)
    X[:, 2] *= 1e-8
    ours, theirs = LinearRegression().fit(X, y), stock.LinearRegression().fit(X, y)
    assert ours.rank_ == theirs.rank_
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-9)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("n", [60, 8192])
def test_collinear_and_constant_columns(n: int, rng: np.random.Generator) -> None:
    X, y = problem(rng, n, 5)
    X = np.column_stack([X, X[:, 0] + X[:, 1], np.full(n, 0.1), np.full(n, 1e6)])
    ours, theirs = LinearRegression().fit(X, y), stock.LinearRegression().fit(X, y)
    assert ours.solver_used_ == "svd"
    assert ours.rank_ == 5
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-9)
    np.testing.assert_allclose(ours.coef_[:6], theirs.coef_[:6], atol=1e-10)
    assert (ours.coef_[6:] == 0).all()


@pytest.mark.parametrize("n", [1, 2, 50, 40_000])
def test_all_columns_constant(n: int) -> None:
    y = np.arange(n, dtype=float)
    model = LinearRegression().fit(np.full((n, 3), 0.1), y)
    assert (model.coef_ == 0).all()
    assert model.rank_ == 0
    np.testing.assert_allclose(model.predict(np.full((2, 3), 0.1)), y.mean(), rtol=4 * EPS)


def test_one_feature_closed_form(rng: np.random.Generator) -> None:
    for n in (2, 3, 10, 40_000):
        x, y = rng.standard_normal(n), rng.standard_normal(n)
        model = LinearRegression().fit(x[:, None], y)
        slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
        np.testing.assert_allclose(model.coef_, [slope], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(model.intercept_, y.mean() - slope * x.mean(), rtol=1e-12, atol=1e-14)
    model = LinearRegression().fit(np.arange(40_000.0)[:, None], 2 * np.arange(40_000.0) + 1)
    np.testing.assert_allclose([model.coef_[0], model.intercept_], [2, 1], rtol=1e-10)


@pytest.mark.parametrize("way", [*WAYS, "small"])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_a_weight_is_a_number_of_repetitions(way: str, fit_intercept: bool, rng: np.random.Generator) -> None:
    X, y = problem(rng, *WAYS.get(way, (50, 5, 1.0)))
    weights = rng.integers(0, 4, len(X))
    weighted = LinearRegression(fit_intercept=fit_intercept).fit(X, y, weights.astype(float))
    repeated = LinearRegression(fit_intercept=fit_intercept).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    kappa = centred_condition(X)
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=100 * EPS * kappa**2 * np.abs(repeated.coef_).max())
    np.testing.assert_allclose(weighted.singular_, repeated.singular_, atol=100 * EPS * repeated.singular_[0] * kappa)
    np.testing.assert_allclose(weighted.intercept_, repeated.intercept_, atol=100 * EPS * kappa**2)


def test_ames_housing() -> None:
    X, y = load_ames_housing(return_X_y=True)
    ours, theirs = LinearRegression().fit(X, y), stock.LinearRegression().fit(X, y)
    assert ours.rank_ == theirs.rank_
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-9 * y.max())
    full = LinearRegression(tol=1e-12).fit(X, y)
    assert full.rank_ == 29
    np.testing.assert_allclose(full.predict(X), stock.LinearRegression(tol=1e-12).fit(X, y).predict(X), atol=1e-8 * y.max())


@pytest.mark.parametrize("way", [*WAYS, "small"])
def test_same_bits_for_threads_and_strides(way: str, rng: np.random.Generator) -> None:
    X, y = problem(rng, *WAYS.get(way, (50, 5, 1.0)))
    strided = np.zeros((2 * len(X), 10))[::2, ::2]
    strided[...] = X
    fits = []
    for count in (1, 2, 3):
        with mm.threads(count):
            fits += [LinearRegression().fit(A, y) for A in (X, np.asfortranarray(X), strided)]
    for other in fits[1:]:
        assert other.coef_.tobytes() == fits[0].coef_.tobytes()
        assert other.intercept_ == fits[0].intercept_
        assert other.singular_.tobytes() == fits[0].singular_.tobytes()


def test_read_only_memmap(tmp_path: Path, rng: np.random.Generator) -> None:
    X, y = problem(rng, 8192, 5)
    X.tofile(tmp_path / "X")
    y.tofile(tmp_path / "y")
    mapped = np.memmap(tmp_path / "X", np.float64, "r", shape=X.shape)
    target = np.memmap(tmp_path / "y", np.float64, "r")
    plain = np.frombuffer(X.tobytes()).reshape(X.shape)
    expected = LinearRegression().fit(X, y)
    for A, b in ((mapped, target), (plain, y)):
        model = LinearRegression().fit(A, b)
        np.testing.assert_array_equal(model.coef_, expected.coef_)
        np.testing.assert_array_equal(model.predict(A), expected.predict(X))


@pytest.mark.parametrize("n", [60, 8192])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused(n: int, value: float, rng: np.random.Generator) -> None:
    X, y = problem(rng, n, 5)
    for in_target in (False, True):
        A, b = X.copy(), y.copy()
        (b if in_target else A[:, 3])[n // 2] = value
        for weights in (None, np.ones(n)):
            with pytest.raises(ValueError) as theirs:
                stock.LinearRegression().fit(A, b, weights)
            with pytest.raises(ValueError) as ours:
                LinearRegression().fit(A, b, weights)
            assert str(ours.value) == str(theirs.value)
    # A weight of zero hides nothing.
    weights = np.ones(n)
    weights[n // 2] = 0
    A = X.copy()
    A[n // 2, 3] = value
    with pytest.raises(ValueError, match="Input X contains"):
        LinearRegression().fit(A, y, weights)


@pytest.mark.parametrize("n", [60, 8192])
@pytest.mark.parametrize("scale", [1e-200, 1e-120, 1e120, 1e200])
def test_huge_and_tiny_numbers(n: int, scale: float, rng: np.random.Generator) -> None:
    X, y = problem(rng, n, 5)
    expected = LinearRegression().fit(X, y)
    model = LinearRegression().fit(X * scale, y)
    np.testing.assert_allclose(model.coef_ * scale, expected.coef_, rtol=1e-11)
    np.testing.assert_allclose(model.singular_ / scale, expected.singular_, rtol=1e-11)
    model = LinearRegression().fit(X, y * scale)
    np.testing.assert_allclose(model.coef_ / scale, expected.coef_, rtol=1e-11)


def test_scikit_learns_own_paths(rng: np.random.Generator) -> None:
    X, y = problem(rng, 50, 5)
    for model, other, A in (
        (LinearRegression(positive=True), stock.LinearRegression(positive=True), X),
        (LinearRegression(), stock.LinearRegression(), sparse.csr_matrix(X)),
    ):
        model.fit(A, y)
        assert model.solver_used_ == "scikit-learn"
        np.testing.assert_array_equal(model.coef_, other.fit(A, y).coef_)
        np.testing.assert_allclose(model.predict(A), other.predict(A), rtol=1e-13)


def test_predictions_do_not_depend_on_the_batch(rng: np.random.Generator) -> None:
    for dtype in (np.float64, np.float32):
        for d, targets in ((5, None), (50, None), (50, 1), (50, 3), (7, 12), (300, 2), (1000, None)):
            X = rng.standard_normal((700, d)).astype(dtype)
            model = LinearRegression()
            model.n_features_in_ = d
            model.coef_ = rng.standard_normal(d if targets is None else (targets, d)).astype(dtype)
            model.intercept_ = dtype(0.5) if targets is None else rng.standard_normal(targets).astype(dtype)
            whole = model.predict(X)
            assert whole.dtype == dtype
            for rows in (slice(0, 1), slice(3, 5), slice(10, 17), slice(100, 164), slice(1, 700), slice(0, 700, 3)):
                assert model.predict(X[rows]).tobytes() == np.ascontiguousarray(whole[rows]).tobytes(), (dtype, d, targets, rows)
            assert model.predict(np.asfortranarray(X)).tobytes() == whole.tobytes()


def test_predictions_of_other_inputs(rng: np.random.Generator) -> None:
    X, y = problem(rng, 50, 5)
    model = LinearRegression().fit(X, y)
    theirs = stock.LinearRegression().fit(X, y)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.predict(X.tolist()), expected)
    np.testing.assert_array_equal(model.predict(X.astype(object)), expected)
    for other in ((100 * X).astype(np.int64), (100 * X).astype(np.int8), X > 0, X.astype(np.float16), X.astype(np.float32)):
        mine, his = model.predict(other), theirs.predict(other)
        assert mine.dtype == his.dtype
        np.testing.assert_allclose(mine, his, rtol=1e-12, atol=1e-12)
    assert model.predict(X.astype(np.longdouble)).dtype == np.longdouble
    for bad in (np.nan, np.inf):
        A = X.copy()
        A[7, 2] = bad
        with pytest.raises(ValueError) as ours:
            model.predict(A)
        with pytest.raises(ValueError) as his_error:
            theirs.predict(A)
        assert str(ours.value) == str(his_error.value)
    with pytest.raises(ValueError, match="X has 4 features, but LinearRegression is expecting 5 features as input"):
        model.predict(X[:, :4])
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead"):
        model.predict(X[0])
    with pytest.raises(NotFittedError):
        LinearRegression().predict(X)
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert np.isinf(model.predict(np.full((2, 5), 1e308) * np.sign(model.coef_))).all()


def test_estimator_manners(rng: np.random.Generator) -> None:
    X, y = problem(rng, 200, 5)
    model = LinearRegression().fit(X, y)
    assert isinstance(model, stock.LinearRegression)
    assert type(model).__module__.startswith("mlmath_native.learn.linear_model")
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))
    assert not hasattr(clone(model), "coef_")
    assert repr(LinearRegression(fit_intercept=False)) == "LinearRegression(fit_intercept=False)"
    pipeline = make_pipeline(StandardScaler(), LinearRegression()).fit(X, y)
    np.testing.assert_allclose(pipeline.predict(X), model.predict(X), rtol=1e-9, atol=1e-9)
    search = GridSearchCV(LinearRegression(), {"fit_intercept": [True, False]}, cv=3).fit(X, y)
    assert search.best_params_ == {"fit_intercept": True}
    before = X.copy()
    LinearRegression(copy_X=False).fit(X, y)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("X", [np.array([["1", "2"], ["3", "4"], ["5", "7"]]), np.array([[b"1"], [b"2"], [b"3"]]), None, "abc", {}])
def test_what_is_no_matrix_of_numbers_is_refused_in_scikit_learns_words(X: Any) -> None:
    with pytest.raises(ValueError, match=r"Expected 2D array|not compatible") as wanted:
        stock.LinearRegression().fit(X, [1, 2, 3])
    with pytest.raises(ValueError, match=r"Expected 2D array|not compatible") as found:
        LinearRegression().fit(X, [1, 2, 3])
    assert str(found.value) == str(wanted.value)


def test_sparse_targets_are_refused_as_by_scikit_learn() -> None:
    X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    with pytest.raises(TypeError, match="Sparse data was passed"):
        LinearRegression().fit(X, sparse.csr_matrix(y[:, None]))


def test_targets_of_half_precision() -> None:
    X, y = np.arange(12.0).reshape(6, 2) ** 2, np.arange(6.0)
    np.testing.assert_array_equal(LinearRegression().fit(X, y.astype(np.float16)).coef_, LinearRegression().fit(X, y).coef_)
