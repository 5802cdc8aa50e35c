# SPDX-License-Identifier: BSD-3-Clause
"""Clustering under scikit-learn's module name."""

from ._kmeans import KMeans

__all__ = ["KMeans"]
