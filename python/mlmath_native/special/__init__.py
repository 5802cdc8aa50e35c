# SPDX-License-Identifier: BSD-3-Clause
"""Functions of one or two elements and of rows, under NumPy's and SciPy's names and signatures."""

from ._error_function import erf, erfc, erfcinv, erfinv, ndtr, ndtri
from ._exp import exp, exp2, expm1
from ._gamma import digamma, gammaln, psi
from ._hyperbolic import cosh, sinh, tanh
from ._log import log, log1p, log2, log10, xlog1py, xlogy
from ._power import cbrt, power
from ._rows import log_softmax, logsumexp, softmax
from ._sigmoid import expit, log_expit, logit, softplus
from ._trigonometric import arctan, arctan2, cos, cospi, sin, sinpi, tan

__all__ = [
    "arctan",
    "arctan2",
    "cbrt",
    "cos",
    "cosh",
    "cospi",
    "digamma",
    "erf",
    "erfc",
    "erfcinv",
    "erfinv",
    "exp",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_expit",
    "log_softmax",
    "logit",
    "logsumexp",
    "ndtr",
    "ndtri",
    "power",
    "psi",
    "sin",
    "sinh",
    "sinpi",
    "softmax",
    "softplus",
    "tan",
    "tanh",
    "xlog1py",
    "xlogy",
]  # fmt: skip
