# SPDX-License-Identifier: BSD-3-Clause
"""Draws sum_ladder.png: the error of every rung of the sum's ladder in single precision, as the vector grows.

Run as ``python docs/figures/sum_ladder.py``; needs matplotlib.
"""

from __future__ import annotations

from math import fsum
from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native.tour import _figures as look

LOOKS = {
    "naive": (look.ORANGE, "s", "one running sum"),
    "pairwise": (look.BLUE, "o", "halves of halves, runs of 128"),
    "compensated": (look.SAND, "D", "compensated"),
    "threaded": (look.TEAL, "^", "lanes of double (production)"),
}
EPS = float(np.finfo(np.float32).eps)

sizes = np.unique(np.round(2.0 ** np.arange(4, 25.6, 0.5)).astype(int))
data = np.random.default_rng(0).random(sizes[-1], dtype=np.float32)
ladder = mm.study.ladder("sum")
errors: dict[str, list[float]] = {name: [] for name in LOOKS}
for n in sizes:
    x = data[:n]
    exact = fsum(x.astype(np.float64).tolist())
    for name in LOOKS:
        errors[name].append(max(abs(float(ladder[name](x)) - exact) / exact, EPS / 64))

with look.style():
    figure = look.new(7.2, 4.0)
    axes = figure.add_subplot()
    axes.loglog(sizes, EPS / 2 * sizes, color=look.MUTED, lw=1, ls="--")
    axes.text(4e5, EPS / 2 * 4e5 * 6, "n u, the bound", color=look.MUTED, ha="right")
    axes.loglog(sizes, EPS / 8 * np.sqrt(sizes), color=look.MUTED, lw=1, ls=":")
    axes.text(5e4, 8e-7, r"$\sqrt{n}$: roundings up and down", color=look.MUTED, fontsize=8)
    for name, (color, marker, label) in LOOKS.items():
        axes.loglog(sizes, errors[name], marker, ms=4, color=color, label=label)
    axes.axhline(EPS / 2, color=look.INK, lw=0.8)
    axes.text(4.5e4, EPS / 2 * 1.25, "half an ulp: the rounding of the result", fontsize=8)
    axes.axvline(2.0**24, color=look.GRID, lw=1)
    axes.text(2.0**24 / 1.15, 1.2e-9, "$2^{24}$", ha="right", fontsize=8, color=look.MUTED)
    axes.set_ylim(EPS / 128, 3)
    axes.set_xlabel("n, float32 numbers in [0, 1)")
    axes.set_ylabel("relative error")
    axes.set_title("Twenty-four bits are few when millions are added")
    axes.legend(loc="upper left", bbox_to_anchor=(0.02, 0.98))
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
