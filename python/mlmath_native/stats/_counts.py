# SPDX-License-Identifier: BSD-3-Clause
"""Whether elements are true, and how many are not zero, under NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["all", "any", "count_nonzero"]


@documents(_mlmath.any)
def any(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> Any:
    r"""Whether any element is true, over given axes.

    NaN counts as true, zeros of either sign as false. When the whole array is asked, the rest is not read once the answer is known.

    Parameters
    ----------
    a, axis, keepdims, where
        As in `sum`.
    out : ndarray of bool, optional
        Receives the result; another dtype gives NumPy's result.

    Returns
    -------
    bool or ndarray of bool
        As `numpy.any`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.any(np.array([[0.0, 1.0], [0.0, 0.0]]), axis=1)
    array([ True, False])
    """
    raise NotImplementedError


@documents(_mlmath.all)
def all(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> Any:
    r"""Whether all elements are true, over given axes.

    NaN counts as true, zeros of either sign as false. When the whole array is asked, the rest is not read once the answer is known.

    Parameters
    ----------
    a, axis, keepdims, where
        As in `sum`.
    out : ndarray of bool, optional
        Receives the result; another dtype gives NumPy's result.

    Returns
    -------
    bool or ndarray of bool
        As `numpy.all`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.all(np.array([[2, 1], [0, 1]]), axis=1)
    array([ True, False])
    """
    raise NotImplementedError


@documents(_mlmath.count_nonzero)
def count_nonzero(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    *,
    keepdims: bool = False,
) -> Any:
    r"""Number of elements that are not zero, over given axes.

    Parameters
    ----------
    a, axis, keepdims
        As in `sum`. NaN is not zero.

    Returns
    -------
    intp or ndarray of intp
        As `numpy.count_nonzero`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Notes
    -----
    Anything that is not native in `sum` gives NumPy's result.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.count_nonzero(np.array([[0, 7], [1, 2]]), axis=0)
    array([1, 2])
    """
    raise NotImplementedError
