# SPDX-License-Identifier: BSD-3-Clause
"""Naive Bayes: scikit-learn's estimator checks, its results, exact oracles, extremes, the same bits."""

from __future__ import annotations

import doctest
import pickle
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import sklearn.naive_bayes
from learn_checks import estimator_checks
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

import mlmath_native as mm
from mlmath_native.learn.naive_bayes import BernoulliNB, GaussianNB, MultinomialNB

EPS = float(np.finfo(float).eps)
ALL = [GaussianNB, MultinomialNB, BernoulliNB]
RESULTS = ["predict_joint_log_proba", "predict_log_proba", "predict_proba"]


@estimator_checks(GaussianNB(), MultinomialNB(), BernoulliNB())
def test_estimator_checks(estimator: Any, check: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # checks look for the warnings that they mean
        check(estimator)


def stock(estimator: Any) -> Any:
    """scikit-learn's own estimator with the same parameters."""
    return getattr(sklearn.naive_bayes, type(estimator).__name__)(**estimator.get_params())


def data(
    rng: np.random.Generator, n: int, d: int, classes: int = 3, dtype: Any = np.float64
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Counts of 0 to 5, some of them fractional, and labels that depend on them: right for all three models."""
    X = np.round(rng.integers(0, 6, (n, d)) * rng.choice([1, 1, 0.5], (n, d)), 1).astype(dtype)
    y = (X[:, 0] + X[:, -1] + rng.normal(size=n)).argsort().argsort() * classes // n
    return X, y


def assert_same_model(ours: Any, theirs: Any, tolerance: float) -> None:
    for name in [a for a in vars(theirs) if a.endswith("_") and not a.startswith("_")]:
        value, wanted = getattr(ours, name), getattr(theirs, name)
        assert np.shape(value) == np.shape(wanted), name
        assert np.asarray(value).dtype == np.asarray(wanted).dtype, name
        if np.asarray(wanted).dtype.kind == "f":
            np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance, err_msg=name)
        else:
            np.testing.assert_array_equal(value, wanted, err_msg=name)


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int32])
@pytest.mark.parametrize(("n", "d", "classes"), [(1, 1, 1), (7, 3, 2), (200, 5, 3), (1500, 20, 7)])
@pytest.mark.parametrize("weighted", [False, True])
def test_as_scikit_learn(cls: Any, dtype: Any, n: int, d: int, classes: int, weighted: bool, rng: np.random.Generator) -> None:
    X, y = data(rng, n, d, classes)
    X[0] += 1  # no column is constant, which scikit-learn may find to vary by a rounding
    X = X.astype(dtype)
    weights = rng.uniform(0.1, 3, n) if weighted else None
    ours, theirs = cls().fit(X, y, weights), stock(cls()).fit(X, y, weights)
    if n == 1 and cls is GaussianNB:
        np.testing.assert_array_equal(ours.theta_, theirs.theta_)
        assert ours.epsilon_ == 0
        return
    # Sums of at most n numbers in a chain, on both sides; float32 is summed in float32 by scikit-learn.
    eps = EPS if dtype != np.float32 else float(np.finfo(np.float32).eps)
    assert_same_model(ours, theirs, 8 * n * eps)
    Z, _ = data(rng, 60, d, 3)
    Z = Z.astype(dtype)
    for name in RESULTS:
        value, wanted = getattr(ours, name)(Z), getattr(theirs, name)(Z)
        assert value.dtype == wanted.dtype
        scale = float(np.abs(theirs.predict_joint_log_proba(Z)).max()) + 1
        np.testing.assert_allclose(value, wanted, rtol=0, atol=(16 * n + 4 * d + 16) * eps * scale)
    close = np.sort(theirs.predict_joint_log_proba(Z), axis=1)
    clear = np.ones(len(Z), bool) if close.shape[1] < 2 else close[:, -1] - close[:, -2] > 1e-2
    np.testing.assert_array_equal(ours.predict(Z)[clear], theirs.predict(Z)[clear])


@pytest.mark.parametrize("cls", ALL)
def test_predictions_belong_together(cls: Any, rng: np.random.Generator) -> None:
    X, y = data(rng, 300, 6)
    model = cls().fit(X, np.array(["red", "green", "blue"])[y])
    joint, log_p, p = (getattr(model, name)(X) for name in RESULTS)
    np.testing.assert_array_equal(model.predict(X), model.classes_[joint.argmax(axis=1)])
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=0, atol=8 * EPS)
    np.testing.assert_allclose(np.exp(log_p), p, rtol=0, atol=64 * EPS)
    np.testing.assert_allclose(log_p, joint - np.logaddexp.reduce(joint, axis=1)[:, None], rtol=0, atol=1e3 * EPS)


def exact_moments(column: NDArray[Any]) -> tuple[Fraction, Fraction]:
    values = [Fraction(float(v)) for v in column]
    mean = sum(values, Fraction(0)) / len(values)
    return mean, sum(((v - mean) ** 2 for v in values), Fraction(0)) / len(values)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e8, -1e15])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_moments_are_exact_however_large_the_mean(offset: float, dtype: Any, rng: np.random.Generator) -> None:
    X = (rng.normal(size=(700, 3)) + offset).astype(dtype)
    X[: len(X) // 2] = np.sort(X[: len(X) // 2], axis=0)  # the first rows lie far from the mean: two passes
    y = rng.integers(0, 2, len(X))
    model = GaussianNB(var_smoothing=0.0).fit(X, y)
    rounding = float(np.finfo(dtype).eps)
    for k in range(2):
        for j in range(3):
            mean, variance = exact_moments(X[y == k, j])
            assert abs(Fraction(float(model.theta_[k, j])) - mean) <= abs(mean) * rounding + variance**1 * EPS * 600 + EPS
            assert abs(Fraction(float(model.var_[k, j])) - variance) <= variance * (6 * 600 * EPS + rounding)


def test_joint_log_likelihood_against_long_double(rng: np.random.Generator) -> None:
    X = rng.normal(size=(500, 9)) * np.logspace(-3, 3, 9) + 1e4
    y = rng.integers(0, 4, 500)
    model = GaussianNB().fit(X, y)
    theta, var, prior = (a.astype(np.longdouble) for a in (model.theta_, model.var_, model.class_prior_))
    terms = (X.astype(np.longdouble)[:, None, :] - theta) ** 2 / var
    exact = np.log(prior) - np.log(2 * np.longdouble(np.pi) * var).sum(axis=1) / 2 - terms.sum(axis=2) / 2
    size = np.abs(np.log(prior)) + np.abs(np.log(2 * np.pi * var)).sum(axis=1) + terms.sum(axis=2)
    assert np.max(np.abs(model.predict_joint_log_proba(X) - exact) / size) <= (9 + 6) * EPS


def test_constant_columns_have_the_smoothing_alone(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(90, 3)), np.arange(90) % 3
    X[:, 1] = 0.1
    model = GaussianNB().fit(X, y)
    np.testing.assert_array_equal(model.theta_[:, 1], 0.1)
    np.testing.assert_array_equal(model.var_[:, 1], model.epsilon_)
    assert np.isfinite(model.predict_log_proba(X)).all()


def test_variance_of_zero_is_scikit_learns(rng: np.random.Generator) -> None:
    X, y = np.full((6, 2), 3.0), [0, 1, 0, 1, 0, 1]
    ours, theirs = GaussianNB().fit(X, y), stock(GaussianNB()).fit(X, y)
    assert ours.epsilon_ == 0
    with np.errstate(all="ignore"):
        for name in [*RESULTS, "predict"]:
            np.testing.assert_array_equal(getattr(ours, name)(X), getattr(theirs, name)(X))


@pytest.mark.parametrize("cls", ALL)
def test_weight_k_is_k_rows(cls: Any, rng: np.random.Generator) -> None:
    X, y = data(rng, 200, 4)
    counts = rng.integers(0, 4, 200)
    counts[:20] = 1
    weighted, repeated = cls().fit(X, y, counts), cls().fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    if cls is GaussianNB:
        np.testing.assert_allclose(weighted.theta_, repeated.theta_, rtol=0, atol=64 * EPS * np.abs(X).max())
        # epsilon_ is scikit-learn's: of all rows, without weights
        np.testing.assert_allclose(weighted.var_ - weighted.epsilon_, repeated.var_ - repeated.epsilon_, rtol=1e-13)
        np.testing.assert_allclose(weighted.class_prior_, repeated.class_prior_, rtol=8 * EPS)
    else:
        np.testing.assert_array_equal(weighted.feature_count_, repeated.feature_count_)
        np.testing.assert_array_equal(weighted.predict_proba(X), repeated.predict_proba(X))


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # log 0, in scikit-learn's as well
def test_weights_of_nothing_and_a_class_without_weight(cls: Any, rng: np.random.Generator) -> None:
    X, y = data(rng, 200, 5)
    X[0] += 1
    for weights in (np.arange(200) % 3, (y != 1).astype(float)):
        ours, theirs = cls().fit(X, y, sample_weight=weights), stock(cls()).fit(X, y, sample_weight=weights)
        for name in RESULTS:
            np.testing.assert_allclose(getattr(ours, name)(X), getattr(theirs, name)(X), rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("cls", [MultinomialNB, BernoulliNB])
@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300])
def test_scales_of_counts(cls: Any, scale: float, rng: np.random.Generator) -> None:
    X, y = data(rng, 200, 5)
    ours, theirs = cls().fit(X * scale, y), stock(cls()).fit(X * scale, y)
    for name in RESULTS:
        np.testing.assert_allclose(getattr(ours, name)(X * scale), getattr(theirs, name)(X * scale), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_same_bits_for_threads_and_layouts(cls: Any, dtype: Any, threads: int, isa: str, rng: np.random.Generator) -> None:
    X, y = data(rng, 9000, 11, dtype=dtype)
    weights = rng.uniform(0.5, 2, len(X))
    with mm.threads(1):
        expected = cls().fit(X, y, weights)
        scores = expected.predict_proba(X)
    unaligned = np.zeros(X.nbytes + 1, np.uint8)[1:].view(dtype).reshape(X.shape)
    unaligned[:] = X
    for same in (X, np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2], X[::-1].copy()[::-1], unaligned):
        model = cls().fit(same, y, weights)
        assert pickle.dumps(vars(model)) == pickle.dumps(vars(expected))
        np.testing.assert_array_equal(model.predict_proba(same), scores)
    np.testing.assert_array_equal(expected.predict_proba(X[17:31]), scores[17:31])


@pytest.mark.parametrize("cls", ALL)
def test_levels_with_fma_give_the_same_bits(cls: Any, rng: np.random.Generator) -> None:
    X, y = data(rng, 1000, 13)
    results = []
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                results.append(cls().fit(X, y).predict_joint_log_proba(X))
    for other in results[1:]:
        np.testing.assert_array_equal(other, results[0])


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_partial_fit_in_pieces_is_fit(cls: Any, dtype: Any, rng: np.random.Generator) -> None:
    X, y = data(rng, 400, 5, dtype=dtype)
    whole, pieces, theirs = cls().fit(X, y), cls(), stock(cls())
    for at in (slice(0, 1), slice(1, 150), slice(150, 400)):
        pieces.partial_fit(X[at], y[at], classes=[0, 1, 2])
        theirs.partial_fit(X[at], y[at], classes=[0, 1, 2])
    eps = float(np.finfo(dtype).eps)
    if cls is GaussianNB:
        np.testing.assert_allclose(pieces.theta_, whole.theta_, rtol=64 * eps)
        np.testing.assert_allclose(pieces.var_ - pieces.epsilon_, whole.var_ - whole.epsilon_, rtol=64 * eps)
        np.testing.assert_allclose(pieces.var_, theirs.var_, rtol=1e-7 + 800 * eps)
    else:
        np.testing.assert_allclose(pieces.feature_log_prob_, whole.feature_log_prob_, rtol=4 * EPS)
    np.testing.assert_array_equal(pieces.classes_, theirs.classes_)


def test_partial_fit_refuses_unknown_labels() -> None:
    with pytest.raises(ValueError, match=r"The target label\(s\) \[5\] in y do not exist in the initial classes \[0 1\]"):
        GaussianNB().partial_fit([[1.0], [2.0]], [0, 5], classes=[0, 1])
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        GaussianNB().partial_fit([[1.0], [2.0]], [0, 1])


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ([0.5], "Number of priors must match"),
        ([0.5, 0.4], "sum of the priors should be 1"),
        ([1.5, -0.5], "Priors must be non-negative"),
    ],
)
def test_priors_are_checked(priors: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GaussianNB(priors=priors).fit([[1.0], [2.0]], [0, 1])


def test_priors_and_a_class_that_does_not_occur(rng: np.random.Generator) -> None:
    X, y = data(rng, 100, 3)
    model, theirs = GaussianNB(priors=[0.2, 0.0, 0.8]).fit(X, y), stock(GaussianNB(priors=[0.2, 0.0, 0.8])).fit(X, y)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(model.predict_proba(X), theirs.predict_proba(X), rtol=0, atol=1e4 * EPS)
        assert not (model.predict(X) == 1).any()


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused(cls: Any, bad: float, rng: np.random.Generator) -> None:
    X, y = data(rng, 50, 4)
    model = cls().fit(X, y)
    X[31, 2] = bad
    for call in (lambda: cls().fit(X, y), lambda: cls().partial_fit(X, y, [0, 1, 2]), lambda: model.predict(X)):
        with pytest.raises(ValueError, match=r"Input X contains (NaN|infinity)"):
            call()
    for name in RESULTS:
        with pytest.raises(ValueError, match=r"Input X contains (NaN|infinity)"):
            getattr(model, name)(X)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Negative values in data passed to MultinomialNB \(input X\)"):
        MultinomialNB().fit([[1.0, -1.0], [2.0, 1.0]], [0, 1])


@pytest.mark.parametrize("cls", ALL)
def test_other_refusals(cls: Any) -> None:
    with pytest.raises(NotFittedError):
        cls().predict([[1.0]])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        cls().fit([[1.0], [2.0]], [0, 1, 1])
    with pytest.raises(ValueError, match=r"X has 1 features, but .* is expecting 2"):
        cls().fit([[1.0, 2.0], [2.0, 1.0]], [0, 1]).predict([[1.0]])
    with pytest.raises(ValueError, match="Unknown label type"):
        cls().fit([[1.0], [2.0]], [0.5, 1.5])


@pytest.mark.parametrize("cls", [MultinomialNB, BernoulliNB])
@pytest.mark.parametrize("container", [scipy.sparse.csr_matrix, scipy.sparse.csc_array, scipy.sparse.coo_matrix])
def test_sparse_runs_scikit_learns_code_and_says_so(cls: Any, container: Any, rng: np.random.Generator) -> None:
    X, y = data(rng, 120, 6)
    dense, sparse = cls().fit(X, y), cls().fit(container(X), y)
    assert (dense.solver_used_, sparse.solver_used_) == ("counts", "scikit-learn")
    np.testing.assert_array_equal(dense.feature_count_, sparse.feature_count_)
    for name in RESULTS:
        np.testing.assert_allclose(getattr(dense, name)(container(X)), getattr(dense, name)(X), rtol=0, atol=1e4 * EPS)
    mixed = cls().partial_fit(container(X[:60]), y[:60], [0, 1, 2]).partial_fit(X[60:], y[60:])
    np.testing.assert_array_equal(mixed.feature_count_, dense.feature_count_)


@pytest.mark.parametrize("cls", [MultinomialNB, BernoulliNB])
@pytest.mark.parametrize(
    "options", [{"alpha": 0.3}, {"alpha": np.linspace(0.1, 1, 5)}, {"fit_prior": False}, {"class_prior": [0.1, 0.2, 0.7]}]
)
def test_options_as_scikit_learn(cls: Any, options: dict[str, Any], rng: np.random.Generator) -> None:
    X, y = data(rng, 200, 5)
    if cls is BernoulliNB and np.ndim(
        options.get("alpha", 0)
    ):  # scikit-learn adds it to the classes' counts: the shapes do not fit
        with pytest.raises(ValueError, match="could not be broadcast"):
            stock(cls(**options)).fit(X, y)
        return
    ours, theirs = cls(**options).fit(X, y), stock(cls(**options)).fit(X, y)
    assert_same_model(ours, theirs, 1e-13)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=0, atol=1e-12)


def test_binary_columns_taken_as_they_are(rng: np.random.Generator) -> None:
    X, y = rng.integers(0, 2, (200, 5)).astype(float), rng.integers(0, 3, 200)
    ours, theirs = BernoulliNB(binarize=None).fit(X, y), stock(BernoulliNB(binarize=None)).fit(X, y)
    assert_same_model(ours, theirs, 1e-13)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(ours.predict_proba(X), BernoulliNB().fit(X, y).predict_proba(X))


@pytest.mark.parametrize("cls", [MultinomialNB, BernoulliNB])
def test_no_smoothing_is_scikit_learns(cls: Any) -> None:
    X, y = np.array([[0.0, 1.0], [0.0, 2.0], [1.0, 1.0]]), [0, 0, 1]
    with np.errstate(all="ignore"):
        ours, theirs = cls(alpha=0.0).fit(X, y), stock(cls(alpha=0.0)).fit(X, y)
        for name in [*RESULTS, "predict"]:
            np.testing.assert_array_equal(getattr(ours, name)(X), getattr(theirs, name)(X))
    with pytest.warns(UserWarning, match="alpha too small"):
        cls(alpha=0.0, force_alpha=False).fit(X, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_threshold_is_of_the_data_type(dtype: Any) -> None:
    X = np.array([[0.1], [np.nextafter(dtype(0.1), dtype(1))], [0.3]], dtype)
    ours, theirs = BernoulliNB(binarize=0.1).fit(X, [0, 1, 1]), stock(BernoulliNB(binarize=0.1)).fit(X, [0, 1, 1])
    np.testing.assert_array_equal(ours.feature_count_, theirs.feature_count_)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-14)


@pytest.mark.parametrize("cls", ALL)
def test_read_only_memmap(cls: Any, tmp_path: Path, rng: np.random.Generator) -> None:
    X, y = data(rng, 100, 4)
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(cls().fit(mapped, y).predict_proba(mapped), cls().fit(X, y).predict_proba(X))


@pytest.mark.parametrize("cls", ALL)
def test_tools_of_scikit_learn(cls: Any, rng: np.random.Generator) -> None:
    X, y = data(rng, 90, 4)
    model = cls().fit(X, y)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))
    assert clone(model).get_params() == model.get_params()
    assert isinstance(model, getattr(sklearn.naive_bayes, cls.__name__))
    name, values = ("var_smoothing", [1e-9, 1e-2]) if cls is GaussianNB else ("alpha", [0.1, 1.0])
    search = GridSearchCV(cls(), {name: values}, cv=3).fit(X, y)
    assert search.best_estimator_.score(X, y) > 0.4


@pytest.mark.parametrize("cls", ALL)
def test_example_gives_what_it_shows(cls: Any) -> None:
    test = doctest.DocTestParser().get_doctest(cls.__doc__, {}, cls.__name__, None, None)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("cls", [GaussianNB, MultinomialNB, BernoulliNB])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_label_that_is_not_finite_is_refused_without_a_warning_of_arithmetic(cls: Any, value: float) -> None:
    y = np.arange(6.0) % 2
    y[3] = value
    for fit in (cls().fit, lambda X, y: cls().partial_fit(X, y, classes=[0, 1])):
        with pytest.raises(ValueError, match="Input y contains"):
            fit(np.ones((6, 2)), y)


@pytest.mark.parametrize("cls", [GaussianNB, MultinomialNB, BernoulliNB])
@pytest.mark.parametrize(
    "y",
    [
        np.array(["a", "bc"], object)[np.arange(6) % 2],
        np.array(["a", "bc"], "U21")[np.arange(6) % 2],
        (np.arange(6) % 2).astype(">i8"),
        (np.arange(6) % 2).astype(">f8"),
        (np.arange(6) % 2).astype(np.int8),
        np.arange(6) % 2 == 0,
        ["x", "y"] * 3,
    ],
    ids=lambda y: str(getattr(y, "dtype", "list")),
)
def test_classes_have_scikit_learns_type(cls: Any, y: Any) -> None:
    X = np.random.default_rng(0).random((6, 2))
    wanted = getattr(sklearn.naive_bayes, cls.__name__)().fit(X, y)
    found = cls().fit(X, y)
    assert found.solver_used_ != "scikit-learn"
    np.testing.assert_array_equal(found.classes_, wanted.classes_, strict=True)
    np.testing.assert_array_equal(found.predict(X), wanted.predict(X), strict=True)
    more = cls().partial_fit(X, y, classes=wanted.classes_)
    np.testing.assert_array_equal(more.predict(X), wanted.predict(X))


@pytest.mark.parametrize("cls", [GaussianNB, MultinomialNB, BernoulliNB])
@pytest.mark.parametrize("y", [np.array([0, 1, 0, 1], object), np.array([0.5, 1.25, 0.5, 1.0])])
def test_what_is_no_label_is_refused_in_scikit_learns_words(cls: Any, y: Any) -> None:
    with pytest.raises(ValueError, match=r"Unknown label type: \(array"):
        cls().fit(np.ones((4, 2)), y)


@pytest.mark.parametrize("cls", [GaussianNB, MultinomialNB])
def test_rows_of_strings_are_refused_as_by_scikit_learn(cls: Any) -> None:
    with pytest.raises(ValueError, match="not compatible with arrays of bytes/strings"):
        cls().fit(np.array([["1", "2"], ["3", "4"]]), [0, 1])
    model = cls().fit([[1, 2], [3, 4]], [0, 1])
    with pytest.raises(ValueError, match="not compatible with arrays of bytes/strings"):
        model.predict(np.array([["1", "2"]]))


@pytest.mark.parametrize("cls", [MultinomialNB, BernoulliNB])
@pytest.mark.parametrize("scale", [1e-310, 1e-300, 1.0, 1e300])
def test_weights_of_double_precision_beside_float32_rows(cls: Any, scale: float) -> None:
    rng = np.random.default_rng(0)
    X, y, w = rng.random((30, 3)).astype(np.float32), np.arange(30) % 2, np.full(30, scale)
    found = cls().fit(X, y, w)
    wanted = getattr(sklearn.naive_bayes, cls.__name__)().fit(X, y, w)
    np.testing.assert_allclose(found.feature_count_, wanted.feature_count_, rtol=1e-6)
    np.testing.assert_allclose(found.feature_log_prob_, wanted.feature_log_prob_, rtol=1e-6)


def test_unknown_labels_of_another_type_are_named() -> None:
    with pytest.raises(ValueError, match=r"The target label\(s\) \['a' 'b'\] in y do not exist in the initial classes \[0 1\]"):
        GaussianNB().partial_fit(np.ones((4, 2)), ["a", "b", "a", "b"], classes=[0, 1])
    model = GaussianNB().partial_fit([[1.0], [2.0]], np.array([0, 1], object), classes=[0, 1])
    assert model.predict([[2.0]]).tolist() == [1]
