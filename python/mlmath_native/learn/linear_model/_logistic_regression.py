# SPDX-License-Identifier: BSD-3-Clause
"""Logistic regression, binary and multinomial, under scikit-learn's name."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression as _LogisticRegression
from sklearn.utils import compute_class_weight

from ..._warnings import warn
from ...special import expit, log_expit, log_softmax, softmax
from .._base import LinearClassifierPredictions
from .._validation import check_classification, check_parameters, check_weights, is_array_api, unchanged_on_error
from ._native_fit import as_dense, forget, native_fit, scaled, usable

Array = NDArray[Any]

# scikit-learn 1.8 deprecated `penalty` and `n_jobs`; before, `penalty` is "l2" unless told otherwise.
_PENALTY_IS_DEPRECATED = inspect.signature(_LogisticRegression.__init__).parameters["penalty"].default == "deprecated"


class LogisticRegression(LinearClassifierPredictions, _LogisticRegression):  # type: ignore[misc]
    r"""Logistic regression: scikit-learn's class with the L2-penalized and the unpenalized fit done natively.

    Minimizes, with :math:`z_{ik} = x_i \cdot w_k + b_k`, weights :math:`s_i` (`sample_weight` times `class_weight`),

    .. math:: C \sum_i s_i \, \ell_i + \tfrac12 \sum_{kj} w_{kj}^2, \qquad
              \ell_i = \ln(1 + e^{z_i}) - y_i z_i \;\text{(two classes)}, \quad
              \ell_i = \ln \sum_k e^{z_{ik}} - z_{i y_i} \;\text{(more)},

    where :math:`b` is not penalized. All parameters, their defaults, the errors and the fitted attributes are those of
    `sklearn.linear_model.LogisticRegression`; `solver_used_` and `certificate_` are added.

    ============================================== ==================================================================
    parameters                                     what runs
    ============================================== ==================================================================
    ``l1_ratio=0`` (also ``penalty="l2"``, None),  two classes: `optim.fit_linear`; more: all classes' coefficients
    ``C=inf``; every `solver` but "liblinear"      together. Newton's method with Cholesky factors or L-BFGS, picked by
                                                   shape: all of scikit-learn's solvers have the same minimum
    ``l1_ratio > 0``; ``solver="liblinear"``,      scikit-learn's own fit
    whose intercept is penalized; callbacks;
    negative weights, or all of them 0; array API
    input
    sparse X                                       written out as an array of n d elements when that is at most
                                                   256 MiB or four times the sparse matrix, else scikit-learn's own
    ============================================== ==================================================================

    What differs from scikit-learn in the native case: `tol` bounds the largest element of the gradient of the mean loss for every
    solver, as scikit-learn's "lbfgs" and "newton-cg" have it; `max_iter` counts iterations of the method that runs; `random_state`
    has no effect, nothing is random; `verbose` shows the iterations. The scores of more than two classes without a
    penalty, which are determined up to a constant, are made to sum to 0 over the classes. A weight k is k repetitions of the row.
    Classes that nothing keeps apart but the data, and no penalty (``C=inf``), have no minimum: that warns, and the coefficients
    are those at which the gradient fell below `tol`.

    Parameters
    ----------
    penalty, C, l1_ratio, dual, tol, fit_intercept, intercept_scaling, class_weight, random_state, solver, max_iter, verbose, \
