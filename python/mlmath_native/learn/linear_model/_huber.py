# SPDX-License-Identifier: BSD-3-Clause
"""Huber's robust regression with its scale, under scikit-learn's name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import HuberRegressor as _HuberRegressor

from ..._warnings import warn
from .._base import LinearRegressorPredictions
from .._validation import check_parameters, check_regression, check_weights, is_array_api, unchanged_on_error
from ._huber_newton import minimize_huber
from ._native_fit import as_dense, forget, usable

Array = NDArray[Any]

# Constraint: Newton's matrix costs n d^2 flops once and d^3 / 3 an iteration, L-BFGS 4 n d an iteration, some hundred of them.
# Arithmetic: d^2 (n + 10 d / 3) against 400 n d, equal near d = 400; but ours run at the peak rate, L-BFGS's at that of memory,
#   five to ten times slower.
# Decision: Newton up to 2048 columns (32 MiB of matrix) where there are more rows than unknowns.
MOST_COLUMNS = 2048


class HuberRegressor(LinearRegressorPredictions, _HuberRegressor):  # type: ignore[misc]
    r"""Linear regression that outliers do not spoil: scikit-learn's class fitted by Newton's method.

    Minimizes over :math:`w, b` and the scale :math:`\sigma > 0`, with residuals :math:`r_i = y_i - x_i \cdot w - b` and weights
    :math:`s_i`,

    .. math:: \sum_i s_i \left(\sigma + H\!\left(\frac{r_i}{\sigma}\right) \sigma\right) + \alpha \sum_j w_j^2, \qquad
              H(u) = \begin{cases} u^2 & |u| \le \epsilon \\ 2 \epsilon |u| - \epsilon^2 & |u| > \epsilon, \end{cases}

    which is convex in all unknowns together [HuberRonchetti2009]_. Its second derivative only sees the rows inside
    :math:`\epsilon \sigma`: their Gram matrix is formed once and then corrected by the rows that change sides. All parameters,
    their defaults, the errors and the fitted attributes are those of `sklearn.linear_model.HuberRegressor`; `solver_used_` is
    added. `tol` bounds the largest element of the gradient, as scikit-learn's does, and a fit also ends where the decrease that is
    left is below the rounding of the objective; `max_iter` counts Newton steps.

    scikit-learn's own fit (L-BFGS-B) runs, and `solver_used_` says so, for more than 2048 columns or fewer rows than unknowns,
    negative weights, ``max_iter=0``, array API input, sparse X that would take more than 256 MiB and four times the sparse matrix
    when written out, a constant column that is not penalized, where the scale goes to 0 without an exact fit (rows hardly more
    than twice the unknowns, or targets that penalized coefficients meet exactly), and where no step helps (``epsilon=1``, for one,
    does not determine the scale).

    Parameters
    ----------
    epsilon, max_iter, alpha, warm_start, fit_intercept, tol
        scikit-learn's.

    Attributes
    ----------
    coef_ : ndarray of shape (d,)
    intercept_ : float
    scale_ : float
        :math:`\sigma`.
    outliers_ : ndarray of shape (n,)
        Where :math:`|r_i| > \epsilon \sigma`.
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (d,)
        When X has names.
    solver_used_ : str
        "newton" or "scikit-learn".

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        When `max_iter` steps did not reach `tol`.

    References
    ----------
    [HuberRonchetti2009]_, sec. 7.7.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import HuberRegressor
    >>> x = np.linspace(0.0, 1.0, 21)
    >>> y = 3 * x + 1 + 0.01 * np.cos(40 * x)
    >>> y[::10] += 50
    >>> model = HuberRegressor(alpha=0).fit(x[:, None], y)
    >>> bool(abs(model.coef_[0] - 3) < 0.05), bool(model.outliers_[::10].all()), model.solver_used_
    (True, True, 'newton')
    """

    coef_: Array
    intercept_: Any
    scale_: Any
    solver_used_: str

    @unchanged_on_error
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> HuberRegressor:
        """Fit the model.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n, d)
            Samples; computed in float64.
        y : array_like of shape (n,)
            Targets.
        sample_weight : array_like of shape (n,), optional
            Ones when not given.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            When a parameter is out of range, shapes do not fit, or X or y is not finite.
        """
        check_parameters(self)
        if is_array_api(X) or self.max_iter == 0:
            return self._scikit_learn_fit(X, y, sample_weight)
        data, targets = check_regression(self, X, y, accept_sparse="csr")
        weights = check_weights(sample_weight, data, dtype=np.float64)
        dense = as_dense(data)
        unknowns = data.shape[1] + 1 + bool(self.fit_intercept)
        if (
            dense is None
            or targets.dtype.kind not in "iubf"  # its error
            or data.shape[1] > MOST_COLUMNS
            or data.shape[0] < unknowns
            or (weights is not None and not usable(weights))
        ):
            return self._scikit_learn_fit(X, y, sample_weight)
        start = None
        if self.warm_start and "coef_" in self.__dict__ and self.coef_.shape == (data.shape[1],):
            start = (np.asarray(self.coef_, np.float64), float(self.intercept_), float(self.scale_))
        with np.errstate(over="ignore", invalid="ignore"):  # squares of 1e300: no step then helps
            found = minimize_huber(
                dense.astype(np.float64, copy=False),
                targets.astype(np.float64, copy=False),
                np.ones(data.shape[0]) if weights is None else weights,
                float(self.epsilon),
                float(self.alpha),
                bool(self.fit_intercept),
                start,
                float(self.tol),
                int(self.max_iter),
            )
        if found is None:
            return self._scikit_learn_fit(X, y, sample_weight)
        if not found.converged:
            warn(
                f"HuberRegressor did not converge after {found.iterations} iterations of newton (largest |gradient| "
                f"{found.gradient_max:.3g}, tol {self.tol:g}). Increase max_iter or scale the data.",
                ConvergenceWarning,
            )
        self.coef_ = found.coef
        self.intercept_ = np.float64(found.intercept) if self.fit_intercept else 0.0
        self.scale_ = np.float64(found.scale)
        self.outliers_ = np.abs(found.residual) > found.scale * self.epsilon
        self.n_iter_ = found.iterations
        self.solver_used_ = "newton"
        return self

    def _scikit_learn_fit(self, X: Any, y: Any, sample_weight: Any) -> HuberRegressor:
        forget(self)
        super().fit(X, y, sample_weight)
        return self
