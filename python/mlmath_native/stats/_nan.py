# SPDX-License-Identifier: BSD-3-Clause
"""Reductions that skip NaN, under NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["nanargmax", "nanargmin", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar"]


@documents(_mlmath.nansum)
def nansum(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float = 0,
    where: ArrayLike = True,
) -> Any:
    r"""Sum over given axes, NaN counting as zero.

    As `sum` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, initial, where
        As in `sum`.

    Returns
    -------
    scalar or ndarray
        As `numpy.nansum`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Notes
    -----
    Anything that is not native in `sum` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.nansum(np.array([1.0, np.nan, 2.0])))
    3.0
    """
    raise NotImplementedError


@documents(_mlmath.nanprod)
def nanprod(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float = 1,
    where: ArrayLike = True,
) -> Any:
    r"""Product over given axes, NaN counting as one.

    As `prod` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, initial, where
        As in `prod`.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanprod`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `prod`.

    Notes
    -----
    Anything that is not native in `prod` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.nanprod(np.array([3.0, np.nan, 2.0])))
    6.0
    """
    raise NotImplementedError


@documents(_mlmath.nanmean)
def nanmean(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> Any:
    r"""Mean of the numbers over given axes.

    As `mean` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As in `mean`.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanmean`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `mean`.

    Warns
    -----
    RuntimeWarning
        When only NaNs are to be reduced; the result is NaN there.

    Notes
    -----
    Anything that is not native in `mean` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.nanmean(np.array([[1.0, np.nan], [3.0, 4.0]]), axis=0)
    array([2., 4.])
    """
    raise NotImplementedError


@documents(_mlmath.nanvar)
def nanvar(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
    mean: ArrayLike | None = None,
    correction: float = 0,
) -> Any:
    r"""Variance of the numbers over given axes.

    As `var` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, dtype, out, ddof, keepdims, where, mean, correction
        As in `var`.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanvar`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `var`.

    Warns
    -----
    RuntimeWarning
        When only NaNs are to be reduced; the result is NaN there.

    Notes
    -----
    Anything that is not native in `var` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.nanvar(np.array([1.0, np.nan, 3.0])))
    1.0
    """
    raise NotImplementedError


@documents(_mlmath.nanstd)
def nanstd(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
    mean: ArrayLike | None = None,
    correction: float = 0,
) -> Any:
    r"""Standard deviation of the numbers over given axes.

    As `std` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, dtype, out, ddof, keepdims, where, mean, correction
        As in `std`.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanstd`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `std`.

    Warns
    -----
    RuntimeWarning
        When only NaNs are to be reduced; the result is NaN there.

    Notes
    -----
    Anything that is not native in `std` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.nanstd(np.array([1.0, np.nan, 5.0])))
    2.0
    """
    raise NotImplementedError


@documents(_mlmath.nanmin)
def nanmin(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike = True,
) -> Any:
    r"""Smallest number over given axes.

    As `min` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, out, keepdims, initial, where
        As in `min`.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanmin`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `min`.

    Warns
    -----
    RuntimeWarning
        When only NaNs are to be reduced; the result is NaN there.

    Notes
    -----
    Anything that is not native in `min` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.nanmin(np.array([2.0, np.nan, 1.0])))
    1.0
    """
    raise NotImplementedError


@documents(_mlmath.nanmax)
def nanmax(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike = True,
) -> Any:
    r"""Largest number over given axes.

    As `max` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, out, keepdims, initial, where
        As in `max`.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanmax`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `max`.

    Warns
    -----
    RuntimeWarning
        When only NaNs are to be reduced; the result is NaN there.

    Notes
    -----
    Anything that is not native in `max` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.nanmax(np.array([2.0, np.nan, 1.0])))
    2.0
    """
    raise NotImplementedError


@documents(_mlmath.nanargmin)
def nanargmin(
    a: ArrayLike,
    axis: int | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any:
    r"""Position of the smallest number along an axis.

    As `argmin` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, out, keepdims
        As in `argmin`.

    Returns
    -------
    intp or ndarray of intp
        As `numpy.nanargmin`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `argmin`.

    Notes
    -----
    Anything that is not native in `argmin` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> int(mm.nanargmin(np.array([np.nan, 2.0, 1.0])))
    2
    """
    raise NotImplementedError


@documents(_mlmath.nanargmax)
def nanargmax(
    a: ArrayLike,
    axis: int | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any:
    r"""Position of the largest number along an axis.

    As `argmax` of the elements that are not NaN; they are counted and skipped in the same pass, without a copy.

    Parameters
    ----------
    a, axis, out, keepdims
        As in `argmax`.

    Returns
    -------
    intp or ndarray of intp
        As `numpy.nanargmax`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `argmax`.

    Notes
    -----
    Anything that is not native in `argmax` gives NumPy's result, and so does a call that NumPy warns of or refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> int(mm.nanargmax(np.array([np.nan, 2.0, 1.0])))
    1
    """
    raise NotImplementedError
