# SPDX-License-Identifier: BSD-3-Clause
"""LU factors with partial pivoting, under SciPy's names."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._delegate import finite_matrix
from ._triangular import _TRANSPOSE, substitute

__all__ = ["LinAlgWarning", "lu", "lu_factor", "lu_solve"]


class LinAlgWarning(RuntimeWarning):
    """A numerical outcome that is not an error: a singular factor, an ill-conditioned matrix."""


def lu_factor(a: ArrayLike, overwrite_a: bool = False, check_finite: bool = True) -> tuple[NDArray[Any], NDArray[np.int32]]:
    r"""LU factors of a matrix, or of every matrix of a stack, packed for `lu_solve`.

    :math:`P A = L U`: before column k is eliminated, row k and the row of the largest :math:`|a_{ik}|, i \ge k` change places; of
    equal ones the first. Panels are eliminated column by column, everything right of them by triangular solves and matrix products
    [GolubVanLoan2013]_ (sec. 3.4).

    Parameters
    ----------
    a : (..., m, n) array_like
        Real matrices.
    overwrite_a : bool, optional
        For SciPy's signature; `a` is never modified.
    check_finite : bool, optional
        Look for NaN and infinity first.

    Returns
    -------
    lu : (..., m, n) ndarray
        U on and above the diagonal, L below it without its ones.
    piv : (..., min(m, n)) ndarray of int32
        Row k changed places with row ``piv[k]``.

    Warns
    -----
    LinAlgWarning
        When a pivot is exactly zero: the factors are complete, but systems cannot be solved with them.

    Raises
    ------
    ValueError
        When `a` has fewer than two dimensions, or NaN or infinity and `check_finite` is set.

    Notes
    -----
    Error: :math:`|P A - L U| \le \gamma |L| |U|`, :math:`\gamma \approx n \epsilon` [Higham2002]_ (thm. 9.3). The bits do not
    depend on threads, strides or the stack around a matrix.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> factors, pivots = mm.linalg.lu_factor(np.array([[1.0, 2.0], [4.0, 6.0]]))
    >>> factors, pivots
    (array([[4.  , 6.  ],
           [0.25, 0.5 ]]), array([1, 1], dtype=int32))
    """
    factors, pivots, status = _mlmath._lu(finite_matrix("lu_factor", "a", a, check_finite))
    if np.any(status > 0):
        first = int(status[status > 0].flat[0])
        warnings.warn(f"lu_factor: Diagonal number {first} is exactly zero. Singular matrix.", LinAlgWarning, stacklevel=2)
    return factors, pivots


def lu_solve(
    lu_and_piv: tuple[ArrayLike, ArrayLike], b: ArrayLike, trans: int = 0, overwrite_b: bool = False, check_finite: bool = True
) -> NDArray[Any]:
    r"""Solve :math:`A x = b` with the factors that `lu_factor` returned.

    Parameters
    ----------
    lu_and_piv : tuple
        (lu, piv).
    b : (n,) or (..., n, k) array_like
        Right-hand sides; stacks broadcast against those of the factors.
    trans : {0, 1, 2}, optional
        0: :math:`A x = b`; 1 and 2: :math:`A^T x = b`.
    overwrite_b : bool, optional
        For SciPy's signature; `b` is never modified.
    check_finite : bool, optional
        Look for NaN and infinity first.

    Returns
    -------
    ndarray
        The solutions, of the shape of `b` (broadcast).

    Raises
    ------
    LinAlgError
        When U has a zero on its diagonal.
    ValueError
        When shapes do not fit, `trans` is something else, or there are NaN or infinities and `check_finite` is set.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a = np.array([[1.0, 2.0], [4.0, 6.0]])
    >>> mm.linalg.lu_solve(mm.linalg.lu_factor(a), np.array([3.0, 10.0]))
    array([1., 1.])
    """
    if trans not in _TRANSPOSE:
        raise ValueError(f"lu_solve: trans must be 0, 1 or 2, got {trans!r}")
    factors = finite_matrix("lu_solve", "lu", lu_and_piv[0], check_finite, square=True)
    pivots = np.asarray(lu_and_piv[1])
    right = finite_matrix("lu_solve", "b", b, check_finite, least=1)
    if pivots.shape != factors.shape[:-1]:
        raise ValueError(f"lu_solve: piv must have the shape {factors.shape[:-1]}, got {pivots.shape}")
    rows = right.shape[0] if right.ndim == 1 else right.shape[-2]
    if rows != factors.shape[-1]:
        raise ValueError(f"lu_solve: b must have as many rows as the factors, {factors.shape[-1]}, got shape {right.shape}")
    order = _order(pivots, factors.shape[-1])
    columns = right[:, None] if right.ndim == 1 else right
    if not _TRANSPOSE[trans]:
        y = substitute("lu_solve", factors, _take_rows(columns, order), True, False, True)
        x = substitute("lu_solve", factors, y, False, False, False)
    else:
        y = substitute("lu_solve", factors, columns, False, True, False)
        x = _take_rows(substitute("lu_solve", factors, y, True, True, True), np.argsort(order, axis=-1))
    return x[..., 0] if right.ndim == 1 else x


def lu(
    a: ArrayLike, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True, p_indices: bool = False
) -> tuple[NDArray[Any], ...]:
    r"""LU factors of a matrix, or of every matrix of a stack, one by one: :math:`A = P L U`.

    Parameters
    ----------
    a : (..., m, n) array_like
        Real matrices.
    permute_l : bool, optional
        Return :math:`P L` and U.
    overwrite_a : bool, optional
        For SciPy's signature; `a` is never modified.
    check_finite : bool, optional
        Look for NaN and infinity first.
    p_indices : bool, optional
        Return the permutation as indices: ``A = L[p] @ U``.

    Returns
    -------
    p : (..., m, m) ndarray or (..., m) ndarray of int32
        The permutation, a matrix of zeros and ones, or indices. Not returned with `permute_l`.
    l : (..., m, k) ndarray
        Unit lower triangular (with `permute_l`: P L), k = min(m, n).
    u : (..., k, n) ndarray
        Upper triangular.

    Raises
    ------
    ValueError
        As `lu_factor`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> p, l, u = mm.linalg.lu(np.array([[1.0, 2.0], [4.0, 6.0]]), p_indices=True)
    >>> p, l, u
    (array([1, 0], dtype=int32), array([[1.  , 0.  ],
           [0.25, 1.  ]]), array([[4. , 6. ],
           [0. , 0.5]]))
    """
    factors, pivots, _ = _mlmath._lu(finite_matrix("lu", "a", a, check_finite))
    m, n = factors.shape[-2:]
    k = min(m, n)
    lower = np.tril(factors[..., :, :k], -1)
    lower[..., np.arange(k), np.arange(k)] = 1
    upper = np.triu(factors[..., :k, :])
    indices = np.argsort(_order(pivots, m), axis=-1).astype(np.int32)
    if permute_l:
        return _take_rows(lower, indices), upper
    if p_indices:
        return indices, lower, upper
    return _take_rows(np.broadcast_to(np.eye(m, dtype=factors.dtype), (*factors.shape[:-2], m, m)), indices), lower, upper


def _order(pivots: NDArray[Any], m: int) -> NDArray[Any]:
    """Where the rows come from: row i of P A is row ``order[i]`` of A."""
    if pivots.ndim == 1:
        rows = list(range(m))
        for k, p in enumerate(pivots.tolist()):
            rows[k], rows[p] = rows[p], rows[k]
        return np.array(rows, dtype=np.intp)
    order = np.broadcast_to(np.arange(m), (*pivots.shape[:-1], m)).copy()
    for k in range(pivots.shape[-1]):
        other = np.expand_dims(pivots[..., k], -1)
        mine = order[..., k].copy()
        order[..., k] = np.take_along_axis(order, other, -1)[..., 0]
        np.put_along_axis(order, other, mine[..., None], -1)
    return order


def _take_rows(a: NDArray[Any], order: NDArray[Any]) -> NDArray[Any]:
    if order.ndim == 1:
        return np.ascontiguousarray(a[..., order, :])
    batch = np.broadcast_shapes(a.shape[:-2], order.shape[:-1])
    return np.take_along_axis(
        np.broadcast_to(a, batch + a.shape[-2:]), np.broadcast_to(order, batch + order.shape[-1:])[..., None], -2
    )
