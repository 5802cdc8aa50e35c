# SPDX-License-Identifier: BSD-3-Clause
"""Integers, bytes and Bernoulli's law: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._general import Cases, _Base, _check_out, _checker, draw_each, output_shape


class Integers:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()

    def integers(
        self,
        low: ArrayLike,
        high: ArrayLike | None = None,
        size: Any = None,
        dtype: DTypeLike = "int64",
        endpoint: bool = False,
        *,
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw integers from `low` (inclusive) to `high` (exclusive), each with the same probability.

        A piece :math:`x` of :math:`k` bits of the stream gives :math:`low + \lfloor x s / 2^k \rfloor` for :math:`s = high - low`
        values [Lemire2019]_; it is rejected when :math:`x s \bmod 2^k < 2^k \bmod s`, which leaves equally many pieces for each
        value, so there is no bias at all. A rejected piece is replaced by extra words that belong to its place, so rejections
        move no other value.

        Parameters
        ----------
        low : int or array_like of ints
            Smallest value, or, when `high` is None, the bound `high` of values from 0 on. Arrays are broadcast; floats are
            truncated, as by NumPy.
        high : int or array_like of ints, optional
            One above the largest value, or with `endpoint` the largest value.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast bounds.
        dtype : dtype
            bool, int8 to int64, uint8 to uint64. With Python's int or bool a single number is one of these.
        endpoint : bool
            Whether `high` itself is drawn too.
        out : ndarray, optional
            Filled and returned: contiguous (C or Fortran), writable, of type `dtype`; filled in memory order. NumPy has no such
            argument here.

        Returns
        -------
        numpy scalar, int, bool or ndarray
            A scalar of type `dtype` when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When there is no value between the bounds (``high <= 0``, ``low >= high``, with `endpoint` ``low > high``), a bound does
            not fit `dtype`, `dtype` is byte-swapped, or shapes do not fit.
        TypeError
            When `dtype` is no integer type, or `out` has another.

        Notes
        -----
        How many words a draw takes depends on the bounds and the type alone. :math:`k` is the smallest of 8, 16 (elements of 8
        bits), 16, 32 (16 bits), 32, 64 (32 bits), 32, 64, 128 (64 bits) that has room for :math:`s` values and rejects at most one
        piece in 256. Elements of 32 and 64 bits take :math:`k / 64` words each. Draws of elements of 8 and 16 bits (bool
        included) start at a whole word and take :math:`\lceil n k / 64 \rceil` words: splitting such a draw at multiples of
        :math:`64 / k` elements changes nothing, elsewhere it skips the rest of a word; a single number takes a word. With arrays of
        bounds, of one element too, each number takes one word, whatever its type.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> rng = mm.random.default_rng(7)
        >>> dice = rng.integers(1, 6, size=1000, endpoint=True)
        >>> int(dice.min()), int(dice.max())
        (1, 6)
        >>> rng.integers([10, 100], [20, 200], dtype=np.uint8).dtype
        dtype('uint8')
        """
        raise NotImplementedError

    def bytes(self, length: int) -> builtins.bytes:
        r"""Draw random bytes: those of the words of the stream, the lowest first.

        Parameters
        ----------
        length : int
            How many. A draw starts at a whole word and takes :math:`\lceil length / 8 \rceil` words; splitting it at multiples of 8
            changes nothing.

        Returns
        -------
        bytes
            The bytes of ``integers(0, 256, length, np.uint8)``.

        Raises
        ------
        TypeError
            When `length` is no number.
        ValueError
            When `length` is negative (NumPy returns a few bytes then).

        Examples
        --------
        >>> import mlmath_native as mm
        >>> len(mm.random.default_rng(7).bytes(10))
        10
        """
        raise NotImplementedError

    def bernoulli(self, p: ArrayLike, size: Any = None, dtype: DTypeLike = "bool", out: NDArray[Any] | None = None) -> Any:
        r"""Draw true with probability `p`, false otherwise.

        Each value is :math:`u < p` for a uniform number :math:`u` of 64 bits: the upper 32 are half a word of the stream, the lower
        32, which decide one draw in :math:`2^{32}`, extra bits. The probability is :math:`\lfloor 2^{64} p \rfloor / 2^{64}`, which
        is `p` itself for :math:`p \ge 2^{-11}`. NumPy has no such method; ``rng.random(size) < p`` is the usual way there.

        Parameters
        ----------
        p : float or array_like of floats
            Probability, between 0 and 1.
        size : int or tuple of ints, optional
            Output shape; by default that of `p`.
        dtype : {bool, uint8, float32, float64}
            Type of the result; the same values for each.
        out : ndarray, optional
            Filled and returned: contiguous (C or Fortran), writable, of type `dtype`; filled in memory order.

        Returns
        -------
        bool, uint8, float or ndarray
            A scalar when `p` is one and `size` and `out` are None.

        Raises
        ------
        ValueError
            When `p` is not in [0, 1], or the shapes do not fit.
        TypeError
            When `dtype` is another, or `out` has another.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> rng = mm.random.default_rng(7)
        >>> kept = rng.bernoulli(0.9, (4, 1000), dtype="float32")
        >>> bool(0.85 < kept.mean() < 0.95)
        True
        """
        raise NotImplementedError


