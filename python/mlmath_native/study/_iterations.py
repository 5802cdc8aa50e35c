# SPDX-License-Identifier: BSD-3-Clause
"""Iterations with their history: what Jacobi's sweeps and the sweeps of QL leave of the off-diagonal elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath


@dataclass(frozen=True)
class JacobiResult:
    """What `jacobi_eigh` found.

    Attributes
    ----------
    eigenvalues : ndarray, shape (n,)
        Ascending.
    eigenvectors : ndarray, shape (n, n)
        Eigenvector j in column j, its largest component positive.
    sweeps : int
        Sweeps in which every pair of rows was looked at once.
    off_history : ndarray, shape (sweeps + 1,), or None
        :math:`(\\sum_{i \\ne j} a_{ij}^2)^{1/2}` before every sweep and after the last, when asked for.
    angle_history : ndarray, shape (sweeps,), or None
        The largest angle of a rotation in every sweep, in radians, at most :math:`\\pi / 4`.
    rotation_history : ndarray of int, shape (sweeps,), or None
        How many of the :math:`n (n - 1) / 2` pairs were rotated; the others' elements were negligible.
    """

    eigenvalues: NDArray[Any]
    eigenvectors: NDArray[Any]
    sweeps: int
    off_history: NDArray[np.float64] | None = None
    angle_history: NDArray[np.float64] | None = None
    rotation_history: NDArray[np.intp] | None = None


@dataclass(frozen=True)
class QLResult:
    """What `tridiagonal_ql` found.

    Attributes
    ----------
    eigenvalues : ndarray, shape (n,)
        Ascending.
    sweeps : int
        Sweeps of rotations, all together.
    histories : tuple of ndarray, or None
        For each of the first n - 1 rows the magnitude of the element beside its diagonal before every sweep that was to remove it,
        and last what counted as zero, when asked for.
    """

    eigenvalues: NDArray[Any]
    sweeps: int
    histories: tuple[NDArray[Any], ...] | None = None


def jacobi_eigh(a: ArrayLike, *, trace: bool = False) -> JacobiResult:
    r"""Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations, with the history of the sweeps.

    A rotation in the plane (p, q) by the angle with :math:`\cot 2\varphi = (a_{qq} - a_{pp}) / 2 a_{pq}`,
    :math:`|\varphi| \le \pi/4`, makes :math:`a_{pq}` zero and moves its square to the diagonal:

    .. math::
        \mathrm{off}(J^T A J)^2 = \mathrm{off}(A)^2 - 2 a_{pq}^2, \quad
        \mathrm{off}(A) = \Big(\sum_{i \ne j} a_{ij}^2\Big)^{1/2}

    A sweep does so for all pairs, here n / 2 disjoint ones at a time (the odd-even order [LukPark1989]_). Once off(A) is small
    against the distances of the eigenvalues a sweep squares it [GolubVanLoan2013]_, sec. 8.5: the number of right digits doubles.
    It ends when every :math:`|a_{ij}| \le \varepsilon (|a_{ii} a_{jj}|)^{1/2}`, or every :math:`|a_{ij}| \le \varepsilon \max_k
    |a_{kk}|` and a further sweep does not bring the former ten times nearer. This is the rung ``rotations`` of
    ``ladder("eigh")``; `mlmath_native.linalg.eigh` is faster by other means and turns to this only when they fail.

    Parameters
    ----------
    a : (n, n) array_like
        The symmetric matrix :math:`A`; the lower triangle is read. float32 stays float32, other real numbers become float64.
    trace : bool
        Whether to return what every sweep found and did. The result has the same bits.

    Returns
    -------
    JacobiResult

    Raises
    ------
    LinAlgError
        When `a` is not a square matrix.
    ValueError
        When the lower triangle of `a` holds NaN or infinity.
    TypeError
        When `a` is not of real numbers.

    See Also
    --------
    tridiagonal_ql : the other classical iteration.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a = np.diag(np.arange(1.0, 9.0)) + 0.1
    >>> result = mm.study.jacobi_eigh(a, trace=True)
    >>> result.sweeps, len(result.off_history)
    (4, 5)
    >>> bool(np.all(result.off_history[1:] < 0.2 * result.off_history[:-1]))
    True
    """
    matrix = _real("jacobi_eigh", "a", a)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise LinAlgError(f"jacobi_eigh: a must be a square matrix, got shape {matrix.shape}")
    found = _mlmath.rungs.jacobi_eigh_history(matrix)
    if found is None:
        raise ValueError("jacobi_eigh: the lower triangle of a must be finite")
    w, v, off, angle, rotations = found
    return JacobiResult(
        eigenvalues=w,
        eigenvectors=v,
        sweeps=len(angle),
        off_history=off if trace else None,
        angle_history=angle if trace else None,
        rotation_history=rotations if trace else None,
    )


def tridiagonal_ql(d: ArrayLike, e: ArrayLike, *, trace: bool = False) -> QLResult:
    r"""Eigenvalues of a symmetric tridiagonal matrix by implicit QL with Wilkinson's shift, with the history of the sweeps.

    A sweep factors :math:`T - \sigma I = Q L` and goes on with :math:`L Q + \sigma I`, where :math:`\sigma` is the eigenvalue
    nearer to :math:`d_l` of the first 2 x 2 block. The element :math:`e_l` beside the first diagonal element then goes to zero, in
    the end by the third power
    :math:`|e_l^{(k+1)}| \approx c\, |e_l^{(k)}|^3` [Parlett1998]_, sec. 8.11, and :math:`d_l` is an eigenvalue.
    This is the textbook of the kernel: one rotation after the other.

    Parameters
    ----------
    d : (n,) array_like
        The diagonal. float32 stays float32, other real numbers become float64.
    e : (n - 1,) array_like
        What stands beside it.
    trace : bool
        Whether to return the elements that were removed, sweep by sweep.

    Returns
    -------
    QLResult

    Raises
    ------
    ValueError
        When `d` is not a vector, `e` not one with one element less, or either is not finite.
    LinAlgError
        When 30 n sweeps are not enough: never seen.
    TypeError
        When `d` or `e` is not of real numbers.

    See Also
    --------
    jacobi_eigh : the other classical iteration.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> result = mm.study.tridiagonal_ql([4.0, 3.0, 1.0], [0.5, 0.5], trace=True)
    >>> [len(history) for history in result.histories]
    [4, 2]
    >>> bool(result.histories[0][-1] < 1e-15)
    True
    """
    diagonal = _real("tridiagonal_ql", "d", d)
    beside = _real("tridiagonal_ql", "e", e).astype(diagonal.dtype, copy=False)
    if diagonal.ndim != 1:
        raise ValueError(f"tridiagonal_ql: d must be a vector, got shape {diagonal.shape}")
    if beside.shape != (max(0, len(diagonal) - 1),):
        raise ValueError(f"tridiagonal_ql: e must have shape ({max(0, len(diagonal) - 1)},), got {beside.shape}")
    for name, array in (("d", diagonal), ("e", beside)):
        if not np.isfinite(array).all():
            raise ValueError(f"tridiagonal_ql: {name} must be finite")
    w, rows, elements = _mlmath.rungs.tridiagonal_ql_history(diagonal, beside)
    histories = tuple(np.abs(elements[rows == row]) for row in range(max(0, len(diagonal) - 1)))
    return QLResult(w, len(rows) - len(histories), histories if trace else None)


def _real(function: str, name: str, a: ArrayLike) -> NDArray[Any]:
    array = np.asarray(a)
    if array.dtype.kind not in "fiub" or array.dtype.char == "g":
        raise TypeError(f"{function}: {name} must be of real numbers up to float64, got dtype {array.dtype}")
    return array if array.dtype in (np.float32, np.float64) and array.dtype.isnative else array.astype(np.float64)
