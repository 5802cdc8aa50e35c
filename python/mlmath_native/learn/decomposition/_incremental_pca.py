# SPDX-License-Identifier: BSD-3-Clause
"""Principal components of rows that come in batches."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn import decomposition
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted

from ..._arrays import readable
from ...stats import moments
from .._columns import centered, refuse
from .._validation import check_design, check_parameters, is_dense, unchanged_on_error
from ._projection import Projection
from ._spectrum import by_svd, signs_of

Array = NDArray[Any]


class IncrementalPCA(Projection, decomposition.IncrementalPCA):  # type: ignore[misc]
    r"""Principal components of rows that come in batches, as `sklearn.decomposition.IncrementalPCA`.

    After N rows with means m, singular values :math:`\sigma` and components :math:`V^T`, a batch B of n rows with means b gives the
    SVD of

    .. math::
        \begin{pmatrix} \operatorname{diag}(\sigma) V^T \\ B - 1 b^T \\ \sqrt{N n / (N + n)} \, (m - b)^T \end{pmatrix}

    whose first k right singular vectors are the new components [Ross2008]_: exact when k is the rank, else what the k kept
    directions know of the past.

    Parameters
    ----------
    n_components : int or None
        k; None: the smaller size of the first batch.
    whiten : bool, default=False
        Scores of unit variance.
    copy : bool, default=True
        For scikit-learn's signature; X is never written to.
    batch_size : int or None
        Rows a batch in `fit`; None: five times the features.

    Attributes
    ----------
    components_, explained_variance_, explained_variance_ratio_, singular_values_, mean_, var_, noise_variance_, n_components_,
    n_samples_seen_, batch_size_
        As scikit-learn's, with its signs: a component's largest element is positive. `n_samples_seen_` is an int, in scikit-learn
        1.9 a float.
    solver_used_ : str
        ``"svd"``: there is no other way here; scikit-learn's own code only cuts sparse matrices into batches.

    Raises
    ------
    ValueError
        scikit-learn's own errors.

    Notes
    -----
    *Computed differently.* Of a batch with more rows than columns the triangle R of its QR decomposition is decomposed: the same
    :math:`\sigma` and V, and no U. Means and variances are merged by [Chan1983]_. Sparse matrices are made dense a batch at a time,
    as scikit-learn does. The same bits for any number of threads.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.decomposition import PCA, IncrementalPCA
    >>> X = np.random.default_rng(0).standard_normal((600, 3)) * [3.0, 2.0, 1.0]
    >>> batches = IncrementalPCA(batch_size=100).fit(X)
    >>> bool(np.allclose(batches.explained_variance_, PCA().fit(X).explained_variance_))
    True
    """

    @unchanged_on_error
    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the components, `batch_size` rows at a time.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.
        y : Ignored
            For pipelines.

        Returns
        -------
        self : IncrementalPCA
            The fitted model.
        """
        if not is_dense(X):
            return super().fit(X)  # type: ignore[no-any-return]
        check_parameters(self)
        X = readable(check_design(self, X, reset=True))
        self._forget()
        self.batch_size_ = 5 * X.shape[1] if self.batch_size is None else self.batch_size
        for batch in gen_batches(len(X), self.batch_size_, min_batch_size=self.n_components or 0):
            self._take_batch(X[batch])
        return self

    @unchanged_on_error
    def partial_fit(self, X: Any, y: Any = None, check_input: bool = True) -> Self:
        """Take one batch in.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The batch.
        y : Ignored
            For pipelines.
        check_input : bool, default=True
            Whether to look at X first.

        Returns
        -------
        self : IncrementalPCA
            The fitted model.
        """
        first = not hasattr(self, "components_")
        if check_input:
            check_parameters(self)
            if issparse(X):
                raise TypeError(
                    "IncrementalPCA.partial_fit does not support sparse input. Either convert data to dense or use "
                    "IncrementalPCA.fit to do so in batches."
                )
            X = check_design(self, X, reset=first, finite=False)
        X = readable(X)
        if first:
            self._forget()
        self._take_batch(X)
        return self

    def _forget(self) -> None:
        self.components_: Any = None
        self.singular_values_: Any = None
        self.n_samples_seen_ = 0
        self.mean_: Any = 0.0
        self.var_: Any = 0.0

    def _components_for(self, n: int, d: int) -> int:
        """scikit-learn's rules in its words."""
        first = self.components_ is None
        if self.n_components is None:
            return min(n, d) if first else int(self.components_.shape[0])
        if not self.n_components <= d:
            raise ValueError(
                f"n_components={self.n_components!r} invalid for n_features={d}, need more rows than columns for IncrementalPCA "
                "processing"
            )
        if self.n_components > n and first:
            raise ValueError(
                f"n_components={self.n_components} must be less or equal to the batch number of samples {n} for the first "
                "partial_fit call."
            )
        if not first and self.components_.shape[0] != self.n_components:
            raise ValueError(
                f"Number of input features has changed from {self.components_.shape[0]} to {self.n_components} between calls to "
                "partial_fit! Try setting n_components to a fixed value."
            )
        return int(self.n_components)

    def _take_batch(self, X: Array) -> None:
        n, d = X.shape
        k = self._components_for(n, d)
        with np.errstate(invalid="ignore", over="ignore"):
            state = moments(X, axis=0, order=2)
            mean, m2 = np.atleast_1d(state.mean), np.atleast_1d(state.central_sum(2))
        if not np.isfinite(m2).all():
            refuse(self, X)
            raise ValueError("IncrementalPCA: X must be small enough for its sums to stay finite, they overflow; scale X")
        seen, total = int(self.n_samples_seen_), int(self.n_samples_seen_) + n
        delta = mean - self.mean_
        if seen == 0:
            stacked = centered(X, mean)
        else:
            kept = len(self.components_)
            stacked = np.empty((kept + n + 1, d), np.result_type(X, self.components_, self.mean_))
            np.multiply(self.singular_values_[:, np.newaxis], self.components_, out=stacked[:kept])
            centered(X.astype(stacked.dtype, copy=False), mean, stacked[kept:-1])
            stacked[-1] = np.sqrt(seen / total * n) * -delta
            mean = self.mean_ + delta * (n / total)
            m2 = self.var_ * seen + m2 + delta**2 * (seen * n / total)
        _, S, Vt = by_svd(stacked)
        Vt = Vt[:k]
        variances = m2 / total
        with np.errstate(invalid="ignore", divide="ignore"):  # one row, no variance: NaN, as scikit-learn's
            explained = S**2 / np.float64(total - 1)  # double for float32 too, as scikit-learn's
            ratio = S**2 / np.sum(variances * total)
        self.solver_used_ = "svd"
        self.n_components_ = k
        self.n_samples_seen_ = total
        self.components_ = Vt * signs_of(Vt)[:, np.newaxis]
        self.singular_values_ = S[:k].copy()
        self.mean_, self.var_ = mean, variances
        self.explained_variance_ = explained[:k].copy()
        self.explained_variance_ratio_ = ratio[:k].copy()
        self.noise_variance_ = explained[k:].mean() if k not in (n, d) else 0.0

    def transform(self, X: Any) -> Any:
        """Scores; a sparse matrix is made dense a batch at a time.

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
        if not issparse(X):
            return super().transform(X)
        return decomposition.IncrementalPCA.transform(self, X)
