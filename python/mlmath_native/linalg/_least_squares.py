# SPDX-License-Identifier: BSD-3-Clause
"""Linear least squares by the normal equations where they are as good, else by rank-revealing QR."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath

__all__ = ["LeastSquaresResult", "solve_least_squares"]

_METHODS = {"auto": 0, "cholesky": 1, "qr": 2}


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquaresResult:
    r"""What `solve_least_squares` found.

    Attributes
    ----------
    coefficients : ndarray
        The solution :math:`b` of smallest norm, shape (n,) for a one-dimensional `y`, else (n, k).
    rank : int
        The rank :math:`X` was taken to have.
    residual_norm : ndarray
        :math:`\|X b - y\|_2` for each right-hand side: shape () or (k,). (NumPy returns the squares, and only at full rank.)
    method : str
        ``"cholesky"``: the normal equations with a step of refinement; ``"qr_pivoted"``: QR, full column rank;
        ``"complete_orthogonal"``: QR, and the solution of smallest norm had to be chosen.
    condition_estimate : float
        :math:`\|T\|_F \|T^{-1}\|_F` of the triangle :math:`T` that was solved with: at least the 2-norm condition of the part
        of :math:`X` that was kept, at most `rank` times it. 0 when `rank` is 0.
    """

    coefficients: NDArray[Any]
    rank: int
    residual_norm: NDArray[Any]
    method: str
    condition_estimate: float


def solve_least_squares(X: ArrayLike, y: ArrayLike, rcond: float | None = None, *, method: str = "auto") -> LeastSquaresResult:
    r"""Least-squares solution of :math:`X b \approx y`, of smallest norm when there are several.

    :math:`\min_b \|X b - y\|_2`. A tall X whose columns, brought to equal length, are well enough conditioned:
    :math:`X^T X b = X^T y` by Cholesky, then one step of refinement :math:`X^T X d = X^T (y - X b)` [Bjorck1996]_ (sec. 6.6.5), in
    three passes over X and half the operations of QR. Otherwise Householder QR with column pivoting, :math:`X P = Q R`
    [GolubVanLoan2013]_, sec. 5.4.2. The rank is the number of leading :math:`|r_{kk}| > \mathrm{rcond}\, |r_{11}|`. When it is
    below n, the leading rows of :math:`R` are reduced from the right, :math:`[R_{11}\ R_{12}] = [T\ 0]\, Z`, and the solution of
    smallest norm is :math:`b = P Z^T [T^{-1} Q_1^T y;\ 0]` (complete orthogonal decomposition, sec. 5.5.2). `numpy.linalg.lstsq`
    and scikit-learn's ``LinearRegression`` take the singular values instead: the same solution whenever both see the same rank. A
    matrix with at least twice as many rows as columns is first reduced to a triangle, block of rows by block of rows, so that it
    is read from memory only once.

    Parameters
    ----------
    X : (m, n) array_like
        The matrix :math:`X`; m < n is allowed. float32 and float64 are computed in their own precision (one of each: float64),
        integers and booleans as float64.
    y : (m,) or (m, k) array_like
        One right-hand side, or one in each column.
    rcond : float, optional
        Columns are taken as dependent below `rcond` times the longest one. Default: ``max(m, n) * eps``; negative: ``eps``
        (both as `numpy.linalg.lstsq`).
    method : {'auto', 'cholesky', 'qr'}, optional
        ``'auto'``: the normal equations when that costs no accuracy (see Notes), QR otherwise.

    Returns
    -------
    LeastSquaresResult
        `coefficients`, `rank`, `residual_norm`, `method`, `condition_estimate`.

    Raises
    ------
    LinAlgError
        When `X` is not two-dimensional, `y` neither one- nor two-dimensional, their rows differ, or one of them holds NaN or
        infinity; with ``method='cholesky'``, when X is too ill-conditioned or its columns differ too much in size for that.
    TypeError
        For complex, float16, longdouble and non-numeric arrays.
    ValueError
        When `rcond` is NaN, or `method` something else.

    Notes
    -----
    The bits do not depend on threads or strides nor, by QR, on which other right-hand sides are solved along. Backward stable
    [Higham2002]_, th. 20.3; the error of the coefficients is about
    :math:`\epsilon\, \kappa (1 + \kappa \|r\| / (\|X\| \|b\|))` relative to :math:`\|b\|`, with :math:`\kappa` the condition of the
    kept part. ``'auto'`` takes the normal equations for X of at least four times as many rows as columns, at most 256 columns
    and at least 32,768 elements, where :math:`\|C^{-1}\| \le 2^{20}` (float32: :math:`2^5`), C being :math:`X^T X` with its
    diagonal scaled to ones: the error is the same there. QR with column pivoting may overestimate the rank of contrived matrices
    [Kahan1966]_.

    No intercept is added: centre `X` and `y`, or append a column of ones.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    >>> result = mm.linalg.solve_least_squares(X, [1.0, 2.0, 2.0])
    >>> np.round(result.coefficients, 3)
    array([0.667, 0.5  ])
    >>> result.rank, round(float(result.residual_norm), 3)
    (2, 0.408)

    Two equal columns share the coefficient, which makes the norm smallest:

    >>> result = mm.linalg.solve_least_squares(X[:, [1, 1]], [1.0, 2.0, 3.0])
    >>> result.rank, np.round(result.coefficients, 3)
    (1, array([0.5, 0.5]))
    """
    matrix, right = _real_array("X", X), _real_array("y", y)
    if matrix.ndim != 2:
        raise LinAlgError(f"solve_least_squares: {matrix.ndim}-dimensional array given for X. Array must be two-dimensional")
    if right.ndim not in (1, 2):
        raise LinAlgError(f"solve_least_squares: {right.ndim}-dimensional array given for y. Array must be one- or two-dimensional")
    if matrix.shape[0] != right.shape[0]:
        raise LinAlgError(f"solve_least_squares: Incompatible dimensions: X has shape {matrix.shape}, y has shape {right.shape}")
    dtype = np.float32 if matrix.dtype.char == right.dtype.char == "f" else np.float64
    matrix = matrix.astype(dtype, copy=False)  # the kernel takes its precision from X
    eps = float(np.finfo(dtype).eps)
    threshold = max(matrix.shape) * eps if rcond is None else rcond
    if math.isnan(threshold):
        raise ValueError("solve_least_squares: rcond must be a number, got nan")
    if method not in _METHODS:
        raise ValueError(f"solve_least_squares: method must be 'auto', 'cholesky' or 'qr', got {method!r}")
    columns = right if right.ndim == 2 else right[:, np.newaxis]
    found = _mlmath._least_squares(matrix, columns, threshold if threshold >= 0 else eps, _METHODS[method])
    if isinstance(found, bool) or found is None:
        if found is not None and np.isfinite(matrix).all() and np.isfinite(columns).all():
            raise LinAlgError(
                "solve_least_squares: X is too ill-conditioned, or its columns differ too much in size, for method='cholesky'"
            )
        which = "X" if not np.isfinite(matrix).all() else "y"
        raise LinAlgError(f"solve_least_squares: {which} must not contain infs or NaNs")
    coefficients, norms, rank, condition, used = found
    return LeastSquaresResult(
        coefficients=coefficients if right.ndim == 2 else coefficients[:, 0],
        rank=rank,
        residual_norm=norms if right.ndim == 2 else norms.reshape(()),
        method="cholesky" if used == _METHODS["cholesky"] else "qr_pivoted" if rank == matrix.shape[1] else "complete_orthogonal",
        condition_estimate=condition,
    )


def _real_array(name: str, values: Any) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind in "iub" or array.dtype.char in "fd":
        return array
    raise TypeError(f"solve_least_squares: array type {array.dtype.name} of {name} is unsupported, must be real, at most float64")
