# SPDX-License-Identifier: BSD-3-Clause
"""Discrete laws: counts: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._general import Cases, _Base, _check_out, _checked, _checker, _shape, law

_COUNTS = np.dtype(np.int64)
_LARGEST = 2**53 - 1  # the trials that doubles count


class Discrete:
    """Bodies are never run: the native methods stand in their place; but for `multinomial`."""

    __slots__ = ()
    _native: Any

    def poisson(self, lam: ArrayLike = 1.0, size: Any = None, *, out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the Poisson law, :math:`p(k) = e^{-\lambda} \lambda^k / k!`: how many rare, independent events happen.

        Parameters
        ----------
        lam : float or array_like of floats
            Mean :math:`\lambda`, between 0 and :math:`2^{63} - 10 \sqrt{2^{63}}`; arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of `lam`.
        out : ndarray, optional
            Filled and returned: contiguous (C or Fortran), writable, of type int64; filled in memory order. NumPy has no such
            argument here.

        Returns
        -------
        int or ndarray of int64
            An int when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``lam < 0``, lam is NaN or too large, `out` is not fit, or shapes do not fit.
        TypeError
            When `out` is not of type int64.

        Notes
        -----
        A number as `lam`, up to 10\ :sup:`4`, takes one 64-bit word and one look into an alias table [Walker1977]_ that holds the
        probabilities in units of :math:`2^{-64}`. The table is made once for each `lam` (1 to 15 microseconds) and kept for the
        last 8 laws of a thread. Arrays and larger means take two words: search from 0 below 10, Hormann's transformed rejection
        PTRS [Hormann1993]_ from there, as in NumPy. So an array of equal `lam` gives other values than the number does, with the
        same law. The rejection test takes the probabilities in Loader's form [Loader2000]_, which does not cancel: the variance
        is right up to the largest `lam`, where NumPy's is too large from about 10\ :sup:`15` on.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> k = mm.random.default_rng(7).poisson(4.0, size=100_000)
        >>> bool(abs(k.mean() - 4) < 0.03 and abs(k.var() - 4) < 0.1)
        True
        """
        raise NotImplementedError

    def binomial(self, n: ArrayLike, p: ArrayLike, size: Any = None, *, out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the binomial law, :math:`p(k) = \binom{n}{k} p^k (1-p)^{n-k}`: successes among `n` independent trials.

        Parameters
        ----------
        n : int or array_like of ints
            Number of trials, non-negative; arrays are broadcast. As in NumPy, floats are cut to integers.
        p : float or array_like of floats
            Probability of success in each, between 0 and 1; arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast parameters.
        out : ndarray, optional
            As for `poisson`. NumPy has no such argument here.

        Returns
        -------
        int or ndarray of int64
            An int when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``n < 0``, p is NaN or outside of [0, 1], or as for `poisson`.
        TypeError
            As for `poisson`.

        Notes
        -----
        Numbers with :math:`n p (1-p) \le 10^4` take one look into an alias table, as in `poisson`. Arrays and larger variances
        take two words: search from 0 below 10 expected successes (or failures, if these are rarer), Hormann's transformed
        rejection BTRS [Hormann1993b]_ from there, where NumPy takes BTPE [Kachitvichyanukul1988]_. `n` from :math:`2^{53}` on is
        left to NumPy's code on the words of this stream.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> k = mm.random.default_rng(7).binomial(100, 0.3, size=100_000)
        >>> bool(abs(k.mean() - 30) < 0.06 and k.min() >= 0 and k.max() <= 100)
        True
        """
        raise NotImplementedError

    def geometric(self, p: ArrayLike, size: Any = None, *, out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the geometric law, :math:`p(k) = p\,(1-p)^{k-1}`, :math:`k \ge 1`: trials up to the first success.

        Parameters
        ----------
        p : float or array_like of floats
            Probability of success in each trial, above 0 and at most 1; arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of `p`.
        out : ndarray, optional
            As for `poisson`. NumPy has no such argument here.

        Returns
        -------
        int or ndarray of int64
            An int when everything is scalar and `size` and `out` are None. Counts beyond the largest int64 become that, as in
            NumPy.

        Raises
        ------
        ValueError
            When p is NaN or outside of (0, 1], or as for `poisson`.
        TypeError
            As for `poisson`.

        Notes
        -----
        One word a number: :math:`\lceil E / -\ln(1-p) \rceil` with a standard exponential :math:`E`, for every `p`, number or
        array. NumPy searches from 1 for ``p >= 1/3``.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> k = mm.random.default_rng(7).geometric(0.25, size=100_000)
        >>> bool(k.min() == 1 and abs(k.mean() - 4) < 0.05)
        True
        """
        raise NotImplementedError

    def negative_binomial(self, n: ArrayLike, p: ArrayLike, size: Any = None, *, out: NDArray[Any] | None = None) -> Any:
        r"""Draw from the negative binomial law: failures before the `n`-th success.

        .. math:: p(k) = \frac{\Gamma(n + k)}{k!\,\Gamma(n)}\, p^n (1-p)^k

        Parameters
        ----------
        n : float or array_like of floats
            Number of successes, positive, not necessarily whole; arrays are broadcast.
        p : float or array_like of floats
            Probability of success in each trial, above 0 and at most 1; arrays are broadcast.
        size : int or tuple of ints, optional
            Output shape; by default that of the broadcast parameters.
        out : ndarray, optional
            As for `poisson`. NumPy has no such argument here.

        Returns
        -------
        int or ndarray of int64
            An int when everything is scalar and `size` and `out` are None.

        Raises
        ------
        ValueError
            When ``n <= 0``, p is NaN or outside of (0, 1], the counts are too large, or as for `poisson`.
        TypeError
            As for `poisson`.

        Notes
        -----
        Numbers with at most 2048 counts of probability above :math:`2^{-70}` of the largest (roughly, a standard deviation up to
        100 and `p` above 0.025) take one look into an alias table, as in `poisson`. Everything else runs NumPy's code, a Poisson
        number whose mean is a gamma number, on the words of this stream.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> k = mm.random.default_rng(7).negative_binomial(3, 0.5, size=100_000)
        >>> bool(abs(k.mean() - 3) < 0.05)
        True
        """
        raise NotImplementedError

    def multinomial(self, n: ArrayLike, pvals: ArrayLike, size: Any = None, *, out: NDArray[Any] | None = None) -> NDArray[Any]:
        r"""Draw from the multinomial law: how many of `n` trials fall into each of the categories.

        .. math:: p(k_1 \ldots k_d) = n! \prod_j \frac{p_j^{k_j}}{k_j!}, \qquad k_1 + \ldots + k_d = n

        Parameters
        ----------
        n : int or array_like of ints
            Number of trials, non-negative; broadcast with the leading axes of `pvals`.
        pvals : array_like of floats, shape (..., d)
            Probabilities :math:`p_j` of the categories. The last is taken for 1 minus the sum of the others, as in NumPy.
        size : int or tuple of ints, optional
            Number of draws; by default the broadcast shape of `n` and the leading axes of `pvals`.
        out : ndarray, optional
            As for `poisson`, of shape ``(*size, d)`` and C-contiguous. NumPy has no such argument here.

        Returns
        -------
        ndarray of int64, shape (..., d)
            Counts; each row's sum is `n`.

        Raises
        ------
        ValueError
            When ``n < 0``, a probability is NaN or outside of [0, 1], ``sum(pvals[:-1]) > 1``, `pvals` has no axis or no
            category, `out` is not fit, or shapes do not fit.
        TypeError
            When `out` is not of type int64.

        Notes
        -----
        For one `n` of at most ``8 d`` and one row of up to 2048 probabilities, each trial draws its category from an alias table
        [Walker1977]_. Otherwise each category's count is a binomial number of the trials that are left, as in NumPy; rows fill the
        lanes of vectors. Which of the two is taken depends on the parameters alone. `n` from :math:`2^{53}` on is left to NumPy's
        code.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> k = mm.random.default_rng(7).multinomial(20, [0.2, 0.3, 0.5], size=1000)
        >>> k.shape, bool((k.sum(axis=1) == 20).all())
        ((1000, 3), True)
        """
        drawn: NDArray[Any] = _multinomial(self, n, pvals, size, out)
        return drawn


def _multinomial(self: Any, n: Any, pvals: Any, size: Any, out: Any) -> Any:
    if self._native is None:
        return _numpys_own(self, "multinomial", (n, pvals), size, out)
    if isinstance(size, bool):
        size = int(size)  # as NumPy reads it here
    if type(n) is int and out is None and 0 <= n <= _LARGEST and (size is None or (type(size) is int and size > 0)):
        row: Any = np.array(pvals, np.float64, ndmin=2)
        if (
            row.ndim == 2
            and len(row) == 1
            and np.ndim(pvals) == 1
            and row.size
            and row.min() >= 0
            and row.max() <= 1
            and row[0, :-1].sum() <= 1
        ):
            counts = np.empty((size or 1, row.size), np.int64)
            _mlmath.draw_multinomial(self._native, np.array([n]), row, counts)
            return counts if size is not None else counts[0]
    if out is not None:
        _check_out(out, _COUNTS, None)
        if not out.flags.c_contiguous:
            raise ValueError("Supplied output array must be C-contiguous, writable, aligned, and in machine byte-order.")
    batch = np.broadcast_shapes(np.shape(n), np.shape(pvals)[:-1]) if np.ndim(pvals) and _fit(n, pvals) else None
    if batch is None:
        _checker.multinomial(n, pvals)  # raises
        raise ValueError("n and pvals do not fit")
    _checker.multinomial(n, pvals, size=(0, *batch))
    if size is not None:
        try:
            shape = _shape(size)
        except TypeError:
            _checker.multinomial(n, pvals, size=size)  # in NumPy's words
            raise
        if np.ndim(n) or np.ndim(pvals) > 1:
            _checker.multinomial(np.zeros_like(n, np.int64), pvals, size=shape)  # of no trials: whether the shapes fit
    else:
        shape = batch
    trials, p = np.asarray(n), np.asarray(pvals, np.float64)
    trials = np.asarray(int(n), np.int64) if trials.ndim == 0 else trials.astype(np.int64)
    if trials.size and trials.max() > _LARGEST:
        return _numpys_own(self, "multinomial", (n, pvals), size, out)
    categories = p.shape[-1]
    if out is None:
        out = np.empty((*shape, categories), np.int64)
    elif out.shape != (*shape, categories):
        if size is not None or out.shape[-1:] != (categories,):
            raise ValueError("size must match out.shape when used together")
        shape = out.shape[:-1]
        _checker.multinomial(np.zeros_like(n, np.int64), pvals, size=shape)
    rows = out.reshape(-1, categories) if out.size else np.empty((0, categories), np.int64)
    if len(rows):
        one_n, one_p = trials.size == 1, p.size == categories
        trials = trials.reshape(1) if one_n else np.broadcast_to(trials, shape).reshape(-1)
        p = p.reshape(1, -1) if one_p else np.broadcast_to(p, (*shape, categories)).reshape(-1, categories)
        _mlmath.draw_multinomial(self._native, np.ascontiguousarray(trials), np.ascontiguousarray(p), rows)
    return out


def _fit(n: Any, pvals: Any) -> bool:
    """Whether n's shape and pvals' leading axes can be broadcast together."""
    try:
        np.broadcast_shapes(np.shape(n), np.shape(pvals)[:-1])
    except ValueError:
        return False
    return True


def _numpys_own(self: Any, name: str, values: tuple[Any, ...], size: Any, out: Any) -> Any:
    """NumPy's own method, into `out` too."""
    method = getattr(_Base, name)
    if out is None:
        return method(self, *values, size)
    _check_out(out, _COUNTS, size if name != "multinomial" else None)
    shape = out.shape if name != "multinomial" else out.shape[:-1]
    drawn = method(self, *values, shape if size is None else size)
    if drawn.shape != out.shape:
        raise ValueError("size must match out.shape when used together")
    out[...] = drawn
    return out


_plain_binomial = law("binomial", {"n": None, "p": None}, integer=True)
_plain_negative_binomial = law("negative_binomial", {"n": None, "p": None}, integer=True)


def _binomial(self: Any, *args: Any, **keywords: Any) -> Any:
    given = dict(zip(("n", "p", "size"), args)) | keywords
    n, p, size, out = given["n"], given["p"], given.get("size"), given.get("out")
    if self._native is None:
        return _numpys_own(self, "binomial", (n, p), size, out)
    _checked("binomial", (n, p), size)
    trials = n if isinstance(n, np.ndarray) or np.ndim(n) == 0 else np.asarray(n, np.int64)  # lists are truncated, as NumPy's
    trials = np.asarray(trials)
    if trials.size == 1:  # as NumPy reads a number
        trials = np.full(trials.shape, int(trials.reshape(-1)[0]), np.int64)
    if trials.size and trials.max() > _LARGEST:
        return _numpys_own(self, "binomial", (n, p), size, out)
    return _plain_binomial(self, int(trials) if trials.ndim == 0 else trials, p, size=size, out=out)


def _negative_binomial(self: Any, *args: Any, **keywords: Any) -> Any:
    given = dict(zip(("n", "p", "size"), args)) | keywords
    n, p, size, out = given["n"], given["p"], given.get("size"), given.get("out")
    if self._native is not None:
        _checked("negative_binomial", (n, p), size)
        numbers = [np.asarray(value, np.float64) for value in (n, p)]
        if all(number.size == 1 for number in numbers) and _mlmath.negative_binomial_has_table(
            *(float(number.reshape(())) for number in numbers)
        ):
            return _plain_negative_binomial(self, n, p, size=size, out=out)
    return _numpys_own(self, "negative_binomial", (n, p), size, out)


CASES: Cases = {
    "poisson": law("poisson", {"lam": 1.0}, integer=True),
    "binomial": _binomial,
    "geometric": law("geometric", {"p": None}, integer=True),
    "negative_binomial": _negative_binomial,
}
