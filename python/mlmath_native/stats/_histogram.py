# SPDX-License-Identifier: BSD-3-Clause
"""Counting: histograms and occurrences of integers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["bincount", "histogram"]

Array = NDArray[Any]
_numpy: Any = np  # called with whatever it has to judge
_FLOATS = (np.dtype(np.float64), np.dtype(np.float32))
_EXACT = 1 << 53  # integers up to here are doubles


def _weights_of(weights: ArrayLike | None, a: Array) -> Array | bool | None:
    """Weights as doubles, None without, False where they are NumPy's case."""
    if weights is None:
        return None
    w = np.asarray(weights)
    if w.shape != a.shape or w.dtype.kind not in "iuf" or w.dtype.itemsize > 8:
        return False
    return np.ascontiguousarray(w.ravel(), dtype=np.float64)


def _uniform_edges(a: Array, bins: Any, range_: Any) -> tuple[Array, float] | None:
    """NumPy's edges, and how near an edge (in bins) the bin must be settled by comparison; None when that is everywhere."""
    if isinstance(bins, str):
        edges = np.histogram_bin_edges(a, bins, range_)
    elif range_ is None:
        # Its edges depend on the elements by their dtype and extremes alone.
        extremes = _mlmath._minmax(a, 1) if a.dtype in _FLOATS else (a.min(), a.max())
        edges = np.histogram_bin_edges(np.array(extremes, dtype=a.dtype), bins)
    else:
        edges = np.histogram_bin_edges(a[:1], bins, range_)
    if edges.dtype not in _FLOATS:
        return None
    low, high, count = float(edges[0]), float(edges[-1]), len(edges) - 1
    width = high - low
    if not np.isfinite(width) or not np.isfinite(count / width):
        return None
    # The estimate's own rounding and that of the edges, each a few units in the last place of the edges' dtype.
    tolerance = 8 * float(np.finfo(edges.dtype).eps) * count * (1 + max(abs(low), abs(high)) / width)
    return (edges, tolerance) if tolerance <= 0.25 else None


def histogram(
    a: ArrayLike,
    bins: int | str | ArrayLike = 10,
    range: tuple[float, float] | None = None,
    density: bool | None = None,
    weights: ArrayLike | None = None,
) -> tuple[Array, Array]:
    r"""How many elements, or how much weight, fall into each bin.

    :math:`h_b = \sum_i w_i [e_b \le x_i < e_{b+1}]`, the last bin with its right edge, :math:`w_i = 1` without weights. The bin
    of an
    element is estimated by multiplication and, near an edge, settled by comparison with the edges: exactly the bin that NumPy's
    edges
    say, for elements on an edge too.

    Parameters
    ----------
    a : array_like
        Elements, of any shape. Native: float32, float64 and integers; complex, boolean and other elements and empty arrays give
        NumPy's result.
    bins : int, str or array_like, optional
        Number of bins of equal width, one of NumPy's rules ('auto', 'fd', ...), or the edges, which must not decrease.
    range : (float, float), optional
        First and last edge of bins of equal width; the extremes by default. Elements outside are left out.
    density : bool, optional
        Divide by the total and the widths of the bins.
    weights : array_like, optional
        Weight of each element, of the shape of `a`.

    Returns
    -------
    hist : ndarray
        int64, or the dtype of the weights, or float64 with `density`.
    bin_edges : ndarray
        The edges, one more than bins.

    Raises
    ------
    ValueError, TypeError
        As `numpy.histogram`: edges that decrease, a number of bins below 1, a range that is not finite or decreases, NaN or
        infinities without `range`, weights of another shape.

    Notes
    -----
    Counts are exact. Weights are summed in double, one after the other within blocks of 65536 elements, blocks in order: NumPy's
    bits
    for bins of equal width and float64 weights, the same for any number of threads.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.histogram(np.array([0.0, 0.5, 1.0, 1.0]), bins=2)
    (array([1, 3]), array([0. , 0.5, 1. ]))
    """
    found = _native_histogram(a, bins, range, weights)
    if found is None:
        return _numpy.histogram(a, bins, range, density, weights)  # type: ignore[no-any-return]
    counts, edges = found
    if density:
        return counts / np.diff(edges).astype(float) / counts.sum(), edges
    return counts, edges


def _native_histogram(a: ArrayLike, bins: Any, range_: Any, weights: Any) -> tuple[Array, Array] | None:
    array = np.asarray(a)
    if array.size == 0 or not (array.dtype in _FLOATS or (array.dtype.kind in "iu" and array.dtype != np.uint64)):
        return None
    w = _weights_of(weights, array)
    if w is False:
        return None
    flat = array.ravel() if w is not None else array.ravel(order="K")
    if not flat.dtype.isnative:
        flat = flat.astype(flat.dtype.newbyteorder("="))
    uniform = isinstance(bins, str) or np.ndim(bins) == 0
    if uniform:
        if isinstance(bins, str) and w is not None:
            return None
        if flat.dtype == np.int64 and not (flat.min() >= -_EXACT and flat.max() <= _EXACT):
            return None
        edges_and_tolerance = _uniform_edges(flat, bins, range_)
        if edges_and_tolerance is None:
            return None
        edges, tolerance = edges_and_tolerance
        exact = edges.astype(np.float64, copy=False)
    else:
        edges, tolerance = np.asarray(bins), 0.0
        if edges.ndim != 1 or len(edges) < 2 or edges.dtype.kind not in "iuf" or edges.dtype.itemsize > 8:
            return None
        exact = np.ascontiguousarray(edges, dtype=np.float64)
        # Decreasing edges and NaN are NumPy's to refuse; so are integers that no double holds.
        too_large = edges.dtype.itemsize == 8 and edges.dtype.kind != "f" and abs(exact).max() > _EXACT
        if too_large or not (exact[:-1] <= exact[1:]).all():
            return None
    counts = _mlmath._histogram(flat, exact, uniform, tolerance, w)
    return counts if weights is None else counts.astype(np.asarray(weights).dtype, copy=False), edges


@documents(_mlmath.bincount)
def bincount(x: ArrayLike, /, weights: ArrayLike | None = None, minlength: int = 0) -> Any:
    r"""How often each of the integers 0, 1, ... occurs, or how much weight it has.

    :math:`c_v = \sum_i w_i [x_i = v]`, :math:`w_i = 1` without weights.

    Parameters
    ----------
    x : array_like of int
        Non-negative integers, one axis. Native: contiguous arrays of integers of up to 64 bits; others give NumPy's result.
    weights : array_like, optional
        Weight of each element; native are contiguous float64 ones.
    minlength : int, optional
        Least length of the result.

    Returns
    -------
    ndarray
        ``max(x) + 1`` numbers or `minlength`, int64, or float64 with weights.

    Raises
    ------
    ValueError
        When an element or `minlength` is negative, `x` has more than one axis, or `weights` another length.
    TypeError
        When `x` does not hold integers.

    Notes
    -----
    Counts are exact. Weights are summed one after the other within blocks of 65536 elements, blocks in order: NumPy's bits up to
    that
    size, the same for any number of threads.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.bincount(np.array([0, 1, 1, 3]))
    array([1, 2, 0, 1])
    """
    raise NotImplementedError
