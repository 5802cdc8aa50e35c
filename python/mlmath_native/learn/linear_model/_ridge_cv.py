# SPDX-License-Identifier: BSD-3-Clause
"""Ridge regression with its penalty chosen by leave-one-out errors, under scikit-learn's name."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config, linear_model
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import check_scoring
from sklearn.utils import check_scalar

from ... import linalg
from ...linalg._products import fma_matmul
from .._base import LinearRegressorPredictions
from .._validation import check_parameters, check_regression, check_weights, is_dense, unchanged_on_error
from . import _centred
from ._least_squares import set_coefficients

__all__ = ["RidgeCV"]

Array = NDArray[Any]

# Constraint: of a block of rows its scores Z (rows x d) are read once per step, so they should stay in a second-level cache of
# 1 MiB together with their squares, and the some ten NumPy calls of a block, 2 us each, should be few. Decision: 2^15 elements,
# 256 KiB.
_BLOCK_ELEMENTS = 1 << 15


class RidgeCV(LinearRegressorPredictions, linear_model.RidgeCV):  # type: ignore[misc]
    r"""Ridge regression with the best of several penalties: scikit-learn's estimator with a native fit and predict.

    With ``cv=None`` the error of every row under the model that was fitted without it, for every penalty, out of one decomposition.
    For centred, weighted rows :math:`z_i = V^T \sqrt{w_i} (x_i - m)` with :math:`X_c^T X_c = V \operatorname{diag}(\lambda) V^T`:

    .. math:: e_i = \sqrt{w_i}\,\frac{y_i - \hat y_i}{1 - h_i},\qquad
        h_i = \sum_k \frac{z_{ik}^2}{\lambda_k + \alpha} + \frac{w_i}{\sum_j w_j}

    (the last term with an intercept only), and the alpha with the smallest mean of :math:`e_i^2`, or the best `scoring` of the
    predictions :math:`y_i - e_i / \sqrt{w_i}`, is taken. Parameters, attributes and errors are those of
    `sklearn.linear_model.RidgeCV`, whose subclass this is. What is computed differently: scikit-learn decomposes once, but passes
    over X for every alpha; here all of them are taken from each block of rows while it is in a cache.

    ====================  ==========================================================================================================
    ``solver_used_``      when, and what
    ====================  ==========================================================================================================
    ``eigen``             more rows than columns: eigenvectors of :math:`X_c^T X_c`, one pass for it and one for the errors
    ``gram``              else: eigenvectors of :math:`X_c X_c^T`, in which the direction that centring removes is marked
    ``svd``               ``gcv_mode='svd'``, or an alpha within ``64 min(n, d) eps`` of the largest eigenvalue: SVD of the copy
    ``scikit-learn``      `cv` given, sparse X, array API input, negative weights, metadata routing: scikit-learn's own fit
    ====================  ==========================================================================================================

    Parameters
    ----------
    alphas, fit_intercept, scoring, cv, gcv_mode, store_cv_results, alpha_per_target
        As scikit-learn's.

    Attributes
    ----------
    alpha_, best_score_, coef_, intercept_, cv_results_, n_features_in_, feature_names_in_
        As scikit-learn's; computed in double, float32 for float32 X.
    solver_used_ : str
        The table's row.

    Notes
    -----
    Error: that of the normal equations; an h near 1 costs the digits of 1 - h, with any method. Limit: :math:`3 n d^2` flops.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import RidgeCV
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0], [4.0, 5.0]])
    >>> RidgeCV(alphas=[0.01, 1.0, 100.0]).fit(X, [1.0, 2.0, 4.0, 5.0, 9.0]).alpha_
    0.01
    """

    coef_: Any

    @unchanged_on_error
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> RidgeCV:
        """Fit the model.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_samples, n_features)
            Training data.
        y : array_like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : float or array_like of shape (n_samples,), optional
            Weights of the rows.
        **params
            For the scorer, with metadata routing.

        Returns
        -------
        RidgeCV
            The estimator.
        """
        routed = bool(params) or get_config()["enable_metadata_routing"]
        if self.cv is not None or routed or not is_dense(X):
            return self._fit_by_sklearn(X, y, sample_weight, params)
        check_parameters(self)
        alphas = self._checked_alphas()
        given = X.dtype if getattr(getattr(X, "dtype", None), "kind", None) == "f" else np.dtype(np.float64)
        matrix, targets = check_regression(self, X, y, multi_output=True)
        weights = check_weights(sample_weight, matrix, dtype=np.float64)
        if targets.ndim > 2 or not is_dense(targets) or (weights is not None and weights.min() < 0):
            return self._fit_by_sklearn(X, y, sample_weight, params)
        columns = targets.astype(np.float64)
        columns = columns if columns.ndim == 2 else columns[:, None]
        search = _Search(self, matrix, columns, weights, alphas)
        scorer = None if self.scoring is None else check_scoring(self, scoring=self.scoring, allow_none=True)
        score_params = {} if sample_weight is None else {"sample_weight": sample_weight}
        per_target = bool(self.alpha_per_target)
        scores = search.scores(scorer, targets, per_target, score_params, bool(self.store_cv_results))
        if per_target and columns.shape[1] > 1:
            best = np.argmax(scores, axis=0)
            self.best_score_ = scores[best, np.arange(columns.shape[1])]
            self.alpha_ = alphas[best]
            coef = np.column_stack([search.coefficients(alphas[i])[:, j] for j, i in enumerate(best)])
        else:
            flat = scores.ravel()
            first = int(np.argmax(flat))
            self.best_score_ = scores[first] if per_target and targets.ndim == 2 else flat[first]
            self.alpha_ = float(alphas[first])
            coef = search.coefficients(self.alpha_)
        self.solver_used_ = search.way
        set_coefficients(self, coef, search.x_mean, search.y_mean, given, targets.ndim)
        if targets.ndim == 2 and targets.shape[1] == 1:
            self.coef_ = np.ravel(self.coef_)
        if self.store_cv_results:
            results = search.results if targets.ndim == 2 else search.results[:, 0]
            self.cv_results_ = results.astype(given, copy=False)
        return self

    def _checked_alphas(self) -> Array:
        """scikit-learn's check of every penalty, and all of them in one dimension."""
        options = {"target_type": numbers.Real, "min_val": 0.0, "include_boundaries": "neither"}
        if isinstance(self.alphas, (np.ndarray, list, tuple)) and np.ndim(self.alphas) > 0:
            single = len(self.alphas) == 1
            for i, alpha in enumerate(self.alphas):
                check_scalar(alpha, "alphas" if single else f"alphas[{i}]", **options)
        return np.atleast_1d(np.asarray(self.alphas, np.float64))

    def _fit_by_sklearn(self, X: Any, y: Any, sample_weight: Any, params: Any) -> RidgeCV:
        super().fit(X, y, sample_weight=sample_weight, **params)
        self.solver_used_ = "scikit-learn"
        return self


