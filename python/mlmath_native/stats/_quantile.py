# SPDX-License-Identifier: BSD-3-Clause
"""Quantiles and percentiles by selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._selection import Array, Axis, Selection, delivered, fits, selection_of

__all__ = ["nanpercentile", "nanquantile", "percentile", "quantile"]

_numpy: Any = np  # called with whatever it has to judge

# ---- the methods: where in the sorted elements the quantile lies ----------------------------------------------------------------

# (alpha, beta) of the continuous ones: place n q + (alpha + q (1 - alpha - beta)) - 1, counted from 0 [Hyndman1996].
_CONTINUOUS = {
    "interpolated_inverted_cdf": (0, 1),
    "hazen": (0.5, 0.5),
    "weibull": (0, 0),
    "median_unbiased": (1 / 3.0, 1 / 3.0),
    "normal_unbiased": (3 / 8.0, 3 / 8.0),
}


def _below_unless(place: Array, stays: Callable[[Array, Array], Array]) -> Array:
    """The rank above a place, or the one below where `stays(fraction, place)`; never below 0."""
    floor = np.floor(place)
    return np.maximum(np.where(stays(place - floor, place), floor, floor + 1), 0)


# Those that take one element.
_DISCRETE: dict[str, Callable[[Any, Array], Array]] = {
    "inverted_cdf": lambda n, q: _below_unless(n * q - 1, lambda fraction, _: fraction == 0),
    "closest_observation": lambda n, q: _below_unless(
        n * q - 1 - 0.5, lambda fraction, place: (fraction == 0) & (np.floor(place) % 2 == 1)
    ),
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "nearest": lambda n, q: np.around((n - 1) * q),
}
_METHODS = {*_CONTINUOUS, *_DISCRETE, "linear", "averaged_inverted_cdf", "midpoint"}


def _place(method: str, n: Any, q: Array) -> Array:
    if method == "linear":
        return np.asarray((n - 1) * q)
    if method == "averaged_inverted_cdf":
        return np.asarray(n * q - 1)
    if method == "midpoint":
        return np.asarray(0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)))
    alpha, beta = _CONTINUOUS[method]
    return np.asarray(n * q + (alpha + q * (1 - alpha - beta)) - 1)


def _ranks(place: Array, n: Any) -> tuple[Array, Array, Array]:
    """The ranks around a place within the n elements, and the fraction between them as NumPy takes it."""
    low = np.floor(place)
    high = low + 1
    # At the last element and beyond NumPy takes rank -1, the last, and the fraction from there; it multiplies a difference of zero.
    last, first = place >= n - 1, place < 0
    fraction = place - np.where(last, -1, np.where(first, 0, low))
    low = np.where(last, n - 1, np.where(first, 0, low))
    high = np.where(last, n - 1, np.where(first, 0, high))
    return low, high, fraction


def _between(low: Array, high: Array, t: Array, weak: bool) -> Array:
    """low + t (high - low), from the nearer end. weak: t is a Python number, which does not widen the elements."""
    rest, difference = 1 - t, high - low
    nearer = t >= 0.5
    if weak and low.dtype.kind == "f":
        t, rest = t.astype(low.dtype), rest.astype(low.dtype)
    return np.asarray(np.where(nearer, high - difference * rest, low + difference * t))


def _quantiles(selection: Selection, q: Array, method: str, weak: bool, n: Any, ranks_per_item: bool) -> tuple[Array, Array]:
    """(q..., items) and NaN of each item. n: elements of an item that count, a number or one for each item."""
    at = q[..., None] if ranks_per_item else q

    def select(ranks: Array, leading: tuple[int, ...]) -> tuple[Array, Array]:
        values, nans = selection(ranks.reshape(-1, selection.items) if ranks_per_item else ranks.ravel())
        return values.reshape(*leading, *q.shape, selection.items), nans

    if method in _DISCRETE:
        return select(np.asarray(_DISCRETE[method](n, at)), ())
    place = _place(method, n, at)
    low, high, t = _ranks(place, n)
    if method == "averaged_inverted_cdf":
        t = np.where(t == 0, 0.5, 1.0)
    elif method == "midpoint":
        t = np.where(place % 1 == 0, 0.0, 0.5)
    (previous, following), nans = select(np.stack([low, high]), (2,))
    return _between(previous, following, t if ranks_per_item else t[..., None], weak), nans


def _linear_quantile(selection: Selection, q: float, weak: bool) -> tuple[Array, Array]:
    """`_quantiles` of one number by the default method, without arrays of one place: half the time of a short call."""
    n = selection.n
    place = (n - 1) * q
    below = int(place)
    # As _ranks: from the last element on NumPy takes the fraction from rank -1.
    low, high, t = (n - 1, n - 1, place + 1) if place >= n - 1 else (below, below + 1, place - below)
    (previous, following), nans = selection(np.array([low, high]))
    difference, step = following - previous, t if weak else np.float64(t)
    return (following - difference * (1 - step) if t >= 0.5 else previous + difference * step), nans


def _quantile(numpys: Callable[..., Any], a: Any, q: Array, weak: bool, arguments: tuple[Any, ...], omit_nan: bool) -> Any:
    axis, out, method, keepdims = arguments
    keep = False if keepdims is np._NoValue else keepdims
    if not isinstance(method, str) or method not in _METHODS or q.dtype != np.float64 or q.ndim > 2:
        return numpys()
    inside = 0 <= q[()] <= 1 if q.ndim == 0 else q.size > 0 and q.min() >= 0 and q.max() <= 1
    if not inside:
        return numpys()
    selection = selection_of(a, axis, keep)
    if selection is None:
        return numpys()
    if q.ndim == 0 and method == "linear":
        result, nans = _linear_quantile(selection, float(q), weak)
    else:
        result, nans = _quantiles(selection, q, method, weak, selection.n, False)
    if np.count_nonzero(nans):
        if omit_nan:
            if (nans == selection.n).any():
                return numpys()  # it warns of slices without a number
            result, _ = _quantiles(selection, q, method, weak, selection.n - nans, True)
        else:
            result[..., nans > 0] = np.nan
            if result.size == 1 and q.ndim == 0 and not selection.kept and out is None:
                result = result.astype(selection.dtype, copy=False)
    result = selection.shaped(result, q.shape, keep)
    return delivered(result, out) if fits(out, result) else numpys()


def _percentile(numpys: Callable[..., Any], a: Any, q: Any, arguments: tuple[Any, ...], omit_nan: bool) -> Any:
    share = np.asanyarray(q)
    if share.dtype.kind not in "iuf":
        return numpys()
    return _quantile(numpys, a, np.true_divide(share, 100, out=...), type(q) in (int, float), arguments, omit_nan)


def quantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    out: Array | None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: ArrayLike | None = None,
) -> Any:
    r"""Quantiles along given axes, by selection.

    With the sorted elements :math:`x_{(0)} \le x_{(1)} \le \dots` and :math:`q (n - 1) = j + g`, j an integer:
    :math:`(1 - g)\,x_{(j)} + g\,x_{(j+1)}`; the other methods place j + g elsewhere [Hyndman1996]_. The elements are not sorted: a
    sample gives bounds, one pass keeps what lies between them, until few are left [Floyd1975]_.

    Parameters
    ----------
    a : array_like
        Native: float32, float64 and integers of up to 64 bits (not uint64). Other dtypes, subclasses and empty arrays give NumPy's
        result.
    q : array_like of float
        Probabilities, from 0 to 1.
    axis : int or tuple of ints, optional
        Axes to reduce; all by default.
    out : ndarray, optional
        Receives the result; native when it has its shape and dtype.
    overwrite_input : bool, optional
        Allows NumPy to reorder `a`; `a` is never changed here.
    method : str, optional
        One of NumPy's thirteen.
    keepdims : bool, optional
        Keep the reduced axes with size one.
    weights : array_like, optional
        Given: NumPy's result.

    Returns
    -------
    scalar or ndarray
        As `numpy.quantile`, the axes of `q` first; the same bits.

    Raises
    ------
    ValueError
        When a probability is outside [0, 1], `method` is unknown, or `out` has another shape.
    numpy.exceptions.AxisError
        When an axis is out of range.

    Notes
    -----
    Order statistics are exact; the interpolation takes three roundings. NaN in a slice gives NaN. Memory: a copy of one slice for
    each thread, a quarter of it in slices of more than 2^18 elements.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.quantile(np.array([4.0, 1.0, 3.0, 2.0]), 0.25))
    1.75
    """

    def numpys() -> Any:
        return _numpy.quantile(a, q, axis, out, overwrite_input, method, keepdims, weights=weights)

    if weights is not None:
        return numpys()
    return _quantile(numpys, a, np.asanyarray(q), type(q) in (int, float), (axis, out, method, keepdims), False)


def percentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    out: Array | None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: ArrayLike | None = None,
) -> Any:
    r"""Percentiles along given axes: `quantile` at q / 100.

    Parameters
    ----------
    a, axis, out, overwrite_input, method, keepdims, weights
        As in `quantile`; also in what gives NumPy's result.
    q : array_like of float
        Percentages, from 0 to 100.

    Returns
    -------
    scalar or ndarray
        As `numpy.percentile`; the same bits.

    Raises
    ------
    ValueError, numpy.exceptions.AxisError
        As in `quantile`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.percentile(np.array([4.0, 1.0, 3.0, 2.0]), 50))
    2.5
    """

    def numpys() -> Any:
        return _numpy.percentile(a, q, axis, out, overwrite_input, method, keepdims, weights=weights)

    if weights is not None:
        return numpys()
    return _percentile(numpys, a, q, (axis, out, method, keepdims), False)


def nanquantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    out: Array | None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = np._NoValue,
    *,
    weights: ArrayLike | None = None,
) -> Any:
    r"""Quantiles along given axes, of the elements that are not NaN.

    Parameters
    ----------
    a, q, axis, out, overwrite_input, method, keepdims, weights
        As in `quantile`; also in what gives NumPy's result, as does a slice of nothing but NaN.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanquantile`; the same bits.

    Raises
    ------
    ValueError, numpy.exceptions.AxisError
        As in `quantile`.

    Warns
    -----
    RuntimeWarning
        For a slice of nothing but NaN, whose quantiles are NaN.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.stats.nanquantile(np.array([4.0, np.nan, 1.0, 3.0, 2.0]), 0.25))
    1.75
    """

    def numpys() -> Any:
        return _numpy.nanquantile(a, q, axis, out, overwrite_input, method, keepdims, weights=weights)

    if weights is not None:
        return numpys()
    return _quantile(numpys, a, np.asanyarray(q), type(q) in (int, float), (axis, out, method, keepdims), True)


def nanpercentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    out: Array | None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = np._NoValue,
    *,
    weights: ArrayLike | None = None,
) -> Any:
    r"""Percentiles along given axes, of the elements that are not NaN: `nanquantile` at q / 100.

    Parameters
    ----------
    a, axis, out, overwrite_input, method, keepdims, weights
        As in `quantile`; also in what gives NumPy's result, as does a slice of nothing but NaN.
    q : array_like of float
        Percentages, from 0 to 100.

    Returns
    -------
    scalar or ndarray
        As `numpy.nanpercentile`; the same bits.

    Raises
    ------
    ValueError, numpy.exceptions.AxisError
        As in `quantile`.

    Warns
    -----
    RuntimeWarning
        For a slice of nothing but NaN, whose percentiles are NaN.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.nanpercentile(np.array([4.0, np.nan, 1.0, 3.0, 2.0]), 50))
    2.5
    """

    def numpys() -> Any:
        return _numpy.nanpercentile(a, q, axis, out, overwrite_input, method, keepdims, weights=weights)

    if weights is not None:
        return numpys()
    return _percentile(numpys, a, q, (axis, out, method, keepdims), True)
