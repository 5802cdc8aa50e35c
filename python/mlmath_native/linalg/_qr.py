# SPDX-License-Identifier: BSD-3-Clause
"""Orthogonal factors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath

__all__ = ["QRResult", "qr"]

_MODES = {"reduced": 0, "complete": 1, "r": 2, "raw": 3}


class QRResult(NamedTuple):
    """Q with orthonormal columns, and R, upper triangular."""

    Q: NDArray[Any]
    R: NDArray[Any]


def qr(a: ArrayLike, mode: str = "reduced", *, pivoting: bool = False) -> Any:
    r"""Orthogonal factor and triangle of a matrix, or of every matrix of a stack.

    :math:`A = Q R` with :math:`Q^T Q = I`, by Householder reflections :math:`H_k = I - \tau_k v_k v_k^T`: each turns what stands on
    and below the diagonal in column k into :math:`\beta = -\operatorname{sign}(\alpha) \|x\|`, where :math:`\alpha` is the first
    element of that part x [GolubVanLoan2013]_ (sec. 5.2). Panels of 32 columns are reflected one by one, the rest a block of
    reflections at a time as :math:`I - V T V^T`; tall matrices by blocks of rows whose triangles are factored again [Demmel2012]_.

    Parameters
    ----------
    a : (..., m, n) array_like
        The matrices. float32 and float64 are computed in their own precision, integers and booleans become float64; complex,
        objects and subclasses of ndarray get NumPy's own result.
    mode : {'reduced', 'complete', 'r', 'raw'}, optional
        With :math:`k = \min(m, n)`: Q of shape (..., m, k) and R of shape (..., k, n); Q (..., m, m) and R (..., m, n); R alone; or
        the reflections as LAPACK packs them.

    Returns
    -------
    QRResult
        A named tuple of Q and R (``'reduced'``, ``'complete'``).
    R : (..., k, n) ndarray
        With ``'r'``.
    (h, tau) : (..., n, m) and (..., k) ndarrays
        With ``'raw'``: h is transposed, R on and below its diagonal, the :math:`v_k` right of it without their ones.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions.
    ValueError
        When `mode` is something else.

    Notes
    -----
    Signs are LAPACK's: :math:`r_{kk} = -\operatorname{sign}(\alpha) \|x\|`, but :math:`\alpha` itself where nothing stands below
    it. Error: :math:`\|A - Q R\| \le \gamma \|A\|` and :math:`\|Q^T Q - I\| \le \gamma` with :math:`\gamma` a modest multiple of
    :math:`n^{3/2} \epsilon` [Higham2002]_ (thm. 19.4), whatever the condition. The bits do not depend on threads or strides; in a
    stack of at least half a register's lanes, matrices of up to 32 rows and columns take another order of summation than alone. NaN
    and infinity spread over Q and R.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> q, r = mm.linalg.qr(np.array([[3.0, 1.0], [4.0, 2.0]]))
    >>> np.round(q, 12) + 0.0, np.round(r, 12) + 0.0
    (array([[-0.6, -0.8],
           [-0.8,  0.6]]), array([[-5. , -2.2],
           [ 0. ,  0.4]]))
    """
    if mode not in _MODES:
        raise ValueError(f"qr: mode must be 'reduced', 'complete', 'r' or 'raw', got {mode!r}")
    result = _mlmath._qr(a, _MODES[mode], pivoting)
    if result is NotImplemented:
        result = np.linalg.qr(np.asanyarray(a), mode)  # type: ignore[call-overload]
    if pivoting:
        return result
    return QRResult(*result) if mode in ("reduced", "complete") else result
