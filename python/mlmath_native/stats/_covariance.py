# SPDX-License-Identifier: BSD-3-Clause
"""Covariances and correlations: NumPy's functions, one block alone, and a state to merge and continue."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from ._state import MergeableState, as_real

__all__ = ["Comoments", "comoments", "corrcoef", "cov", "cross_cov"]

Array = NDArray[Any]
_numpy: Any = np  # called with whatever it has to judge
_NATIVE = (np.dtype(np.float64), np.dtype(np.float32))


def _variables(name: str, a: ArrayLike, rowvar: bool, function: str) -> Array:
    """Rows are variables: at most two axes, float32 or float64."""
    array = np.asarray(a)
    if array.ndim > 2:
        raise ValueError(f"{function}: {name} must have at most 2 dimensions, got {array.ndim}")
    array = as_real(function, name, array)
    array = array.reshape(1, -1) if array.ndim < 2 else array
    return array if rowvar or np.ndim(a) < 2 else array.T


class Comoments(MergeableState):
    r"""Weight, means and sums of products of deviations of variables observed together. Made by `comoments`.

    With observations k of variables i and weights :math:`w_k`: :math:`W = \sum_k w_k`, :math:`m_i = \sum_k w_k x_{ik} / W`,
    :math:`C_{ij} = \sum_k w_k (x_{ik} - m_i)(x_{jk} - m_j)`, symmetric to the last bit.

    ``a + b`` is the state of both parts' observations, a new object; `update` takes more observations in; states can be pickled.
    Chunks are 1024 observations; when a sum or an update has the bits of one pass: as for `Moments`.

    Notes
    -----
    Error of :math:`C_{ij}`: at most :math:`(\min(n, 128) + 20 + 4 h)\,\epsilon \sqrt{S_i S_j}`, :math:`S_i = \sum_k w_k (|x_{ik} -
    m_i| + 140 \epsilon |m_i|)^2`, with double's epsilon and h merges on the way of a chunk [Chan1983]_.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([[0.0, 1.0, 2.0, 5.0], [2.0, 1.0, 0.0, 1.0]])
    >>> whole = mm.stats.comoments(x[:, :2]) + mm.stats.comoments(x[:, 2:])
    >>> bool(np.allclose(whole.covariance(), np.cov(x)))
    True
    """

    __slots__ = ("_shape",)

    def __init__(self, x_variables: int, y_variables: int, cross: bool) -> None:
        super().__init__()
        self._shape = (x_variables, y_variables, cross)

    def _observe(self, x: Array, y: Array | None, weights: Array | None) -> Self:
        """Take in observations (columns) of the variables (rows) of x and y."""
        self._close()
        states, heights = _mlmath._comoments(x, y, weights, self._shape[2], self._chunks)
        self._take(states, heights, x.shape[1])
        return self

    def update(
        self, x: ArrayLike, y: ArrayLike | None = None, *, rowvar: bool = True, weights: ArrayLike | None = None
    ) -> Self:  # fmt: skip
        """Take more observations in, and return the state itself.

        Parameters
        ----------
        x, y, rowvar, weights
            As for `comoments`, of as many variables.

        Returns
        -------
        Comoments
            This object.

        Raises
        ------
        ValueError
            When the numbers of variables or observations differ, there is no observation, or a weight is negative.
        """
        rows = _variables("x", x, rowvar, "comoments")
        more = None if y is None else _variables("y", y, rowvar, "comoments")
        found = (rows.shape[0], 0 if more is None else more.shape[0])
        if found != self._shape[:2]:
            raise ValueError(
                f"comoments: x and y must have {self._shape[0]} and {self._shape[1]} variables, got {found[0]} and {found[1]}"
            )
        if rows.size == 0 or (more is not None and more.shape[1] != rows.shape[1]):
            raise ValueError("comoments: x and y must have the same number of observations, at least one")
        w = None
        if weights is not None:
            w = np.ascontiguousarray(weights, dtype=np.float64)
            if w.shape != (rows.shape[1],):
                raise ValueError(f"comoments: weights must have shape ({rows.shape[1]},), got {w.shape}")
            if not (w >= 0).all():
                raise ValueError("comoments: weights must be non-negative")
        return self._observe(rows, more, w)

    def _merge(self, left: Array, right: Array) -> Array:
        return _mlmath._merge_comoments(left, right, *self._shape)

    def _check_mergeable(self, other: Self) -> None:
        if self._shape != other._shape:
            raise ValueError(f"comoments: states must be of as many variables, got {self._shape[:2]} and {other._shape[:2]}")

    def _fields(self) -> tuple[Any, ...]:
        return (self._shape,)

    def _set_fields(self, fields: tuple[Any, ...]) -> None:
        (self._shape,) = fields

    @property
    def count(self) -> int:
        """Observations."""
        return self._count

    @property
    def weight(self) -> Any:
        """Sum of the weights; without weights the count."""
        return self._value()[0]

    @property
    def mean(self) -> Array:
        """Means of the variables, those of y behind those of x."""
        value, variables = self._value(), self._shape[0] + self._shape[1]
        return value[1 : 1 + variables] + value[1 + variables : 1 + 2 * variables]

    @property
    def sums(self) -> Array:
        """The matrix C: all pairs of variables, or with `cross` those of x (rows) with those of y."""
        x, y, cross = self._shape
        return self._value()[1 + 2 * (x + y) :].reshape((x, y) if cross else (x + y, x + y)).copy()

    def covariance(self, ddof: float = 1) -> Array:
        """Covariances C / (W - ddof).

        Parameters
        ----------
        ddof : float, optional
            Subtracted from the weight.

        Returns
        -------
        ndarray
            Of the shape of `sums`; NaN, with a RuntimeWarning, when no degree of freedom is left.
        """
        degrees = float(self.weight) - ddof
        if not degrees > 0:
            warnings.warn("comoments: degrees of freedom <= 0", RuntimeWarning, stacklevel=2)
            return np.full_like(self.sums, np.nan)
        return self.sums / degrees

    def correlation(self) -> Array:
        """Correlations: C divided by the square roots of its diagonal, which becomes 1.

        Returns
        -------
        ndarray
            NaN for variables that do not vary.

        Raises
        ------
        ValueError
            For a state made with `cross`, which does not know the variances.
        """
        if self._shape[2]:
            raise ValueError("comoments: correlation needs the variances; make the state without cross")
        with np.errstate(divide="ignore", invalid="ignore"):
            return _correlation(self.sums)

    def __repr__(self) -> str:
        x, y, cross = self._shape
        return f"Comoments(count={self._count}, variables={x}" + (f" + {y}, cross={cross})" if y else ")")


def comoments(
    x: ArrayLike, y: ArrayLike | None = None, *, rowvar: bool = True, weights: ArrayLike | None = None, cross: bool = False
) -> Comoments:  # fmt: skip
    r"""Sums of products of deviations of all pairs of variables, in one pass, as a state to merge and continue.

    :math:`C_{ij} = \sum_k w_k (x_{ik} - m_i)(x_{jk} - m_j)` over observations k. Chunks of 1024 observations: means, then
    products of
    the deviations, the symmetric half alone; chunks are merged pairwise [Chan1983]_. No copy of `x`, nothing cancels.

    Parameters
    ----------
    x : array_like
        Variables in rows, observations in columns, or one variable; float32 and integers are reduced in double.
    y : array_like, optional
        More variables of the same observations.
    rowvar : bool, optional
        False: observations in rows.
    weights : array_like, optional
        Non-negative weight of each observation.
    cross : bool, optional
        Only the pairs of a variable of `x` with one of `y`.

    Returns
    -------
    Comoments
        `mean`, `covariance`, `correlation`, `sums`, `count`, `weight`; ``+`` and `update`.

    Raises
    ------
    TypeError
        When an argument holds no real numbers.
    ValueError
        When there is no observation or variable, shapes do not fit, a weight is negative, or `cross` is given without `y`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.stats.comoments(np.array([[1.0, 2.0, 4.0], [3.0, 1.0, 2.0]])).sums.shape
    (2, 2)
    """
    if cross and y is None:
        raise ValueError("comoments: cross needs y")
    x_variables = _variables("x", x, rowvar, "comoments").shape[0]
    y_variables = 0 if y is None else _variables("y", y, rowvar, "comoments").shape[0]
    return Comoments(x_variables, y_variables, cross).update(x, y, rowvar=rowvar, weights=weights)


def _mirrored(c: Array) -> Array:
    """The upper triangle's values in the lower one too."""
    lower = np.tri(len(c), k=-1, dtype=bool)
    c[lower] = c.T[lower]
    return c


