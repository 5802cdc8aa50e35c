# SPDX-License-Identifier: BSD-3-Clause
"""Columns of mean 0 and variance 1."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing
from sklearn.preprocessing._data import _handle_zeros_in_scale, _is_constant_feature
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from ... import _mlmath
from ..._arrays import readable
from ...stats import moments
from .._columns import row
from .._validation import FLOATS, all_finite, check_design, check_parameters, check_weights, is_dense, unchanged_on_error

Array = NDArray[Any]


class StandardScaler(preprocessing.StandardScaler):  # type: ignore[misc]
    r"""Subtract each column's mean and divide by its standard deviation, as `sklearn.preprocessing.StandardScaler`.

    With weights :math:`w_i` (`sample_weight`, 1 when not given) and over the elements of column j that are not NaN,

    .. math::
        z_{ij} = \frac{x_{ij} - m_j}{s_j}, \qquad W_j = \sum_i w_i, \quad m_j = \frac{1}{W_j} \sum_i w_i x_{ij}, \quad
        s_j^2 = \frac{1}{W_j} \sum_i w_i (x_{ij} - m_j)^2

    where :math:`m_j` is `mean_`, :math:`s_j^2` is `var_` and :math:`s_j` is `scale_`, 1 for a column that does not vary.

    Parameters
    ----------
    copy : bool, default=True
        False: `transform` writes into its argument where that is a writable array of floats.
    with_mean, with_std : bool, default=True
        Whether to subtract, whether to divide.

    Attributes
    ----------
    mean_, var_, scale_ : ndarray of shape (n_features,) or None
        As scikit-learn's: float64, also for float32 input.
    n_samples_seen_ : int or ndarray of shape (n_features,)
        Elements that are not NaN, or the sum of their weights (without `with_mean` and `with_std`: the elements). Integers where
        there are no weights; scikit-learn 1.9's are floats.
    n_features_in_, feature_names_in_
        As scikit-learn's.
    solver_used_ : str
        ``"moments"``; ``"scikit-learn"`` for sparse matrices, other libraries' arrays, negative weights and callbacks.

    Raises
    ------
    ValueError
        scikit-learn's own errors: infinities, shapes, a sparse matrix with `with_mean`.

    Notes
    -----
    *Computed differently.* Means and sums of squares come from one pass over memory (`mlmath_native.stats.moments`), merged over
    chunks of rows and over calls of `partial_fit` by the formulas of [Chan1983]_, so that nothing cancels when means are large
    beside the deviations; scikit-learn makes several passes and stores the deviations. `transform` and `inverse_transform` are one
    pass over memory that looks for infinities on its way, with the bits of ``(X - mean_) / scale_``. The same bits for any number
    of threads. A column of which the first batches know nothing (all NaN) begins with the first number that comes; scikit-learn
    keeps the NaN. float16 is computed and returned in double. A weight k counts as k repetitions of the row, also over
    several calls of `partial_fit`, where scikit-learn truncates the sum of the weights.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.preprocessing import StandardScaler
    >>> X = np.array([[0.0, 1.0], [0.0, 3.0], [1.0, np.nan], [1.0, 5.0]])
    >>> scaler = StandardScaler().fit(X)
    >>> scaler.mean_, scaler.n_samples_seen_
    (array([0.5, 3. ]), array([4, 3]))
    >>> scaler.transform([[1.0, 3.0]])
    array([[1., 0.]])
    """

    mean_: Any
    var_: Any
    scale_: Any
    n_samples_seen_: Any

    @unchanged_on_error
    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Take more rows into the means and variances.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows; NaN is left out.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        self : StandardScaler
            The fitted scaler.
        """
        check_parameters(self)
        first = not hasattr(self, "n_samples_seen_")
        if not is_dense(X) or getattr(self, "_skl_callbacks", None):
            return self._by_scikit_learn(X, y, sample_weight)
        X = readable(check_design(self, X, reset=first, finite=False, ensure_all_finite="allow-nan"))
        weights = check_weights(sample_weight, X)
        if weights is not None and not (weights >= 0).all():
            return self._by_scikit_learn(X, y, sample_weight)
        self.solver_used_ = "moments"
        d = X.shape[1]
        seen = np.zeros(d) if first else np.broadcast_to(np.asarray(self.n_samples_seen_, np.float64), (d,))
        if not self.with_mean and not self.with_std:  # scikit-learn then counts rows
            weights = None
        count, mean, m2 = _column_moments(self, X, weights)
        total = seen + count
        if not self.with_mean and not self.with_std:
            self.mean_ = self.var_ = None
        else:
            if not first:
                mean, m2 = _merged(seen, self.mean_, self.var_, count, mean, m2)
            self.mean_ = mean
            self.var_ = _divided(m2, total) if self.with_std else None
        whole = weights is None and total.dtype.kind == "f" and bool((total == np.floor(total)).all())
        counts = total.astype(np.int64) if whole else total
        self.n_samples_seen_ = counts[0] if (counts == counts[0]).all() else counts
        if self.with_std:
            constant = _is_constant_feature(self.var_, self.mean_, self.n_samples_seen_)
            self.scale_ = _handle_zeros_in_scale(np.sqrt(self.var_), copy=False, constant_mask=constant)
        else:
            self.scale_ = None
        return self

    def transform(self, X: Any, copy: bool | None = None) -> Any:
        """Subtract the means and divide by the scales.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows; NaN stays NaN.
        copy : bool, optional
            In place of the constructor's.

        Returns
        -------
        {ndarray, sparse matrix} of shape (n_samples, n_features)
            The scaled rows.
        """
        check_is_fitted(self)
        if not is_dense(X):
            return super().transform(X, copy)
        plain = type(X) is np.ndarray and X.ndim == 2 and X.dtype.type in FLOATS and X.dtype.isnative and X.size > 0
        if not (plain and "feature_names_in_" not in self.__dict__ and X.shape[1] == self.n_features_in_):
            X = validate_data(self, X, reset=False, dtype=list(FLOATS), ensure_all_finite="allow-nan")
        return self._apply(X, copy, False)

    def inverse_transform(self, X: Any, copy: bool | None = None) -> Any:
        """Multiply by the scales and add the means.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Scaled rows; NaN stays NaN.
        copy : bool, optional
            In place of the constructor's.

        Returns
        -------
        {ndarray, sparse matrix} of shape (n_samples, n_features)
            The rows as they were.
        """
        check_is_fitted(self)
        if not is_dense(X):
            return super().inverse_transform(X, copy)
        if not (type(X) is np.ndarray and X.ndim == 2 and X.dtype.type in FLOATS and X.dtype.isnative and X.size > 0):
            X = check_array(X, dtype=list(FLOATS), ensure_all_finite="allow-nan")
        if X.shape[1] != self.n_features_in_:
            raise ValueError(
                f"inverse_transform: X must have {self.n_features_in_} columns, as the scaler was fitted with, got {X.shape[1]}"
            )
        return self._apply(X, copy, True)

    def _apply(self, X: Any, copy: bool | None, backwards: bool) -> Array:
        mean = row(self.mean_, X.dtype) if self.with_mean else None
        scale = row(self.scale_, X.dtype) if self.with_std else None
        source = readable(X)
        in_place = not (self.copy if copy is None else copy) and X.flags.writeable
        if in_place and not all_finite(source):  # before anything is overwritten
            _refuse_infinity(source)
        out = source if in_place else np.empty_like(source)
        if _mlmath._standardize(source, mean, scale, backwards, out) and not in_place:
            _refuse_infinity(source)
        if in_place and source is not X and not np.may_share_memory(source, X):  # unaligned: the kernel worked on a copy
            X[...] = out
        return X if in_place else out

    def _by_scikit_learn(self, X: Any, y: Any, sample_weight: Any) -> Self:
        super().partial_fit(X, y, sample_weight)
        self.solver_used_ = "scikit-learn"
        return self


