# SPDX-License-Identifier: BSD-3-Clause
"""Gaussian naive Bayes."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn.naive_bayes
from numpy.typing import NDArray
from sklearn.utils.multiclass import _check_partial_fit_first_call

from ... import _mlmath
from .._validation import as_classes, check_parameters, check_weights, is_dense, refuse_not_finite, unchanged_on_error
from ._targets import (
    GAUSSIAN,
    JOINT,
    LABEL,
    LOG_PROBABILITY,
    PROBABILITY,
    codes_among,
    design_and_codes,
    design_to_predict,
    scores,
)

Array = NDArray[Any]


class GaussianNB(sklearn.naive_bayes.GaussianNB):  # type: ignore[misc]
    r"""Gaussian naive Bayes, scikit-learn's class on native kernels.

    Every column is normal within a class, independent of the others:

    .. math:: \log P(k, x) = \log \pi_k - \tfrac12 \sum_j \log(2 \pi \sigma_{kj}^2)
              - \tfrac12 \sum_j \frac{(x_j - \theta_{kj})^2}{\sigma_{kj}^2}

    with :math:`\theta_{kj}` = ``theta_``, the (weighted) mean of column j in class k, :math:`\sigma_{kj}^2` = ``var_``, the
    variance there plus ``epsilon_``, and :math:`\pi_k` = ``class_prior_``. Parameters, attributes and errors are scikit-learn's.

    Parameters
    ----------
    priors : array_like of shape (n_classes,), optional
        :math:`\pi`; the shares of the classes when not given.
    var_smoothing : float
        ``epsilon_`` is this times the largest variance of a column over all rows (without weights, as in scikit-learn).

    Attributes
    ----------
    classes_, class_count_, class_prior_, theta_, var_, epsilon_, n_features_in_
        As scikit-learn's, with its shapes and types (float64 for float16 X).
    solver_used_ : str
        What the last fit or partial_fit ran: "moments", means and sums of squares by class; "scikit-learn" for other libraries'
        arrays under array API dispatch.

    Notes
    -----
    ============================  ===================================================================
    fit, partial_fit              one pass over X for all classes, a second where a class's first rows are far from its mean;
                                  with weights another one for ``epsilon_``, the variance without them
    predict and its relatives     one pass over X, nothing of its size is written
    other than scikit-learn       sums in double for float32 too; a constant column has variance exactly ``epsilon_``;
                                  ``partial_fit`` takes away the ``epsilon_`` it had added, not the next one
    scikit-learn's own code       other libraries' arrays under array API dispatch; predictions with a variance of zero
    ============================  ===================================================================

    Results do not depend on the number of threads. A weight of k is k rows, apart from ``epsilon_``.

    References
    ----------
    [Chan1983]_ for merging means and variances.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[-1.0, -1.0], [-2.0, -1.0], [1.0, 1.0], [2.0, 1.0]])
    >>> model = mm.learn.naive_bayes.GaussianNB().fit(X, ["a", "a", "b", "b"])
    >>> model.predict([[-0.8, -1.0]]).tolist()
    ['a']
    """

    @unchanged_on_error
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> GaussianNB:
        """Estimate means, variances and priors by class.

        Parameters
        ----------
        X : array_like of shape (n, d)
        y : array_like of shape (n,)
        sample_weight : array_like of shape (n,), optional

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As scikit-learn: X not finite, shapes that do not fit, priors that are none.
        """
        check_parameters(self)
        if not is_dense(X):
            super().fit(X, y, sample_weight)
            self.solver_used_ = "scikit-learn"
            return self
        X, values, codes = design_and_codes(self, X, y, reset=True)
        self.classes_ = as_classes(values)
        self._start(X.dtype)
        return self._add(X, codes, sample_weight)

    @unchanged_on_error
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> GaussianNB:
        """Add rows to what has been fitted.

        Parameters
        ----------
        X : array_like of shape (n, d)
        y : array_like of shape (n,)
        classes : array_like of shape (n_classes,), optional
            All classes that may ever come; required in the first call.
        sample_weight : array_like of shape (n,), optional

        Returns
        -------
        self
        """
        check_parameters(self)
        if not is_dense(X):
            super().partial_fit(X, y, classes, sample_weight)
            self.solver_used_ = "scikit-learn"
            return self
        first = _check_partial_fit_first_call(self, classes)
        X, present, codes = design_and_codes(self, X, y, reset=first)
        if first:
            self._start(X.dtype)
        places = codes_among(self.classes_, present, codes)
        if places is None:
            unknown = present[[label not in self.classes_.tolist() for label in present.tolist()]]
            raise ValueError(f"The target label(s) {unknown} in y do not exist in the initial classes {self.classes_}")
        return self._add(X, places, sample_weight)

    def _start(self, dtype: Any) -> None:
        """No row seen; the priors checked as scikit-learn does."""
        count = len(self.classes_)
        self.theta_ = np.zeros((count, self.n_features_in_), dtype)
        self.var_ = np.zeros((count, self.n_features_in_), dtype)
        self.class_count_ = np.zeros(count, dtype)
        self.epsilon_ = dtype.type(0)
        if self.priors is None:
            self.class_prior_ = np.zeros(count, dtype)
            return
        priors = np.asarray(self.priors, dtype)
        if len(priors) != count:
            raise ValueError("Number of priors must match number of classes.")
        if not np.isclose(priors.sum(), 1.0):
            raise ValueError("The sum of the priors should be 1.")
        if (priors < 0).any():
            raise ValueError("Priors must be non-negative.")
        self.class_prior_ = priors

    def _add(self, X: Array, codes: NDArray[np.int32], sample_weight: Any) -> GaussianNB:
        """Merge the moments of these rows into those of the rows before [Chan1983]_."""
        weights = check_weights(sample_weight, X)
        weight, mean, squares = _mlmath._class_moments(X, codes, weights, len(self.classes_))
        if not (np.isfinite(mean).all() and np.isfinite(squares).all()):
            refuse_not_finite(self, X)
        if weights is None:  # the variance over all rows follows from the classes'
            center = weight @ mean / len(X)
            spread = (squares + weight[:, None] * (mean - center) ** 2).sum(axis=0)
        else:
            spread = _mlmath._class_moments(X, None, None, 1)[2][0]
        before = self.class_count_.astype(np.float64)
        theta, var = self.theta_.astype(np.float64), self.var_.astype(np.float64) - float(self.epsilon_)
        self.epsilon_ = X.dtype.type(self.var_smoothing * (spread.max() / len(X)))

        new = ~np.isclose(weight, 0.0)  # scikit-learn leaves a class of no weight as it is
        both = np.where(new, before + weight, 1.0)[:, None]
        old, added = before[:, None], weight[:, None]
        merged = old * var + squares + (old * added / both) * (mean - theta) ** 2
        theta = np.where(new[:, None], (old * theta + added * mean) / both, theta)
        var = np.where(new[:, None], merged / both, var)

        dtype = self.theta_.dtype
        self.theta_ = theta.astype(dtype)
        self.var_ = (var + float(self.epsilon_)).astype(dtype)
        self.class_count_ = (before + weight).astype(dtype)
        if self.priors is None:
            self.class_prior_ = self.class_count_ / self.class_count_.sum()
        self.solver_used_ = "moments"
        return self

    def _scores(self, X: Any, result: int) -> Array | None:
        """What the kernel gives; None where scikit-learn's own code is to run."""
        if not is_dense(X):
            return None
        X = design_to_predict(self, "theta_", X, finite=False)
        theta, var = np.ascontiguousarray(self.theta_, np.float64), np.ascontiguousarray(self.var_, np.float64)
        if not (var > 0).all():
            return None
        constant = np.log(self.class_prior_.astype(np.float64)) - 0.5 * np.log(2.0 * np.pi * var).sum(axis=1)
        values = scores(self, X, GAUSSIAN, theta, 1.0 / np.sqrt(var), constant, 0.0, result)
        if result != LABEL and X.dtype == np.float32 == self.theta_.dtype:
            return values.astype(np.float32)
        return values

    def predict(self, X: Any) -> Array:
        """The class with the largest joint log-probability, for every row."""
        values = self._scores(X, LABEL)
        return super().predict(X) if values is None else values

    def predict_proba(self, X: Any) -> Array:
        """P(class | row), shape (n, n_classes), columns as ``classes_``."""
        values = self._scores(X, PROBABILITY)
        return np.exp(super().predict_log_proba(X)) if values is None else values

    def predict_log_proba(self, X: Any) -> Array:
        """log P(class | row), shape (n, n_classes)."""
        values = self._scores(X, LOG_PROBABILITY)
        return super().predict_log_proba(X) if values is None else values

    def predict_joint_log_proba(self, X: Any) -> Array:
        """log P(class, row), shape (n, n_classes)."""
        values = self._scores(X, JOINT)
        return super().predict_joint_log_proba(X) if values is None else values