def _correlation(c: Array) -> Array:
    deviation = np.sqrt(np.diagonal(c))
    r = _mirrored(c / deviation[:, None] / deviation[None, :])
    np.clip(r, -1, 1, out=r)
    at = np.arange(len(r))
    r[at, at] = np.where(np.isnan(r[at, at]), np.nan, 1.0)
    return r


def _native(a: Any) -> Array | None:
    """`a` as an array the kernels read, or None: real numbers of at most 64 bits, one or two axes, not empty."""
    array = np.asarray(a)
    if array.ndim not in (1, 2) or array.size == 0:
        return None
    try:
        return as_real("cov", "m", array)
    except TypeError:
        return None


def _weights(fweights: Any, aweights: Any, n: int) -> tuple[Array | None, Array | None] | None:
    """(all weights, aweights), or None where NumPy has something to say."""
    w = None
    parts: list[Array | None] = []
    for given in (fweights, aweights):
        if given is None:
            parts.append(None)
            continue
        part = np.asarray(given, dtype=np.float64)
        if part.ndim != 1 or part.shape[0] != n or not (part >= 0).all() or not np.isfinite(part).all():
            return None
        parts.append(part)
        w = part if w is None else w * part
    if parts[0] is not None and not (parts[0] == np.around(parts[0])).all():
        return None
    if w is not None and not w.sum() > 0:
        return None
    return (None if w is None else np.ascontiguousarray(w)), parts[1]


