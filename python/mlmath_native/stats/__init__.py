# SPDX-License-Identifier: BSD-3-Clause
"""Reductions and statistics under NumPy's names and signatures."""

from ._average import average
from ._counts import all, any, count_nonzero
from ._cross_entropy import cross_entropy
from ._cumulative import cumprod, cumsum
from ._extremes import amax, amin, argmax, argmin, max, min
from ._nan import nanargmax, nanargmin, nanmax, nanmean, nanmin, nanprod, nanstd, nansum, nanvar
from ._sums import mean, prod, sum
from ._variance import std, var

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "average", "count_nonzero", "cross_entropy", "cumprod", "cumsum", "max",
    "mean", "min", "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar", "prod",
    "std", "sum", "var",
]  # fmt: skip
