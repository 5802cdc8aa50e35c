# SPDX-License-Identifier: BSD-3-Clause
"""Validation beside scikit-learn's own: the same arrays, attributes and errors, whatever is passed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn import config_context
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import _check_sample_weight, validate_data

from mlmath_native.learn import _validation as validation

FLOATS = [np.float64, np.float32]
BASE = np.arange(12.0).reshape(6, 2)
Y = np.array([0.5, 1.0, 2.0, -1.0, 3.0, 0.0])


class Matrix(np.ndarray):
    """A subclass, as np.matrix is."""


class Frame:
    """Something that NumPy can make an array of."""

    def __init__(self, values: Any) -> None:
        self.values = values
        self.shape = values.shape

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.values, dtype=dtype)

    def __len__(self) -> int:
        return len(self.values)


def with_value(value: float, dtype: Any = np.float64) -> Any:
    X = BASE.astype(dtype)
    X[3, 1] = value
    return X


DESIGNS: dict[str, Callable[[], Any]] = {
    "plain": lambda: BASE.copy(),
    "float32": lambda: BASE.astype(np.float32),
    "Fortran order": lambda: np.asfortranarray(BASE),
    "strided": lambda: np.arange(48.0).reshape(12, 4)[::2, ::2],
    "negative stride": lambda: BASE[::-1],
    "list": lambda: BASE.tolist(),
    "tuple of lists": lambda: tuple(BASE.tolist()),
    "list of arrays": lambda: list(BASE),
    "integers": lambda: BASE.astype(np.int64),
    "bytes": lambda: BASE.astype(np.uint8),
    "booleans": lambda: BASE > 4,
    "float16": lambda: BASE.astype(np.float16),
    "long double": lambda: BASE.astype(np.longdouble),
    "byte-swapped": lambda: BASE.astype(BASE.dtype.newbyteorder()),
    "objects": lambda: BASE.astype(object),
    "objects with a string": lambda: np.array([["1", 2.0], ["x", 3.0]] * 3, dtype=object),
    "numbers as strings": lambda: BASE.astype(str),
    "strings": lambda: np.array([["a", "b"]] * 6),
    "complex": lambda: BASE + 1j,
    "NaN": lambda: with_value(np.nan),
    "infinity": lambda: with_value(np.inf),
    "minus infinity, float32": lambda: with_value(-np.inf, np.float32),
    "too large for float32 only": lambda: with_value(1e300),
    "overflowing sum": lambda: np.full((6, 2), 1e308),
    "one-dimensional": lambda: BASE[:, 0],
    "three-dimensional": lambda: BASE.reshape(2, 3, 2),
    "scalar": lambda: np.float64(3.0),
    "zero-dimensional": lambda: np.array(3.0),
    "no rows": lambda: np.empty((0, 2)),
    "no columns": lambda: np.empty((6, 0)),
    "one row": lambda: BASE[:1],
    "None": lambda: None,
    "text": lambda: "abc",
    "ragged": lambda: [[1.0, 2.0], [3.0]],
    "read-only": lambda: np.frombuffer(BASE.tobytes()).reshape(6, 2),
    "unaligned": lambda: np.frombuffer(b"x" + BASE.tobytes(), offset=1).reshape(6, 2),
    "subclass": lambda: BASE.view(Matrix),
    "masked": lambda: np.ma.masked_array(BASE, BASE > 5),
    "array interface": lambda: Frame(BASE),
    "sparse": lambda: sparse.csr_matrix(BASE),
    "sparse array": lambda: sparse.csc_array(BASE),
}


def outcome(function: Callable[[], Any]) -> Any:
    """(result, None) or (None, the error); warnings are collected with the result."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            result, error = function(), None
        except Exception as raised:
            result, error = None, raised
    return result, error, [(w.category, str(w.message)) for w in seen]


def same(ours: Any, theirs: Any) -> None:
    assert type(ours[1]) is type(theirs[1]), (ours[1], theirs[1])
    assert str(ours[1]) == str(theirs[1])
    assert ours[2] == theirs[2]
    if theirs[1] is None:
        a, b = (x if isinstance(x, tuple) else (x,) for x in (ours[0], theirs[0]))
        for one, other in zip(a, b, strict=True):
            assert type(one) is type(other)
            if sparse.issparse(other):
                one, other = one.toarray(), other.toarray()
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("accept_sparse", [False, True])
@pytest.mark.parametrize("least_rows", [1, 2])
def test_design_as_scikit_learn(name: str, accept_sparse: bool, least_rows: int) -> None:
    ours, theirs = LinearRegression(), LinearRegression()
    same(
        outcome(
            lambda: validation.check_design(ours, DESIGNS[name](), reset=True, least_rows=least_rows, accept_sparse=accept_sparse)
        ),
        outcome(
            lambda: validate_data(
                theirs, DESIGNS[name](), reset=True, dtype=FLOATS, ensure_min_samples=least_rows, accept_sparse=accept_sparse
            )
        ),
    )
    assert ours.__dict__ == theirs.__dict__


