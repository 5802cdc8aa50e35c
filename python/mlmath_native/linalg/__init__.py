# SPDX-License-Identifier: BSD-3-Clause
"""Linear algebra under NumPy's names: products, norms, eigenvalues, least squares."""

from __future__ import annotations

from ._compound import inner, matrix_power, multi_dot, outer, tensordot, vdot
from ._eigen import EighResult, eigh, eigvalsh
from ._gram import gram
from ._least_squares import LeastSquaresResult, solve_least_squares
from ._linear import linear
from ._norms import norm
from ._products import dot, matmul, matvec, vecdot, vecmat

__all__ = [
    "EighResult", "LeastSquaresResult", "dot", "eigh", "eigvalsh", "gram", "inner", "linear", "matmul", "matrix_power", "matvec",
    "multi_dot", "norm", "outer", "solve_least_squares", "tensordot", "vdot", "vecdot", "vecmat",
]  # fmt: skip
