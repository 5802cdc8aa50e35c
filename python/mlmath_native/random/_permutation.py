# SPDX-License-Identifier: BSD-3-Clause
"""Random order: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index
from numpy.typing import ArrayLike, NDArray

from ._general import Cases

_Base = np.random.Generator


class Permutation:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()

    def permutation(self, x: int | ArrayLike, axis: int = 0) -> NDArray[Any]:
        r"""Return a random order of ``0, ..., x - 1``, or of the entries of an array along an axis.

        Each of the :math:`n!` orders :math:`\pi_n` has the probability :math:`1 / n!`; the result is
        :math:`y_i = x_{\pi_n(i)}`. Up to :math:`2^{18}` elements by Durstenfeld's exchanges [Durstenfeld1964]_: for
        :math:`i = 0, 1, \ldots` the entries :math:`i` and :math:`j_i` change places, :math:`j_i` equally likely in
        :math:`0 .. i`. Longer ones by random labels [Rao1961]_, [Sandelius1962]_: the entries are dealt to :math:`2^b` buckets,
        shuffled there, and merged in the order of labels drawn for the result.

        Parameters
        ----------
        x : int or array_like
            The number of elements, or what is to be put in order. It is not changed.
        axis : int, default 0
            Along which the entries of an array change places.

        Returns
        -------
        ndarray
            int64 of shape (x,), or a copy of the array in its new order.

        Raises
        ------
        AxisError
            When the array has no such axis.

        See Also
        --------
        shuffle : the same order, in place.
        permuted : an order of its own for every row.

        Notes
        -----
        For a generator at the same place of its stream, and the same n, ``permutation(n)``, ``x[permutation(n)]``,
        ``permutation(x)`` and ``shuffle(x)`` give the same order, for any type of x, number of threads and instruction set. An
        order takes :math:`\lceil n / 2 \rceil` words of the stream, and :math:`\lceil n / 4 \rceil` more above
        :math:`2^{18}` elements; none for n < 2. NumPy exchanges from the last entry down, one after the other.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> order = mm.random.default_rng(3).permutation(5)
        >>> np.sort(order)
        array([0, 1, 2, 3, 4])
        >>> x = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
        >>> bool((mm.random.default_rng(3).permutation(x) == x[order]).all())
        True
        """
        raise NotImplementedError

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Put an array or a sequence in random order along an axis, in place.

        The order is that of `permutation`, which describes it.

        Parameters
        ----------
        x : ndarray or MutableSequence
            What is put in order.
        axis : int, default 0
            Along which the entries of an array change places; sequences have only axis 0.

        Raises
        ------
        ValueError
            When the array is read-only.
        AxisError
            When the array has no such axis.
        NotImplementedError
            When `axis` is not 0 and `x` is no ndarray.
        TypeError
            When `x` has no length, or its items cannot be replaced (a tuple).

        Warns
        -----
        UserWarning
            When `x` is neither an ndarray nor a ``collections.abc.Sequence``.

        Notes
        -----
        Above 262144 elements, and for items of other sizes than 1, 2, 4, 8 and 16 bytes, as much memory again as `x` holds is used
        on the way. Ctrl-C leaves `x` in its old or its new order.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> cards = ["ace", "king", "queen", "jack"]
        >>> mm.random.default_rng(3).shuffle(cards)
        >>> sorted(cards)
        ['ace', 'jack', 'king', 'queen']
        """
        raise NotImplementedError

    def permuted(self, x: ArrayLike, *, axis: int | None = None, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return a copy of an array with every lane along an axis in a random order of its own.

        Lane r, in C order of the other axes, gets the order that the r-th call of `permutation` would give it.

        Parameters
        ----------
        x : array_like
            What is to be put in order.
        axis : int, optional
            Along which the entries of each lane change places. None: all entries of the array are one lane, in C order.
        out : ndarray, optional
            Of x's shape and a type that x can be cast to safely; filled and returned. `x` itself may be given.

        Returns
        -------
        ndarray
            `out`, or a new array of x's type and layout.

        Raises
        ------
        TypeError
            When `out` is no ndarray, or x cannot be cast to its type safely.
        ValueError
            When `out` has another shape or is read-only.
        AxisError
            When the array has no such axis.

        See Also
        --------
        shuffle : one order for all lanes.

        Notes
        -----
        Every lane has its place in the stream, so that all threads can shuffle. When `axis` is None NumPy walks through an array of
        Fortran's order in the order of its memory, which for random orders makes no difference in law.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> x = np.arange(6).reshape(2, 3)
        >>> drawn = mm.random.default_rng(3).permuted(x, axis=1)
        >>> np.sort(drawn, axis=1)
        array([[0, 1, 2],
               [3, 4, 5]])
        """
        raise NotImplementedError


def permutation(self: Any, x: Any, axis: int = 0) -> NDArray[Any]:
    """Any x: integers of other types, objects that become arrays, axes other than the first."""
    if self._native is None:
        theirs: NDArray[Any] = _Base.permutation(self, x, axis)
        return theirs
    if isinstance(x, (int, np.integer)):
        numbers: NDArray[Any] = np.arange(x)
        self.shuffle(numbers)
        return numbers
    array = np.asarray(x)
    axis = normalize_axis_index(axis, array.ndim)
    if array.ndim == 1:
        array = array.copy()
        self.shuffle(array)
        return array
    order: NDArray[Any] = self.permutation(array.shape[axis])
    return np.take(array, order, axis)


def shuffle(self: Any, x: Any, axis: int = 0) -> None:
    """Any x: subclasses of arrays, axes of other types; what else has items."""
    if self._native is None:
        return _Base.shuffle(self, x, axis)
    n = len(x)
    if isinstance(x, np.ndarray):
        _shuffle_array(self, x, axis)
        return None
    if not isinstance(x, Sequence):
        warnings.warn(
            f"you are shuffling a '{type(x).__name__}' object which is not a subclass of 'Sequence'; `shuffle` is not guaranteed "
            "to behave correctly. E.g., non-numpy array/tensor objects with view semantics may contain duplicates after shuffling.",
            UserWarning,
            stacklevel=2,
        )
    if axis != 0:
        raise NotImplementedError("Axis argument is only supported on ndarray objects")
    if type(x) is list:
        self.shuffle(x)
    elif n > 1:
        for place, item in enumerate([x[i] for i in self.permutation(n).tolist()]):
            x[place] = item
    return None


def _shuffle_array(self: Any, x: NDArray[Any], axis: int) -> None:
    if not x.flags.writeable:
        raise ValueError("array is read-only")
    axis = int(normalize_axis_index(axis, x.ndim))
    if type(x) is np.ndarray:
        self.shuffle(x, axis)
        return
    if x.size == 0:
        return
    x = np.swapaxes(x, 0, axis)
    x[...] = x[self.permutation(x.shape[0])]


def permuted(self: Any, x: Any, *, axis: int | None = None, out: NDArray[Any] | None = None) -> NDArray[Any]:
    """Any x and out: `out`, filled with x, is put in order in place."""
    if self._native is None:
        return _Base.permuted(self, x, axis=axis, out=out)
    x = np.asarray(x)
    if out is None:
        out = x.copy(order="K")
    else:
        if type(out) is not np.ndarray:
            raise TypeError("out must be a numpy array")
        if out.shape != x.shape:
            raise ValueError("out must have the same shape as x")
        if not out.flags.writeable:
            raise ValueError("out is read-only")
        np.copyto(out, x, casting="safe")
    if axis is None and out.ndim < 2:
        self.shuffle(out)
        return out
    if axis is not None:
        axis = int(normalize_axis_index(axis, out.ndim))
    self.permuted(out, axis=axis, out=out)
    return out


CASES: Cases = {"permutation": permutation, "shuffle": shuffle, "permuted": permuted}
