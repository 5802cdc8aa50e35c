# SPDX-License-Identifier: BSD-3-Clause
"""Naive Bayes for counts and for yes and no."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn.naive_bayes
from numpy.typing import NDArray
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target
from sklearn.utils.validation import check_non_negative

from ... import _mlmath
from .._validation import as_classes, check_parameters, is_dense, refuse_not_finite, unchanged_on_error
from ._targets import (
    BERNOULLI,
    JOINT,
    LABEL,
    LOG_PROBABILITY,
    MULTINOMIAL,
    PROBABILITY,
    codes_among,
    design_and_codes,
    design_to_predict,
    scores,
    with_weights,
)

Array = NDArray[Any]


class _Discrete:
    """fit, partial_fit and predictions by counts of classes; comes before scikit-learn's class."""

    def _threshold(self, X: Array) -> float | None:
        """What X is compared with; None: it is taken as it is."""
        return None

    def _look_through(self, X: Array) -> None:
        """Refuse what scikit-learn refuses in X."""

    def _model(self: Any) -> tuple[Array, Array]:
        """The kernel's a and c."""
        raise NotImplementedError

    @unchanged_on_error
    def fit(self: Any, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Count by class.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, d)
        y : array_like of shape (n,)
        sample_weight : array_like of shape (n,), optional

        Returns
        -------
        self
        """
        check_parameters(self)
        if not is_dense(X):
            super().fit(X, y, sample_weight)  # type: ignore[misc]
            self.solver_used_ = "scikit-learn"
            return self
        X, values, codes = design_and_codes(self, X, y, reset=True)
        self.classes_ = as_classes(values)
        self._init_counters(len(self.classes_), X.shape[1])
        return self._add(X, codes, sample_weight)

    @unchanged_on_error
    def partial_fit(self: Any, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """Add rows to what has been counted.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, d)
        y : array_like of shape (n,)
        classes : array_like of shape (n_classes,), optional
            All classes that may ever come; required in the first call.
        sample_weight : array_like of shape (n,), optional

        Returns
        -------
        self
        """
        check_parameters(self)
        if is_dense(X):
            first = not hasattr(self, "classes_")
            rows, present, codes = design_and_codes(self, X, y, reset=first)
            if _check_partial_fit_first_call(self, classes):
                self._init_counters(len(self.classes_), rows.shape[1])
            counted = present.dtype.kind in "iubU" or type_of_target(present) in ("binary", "multiclass")
            places = codes_among(self.classes_, present, codes) if counted else None
            if places is not None:
                return self._add(rows, places, sample_weight)
            # A class that was not announced, or what is none: what becomes of its rows is scikit-learn's to say.
        super().partial_fit(X, y, classes, sample_weight)  # type: ignore[misc]
        self.solver_used_ = "scikit-learn"
        return self

    def _add(self: Any, X: Array, codes: NDArray[np.int32], sample_weight: Any) -> Any:
        self._look_through(X)
        X, weights = with_weights(X, sample_weight)
        weight, sums = _mlmath._class_sums(X, codes, weights, len(self.classes_), self._threshold(X))
        self.feature_count_ += sums
        self.class_count_ += weight
        self._update_feature_log_prob(self._check_alpha())
        self._update_class_log_prior(class_prior=self.class_prior)
        self.solver_used_ = "counts"
        return self

    def _scores(self: Any, X: Any, result: int) -> Array | None:
        """What the kernel gives; None where scikit-learn's own code is to run: sparse X, probabilities of zero."""
        if not is_dense(X):
            return None
        threshold = 0.0 if getattr(self, "binarize", None) is not None else None
        X = design_to_predict(self, "feature_log_prob_", X, finite=threshold is not None)
        a, c = self._model()
        if not np.isfinite(a).all():
            return None
        compared = self._threshold(X)
        if compared is None:
            return scores(self, X, MULTINOMIAL, a, None, c, 0.0, result)
        return scores(self, X, BERNOULLI, a, None, c, compared, result)

    def predict(self, X: Any) -> Any:
        """The class with the largest joint log-probability, for every row."""
        values = self._scores(X, LABEL)
        return super().predict(X) if values is None else values  # type: ignore[misc]

    def predict_proba(self, X: Any) -> Any:
        """P(class | row), shape (n, n_classes), columns as ``classes_``."""
        values = self._scores(X, PROBABILITY)
        return np.exp(super().predict_log_proba(X)) if values is None else values  # type: ignore[misc]

    def predict_log_proba(self, X: Any) -> Any:
        """log P(class | row), shape (n, n_classes)."""
        values = self._scores(X, LOG_PROBABILITY)
        return super().predict_log_proba(X) if values is None else values  # type: ignore[misc]

    def predict_joint_log_proba(self, X: Any) -> Any:
        """log P(class, row), shape (n, n_classes)."""
        values = self._scores(X, JOINT)
        return super().predict_joint_log_proba(X) if values is None else values  # type: ignore[misc]


