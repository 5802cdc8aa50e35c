# SPDX-License-Identifier: BSD-3-Clause
"""Singular values and vectors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from . import _eigen_kernels as kernels
from ._delegate import all_into, check_errors, into, overlaps, plain_array
from ._eigen import eigh, eigvalsh

__all__ = ["SVDResult", "svd", "svdvals"]

Array = NDArray[Any]


class SVDResult(NamedTuple):
    """U with orthonormal columns, S, descending, and Vh with orthonormal rows: ``A = U diag(S) Vh``."""

    U: NDArray[Any]
    S: NDArray[Any]
    Vh: NDArray[Any]


def svd(
    a: ArrayLike,
    full_matrices: bool = True,
    compute_uv: bool = True,
    hermitian: bool = False,
    *,
    driver: str | None = None,
    out: Any = None,
    errors: str = "raise",
) -> Any:
    r"""Singular value decomposition of a matrix, or of every matrix of a stack.

    :math:`A = U \operatorname{diag}(s) V^T` with :math:`U^T U = I`, :math:`V^T V = I` and :math:`s_1 \ge s_2 \ge \dots \ge 0`.
    Householder reflections from both sides make the matrix bidiagonal, :math:`A = Q B P^T` [GolubKahan1965]_, in one pass over
    what is left of it for each row and column [Howell2008]_. The bidiagonal matrix is decomposed by divide and conquer
    [GuEisenstat1995]_, small ones by implicit QR steps [DemmelKahan1990]_; singular values alone by dqds
    [FernandoParlett1994]_. A tall matrix is reduced to its triangle first [Chan1982]_, a wide one is the transpose of a tall one.
    LAPACK's ``gesdd``, which NumPy calls, has the same plan.

    Parameters
    ----------
    a : (..., m, n) array_like
        The matrices :math:`A`. float32 and float64 are computed in their own precision (NumPy computes float32 in double),
        integers and booleans become float64. Complex matrices are decomposed by NumPy's own code, without a rule for the signs;
        other dtypes and subclasses of ndarray are passed to `numpy.linalg.svd`.
    full_matrices : bool, optional
        With :math:`p = \min(m, n)`: :math:`U` of shape (..., m, m) and :math:`V^T` of shape (..., n, n), or (..., m, p) and (...,
        p, n).
    compute_uv : bool, optional
        Compute :math:`U` and :math:`V^T`, not :math:`s` alone.
    hermitian : bool, optional
        Take the matrices as symmetric and read their lower triangles: by `eigh`, which takes about half the time. The sign of an
        eigenvalue goes to `U` (NumPy: to `Vh`).
    driver : {None, 'jacobi'}, optional
        ``'jacobi'``: one-sided rotations of the triangle of a QR of the rows in order of size [DrmacVeselic2008]_, slower for
        large matrices, but small singular values of matrices with graded rows or columns are then accurate relative to
        themselves.
    out : tuple of ndarray, optional
        Where :math:`U`, :math:`s`, :math:`V^T` go, None for those that are to be new arrays; without `compute_uv` one array.
        Arrays that are of the result's dtype, aligned and apart from `a`, that of :math:`s` also in C order, are written directly,
        others by way of new arrays; so are the results of complex matrices, `hermitian` and `driver`. What they hold after an
        exception is not specified.
    errors : {'raise', 'nan', 'status'}, optional
        What becomes of a matrix with NaN: LinAlgError; NaN as its results, the others unharmed; or that, and one more result:
        int32 of the shape in front of the matrices, 0 for a matrix with results, -1 for one with NaN or infinity, 1 for one of
        which NumPy's code for complex matrices has not converged.

    Returns
    -------
    SVDResult
        A named tuple of `U`, `S` :math:`= s` and `Vh` :math:`= V^T`. In every row of `Vh` the component of largest magnitude is
        positive (the first such one), and the column of `U` follows; columns that `full_matrices` adds to `U` have the same rule
        for themselves. NumPy leaves the signs to chance.
    S : (..., p) ndarray
        Without `compute_uv`.
    (U, S, Vh, status) or (S, status) : tuple
        With ``errors='status'``.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions or (with `errors` as it is) holds NaN: "SVD did not converge", as in NumPy. An
        infinity alone gives NaN without an exception, as in NumPy (but for `hermitian`, where NumPy may raise). Finite real
        matrices always have a result. When they are not square with `hermitian`.
    ValueError
        When an option is something else, `driver` is given with `hermitian`, or `out` has another shape, is read-only or has arrays
        that share memory.
    TypeError
        When `out` is not a tuple of arrays, or of dtypes the results cannot be cast to; when `driver` is given for complex
        matrices, `driver`, `out` or `errors` for dtypes and subclasses that are NumPy's, or the dtype is one NumPy refuses
        (float16, longdouble).

    See Also
    --------
    svdvals : the singular values alone.

    Notes
    -----
    Error: :math:`\|A - U \operatorname{diag}(s) V^T\|_1 \le c \max(m, n)\, \epsilon\, \|A\|_1`, and :math:`U` and :math:`V`
    are orthogonal to :math:`c\,m\,\epsilon` and :math:`c\,n\,\epsilon`, with :math:`c` below 10 in all tests. A singular value
    has an absolute error of that order times :math:`s_1`; with ``driver='jacobi'`` one relative to itself, about
    :math:`\epsilon\, \kappa(A D)` for the diagonal :math:`D` that brings the columns of :math:`A D` to one length
    [DemmelVeselic1992]_.

    The bits do not depend on threads, strides or alignment, and multiplying `a` by a power of two multiplies `S` by it and
    changes nothing else. Matrices of up to 32 rows and columns are decomposed side by side in stacks, one in each lane of the
    registers: from four matrices on, and from 9 rows or columns on with other bits than a matrix has alone.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> u, s, vh = mm.linalg.svd(np.array([[0.0, 2.0], [3.0, 0.0]]))
    >>> np.round(s, 12)
    array([3., 2.])
    >>> np.round(u * s @ vh, 12) + 0.0
    array([[0., 2.],
           [3., 0.]])
    """
    if not hermitian and driver is None and errors == "raise" and _common(a, out):
        found = _mlmath._svd(a, compute_uv, full_matrices, 0, out)
        if found[-1] is not None:
            refuse_nan("svd", a, found[-1])
        return SVDResult(*found[:3]) if compute_uv else found[0]
    return _solve("svd", a, full_matrices, compute_uv, hermitian, driver, out, errors)


def svdvals(x: ArrayLike, /, *, driver: str | None = None, out: Array | None = None, errors: str = "raise") -> Any:
    r"""Singular values of a matrix, or of every matrix of a stack: those of `svd`, in a part of the time.

    Parameters
    ----------
    x : (..., m, n) array_like
        As `a` in `svd`.
    driver : {None, 'jacobi'}, optional
        As in `svd`.
    out : (..., min(m, n)) ndarray, optional
        Where they go, as :math:`s` in `svd`.
    errors : {'raise', 'nan', 'status'}, optional
        As in `svd`.

    Returns
    -------
    ndarray
        The singular values, descending, shape (..., min(m, n)). With ``errors='status'`` a tuple of them and the status.

    Raises
    ------
    LinAlgError, ValueError, TypeError
        As `svd`.

    Notes
    -----
    Equal to those of `svd` up to rounding errors of :math:`\epsilon s_1` times a modest number, not always bit for bit.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.svdvals(np.diag([3.0, 1.0, -2.0]))
    array([3., 2., 1.])
    """
    if driver is None and errors == "raise" and _common(x, out):
        s, info = _mlmath._svd(x, False, False, 0, out, "svdvals")
        if info is not None:
            refuse_nan("svdvals", x, info)
        return s
    return _solve("svdvals", x, False, False, False, driver, out, errors)


def _common(a: Any, out: Any) -> bool:
    """Whether nothing stands between the arguments and the kernel. What stands in a is asked for again where there is no result."""
    plain = type(a) is np.ndarray and a.ndim >= 2 and a.size > 0 and a.dtype.char in "df"
    return plain and (out is None or not overlaps(a, out))


def native(a: Any) -> bool:
    """Whether the kernels take it: an ndarray of float32, float64 or integers."""
    return type(a) is np.ndarray and (a.dtype.char in "fd" or a.dtype.kind in "iub")


def singular_values(a: Array) -> Array:
    """Of every matrix of a stack, descending; LinAlgError for NaN, NaN for infinity."""
    return np.asarray(svd(a, compute_uv=False))


def thin_svd(a: Array) -> tuple[Array, Array, Array]:
    """U, s, V^T; LinAlgError for NaN, NaN for infinity."""
    u, s, vt = svd(a, full_matrices=False)
    return u, s, vt


def refuse_nan(function: str, a: Any, info: Array) -> None:
    """LinAlgError where NumPy has it: for NaN, not for infinity alone, and where nothing converged (never seen)."""
    if (info > 0).any() or np.isnan(a[info != 0]).any():
        first = "" if info.ndim == 0 else f" (matrix {int(np.flatnonzero(info)[0])} of the stack)"
        raise LinAlgError(f"{function}: SVD did not converge{first}")


def _solve(
    function: str, a: Any, full_matrices: bool, compute_uv: bool, hermitian: bool, driver: str | None, out: Any, errors: str
) -> Any:
    check_errors(function, errors)
    if driver not in (None, "jacobi"):
        raise ValueError(f"{function}: driver must be None or 'jacobi', got {driver!r}")
    matrix = plain_array(a)
    if matrix is None:
        return _numpys_svd(function, a, full_matrices, compute_uv, hermitian, driver, out, errors)
    if matrix.ndim < 2:
        raise LinAlgError(f"{matrix.ndim}-dimensional array given. Array must be at least two-dimensional ({function})")
    if driver is not None and matrix.dtype.kind == "c":
        raise TypeError(f"{function}: driver={driver!r} is for real matrices, got dtype {matrix.dtype}")
    if hermitian:
        if driver is not None:
            raise ValueError(f"{function}: driver={driver!r} is for matrices that are not taken as symmetric, got hermitian=True")
        *results, info = _by_eigh(matrix, compute_uv)
    else:
        if out is not None and overlaps(matrix, out):
            matrix = matrix.copy()
        *results, info = _decomposed(function, matrix, compute_uv, full_matrices, driver, out)
    if errors == "raise" and info.any():
        refuse_nan(function, np.tril(matrix) if hermitian else matrix, info)
    if out is not None:
        results = [into(function, results[0], out)] if not compute_uv else all_into(function, ("U", "S", "Vh"), results, out)
    if errors == "status":
        return (*results, info)
    return SVDResult(*results) if compute_uv else results[0]


def _decomposed(function: str, a: Array, compute_uv: bool, full_matrices: bool, driver: str | None, out: Any) -> tuple[Array, ...]:
    if a.size == 0:
        return _of_nothing(a, compute_uv, full_matrices)
    return kernels.svd(a, compute_uv, full_matrices, driver, out, function)


def _of_nothing(a: Array, compute_uv: bool, full_matrices: bool) -> tuple[Array, ...]:
    """No matrices, or matrices without elements, whose additional columns are those of the identity."""
    front, (m, n), dtype = a.shape[:-2], a.shape[-2:], a.dtype if a.dtype.kind in "fc" else np.dtype(np.float64)
    p = min(m, n)
    s, info = np.empty((*front, p), np.zeros(0, dtype).real.dtype), np.zeros(front, np.int32)
    if not compute_uv:
        return s, info
    u, vt = np.empty((*front, m, m if full_matrices else p), dtype), np.empty((*front, n if full_matrices else p, n), dtype)
    u[...], vt[...] = np.eye(*u.shape[-2:]), np.eye(*vt.shape[-2:])
    return u, s, vt, info


def _by_eigh(a: Array, compute_uv: bool) -> tuple[Array, ...]:
    """|w| descending; the sign of w goes to U, so that V^T keeps the signs of the eigenvectors."""
    if not compute_uv:
        w, info = eigvalsh(a, errors="status")
        return np.sort(np.abs(w), axis=-1)[..., ::-1], info
    w, v, info = eigh(a, errors="status")
    order = np.argsort(-np.abs(w), axis=-1, kind="stable")
    w = np.take_along_axis(w, order, axis=-1)
    v = np.take_along_axis(v, order[..., None, :], axis=-1)
    vt = np.ascontiguousarray(np.swapaxes(v, -1, -2).conj())
    return v * np.copysign(w.dtype.type(1), w)[..., None, :], np.abs(w), vt, info


def _numpys_svd(
    function: str, a: Any, full_matrices: bool, compute_uv: bool, hermitian: bool, driver: str | None, out: Any, errors: str
) -> Any:
    """Subclasses and other dtypes: NumPy's own result. What it cannot do is refused."""
    if driver is not None or out is not None or errors != "raise":
        kind = f"{type(a).__name__} of dtype {np.asanyarray(a).dtype}"
        raise TypeError(f"{function}: driver, out and errors are for matrices of numbers up to double precision, got {kind}")
    return np.linalg.svd(a, full_matrices, compute_uv, hermitian)  # type: ignore[call-overload]
