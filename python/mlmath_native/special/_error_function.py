# SPDX-License-Identifier: BSD-3-Clause
"""The error function, the normal distribution function, and their inverses."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import unary

__all__ = ["erf", "erfc", "erfcinv", "erfinv", "ndtr", "ndtri"]


@unary(_mlmath.erf, "scipy.special.erf")
def erf(x: ArrayLike) -> Any:
    r"""Error function :math:`y_i = \frac{2}{\sqrt\pi} \int_0^{x_i} e^{-t^2} dt`, element by element.

    With j h the multiple of a step h nearest to :math:`|x| = jh + u`, :math:`\pm(\mathrm{erf}(jh) + u\,q_j(u))`: a near-minimax
    polynomial :math:`q_j` for each of 16 intervals, whose coefficients every lane looks up.

    Notes
    -----
    At most 1.4 ulp (1.5 on the baseline level); the same bits for any number of threads, layout and alignment, and on
    every level with FMA. Subnormal results warn of underflow as `numpy.errstate` says (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.erf([-10.0, 0.0, 1e-20, 0.5])
    array([-1.00000000e+00,  0.00000000e+00,  1.12837917e-20,  5.20499878e-01])
    """
    raise NotImplementedError


@unary(_mlmath.erfc, "scipy.special.erfc")
def erfc(x: ArrayLike) -> Any:
    r"""Complementary error function :math:`y_i = 1 - \mathrm{erf}(x_i)`, element by element, for large x as well.

    :math:`\frac{e^{-x^2}}{x + 3} P(t)` with :math:`t = \frac{x - 3}{x + 3}` beyond 0.47: :math:`x^2` and every factor are carried
    in two parts.

    Notes
    -----
    At most 2.2 ulp (3 on the baseline level) down to subnormal results; the same bits as `erf` promises. Results below the normal
    range warn of underflow as `numpy.errstate` says (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.erfc([-1.0, 0.0, 5.0, 26.0])
    array([1.84270079e+000, 1.00000000e+000, 1.53745979e-012, 5.66319241e-296])
    """
    raise NotImplementedError


@unary(_mlmath.erfinv, "scipy.special.erfinv", "scipy single")
def erfinv(x: ArrayLike) -> Any:
    r"""Inverse of the error function: :math:`y_i` with :math:`\mathrm{erf}(y_i) = x_i`, element by element.

    :math:`y = x\,p(w)` with :math:`w = -\ln(1 - x^2)`: p is smooth from 0 to infinity, and a near-minimax polynomial serves each
    quarter octave of :math:`w + 4`. An error of w reaches y at half its size at most.

    Notes
    -----
    At most 1.2 ulp (1.5 on the baseline level); the same bits as `erf` promises. :math:`\pm\infty` at :math:`\pm 1` ("divide by
    zero"), NaN beyond ("invalid"); both obey `numpy.errstate` (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.erfinv([-0.5, 0.0, 0.9, 1 - 2**-53])
    array([-0.47693628,  0.        ,  1.16308715,  5.86358475])
    """
    raise NotImplementedError


@unary(_mlmath.erfcinv, "scipy.special.erfcinv", "scipy single")
def erfcinv(x: ArrayLike) -> Any:
    r"""Inverse of the complementary error function: :math:`y_i` with :math:`\mathrm{erfc}(y_i) = x_i`, element by element.

    As `erfinv` of :math:`1 - x`, for the smallest x as well.

    Notes
    -----
    At most 0.8 ulp (1.5 on the baseline level); the same bits as `erf` promises. :math:`\infty` at 0 and :math:`-\infty` at 2
    ("divide by zero"), NaN outside ("invalid"); both obey `numpy.errstate` (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.erfcinv([1e-300, 0.5, 1.0, 1.5])
    array([26.20946996,  0.47693628,  0.        , -0.47693628])
    """
    raise NotImplementedError


@unary(_mlmath.ndtr, "scipy.special.ndtr")
def ndtr(x: ArrayLike) -> Any:
    r"""Normal distribution function :math:`y_i = \frac{1}{\sqrt{2\pi}} \int_{-\infty}^{x_i} e^{-t^2/2} dt`, element by element.

    Between -3.1 and 0.9 a polynomial in x - c around the nearest of 16 centers c, looked up; beyond, a tail as that of `erfc`, with
    a polynomial of its own, so that :math:`x / \sqrt 2` is never rounded.

    Notes
    -----
    At most 1.5 ulp (2 on the baseline level) down to subnormal results; the same bits as `erf` promises. Results below the normal
    range warn of underflow as `numpy.errstate` says (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.ndtr([-37.0, -1.96, 0.0, 1.0])
    array([5.72557122e-300, 2.49978951e-002, 5.00000000e-001, 8.41344746e-001])
    """
    raise NotImplementedError


@unary(_mlmath.ndtri, "scipy.special.ndtri", "scipy single")
def ndtri(x: ArrayLike) -> Any:
    r"""Normal quantile: :math:`y_i` with :math:`\mathrm{ndtr}(y_i) = x_i`, element by element.

    :math:`\sqrt 2\, \mathrm{erfinv}(2 x - 1)`, with polynomials of its own; below 1/5 from :math:`-2 \ln 2x`, for the smallest x
    as well.

    Notes
    -----
    At most 1.1 ulp (1.6 on the baseline level); the same bits as `erf` promises. :math:`-\infty` at 0 and :math:`\infty` at 1
    ("divide by zero"), NaN outside [0, 1] ("invalid"); both obey `numpy.errstate` (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.ndtri([1e-300, 0.025, 0.5, 1 - 2**-53])
    array([-37.0470963 ,  -1.95996398,   0.        ,   8.20953615])
    """
    raise NotImplementedError