# The type itself (int64 and not longlong, which is another of the same size), its smallest and largest value.
_TYPES = {
    np.dtype(name): (np.dtype(name), *((0, 1) if name == "?" else (int(np.iinfo(name).min), int(np.iinfo(name).max))))
    for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
}
_TRUTH_TYPES = {np.dtype(name) for name in ("?", "u1", "f4", "f8")}
_MASK = 2**64 - 1


def _words_of(bounds: np.ndarray[Any, Any], least: int, largest: int) -> NDArray[np.uint64] | None:
    """The bounds modulo 2^64, truncated to integers; None when one is outside of [least, largest]."""
    if bounds.size == 0:
        return np.zeros(bounds.shape, np.uint64)
    if bounds.ndim == 0 or bounds.dtype.kind not in "iu":  # floats, bools, Python's own numbers: exact, one by one
        numbers = [int(value) for value in bounds.astype(object).flat]
        if min(numbers) < least or max(numbers) > largest:
            return None
        return np.array([number & _MASK for number in numbers], np.uint64).reshape(bounds.shape)
    if int(bounds.min()) < least or int(bounds.max()) > largest:
        return None
    return bounds.astype(np.int64 if bounds.dtype.kind == "i" else np.uint64, copy=False).view(np.uint64)


def _ordered(low: NDArray[np.uint64], beyond: NDArray[np.uint64], signed: Any, largest: int) -> bool:
    """Whether each low is below its beyond; one above the largest value wraps around."""
    low, beyond = low.view(signed), beyond.view(signed)
    disorder = low >= beyond
    if disorder.any():
        disorder &= beyond != np.uint64(largest + 1 & _MASK).view(signed)
    return not disorder.any()


def _integers_over_foreign(self: Any, arguments: tuple[Any, ...], size: Any, out: np.ndarray[Any, Any] | None, kind: Any) -> Any:
    if out is None:
        low, high, dtype, endpoint = arguments
        return _Base.integers(self, low, high, size, dtype, endpoint)
    low, high, _, endpoint = arguments
    _check_out(out, kind, size)
    out[...] = _Base.integers(self, low, high, out.shape, kind, endpoint)
    return out


