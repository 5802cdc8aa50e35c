# SPDX-License-Identifier: BSD-3-Clause
"""Logarithms."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import unary

__all__ = ["log"]


@unary(_mlmath.log, "numpy.log")
def log(x: ArrayLike) -> Any:
    r"""Natural logarithm :math:`y_i = \ln x_i`, element by element.

    :math:`x = 2^n (1 + f)` with :math:`1 + f \in [\sqrt{1/2}, \sqrt 2)`, and with :math:`s = f/(2 + f)`:
    :math:`\ln(1 + f) = 2\,\mathrm{artanh}\,s = f - (f^2/2 - s (f^2/2 + R(s^2)))`, R a near-minimax polynomial.

    Notes
    -----
    At most 0.9 ulp on every level; the same bits as `exp` promises. :math:`\ln \pm 0 = -\infty` ("divide by zero"), the logarithm
    of a negative number is NaN ("invalid"); both obey `numpy.errstate`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.special.log(np.array([1.0, np.e, np.inf]))
    array([ 0.,  1., inf])
    """
    raise NotImplementedError
