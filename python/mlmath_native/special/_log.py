# SPDX-License-Identifier: BSD-3-Clause
"""Logarithms."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import binary, unary

__all__ = ["log", "log1p", "log2", "log10", "xlog1py", "xlogy"]


@unary(_mlmath.log, "numpy.log")
def log(x: ArrayLike) -> Any:
    r"""Natural logarithm :math:`y_i = \ln x_i`, element by element.

    :math:`x = 2^n m` with :math:`m \in [\frac{43}{64}, \frac{43}{32})`; c is the point nearest to m of 16, with
    :math:`r = m/c - 1`, :math:`|r| < \frac{1}{30}`: :math:`\ln x = n \ln 2 + \ln c + r + r^2 q(r)`, q a near-minimax polynomial.
    No division, and around 1, where c = 1, no table value but 0.

    Notes
    -----
    At most 0.7 ulp on every level; the same bits as `exp` promises. :math:`\ln \pm 0 = -\infty` ("divide by zero"), the logarithm
    of a negative number is NaN ("invalid"); both obey `numpy.errstate`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.log(np.array([1.0, np.e, np.inf]))
    array([ 0.,  1., inf])
    >>> x = np.array([-1.0, 1.0])
    >>> mm.log(x, out=np.zeros(2), where=x > 0)  # no warning: -1 is not asked for
    array([0., 0.])
    """
    raise NotImplementedError


@unary(_mlmath.log1p, "numpy.log1p")
def log1p(x: ArrayLike) -> Any:
    r"""Logarithm of one plus x :math:`y_i = \ln(1 + x_i)`, element by element, without cancellation where x is small.

    As `log` of :math:`u`, :math:`1 + x` rounded; what the rounding lost is added to r.

    Notes
    -----
    At most 0.7 ulp on every level; the same bits as `exp` promises. :math:`-0` gives :math:`-0`; :math:`-1` gives :math:`-\infty`
    ("divide by zero"), less NaN ("invalid"); both obey `numpy.errstate`.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.log1p([1e-10, 1.0])
    array([1.00000000e-10, 6.93147181e-01])
    """
    raise NotImplementedError


@unary(_mlmath.log2, "numpy.log2")
def log2(x: ArrayLike) -> Any:
    r"""Logarithm to base 2 :math:`y_i = \log_2 x_i`, element by element.

    As `log`, with :math:`n + \log_2 c` and :math:`r \log_2 e` in two parts.

    Notes
    -----
    At most 0.7 ulp on every level; powers of two give integers; the same bits as `exp` promises. Poles as in `log`.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.log2([1, 1024, 1e-300])
    array([   0.        ,   10.        , -996.57842847])
    """
    raise NotImplementedError


@unary(_mlmath.log10, "numpy.log10")
def log10(x: ArrayLike) -> Any:
    r"""Logarithm to base 10 :math:`y_i = \log_{10} x_i`, element by element.

    As `log`, with :math:`n \log_{10} 2 + \log_{10} c` and :math:`r \log_{10} e` in two parts.

    Notes
    -----
    At most 0.7 ulp on every level; powers of ten give integers; the same bits as `exp` promises. Poles as in `log`.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.log10([1, 1000, 1e-300])
    array([   0.,    3., -300.])
    """
    raise NotImplementedError


@binary(_mlmath.xlogy, "scipy.special.xlogy")
def xlogy(x1: ArrayLike, x2: ArrayLike) -> Any:
    r"""Product :math:`y_i = x_{1,i} \ln x_{2,i}`, and 0 wherever :math:`x_{1,i} = 0` and :math:`x_{2,i}` is a number.

    The term of an entropy. The logarithm is carried in two parts, so that the product alone is rounded.

    Notes
    -----
    At most 0.75 ulp (1 on the baseline level); the same bits as `log` promises. Where x1 is not 0, a pole ("divide by zero") and
    negative x2 ("invalid value") warn as `numpy.errstate` says (SciPy never warns), and so do overflow and underflow.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.xlogy([0.0, 0.5, 2.0], [0.0, 0.5, 3.0])
    array([ 0.        , -0.34657359,  2.19722458])
    """
    raise NotImplementedError


@binary(_mlmath.xlog1py, "scipy.special.xlog1py")
def xlog1py(x1: ArrayLike, x2: ArrayLike) -> Any:
    r"""Product :math:`y_i = x_{1,i} \ln(1 + x_{2,i})`, and 0 wherever :math:`x_{1,i} = 0` and :math:`x_{2,i}` is a number.

    As `xlogy`, with what the rounding of :math:`1 + x_2` lost.

    Notes
    -----
    At most 0.75 ulp (1 on the baseline level); the same bits and warnings as `xlogy` promises.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.xlog1py([0.0, 1.0], [-1.0, 1e-10])
    array([0.e+00, 1.e-10])
    """
    raise NotImplementedError
