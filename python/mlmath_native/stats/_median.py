# SPDX-License-Identifier: BSD-3-Clause
"""Medians by selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._selection import Array, Axis, delivered, fits, selection_of

__all__ = ["median", "nanmedian"]

_numpy: Any = np  # called with whatever it has to judge


def _middle(low: Array, high: Array) -> Array:
    """The mean of the two middle elements, as `numpy.mean` of them."""
    if low.dtype.kind != "f":
        low, high = low.astype(np.float64), high.astype(np.float64)
    return (low + high) / 2


def _median(numpys: Callable[..., Any], a: Any, axis: Axis, out: Any, keepdims: Any, omit_nan: bool) -> Any:
    keep = False if keepdims is np._NoValue else keepdims
    selection = selection_of(a, axis, keep)
    if selection is None:
        return numpys()
    n = selection.n
    ranks = np.array([n // 2] if n % 2 else [n // 2 - 1, n // 2])
    values, nans = selection(ranks)
    broken = np.count_nonzero(nans) > 0
    if broken and omit_nan:
        if (nans == n).any():
            return numpys()  # it warns of slices without a number
        left = n - nans
        values, _ = selection(np.stack([(left - 1) // 2, left // 2]))
        odd = left % 2 == 1
        result = values[0].copy()
        result[~odd] = _middle(values[0, ~odd], values[1, ~odd])
    else:
        if n % 2:
            result = values[0] if values.dtype.kind == "f" else values[0].astype(np.float64)
        else:
            result = _middle(values[0], values[1])
        if broken:
            result[nans > 0] = np.nan
    result = selection.shaped(result, (), keep)
    return delivered(result, out) if fits(out, result) else numpys()


def median(
    a: ArrayLike, axis: Axis = None, out: Array | None = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:  # fmt: skip
    r"""Median along given axes, by selection.

    The middle one of the sorted elements, or the mean of the middle two; found as in `quantile`, without sorting.

    Parameters
    ----------
    a, axis, out, overwrite_input, keepdims
        As in `quantile`; also in what gives NumPy's result.

    Returns
    -------
    scalar or ndarray
        As `numpy.median`; the same bits.

    Raises
    ------
    ValueError, numpy.exceptions.AxisError
        As in `quantile`.

    Notes
    -----
    Exact for an odd number of elements, otherwise two roundings. NaN in a slice gives NaN.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.median(np.array([[4.0, 1.0, 3.0], [2.0, 8.0, 5.0]]), axis=1)
    array([3., 5.])
    """
    return _median(lambda: _numpy.median(a, axis, out, overwrite_input, keepdims), a, axis, out, keepdims, False)


def nanmedian(
    a: ArrayLike, axis: Axis = None, out: Array | None = None, overwrite_input: bool = False, keepdims: Any = np._NoValue
) -> Any:  # fmt: skip
    r"""Median along given axes, of the elements that are not NaN.

    Parameters
    ----------
    a, axis, out, overwrite_input, keepdims
        As in `quantile`; also in what gives NumPy's result, as does a slice of nothing but NaN.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanmedian`.

    Raises
    ------
    ValueError, numpy.exceptions.AxisError
        As in `quantile`.

    Warns
    -----
    RuntimeWarning
        For a slice of nothing but NaN, whose median is NaN.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.stats.nanmedian(np.array([4.0, np.nan, 1.0])))
    2.5
    """
    return _median(lambda: _numpy.nanmedian(a, axis, out, overwrite_input, keepdims), a, axis, out, keepdims, True)
