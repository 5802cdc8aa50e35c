# SPDX-License-Identifier: BSD-3-Clause
"""The mathematics of machine learning, fast on a CPU.

``import mlmath_native as mm`` gives NumPy's names on C++20 kernels: ``mm.matmul``, ``mm.exp``, ``mm.log``, ``mm.sum`` ...,
and the modules ``mm.linalg``, ``mm.special``, ``mm.random``, ``mm.optim``, ``mm.stats``, ``mm.system``, ``mm.study``, ``mm.learn``.
Modules and functions are loaded when first used.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from ._mlmath import __version__

if TYPE_CHECKING:
    from . import learn, linalg, optim, random, special, stats, study, system
    from .linalg import dot, inner, matmul, matmul_engine, matvec, outer, tensordot, vdot, vecdot, vecmat
    from .special import (
        arctan,
        arctan2,
        cbrt,
        cos,
        cosh,
        exp,
        exp2,
        expm1,
        log,
        log1p,
        log2,
        log10,
        power,
        sin,
        sinh,
        tan,
        tanh,
    )
    from .stats import (
        all,
        amax,
        amin,
        any,
        argmax,
        argmin,
        average,
        bincount,
        corrcoef,
        count_nonzero,
        cov,
        cumprod,
        cumsum,
        histogram,
        max,
        mean,
        median,
        min,
        nanargmax,
        nanargmin,
        nancumprod,
        nancumsum,
        nanmax,
        nanmean,
        nanmedian,
        nanmin,
        nanpercentile,
        nanprod,
        nanquantile,
        nanstd,
        nansum,
        nanvar,
        percentile,
        prod,
        quantile,
        std,
        sum,
        var,
    )
    from .system import get_num_threads, set_num_threads, threads

# The public functions of this namespace, and the module each is defined and documented in.
_FUNCTIONS = {
    "all": "stats",
    "amax": "stats",
    "amin": "stats",
    "any": "stats",
    "arctan": "special",
    "arctan2": "special",
    "argmax": "stats",
    "argmin": "stats",
    "average": "stats",
    "bincount": "stats",
    "cbrt": "special",
    "corrcoef": "stats",
    "cos": "special",
    "cosh": "special",
    "count_nonzero": "stats",
    "cov": "stats",
    "cumprod": "stats",
    "cumsum": "stats",
    "dot": "linalg",
    "exp": "special",
    "exp2": "special",
    "expm1": "special",
    "get_num_threads": "system",
    "histogram": "stats",
    "inner": "linalg",
    "log": "special",
    "log10": "special",
    "log1p": "special",
    "log2": "special",
    "matmul": "linalg",
    "matmul_engine": "linalg",
    "matvec": "linalg",
    "max": "stats",
    "mean": "stats",
    "median": "stats",
    "min": "stats",
    "nanargmax": "stats",
    "nanargmin": "stats",
    "nancumprod": "stats",
    "nancumsum": "stats",
    "nanmax": "stats",
    "nanmean": "stats",
    "nanmedian": "stats",
    "nanmin": "stats",
    "nanpercentile": "stats",
    "nanprod": "stats",
    "nanquantile": "stats",
    "nanstd": "stats",
    "nansum": "stats",
    "nanvar": "stats",
    "outer": "linalg",
    "percentile": "stats",
    "power": "special",
    "prod": "stats",
    "quantile": "stats",
    "set_num_threads": "system",
    "sin": "special",
    "sinh": "special",
    "std": "stats",
    "sum": "stats",
    "tan": "special",
    "tanh": "special",
    "tensordot": "linalg",
    "threads": "system",
    "var": "stats",
    "vdot": "linalg",
    "vecdot": "linalg",
    "vecmat": "linalg",
}
_MODULES = ("learn", "linalg", "optim", "random", "special", "stats", "study", "system")

__all__ = [
    "__version__", "all", "amax", "amin", "any", "arctan", "arctan2", "argmax", "argmin", "average", "bincount", "cbrt",
    "corrcoef", "cos", "cosh", "count_nonzero", "cov", "cumprod", "cumsum", "dot", "exp", "exp2", "expm1", "get_num_threads",
    "histogram", "inner", "learn", "linalg", "log", "log1p", "log2", "log10", "matmul", "matmul_engine", "matvec", "max",
    "mean", "median", "min", "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin",
    "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "optim", "outer", "percentile", "power", "prod",
    "quantile", "random", "set_num_threads", "sin", "sinh", "special", "stats", "std", "study", "sum", "system", "tan", "tanh",
    "tensordot", "threads", "var", "vdot", "vecdot", "vecmat",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _FUNCTIONS:
        value = getattr(importlib.import_module("." + _FUNCTIONS[name], __name__), name)
    elif name in _MODULES:
        value = importlib.import_module("." + name, __name__)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value  # found without this function from now on
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


# Otherwise by `system.register_threadpoolctl()`: importing threadpoolctl here would cost more than all the rest.
if "threadpoolctl" in sys.modules:
    importlib.import_module("._threadpoolctl", __name__).register_if_possible()
