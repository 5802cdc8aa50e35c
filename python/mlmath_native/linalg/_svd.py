# SPDX-License-Identifier: BSD-3-Clause
"""Singular values and vectors for those who stand on them: by the kernel while matrices are small, else by NumPy's own code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

from .. import _mlmath
from ._qr import qr

__all__: list[str] = []

Array = NDArray[Any]
# Constraint: the triangle costs 2 m n^2 flops, as many as the reduction it replaces, at several times its speed. Decision: from
# twice as many rows as columns on (or columns as rows, for the transpose).
TALL = 2
# Constraint: rotations take 6 to 13 sweeps, where a bidiagonal form costs 8 n^3 / 3 flops once. Arithmetic, on one Zen 4 core:
# values of one matrix 6 us against NumPy's 9 at n = 8, 20 against 17 at 16; values and vectors 91 us against 103 at n = 32, 620
# against 530 at 64; of 5000 matrices side by side, values 31 ms against 66 at n = 16, 91 against 84 at 32.
# Decision: these orders at most.
_VALUES, _STACKED_VALUES, _VECTORS = 12, 24, 48


def native(a: Any) -> bool:
    """Whether the kernels take it: an ndarray of float32, float64 or integers."""
    return type(a) is np.ndarray and (a.dtype.char in "fd" or a.dtype.kind in "iub")


def rotated(a: Array, *, vectors: bool) -> bool:
    """Whether the kernel is the faster way for this matrix or stack."""
    order = min(a.shape[-2:])
    return native(a) and order <= (_VECTORS if vectors else _VALUES if a.ndim == 2 else _STACKED_VALUES)


def singular_values(a: Array) -> Array:
    """Of every matrix of a stack, descending; LinAlgError for NaN and infinity."""
    if min(a.shape[-2:]) == 0 or not native(a):
        return np.asarray(np.linalg.svd(a, compute_uv=False))
    m, n = a.shape[-2:]
    if rotated(a, vectors=False):
        s, info = _mlmath._svd(a, False)
        _check(info)
        return np.asarray(s)
    if m >= TALL * n or n >= TALL * m:
        a = np.asarray(qr(a if m > n else np.swapaxes(a, -1, -2), "r"))
    if not np.isfinite(a).all():
        raise LinAlgError("SVD did not converge")
    return np.asarray(np.linalg.svd(a, compute_uv=False))


def small_svd(a: Array) -> tuple[Array, Array, Array]:
    """U, s, V^T of matrices that are `rotated`; LinAlgError for NaN and infinity."""
    u, s, vt, info = _mlmath._svd(a, True)
    _check(info)
    return u, s, vt


def _check(info: Array) -> None:
    if np.any(info):
        raise LinAlgError("SVD did not converge")
