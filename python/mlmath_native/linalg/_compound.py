# SPDX-License-Identifier: BSD-3-Clause
"""Products made of matrix products: inner, outer, vdot, tensordot, multi_dot, matrix_power."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._products import dot, vecdot
from ._products import fma_matmul as matmul

__all__ = ["inner", "matrix_power", "multi_dot", "outer", "tensordot", "vdot"]

Array = NDArray[Any]


def inner(a: ArrayLike, b: ArrayLike, /) -> Any:
    r"""Sums of products over the last axes of two arrays.

    :math:`c_{I J} = \sum_k a_{I k} b_{J k}` for all indices I of `a` and J of `b` in front of the last.

    Parameters
    ----------
    a, b : array_like
        Arrays whose last axes have the same size; if one is a scalar, the product of both. Native dtypes as in `matmul`; the others
        get NumPy's own result.

    Returns
    -------
    ndarray or scalar
        Of shape ``a.shape[:-1] + b.shape[:-1]``.

    Raises
    ------
    ValueError
        When the last axes differ.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.inner(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 10.0]))
    array([21., 43.])
    """
    x, y = np.asarray(a), np.asarray(b)
    if x.ndim == 0 or y.ndim == 0:
        return np.multiply(x, y)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"inner: the last axes of a and b must have the same size, got shapes {x.shape} and {y.shape}")
    if x.ndim == 1 and y.ndim == 1:
        return dot(x, y)
    return matmul(_rows(x), _rows(y).T).reshape(x.shape[:-1] + y.shape[:-1])


def _rows(x: Array) -> Array:
    """All vectors along the last axis, one below the other."""
    size = x.shape[-1]
    return x.reshape(-1, size) if size > 0 else x.reshape(int(np.prod(x.shape[:-1])), 0)


def outer(a: ArrayLike, b: ArrayLike, out: Array | None = None) -> Any:
    r"""Products of all elements of one array with all of another: :math:`c_{ij} = a_i b_j`, both arrays flattened.

    One multiplication per element and no sum: NumPy's own code (`numpy.multiply` over broadcast axes), which memory limits.

    Parameters
    ----------
    a, b : array_like
        Any shapes; flattened.
    out : ndarray, optional
        Of shape (a.size, b.size).

    Returns
    -------
    ndarray
        Of shape (a.size, b.size).

    Raises
    ------
    ValueError
        When `out` has another shape.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.outer([1.0, 2.0], [1.0, 10.0])
    array([[ 1., 10.],
           [ 2., 20.]])
    """
    return np.outer(a, b, out)  # type: ignore[arg-type]


def vdot(a: ArrayLike, b: ArrayLike, /) -> Any:
    r"""Dot product of two flattened arrays, the first conjugated: :math:`s = \sum_i \overline{a_i}\, b_i`.

    Parameters
    ----------
    a, b : array_like
        Arrays of the same number of elements, any shapes; flattened in C order. float32 and float64 as in `dot`, complex as in
        `vecdot`; the others get NumPy's own result.

    Returns
    -------
    scalar
        The sum.

    Raises
    ------
    ValueError
        When the numbers of elements differ.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.vdot(np.ones((2, 2)), np.array([1.0, 2.0, 3.0, 4.0])))
    10.0
    """
    x, y = np.asarray(a), np.asarray(b)
    if x.size != y.size:
        raise ValueError(f"vdot: a and b must have the same number of elements, got shapes {x.shape} and {y.shape}")
    if x.dtype.kind == "c" or y.dtype.kind == "c":
        return vecdot(x.ravel(), y.ravel())
    return dot(x.ravel(), y.ravel())


def tensordot(a: ArrayLike, b: ArrayLike, axes: Any = 2) -> Any:
    r"""Sums of products over given axes of two arrays.

    :math:`c_{I J} = \sum_K a_{I K} b_{K J}`: the axes K of `a` and `b` are brought together, and one matrix product does the rest.

    Parameters
    ----------
    a, b : array_like
        Native dtypes as in `matmul`; the others get NumPy's own result.
    axes : int or pair of (int or sequence of int)
        The last `axes` axes of `a` with the first of `b`; or the axes of `a` and the axes of `b`, in this order.

    Returns
    -------
    ndarray
        Of the shape of the axes that are left, those of `a` first.

    Raises
    ------
    ValueError
        When the axes do not fit.
    numpy.exceptions.AxisError
        When an axis does not exist.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.tensordot(np.ones((2, 3, 4)), np.ones((4, 3, 5)), axes=([1, 2], [1, 0])).shape
    (2, 5)
    """
    x, y = np.asarray(a), np.asarray(b)
    first, second = _paired_axes(axes, x.ndim, y.ndim)
    if any(x.shape[i] != y.shape[j] for i, j in zip(first, second)):
        raise ValueError(f"tensordot: axes must pair axes of the same size, got shapes {x.shape} and {y.shape} with axes {axes}")
    left, right = [i for i in range(x.ndim) if i not in first], [j for j in range(y.ndim) if j not in second]
    shared = int(np.prod([x.shape[i] for i in first], dtype=np.intp))
    outer_left, outer_right = [x.shape[i] for i in left], [y.shape[j] for j in right]
    rows, columns = int(np.prod(outer_left, dtype=np.intp)), int(np.prod(outer_right, dtype=np.intp))
    product = matmul(x.transpose(left + first).reshape(rows, shared), y.transpose(second + right).reshape(shared, columns))
    return product.reshape(outer_left + outer_right)


def _paired_axes(axes: Any, nd1: int, nd2: int) -> tuple[list[int], list[int]]:
    try:
        first, second = axes
    except TypeError:
        n = operator.index(axes)
        if not 0 <= n <= min(nd1, nd2):
            raise ValueError(
                f"tensordot: axes must be between 0 and the number of axes of a and b, {nd1} and {nd2}, got {axes}"
            ) from None
        return list(range(nd1 - n, nd1)), list(range(n))
    found = []
    for given, nd in ((first, nd1), (second, nd2)):
        several = [given] if np.ndim(given) == 0 else list(given)
        found.append([np.lib.array_utils.normalize_axis_index(operator.index(axis), nd) for axis in several])
    if len(found[0]) != len(found[1]):
        raise ValueError(f"tensordot: axes must name as many axes of a as of b, got {axes}")
    if any(len(set(several)) != len(several) for several in found):
        raise ValueError(f"tensordot: axes must name each axis once, got {axes}")
    return found[0], found[1]


def multi_dot(arrays: Sequence[ArrayLike], *, out: Array | None = None) -> Any:
    r"""Product of two or more matrices, in the order of the fewest multiplications.

    :math:`A_1 A_2 \cdots A_n`: of all ways to set the parentheses the one with the smallest sum of :math:`m k n`, by dynamic
    programming [Cormen2009]_, sec. 15.2.

    Parameters
    ----------
    arrays : sequence of array_like
        Matrices; the first may be a row vector, the last a column vector.
    out : ndarray, optional
        Where the result goes.

    Returns
    -------
    ndarray or scalar
        The product.

    Raises
    ------
    ValueError
        When there are fewer than two arrays, or shapes do not fit.
    LinAlgError
        When one of them is not two-dimensional (the first and the last: nor one-dimensional).

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.multi_dot([np.ones((100, 2)), np.ones((2, 100)), np.ones(100)])[:2]
    array([200., 200.])
    """
    factors = [np.asarray(a) for a in arrays]
    n = len(factors)
    if n < 2:
        raise ValueError(f"multi_dot: arrays must hold at least two, got {n}")
    for k, factor in enumerate(factors):
        if factor.ndim != 2 and not (factor.ndim == 1 and k in (0, n - 1)):
            raise np.linalg.LinAlgError(
                f"multi_dot: {factor.ndim}-dimensional array given as number {k}. Array must be two-dimensional"
            )
    row, column = factors[0].ndim == 1, factors[-1].ndim == 1
    sizes = [1 if row else factors[0].shape[0], *(f.shape[0] for f in factors[1:]), 1 if column else factors[-1].shape[-1]]
    if n == 2:
        return matmul(factors[0], factors[1], out=out)
    cuts = _cheapest_cuts(sizes)

    def product(i: int, j: int, to: Array | None = None) -> Any:
        if i == j:
            return factors[i]
        cut = cuts[i][j]
        return matmul(product(i, cut), product(cut + 1, j), out=to)

    return product(0, n - 1, out)


def _cheapest_cuts(sizes: list[int]) -> list[list[int]]:
    """Where to cut the product of factors i to j (of sizes[i] x sizes[i+1], ...), for the fewest multiplications."""
    n = len(sizes) - 1
    cost = [[0] * n for _ in range(n)]
    cuts = [[0] * n for _ in range(n)]
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            ways = [cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)]
            cost[i][j] = min(ways)
            cuts[i][j] = i + ways.index(cost[i][j])
    return cuts


def matrix_power(a: ArrayLike, n: SupportsIndex) -> Any:
    r"""Integer power of a square matrix, or of each in a stack.

    :math:`A^n` by repeated squaring; :math:`A^0` is the identity, :math:`A^{-n}` the n-th power of the inverse (by
    `numpy.linalg.inv`).

    Parameters
    ----------
    a : (..., m, m) array_like
        Square matrices.
    n : int
        Any integer.

    Returns
    -------
    (..., m, m) ndarray
        The powers.

    Raises
    ------
    LinAlgError
        When the matrices are not square, or (n < 0) one is singular.
    TypeError
        When `n` is no integer.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.matrix_power(np.array([[1.0, 1.0], [1.0, 0.0]]), 10)
    array([[89., 55.],
           [55., 34.]])
    """
    matrix = np.asanyarray(a)
    if matrix.ndim < 2:
        raise np.linalg.LinAlgError(f"matrix_power: {matrix.ndim}-dimensional array given. Array must be at least two-dimensional")
    if matrix.shape[-1] != matrix.shape[-2]:
        raise np.linalg.LinAlgError(f"matrix_power: Last 2 dimensions of the array must be square, got shape {matrix.shape}")
    try:
        power = operator.index(n)
    except TypeError as error:
        raise TypeError("matrix_power: n must be an integer") from error
    if power == 0:
        identity = np.empty_like(matrix)
        identity[...] = np.eye(matrix.shape[-1], dtype=matrix.dtype)
        return identity
    if power < 0:
        matrix, power = np.linalg.inv(matrix), -power
    result = None
    while True:
        power, bit = divmod(power, 2)
        if bit:
            result = matrix if result is None else matmul(result, matrix)
        if power == 0:
            return result if result is not matrix else matrix.copy()
        matrix = matmul(matrix, matrix)
