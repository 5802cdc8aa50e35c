# SPDX-License-Identifier: BSD-3-Clause
"""Vectors and matrices: dot, matrix product, a batch of small products."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

import mlmath_native as mm

from ._checks import EPS
from ._runner import Stage, Step

Matrix = NDArray[np.float64]


def play(stage: Stage) -> None:
    rng = np.random.default_rng(1)
    _by_hand(stage)
    _dot(stage, rng)
    _matrix_product(stage, rng)
    _batch(stage, rng)
    _figure(stage)


def _by_hand(stage: Stage) -> None:
    a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    race = stage.race(partial(mm.matmul, a, b), partial(np.matmul, a, b), peer_spins=False)
    expected = np.array([[19.0, 22.0], [43.0, 50.0]])
    stage.check(
        "a 2×2 product, worked by hand",
        ("mm.matmul(A, B)", "numpy.matmul"),
        (_row_by_row(race.native), _row_by_row(race.peer)),
        float(np.max(np.abs(race.native - expected))),
        0.0,
        "exact",
        "small integers are exact in float64",
        race,
    )


def _row_by_row(a: Matrix) -> str:
    return "[" + " ".join("[" + " ".join(f"{x:g}" for x in row) + "]" for row in a) + "]"


def _dot(stage: Stage, rng: np.random.Generator) -> None:
    n = 1_000_000
    x, y = rng.standard_normal(n), rng.standard_normal(n)
    race = stage.race(partial(mm.dot, x, y), partial(np.dot, x, y))
    stage.check(
        "dot product of two vectors of 10⁶",
        ("mm.dot(x, y)", "numpy.dot"),
        (race.native, race.peer),
        abs(race.native - race.peer),
        np.sqrt(n) * EPS * float(np.abs(x) @ np.abs(y)),
        "rounding",
        "√n ε Σ|xᵢyᵢ|",
        race,
    )


def _matrix_product(stage: Stage, rng: np.random.Generator) -> None:
    n = 512
    a, b = rng.standard_normal((n, n)), rng.standard_normal((n, n))
    ours, theirs = np.empty((n, n)), np.empty((n, n))
    race = stage.race(partial(mm.matmul, a, b, out=ours), partial(np.matmul, a, b, out=theirs))
    stage.check(
        f"product of two {n}×{n} matrices, its norm",
        ("mm.matmul(A, B, out=C)", "numpy.matmul"),
        (np.linalg.norm(race.native), np.linalg.norm(race.peer)),
        # Componentwise: each side's error is at most n ε/2 times the same sum of absolute values.
        float(np.max(np.abs(ours - theirs) / (np.abs(a) @ np.abs(b)))),
        n * EPS,
        "rounding",
        "n ε |A||B|, every entry",
        race,
    )


def _batch(stage: Stage, rng: np.random.Generator) -> None:
    count, n = 20_000, 4
    a, b = rng.standard_normal((count, n, n)), rng.standard_normal((count, n, n))
    ours, theirs = np.empty((count, n, n)), np.empty((count, n, n))
    race = stage.race(partial(mm.matmul, a, b, out=ours), partial(np.matmul, a, b, out=theirs))
    stage.check(
        "20 000 products of 4×4 matrices, the norm",
        ("mm.matmul(A, B, out=C)", "numpy.matmul"),
        (np.linalg.norm(race.native), np.linalg.norm(race.peer)),
        float(np.max(np.abs(ours - theirs) / (np.abs(a) @ np.abs(b)))),
        n * EPS,
        "rounding",
        "n ε |A||B|, every entry",
        race,
    )


def _figure(stage: Stage) -> None:
    """What a matrix does to the plane: the unit circle becomes an ellipse, and the columns are the images of e₁ and e₂."""
    from . import _figures as look

    matrix = np.array([[1.6, 0.9], [0.3, 1.1]])
    angle = np.linspace(0.0, 2.0 * np.pi, 361)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    ellipse = mm.matmul(matrix, circle)
    area = matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0]
    with stage.figure("vectors_linear_map", 7.0, 2.9) as figure:
        before, after = figure.subplots(1, 2, sharey=True)
        for axes, curve, arrows in ((before, circle, np.eye(2)), (after, ellipse, matrix)):
            axes.fill(*curve, color=look.PALE_BLUE, alpha=0.35, linewidth=0)
            axes.plot(*curve, color=look.BLUE)
            for k, (color, label) in enumerate(((look.ORANGE, "e₁"), (look.TEAL, "e₂"))):
                tip = arrows[:, k]
                arrow = {"arrowstyle": "-|>", "color": color, "lw": 2.0, "shrinkA": 0, "shrinkB": 0}
                axes.annotate("", tip, (0, 0), arrowprops=arrow)
                label = label if axes is before else f"A{label}"
                axes.text(*(tip * (1.0 + 0.24 / np.hypot(*tip))), label, color=color, ha="center", va="center", fontweight="bold")
            axes.set(xlim=(-2.3, 2.3), ylim=(-1.5, 1.5), aspect="equal", xlabel="x₁")
        before.set(title="The unit circle", ylabel="x₂")
        after.set(title=f"Its image: {area:.2f} times the area")
    stage.finding(
        f"A matrix is a map: A = [[1.6 0.9] [0.3 1.1]] turns a circle into an ellipse of |det A| = {area:.2f} times its area."
    )


STEP = Step("vectors", "Vectors and matrices", play)
