# SPDX-License-Identifier: BSD-3-Clause
"""Trigonometric functions and their inverses."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import binary, unary

__all__ = ["arctan", "arctan2", "cos", "cospi", "sin", "sinpi", "tan"]


@unary(_mlmath.sin, "numpy.sin")
def sin(x: ArrayLike) -> Any:
    r"""Sine :math:`y_i = \sin x_i`, x in radians, element by element.

    The nearest multiple of :math:`\pi/2` is taken off in three parts [Cody1980]_, from :math:`2^{30}` on (float32: :math:`2^{15}`)
    with as many bits of :math:`2/\pi` as x needs [Payne1983]_; what is left, and its rounding error, goes through a polynomial.

    Notes
    -----
    At most 1 ulp (1.5 on the baseline level), for the largest numbers too; the same bits for any number of threads, layout and
    alignment, and on every level with FMA. NaN at the infinities, with the warning "invalid value" as `numpy.errstate` says.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.sin([0.0, 0.5, 1e22])
    array([ 0.        ,  0.47942554, -0.85220085])
    """
    raise NotImplementedError


@unary(_mlmath.cos, "numpy.cos")
def cos(x: ArrayLike) -> Any:
    r"""Cosine :math:`y_i = \cos x_i`, x in radians, element by element.

    As `sin`, a quarter of a turn on.

    Notes
    -----
    At most 1 ulp (1.5 on the baseline level); the same bits and warnings as `sin` promises.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.cos([0.0, 0.5, 1e22])
    array([1.        , 0.87758256, 0.52321479])
    """
    raise NotImplementedError


@unary(_mlmath.tan, "numpy.tan")
def tan(x: ArrayLike) -> Any:
    r"""Tangent :math:`y_i = \sin x_i / \cos x_i`, x in radians, element by element.

    Sine and cosine, with what their roundings lost, from one reduction; the quotient is corrected once.

    Notes
    -----
    At most 1.1 ulp (2 on the baseline level); the same bits and warnings as `sin` promises. No floating-point number is a pole.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.tan([0.0, 0.5, np.pi / 2])
    array([0.00000000e+00, 5.46302490e-01, 1.63312394e+16])
    """
    raise NotImplementedError


@unary(_mlmath.sinpi, "scipy.special.sinpi")
def sinpi(x: ArrayLike) -> Any:
    r"""Sine of half turns :math:`y_i = \sin \pi x_i`, element by element.

    The nearest half of an integer is taken off exactly; :math:`\pi` times the rest is carried in two parts.

    Notes
    -----
    C23's `sinpi`; SciPy has none in public, so that what is not native is refused with a TypeError. At most 1 ulp (1.5 on the
    baseline level); the same bits as `sin` promises. Integers give zeros of the sign of x, infinities NaN with the warning
    "invalid value"; subnormal results warn of underflow.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.sinpi([0.25, 1.0, 1e15 + 0.5])
    array([0.70710678, 0.        , 1.        ])
    """
    raise NotImplementedError


@unary(_mlmath.cospi, "scipy.special.cospi")
def cospi(x: ArrayLike) -> Any:
    r"""Cosine of half turns :math:`y_i = \cos \pi x_i`, element by element.

    As `sinpi`, a quarter of a turn on.

    Notes
    -----
    C23's `cospi`; refusals, error, bits and warnings as `sinpi` promises, but that nothing underflows. Odd halves give +0.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.cospi([0.25, 0.5, 1e300])
    array([0.70710678, 0.        , 1.        ])
    """
    raise NotImplementedError


@unary(_mlmath.arctan, "numpy.arctan")
def arctan(x: ArrayLike) -> Any:
    r"""Arc tangent: the angle :math:`y_i \in [-\pi/2, \pi/2]` with :math:`\tan y_i = x_i`, in radians, element by element.

    :math:`\arctan c + \arctan \frac{x - c}{1 + c x}` with the nearest c of fourteen points: one division, one short polynomial.

    Notes
    -----
    At most 1 ulp (1.5 on the baseline level); the same bits as `sin` promises. Nothing warns.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.arctan([-np.inf, 0.5, 1.0])
    array([-1.57079633,  0.46364761,  0.78539816])
    """
    raise NotImplementedError


@binary(_mlmath.arctan2, "numpy.arctan2")
def arctan2(x1: ArrayLike, x2: ArrayLike) -> Any:
    r"""Angle :math:`y_i \in [-\pi, \pi]` of the point :math:`(x_{2,i}, x_{1,i})`, in radians, element by element.

    `arctan` of the smaller coordinate over the larger, and a multiple of :math:`\pi/2` that is added without loss.

    Notes
    -----
    At most 1 ulp (1.5 on the baseline level); the same bits as `sin` promises. Zeros and infinities of either sign stand for
    directions, as in C. Subnormal quotients warn of underflow as `numpy.errstate` says; nothing else does.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.arctan2([1.0, 1.0, -0.0], [1.0, -1.0, -1.0])
    array([ 0.78539816,  2.35619449, -3.14159265])
    """
    raise NotImplementedError
