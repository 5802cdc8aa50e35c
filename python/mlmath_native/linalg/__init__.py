# SPDX-License-Identifier: BSD-3-Clause
"""Linear algebra under NumPy's names: products, norms, eigenvalues, least squares."""

from __future__ import annotations

from ._eigen import EighResult, eigh, eigvalsh
from ._least_squares import LeastSquaresResult, solve_least_squares
from ._norms import norm
from ._products import dot, matmul

__all__ = ["EighResult", "LeastSquaresResult", "dot", "eigh", "eigvalsh", "matmul", "norm", "solve_least_squares"]
