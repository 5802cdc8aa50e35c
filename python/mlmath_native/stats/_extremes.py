# SPDX-License-Identifier: BSD-3-Clause
"""Smallest and largest elements, and where they stand, under NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["amax", "amin", "argmax", "argmin", "max", "min"]


@documents(_mlmath.min)
def min(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike = True,
) -> Any:
    r"""Smallest element over given axes.

    :math:`m_k = \min_i x_{ki}`; a NaN wins. The result is one of the elements, of the dtype of `a`, with :math:`-0 < +0`:
    the same bits for any number of threads and layout.

    Parameters
    ----------
    a, axis, out, keepdims
        As in `sum`.
    initial : scalar, optional
        Joins the elements. Native: a Python number that the dtype of `a` can hold; float16: NumPy's result.
    where : array_like of bool, optional
        Elements to include; needs `initial`.

    Returns
    -------
    scalar or ndarray
        As `numpy.min`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`; ValueError for an empty array or a `where` without `initial`.

    See Also
    --------
    nanmin : without the NaNs.
    argmin : where it stands.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.min(np.array([[3, 1], [2, 5]]), axis=0)
    array([2, 1])
    """
    raise NotImplementedError


@documents(_mlmath.max)
def max(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike = True,
) -> Any:
    r"""Largest element over given axes.

    :math:`m_k = \max_i x_{ki}`; a NaN wins. The result is one of the elements, of the dtype of `a`, with :math:`-0 < +0`:
    the same bits for any number of threads and layout.

    Parameters
    ----------
    a, axis, out, keepdims
        As in `sum`.
    initial : scalar, optional
        Joins the elements. Native: a Python number that the dtype of `a` can hold; float16: NumPy's result.
    where : array_like of bool, optional
        Elements to include; needs `initial`.

    Returns
    -------
    scalar or ndarray
        As `numpy.max`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`; ValueError for an empty array or a `where` without `initial`.

    See Also
    --------
    nanmax : without the NaNs.
    argmax : where it stands.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.max(np.array([[3, 1], [2, 5]]), axis=0)
    array([3, 5])
    """
    raise NotImplementedError


@documents(_mlmath.amin)
def amin(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike = True,
) -> Any:
    r"""Smallest element over given axes: `min` under its other name.

    Parameters
    ----------
    a, axis, out, keepdims, initial, where
        As in `min`; what is NumPy's result there is so here.

    Returns
    -------
    scalar or ndarray
        As `numpy.amin`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.amin(np.array([3.0, 1.0, 2.0])))
    1.0
    """
    raise NotImplementedError


@documents(_mlmath.amax)
def amax(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike = True,
) -> Any:
    r"""Largest element over given axes: `max` under its other name.

    Parameters
    ----------
    a, axis, out, keepdims, initial, where
        As in `max`; what is NumPy's result there is so here.

    Returns
    -------
    scalar or ndarray
        As `numpy.amax`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.amax(np.array([3.0, 1.0, 2.0])))
    3.0
    """
    raise NotImplementedError


@documents(_mlmath.argmin)
def argmin(
    a: ArrayLike,
    axis: int | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any:
    r"""Position of the smallest element along an axis, or in the flattened array.

    The first of equal ones; the first NaN, when there is one. Positions count in logical (C) order. The chunk of 1024
    elements that holds it is read a second time, from cache.

    Parameters
    ----------
    a : array_like
        As in `sum`.
    axis : int, optional
        The axis to search along; the flattened array by default.
    out : ndarray of intp, optional
        Receives the result.
    keepdims : bool, optional
        Keep the searched axes with size one.

    Returns
    -------
    intp or ndarray of intp
        As `numpy.argmin`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `min`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.argmin(np.array([[3.0, 1.0], [2.0, np.nan]]), axis=1)
    array([1, 1])
    """
    raise NotImplementedError


@documents(_mlmath.argmax)
def argmax(
    a: ArrayLike,
    axis: int | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any:
    r"""Position of the largest element along an axis, or in the flattened array.

    The first of equal ones; the first NaN, when there is one. Positions count in logical (C) order. The chunk of 1024
    elements that holds it is read a second time, from cache.

    Parameters
    ----------
    a : array_like
        As in `sum`.
    axis : int, optional
        The axis to search along; the flattened array by default.
    out : ndarray of intp, optional
        Receives the result.
    keepdims : bool, optional
        Keep the searched axes with size one.

    Returns
    -------
    intp or ndarray of intp
        As `numpy.argmax`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `max`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.argmax(np.array([[3.0, 1.0], [2.0, np.nan]]), axis=1)
    array([0, 1])
    """
    raise NotImplementedError
