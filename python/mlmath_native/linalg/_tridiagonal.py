# SPDX-License-Identifier: BSD-3-Clause
"""Eigenvalues and eigenvectors of symmetric tridiagonal matrices, under SciPy's names."""

from __future__ import annotations

import math
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
_DRIVERS_OF_ALL = ("sterf", "stev", "stevd")
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
    and conquer [GuEisenstat1995a]_, small matrices by implicit QL steps. Eigenvalues alone, and those of fewer than a quarter of
    the vectors, by Sturm counts, many shifts side by side [BarthMartinWilkinson1967]_; such vectors by
    twisted factorizations [DhillonParlett2004]_, or by inverse iteration where these fail. From more than a quarter on, or where
    many eigenvalues are close to each other, all vectors are computed, and those returned that are wanted.

    Parameters
    ----------
    d : (..., n) array_like
        The diagonal, or those of a stack of matrices. float32 and float64 are computed in their own precision (the wider of `d`
        and `e`), float16 in float32; integers become float64 (SciPy computes those of up to 16 bits in float32).
    e : (..., n - 1) array_like
        The elements beside it. The axes in front of `d` and `e` are broadcast.
    eigvals_only : bool, optional
        Compute the eigenvalues alone.
    select : {'a', 'v', 'i'}, optional
        All, those in the half-open interval :math:`(l, u]`, or those with an index from first to last, counted from 0 in ascending
        order. SciPy's ``'all'``, ``'value'``, ``'index'`` and 0, 1, 2 are the same.
    select_range : (l, u) or (first, last), optional
        The range; both indices included.
    check_finite : bool, optional
        Look for NaN and infinity first. Without, such matrices give NaN.
    tol : float, optional
        For SciPy's signature: eigenvalues are always computed to the last digits of the dtype.
    lapack_driver : {'auto', 'stemr', 'stebz', 'sterf', 'stev', 'stevd'}, optional
        For SciPy's signature: it does not choose the method, which is one of those above. What the driver cannot do in LAPACK is
        an error as in SciPy.
    out : tuple of ndarray or ndarray, optional
        Where :math:`w` and :math:`V` go, None for one that is to be a new array; with `eigvals_only` one array. As in `eigh`; of
        stacks by way of new arrays.

    Returns
    -------
    w : (..., k) ndarray
        The eigenvalues, ascending.
    v : (..., n, k) ndarray
        The normalised eigenvector of ``w[..., j]`` in ``v[..., :, j]``; its component of largest magnitude is positive (the
        first such one). Not returned with `eigvals_only`.

    Raises
    ------
    ValueError
        When shapes do not fit, `select`, `select_range` or `lapack_driver` are not what they must be, the driver is 'sterf', 'stev'
        or 'stevd' and not all eigenvalues are wanted, or 'sterf' and vectors are (n = 1 excepted), there are NaN or infinities and
        `check_finite` is set, `d` or `e` has masked elements or objects, with ``select='v'`` the matrices of a stack have
        different numbers of eigenvalues in the range, or `out` has another shape, is read-only or shares memory within itself.
    LinAlgError
        When (never seen) no vectors are found.
    TypeError
        When `d` or `e` are complex, or of a dtype wider than float64; when `lapack_driver` is no string; when `out` is not of
        arrays, or of a dtype the results cannot be cast to.

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

    Two matrices with the same elements beside their diagonals:

    >>> mm.linalg.eigh_tridiagonal(np.array([[2.0, 2.0], [5.0, 1.0]]), np.array([0.0]), True)
    array([[2., 2.],
           [1., 5.]])
    """
    return _solve("eigh_tridiagonal", d, e, eigvals_only, select, select_range, check_finite, tol, lapack_driver, out)


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
    (..., k) ndarray
        The eigenvalues, ascending.

    Raises
    ------
    ValueError, TypeError
        As `eigh_tridiagonal`, to which every driver is one for eigenvalues alone here.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.eigvalsh_tridiagonal(np.array([1.0, 3.0]), np.array([0.0]))
    array([1., 3.])
    """
    return _solve("eigvalsh_tridiagonal", d, e, True, select, select_range, check_finite, tol, lapack_driver, out)


