# SPDX-License-Identifier: BSD-3-Clause
"""Draws gemm_crt_parts.png: where the time of a product by exact integers goes, on this machine's best int8 unit.

Run as ``python docs/figures/gemm_crt_parts.py``, alone on the machine; needs matplotlib, and AVX-512 VNNI or AMX.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import mlmath_native as mm
from mlmath_native import _mlmath
from mlmath_native.tour import _figures as look

UNIT = next(unit for unit in ("amx", "vnni") if unit in mm.system.int8_units())
THREADS = mm.get_num_threads()
CASES = [("float64", 15, n) for n in (512, 1024, 2048)] + [("float32", 7, n) for n in (512, 1024, 2048)]
COLORS = {
    "sums": look.INK,
    "residues of A": look.SAND,
    "residues of B": look.ORANGE,
    "products": look.BLUE,
    "reconstruction": look.TEAL,
}


def parts(n: int, dtype: str, moduli: int) -> dict[str, float]:
    """Best seconds of every part."""
    a, b = (np.random.default_rng(seed).standard_normal((n, n)).astype(dtype) for seed in (0, 1))
    c = np.empty_like(a)
    runs = [_mlmath._testing.gemm_crt_parts(a, b, c, moduli, UNIT, THREADS) for _ in range(max(4, int(3e9 / n**3)))]
    return {part: min(run[part] for run in runs) for part in COLORS}


with look.style():
    figure = look.new(8.4, 3.2)
    axes = figure.subplots()
    for place, (dtype, moduli, n) in enumerate(CASES):
        seconds = parts(n, dtype, moduli)
        whole, left = sum(seconds.values()), 0.0
        for part, color in COLORS.items():
            share = 100 * seconds[part] / whole
            axes.barh(place, share, left=left, color=color, label=part if place == 0 else None)
            if share > 4:
                axes.text(left + share / 2, place, f"{share:.0f} %", ha="center", va="center", fontsize=7, color="white")
            left += share
        axes.text(101, place, f"{1e3 * whole:.3g} ms", va="center", fontsize=8)
        print(dtype, n, {part: f"{1e3 * s:.3g}" for part, s in seconds.items()})
    axes.set_yticks(range(len(CASES)), [f"{dtype}, n = {n}" for dtype, _, n in CASES])
    axes.invert_yaxis()
    axes.grid(False, axis="y")
    axes.set_xlim(0, 112)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("share of the time, %")
    axes.set_title(f"{_mlmath.cpu_name()}, unit {UNIT}, {THREADS} thread{'s' * (THREADS > 1)}", fontsize=9)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.2), ncol=5, fontsize=8, frameon=False)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=look.DPI, bbox_inches="tight")
