# SPDX-License-Identifier: BSD-3-Clause
"""Linear models by stochastic gradient descent: scikit-learn's estimators, whose updates run in the library's own loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn.linear_model
from numpy.typing import NDArray
from sklearn.utils import check_random_state, compute_class_weight

from .._base import LinearClassifierPredictions, LinearRegressorPredictions
from .._validation import all_finite, as_classes, check_design, check_parameters, check_weights, class_codes, unchanged_on_error
from ._native_sgd import MOST, NativeSGD

Array = NDArray[Any]


class SGDClassifier(NativeSGD, LinearClassifierPredictions, sklearn.linear_model.SGDClassifier):  # type: ignore[misc]
    r"""Linear classifiers by stochastic gradient descent: `sklearn.linear_model.SGDClassifier`, the same updates in the same order.

    One row after the other, in an order that the seed determines, with step :math:`\eta_t` (`learning_rate`), penalty
    :math:`\alpha` (`alpha`), row weight :math:`s_i` and :math:`p = w \cdot x_i + b`:

    .. math::
        w \leftarrow \max(0, 1 - \eta_t \alpha (1 - r))\, w - \eta_t s_i \ell'(y_i, p)\, x_i, \qquad
        b \leftarrow b - \eta_t s_i \ell'(y_i, p)

    then the cumulative L1 penalty [Tsuruoka2009]_ with :math:`\alpha r` (`l1_ratio` r; 0 for "l2", 1 for "l1"). Several
    classes: one model against the rest for each, shared out among the library's threads.

    Parameters, attributes, defaults and errors are scikit-learn's. `coef_` agrees with scikit-learn's to rounding: sums are in
    another order. (Where a loss has a kink and a score comes within rounding of it, an update may fall on its other side; and where
    steps are larger than the loss's curvature allows, as the first "optimal" ones of small `alpha` are for losses other than
    "hinge", they blow up rounding as they blow up everything: no two implementations agree then.)

    Parameters
    ----------
    **parameters
        Those of `sklearn.linear_model.SGDClassifier`. `n_jobs` has no effect on the native loop, whose threads are
        `mlmath_native.set_num_threads`'.

    Attributes
    ----------
    solver_used_ : str
        "sgd": the native loop. "scikit-learn": scikit-learn's own.

    Notes
    -----
    ======================================  ============================
    case                                    runs
    ======================================  ============================
    dense X                                 the native loop
    sparse X, `verbose` > 0                 scikit-learn
    ======================================  ============================

    With `early_stopping` the score is that of the weights before the penalty's scale is multiplied in, as in scikit-learn.

    X that is not float32 or float64 in C order is copied, as by scikit-learn.

    References
    ----------
    [Bottou2012]_ for the steps, [Tsuruoka2009]_ for the L1 penalty.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import SGDClassifier
    >>> X = np.array([[-1.0, -1.0], [-2.0, -1.0], [1.0, 1.0], [2.0, 1.0]])
    >>> model = SGDClassifier(random_state=0).fit(X, [1, 1, 2, 2])
    >>> model.predict([[-0.8, -1.0]])
    array([1])
    >>> model.solver_used_
    'sgd'
    """

    @unchanged_on_error
    def fit(self, X: Any, y: Any, coef_init: Any = None, intercept_init: Any = None, sample_weight: Any = None) -> SGDClassifier:
        """Fit the model, from zero or from `coef_init`, `intercept_init`.

        Parameters
        ----------
        X : array_like or sparse, shape (n, d)
        y : array_like, shape (n,)
            Class labels.
        coef_init : array_like, shape (K, d), optional
            (1, d) or (d,) for two classes.
        intercept_init : array_like, shape (K,), optional
        sample_weight : array_like, shape (n,), optional
            Multiplies each row's step, beside `class_weight`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As scikit-learn, also when a weight is no longer finite at the end of an epoch.
        """
        check_parameters(self)
        if coef_init is None and intercept_init is None and self._is_plain(X, y, "iubUS"):
            self._more_validate_params()
            values, codes = class_codes(y)
            classes = as_classes(values)
            if len(classes) > 1:
                X = check_design(self, X, reset=True)
                self._start_again()
                self.classes_ = classes
                self._expanded_class_weight = (
                    np.ones(len(classes))
                    if self.class_weight is None
                    else compute_class_weight(self.class_weight, classes=classes, y=y)
                )
                weights = check_weights(sample_weight, X, allow_all_zero_weights=self.early_stopping)
                self._allocate_parameter_mem(n_classes=len(classes), n_features=X.shape[1], input_dtype=X.dtype)
                self._loss_function_ = self._get_loss_function(self.loss)
                (self._fit_two if len(classes) == 2 else self._fit_many)(X, codes, weights, self.max_iter)
                self._warn()
                return self
        # scikit-learn would write into arrays of the right type that it is given as a start.
        super().fit(
            X,
            y,
            coef_init=None if coef_init is None else np.array(coef_init),
            intercept_init=None if intercept_init is None else np.array(intercept_init),
            sample_weight=sample_weight,
        )
        return self

    @unchanged_on_error
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> SGDClassifier:
        """One epoch over these rows, from the coefficients there are.

        Parameters
        ----------
        X : array_like or sparse, shape (n, d)
        y : array_like, shape (n,)
            Class labels.
        classes : array_like, shape (K,), optional
            All classes that may ever come; required in the first call.
        sample_weight : array_like, shape (n,), optional
            Multiplies each row's step.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As scikit-learn, also when a weight is no longer finite at the end of the epoch.
        """
        super().partial_fit(X, y, classes=classes, sample_weight=sample_weight)
        return self

    # scikit-learn's fit and partial_fit end in these two, with arguments checked.
    def _fit_binary(self, X: Any, y: Any, **arguments: Any) -> None:
        if not self._takes_over(X):
            super()._fit_binary(X, y, **arguments)
            return
        self._fit_two(X, self._codes(y), arguments["sample_weight"], arguments["max_iter"])

    def _fit_multiclass(self, X: Any, y: Any, **arguments: Any) -> None:
        if not self._takes_over(X):
            super()._fit_multiclass(X, y, **arguments)
            return
        self._fit_many(X, self._codes(y), arguments["sample_weight"], arguments["max_iter"])

    def _codes(self, y: Array) -> NDArray[np.int32]:
        """Every row's place among `classes_`; -1 where it is not among them."""
        places = np.minimum(np.searchsorted(self.classes_, y), len(self.classes_) - 1)
        return np.where(self.classes_[places] == y, places, -1).astype(np.int32)

    def _fit_two(self, X: Array, codes: Array, sample_weight: Array | None, max_iter: int) -> None:
        random_state = check_random_state(self.random_state)
        random_state.randint(1, MOST)  # scikit-learn seeds its data set here, and its later draws follow
        held_out = self._held_out(codes, sample_weight)
        seed = random_state.randint(MOST)
        negative, positive = self._expanded_class_weight
        models = np.array([[1, positive, negative, seed]], dtype=np.float64)
        d = X.shape[1]
        averaged = self.average > 0
        coef = (self._standard_coef if averaged else self.coef_).reshape(1, d)
        intercept = np.array((self._standard_intercept if averaged else self.intercept_)[:1], dtype=np.float64)
        average_coef: Any = None
        average_intercept: Any = None
        if averaged:
            average_coef = self._average_coef.reshape(1, d)
            average_intercept = self._average_intercept[:1].astype(np.float64)
        self.n_iter_ = self._run(
            X, codes, sample_weight, coef, intercept, average_coef, average_intercept, models, max_iter, held_out
        )
        self.t_ += self.n_iter_ * X.shape[0]
        if not averaged:
            self.coef_ = coef
            self.intercept_ = intercept
            return
        self._average_intercept[0] = average_intercept[0]
        if self.average <= self.t_ - 1:
            self.coef_ = average_coef
            self.intercept_ = self._average_intercept
        else:
            self.coef_ = coef
            self._standard_intercept = self.intercept_ = intercept

    def _fit_many(self, X: Array, codes: Array, sample_weight: Array | None, max_iter: int) -> None:
        held_out = self._held_out(codes, sample_weight)
        seeds = check_random_state(self.random_state).randint(MOST, size=len(self.classes_))
        models = np.empty((len(self.classes_), 4))
        for k, seed in enumerate(seeds):
            random_state = np.random.RandomState(seed)
            random_state.randint(1, MOST)
            models[k] = k, self._expanded_class_weight[k], 1.0, random_state.randint(MOST)
        averaged = self.average > 0
        coef = self._standard_coef if averaged else self.coef_
        intercept = (self._standard_intercept if averaged else self.intercept_).astype(np.float64)
        average_coef: Any = None
        average_intercept: Any = None
        if averaged:
            average_coef = self._average_coef
            average_intercept = self._average_intercept.astype(np.float64)
        self.n_iter_ = self._run(
            X, codes, sample_weight, coef, intercept, average_coef, average_intercept, models, max_iter, held_out
        )
        if averaged:
            self._average_intercept[:] = average_intercept
        self.intercept_[:] = intercept  # also where it is the average's own array: scikit-learn's partial_fit does so
        self.t_ += self.n_iter_ * X.shape[0]
        if averaged:
            if self.average <= self.t_ - 1:
                self.coef_, self.intercept_ = self._average_coef, self._average_intercept
            else:
                self.coef_ = self._standard_coef
                self._standard_intercept = self.intercept_


