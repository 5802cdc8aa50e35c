# SPDX-License-Identifier: BSD-3-Clause
"""Matrix decompositions under scikit-learn's module name."""

from ._incremental_pca import IncrementalPCA
from ._pca import PCA
from ._truncated_svd import TruncatedSVD

__all__ = ["PCA", "IncrementalPCA", "TruncatedSVD"]
