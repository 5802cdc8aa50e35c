# SPDX-License-Identifier: BSD-3-Clause
"""What every estimator asks of its arguments, in scikit-learn's words.

A plain array of the right type, finite and of the right width, goes through here in a few microseconds; anything else, the wrong and
the merely unusual (data frames, lists, sparse matrices, subclasses, objects), goes to scikit-learn's own functions, which convert it
or raise the error that its users know. Nothing is decided here that they would decide otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, column_or_1d, validate_data

from .. import _mlmath

Array = NDArray[Any]
FLOATS = (np.float64, np.float32)

# The constructor arguments that passed last, by class. Identity is compared, which is safe because they are kept here; only scalars
# and strings are, so that nothing large is held.
_passed: dict[type, tuple[Any, ...]] = {}
_names: dict[type, tuple[str, ...]] = {}


def check_parameters(estimator: Any) -> None:
    """scikit-learn's check of the constructor arguments, skipped (90 us saved) when the very same ones passed the last time."""
    cls = type(estimator)
    if cls not in _names:
        _names[cls] = tuple(cls._get_param_names())
    values = tuple([getattr(estimator, name, None) for name in _names[cls]])
    last = _passed.get(cls)
    if last is not None and len(last) == len(values) and all(a is b for a, b in zip(last, values)):
        return
    if get_config()["skip_parameter_validation"]:
        return
    estimator._validate_params()
    if all(value is None or isinstance(value, (bool, int, float, str)) for value in values):
        _passed[cls] = values


def all_finite(array: Array) -> bool:
    """Whether no element is NaN or infinite, in one pass over memory: both ends of the range are finite exactly then."""
    smallest, largest = _mlmath._minmax(array, (1 << array.ndim) - 1)
    return bool(np.isfinite(smallest) and np.isfinite(largest))


def check_design(
    estimator: Any,
    X: Any,
    *,
    reset: bool,
    dtype: Any = FLOATS,
    least_rows: int = 1,
    finite: bool = True,
    **others: Any,
) -> Any:
    """X as an array of one of the types `dtype`, and the estimator's `n_features_in_` set (`reset`) or compared.

    With ``finite=False`` a plain array is not looked through: the caller promises to look at sums over all of it and to call
    `refuse_not_finite` when one of them is not finite. `others` go to scikit-learn's `validate_data`.
    """
    if (
        type(X) is np.ndarray
        and X.ndim == 2
        and X.dtype.type in dtype
        and X.dtype.isnative
        and X.shape[0] >= least_rows
        and X.shape[1] > 0
        and X.shape[0] > 0
    ):
        own = estimator.__dict__
        if reset:
            known = True
        else:
            known = "feature_names_in_" not in own and own.get("n_features_in_") == X.shape[1]
        if known and (not finite or get_config()["assume_finite"] or all_finite(X)):
            if reset:
                own.pop("feature_names_in_", None)
                estimator.n_features_in_ = X.shape[1]
            return X
    return validate_data(estimator, X, reset=reset, dtype=list(dtype), ensure_min_samples=least_rows, **others)


def refuse_not_finite(estimator: Any, X: Any) -> None:
    """Raise scikit-learn's error when X holds a NaN or an infinity; return when it was only the sums that overflowed."""
    validate_data(estimator, X, reset=False, dtype=list(FLOATS), skip_check_array=False)


def check_weights(sample_weight: Any, X: Any, **others: Any) -> Array | None:
    """One weight a row in X's type, or None for all ones."""
    if sample_weight is None:
        return None
    weights: Array = _check_sample_weight(sample_weight, X, dtype=X.dtype, **others)
    return weights


def class_codes(y: Any) -> tuple[Array, NDArray[np.int32]]:
    """The sorted classes of y and every row's place among them.

    Integers of a small range are counted instead of sorted: 1 ns a row instead of 50.
    """
    if type(y) is not np.ndarray or y.ndim != 1 or y.dtype.kind not in "iubUS":
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
    if y.dtype.kind in "iu" and y.size:
        low, high = int(y.min()), int(y.max())
        # A table of the range costs 1 ns an entry: not worth it when sorting n numbers costs less.
        if high - low < max(1024, 4 * y.size):
            places = y.astype(np.int64, copy=False) - low if low else y.astype(np.int64, copy=False)
            present = np.bincount(places, minlength=high - low + 1) > 0
            classes = (np.flatnonzero(present) + low).astype(y.dtype)
            if len(classes) == high - low + 1:  # no gap
                return classes, places.astype(np.int32)
            table = np.cumsum(present, dtype=np.int32) - 1
            return classes, table[places]
    classes, codes = np.unique(y, return_inverse=True)
    return classes, codes.astype(np.int32)
