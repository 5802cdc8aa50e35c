# SPDX-License-Identifier: BSD-3-Clause
"""Principal component analysis."""

from __future__ import annotations

from math import sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn import decomposition
from sklearn.decomposition._pca import _infer_dimension
from sklearn.utils import check_random_state

from ..._arrays import readable
from ...linalg import vector_norm
from ...linalg._products import fma_matmul as matmul
from .._columns import centered, refuse
from .._validation import check_design, check_parameters, is_dense, unchanged_on_error
from ._projection import Projection, scores, whitening
from ._spectrum import by_covariance, by_random_range, by_svd, column_means, covariance_sums, signs_of

Array = NDArray[Any]

_OVERFLOW = "PCA: X must be small enough for its sums of squares to stay finite, they overflow; scale X"


class PCA(Projection, decomposition.PCA):  # type: ignore[misc]
    r"""Principal component analysis, as `sklearn.decomposition.PCA`.

    With the means m (`mean_`) of the n rows of X, the first k right singular vectors of the centered matrix,

    .. math::
        X - 1 m^T = U \operatorname{diag}(\sigma) V^T, \qquad \lambda_j = \frac{\sigma_j^2}{n - 1},

    are the directions of largest variance: the rows of V^T are `components_`, :math:`\lambda` is `explained_variance_`,
    :math:`\sigma` is `singular_values_`; the rest's mean :math:`\lambda` is `noise_variance_`. `transform` gives
    :math:`(X - 1 m^T) V`, with `whiten` divided by :math:`\sqrt{\lambda}`.

    Parameters
    ----------
    n_components : int, float in (0, 1), 'mle' or None
        How many, or the share of the variance that they must exceed, or Minka's estimate; None: all.
    copy : bool, default=True
        False: 'full' and 'randomized' center X where it lies.
    whiten : bool, default=False
        Scores of unit variance.
    svd_solver : {'auto', 'full', 'covariance_eigh', 'arpack', 'randomized'}
        'auto' chooses as scikit-learn does.
    tol, iterated_power, n_oversamples, power_iteration_normalizer, random_state
        As scikit-learn's.

    Attributes
    ----------
    components_, explained_variance_, explained_variance_ratio_, singular_values_, mean_, n_components_, n_samples_, noise_variance_
        As scikit-learn's, float32 for float32 input; signs as its `svd_flip`: a component's largest element is positive.
    solver_used_ : str
        What ran:

        =================== ==============================================================================================
        ``covariance_eigh`` eigenvectors of the covariance; large means do not cancel
        ``full``            QR of the centered X, then the SVD of R; the SVD of X itself when it has more columns than rows
        ``randomized``      scikit-learn's algorithm with its random start, oversampling and power iterations [Halko2011]_
        ``scikit-learn``    its own fit: svd_solver='arpack', sparse matrices, other libraries' arrays, a single row
        =================== ==============================================================================================

    Raises
    ------
    ValueError
        scikit-learn's own errors; also when finite numbers overflow in the sums.

    Notes
    -----
    *Computed differently.* scikit-learn's 'covariance_eigh' subtracts :math:`n m m^T` from :math:`X^T X`, and its `transform`
    :math:`m V` from :math:`X V`: both lose the deviations when means are large beside them. Here `transform` subtracts the means
    first, and so does 'covariance_eigh' up to 128 columns. With more, and in 'randomized', the means are subtracted from the
    products as long as that costs at most a factor 4 in accuracy (the squares of the means are up to three times those of the
    deviations); beyond, the deviations are taken first. float32 input has its covariance and eigenvectors computed in double
    precision up to 128 columns (above: products in single, vectors in double). 'auto' normalizes power iterations by QR where
    scikit-learn takes LU, and once a step, :math:`A^T A Q` in one pass over X, unless singular values spread so far that squares
    would lose some: the same space. `fit_transform` of tall X multiplies the centered X by V instead of forming U. The same bits
    for any number of threads.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.decomposition import PCA
    >>> X = np.array([[-1.0, -1.0], [-2.0, -1.0], [-3.0, -2.0], [1.0, 1.0], [2.0, 1.0], [3.0, 2.0]])
    >>> pca = PCA(n_components=2).fit(X)
    >>> pca.explained_variance_ratio_.round(4)
    array([0.9924, 0.0076])
    >>> pca.singular_values_.round(4)
    array([6.3006, 0.5498])
    >>> pca.solver_used_
    'full'
    """

    transform = Projection.transform  # here for set_output, which wraps what a class itself defines

    @unchanged_on_error
    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the components.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.
        y : Ignored
            For pipelines.

        Returns
        -------
        self : PCA
            The fitted model.
        """
        if self._fit_native(X, left=False) is None:
            super().fit(X)
        return self

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
        fitted = self._fit_native(X, left=True)
        if fitted is None:
            return super().fit_transform(X)
        rows, deviations, U = fitted
        if U is None:
            if deviations is None:
                return scores(self, rows)[0]
            Z = matmul(deviations, self.components_.T)
            scale = whitening(self)
            if scale is not None:
                Z /= scale
            return Z
        return U[:, : self.n_components_] * (sqrt(self.n_samples_ - 1) if self.whiten else self.singular_values_)

    def _fit_native(self, X: Any, left: bool) -> tuple[Array, Array | None, Array | None] | None:
        """X, X centered (None: not made) and U (None: not made), or None: scikit-learn's case."""
        check_parameters(self)
        self.solver_used_ = "scikit-learn"
        if self.svd_solver == "arpack" or not is_dense(X):
            return None
        X = readable(check_design(self, X, reset=True, finite=False, copy=False))
        if len(X) == 1:
            refuse(self, X)
            if self.svd_solver == "covariance_eigh":  # where scikit-learn's eigenvalues of NaN "did not converge"
                raise ValueError("PCA: X must have at least two rows for svd_solver='covariance_eigh', got 1 sample")
            return None
        least = min(X.shape)
        wanted = least if self.n_components is None else self.n_components
        solver = self._fit_svd_solver = self._solver_for(X.shape, wanted)
        self._check_components(X.shape, wanted, solver)
        self.n_samples_ = len(X)
        self.solver_used_ = solver
        if solver == "covariance_eigh":
            self._by_covariance(X, wanted)
            return X, None, None
        mean = self._sums_checked(X, lambda: column_means(X))
        self.mean_ = mean.astype(X.dtype)
        if solver == "randomized" and self.copy:
            # Constraint: X Q - 1 (m^T Q) loses a factor 1 + n |m|^2 / total; a centered copy costs four products. Decision: as in
            # covariance_sums, up to 4 there is no copy.
            total = float(vector_norm(X)) ** 2
            between = len(X) * float(mean @ mean)
            if 4 * between <= 3 * total < np.inf:
                return X, None, self._by_randomized(X, self.mean_, total - between, wanted, left)
        deviations = centered(X, self.mean_, None if self.copy or not X.flags.writeable else X)
        if solver == "full":
            return X, deviations, self._by_full(deviations, wanted)
        return X, deviations, self._by_randomized(deviations, None, float(vector_norm(deviations)) ** 2, wanted, left)

    def _solver_for(self, shape: tuple[int, ...], wanted: Any) -> str:
        """scikit-learn's choice."""
        if self.svd_solver != "auto":
            return str(self.svd_solver)
        if shape[1] <= 1000 and shape[0] >= 10 * shape[1]:
            return "covariance_eigh"
        if max(shape) <= 500 or wanted == "mle":
            return "full"
        return "randomized" if 1 <= wanted < 0.8 * min(shape) else "full"

    def _check_components(self, shape: tuple[int, ...], wanted: Any, solver: str) -> None:
        """scikit-learn's errors in its words."""
        least = min(shape)
        if solver == "randomized":
            if isinstance(wanted, str):
                raise ValueError(f"n_components={wanted!r} cannot be a string with svd_solver='{solver}'")
            if not 1 <= wanted <= least:
                raise ValueError(
                    f"n_components={wanted!r} must be between 1 and min(n_samples, n_features)={least!r} with svd_solver='{solver}'"
                )
        elif wanted == "mle":
            if shape[0] < shape[1]:
                raise ValueError("n_components='mle' is only supported if n_samples >= n_features")
        elif not 0 <= wanted <= least:
            raise ValueError(
                f"n_components={wanted} must be between 0 and min(n_samples, n_features)={least} with svd_solver={solver!r}"
            )

    def _sums_checked(self, X: Array, sums: Any) -> Any:
        """`sums()`, which are finite exactly when X is, but for overflow: one pass saved."""
        with np.errstate(invalid="ignore", over="ignore"):
            result = sums()
        last = result[-1] if isinstance(result, tuple) else result
        if not np.isfinite(last).all():
            refuse(self, X)
            raise ValueError(_OVERFLOW)
        return result

    def _by_covariance(self, X: Array, wanted: Any) -> None:
        n = len(X)
        mean, sums = self._sums_checked(X, lambda: covariance_sums(X))
        self.mean_ = mean.astype(X.dtype)
        variance, Vt = by_covariance(sums / (n - 1))
        self._take_all(variance, np.sqrt(variance * (n - 1)), Vt, X, wanted)

    def _by_full(self, deviations: Array, wanted: Any) -> Array | None:
        U, S, Vt = by_svd(deviations)
        signs = self._take_all(_squares(S) / (len(deviations) - 1), S, Vt, deviations, wanted)
        if U is not None:
            U = U[:, : self.n_components_] * signs
        return U

    def _take_all(self, variance: Array, S: Array, Vt: Array, X: Array, wanted: Any) -> Array:
        """Attributes from the whole spectrum (float64), with as many components as wanted. Returns the signs taken."""
        n, d = X.shape
        total = variance.sum()
        with np.errstate(invalid="ignore"):  # no variance at all: NaN shares, as scikit-learn's
            ratio = variance / total
        if wanted == "mle":
            k = int(_infer_dimension(variance, n))
        elif 0 < wanted < 1:
            k = int(np.searchsorted(np.cumsum(ratio), wanted, side="right")) + 1
        else:
            k = int(wanted)
        noise = variance[k:].mean() if k < min(n, d) else 0.0
        self._set_spectrum(k, variance[:k], ratio[:k], S[:k], noise, X.dtype)
        signs = signs_of(Vt[:k])
        self.components_ = np.ascontiguousarray(Vt[:k] * signs[:, np.newaxis], X.dtype)
        return signs

    def _by_randomized(self, X: Array, mean: Array | None, squares: float, k: int, left: bool) -> Array | None:
        """X less `mean`, whose squares' sum is `squares`."""
        n, d = X.shape
        random, normalizer = check_random_state(self.random_state), self.power_iteration_normalizer
        U, S, Vt = by_random_range(X, mean, k, self.n_oversamples, self.iterated_power, normalizer, random, left)
        variance = _squares(S) / (n - 1)
        total = squares / (n - 1)
        noise = (total - variance.sum()) / (min(n, d) - k) if k < min(n, d) else 0.0
        with np.errstate(invalid="ignore"):
            ratio = variance / total
        self._set_spectrum(k, variance, ratio, S, noise, X.dtype)
        signs = signs_of(Vt)
        self.components_ = np.ascontiguousarray(Vt * signs[:, np.newaxis], X.dtype)
        return None if U is None else U * signs

    def _set_spectrum(self, k: int, variance: Array, ratio: Array, S: Array, noise: Any, dtype: Any) -> None:
        if not np.isfinite(variance).all():
            raise ValueError(_OVERFLOW)
        self.n_components_ = k
        self.explained_variance_ = variance.astype(dtype)
        self.explained_variance_ratio_ = ratio.astype(dtype)
        self.singular_values_ = S.astype(dtype)
        self.noise_variance_ = dtype.type(noise)


def _squares(S: Array) -> Array:
    with np.errstate(over="ignore"):  # refused where the attributes are set
        return S.astype(np.float64) ** 2
