# SPDX-License-Identifier: BSD-3-Clause
"""Calculus: gradient descent on a parabola, then gradient descent and Adam on a bowl and in Rosenbrock's valley."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mlmath_native as mm

from ._checks import EPS
from ._runner import Stage, Step

Vector = NDArray[np.float64]

START, RATE, STEPS = 10.0, 0.1, 50
DESCENT, ADAM = "GradientDescent", "Adam"


@dataclass(frozen=True)
class Landscape:
    """A function of the plane, its gradient, and how it is descended."""

    name: str
    value: Callable[[Any, Any], Any]
    gradient: Callable[[Vector], Vector]
    start: tuple[float, float]
    minimum: tuple[float, float]
    steps: dict[str, int]
    rate: dict[str, float]
    condition: float  # of the Hessian at the minimum: by how much a rounding may be magnified along the valley


BOWL = Landscape(
    "bowl",
    lambda x, y: 0.5 * (x**2 + 10.0 * y**2),
    lambda p: np.array([p[0], 10.0 * p[1]]),
    start=(-4.0, 2.0),
    minimum=(0.0, 0.0),
    steps={DESCENT: 300, ADAM: 300},
    rate={DESCENT: 0.17, ADAM: 0.3},
    condition=10.0,
)
ROSENBROCK = Landscape(
    "Rosenbrock",
    lambda x, y: (1.0 - x) ** 2 + 100.0 * (y - x**2) ** 2,
    lambda p: np.array([-2.0 * (1.0 - p[0]) - 400.0 * p[0] * (p[1] - p[0] ** 2), 200.0 * (p[1] - p[0] ** 2)]),
    start=(-1.2, 1.0),
    minimum=(1.0, 1.0),
    steps={DESCENT: 15_000, ADAM: 5_000},
    rate={DESCENT: 0.001, ADAM: 0.02},
    condition=2508.0,
)


def play(stage: Stage) -> None:
    _parabola(stage)
    paths = {}
    for landscape in (BOWL, ROSENBROCK):
        for method in (DESCENT, ADAM):
            paths[landscape.name, method] = _descend(stage, landscape, method)
    _figure_parabola(stage)
    _figure_paths(stage, paths)


def descend_natively(landscape: Landscape, method: str) -> Vector:
    """The path of the native optimizer: one row per step, the start first."""
    x = np.array(landscape.start)
    optimizer = getattr(mm.optim, method)(x, lr=landscape.rate[method])
    path = np.empty((landscape.steps[method] + 1, 2))
    path[0] = x
    for k in range(1, len(path)):
        optimizer.step(landscape.gradient(x))
        path[k] = x
    return path


def descend_in_numpy(landscape: Landscape, method: str) -> Vector:
    """The same rules as they stand in a book: x - r g, and Adam with its bias corrections (Kingma and Ba 2015, algorithm 1)."""
    x = np.array(landscape.start)
    rate = landscape.rate[method]
    m, v = np.zeros(2), np.zeros(2)
    path = np.empty((landscape.steps[method] + 1, 2))
    path[0] = x
    for k in range(1, len(path)):
        g = landscape.gradient(x)
        if method == DESCENT:
            x = x - rate * g
        else:
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            x = x - rate * (m / (1.0 - 0.9**k)) / (np.sqrt(v / (1.0 - 0.999**k)) + 1e-8)
        path[k] = x
    return path


def _parabola(stage: Stage) -> None:
    def native() -> float:
        x = np.array([START])
        descent = mm.optim.GradientDescent(x, lr=RATE)
        for _ in range(STEPS):
            descent.step(2.0 * x)
        return float(x[0])

    def numpy_loop() -> float:
        x = np.array([START])
        for _ in range(STEPS):
            x -= RATE * (2.0 * x)
        return float(x[0])

    race = stage.race(native, numpy_loop, peer_spins=False)
    closed = START * 0.8**STEPS
    stage.check(
        "f(x) = x² from 10, rate 0.1, 50 steps",
        ("optim.GradientDescent(x, lr=0.1)", "numpy: x -= 0.1 * 2x"),
        (race.native, race.peer),
        abs(race.native - race.peer),
        0.0,
        "exact",
        "the same operations",
        race,
    )
    result = mm.optim.GradientDescent(lr=RATE).minimize(lambda x: (x * x, 2.0 * x), START, steps=STEPS)
    stage.check(
        "  and by mathematics: 10·0.8⁵⁰",
        ("optim.GradientDescent.minimize", "10 * 0.8**50"),
        (float(result.x), closed),
        abs(float(result.x) - closed) / closed,
        2 * STEPS * EPS,
        "rounding",
        "2 ε a step, relative",
    )


def _descend(stage: Stage, landscape: Landscape, method: str) -> Vector:
    race = stage.race(lambda: descend_natively(landscape, method), lambda: descend_in_numpy(landscape, method), peer_spins=False)
    path, steps = race.native, landscape.steps[method]
    difference = float(np.max(np.abs(path - race.peer)))
    words = "descent" if method == DESCENT else method
    name, calls = f"{landscape.name}, {steps} steps, {words}", (f"optim.{method}", "numpy: the book's lines")
    values = (_value(landscape, path[-1]), _value(landscape, race.peer[-1]))
    if method == DESCENT:
        stage.check(name, calls, values, difference, 0.0, "exact", "x - r g, every point", race)
    else:
        bound = steps * EPS * landscape.condition * float(np.max(np.abs(path)))
        stage.check(name, calls, values, difference, bound, "rounding", f"steps ε κ max|x|, κ = {landscape.condition:g}", race)
    return path


def _value(landscape: Landscape, point: Vector) -> str:
    return f"f = {landscape.value(*point):.6e}"


def _figure_parabola(stage: Stage) -> None:
    from . import _figures as look

    k = np.arange(STEPS + 1)
    x = START * 0.8**k
    with stage.figure("calculus_parabola", 7.4, 3.2) as figure:
        curve, error = figure.subplots(1, 2)
        grid = np.linspace(-1.5, 10.8, 200)
        curve.plot(grid, grid**2, color=look.MUTED, linewidth=1.3)
        curve.plot(x, x**2, "o-", color=look.BLUE, markersize=4.5, linewidth=1.0)
        line = {"arrowstyle": "-", "color": look.MUTED}
        curve.annotate("start: x = 10", (10, 100), (3.6, 98), color=look.INK, va="center", arrowprops=line)
        curve.set(title="Every step takes a fifth off x", xlabel="x", ylabel="f(x) = x²", ylim=(-5, 118))
        error.semilogy(k, x, "o", color=look.BLUE, markersize=3.5)
        error.semilogy(k, x, color=look.INK, linewidth=1.0)
        error.text(20, 1.2, "10·0.8ᵏ", color=look.INK, fontsize=10)
        error.set(title="so after k steps 10·0.8ᵏ is left", xlabel="step k", ylabel="distance |x| from the minimum")


def _figure_paths(stage: Stage, paths: dict[tuple[str, str], Vector]) -> None:
    from . import _figures as look

    colors = {DESCENT: look.INK, ADAM: look.ORANGE}
    near = {method: _steps_until_near(paths[ROSENBROCK.name, method]) for method in colors}
    with stage.figure("calculus_paths", 9.4, 4.3) as figure:
        left, right = figure.subplots(1, 2)
        views = ((left, BOWL, (-4.6, 1.6), (-2.6, 2.6)), (right, ROSENBROCK, (-1.6, 1.6), (-0.6, 1.9)))
        for axes, landscape, xlim, ylim in views:
            x, y = np.meshgrid(np.linspace(*xlim, 240), np.linspace(*ylim, 240))
            z = np.log10(landscape.value(x, y) + 0.03)
            axes.contourf(x, y, z, levels=16, cmap="Blues_r", alpha=0.5)
            axes.contour(x, y, z, levels=16, colors="white", linewidths=0.5, linestyles="solid")
            for method, color in colors.items():
                path = paths[landscape.name, method]
                axes.plot(*path.T, color=color, linewidth=1.5 if landscape is BOWL else 2.6 - 1.4 * (method == ADAM))
                if landscape is BOWL:
                    axes.plot(*path[:60].T, ".", color=color, markersize=4)
            axes.plot(*landscape.minimum, "*", color=look.SAND, markersize=14, markeredgecolor=look.INK, markeredgewidth=0.7)
            axes.plot(*landscape.start, "o", color="white", markersize=6, markeredgecolor=look.INK)
            axes.set(xlim=xlim, ylim=ylim, xlabel="x", ylabel="y")
            axes.grid(False)
        for method, words, at in ((DESCENT, "descent", (-1.3, -0.4)), (ADAM, "Adam", (0.45, -0.4))):
            point = paths[ROSENBROCK.name, method][1000]
            arrow = {"arrowstyle": "-", "color": colors[method], "shrinkB": 4}
            right.annotate(f"{words} after 1000 steps", point, at, color=colors[method], ha="left", fontsize=8.5, arrowprops=arrow)
            right.plot(*point, "o", color=colors[method], markersize=6, markeredgecolor="white", zorder=5)
        left.set_title("A bowl: plain descent zigzags, Adam swings")
        right.set_title("Rosenbrock's valley: Adam is there sooner")
        left.plot([], [], color=look.INK, label="gradient descent")
        left.plot([], [], color=look.ORANGE, label="Adam")
        left.legend(loc="lower left")
    stage.finding(
        f"In Rosenbrock's valley gradient descent needs {_steps_text(near[DESCENT])} to come within 0.01 of (1, 1), "
        f"Adam {_steps_text(near[ADAM])}."
    )


def _steps_until_near(path: Vector) -> float:
    near = np.nonzero(np.hypot(*(path - 1.0).T) < 0.01)[0]
    return float(near[0]) if len(near) else math.inf


def _steps_text(count: float) -> str:
    return f"{count:.0f} steps" if math.isfinite(count) else "more than the steps taken"


STEP = Step("calculus", "Calculus: down the gradient", play)
