# SPDX-License-Identifier: BSD-3-Clause
"""transform and inverse_transform of principal components, shared by PCA and IncrementalPCA."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.utils.validation import check_is_fitted

from ..._arrays import readable
from ...linalg import linear
from .._columns import centered_product, plain_floats, refuse
from .._validation import all_finite, check_design, is_dense

Array = NDArray[Any]


def whitening(model: Any) -> Array | None:
    """What scores are divided by: standard deviations, none below epsilon, as scikit-learn's; None without whitening."""
    if not model.whiten:
        return None
    scale: Array = np.sqrt(model.explained_variance_)
    clipped: Array = np.maximum(scale, np.finfo(scale.dtype).eps)
    return clipped


def scores(model: Any, X: Array) -> tuple[Array, bool]:
    """(X - mean_) components_^T, divided by the standard deviations when whitening; and whether all of it is finite."""
    return centered_product(X, model.mean_, np.asarray(model.components_).T, whitening(model))


class Projection:
    """The two methods; before scikit-learn's class in the order of bases."""

    def transform(self: Any, X: Any) -> Any:
        r"""Scores :math:`Z = (X - 1 m^T) V^T`, each column divided by its standard deviation when whitening.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            The scores.
        """
        check_is_fitted(self)
        if not is_dense(X):
            return super().transform(X)  # type: ignore[misc]
        X = readable(check_design(self, X, reset=False, finite=False))
        with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinity are refused below, by what comes out
            Z, finite = scores(self, X)
        if not (finite if Z.size else all_finite(X)) and not get_config()["assume_finite"]:
            refuse(self, X)
        return Z

    def inverse_transform(self: Any, X: Any) -> Any:
        r"""Rows :math:`Z V + 1 m^T` (when whitening with the standard deviations multiplied back).

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Scores.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            The rows, in the space of the data.
        """
        check_is_fitted(self)
        if not is_dense(X):
            return super().inverse_transform(X)  # type: ignore[misc]
        Z = plain_floats(X)
        V = np.asarray(self.components_)
        if Z.shape[1] != V.shape[0]:
            raise ValueError(f"inverse_transform: X must have {V.shape[0]} columns, one a component, got {Z.shape[1]}")
        if self.whiten:
            V = np.sqrt(self.explained_variance_)[:, np.newaxis] * V
        dtype = np.result_type(Z, V, self.mean_)
        return linear(Z.astype(dtype, copy=False), V.astype(dtype, copy=False), np.asarray(self.mean_, dtype))
