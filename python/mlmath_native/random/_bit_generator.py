# SPDX-License-Identifier: BSD-3-Clause
"""The engines as NumPy bit generators: what they share, and XBlock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.random.bit_generator import ISeedSequence, ISpawnableSeedSequence

from .. import _mlmath

STREAM_VERSION = 1
# How a unit of words may have been used that a state stands inside of: the names of UnitUse (random/engines/stream_key.hpp).
UNIT_USES = ("words", "pairs", "half_pairs", "two_steps", "gammas", "four_steps", "two_gammas")
_WORDS = 1 << 64


class Stream(np.random.BitGenerator):
    """What the engines share: the native stream behind NumPy's interface, children, copies and pickles."""

    __slots__ = ("_native",)
    _native: Any
    _engine: ClassVar[str]

    def __init__(self, seed: Any = None) -> None:
        super().__init__(seed)
        self._native = _mlmath.stream_new(self._engine)
        _mlmath.stream_attach(self.capsule, self._native, self.lock)

    def spawn(self, n_children: int) -> list[Self]:
        """Make `n_children` bit generators from the children of the seed sequence; as NumPy's, under the lock.

        Parameters
        ----------
        n_children : int
            How many.

        Returns
        -------
        list of bit generators
            Of this class, with keys of their own.

        Raises
        ------
        TypeError
            When the seed sequence cannot spawn, or there is none.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> len(mm.random.XBlock(1).spawn(3))
        3
        """
        with self.lock:  # the count of children in the seed sequence is shared by its users
            children = self.seed_seq.spawn(n_children) if isinstance(self.seed_seq, ISpawnableSeedSequence) else None
        if children is None:
            raise TypeError("The underlying SeedSequence does not implement spawning.")
        return [type(self)(child) for child in children]

    def __reduce__(self) -> Any:
        return restored, (type(self), self.state, self.seed_seq)


