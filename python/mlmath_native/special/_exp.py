# SPDX-License-Identifier: BSD-3-Clause
"""Exponentials."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import unary

__all__ = ["exp"]


@unary(_mlmath.exp, "numpy.exp")
def exp(x: ArrayLike) -> Any:
    r"""Exponential :math:`y_i = e^{x_i}`, element by element.

    :math:`e^x = 2^n (1 + r + r^2 q(r))` with :math:`x = n \ln 2 + r`, :math:`|r| \le \frac{1}{2} \ln 2` and a near-minimax
    polynomial q: no table, the same operations in every lane.

    Notes
    -----
    At most 0.8 ulp on every level (0.9 where the result is subnormal); the same bits for any number of threads, layout and
    alignment, and on every level with FMA. :math:`e^{\pm 0} = 1`, :math:`e^{-\infty} = 0`. Overflow and underflow obey
    `numpy.errstate`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.special.exp(np.array([0.0, 1.0, -np.inf]))
    array([1.        , 2.71828183, 0.        ])
    """
    raise NotImplementedError
