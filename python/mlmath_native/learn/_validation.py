# SPDX-License-Identifier: BSD-3-Clause
"""What every estimator asks of its arguments, in scikit-learn's words.

A plain array of the right type, finite and of the right width, goes through here in a few microseconds; anything else, the wrong
and the merely unusual (data frames, lists, sparse matrices, subclasses, objects), goes to scikit-learn's own functions, which
convert it or raise the error that its users know. Nothing is decided here that they would decide otherwise.

Which to call: `check_parameters` first, then `check_regression` or `check_classification` in `fit` (`check_design` where there is
no y), `check_weights`, and `check_design(..., reset=False)` in what follows a fit. What passes ``finite=False`` is decorated with
`unchanged_on_error`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from .. import _mlmath

Array = NDArray[Any]
FLOATS = (np.float64, np.float32)

# The constructor arguments that passed last, by class. Identity is compared, which is safe because they are kept here; only scalars
# and strings are, so that nothing large is held.
_passed: dict[type, tuple[Any, ...]] = {}
_names: dict[type, tuple[str, ...]] = {}

_WEIGHT_OPTIONS = frozenset(inspect.signature(_check_sample_weight).parameters)


def check_parameters(estimator: Any) -> None:
    """scikit-learn's check of the constructor arguments, skipped (90 us saved) when the very same ones passed the last time."""
    cls = type(estimator)
    if cls not in _names:
        _names[cls] = tuple(cls._get_param_names())
    own = estimator.__dict__
    values = tuple([own.get(name, inspect) for name in _names[cls]])  # `inspect`: something that is no argument
    last = _passed.get(cls)
    if last is not None and all(a is b for a, b in zip(last, values)):
        return
    if get_config()["skip_parameter_validation"]:
        return
    estimator._validate_params()
    if all(value is None or isinstance(value, (bool, int, float, str)) for value in values):
        _passed[cls] = values


_Method = TypeVar("_Method", bound=Callable[..., Any])


def unchanged_on_error(fit: _Method) -> _Method:
    """A fit that raises, or is interrupted, leaves the estimator as it was: an earlier model predicts on.

    Constraint: X is looked through last, in the sums, when `n_features_in_`, `classes_` and counters have been set. Decision: what
    the attributes were is put back (arrays that were written in place are not).
    """

    @functools.wraps(fit)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = self.__dict__.copy()
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise

    return wrapper  # type: ignore[return-value]


def is_array_api(X: Any) -> bool:
    """Whether X is another library's array which scikit-learn has been told to compute with."""
    return not isinstance(X, np.ndarray) and bool(get_config()["array_api_dispatch"])


def is_dense(X: Any) -> bool:
    """Whether X is ours to read: neither a sparse matrix nor, by `is_array_api`, another library's."""
    return isinstance(X, np.ndarray) or not (issparse(X) or is_array_api(X))


def all_finite(array: Array) -> bool:
    """Whether no element is NaN or infinite, in one pass over memory: both ends of the range are finite exactly then."""
    smallest, largest = _mlmath._minmax(array, (1 << array.ndim) - 1)
    return bool(np.isfinite(smallest) and np.isfinite(largest))


def _plain(X: Any, dtype: Any, least_rows: int) -> bool:
    """A matrix that needs no conversion and no complaint, but for NaN and infinity."""
    return (
        type(X) is np.ndarray
        and X.ndim == 2
        and X.dtype.type in dtype
        and X.dtype.isnative
        and X.shape[0] >= max(least_rows, 1)
        and X.shape[1] > 0
    )


def _passes(array: Array, finite: bool) -> bool:
    return not finite or array.dtype.kind in "iub" or get_config()["assume_finite"] or all_finite(array)


def _accept(estimator: Any, X: Array) -> None:
    """What scikit-learn sets in a fit to an array, which has no names of columns."""
    estimator.__dict__.pop("feature_names_in_", None)
    estimator.n_features_in_ = X.shape[1]


def check_design(
    estimator: Any,
    X: Any,
    *,
    reset: bool,
    dtype: Any = FLOATS,
    least_rows: int = 1,
    finite: bool = True,
    numeric: bool = False,
    **others: Any,
) -> Any:
    """X as an array of one of the types `dtype`, and the estimator's `n_features_in_` set (`reset`) or compared.

    `numeric`: where scikit-learn's class takes numbers of any type, and so refuses strings that could be read as numbers; what is
    of no type in `dtype` is converted to its first.

    With ``finite=False`` a plain array is not looked through: the caller promises to look at sums over all of it and to call
    `refuse_not_finite` when one of them is not finite. `others` go to scikit-learn's `validate_data` (accept_sparse, for one).
    """
    if _plain(X, dtype, least_rows):
        own = estimator.__dict__
        known = reset or ("feature_names_in_" not in own and own.get("n_features_in_") == X.shape[1])
        if known and _passes(X, finite):
            if reset:
                _accept(estimator, X)
            return X
    wanted = "numeric" if numeric else list(dtype)
    return _converted(validate_data(estimator, X, reset=reset, dtype=wanted, ensure_min_samples=least_rows, **others), dtype)


def _converted(X: Any, dtype: Any) -> Any:
    """X, which may be sparse, in one of the types."""
    return X if X.dtype.type in dtype else X.astype(dtype[0])


