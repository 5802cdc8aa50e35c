# SPDX-License-Identifier: BSD-3-Clause
"""LogisticRegression: scikit-learn's checks, the objective at the minimum in float64, weights, warm starts, what is refused."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from learn_checks import estimator_checks
from sklearn import linear_model
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mlmath_native as mm
from mlmath_native.learn.datasets import load_ames_housing
from mlmath_native.learn.linear_model import LogisticRegression

# scikit-learn 1.8 took the penalty's kind from `l1_ratio`.
RATIO_DECIDES = linear_model.LogisticRegression().penalty == "deprecated"
SOLVERS = ["lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # their small problems, as scikit-learn would
@estimator_checks(LogisticRegression(), LogisticRegression(solver="newton-cholesky"))
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def objective(model: Any, X: Any, y: Any, C: float, s: Any = None) -> float:
    """C sum_i s_i loss_i + |w|^2 / 2, in float64, from the model's attributes alone."""
    X = np.asarray(X, np.float64)
    s = np.ones(len(X)) if s is None else np.asarray(s, np.float64)
    codes = np.searchsorted(model.classes_, y)
    z = X @ model.coef_.astype(np.float64).T + model.intercept_.astype(np.float64)
    if z.shape[1] == 1:
        losses = np.logaddexp(0, z[:, 0]) - codes * z[:, 0]
    else:
        top = z.max(axis=1)
        losses = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - z[np.arange(len(z)), codes]
    return float(C * (s @ losses) + (model.coef_.astype(np.float64) ** 2).sum() / 2)


def problem(name: str) -> tuple[Any, Any]:
    if name == "iris":
        return load_iris(return_X_y=True)
    if name == "digits":
        return load_digits(return_X_y=True)
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X), y


@pytest.mark.parametrize("C", [0.01, 1.0])
@pytest.mark.parametrize("name", ["breast cancer", "iris"])
def test_the_minimum_is_not_above_that_of_scikit_learn(name: str, C: float) -> None:
    X, y = problem(name)
    ours = LogisticRegression(C=C, tol=1e-10, max_iter=1000).fit(X, y)
    assert ours.solver_used_ != "scikit-learn"
    stock = linear_model.LogisticRegression(C=C, tol=1e-10, max_iter=10_000, solver="newton-cholesky").fit(X, y)
    best = objective(stock, X, y, C)
    assert objective(ours, X, y, C) <= best * (1 + 1e-9)
    np.testing.assert_allclose(ours.predict_proba(X), stock.predict_proba(X), atol=1e-6)
    assert ours.coef_.shape == stock.coef_.shape
    assert ours.intercept_.shape == stock.intercept_.shape
    assert ours.n_iter_.shape == stock.n_iter_.shape == (1,)
    assert ours.n_iter_.dtype == stock.n_iter_.dtype


def test_ten_classes() -> None:
    X, y = problem("digits")
    X, y = X[::3], y[::3]
    ours = LogisticRegression(C=0.01, tol=1e-8, max_iter=1000).fit(X, y)
    stock = linear_model.LogisticRegression(C=0.01, tol=1e-6, max_iter=10_000).fit(X, y)
    assert ours.solver_used_ == "lbfgs"
    assert ours.certificate_.gradient_max <= 1e-8
    assert objective(ours, X, y, 0.01) <= objective(stock, X, y, 0.01) * (1 + 1e-9)
    np.testing.assert_allclose(ours.predict_proba(X), stock.predict_proba(X), atol=1e-4)
    np.testing.assert_allclose(ours.coef_.sum(axis=0), 0, atol=1e-12)
    assert abs(ours.intercept_.sum()) <= 1e-12


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("name", ["breast cancer", "iris"])
def test_every_solver_gives_the_same_minimum(solver: str, intercept: bool, name: str) -> None:
    X, y = problem(name)
    first = LogisticRegression(tol=1e-10, fit_intercept=intercept, max_iter=1000).fit(X, y)
    other = LogisticRegression(tol=1e-10, fit_intercept=intercept, max_iter=1000, solver=solver).fit(X, y)
    assert other.solver_used_ == "newton"
    np.testing.assert_array_equal(other.coef_, first.coef_)
    if not intercept:
        np.testing.assert_array_equal(other.intercept_, np.zeros(len(other.coef_)))


