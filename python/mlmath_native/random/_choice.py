# SPDX-License-Identifier: BSD-3-Clause
"""Choice among given items, rows of logits, items of an iterable. Written in Python: the work is in the samplers that they call."""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from . import _reservoir
from ._categorical import cached_table
from ._general import Cases, _Base, _check_out, _checker, _shape

Item = TypeVar("Item")


class Choice:
    """Methods that are run as they stand: no native ones take their place."""

    __slots__ = ()
    _native: Any

    def choice(
        self,
        a: Any,
        size: Any = None,
        replace: bool = True,
        p: ArrayLike | None = None,
        axis: int = 0,
        shuffle: bool = True,
    ) -> Any:
        r"""Draw items of `a`, all alike or with probabilities `p`, with or without replacement.

        Parameters
        ----------
        a : int or array_like
            The items: entries along `axis` of an array of any dtype, or of an int the numbers 0 to ``a - 1``.
        size : int or tuple of ints, optional
            How many; takes the place of `axis` in the result. None draws a single item.
        replace : bool
            Whether an item can come again.
        p : 1-D array_like, optional
            Probabilities :math:`p_i \ge 0` of the items; must add up to 1 within NumPy's tolerance and are divided by their sum.
        axis : int
            Of `a`, along which items lie.
        shuffle : bool
            Accepted for NumPy's sake: without replacement the order is always random, at no cost.

        Returns
        -------
        int, item or ndarray
            What NumPy returns.

        Raises
        ------
        ValueError, TypeError, IndexError
            As NumPy: `a` empty or no sequence, `p` of another length, negative, NaN or with another sum, a sample larger than the
            population or than the number of positive `p`.

        Notes
        -----
        With `p` and replacement an alias table [Vose1991]_ answers each draw with one look-up and one word, where NumPy searches
        the cumulative sums. Tables of the last few `p` are kept, so calls in a loop build none. With `p` and no replacement each
        item has an exponential time :math:`E_i / p_i` and the earliest are taken [Efraimidis2006]_: the law and order of NumPy's
        repeated draws, in one pass. All alike, without replacement: numbers are drawn again where they have been taken; from a
        sixteenth of the population on, the front of all numbers is shuffled. A smaller sample is the front of a larger one, except
        across that line.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> rng = mm.random.default_rng(7)
        >>> rng.choice(["a", "b", "c"], 4, p=[0.5, 0.5, 0.0]).shape
        (4,)
        >>> sorted(rng.choice(5, 5, replace=False).tolist())
        [0, 1, 2, 3, 4]
        """
        if self._native is None:
            return _Base.choice(self, a, size, replace, p, axis, shuffle)  # type: ignore[call-overload]
        if type(a) is int and a > 0 and size is None and p is None:
            return int(self.integers(a))  # type: ignore[attr-defined]
        items = np.asarray(a)
        if items.ndim == 0:
            try:
                population = operator.index(items.item())
            except TypeError as error:
                raise ValueError(f"a must be a sequence or an integer, not {type(a)}") from error
            if population <= 0 and np.prod(size) != 0:
                raise ValueError("a must be a positive integer unless no samples are taken")
        else:
            population = items.shape[axis]
            if population == 0 and np.prod(size) != 0:
                raise ValueError("a cannot be empty unless no samples are taken")
        table = None if p is None else _table_of(p, population)
        shape = () if size is None else size
        count = int(np.prod(shape, dtype=np.intp))
        index: Any
        if replace and table is None:
            index = self.integers(0, population, size=shape, dtype=np.int64)  # type: ignore[attr-defined]
        elif table is not None and replace:
            index = np.empty(_shape(shape), np.int64)
            if index.size:
                _mlmath.draw_categorical(self._native, table.alias_table(), index)
        else:
            index = self._without_replacement(population, count, table, shape)
        if size is None:
            index = np.asarray(index).item(0)
        if items.ndim == 0:
            return index
        if size is not None and np.ndim(index) == 0 and items.ndim == 1:
            result = np.empty((), items.dtype)
            result[()] = items[index]
            return result
        return items.take(np.asarray(index, np.intp), axis=axis)

    def _without_replacement(self, population: int, count: int, table: Any, size: Any) -> NDArray[np.int64]:
        if count > population:
            raise ValueError("Cannot take a larger sample than population when replace is False")
        if count < 0:
            raise ValueError("negative dimensions are not allowed")
        if table is not None:
            if table.positive < count:
                raise ValueError("Fewer non-zero entries in p than size")
            shape = _shape(size)
            return _mlmath.weighted_sample_indices(self._native, table.p, count).reshape(shape)
        if population > sys.maxsize:
            raise OverflowError("Python int too large to convert to C long")
        shape = _shape(size)
        return _mlmath.sample_indices(self._native, population, count).reshape(shape)

    def categorical(
        self,
        logits: ArrayLike,
        axis: int = -1,
        size: Any = None,
        *,
        out: NDArray[np.int64] | None = None,
        replace: bool = True,
    ) -> Any:
        r"""Draw one outcome from each row of unnormalized log-probabilities: :math:`P(j) = e^{l_j} / \sum_i e^{l_i}`.

        Parameters
        ----------
        logits : array_like of floats
            Finite or -inf, which is never drawn. float32 is taken as it is; the weights are computed in double.
        axis : int
            Of the outcomes; the other axes are the batch.
        size : int or tuple of ints, optional
            Shape of the result: the batch's is broadcast to it, axes in front are further draws. Default: the batch's.
        out : ndarray of int64, optional
            Filled and returned.
        replace : bool
            If False, the draws along the axes in front of the batch's are all different outcomes, in the order of successive
            sampling (the largest of :math:`l_j` plus Gumbel noise [Kool2019]_).

        Returns
        -------
        int or ndarray of int64
            Outcomes: indices along `axis`. An int for one row when `size` and `out` are None.

        Raises
        ------
        ValueError
            When a row holds NaN or +inf, or nothing but -inf (named by its index in the batch), there are no outcomes, shapes do
            not fit, or, without replacement, more are wanted than a row has.
        TypeError
            When `logits` are not real numbers or `out` is not int64.

        Notes
        -----
        JAX's ``jax.random.categorical`` adds Gumbel noise to every logit and takes the largest: two logarithms each. Here a row
        costs one exponential per logit and one word per draw: the inverse of its distribution function. For many draws from one
        distribution `Categorical` is faster.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> rng = mm.random.default_rng(7)
        >>> rng.categorical(np.log([[0.0, 1.0], [1.0, 0.0]]).tolist()).tolist()
        [1, 0]
        """
        rows = _logits_of(logits, axis)
        batch, outcomes = rows.shape[:-1], rows.shape[-1]
        if out is not None:
            _check_out(out, np.dtype(np.int64), size)
        shape = out.shape if out is not None else batch if size is None else _shape(size)
        front = len(shape) - len(batch)
        if front < 0 or any(here not in (1, wanted) for here, wanted in zip(batch, shape[front:])):
            raise ValueError(f"categorical: size {shape} does not fit the batch of logits {batch}")
        if shape[front:] != batch:
            batch = shape[front:]
            rows = np.broadcast_to(rows, (*batch, outcomes))
        flat = np.ascontiguousarray(rows).reshape(int(np.prod(batch)), outcomes)
        draws = int(np.prod(shape[:front]))
        drawn = out if out is not None and out.flags.c_contiguous else np.empty(shape, np.int64)
        if drawn.size:
            if outcomes == 0:
                raise ValueError("categorical: logits must have at least one entry along axis")
            if replace:
                self._words(drawn)
                row, fault = _mlmath.categorical_of_rows(flat, drawn.reshape(draws, len(flat)))
                if row >= 0:
                    where = tuple(int(i) for i in np.unravel_index(row, batch))
                    message = f"categorical: logits[{where}] holds {fault}; they must be finite or -inf, not all -inf"
                    raise ValueError(message)
            else:
                drawn[...] = self._different(flat, draws).reshape(shape)
        if out is not None:
            if drawn is not out:
                out[...] = drawn
            return out
        return int(drawn[()]) if size is None and not shape else drawn

    def _words(self, out: NDArray[np.int64]) -> None:
        if self._native is None:
            out.view(np.uint64)[...] = _Base.integers(self, 0, 2**64, out.shape, np.uint64)  # type: ignore[call-overload]
        else:
            _mlmath.draw_words(self._native, out)

    def _different(self, rows: NDArray[Any], count: int) -> NDArray[np.int64]:
        if np.isnan(rows).any() or (rows == np.inf).any():
            raise ValueError("categorical: logits must be finite or -inf")
        if (np.isfinite(rows).sum(axis=1) < count).any():
            raise ValueError(f"categorical: {count} different outcomes are wanted, a row has fewer that are not -inf")
        keys = -rows.astype(np.float64) - self.gumbel(size=rows.shape)  # type: ignore[attr-defined]
        first = np.argpartition(keys, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(keys, first, axis=1), axis=1)
        return np.take_along_axis(first, order, axis=1).T

    def reservoir(self, iterable: Iterable[Item], k: int, *, weights: Iterable[float] | None = None) -> list[Item]:
        r"""Draw `k` items without replacement from an iterable of unknown length, in one pass.

        Parameters
        ----------
        iterable : iterable
            Read to its end, once; nothing but the sample is kept.
        k : int
            How many.
        weights : iterable of floats, optional
            One for each item, not negative: items are drawn one after the other with probability proportional to weight
            among those that are left. Items of weight 0 are never drawn.

        Returns
        -------
        list
            `k` items, or all when there are fewer. The order is not random.

        Raises
        ------
        ValueError
            When `k` or a weight is negative, a weight is not finite, or there are fewer weights than items.
        TypeError
            When `k` is not an integer or `iterable` cannot be iterated.

        Notes
        -----
        Algorithm L [Li1994]_: the number of items to skip is drawn, so that :math:`O(k \log(n/k))` random numbers do for :math:`n`
        items. With weights A-ExpJ [Efraimidis2006]_, which skips weight instead. Numbers come one at a time from the stream
        (`random`); logarithms are the platform's own, so that a sample may differ where a C library rounds them differently.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> rng = mm.random.default_rng(7)
        >>> sample = rng.reservoir((line for line in range(1000)), 3)
        >>> len(set(sample))
        3
        """
        count = operator.index(k)
        if count < 0:
            raise ValueError(f"reservoir: k must not be negative, got {k}")
        if weights is None:
            return _reservoir.uniform(self, iterable, count)
        return _reservoir.weighted(self, iterable, weights, count)


