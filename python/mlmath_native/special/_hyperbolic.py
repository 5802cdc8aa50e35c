# SPDX-License-Identifier: BSD-3-Clause
"""Hyperbolic functions."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import unary

__all__ = ["cosh", "sinh", "tanh"]


@unary(_mlmath.sinh, "numpy.sinh")
def sinh(x: ArrayLike) -> Any:
    r"""Hyperbolic sine :math:`y_i = \tfrac12 (e^{x_i} - e^{-x_i})`, element by element.

    A polynomial below 1; beyond, half an exponential whose last part is added after :math:`e^{-x}` is taken off it.

    Notes
    -----
    At most 1 ulp (2 on the baseline level); the same bits for any number of threads, layout and alignment, and on every level with
    FMA. Results beyond the largest number warn of overflow as `numpy.errstate` says; nothing else does.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.sinh([-1.0, 0.0, 1e-9])
    array([-1.17520119e+00,  0.00000000e+00,  1.00000000e-09])
    """
    raise NotImplementedError


@unary(_mlmath.cosh, "numpy.cosh")
def cosh(x: ArrayLike) -> Any:
    r"""Hyperbolic cosine :math:`y_i = \tfrac12 (e^{x_i} + e^{-x_i})`, element by element.

    As `sinh`, without a case of its own near 0.

    Notes
    -----
    At most 1 ulp (2 on the baseline level); the same bits and warnings as `sinh` promises.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.cosh([0.0, 710.0])
    array([1.00000000e+000, 1.11699738e+308])
    """
    raise NotImplementedError


@unary(_mlmath.tanh, "numpy.tanh")
def tanh(x: ArrayLike) -> Any:
    r"""Hyperbolic tangent :math:`y_i = \frac{e^{x_i} - e^{-x_i}}{e^{x_i} + e^{-x_i}}`, element by element.

    A quotient of polynomials below 3/4 and :math:`1 - 2/(e^{2x} + 1)` beyond; one division serves either.

    Notes
    -----
    At most 1.25 ulp (2 on the baseline level); the same bits as `sinh` promises. Nothing warns.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.tanh([-50.0, 0.5, 1e-300])
    array([-1.00000000e+000,  4.62117157e-001,  1.00000000e-300])
    """
    raise NotImplementedError