class XBlock(Stream):
    r"""Counter-seeded, lane-parallel xoshiro256++: a stream that is a pure function of key and position.

    The stream is cut into blocks of 8192 words of 64 bits. Lane :math:`l` of 16 in block :math:`b` starts from the state
    :math:`\mathrm{Threefry4x64}_{20}(K, (b, l, J, 0))` [Salmon2011]_ with the 256-bit key :math:`K` and the jump count :math:`J`,
    and runs xoshiro256++ [Blackman2021]_; word :math:`p` is output :math:`\lfloor (p \bmod 8192)/16 \rfloor + 1` of lane :math:`p
    \bmod 16`. Any position is reached at once, so a fill can be cut among threads and vector registers in any way and gives the
    same numbers.

    Parameters
    ----------
    seed : None, int, array_like of ints, SeedSequence, optional
        As for NumPy's bit generators: the key is ``SeedSequence(seed).generate_state(4, np.uint64)``. None takes fresh entropy from
        the operating system.

    Raises
    ------
    ValueError
        When `seed` is negative.
    TypeError
        When `seed` is not an integer, a sequence of integers, or a seed sequence.

    Notes
    -----
    The period is :math:`2^{64}` words for each of the :math:`2^{64}` values of the jump count. Drawing 32 bits takes the low half
    of a word and then its high half; drawing 64 bits starts at a whole word.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> np.random.Generator(mm.random.XBlock(1)).integers(10, size=5).shape
    (5,)
    >>> a, b = mm.random.XBlock(1), mm.random.XBlock(1)
    >>> a.random_raw(100)[70:].tolist() == b.advance(70).random_raw(30).tolist()
    True
    """

    __slots__ = ()
    _engine = "XBlock"

    def __init__(self, seed: Any = None) -> None:
        super().__init__(seed)
        self._set([int(word) for word in self.seed_seq.generate_state(4, np.uint64)], 0, 0, False)

    def _set(self, key: list[int], jump: int, word: int, half: bool, use: int = 0) -> None:
        _mlmath.stream_set_state(self._native, key, [0] * 4, jump, word, half, False, 0, use)

    @property
    def state(self) -> dict[str, Any]:
        """The state: a dict with the key, the jump count, the position in 32-bit halves, and ``stream_version``.

        ``unit_use`` tells how the last draw used its unit of words: a draw that uses it in another way starts behind that unit.

        Raises
        ------
        TypeError
            On setting, when the value is not a dict.
        ValueError
            On setting, when it is another bit generator's, another ``stream_version``, or out of range.
        """
        with self.lock:
            key, _, jump, word, half, _, _, use = _mlmath.stream_state(self._native)
        return {
            "bit_generator": type(self).__name__,
            "state": {"key": np.array(key, np.uint64), "jump": jump, "position": 2 * word + half, "unit_use": UNIT_USES[use]},
            "stream_version": STREAM_VERSION,
        }

    @state.setter
    def state(self, value: Mapping[str, Any]) -> None:
        if not isinstance(value, dict):
            raise TypeError("state must be a dict")
        name = value.get("bit_generator", "")
        if name != type(self).__name__:
            raise ValueError(f"state must be for a {type(self).__name__} PRNG")
        if value.get("stream_version") != STREAM_VERSION:
            raise ValueError(f"state must have stream_version {STREAM_VERSION}, got {value.get('stream_version')!r}")
        inner = value["state"]
        key = [int(word) for word in np.asarray(inner["key"]).ravel()]
        jump, position = int(inner["jump"]), int(inner["position"])
        if len(key) != 4 or not all(0 <= word < _WORDS for word in key):
            raise ValueError(f"state key must be 4 integers below 2**64, got {inner['key']!r}")
        if not 0 <= jump < _WORDS:
            raise ValueError(f"state jump must be in [0, 2**64), got {jump}")
        if not 0 <= position < 2 * _WORDS:
            raise ValueError(f"state position must be in [0, 2**65), got {position}")
        use = unit_use(inner)
        with self.lock:
            self._set(key, jump, position // 2, position % 2 == 1, use)

    def advance(self, delta: int) -> XBlock:
        """Move as if `delta` words of 64 bits had been drawn.

        Parameters
        ----------
        delta : int
            How many; negative to go back. Positions are modulo 2**64. A word whose low half has been drawn counts as drawn,
            and so does the rest of a unit that normals or gammas share.

        Returns
        -------
        XBlock
            This bit generator.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> bits = mm.random.XBlock(3)
        >>> first = bits.random_raw()
        >>> bits.advance(-1).random_raw() == first
        True
        """
        delta = as_index(delta, "delta")
        with self.lock:
            _mlmath.stream_leave_unit(self._native)
            key, _, jump, word, half, *_ = _mlmath.stream_state(self._native)
            self._set(key, jump, (word + half + delta) % _WORDS, False)
        return self

    def jumped(self, jumps: int = 1) -> XBlock:
        """Return a new bit generator whose stream is independent of this one's, at the same position.

        Parameters
        ----------
        jumps : int
            Added to the jump count of the key, modulo 2**64.

        Returns
        -------
        XBlock
            With the jump count increased.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> bits = mm.random.XBlock(3)
        >>> bits.jumped().jumped().random_raw() == bits.jumped(2).random_raw()
        True
        """
        jumps = as_index(jumps, "jumps")
        state = self.state
        state["state"]["jump"] = (state["state"]["jump"] + jumps) % _WORDS
        return restored(type(self), state, self.seed_seq)


_Engine = TypeVar("_Engine", bound="Stream")


def unit_use(state: Mapping[str, Any]) -> int:
    """The number of a state's unit use; a state without one stands between units."""
    name = state.get("unit_use", UNIT_USES[0])
    if name not in UNIT_USES:
        raise ValueError(f"state unit_use must be one of {', '.join(UNIT_USES)}, got {name!r}")
    return UNIT_USES.index(name)


def as_index(value: int, name: str) -> int:
    try:
        return value.__index__()
    except AttributeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None


def restored(cls: type[_Engine], state: dict[str, Any], seed_seq: ISeedSequence | None) -> _Engine:
    """A bit generator of this class and state; without a seed sequence when the original had none."""
    bit_generator = cls(seed_seq) if seed_seq is not None else cls(key=0)  # type: ignore[call-arg]
    bit_generator.state = state
    return bit_generator
