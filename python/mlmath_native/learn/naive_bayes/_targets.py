# SPDX-License-Identifier: BSD-3-Clause
"""Rows and their classes as codes, which fit and partial_fit begin with; the kernel's scores, which predictions end with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from ... import _mlmath
from ..._arrays import readable
from .._validation import FLOATS, check_design, check_weights, class_codes, refuse_not_finite

Array = NDArray[Any]

# Likelihood and ClassResult of cpp/kernels/naive_bayes/class_scores/class_scores.hpp.
GAUSSIAN, MULTINOMIAL, BERNOULLI = 0, 1, 2
JOINT, LOG_PROBABILITY, PROBABILITY, LABEL = 0, 1, 2, 3


def design_and_codes(estimator: Any, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array, NDArray[np.int32]]:
    """X, of which NaN and infinity remain to be seen in sums, the values that y holds, sorted, and every row's place among them.

    Whether the values can be classes is for `as_classes` to say, as scikit-learn's classes do it in `fit` only.
    """
    plain = type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "iubU" and y.dtype.isnative
    if not (plain and type(X) is np.ndarray and X.ndim == 2 and X.dtype.type in FLOATS and len(X) == len(y)):
        X, y = validate_data(estimator, X, y, reset=reset)
        X = X if X.dtype.type in FLOATS else X.astype(np.float64)
        if y.dtype.kind not in "iubU":
            values, codes = np.unique(y, return_inverse=True)
            return readable(X), values, codes.astype(np.int32)
    return readable(check_design(estimator, X, reset=reset, finite=False)), *class_codes(y)


def codes_among(known: Array, classes: Array, codes: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """The codes, places among `classes`, as places among `known`; None when a class is not known."""
    if known.dtype.kind != classes.dtype.kind and any(array.dtype.kind not in "iubf" for array in (known, classes)):
        order = {label: place for place, label in enumerate(known.tolist())}
        found = np.array([order.get(label, -1) for label in classes.tolist()], np.int32)
        return None if (found < 0).any() else found[codes]
    places = np.minimum(np.searchsorted(known, classes), len(known) - 1)
    if not np.array_equal(known[places], classes):
        return None
    table: NDArray[np.int32] = places.astype(np.int32)[codes]
    return table


def with_weights(X: Array, sample_weight: Any) -> tuple[Array, Array | None]:
    """X and the weights in one type: float32 only when that has the weights in its range."""
    if X.dtype == np.float64 or sample_weight is None:
        return X, check_weights(sample_weight, X)
    weights = np.asarray(check_weights(sample_weight, X, dtype=np.float64))
    limits, size = np.finfo(np.float32), np.abs(weights)
    if (size <= limits.max).all() and ((size >= limits.tiny) | (size == 0)).all():
        return X, weights.astype(np.float32)
    return X.astype(np.float64), weights


def design_to_predict(estimator: Any, fitted: str, X: Any, *, finite: bool) -> Array:
    """X for a fitted estimator; `fitted` is an attribute that only fitting sets."""
    if fitted not in estimator.__dict__:
        check_is_fitted(estimator)
    return readable(check_design(estimator, X, reset=False, finite=finite, numeric=True))


def scores(estimator: Any, X: Array, likelihood: int, a: Array, b: Array | None, c: Array, threshold: float, result: int) -> Array:
    """The kernel's result; where it is not finite, X is looked through."""
    a, c = np.ascontiguousarray(a, np.float64), np.ascontiguousarray(c, np.float64)
    values, finite = _mlmath._class_scores(X, likelihood, a, b, c, threshold, result)
    if not finite:
        refuse_not_finite(estimator, X)
    if result == LABEL:
        labels: Array = estimator.classes_.take(values)
        return labels
    return values