def _refuse_infinity(X: Array) -> None:
    """scikit-learn's error when X holds an infinity."""
    check_array(X, dtype=list(FLOATS), ensure_all_finite="allow-nan", input_name="X")


def _column_moments(scaler: Any, X: Array, weights: Array | None) -> tuple[Array, Array, Array]:
    """Weight, mean and sum of squared deviations of the elements of each column that are not NaN."""
    with np.errstate(invalid="ignore", over="ignore"):  # an infinity is refused below
        state = moments(X, axis=0, order=2, weights=weights)
        weight, mean, m2 = (np.atleast_1d(v).astype(np.float64) for v in (state.weight, state.mean, state.central_sum(2)))
    if np.isfinite(m2).all():
        return weight, mean, m2
    validate_data(scaler, X, reset=False, dtype=list(FLOATS), ensure_all_finite="allow-nan")  # the infinities
    for j in np.flatnonzero(np.isnan(X).any(axis=0)):
        keep = ~np.isnan(X[:, j])
        weight[j], mean[j], m2[j] = 0, np.nan, np.nan
        if keep.any():
            state = moments(X[keep, j], order=2, weights=None if weights is None else weights[keep])
            weight[j], mean[j], m2[j] = state.weight, state.mean, state.central_sum(2)
    return weight, mean, m2


def _merged(seen: Array, mean: Array, var: Array | None, count: Array, more: Array, m2: Array) -> tuple[Array, Array]:
    """Mean and squared deviations of both parts [Chan1983]; a part of weight 0 leaves the other as it is."""
    total = np.where(seen + count > 0, seen + count, 1)
    delta = np.where((seen > 0) & (count > 0), more - mean, 0)
    known = np.where(seen > 0, mean, np.where(count > 0, more, np.nan))
    before = np.where(seen > 0, (0 if var is None else var) * seen, 0)
    return known + delta * (count / total), before + np.where(count > 0, m2, 0) + delta**2 * (seen * count / total)


def _divided(m2: Array, total: Array) -> Array:
    return np.where(total > 0, m2 / np.where(total > 0, total, 1), np.nan)
