# SPDX-License-Identifier: BSD-3-Clause
"""Order statistics by selection, as `quantile` and `median` ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.typing import NDArray

from .. import _mlmath
from ._state import axis_mask

__all__ = ["Array", "Axis", "Selection", "delivered", "fits", "selection_of"]

Array = NDArray[Any]
Axis = int | Sequence[int] | None


class Selection:
    """One array and the axes to reduce; order statistics along them, and how many NaN there are."""

    def __init__(self, a: Array, axis: Axis) -> None:
        self.dtype = a.dtype
        self.axes = tuple(range(a.ndim)) if axis is None else normalize_axis_tuple(axis, a.ndim)
        self.mask = axis_mask(self.axes)
        self.kept = tuple(size for at, size in enumerate(a.shape) if at not in self.axes)
        self.keepdims = tuple(1 if at in self.axes else size for at, size in enumerate(a.shape))
        self.items = prod(self.kept)
        self.n = a.size // self.items
        kind, size = a.dtype.kind, a.dtype.itemsize
        if kind != "f" and not (kind == "i" and size == 8):
            a = a.astype(np.int32 if size < 4 or (kind == "i" and size == 4) else np.int64, copy=False)
        self.array = a if a.dtype.isnative else a.astype(a.dtype.newbyteorder("="))

    def __call__(self, ranks: Array) -> tuple[Array, Array]:
        """Elements of these ranks, (ranks, kept items), in the dtype of the array; NaN of each item."""
        values, nans = _mlmath._select(self.array, self.mask, np.ascontiguousarray(ranks, dtype=np.int64))
        return (values if values.dtype == self.dtype else values.astype(self.dtype.newbyteorder("="))), nans

    def shaped(self, result: Array, leading: tuple[int, ...], keepdims: bool) -> Array:
        """From (leading..., items) to the caller's shape."""
        return result.reshape(leading + (self.keepdims if keepdims else self.kept))


def selection_of(a: Any, axis: Any, keepdims: Any) -> Selection | None:
    """None: NumPy's case."""
    array = np.asanyarray(a)
    if type(array) is not np.ndarray or array.size == 0 or not isinstance(keepdims, (bool, np.bool)):
        return None
    kind, size = array.dtype.kind, array.dtype.itemsize
    if not (kind == "f" and size in (4, 8)) and not (kind == "i" or (kind == "u" and size < 8)):
        return None
    return Selection(array, axis)


def delivered(result: Array, out: Any) -> Any:
    if out is None:
        return result[()]
    np.copyto(out, result)
    return out


def fits(out: Any, result: Array) -> bool:
    return out is None or (
        type(out) is np.ndarray and out.shape == result.shape and out.dtype == result.dtype and bool(out.flags.writeable)
    )
