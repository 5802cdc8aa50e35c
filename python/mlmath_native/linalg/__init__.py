# SPDX-License-Identifier: BSD-3-Clause
"""Linear algebra under NumPy's names, and SciPy's where NumPy has none: products, norms, factorizations, systems, eigenvalues."""

from __future__ import annotations

from numpy.linalg import LinAlgError as LinAlgError

from ._cholesky import cho_factor, cho_solve, cholesky
from ._compound import inner, matrix_power, multi_dot, outer, tensordot, vdot
from ._determinant import SlogdetResult, det, slogdet
from ._eigen import EighResult, eigh, eigvalsh
from ._engine import MatmulReport, matmul_engine
from ._gram import gram
from ._least_squares import LeastSquaresResult, solve_least_squares
from ._linear import linear
from ._lu import LinAlgWarning, lu, lu_factor, lu_solve
from ._norms import matrix_norm, norm, vector_norm
from ._power import ConvergenceWarning, PowerIterationResult, power_iteration
from ._products import dot, matmul, matvec, vecdot, vecmat
from ._qr import PivotedQRResult, QRResult, qr
from ._singular import cond, lstsq, matrix_rank, pinv
from ._solve import SolveResult, inv, solve, tensorinv, tensorsolve
from ._svd import SVDResult, svd, svdvals
from ._triangular import solve_triangular
from ._tridiagonal import eigh_tridiagonal, eigvalsh_tridiagonal

__all__ = [
    "ConvergenceWarning", "EighResult", "LeastSquaresResult", "LinAlgWarning", "MatmulReport", "PivotedQRResult",
    "PowerIterationResult", "QRResult", "SVDResult", "SlogdetResult", "SolveResult", "cho_factor", "cho_solve", "cholesky",
    "cond", "det", "dot", "eigh", "eigh_tridiagonal", "eigvalsh", "eigvalsh_tridiagonal", "gram", "inner", "inv", "linear",
    "lstsq", "lu", "lu_factor", "lu_solve", "matmul", "matmul_engine", "matrix_norm", "matrix_power", "matrix_rank", "matvec",
    "multi_dot", "norm", "outer", "pinv", "power_iteration", "qr", "slogdet", "solve", "solve_least_squares",
    "solve_triangular", "svd", "svdvals", "tensordot", "tensorinv", "tensorsolve", "vdot", "vecdot", "vecmat", "vector_norm",
]  # fmt: skip
