# SPDX-License-Identifier: BSD-3-Clause
"""Products of a matrix with its own transpose."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath

__all__ = ["gram"]

Array = NDArray[Any]


def gram(X: ArrayLike, *, weights: ArrayLike | None = None, y: ArrayLike | None = None, center: bool = False) -> Any:
    r"""Gram matrix of the columns of X, and its product with y, in one pass over X.

    :math:`G = X^T W X`, :math:`g_{ij} = \sum_p w_p x_{pi} x_{pj}`, and with `y` also :math:`X^T W y`; centered,
    :math:`g_{ij} = \sum_p w_p (x_{pi} - m_i)(x_{pj} - m_j)` with the weighted means m (of y as well). Half the flops of a general
    product: the upper half is computed in the register tiles of `matmul` and mirrored.

    Parameters
    ----------
    X : (m, n) array_like
        Any strides. float32 gives float32; everything else real is taken as float64.
    weights : (m,) array_like, optional
        W = diag(weights). Ones when not given. Centered: none negative.
    y : (m,) or (m, q) array_like, optional
        Right-hand sides.
    center : bool, optional
        Subtract the means, by `stats.comoments`: without a centered copy, and without cancellation for large means.

    Returns
    -------
    ndarray or tuple of ndarray
        G of shape (n, n), symmetric to the last bit; with `y` the pair (G, :math:`X^T W y`), the latter of shape (n,) or (n, q).

    Raises
    ------
    ValueError
        When X is not two-dimensional, shapes do not fit, or (centered) there is no row, or a weight is negative.
    TypeError
        When an argument does not hold real numbers.

    Notes
    -----
    Error: :math:`|g_{ij} - \hat g_{ij}| \le \gamma \sum_p |w_p x_{pi} x_{pj}|` with
    :math:`\gamma \approx (171 + m / 3072)\,\epsilon`, at most :math:`(m + 2)\,\epsilon` [Higham2002]_, sec. 3.5. The same bits for
    any number of threads, strides and alignment.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    >>> mm.linalg.gram(X)
    array([[ 3.,  6.],
           [ 6., 14.]])
    >>> G, right = mm.linalg.gram(X, y=[1.0, 2.0, 2.0])
    >>> np.linalg.solve(G, right).round(3)
    array([0.667, 0.5  ])
    >>> mm.linalg.gram(X, center=True)
    array([[0., 0.],
           [0., 2.]])
    """
    matrix = _real("X", X)
    if matrix.ndim != 2:
        raise ValueError(f"gram: X must be two-dimensional, got shape {matrix.shape}")
    rows = matrix.shape[0]
    w = None if weights is None else _real("weights", weights)
    if w is not None and w.shape != (rows,):
        raise ValueError(f"gram: weights must have shape ({rows},), one per row of X, got {w.shape}")
    right = None if y is None else _real("y", y)
    if right is not None and (right.ndim not in (1, 2) or right.shape[0] != rows):
        raise ValueError(f"gram: y must have shape ({rows},) or ({rows}, q), got {right.shape}")
    columns = None if right is None else right if right.ndim == 2 else right[:, np.newaxis]
    if center:
        g, product = _centered(matrix, w, columns)
    else:
        g, product = _mlmath._gram(matrix, w, columns)
    if right is None:
        return g
    return g, product if right.ndim == 2 else product[:, 0]


def _centered(matrix: Array, weights: Array | None, y: Array | None) -> tuple[Array, Array]:
    from ..stats import comoments  # here, so that linalg does not load stats

    n = matrix.shape[1]
    sums = comoments(matrix, y, rowvar=False, weights=weights).sums
    dtype = np.float32 if matrix.dtype.char == "f" else np.float64
    return np.ascontiguousarray(sums[:n, :n], dtype), np.ascontiguousarray(sums[:n, n:], dtype)


def _real(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values)
    if array.dtype.kind not in "buif":
        raise TypeError(f"gram: {name} must hold real numbers, got {array.dtype}")
    return array