class SGDRegressor(NativeSGD, LinearRegressorPredictions, sklearn.linear_model.SGDRegressor):  # type: ignore[misc]
    r"""Linear regression by stochastic gradient descent: `sklearn.linear_model.SGDRegressor`, the same updates in the same order.

    With step :math:`\eta_t` (`learning_rate`), penalty :math:`\alpha` (`alpha`), row weight :math:`s_i` and
    :math:`p = w \cdot x_i + b`, for one row after the other in an order that the seed determines:

    .. math::
        w \leftarrow \max(0, 1 - \eta_t \alpha (1 - r))\, w - \eta_t s_i \ell'(y_i, p)\, x_i, \qquad
        b \leftarrow b - \eta_t s_i \ell'(y_i, p)

    then the cumulative L1 penalty [Tsuruoka2009]_ with :math:`\alpha r` (`l1_ratio` r; 0 for "l2", 1 for "l1").

    Parameters, attributes, defaults and errors are scikit-learn's. `coef_` agrees with scikit-learn's to rounding: sums are in
    another order.

    Parameters
    ----------
    **parameters
        Those of `sklearn.linear_model.SGDRegressor`.

    Attributes
    ----------
    solver_used_ : str
        "sgd": the native loop. "scikit-learn": scikit-learn's own.

    Notes
    -----
    ======================================  ============================
    case                                    runs
    ======================================  ============================
    dense X                                 the native loop
    sparse X, `verbose` > 0                 scikit-learn
    ======================================  ============================

    With `early_stopping` the score is that of the weights before the penalty's scale is multiplied in, as in scikit-learn.

    X that is not float32 or float64 in C order is copied, as by scikit-learn.

    References
    ----------
    [Bottou2012]_ for the steps, [Tsuruoka2009]_ for the L1 penalty.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import SGDRegressor
    >>> X = np.linspace(-1, 1, 200)[:, None]
    >>> model = SGDRegressor(random_state=0).fit(X, 2 * X[:, 0] + 1)
    >>> bool(abs(model.coef_[0] - 2) < 0.1), model.solver_used_
    (True, 'sgd')
    """

    @unchanged_on_error
    def fit(self, X: Any, y: Any, coef_init: Any = None, intercept_init: Any = None, sample_weight: Any = None) -> SGDRegressor:
        """Fit the model, from zero or from `coef_init`, `intercept_init`.

        Parameters
        ----------
        X : array_like or sparse, shape (n, d)
        y : array_like, shape (n,)
        coef_init : array_like, shape (d,), optional
        intercept_init : array_like, shape (1,), optional
        sample_weight : array_like, shape (n,), optional
            Multiplies each row's step.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As scikit-learn, also when a weight is no longer finite at the end of an epoch.
        """
        check_parameters(self)
        if coef_init is None and intercept_init is None and self._is_plain(X, y, "fiu"):
            self._more_validate_params()
            targets = y.astype(X.dtype, copy=False)
            if all_finite(targets):
                X = check_design(self, X, reset=True)
                self._start_again()
                weights = check_weights(sample_weight, X)
                self._allocate_parameter_mem(n_classes=1, n_features=X.shape[1], input_dtype=X.dtype)
                self._fit_rows(X, targets, weights, self.max_iter)
                self._warn()
                return self
        super().fit(
            X,
            y,
            coef_init=None if coef_init is None else np.array(coef_init),
            intercept_init=None if intercept_init is None else np.array(intercept_init),
            sample_weight=sample_weight,
        )
        return self

    @unchanged_on_error
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> SGDRegressor:
        """One epoch over these rows, from the coefficients there are.

        Parameters
        ----------
        X : array_like or sparse, shape (n, d)
        y : array_like, shape (n,)
        sample_weight : array_like, shape (n,), optional
            Multiplies each row's step.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As scikit-learn, also when a weight is no longer finite at the end of the epoch.
        """
        super().partial_fit(X, y, sample_weight=sample_weight)
        return self

    # scikit-learn's fit and partial_fit end here, with arguments checked; versions differ in the first ones.
    def _fit_regressor(self, X: Any, y: Any, *arguments: Any) -> None:
        if not self._takes_over(X):
            super()._fit_regressor(X, y, *arguments)
            return
        sample_weight, max_iter = arguments[-2:]
        if not hasattr(self, "t_"):
            self.t_ = 1.0
        self._fit_rows(X, y, sample_weight, max_iter)

    def _fit_rows(self, X: Array, y: Array, sample_weight: Array | None, max_iter: int) -> None:
        held_out = self._held_out(y, sample_weight)
        random_state = check_random_state(self.random_state)
        seed = random_state.randint(0, MOST)
        random_state.randint(1, MOST)  # scikit-learn seeds its data set here, and its later draws follow
        models = np.array([[1, 1.0, 1.0, seed]], dtype=np.float64)
        d = X.shape[1]
        averaged = self.average > 0
        coef = self._standard_coef if averaged else self.coef_
        intercept = np.array((self._standard_intercept if averaged else self.intercept_)[:1], dtype=np.float64)
        average_coef: Any = None
        average_intercept: Any = None
        if averaged:
            average_coef = self._average_coef.reshape(1, d)
            average_intercept = self._average_intercept[:1].astype(np.float64)
        self.n_iter_ = self._run(
            X, y, sample_weight, coef.reshape(1, d), intercept, average_coef, average_intercept, models, max_iter, held_out
        )
        self.t_ += self.n_iter_ * X.shape[0]
        if not averaged:
            self.intercept_ = intercept
            return
        self._average_intercept, self._standard_intercept = average_intercept, intercept
        if self.average <= self.t_ - 1:
            self.coef_, self.intercept_ = self._average_coef, average_intercept
        else:
            self.coef_, self.intercept_ = coef, intercept
