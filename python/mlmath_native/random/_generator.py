# SPDX-License-Identifier: BSD-3-Clause
"""Generator: numpy.random.Generator with native methods."""

from __future__ import annotations

import textwrap
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from .. import _mlmath
from .._facade import _text_signature
from . import _choice, _continuous, _discrete, _gamma, _integers, _multivariate, _permutation, _uniform_normal
from ._bit_generator import Stream, XBlock

_FAMILIES = (_uniform_normal, _continuous, _integers, _gamma, _discrete, _choice, _permutation, _multivariate)


class Generator(  # type: ignore[misc]  # NumPy's integers has overloads
    _uniform_normal.UniformNormal,
    _continuous.Continuous,
    _integers.Integers,
    _gamma.GammaFamily,
    _discrete.Discrete,
    _choice.Choice,
    _permutation.Permutation,
    _multivariate.Multivariate,
    np.random.Generator,
):
    """NumPy's Generator, with the laws that have native kernels drawn by them.

    Over `XBlock`, `Philox` or `Threefry`, the methods documented here are filled by vector kernels on all threads, and their values
    depend on key and position alone: the same for any number of threads and instruction set, whether drawn in one call or in
    several. Every other method is NumPy's own code on the same stream. Over a foreign bit generator everything is NumPy's own,
    values included.

    A Generator may be shared by Python threads: the lock of its bit generator is held only while a call takes its positions out of
    the stream, not while it fills.

    Parameters
    ----------
    bit_generator : BitGenerator
        `XBlock`, `Philox`, `Threefry`, or any of NumPy's.

    Raises
    ------
    AttributeError
        When `bit_generator` is not a bit generator, as from `numpy.random.Generator`.

    See Also
    --------
    default_rng : the usual way to make one.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> rng = mm.random.Generator(mm.random.XBlock(12))
    >>> isinstance(rng, np.random.Generator)
    True
    >>> rng.normal(size=3).shape
    (3,)
    """

    __slots__ = ("_factor", "_native")
    _native: Any
    _factor: Any  # of multivariate_normal's last covariance

    def __init__(self, bit_generator: np.random.BitGenerator) -> None:
        super().__init__(bit_generator)
        self._native = bit_generator._native if isinstance(bit_generator, Stream) else None
        self._factor = None

    def __reduce__(self) -> Any:
        return type(self), (self.bit_generator,)


def _docs() -> dict[str, str]:
    """Signature and text of each native method, as CPython keeps them for built-in methods."""
    docs = {}
    for declarations in Generator.__mro__[1 : 1 + len(_FAMILIES)]:
        for name, declaration in vars(declarations).items():
            if isinstance(declaration, FunctionType) and not name.startswith("_"):
                signature = _text_signature(declaration).replace("($module, self", "($self")
                text = textwrap.dedent(" " * 8 + (declaration.__doc__ or "").strip())
                docs[name] = f"{name}{signature}\n--\n\n{text}\n"
    return docs


_cases = SimpleNamespace(**{name: case for family in _FAMILIES for name, case in family.CASES.items()})
_mlmath.install_generator_methods(Generator, _docs(), _cases)


def default_rng(seed: Any = None) -> np.random.Generator:
    """Make a `Generator` over a new `XBlock`.

    Parameters
    ----------
    seed : None, int, array_like of ints, SeedSequence, BitGenerator, Generator, RandomState, optional
        As for `numpy.random.default_rng`: None takes fresh entropy from the operating system; a bit generator is wrapped; a
        Generator, NumPy's too, is returned as it is; of a RandomState the bit generator is wrapped.

    Returns
    -------
    Generator
        Its values for a seed are not those of `numpy.random.default_rng`.

    Raises
    ------
    ValueError, TypeError
        As from `XBlock`.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> rng = mm.random.default_rng(42)
    >>> first = rng.random(3)
    >>> bool((mm.random.default_rng(42).random(3) == first).all())
    True
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, np.random.BitGenerator):
        return Generator(seed)
    if isinstance(seed, np.random.RandomState):
        return Generator(seed._bit_generator)
    return Generator(XBlock(seed))
