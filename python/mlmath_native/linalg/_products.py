# SPDX-License-Identifier: BSD-3-Clause
"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["dot", "matmul", "matvec", "vecdot", "vecmat"]


@documents(_mlmath.dot)
def dot(a: ArrayLike, b: ArrayLike, out: NDArray[Any] | None = None) -> Any:
    r"""Dot product of two arrays.

    For vectors :math:`s = \sum_i a_i b_i`, accumulated in the vectors' own dtype in 32 lanes (float32: 64) over chunks of 4096
    elements whose sums are added pairwise, so the same bits come out for any number of threads, stride and alignment.

    Parameters
    ----------
    a, b : array_like
        Two vectors of shape (n,), or two matrices (then as `matmul`), float32 or float64, any strides. Every other case of
        `numpy.dot` (scalars, more than two axes, other dtypes, `out`) gives NumPy's own result.
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


@documents(_mlmath.matmul)
def matmul(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    casting: Any = "same_kind",
    order: Any = "K",
    dtype: Any = None,
    subok: Any = True,
    signature: Any = None,
    axes: Any = None,
    axis: Any = None,
) -> Any:
    r"""Matrix product of two arrays.

    :math:`C = A B`, :math:`c_{ij} = \sum_{p=1}^{k} a_{ip} b_{pj}`, with :math:`A` = `x1` of shape (..., m, k) and :math:`B` = `x2`
    of shape (..., k, n); the axes in front broadcast. Blocks as in [Goto2008]_ and a register tile as in [VanZee2015]_, here with
    the block of :math:`B` in the second-level cache and the panel of :math:`A` in the first. Each :math:`c_{ij}` is summed in
    increasing :math:`p` by fused multiply-adds, in chunks of 384 (float32: 512) whose sums are added one after the other; only a
    single row times a single column is summed in the order of `dot`. So the same bits come out for any number of threads, strides,
    alignment, and for a product alone or in a stack.

    Parameters
    ----------
    x1, x2 : array_like
        Arrays of at least one axis, any strides. A one-dimensional `x1` is a row, a one-dimensional `x2` a column; that axis is
        absent from the result. Native: float32, float64, complex64 and complex128, and operands that promote to them (complex ones
        by real products of twice the terms). Integers alone, float16, longdouble, object and subclasses of ndarray get NumPy's own
        result.
    out : ndarray, optional
        Where the result goes; any strides, may overlap the operands. Must have the shape of the product.
    casting, order, dtype, subok, signature, axes, axis
        As in `numpy.matmul`, by NumPy.

    Returns
    -------
    ndarray or scalar
        Of shape (..., m, n), in C order; `out` when it is given.

    Raises
    ------
    ValueError
        When the shapes do not fit, an operand has no axis, or `out` is read-only or of another shape.
    TypeError
        When there is no product for the dtypes, or `out` cannot take the result (``numpy.exceptions.UFuncTypeError``).

    Notes
    -----
    Error: :math:`|c_{ij} - \hat c_{ij}| \le \gamma \sum_p |a_{ip} b_{pj}|` with
    :math:`\gamma \approx (\min(k, 384) + \lceil k/384 \rceil)\,\epsilon` [Higham2002]_, sec. 3.5. Zeros are not skipped:
    :math:`0 \cdot \infty` is NaN and raises NumPy's "invalid" warning, as `numpy.errstate` says.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.matmul(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([[2., 1.],
           [4., 3.]])
    >>> mm.matmul(np.ones((5, 2, 3)), np.ones((3, 4))).shape
    (5, 2, 4)
    """
    raise NotImplementedError


@documents(_mlmath.matvec)
def matvec(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    casting: Any = "same_kind",
    order: Any = "K",
    dtype: Any = None,
    subok: Any = True,
    signature: Any = None,
    axes: Any = None,
    axis: Any = None,
) -> Any:
    r"""Matrix times vector, for stacks of both.

    :math:`y_i = \sum_j a_{ij} x_j`, with :math:`A` = `x1` and :math:`x` = `x2`: `matmul` with a column, in stacks too.

    Parameters
    ----------
    x1, x2 : array_like
        Arrays of shapes (..., m, n) and (..., n), any strides; the axes in front broadcast. Native dtypes as in `matmul`;
        the others get NumPy's own result.
    out : ndarray, optional
        Where the result goes; any strides, may overlap the operands.
    casting, order, dtype, subok, signature, axes, axis
        As in `numpy.matvec`, by NumPy.

    Returns
    -------
    ndarray or scalar
        Of shape (..., m); `out` when it is given.

    Raises
    ------
    ValueError
        When the shapes do not fit, an operand has too few axes, or `out` is read-only or of another shape.
    TypeError
        When there is no product for the dtypes, or `out` cannot take the result (``numpy.exceptions.UFuncTypeError``).

    Notes
    -----
    Order of the sums and error bound as in `matmul`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.matvec(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    array([[1., 3.],
           [2., 4.],
           [3., 7.]])
    """
    raise NotImplementedError


@documents(_mlmath.vecmat)
def vecmat(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    casting: Any = "same_kind",
    order: Any = "K",
    dtype: Any = None,
    subok: Any = True,
    signature: Any = None,
    axes: Any = None,
    axis: Any = None,
) -> Any:
    r"""Vector times matrix, for stacks of both.

    :math:`y_j = \sum_i x_i a_{ij}`, with :math:`x` = `x1` (conjugated where complex) and :math:`A` = `x2`.

    Parameters
    ----------
    x1, x2 : array_like
        Arrays of shapes (..., n) and (..., n, m), any strides; the axes in front broadcast. Native dtypes as in `matmul`;
        the others get NumPy's own result.
    out : ndarray, optional
        Where the result goes; any strides, may overlap the operands.
    casting, order, dtype, subok, signature, axes, axis
        As in `numpy.vecmat`, by NumPy.

    Returns
    -------
    ndarray or scalar
        Of shape (..., m); `out` when it is given.

    Raises
    ------
    ValueError
        When the shapes do not fit, an operand has too few axes, or `out` is read-only or of another shape.
    TypeError
        When there is no product for the dtypes, or `out` cannot take the result (``numpy.exceptions.UFuncTypeError``).

    Notes
    -----
    Order of the sums and error bound as in `matmul`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.vecmat(np.array([1.0, 2.0]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    array([ 9., 12., 15.])
    """
    raise NotImplementedError


@documents(_mlmath.vecdot)
def vecdot(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    casting: Any = "same_kind",
    order: Any = "K",
    dtype: Any = None,
    subok: Any = True,
    signature: Any = None,
    axes: Any = None,
    axis: Any = None,
) -> Any:
    r"""Dot products of vectors along the last axis.

    :math:`s = \sum_i a_i b_i`, with :math:`a` = `x1` (conjugated where complex) and :math:`b` = `x2`.

    Parameters
    ----------
    x1, x2 : array_like
        Arrays of shapes (..., n) and (..., n), any strides; the axes in front broadcast. Native dtypes as in `matmul`;
        the others get NumPy's own result.
    out : ndarray, optional
        Where the result goes; any strides, may overlap the operands.
    casting, order, dtype, subok, signature, axes, axis
        As in `numpy.vecdot`, by NumPy.

    Returns
    -------
    ndarray or scalar
        Of shape (...); `out` when it is given.

    Raises
    ------
    ValueError
        When the shapes do not fit, an operand has too few axes, or `out` is read-only or of another shape.
    TypeError
        When there is no product for the dtypes, or `out` cannot take the result (``numpy.exceptions.UFuncTypeError``).

    Notes
    -----
    Order of the sums and error bound as in `dot`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.vecdot(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 1.0]))
    array([3., 7.])
    """
    raise NotImplementedError
