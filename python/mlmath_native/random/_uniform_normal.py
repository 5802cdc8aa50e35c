# SPDX-License-Identifier: BSD-3-Clause
"""The uniform and the normal law: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._general import Cases, law


class UniformNormal:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()

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


CASES: Cases = {
    "random": law("random", standard=True),
    "standard_normal": law("standard_normal", standard=True),
    "uniform": law("uniform", {"low": 0.0, "high": 1.0}),
    "normal": law("normal", {"loc": 0.0, "scale": 1.0}),
}