def _sums(
    m: Any, y: Any, rowvar: bool, bias: bool, ddof: Any, fweights: Any, aweights: Any, dtype: Any, cross: bool
) -> tuple[Array, float] | None:  # fmt: skip
    """(sums of products of deviations, what to divide them by), or None: NumPy's case."""
    if dtype is not None and np.dtype(dtype) not in _NATIVE:
        return None
    if ddof is not None and not (isinstance(ddof, int) or (isinstance(ddof, float) and ddof.is_integer())):
        return None
    x = _native(m)
    other = None if y is None else _native(y)
    if x is None or (y is not None and other is None):
        return None
    x = x.reshape(1, -1) if x.ndim == 1 else x if rowvar else x.T
    if other is not None:
        other = other.reshape(1, -1) if other.ndim == 1 else other
        if not rowvar and other.shape[0] != 1:
            other = other.T
        if other.shape[1] != x.shape[1]:
            return None
    n = x.shape[1]
    found = _weights(fweights, aweights, n)
    if found is None:
        return None
    w, a = found
    lost = (0 if bias else 1) if ddof is None else int(ddof)
    state = Comoments(x.shape[0], 0 if other is None else other.shape[0], cross)._observe(x, other, w)
    if w is None:
        divisor = float(n - lost)
    else:
        total = float(state.weight)
        divisor = total if lost == 0 else total - lost * (1.0 if a is None else float((w * a).sum()) / total)
    return (state.sums, divisor) if divisor > 0 else None


