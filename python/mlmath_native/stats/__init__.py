# SPDX-License-Identifier: BSD-3-Clause
"""Reductions and statistics under NumPy's names and signatures."""

from ._sums import mean, sum, var

__all__ = ["mean", "sum", "var"]
