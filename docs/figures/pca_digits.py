# SPDX-License-Identifier: BSD-3-Clause
"""Draws pca_digits.png: the handwritten digits in two principal components, and what each component adds.

Run as ``python docs/figures/pca_digits.py``; needs matplotlib and scikit-learn (for its digits).
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from sklearn.datasets import load_digits

from mlmath_native.learn.decomposition import PCA
from mlmath_native.tour import _figures as look

X, y = load_digits(return_X_y=True)
pca = PCA().fit(X)
Z = pca.transform(X)

with look.style():
    figure = look.new(9.6, 4.6)
    left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
    colors = mpl.colormaps["tab10"]
    for (a, b), digit in zip(Z[::2, :2], y[::2]):
        left.text(a, b, str(digit), color=colors(int(digit)), fontsize=7, ha="center", va="center")
    left.set_xlim(Z[:, 0].min() - 1, Z[:, 0].max() + 1)
    left.set_ylim(Z[:, 1].min() - 1, Z[:, 1].max() + 1)
    left.set_xlabel("first component")
    left.set_ylabel("second component")
    together = np.cumsum(pca.explained_variance_ratio_)
    left.set_title(f"64 pixels in two numbers: {100 * together[1]:.0f} % of the variance")
    k = np.arange(1, 65)
    right.plot(k, together, color=look.BLUE, label="explained together")
    right.plot(k, pca.explained_variance_ratio_, color=look.ORANGE, marker=".", ms=4, lw=1, label="explained by the k-th")
    for share in (0.5, 0.9):
        needed = int(np.searchsorted(together, share)) + 1
        right.plot([needed], [together[needed - 1]], color=look.BLUE, marker="o", ms=5)
        right.text(needed + 1.5, together[needed - 1] - 0.035, f"{100 * share:.0f} %: {needed} components", fontsize=8)
    right.set_ylim(0, 1.02)
    right.set_xlim(0, 64)
    right.set_xlabel("component k")
    right.set_title("Share of the variance")
    right.legend(loc="center right")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI)
