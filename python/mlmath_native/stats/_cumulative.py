# SPDX-License-Identifier: BSD-3-Clause
"""Running sums and products under NumPy's names."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["cumprod", "cumsum", "nancumprod", "nancumsum"]


@documents(_mlmath.cumsum)
def cumsum(a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: NDArray[Any] | None = None) -> Any:
    r"""Running sums along an axis, or through the flattened array.

    :math:`y_i = \sum_{j \le i} x_j`, in double for floating-point elements (each result rounded once), in groups of eight
    within chunks of 1024: the same bits for any number of threads and layout. Integers wrap in 64 bits.

    Parameters
    ----------
    a, dtype
        As in `sum`; anything that is not native there gives NumPy's result.
    axis : int, optional
        The axis to run along; the flattened array by default.
    out : ndarray, optional
        Receives the result; must have its shape.

    Returns
    -------
    ndarray
        As `numpy.cumsum`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Notes
    -----
    Error: :math:`(\min(n, 1024)/8 + 4 + n/1024)\,2^{-53} \sum_j |x_j|` [Higham2002]_, sec. 4.2; NumPy's is
    :math:`n\,2^{-53} \sum_j |x_j|`, with :math:`2^{-24}` for float32.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.cumsum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    array([[1., 2.],
           [4., 6.]])
    """
    raise NotImplementedError


@documents(_mlmath.cumprod)
def cumprod(a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: NDArray[Any] | None = None) -> Any:
    r"""Running products along an axis, or through the flattened array.

    :math:`y_i = \prod_{j \le i} x_j`, one multiplication after the other, in double for floating-point elements (each result
    rounded once). Integers wrap in 64 bits.

    Parameters
    ----------
    a, axis, dtype, out
        As in `cumsum`; what is NumPy's result there is so here.

    Returns
    -------
    ndarray
        As `numpy.cumprod`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.cumprod(np.array([1, 2, 3, 4]))
    array([ 1,  2,  6, 24])
    """
    raise NotImplementedError


@documents(_mlmath.nancumsum)
def nancumsum(a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: NDArray[Any] | None = None) -> Any:
    r"""Running sums along an axis, or through the flattened array, NaN counting as zero.

    As `cumsum` of the elements with every NaN replaced, without a copy of the array.

    Parameters
    ----------
    a, axis, dtype, out
        As in `cumsum`; what is NumPy's result there is so here.

    Returns
    -------
    ndarray
        As `numpy.nancumsum`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.nancumsum(np.array([1.0, np.nan, 2.0]))
    array([1., 1., 3.])
    """
    raise NotImplementedError


@documents(_mlmath.nancumprod)
def nancumprod(a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: NDArray[Any] | None = None) -> Any:
    r"""Running products along an axis, or through the flattened array, NaN counting as one.

    As `cumprod` of the elements with every NaN replaced, without a copy of the array.

    Parameters
    ----------
    a, axis, dtype, out
        As in `cumsum`; what is NumPy's result there is so here.

    Returns
    -------
    ndarray
        As `numpy.nancumprod`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.nancumprod(np.array([3.0, np.nan, 2.0]))
    array([3., 3., 6.])
    """
    raise NotImplementedError
