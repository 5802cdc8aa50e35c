# SPDX-License-Identifier: BSD-3-Clause
"""Eigenvalues and eigenvectors of symmetric matrices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath

__all__ = ["EighResult", "eigh", "eigvalsh"]


class EighResult(NamedTuple):
    """Eigenvalues, ascending, of shape (..., n), and eigenvectors, in the columns of shape (..., n, n)."""

    eigenvalues: NDArray[Any]
    eigenvectors: NDArray[Any]


def eigh(a: ArrayLike, UPLO: str = "L") -> EighResult:
    r"""Eigenvalues and eigenvectors of a real symmetric matrix, or of a stack of them.

    :math:`A = V \operatorname{diag}(w) V^T` with :math:`V^T V = I`, by two-sided Jacobi rotations in odd-even order [LukPark1989]_:
    a rotation by :math:`\varphi` with :math:`\cot 2\varphi = (a_{qq} - a_{pp}) / 2 a_{pq}` annihilates :math:`a_{pq}`; :math:`n`
    steps of :math:`\lfloor n/2 \rfloor` disjoint rotations are a sweep, and the sweeps converge quadratically. NumPy and SciPy
    reduce to tridiagonal form first, which takes fewer operations for large matrices; Jacobi keeps small eigenvalues accurate.

    Parameters
    ----------
    a : (..., n, n) array_like
        The matrices :math:`A`. float32 and float64 are computed in their own precision (NumPy computes float32 in double), integers
        and booleans become float64; complex and other dtypes, and subclasses of ndarray, are passed to `numpy.linalg.eigh`.
    UPLO : {'L', 'U'}, optional
        Which triangle is read, in either case of letter. The other one is never touched and may hold anything.

    Returns
    -------
    EighResult
        A named tuple: `eigenvalues` :math:`w`, shape (..., n), ascending; `eigenvectors` :math:`V`, shape (..., n, n), the
        normalised eigenvector of ``eigenvalues[..., j]`` in ``eigenvectors[..., :, j]``. Of each eigenvector the component of
        largest magnitude is positive (the first such one); NumPy leaves the sign to chance.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions or its last two differ, or (never seen) the iteration does not converge.
    ValueError
        When `UPLO` is neither 'L' nor 'U'.

    See Also
    --------
    eigvalsh : the eigenvalues alone.

    Notes
    -----
    A matrix whose triangle holds NaN or infinity gets NaN everywhere; others of the stack are unharmed. The bits do not depend on
    threads or strides, nor on whether a matrix stands alone or in a stack, and multiplying `a` by a power of two multiplies
    `eigenvalues` by it and changes nothing else.

    Error: :math:`\|A - V \operatorname{diag}(w) V^T\|_1 \le c\, n\, \epsilon\, \|A\|_1` and
    :math:`\|V^T V - I\|_1 \le c\, n\, \epsilon`, with :math:`c` below 2 in all tests. When :math:`A` is positive definite, every
    eigenvalue is accurate to about :math:`\epsilon\, \kappa(D A D)` relative to itself, where the diagonal :math:`D` makes the
    diagonal of :math:`D A D` ones [DemmelVeselic1992]_: graded matrices keep their small eigenvalues.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> w, v = mm.linalg.eigh(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> bool(np.allclose(w, [1.0, 3.0], rtol=1e-15))
    True
    >>> np.round(v, 3)
    array([[ 0.707,  0.707],
           [-0.707,  0.707]])
    """
    lower = _reads_lower(UPLO)
    matrix = _real_matrices("eigh", a)
    if matrix is None:
        return EighResult(*np.linalg.eigh(a, UPLO))  # type: ignore[call-overload]
    w, v, info = _mlmath._eigh(matrix, lower, True)
    _check_converged("eigh", info)
    return EighResult(w, v)


def eigvalsh(a: ArrayLike, UPLO: str = "L") -> NDArray[Any]:
    """Eigenvalues of a real symmetric matrix, or of a stack of them: as `eigh` finds them, but in a fraction of its time.

    Parameters
    ----------
    a : (..., n, n) array_like
        As in `eigh`.
    UPLO : {'L', 'U'}, optional
        As in `eigh`.

    Returns
    -------
    ndarray
        The eigenvalues, ascending, shape (..., n).

    Raises
    ------
    LinAlgError, ValueError
        As `eigh`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.eigvalsh(np.diag([3.0, 1.0, 2.0]))
    array([1., 2., 3.])
    """
    lower = _reads_lower(UPLO)
    matrix = _real_matrices("eigvalsh", a)
    if matrix is None:
        return np.asanyarray(np.linalg.eigvalsh(a, UPLO))  # type: ignore[call-overload]
    w, _, info = _mlmath._eigh(matrix, lower, False)
    _check_converged("eigvalsh", info)
    return np.asarray(w)


def _check_converged(function: str, info: NDArray[Any]) -> None:
    if (info > 0).any():
        raise LinAlgError(f"{function}: Eigenvalues did not converge (matrix {int(np.argmax(info > 0))} of the stack)")


def _reads_lower(uplo: str) -> bool:
    letter = uplo.upper()
    if letter not in ("L", "U"):
        raise ValueError(f"UPLO argument must be 'L' or 'U', got {uplo!r}")
    return letter == "L"


def _real_matrices(function: str, a: Any) -> NDArray[Any] | None:
    """The stack of square matrices as an array the kernel takes, None when it is a case of NumPy's own function."""
    matrix = a if type(a) is np.ndarray else np.asanyarray(a)
    if type(matrix) is not np.ndarray or matrix.dtype.kind not in "fiub" or matrix.dtype.char in "eg":
        return None
    if matrix.ndim < 2:
        raise LinAlgError(f"{function}: {matrix.ndim}-dimensional array given. Array must be at least two-dimensional")
    if matrix.shape[-1] != matrix.shape[-2]:
        raise LinAlgError(f"{function}: Last 2 dimensions of the array must be square, got shape {matrix.shape}")
    return matrix
