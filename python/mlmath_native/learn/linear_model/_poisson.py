# SPDX-License-Identifier: BSD-3-Clause
"""Poisson regression under scikit-learn's name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import PoissonRegressor as _PoissonRegressor

from ...special import exp
from .._base import linear_scores
from .._validation import FLOATS, check_parameters, check_regression, check_weights, is_array_api, unchanged_on_error
from ._native_fit import as_dense, forget, native_fit, usable

Array = NDArray[Any]


class PoissonRegressor(_PoissonRegressor):  # type: ignore[misc]
    r"""Poisson regression with the logarithm as link: scikit-learn's class with a native fit.

    Minimizes, with :math:`z_i = x_i \cdot w + b`, weights :math:`s_i` and :math:`S = \sum_i s_i`,

    .. math:: \frac1S \sum_i s_i \left(e^{z_i} - y_i z_i\right) + \frac{\alpha}{2} \sum_j w_j^2,

    which is half the mean deviance up to a constant; :math:`b` is not penalized. All parameters, their defaults, the errors and the
    fitted attributes are those of `sklearn.linear_model.PoissonRegressor`; `solver_used_` and `certificate_` are added.

    Both of scikit-learn's solvers have the same minimum, and `optim.fit_linear` picks Newton's method or L-BFGS by the shape of X.
    A solver given as a class, negative weights, array API input, and sparse X that would take more than 256 MiB and four times the
    sparse matrix when written out, run scikit-learn's own fit. `tol` bounds the largest element of the gradient; `max_iter` counts
    iterations of the method that runs; `verbose` shows the iterations. A weight k is k repetitions of the row.

    Parameters
    ----------
    alpha, fit_intercept, solver, max_iter, tol, warm_start, verbose
        scikit-learn's.

    Attributes
    ----------
    coef_ : ndarray of shape (d,)
        float32 when X is.
    intercept_ : float
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (d,)
        When X has names.
    solver_used_ : str
        "newton" or "lbfgs": the native method that ran, whatever `solver` says; or "scikit-learn".
    certificate_ : optim.Certificate
        How far from the minimum the coefficients can be; absent after scikit-learn's own fit.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        When `max_iter` iterations did not reach `tol`.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import PoissonRegressor
    >>> X, y = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0], [4.0, 3.0]]), [12, 17, 22, 21]
    >>> model = PoissonRegressor(tol=1e-8).fit(X, y)
    >>> model.predict([[1.0, 1.0], [3.0, 4.0]]).round(2).tolist()
    [10.68, 21.88]
    """

    coef_: Array
    intercept_: Any
    solver_used_: str
    certificate_: Any

    @unchanged_on_error
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> PoissonRegressor:
        """Fit the model.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n, d)
            Samples. float32 stays float32, everything else is taken as float64.
        y : array_like of shape (n,)
            Counts, or any numbers of at least 0.
        sample_weight : array_like of shape (n,), optional
            Ones when not given.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            When a parameter is out of range, shapes do not fit, X or y is not finite, or an element of y is negative.
        """
        check_parameters(self)
        if not isinstance(self.solver, str) or is_array_api(X):
            return self._scikit_learn_fit(X, y, sample_weight)
        data, targets = check_regression(self, X, y, finite=False, accept_sparse=["csc", "csr"])
        counts = targets.astype(data.dtype, copy=False)
        weights = check_weights(sample_weight, data)
        dense = as_dense(data)
        # `not >=` also holds for NaN, which scikit-learn then names.
        if dense is None or not counts.min() >= 0 or counts.max() == np.inf or (weights is not None and not usable(weights)):
            return self._scikit_learn_fit(X, y, sample_weight)
        self._base_loss = self._get_loss()
        warm = self.warm_start and "coef_" in self.__dict__
        start = self._last() if warm else self._constant(counts, weights)
        coef, intercept, n_iter = native_fit(
            self, dense, counts, loss="poisson", l2=float(self.alpha), sample_weight=weights, start=start, warm=warm
        )
        self.coef_ = coef[0].astype(dense.dtype)
        self.intercept_ = dense.dtype.type(intercept[0]) if self.fit_intercept else 0.0
        self.n_iter_ = n_iter
        return self

    def predict(self, X: Any) -> Any:
        """Predict the mean: :math:`e^{x \\cdot w + b}`.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n, d)
            Samples.

        Returns
        -------
        ndarray of shape (n,)
        """
        scores = linear_scores(self, X, dtype=list(FLOATS))
        if scores is None:
            return super().predict(X)
        return exp(scores, out=scores)

    def _scikit_learn_fit(self, X: Any, y: Any, sample_weight: Any) -> PoissonRegressor:
        forget(self)
        super().fit(X, y, sample_weight)
        return self

    def _last(self) -> tuple[Array, float | None]:
        return np.asarray(self.coef_, np.float64), float(self.intercept_) if self.fit_intercept else None

    def _constant(self, counts: Array, weights: Array | None) -> tuple[None, float | None]:
        """The best constant, ln of the mean, as scikit-learn starts: from 0 Newton's first step may overflow."""
        mean = float(np.average(counts, weights=weights)) if self.fit_intercept else 0.0
        return None, math.log(mean) if mean > 0 else None