def test_no_penalty(rng: np.random.Generator) -> None:
    X = rng.normal(size=(300, 4))
    y = rng.random(300) < 1 / (1 + np.exp(-X @ [1, -2, 0.5, 0] - 0.3))
    ours = LogisticRegression(C=np.inf, tol=1e-10).fit(X, y)
    stock = linear_model.LogisticRegression(C=np.inf, tol=1e-10, solver="newton-cholesky").fit(X, y)
    np.testing.assert_allclose(ours.coef_, stock.coef_, rtol=1e-6)
    three = np.digitize(X @ [1, -2, 0.5, 0] + rng.logistic(size=300), [-1, 1])
    ours = LogisticRegression(C=np.inf, tol=1e-10, max_iter=500).fit(X, three)
    stock = linear_model.LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000).fit(X, three)
    np.testing.assert_allclose(ours.predict_proba(X), stock.predict_proba(X), atol=1e-6)
    np.testing.assert_allclose(ours.coef_.sum(axis=0), 0, atol=1e-12)


SEPARABLE = np.arange(20.0)[:, None] - 9.5


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (SEPARABLE, SEPARABLE[:, 0] > 0),
        (np.vstack([SEPARABLE, [[0.0], [0.0]]]), np.append(SEPARABLE[:, 0] > 0, [True, False])),  # both classes on the boundary
        (SEPARABLE, np.digitize(SEPARABLE[:, 0], [-3.0, 3.0])),
        (np.vstack([SEPARABLE, [[-3.0], [-3.0]]]), np.append(np.digitize(SEPARABLE[:, 0], [-3.0, 3.0]), [0, 1])),
        load_iris(return_X_y=True),  # the first class alone can be told from the others
    ],
    ids=["two", "two, boundary", "three", "three, boundary", "iris"],
)
def test_separable_classes_without_a_penalty_warn_and_return(X: Any, y: Any) -> None:
    with pytest.warns(ConvergenceWarning, match="there is no minimum"):
        model = LogisticRegression(C=np.inf).fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert model.certificate_.gradient_max <= 1e-4
    assert model.score(X, y) >= 0.9
    with pytest.warns(ConvergenceWarning, match="did not converge in 3 iterations|there is no minimum"):
        early = LogisticRegression(C=np.inf, max_iter=3, tol=1e-12).fit(X, y)
    assert early.n_iter_[0] <= 3
    LogisticRegression(C=1e3, max_iter=1000).fit(X, y)  # no warning: a penalty determines the coefficients


def test_out_of_iterations_warns_and_rounding_does_not() -> None:
    for name in ("breast cancer", "iris"):
        X, y = problem(name)
        with pytest.warns(ConvergenceWarning, match="did not converge in 2 iterations"):
            model = LogisticRegression(max_iter=2).fit(X, y)
        assert model.n_iter_[0] == 2
        exact = LogisticRegression(tol=0).fit(X, y)  # no gradient is ever 0: no warning, as from scikit-learn
        assert exact.certificate_.gradient_max < 1e-12


@pytest.mark.parametrize("classes", [2, 3, 12])
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_a_weight_is_a_number_of_repetitions(rng: np.random.Generator, classes: int, class_weight: Any) -> None:
    X, y = rng.normal(size=(120, 5)), rng.integers(classes, size=120)
    y[:classes] = range(classes)
    s = rng.integers(0, 5, size=120).astype(float)
    s[:classes] = 1
    weighted = LogisticRegression(class_weight=class_weight, tol=1e-8).fit(X, y, s)
    repeated = LogisticRegression(class_weight=class_weight, tol=1e-8).fit(
        np.repeat(X, s.astype(int), axis=0), np.repeat(y, s.astype(int))
    )
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(weighted.intercept_, repeated.intercept_, rtol=1e-9, atol=1e-10)


def test_class_weight_is_scikit_learns(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(80, 3)), np.array(["a", "c", "c", "c"] * 20)
    for weight in ("balanced", {"a": 2.0, "c": 0.5}):
        ours = LogisticRegression(class_weight=weight, tol=1e-10).fit(X, y)
        stock = linear_model.LogisticRegression(class_weight=weight, tol=1e-10, solver="newton-cholesky").fit(X, y)
        np.testing.assert_allclose(ours.coef_, stock.coef_, atol=1e-7)
    with pytest.raises(ValueError, match="class_weight"):
        LogisticRegression(class_weight={"a": 2.0, "d": 0.5}).fit(X, y)


