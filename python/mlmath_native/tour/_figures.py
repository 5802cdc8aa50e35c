# SPDX-License-Identifier: BSD-3-Clause
"""The look of the tour's figures: one palette, one type scale, titles that state the finding."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

DPI = 144

INK = "#1f2933"  # text and theory curves
MUTED = "#7b8794"  # axes, secondary text
GRID = "#e4e7eb"
BLUE = "#2364aa"  # first series: what the step is about
ORANGE = "#e4572e"  # second series
TEAL = "#2a9d8f"  # third series
SAND = "#e9b44c"  # highlights
PALE_BLUE = "#a9c6e8"  # filled areas under an INK curve
CLASSES = (BLUE, ORANGE, TEAL)
# Ten classes: hues in steps of one tenth of the circle, alternating in lightness so that neighbours differ twice.
TEN = ("#2364aa", "#8fc1f2", "#2a9d8f", "#8fd694", "#b5a500", "#e9b44c", "#e4572e", "#f4a3a8", "#7d3c98", "#b08cc9")

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 9.0,
    "text.color": INK,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, TEAL, SAND]),
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "savefig.facecolor": "white",
}


@contextmanager
def style() -> Iterator[None]:
    with mpl.rc_context(_STYLE):
        yield


def new(width: float, height: float) -> Figure:
    """A figure in inches, drawn by Agg alone: no display, and the user's own pyplot state is left alone."""
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08, wspace=0.04, hspace=0.04))
    FigureCanvasAgg(figure)
    return figure


def normal_density(x: Any, mean: float = 0.0, sigma: float = 1.0) -> Any:
    return np.exp(-0.5 * ((x - mean) / sigma) ** 2) / (sigma * np.sqrt(2.0 * np.pi))