def _solve(
    function: str,
    d: Any,
    e: Any,
    values_only: bool,
    select: Any,
    pair: Any,
    check_finite: bool,
    tol: Any,
    driver: Any,
    out: Any,
) -> Any:
    diagonal, beside = (finite_matrix(function, *_single(*x), check_finite, least=1) for x in (("d", d), ("e", e)))
    n = diagonal.shape[-1]
    if n != beside.shape[-1] + 1:
        raise ValueError(f"{function}: d ({n}) must have one more element than e ({beside.shape[-1]})")
    kind = _SELECTIONS.get(select.lower() if isinstance(select, str) else select)
    if kind is None:
        raise ValueError(f"{function}: invalid argument for select, which must be 'a', 'v' or 'i', got {select!r}")
    _check_driver(function, driver, kind, values_only, n, tol)
    dtype = np.result_type(diagonal, beside)
    dtype = dtype.newbyteorder("=") if dtype.kind == "f" and dtype.itemsize >= 4 else np.dtype(np.float64)
    diagonal, beside = diagonal.astype(dtype, copy=False), beside.astype(dtype, copy=False)
    chosen = _range(function, kind, pair, n)
    if diagonal.ndim == beside.ndim == 1:
        first, last = kernels.tridiagonal_range(diagonal, beside, *chosen) if kind == "v" else chosen
        found = kernels.eigh_tridiagonal(function, diagonal, beside, not values_only, first, last, out, check_finite)
        if found is None:
            raise LinAlgError(f"{function}: Eigenvalues did not converge")
        w, v = found
    else:
        w, v = _stack(function, diagonal, beside, values_only, kind == "v", chosen, check_finite)
    if values_only:
        return into(function, w, out)
    return (w, v) if out is None else tuple(all_into(function, ("w", "V"), [w, v], out))


def _single(name: str, a: Any) -> tuple[str, Any]:
    """float16 as float32, in which SciPy computes it too."""
    array = np.asanyarray(a)
    return name, array.astype(np.float32) if array.dtype.char == "e" else array


def _check_driver(function: str, driver: Any, kind: str, values_only: bool, n: int, tol: Any) -> None:
    """SciPy's errors: all drivers give the same result here, but what one of LAPACK's cannot do is refused under its name."""
    if not isinstance(driver, str):
        raise TypeError(f"{function}: lapack_driver must be str, one of {_DRIVERS}, got {driver!r}")
    if driver not in _DRIVERS:
        raise ValueError(f"{function}: lapack_driver must be one of {_DRIVERS}, got {driver!r}")
    if n == 1:  # where SciPy needs none
        return
    if driver in _DRIVERS_OF_ALL and kind != "a":
        raise ValueError(f"{function}: {driver} can only be used when select == 'a', got select {kind!r}")
    if driver == "sterf" and not values_only:
        raise ValueError(f"{function}: sterf can only be used when eigvals_only is True")
    if driver == "stebz" or (driver == "auto" and kind != "a"):
        float(tol)


def _range(function: str, kind: str, pair: Any, n: int) -> tuple[Any, Any]:
    """First and last index, or the two bounds (kind 'v')."""
    if kind == "a":
        return 0, n - 1
    if np.shape(pair) != (2,) or not pair[0] <= pair[1]:
        raise ValueError(f"{function}: select_range must be a 2-element array-like in nondecreasing order, got {pair!r}")
    if kind == "v":
        return value_range(function, "select_range", pair)
    if np.asarray(pair).dtype.kind not in "iu":
        raise ValueError(f"{function}: when using select='i', select_range must contain integers, got {pair!r}")
    return index_range(function, "select_range", pair, n)


def _stack(
    function: str, d: Array, e: Array, values_only: bool, by_value: bool, chosen: tuple[Any, Any], finite: bool
) -> tuple[Array, Array | None]:
    """Matrix by matrix, with the bits of each alone."""
    try:
        front = np.broadcast_shapes(d.shape[:-1], e.shape[:-1])
    except ValueError:
        raise ValueError(f"{function}: the axes of d and e in front must broadcast, got shapes {d.shape} and {e.shape}") from None
    n, dtype = d.shape[-1], d.dtype
    d, e = np.broadcast_to(d, (*front, n)), np.broadcast_to(e, (*front, n - 1))
    if by_value:
        ranges = [kernels.tridiagonal_range(d[index], e[index], *chosen) for index in np.ndindex(front)]
        counts = {last + 1 - first for first, last in ranges}
        if len(counts) != 1:
            raise ValueError(
                f"{function}: select='v' of a stack needs as many eigenvalues in the range of each matrix, "
                f"got {sorted(counts) or 'no matrix'}"
            )
        count = counts.pop()
    else:
        ranges, count = [chosen] * math.prod(front), chosen[1] + 1 - chosen[0]
    w = np.empty((*front, count), dtype)
    v = None if values_only else np.empty((*front, n, count), dtype)
    for index, (first, last) in zip(np.ndindex(front), ranges):
        place = w[index] if v is None else (w[index], v[index])
        found = kernels.eigh_tridiagonal(function, d[index], e[index], not values_only, first, last, place, finite)
        if found is None:
            raise LinAlgError(f"{function}: Eigenvalues did not converge (matrix {index} of the stack)")
        if not finite:  # NaN for a matrix that has NaN is a new array
            w[index] = found[0]
            if v is not None:
                v[index] = found[1]
    return w, v
