# SPDX-License-Identifier: BSD-3-Clause
"""Functions of one or two elements and of rows, under NumPy's and SciPy's names and signatures."""

from ._exp import exp
from ._log import log
from ._rows import log_softmax, logsumexp, softmax

__all__ = ["exp", "log", "log_softmax", "logsumexp", "softmax"]
