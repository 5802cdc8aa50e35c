# SPDX-License-Identifier: BSD-3-Clause
"""The logistic function, its logarithm, its integral and its inverse."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import unary

__all__ = ["expit", "log_expit", "logit", "softplus"]


@unary(_mlmath.expit, "scipy.special.expit")
def expit(x: ArrayLike) -> Any:
    r"""Logistic function :math:`y_i = \frac{1}{1 + e^{-x_i}}`, element by element; PyTorch and others call it sigmoid.

    With :math:`e = e^{-|x|} \le 1`, :math:`y = \frac{1}{1 + e}` for :math:`x \ge 0` and :math:`\frac{e}{1 + e}` for
    :math:`x < 0`: nothing overflows or cancels. :math:`1 + e` is carried in two parts, and the quotient is corrected once.

    Notes
    -----
    At most 1.5 ulp; the same bits for any number of threads, layout and alignment, and on every level with FMA. Results below the
    normal range warn of underflow as `numpy.errstate` says (SciPy never warns); nothing else does.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.special.expit(np.array([-np.inf, -800.0, 0.0, 1.0, 800.0]))
    array([0.        , 0.        , 0.5       , 0.73105858, 1.        ])
    """
    raise NotImplementedError


@unary(_mlmath.log_expit, "scipy.special.log_expit")
def log_expit(x: ArrayLike) -> Any:
    r"""Logarithm of the logistic function :math:`y_i = -\ln(1 + e^{-x_i})`, element by element.

    :math:`-\mathrm{softplus}(-x)`: where `expit` is 1 to the last bit, or underflows, its logarithm still is right.

    Notes
    -----
    At most 1.5 ulp; the same bits as `expit` promises. Results below the normal range warn of underflow as `numpy.errstate` says.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.log_expit([-800.0, 0.0, 40.0])
    array([-8.00000000e+02, -6.93147181e-01, -4.24835426e-18])
    """
    raise NotImplementedError


@unary(_mlmath.logit, "scipy.special.logit")
def logit(x: ArrayLike) -> Any:
    r"""Log-odds :math:`y_i = \ln \frac{x_i}{1 - x_i}`, element by element, the inverse of `expit`.

    The quotient is formed once, and what its roundings lost is added to the logarithm: around 1/2, where the result vanishes, it
    has full relative accuracy.

    Notes
    -----
    At most 0.9 ulp (1.5 on the baseline level); the same bits as `expit` promises. :math:`-\infty` at 0 and :math:`\infty` at 1
    ("divide by zero"), NaN outside [0, 1] ("invalid"); both obey `numpy.errstate` (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.logit([1e-300, 0.5, 0.75])
    array([-690.7755279 ,    0.        ,    1.09861229])
    """
    raise NotImplementedError


@unary(_mlmath.softplus, "scipy.special.softplus")
def softplus(x: ArrayLike) -> Any:
    r"""Softplus :math:`y_i = \ln(1 + e^{x_i})`, element by element, the integral of `expit`.

    :math:`\max(x, 0) + \ln(1 + e^{-|x|})`.

    Notes
    -----
    At most 1.5 ulp; the same bits as `expit` promises. Results below the normal range warn of underflow as `numpy.errstate` says.
    A ufunc with the dtypes of `expit`; SciPy's is a function built on `numpy.logaddexp`, whose result for float16 is float16.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.softplus([-40.0, 0.0, 800.0])
    array([4.24835426e-18, 6.93147181e-01, 8.00000000e+02])
    """
    raise NotImplementedError
