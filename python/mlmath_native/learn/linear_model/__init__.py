# SPDX-License-Identifier: BSD-3-Clause
"""Linear models under scikit-learn's module name. So far logistic regression as a function and by first-order methods."""

from ._fit_logistic import LogisticFit, fit_logistic
from ._logistic import logistic_loss_gradient

__all__ = ["LogisticFit", "fit_logistic", "logistic_loss_gradient"]
