# SPDX-License-Identifier: BSD-3-Clause
"""The counter-based engines as NumPy bit generators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from .. import _mlmath
from ._bit_generator import UNIT_USES, Stream, as_index, restored, unit_use

_WORD = 1 << 64
_COUNTERS = 1 << 256


def _words(value: int, count: int = 4) -> list[int]:
    return [value >> 64 * i & _WORD - 1 for i in range(count)]


def _number(words: Any) -> int:
    return sum(int(word) << 64 * i for i, word in enumerate(words))


def _argument(value: Any, name: str, count: int) -> int:
    """An integer below 2**(64 count), or `count` words, lowest first; NumPy's errors."""
    array = np.asarray(value)
    if array.shape == ():
        number = int(value)
        if not 0 <= number < 1 << 64 * count:
            raise ValueError(f"{name} must be positive and less than 2**{64 * count}.")
        return number
    if array.shape != (count,):
        raise ValueError(f"{name} must have {count} elements when using array form")
    return _number(array.astype(np.uint64).tolist())


def _stored(value: Any, name: str, count: int) -> int:
    words = [int(word) for word in value]
    if len(words) != count or not all(0 <= word < _WORD for word in words):
        raise ValueError(f"state {name} must be {count} integers below 2**64, got {value!r}")
    return _number(words)


