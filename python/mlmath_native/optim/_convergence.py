# SPDX-License-Identifier: BSD-3-Clause
"""Warnings of the optimizers and fits."""

from __future__ import annotations

from .._convergence import ConvergenceWarning

__all__ = ["ConvergenceWarning", "DivergenceWarning"]


class DivergenceWarning(ConvergenceWarning):
    """A minimization met a value, gradient or parameter that is not finite, and stopped before it."""
