# SPDX-License-Identifier: BSD-3-Clause
"""Variance and standard deviation under NumPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["std", "var"]


@documents(_mlmath.var)
def var(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
    mean: ArrayLike | None = None,
    correction: float = 0,
) -> Any:
    r"""Variance over given axes, in one pass over memory.

    :math:`v_k = \frac{1}{n - d} \sum_i (x_{ki} - \bar x_k)^2`, d = `ddof` or `correction`. Chunks of 1024 elements are read twice
    while they lie in cache (mean, then deviations), and merged pairwise [Chan1983]_: as accurate as two passes, no temporary array.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As in `sum`.
    ddof : float, optional
        Subtracted from the number of elements; 1 gives the unbiased estimate.
    mean : array_like, optional
        The mean, with the reduced axes kept: deviations are taken from it, without a first pass. With `where`: NumPy's result.
    correction : float, optional
        Another name for `ddof`; only one may be given.

    Returns
    -------
    scalar or ndarray
        As `numpy.var`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`; ValueError when both `ddof` and `correction` are given.

    Warns
    -----
    RuntimeWarning
        When `ddof` leaves no degree of freedom.

    Notes
    -----
    Relative error about :math:`(37 + 4 \log_2 \lceil n/1024 \rceil)\,\epsilon + n (\epsilon \kappa)^2` with double's epsilon and
    :math:`\kappa` = root mean square / standard deviation; float16, float32 and integers are reduced in double.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.var(1e9 + np.array([4.0, 7.0, 13.0, 16.0]), ddof=1))
    30.0
    """
    raise NotImplementedError


@documents(_mlmath.std)
def std(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
    mean: ArrayLike | None = None,
    correction: float = 0,
) -> Any:
    r"""Standard deviation over given axes: the square root of `var`.

    :math:`s_k = \sqrt{v_k}`, :math:`v_k` as in `var`, in one pass over memory.

    Parameters
    ----------
    a, axis, dtype, out, keepdims, where
        As in `sum`.
    ddof : float, optional
        Subtracted from the number of elements; 1 gives the unbiased estimate.
    mean : array_like, optional
        The mean, with the reduced axes kept: deviations are taken from it, without a first pass. With `where`: NumPy's result.
    correction : float, optional
        Another name for `ddof`; only one may be given.

    Returns
    -------
    scalar or ndarray
        As `numpy.std`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As in `sum`; ValueError when both `ddof` and `correction` are given.

    Warns
    -----
    RuntimeWarning
        When `ddof` leaves no degree of freedom.

    Notes
    -----
    Half the relative error of `var`, then two roundings.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.std(np.array([[1.0, 5.0], [3.0, 3.0]]), axis=1)
    array([2., 0.])
    """
    raise NotImplementedError
