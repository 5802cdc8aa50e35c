# SPDX-License-Identifier: BSD-3-Clause
"""Optimization: logistic regression on iris by batch gradient descent, mini-batch SGD and Adam."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mlmath_native as mm

from ._checks import EPS
from ._runner import Stage, Step

Matrix = NDArray[np.float64]

GRADIENT_DESCENT, SGD, ADAM = "gradient descent", "mini-batch SGD", "Adam"
EPOCHS = {GRADIENT_DESCENT: 2000, SGD: 200, ADAM: 500}


@dataclass(frozen=True)
class Problem:
    """J(W, b) = mean over the flowers of -log softmax(W z + b)[species], + ‖W‖²/2n, on standardized measurements z.

    scikit-learn's LogisticRegression(C=1) minimizes n J: the same minimum. The penalty leaves the intercepts b alone.
    """

    z: Matrix
    species: NDArray[np.int64]

    @property
    def penalty(self) -> float:
        return 1.0 / len(self.z)

    def value_and_gradient(self, coef: Matrix, intercept: Matrix) -> tuple[float, Matrix, Matrix]:
        """J as the formula says, in NumPy: the judge of every solution, native or scikit-learn's."""
        n = len(self.z)
        scores = self.z @ coef.T + intercept
        scores -= scores.max(axis=1, keepdims=True)
        exponentials = np.exp(scores)
        totals = exponentials.sum(axis=1, keepdims=True)
        value = np.mean(np.log(totals[:, 0]) - scores[np.arange(n), self.species]) + 0.5 * self.penalty * np.sum(coef**2)
        residual = exponentials / totals
        residual[np.arange(n), self.species] -= 1.0
        residual /= n
        return float(value), residual.T @ self.z + self.penalty * coef, residual.sum(axis=0)

    def curvatures(self, coef: Matrix, intercept: Matrix) -> tuple[float, float]:
        """Least curvature of J here, leaving out a constant added to all b, which changes nothing; greatest curvature anywhere."""
        n, d = self.z.shape
        classes = len(intercept)
        powers = np.exp(self.z @ coef.T + intercept)
        p = powers / powers.sum(axis=1, keepdims=True)
        wide = np.column_stack([self.z, np.ones(n)])
        weights = np.einsum("ik,kl->ikl", p, np.eye(classes)) - np.einsum("ik,il->ikl", p, p)
        hessian = np.einsum("ikl,ia,ib->kalb", weights, wide, wide).reshape(classes * (d + 1), -1) / n
        hessian += np.diag(np.tile(np.append(np.full(d, self.penalty), 0.0), classes))
        return float(np.linalg.eigvalsh(hessian)[1]), float(0.5 * np.linalg.eigvalsh(wide.T @ wide / n)[-1] + self.penalty)


def play(stage: Stage) -> None:
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    data, species = load_iris(return_X_y=True)
    problem = Problem((data - mm.mean(data, axis=0)) / np.sqrt(mm.var(data, axis=0)), species)
    # With this tolerance it stops where rounding stops it: its solution is the minimum that the others are compared with.
    peer = partial(LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit, problem.z, species)
    solution = peer()
    _gradient(stage, problem, solution.coef_, solution.intercept_)
    minimum = problem.value_and_gradient(solution.coef_, solution.intercept_)[0]
    fits = _fits(stage, problem, peer, minimum)
    _accuracy(stage, problem, fits, solution)
    _figure(stage, fits, minimum)
    reached = ", ".join(f"{name} {_epochs_until(made, minimum + 1e-3)}" for name, made in fits.items())
    stage.finding(f"Passes over the data until J is within 0.001 of its minimum: {reached}.")


def _gradient(stage: Stage, problem: Problem, coef: Matrix, intercept: Matrix) -> None:
    at = (0.5 * coef, 0.5 * intercept)
    native = partial(mm.optim.linear_objective, problem.z, problem.species, *at, loss="multinomial", l2=problem.penalty)
    race = stage.race(native, partial(problem.value_and_gradient, *at))
    pairs = [(np.asarray(ours), np.asarray(theirs)) for ours, theirs in zip(race.native, race.peer)]
    difference = max(float(np.max(np.abs(ours - theirs))) for ours, theirs in pairs)
    largest = float(np.max(np.abs(problem.z)) * (1.0 + np.max(np.abs(problem.z @ coef.T + intercept))))
    stage.check(
        "loss J and its gradient",
        ("optim.linear_objective", "numpy: the formula"),
        (race.native[0], race.peer[0]),
        difference,
        (problem.z.shape[1] + 8) * EPS * largest,
        "rounding",
        "(d + 8) ε max|z| (1 + max|s|), s the scores",
        race,
    )


