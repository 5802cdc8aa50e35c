# SPDX-License-Identifier: BSD-3-Clause
"""Predictions of linear models, X coef^T + intercept, in one pass over X.

scikit-learn reads X once to look for NaN and infinity, once to multiply, and passes over the product to add the intercept. Here the
product itself is looked at: an element of X that is not finite makes its row's score not finite, as no product is skipped (0 inf is
NaN), so that a finite score vouches for its row. A row's bits do not depend on the other rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import _mlmath
from .._arrays import readable
from ..stats import argmax
from ._validation import all_finite, check_design, is_array_api, is_dense, refuse_not_finite

Array = NDArray[Any]


def linear_scores(estimator: Any, X: Any, *, flat: bool = False, dtype: Any = "numeric") -> Array | None:
    """X coef_^T + intercept_ for X, which is validated: (n,) for one-dimensional coefficients, else (n, K), `flat`: (n,) if K = 1.

    `dtype`: that of `validate_data` for what is no array of floats. The result's type is NumPy's for the operands' types: float32
    when X, coefficients and intercept are. None: scikit-learn's own case (sparse X or coefficients, array API, complex or long
    double).
    """
    if "coef_" not in estimator.__dict__:
        check_is_fitted(estimator)
    coef, intercept = estimator.coef_, estimator.intercept_
    if type(coef) is not np.ndarray or not _ours(coef) or not is_dense(X):
        return None
    if not (type(X) is np.ndarray and X.dtype.char in "fd" and X.dtype.isnative):
        X = validate_data(estimator, X, reset=False, dtype=dtype)
        if not _ours(X):
            return None
        X = readable(X)
    else:
        X = check_design(estimator, X, reset=False, finite=False)
    # A Python number does not widen the type; an array or a NumPy scalar does.
    offset = np.asarray(intercept)
    types = [X.dtype, coef.dtype] + ([offset.dtype] if isinstance(intercept, (np.ndarray, np.generic)) else [])
    common = np.float32 if all(one.char == "f" for one in types) else np.float64
    weights = coef.reshape(1, -1) if coef.ndim == 1 else coef
    rows, outputs = X.shape[0], weights.shape[0]
    scores = np.empty(rows if coef.ndim == 1 or (flat and outputs == 1) else (rows, outputs), common)
    out = scores.reshape(rows, outputs)
    if rows == outputs == 1:
        # gemm sums every element in one order but a 1 x 1 product, which is a dot product of two vectors. Twice the row is none.
        X, out = np.broadcast_to(X, (2, X.shape[1])), np.empty((2, 1), common)
    arguments = (X, weights.astype(common, copy=False).T, _row(offset, outputs, common), 0, out)
    with np.errstate(all="ignore"):
        _mlmath._linear(*arguments)
    if not all_finite(out):
        refuse_not_finite(estimator, X)
        _mlmath._linear(*arguments)  # finite X: an overflow, or coefficients that are not finite; with NumPy's warnings
    if rows == outputs == 1:
        scores.fill(out[0, 0])
    return scores


def _ours(array: Any) -> bool:
    return isinstance(array, np.ndarray) and (array.dtype.char in "fd" or array.dtype.kind in "iub")


def _row(offset: Array, length: int, dtype: Any) -> Array:
    row = np.empty(length, dtype)
    row[...] = offset
    return row


class LinearRegressorPredictions:
    """`predict` of regressors, to stand before scikit-learn's class among the bases."""

    def predict(self, X: Any) -> Any:
        """Predict by the linear model: X coef_^T + intercept_.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predictions. A row's bits do not depend on the other rows.
        """
        scores = linear_scores(self, X)
        return super().predict(X) if scores is None else scores  # type: ignore[misc]


class LinearClassifierPredictions:
    """`decision_function` and `predict` of classifiers, to stand before scikit-learn's class among the bases."""

    classes_: Array

    def decision_function(self, X: Any) -> Any:
        """Scores of the samples: X coef_^T + intercept_, signed distances to the hyperplanes times the norms of coefficients.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            With two classes one score, positive for ``classes_[1]``.
        """
        scores = linear_scores(self, X, flat=True)
        return super().decision_function(X) if scores is None else scores  # type: ignore[misc]

    def predict(self, X: Any) -> Any:
        """Predict classes: the one of the largest score, the first of equal ones.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,)
            Elements of ``classes_``.
        """
        if is_array_api(X) or is_array_api(self.__dict__.get("coef_", X)):
            return super().predict(X)  # type: ignore[misc]
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return self.classes_.take((scores > 0).view(np.int8))
        return self.classes_.take(argmax(scores, axis=1))
