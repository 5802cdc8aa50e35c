# SPDX-License-Identifier: BSD-3-Clause
"""Draws newton_convergence.png: what is left of the gradient after every iteration, by method.

Run as ``python docs/figures/newton_convergence.py``; needs matplotlib.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

import mlmath_native as mm

mpl.use("Agg")
import matplotlib.pyplot as plt

STYLE = {
    "gd": ("tab:red", "gradient descent, step 1/L"),
    "gd-bb": ("tab:orange", "Barzilai-Borwein steps"),
    "lbfgs": ("tab:blue", "L-BFGS"),
    "newton": ("tab:green", "Newton"),
}


def main() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 20)) * np.logspace(-0.5, 0.5, 20)  # columns whose scales differ by ten
    y = (rng.random(2000) < 1 / (1 + np.exp(-X @ rng.standard_normal(20)))).astype(float)
    figure, axes = plt.subplots(figsize=(8, 4.6), dpi=110)
    for method, (color, label) in STYLE.items():
        path = mm.optim.fit_linear(X, y, loss="logistic", l2=1e-3, method=method, tol=1e-10, trace=True).path
        assert path is not None
        axes.loglog(np.arange(1, len(path.gradient_max) + 1), path.gradient_max, color=color, label=label, marker=".", markersize=4)
    axes.set(xlabel="iterate, the start being the first", ylabel="largest derivative", ylim=(1e-11, 2))
    axes.set_title("logistic regression, 2000 x 20")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncol=4, fontsize=9, frameon=False)  # on no curve
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
