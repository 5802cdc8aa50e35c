# SPDX-License-Identifier: BSD-3-Clause
"""Systems of linear equations and inverses."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._cholesky import cho_solve
from ._delegate import finite_matrix, numpys_own
from ._lu import lu_solve
from ._triangular import substitute

__all__ = ["SolveResult", "inv", "solve", "tensorinv", "tensorsolve"]

_GENERAL = (None, "gen", "general", "tridiagonal", "banded")
_SYMMETRIC = ("sym", "symmetric", "her", "hermitian")
_POSITIVE = ("pos", "positive definite")
_DIAGONAL = ("diag", "diagonal")
_TRIANGULAR = {"lower triangular": True, "upper triangular": False}
_STRUCTURES = (*_GENERAL[1:], *_SYMMETRIC, *_POSITIVE, *_DIAGONAL, *_TRIANGULAR)


class SolveResult(NamedTuple):
    """What ``solve(..., full_output=True)`` returns.

    Attributes
    ----------
    x : ndarray
        The solution.
    backward_error : float
        Smallest relative change of A and b that makes x exact: max over the columns of
        :math:`\\|b - A x\\|_\\infty / (\\|A\\|_\\infty \\|x\\|_\\infty + \\|b\\|_\\infty)`.
    condition : float
        Estimate of :math:`\\|A\\|_1 \\|A^{-1}\\|_1`, a lower bound that is rarely short of a factor of 3.
    pivot_growth : float
        :math:`\\max |u_{ij}| / \\max |a_{ij}|`.
    """

    x: NDArray[Any]
    backward_error: float
    condition: float
    pivot_growth: float


def solve(
    a: ArrayLike,
    b: ArrayLike,
    *,
    assume_a: str | None = None,
    lower: bool = False,
    transposed: bool = False,
    out: NDArray[Any] | None = None,
    errors: str = "raise",
    full_output: bool = False,
) -> Any:
    r"""Solve :math:`A X = B` for a square matrix, or for every matrix of a stack.

    :math:`P A = L U` by elimination with partial pivoting, then :math:`L Y = P B` and :math:`U X = Y` [GolubVanLoan2013]_ (sec.
    3.4). Small matrices of a stack are solved side by side, one in each lane of the registers.

    Parameters
    ----------
    a : (..., n, n) array_like
        The matrices. float32 and float64 are computed in their own precision (the wider of `a` and `b`), integers and booleans
        become float64; complex, objects and subclasses of ndarray get NumPy's own result.
    b : (n,) or (..., n, k) array_like
        Right-hand sides. As in NumPy, only a one-dimensional `b` is a vector; the axes in front broadcast against those of `a`.
    assume_a : str, optional
        What is known of the matrices, by SciPy's names: ``'gen'`` (the default), ``'tridiagonal'`` and ``'banded'`` (as general
        ones); ``'sym'``, ``'her'`` (one triangle is read), ``'pos'`` (Cholesky, one triangle is read), ``'diagonal'``,
        ``'lower triangular'``, ``'upper triangular'``; with SciPy's long forms. Nothing is guessed from the numbers.
    lower : bool, optional
        Which triangle is read when `assume_a` says that one is enough.
    transposed : bool, optional
        Solve :math:`A^T X = B`.
    out : ndarray, optional
        Where the solutions go.
    errors : {'raise', 'nan', 'status'}, optional
        What becomes of a singular matrix: LinAlgError; NaN in its place, the others unharmed; or that, and a second result: int32
        of the shape in front of the matrices, 0 for a solved one, k > 0 when pivot k is exactly zero, -1 when a NaN or an infinity
        was met. The last two for general matrices only.
    full_output : bool, optional
        Return a `SolveResult` with backward error, condition estimate and pivot growth; for one general matrix.

    Returns
    -------
    ndarray
        X, of the shape of `b` (broadcast). See `errors` and `full_output` for more.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions or its last two differ, or a matrix is singular (or, with ``'pos'``, not positive
        definite).
    ValueError
        When shapes do not fit, or an option is not known.

    Notes
    -----
    Error: :math:`(A + E) x = b` for each column with :math:`|E| \le \gamma |L| |U|`, :math:`\gamma \approx 3 n \epsilon`
    [Higham2002]_ (thm. 9.4). The bits do not depend on threads, strides, other columns or the stack around a matrix; powers of two
    go through exactly. A matrix with NaN or infinity gives NaN everywhere, without an exception, as NumPy's does in most places.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.solve(np.array([[1.0, 2.0], [4.0, 6.0]]), np.array([3.0, 10.0]))
    array([1., 1.])
    >>> x, error, condition, growth = mm.linalg.solve(np.eye(2), np.ones(2), full_output=True)
    >>> error, condition, growth
    (0.0, 1.0, 1.0)
    """
    if assume_a is None and not transposed and not full_output:
        result = _mlmath._solve(a, b, out, errors)
        return numpys_own(np.linalg.solve, (a, b), out, errors) if result is NotImplemented else result
    if assume_a is not None and assume_a not in _STRUCTURES:
        raise ValueError(f"solve: assume_a must be one of {', '.join(_STRUCTURES)}, got {assume_a!r}")
    if full_output:
        if assume_a not in _GENERAL or errors != "raise" or out is not None:
            raise ValueError("solve: full_output is for a general matrix, without out and errors")
        return _with_measures(a, b, transposed)
    if assume_a in _GENERAL:
        return solve(np.swapaxes(a, -1, -2) if transposed else a, b, out=out, errors=errors)
    if errors != "raise":
        raise ValueError(f"solve: errors={errors!r} is for general matrices, got assume_a={assume_a!r}")
    x = _structured(a, b, str(assume_a), lower, transposed)
    if out is None:
        return x
    if out.shape != x.shape:
        raise ValueError(f"solve: out must have the shape of the result, {x.shape}, got {out.shape}")
    np.copyto(out, x, casting="same_kind")
    return out


def _structured(a: ArrayLike, b: ArrayLike, assume_a: str, lower: bool, transposed: bool) -> NDArray[Any]:
    matrix = np.asarray(a)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise LinAlgError(f"Last 2 dimensions of the array must be square (solve), got shape {matrix.shape}")
    matrix = finite_matrix("solve", "a", matrix, False)
    right = finite_matrix("solve", "b", b, False, least=1)
    if assume_a in _POSITIVE:
        factors, status = _mlmath._cholesky(matrix, not lower, None, "status")
        if np.any(status > 0):
            raise LinAlgError(f"Matrix is not positive definite: solve, leading minor of order {int(status[status > 0].flat[0])}")
        return cho_solve((factors, lower), right, check_finite=False)
    if assume_a in _TRIANGULAR:
        return substitute("solve", matrix, right, _TRIANGULAR[assume_a], transposed, False)
    if assume_a in _DIAGONAL:
        diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
        if np.any(diagonal == 0):
            raise LinAlgError("Singular matrix: solve, zero on the diagonal")
        return np.asarray(right / (diagonal if right.ndim == 1 else diagonal[..., None]))
    half = np.tril(matrix) if lower else np.triu(matrix)
    other = np.tril(matrix, -1) if lower else np.triu(matrix, 1)
    return np.asarray(solve(half + np.swapaxes(other, -1, -2), right))


def _with_measures(a: ArrayLike, b: ArrayLike, transposed: bool) -> SolveResult:
    matrix = finite_matrix("solve", "a", np.swapaxes(a, -1, -2) if transposed else a, False, square=True)
    right = finite_matrix("solve", "b", b, False, least=1)
    if matrix.ndim != 2 or right.ndim > 2:
        raise ValueError(f"solve: full_output is for one matrix, got shapes {matrix.shape} and {right.shape}")
    x = solve(matrix, right)
    factors, pivots, _ = _mlmath._lu(matrix)
    growth = np.abs(np.triu(factors)).max(initial=0) / (np.abs(matrix).max(initial=0) or 1)
    columns, solution = (right[:, None], x[:, None]) if right.ndim == 1 else (right, x)
    residual = np.abs(columns - matrix @ solution).max(axis=0, initial=0)
    largest = np.abs(solution).max(axis=0, initial=0)
    size = np.abs(matrix).sum(axis=1).max(initial=0) * largest + np.abs(columns).max(axis=0, initial=0)
    error = float(np.divide(residual, size, out=np.zeros_like(residual), where=size != 0).max(initial=0))
    return SolveResult(x, error, condition_estimate(matrix, factors, pivots), float(growth))


def condition_estimate(matrix: NDArray[Any], factors: NDArray[Any], pivots: NDArray[Any]) -> float:
    """Hager's estimate of the 1-norm condition number from the factors [Higham2002, alg. 15.1], as LAPACK's gecon."""
    n = len(matrix)
    if n == 0:
        return 0.0
    factored = (factors, pivots)
    x = np.full(n, 1 / n, matrix.dtype)
    estimate, signs = 0.0, None
    for _ in range(5):
        y = lu_solve(factored, x, check_finite=False)
        new_signs = np.where(y < 0, -1, 1).astype(matrix.dtype)
        size = float(np.abs(y).sum())
        if signs is not None and (size <= estimate or np.array_equal(signs, new_signs)):
            estimate = max(estimate, size)
            break
        estimate, signs = size, new_signs
        z = lu_solve(factored, signs, trans=1, check_finite=False)
        j = int(np.argmax(np.abs(z)))
        if np.abs(z[j]) <= z @ x:
            break
        x = np.zeros(n, matrix.dtype)
        x[j] = 1
    i = np.arange(n)
    alternating = ((-1.0) ** i * (1 + i / max(n - 1, 1))).astype(matrix.dtype)
    estimate = max(estimate, 2 * float(np.abs(lu_solve(factored, alternating, check_finite=False)).sum()) / (3 * n))
    return estimate * float(np.abs(matrix).sum(axis=0).max())


def inv(a: ArrayLike, *, out: NDArray[Any] | None = None, errors: str = "raise") -> Any:
    r"""Inverse of a matrix, or of every matrix of a stack.

    The solution of :math:`A X = I`: :math:`P A = L U`, then :math:`X = U^{-1} L^{-1} P`. To solve systems, `solve` is faster and
    more accurate [Higham2002]_ (sec. 14.1).

    Parameters
    ----------
    a : (..., n, n) array_like
        The matrices. float32 and float64 are computed in their own precision, integers and booleans become float64; complex,
        objects and subclasses of ndarray get NumPy's own result.
    out : (..., n, n) ndarray, optional
        Where the inverses go.
    errors : {'raise', 'nan', 'status'}, optional
        What becomes of a singular matrix: LinAlgError; NaN in its place, the others unharmed; or that, and a second result, as in
        `solve`.

    Returns
    -------
    ndarray
        The inverses. With ``errors='status'`` a tuple of it and the status.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions or its last two differ, or a matrix is singular.

    Notes
    -----
    Error: :math:`|A X - I| \le \gamma |P^T L| |U| |X|`, :math:`\gamma \approx 3 n \epsilon` [Higham2002]_ (sec. 14.3). Bits, powers
    of two, NaN and infinity as in `solve`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.inv(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    result = _mlmath._inv(a, out, errors)
    return numpys_own(np.linalg.inv, (a,), out, errors) if result is NotImplemented else result


def tensorsolve(a: ArrayLike, b: ArrayLike, axes: Any = None) -> Any:
    r"""Solve :math:`\sum_J a_{I J} x_J = b_I` for x: I are the axes of `b`, J the remaining axes of `a`.

    Parameters
    ----------
    a : array_like
        Of shape ``b.shape + Q`` with as many elements in Q as in `b`: a square matrix in disguise.
    b : array_like
        The right-hand side.
    axes : sequence of ints, optional
        Axes of `a` that are moved to the end first.

    Returns
    -------
    ndarray
        x, of shape Q.

    Raises
    ------
    LinAlgError
        When the matrix is not square or singular.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a = np.eye(6).reshape(6, 2, 3)
    >>> mm.linalg.tensorsolve(a, np.arange(6.0))
    array([[0., 1., 2.],
           [3., 4., 5.]])
    """
    array, right = np.asarray(a), np.asarray(b)
    if axes is not None:
        axes = [axis % array.ndim for axis in axes]
        array = array.transpose([k for k in range(array.ndim) if k not in axes] + axes)
    shape = array.shape[right.ndim :]
    if array.size != right.size**2 or array.shape[: right.ndim] != right.shape:
        raise LinAlgError(
            "tensorsolve: a must have shape b.shape + Q with prod(Q) == b.size, got a of shape "
            f"{array.shape} and b of shape {right.shape}"
        )
    return solve(array.reshape(right.size, right.size), right.ravel()).reshape(shape)


def tensorinv(a: ArrayLike, ind: int = 2) -> Any:
    r"""Inverse of a tensor for the product over the last axes: ``tensordot(tensorinv(a, ind), a, ind)`` is the identity.

    Parameters
    ----------
    a : array_like
        Of shape I + J, I the first `ind` axes; I and J have equally many elements.
    ind : int, optional
        How many axes belong to I, at least 1.

    Returns
    -------
    ndarray
        Of shape J + I.

    Raises
    ------
    ValueError
        When `ind` is not positive.
    LinAlgError
        When the matrix is not square or singular.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.tensorinv(2 * np.eye(6).reshape(2, 3, 6), ind=2).shape
    (6, 2, 3)
    """
    array = np.asarray(a)
    if ind <= 0:
        raise ValueError(f"tensorinv: ind must be positive, got {ind}")
    rows = int(np.prod(array.shape[:ind], dtype=np.intp))
    return inv(array.reshape(rows, -1)).reshape(array.shape[ind:] + array.shape[:ind])
