# SPDX-License-Identifier: BSD-3-Clause
"""What SGDClassifier and SGDRegressor share: when the native loop runs, and how it is called."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from ... import _mlmath
from ..._arrays import readable
from ..._warnings import warn
from .._validation import FLOATS

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


class NativeSGD:
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
        y = readable(np.ascontiguousarray(y))
        sample_weight = None if sample_weight is None else readable(np.ascontiguousarray(sample_weight))
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
        epochs = _mlmath._sgd_fit(X, y, sample_weight, held_out, w, b, average_w, average_b, models, options)
        for n in epochs:
            if n < 0:
                raise ValueError(
                    f"Floating-point under-/overflow occurred at epoch #{-n}. Scaling input data with StandardScaler or "
                    "MinMaxScaler might help."
                )
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

    def _start_again(self: Any) -> None:
        self.coef_ = None
        self.intercept_ = None
        if self.average > 0:
            self._standard_coef = self._standard_intercept = None
            self._average_coef = self._average_intercept = None
        self.t_ = 1.0

    def _warn(self: Any) -> None:
        if self.tol is not None and self.tol > -np.inf and self.n_iter_ == self.max_iter:
            warn(
                "Maximum number of iteration reached before convergence. Consider increasing max_iter to improve the fit.",
                ConvergenceWarning,
            )
        if self.power_t < 0:
            warn(
                "Negative values for `power_t` are deprecated in version 1.8 and will raise an error in 1.10. "
                "Use values in the range [0.0, inf) instead.",
                FutureWarning,
            )
