# SPDX-License-Identifier: BSD-3-Clause
"""The housing case: linear regression on the Ames table, solved directly and by descent, and what its residuals say."""

from __future__ import annotations

from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mlmath_native as mm

from ._checks import EPS
from ._runner import Stage, Step

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

DESCENT_STEPS = 500
RANK = 29  # of 31 columns: two areas are sums of others


def play(stage: Stage) -> None:
    from sklearn.linear_model import LinearRegression

    data, price = mm.learn.datasets.load_ames_housing(return_X_y=True)
    centred, target = data - mm.mean(data, axis=0), price - mm.mean(price)
    race = stage.race(partial(mm.linalg.solve_least_squares, centred, target), lambda: LinearRegression().fit(data, price))
    theirs: Any = race.peer
    weights = np.asarray(race.native.coefficients)
    fitted = mm.matmul(centred, weights)
    _direct(stage, race, centred, target, weights, fitted, theirs, theirs.predict(data) - price.mean())
    _descent(stage, centred, target, fitted)
    _residuals(stage, price, target - fitted, fitted, theirs.predict(data))


def r_squared(target: Vector, fitted: Vector) -> float:
    """R² = 1 - Σ(y - f)² / Σ(y - ȳ)², for centred y."""
    residual = target - fitted
    return float(1.0 - mm.dot(residual, residual) / mm.dot(target, target))


def _direct(
    stage: Stage, race: Any, centred: Matrix, target: Vector, weights: Vector, fitted: Vector, theirs: Any, their_fit: Vector
) -> None:
    d = centred.shape[1]
    singular = np.linalg.svd(centred, compute_uv=False)
    condition = float(singular[0] / singular[RANK - 1])  # of the part that the data determine
    stage.check(
        f"rank of the {d} columns",
        ("solve_least_squares", "LinearRegression.rank_"),
        (int(race.native.rank), int(theirs.rank_)),
        abs(int(race.native.rank) - RANK) + abs(int(theirs.rank_) - RANK),
        0.0,
        "exact",
        "two areas are sums of others",
    )
    stage.check(
        "regression, direct solve: R²",
        ("mm.linalg.solve_least_squares", "sklearn LinearRegression"),
        (r_squared(target, fitted), r_squared(target, their_fit)),
        abs(r_squared(target, fitted) - r_squared(target, their_fit)),
        d * EPS * condition,
        "rounding",
        f"d ε κ, κ = {condition:.0f}",
        race,
    )
    stage.check(
        "  its predictions in dollars, the first",
        ("X w", "LinearRegression.predict"),
        (float(fitted[0]), float(their_fit[0])),
        float(np.linalg.norm(fitted - their_fit)),
        d * EPS * condition * float(np.linalg.norm(target)),
        "rounding",
        "d ε κ ‖y‖, all sales",
    )
    scale = float(np.linalg.norm(weights))
    residual = float(np.linalg.norm(target - fitted)) / (float(singular[0]) * scale)
    stage.check(
        "  its coefficients, the shortest solution",
        ("solve_least_squares", "LinearRegression.coef_"),
        (scale, float(np.linalg.norm(theirs.coef_))),
        float(np.linalg.norm(weights - theirs.coef_)) / scale,
        d * EPS * condition * (2.0 + (condition + 1.0) * residual),
        "rounding",
        "d ε κ (2 + (κ+1) ‖r‖/‖X‖‖w‖)",
    )


def _descent(stage: Stage, centred: Matrix, target: Vector, fitted: Vector) -> None:
    """Gradient descent on the mean square, columns scaled to unit variance: J(w) = ‖y - S w‖² / 2n, rate 1/λ₁ of G = SᵀS/n.

    Its gradient is G w - Sᵀy/n: with G formed once, a step costs 31² products and not 2 · 1460 · 31.
    """
    n = len(target)
    scaled = centred / np.sqrt(mm.var(centred, axis=0))
    spectrum = np.linalg.eigvalsh(scaled.T @ scaled / n)[::-1]
    rate = 1.0 / float(spectrum[0])

    def native() -> Vector:
        gram, moment = mm.matmul(scaled.T, scaled) / n, mm.matmul(scaled.T, target) / n
        w = np.zeros(len(gram))
        descent = mm.optim.GradientDescent(w, lr=rate)
        for _ in range(DESCENT_STEPS):
            descent.step(mm.matmul(gram, w) - moment)
        return w

    def numpy_loop() -> Vector:
        gram, moment = scaled.T @ scaled / n, scaled.T @ target / n
        w = np.zeros(len(gram))
        for _ in range(DESCENT_STEPS):
            w -= rate * (gram @ w - moment)
        return w

    race = stage.race(native, numpy_loop)
    best = r_squared(target, fitted)
    reached = r_squared(target, mm.matmul(scaled, race.native))
    # After k steps the excess in each eigen-direction has shrunk by (1 - λ/λ₁)^2k; the slowest is the smallest nonzero λ.
    bound = best * (1.0 - float(spectrum[RANK - 1] / spectrum[0])) ** (2 * DESCENT_STEPS)
    stage.check(
        f"regression, {DESCENT_STEPS} steps of descent: R²",
        ("optim.GradientDescent", "numpy: the same loop"),
        (reached, r_squared(target, scaled @ race.peer)),
        best - reached,
        bound,
        "objective gap",
        f"R² (1 - λ₂₉/λ₁)^{2 * DESCENT_STEPS}",
        race,
    )


