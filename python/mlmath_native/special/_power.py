# SPDX-License-Identifier: BSD-3-Clause
"""Powers and cube roots."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import binary, unary

__all__ = ["cbrt", "power"]


@binary(_mlmath.power, "numpy.power")
def power(x1: ArrayLike, x2: ArrayLike) -> Any:
    r"""Powers :math:`y_i = x_{1,i}^{x_{2,i}}`, element by element.

    :math:`e^{x_2 \ln x_1}`, the logarithm and its product with x2 carried to 65 bits; float32 in double. Integers alone are NumPy's
    own.

    Notes
    -----
    At most 1 ulp (1.5 on the baseline level); the same bits for any number of threads, layout and alignment, and on every level
    with FMA. Special values as C's pow: anything to the power 0, and 1 to any power, is 1. Overflow, underflow, zeros to negative
    powers ("divide by zero") and negative numbers to fractions ("invalid value") warn as `numpy.errstate` says.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.power([2.0, 10.0, -8.0], [0.5, -3.0, 3.0])
    array([ 1.41421356e+00,  1.00000000e-03, -5.12000000e+02])
    """
    raise NotImplementedError


@unary(_mlmath.cbrt, "numpy.cbrt")
def cbrt(x: ArrayLike) -> Any:
    r"""Real cube root :math:`y_i = \sqrt[3]{x_i}`, element by element.

    A polynomial for :math:`x^{-1/3}`, one step of third order, and a correction by the exactly known :math:`x - y^3`; no division.

    Notes
    -----
    At most 0.75 ulp (1 on the baseline level); the same bits as `power` promises. Nothing warns.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.cbrt([-27.0, 2.0, 1e-300])
    array([-3.00000000e+000,  1.25992105e+000,  1.00000000e-100])
    """
    raise NotImplementedError