def test_what_only_scikit_learn_fits_says_so() -> None:
    X, y = problem("breast cancer")
    for parameters in (
        {"solver": "saga", "max_iter": 2000, "random_state": 0} | ({"l1_ratio": 1} if RATIO_DECIDES else {"penalty": "l1"}),
        {"solver": "saga", "max_iter": 2000, "random_state": 0, "l1_ratio": 0.5}
        | ({} if RATIO_DECIDES else {"penalty": "elasticnet"}),
        {"solver": "liblinear", "random_state": 0},
    ):
        ours = LogisticRegression(tol=1e-2, **parameters).fit(X, y)
        stock = linear_model.LogisticRegression(tol=1e-2, **parameters).fit(X, y)
        assert ours.solver_used_ == "scikit-learn"
        assert not hasattr(ours, "certificate_")
        np.testing.assert_array_equal(ours.coef_, stock.coef_)
        np.testing.assert_allclose(ours.predict_proba(X), stock.predict_proba(X), rtol=1e-12, atol=1e-14)
    again = ours.set_params(solver="lbfgs", tol=1e-4).fit(X, y)
    assert again.solver_used_ != "scikit-learn"
    assert again.certificate_.gradient_max <= 1e-4


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_deprecated_arguments() -> None:
    X, y = problem("breast cancer")
    plain = LogisticRegression().fit(X, y)
    np.testing.assert_array_equal(LogisticRegression(penalty="l2").fit(X, y).coef_, plain.coef_)
    np.testing.assert_array_equal(LogisticRegression(l1_ratio=None).fit(X, y).coef_, plain.coef_)
    elastic = LogisticRegression(penalty="elasticnet", l1_ratio=0, solver="saga").fit(X, y)
    np.testing.assert_array_equal(elastic.coef_, plain.coef_)
    np.testing.assert_array_equal(LogisticRegression(n_jobs=2).fit(X, y).coef_, plain.coef_)
    X, y = load_iris(return_X_y=True)
    X, y = X[50:], y[50:]
    bare = LogisticRegression(penalty=None, C=1.0, max_iter=500)
    assert np.abs(bare.fit(X, y).coef_).max() > np.abs(LogisticRegression().fit(X, y).coef_).max()
    with pytest.warns(UserWarning, match="penalty=None will ignore"):
        LogisticRegression(penalty=None, C=2.0, max_iter=500).fit(X, y)
    with pytest.raises(ValueError, match="supports only"):
        LogisticRegression(penalty="l1").fit(X, y)
    with pytest.raises(ValueError, match="supports only"):
        LogisticRegression(penalty="elasticnet", l1_ratio=0).fit(X, y)
    with pytest.raises(ValueError, match="l1_ratio must be specified"):
        LogisticRegression(penalty="elasticnet", l1_ratio=None, solver="saga").fit(X, y)
    with pytest.raises(ValueError, match="dual"):
        LogisticRegression(dual=True).fit(X, y)


@pytest.mark.skipif(not RATIO_DECIDES, reason="nothing is deprecated in this scikit-learn")
@pytest.mark.parametrize(
    "parameters",
    [
        {"penalty": "l2"},
        {"l1_ratio": None},
        {"n_jobs": 1},
        {"penalty": "l2", "l1_ratio": None, "n_jobs": 2},
        {"penalty": None, "C": 2.0},
        {"penalty": "elasticnet", "solver": "saga"},
    ],
)
def test_deprecations_warn_as_scikit_learn_does(parameters: dict[str, Any]) -> None:
    X, y = load_iris(return_X_y=True)
    X, y = X[50:], y[50:]
    warned = []
    for cls in (LogisticRegression, linear_model.LogisticRegression):
        with warnings.catch_warnings(record=True) as record:
            warnings.simplefilter("always")
            cls(max_iter=10_000, **parameters).fit(X, y)
        warned.append([(one.category, str(one.message)[:12]) for one in record])
    assert warned[0] == warned[1] != []


