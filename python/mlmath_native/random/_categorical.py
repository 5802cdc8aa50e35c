# SPDX-License-Identifier: BSD-3-Clause
"""Categorical: a discrete distribution with its alias table; and the tables that `choice` keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from ._general import _check_out, _shape


class Probabilities:
    """Numbers given as p, their sum (NaN when one is negative), and, once asked for, their alias table."""

    __slots__ = ("_table", "key", "p", "positive", "sum")

    def __init__(self, p: NDArray[np.float64]) -> None:
        self.p = p
        self.key = p.tobytes() if p.size <= _SHORT else b""
        self.sum, self.positive = _mlmath.probability_sum(p)
        self._table: NDArray[np.uint64] | None = None

    def alias_table(self) -> NDArray[np.uint64]:
        """The table: a row (threshold, alias) for each outcome."""
        if self._table is None:
            self._table = _mlmath.alias_table(self.p)
        return self._table


# Constraint: a table costs 20 ns an entry, a comparison of p 0.2, and memory that nobody asked for should be small.
# Decision: the last four p of at most a million entries: 24 bytes each, so 100 MB when somebody really uses four such.
_KEPT, _LARGEST = 4, 1_000_000
_SHORT = 1024  # up to here bytes are compared: a call of NumPy costs more
_kept: tuple[Probabilities, ...] = ()


def cached_table(p: NDArray[np.float64]) -> Probabilities:
    """The `Probabilities` of p: those of an earlier call when p holds the same numbers."""
    global _kept
    if p.ndim != 1 or p.size == 0:
        return Probabilities(p.reshape(-1).copy())
    kept = _kept  # replaced as a whole, never changed: threads may come by
    key = p.tobytes() if p.size <= _SHORT else b""
    for known in kept:
        if key:
            if known.key == key:
                return known
            continue
        q = known.p
        if q.size == p.size and q[0] == p[0] and q[-1] == p[-1] and np.array_equal(q, p):
            return known
    fresh = Probabilities(p.copy())
    if p.size <= _LARGEST:
        _kept = (fresh, *kept[: _KEPT - 1])
    return fresh


class Categorical:
    r"""The law of one of k outcomes, :math:`P(i) = p_i`, with an alias table [Walker1977]_, [Vose1991]_.

    The unit interval is cut into k cells of equal length, each shared by at most two outcomes. A draw is one look-up, whatever the
    probabilities; making the table takes about 20 ns an outcome.

    Parameters
    ----------
    p : 1-D array_like of floats
        Probabilities: finite, not negative, with the sum 1 within 1.5e-8 (for a float32 array 3.5e-4). They are divided by their
        sum.

    Raises
    ------
    ValueError
        When `p` is not one-dimensional, empty, or no such probabilities.

    See Also
    --------
    Generator.choice : the same draws for items; keeps tables of the last few p.
    Generator.categorical : one draw from each of many rows of logits.

    Notes
    -----
    Thresholds have 64 bits and are computed in integers: the share of outcome i in the table is :math:`p_i / \sum p` within
    :math:`2^{-64} / k`, shares add up to 1 exactly, and :math:`p_i = 0` is never drawn.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> dice = mm.random.Categorical([0.1] * 5 + [0.5])
    >>> rng = mm.random.default_rng(7)
    >>> dice.sample(rng, (2, 3)).shape
    (2, 3)
    >>> dice
    Categorical([0.1, 0.1, 0.1, 0.1, 0.1, 0.5])
    """

    __slots__ = ("_table",)

    def __init__(self, p: ArrayLike) -> None:
        given = np.asarray(p)
        values = np.ascontiguousarray(given, np.float64)
        if values.ndim != 1 or values.size == 0:
            raise ValueError(f"Categorical: p must be one-dimensional and not empty, got shape {values.shape}")
        eps = np.finfo(given.dtype if given.dtype.kind == "f" else np.float64).eps
        known = cached_table(values)
        if not abs(known.sum - 1) <= max(float(np.sqrt(eps)), 2.0**-26):
            raise ValueError("Categorical: p must be finite, not negative, and add up to 1")
        self._table = known.alias_table()

    @property
    def k(self) -> int:
        """The number of outcomes."""
        return len(self._table)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The probabilities that the table stands for, added up from its thresholds in integers."""
        return _mlmath.alias_table_probabilities(self._table)

    def sample(
        self, rng: np.random.Generator, size: Any = None, *, dtype: DTypeLike = "int64", out: NDArray[Any] | None = None
    ) -> Any:
        """Draw outcomes.

        Parameters
        ----------
        rng : numpy.random.Generator
            Any; over `XBlock` all threads draw, and the values depend on key and position alone.
        size : int or tuple of ints, optional
            Output shape. None draws a single number.
        dtype : {int64, int32}
            Type of the result.
        out : ndarray, optional
            Filled and returned: contiguous (C or Fortran), writable, of type `dtype`; filled in memory order.

        Returns
        -------
        int or ndarray
            An int when `size` and `out` are None.

        Raises
        ------
        TypeError
            When `rng` is no Generator, `dtype` is another, or `out` has another.
        ValueError
            When `out` is not fit, `size` is not its shape, or a dimension is negative.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> mm.random.Categorical([0.0, 1.0]).sample(mm.random.default_rng(7), 3).tolist()
        [1, 1, 1]
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"Categorical.sample: rng must be a numpy.random.Generator, got {type(rng).__name__}")
        kind: np.dtype[Any] = np.dtype(dtype)
        if kind not in (np.dtype(np.int64), np.dtype(np.int32)):
            raise TypeError(f"Unsupported dtype {kind!r} for Categorical.sample")
        if out is not None:
            _check_out(out, kind, size)
        result: NDArray[Any] = out if out is not None else np.empty(() if size is None else _shape(size), kind)
        native = getattr(rng, "_native", None)
        if native is not None:
            _mlmath.draw_categorical(native, self._table, result)
        else:
            words = np.asarray(rng.integers(0, 2**64, result.shape, np.uint64))
            _mlmath.categorical_from_words(self._table, words, result)
        return result if out is not None or size is not None else int(result[()])

    def __reduce__(self) -> Any:
        return _restored, (self._table,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Categorical) and np.array_equal(self._table, other._table)

    def __hash__(self) -> int:
        return hash((self.k, self._table[0].tobytes(), self._table[-1].tobytes()))

    def __repr__(self) -> str:
        if self.k > 8:
            return f"Categorical(<{self.k} probabilities>)"
        return f"Categorical([{', '.join(f'{p:.6g}' for p in self.probabilities)}])"


def _restored(table: NDArray[np.uint64]) -> Categorical:
    law = Categorical.__new__(Categorical)
    fit = isinstance(table, np.ndarray) and table.dtype == np.uint64 and table.ndim == 2 and table.shape[1] == 2 and table.size > 0
    if not fit or int(table[:, 1].max()) >= len(table):
        raise ValueError("Categorical: not a table")
    law._table = np.ascontiguousarray(table)
    return law
