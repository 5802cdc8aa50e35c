# SPDX-License-Identifier: BSD-3-Clause
"""Weighted means under NumPy's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.typing import ArrayLike

from .. import _mlmath

__all__ = ["average"]


def average(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    weights: ArrayLike | None = None,
    returned: bool = False,
    *,
    keepdims: Any = np._NoValue,
) -> Any:
    r"""Weighted mean over given axes.

    :math:`\bar x_k = \sum_i w_i x_{ki} / \sum_i w_i`. Products are rounded to double and added as in `sum`; there is no
    temporary array for them.

    Parameters
    ----------
    a : array_like
        Native kernel as in `sum`, for weights of real numbers; anything else gives NumPy's result.
    axis : int or tuple of ints, optional
        Axes to average over; all by default.
    weights : array_like, optional
        One for every element of `a`, or of the shape of `a` along `axis`. Without them the mean.
    returned : bool, optional
        Return a tuple of the average and the sum of the weights.
    keepdims : bool, optional
        Keep the reduced axes with size one.

    Returns
    -------
    scalar or ndarray, or a tuple of two
        As `numpy.average`.

    Raises
    ------
    ZeroDivisionError
        When the weights of a mean sum to zero.
    TypeError, ValueError
        When the weights do not fit the shape of `a`, as NumPy words it.

    Notes
    -----
    The error of `sum` with one rounding more for each product, relative to :math:`\sum_i |w_i x_{ki}| / |\sum_i w_i|`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.average(np.array([1.0, 2.0, 6.0]), weights=np.array([1.0, 1.0, 2.0])))
    3.75
    """
    keep = {} if keepdims is np._NoValue else {"keepdims": keepdims}
    if weights is None and not returned:
        return _mlmath.mean(a, axis, **keep)
    result = _weighted(a, axis, weights, keep.get("keepdims", False)) if type(a) is np.ndarray else None
    if result is None:
        general: Any = np.average
        return general(a, axis, weights, returned, **keep)
    value, total = result
    if not returned:
        return value
    if np.shape(total) != np.shape(value):
        total = np.broadcast_to(total, np.shape(value)).copy()
    return value, total


def _weighted(a: Any, axis: Any, weights: Any, keepdims: Any) -> tuple[Any, Any] | None:
    """Average and sum of weights, or None for what is NumPy's to compute, refuse or warn of."""
    if type(weights) is not np.ndarray or a.size == 0 or a.dtype.kind not in "fiub" or weights.dtype.kind not in "fiub":
        return None
    widest = np.result_type(a, weights) if a.dtype.kind == "f" else np.result_type(a, weights, np.float64)
    if widest not in (np.float64, np.float32):
        return None
    total_keepdims = keepdims
    if weights.shape == a.shape:
        total_axis, spread = axis, weights
    else:
        if axis is None:
            return None
        try:
            axes = normalize_axis_tuple(axis, a.ndim)
        except (TypeError, ValueError):
            return None
        if weights.shape != tuple(a.shape[i] for i in axes):
            return None
        # The weights' axes in the order of the array's, the other axes with size one.
        spread = weights.transpose(np.argsort(axes))
        spread = spread.reshape([n if i in axes else 1 for i, n in enumerate(a.shape)])
        total_axis, total_keepdims = None, False
    total = _mlmath.sum(weights, total_axis, np.float64, None, total_keepdims)
    if np.any(total == 0):
        return None
    reduced = axis if axis is None else tuple(np.atleast_1d(axis).tolist())
    summed = _mlmath._weighted_sum(a, spread, reduced, bool(keepdims), np.float64)
    if summed is NotImplemented:
        return None
    value, total = summed / total, widest.type(total) if np.ndim(total) == 0 else total.astype(widest)
    return (widest.type(value) if np.ndim(value) == 0 else value.astype(widest, copy=False)), total
