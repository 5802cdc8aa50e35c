# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of small models at once beside one scikit-learn fit after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

LOOPED = 50  # fits of scikit-learn that are timed; its time for the stack is that many times as long


def objectives(X: NDArray[Any], y: NDArray[Any], l2: float, theta: NDArray[Any]) -> NDArray[Any]:
    """f of every problem, in float64."""
    z = np.einsum("mnd,md->mn", X, theta[:, :-1]) + theta[:, -1:]
    losses: NDArray[Any] = (np.logaddexp(0, z) - y * z).mean(1) + l2 / 2 * np.sum(theta[:, :-1] ** 2, axis=1)
    return losses


@pytest.mark.parametrize(("n", "d"), [(50, 3), (200, 8)])
def bench_fit_many(compare: Callable[..., harness.Row], n: int, d: int) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    count, l2 = 10_000, 1 / n
    rng = np.random.default_rng(0)
    X = rng.normal(size=(count, n, d))
    y = (rng.random((count, n)) < 1 / (1 + np.exp(-X.sum(2)))).astype(float)
    few, labels = X[:LOOPED], y[:LOOPED]

    def ours(X: NDArray[Any] = X, y: NDArray[Any] = y) -> NDArray[Any]:
        fits = mm.optim.fit_many(X, y, l2=l2)
        return np.c_[fits.coef, fits.intercept]

    def loop() -> NDArray[Any]:
        fits = [linear_model.LogisticRegression(tol=1e-6).fit(few[m], labels[m]) for m in range(LOOPED)]
        return np.array([np.r_[fit.coef_[0], fit.intercept_] for fit in fits])

    best = objectives(few, labels, l2, ours(few, labels))

    def check(theta: NDArray[Any]) -> float:
        # f - min f, in units of 1e-6
        return float(np.max(objectives(few, labels, l2, theta[:LOOPED]) - best) / 1e-6)

    row = compare(
        "fit_many", f"{count:,} of {n} x {d}", ours, {f"scikit-learn, {LOOPED} of them": loop}, lambda theta: max(check(theta), 0.0)
    )
    print(
        f"fit_many {n} x {d}: {row.peers[f'scikit-learn, {LOOPED} of them'].best * count / LOOPED / row.ours.best:.0f} times a loop"
    )
