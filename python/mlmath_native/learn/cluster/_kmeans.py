# SPDX-License-Identifier: BSD-3-Clause
"""k-means."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn.cluster
from numpy.typing import NDArray
from sklearn.cluster._k_means_common import _is_same_clustering
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from sklearn.utils.validation import _is_arraylike_not_scalar, check_is_fitted

from ... import _mlmath
from ..._arrays import readable
from ..._warnings import warn
from ...stats import bincount, var
from .._validation import all_finite, check_design, check_parameters, check_weights, is_dense, refuse_not_finite, unchanged_on_error
from ._seeding import kmeans_plusplus, lloyd

Array = NDArray[Any]


class KMeans(sklearn.cluster.KMeans):  # type: ignore[misc]
    r"""k-means, scikit-learn's class on native kernels.

    Looks for centres :math:`c_k` = ``cluster_centers_`` and labels that make the inertia

    .. math:: \sum_i s_i \min_k |x_i - c_k|^2

    small, by Lloyd's iteration [Lloyd1982]_: every row to its nearest centre, every centre to the mean of its rows, with weights
    :math:`s_i`. Parameters, attributes, the order of the random draws, the rules for stopping and for empty clusters are
    scikit-learn's: the same seed gives the same result up to rounding.

    Parameters
    ----------
    n_clusters, init, n_init, max_iter, tol, verbose, random_state
        As scikit-learn's.
    copy_x : bool
        Of no effect: X is never written to.
    algorithm : {"lloyd", "elkan"}
        Both run Lloyd's iteration: Elkan's gives the same labels by another way.

    Attributes
    ----------
    solver_used_ : str
        What the last fit ran: "lloyd", or "scikit-learn" for sparse X and other libraries' arrays.
    cluster_centers_, labels_, inertia_, n_iter_, n_features_in_
        As scikit-learn's, with its types.

    Notes
    -----
    ============================  ===================================================================
    an iteration                  labels by |c|^2 - 2 x.c relative to the mean of the centres, in X's type; first in float32 on a
                                  copy of X made once (4 bytes an element), whose error bound shows which labels are certain;
                                  sums of the new centres in double, kept over the iterations and moved with the rows whose
                                  label changes, of all rows in the last; centres are rounded to X's type
    inertia_, transform, the      by differences, in double
    distances of k-means++
    other than scikit-learn       X is not copied in its own type; with fewer distinct rows than clusters a superfluous
                                  centre is put on the heaviest cluster's centre
    scikit-learn's own code       sparse X, in fit and in predictions
    ============================  ===================================================================

    Results do not depend on the number of threads.

    References
    ----------
    [Arthur2007]_ for k-means++.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 0.0], [10.0, 2.0], [10.0, 4.0], [10.0, 0.0]])
    >>> model = mm.learn.cluster.KMeans(n_clusters=2, random_state=0).fit(X)
    >>> model.cluster_centers_.tolist()
    [[10.0, 2.0], [1.0, 2.0]]
    >>> model.inertia_
    16.0
    """

    @unchanged_on_error
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:
        """Find the centres.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, d)
            float32 is computed in float32, everything else in float64.
        y : ignored
        sample_weight : array_like of shape (n,), optional
            Also the odds of a row to become an initial centre, unless `init` is an array or a function.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            When there are fewer distinct clusters than asked for.

        Raises
        ------
        ValueError
            As scikit-learn: X not finite, fewer rows than clusters, initial centres of another shape.
        """
        check_parameters(self)
        if not is_dense(X):
            super().fit(X, y, sample_weight)
            self.solver_used_ = "scikit-learn"
            return self
        X = readable(check_design(self, X, reset=True, finite=not self.tol))
        runs = self._runs(X)
        self._tol = self._tolerance(X) if self.tol else 0
        random_state = check_random_state(self.random_state)
        weights = check_weights(sample_weight, X)
        self._n_threads = _openmp_effective_n_threads()  # scikit-learn's predictions of sparse X read it

        best: tuple[float, Array, Array, int] | None = None
        start = self._given_start(X)
        for _ in range(runs):
            centers = self._start(X, start, weights, random_state)
            if self.verbose:
                print("Initialization complete")
            labels, iterations = lloyd(X, weights, centers, self._tol, int(self.max_iter), self.verbose)
            inertia = _mlmath._kmeans_inertia(X, weights, centers, labels, False)[0]
            if best is None or (inertia < best[0] and not _is_same_clustering(labels, best[1], self.n_clusters)):
                best = inertia, labels, centers, iterations
        assert best is not None
        self.inertia_, self.labels_, self.n_iter_ = best[0], best[1], best[3]
        self.cluster_centers_ = best[2].astype(X.dtype)
        self._n_features_out = len(self.cluster_centers_)
        self.solver_used_ = "lloyd"
        distinct = int(np.count_nonzero(bincount(self.labels_, minlength=self.n_clusters)))
        if distinct < self.n_clusters:
            warn(
                f"Number of distinct clusters ({distinct}) found smaller than n_clusters ({self.n_clusters}). "
                "Possibly due to duplicate points in X.",
                ConvergenceWarning,
            )
        return self

    def _tolerance(self, X: Array) -> float:
        """Like scikit-learn's relative to the mean variance of the columns, which shows whether X is finite, too."""
        with np.errstate(all="ignore"):
            variance = float(var(X, axis=0, dtype=np.float64).mean())
        if not np.isfinite(variance):
            refuse_not_finite(self, X)
        return variance * float(self.tol)

    def _runs(self, X: Array) -> int:
        """How often to start, and scikit-learn's complaints about the parameters."""
        if len(X) < self.n_clusters:
            raise ValueError(f"n_samples={len(X)} should be >= n_clusters={self.n_clusters}.")
        once = _is_arraylike_not_scalar(self.init)
        if self.n_init == "auto":
            self._n_init = 1 if once or (isinstance(self.init, str) and self.init == "k-means++") else 10
        else:
            self._n_init = self.n_init
        if once and self._n_init != 1:
            warn(
                f"Explicit initial center position passed: performing only one init in {type(self).__name__} instead of "
                f"n_init={self._n_init}.",
                RuntimeWarning,
            )
            self._n_init = 1
        self._algorithm = self.algorithm
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warn("algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.", RuntimeWarning)
            self._algorithm = "lloyd"
        runs: int = self._n_init
        return runs

    def _given_start(self, X: Array) -> Array | None:
        if not _is_arraylike_not_scalar(self.init):
            return None
        init = self.init
        if type(init) is np.ndarray and init.ndim == 2 and init.dtype == X.dtype and init.size and all_finite(init):
            start: Array = init.copy()
        else:
            start = check_array(init, dtype=X.dtype, copy=True, order="C")
        self._validate_center_shape(X, start)
        return start

    def _start(self, X: Array, given: Array | None, weights: Array | None, random_state: Any) -> Array:
        """Initial centres in double, drawn in scikit-learn's order."""
        if given is not None:
            return np.array(given, np.float64)
        if callable(self.init):  # scikit-learn shows it X without its mean
            mean = X.mean(axis=0, dtype=np.float64).astype(X.dtype)
            made = self.init(X - mean, self.n_clusters, random_state=random_state)
            made = check_array(made, dtype=X.dtype, copy=False, order="C")
            self._validate_center_shape(X, made)
            centers: Array = made.astype(np.float64) + mean
            return centers
        if self.init == "k-means++":
            return kmeans_plusplus(X, self.n_clusters, weights, random_state)
        odds = np.ones(len(X), X.dtype) if weights is None else weights
        seeds = random_state.choice(len(X), size=self.n_clusters, replace=False, p=odds / odds.sum())
        return np.ascontiguousarray(X[seeds], np.float64)

    def _check_test_data(self, X: Any) -> Any:
        return super()._check_test_data(X) if not is_dense(X) else readable(check_design(self, X, reset=False))

    def _centers(self) -> Array:
        return np.ascontiguousarray(self.cluster_centers_, np.float64)

    def predict(self, X: Any) -> Array:
        """The nearest centre of every row: its place in ``cluster_centers_``, int32."""
        check_is_fitted(self)
        if not is_dense(X):
            found: Array = super().predict(X)
            return found
        return _mlmath._kmeans_assign(self._check_test_data(X), self._centers())

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the inertia of X for these centres."""
        check_is_fitted(self)
        if not is_dense(X):
            return float(super().score(X, y, sample_weight))
        X = self._check_test_data(X)
        centers = self._centers()
        labels = _mlmath._kmeans_assign(X, centers)
        return -float(_mlmath._kmeans_inertia(X, check_weights(sample_weight, X), centers, labels, False)[0])

    def _transform(self, X: Any) -> Array:
        """Distances of every row to every centre (scikit-learn's transform and fit_transform end here)."""
        if not is_dense(X):
            found: Array = super()._transform(X)
            return found
        return _mlmath._kmeans_distances(self._check_test_data(X), None, self._centers(), True, None, None)[0]