_TOLERANCE = 2.0**-26  # the root of double's epsilon


def _table_of(p: Any, population: int) -> Any:
    tolerance = _TOLERANCE
    if isinstance(p, np.ndarray) and np.issubdtype(p.dtype, np.floating):
        plain: NDArray[Any] = p
        if p.dtype != np.float64:
            tolerance = max(tolerance, float(np.sqrt(np.finfo(p.dtype).eps)))
    else:
        plain = np.asarray(p)
    if plain.ndim != 1 or plain.size != population or not np.can_cast(plain.dtype, np.float64):
        _checker.choice(population, 0, True, p)  # raises, in NumPy's words, or reads p as numbers all the same
    table = cached_table(np.ascontiguousarray(plain, np.float64))
    if not abs(table.sum - 1) <= tolerance:
        _checker.choice(population, 0, True, p)
    return table


def _logits_of(logits: ArrayLike, axis: int) -> NDArray[Any]:
    array = np.asarray(logits)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"categorical: logits must be real numbers, got {array.dtype}")
    if array.ndim == 0:
        raise ValueError("categorical: logits must have at least one dimension")
    single = array.dtype.kind == "f" and array.dtype.itemsize <= 4
    return np.moveaxis(array.astype(np.float32 if single else np.float64, copy=False), axis, -1)


CASES: Cases = {}
