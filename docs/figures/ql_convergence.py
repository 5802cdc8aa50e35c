# SPDX-License-Identifier: BSD-3-Clause
"""Draws ql_convergence.png: how the element beside the diagonal goes to zero in the sweeps of QL, and how many an eigenvalue takes.

Run as ``python docs/figures/ql_convergence.py``; needs matplotlib.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native.tour import _figures as look

N = 400

rng = np.random.default_rng(2)
d, e = rng.standard_normal(N), rng.standard_normal(N - 1)
histories = mm.study.tridiagonal_ql(d, e, trace=True).histories

with look.style():
    figure = look.new(7.2, 3.8)
    left, right = figure.subplots(1, 2)
    steps = np.array([(x, y) for h in histories for x, y in pairwise(h) if y > 0])
    left.loglog(steps[:, 0], np.maximum(steps[:, 1], 1e-40), ".", color=look.BLUE, ms=3, alpha=0.6)
    x = np.array([1e-13, 1.0])
    left.loglog(x, x**3, color=look.INK, lw=1, label=r"$|e|^3$")
    left.loglog(x, x, color=look.MUTED, lw=1, ls="--", label=r"$|e|$: no progress")
    left.axhline(2.0**-53, color=look.ORANGE, lw=1, ls=":", label="zero, in double precision")
    left.set_xlim(1e-9, 5)
    left.set_ylim(1e-30, 10)
    left.set_xlabel(r"$|e_l|$ before the sweep")
    left.set_title(r"$|e_l|$ after it")
    left.legend(loc="lower right", fontsize=7.5)
    sweeps = np.array([len(h) - 1 for h in histories])
    counts = np.bincount(sweeps)
    right.bar(np.arange(len(counts)), counts, color=look.BLUE, width=0.7)
    right.set_xlabel("sweeps")
    right.set_ylabel("eigenvalues")
    right.set_title(f"sweeps they take: {sweeps.mean():.1f} on average")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
