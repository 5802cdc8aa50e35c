# SPDX-License-Identifier: BSD-3-Clause
"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["dot"]


@documents(_mlmath.dot)
def dot(a: ArrayLike, b: ArrayLike, out: NDArray[Any] | None = None) -> Any:
    r"""Dot product of two arrays.

    For vectors :math:`s = \sum_i a_i b_i`, accumulated in the vectors' own dtype in 32 lanes (float32: 64) over chunks of 4096
    elements whose sums are added pairwise, so the same bits come out for any number of threads, stride and alignment.

    Parameters
    ----------
    a, b : array_like
        Two vectors of shape (n,), float32 or float64, any strides, for the native kernel. Every other case of `numpy.dot`
        (matrices, scalars, other dtypes, `out`) gives NumPy's result.
    out : ndarray, optional
        As in `numpy.dot`.

    Returns
    -------
    scalar or ndarray
        As in `numpy.dot`.

    Raises
    ------
    ValueError
        When the last axis of `a` and the second-to-last of `b` differ.

    Notes
    -----
    Error: :math:`|s - \hat s| \le \gamma \sum_i |a_i b_i|` with
    :math:`\gamma \approx (\min(n, 4096)/32 + \log_2 \lceil n/4096 \rceil + 6)\,\epsilon` [Higham2002]_, sec. 3.1, 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.dot(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])))
    32.0
    """
    raise NotImplementedError
