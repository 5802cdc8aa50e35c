# SPDX-License-Identifier: BSD-3-Clause
"""Eigenvalues and eigenvectors of symmetric matrices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from . import _eigen_kernels as kernels
from ._delegate import all_into, check_errors, into, plain_array

__all__ = ["EighResult", "eigh", "eigvalsh"]

Array = NDArray[Any]


class EighResult(NamedTuple):
    """Eigenvalues, ascending, of shape (..., n), and eigenvectors, in the columns of shape (..., n, n)."""

    eigenvalues: NDArray[Any]
    eigenvectors: NDArray[Any]


def eigh(
    a: ArrayLike,
    UPLO: str = "L",
    *,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    out: Any = None,
    errors: str = "raise",
) -> Any:
    r"""Eigenvalues and eigenvectors of a symmetric (complex: Hermitian) matrix, or of a stack of them.

    :math:`A = V \operatorname{diag}(w) V^T` with :math:`V^T V = I`. Householder reflections make the matrix tridiagonal, :math:`A
    = Q T Q^T`, in one pass over what is left of it for each column while that fits into the caches, panel by panel before
    [DongarraSorensenHammarling1989]_. :math:`T` is decomposed by divide and conquer [GuEisenstat1995a]_, up to order 48 by
    implicit QL steps [GolubVanLoan2013]_ (sec. 8.3), and :math:`Q` is applied a block of reflections at a time. LAPACK's
    ``syevd``, which NumPy calls, has the same plan. Of a subset the eigenvalues are found by Sturm counts
    [BarthMartinWilkinson1967]_, the vectors by twisted factorizations [DhillonParlett2004]_ or, where these fail, inverse
    iteration; when more than a quarter of the vectors are wanted, or many eigenvalues are close to each other, all are computed by
    divide and conquer. Subsets of complex matrices are cut out of the whole.

    Parameters
    ----------
    a : (..., n, n) array_like
        The matrices :math:`A`. float32 and float64 are computed in their own precision (NumPy computes float32 in double), and so
        are complex Hermitian matrices; integers and booleans become float64. Other dtypes and subclasses of ndarray are
        passed to `numpy.linalg.eigh`.
    UPLO : {'L', 'U'}, optional
        Which triangle is read, in either case of letter. The other one is never touched and may hold anything.
    subset_by_index : (int, int), optional
        First and last of the eigenvalues that are wanted, counted from 0 in ascending order, both included, as in
        `scipy.linalg.eigh`; of a stack, the same of each matrix.
    subset_by_value : (float, float), optional
        The eigenvalues in the half-open interval :math:`(l, u]`, as in `scipy.linalg.eigh`; the matrices of a stack must have
        equally many there. One that is within the rounding errors of a bound may be counted or not.
    out : tuple of ndarray, optional
        Where :math:`w` and :math:`V` go, None for one that is to be a new array. Arrays that are of the result's dtype, aligned
        and apart from `a`, that of :math:`w` also in C order, are written directly, others by way of new arrays; so are
        subsets of stacks and of complex matrices.
    errors : {'raise', 'nan', 'status'}, optional
        ``'status'``: one more result, int32 of the shape in front of the matrices: 0 for a matrix with results, -1 for one with
        NaN or infinity. Such matrices give NaN in any case. (NumPy: LinAlgError, NaN, infinities or numbers, by the order of the
        matrix and the place of the element.) An exception would mean that an iteration has not converged, which does not happen
        to finite ones.

    Returns
    -------
    EighResult
        A named tuple: `eigenvalues` :math:`w`, shape (..., n), ascending; `eigenvectors` :math:`V`, shape (..., n, n), the
        normalised eigenvector of ``eigenvalues[..., j]`` in ``eigenvectors[..., :, j]``. Of each eigenvector the component of
        largest magnitude is positive (the first such one; of complex ones it is real and positive); NumPy leaves the sign to
        chance. Of a subset: (..., k) and (..., n, k).
    (eigenvalues, eigenvectors, status) : tuple
        With ``errors='status'``.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions or its last two differ.
    ValueError
        When `UPLO` is neither 'L' nor 'U', another option is something else, a subset is not one, `subset_by_value` is asked of a
        matrix with NaN or infinity or of a stack whose matrices have different numbers of eigenvalues there, or `out` has another
        shape, is read-only or has arrays that share memory.
    TypeError
        When `out` is not a tuple of arrays, or of dtypes the results cannot be cast to; when `out`, `errors` or a subset is asked
        of dtypes and subclasses that are NumPy's, or the dtype is one NumPy refuses (float16, longdouble).

    See Also
    --------
    eigvalsh : the eigenvalues alone.
    eigh_tridiagonal : of tridiagonal matrices.

    Notes
    -----
    A matrix whose triangle holds NaN or infinity gets NaN everywhere; others of the stack are unharmed. The bits do not depend
    on threads, strides or alignment, and multiplying `a` by a power of two multiplies `eigenvalues` by it and changes nothing
    else. Four or more matrices of a stack that have at most 32 rows are
    decomposed side by side, one in each lane of the registers (up to 4 rows by Jacobi rotations): from 9 rows on
    with other bits than a matrix has alone.

    Error: :math:`\|A - V \operatorname{diag}(w) V^T\|_1 \le c\, n\, \epsilon\, \|A\|_1` and :math:`\|V^T V - I\|_1 \le c\, n\,
    \epsilon`, with :math:`c` below 10 in all tests; so is the error of each eigenvalue, relative to :math:`\|A\|`. Small
    eigenvalues of graded positive definite matrices are accurate to their own size by ``svd(L, driver='jacobi')`` of the Cholesky
    factor [DemmelVeselic1992]_.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> w, v = mm.linalg.eigh(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> bool(np.allclose(w, [1.0, 3.0], rtol=1e-15))
    True
    >>> np.round(v, 3)
    array([[ 0.707,  0.707],
           [-0.707,  0.707]])

    The largest alone:

    >>> w, v = mm.linalg.eigh(np.diag([2.0, 7.0, 4.0]), subset_by_index=(2, 2))
    >>> w, v.shape
    (array([7.]), (3, 1))
    """
    if subset_by_index is None and subset_by_value is None and errors == "raise" and common(a, UPLO):
        w, v, info = _mlmath._eigh(a, UPLO == "L", True, out)
        if info is not None:
            _refuse_failure("eigh", info)
        return EighResult(w, v)
    w, v, info = _eigh("eigh", a, UPLO, subset_by_index, subset_by_value, out, errors, True)
    if out is not None:
        w, v = all_into("eigh", ("w", "V"), [w, v], out)
    return (w, v, info) if errors == "status" else EighResult(w, v)


def eigvalsh(
    a: ArrayLike,
    UPLO: str = "L",
    *,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    out: Array | None = None,
    errors: str = "raise",
) -> Any:
    r"""Eigenvalues of a symmetric (complex: Hermitian) matrix, or of a stack of them: those of `eigh`, in less time.

    Tridiagonal form as in `eigh`, then QL steps without square roots [Parlett1998]_ (sec. 8.14).

    Parameters
    ----------
    a : (..., n, n) array_like
        As in `eigh`.
    UPLO : {'L', 'U'}, optional
        As in `eigh`.
    subset_by_index, subset_by_value : pair of numbers, optional
        As in `eigh`.
    out : (..., n) ndarray, optional
        Where they go, as :math:`w` in `eigh`.
    errors : {'raise', 'nan', 'status'}, optional
        As in `eigh`.

    Returns
    -------
    ndarray
        The eigenvalues, ascending, shape (..., n), of a subset (..., k). With ``errors='status'`` a tuple of them and the status.

    Raises
    ------
    LinAlgError, ValueError, TypeError
        As `eigh`.

    Notes
    -----
    Equal to those of `eigh` up to rounding errors of :math:`\epsilon \|A\|` times a modest number, not always bit for bit.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.eigvalsh(np.diag([3.0, 1.0, 2.0]))
    array([1., 2., 3.])
    >>> mm.linalg.eigvalsh(np.diag([3.0, 1.0, 2.0]), subset_by_value=(1.5, 2.5))
    array([2.])
    """
    if subset_by_index is None and subset_by_value is None and errors == "raise" and common(a, UPLO):
        w, _, info = _mlmath._eigh(a, UPLO == "L", False, out)
        if info is not None:
            _refuse_failure("eigvalsh", info)
        return w
    w, _, info = _eigh("eigvalsh", a, UPLO, subset_by_index, subset_by_value, out, errors, False)
    w = into("eigvalsh", w, out)
    return (w, info) if errors == "status" else w


def common(a: Any, uplo: str = "L") -> bool:
    """Whether nothing stands between the arguments and the kernel: for small matrices every check costs as much as they do."""
    return type(a) is np.ndarray and a.ndim >= 2 and a.shape[-1] == a.shape[-2] and a.dtype.char in "df" and uplo in ("L", "U")


def _eigh(
    function: str, a: Any, uplo: str, by_index: Any, by_value: Any, out: Any, errors: str, vectors: bool
) -> tuple[Any, Any, Any]:
    """w, v (or None), status."""
    letter = uplo.upper()
    if letter not in ("L", "U"):
        raise ValueError(f"UPLO argument must be 'L' or 'U', got {uplo!r}")
    check_errors(function, errors)
    matrix = plain_array(a)
    subset = by_index is not None or by_value is not None
    if matrix is None:
        if subset or out is not None or errors != "raise":
            kind = f"{type(a).__name__} of dtype {np.asanyarray(a).dtype}"
            raise TypeError(f"{function}: subsets, out and errors are for matrices of numbers up to double precision, got {kind}")
        if vectors:
            return (*np.linalg.eigh(a, uplo), None)  # type: ignore[call-overload]
        return np.asanyarray(np.linalg.eigvalsh(a, uplo)), None, None  # type: ignore[call-overload]
    if matrix.ndim < 2:
        raise LinAlgError(f"{function}: {matrix.ndim}-dimensional array given. Array must be at least two-dimensional")
    if matrix.shape[-1] != matrix.shape[-2]:
        raise LinAlgError(f"{function}: Last 2 dimensions of the array must be square, got shape {matrix.shape}")
    if subset:
        w, v, info = _subset(function, matrix, letter == "L", vectors, by_index, by_value, out)
    else:
        w, v, info = kernels.eigh(matrix, letter == "L", vectors, out)
    if errors == "raise":
        _refuse_failure(function, info)
    return w, v, info


def _refuse_failure(function: str, info: Array) -> None:
    """LinAlgError where nothing converged (never seen); NaN and infinity have given NaN."""
    if (info > 0).any():
        first = "" if info.ndim == 0 else f" (matrix {int(np.flatnonzero(info > 0)[0])} of the stack)"
        raise LinAlgError(f"{function}: Eigenvalues did not converge{first}")


def _subset(
    function: str, a: Array, lower: bool, vectors: bool, by_index: Any, by_value: Any, out: Any
) -> tuple[Array, Array | None, Array]:
    if by_index is not None and by_value is not None:
        raise ValueError(f"{function}: Either index or value subset can be requested, got {by_index!r} and {by_value!r}")
    if by_index is not None:
        first, last = index_range(function, "subset_by_index", by_index, a.shape[-1])
        return kernels.eigh_by_index(a, lower, vectors, first, last, out)
    low, high = value_range(function, "subset_by_value", by_value)
    if not low < high:
        raise ValueError(f"{function}: subset_by_value must be (low, high) with low < high, got {by_value!r}")
    w, v, info, counts = kernels.eigh_by_value(a, lower, vectors, low, high, out)
    if (info < 0).any():
        raise ValueError(f"{function}: subset_by_value is for finite matrices: array must not contain infs or NaNs")
    if len(set(counts)) != 1:
        raise ValueError(
            f"{function}: subset_by_value of a stack needs as many eigenvalues in the interval of each matrix, "
            f"got {sorted(set(counts)) or 'no matrix'}"
        )
    return w, v, info


def index_range(function: str, name: str, pair: Any, n: int) -> tuple[int, int]:
    """First and last, both included; ValueError for what is no range of 0 .. n - 1."""
    first, last = (int(x) for x in pair)
    if [first, last] != list(pair):
        raise ValueError(f"{function}: {name} must be two integers, got {pair!r}")
    if not 0 <= first <= last < n:
        raise ValueError(
            f"{function}: {name} must be a valid range of eigenvalue indices, 0 <= start <= end <= {n - 1}, got {first}, {last}"
        )
    return first, last


def value_range(function: str, name: str, pair: Any) -> tuple[float, float]:
    """The two bounds; ValueError when one is NaN or there are not two."""
    low, high = (float(x) for x in pair)
    if np.isnan(low) or np.isnan(high):
        raise ValueError(f"{function}: {name} must be two numbers, got {low}, {high}")
    return low, high
