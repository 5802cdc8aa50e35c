# SPDX-License-Identifier: BSD-3-Clause
"""Draws categorical_alias.png: a Zipf law, the cells of its alias table, and a million draws against their probabilities.

Run as ``python docs/figures/categorical_alias.py``; needs matplotlib.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native import _mlmath
from mlmath_native.tour import _figures as look

COLORS = (look.BLUE, look.ORANGE, look.TEAL, look.SAND)
K, DRAWS = 12, 1_000_000

p = 1.0 / np.arange(1, K + 1)
p /= p.sum()
table = _mlmath.alias_table(p)
law = mm.random.Categorical(p)
counts = np.bincount(law.sample(mm.random.default_rng(7), DRAWS), minlength=K)

with look.style():
    figure = look.new(8.4, 3.4)
    cells, shares = figure.subplots(1, 2)
    for j, (threshold, alias) in enumerate(table.tolist()):
        own = threshold / 2.0**64
        cells.bar(j, own, color=COLORS[j % 4], width=0.92)
        cells.text(j, own / 2, str(j), ha="center", va="center", fontsize=7, color="white")
        if own < 1 and alias != j:
            cells.bar(j, 1 - own, bottom=own, color=COLORS[alias % 4], width=0.92, alpha=0.55)
            cells.text(j, (1 + own) / 2, str(alias), ha="center", va="center", fontsize=7, color=look.INK)
    cells.set_ylim(0, 1)
    cells.set_xticks(range(K))
    cells.set_xlabel("cell: high part of w k")
    cells.set_ylabel("place in it: low part / 2^64")
    cells.set_title("Twelve cells, two outcomes at most in each", fontsize=9)
    shares.bar(range(K), counts / DRAWS, color=look.BLUE, alpha=0.6, label="a million draws")
    shares.plot(range(K), p, "o", ms=5, color=look.ORANGE, label="p, as 1 / (i + 1)")
    shares.set_xticks(range(K))
    shares.set_xlabel("outcome i")
    shares.set_ylabel("share")
    shares.set_title("The law it is for", fontsize=9)
    shares.legend()
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
