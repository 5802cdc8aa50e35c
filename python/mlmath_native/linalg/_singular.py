# SPDX-License-Identifier: BSD-3-Clause
"""What stands on singular values: least squares as NumPy has it, pseudo-inverses, ranks, conditions.

The singular values themselves are NumPy's own code here; tall matrices are first reduced to their triangle, whose singular values
are the same and whose size is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._norms import norm
from ._qr import qr
from ._solve import inv

__all__ = ["cond", "lstsq", "matrix_rank", "pinv"]

Array = NDArray[Any]
# Constraint: the triangle costs 2 m n^2 flops, as many as the reduction it replaces, at several times its speed. Decision: from
# twice as many rows as columns on (or columns as rows, for the transpose).
_TALL = 2


def _native(a: Any) -> bool:
    """Whether the kernels take it: an ndarray of float32, float64 or integers."""
    return type(a) is np.ndarray and (a.dtype.char in "fd" or a.dtype.kind in "iub")


def _reduced(a: Array) -> Array:
    """A matrix with the singular values of `a`, and no more than twice as long as wide."""
    m, n = a.shape[-2:]
    if not _native(a) or min(m, n) == 0 or not np.isfinite(a).all():
        return a
    if m >= _TALL * n:
        return np.asarray(qr(a, "r"))
    return np.asarray(qr(np.swapaxes(a, -1, -2), "r")) if n >= _TALL * m else a


def _singular_values(a: Array) -> Array:
    return np.asarray(np.linalg.svd(_reduced(a), compute_uv=False))


def lstsq(a: ArrayLike, b: ArrayLike, rcond: float | None = None) -> tuple[Any, Any, int, Any]:
    r"""Least-squares solution of :math:`A x = b`, the shortest where there are several.

    :math:`x = V \operatorname{diag}(1 / s_i) U^T b` over the singular values :math:`s_i` above a threshold, :math:`A = U
    \operatorname{diag}(s) V^T`. A matrix with at least twice as many rows as columns is first reduced together with `b`: of
    :math:`(A\; b) = Q R`, R holds all that matters. The singular value decomposition is NumPy's own code.

    Parameters
    ----------
    a : (m, n) array_like
        The matrix :math:`A`. float32 and float64; everything that the kernels do not cover gets NumPy's own result.
    b : (m,) or (m, k) array_like
        Right-hand sides.
    rcond : float, optional
        Singular values of at most ``rcond`` times the largest count as zero. By default the epsilon of the dtype times
        ``max(m, n)``; outside of (0, 1), half the epsilon of the dtype, as LAPACK has it.

    Returns
    -------
    x : (n,) or (n, k) ndarray
        The solutions.
    residuals : (1,), (k,) or (0,) ndarray
        Sums of squares of :math:`b - A x`; empty when the rank is below n or ``m <= n``.
    rank : int
        How many singular values count.
    s : (min(m, n),) ndarray
        All of them, descending.

    Raises
    ------
    LinAlgError
        When `a` is not two-dimensional, `b` has another number of rows, or there are NaN or infinities.

    See Also
    --------
    solve_least_squares : rank-revealing QR instead, with a condition estimate; faster for tall matrices.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    >>> x, residuals, rank, s = mm.linalg.lstsq(a, np.array([1.0, 3.0, 5.0, 7.0]))
    >>> np.round(x, 12), int(rank)
    (array([1., 2.]), 2)
    """
    matrix, right = np.asarray(a), np.asarray(b)
    one = right.ndim == 1
    fits = matrix.ndim == 2 and right.ndim in (1, 2) and matrix.shape[0] == right.shape[0]
    tall = fits and min(matrix.shape) > 0 and matrix.shape[0] >= _TALL * (matrix.shape[1] + 1)
    if fits and _native(matrix) and _native(right) and not tall:
        _refuse_what_is_no_number(matrix, right)
    if not tall or not _native(matrix) or not _native(right) or (not one and right.shape[1] > matrix.shape[1]):
        return np.linalg.lstsq(matrix, right, rcond)
    m, n = matrix.shape
    columns = right[:, None] if one else right
    dtype = np.result_type(matrix, right) if matrix.dtype.char in "fd" and right.dtype.char in "fd" else np.dtype(np.float64)
    joined = np.empty((m, n + columns.shape[1]), dtype)
    joined[:, :n], joined[:, n:] = matrix, columns
    triangle = np.asarray(qr(joined, "r"))
    if not np.isfinite(triangle).all():  # which costs nothing beside looking at a and b
        _refuse_what_is_no_number(matrix, columns)
        return np.linalg.lstsq(matrix, right, rcond)
    u, s, vt = np.linalg.svd(triangle[:n, :n])
    if rcond is None:
        rcond = float(np.finfo(dtype).eps) * max(m, n)
    elif not 0 < rcond < 1:  # LAPACK's rule
        rcond = float(np.finfo(dtype).eps) / 2
    rank = int(np.count_nonzero(s > rcond * s[0]))
    x = vt[:rank].T @ ((u[:, :rank].T @ triangle[:n, n:]) / s[:rank, None])
    residuals = np.square(triangle[n:, n:]).sum(axis=0) if rank == n else np.empty(0, dtype)
    return (x[:, 0] if one else x), residuals, rank, s


def _refuse_what_is_no_number(a: Array, b: Array) -> None:
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise LinAlgError("SVD did not converge in Linear Least Squares: lstsq, a or b has NaN or infinity")


def pinv(a: ArrayLike, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Array:
    r"""Moore-Penrose pseudo-inverse of a matrix, or of every matrix of a stack.

    :math:`A^+ = V \operatorname{diag}(1 / s_i) U^T` over the singular values above ``rcond`` times the largest. A single tall
    matrix is reduced first: :math:`A^+ = R^+ Q^T`, a wide one by its transpose. The decomposition is NumPy's own code.

    Parameters
    ----------
    a : (..., m, n) array_like
        The matrices. What is neither tall nor wide, and all that the kernels do not cover, gets NumPy's own result.
    rcond, rtol : float or array_like, optional
        The threshold, by either name; by default NumPy's.
    hermitian : bool, optional
        Take the matrices as symmetric.

    Returns
    -------
    (..., n, m) ndarray
        The pseudo-inverses.

    Raises
    ------
    LinAlgError
        When the decomposition does not converge: NaN in `a`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> np.round(mm.linalg.pinv(np.array([[1.0], [1.0], [1.0], [1.0]])), 12)
    array([[0.25, 0.25, 0.25, 0.25]])
    """
    options = {} if rtol is None else {"rtol": rtol}
    matrix = np.asarray(a) if not isinstance(a, np.ndarray) else a
    if hermitian or not _native(matrix) or matrix.ndim != 2 or min(matrix.shape) == 0 or matrix.dtype.kind != "f":
        return np.asanyarray(np.linalg.pinv(matrix, rcond, hermitian, **options))
    m, n = matrix.shape
    if (m < _TALL * n and n < _TALL * m) or not np.isfinite(matrix).all():
        return np.asarray(np.linalg.pinv(matrix, rcond, **options))
    if n > m:
        return np.ascontiguousarray(pinv(matrix.T, rcond, rtol=rtol).T)
    q, r = qr(matrix)
    return np.asarray(_mlmath.matmul(np.linalg.pinv(r, rcond, **options), q.T))


def matrix_rank(A: ArrayLike, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """Rank of a matrix, or of every matrix of a stack: how many singular values are above a threshold.

    Parameters
    ----------
    A : (..., m, n) array_like
        The matrices (one-dimensional: 0 if all zeros, else 1). What the kernels do not cover gets NumPy's own result.
    tol : (...) array_like, optional
        The threshold; by default the largest singular value times ``max(m, n)`` times the epsilon of the dtype.
    hermitian : bool, optional
        Take the matrices as symmetric.
    rtol : (...) array_like, optional
        The threshold relative to the largest singular value.

    Returns
    -------
    int or (...) ndarray of int
        The ranks.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> int(mm.linalg.matrix_rank(np.ones((100, 3))))
    1
    """
    options = {} if rtol is None else {"rtol": rtol}
    matrix = np.asarray(A)
    if matrix.ndim < 2 or hermitian or not _native(matrix) or matrix.dtype.kind != "f":
        return np.linalg.matrix_rank(matrix, tol, hermitian, **options)
    if tol is None and rtol is None:
        options = {"rtol": max(matrix.shape[-2:]) * np.finfo(matrix.dtype).eps}  # of the matrix, not of its triangle
    return np.linalg.matrix_rank(_reduced(matrix), tol, **options)


def cond(x: ArrayLike, p: Any = None) -> Any:
    r"""Condition number of a matrix, or of every matrix of a stack: :math:`\|A\| \|A^{-1}\|`.

    Parameters
    ----------
    x : (..., m, n) array_like
        The matrices; square unless `p` is None, 2 or -2.
    p : {None, 1, -1, 2, -2, inf, -inf, 'fro', 'nuc'}, optional
        Which norm. None and 2: the largest singular value over the smallest, -2 the inverse of that; the singular values are
        NumPy's own code. The others by `inv` and `norm`.

    Returns
    -------
    scalar or (...) ndarray
        The condition numbers, infinity for a singular matrix.

    Raises
    ------
    LinAlgError
        When `x` is empty, has fewer than two dimensions, or is not square where it must be; NaN in `x` with p None, 2, -2.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.linalg.cond(np.diag([4.0, 2.0]), 1))
    2.0
    """
    matrix = np.asarray(x)
    if not _native(matrix) or matrix.ndim < 2 or matrix.size == 0:
        return np.linalg.cond(np.asanyarray(x), p)
    if p is None or p in (2, -2):
        if np.isnan(matrix).any():
            return np.linalg.cond(np.asanyarray(x), p)
        s = _singular_values(matrix)
        with np.errstate(all="ignore"):
            result = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    else:
        inverse = inv(matrix, errors="nan")
        with np.errstate(all="ignore"):
            result = norm(matrix, p, (-2, -1)) * norm(inverse, p, (-2, -1))
    result = np.asarray(result)
    unknown = np.isnan(result) & ~np.isnan(matrix).any(axis=(-2, -1))
    return np.where(unknown, np.inf, result)[()].astype(result.dtype)
