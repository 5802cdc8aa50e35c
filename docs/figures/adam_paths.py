# SPDX-License-Identifier: BSD-3-Clause
"""Draws adam_paths.png: three rules in a narrow valley, in the same valley turned by 45 degrees, and Adam's first steps.

Run as ``python docs/figures/adam_paths.py``; needs matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

import mlmath_native as mm

mpl.use("Agg")
import matplotlib.pyplot as plt

RULES = {
    "gradient descent, 0.07": (mm.optim.GradientDescent(lr=0.07), "tab:red"),
    "momentum 0.7, 0.03": (mm.optim.Momentum(lr=0.03, momentum=0.7), "tab:blue"),
    "Adam, 0.3": (mm.optim.Adam(lr=0.3), "tab:green"),
}
CURVATURE = np.array([1.0, 25.0])
START = np.array([-4.0, 1.5])


def valley(turn: np.ndarray) -> Callable[[np.ndarray], tuple[Any, np.ndarray]]:
    """Value and gradient of (y_1^2 + 25 y_2^2) / 2 with y = turn^T x."""

    def function(x: np.ndarray) -> tuple[Any, np.ndarray]:
        y = turn.T @ x
        return 0.5 * (CURVATURE * y * y).sum(), turn @ (CURVATURE * y)

    return function


def draw_paths(axes: Any, turn: np.ndarray, title: str) -> None:
    """Contours of the valley and 40 steps of each rule."""
    grid = np.stack(np.meshgrid(np.linspace(-5, 3, 300), np.linspace(-4, 4, 300)), axis=-1)
    y = grid @ turn
    axes.contour(grid[..., 0], grid[..., 1], 0.5 * (CURVATURE * y * y).sum(axis=-1), levels=2.0 ** np.arange(-2, 7), colors="0.8")
    for label, (rule, color) in RULES.items():
        path = rule.minimize(valley(turn), turn @ START, steps=40, keep_path=True).path
        assert path is not None
        axes.plot(path[:, 0], path[:, 1], color=color, marker=".", markersize=4, linewidth=1, label=label)
    axes.set(title=title, aspect="equal", xlim=(-5, 3), ylim=(-4, 4))


def draw_first_steps(axes: Any) -> None:
    """Length of Adam's steps for a constant gradient, with the corrections and without."""
    t = np.arange(1, 3001)
    x = np.zeros(1)
    adam, lengths = mm.optim.Adam(x, lr=1.0), []
    for _ in t:
        before = x[0]
        adam.step(np.ones(1))
        lengths.append(before - x[0])
    axes.semilogx(t, lengths, color="tab:green", label="with the corrections")
    axes.semilogx(t, (1 - 0.9**t) / np.sqrt(1 - 0.999**t), color="tab:orange", label="without")
    axes.set(title="constant gradient", xlabel="step t", ylabel="length of the step / rate", ylim=(0, 7))
    axes.grid(alpha=0.3)
    axes.legend()


def main() -> None:
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 4.2), dpi=110)
    draw_paths(left, np.eye(2), "40 steps in a valley")
    draw_paths(middle, np.array([[1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2.0), "the same, turned by 45 degrees")
    left.legend(loc="lower left", fontsize=8)
    draw_first_steps(right)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
