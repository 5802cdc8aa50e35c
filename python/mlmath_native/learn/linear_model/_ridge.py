# SPDX-License-Identifier: BSD-3-Clause
"""Ridge regression under scikit-learn's name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import linear_model

from ... import linalg
from ...linalg._products import fma_matmul
from .._base import LinearRegressorPredictions
from .._validation import check_parameters, check_regression, check_weights, is_dense, refuse_not_finite, unchanged_on_error
from . import _centred
from ._least_squares import set_coefficients

__all__ = ["Ridge"]

Array = NDArray[Any]

# scikit-learn's solvers that count iterations; of the others n_iter_ is None.
_ITERATIVE = ("sag", "saga", "lsqr")


class Ridge(LinearRegressorPredictions, linear_model.Ridge):  # type: ignore[misc]
    r"""Ridge regression: scikit-learn's estimator with a native fit and predict.

    .. math:: \min_{W, b} \sum_i w_i \lVert y_i - W x_i - b \rVert^2 + \sum_t \alpha_t \lVert W_t \rVert^2,

    t the targets, the intercept b not penalized; `sample_weight` w, a weight of k being k repetitions of the row. Parameters,
    attributes and errors are those of `sklearn.linear_model.Ridge`, whose subclass this is. Every name of a `solver` is accepted,
    and all of them give the exact minimum, in the same way:

    ====================  ==========================================================================================================
    ``solver_used_``      when, and what
    ====================  ==========================================================================================================
    ``cholesky``          X with at least 4 times as many rows as columns: one pass over X for :math:`G = \sum_i w_i (x_i - m)(x_i -
                          m)^T`, means subtracted first, sums in double; then :math:`(G + \alpha I) w = \sum_i w_i (x_i - m)(y_i -
                          n)`. For other X a centred copy in double first, and from more columns than rows on the dual problem
                          :math:`w = X_c^T (X_c X_c^T + \alpha I)^{-1} y_c`
    ``cholesky-refined``  with :math:`g = \lVert C^{-1} \rVert` above 64, C being the matrix with its diagonal scaled to ones: and
                          one step of refinement with the residuals
    ``svd``               g above :math:`2^{20}`, or not positive definite (:math:`\alpha = 0`): singular values of the centred
                          copy, those of at most ``max(n, d) * eps`` times the largest left out
    ``scikit-learn``      ``positive=True``, ``solver='lbfgs'``, sparse X, array API input, negative weights: scikit-learn's own fit
    ====================  ==========================================================================================================

    Parameters
    ----------
    alpha, fit_intercept, copy_X, max_iter, tol, solver, positive, random_state
        As scikit-learn's. X is never overwritten, whatever `copy_X`; `max_iter`, `tol` and `random_state` matter to scikit-learn's
        own fits only.

    Attributes
    ----------
    coef_, intercept_, n_features_in_, feature_names_in_
        As scikit-learn's, float32 for float32 X.
    n_iter_ : None or ndarray of shape (n_targets,)
        Ones for the solvers that iterate in scikit-learn, else None.
    solver_ : str
        ``'cholesky'`` or ``'svd'``.
    solver_used_ : str
        The table's row.

    Notes
    -----
    Error of the coefficients: that of QR for the rows of X and :math:`\sqrt\alpha I` [Bjorck1996]_, sec. 6.6.5. Limit: one read of
    X, or :math:`n d^2` flops. The bits do not depend on threads or strides (``svd``: as far
    as those of `linalg.svd` do not).

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import Ridge
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]])
    >>> Ridge(alpha=1.0).fit(X, [1.0, 2.0, 4.0, 5.0]).coef_.round(3)
    array([1.118, 0.294])
    """

    coef_: Any

    @unchanged_on_error
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Ridge:
        """Fit the model.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n_samples, n_features)
            Training data.
        y : array_like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : float or array_like of shape (n_samples,), optional
            Weights of the rows.

        Returns
        -------
        Ridge
            The estimator.
        """
        if self.positive or self.solver == "lbfgs" or not is_dense(X):
            return self._fit_by_sklearn(X, y, sample_weight)
        check_parameters(self)
        matrix, targets = check_regression(self, X, y, finite=False, multi_output=True)
        weights = check_weights(sample_weight, matrix)
        if targets.ndim > 2 or not is_dense(targets) or (weights is not None and weights.min() < 0):
            return self._fit_by_sklearn(X, y, sample_weight)
        targets = targets.astype(matrix.dtype, copy=False)
        columns = targets if targets.ndim == 2 else targets[:, None]
        alphas = np.asarray(self.alpha, matrix.dtype).ravel().astype(np.float64)
        if alphas.size not in (1, columns.shape[1]) or not (alphas >= 0).all():
            return self._fit_by_sklearn(X, y, sample_weight)  # its error
        coef, x_mean, y_mean, self.solver_used_ = solve_ridge(self, matrix, columns, weights, alphas, bool(self.fit_intercept))
        self.solver_ = "svd" if self.solver_used_ == "svd" else "cholesky"
        self.n_iter_ = np.ones(columns.shape[1], np.int32) if self.solver in _ITERATIVE else None
        # scikit-learn makes one column of targets flat, but keeps its intercept's shape.
        set_coefficients(self, coef, x_mean, y_mean, matrix.dtype, targets.ndim)
        if targets.ndim == 2 and targets.shape[1] == 1:
            self.coef_ = np.ravel(self.coef_)
        return self

    def _fit_by_sklearn(self, X: Any, y: Any, sample_weight: Any) -> Ridge:
        super().fit(X, y, sample_weight)
        self.solver_used_ = "scikit-learn"
        return self


def solve_ridge(
    estimator: Any, X: Array, y: Array, weights: Array | None, alphas: Array, intercept: bool
) -> tuple[Array, Array, Array, str]:
    """Coefficients (d, q), both means, way; `alphas`: one, or one for each column of y."""
    if not _centred.pays(X, y):
        refuse_not_finite(estimator, X, y)
    else:
        s = _centred.sums(X, y, weights, intercept)
        if not s.finite():
            refuse_not_finite(estimator, X, y)
        else:
            found = _by_sums(X, y, weights, s, alphas, intercept)
            if found is not None:
                return found[0], s.x_mean, s.y_mean, found[1]
    deviations, right, x_mean, y_mean, _ = _centred.centred(X, y, weights, intercept)
    solve = _by_dual if X.shape[0] < X.shape[1] else _by_products
    found = solve(deviations, right, alphas) or (_by_singular_values(deviations, right, alphas), "svd")
    return found[0], x_mean, y_mean, found[1]


def _groups(alphas: Array, targets: int) -> list[tuple[float, Any]]:
    """(alpha, its targets)."""
    if alphas.size == 1:
        return [(float(alphas[0]), slice(0, targets))]
    return [(float(alpha), np.flatnonzero(alphas == alpha)) for alpha in np.unique(alphas)]


def _by_sums(
    X: Array, y: Array, weights: Array | None, s: _centred.Sums, alphas: Array, intercept: bool
) -> tuple[Array, str] | None:
    coef, way = np.empty_like(s.product), "cholesky"
    for alpha, at in _groups(alphas, y.shape[1]):
        factor = _centred.factor(s.gram, alpha)
        if factor is None or factor.growth > _centred.GROWTH_REFINED:
            return None
        part = factor.solve(np.ascontiguousarray(s.product[:, at]))
        if factor.growth > _centred.GROWTH_AS_IT_IS:
            mine = _centred.Sums(s.weight, s.x_mean, s.y_mean[at], s.gram, s.product[:, at])
            part, way = _centred.refine(X, y[:, at], weights, mine, intercept, factor, part, alpha), "cholesky-refined"
        coef[:, at] = part
    return coef, way


def _by_products(deviations: Array, right: Array, alphas: Array) -> tuple[Array, str] | None:
    """As `_by_sums` with a copy that is centred and weighted already."""
    with np.errstate(all="ignore"):  # an overflow shows in the sums
        gram, product = linalg.gram(deviations, y=right)
    coef, way = np.empty_like(product), "cholesky"
    for alpha, at in _groups(alphas, right.shape[1]):
        factor = _centred.factor(gram, alpha)
        if factor is None or factor.growth > _centred.GROWTH_REFINED:
            return None
        part = factor.solve(np.ascontiguousarray(product[:, at]))
        if factor.growth > _centred.GROWTH_AS_IT_IS:
            rest = right[:, at] - fma_matmul(deviations, part)
            part, way = part + factor.solve(fma_matmul(deviations.T, rest) - alpha * part), "cholesky-refined"
        coef[:, at] = part
    return coef, way


def _by_dual(deviations: Array, right: Array, alphas: Array) -> tuple[Array, str] | None:
    """coef = X^T c, (X X^T + alpha I) c = y: n x n where there are fewer rows than columns."""
    with np.errstate(all="ignore"):
        gram = linalg.gram(deviations.T)
    coef, way = np.empty((deviations.shape[1], right.shape[1])), "cholesky"
    for alpha, at in _groups(alphas, right.shape[1]):
        factor = _centred.factor(gram, alpha)
        if factor is None or factor.growth > _centred.GROWTH_REFINED:
            return None
        wanted = np.ascontiguousarray(right[:, at])
        dual = factor.solve(wanted)
        if factor.growth > _centred.GROWTH_AS_IT_IS:
            rest = wanted - alpha * dual - fma_matmul(deviations, fma_matmul(deviations.T, dual))
            dual, way = dual + factor.solve(rest), "cholesky-refined"
        coef[:, at] = fma_matmul(deviations.T, dual)
    return coef, way


def _by_singular_values(deviations: Array, right: Array, alphas: Array) -> Array:
    """V diag(s / (s^2 + alpha)) U^T y; a tall matrix is first reduced, together with y, to a triangle."""
    n, d = deviations.shape
    eps = np.finfo(np.float64).eps
    if n >= 2 * (d + right.shape[1]):
        triangle = linalg.qr(np.column_stack([deviations, right]), mode="r")
        deviations, right = triangle[:, :d], triangle[:, d:]
    u, s, vt = linalg.svd(deviations, full_matrices=False)
    # Below `tiny` 1 / s overflows; s / (s^2 + alpha) as 1 / (s + alpha / s) has no square to underflow.
    kept = s > max(max(n, d) * eps * s[0], np.finfo(np.float64).tiny) if s.size else s > 0
    u, s, vt = u[:, kept], s[kept][:, None], vt[kept]
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):  # in the branch that is not taken
        ratio = s / np.sqrt(alphas)  # s / (s^2 + alpha), s^2 being too large or too small for a number here and there
        filtered = np.where(ratio >= 1, 1 / (s + alphas / s), s / alphas / (1 + ratio * ratio))
    coef: Array = vt.T @ (filtered * (u.T @ right))
    return coef
