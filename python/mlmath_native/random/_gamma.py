# SPDX-License-Identifier: BSD-3-Clause
"""The gamma law and its relatives: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from ._general import Cases, _Base, _check_out, _checker, _real_type, law


class GammaFamily:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()

    def standard_gamma(
        self, shape: ArrayLike, size: Any = None, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None
    ) -> Any:
        r"""Draw from the gamma law with scale 1, density :math:`x^{s-1} e^{-x} / \Gamma(s)` for `shape` :math:`s`.

        Marsaglia and Tsang's rejection [Marsaglia2000]_: with :math:`d = s - 1/3`, :math:`c = 1/\sqrt{9d}`, a normal number
        :math:`z` and a uniform :math:`u`, :math:`d v` with :math:`v = (1 + c z)^3` is accepted when
        :math:`\ln u < z^2/2 + d\,(1 - v + \ln v)`. For :math:`s < 1`, :math:`G_s = G_{s+1}\, e^{-E/s}` with an exponential
        :math:`E`; for :math:`s = 1`, :math:`E` itself.

        Parameters
        ----------
        shape : float or array_like of floats
            :math:`s \ge 0`; 0 gives 0, NaN gives NaN.
        size : int or tuple of ints, optional
            Output shape; by default that of `shape`.
        dtype : {float64, float32}
            Type of the result; float32 values are float64 values rounded.
        out : ndarray, optional
            Filled and returned: contiguous (C or Fortran), writable, of type `dtype`; filled in memory order.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``shape < 0`` (-0.0 included, as in NumPy), `out` is not fit, or shapes do not fit.
        TypeError
            When `dtype` is not float64 or float32, or `out` has another.

        Notes
        -----
        NumPy rejects by the same test for shapes above 1, but takes other algorithms below. Here each element has two words of the
        stream and, when they are refused, further words addressed by its place: values depend neither on threads nor on how a draw
        is split, and an array of shapes gives the values that its shapes give one by one.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).standard_gamma(2.5, 100_000)
        >>> bool(abs(x.mean() - 2.5) < 0.03)
        True
        """
        raise NotImplementedError

    def gamma(
        self,
        shape: ArrayLike,
        scale: ArrayLike = 1.0,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from the gamma law, density :math:`x^{s-1} e^{-x/\theta} / (\Gamma(s)\, \theta^s)`.

        :math:`\theta` times a `standard_gamma` [Marsaglia2000]_ of shape :math:`s`.

        Parameters
        ----------
        shape, scale : float or array_like of floats
            :math:`s` and :math:`\theta`, both non-negative or NaN; arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast parameters.
        dtype : {float64, float32}
            Type of the result. NumPy has no such argument here.
        out : ndarray, optional
            As for `standard_gamma`. NumPy has no such argument here.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``shape < 0`` or ``scale < 0`` (-0.0 included, as in NumPy), or the shapes do not fit.
        TypeError
            As for `standard_gamma`.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).gamma(2.0, [1.0, 10.0], size=(50_000, 2))
        >>> x.mean(axis=0).round()
        array([ 2., 20.])
        """
        raise NotImplementedError

    def chisquare(self, df: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the chi-square law with :math:`\nu` degrees of freedom: twice a gamma of shape :math:`\nu/2`.

        For an integer :math:`\nu` it is the law of the sum of :math:`\nu` squared standard normals.

        Parameters
        ----------
        df : float or array_like of floats
            :math:`\nu > 0`, or NaN.
        size : int or tuple of ints, optional
            Output shape; by default that of `df`.
        dtype, out
            As for `gamma`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``df <= 0``, or the shapes do not fit.
        TypeError
            As for `standard_gamma`.

        Notes
        -----
        The values are those of ``gamma(df / 2, 2)`` for the same place in the stream [Marsaglia2000]_.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).chisquare(5, 100_000)
        >>> bool(abs(x.mean() - 5) < 0.05)
        True
        """
        raise NotImplementedError

    def beta(
        self, a: ArrayLike, b: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None
    ) -> Any:
        r"""Draw from the beta law, density :math:`x^{a-1} (1-x)^{b-1} / B(a, b)` on [0, 1].

        :math:`X = G_a / (G_a + G_b)` of two gammas [Marsaglia2000]_; where a shape is below 1,
        :math:`X = 1 / (1 + e^{-(\ln G_a - \ln G_b)})` of their logarithms, which stay in range where the gammas do not.

        Parameters
        ----------
        a, b : float or array_like of floats
            Positive, or NaN; arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast parameters.
        dtype, out
            As for `gamma`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``a <= 0`` or ``b <= 0``, or the shapes do not fit.
        TypeError
            As for `standard_gamma`.

        Notes
        -----
        NumPy uses Jöhnk's rejection for :math:`a, b \le 1`. Tiny parameters give what the law tends to, 0 or 1 with probabilities
        :math:`b/(a+b)` and :math:`a/(a+b)`, down to the smallest positive number.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).beta(2.0, 3.0, size=100_000)
        >>> bool(abs(x.mean() - 0.4) < 0.01)
        True
        """
        raise NotImplementedError

    def f(
        self,
        dfnum: ArrayLike,
        dfden: ArrayLike,
        size: Any = None,
        *,
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw from Fisher's F law: :math:`(\chi^2_m / m) / (\chi^2_n / n)` of two chi-squares.

        `dfnum` is :math:`m`, `dfden` :math:`n`. By two gammas [Marsaglia2000]_, or their logarithms
        where a number of degrees of freedom is below 2.

        Parameters
        ----------
        dfnum, dfden : float or array_like of floats
            :math:`m, n > 0`, or NaN; arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast parameters.
        dtype, out
            As for `gamma`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``dfnum <= 0`` or ``dfden <= 0``, or the shapes do not fit.
        TypeError
            As for `standard_gamma`.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).f(5, 7, size=100_000)
        >>> bool(abs(np.median(x) - 0.96) < 0.02)
        True
        """
        raise NotImplementedError

    def standard_t(self, df: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None) -> Any:
        r"""Draw from Student's t law with :math:`\nu` degrees of freedom, density proportional to
        :math:`(1 + t^2/\nu)^{-(\nu+1)/2}`.

        Bailey's transform of two uniforms [Bailey1994]_: :math:`t = \sqrt{\nu\,(u^{-2/\nu} - 1)}\,\cos\varphi`, which is Box and
        Muller's for :math:`\nu \to \infty`.

        Parameters
        ----------
        df : float or array_like of floats
            :math:`\nu > 0`, or NaN. Infinity gives the normal law.
        size : int or tuple of ints, optional
            Output shape; by default that of `df`.
        dtype, out
            As for `gamma`.

        Returns
        -------
        float or ndarray
            A float when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``df <= 0``, or the shapes do not fit.
        TypeError
            As for `standard_gamma`.

        Notes
        -----
        NumPy divides a normal number by the root of a gamma, and gives NaN for infinite `df`.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> t = mm.random.default_rng(7).standard_t(1.0, 100_000)
        >>> bool(abs(np.mean(abs(t) < 1) - 0.5) < 0.01)
        True
        """
        raise NotImplementedError

    def dirichlet(
        self, alpha: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None
    ) -> Any:
        r"""Draw from the Dirichlet law, density proportional to :math:`\prod_j x_j^{\alpha_j - 1}` on :math:`\sum_j x_j = 1`.

        :math:`x_j = G_j / \sum_i G_i` of gammas [Marsaglia2000]_ of shapes :math:`\alpha_j`; when no :math:`\alpha_j` reaches 0.1,
        the softmax of their logarithms, so that no row is 0/0.

        Parameters
        ----------
        alpha : sequence of floats, length k
            Non-negative, or NaN, which gives rows of NaN. All zeros give zeros.
        size : int or tuple of ints, optional
            Shape of the result without its last dimension, which is k.
        dtype : {float64, float32}
            Type of the result. NumPy has no such argument here.
        out : ndarray, optional
            As for `standard_gamma`; its last dimension is k. NumPy has no such argument here.

        Returns
        -------
        ndarray
            Shape ``(*size, k)``.

        Raises
        ------
        ValueError
            When ``alpha < 0``, a dimension is negative, or `out` does not fit.
        TypeError
            When `alpha` is no sequence, or as for `standard_gamma`.

        Notes
        -----
        NumPy breaks a stick by betas when all :math:`\alpha_j < 0.1`.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> x = mm.random.default_rng(7).dirichlet([1.0, 2.0, 3.0], 50_000)
        >>> x.mean(axis=0).round(1)
        array([0.2, 0.3, 0.5])
        """
        raise NotImplementedError


