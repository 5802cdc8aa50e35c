# SPDX-License-Identifier: BSD-3-Clause
"""Draw uniform_density.png: uniforms against their density, and close to 0. ``python docs/figures/uniform_density.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

import mlmath_native as mm

mpl.use("Agg")
import matplotlib.pyplot as plt

CHUNKS, CHUNK = 40, 10_000_000


def main() -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), dpi=110)
    powers = np.arange(1, 29)
    for dtype, color, marker in ((np.float64, "tab:blue", "o"), (np.float32, "tab:orange", "x")):
        rng, out = mm.random.default_rng(1), np.empty(CHUNK, dtype)
        counts, near_zero = np.zeros(100, np.int64), np.zeros(powers.size, np.int64)
        for _ in range(CHUNKS):
            rng.random(dtype=dtype, out=out)
            counts += np.histogram(out, 100, (0, 1))[0]
            small = out[out < 0.5]
            near_zero += [np.count_nonzero(small < 2.0**-k) if k < 6 else 0 for k in powers]
            small = small[small < 2.0**-6]
            near_zero += [np.count_nonzero(small < 2.0**-k) if k >= 6 else 0 for k in powers]
        name = np.dtype(dtype).name
        left.plot(np.arange(0.005, 1, 0.01), counts / (CHUNKS * CHUNK) * 100, marker, ms=4, mfc="none", color=color, label=name)
        seen = near_zero > 0
        right.semilogy(powers[seen], near_zero[seen], marker, ms=5, mfc="none", color=color, label=name)
    deviation = 3 * np.sqrt(100 / (CHUNKS * CHUNK))
    left.axhspan(1 - deviation, 1 + deviation, color="gray", alpha=0.2, label="density 1, three deviations")
    left.set(xlabel="u", ylabel="density in 100 cells, 4·10$^8$ draws", ylim=(1 - 3 * deviation, 1 + 3 * deviation))
    left.ticklabel_format(axis="y", useOffset=False)
    left.legend(fontsize=8)
    right.semilogy(powers, CHUNKS * CHUNK * 2.0**-powers, color="black", linewidth=1, label="expected")
    right.axvline(24, color="tab:orange", linewidth=0.8, linestyle=":")
    right.text(23.8, 3e7, "float32: multiples of 2$^{-24}$,\n0 among them", color="tab:orange", fontsize=8, ha="right")
    right.set(xlabel="k", ylabel="values below 2$^{-k}$")
    right.legend(fontsize=8, loc="lower left")
    right.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"))


if __name__ == "__main__":
    main()
