# SPDX-License-Identifier: BSD-3-Clause
"""Draws variance_ladder.png: the error of every rung of the variance's ladder as the mean grows beside the noise.

Run as ``python docs/figures/variance_ladder.py``; needs matplotlib.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native.tour import _figures as look

N = 10_000
LOOKS = {
    "textbook": (look.BLUE, "o", "two passes"),
    "one_pass": (look.ORANGE, "s", "mean of squares - square of mean"),
    "welford": (look.SAND, "D", "Welford's update"),
    "threaded": (look.TEAL, "^", "chunks, merged (production)"),
}


def exact_variance(x: np.ndarray) -> Fraction:
    """In integers: all the numbers are multiples of 2^-40."""
    values = [int(v) for v in np.ldexp(x, 40).astype(object)]
    return Fraction(N * sum(v * v for v in values) - sum(values) ** 2, N * N << 80)


noise = np.round(np.random.default_rng(0).standard_normal(N) * 2**20) / 2**20
ratios = 10.0 ** np.arange(0, 12.01, 0.25)
errors: dict[str, list[float]] = {name: [] for name in LOOKS}
negative = []
ladder = mm.study.ladder("variance")
for ratio in ratios:
    x = np.round(ratio * 2**10) / 2**10 + noise
    exact = exact_variance(x)
    for name in LOOKS:
        value = Fraction(float(ladder[name](x)))
        errors[name].append(max(float(abs(value / exact - 1)), 2.0**-54))
        if value < 0:
            negative.append((ratio, errors[name][-1]))

eps = 2.0**-52
with look.style():
    figure = look.new(7.2, 4.0)
    axes = figure.add_subplot()
    axes.loglog(ratios, eps * ratios**2, color=look.MUTED, lw=1, ls="--")
    axes.text(1.5e5, eps * 2.25e10 / 400, r"$\epsilon \kappa^2$", color=look.MUTED)
    axes.loglog(ratios, eps * ratios, color=look.MUTED, lw=1, ls=":")
    axes.text(3e9, eps * 3e9 * 12, r"$\epsilon \kappa$", color=look.MUTED)
    for name, (color, marker, label) in LOOKS.items():
        axes.loglog(ratios, errors[name], marker, ms=4, color=color, label=label)
    axes.loglog(*zip(*negative), "x", ms=8, color=look.INK, label="a negative variance")
    axes.axhline(1, color=look.INK, lw=0.8)
    axes.text(1.2, 1.6, "no digit right", fontsize=8)
    axes.set_ylim(1e-17, 1e10)
    axes.set_xlabel(r"mean / standard deviation, $\kappa$")
    axes.set_ylabel("relative error")
    axes.set_title("One pass over memory need not cost the digits")
    axes.legend(loc="upper left", bbox_to_anchor=(0.02, 1.02))
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
