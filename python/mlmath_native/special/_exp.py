# SPDX-License-Identifier: BSD-3-Clause
"""Exponentials."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["exp"]


@documents(_mlmath.exp)
def exp(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike = True,
    casting: str = "same_kind",
    order: str = "K",
    dtype: DTypeLike | None = None,
    subok: bool = True,
    signature: Any = None,
) -> Any:
    r"""Exponential :math:`y_i = e^{x_i}`, element by element.

    :math:`e^x = 2^n (1 + r + r^2 q(r))` with :math:`x = n \ln 2 + r`, :math:`|r| \le \frac{1}{2} \ln 2` and a near-minimax
    polynomial q: no table, the same operations in every lane.

    Parameters
    ----------
    x : array_like
        Native kernel: float32 and float64 of any shape and strides; integers of 16 bits (as float32) and more (as float64), as
        NumPy converts them. Other dtypes, subclasses and empty arrays give NumPy's result.
    out : ndarray or tuple of one ndarray, optional
        Receives the result. May be `x`, or overlap it.
    where, casting, order, dtype, subok, signature
        As in `numpy.exp`. When one is given, NumPy's result.

    Returns
    -------
    scalar or ndarray
        As `numpy.exp`; `out` when given.

    Raises
    ------
    TypeError
        When `x` has no exponential in NumPy.
    ValueError
        When `out` is read-only or x cannot be broadcast to it.

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
