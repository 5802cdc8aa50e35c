# SPDX-License-Identifier: BSD-3-Clause
"""Functions of one or two elements and of rows, under NumPy's and SciPy's names and signatures."""

from ._exp import exp, exp2, expm1
from ._log import log, log1p, log2, log10
from ._rows import log_softmax, logsumexp, softmax

__all__ = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "log_softmax", "logsumexp", "softmax"]