def check_regression(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    dtype: Any = FLOATS,
    least_rows: int = 1,
    finite: bool = True,
    numeric: bool = False,
    multi_output: bool = False,
    **others: Any,
) -> tuple[Any, Any]:
    """X as by `check_design` with ``reset=True``, and the numbers y, one a row (`multi_output`: or one row of them a row).

    y keeps its type unless that is object. With ``finite=False`` neither X nor y of a plain pair is looked through.
    """
    if (
        _plain(X, dtype, least_rows)
        and type(y) is np.ndarray
        and (y.ndim == 1 or (multi_output and y.ndim == 2 and y.shape[1] > 0))
        and y.shape[0] == X.shape[0]
        and (y.dtype.kind in "iub" or y.dtype.type in FLOATS)
        and y.dtype.isnative
        and _passes(X, finite)
        and _passes(y, finite)
    ):
        _accept(estimator, X)
        return X, y
    wanted = "numeric" if numeric else list(dtype)
    X, y = validate_data(
        estimator, X, y, dtype=wanted, ensure_min_samples=least_rows, multi_output=multi_output, y_numeric=True, **others
    )
    if isinstance(y, np.ndarray) and y.dtype.kind == "f" and not np.isfinite(y).all():
        check_array(y, ensure_2d=False, input_name="y", estimator=estimator)  # None among objects, a NaN since the conversion
    return _converted(X, dtype), y


def check_classification(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    dtype: Any = FLOATS,
    least_rows: int = 1,
    finite: bool = True,
    **others: Any,
) -> tuple[Any, Array, NDArray[np.int32]]:
    """X as by `check_design` with ``reset=True``, the sorted classes of y, and every row's place among them."""
    plain = type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "iubU"
    if plain and _plain(X, dtype, least_rows) and y.shape[0] == X.shape[0] and _passes(X, finite):
        _accept(estimator, X)
    else:
        X, y = validate_data(estimator, X, y, dtype=list(dtype), ensure_min_samples=least_rows, **others)
    classes, codes = class_codes(y)
    if 2 * len(classes) > len(codes) and y.dtype.kind in "iubU":
        check_classification_targets(y)  # warns of numbers that may be no classes
    return X, classes, codes


def refuse_not_finite(estimator: Any, X: Array, y: Array | None = None) -> None:
    """Raise scikit-learn's error when X or y holds a NaN or an infinity; return when it was only sums of them that overflowed."""
    if not _passes(X, True):
        check_array(X, dtype=None, ensure_2d=False, input_name="X", estimator=estimator)
    if y is not None and not _passes(y, True):
        check_array(y, dtype=None, ensure_2d=False, input_name="y", estimator=estimator)


def check_weights(sample_weight: Any, X: Any, *, dtype: Any = None, **others: Any) -> Array | None:
    """One weight a row in X's type or `dtype`, or None for all ones.

    `others`: those of scikit-learn's `_check_sample_weight`. Options that an older scikit-learn lacks are left out there, which
    does as that version's estimators do.
    """
    if sample_weight is None:
        return None
    dtype = X.dtype if dtype is None else np.dtype(dtype)
    if (
        type(sample_weight) is np.ndarray
        and sample_weight.ndim == 1
        and sample_weight.dtype == dtype
        and sample_weight.shape[0] == X.shape[0]
        and sample_weight.dtype.kind == "f"
        and sample_weight.dtype.isnative
        and sample_weight.flags.c_contiguous
        and sample_weight.flags.aligned
        and not others.get("copy")
    ):
        low, high = _mlmath._minmax(sample_weight, 1)
        nothing = low == 0 and high == 0
        if np.isfinite(low) and np.isfinite(high) and not nothing and not (low < 0 and others.get("ensure_non_negative")):
            return sample_weight
    options = {name: value for name, value in others.items() if name in _WEIGHT_OPTIONS}
    weights: Array = _check_sample_weight(sample_weight, X, dtype=dtype, **options)
    return weights if weights.flags.aligned else weights.copy()


def class_codes(y: Any, rows: int | None = None) -> tuple[Array, NDArray[np.int32]]:
    """The sorted classes of y and every row's place among them. `rows`: how many there must be.

    Integers of a small range are counted instead of sorted: 1 ns a row instead of 50.
    """
    if type(y) is not np.ndarray or y.ndim != 1 or y.dtype.kind not in "iubU":
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
    if rows is not None and y.shape[0] != rows:
        check_consistent_length(range(rows), y)
    if y.dtype.kind in "iu" and y.size:
        low, high = y.min(), y.max()
        span = int(high) - int(low)
        # A table of the range costs 1 ns an entry: not worth it when sorting n numbers costs less.
        if span < max(1024, 4 * y.size):
            # An unsigned difference does not overflow; a signed one is taken in 64 bits, where that of a small range does not.
            places = (y - low).astype(np.int64) if y.dtype.kind == "u" else y.astype(np.int64) - int(low)
            present = np.bincount(places, minlength=span + 1) > 0
            classes = np.flatnonzero(present).astype(y.dtype) + low if y.dtype.kind == "u" else np.flatnonzero(present) + int(low)
            classes = classes.astype(y.dtype)
            if len(classes) == span + 1:  # no gap
                return classes, places.astype(np.int32)
            table = np.cumsum(present, dtype=np.int32) - 1
            return classes, table[places]
    elif y.dtype.kind == "b" and y.size:
        if y.all() or not y.any():
            return y[:1].copy(), np.zeros(y.shape, np.int32)
        return np.array([False, True]), y.astype(np.int32)
    classes, codes = np.unique(y, return_inverse=True)
    return classes, codes.astype(np.int32)


def as_classes(values: Array) -> Array:
    """The distinct values of y as `classes_` where scikit-learn has them of `unique_labels`, or its error.

    They are no objects there, of native byte order, and strings no wider than they must be.
    """
    if values.dtype.kind in "iub" and values.dtype.isnative:
        return values
    classes: Array = unique_labels(values)
    return classes
