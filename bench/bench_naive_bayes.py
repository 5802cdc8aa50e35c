# SPDX-License-Identifier: BSD-3-Clause
"""Naive Bayes beside scikit-learn's, against the rate at which X can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import sklearn.naive_bayes
from numpy.typing import NDArray

from mlmath_native.learn import naive_bayes

MODELS = {"GaussianNB": 0, "MultinomialNB": 1, "BernoulliNB": 1}
CASES = [(150, 4, 3, "float64"), (100_000, 50, 2, "float64"), (100_000, 50, 2, "float32")]


def problem(name: str, n: int, d: int, classes: int, dtype: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Normal columns, or counts of 0 to 4 for the discrete models; labels of a softmax model on them."""
    X, y = problems.classification(n, d, dtype, classes=classes)
    return (np.floor(2 * np.abs(X)) if MODELS[name] else X), y


def learnt(model: Any) -> NDArray[Any]:
    """What a fit finds, in one vector."""
    if hasattr(model, "theta_"):
        return np.concatenate([model.theta_.ravel(), model.var_.ravel(), model.class_prior_])
    return np.concatenate([model.feature_log_prob_.ravel(), model.class_log_prior_])


@pytest.mark.parametrize(("n", "d", "classes", "dtype"), CASES)
@pytest.mark.parametrize("name", list(MODELS))
def bench_fit(compare: Callable[..., harness.Row], name: str, n: int, d: int, classes: int, dtype: str) -> None:
    X, y = problem(name, n, d, classes, dtype)
    ours, theirs = getattr(naive_bayes, name), getattr(sklearn.naive_bayes, name)
    exact = learnt(theirs().fit(X.astype(np.float64), y))
    # NumPy adds the rows of a class one after the other, in X's type: n roundings at most.
    tolerance = 8 * n * float(np.finfo(dtype).eps) * (np.abs(exact) + 1)
    compare(
        "class_moments",
        f"{name}.fit, n = {n:,}, d = {d}, {classes} classes",
        lambda: learnt(ours().fit(X, y)),
        {"scikit-learn": lambda: learnt(theirs().fit(X, y))},
        harness.within(exact, tolerance),
        dtype=dtype,
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )


@pytest.mark.parametrize(("n", "d", "classes", "dtype"), CASES)
@pytest.mark.parametrize("name", list(MODELS))
def bench_predict_proba(compare: Callable[..., harness.Row], name: str, n: int, d: int, classes: int, dtype: str) -> None:
    X, y = problem(name, n, d, classes, dtype)
    ours, theirs = getattr(naive_bayes, name)().fit(X, y), getattr(sklearn.naive_bayes, name)().fit(X, y)
    exact_model = getattr(sklearn.naive_bayes, name)().fit(X.astype(np.float64), y)
    exact = exact_model.predict_proba(X.astype(np.float64))
    # Log-likelihoods are sums of d terms; theirs for float32 are rounded to float32, and so were means and variances.
    size = float(np.abs(exact_model.predict_joint_log_proba(X.astype(np.float64))).max())
    tolerance = (d + 8 * np.sqrt(n)) * float(np.finfo(dtype).eps) * size
    compare(
        "class_scores",
        f"{name}.predict_proba, n = {n:,}, d = {d}, {classes} classes",
        lambda: ours.predict_proba(X),
        {"scikit-learn": lambda: theirs.predict_proba(X)},
        harness.within(exact, tolerance),
        dtype=dtype,
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )
