# SPDX-License-Identifier: BSD-3-Clause
"""Preprocessing under scikit-learn's module name."""

from ._standard_scaler import StandardScaler

__all__ = ["StandardScaler"]