class _CounterBased(Stream):
    """A stream of blocks of four words, each a function of a key and a counter of 256 bits. See counter_key.hpp."""

    __slots__ = ("_keyed", "_reset")
    _keyed: bool
    _reset: tuple[int, list[int]]  # where the buffer was last set by other means than drawing, and to what
    _key_words = 4

    def __init__(self, seed: Any = None, counter: Any = None, key: Any = None) -> None:
        if seed is not None and key is not None:
            raise ValueError("seed and key cannot be both used")
        super().__init__(seed)
        self._keyed = key is not None
        if key is None:
            key = super().seed_seq.generate_state(self._key_words, np.uint64)
        number = _argument(key, "key", self._key_words)
        self._restart(number, 0 if counter is None else _argument(counter, "counter", 4))

    @property
    def seed_seq(self) -> ISeedSequence | None:  # type: ignore[override]
        """The seed sequence; None when the key was given."""
        return None if self._keyed else super().seed_seq

    # Words are numbered from that of block 0 on: word w is word w mod 4 of block w / 4, w in [0, 2**258).

    def _word(self) -> tuple[int, int, bool, int, int]:
        """Key, the number of the next word, whether a half is kept, the half, and how the unit is used."""
        key, middle, _, place, _, kept, half, use = _mlmath.stream_state(self._native)
        offset = place - _WORD if place >= _WORD // 2 else place
        return _number(key), (4 * _number(middle) + offset) % (4 * _COUNTERS), kept, half, use

    def _set(self, key: int, word: int, kept: bool, half: int, use: int = 0) -> None:
        middle = (((word + _WORD // 2) >> 64) << 62) % _COUNTERS
        _mlmath.stream_set_state(self._native, _words(key), _words(middle), 0, word % _WORD, False, kept, half, use)

    def _restart(self, key: int, counter: int) -> None:
        word = 4 * (counter % _COUNTERS + 1) % (4 * _COUNTERS)
        self._set(key, word, False, 0)
        self._reset = (word, [0] * 4)

    def _block(self, key: int, counter: int) -> list[int]:
        return _mlmath.counter_block(self._engine, _words(key), _words(counter))

    @property
    def state(self) -> dict[str, Any]:
        """The state, a dict as of `numpy.random.Philox`.

        ``state`` holds key and counter; ``buffer`` the four words of the counter's block, of which the first ``buffer_pos`` have
        been drawn; ``uinteger`` the high half of a word whose low half was the last number of 32 bits, when ``has_uint32``. Inside
        a unit of words that normals or gammas share there is ``unit_use`` besides (see `XBlock.state`).

        Raises
        ------
        TypeError
            On setting, when the value is not a dict.
        ValueError
            On setting, when it is another bit generator's or out of range, or when the buffer's remaining words are not those of
            key and counter.
        """
        with self.lock:
            key, word, kept, half, use = self._word()
            counter, position = divmod(word, 4)
            if position == 0:  # NumPy goes on to the next block when a word of it is asked for
                counter, position = (counter - 1) % _COUNTERS, 4
            buffer = self._reset[1] if self._reset[0] == word else self._block(key, counter)
        between = {} if use == 0 else {"unit_use": UNIT_USES[use]}
        return between | {
            "bit_generator": type(self).__name__,
            "state": {
                "counter": np.array(_words(counter), np.uint64),
                "key": np.array(_words(key, self._key_words), np.uint64),
            },
            "buffer": np.array(buffer, np.uint64),
            "buffer_pos": position,
            "has_uint32": int(kept),
            "uinteger": half,
        }

    @state.setter
    def state(self, value: Mapping[str, Any]) -> None:
        if not isinstance(value, dict):
            raise TypeError("state must be a dict")
        name = value.get("bit_generator", "")
        if name != type(self).__name__:
            raise ValueError(f"state must be for a {type(self).__name__} PRNG")
        inner = value["state"]
        key = _stored(inner["key"], "key", self._key_words)
        counter = _stored(inner["counter"], "counter", 4)
        buffer = _words(_stored(value["buffer"], "buffer", 4))
        position, kept, half = int(value["buffer_pos"]), bool(value["has_uint32"]), int(value["uinteger"])
        if not 0 <= position <= 4:
            raise ValueError(f"state buffer_pos must be in [0, 4], got {position}")
        if not 0 <= half < 1 << 32:
            raise ValueError(f"state uinteger must be in [0, 2**32), got {half}")
        if buffer[position:] != self._block(key, counter)[position:]:
            raise ValueError("state buffer must hold the words of the state's key and counter from buffer_pos on")
        use, word = unit_use(value), (4 * counter + position) % (4 * _COUNTERS)
        with self.lock:
            self._set(key, word, kept, half, use)
            self._reset = (word, buffer)

    def advance(self, delta: int) -> Self:
        """Move by `delta` blocks of four words, as NumPy's Philox: what is left of the present block is dropped, and a kept half.

        Parameters
        ----------
        delta : int
            Added to the counter, modulo 2**256.

        Returns
        -------
        bit generator
            This one.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> bits = mm.random.Philox(3)
        >>> ahead = mm.random.Philox(3).advance(2)
        >>> int(bits.random_raw(9)[8]) == ahead.random_raw()
        True
        """
        delta = as_index(delta, "delta")
        with self.lock:
            _mlmath.stream_leave_unit(self._native)
            key, word, *_ = self._word()
            self._restart(key, (word - 1) // 4 + delta)
        return self

    def jumped(self, jumps: int = 1) -> Self:
        """Return a new bit generator 2**128 `jumps` counters ahead, the rest of a block dropped; as NumPy's Philox.

        Parameters
        ----------
        jumps : int
            How many times 2**128 is added to the counter, modulo 2**256.

        Returns
        -------
        bit generator
            With the counter increased.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> bits = mm.random.Philox(3)
        >>> bits.jumped().jumped().random_raw() == bits.jumped(2).random_raw()
        True
        """
        jumps = as_index(jumps, "jumps")
        return restored(type(self), self.state, self.seed_seq).advance(jumps << 128)


class Philox(_CounterBased):
    r"""Philox4x64-10: numpy.random.Philox word for word, with native laws.

    Each block of four words is a function of the key :math:`(k_0, k_1)` and a counter of 256 bits: ten rounds of

    .. math:: (x_0, x_1, x_2, x_3) \leftarrow (\mathrm{hi}(b x_2) \oplus x_1 \oplus k_0,\ \mathrm{lo}(b x_2),\
              \mathrm{hi}(a x_0) \oplus x_3 \oplus k_1,\ \mathrm{lo}(a x_0))

    with the constants :math:`a, b` and key steps of [Salmon2011]_. The counter is increased before each block. For equal arguments,
    words, numbers of 32 bits and states are those of `numpy.random.Philox`; either one's state can be given to the other. Numbers
    drawn by `numpy.random.Generator` are therefore NumPy's own, those of `mlmath_native.random.Generator` are this package's laws
    of the same words.

    Parameters
    ----------
    seed : None, int, array_like of ints, SeedSequence, optional
        As for NumPy's bit generators. None takes fresh entropy from the operating system.
    counter : None, int or 4 ints, optional
        The counter to start from, below 2**256; as an array the words of it, lowest first. By default 0.
    key : None, int or 2 ints, optional
        The key, below 2**128, instead of a seed.

    Raises
    ------
    ValueError
        When both seed and key are given, or one is out of range.
    TypeError
        When `seed` is not an integer, a sequence of integers, or a seed sequence.

    Notes
    -----
    A stream is a stretch of :math:`2^{62}` counters, those nearest to a multiple of :math:`2^{62}`. Draws that pass its end, half
    way between two multiples, go on at its other end, where NumPy's go on into the next one; `advance` and `jumped` do that too.
    The buffer in a state is checked, not believed: NumPy draws whatever it is given.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> ours, theirs = mm.random.Philox(12), np.random.Philox(12)
    >>> bool((ours.random_raw(100) == theirs.random_raw(100)).all())
    True
    >>> ours.state = theirs.state
    """

    __slots__ = ()
    _key_words = 2
    _engine = "Philox"


class Threefry(_CounterBased):
    r"""Threefry4x64-20: a stream that is a cipher of its position.

    Each block of four words is a function of a key of 256 bits and a counter of 256 bits: twenty rounds of additions, rotations and
    exclusive or [Salmon2011]_. The counter is increased before each block, as for `Philox`, whose arguments, state and methods it
    has.

    Parameters
    ----------
    seed : None, int, array_like of ints, SeedSequence, optional
        As for NumPy's bit generators: the key is ``SeedSequence(seed).generate_state(4, np.uint64)``. None takes fresh entropy from
        the operating system.
    counter : None, int or 4 ints, optional
        The counter to start from, below 2**256; as an array the words of it, lowest first. By default 0.
    key : None, int or 4 ints, optional
        The key, below 2**256, instead of a seed.

    Raises
    ------
    ValueError
        When both seed and key are given, or one is out of range.
    TypeError
        When `seed` is not an integer, a sequence of integers, or a seed sequence.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> f"{mm.random.Threefry(key=0, counter=2**256 - 1).random_raw():016x}"  # block 0
    '09218ebde6c85537'
    >>> mm.random.Generator(mm.random.Threefry(7)).normal(size=3).shape
    (3,)
    """

    __slots__ = ()
    _engine = "Threefry"
