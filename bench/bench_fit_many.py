# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of small models at once beside one scikit-learn fit after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import harness
import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

COUNT = 10_000
LOOPED = 200  # fits of scikit-learn that are timed; the loop over all of them takes COUNT / LOOPED times as long


def objectives(X: NDArray[Any], y: NDArray[Any], l2: float, theta: NDArray[Any]) -> NDArray[Any]:
    """f of every problem, in float64, with nothing but NumPy."""
    z = np.einsum("mnd,md->mn", X, theta[:, :-1]) + theta[:, -1:]
    losses: NDArray[Any] = (np.logaddexp(0, z) - y * z).mean(1) + l2 / 2 * np.sum(theta[:, :-1] ** 2, axis=1)
    return losses


@pytest.mark.parametrize(("n", "d"), [(50, 3), (200, 8)])
def bench_fit_many(record: Callable[[harness.Row], None], n: int, d: int) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    l2 = 1 / n  # C = 1
    rng = np.random.default_rng(0)
    X = rng.normal(size=(COUNT, n, d))
    y = (rng.random((COUNT, n)) < 1 / (1 + np.exp(-X.sum(2)))).astype(float)
    few, labels = X[:LOOPED], y[:LOOPED]

    def ours(X: NDArray[Any] = X, y: NDArray[Any] = y) -> NDArray[Any]:
        fits = mm.optim.fit_many(X, y, l2=l2, tol=1e-8)  # f as near its minimum as scikit-learn's
        return np.c_[fits.coef, fits.intercept]

    def loop() -> NDArray[Any]:
        fits = [linear_model.LogisticRegression(tol=1e-6).fit(few[m], labels[m]) for m in range(LOOPED)]
        return np.array([np.r_[fit.coef_[0], fit.intercept_] for fit in fits])

    fits = mm.optim.fit_many(few, labels, l2=l2, tol=1e-12)
    best = objectives(few, labels, l2, np.c_[fits.coef, fits.intercept])

    def check(theta: NDArray[Any]) -> float:
        """f - min f in units of 1e-9, the largest of the problems that both fit."""
        return max(float(np.max(objectives(few, labels, l2, theta[:LOOPED]) - best)) / 1e-9, 0.0)

    row = harness.compare("fit_many", f"{COUNT:,} logistic regressions of {n} x {d}", ours, {"loop": loop}, check)
    scale = COUNT / LOOPED
    timing = row.peers["loop"]
    name = f"scikit-learn loop ({LOOPED} timed, times {scale:g})"
    record(
        replace(
            row,
            peers={name: replace(timing, best=timing.best * scale, median=timing.median * scale)},
            peer_errors={name: row.peer_errors["loop"]},
        )
    )
