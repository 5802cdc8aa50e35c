# SPDX-License-Identifier: BSD-3-Clause
"""Linear models by stochastic gradient descent: scikit-learn's estimators, whose updates run in the library's own loop."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import sklearn.linear_model
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, compute_class_weight

from ... import _mlmath
from .._base import LinearClassifierPredictions, LinearRegressorPredictions
from .._validation import FLOATS, all_finite, check_design, check_parameters, check_weights, class_codes

Array = NDArray[Any]

# The kernel's numbers (sgd.hpp: SgdLoss, SgdRate), and the threshold of losses that do not take it from `epsilon`.
LOSSES = {
    "hinge": (0, 1.0),
    "perceptron": (0, 0.0),
    "squared_hinge": (1, 1.0),
    "modified_huber": (2, 1.0),
    "log_loss": (3, 0.0),
    "squared_error": (4, 0.0),
    "huber": (5, None),
    "epsilon_insensitive": (6, None),
    "squared_epsilon_insensitive": (7, None),
}
RATES = {"constant": 0, "optimal": 1, "invscaling": 2, "adaptive": 3, "pa1": 4, "pa2": 5}
MOST = np.iinfo(np.int32).max  # seeds are drawn below it, as scikit-learn draws them


class _NativeSGD:
    """What the classifier and the regressor share: when the native loop runs, and how it is called."""

    # None before the first fit has allocated them.
    coef_: Any
    intercept_: Any
    _standard_coef: Any
    _standard_intercept: Any
    _average_coef: Any
    _average_intercept: Any

    def _has_native_path(self: Any, X: Any) -> bool:
        return bool(
            type(X) is np.ndarray
            and X.dtype.type in FLOATS
            and X.dtype.isnative
            and X.flags.c_contiguous
            and X.flags.aligned
            and len(X) < 2**31
            and self.learning_rate in RATES
            and not self.verbose
        )

    def _takes_over(self: Any, X: Any) -> bool:
        """Whether scikit-learn's fit or partial_fit leaves the updates to the native loop; says so if not."""
        names = ("_standard_coef", "_average_coef", "_average_intercept") if self.average > 0 else ("coef_",)
        native = self._has_native_path(X) and all(getattr(self, name).dtype == X.dtype for name in names[:2])
        if not native:
            self.solver_used_ = "scikit-learn"
            return False
        # Starts are updated in place, as by scikit-learn, but not where they may not be written to (memory maps of joblib).
        for name in (*names, "intercept_"):
            array = getattr(self, name)
            if not (array.flags.c_contiguous and array.flags.writeable and array.flags.aligned):
                setattr(self, name, array.copy())
        return True

    def _is_plain(self: Any, X: Any, y: Any, kinds: str) -> bool:
        """Whether a first fit needs none of scikit-learn's conversions."""
        return bool(
            not self.warm_start
            and self._has_native_path(X)
            and X.ndim == 2
            and type(y) is np.ndarray
            and y.ndim == 1
            and y.dtype.kind in kinds
            and y.dtype.isnative
            and 0 < len(y) == len(X)
            and X.shape[1] > 0
        )

    def _run(
        self: Any,
        X: Array,
        y: Array,
        sample_weight: Array | None,
        coef: Array,
        intercept: Array,
        average_coef: Array | None,
        average_intercept: Array | None,
        models: Array,
        max_iter: int,
        held_out: Array | None,
    ) -> int:
        """Runs the models and returns the largest number of epochs; coefficients are written when all of them are done."""
        loss, threshold = LOSSES[self.loss]
        l1_ratio = {None: 0.0, "l2": 0.0, "l1": 1.0}.get(self.penalty, self.l1_ratio)
        alpha = 0.0 if self.penalty is None else self.alpha
        options = (
            loss,
            float(self.epsilon) if threshold is None else threshold,
            float(alpha * (1 - l1_ratio)),
            float(alpha * l1_ratio),
            RATES[self.learning_rate],
            float(self.eta0),
            float(self.alpha),
            float(self.power_t),
            bool(self.fit_intercept),
            bool(self.shuffle),
            int(max_iter),
            -np.inf if self.tol is None else float(self.tol),
            int(self.n_iter_no_change),
            int(self.average),
            float(self.t_),
        )
        starts = (coef, intercept, average_coef, average_intercept)
        w, b, average_w, average_b = (None if start is None else start.copy() for start in starts)
        try:
            epochs = _mlmath._sgd_fit(X, y, sample_weight, held_out, w, b, average_w, average_b, models, options)
            for n in epochs:
                if n < 0:
                    raise ValueError(
                        f"Floating-point under-/overflow occurred at epoch #{-n}. Scaling input data with StandardScaler or "
                        "MinMaxScaler might help."
                    )
        except BaseException:  # Ctrl-C among them
            if self.t_ == 1.0 and not self.warm_start:
                self._forget()
            raise
        for start, result in zip(starts, (w, b, average_w, average_b)):
            if start is not None:
                start[...] = result
        self.solver_used_ = "sgd"
        return max(epochs)

    def _held_out(self: Any, y: Array, sample_weight: Array | None) -> NDArray[np.uint8] | None:
        """The rows of `early_stopping`, drawn as scikit-learn draws them."""
        if not self.early_stopping:
            return None
        counts = np.ones(len(y), dtype=bool) if sample_weight is None else sample_weight > 0
        mask: NDArray[np.uint8] = self._make_validation_split(y, sample_mask=counts).view(np.uint8)
        return mask

    def _forget(self: Any) -> None:
        """Takes back what a first fit has begun with: a model of zeros would look fitted."""
        fitted = [name for name in vars(self) if name.endswith("_") and not name.startswith("__")]
        for name in (*fitted, "_standard_coef", "_standard_intercept", "_average_coef", "_average_intercept"):
            vars(self).pop(name, None)

    def _start_again(self: Any) -> None:
        self.coef_ = None
        self.intercept_ = None
        if self.average > 0:
            self._standard_coef = self._standard_intercept = None
            self._average_coef = self._average_intercept = None
        self.t_ = 1.0

    def _warn(self: Any) -> None:
        if self.tol is not None and self.tol > -np.inf and self.n_iter_ == self.max_iter:
            warnings.warn(
                "Maximum number of iteration reached before convergence. Consider increasing max_iter to improve the fit.",
                ConvergenceWarning,
                stacklevel=3,
            )
        if self.power_t < 0:
            warnings.warn(
                "Negative values for `power_t` are deprecated in version 1.8 and will raise an error in 1.10. "
                "Use values in the range [0.0, inf) instead.",
                FutureWarning,
                stacklevel=3,
            )