def _integers(
    self: Any,
    low: Any,
    high: Any = None,
    size: Any = None,
    dtype: Any = np.int64,
    endpoint: Any = False,
    *,
    out: np.ndarray[Any, Any] | None = None,
) -> Any:
    asked = (low, high, dtype, endpoint)
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind not in _TYPES or not kind.isnative:
        _checker.integers(2, dtype=dtype)  # raises, in NumPy's words
        raise TypeError(f"Unsupported dtype {kind!r} for integers")
    if self._native is None:
        return _integers_over_foreign(self, asked, size, out, kind)
    if out is not None:
        _check_out(out, kind, size)
    elif size is not None and np.prod(size) == 0:
        return np.empty(output_shape(size, ()), kind)  # NumPy looks at no bounds then
    kind, least, largest = _TYPES[kind]
    bounds = np.asarray(0 if high is None else low), np.asarray(low if high is None else high)
    beyond_open = 0 if endpoint else 1
    try:
        first, beyond = _words_of(bounds[0], least, largest), _words_of(bounds[1], least + beyond_open, largest + beyond_open)
    except (TypeError, ValueError, OverflowError):  # no numbers, NaN, infinite
        _checker.integers(low, high, None, dtype, endpoint)  # raises, in NumPy's words
        raise
    if endpoint and beyond is not None:
        beyond = beyond + np.uint64(1)
    signed = np.int64 if kind.kind == "i" else np.uint64
    try:
        fit = first is not None and beyond is not None and _ordered(first, beyond, signed, largest)
    except ValueError:  # shapes that do not broadcast
        fit = False
    if first is None or beyond is None or not fit:
        _checker.integers(low, high, None, dtype, endpoint)  # raises, in NumPy's words
        raise ValueError("low > high" if endpoint else "low >= high")
    shape = np.broadcast(*bounds).shape
    if out is not None or size is not None or shape:
        asked_size = size if out is None else out.shape
        try:
            size = output_shape(asked_size, shape)
        except (ValueError, TypeError):
            _checker.integers(low, high, asked_size, dtype, endpoint)
            raise
    if bounds[0].ndim == bounds[1].ndim == 0:  # one law for all elements
        least_value = int(first.view(signed))
        last = least_value + (int(beyond) - least_value - 1) % 2**64
        return self.integers(least_value, last, None if out is not None else size, _scalar_type(dtype, kind), True, out=out)
    result = np.empty(size, kind) if out is None else out
    words = [_spread(word, result).view(np.float64) for word in (first, beyond)]  # their bits travel as doubles
    draw_each(self, "integers", words, result)
    return result


def _spread(words: NDArray[np.uint64], out: np.ndarray[Any, Any]) -> NDArray[np.uint64]:
    """`words` in `out`'s shape where that costs less than a view of this shape would."""
    if words.shape == out.shape or out.size > 4096:
        return words
    wide = np.empty(out.shape, np.uint64)
    wide[...] = words
    return wide


def _scalar_type(dtype: Any, kind: np.dtype[Any]) -> Any:
    return dtype if dtype is int or dtype is bool else kind.type


def _bytes(self: Any, length: Any) -> bytes:
    if self._native is None:
        return _Base.bytes(self, length)
    if not hasattr(length, "__index__") and not isinstance(length, (float, np.floating)):
        raise TypeError("an integer is required")
    length = int(length)  # NumPy truncates floats here
    if not -(2**63) <= length < 2**63:
        raise OverflowError("Python int too large to convert to C long")
    if length < 0:
        raise ValueError("negative dimensions are not allowed")
    drawn: bytes = self.bytes(length)
    return drawn


def _bernoulli(self: Any, p: Any, size: Any = None, dtype: Any = bool, out: np.ndarray[Any, Any] | None = None) -> Any:
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind not in _TRUTH_TYPES or not kind.isnative:
        raise TypeError(f"Unsupported dtype {kind!r} for bernoulli")
    shape = np.shape(p)
    probability = np.asarray(p, np.float64)
    if probability.size and not (probability.min() >= 0 and probability.max() <= 1):
        _checker.binomial(1, p, size=(0, *shape))  # raises what NumPy does for such p
    if out is not None:
        _check_out(out, kind, size)
        size = output_shape(out.shape, shape)
    elif size is not None or shape:
        size = output_shape(size, shape)
    if self._native is None:
        drawn = np.asarray(_Base.random(self, size) < probability).astype(kind)
        if out is None:
            return drawn if size is not None else _truth(drawn)
        out[...] = drawn
        return out
    if probability.size == 1:
        return self.bernoulli(float(probability.reshape(())), None if out is not None else size, kind.type, out)
    result = np.empty(size, kind) if out is None else out
    draw_each(self, "bernoulli", [probability], result)
    return result


def _truth(drawn: np.ndarray[Any, Any]) -> Any:
    return drawn[()] if drawn.dtype == np.uint8 else drawn.item()


CASES: Cases = {"integers": _integers, "bytes": _bytes, "bernoulli": _bernoulli}