warm_start, n_jobs
        scikit-learn's.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
    coef_ : ndarray of shape (1, d) for two classes, (K, d) for more
        float32 when X is.
    intercept_ : ndarray of shape (1,) or (K,)
    n_iter_ : ndarray of shape (1,)
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
        When `max_iter` iterations did not reach `tol`, or rounding ended the fit far from it; when there is no minimum.

    References
    ----------
    [Boehning1992]_

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import LogisticRegression
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> model = LogisticRegression().fit(X, ["low", "low", "high", "high"])
    >>> model.predict([[0.2], [2.9]]).tolist()
    ['low', 'high']
    >>> model.predict_proba([[1.5]]).round(6).tolist()
    [[0.5, 0.5]]
    """

    coef_: Any
    intercept_: Any
    solver_used_: str
    certificate_: Any

    @unchanged_on_error
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LogisticRegression:
        """Fit the model.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n, d)
            Samples. float32 stays float32, everything else is taken as float64.
        y : array_like of shape (n,)
            Classes.
        sample_weight : array_like of shape (n,), optional
            Ones when not given.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            When a parameter is out of range, shapes do not fit, X is not finite, y has one class or is not made of classes.
        """
        check_parameters(self)
        if not self._is_native() or is_array_api(X):
            return self._scikit_learn_fit(X, y, sample_weight)
        data, classes, codes = check_classification(self, X, y, finite=False, accept_sparse="csr")
        self.classes_ = classes
        K, d = len(classes), data.shape[1]
        if K < 2:
            raise ValueError(
                f"This solver needs samples of at least 2 classes in the data, but the data contains only one class: {classes[0]!r}"
            )
        weights = check_weights(sample_weight, data)
        dense = as_dense(data)
        warm = self.warm_start and "coef_" in self.__dict__
        if (
            dense is None
            or (warm and self.coef_.shape != (1 if K == 2 else K, d))  # refused there
            or (weights is not None and not usable(weights))
        ):
            return self._scikit_learn_fit(X, y, sample_weight)
        self._warn_of_deprecated()
        if self.class_weight is not None:
            weights = self._row_weights(codes, weights, dense.dtype)
        exponent = 0
        if weights is not None:
            weights, exponent = scaled(weights)
        total = dense.shape[0] if weights is None else float(weights.sum(dtype=np.float64))
        if total == 0:
            raise ValueError("class_weight must give a positive weight to some row, got weights that sum to 0")
        # At most 1e300, also where 1 / (C S) overflows: coefficients of 1e-300 times the gradient are none either way.
        l2 = 0.0 if self.penalty is None else 1 / max(float(self.C) * total * 2.0**exponent, 1e-300)
        loss, outputs = ("logistic", 1) if K == 2 else ("multinomial", K)
        coef, intercept, n_iter = native_fit(
            self,
            dense,
            codes.astype(dense.dtype),
            loss=loss,
            l2=l2,
            sample_weight=weights,
            start=self._last() if warm else (None, None),
            warm=warm,
            classes=outputs,
        )
        if K > 2:  # of all minima that one whose sum over the classes is 0; a penalty has chosen it already
            coef, intercept = coef - coef.mean(axis=0), intercept - intercept.mean()
        self.coef_ = coef.astype(dense.dtype)
        self.intercept_ = intercept.astype(dense.dtype) if self.fit_intercept else np.zeros(len(coef), dense.dtype)
        self.n_iter_ = np.array([n_iter], np.int32)
        return self

    def predict_proba(self, X: Any) -> Any:
        """Probabilities of the classes: the logistic function of the score for two, softmax of the scores for more.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n, d)
            Samples.

        Returns
        -------
        ndarray of shape (n, K)
            Columns in the order of ``classes_``.
        """
        if is_array_api(X) or is_array_api(self.__dict__.get("coef_", X)):
            return super().predict_proba(X)
        scores = self.decision_function(X)
        if scores.dtype.char not in "fd":  # long double, which scikit-learn keeps in the scores
            return super().predict_proba(X)
        if scores.ndim > 1:
            return softmax(scores, axis=1, out=scores)
        both = np.empty((scores.shape[0], 2), scores.dtype)
        with np.errstate(under="ignore"):
            expit(scores, out=scores)
        both[:, 1] = scores
        np.subtract(1, scores, out=both[:, 0])
        return both

    def predict_log_proba(self, X: Any) -> Any:
        """Logarithms of the probabilities, taken from the scores: finite and of full accuracy where a probability rounds to 0 or 1.

        Parameters
        ----------
        X : {array_like, sparse matrix} of shape (n, d)
            Samples.

        Returns
        -------
        ndarray of shape (n, K)
            Columns in the order of ``classes_``.
        """
        if is_array_api(X) or is_array_api(self.__dict__.get("coef_", X)):
            return super().predict_log_proba(X)
        scores = self.decision_function(X)
        if scores.dtype.char not in "fd":
            return super().predict_log_proba(X)
        if scores.ndim > 1:
            return log_softmax(scores, axis=1, out=scores)
        both = np.empty((scores.shape[0], 2), scores.dtype)
        with np.errstate(under="ignore"):
            both[:, 1] = log_expit(scores)
            both[:, 0] = log_expit(np.negative(scores, out=scores))
        return both

    def _is_native(self) -> bool:
        """Whether the parameters ask for a loss with an L2 penalty or none, and for nothing that only scikit-learn has."""
        return (
            self.penalty in ("deprecated", "l2", None, "elasticnet")
            and not self.l1_ratio
            # Refused by scikit-learn, in its words: other solvers, and no ratio.
            and (self.penalty != "elasticnet" or (self.solver == "saga" and self.l1_ratio is not None))
            and self.solver != "liblinear"
            and not self.dual
            and self.max_iter > 0
            and getattr(self, "multi_class", "deprecated") in ("auto", "deprecated")
            and not hasattr(self, "_skl_callbacks")
        )

    def _scikit_learn_fit(self, X: Any, y: Any, sample_weight: Any) -> LogisticRegression:
        forget(self)
        super().fit(X, y, sample_weight)
        return self

    def _last(self) -> tuple[Array, Array | None]:
        """Coefficients and intercepts of the last fit."""
        coef = np.asarray(self.coef_ if isinstance(self.coef_, np.ndarray) else self.coef_.toarray(), np.float64)
        return coef, np.asarray(self.intercept_, np.float64) if self.fit_intercept else None

    def _row_weights(self, codes: NDArray[np.int32], weights: Array | None, dtype: Any) -> Array:
        """`class_weight` times `sample_weight`, one a row; "balanced" gives every class the same sum."""
        if self.class_weight == "balanced":
            sums = np.bincount(codes, weights, minlength=len(self.classes_)).astype(np.float64)
            share = np.divide(sums.sum(), len(sums) * sums, out=np.zeros_like(sums), where=sums > 0)
        else:
            share = compute_class_weight(self.class_weight, classes=self.classes_, y=self.classes_)
        rows: Array = share[codes] if weights is None else share[codes] * weights
        return rows.astype(dtype, copy=False)

    def _warn_of_deprecated(self) -> None:
        """scikit-learn's warnings of what the native fit takes over from it."""
        if _PENALTY_IS_DEPRECATED and self.penalty != "deprecated":
            warn(
                "'penalty' was deprecated in version 1.8 of scikit-learn and will be removed in 1.10. Leave it out and use"
                " l1_ratio=0 instead of penalty='l2', C=np.inf instead of penalty=None.",
                FutureWarning,
            )
        elif _PENALTY_IS_DEPRECATED and self.l1_ratio is None:
            warn(
                "'l1_ratio=None' was deprecated in version 1.8 of scikit-learn and will trigger an error in 1.10."
                " Use 0<=l1_ratio<=1 instead.",
                FutureWarning,
            )
        if _PENALTY_IS_DEPRECATED and self.penalty == "l2" and self.l1_ratio is None:
            warn("Inconsistent values: penalty=l2 with l1_ratio=None. Please use l1_ratio only.", UserWarning)
        if self.penalty is None and self.C != 1.0:
            warn("Setting penalty=None will ignore the C and l1_ratio parameters", UserWarning)
        if _PENALTY_IS_DEPRECATED and self.n_jobs is not None:
            warn(
                "'n_jobs' has no effect since 1.8 of scikit-learn and will be removed in 1.10."
                f" You provided 'n_jobs={self.n_jobs}', please leave it unspecified.",
                FutureWarning,
            )
