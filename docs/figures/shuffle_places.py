# SPDX-License-Identifier: BSD-3-Clause
"""Draws shuffle_places.png: how often each of 50 entries comes to each place, in a biased and in the ladder's shuffles.

Run as ``python docs/figures/shuffle_places.py``; needs matplotlib.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native.tour import _figures as look

N, DRAWS = 50, 100_000


def counts(drawn: np.ndarray) -> np.ndarray:
    """Row: the place in the result; column: the entry; in standard deviations from DRAWS / N."""
    table = np.zeros((N, N))
    np.add.at(table, (np.broadcast_to(np.arange(N), drawn.shape), drawn.astype(int)), 1)
    return (table - DRAWS / N) / (DRAWS / N) ** 0.5


# The usual mistake: place i with any place, instead of one of 0 .. i.
biased = np.tile(np.arange(N), (DRAWS, 1))
rows, partners = np.arange(DRAWS), np.random.default_rng(1).integers(0, N, (N, DRAWS))
for i in range(N):
    j = partners[i]
    biased[rows, i], biased[rows, j] = biased[rows, j], biased[rows, i].copy()

x = np.arange(float(N))
ladder = mm.study.ladder("shuffle")
panels = {
    "any place with any place (a mistake)": biased,
    "textbook": np.array([ladder["textbook"](x, seed=seed) for seed in range(DRAWS)]),
    "buckets (16 of them)": np.array([ladder["buckets"](x, seed=seed) for seed in range(DRAWS)]),
}

with look.style():
    figure = look.new(9.6, 3.6)
    for k, (title, drawn) in enumerate(panels.items(), 1):
        axes = figure.add_subplot(1, 3, k)
        image = axes.imshow(counts(drawn), cmap="RdBu_r", vmin=-10, vmax=10, interpolation="nearest")
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("entry")
        if k == 1:
            axes.set_ylabel("place after the shuffle")
        axes.grid(visible=False)
    figure.colorbar(image, ax=figure.axes, label="standard deviations from the mean", shrink=0.8)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
