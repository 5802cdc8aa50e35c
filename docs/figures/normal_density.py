# SPDX-License-Identifier: BSD-3-Clause
"""Draw normal_density.png: normals against their density, to the ends of the tails. ``python docs/figures/normal_density.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy import special

import mlmath_native as mm

mpl.use("Agg")
import matplotlib.pyplot as plt

CHUNKS, CHUNK = 40, 10_000_000  # 4e8: one value in 5e8 lies beyond 6 deviations


def main() -> None:
    edges = np.linspace(-7, 7, 141)
    width = edges[1] - edges[0]
    centers = (edges[1:] + edges[:-1]) / 2
    near, far = np.minimum(np.abs(edges[1:]), np.abs(edges[:-1])), np.maximum(np.abs(edges[1:]), np.abs(edges[:-1]))
    expected = (special.ndtr(-near) - special.ndtr(-far)) * CHUNKS * CHUNK  # by the tail's side: 1 - 1e-12 has few digits
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), dpi=110)
    for dtype, color in ((np.float64, "tab:blue"), (np.float32, "tab:orange")):
        rng, out, counts = mm.random.default_rng(1), np.empty(CHUNK, dtype), np.zeros(centers.size, np.int64)
        for chunk in range(CHUNKS):
            rng.standard_normal(dtype=dtype, out=out)
            counts += np.histogram(out, edges)[0]
            if chunk == 0 and dtype is np.float64:
                left.bar(centers, counts / CHUNK / width, width, color="tab:blue", alpha=0.4, label="10$^7$ draws")
        seen = counts > 0
        label = f"4·10$^8$ draws, {np.dtype(dtype).name}"
        right.semilogy(centers[seen], counts[seen], "o" if dtype is np.float64 else "x", ms=4, mfc="none", color=color, label=label)
        beyond = np.abs(centers) > 5
        print(np.dtype(dtype).name, "beyond 5:", counts[beyond].sum(), "expected", round(expected[beyond].sum(), 1))
        deviations = (counts - expected)[expected > 20] / np.sqrt(expected[expected > 20])
        print(np.dtype(dtype).name, "chi-square per cell", round(float(np.mean(deviations**2)), 2))
    x = np.linspace(-7, 7, 500)
    left.plot(x, np.exp(-x * x / 2) / np.sqrt(2 * np.pi), color="black", linewidth=1, label=r"$e^{-z^2/2}/\sqrt{2\pi}$")
    left.set(xlabel="z", ylabel="density", xlim=(-5, 5))
    left.legend(fontsize=8)
    right.semilogy(centers, expected, color="black", linewidth=1, label="expected count")
    right.set(xlabel="z", ylabel="values in a cell of 0.1", ylim=(0.5, None))
    right.legend(fontsize=8, loc="lower center")
    right.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
