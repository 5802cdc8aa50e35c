# SPDX-License-Identifier: BSD-3-Clause
"""Functions of whole rows: softmax, its logarithm, and the logarithm of a sum of exponentials."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["log_softmax", "logsumexp", "softmax"]


@documents(_mlmath.softmax)
def softmax(x: ArrayLike, axis: int | tuple[int, ...] | None = None, *, out: NDArray[Any] | None = None) -> Any:
    r"""Softmax of the rows that run along the given axes.

    :math:`y_i = e^{x_i - m} / \sum_j e^{x_j - m}` with :math:`m = \max_j x_j`, which keeps every exponential at most 1
    [Blanchard2021]_. Maximum, exponentials, sum and quotient are taken while a row is in cache: memory is read once and written
    once (rows beyond 256 KiB are read twice).

    Parameters
    ----------
    x : array_like
        Any shape and strides. float32 and float64 are computed in their own precision, float16 in float32; integers give what
        `numpy.exp` makes of them (float64; 16 bits: float32; 8 bits: float16). complex and longdouble: SciPy's own function.
    axis : int or tuple of ints, optional
        Axes along which y sums to one; all by default.
    out : ndarray, optional
        Receives the result. May be `x`, or overlap it. SciPy's function has no such parameter.

    Returns
    -------
    scalar or ndarray
        Like `x`; `out` when given.

    Raises
    ------
    numpy.exceptions.AxisError
        When an axis is out of range.
    ValueError
        When a row has no elements, an axis is named twice, or `out` is read-only or of another shape.
    TypeError
        When `x` is not numeric or `out` cannot hold the result.

    Warns
    -----
    RuntimeWarning
        "invalid", for a row of nothing but :math:`-\infty` or with a :math:`+\infty`: it becomes NaN, as the quotient has it.

    See Also
    --------
    log_softmax : for logarithms of probabilities, which vanish here.

    Notes
    -----
    Relative error at most :math:`(|x_i - m| + \ln n + s + 8)\,\epsilon/2` for results in the normal range, where
    :math:`s = n/4 + 4` up to 64 elements (float32: 128) and :math:`\min(n, 1024)/32 + 8` (float32: /64) beyond; the first term is
    what a rounding of x costs. Results that underflow are subnormal or 0, without a warning. The same bits for any number of
    threads, layout and alignment, and on every level with FMA. 8-bit and unsigned integers are converted before the maximum is
    subtracted, which in SciPy's arithmetic wraps around.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.special.softmax(np.array([[0.0, 0.0], [1000.0, -1000.0]]), axis=1)
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    raise NotImplementedError


@documents(_mlmath.log_softmax)
def log_softmax(x: ArrayLike, axis: int | tuple[int, ...] | None = None, *, out: NDArray[Any] | None = None) -> Any:
    r"""Logarithm of softmax: :math:`y_i = (x_i - m) - L`, :math:`L = \ln \sum_j e^{x_j - m}`.

    L is computed as :math:`\ln(1 + r)` with r the sum without (one of) the maxima, so that a row which one element dominates keeps
    its small logarithms: L is not rounded to 0 before :math:`r < 10^{-308}`.

    Parameters
    ----------
    x, axis, out
        As in `softmax`.

    Returns
    -------
    scalar or ndarray
        Like `x`; `out` when given.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError, TypeError
        As in `softmax`.

    Warns
    -----
    RuntimeWarning
        "invalid" as in `softmax`: a row of :math:`-\infty` becomes NaN; with a :math:`+\infty` in the row, finite elements become
        :math:`-\infty` and infinite ones NaN. "overflow" when :math:`x_i - m` leaves the range.

    Notes
    -----
    Error at most :math:`(|x_i - m| + 2|y_i| + 3L + (g + \ln n + s + 8) \min(1, L))\,\epsilon/2`, s as in `softmax`, g the distance
    from the largest to the second largest element. SciPy rounds 1 + r first.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.special.log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    >>> float(mm.special.log_softmax(np.array([0.0, -100.0]))[0])
    -3.7200759760208356e-44
    """
    raise NotImplementedError


@documents(_mlmath.logsumexp)
def logsumexp(
    a: ArrayLike,
    axis: int | tuple[int, ...] | None = None,
    b: ArrayLike | None = None,
    keepdims: bool = False,
    return_sign: bool = False,
    *,
    out: NDArray[Any] | None = None,
) -> Any:
    r"""Logarithm of the sum of exponentials, :math:`s = \ln \sum_j b_j e^{a_j}`.

    :math:`s = m + L`, :math:`m = \max_j a_j`, L as in `log_softmax`: accurate also where s is close to m. One pass over memory.

    Parameters
    ----------
    a : array_like
        Any shape and strides; dtypes as in `softmax`, but integers and bool are computed as float64.
    axis : int or tuple of ints, optional
        Axes to sum over; all by default.
    b : array_like, optional
        Weights, broadcast against `a`; may be negative. An element whose weight is 0 takes no part, whatever it is.
    keepdims : bool, optional
        Keep the reduced axes with size one.
    return_sign : bool, optional
        Return :math:`\ln |\sum|` and the sum's sign. Otherwise a negative sum gives NaN.
    out : ndarray, optional
        Receives the result; not together with `return_sign`. SciPy's function has no such parameter.

    Returns
    -------
    s : scalar or ndarray
        The result; of dtype float16, float32 or float64.
    sign : scalar or ndarray
        If `return_sign`: +1, 0, -1 or NaN.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError, TypeError
        As in `softmax`; ValueError also when `a` and `b` cannot be broadcast. No elements are no error: the sum is 0, the result
        :math:`-\infty`.

    Notes
    -----
    Error at most :math:`(|s| + 3L + (g + \ln n + s' + 8) \min(1, L))\,\epsilon/2` without weights, g as in `log_softmax` and s'
    the s of `softmax`; with weights
    :math:`(|m| + (\ln n + s' + 8) \sum_j |b_j| e^{a_j} / |\sum_j b_j e^{a_j}|)\,\epsilon/2`. No warnings: a row of
    :math:`-\infty` gives :math:`-\infty`, one with :math:`+\infty` :math:`+\infty`, one with a NaN NaN.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.special.logsumexp(np.array([1000.0, 1000.0])))
    1000.6931471805599
    >>> s, sign = mm.special.logsumexp(np.array([1.0, 2.0]), b=[1, -1], return_sign=True)
    >>> float(s), float(sign)
    (1.5413248546129181, -1.0)
    """
    raise NotImplementedError
