# SPDX-License-Identifier: BSD-3-Clause
"""Draws softmax_ladder.png: what the formula, the stable version and the production kernel do to the same probabilities.

Run as ``python docs/figures/softmax_ladder.py``; needs matplotlib and mpmath.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mpmath
import numpy as np

import mlmath_native as mm

EPS = float(np.finfo(float).eps)
rungs = mm.study.ladder("softmax")


def exact(x: np.ndarray) -> tuple[list[mpmath.mpf], mpmath.mpf]:
    """Probabilities, and the logarithm of the largest one, in 60 digits."""
    with mpmath.workdps(60):
        terms = [mpmath.exp(mpmath.mpf(float(v)) - mpmath.mpf(float(x.max()))) for v in x]
        rest = mpmath.fsum(terms) - 1
        return [t / (1 + rest) for t in terms], -mpmath.log1p(rest)


def worst(y: np.ndarray, wanted: list[mpmath.mpf]) -> float:
    """Largest relative error in eps; infinite for a NaN."""
    if not np.isfinite(y).all():
        return np.inf
    return max(float(abs(mpmath.mpf(float(a)) - b) / b) for a, b in zip(y, wanted)) / EPS


fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), constrained_layout=True)
base = np.linspace(-2, 0, 20)
shifts = np.arange(-800, 801, 8.0)
styles = {"naive": ("C3", "o", 3.0), "three_pass": ("C0", "s", 2.4), "threaded": ("C2", "^", 2.4)}
with np.errstate(all="ignore"):
    for name, (color, marker, size) in styles.items():
        errors = np.array([worst(np.asarray(rungs[name](base + c)), exact(base + c)[0]) for c in shifts])
        fine = np.isfinite(errors)
        left.plot(shifts[fine], np.maximum(errors[fine], 0.05), marker, color=color, ms=size, label=name)
        left.plot(shifts[~fine], np.full((~fine).sum(), 1e19), "x", color=color, ms=4)
left.set_yscale("log")
left.set_ylim(0.05, 1e20)
left.axhline(1 / EPS, color="0.6", lw=0.8)
left.text(-790, 2 / EPS, "no digit right", color="0.4", fontsize=8)
left.text(0, 2e18, "x: NaN (0/0 on the left, infinity/infinity on the right)", color="C3", fontsize=8, ha="center", va="top")
left.set_xlabel("c")
left.set_ylabel("largest relative error / eps")
left.set_title("softmax(x + c): the same 20 probabilities for every c", fontsize=10)
left.legend(loc="center", fontsize=8)

gaps = np.arange(1, 60, 1.0)
ways = {
    "log(softmax(x))": lambda x: np.log(mm.special.softmax(x)),
    "x - (m + log S)": lambda x: x - (x.max() + np.log(np.exp(x - x.max()).sum())),
    "mm.special.log_softmax": mm.special.log_softmax,
}
for (label, way), marker, color in zip(ways.items(), "osv", ("C3", "C0", "C2")):
    errors = []
    for gap in gaps:
        x = np.array([3.0, 3.0 - gap, 2.0 - gap])
        wanted = exact(x)[1]
        errors.append(max(float(abs(mpmath.mpf(float(way(x)[0])) - wanted) / abs(wanted)) / EPS, 0.05))
    right.plot(gaps, errors, marker, color=color, ms=3.4 if marker != "s" else 2.6, label=label)
right.set_yscale("log")
right.set_ylim(0.05, 1e20)
right.axhline(1 / EPS, color="0.6", lw=0.8)
right.text(34, 2 / EPS, "no digit right", color="0.4", fontsize=8, ha="right")
right.set_xlabel("distance of the largest logit to the next")
right.set_ylabel("relative error / eps")
right.set_title("log-probability of a class that is nearly certain", fontsize=10)
right.legend(loc="upper left", fontsize=8)
fig.savefig(Path(__file__).with_suffix(".png"), dpi=110)
