# SPDX-License-Identifier: BSD-3-Clause
"""Arrays as the kernels read them."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def plain(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself, or a copy when its elements are not aligned or its strides are no whole elements."""
    if array.flags.aligned and not any(stride % array.itemsize for stride in array.strides):
        return array
    return array.copy()
