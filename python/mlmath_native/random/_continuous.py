# SPDX-License-Identifier: BSD-3-Clause
"""Laws that are one function of one uniform number, and the lognormal: what Generator's native methods say of themselves, and their
general cases."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._general import Cases, _Base, _check_out, law


class Continuous:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()

    def standard_exponential(
        self, size: Any = None, dtype: DTypeLike = "float64", method: Any = "zig", out: NDArray[Any] | None = None
    ) -> Any:
        r"""Draw from the standard exponential law, :math:`p(x) = e^{-x}` for :math:`x > 0`: :math:`x = -\ln u`.

        Inversion [Devroye1986]_ of :math:`u = (w + 1/2)\, 2^{-64}`, both ends of which are exact: values lie between
        :math:`2^{-65}` and 45.05, and none is 0. NumPy's ziggurat rejects some of its words; this transform never does.

        Parameters
        ----------
        size, dtype, out
            As for `random`.
        method : object, optional
            Accepted as by NumPy, which takes anything but "zig" for "inv". Changes nothing: the transform is always inversion.

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
        The transform of a given word is right to :math:`2^{-46}`, relative, in float64 and 2 ulp in float32. In float32 half a word
        is a number; halves at the ends are continued by 32 bits of their own, so that the tail does not end at :math:`32 \ln 2`.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).standard_exponential(100_000)
        >>> bool(x.min() > 0 and abs(x.mean() - 1) < 0.02)
        True
        """
        raise NotImplementedError

    def exponential(
        self, scale: ArrayLike = 1.0, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None
    ) -> Any:
        r"""Draw from the exponential law with mean `scale`: :math:`scale \cdot (-\ln u)`.

        The density is :math:`e^{-x/scale} / scale` for :math:`x > 0`; `standard_exponential` tells of the transform.

        Parameters
        ----------
        scale : float or array_like of floats
            Mean (non-negative; NaN gives NaN).
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``scale < 0`` (-0.0 included, as in NumPy), or the shapes do not fit. As for `random` otherwise.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).exponential(3.0, size=100_000)
        >>> bool(abs(x.mean() - 3) < 0.05)
        True
        """
        raise NotImplementedError

    def rayleigh(
        self, scale: ArrayLike = 1.0, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None
    ) -> Any:
        r"""Draw from Rayleigh's law, :math:`p(x) = x / s^2\, e^{-x^2 / 2 s^2}` with :math:`s = scale`.

        By inversion, :math:`s \sqrt{-2 \ln u}` with u's both ends exact [Devroye1986]_: the length of a vector of two normals.

        Parameters
        ----------
        scale : float or array_like of floats
            Scale s, the place of the density's maximum (non-negative; NaN gives NaN).
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``scale < 0`` (-0.0 included, as in NumPy), or the shapes do not fit. As for `random` otherwise.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).rayleigh(2.0, size=100_000)
        >>> bool(abs((x**2).mean() - 8) < 0.15)
        True
        """
        raise NotImplementedError

    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from Gumbel's law of maxima, :math:`P(X \le x) = \exp(-e^{-(x - loc) / scale})`.

        By inversion, :math:`loc - scale \ln(-\ln u)` with u's both ends exact [Devroye1986]_.

        Parameters
        ----------
        loc, scale : float or array_like of floats
            Place and scale (non-negative; NaN gives NaN); arrays are broadcast.
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``scale < 0`` (-0.0 included, as in NumPy), or the shapes do not fit. As for `random` otherwise.

        Notes
        -----
        The standard form of a given word is right to :math:`2^{-45}`, relative above 1 and absolute below: its zero is in the
        middle.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).gumbel(size=100_000)
        >>> bool(abs(x.mean() - 0.5772) < 0.02)
        True
        """
        raise NotImplementedError

    def laplace(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from Laplace's law, :math:`p(x) = e^{-|x - loc| / scale} / (2\, scale)`.

        By inversion [Devroye1986]_: loc plus or minus scale times an exponential number, the sign from the word's upper bit and
        the exponential from the other 63, with both ends exact.

        Parameters
        ----------
        loc, scale : float or array_like of floats
            Place and scale (non-negative; NaN gives NaN); arrays are broadcast.
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``scale < 0`` (-0.0 included, as in NumPy), or the shapes do not fit. As for `random` otherwise.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).laplace(size=100_000)
        >>> bool(abs(abs(x).mean() - 1) < 0.02)
        True
        """
        raise NotImplementedError

    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from the logistic law, :math:`P(X \le x) = 1 / (1 + e^{-(x - loc) / scale})`.

        By inversion, :math:`loc + scale \ln(u / (1 - u))` [Devroye1986]_, right to its own last digits at both ends and around its
        zero.

        Parameters
        ----------
        loc, scale : float or array_like of floats
            Place and scale (non-negative; NaN gives NaN); arrays are broadcast.
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``scale < 0`` (-0.0 included, as in NumPy), or the shapes do not fit. As for `random` otherwise.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).logistic(size=100_000)
        >>> bool(abs((x**2).mean() - 3.29) < 0.1)
        True
        """
        raise NotImplementedError

    def standard_cauchy(self, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from Cauchy's law, :math:`p(x) = 1 / (\pi (1 + x^2))`.

        By inversion, :math:`\tan(\pi (u - 1/2))` [Devroye1986]_, with the distances from 0, 1/2 and 1 exact: values reach
        :math:`2^{65} / \pi`. NumPy divides two normals.

        Parameters
        ----------
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when `size` and `out` are None.

        Raises
        ------
        TypeError, ValueError
            As for `random`.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).standard_cauchy(100_000)
        >>> bool(abs((abs(x) < 1).mean() - 0.5) < 0.01)
        True
        """
        raise NotImplementedError

    def weibull(self, a: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from Weibull's law, :math:`p(x) = a\, x^{a-1} e^{-x^a}` for :math:`x > 0`.

        By inversion, :math:`(-\ln u)^{1/a}` [Devroye1986]_. Small a make numbers beyond the range of the type: they are infinite
        or 0, as NumPy's.

        Parameters
        ----------
        a : float or array_like of floats
            Shape (non-negative; 0 gives 0, as in NumPy, and NaN gives NaN).
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``a < 0`` (-0.0 included, as in NumPy). As for `random` otherwise.

        Notes
        -----
        The result for a given word is right to :math:`2^{-44}`, relative, for :math:`a \ge 0.01`, and to :math:`2^{-51} / a`
        below. The exponent is 1/a rounded, as in NumPy. float32 results are rounded from double.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).weibull(2.0, size=100_000)
        >>> bool(abs((x**2).mean() - 1) < 0.02)
        True
        """
        raise NotImplementedError

    def pareto(self, a: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the Pareto II (Lomax) law, :math:`p(x) = a / (1 + x)^{a+1}` for :math:`x > 0`.

        By inversion, :math:`u^{-1/a} - 1` [Devroye1986]_, which small results reach without cancellation. Add 1 for the classical
        Pareto law. Small a make numbers that are too large: they are infinite, as NumPy's.

        Parameters
        ----------
        a : float or array_like of floats
            Shape (positive; NaN gives NaN).
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``a <= 0``. As for `random` otherwise.

        Notes
        -----
        The result for a given word is right to :math:`2^{-44}`, relative, for :math:`a \ge 0.01`, and to :math:`2^{-51} / a`
        below. The exponent is 1/a rounded, as in NumPy. float32 results are rounded from double.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).pareto(3.0, size=100_000)
        >>> bool(abs((x > 1).mean() - 1 / 8) < 0.01)
        True
        """
        raise NotImplementedError

    def power(self, a: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the power law on the unit interval, :math:`p(x) = a\, x^{a-1}`.

        By inversion, :math:`u^{1/a}` [Devroye1986]_. Small a make numbers that are too small: they are subnormal or 0, as NumPy's.

        Parameters
        ----------
        a : float or array_like of floats
            Shape (positive; NaN gives NaN).
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``a <= 0``. As for `random` otherwise.

        Notes
        -----
        The result for a given word is right to :math:`2^{-44}`, relative, for :math:`a \ge 0.01`, and to :math:`2^{-51} / a`
        below. The exponent is 1/a rounded, as in NumPy. float32 results are rounded from double.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).power(3.0, size=100_000)
        >>> bool(abs((x < 0.5).mean() - 1 / 8) < 0.01)
        True
        """
        raise NotImplementedError

    def triangular(
        self,
        left: ArrayLike,
        mode: ArrayLike,
        right: ArrayLike,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from the triangular law between `left` and `right` with its peak at `mode`.

        By inversion [Devroye1986]_: :math:`left + \sqrt{u\, (mode - left)(right - left)}` up to the mode and :math:`right -
        \sqrt{(1 - u)(right - mode)(right - left)}` beyond, each distance from its end exact. float32 results are rounded from
        double.

        Parameters
        ----------
        left, mode, right : float or array_like of floats
            Ends and peak, left <= mode <= right, left < right (NaN gives NaN); arrays are broadcast.
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``left > mode``, ``mode > right`` or ``left == right``, or the shapes do not fit. As for `random` otherwise.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).triangular(0, 1, 4, size=100_000)
        >>> bool(abs(x.mean() - 5 / 3) < 0.02)
        True
        """
        raise NotImplementedError

    def lognormal(
        self,
        mean: ArrayLike = 0.0,
        sigma: ArrayLike = 1.0,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from the lognormal law: :math:`e^{mean + sigma\, z}`, z standard normal.

        The exponential of the number that `normal` gives at the same place of the stream.

        Parameters
        ----------
        mean, sigma : float or array_like of floats
            Mean and standard deviation of the logarithm (sigma non-negative; NaN gives NaN); arrays are broadcast.
        size, dtype, out
            As for `normal`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError, TypeError
            When ``sigma < 0`` (-0.0 included, as in NumPy), or the shapes do not fit. As for `random` otherwise.

        Notes
        -----
        The exponential is right to 0.7 ulp; the error of the normal number, times sigma, becomes the relative error of the result.
        Results beyond the range of the type are infinite or 0.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).lognormal(size=100_000)
        >>> bool(abs((x < 1).mean() - 0.5) < 0.01)
        True
        """
        raise NotImplementedError