@pytest.mark.parametrize("name", DESIGNS)
def test_design_after_a_fit_as_scikit_learn(name: str) -> None:
    ours, theirs = LinearRegression(), LinearRegression()
    for columns in (2, 3):
        ours.n_features_in_ = theirs.n_features_in_ = columns
        same(
            outcome(lambda: validation.check_design(ours, DESIGNS[name](), reset=False)),
            outcome(lambda: validate_data(theirs, DESIGNS[name](), reset=False, dtype=FLOATS)),
        )


@pytest.mark.parametrize("name", DESIGNS)
def test_not_finite_is_refused_in_scikit_learns_words(name: str) -> None:
    """A plain array is let through unseen with finite=False; refuse_not_finite then says what validate_data would have said."""
    ours, theirs = LinearRegression(), LinearRegression()

    def late() -> Any:
        X = validation.check_design(ours, DESIGNS[name](), reset=True, finite=False)
        validation.refuse_not_finite(ours, X)
        return X

    same(outcome(late), outcome(lambda: validate_data(theirs, DESIGNS[name](), reset=True, dtype=FLOATS)))
    X = np.full((4, 2), 1e308)
    validation.refuse_not_finite(ours, X, X[:, 0])
    with pytest.raises(ValueError, match="Input y contains infinity"):
        validation.refuse_not_finite(ours, X, np.array([1.0, np.inf]))
    with pytest.raises(ValueError, match="Input y contains NaN"):
        validation.refuse_not_finite(ours, X, np.array([1.0, np.nan]))


def test_unseen_array_is_the_same_object() -> None:
    estimator = LinearRegression()
    for X in (BASE, np.asfortranarray(BASE), BASE[::2]):
        assert validation.check_design(estimator, X, reset=True) is X
        assert validation.check_design(estimator, X, reset=True, finite=False) is X
    bad = with_value(np.nan)
    assert validation.check_design(estimator, bad, reset=True, finite=False) is bad
    with config_context(assume_finite=True):
        assert validation.check_design(estimator, bad, reset=True) is bad
        validation.refuse_not_finite(estimator, bad)