class MultinomialNB(_Discrete, sklearn.naive_bayes.MultinomialNB):  # type: ignore[misc]
    r"""Multinomial naive Bayes, scikit-learn's class on native kernels.

    .. math:: \log P(k, x) = \log \pi_k + \sum_j x_j \log p_{kj}, \qquad
              p_{kj} = \frac{N_{kj} + \alpha}{\sum_l (N_{kl} + \alpha)}

    with :math:`N_{kj}` = ``feature_count_``, the (weighted) sum of column j in class k. Parameters, attributes and errors are
    scikit-learn's.

    Parameters
    ----------
    alpha, force_alpha, fit_prior, class_prior
        As scikit-learn's.

    Attributes
    ----------
    solver_used_ : str
        What the last fit or partial_fit ran: "counts", sums by class; "scikit-learn" for sparse X, other libraries' arrays and
        classes that were not announced.
        Predictions go to it for sparse X, and where a probability is zero.
    feature_count_, class_count_, feature_log_prob_, class_log_prior_, classes_, n_features_in_
        As scikit-learn's.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> counts = np.array([[3.0, 0.0, 1.0], [2.0, 1.0, 0.0], [0.0, 4.0, 1.0]])
    >>> mm.learn.naive_bayes.MultinomialNB().fit(counts, [0, 0, 1]).predict([[1.0, 5.0, 0.0]]).tolist()
    [1]
    """

    def _look_through(self, X: Array) -> None:
        smallest, largest = _mlmath._minmax(X, 3)
        if not (np.isfinite(smallest) and np.isfinite(largest)):
            refuse_not_finite(self, X)
        if smallest < 0:
            check_non_negative(X, "MultinomialNB (input X)")  # raises

    def _model(self) -> tuple[Array, Array]:
        return self.feature_log_prob_, self.class_log_prior_


class BernoulliNB(_Discrete, sklearn.naive_bayes.BernoulliNB):  # type: ignore[misc]
    r"""Bernoulli naive Bayes, scikit-learn's class on native kernels.

    .. math:: \log P(k, x) = \log \pi_k + \sum_j \log(1 - p_{kj}) + \sum_{j : x_j > t} \log\frac{p_{kj}}{1 - p_{kj}}, \qquad
              p_{kj} = \frac{N_{kj} + \alpha}{N_k + 2 \alpha}

    with :math:`N_{kj}` = ``feature_count_``, the weight of the rows of class k in which column j is above t = ``binarize``, and
    :math:`N_k` = ``class_count_``. X is compared on the way; nothing of its size is written. Parameters, attributes and errors are
    scikit-learn's.

    Parameters
    ----------
    alpha, force_alpha, binarize, fit_prior, class_prior
        As scikit-learn's.

    Attributes
    ----------
    solver_used_ : str
        As of `MultinomialNB`.
    feature_count_, class_count_, feature_log_prob_, class_log_prior_, classes_, n_features_in_
        As scikit-learn's.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 0]])
    >>> mm.learn.naive_bayes.BernoulliNB().fit(X, ["x", "x", "y"]).predict([[0, 1, 0]]).tolist()
    ['y']
    """

    def _threshold(self, X: Array) -> float | None:
        return None if self.binarize is None else float(X.dtype.type(self.binarize))

    def _look_through(self, X: Array) -> None:
        smallest, largest = _mlmath._minmax(X, 3)
        if not (np.isfinite(smallest) and np.isfinite(largest)):
            refuse_not_finite(self, X)

    def _model(self) -> tuple[Array, Array]:
        with np.errstate(divide="ignore"):
            absent = np.log(1 - np.exp(self.feature_log_prob_))
        return self.feature_log_prob_ - absent, self.class_log_prior_ + absent.sum(axis=1)
