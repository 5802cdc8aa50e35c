# SPDX-License-Identifier: BSD-3-Clause
"""Orthogonal factors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath

__all__ = ["PivotedQRResult", "QRResult", "qr"]

_MODES = {"reduced": 0, "complete": 1, "r": 2, "raw": 3}


class QRResult(NamedTuple):
    """Q with orthonormal columns, and R, upper triangular."""

    Q: NDArray[Any]
    R: NDArray[Any]


class PivotedQRResult(NamedTuple):
    """Q with orthonormal columns, R, upper triangular, and P, the columns' numbers: ``A[:, P] = Q R``."""

    Q: NDArray[Any]
    R: NDArray[Any]
    P: NDArray[np.intp]


def qr(a: ArrayLike, mode: str = "reduced", *, pivoting: bool = False) -> Any:
    r"""Orthogonal factor and triangle of a matrix, or of every matrix of a stack.

    :math:`A = Q R` with :math:`Q^T Q = I`, by Householder reflections :math:`H_k = I - \tau_k v_k v_k^T`: each turns what stands on
    and below the diagonal in column k into :math:`\beta = -\operatorname{sign}(\alpha) \|x\|`, where :math:`\alpha` is the first
    element of that part x [GolubVanLoan2013]_ (sec. 5.2). Panels of 32 columns are reflected one by one, the rest a block of
    reflections at a time as :math:`I - V T V^T`; tall matrices by blocks of rows whose triangles are factored again [Demmel2012]_.

    With `pivoting`, :math:`A P = Q R`: in step k the column with the largest norm of what is left of it comes next, the first of
    equal ones, so that :math:`|r_{kk}|` falls and shows the rank [GolubVanLoan2013]_ (sec. 5.4.2). LAPACK's rules (``geqp3``,
    ``scipy.linalg.qr``): norms are downdated, and computed anew where they have lost their digits [DrmacBujanovic2008]_; all that
    is left is multiplied by each reflection, and updated a panel at a time [QuintanaOrti1998]_.

    Parameters
    ----------
    a : (..., m, n) array_like
        The matrices. float32 and float64 are computed in their own precision, integers and booleans become float64; complex,
        objects and subclasses of ndarray get NumPy's own result (with `pivoting`, which NumPy lacks, a TypeError).
    mode : {'reduced', 'complete', 'r', 'raw'}, optional
        With :math:`k = \min(m, n)`: Q of shape (..., m, k) and R of shape (..., k, n); Q (..., m, m) and R (..., m, n); R alone; or
        the reflections as LAPACK packs them. (SciPy calls the first two ``'economic'`` and ``'full'``.)
    pivoting : bool, optional
        Exchange columns, largest first. One more item is returned.

    Returns
    -------
    QRResult
        A named tuple of Q and R (``'reduced'``, ``'complete'``).
    R : (..., k, n) ndarray
        With ``'r'``.
    (h, tau) : (..., n, m) and (..., k) ndarrays
        With ``'raw'``: h is transposed, R on and below its diagonal, the :math:`v_k` right of it without their ones.
    PivotedQRResult, (R, P) or (h, tau, P)
        With `pivoting`. P is an integer array of shape (..., n): column j of :math:`A P` is column ``P[j]`` of `a`, that is
        ``a[:, P]`` is Q R. SciPy's ``'raw'`` groups and orders its items otherwise: ``((h.T, tau), R, P)``.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions.
    ValueError
        When `mode` is something else.
    TypeError
        With `pivoting`, when `a` is no ndarray of real numbers up to float64 (or a list of such).

    Notes
    -----
    Signs are LAPACK's: :math:`r_{kk} = -\operatorname{sign}(\alpha) \|x\|`, but :math:`\alpha` itself where nothing stands below
    it. Error: :math:`\|A - Q R\| \le \gamma \|A\|` and :math:`\|Q^T Q - I\| \le \gamma` with :math:`\gamma` a modest multiple of
    :math:`n^{3/2} \epsilon` [Higham2002]_ (thm. 19.4), whatever the condition. The bits do not depend on threads or strides; in a
    stack of at least half a register's lanes, matrices of up to 32 rows and columns take another order of summation than alone. NaN
    and infinity spread over Q and R.

    With `pivoting` a matrix in a stack has the bits it has alone, and tall matrices are not divided. A column with NaN or infinity
    comes first; P is a permutation all the same. Columns whose norms agree to rounding may change places with the order of
    summation, so that P of such matrices is not always SciPy's.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> q, r = mm.linalg.qr(np.array([[3.0, 1.0], [4.0, 2.0]]))
    >>> np.round(q, 12) + 0.0, np.round(r, 12) + 0.0
    (array([[-0.6, -0.8],
           [-0.8,  0.6]]), array([[-5. , -2.2],
           [ 0. ,  0.4]]))

    The second column is the longest, and the third, its half, is left for last:

    >>> q, r, p = mm.linalg.qr(np.array([[3.0, 8.0, 4.0], [4.0, 6.0, 3.0]]), pivoting=True)
    >>> p, np.round(r, 12) + 0.0
    (array([1, 0, 2]), array([[-10. ,  -4.8,  -5. ],
           [  0. ,   1.4,   0. ]]))
    """
    if mode not in _MODES:
        raise ValueError(f"qr: mode must be 'reduced', 'complete', 'r' or 'raw', got {mode!r}")
    result = _mlmath._qr(a, _MODES[mode], pivoting)
    if pivoting:
        if result is NotImplemented:
            kind = f"{type(a).__name__} of dtype {np.asanyarray(a).dtype}"
            raise TypeError(f"qr: a must be an array of real numbers up to float64 when pivoting=True, got {kind}")
        return PivotedQRResult(*result) if mode in ("reduced", "complete") else result
    if result is NotImplemented:
        result = np.linalg.qr(np.asanyarray(a), mode)  # type: ignore[call-overload]
    return QRResult(*result) if mode in ("reduced", "complete") else result
