# SPDX-License-Identifier: BSD-3-Clause
"""The warning of every iteration of this package that ended too early (`mm.learn` warns with scikit-learn's own class)."""

from __future__ import annotations

__all__ = ["ConvergenceWarning"]


class ConvergenceWarning(RuntimeWarning):
    """An iteration ended before it reached what was asked for; the result says how far it came."""
