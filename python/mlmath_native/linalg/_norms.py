# SPDX-License-Identifier: BSD-3-Clause
"""Norms of vectors and matrices under NumPy's name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _mlmath
from ._svd import native, singular_values

__all__ = ["matrix_norm", "norm", "vector_norm"]

_ABSOLUTE_SUM, _ROOT_OF_SQUARES, _SMALLEST, _LARGEST = range(4)
_INF = float("inf")
_VECTOR = {None: _ROOT_OF_SQUARES, 2: _ROOT_OF_SQUARES, 1: _ABSOLUTE_SUM, _INF: _LARGEST, -_INF: _SMALLEST}
_FROBENIUS = (None, "fro", "f")
_SINGULAR: dict[Any, Any] = {2: np.max, -2: np.min, "nuc": np.sum}
# Matrix norms: which axis of the pair is added first, and what is taken of the sums.
_MATRIX = {1: (0, _LARGEST), -1: (0, _SMALLEST), _INF: (1, _LARGEST), -_INF: (1, _SMALLEST)}


def norm(x: ArrayLike, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    r"""Norm of a vector or a matrix, or of stacks of them along given axes.

    Vectors: :math:`\|x\|_2 = \sqrt{\sum_i x_i^2}` (``ord`` None or 2), :math:`\|x\|_1 = \sum_i |x_i|`,
    :math:`\|x\|_\infty = \max_i |x_i|`, and the minimum for ``-inf``. Matrices: Frobenius (None, ``'fro'``), largest and
    smallest absolute column sum (1, -1) and row sum (inf, -inf). All are one pass in double, in the order of
    `mlmath_native.sum`.

    Parameters
    ----------
    x : array_like
        Native kernel: an ndarray of float16, float32 or float64, any shape and strides; anything else gives NumPy's result.
    ord : {int, float, inf, -inf, 'fro', 'nuc'}, optional
        Which norm; of a matrix 2, -2 and ``'nuc'``: the largest, the smallest and the sum of the singular values. Other vector
        norms and 0 are NumPy's own code.
    axis : int or 2-tuple of ints, optional
        The axis of the vectors, or the two of the matrices. By default `x` is one vector or one matrix; with `ord` None any
        array is taken as one vector.
    keepdims : bool, optional
        Keep the axes with size one.

    Returns
    -------
    scalar or ndarray
        As `numpy.linalg.norm`, of the dtype of `x`.

    Raises
    ------
    numpy.exceptions.AxisError, ValueError
        As `numpy.linalg.norm`.

    Notes
    -----
    Relative error of the 2-norm: :math:`(\gamma + 2^{-52}) / 2 + 2^{-53}`, :math:`\gamma` as in `sum`, then one rounding to
    the dtype. Squares overflow beyond :math:`10^{154}`, as NumPy's do; float32 does not, since the squares are double.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a = np.array([[3.0, 4.0], [0.0, -12.0]])
    >>> float(mm.linalg.norm(a)), float(mm.linalg.norm(a, 1)), mm.linalg.norm(a, axis=1)
    (13.0, 16.0, array([ 5., 12.]))
    """
    if type(x) is np.ndarray:
        result = _native(x, ord, axis, keepdims)
        if result is not NotImplemented:
            return result
    return np.linalg.norm(x, ord, axis, keepdims)


def vector_norm(x: ArrayLike, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Norm of vectors: `norm` along one axis, or along several taken as one (Array API).

    Parameters
    ----------
    x : array_like
        As in `norm`.
    axis : int or tuple of ints, optional
        The axes of the vectors; by default all.
    keepdims : bool, optional
        Keep the axes with size one.
    ord : {int, float, inf, -inf}, optional
        Which norm, as in `norm` for vectors.

    Returns
    -------
    scalar or ndarray
        The norms, as `numpy.linalg.vector_norm`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.linalg.vector_norm(np.array([[3.0, 0.0], [0.0, 4.0]])))
    5.0
    """
    array = np.asanyarray(x)
    if axis is None:
        flat = array.ravel()
        result = norm(flat, ord)
        return np.reshape(result, (1,) * array.ndim) if keepdims else result
    if not isinstance(axis, tuple):
        return norm(array, ord, axis, keepdims)
    axes = tuple(a % array.ndim for a in axis)
    rest = [a for a in range(array.ndim) if a not in axes]
    moved = array.transpose([*axes, *rest])
    result = norm(moved.reshape(-1, *moved.shape[len(axes) :]), ord, 0)
    return np.expand_dims(result, axes) if keepdims else result


def matrix_norm(x: ArrayLike, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Norm of the matrices in the last two axes: `norm` with ``axis=(-2, -1)`` (Array API).

    Parameters
    ----------
    x : (..., m, n) array_like
        As in `norm`.
    keepdims : bool, optional
        Keep the two axes with size one.
    ord : {'fro', 'nuc', 1, -1, 2, -2, inf, -inf}, optional
        Which norm, as in `norm` for matrices.

    Returns
    -------
    scalar or ndarray
        The norms, as `numpy.linalg.matrix_norm`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> float(mm.linalg.matrix_norm(np.array([[3.0, 0.0], [0.0, 4.0]]), ord=1))
    4.0
    """
    return norm(np.asanyarray(x), ord, (-2, -1), keepdims)


def _native(x: Any, ord: Any, axis: Any, keepdims: Any) -> Any:
    if axis is None and ord is None:
        return _mlmath._norm(x, None, keepdims, _ROOT_OF_SQUARES)
    if isinstance(ord, (np.ndarray, list)) or not (axis is None or isinstance(axis, (int, tuple))):
        return NotImplemented
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 1:
        kind = _VECTOR.get(ord)
        return NotImplemented if kind is None else _mlmath._norm(x, axes, keepdims, kind)
    if len(axes) != 2:
        return NotImplemented
    if ord in _FROBENIUS:
        return _mlmath._norm(x, axes, keepdims, _ROOT_OF_SQUARES)
    if ord in _SINGULAR and native(x):
        return _of_singular_values(x, ord, axes, keepdims)
    same = x.ndim == 0 or axes[0] % x.ndim == axes[1] % x.ndim
    if ord not in _MATRIX or x.dtype == np.float16 or same:
        return NotImplemented
    first, kind = _MATRIX[ord]
    sums = _mlmath._norm(x, (axes[first],), True, _ABSOLUTE_SUM)
    return sums if sums is NotImplemented else _mlmath._norm(sums, axes, keepdims, kind)


def _of_singular_values(x: Any, ord: Any, axes: tuple[int, ...], keepdims: Any) -> Any:
    if not all(-x.ndim <= a < x.ndim for a in axes) or axes[0] % x.ndim == axes[1] % x.ndim or min(x.shape) == 0:
        return NotImplemented  # NumPy's errors
    last = axes in ((-2, -1), (x.ndim - 2, x.ndim - 1))
    values = singular_values(x if last else np.moveaxis(x, axes, (-2, -1)))
    result = _SINGULAR[ord](values, axis=-1)
    return np.expand_dims(result, axes) if keepdims else result
