# SPDX-License-Identifier: BSD-3-Clause
"""Ordinary least squares under scikit-learn's name."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn import linear_model
from sklearn.utils import check_array

from ... import linalg
from .._base import LinearRegressorPredictions
from .._validation import check_parameters, check_regression, check_weights, is_dense, refuse_not_finite, unchanged_on_error
from . import _centred

__all__ = ["LinearRegression"]

Array = NDArray[Any]

# Since 1.9 scikit-learn's `tol` is the threshold of the rank for dense X; before, SciPy's default was, the epsilon of the dtype.
_TOL_IS_RANK_THRESHOLD = tuple(int(part) for part in sklearn.__version__.split(".")[:2]) >= (1, 9)


class LinearRegression(LinearRegressorPredictions, linear_model.LinearRegression):  # type: ignore[misc]
    r"""Ordinary least squares: scikit-learn's estimator with a native fit and predict.

    .. math:: \min_{W, b} \sum_i w_i \lVert y_i - W x_i - b \rVert^2,

    the W of smallest norm where there are several; `sample_weight` w, a weight of k being k repetitions of the row. Parameters,
    attributes and errors are those of `sklearn.linear_model.LinearRegression`, whose subclass this is.

    What is computed differently: scikit-learn copies and centres X and takes the singular values of the copy. Here

    ====================  ==========================================================================================================
    ``solver_used_``      when, and what
    ====================  ==========================================================================================================
    ``cholesky``          X with at least 4 times as many rows as columns, and :math:`g = \lVert C^{-1} \rVert \le 64` with C the
                          correlation matrix of the columns: one pass over X for :math:`G = \sum_i w_i (x_i - m)(x_i - m)^T`, means
                          subtracted first, sums in double; then :math:`G w = \sum_i w_i (x_i - m)(y_i - n)`
    ``cholesky-refined``  :math:`g \le 2^{20}`: and one step of refinement with the residuals, a second pass
    ``svd``               everything else: a centred copy in double, reduced by QR, its singular values by rotations; those of at
                          most `tol` times the largest (scikit-learn before 1.9: the epsilon of the dtype) count as zero
    ``scikit-learn``      ``positive=True``, sparse X, array API input: scikit-learn's own fit
    ====================  ==========================================================================================================

    Parameters
    ----------
    fit_intercept, copy_X, tol, n_jobs, positive
        As scikit-learn's. X is never overwritten, whatever `copy_X`; `n_jobs` matters to scikit-learn's own fits only.

    Attributes
    ----------
    coef_, intercept_, rank_, singular_, n_features_in_, feature_names_in_
        As scikit-learn's, float32 for float32 X (float64 for float16, as for all other numbers). `singular_`: of the weighted,
        centred X.
    solver_used_ : str
        The table's row.

    Notes
    -----
    Error of the coefficients: that of QR [Bjorck1996]_, sec. 6.6.5. Error of ``singular_``: about :math:`\sqrt{g d}\,\epsilon`
    of the largest at most. Limit: one read of X, or :math:`n d^2` flops. The bits do not depend on threads or strides
    (``svd``: as far as those of `linalg.lstsq` do not).

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import LinearRegression
    >>> X = np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [2.0, 3.0]])
    >>> model = LinearRegression().fit(X, X @ [1.0, 2.0] + 3)
    >>> model.coef_.round(6), float(round(model.intercept_, 6)), model.rank_
    (array([1., 2.]), 3.0, 2)
    """

    @unchanged_on_error
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearRegression:
        """Fit the model.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_samples, n_features)
            Training data.
        y : array_like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : array_like of shape (n_samples,), optional
            Non-negative weights of the rows.

        Returns
        -------
        LinearRegression
            The estimator.
        """
        if self.positive or not is_dense(X):
            super().fit(X, y, sample_weight)
            self.solver_used_ = "scikit-learn"
            return self
        check_parameters(self)
        X, y = check_regression(self, X, y, finite=False, numeric=True, multi_output=True)
        weights = check_weights(sample_weight, X, ensure_non_negative=True)
        if not isinstance(y, np.ndarray):
            check_array(y)  # refuses a sparse matrix
        targets = y.astype(X.dtype, copy=False)
        columns = targets if targets.ndim == 2 else targets[:, None]
        coef, x_mean, y_mean, rank, singular, self.solver_used_ = _solve(self, X, columns, weights)
        self.rank_ = rank
        self.singular_ = singular.astype(X.dtype, copy=False)
        set_coefficients(self, coef, x_mean, y_mean, X.dtype, targets.ndim)
        return self


def set_coefficients(estimator: Any, coef: Array, x_mean: Array, y_mean: Array, dtype: Any, dimensions: int) -> None:
    """coef_ and intercept_ from (d, q) coefficients and the means, as types and shapes of scikit-learn's."""
    flat = dimensions == 1
    estimator.coef_ = np.ascontiguousarray(coef[:, 0] if flat else coef.T, dtype)
    if estimator.fit_intercept:
        offset = y_mean - x_mean @ coef
        estimator.intercept_ = dtype.type(offset[0]) if flat else offset.astype(dtype)
    else:
        estimator.intercept_ = 0.0


def _solve(estimator: Any, X: Array, y: Array, weights: Array | None) -> tuple[Array, Array, Array, int, Array, str]:
    """Coefficients (d, q), both means, rank, singular values, way."""
    eps = float(np.finfo(X.dtype).eps)
    tol = float(getattr(estimator, "tol", eps)) if _TOL_IS_RANK_THRESHOLD else eps
    intercept = bool(estimator.fit_intercept)
    if not _centred.pays(X, y):
        refuse_not_finite(estimator, X, y)
    else:
        s = _centred.sums(X, y, weights, intercept)
        if not s.finite():
            refuse_not_finite(estimator, X, y)
        else:
            factor = _centred.factor(s.gram)
            if factor is not None and factor.growth <= _centred.GROWTH_REFINED:
                singular = factor.singular_values()
                if singular[-1] > tol * singular[0]:
                    coef = factor.solve(s.product)
                    way = "cholesky"
                    if factor.growth > _centred.GROWTH_AS_IT_IS:
                        coef = _centred.refine(X, y, weights, s, intercept, factor, coef)
                        way = "cholesky-refined"
                    return coef, s.x_mean, s.y_mean, len(singular), singular, way
    deviations, right, x_mean, y_mean, _ = _centred.centred(X, y, weights, intercept)
    coef, _, rank, singular = linalg.lstsq(deviations, right, rcond=tol)
    return coef, x_mean, y_mean, int(rank), singular, "svd"
