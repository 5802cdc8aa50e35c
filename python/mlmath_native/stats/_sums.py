# SPDX-License-Identifier: BSD-3-Clause
"""Sums, products and means under NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["mean", "prod", "sum"]


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

    :math:`s_k = \sum_i x_{ki}`, k over the kept and i over the reduced axes. Floating-point elements are added in double,
    float16 and float32 ones too, in 32 lanes over chunks of 1024 in logical order, chunks pairwise: the same bits for any
    number of threads, layout and alignment. Integers and booleans are added in 64 bits and wrap, as NumPy's.

    Parameters
    ----------
    a : array_like
        Native kernel: an ndarray of bool, integers, float16, float32 or float64, any shape and strides. Anything else gives
        NumPy's result.
    axis : int or tuple of ints, optional
        Axes to sum over; all by default.
    dtype : dtype, optional
        Of the result; native are the dtype that is chosen without it, and float64 (which then is the dtype of the additions).
    out : ndarray, optional
        Receives the result; must have its shape.
    keepdims : bool, optional
        Keep the reduced axes with size one.
    initial : scalar, optional
        Added to the sum. Native: a Python number that the result's dtype can hold.
    where : array_like of bool, optional
        Elements to include; broadcast to the shape of `a`. Native: an ndarray of bool, or a Python bool.

    Returns
    -------
    scalar or ndarray
        As `numpy.sum`: a scalar when every axis is reduced; `out` when given. Integers give int64 or uint64.

    Raises
    ------
    numpy.exceptions.AxisError
        When an axis is out of range.
    ValueError
        When an axis is named twice, or `out` has another shape or is read-only.

    Notes
    -----
    Error: :math:`|s - \hat s| \le \gamma \sum_i |x_i|`,
    :math:`\gamma = (\min(n, 1024)/32 + 5 + \log_2 \lceil n/1024 \rceil)\,2^{-53}`, for float16 and float32 too (then one
    rounding to the dtype) [Higham2002]_, sec. 4.2. NumPy adds pairwise in the dtype of `a` along contiguous axes, and one
    after the other elsewhere. Elements that `where` leaves out are dropped from their chunk: n counts those that remain.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    array([4., 6.])
    >>> int(mm.sum(np.array([1, 2, 3]), initial=10))
    16
    """
    raise NotImplementedError


@documents(_mlmath.prod)
def prod(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float = 1,
    where: ArrayLike = True,
) -> Any:
    r"""Product of array elements over given axes.

    :math:`p_k = \prod_i x_{ki}`, in an order fixed by the number of elements. Floating-point mantissas and exponents are
    multiplied and added on their own, in double: no intermediate product overflows or vanishes, only the result may.
    Integers wrap in 64 bits.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As in `sum`.
    initial : scalar, optional
        Multiplied with the product.

    Returns
    -------
    scalar or ndarray
        As `numpy.prod`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`.

    Notes
    -----
    Relative error :math:`(n - 1)\,2^{-53}` at most, as every multiplication rounds [Higham2002]_, sec. 3.1; then one
    rounding to the dtype. NumPy multiplies one after the other in the dtype of `a`, and gives 0 or infinity when an
    intermediate product does.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.prod(np.array([1e300, 1e300, 1e-300, 1e-300])))
    1.0
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

    :math:`\bar x_k = \frac{1}{n} \sum_i x_{ki}`, the sum as in `sum`: in double, in an order fixed by n alone; integers too.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As in `sum`.

    Returns
    -------
    scalar or ndarray
        As `numpy.mean`: in the dtype of `a` when that is a floating one, else float64.

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
