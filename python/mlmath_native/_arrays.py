# SPDX-License-Identifier: BSD-3-Clause
"""Arrays as the kernels read them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["readable"]


def readable(array: ArrayLike, dtype: Any = None) -> NDArray[Any]:
    """The array itself where a kernel can read it as it lies, else a copy in C order.

    Constraint: kernels take any strides, and read whole elements at addresses of their own size in the machine's byte order.
    Decision: copied is what has another type than `dtype` (None: its own) or byte order, is not aligned, or has strides that split
    an element (a field of a packed record, for one). Subclasses are read as the arrays they are.
    """
    plain = np.asarray(array)
    own = plain.dtype
    if own.isnative and (dtype is None or own == dtype) and plain.flags.aligned:
        size = own.itemsize
        if not any([stride % size for stride in plain.strides]):  # a list: a generator costs as much as all the rest
            return plain
    return np.array(plain, np.dtype(own if dtype is None else dtype).newbyteorder("="), order="C")
