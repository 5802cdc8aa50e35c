# SPDX-License-Identifier: BSD-3-Clause
"""Linear algebra under NumPy's names: products, eigenvalues, least squares."""

from __future__ import annotations

from ._products import dot, matmul

__all__ = ["dot", "matmul"]