class SGDClassifier(_NativeSGD, LinearClassifierPredictions, sklearn.linear_model.SGDClassifier):  # type: ignore[misc]
    r"""Linear classifiers by stochastic gradient descent: `sklearn.linear_model.SGDClassifier`, the same updates in the same order.

    One row after the other, in an order that the seed determines, with step :math:`\eta_t` (`learning_rate`), penalty
    :math:`\alpha` (`alpha`), row weight :math:`s_i` and :math:`p = w \cdot x_i + b`:

    .. math::
        w \leftarrow \max(0, 1 - \eta_t \alpha (1 - r))\, w - \eta_t s_i \ell'(y_i, p)\, x_i, \qquad
        b \leftarrow b - \eta_t s_i \ell'(y_i, p)

    then the cumulative L1 penalty of Tsuruoka et al. (2009) with :math:`\alpha r` (`l1_ratio` r; 0 for "l2", 1 for "l1"). Several
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
    Bottou, L. (2012). Stochastic gradient descent tricks. Tsuruoka, Y., Tsujii, J., Ananiadou, S. (2009). Stochastic gradient
    descent training for L1-regularized log-linear models with cumulative penalty.

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
            classes, codes = class_codes(y)
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


class SGDRegressor(_NativeSGD, LinearRegressorPredictions, sklearn.linear_model.SGDRegressor):  # type: ignore[misc]
    r"""Linear regression by stochastic gradient descent: `sklearn.linear_model.SGDRegressor`, the same updates in the same order.

    With step :math:`\eta_t` (`learning_rate`), penalty :math:`\alpha` (`alpha`), row weight :math:`s_i` and
    :math:`p = w \cdot x_i + b`, for one row after the other in an order that the seed determines:

    .. math::
        w \leftarrow \max(0, 1 - \eta_t \alpha (1 - r))\, w - \eta_t s_i \ell'(y_i, p)\, x_i, \qquad
        b \leftarrow b - \eta_t s_i \ell'(y_i, p)

    then the cumulative L1 penalty of Tsuruoka et al. (2009) with :math:`\alpha r` (`l1_ratio` r; 0 for "l2", 1 for "l1").

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
    Bottou, L. (2012). Stochastic gradient descent tricks. Tsuruoka, Y., Tsujii, J., Ananiadou, S. (2009). Stochastic gradient
    descent training for L1-regularized log-linear models with cumulative penalty.

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_native.learn.linear_model import SGDRegressor
    >>> X = np.linspace(-1, 1, 200)[:, None]
    >>> model = SGDRegressor(random_state=0).fit(X, 2 * X[:, 0] + 1)
    >>> bool(abs(model.coef_[0] - 2) < 0.1), model.solver_used_
    (True, 'sgd')
    """

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
                self._fit_rows(X, np.ascontiguousarray(targets), weights, self.max_iter)
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

    # scikit-learn's fit and partial_fit end here, with arguments checked; versions differ in the first ones.
    def _fit_regressor(self, X: Any, y: Any, *arguments: Any) -> None:
        if not self._takes_over(X):
            super()._fit_regressor(X, y, *arguments)
            return
        sample_weight, max_iter = arguments[-2:]
        if not hasattr(self, "t_"):
            self.t_ = 1.0
        self._fit_rows(X, np.ascontiguousarray(y), sample_weight, max_iter)

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
