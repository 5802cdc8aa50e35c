# SPDX-License-Identifier: BSD-3-Clause
"""Eigenvalues and eigenvectors of symmetric tridiagonal matrices, under SciPy's names."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from . import _eigen_kernels as kernels
from ._delegate import all_into, finite_matrix, into
from ._eigen import index_range, value_range

__all__ = ["eigh_tridiagonal", "eigvalsh_tridiagonal"]

Array = NDArray[Any]
_DRIVERS = ("auto", "stemr", "sterf", "stebz", "stev", "stevd")
_SELECTIONS = {"a": "a", "all": "a", 0: "a", "v": "v", "value": "v", 1: "v", "i": "i", "index": "i", 2: "i"}


def eigh_tridiagonal(
    d: ArrayLike,
    e: ArrayLike,
    eigvals_only: bool = False,
    select: Any = "a",
    select_range: Any = None,
    check_finite: bool = True,
    tol: float = 0.0,
    lapack_driver: str = "auto",
    *,
    out: Any = None,
) -> Any:
    r"""Eigenvalues and eigenvectors of a real symmetric tridiagonal matrix.

    :math:`T = V \operatorname{diag}(w) V^T` for :math:`t_{ii} = d_i`, :math:`t_{i,i+1} = t_{i+1,i} = e_i`. All of them by divide
    and conquer [GuEisenstat1995a]_, small matrices by implicit QL steps; some of them by Sturm counts, many shifts side by side,
    with vectors by inverse iteration [BarthMartinWilkinson1967]_.

    Parameters
    ----------
    d : (n,) array_like
        The diagonal. float32 and float64 are computed in their own precision (the wider of `d` and `e`), integers become float64.
    e : (n - 1,) array_like
        The elements beside it.
    eigvals_only : bool, optional
        Compute the eigenvalues alone.
    select : {'a', 'v', 'i'}, optional
        All, those in the half-open interval :math:`(l, u]`, or those with an index from first to last, counted from 0 in ascending
        order.
    select_range : (l, u) or (first, last), optional
        The range; both indices included.
    check_finite : bool, optional
        Look for NaN and infinity first. Without, such matrices give NaN.
    tol, lapack_driver : optional
        For SciPy's signature: eigenvalues are always computed to the last digits of the dtype, by the methods above.
    out : tuple of ndarray or ndarray, optional
        Where :math:`w` and :math:`V` go, None for one that is to be a new array; with `eigvals_only` one array.

    Returns
    -------
    w : (k,) ndarray
        The eigenvalues, ascending.
    v : (n, k) ndarray
        The normalised eigenvector of ``w[j]`` in ``v[:, j]``; its component of largest magnitude is positive (the first such one).
        Not returned with `eigvals_only`.

    Raises
    ------
    ValueError
        When shapes do not fit, `select`, `select_range` or `lapack_driver` are not what they must be, or there are NaN or
        infinities and `check_finite` is set.
    LinAlgError
        When (never seen) no vectors are found.
    TypeError
        When `d` or `e` are complex, or of a dtype wider than float64.

    See Also
    --------
    eigh : of full symmetric matrices.

    Notes
    -----
    Error: :math:`\|T - V \operatorname{diag}(w) V^T\|_1 \le c\, n\, \epsilon\, \|T\|_1`, :math:`\|V^T V - I\|_1 \le c\, n\,
    \epsilon`, with :math:`c` below 10 in all tests, also in clusters of eigenvalues. The bits do not depend on threads,
    strides or alignment, and multiplying `d` and `e` by a power of two multiplies `w` by it and changes nothing else.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> w, v = mm.linalg.eigh_tridiagonal(np.full(3, 2.0), np.full(2, -1.0))
    >>> np.round(w, 4)
    array([0.5858, 2.    , 3.4142])
    >>> mm.linalg.eigh_tridiagonal(np.full(3, 2.0), np.full(2, -1.0), True, "v", (1.0, 3.0)).round(12)
    array([2.])
    """
    return _solve("eigh_tridiagonal", d, e, eigvals_only, select, select_range, check_finite, lapack_driver, out)


def eigvalsh_tridiagonal(
    d: ArrayLike,
    e: ArrayLike,
    select: Any = "a",
    select_range: Any = None,
    check_finite: bool = True,
    tol: float = 0.0,
    lapack_driver: str = "auto",
    *,
    out: Array | None = None,
) -> Any:
    """Eigenvalues of a real symmetric tridiagonal matrix: `eigh_tridiagonal` with `eigvals_only`.

    Parameters
    ----------
    d, e : array_like
        As in `eigh_tridiagonal`.
    select, select_range, check_finite, tol, lapack_driver, out : optional
        As in `eigh_tridiagonal`.

    Returns
    -------
    (k,) ndarray
        The eigenvalues, ascending.

    Raises
    ------
    ValueError, TypeError
        As `eigh_tridiagonal`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.eigvalsh_tridiagonal(np.array([1.0, 3.0]), np.array([0.0]))
    array([1., 3.])
    """
    return _solve("eigvalsh_tridiagonal", d, e, True, select, select_range, check_finite, lapack_driver, out)


def _solve(
    function: str, d: Any, e: Any, values_only: bool, select: Any, pair: Any, check_finite: bool, driver: Any, out: Any
) -> Any:
    diagonal, beside = np.asarray(d), np.asarray(e)
    if diagonal.dtype.kind == "c" or beside.dtype.kind == "c":
        raise TypeError(f"{function}: Only real arrays currently supported, got {diagonal.dtype} and {beside.dtype}")
    diagonal, beside = (finite_matrix(function, *x, check_finite, least=1) for x in (("d", diagonal), ("e", beside)))
    if diagonal.ndim != 1 or beside.ndim != 1:
        raise ValueError(f"{function}: d and e must be one-dimensional, got shapes {diagonal.shape} and {beside.shape}")
    n = len(diagonal)
    if n != len(beside) + 1:
        raise ValueError(f"{function}: d ({n}) must have one more element than e ({len(beside)})")
    kind = _SELECTIONS.get(select.lower() if isinstance(select, str) else select)
    if kind is None:
        raise ValueError(f"{function}: invalid argument for select, which must be 'a', 'v' or 'i', got {select!r}")
    if not isinstance(driver, str) or driver not in _DRIVERS:
        raise (ValueError if isinstance(driver, str) else TypeError)(
            f"{function}: lapack_driver must be one of {_DRIVERS}, got {driver!r}"
        )
    dtype = np.result_type(diagonal, beside)
    dtype = dtype if dtype.kind == "f" and dtype.itemsize >= 4 else np.dtype(np.float64)
    diagonal, beside = diagonal.astype(dtype, copy=False), beside.astype(dtype, copy=False)
    first, last = 0, n - 1
    if kind != "a":
        if np.shape(pair) != (2,) or not pair[0] <= pair[1]:
            raise ValueError(f"{function}: select_range must be a 2-element array-like in nondecreasing order, got {pair!r}")
        if kind == "i":
            if np.asarray(pair).dtype.kind not in "iu":
                raise ValueError(f"{function}: when using select='i', select_range must contain integers, got {pair!r}")
            first, last = index_range(function, "select_range", pair, n)
        else:
            first, last = kernels.tridiagonal_range(diagonal, beside, *value_range(function, "select_range", pair))
    w, v = kernels.eigh_tridiagonal(diagonal, beside, not values_only, first, last)
    if values_only:
        return into(function, w, out)
    if v is None:
        raise LinAlgError(f"{function}: Eigenvalues did not converge")
    return (w, v) if out is None else tuple(all_into(function, ("w", "V"), [w, v], out))
