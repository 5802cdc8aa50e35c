# SPDX-License-Identifier: BSD-3-Clause
"""What the machine and the package consist of: caches, functions that run NumPy's own code. Public in `mlmath_native.system`."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

__all__ = ["Cache", "caches", "delegated"]

# Every function whose docstring speaks of NumPy's own result is named here; tests/test_info.py looks.
_DELEGATED = {
    "all": "as sum; out of another dtype",
    "amax": "as min",
    "amin": "as min",
    "any": "as sum; out of another dtype",
    "argmax": "as sum; out of another dtype",
    "argmin": "as sum; out of another dtype",
    "average": "as sum; weights that are not an array of real numbers, returned= without weights",
    "bincount": "x that is no contiguous array of integers of at most 64 bits (not uint64) along one axis; "
    "weights other than contiguous float64",
    "corrcoef": "as cov",
    "count_nonzero": "as sum",
    "cumprod": "as sum",
    "cumsum": "as sum",
    "cov": "complex, longdouble and object; nothing observed, no degree of freedom left; "
    "dtypes of the result other than float32 and float64",
    "dot": "scalars, arrays of more than two axes, dtypes other than float32 and float64, out",
    "histogram": "complex, bool, uint64, float16, longdouble and object, empty arrays; boolean and complex "
    "weights; edges that float64 does not resolve",
    "linalg.cholesky": "complex, object and other dtypes; subclasses of ndarray",
    "linalg.cond": "complex and other dtypes than float32, float64 and integers, empty arrays",
    "linalg.det": "as linalg.cholesky",
    "linalg.eigh": "dtypes other than float32, float64, complex64, complex128 and integers, subclasses of ndarray",
    "linalg.eigvalsh": "as linalg.eigh",
    "linalg.inv": "as linalg.cholesky",
    "linalg.lstsq": "complex and other dtypes than float32, float64 and integers",
    "linalg.matrix_rank": "as linalg.cond; vectors",
    "linalg.norm": "dtypes other than float16 to float64, subclasses of ndarray, lists; order 0; "
    "vector orders other than 1, 2, inf, -inf; 2, -2 and nuc of matrices as linalg.cond",
    "inner": "as matmul; scalars",
    "linalg.matrix_power": "as matmul; the inverse for negative powers",
    "linalg.multi_dot": "as matmul",
    "linalg.pinv": "as linalg.cond; subclasses of ndarray",
    "linalg.qr": "as linalg.cholesky, but nothing with pivoting=True, which refuses them",
    "linalg.slogdet": "as linalg.cholesky",
    "linalg.solve": "as linalg.cholesky",
    "linalg.svd": "complex and other dtypes than float32, float64 and integers, subclasses of ndarray",
    "linalg.svdvals": "as linalg.svd",
    "matmul": "integers alone, float16, longdouble, object, subclasses of ndarray; keywords of NumPy other than out",
    "matvec": "as matmul",
    "max": "as min",
    "mean": "as sum; means of nothing",
    "median": "as quantile",
    "min": "as sum; where= without initial=",
    "nanargmax": "as argmax; where there are only NaNs",
    "nanargmin": "as argmin; where there are only NaNs",
    "nancumprod": "as sum",
    "nancumsum": "as sum",
    "nanmax": "as max; where there are only NaNs",
    "nanmean": "as mean; where there are only NaNs",
    "nanmedian": "as quantile; slices of nothing but NaN",
    "nanmin": "as min; where there are only NaNs",
    "nanpercentile": "as nanquantile",
    "nanprod": "as prod",
    "nanquantile": "as quantile; slices of nothing but NaN",
    "nanstd": "as std; where there are only NaNs",
    "nansum": "as sum",
    "nanvar": "as var; where there are only NaNs",
    "outer": "everything: NumPy's own code",
    "percentile": "as quantile",
    "prod": "as sum",
    "quantile": "float16, longdouble, uint64, bool, datetimes and object, subclasses of ndarray, empty arrays; "
    "weights, q of integers, an out of another dtype",
    "random.Generator": "every law but random, uniform, standard_normal and normal: NumPy's own code on the native stream",
    "special.log_softmax": "as special.softmax",
    "special.logsumexp": "as special.softmax",
    "special.softmax": "complex, longdouble and other dtypes: SciPy's own function, where SciPy is installed",
    "stats.minmax": "dtypes other than float32 and float64",
    "std": "as var",
    "sum": "dtypes other than bool, integers and float16 to float64, subclasses of ndarray, lists, empty arrays; other "
    "dtype=, initial= of another type, where= that is not an array of bool",
    "tensordot": "as matmul",
    "var": "as mean; mean= with where=",
    "vdot": "as dot; complex as vecdot",
    "vecdot": "as matmul",
    "vecmat": "as matmul",
}

# Elementwise functions: by the name a user calls them.
_DELEGATED |= dict.fromkeys(
    (
        *("arctan", "arctan2", "cos", "sin", "tan", "cosh", "sinh", "tanh"),
        *("exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "cbrt", "power"),
    ),
    "longdouble, complex, object and other dtypes; subclasses of ndarray, __array_ufunc__; where without out; what is refused",
)


class Cache(TypedDict):
    """One cache of the first CPU."""

    level: int
    kind: str
    bytes: int
    shared_by: int


def delegated() -> dict[str, str]:
    """Return the functions that run NumPy's own code for some arguments, and for which.

    Returns
    -------
    dict of str to str
        Name of the function and the cases it hands to NumPy: the result is NumPy's then, and so is the time.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> "dot" in mm.system.delegated()
    True
    """
    return dict(_DELEGATED)


def caches(root: str = "/sys/devices/system/cpu/cpu0/cache") -> list[Cache]:
    """Return the data and unified caches of the first CPU, nearest first.

    Parameters
    ----------
    root : str
        Where Linux describes them.

    Returns
    -------
    list of dict
        ``level``, ``kind`` (``"Data"`` or ``"Unified"``), ``bytes``, and ``shared_by``, the number of CPUs on one such cache.
        Empty when the system does not say.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> all(cache["bytes"] > 0 for cache in mm.system.caches())
    True
    """
    found = []
    for index in sorted(Path(root).glob("index*")):
        try:
            kind = (index / "type").read_text().strip()
            level = int((index / "level").read_text())
            size = _bytes((index / "size").read_text().strip())
            shared = _count((index / "shared_cpu_list").read_text().strip())
        except (OSError, ValueError):
            continue  # this one is not described; the others may be
        if kind != "Instruction":
            found.append(Cache(level=level, kind=kind, bytes=size, shared_by=shared))
    return sorted(found, key=lambda cache: cache["level"])


def _bytes(text: str) -> int:
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text[:-1]) * units[text[-1]] if text[-1:] in units else int(text)


def _count(cpu_list: str) -> int:
    """How many CPUs "0-3,8" names."""
    count = 0
    for part in cpu_list.split(","):
        first, _, last = part.partition("-")
        count += int(last or first) - int(first) + 1
    return count
