# SPDX-License-Identifier: BSD-3-Clause
"""Linear models under scikit-learn's module name. The estimators need scikit-learn, which is imported with the first of them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._huber import HuberRegressor as HuberRegressor
    from ._least_squares import LinearRegression as LinearRegression
    from ._logistic_regression import LogisticRegression as LogisticRegression
    from ._poisson import PoissonRegressor as PoissonRegressor
    from ._ridge import Ridge as Ridge
    from ._ridge_cv import RidgeCV as RidgeCV
    from ._sgd import SGDClassifier as SGDClassifier
    from ._sgd import SGDRegressor as SGDRegressor

# Estimator -> the module it is in.
_ESTIMATORS = {
    "HuberRegressor": "_huber",
    "LinearRegression": "_least_squares",
    "LogisticRegression": "_logistic_regression",
    "PoissonRegressor": "_poisson",
    "Ridge": "_ridge",
    "RidgeCV": "_ridge_cv",
    "SGDClassifier": "_sgd",
    "SGDRegressor": "_sgd",
}

__all__ = [
    "HuberRegressor",
    "LinearRegression",
    "LogisticRegression",
    "PoissonRegressor",
    "Ridge",
    "RidgeCV",
    "SGDClassifier",
    "SGDRegressor",
]


def __getattr__(name: str) -> Any:
    if name in _ESTIMATORS:
        return getattr(importlib.import_module("." + _ESTIMATORS[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
