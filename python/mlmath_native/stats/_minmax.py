# SPDX-License-Identifier: BSD-3-Clause
"""Both extremes in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.typing import ArrayLike

from .. import _mlmath
from ._state import axis_mask

__all__ = ["minmax"]

Axis = int | Sequence[int] | None
_numpy: Any = np  # called with whatever it has to judge


def minmax(a: ArrayLike, axis: Axis = None, keepdims: bool = False) -> tuple[Any, Any]:
    r"""Smallest and largest element along given axes, in one pass over memory.

    Parameters
    ----------
    a : array_like
        Native: float32 and float64, any strides. Other elements give NumPy's result of `min` and `max`.
    axis : int or tuple of ints, optional
        Axes to reduce; all by default.
    keepdims : bool, optional
        Keep the reduced axes with size one.

    Returns
    -------
    smallest, largest : scalar or ndarray
        As `numpy.min` and `numpy.max`.

    Raises
    ------
    ValueError
        When a slice is empty.
    numpy.exceptions.AxisError
        When an axis is out of range.

    Notes
    -----
    Exact. NaN in a slice makes both NaN; -0 counts as smaller than +0.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> low, high = mm.stats.minmax(np.array([3.0, -1.0, 2.0]))
    >>> float(low), float(high)
    (-1.0, 3.0)
    """
    array = np.asanyarray(a)
    if type(array) is not np.ndarray or array.size == 0 or array.dtype.kind != "f" or array.dtype.itemsize not in (4, 8):
        return _numpy.min(a, axis=axis, keepdims=keepdims), _numpy.max(a, axis=axis, keepdims=keepdims)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    axes = range(array.ndim) if axis is None else normalize_axis_tuple(axis, array.ndim)
    smallest, largest = _mlmath._minmax(array, axis_mask(axes))
    if keepdims:
        shape = tuple(1 if at in axes else size for at, size in enumerate(array.shape))
        return np.reshape(smallest, shape), np.reshape(largest, shape)
    return smallest, largest
