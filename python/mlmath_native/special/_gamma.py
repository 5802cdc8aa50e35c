# SPDX-License-Identifier: BSD-3-Clause
"""The logarithm of the gamma function, and its derivative."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .. import _mlmath
from .._ufunc import unary

__all__ = ["digamma", "gammaln", "psi"]


@unary(_mlmath.gammaln, "scipy.special.gammaln")
def gammaln(x: ArrayLike) -> Any:
    r"""Logarithm of the gamma function's magnitude :math:`y_i = \ln |\Gamma(x_i)|`, element by element.

    From 7.5 on Stirling's series; below, the recurrence leads to :math:`2 + t`, :math:`|t| \le \frac{1}{2}`, where
    :math:`\ln \Gamma(2 + t) = t P(t)`, and leaves the logarithm of one product. Negative x by reflection.

    Notes
    -----
    float64: at most 4 ulp for :math:`x > 0`, and for :math:`x < 0` where the magnitude of the result is at least that for |x|;
    around the zeros between negative integers :math:`8 \epsilon (1 + |\ln \Gamma(|x|)|)`. float32 is computed in double. The same
    bits for any number of threads, layout and alignment, and on every level with FMA. :math:`\infty` at 0 and negative integers
    ("divide by zero"), overflow beyond 2.5e305: both obey `numpy.errstate` (SciPy never warns). :math:`-\infty` at
    :math:`-\infty`, as SciPy.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.gammaln([0.5, 1.0, 2.0, 10.0, 1e10])
    array([5.72364943e-01, 0.00000000e+00, 0.00000000e+00, 1.28018275e+01,
           2.20258509e+11])
    """
    raise NotImplementedError


@unary(_mlmath.digamma, "scipy.special.digamma")
def digamma(x: ArrayLike) -> Any:
    r"""Logarithmic derivative of the gamma function :math:`y_i = \frac{\Gamma'(x_i)}{\Gamma(x_i)}`, element by element.

    From 7.5 on the asymptotic series; below, the recurrence leads into [1, 2), where :math:`\psi(x) = (x - x_0) P(x)` with the zero
    :math:`x_0 = 1.4616...` in two parts, and leaves one fraction. Negative x by reflection. `psi` is another name for it.

    Notes
    -----
    float64: at most 4 ulp for :math:`x > 0`; for :math:`x < 0`, a sum of :math:`\psi(|x|)`, :math:`\frac{1}{|x|}` and
    :math:`\pi \cot \pi |x|`, at most :math:`4 \epsilon` times their magnitudes. float32 is computed in double. The same bits as
    `gammaln` promises. :math:`\mp\infty` at :math:`\pm 0` ("divide by zero"), NaN at negative integers ("invalid"); both obey
    `numpy.errstate` (SciPy never warns).

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.special.digamma([0.5, 1.0, 2.0, -0.5])
    array([-1.96351003, -0.57721566,  0.42278434,  0.03648997])
    """
    raise NotImplementedError


psi = digamma