def _standard_exponential(self: Any, size: Any = None, dtype: Any = np.float64, method: Any = "zig", out: Any = None) -> Any:
    if self._native is None:
        if out is not None and not isinstance(out, np.ndarray):
            _check_out(out, np.dtype(np.float64), size)  # NumPy reads other objects as if they were arrays
        return _Base.standard_exponential(self, size, dtype, method, out)
    return _without_method(self, size, dtype, out)


_without_method = law("standard_exponential", standard=True)
_LOC_SCALE = {"loc": 0.0, "scale": 1.0}

CASES: Cases = {
    "standard_exponential": _standard_exponential,
    "exponential": law("exponential", {"scale": 1.0}),
    "rayleigh": law("rayleigh", {"scale": 1.0}),
    "gumbel": law("gumbel", _LOC_SCALE),
    "laplace": law("laplace", _LOC_SCALE),
    "logistic": law("logistic", _LOC_SCALE),
    "standard_cauchy": law("standard_cauchy"),
    "weibull": law("weibull", {"a": None}),
    "pareto": law("pareto", {"a": None}),
    "power": law("power", {"a": None}),
    "triangular": law("triangular", {"left": None, "mode": None, "right": None}),
    "lognormal": law("lognormal", {"mean": 0.0, "sigma": 1.0}),
}
