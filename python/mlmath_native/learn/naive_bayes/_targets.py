# SPDX-License-Identifier: BSD-3-Clause
"""Rows and their classes as codes, which fit and partial_fit begin with; the kernel's scores, which predictions end with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from ... import _mlmath
from ..._arrays import readable
from .._validation import check_design, class_codes, refuse_not_finite

Array = NDArray[Any]

# Likelihood and ClassResult of cpp/kernels/naive_bayes/class_scores/class_scores.hpp.
GAUSSIAN, MULTINOMIAL, BERNOULLI = 0, 1, 2
JOINT, LOG_PROBABILITY, PROBABILITY, LABEL = 0, 1, 2, 3


def design_and_codes(estimator: Any, X: Any, y: Any, *, reset: bool, finite: bool) -> tuple[Array, Array, NDArray[np.int32]]:
    """X, the classes that y holds, sorted, and every row's place among them. `finite`: whether X is to be looked through here."""
    if y is None:
        validate_data(estimator, X, y)  # raises
    X = readable(check_design(estimator, X, reset=reset, finite=finite))
    classes, codes = class_codes(y)
    if len(codes) != len(X):
        check_consistent_length(X, y)  # raises
    return X, classes, codes


def codes_among(known: Array, classes: Array, codes: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """The codes, places among `classes`, as places among `known`; None when a class is not known."""
    places = np.minimum(np.searchsorted(known, classes), len(known) - 1)
    if not np.array_equal(known[places], classes):
        return None
    table: NDArray[np.int32] = places.astype(np.int32)[codes]
    return table


def design_to_predict(estimator: Any, fitted: str, X: Any, *, finite: bool) -> Array:
    """X for a fitted estimator; `fitted` is an attribute that only fitting sets."""
    if fitted not in estimator.__dict__:
        check_is_fitted(estimator)
    return readable(check_design(estimator, X, reset=False, finite=finite))


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