def _unit(deviations: Array) -> float:
    """A power of two to divide by where squares would overflow, else 1: n d squares of 2^400 are far from 2^1024."""
    largest = max(float(deviations.max()), -float(deviations.min()))
    return 1.0 if largest <= 2.0**400 else 2.0 ** min(math.frexp(largest)[1], 1023)


class _Given(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator for scorers whose predictions are what it is asked about."""

    def decision_function(self, predictions: Any) -> Any:
        return predictions

    def predict(self, predictions: Any) -> Any:
        return predictions


class _Search:
    """One decomposition of the centred, weighted data, and what every penalty makes of it."""

    def __init__(self, estimator: Any, X: Array, y: Array, weights: Array | None, alphas: Array) -> None:
        self.y = y
        self.intercept = bool(estimator.fit_intercept)
        self.deviations, self.right, self.x_mean, self.y_mean, self.root = _centred.centred(X, y, weights, self.intercept)
        n, d = X.shape
        self.unit = _unit(self.deviations)
        self.deviations /= self.unit
        self.alphas = self._scaled(alphas)
        w = np.ones(n) if weights is None else weights
        self.share = w / w.sum() if self.intercept else np.zeros(n)  # w_i / sum w: what the intercept adds to h_i
        self.way = "gram" if n <= d else "eigen"
        if estimator.gcv_mode == "svd" or not self._by_products():
            self.way = "svd"
            u, s, vt = linalg.svd(self.deviations, full_matrices=False)
            s = np.where(s > max(n, d) * np.finfo(np.float64).eps * s[0], s, 0.0)  # below, as in Ridge, it is rounding
            self.values, self.vectors, self.scores_of_rows = s * s, vt.T, u * s
            self.products = self.scores_of_rows.T @ self.right  # V^T X^T y

    def _by_products(self) -> bool:
        """False: an alpha is lost beside the rounding of the largest eigenvalue."""
        n, d = self.deviations.shape
        if self.way == "gram":
            gram = linalg.gram(self.deviations.T)
            self.mark = float(np.trace(gram)) or 1.0
            if self.intercept:
                # X_c^T q = 0 for q_i = sqrt(w_i / W). Its eigenvalue, a rounding error, becomes `mark`, which is not small.
                q = np.sqrt(self.share)
                gram += self.mark * np.multiply.outer(q, q)
            self.values, self.vectors = linalg.eigh(gram)
            self.products = self.vectors.T @ self.right
        else:
            gram, product = linalg.gram(self.deviations, y=self.right)
            self.values, self.vectors = linalg.eigh(gram)
            self.products = self.vectors.T @ product
            self.scores_of_rows = None
        largest = float(self.values[-1])
        self.values = np.maximum(self.values, 0.0)
        return bool(self.alphas.min() > 64 * min(n, d) * np.finfo(np.float64).eps * largest)

    def _scaled(self, alphas: Any) -> Array:
        """Penalties of deviations in `unit`; what vanishes there is nothing beside their squares, but no zero to divide by."""
        scaled: Array = np.maximum(alphas / self.unit / self.unit, np.finfo(np.float64).tiny)
        return scaled

    def coefficients(self, alpha: float) -> Array:
        """(d, q)"""
        inner: Array = self.vectors @ (self.products / (self.values + self._scaled(alpha))[:, None])
        return (fma_matmul(self.deviations.T, inner) if self.way == "gram" else inner) / self.unit

    def errors(self) -> Iterator[tuple[slice, Array]]:
        """(rows, y_i - prediction of y_i without row i, for every target and penalty), weighted by sqrt(w_i), block by block."""
        n, q = self.right.shape
        inverse = 1.0 / (self.values[:, None] + self.alphas)  # values x penalties
        width = len(self.values)
        block = max(16, _BLOCK_ELEMENTS // width)
        if self.way == "gram":
            weighted = (self.products[:, :, None] * inverse[:, None, :]).reshape(width, -1)
            for from_ in range(0, n, block):
                rows = slice(from_, min(n, from_ + block))
                u = self.vectors[rows]
                c = fma_matmul(u, weighted).reshape(-1, q, len(self.alphas))
                diagonal = fma_matmul(u * u, inverse)
                if self.intercept:
                    diagonal -= self.share[rows, None] / (self.mark + self.alphas)
                yield rows, c / diagonal[:, None, :]
            return
        slopes = (self.products[:, :, None] * inverse[:, None, :]).reshape(width, -1)
        for from_ in range(0, n, block):
            rows = slice(from_, min(n, from_ + block))
            z = fma_matmul(self.deviations[rows], self.vectors) if self.scores_of_rows is None else self.scores_of_rows[rows]
            residual = self.right[rows, :, None] - fma_matmul(z, slopes).reshape(-1, q, len(self.alphas))
            left = 1.0 - fma_matmul(z * z, inverse) - self.share[rows, None]
            yield rows, residual / left[:, None, :]

    def scores(self, scorer: Any, targets: Array, per_target: bool, score_params: dict[str, Any], store: bool) -> Array:
        """(penalties,) or, `per_target`, (penalties, targets): the larger the better. `store`: `results` is set."""
        n, q = self.right.shape
        kept = np.empty((n, q, len(self.alphas)) if store or scorer is not None else (0, q, len(self.alphas)))
        total = np.zeros((q, len(self.alphas)))
        for rows, errors in self.errors():
            if scorer is None:
                squares = errors * errors
                total += squares.sum(axis=0)
                if store:
                    kept[rows] = squares
            else:
                if self.root is not None:
                    errors = errors / np.where(self.root[rows] > 0, self.root[rows], 1.0)[:, None, None]
                kept[rows] = self.y[rows, :, None] - errors
        self.results: Any = kept
        if scorer is None:
            means: Array = -(total / n).T if per_target else -total.mean(axis=0) / n
            return means
        given = _Given()
        if per_target:
            columns = targets if targets.ndim == 2 else targets[:, None]
            return np.array(
                [[scorer(given, kept[:, j, i], columns[:, j], **score_params) for j in range(q)] for i in range(len(self.alphas))]
            )
        flat = targets.ndim == 1
        return np.array(
            [scorer(given, kept[:, 0, i] if flat else kept[:, :, i], targets, **score_params) for i in range(len(self.alphas))]
        )
