# SPDX-License-Identifier: BSD-3-Clause
"""The first singular values and vectors of a matrix that is not centered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import decomposition, get_config
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..._arrays import readable
from ...linalg._products import fma_matmul as matmul
from ...stats import moments
from .._columns import plain_floats, refuse
from .._validation import all_finite, check_design, check_parameters, is_dense, unchanged_on_error
from ._spectrum import by_random_range, signs_of

Array = NDArray[Any]


class TruncatedSVD(decomposition.TruncatedSVD):  # type: ignore[misc]
    r"""Truncated singular value decomposition, as `sklearn.decomposition.TruncatedSVD`.

    :math:`X \approx U \operatorname{diag}(\sigma) V^T` with the k largest singular values :math:`\sigma` (`singular_values_`); the
    rows of :math:`V^T` are `components_`. X is not centered. `transform` gives :math:`X V`, whose columns' variances are
    `explained_variance_`.

    Parameters
    ----------
    n_components : int, default=2
        k.
    algorithm : {'randomized', 'arpack'}
        How.
    n_iter, n_oversamples, power_iteration_normalizer, random_state, tol
        As scikit-learn's.

    Attributes
    ----------
    components_, explained_variance_, explained_variance_ratio_, singular_values_
        As scikit-learn's, with its signs: a component's largest element is positive.
    solver_used_ : str
        ``"randomized"``, or ``"scikit-learn"`` for algorithm='arpack', sparse matrices, other libraries' arrays.

    Raises
    ------
    ValueError
        scikit-learn's own errors.

    Notes
    -----
    *Computed differently.* The algorithm, its random start, oversampling and number of power iterations are scikit-learn's
    [Halko2011]_; 'auto' normalizes by QR where it takes LU, and once a step, :math:`X^T X Q` in one pass over X, unless singular
    values spread so far that squares would lose some (the same space). The variances are found in one pass each. Sparse matrices
    stay sparse: they go to scikit-learn. The same bits for any number of threads.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.decomposition import TruncatedSVD
    >>> X = np.outer([1.0, 2.0, 3.0], [3.0, 4.0])
    >>> svd = TruncatedSVD(1, random_state=0).fit(X)
    >>> svd.components_.round(12), svd.singular_values_.round(6)
    (array([[0.6, 0.8]]), array([18.708287]))
    """

    @unchanged_on_error
    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Find the components and return the scores of the same rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.
        y : Ignored
            For pipelines.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            The scores.
        """
        check_parameters(self)
        self.solver_used_ = "scikit-learn"
        if self.algorithm == "arpack" or not is_dense(X):
            return super().fit_transform(X)
        X = readable(check_design(self, X, reset=True, numeric=True, ensure_min_features=2))
        if X.shape[1] < 2:  # its error
            return super().fit_transform(X)
        if self.n_components > X.shape[1]:
            raise ValueError(f"n_components({self.n_components}) must be <= n_features({X.shape[1]}).")
        self.solver_used_ = "randomized"
        random = check_random_state(self.random_state)
        normalizer = self.power_iteration_normalizer
        _, S, Vt = by_random_range(X, None, self.n_components, self.n_oversamples, self.n_iter, normalizer, random, False)
        self.components_ = Vt * signs_of(Vt)[:, np.newaxis]
        self.singular_values_ = S
        Z: Array = matmul(X, self.components_.T)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # no variance: NaN, as scikit-learn's
            variance = np.atleast_1d(moments(Z, axis=0, order=2).variance())
            ratio = variance / np.sum(moments(X, axis=0, order=2).variance())
        self.explained_variance_ = variance.astype(X.dtype)
        self.explained_variance_ratio_ = ratio.astype(X.dtype)
        return Z

    def transform(self, X: Any) -> Any:
        """Scores :math:`X V`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            The scores.
        """
        check_is_fitted(self)
        if not is_dense(X):
            return super().transform(X)
        X = readable(check_design(self, X, reset=False, finite=False, numeric=True))
        with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinity are refused below, by what comes out
            Z: Array = matmul(X, self.components_.T)
        if not get_config()["assume_finite"] and not all_finite(Z):
            refuse(self, X)
        return Z

    def inverse_transform(self, X: Any) -> Any:
        """Rows :math:`Z V^T` of scores Z.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Scores.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            The rows, in the space of the data.
        """
        if not is_dense(X):
            return super().inverse_transform(X)
        return matmul(plain_floats(X), self.components_)
