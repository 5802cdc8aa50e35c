# SPDX-License-Identifier: BSD-3-Clause
"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any, SupportsIndex

from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["dot", "matmul", "matvec", "vecdot", "vecmat"]

# `matmul` for the library's own functions: whatever the surrounding `matmul_engine` says.
fma_matmul = _mlmath._matmul_fma


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
    engine: str | None = None,
    bits: SupportsIndex | None = None,
    explain: bool = False,
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
    engine : {"auto", "fma", "crt"}, optional
        What computes products of float64 and of float32: "fma" the multiply-add units; "crt" exact integers on the unit that
        multiplies bytes, see Notes; "auto" the latter only on AMX, where it is faster for the shapes and a look at the data shows
        that its error bound is not worse. None: that of the surrounding `matmul_engine`, "fma" outside. Vectors go through as
        matrices of one row or column. Complex products run on the multiply-add units whatever is asked for.
    bits : int, optional
        With "crt" and "auto": bits that every row of `x1` and column of `x2` must carry at least, 4 to 59, which determines the
        number of moduli. None: that of the surrounding `matmul_engine`; where it says nothing, 53 for float64 and 24 for float32.
    explain : bool, default False
        Also return what ran, and why.

    Returns
    -------
    ndarray or scalar
        Of shape (..., m, n), in C order; `out` when it is given. With `explain` a pair of it and a `MatmulReport`.

    Raises
    ------
    ValueError
        When the shapes do not fit, an operand has no axis, or `out` is read-only or of another shape;
        when `engine` is none of the three, or `bits` is out of range.
    TypeError
        When `bits` is not an integer, there is no product for the dtypes, or `out` cannot take the result
        (``numpy.exceptions.UFuncTypeError``).

    Warns
    -----
    RuntimeWarning
        When "crt" is asked for, here or by `matmul_engine`, and the product, or one of a stack, was computed in another way: there
        is no int8 unit, or its operands are not finite, out of range, complex or of dtypes for NumPy. "auto" never warns.

    Notes
    -----
    Error: :math:`|c_{ij} - \hat c_{ij}| \le \gamma \sum_p |a_{ip} b_{pj}|` with
    :math:`\gamma \approx (\min(k, 384) + \lceil k/384 \rceil)\,\epsilon` [Higham2002]_, sec. 3.5. Zeros are not skipped:
    :math:`0 \cdot \infty` is NaN and raises NumPy's "invalid" warning, as `numpy.errstate` says.

    **Engine "crt"** [Ozaki2025]_. With row :math:`a_i` of :math:`A` and column :math:`b_j` of :math:`B`,
    :math:`a'_{ip} = \mathrm{round}(2^{s_i} a_{ip})` and :math:`b'_{pj} = \mathrm{round}(2^{t_j} b_{pj})`,

    .. math:: c_{ij} = 2^{-(s_i + t_j)} \sum_p a'_{ip} b'_{pj} .

    The sum is one of integers, exact: it is computed modulo 3 to 16 numbers of at most 256, as products of bytes, and put together
    by the Chinese remainder theorem; the result is rounded once. So the same bits come out on every unit, for any threads, strides,
    blocks, alone or in a stack. :math:`s_i` is the largest with :math:`2^{s_i} \|a_i\| + \sqrt k/2 \le L` and :math:`t_j`
    likewise, where :math:`L^2 < M/2` for the product :math:`M` of the moduli, so that :math:`|\sum_p a'_{ip} b'_{pj}| < M/2` by the
    inequality of Cauchy and Schwarz; the number of moduli is the least with :math:`L \ge 2^{bits+3}`. The published scheme
    truncates where this one rounds to the nearest integer.

    Its error: rounding moves an element of :math:`a_i` by at most :math:`2^{-s_i}/2`, and :math:`2^{-s_i} < 2 \|a_i\|/L'` with
    :math:`L' = L - \sqrt k/2`, as :math:`s_i` is the largest. So :math:`\sum_p |\delta a_{ip}| |b_{pj}| \le
    \|a_i\|/L' \cdot \sqrt k\, \|b_j\|`, the same for :math:`B`, their product is far smaller, and with the rounding of the
    result (:math:`u = 2^{-53}`, float32: :math:`2^{-24}`)

    .. math:: |c_{ij} - \hat c_{ij}| \le \frac{2 \sqrt k}{L'} \|a_i\| \|b_j\| + u |c_{ij}| .

    With 53 bits (15 moduli) :math:`L = 2^{58.5}`. This is a bound by norms: in a line whose elements differ by many orders of
    magnitude the small ones lose bits that the multiply-add units keep. "auto" leaves such operands to those; "crt" does not look.
    Not finite numbers, and lines whose norm is outside :math:`[2^{-448}, 2^{448}]`, are left to the multiply-add units by both.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.matmul(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([[2., 1.],
           [4., 3.]])
    >>> mm.matmul(np.ones((5, 2, 3)), np.ones((3, 4))).shape
    (5, 2, 4)
    >>> a = np.array([[0.5, 2.0**-30], [3.0, 4.0]])
    >>> with mm.system.use_int8_unit("textbook"):  # on AMX machines "amx" is in use
    ...     product, report = mm.matmul(a, a, engine="crt", explain=True)
    >>> bool(np.all(product == np.matmul(a, a))), report.engine, report.moduli
    (True, 'crt', 15)
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
