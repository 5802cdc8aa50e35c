# SPDX-License-Identifier: BSD-3-Clause
"""Linear algebra under NumPy's names: products, eigenvalues, least squares."""

from __future__ import annotations

from ._eigen import EighResult, eigh, eigvalsh
from ._products import dot, matmul

__all__ = ["EighResult", "dot", "eigh", "eigvalsh", "matmul"]
