# SPDX-License-Identifier: BSD-3-Clause
"""Singular values and vectors for those who stand on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

from .. import _mlmath

__all__: list[str] = []

Array = NDArray[Any]
# Rows for each column (or columns for each row) from which what stands on singular values goes by QR first.
TALL = 2


def native(a: Any) -> bool:
    """Whether the kernels take it: an ndarray of float32, float64 or integers."""
    return type(a) is np.ndarray and (a.dtype.char in "fd" or a.dtype.kind in "iub")


def singular_values(a: Array) -> Array:
    """Of every matrix of a stack, descending; LinAlgError for NaN and infinity."""
    if min(a.shape[-2:]) == 0 or not native(a):
        return np.asarray(np.linalg.svd(a, compute_uv=False))
    s, info = _mlmath._svd(a, False)
    _check(info)
    return np.asarray(s)


def thin_svd(a: Array) -> tuple[Array, Array, Array]:
    """U, s, V^T of every matrix of a stack of real numbers; LinAlgError for NaN and infinity."""
    u, s, vt, info = _mlmath._svd(a, True)
    _check(info)
    return u, s, vt


def _check(info: Array) -> None:
    if np.any(info):
        raise LinAlgError("SVD did not converge")