def test_warm_start() -> None:
    X, y = problem("breast cancer")
    model = LogisticRegression(warm_start=True, tol=1e-8).fit(X, y)
    first = model.coef_.copy()
    assert model.n_iter_[0] > 1
    assert model.fit(X, y).n_iter_[0] <= 1
    np.testing.assert_allclose(model.coef_, first, rtol=1e-6)
    with pytest.raises(ValueError, match="Initialization coef is of shape"):
        model.fit(X[:, :2], y)


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array"])
def test_sparse(rng: np.random.Generator, kind: str) -> None:
    X = rng.normal(size=(100, 8)) * (rng.random((100, 8)) < 0.3)
    y = rng.integers(2, size=100)
    dense = LogisticRegression(tol=1e-8).fit(X, y)
    sparse = LogisticRegression(tol=1e-8).fit(getattr(scipy.sparse, kind)(X), y)
    assert sparse.solver_used_ == dense.solver_used_
    np.testing.assert_array_equal(sparse.coef_, dense.coef_)
    np.testing.assert_allclose(sparse.predict_proba(scipy.sparse.csr_matrix(X)), dense.predict_proba(X), rtol=1e-12)


def test_sparse_too_wide_to_write_out(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    from mlmath_native.learn.linear_model import _native_fit

    monkeypatch.setattr(_native_fit, "DENSE_BYTES", 1000)
    X = scipy.sparse.random(100, 50, 0.02, format="csr", random_state=0)
    model = LogisticRegression().fit(X, rng.integers(2, size=100))
    assert model.solver_used_ == "scikit-learn"


@pytest.mark.parametrize("classes", [2, 4])
def test_float32_layouts_and_read_only(rng: np.random.Generator, classes: int) -> None:
    X, y = rng.normal(size=(200, 6)), rng.integers(classes, size=200)
    exact = LogisticRegression(tol=1e-8).fit(X, y)
    wide = np.zeros((200, 12))
    wide[:, ::2] = X
    frozen = X.copy()
    frozen.flags.writeable = False
    shifted = np.zeros(X.nbytes + 1, np.uint8)[1:].view(float).reshape(X.shape)  # not aligned
    shifted[:] = X
    packed = np.zeros(200, [("row", float, 6), ("more", "i1")])
    packed["row"] = X
    for other in (np.asfortranarray(X), wide[:, ::2], frozen, X[::-1].copy()[::-1], X.astype(">f8"), shifted, packed["row"]):
        np.testing.assert_allclose(LogisticRegression(tol=1e-8).fit(other, y).coef_, exact.coef_, rtol=1e-8, atol=1e-10)
    single = LogisticRegression(tol=1e-4).fit(X.astype(np.float32), y)
    assert single.coef_.dtype == single.intercept_.dtype == np.float32
    np.testing.assert_allclose(single.coef_, exact.coef_, atol=2e-3)
    assert single.predict_proba(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities(rng: np.random.Generator, classes: int) -> None:
    X, y = rng.normal(size=(90, 4)), rng.integers(classes, size=90)
    model = LogisticRegression().fit(X, y)
    stock = linear_model.LogisticRegression()
    stock.__dict__.update(model.__dict__)
    np.testing.assert_allclose(model.decision_function(X), stock.decision_function(X), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(model.predict_proba(X), stock.predict_proba(X), rtol=1e-12)
    np.testing.assert_allclose(model.predict_log_proba(X), stock.predict_log_proba(X), rtol=1e-9, atol=1e-14)
    np.testing.assert_array_equal(model.predict(X), stock.predict(X))
    far = model.predict_log_proba(1e4 * X)
    assert np.isfinite(far).all()
    assert (far <= 0).all()
    assert ((model.predict_proba(1e4 * X) >= 0) & (model.predict_proba(1e4 * X) <= 1)).all()


@pytest.mark.parametrize("labels", [[-3, 7], [False, True], ["no", "yes"], ["x", "yy", "zzz"], [2.0, 3.0], [1, 2, 10**12]])
def test_labels_of_every_kind(rng: np.random.Generator, labels: list[Any]) -> None:
    X, codes = rng.normal(size=(60, 3)), np.arange(60) % len(labels)
    X[:, 0] += 3 * codes
    y = np.array(labels)[codes]
    model = LogisticRegression().fit(X, y)
    assert model.solver_used_ == "newton"
    if isinstance(labels[0], str):  # scikit-learn refuses other objects
        objects = LogisticRegression().fit(X.astype(object), y.astype(object))
        assert objects.classes_.dtype == object
        np.testing.assert_array_equal(objects.coef_, model.coef_)
    np.testing.assert_array_equal(model.classes_, labels)
    assert model.classes_.dtype == y.dtype
    assert set(model.predict(X)) <= set(labels)
    np.testing.assert_array_equal(model.fit(X, y.tolist()).predict(X), model.fit(X, y).predict(X))


def test_what_is_refused(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 2
    for bad in (np.nan, np.inf):
        broken = X.copy()
        broken[4, 1] = bad
        with pytest.raises(ValueError, match="NaN" if np.isnan(bad) else "infinity"):
            LogisticRegression().fit(broken, y)
    with pytest.raises(ValueError, match="only one class"):
        LogisticRegression().fit(X, np.zeros(30))
    with pytest.raises(ValueError, match="Unknown label type"):
        LogisticRegression().fit(X, rng.normal(size=30))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LogisticRegression().fit(X, y[:-1])
    with pytest.raises(ValueError, match="The 'C' parameter"):
        LogisticRegression(C=-1.0).fit(X, y)
    with pytest.raises(ValueError, match="3 features"):
        LogisticRegression().fit(X, y).predict(X[:, :2])
    with pytest.raises(ValueError, match="class_weight must give a positive weight"):
        LogisticRegression(class_weight={0: 0, 1: 0}).fit(X, y)
    with pytest.raises(ValueError, match="Expected 2D array"):
        LogisticRegression().fit(X[:, 0], y)
    with pytest.raises(ValueError, match="1d array"):
        LogisticRegression().fit(X, np.column_stack([y, y]))
    with pytest.raises(ValueError, match="Input y contains NaN"):
        LogisticRegression().fit(X, np.where(y == 0, np.nan, 1.0))


def test_unusual_shapes(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(40, 1)), np.arange(40) % 2
    assert LogisticRegression().fit(X, y).coef_.shape == (1, 1)
    assert LogisticRegression().fit(X[:2], y[:2]).score(X[:2], y[:2]) >= 0.5
    constant = np.hstack([X, np.ones((40, 1)), np.zeros((40, 1))])
    model = LogisticRegression(tol=1e-10).fit(constant, y)
    np.testing.assert_allclose(model.coef_[0, :2], [LogisticRegression(tol=1e-10).fit(X, y).coef_[0, 0], 0], atol=1e-8)
    wide = rng.normal(size=(20, 300))
    ours = LogisticRegression(tol=1e-9, max_iter=1000).fit(wide, y[:20])
    stock = linear_model.LogisticRegression(tol=1e-9, max_iter=1000).fit(wide, y[:20])
    assert objective(ours, wide, y[:20], 1.0) <= objective(stock, wide, y[:20], 1.0) * (1 + 1e-9)


@pytest.mark.parametrize("name", ["breast cancer", "iris", "digits"])
def test_same_bits_for_any_number_of_threads(name: str) -> None:
    X, y = problem(name)
    models = []
    for threads in (1, 2, 3):
        with mm.threads(threads):
            models.append(LogisticRegression(C=0.01).fit(X, y))
    for other in models[1:]:
        np.testing.assert_array_equal(other.coef_, models[0].coef_)
        np.testing.assert_array_equal(other.intercept_, models[0].intercept_)


def test_scikit_learns_machinery() -> None:
    X, y = load_iris(return_X_y=True)
    X, y = X[50:], y[50:]
    model = LogisticRegression(C=2.0)
    assert isinstance(model, linear_model.LogisticRegression)
    assert clone(model).get_params() == model.get_params()
    fitted = model.fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [0.1, 1.0]}, cv=3).fit(
        X, y
    )
    assert search.best_score_ > 0.9
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sparse = clone(model).fit(X, y).sparsify()
    np.testing.assert_allclose(sparse.predict_proba(X), fitted.predict_proba(X), rtol=1e-12)


@pytest.mark.parametrize("classes", [2, 3])
def test_rows_that_are_not_aligned_or_split_elements(classes: int) -> None:
    X, y = np.random.default_rng(0).standard_normal((40, 4)), np.arange(40) % classes
    unaligned = np.frombuffer(b"." + X.tobytes(), X.dtype, offset=1).reshape(X.shape)
    split = np.ndarray(X.shape, X.dtype, np.zeros(40 * 36, np.uint8).data, strides=(36, 8))
    split[...] = X
    for other in (unaligned, split):
        np.testing.assert_array_equal(LogisticRegression().fit(other, y).coef_, LogisticRegression().fit(X, y).coef_)


@pytest.mark.parametrize("name", ["breast cancer", "iris"])
def test_verbose_shows_the_iterations(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    model = LogisticRegression(verbose=1).fit(*problem(name))
    assert len(capfd.readouterr().err.splitlines()) == model.n_iter_[0] + 1


def test_memory_maps(rng: np.random.Generator, tmp_path: Any) -> None:
    X, y = rng.normal(size=(50, 3)), np.arange(50) % 3
    np.save(tmp_path / "X.npy", X)
    model = LogisticRegression().fit(np.load(tmp_path / "X.npy", mmap_mode="r"), y)
    np.testing.assert_array_equal(model.coef_, LogisticRegression().fit(X, y).coef_)
    assert type(model.coef_) is np.ndarray


def test_long_doubles(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(50, 3)).astype(np.longdouble), np.arange(50) % 3
    model = LogisticRegression().fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba(X.astype(float)), rtol=1e-12)
    np.testing.assert_allclose(model.predict_log_proba(X), model.predict_log_proba(X.astype(float)), rtol=1e-12)


def test_a_table_of_dependent_columns() -> None:
    X, price = load_ames_housing(return_X_y=True)  # 31 columns, rank 29
    for scaled in (X, StandardScaler().fit_transform(X)):
        for y in (price > np.median(price), np.digitize(price, np.quantile(price, [1 / 3, 2 / 3]))):
            model = LogisticRegression(tol=1e-8).fit(scaled, y)
            assert model.certificate_.gradient_max <= 1e-8
            if scaled is X and y.dtype != bool:
                continue  # scikit-learn's own fits do not get there
            stock = linear_model.LogisticRegression(tol=1e-8, solver="newton-cholesky").fit(scaled, y)
            np.testing.assert_allclose(model.predict_proba(scaled), stock.predict_proba(scaled), atol=1e-6)


def test_without_pandas() -> None:
    code = """
import sys
class NoPandas:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "pandas":
            raise ImportError(name)
sys.meta_path.insert(0, NoPandas())
from mlmath_native.learn.linear_model import LogisticRegression
print(LogisticRegression().fit([[0.0], [1.0]], ["a", "b"]).predict([[2.0]])[0])
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "b\n"


def test_data_frames() -> None:
    pandas = pytest.importorskip("pandas")
    X, y = load_iris(return_X_y=True)
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = LogisticRegression(max_iter=200).fit(frame, pandas.Series(y, dtype="category"))
    np.testing.assert_array_equal(model.feature_names_in_, ["a", "b", "c", "d"])
    np.testing.assert_array_equal(model.coef_, LogisticRegression(max_iter=200).fit(X, y).coef_)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an interval timer")
@pytest.mark.parametrize("classes", [2, 3])
def test_ctrl_c_is_not_swallowed(rng: np.random.Generator, classes: int) -> None:
    """A search over many fits must end: the best so far is `optim.fit_linear`'s to return."""
    X, y = rng.normal(size=(3000, 10)), np.arange(3000) % classes
    endless = LogisticRegression(tol=0, max_iter=2**31 - 1)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            endless.fit(X, y)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not hasattr(endless, "coef_")


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_weights_without_a_mean_are_scikit_learns(rng: np.random.Generator, weight: float) -> None:
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 2
    outcomes = []
    for cls in (LogisticRegression, linear_model.LogisticRegression):
        try:
            outcomes.append(cls().fit(X, y, np.full(30, weight)).coef_.tolist())
        except Exception as error:  # whichever: versions differ
            outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]
