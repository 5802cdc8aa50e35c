# SPDX-License-Identifier: BSD-3-Clause
"""Columns less their means: what scalers and principal components share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from .. import _mlmath
from .._arrays import readable
from ._validation import FLOATS, all_finite, refuse_not_finite

Array = NDArray[Any]


def row(values: Any, dtype: Any) -> Array:
    """One number a column, side by side, in `dtype`."""
    return np.ascontiguousarray(values, dtype)


def centered(X: Array, mean: Array, out: Array | None = None) -> Array:
    """X less the means of its columns, in X's layout; `out` may be X."""
    result = np.empty_like(X) if out is None else out
    _mlmath._standardize(X, row(mean, X.dtype), None, False, result)
    return result


def centered_product(X: Array, mean: Array, W: Array, scale: Array | None = None) -> tuple[Array, bool]:
    """(X - mean) W / scale in the common dtype, without a centered copy; and whether all of it is finite."""
    dtype = np.result_type(X, W)
    out = np.empty((X.shape[0], W.shape[1]), dtype)
    if out.size == 0:
        return out, True
    divisor = None if scale is None else row(scale, dtype)
    finite = _mlmath._centered_product(X.astype(dtype, copy=False), row(mean, dtype), W.astype(dtype, copy=False), divisor, out)
    return out, finite


def plain_floats(X: Any) -> Array:
    """X as a finite float matrix of any width; what is unusual or wrong goes to scikit-learn's check."""
    if type(X) is np.ndarray and X.ndim == 2 and X.size and X.dtype.type in FLOATS and X.dtype.isnative and all_finite(X):
        return readable(X)
    return readable(check_array(X, input_name="X", dtype=list(FLOATS)))


def refuse(estimator: Any, X: Array) -> None:
    """scikit-learn's error when X holds a NaN or an infinity; silence when only sums overflow, its own check's included."""
    with np.errstate(invalid="ignore", over="ignore"):
        refuse_not_finite(estimator, X)