def _unconverged(*args: Any, **keywords: Any) -> Any:
    """A fit that is to show its path for a number of epochs: that it has not converged by then is no news."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", mm.optim.ConvergenceWarning)
        return mm.optim.fit_linear(*args, **keywords)


def _fits(stage: Stage, problem: Problem, peer: Any, minimum: float) -> dict[str, Any]:
    n, batch = len(problem.z), 10
    fit = partial(_unconverged, problem.z, problem.species, loss="multinomial", l2=problem.penalty, tol=0.0, trace=True)
    falling = mm.optim.GradientDescent(lr=lambda step: 1.0 / math.sqrt(1 + step // math.ceil(n / batch)))
    ways = {
        GRADIENT_DESCENT: partial(fit, method="gd", max_iter=EPOCHS[GRADIENT_DESCENT]),
        SGD: partial(fit, method=falling, batch_size=batch, epochs=EPOCHS[SGD]),
        ADAM: partial(fit, method=mm.optim.Adam(lr=0.1), batch_size=n, epochs=EPOCHS[ADAM]),
    }
    fits = {}
    for name, way in ways.items():
        race = stage.race(way, peer)
        fits[name] = made = race.native
        start = made.path.objective[0]
        if name == GRADIENT_DESCENT:
            least, greatest = problem.curvatures(race.peer.coef_, race.peer.intercept_)
            tolerance, rule = start * (1.0 - least / greatest) ** (2 * EPOCHS[name]), f"J₀ (1 - μ/L)^{2 * EPOCHS[name]}"
        else:
            share = 1e-3 if name == SGD else 1e-8
            tolerance, rule = share * start, f"{share:g} of J at the start"
        reached = problem.value_and_gradient(made.coef, made.intercept)[0]
        stage.check(
            f"{name}, {EPOCHS[name]} epochs: J",
            (f"optim.fit_linear, {made.method}", "LogisticRegression(tol=1e-10)"),
            (reached, minimum),
            reached - minimum,
            tolerance,
            "objective gap",
            rule,
            race,
        )
    return fits


def _accuracy(stage: Stage, problem: Problem, fits: dict[str, Any], solution: Any) -> None:
    n = len(problem.z)
    expected = int(np.sum(solution.predict(problem.z) == problem.species))
    for name, made in fits.items():
        named = np.argmax(problem.z @ made.coef.T + made.intercept, axis=1)
        correct = int(np.sum(named == problem.species))
        # SGD stops near the minimum, not at it: a flower on the border may fall on either side.
        slack = 1 if name == SGD else 0
        stage.check(
            f"accuracy of {name}",
            ("largest score", "LogisticRegression.predict"),
            (f"{correct} of {n}", f"{expected} of {n}"),
            abs(correct - expected),
            slack,
            "objective gap" if slack else "exact",
            "one may lie on the border" if slack else "flowers named rightly",
        )


def _epochs_until(made: Any, value: float) -> str:
    below = np.nonzero(made.path.objective <= value)[0]
    return str(below[0]) if len(below) else "never"


def _figure(stage: Stage, fits: dict[str, Any], minimum: float) -> None:
    from . import _figures as look

    colors = {GRADIENT_DESCENT: look.INK, SGD: look.BLUE, ADAM: look.ORANGE}
    with stage.figure("logistic_losses", 8.6, 3.5) as figure:
        loss, gap = figure.subplots(1, 2)
        loss.axhline(minimum, color=look.MUTED, linewidth=1.0, linestyle=(0, (4, 3)))
        for name, made in fits.items():
            losses = made.path.objective
            epochs = np.arange(len(losses))
            loss.plot(epochs[:61], losses[:61], color=colors[name], label=name)
            # Where rounding decides, the sign of the difference says nothing.
            above = np.maximum(losses - minimum, 1e-16)
            gap.loglog(epochs[1:], above[1:], color=colors[name], linewidth=1.5)
        loss.text(60, minimum - 0.02, "minimum (scikit-learn)", color=look.MUTED, ha="right", va="top", fontsize=8.5)
        loss.legend(loc="upper right")
        loss.set(title="All three find the same minimum", xlim=(0, 60), ylim=(0.1, 1.15))
        loss.set(xlabel="passes over the data", ylabel="loss J")
        gap.set(title="SGD is fastest at first, Adam in the end", xlabel="passes over the data", ylabel="J above its minimum")
        gap.set_ylim(1e-13, 2)


STEP = Step("logistic", "Optimization: logistic regression on iris", play)