_any_standard_gamma = law("standard_gamma", {"shape": None}, standard=True)


def standard_gamma(self: Any, *args: Any, **keywords: Any) -> Any:
    try:
        return _any_standard_gamma(self, *args, **keywords)
    except ValueError as error:  # NumPy refuses Fortran's order here alone, and says so of everything unfit
        if str(error).startswith("Supplied output array must be contiguous"):
            raise ValueError(str(error).replace("be contiguous", "be C-contiguous")) from None
        raise


def dirichlet(
    self: Any, alpha: ArrayLike, size: Any = None, *, dtype: DTypeLike = "float64", out: NDArray[Any] | None = None
) -> Any:
    kind = _real_type(dtype, "dirichlet")
    _checker.dirichlet(alpha, 0)  # type: ignore[arg-type]  # raises, in NumPy's words
    shapes = np.ascontiguousarray(alpha, np.float64)
    if out is not None:
        _check_out(out, kind, None)
    if size is None:
        shape: tuple[Any, ...] = shapes.shape if out is None else (*out.shape[:-1], shapes.size)
    else:
        try:
            shape = (operator.index(size), shapes.size)
        except TypeError:
            shape = (*tuple(size), shapes.size)
    if out is not None and out.shape != shape:
        if size is not None:
            raise ValueError("size must match out.shape when used together")
        raise ValueError(f"dirichlet: the last dimension of out must be alpha's length, {shapes.size}, got shape {out.shape}")
    fit = out is not None and kind == np.float64 and out.flags.c_contiguous
    rows = out if fit and out is not None else np.empty(shape)
    if self._native is None:
        rows[...] = _Base.dirichlet(self, alpha, shape[:-1])  # type: ignore[arg-type]
    else:
        _mlmath.dirichlet_rows(self._native, shapes, rows)
    if out is None:
        return rows.astype(kind, copy=False)
    if rows is not out:
        out[...] = rows
    return out


CASES: Cases = {
    "standard_gamma": standard_gamma,
    "gamma": law("gamma", {"shape": None, "scale": 1.0}),
    "chisquare": law("chisquare", {"df": None}),
    "beta": law("beta", {"a": None, "b": None}),
    "f": law("f", {"dfnum": None, "dfden": None}),
    "dirichlet": dirichlet,
    "standard_t": law("standard_t", {"df": None}),
}
