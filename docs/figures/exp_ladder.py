# SPDX-License-Identifier: BSD-3-Clause
"""Draw exp_ladder.png: the error of every rung of exp over x. ``python docs/figures/exp_ladder.py``; needs matplotlib."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np

import mlmath_native as mm
from mlmath_native.study._oracle import exp_reference

mpl.use("Agg")
import matplotlib.pyplot as plt

STYLE = {
    "naive": ("tab:red", "Taylor series at 0"),
    "range_reduction": ("tab:orange", "range reduction, ln 2 in one part"),
    "polynomial": ("tab:blue", "ln 2 in two parts, fitted polynomial"),
    "blocked": ("tab:green", "production"),
}


def main() -> None:
    rng = np.random.default_rng(0)
    width, edges = 200, np.linspace(-700, 700, 141)
    x = np.concatenate([rng.uniform(low, high, width) for low, high in pairwise(edges)])
    high, low, _ = exp_reference(x)
    figure, axes = plt.subplots(figsize=(8, 4.2), dpi=110)
    for name, (color, label) in STYLE.items():
        with np.errstate(all="ignore"):
            error = np.abs((mm.study.ladder("exp")[name](x) - high) - low) / np.spacing(high)
        worst = np.max(np.where(np.isfinite(error), error, np.inf).reshape(-1, width), axis=1)
        axes.semilogy((edges[1:] + edges[:-1]) / 2, np.minimum(worst, 1e6), color=color, label=label)
    axes.axhline(0.5, color="gray", linewidth=0.8, linestyle=":")
    axes.text(-690, 0.36, "0.5: correctly rounded", color="gray", fontsize=8)
    axes.set(xlabel="x", ylabel="largest error, units of the last place", ylim=(0.3, 1e5), title="exp: what each rung gets wrong")
    axes.legend(loc="upper right")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
