# SPDX-License-Identifier: BSD-3-Clause
"""Statistics under NumPy's names: sums, means, variances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["mean", "sum", "var"]


@documents(_mlmath.sum)
def sum(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float = 0,
    where: ArrayLike = True,
) -> Any:
    r"""Sum of array elements over given axes.

    :math:`s_k = \sum_i x_{ki}`, k over the kept and i over the reduced axes. Elements are added in double, float32 ones too, in 32
    lanes over chunks of 1024 in logical order, chunks pairwise: the same bits for any number of threads, layout and alignment.

    Parameters
    ----------
    a : array_like
        Native kernel: an ndarray of float32 or float64, any shape and strides. Anything else gives NumPy's result.
    axis : int or tuple of ints, optional
        Axes to sum over; all by default.
    dtype : dtype, optional
        Of the result; native are the dtype of `a` and float64.
    out : ndarray, optional
        Receives the result; must have its shape.
    keepdims : bool, optional
        Keep the reduced axes with size one.
    initial : scalar, optional
        Start of the sum. Given: NumPy's result.
    where : array_like of bool, optional
        Elements to include. Given: NumPy's result.

    Returns
    -------
    scalar or ndarray
        As `numpy.sum`: a scalar when every axis is reduced; `out` when given.

    Raises
    ------
    numpy.exceptions.AxisError
        When an axis is out of range.
    ValueError
        When an axis is named twice, or `out` has another shape or is read-only.

    Notes
    -----
    Error: :math:`|s - \hat s| \le \gamma \sum_i |x_i|`,
    :math:`\gamma = (\min(n, 1024)/32 + 5 + \log_2 \lceil n/1024 \rceil)\,2^{-53}`, for float32 too (then one rounding to float32)
    [Higham2002]_, sec. 4.2. NumPy adds pairwise in the dtype of `a` along contiguous axes, and one after the other elsewhere.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    array([4., 6.])
    """
    raise NotImplementedError


@documents(_mlmath.mean)
def mean(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> Any:
    r"""Arithmetic mean over given axes.

    :math:`\bar x_k = \frac{1}{n} \sum_i x_{ki}`, the sum as in `sum`: in double, in an order fixed by n alone.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As in `sum`.

    Returns
    -------
    scalar or ndarray
        As `numpy.mean`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Warns
    -----
    RuntimeWarning
        For the mean of nothing, which is NaN.

    Notes
    -----
    The error of `sum`, then two roundings. The mean of :math:`2^{29}` or fewer equal float32 numbers is that number.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.mean(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=1, keepdims=True)
    array([[1.5],
           [3.5]])
    """
    raise NotImplementedError


@documents(_mlmath.var)
def var(
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
    r"""Variance over given axes, in one pass over memory.

    :math:`v_k = \frac{1}{n - d} \sum_i (x_{ki} - \bar x_k)^2`, d = `ddof` or `correction`. Chunks of 1024 elements are read twice
    while they lie in cache (mean, then deviations), and merged pairwise [Chan1983]_: as accurate as two passes, no temporary array.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As in `sum`.
    ddof : float, optional
        Subtracted from the number of elements; 1 gives the unbiased estimate.
    mean : array_like, optional
        The mean, with the reduced axes kept. Given: NumPy's result.
    correction : float, optional
        Another name for `ddof`; only one may be given.

    Returns
    -------
    scalar or ndarray
        As `numpy.var`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`; ValueError when both `ddof` and `correction` are given.

    Warns
    -----
    RuntimeWarning
        When `ddof` leaves no degree of freedom.

    Notes
    -----
    Relative error about :math:`(37 + 4 \log_2 \lceil n/1024 \rceil)\,\epsilon + n (\epsilon \kappa)^2` with double's epsilon and
    :math:`\kappa` = root mean square / standard deviation; float32 is reduced in double.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.var(1e9 + np.array([4.0, 7.0, 13.0, 16.0]), ddof=1))
    30.0
    """
    raise NotImplementedError
