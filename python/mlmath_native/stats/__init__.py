# SPDX-License-Identifier: BSD-3-Clause
"""Reductions and statistics under NumPy's names and signatures."""

from ._average import average
from ._counts import all, any, count_nonzero
from ._covariance import Comoments, comoments, corrcoef, cov, cross_cov
from ._cross_entropy import cross_entropy
from ._cumulative import cumprod, cumsum, nancumprod, nancumsum
from ._extremes import amax, amin, argmax, argmin, max, min
from ._histogram import bincount, histogram
from ._median import median, nanmedian
from ._minmax import minmax
from ._nan import nanargmax, nanargmin, nanmax, nanmean, nanmin, nanprod, nanstd, nansum, nanvar
from ._quantile import nanpercentile, nanquantile, percentile, quantile
from ._state import Moments, moments
from ._sums import mean, prod, sum
from ._variance import std, var

__all__ = [
    "Comoments", "Moments", "all", "amax", "amin", "any", "argmax", "argmin", "average", "bincount", "comoments", "corrcoef",
    "count_nonzero", "cov", "cross_cov", "cross_entropy", "cumprod", "cumsum", "histogram", "max", "mean", "median", "min",
    "minmax", "moments", "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin",
    "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "percentile", "prod", "quantile", "std", "sum",
    "var",
]  # fmt: skip