TARGETS: dict[str, Callable[[], Any]] = {
    "plain": lambda: Y.copy(),
    "float32": lambda: Y.astype(np.float32),
    "integers": lambda: np.arange(6),
    "booleans": lambda: Y > 0,
    "list": lambda: Y.tolist(),
    "objects": lambda: Y.astype(object),
    "objects with a string": lambda: np.array([1.0, "x", 2, 3, 4, 5], dtype=object),
    "strings": lambda: np.array(["a", "b"] * 3),
    "two columns": lambda: np.column_stack([Y, -Y]),
    "one column": lambda: Y[:, None],
    "no column": lambda: np.empty((6, 0)),
    "three-dimensional": lambda: Y.reshape(6, 1, 1),
    "too short": lambda: Y[:4],
    "NaN": lambda: np.where(Y == 2, np.nan, Y),
    "infinity": lambda: np.where(Y == 2, np.inf, Y),
    "complex": lambda: Y + 1j,
    "scalar": lambda: 3.0,
    "None": lambda: None,
    "byte-swapped": lambda: Y.astype(Y.dtype.newbyteorder()),
    "float16": lambda: Y.astype(np.float16),
    "strided": lambda: np.repeat(Y, 2)[::2],
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("design", ["plain", "float32", "list", "integers", "NaN", "one-dimensional", "no rows"])
@pytest.mark.parametrize("multi_output", [False, True])
def test_regression_as_scikit_learn(target: str, design: str, multi_output: bool) -> None:
    ours, theirs = LinearRegression(), LinearRegression()
    same(
        outcome(lambda: validation.check_regression(ours, DESIGNS[design](), TARGETS[target](), multi_output=multi_output)),
        outcome(
            lambda: validate_data(
                theirs, DESIGNS[design](), TARGETS[target](), dtype=FLOATS, y_numeric=True, multi_output=multi_output
            )
        ),
    )
    assert ours.__dict__ == theirs.__dict__


LABELS: dict[str, Callable[[], Any]] = {
    "integers": lambda: np.array([3, 1, 1, 7, 3, 1]),
    "no gap": lambda: np.array([2, 1, 0, 0, 1, 2]),
    "int8 over its whole range": lambda: np.array([-128, 127, 0, -128, 127, 5], np.int8),
    "uint64 near its end": lambda: np.array([2**64 - 1, 2**64 - 3, 2**64 - 1, 2**64 - 3, 2**64 - 1, 2**64 - 1], np.uint64),
    "int64 at its ends": lambda: np.array([-(2**63), 2**63 - 1] * 3),
    "int64 near its end": lambda: np.array([2**63 - 1, 2**63 - 2] * 3),
    "int64 near its beginning": lambda: np.array([-(2**63), -(2**63) + 5] * 3),
    "uint8": lambda: np.array([255, 0, 254, 0, 0, 1], np.uint8),
    "far apart": lambda: np.array([10**9, 0, 5, 5, 0, 10**9]),
    "byte-swapped": lambda: np.array([3, 1, 1, 7, 3, 1], ">i4"),
    "booleans": lambda: np.array([True, False, False, True, True, True]),
    "all true": lambda: np.ones(6, bool),
    "all false": lambda: np.zeros(6, bool),
    "one class": lambda: np.full(6, 4),
    "strings": lambda: np.array(["b", "a", "cc", "a", "b", "b"]),
    "bytes": lambda: np.array([b"b", b"a", b"c", b"a", b"b", b"b"]),
    "object strings": lambda: np.array(["b", "a", "cc", "a", "b", "b"], dtype=object),
    "object integers": lambda: np.array([3, 1, 1, 7, 3, 1], dtype=object),
    "strings and integers": lambda: np.array(["b", 1, "cc", 2, "b", "b"], dtype=object),
    "list": lambda: ["b", "a", "cc", "a", "b", "b"],
    "whole floats": lambda: np.array([1.0, 0.0, 1.0, 2.0, 0.0, 0.0]),
    "floats": lambda: Y,
    "NaN": lambda: np.array([1.0, 0.0, np.nan, 2.0, 0.0, 0.0]),
    "one column": lambda: np.array([[1], [0], [1], [0], [1], [0]]),
    "two columns": lambda: np.array([[1, 0]] * 6),
    "strided": lambda: np.array([3, 1, 1, 7, 3, 1, 3, 1, 1, 7, 3, 1])[::2],
    "too short": lambda: np.array([0, 1]),
    "None": lambda: None,
    "complex": lambda: Y + 1j,
}


def stock_classes(estimator: Any, X: Any, y: Any) -> tuple[Any, Any, Any]:
    """What LogisticRegression's fit does with its arguments."""
    from sklearn.utils.multiclass import check_classification_targets

    X, y = validate_data(estimator, X, y, dtype=FLOATS)
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    return X, classes, codes.astype(np.int32)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("design", ["plain", "list", "NaN"])
def test_classification_as_scikit_learn(label: str, design: str) -> None:
    ours, theirs = LogisticRegression(), LogisticRegression()
    same(
        outcome(lambda: validation.check_classification(ours, DESIGNS[design](), LABELS[label]())),
        outcome(lambda: stock_classes(theirs, DESIGNS[design](), LABELS[label]())),
    )
    assert ours.__dict__ == theirs.__dict__


def test_class_codes_of_many_rows(rng: np.random.Generator) -> None:
    for dtype in (np.int8, np.uint8, np.int32, np.uint64, np.int64):
        y = rng.integers(0, 100, 5000).astype(dtype)
        classes, codes = validation.class_codes(y)
        np.testing.assert_array_equal(classes, np.unique(y))
        assert classes.dtype == y.dtype
        np.testing.assert_array_equal(classes[codes], y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        validation.class_codes(np.array([0, 1]), rows=3)


WEIGHTS: dict[str, Callable[[], Any]] = {
    "plain": lambda: np.arange(6.0),
    "float32": lambda: np.arange(6, dtype=np.float32),
    "integers": lambda: np.arange(6),
    "list": lambda: [0, 1, 2, 3, 4, 5],
    "scalar": lambda: 2.0,
    "integer": lambda: 2,
    "strided": lambda: np.arange(12.0)[::2],
    "negative": lambda: np.array([1.0, -1.0, 1.0, 1.0, 1.0, 1.0]),
    "negative and zero": lambda: np.array([0.0, -1.0, 0.0, 0.0, 0.0, 0.0]),
    "zeros": lambda: np.zeros(6),
    "NaN": lambda: np.array([1.0, np.nan, 1.0, 1.0, 1.0, 1.0]),
    "infinity": lambda: np.array([1.0, np.inf, 1.0, 1.0, 1.0, 1.0]),
    "too short": lambda: np.ones(5),
    "two-dimensional": lambda: np.ones((6, 1)),
    "strings": lambda: np.array(["a"] * 6),
    "empty": lambda: np.ones(0),
}


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("options", [{}, {"ensure_non_negative": True}, {"copy": True}])
def test_weights_as_scikit_learn(weight: str, dtype: Any, options: dict[str, Any]) -> None:
    X = BASE.astype(dtype)
    same(
        outcome(lambda: validation.check_weights(WEIGHTS[weight](), X, **options)),
        outcome(lambda: _check_sample_weight(WEIGHTS[weight](), X, dtype=X.dtype, **options)),
    )


def test_no_weights() -> None:
    assert validation.check_weights(None, BASE) is None
    weights = np.arange(6.0)
    assert validation.check_weights(weights, BASE) is weights
    copy = validation.check_weights(weights, BASE, copy=True)
    assert copy is not None
    assert not np.shares_memory(copy, weights)
    with pytest.raises(TypeError):
        _check_sample_weight(weights, BASE, no_option_of_any_version=True)
    assert validation.check_weights(weights, BASE, no_option_of_any_version=True) is weights


def test_feature_names() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(BASE, columns=["a", "b"])
    ours = LinearRegression()
    X = validation.check_design(ours, frame, reset=True)
    assert list(ours.feature_names_in_) == ["a", "b"]
    validation.refuse_not_finite(ours, X)  # no warning about names: X came from a frame that had them
    validation.check_design(ours, frame, reset=False)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        validation.check_design(ours, BASE, reset=False)
    with pytest.raises(ValueError, match="feature names should match"):
        validation.check_design(ours, frame[["b", "a"]], reset=False)
    validation.check_design(ours, BASE, reset=True)
    assert not hasattr(ours, "feature_names_in_")
    validation.check_design(ours, BASE, reset=False)


def test_names_are_forgotten_with_a_plain_array() -> None:
    ours = LinearRegression()
    ours.feature_names_in_ = np.array(["a", "b"], dtype=object)
    validation.check_regression(ours, BASE, Y)
    assert not hasattr(ours, "feature_names_in_")


def test_parameters() -> None:
    good = LinearRegression()
    for _ in range(2):
        validation.check_parameters(good)
    with pytest.raises(InvalidParameterError, match="The 'fit_intercept' parameter of LinearRegression must be"):
        validation.check_parameters(LinearRegression(fit_intercept="x"))
    validation.check_parameters(good)
    good.tol = -1.0
    with pytest.raises(InvalidParameterError, match="The 'tol' parameter"):
        validation.check_parameters(good)
    with config_context(skip_parameter_validation=True):
        validation.check_parameters(good)
    with pytest.raises(InvalidParameterError, match="The 'tol' parameter"):
        validation.check_parameters(good)
    missing = LinearRegression()
    del missing.tol
    with pytest.raises(AttributeError, match="tol"):
        validation.check_parameters(missing)


def test_equal_parameters_of_another_type_are_looked_at() -> None:
    """1 == True, but only one of them is an alpha: identity is compared, not equality."""
    validation.check_parameters(LinearRegression(n_jobs=1))
    with pytest.raises(InvalidParameterError):
        validation.check_parameters(LinearRegression(n_jobs=1.0))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_all_finite_sees_every_element(value: float, dtype: Any) -> None:
    for shape in ((7,), (3, 50), (400, 3), (3, 4, 5)):
        X = np.full(shape, np.finfo(dtype).max, dtype)
        assert validation.all_finite(X)
        for at in range(0, X.size, max(1, X.size // 37)):
            bad = X.copy()
            bad.flat[at] = value
            assert not validation.all_finite(bad)
            assert not validation.all_finite(np.asfortranarray(bad))


@pytest.mark.parametrize("estimator", ["KMeans", "GaussianNB", "MultinomialNB", "StandardScaler", "LogisticRegression", "Ridge"])
def test_weights_that_are_not_aligned(estimator: str) -> None:
    from mlmath_native.learn import cluster, linear_model, naive_bayes, preprocessing

    model = next(getattr(m, estimator) for m in (cluster, linear_model, naive_bayes, preprocessing) if hasattr(m, estimator))()
    X = np.random.default_rng(0).random((40, 3))
    y = np.arange(40) % 3
    weights = np.frombuffer(b"." + np.linspace(0.5, 1.5, 40).tobytes(), np.float64, offset=1)
    assert not weights.flags.aligned
    if estimator == "KMeans":
        model.set_params(n_clusters=2, random_state=0)
    found = dict(vars(model.fit(X, y, sample_weight=weights)))
    wanted = vars(model.fit(X, y, sample_weight=weights.copy()))
    for name in ("cluster_centers_", "theta_", "feature_count_", "mean_", "coef_"):
        np.testing.assert_array_equal(found.get(name), wanted.get(name))
