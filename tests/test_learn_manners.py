# SPDX-License-Identifier: BSD-3-Clause
"""What a fit leaves behind when it is refused or interrupted, and whose line its warnings name."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from mlmath_native.learn import _validation as validation

_REFITS = (
    ("linear_model", "LinearRegression"),
    ("linear_model", "Ridge"),
    ("linear_model", "RidgeCV"),
    ("linear_model", "LogisticRegression"),
    ("linear_model", "PoissonRegressor"),
    ("linear_model", "HuberRegressor"),
    ("linear_model", "SGDClassifier"),
    ("linear_model", "SGDRegressor"),
    ("naive_bayes", "GaussianNB"),
    ("naive_bayes", "MultinomialNB"),
    ("naive_bayes", "BernoulliNB"),
    ("decomposition", "PCA"),
    ("decomposition", "TruncatedSVD"),
    ("decomposition", "IncrementalPCA"),
    ("cluster", "KMeans"),
)


@pytest.mark.parametrize(("module", "name"), _REFITS)
def test_a_refused_refit_leaves_the_model_as_it_was(module: str, name: str) -> None:
    cls = getattr(importlib.import_module(f"mlmath_native.learn.{module}"), name)
    rng = np.random.default_rng(0)
    X, more = rng.random((400, 4)), rng.random((400, 5))
    more[7, 2] = np.nan
    model = (cls(n_clusters=2, random_state=0) if name == "KMeans" else cls()).fit(X, np.arange(400) % 2)
    use = model.predict if hasattr(model, "predict") else model.transform
    before, wanted = model.__dict__.copy(), use(X)
    with pytest.raises(ValueError, match="contains NaN"):
        model.fit(more, np.arange(400) % 3)
    assert model.__dict__.keys() == before.keys()
    assert all(model.__dict__[key] is value for key, value in before.items())
    np.testing.assert_array_equal(use(X), wanted)


def test_an_interrupted_fit_leaves_the_model_as_it_was() -> None:
    class Interrupted:
        @validation.unchanged_on_error
        def fit(self) -> None:
            self.coef_ = 2
            self.new_ = 3
            raise KeyboardInterrupt

    model = Interrupted()
    model.coef_ = 1
    with pytest.raises(KeyboardInterrupt):
        model.fit()
    assert vars(model) == {"coef_": 1}


@pytest.mark.parametrize("name", ["LogisticRegression", "PoissonRegressor", "HuberRegressor", "SGDClassifier", "SGDRegressor"])
@pytest.mark.parametrize("weights", [np.full(400, np.nan), np.ones(3)], ids=["NaN", "too few"])
def test_refused_weights_leave_the_model_as_it_was(name: str, weights: Any) -> None:
    """The weights are looked at when classes and columns of the new data are known."""
    cls = getattr(importlib.import_module("mlmath_native.learn.linear_model"), name)
    rng = np.random.default_rng(0)
    X, more, y = rng.random((400, 4)), rng.random((400, 5)), np.arange(400) % 2
    model = cls().fit(X, y)
    before, wanted = model.__dict__.copy(), model.predict(X)
    with pytest.raises(ValueError, match="weight"):
        model.fit(more, (y + 7) * 3, sample_weight=weights)
    assert model.__dict__.keys() == before.keys()
    assert all(model.__dict__[key] is value for key, value in before.items())
    np.testing.assert_array_equal(model.predict(X), wanted)


@pytest.mark.parametrize("name", ["SGDClassifier", "SGDRegressor"])
@pytest.mark.parametrize("average", [False, True])
def test_a_diverging_partial_fit_leaves_the_model_as_it_was(name: str, average: bool) -> None:
    cls = getattr(importlib.import_module("mlmath_native.learn.linear_model"), name)
    rng = np.random.default_rng(0)
    X, y = rng.random((400, 4)), np.arange(400) % 2
    model = cls(loss="squared_error", average=average).partial_fit(X, y, **({"classes": [0, 1]} if name == "SGDClassifier" else {}))
    before, wanted = {key: np.copy(value) for key, value in model.__dict__.items()}, model.predict(X)
    with pytest.raises(ValueError, match="overflow"):
        model.partial_fit(X * 1e200, y)
    assert model.__dict__.keys() == before.keys()
    for key in ("coef_", "intercept_", "t_", "n_iter_"):
        np.testing.assert_array_equal(model.__dict__[key], before[key])
    np.testing.assert_array_equal(model.predict(X), wanted)


_TWO_POINTS = np.repeat([[0.0, 1.0], [1.0, 0.0]], 10, axis=0)
_NOISY = np.random.default_rng(0).standard_normal((200, 3)) * [1.0, 30.0, 900.0]
_WARNINGS: dict[str, Callable[[Callable[[str, str], Any]], Any]] = {
    "KMeans": lambda of: of("cluster", "KMeans")(3, random_state=0).fit(_TWO_POINTS),
    "KMeans.fit_predict": lambda of: of("cluster", "KMeans")(3, random_state=0).fit_predict(_TWO_POINTS),
    "KMeans, one start": lambda of: of("cluster", "KMeans")(2, init=_TWO_POINTS[[0, -1]], n_init=3).fit(_TWO_POINTS),
    "KMeans, elkan": lambda of: of("cluster", "KMeans")(1, algorithm="elkan", n_init=1).fit_transform(_TWO_POINTS),
    "LogisticRegression": lambda of: of("linear_model", "LogisticRegression")(max_iter=1).fit(_NOISY, _NOISY[:, 1] > _NOISY[:, 0]),
    "LogisticRegression, n_jobs": lambda of: of("linear_model", "LogisticRegression")(n_jobs=1).fit(_NOISY, _NOISY[:, 0] > 0),
    "PoissonRegressor": lambda of: of("linear_model", "PoissonRegressor")(max_iter=1).fit(_NOISY, np.abs(_NOISY[:, 1])),
    "HuberRegressor": lambda of: of("linear_model", "HuberRegressor")(max_iter=1).fit(_NOISY, np.abs(_NOISY[:, 1]) ** 3),
    "SGDClassifier": lambda of: of("linear_model", "SGDClassifier")(max_iter=1).fit(_NOISY, _NOISY[:, 0] > 0),
    "SGDRegressor in a pipeline": lambda of: make_pipeline(
        of("preprocessing", "StandardScaler")(), of("linear_model", "SGDRegressor")(max_iter=1)
    ).fit(_NOISY, _NOISY[:, 0]),
    "LogisticRegression in a search": lambda of: GridSearchCV(
        of("linear_model", "LogisticRegression")(max_iter=1), {"C": [1.0]}, cv=2
    ).fit(_NOISY, _NOISY[:, 1] > _NOISY[:, 0]),
}


@pytest.mark.parametrize("case", _WARNINGS)
def test_a_warning_names_the_callers_line(case: str) -> None:
    def of(module: str, name: str) -> Any:
        return getattr(importlib.import_module(f"mlmath_native.learn.{module}"), name)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _WARNINGS[case](of)
    if "n_jobs" not in case or caught:  # scikit-learn before 1.8 has nothing to say of n_jobs
        assert caught
        assert {warning.filename for warning in caught} == {__file__}
