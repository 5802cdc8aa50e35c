# SPDX-License-Identifier: BSD-3-Clause
"""SGDClassifier and SGDRegressor beside scikit-learn's, on the same updates: ten epochs, the same coefficients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import sklearn.linear_model as stock
from numpy.typing import NDArray

from mlmath_native.learn.linear_model import SGDClassifier, SGDRegressor

EPOCHS = 10


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("n", "d", "classes", "parameters"),
    [
        # (With the default alpha the first steps are 75 times 2 / curvature: rounding grows to everything, in both.)
        (569, 30, 2, {"loss": "log_loss", "alpha": 0.05}),
        (1797, 64, 10, {"loss": "hinge"}),
        (20_000, 50, 5, {"loss": "log_loss"}),
        (100_000, 50, 2, {"loss": "hinge"}),
        (100_000, 50, 2, {"loss": "log_loss"}),
        (100_000, 50, 2, {"loss": "hinge", "penalty": "elasticnet"}),
        (100_000, 50, 2, {"loss": "hinge", "average": True}),
        (100_000, 50, 2, {"loss": "hinge", "early_stopping": True}),
        (100_000, 50, 2, {"loss": "hinge", "learning_rate": "pa1", "eta0": 0.01}),
        (100_000, 50, 0, {"loss": "squared_error", "eta0": 0.001}),
    ],
)
def bench_sgd(compare: Callable[..., harness.Row], n: int, d: int, classes: int, parameters: dict[str, Any], dtype: str) -> None:
    X, y = problems.classification(n, d, dtype, classes=max(classes, 2))
    options = {"random_state": 0, "max_iter": EPOCHS, "tol": None, **parameters}
    if classes:
        ours, theirs = SGDClassifier(**options), stock.SGDClassifier(**options)
    else:
        y = (X @ problems.vector(d, dtype, stream=3)).astype(dtype)
        ours, theirs = SGDRegressor(**options), stock.SGDRegressor(**options)

    def fit(model: Any) -> Callable[[], NDArray[Any]]:
        return lambda: model.fit(X, y).coef_.astype(np.float64)

    reference = fit(theirs)()
    # The same updates: rounding alone is between them, but for float32 with averages and L1, which divide in another order.
    tolerance = (1e-9 if dtype == "float64" else 1e-2) * float(np.abs(reference).max())
    models = max(1, classes if classes > 2 else 1)
    named = {name: value for name, value in parameters.items() if name not in ("eta0", "alpha")}
    shown = [name.replace("_", " ") if value is True else str(value) for name, value in named.items()]
    compare(
        "sgd",
        f"n = {n:,}, d = {d}, {classes or 'no'} classes, {', '.join(shown)}",
        fit(ours),
        {"scikit-learn": fit(theirs)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=X.nbytes * EPOCHS * models,
    )