def _residuals(stage: Stage, price: Vector, residual: Vector, fitted: Vector, their_prediction: Vector) -> None:
    n = len(residual)
    theirs = price - their_prediction
    freedom = n - RANK - 1
    sigma = float(np.sqrt(mm.dot(residual, residual) / freedom))
    expected = float(np.sqrt(np.sum(theirs**2) / freedom))
    stage.check(
        "residuals: their mean in dollars is 0",
        ("mm.mean(y - f)", "scikit-learn's"),
        (f"{mm.mean(residual):.1e}", f"{np.mean(theirs):.1e}"),
        abs(float(mm.mean(residual))),
        n * EPS * float(np.max(np.abs(price))),
        "rounding",
        "n ε max y",
    )
    stage.check(
        "Gaussian error model: σ in dollars",
        ("√(mm.dot(r, r)/(n - 30))", "scikit-learn's"),
        (sigma, expected),
        abs(sigma - expected) / expected,
        n * EPS,
        "rounding",
        "n ε, relative",
    )
    beyond = int(np.sum(np.abs(residual) > 3.0 * sigma))
    normal = 2.0 * n * NormalDist().cdf(-3.0)
    stage.finding(
        f"31 columns explain {1.0 - np.var(residual) / np.var(price):.1%} of the prices' variance; the rest has σ = ${sigma:,.0f}. "
        f"The error is not normal: {beyond} residuals lie beyond 3σ where the normal law expects {normal:.0f}."
    )
    _figure(stage, price, residual, fitted + float(mm.mean(price)), sigma, beyond, normal)


def _figure(stage: Stage, price: Vector, residual: Vector, predicted: Vector, sigma: float, beyond: int, normal: float) -> None:
    from . import _figures as look

    n = len(residual)
    with stage.figure("housing_residuals", 10.2, 3.6) as figure:
        fit, shape, quantiles = figure.subplots(1, 3)
        outlier = np.abs(residual) > 3.0 * sigma
        fit.plot([0, 800], [0, 800], color=look.INK, linewidth=1.2)
        for rows, color, size in ((~outlier, look.BLUE, 8), (outlier, look.ORANGE, 16)):
            fit.scatter(predicted[rows] / 1e3, price[rows] / 1e3, s=size, color=color, alpha=0.55, linewidth=0)
        fit.text(790, 60, f"{beyond} sales beyond 3σ", color=look.ORANGE, ha="right", fontsize=8.5)
        share = 1.0 - np.var(residual) / np.var(price)
        fit.set(title=f"31 columns explain {share:.0%} of the variance", xlim=(-20, 820), ylim=(0, 800))
        fit.set(xlabel="predicted price ($1000)", ylabel="sale price ($1000)")
        grid = np.linspace(-5 * sigma, 5 * sigma, 400)
        shape.hist(residual / 1e3, bins=np.linspace(-5, 5, 51) * sigma / 1e3, density=True, color=look.PALE_BLUE)
        shape.plot(grid / 1e3, look.normal_density(grid / 1e3, 0.0, sigma / 1e3), color=look.INK, linewidth=1.4)
        shape.text(1.25 * sigma / 1e3, 0.0085, f"normal law,\nσ = ${sigma / 1e3:.1f}k", color=look.INK, fontsize=8.5)
        shape.set(title="Residuals peak above the normal law", xlabel="residual ($1000)", ylabel="density per $1000")
        ordered = np.sort(residual) / sigma
        theory = np.array([NormalDist().inv_cdf((k + 0.5) / n) for k in range(n)])
        quantiles.plot([-4, 4], [-4, 4], color=look.INK, linewidth=1.2)
        far = np.abs(ordered) > 3.0
        quantiles.plot(theory[~far], ordered[~far], "o", color=look.BLUE, markersize=2.8)
        quantiles.plot(theory[far], ordered[far], "o", color=look.ORANGE, markersize=3.6)
        quantiles.set_title(f"Tails: {beyond} beyond 3σ, {normal:.0f} expected")
        quantiles.set(xlabel="normal quantile (σ)", ylabel="residual quantile (σ)")


STEP = Step("housing", "The housing case: linear regression and its residuals", play)
