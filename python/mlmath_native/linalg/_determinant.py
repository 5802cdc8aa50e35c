# SPDX-License-Identifier: BSD-3-Clause
"""Determinants."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._delegate import into

__all__ = ["SlogdetResult", "det", "slogdet"]


class SlogdetResult(NamedTuple):
    """Sign and logarithm of the magnitude: the determinant is ``sign * exp(logabsdet)``."""

    sign: Any
    logabsdet: Any


def det(a: ArrayLike, *, out: NDArray[Any] | None = None) -> Any:
    r"""Determinant of a square matrix, or of every matrix of a stack.

    :math:`\det A = \operatorname{sign}(P) \prod_k u_{kk}` with :math:`P A = L U` by partial pivoting. The product keeps its
    exponent apart, so that nothing overflows on the way (NumPy takes the exponential of a sum of logarithms instead, and loses
    digits).

    Parameters
    ----------
    a : (..., n, n) array_like
        The matrices. float32 and float64 are computed in their own precision, integers and booleans become float64; complex,
        objects and subclasses of ndarray get NumPy's own result.
    out : (...) ndarray, optional
        Where the result goes.

    Returns
    -------
    scalar or (...) ndarray
        The determinants; 1 for a matrix of size zero.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions or its last two differ.

    See Also
    --------
    slogdet : where the determinant itself would over- or underflow.

    Notes
    -----
    Error: the exact determinant of :math:`A + E`, :math:`|E| \le \gamma |L| |U|`, times :math:`1 + n \epsilon` [Higham2002]_
    (sec. 14.6). NaN or infinity in a matrix give NaN (NumPy's det may give 0). The bits do not depend on threads, strides or the
    stack around a matrix.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.linalg.det(np.array([[1.0, 2.0], [4.0, 6.0]])))
    -2.0
    """
    result = _mlmath._det(a)
    return into("det", np.linalg.det(np.asanyarray(a)) if result is NotImplemented else result, out)


def slogdet(a: ArrayLike) -> SlogdetResult:
    r"""Sign of the determinant and logarithm of its magnitude, of a square matrix or of every matrix of a stack.

    Parameters
    ----------
    a : (..., n, n) array_like
        As in `det`; what the kernel does not cover gets NumPy's own result.

    Returns
    -------
    SlogdetResult
        `sign`: -1, 0 or 1; `logabsdet`: :math:`\log |\det A|`, -inf for a singular matrix. Both NaN where a matrix has NaN or
        infinity.

    Raises
    ------
    LinAlgError
        As `det`.

    Notes
    -----
    One logarithm of the product of the pivots' fractions plus the sum of their exponents times :math:`\log 2`; NumPy adds up n
    logarithms.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> sign, logarithm = mm.linalg.slogdet(1e-300 * np.eye(100))
    >>> float(sign), round(float(logarithm), 3)
    (1.0, -69077.553)
    """
    result = _mlmath._slogdet(a)
    return SlogdetResult(*(np.linalg.slogdet(np.asanyarray(a)) if result is NotImplemented else result))