def cov(
    m: ArrayLike,
    y: ArrayLike | None = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: ArrayLike | None = None,
    aweights: ArrayLike | None = None,
    *,
    dtype: DTypeLike | None = None,
) -> Any:
    r"""Covariance matrix of variables observed together, in one pass over memory.

    :math:`c_{ij} = \frac{1}{f} \sum_k w_k (x_{ik} - m_i)(x_{jk} - m_j)`, rows i of `m` and `y` being variables, columns k
    observations, :math:`w_k` the product of both weights (1 without). Chunks of 1024 observations are centred and multiplied while
    they lie in cache, and merged pairwise [Chan1983]_: no centred copy; symmetric to the last bit; the same bits for any number of
    threads and layout.

    Parameters
    ----------
    m : array_like
        Variables and observations, one or two axes. Native: real numbers of at most 64 bits, reduced in double. Others give
        NumPy's result.
    y : array_like, optional
        More variables.
    rowvar : bool, optional
        False: observations in rows.
    bias : bool, optional
        Divide by n and not n - 1.
    ddof : int, optional
        Divide by n - ddof, whatever `bias` is.
    fweights : array_like of int, optional
        How often each observation occurred.
    aweights : array_like, optional
        Importance of each observation; then f is :math:`W - d \sum_k w_k a_k / W`.
    dtype : dtype, optional
        Of the result: float64 by default.

    Returns
    -------
    ndarray
        As `numpy.cov`.

    Raises
    ------
    ValueError, TypeError, RuntimeError
        As `numpy.cov`: more than two axes, sizes that do not fit, `ddof` no integer, bad weights.

    Warns
    -----
    RuntimeWarning
        When no degree of freedom is left.

    Notes
    -----
    Error: see `Comoments`. NumPy takes the mean and the product of a centred copy in the dtype of the result.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.cov(np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    found = _sums(m, y, rowvar, bias, ddof, fweights, aweights, dtype, False)
    if found is None:
        return _numpy.cov(m, y, rowvar, bias, ddof, fweights, aweights, dtype=dtype)
    c, divisor = found
    c /= divisor
    return (c if dtype is None else c.astype(dtype, copy=False)).squeeze()


def corrcoef(x: ArrayLike, y: ArrayLike | None = None, rowvar: bool = True, *, dtype: DTypeLike | None = None) -> Any:
    r"""Matrix of correlation coefficients.

    :math:`r_{ij} = c_{ij} / \sqrt{c_{ii} c_{jj}}` with the covariances of `cov`, cut to [-1, 1]; the diagonal is 1.

    Parameters
    ----------
    x, y, rowvar, dtype
        As in `cov`; also in what gives NumPy's result.

    Returns
    -------
    ndarray or scalar
        As `numpy.corrcoef`; symmetric to the last bit.

    Raises
    ------
    ValueError
        As `cov`.

    Warns
    -----
    RuntimeWarning
        When a variable does not vary: its coefficients are NaN.

    Notes
    -----
    Error: that of `cov`, twice, and three roundings.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.corrcoef(np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    found = _sums(x, y, rowvar, False, None, None, None, dtype, False)
    if found is None:
        return _numpy.corrcoef(x, y, rowvar, dtype=dtype)
    c, divisor = found
    c /= divisor
    r = _correlation(c) if c.shape[0] > 1 else (c / c).squeeze()[()]
    return r if dtype is None else r.astype(dtype)


def cross_cov(
    x: ArrayLike,
    y: ArrayLike,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: ArrayLike | None = None,
    aweights: ArrayLike | None = None,
) -> Array:
    r"""Covariances of the variables of `x` with those of `y` alone: the upper right block of ``cov(x, y)``.

    :math:`c_{ij} = \frac{1}{f} \sum_k w_k (x_{ik} - \bar x_i)(y_{jk} - \bar y_j)`.

    Parameters
    ----------
    x, y : array_like
        Real numbers, one or two axes, as many observations.
    rowvar, bias, ddof, fweights, aweights
        As in `cov`.

    Returns
    -------
    ndarray
        Variables of x in rows, variables of y in columns; always two axes.

    Raises
    ------
    TypeError
        When `x` or `y` holds no real numbers.
    ValueError
        When the sizes do not fit, a weight is negative, or no degree of freedom is left.

    Notes
    -----
    Error: see `Comoments`. The same bits as that block of ``cov(x, y)``.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.stats.cross_cov(np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]), np.array([1.0, 2.0, 3.0]))
    array([[ 1.],
           [-1.]])
    """
    a, b = _variables("x", x, rowvar, "cross_cov"), _variables("y", y, rowvar, "cross_cov")
    found = _sums(a, b, True, bias, ddof, fweights, aweights, None, True)
    if found is None:
        raise ValueError(
            "cross_cov: x and y must have variables and the same number of observations, ddof must be an integer that leaves "
            f"degrees of freedom, weights non-negative, one per observation; got shapes {a.shape} and {b.shape}, ddof={ddof!r}"
        )
    return found[0] / found[1]
