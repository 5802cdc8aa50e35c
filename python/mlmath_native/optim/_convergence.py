# SPDX-License-Identifier: BSD-3-Clause
"""The warning of every iteration that ends before its goal."""

from __future__ import annotations

__all__ = ["ConvergenceWarning"]


class ConvergenceWarning(UserWarning):
    """An iteration ended before its certificate held, or what it looks for does not exist."""
