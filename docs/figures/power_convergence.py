# SPDX-License-Identifier: BSD-3-Clause
"""Draws power_convergence.png: residual and error of the eigenvalue in every step of power and subspace iteration.

Run as ``python docs/figures/power_convergence.py``; needs matplotlib.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native.tour import _figures as look

N, RATIO = 200, 0.9

rng = np.random.default_rng(3)
q = mm.linalg.qr(rng.standard_normal((N, N))).Q
values = RATIO ** np.arange(N)
a = (q * values) @ q.T
a = (a + a.T) / 2

with look.style():
    figure = look.new(7.2, 4.0)
    axes = figure.add_subplot()
    steps = np.arange(1, 260)
    for columns, color, marker in ((1, look.BLUE, "o"), (3, look.ORANGE, "s"), (8, look.TEAL, "^")):
        x0 = rng.standard_normal((N, columns))
        result = mm.linalg.power_iteration(a, x0=x0, tol=1e-14, trace=True)
        t = np.arange(1, result.steps + 1)
        residual = result.residual_history[:, 0]
        error = np.maximum(np.abs(result.value_history[:, 0] - 1), 1e-16)
        label = "1 column: power iteration" if columns == 1 else f"{columns} columns: subspace iteration"
        every = max(1, result.steps // 25)
        axes.semilogy(t, residual, color=color, marker=marker, markevery=every, ms=4, lw=1.4, label=label)
        axes.semilogy(t, error, color=color, marker=marker, markevery=every, ms=4, lw=1, ls=":", mfc="none")
        anchor = result.steps // 2
        line = residual[anchor] * RATIO ** (columns * (t - t[anchor]))
        axes.semilogy(t, line, color=look.MUTED, lw=0.8, ls="--", zorder=0)
    axes.set_ylim(1e-16, 3)
    axes.set_xlim(0, None)
    axes.set_xlabel("step, one product with A each")
    axes.set_title(r"The first eigenpair of a matrix with $\lambda_j = 0.9^{j-1}$, $b$ columns at a time")
    axes.text(182, 1e-9, "residual", fontsize=8, ha="left")
    axes.text(126, 3e-12, "error of the eigenvalue", fontsize=8, ha="left")
    axes.text(160, 2e-4, r"dashed: $|\lambda_{b+1} / \lambda_1|^t$", fontsize=8, color=look.MUTED)
    axes.legend(loc="upper right")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
