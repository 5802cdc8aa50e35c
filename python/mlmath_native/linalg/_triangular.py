# SPDX-License-Identifier: BSD-3-Clause
"""Triangular systems."""

from __future__ import annotations

from typing import Any

from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._delegate import finite_matrix, into

__all__ = ["solve_triangular", "substitute"]

_TRANSPOSE = {0: False, "N": False, 1: True, "T": True, 2: True, "C": True}


def substitute(function: str, a: NDArray[Any], b: NDArray[Any], lower: bool, transpose: bool, unit: bool) -> NDArray[Any]:
    """x of T x = b or T^T x = b, T one triangle of `a`; LinAlgError when its diagonal has a zero."""
    rows = b.shape[0] if b.ndim == 1 else b.shape[-2]
    if rows != a.shape[-1]:
        raise ValueError(f"{function}: b must have as many rows as the matrices, {a.shape[-1]}, got shape {b.shape}")
    x = _mlmath._solve_triangular(a, b, bool(lower), bool(transpose), bool(unit))
    if isinstance(x, int):
        raise LinAlgError(f"{function}: singular matrix: resolution failed at diagonal {x - 1}")
    return x  # type: ignore[no-any-return]


def solve_triangular(
    a: ArrayLike,
    b: ArrayLike,
    trans: int | str = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    *,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    r"""Solve :math:`T x = b`, T a triangle, by substitution.

    :math:`x_i = (b_i - \sum_{p<i} t_{ip} x_p) / t_{ii}` for a lower triangle; for an upper one the sums run from below.

    Parameters
    ----------
    a : (..., n, n) array_like
        Real matrices, of which one triangle is read. (With `check_finite`, all of it is looked at, as SciPy does.)
    b : (n,) or (..., n, k) array_like
        Right-hand sides; stacks broadcast.
    trans : {0, 1, 2, 'N', 'T', 'C'}, optional
        0 or 'N': :math:`T x = b`; the others: :math:`T^T x = b`.
    lower : bool, optional
        Which triangle of `a` is T.
    unit_diagonal : bool, optional
        Take the diagonal as ones without reading it.
    overwrite_b : bool, optional
        For SciPy's signature; `b` is never modified.
    check_finite : bool, optional
        Look for NaN and infinity first.
    out : ndarray, optional
        Where the result goes.

    Returns
    -------
    ndarray
        :math:`x`, of the shape of `b` (broadcast).

    Raises
    ------
    LinAlgError
        When the diagonal has a zero; the message says where.
    ValueError
        When shapes do not fit, `trans` is something else, or there are NaN or infinities and `check_finite` is set.

    Notes
    -----
    Error: :math:`(T + E) x = b` with :math:`|E| \le \gamma |T|`, :math:`\gamma \approx n \epsilon`: small whatever the condition
    [Higham2002]_ (thm. 8.5).

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.solve_triangular(np.array([[2.0, 0.0], [1.0, 4.0]]), np.array([2.0, 9.0]), lower=True)
    array([1., 2.])
    """
    if trans not in _TRANSPOSE:
        raise ValueError(f"solve_triangular: trans must be 0, 1, 2, 'N', 'T' or 'C', got {trans!r}")
    matrix = finite_matrix("solve_triangular", "a", a, check_finite, square=True)
    right = finite_matrix("solve_triangular", "b", b, check_finite, least=1)
    x = substitute("solve_triangular", matrix, right, lower, _TRANSPOSE[trans], unit_diagonal)
    return into("solve_triangular", x, out)  # type: ignore[no-any-return]
