# SPDX-License-Identifier: BSD-3-Clause
"""What stands on singular values: least squares as NumPy has it, pseudo-inverses, ranks, conditions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._delegate import into
from ._norms import norm
from ._qr import qr
from ._solve import inv
from ._svd import native, singular_values, svd, svdvals, thin_svd

__all__ = ["cond", "lstsq", "matrix_rank", "pinv"]

Array = NDArray[Any]
# Constraint: the triangle costs 2 m n^2 flops, as many as the reduction it replaces, at several times its speed. Decision: from
# twice as many rows as columns on (or columns as rows, for the transpose).
_TALL = 2
# Constraint: a product with Q^T saves one with U at the price of three more calls. Decision: above the order of small matrices.
_SMALL = 32
_UNSET: Any = np._NoValue  # NumPy tells rtol=None from no rtol


def lstsq(a: ArrayLike, b: ArrayLike, rcond: float | None = None, *, errors: str = "raise") -> Any:
    r"""Least-squares solution of :math:`A x = b`, the shortest where there are several; for one matrix or every matrix of a stack.

    :math:`x = V \operatorname{diag}(1 / s_i) U^T b` over the singular values :math:`s_i` above a threshold, :math:`A = U
    \operatorname{diag}(s) V^T`. A is reduced together with `b` by Householder reflections with column pivoting, and the rows of
    the triangle are rotated until they are orthogonal [DrmacVeselic2008]_, so that neither U nor V is formed. Tall matrices whose
    columns, brought to equal length, are well conditioned go by :math:`A^T A` and a step of refinement instead, which reads A
    three times and takes half the operations.

    Parameters
    ----------
    a : (..., m, n) array_like
        The matrices :math:`A`. float32 and float64; integers become float64. A single matrix with ``min(m, n)`` above 20 goes by
        `svd` unless it has 10 times as many rows as columns and at most 50 of these, or 16 times and 128; a stack never, nor one
        with another `errors`. Other dtypes get NumPy's own result.
    b : (m,) or (..., m, k) array_like
        Right-hand sides; one-dimensional: one vector for all matrices.
    rcond : float, optional
        Singular values of at most ``rcond`` times the largest count as zero. By default the epsilon of the dtype times
        ``max(m, n)``; outside of (0, 1), half the epsilon of the dtype, as LAPACK has it.
    errors : {'raise', 'nan', 'status'}, optional
        What becomes of a matrix with NaN or infinities: LinAlgError, NaN as its results and -1 as its rank, or that and one
        more result, which is not 0 for such.

    Returns
    -------
    x : (n,), (..., n) or (..., n, k) ndarray
        The solutions.
    residuals : (1,), (k,) or (0,) ndarray
        Sums of squares of :math:`b - A x`; empty when the rank is below n or ``m <= n``. For a stack: (..., k), with NaN for such
        matrices.
    rank : int or (...) ndarray of int
        How many singular values count.
    s : (..., min(m, n)) ndarray
        All of them, descending.
    status : (...) ndarray of int32
        With ``errors='status'`` only: 0 for a matrix that has results.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions, `b` has another number of rows, or there are NaN or infinities.
    ValueError
        When `errors` is something else, or the axes in front do not broadcast.

    See Also
    --------
    solve_least_squares : the same without singular values: faster, any size, and with a condition estimate.

    Notes
    -----
    The bits do not depend on threads or strides. The way by :math:`A^T A` is taken where :math:`\|C^{-1}\| \le 64` (float32: 32),
    with C the matrix of the cosines between columns: its error in s is relative to each value there and below the
    :math:`n \epsilon s_0` of the other way, that of x the same.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    >>> x, residuals, rank, s = mm.linalg.lstsq(a, np.array([1.0, 3.0, 5.0, 7.0]))
    >>> np.round(x, 12), int(rank)
    (array([1., 2.]), 2)
    """
    if errors not in ("raise", "nan", "status"):
        raise ValueError(f"lstsq: errors must be 'raise', 'nan' or 'status', got {errors!r}")
    matrix, right = np.asarray(a), np.asarray(b)
    _check_shapes(matrix, right)
    if not native(matrix) or not native(right):
        if errors != "raise" or matrix.ndim != 2:
            raise TypeError("lstsq: stacks and errors are for real matrices up to float64")
        return np.linalg.lstsq(matrix, right, rcond)
    m, n = matrix.shape[-2:]
    dtype = np.result_type(matrix, right) if matrix.dtype.char in "fd" and right.dtype.char in "fd" else np.dtype(np.float64)
    eps = float(np.finfo(dtype).eps)
    # LAPACK's rule for what is no ratio.
    ratio = eps * max(m, n) if rcond is None else float(rcond) if 0 < rcond < 1 else eps / 2
    if matrix.ndim == 2 and right.ndim <= 2 and errors == "raise" and not _by_rotations(m, n):
        return _by_svd(matrix, right, ratio, dtype)
    x, residuals, rank, s, info = _mlmath._lstsq(matrix, right, ratio)
    failed = bool(np.any(info))
    if failed and errors == "raise":
        raise LinAlgError("SVD did not converge in Linear Least Squares: lstsq, a or b has NaN or infinity")
    if info.ndim == 0:
        rank = int(rank)
        if not failed and (rank < n or m <= n):
            residuals = residuals[:0]
    return (x, residuals, rank, s, info) if errors == "status" else (x, residuals, rank, s)


def _check_shapes(a: Array, b: Array) -> None:
    if a.ndim < 2:
        raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional (lstsq)")
    if b.ndim < 1:
        raise LinAlgError("0-dimensional array given. Array must be at least one-dimensional (lstsq)")
    if b.shape[-1 if b.ndim == 1 else -2] != a.shape[-2]:
        raise LinAlgError(f"Incompatible dimensions: lstsq, a has shape {a.shape}, b has shape {b.shape}")


def _by_rotations(m: int, n: int) -> bool:
    """Whether one matrix goes to the kernel.

    Constraint: rotations take 6 to 13 sweeps of the triangle, so it must be small, or little beside the reduction, which the kernel
    saves by way of A^T A. Arithmetic, on two Zen 5 cores: 14 us against 16 by svd at n = 16, 28 against 26 at 24; 200 x 50 176
    against 145, 500 x 50 225 against 231, 1600 x 100 the same.
    """
    return min(m, n) <= 20 or (m >= 16 * n and n <= 128) or (m >= 10 * n and n <= 50)


def _by_svd(matrix: Array, right: Array, ratio: float, dtype: Any) -> tuple[Any, ...]:
    """One matrix, of large order: the decomposition of it, or of its triangle where it is tall."""
    m, n = matrix.shape
    columns = right[:, None] if right.ndim == 1 else right
    k = columns.shape[1]
    if m >= _TALL * (n + 1) and k <= n:
        joined = np.empty((m, n + k), dtype)
        joined[:, :n], joined[:, n:] = matrix, columns
        joined = np.asarray(qr(joined, "r"))
    else:
        joined = np.concatenate([matrix, columns], axis=1, dtype=dtype)
    if not np.isfinite(joined).all():
        raise LinAlgError("SVD did not converge in Linear Least Squares: lstsq, a or b has NaN or infinity")
    reduced = joined.shape[0] < m
    a, b = (joined[:n, :n], joined[:n, n:]) if reduced else (joined[:, :n], joined[:, n:])
    u, s, vt = thin_svd(a)
    rank = int(np.count_nonzero(s > ratio * s[0]))
    x = _mlmath._matmul_fma(vt[:rank].T, _mlmath._matmul_fma(u[:, :rank].T, b) / s[:rank, None])
    residuals = np.empty(0, dtype)
    if rank == n and m > n:
        with np.errstate(over="ignore"):
            residuals = np.square(joined[n:, n:] if reduced else b - _mlmath._matmul_fma(a, x)).sum(axis=0)
    return (x[:, 0] if right.ndim == 1 else x), residuals, rank, s


def pinv(a: ArrayLike, rcond: Any = None, hermitian: bool = False, *, rtol: Any = _UNSET, out: Array | None = None) -> Array:
    r"""Moore-Penrose pseudo-inverse of a matrix, or of every matrix of a stack.

    :math:`A^+ = V \operatorname{diag}(1 / s_i) U^T` over the singular values of `svd` above ``rcond`` times the largest. A
    single tall matrix is reduced first, :math:`A^+ = R^+ Q^T`, a wide one by its transpose.

    Parameters
    ----------
    a : (..., m, n) array_like
        The matrices. float32 and float64, integers become float64; other dtypes and subclasses of ndarray get NumPy's own result.
    rcond, rtol : float or array_like, optional
        The threshold, by either name. By default 1e-15; ``rtol=None``: ``max(m, n)`` times the epsilon of the dtype.
    hermitian : bool, optional
        Take the matrices as symmetric: by `eigh`.
    out : (..., n, m) ndarray, optional
        Where the result is copied.

    Returns
    -------
    (..., n, m) ndarray
        The pseudo-inverses.

    Raises
    ------
    LinAlgError
        When there is NaN, with `hermitian` in the lower triangle. (An infinity without one gives NaN, as in `svd`; NumPy: zeros.)
        When `a` has fewer than two dimensions, or is not square with `hermitian`.
    ValueError
        When both `rcond` and `rtol` are given, ``rtol=None`` is for integers (as in NumPy), or `out` does not fit.
    TypeError
        When the dtype is one NumPy refuses (float16, longdouble), or that of `out` one the result cannot be cast to.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> np.round(mm.linalg.pinv(np.array([[1.0], [1.0], [1.0], [1.0]])), 12)
    array([[0.25, 0.25, 0.25, 0.25]])
    """
    return into("pinv", _pinv(a, rcond, hermitian, rtol), out)  # type: ignore[no-any-return]


def _pinv(a: Any, rcond: Any, hermitian: bool, rtol: Any) -> Array:
    options = {} if rtol is _UNSET else {"rtol": rtol}
    matrix = np.asarray(a) if not isinstance(a, np.ndarray) else a
    both = rcond is not None and rtol is not _UNSET
    if both or not native(matrix) or matrix.ndim < 2 or matrix.size == 0 or (rtol is None and matrix.dtype.kind != "f"):
        return np.asanyarray(np.linalg.pinv(matrix, rcond, hermitian, **options))
    m, n = matrix.shape[-2:]
    given = rcond if rcond is not None else 1e-15 if rtol is _UNSET else rtol
    ratio = np.asarray(max(m, n) * np.finfo(matrix.dtype).eps if given is None else given)
    if matrix.ndim == 2 and m < n and not hermitian:
        return np.ascontiguousarray(_pinv(matrix.T, ratio, False, _UNSET).T)
    if matrix.ndim == 2 and m >= _TALL * n and n > _SMALL:
        q, r = qr(matrix)
        if np.isfinite(r).all():
            return np.asarray(_mlmath._matmul_fma(_inverted(*thin_svd(r), ratio), q.T))
    u, s, vt = svd(matrix, hermitian=True) if hermitian else thin_svd(matrix)
    return _inverted(u, s, vt, ratio)


def _inverted(u: Array, s: Array, vt: Array, ratio: Array) -> Array:
    """V diag(1 / s) U^T over the singular values that count."""
    inverse = np.zeros_like(s)
    with np.errstate(invalid="ignore"):
        np.divide(1, s, where=s > ratio[..., None] * s[..., :1], out=inverse)
    inverse[np.isnan(s)] = np.nan
    return np.asarray(_mlmath._matmul_fma(np.swapaxes(vt, -1, -2) * inverse[..., None, :], np.swapaxes(u, -1, -2)))


def matrix_rank(A: ArrayLike, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """Rank of a matrix, or of every matrix of a stack: how many singular values are above a threshold.

    Parameters
    ----------
    A : (..., m, n) array_like
        The matrices (one-dimensional: 0 if all zeros, else 1). What `svd` does not compute itself gets NumPy's own result.
    tol : (...) array_like, optional
        The threshold; by default the largest singular value times ``max(m, n)`` times the epsilon of the dtype.
    hermitian : bool, optional
        Take the matrices as symmetric: by `eigvalsh`.
    rtol : (...) array_like, optional
        The threshold relative to the largest singular value.

    Returns
    -------
    int or (...) ndarray of int
        The ranks.

    Raises
    ------
    LinAlgError
        When there is NaN, with `hermitian` in the lower triangle. (Infinity without NaN: rank 0, as in NumPy.) When the matrices
        are not square with `hermitian`.
    ValueError
        When both `tol` and `rtol` are given, or do not broadcast against the axes in front.
    TypeError
        When the dtype is one NumPy refuses (float16, longdouble), or a threshold is no number.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> int(mm.linalg.matrix_rank(np.ones((100, 3))))
    1
    """
    matrix = np.asarray(A)
    if matrix.ndim < 2 or not native(matrix) or matrix.size == 0 or (tol is not None and rtol is not None):
        return np.linalg.matrix_rank(matrix, tol, hermitian, **({} if rtol is None else {"rtol": rtol}))
    s = np.asarray(svd(matrix, compute_uv=False, hermitian=hermitian))
    if tol is not None:
        threshold = np.asarray(tol)[..., None]
    else:
        threshold = np.asarray(max(matrix.shape[-2:]) * np.finfo(s.dtype).eps if rtol is None else rtol)[..., None] * s[..., :1]
    return np.count_nonzero(s > threshold, axis=-1)


def cond(x: ArrayLike, p: Any = None) -> Any:
    r"""Condition number of a matrix, or of every matrix of a stack: :math:`\|A\| \|A^{-1}\|`.

    Parameters
    ----------
    x : (..., m, n) array_like
        The matrices; square unless `p` is None, 2 or -2.
    p : {None, 1, -1, 2, -2, inf, -inf, 'fro', 'nuc'}, optional
        Which norm. None and 2: the largest singular value over the smallest, -2 the inverse of that. The others by `inv`
        and `norm`.

    Returns
    -------
    scalar or (...) ndarray
        The condition numbers, infinity for a singular matrix (NumPy refuses it with ``'nuc'``) and, where the inverse is taken,
        for one with an infinity and without NaN (NumPy: 0 for -1 and -inf).

    Raises
    ------
    LinAlgError
        When `x` is empty, has fewer than two dimensions, or is not square where it must be; NaN in `x` with p None, 2, -2, 'nuc'.
    ValueError
        When `p` is another number or name.
    TypeError
        When `p` is an array or a list, or the dtype is one NumPy refuses (float16, longdouble).

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.linalg.cond(np.diag([4.0, 2.0]), 1))
    2.0
    """
    matrix = np.asarray(x)
    if not native(matrix) or matrix.ndim < 2 or matrix.size == 0:
        return np.linalg.cond(np.asanyarray(x), p)
    if p is None or p in {2, -2}:
        s = singular_values(matrix)
        with np.errstate(all="ignore"):
            result = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    else:
        inverse = inv(matrix, errors="nan")
        with np.errstate(all="ignore"):
            if p == "nuc":  # of NaN, where there is no inverse, NaN
                result = norm(matrix, p, (-2, -1)) * np.asarray(svdvals(inverse, errors="nan")).sum(axis=-1)
            else:
                result = norm(matrix, p, (-2, -1)) * norm(inverse, p, (-2, -1))
    result = np.asarray(result)
    unknown = np.isnan(result) & ~np.isnan(matrix).any(axis=(-2, -1))
    return np.where(unknown, np.inf, result)[()].astype(result.dtype)
