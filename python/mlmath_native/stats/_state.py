# SPDX-License-Identifier: BSD-3-Clause
"""Moments as a state: computed in one pass, merged, continued, pickled."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath

__all__ = ["Moments", "moments"]

Array = NDArray[Any]
_FORMAT = 1


class MergeableState:
    """Finished subtrees of the reduction tree, as ``cpp/kernels/reduce/reduction_segments.hpp`` cuts them.

    ``_stack`` holds one state for each bit of ``_chunks``, the highest first; ``_tail`` an incomplete chunk, which nothing can
    follow
    in the same tree; ``_base`` what was folded together before the tree began.
    """

    __slots__ = ("_base", "_chunks", "_count", "_stack", "_tail")

    def __init__(self) -> None:
        self._base: Array | None = None
        self._tail: Array | None = None
        self._stack: list[Array] = []
        self._chunks = 0
        self._count = 0

    def _merge(self, left: Array, right: Array) -> Array:
        raise NotImplementedError

    def _check_mergeable(self, other: Self) -> None:
        raise NotImplementedError

    def _copy(self) -> Self:
        copy = type(self).__new__(type(self))
        copy.__setstate__(self.__getstate__())
        return copy

    def _push(self, state: Array, height: int) -> None:
        chunks = 1 << height
        while self._chunks >> height & 1:
            state = self._merge(self._stack.pop(), state)
            height += 1
        self._stack.append(state)
        self._chunks += chunks

    def _tree(self) -> Array | None:
        states = self._stack if self._tail is None else [*self._stack, self._tail]
        if not states:
            return None
        state = states[-1]
        for left in reversed(states[:-1]):
            state = self._merge(left, state)
        return state

    def _value(self) -> Array:
        tree = self._tree()
        if self._base is None:
            assert tree is not None
            return tree
        return self._base if tree is None else self._merge(self._base, tree)

    def _close(self) -> None:
        """Fold everything so far into the base, when an incomplete chunk ends it."""
        if self._tail is not None:
            self._base, self._tail, self._stack, self._chunks = self._value(), None, [], 0

    def _take(self, states: Array, heights: Sequence[int], count: int) -> None:
        for state, height in zip(states, heights):
            if height < 0:
                self._tail = state
            else:
                self._push(state, height)
        self._count += count

    def __add__(self, other: Any) -> Self:
        if not isinstance(other, type(self)):
            return NotImplemented
        self._check_mergeable(other)
        whole = self._copy()
        heights = [bit for bit in reversed(range(other._chunks.bit_length())) if other._chunks >> bit & 1]
        if whole._tail is None and other._base is None and (not heights or whole._chunks % (1 << heights[0]) == 0):
            states = other._stack if other._tail is None else [*other._stack, other._tail]
            whole._take(states, [*heights, -1], other._count)  # type: ignore[arg-type]
        else:
            whole._base, whole._tail, whole._stack, whole._chunks = self._merge(self._value(), other._value()), None, [], 0
            whole._count += other._count
        return whole

    def __radd__(self, other: Any) -> Self:
        return self if isinstance(other, int) and other == 0 else NotImplemented  # sum() starts with 0

    def _fields(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def _set_fields(self, fields: tuple[Any, ...]) -> None:
        raise NotImplementedError

    def __getstate__(self) -> tuple[Any, ...]:
        return (_FORMAT, self._base, self._tail, list(self._stack), self._chunks, self._count, self._fields())

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[0] != _FORMAT:
            raise ValueError(f"{type(self).__name__}: this version reads states of format {_FORMAT}, got {state[0]}")
        _, self._base, self._tail, stack, self._chunks, self._count, fields = state
        self._stack = list(stack)
        self._set_fields(fields)


def as_real(function: str, name: str, a: ArrayLike) -> Array:
    """An array of float32 or float64 with the values of `a`."""
    array = np.asarray(a)
    if array.dtype.kind == "f" and array.dtype.itemsize in (4, 8):
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if array.dtype.kind in "iub" or array.dtype == np.float16:
        return array.astype(np.float64)
    raise TypeError(f"{function}: {name} must hold real numbers of at most 64 bits, got dtype {array.dtype}")


def axis_mask(axes: Sequence[int]) -> int:
    """The set of axes as the kernels take it."""
    return sum(1 << axis for axis in axes)


def _weights_like(weights: ArrayLike, x: Array, axes: tuple[int, ...]) -> Array:
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != x.shape:
        if w.ndim != 1 or len(axes) != 1:
            raise ValueError(f"moments: weights must have the shape of x, {x.shape}, or one axis along `axis`, got shape {w.shape}")
        if w.shape[0] != x.shape[axes[0]]:
            raise ValueError(f"moments: weights must have {x.shape[axes[0]]} elements along axis {axes[0]}, got {w.shape[0]}")
        w = np.broadcast_to(w.reshape([-1 if axis == axes[0] else 1 for axis in range(x.ndim)]), x.shape)
    if not (w >= 0).all():
        raise ValueError("moments: weights must be non-negative")
    return w


class Moments(MergeableState):
    r"""Count, mean, central sums, smallest and largest of the elements seen so far. Made by `moments`.

    With elements :math:`x_i` and weights :math:`w_i` (1 without weights): weight :math:`W = \sum_i w_i`, mean
    :math:`m = \sum_i w_i x_i / W`, central sums :math:`M_p = \sum_i w_i (x_i - m)^p`, p up to `order`.

    ``a + b`` is the state of both parts' elements, a new object; `update` takes more elements in; states can be pickled. Elements
    are reduced in chunks of 1024 along the reduced axes, in logical order, and chunks merged by a binary tree. `update` is
    therefore, bit for bit, one pass over everything when what came before is a multiple of 1024 elements per result, and ``a + b``
    when moreover the chunks of `a` are a multiple of the largest power of two in those of `b`; otherwise within the bound.

    Notes
    -----
    Error of :math:`M_p`: at most :math:`p\,(\min(n, 1024)/32 + 6 + 8 h)\,\epsilon \sum_i w_i (|x_i - m| + 40 \epsilon |m|)^p` with
    double's epsilon and h merges on the way of a chunk (one pass: :math:`\lceil\log_2 \lceil n/1024 \rceil\rceil`); formulas of
    [Chan1983]_ and [Pebay2008]_, means carried in two doubles. float32 is reduced in double.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a, b = mm.stats.moments(np.array([1.0, 2.0])), mm.stats.moments(np.array([3.0, 6.0]))
    >>> float((a + b).mean), float((a + b).variance(ddof=1))
    (3.0, 4.666666666666667)
    """

    __slots__ = ("_axes", "_order", "_shape")

    def __init__(self, axes: tuple[int, ...] | None, order: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self._axes = axes
        self._order = order
        self._shape = shape

    def update(self, x: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Take more elements in, and return the state itself.

        Parameters
        ----------
        x : array_like
            As for `moments`, with the same axes; the kept axes must have the same sizes.
        weights : array_like, optional
            As for `moments`.

        Returns
        -------
        Moments
            This object.

        Raises
        ------
        ValueError
            When the kept axes have other sizes, or `x` is empty.
        """
        array = as_real("moments", "x", x)
        axes = tuple(range(array.ndim)) if self._axes is None else normalize_axis_tuple(self._axes, array.ndim)
        shape = tuple(size for axis, size in enumerate(array.shape) if axis not in axes)
        if shape != self._shape:
            raise ValueError(f"moments: x must keep the shape {self._shape}, got {shape}")
        if array.size == 0:
            raise ValueError(f"moments: x must have elements, got shape {array.shape}")
        w = None if weights is None else _weights_like(weights, array, axes)
        self._close()
        states, heights = _mlmath._moments(array, w, axis_mask(axes), self._order, self._chunks)
        self._take(states, heights, array.size // max(1, int(np.prod(shape))))
        return self

    def _merge(self, left: Array, right: Array) -> Array:
        return _mlmath._merge_moments(left, right)

    def _check_mergeable(self, other: Self) -> None:
        if self._shape != other._shape:
            raise ValueError(f"moments: states must have the same shape, got {self._shape} and {other._shape}")
        if self._order != other._order:
            raise ValueError(f"moments: states must have the same order, got {self._order} and {other._order}")

    def _fields(self) -> tuple[Any, ...]:
        return (self._axes, self._order, self._shape)

    def _set_fields(self, fields: tuple[Any, ...]) -> None:
        self._axes, self._order, self._shape = fields

    def _field(self, which: int) -> Any:
        return self._value()[:, which].reshape(self._shape)[()]

    def _need(self, order: int, what: str) -> None:
        if self._order < order:
            raise ValueError(f"moments: {what} needs order {order}, the state was made with order {self._order}")

    @property
    def count(self) -> int:
        """Elements per result."""
        return self._count

    @property
    def order(self) -> int:
        """The highest central sum."""
        return self._order

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the kept axes."""
        return self._shape

    @property
    def weight(self) -> Any:
        """Sum of the weights; without weights the count."""
        return self._field(0)

    @property
    def mean(self) -> Any:
        """Arithmetic mean; NaN when the weights sum to zero."""
        value = self._value()
        return np.where(value[:, 0] > 0, value[:, 1] + value[:, 2], np.nan).reshape(self._shape)[()]

    @property
    def min(self) -> Any:
        """Smallest element, whatever its weight; NaN when there is one."""
        return self._field(6)

    @property
    def max(self) -> Any:
        """Largest element, whatever its weight; NaN when there is one."""
        return self._field(7)

    def central_sum(self, p: int) -> Any:
        """Sum of weight times (element - mean) ** p, for p from 2 to the order.

        Parameters
        ----------
        p : int
            The power.

        Returns
        -------
        scalar or ndarray
            One number for each kept index.

        Raises
        ------
        ValueError
            When `p` is below 2 or above the order.
        """
        if p < 2 or p > 4:
            raise ValueError(f"moments: p must be 2, 3 or 4, got {p}")
        self._need(p, f"central_sum({p})")
        return self._field(1 + p)

    def variance(self, ddof: float = 0) -> Any:
        r"""Variance :math:`M_2 / (W - d)`, d = `ddof`.

        Parameters
        ----------
        ddof : float, optional
            Subtracted from the weight: 1 for the unbiased estimate when weights are frequencies.

        Returns
        -------
        scalar or ndarray
            One number for each kept index; NaN, with a RuntimeWarning, where no degree of freedom is left.
        """
        self._need(2, "variance")
        degrees = np.asarray(self.weight) - ddof
        if not (degrees > 0).all():
            warnings.warn("moments: degrees of freedom <= 0", RuntimeWarning, stacklevel=2)
        with np.errstate(all="ignore"):
            return np.where(degrees > 0, self.central_sum(2) / degrees, np.nan)[()]

    def std(self, ddof: float = 0) -> Any:
        """Standard deviation, the square root of `variance`.

        Parameters
        ----------
        ddof : float, optional
            As in `variance`.

        Returns
        -------
        scalar or ndarray
            One number for each kept index.
        """
        return np.sqrt(self.variance(ddof))

    def skewness(self, bias: bool = True) -> Any:
        r"""Skewness :math:`g_1 = (M_3/W) / (M_2/W)^{3/2}` as `scipy.stats.skew`.

        Parameters
        ----------
        bias : bool, optional
            False: times :math:`\sqrt{W (W - 1)} / (W - 2)`, where W > 2.

        Returns
        -------
        scalar or ndarray
            One number for each kept index; NaN where all elements are equal.
        """
        self._need(3, "skewness")
        n, m2, m3 = self.weight, self.central_sum(2), self.central_sum(3)
        with np.errstate(all="ignore"):
            g = (m3 / n) / (m2 / n) ** 1.5
            return g if bias else np.where(n > 2, np.sqrt(n * (n - 1)) / (n - 2) * g, g)[()]

    def kurtosis(self, fisher: bool = True, bias: bool = True) -> Any:
        r"""Kurtosis :math:`g_2 = (M_4/W) / (M_2/W)^2`, less 3 with `fisher`, as `scipy.stats.kurtosis`.

        Parameters
        ----------
        fisher : bool, optional
            Whether a normal law has 0 and not 3.
        bias : bool, optional
            False: :math:`((W^2 - 1) g_2 - 3 (W - 1)^2) / ((W - 2)(W - 3)) + 3` in place of :math:`g_2`, where W > 3.

        Returns
        -------
        scalar or ndarray
            One number for each kept index; NaN where all elements are equal.
        """
        self._need(4, "kurtosis")
        n, m2, m4 = self.weight, self.central_sum(2), self.central_sum(4)
        with np.errstate(all="ignore"):
            g = (m4 / n) / (m2 / n) ** 2
            if not bias:
                g = np.where(n > 3, ((n * n - 1) * g - 3 * (n - 1) ** 2) / ((n - 2) * (n - 3)) + 3, g)
            return (g - 3 if fisher else g)[()]

    def __repr__(self) -> str:
        return f"Moments(count={self._count}, order={self._order}, shape={self._shape})"


def moments(
    x: ArrayLike, axis: int | Sequence[int] | None = None, order: int = 4, weights: ArrayLike | None = None
) -> Moments:  # fmt: skip
    r"""Count, mean, central sums up to the fourth, extremes over given axes, in one pass, as a state to merge and continue.

    Chunks of 1024 elements are read while they lie in cache: their extremes, their mean m, then the powers of the deviations from
    it,
    :math:`M_p = \sum_i w_i (x_i - m)^p`; chunks are merged pairwise [Pebay2008]_. The order depends on the number of elements
    alone:
    the same bits for any number of threads, layout and alignment.

    Parameters
    ----------
    x : array_like
        Real numbers, any shape and strides; float32 and integers are reduced in double.
    axis : int or tuple of ints, optional
        Axes to reduce; all by default.
    order : int, optional
        Highest central sum, 1 to 4; up to 2 costs about half of 4.
    weights : array_like, optional
        Non-negative weights of the elements: of the shape of `x`, or of one axis along `axis`.

    Returns
    -------
    Moments
        `mean`, `variance`, `std`, `skewness`, `kurtosis`, `min`, `max`, `count`, `weight` of the elements; ``+`` and `update`.

    Raises
    ------
    numpy.exceptions.AxisError
        When an axis is out of range.
    TypeError
        When `x` holds no real numbers.
    ValueError
        When `x` is empty, `order` not 1 to 4, or `weights` negative or of another shape.

    Notes
    -----
    Error and reproducibility of merged states: see `Moments`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> m = mm.stats.moments(1e9 + np.array([4.0, 7.0, 13.0, 16.0]))
    >>> float(m.variance(ddof=1)), float(m.skewness()), float(m.kurtosis())
    (30.0, 0.0, -1.64)
    >>> x = np.arange(4096.0)
    >>> whole, parts = mm.stats.moments(x), mm.stats.moments(x[:1024]).update(x[1024:])
    >>> bool(whole.kurtosis() == parts.kurtosis())
    True
    """
    if order not in (1, 2, 3, 4):
        raise ValueError(f"moments: order must be 1, 2, 3 or 4, got {order!r}")
    array = as_real("moments", "x", x)
    axes = None if axis is None else normalize_axis_tuple(axis, array.ndim)
    reduced = range(array.ndim) if axes is None else axes
    shape = tuple(size for at, size in enumerate(array.shape) if at not in reduced)
    return Moments(axes, order, shape).update(array, weights)
