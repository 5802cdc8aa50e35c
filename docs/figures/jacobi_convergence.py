# SPDX-License-Identifier: BSD-3-Clause
"""Draws jacobi_convergence.png: what every sweep of rotations leaves beside the diagonal.

Run as ``python docs/figures/jacobi_convergence.py``; needs matplotlib.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native.tour import _figures as look

N = 100

rng = np.random.default_rng(5)
q = mm.linalg.qr(rng.standard_normal((N, N))).Q
i = np.arange(N)
spectra = (
    ("1, 2, ..., 100", 1.0 + i, look.BLUE, "o"),
    (r"geometric, 1 to $10^{-12}$", 10.0 ** (-12 * i / (N - 1)), look.ORANGE, "s"),
    ("two clusters, -1 and 1", np.sign(i - N / 2 + 0.25), look.TEAL, "^"),
)

with look.style():
    figure = look.new(7.2, 3.8)
    left, right = figure.subplots(1, 2)
    for label, values, color, marker in spectra:
        a = (q * values) @ q.T
        result = mm.study.jacobi_eigh((a + a.T) / 2, trace=True)
        off = np.maximum(result.off_history / np.linalg.norm(values), 1e-18)
        sweeps = np.arange(result.sweeps + 1)
        left.semilogy(sweeps, off, color=color, marker=marker, ms=4, lw=1.4, label=label)
        pairs = N * (N - 1) / 2
        right.plot(sweeps[1:], result.rotation_history / pairs, color=color, marker=marker, ms=4, lw=1.4)
    left.set_ylim(1e-17, 3)
    left.set_xlabel("sweep")
    left.set_title(r"off$(A)$ / $\|A\|$ after every sweep")
    left.legend(loc="upper right", fontsize=7.5)
    right.set_ylim(0, 1.05)
    right.set_xticks(range(0, 25, 5))
    right.set_xlabel("sweep")
    right.set_title("share of the pairs that were rotated")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
