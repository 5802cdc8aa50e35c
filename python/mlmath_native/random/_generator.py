# SPDX-License-Identifier: BSD-3-Clause
"""Generator: numpy.random.Generator with native methods."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from .._facade import _text_signature
from . import _general
from ._bit_generator import XBlock


class Generator(np.random.Generator):
    """NumPy's Generator, with the laws that have native kernels drawn by them.

    Over `XBlock`, the methods documented here are filled by vector kernels on all threads, and their values depend on key and
    position
    alone: the same for any number of threads and instruction set, whether drawn in one call or in several. Every other method is
    NumPy's own code on the same stream. Over a foreign bit generator everything is NumPy's own, values included.

    A Generator may be shared by Python threads: the lock of its bit generator is held only while a call takes its positions out of
    the stream, not while it fills.

    Parameters
    ----------
    bit_generator : BitGenerator
        `XBlock`, or any of NumPy's.

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

    __slots__ = ("_native",)
    _native: Any

    def __init__(self, bit_generator: np.random.BitGenerator) -> None:
        super().__init__(bit_generator)
        self._native = bit_generator._native if isinstance(bit_generator, XBlock) else None

    def __reduce__(self) -> Any:
        return type(self), (self.bit_generator,)

    # The bodies below are never run: install_generator_methods puts the native methods in their place.

    def random(self, size: Any = None, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the uniform law on :math:`[0, 1)`.

        Each value is :math:`\lfloor w / 2^{11} \rfloor\, 2^{-53}` of a 64-bit word :math:`w` of the stream (float32:
        :math:`\lfloor h / 2^{8} \rfloor\, 2^{-24}` of half a word), as NumPy computes it from its streams.

        Parameters
        ----------
        size : int or tuple of ints, optional
            Output shape. None draws a single number.
        dtype : {float64, float32}
            Type of the result.
        out : ndarray, optional
            Filled and returned: contiguous (C or Fortran), writable, of type `dtype`; filled in memory order.

        Returns
        -------
        float or ndarray
            A float when `size` and `out` are None.

        Raises
        ------
        TypeError
            When `dtype` is not float64 or float32, or `out` has another.
        ValueError
            When `out` is not fit, `size` is not its shape, or a dimension is negative.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> rng = mm.random.default_rng(7)
        >>> 0 <= rng.random() < 1
        True
        >>> rng.random((2, 3), dtype="float32").dtype
        dtype('float32')
        """
        raise NotImplementedError

    def standard_normal(self, size: Any = None, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the standard normal law, :math:`p(z) = e^{-z^2/2} / \sqrt{2\pi}`.

        Box and Muller's transform [BoxMuller1958]_ of pairs of words: :math:`\sqrt{-2 \ln u}\,(\cos\varphi, \sin\varphi)`. NumPy's
        ziggurat rejects some of its words; this transform never does, so each number has its place in the stream.

        Parameters
        ----------
        size, dtype, out
            As for `random`.

        Returns
        -------
        float or ndarray
            A float when `size` and `out` are None.

        Raises
        ------
        TypeError, ValueError
            As for `random`.

        Notes
        -----
        Values reach to 9.49 standard deviations in both precisions (:math:`P(|Z| > 9.49) = 2\cdot 10^{-21}`). The transform of a
        given word is right to a relative error of :math:`2^{-45}` in float64 and a few ulp in float32; an error :math:`\delta`
        would show in a test only after about :math:`\delta^{-2}` draws.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> z = mm.random.default_rng(7).standard_normal(100_000)
        >>> bool(abs(z.mean()) < 0.02)
        True
        """
        raise NotImplementedError

    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from the uniform law on :math:`[low, high)`: :math:`low + (high - low)\,u`.

        Parameters
        ----------
        low, high : float or array_like of floats
            Bounds; arrays are broadcast. Because of rounding `high` itself may come out, as in NumPy.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast bounds.
        dtype : {float64, float32}
            Type of the result. NumPy has no such argument here.
        out : ndarray, optional
            As for `random`. NumPy has no such argument here.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        OverflowError
            When ``high - low`` is not finite.
        ValueError
            When ``high - low < 0``, or the shapes do not fit.
        TypeError
            As for `random`.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).uniform(-1, 1, size=1000)
        >>> bool((x >= -1).all() and (x <= 1).all())
        True
        """
        raise NotImplementedError

    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from the normal law with mean `loc` and standard deviation `scale`: :math:`loc + scale \cdot z`.

        Parameters
        ----------
        loc, scale : float or array_like of floats
            Mean and standard deviation (non-negative; NaN gives NaN); arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast parameters.
        dtype : {float64, float32}
            Type of the result. NumPy has no such argument here.
        out : ndarray, optional
            As for `random`. NumPy has no such argument here.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``scale < 0`` (-0.0 included, as in NumPy), or the shapes do not fit.
        TypeError
            As for `random`.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> x = np.empty(4)
        >>> mm.random.default_rng(7).normal(5.0, 2.0, out=x) is x
        True
        """
        raise NotImplementedError


def _docs() -> dict[str, str]:
    """Signature and text of each native method, as CPython keeps them for built-in methods."""
    docs = {}
    for name in ("normal", "random", "standard_normal", "uniform"):
        declaration = Generator.__dict__[name]
        signature = _text_signature(declaration).replace("($module, self", "($self")
        docs[name] = f"{name}{signature}\n--\n\n{textwrap.dedent(' ' * 8 + (declaration.__doc__ or '').strip())}\n"
    return docs


_mlmath.install_generator_methods(Generator, _docs(), _general)


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
