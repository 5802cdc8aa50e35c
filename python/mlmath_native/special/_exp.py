# SPDX-License-Identifier: BSD-3-Clause
"""Exponentials."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import unary

__all__ = ["exp", "exp2", "expm1"]


@unary(_mlmath.exp, "numpy.exp")
def exp(x: ArrayLike) -> Any:
    r"""Exponential :math:`y_i = e^{x_i}`, element by element.

    :math:`e^x = 2^{n/8} e^r` with :math:`x = \frac{n}{8} \ln 2 + r`, :math:`|r| \le \frac{1}{16} \ln 2`: eight powers of two from a
    table that fits one register, and a polynomial of degree 7 (float32: 4) for :math:`e^r - 1`. The same operations in every lane.

    Notes
    -----
    At most 0.7 ulp on every level (0.8 where the result is subnormal); the same bits for any number of threads, layout and
    alignment, and on every level with FMA. :math:`e^{\pm 0} = 1`, :math:`e^{-\infty} = 0`. Overflow and underflow obey
    `numpy.errstate`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.exp(np.array([0.0, 1.0, -np.inf]))
    array([1.        , 2.71828183, 0.        ])
    >>> x = np.array([-1e4, 2.0])
    >>> mm.exp(x, out=np.zeros(2), where=x > -700)  # what is not asked for is not computed, and warns of nothing
    array([0.       , 7.3890561])
    """
    raise NotImplementedError


@unary(_mlmath.exp2, "numpy.exp2")
def exp2(x: ArrayLike) -> Any:
    r"""Power of two :math:`y_i = 2^{x_i}`, element by element.

    As `exp` with :math:`x = n/8 + r`, which is exact.

    Notes
    -----
    At most 0.7 ulp on every level (0.8 where the result is subnormal); integers give exact powers; the same bits as `exp` promises.
    Overflow and underflow obey `numpy.errstate`.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.exp2([0, 0.5, 10])
    array([1.00000000e+00, 1.41421356e+00, 1.02400000e+03])
    """
    raise NotImplementedError


@unary(_mlmath.expm1, "numpy.expm1")
def expm1(x: ArrayLike) -> Any:
    r"""Exponential minus one :math:`y_i = e^{x_i} - 1`, element by element, without cancellation where x is small.

    With the reduction of `exp`, :math:`e^x - 1 = (2^{n/8} - 1) + 2^{n/8} r + 2^{n/8} r^2 q(r)`, the first two added without loss.

    Notes
    -----
    At most 0.75 ulp on levels with FMA (1.2 without); the same bits as `exp` promises. :math:`-0` gives :math:`-0`,
    :math:`-\infty` gives :math:`-1`. Overflow obeys `numpy.errstate`.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.expm1([1e-10, 1.0])
    array([1.00000000e-10, 1.71828183e+00])
    """
    raise NotImplementedError
