# SPDX-License-Identifier: BSD-3-Clause
"""Cholesky factors and what is solved with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._delegate import finite_matrix, numpys_own

__all__ = ["cho_factor", "cho_solve", "cholesky"]


def cholesky(a: ArrayLike, /, *, upper: bool = False, out: NDArray[Any] | None = None, errors: str = "raise") -> Any:
    r"""Cholesky factor of a positive definite matrix, or of every matrix of a stack.

    :math:`A = L L^T` with :math:`L` lower triangular and a positive diagonal:
    :math:`l_{ii} = (a_{ii} - \sum_{p<i} l_{ip}^2)^{1/2}` and :math:`l_{ij} = (a_{ij} - \sum_{p<j} l_{ip} l_{jp}) / l_{jj}` for
    :math:`j < i`. Blocks of 128 are factored row by row in the cache, the rest is triangular solves and matrix products
    [GolubVanLoan2013]_ (sec. 4.2).

    Parameters
    ----------
    a : (..., n, n) array_like
        The matrices :math:`A`. Only one triangle is read; the other may hold anything. float32 and float64 are computed in their
        own precision, integers and booleans become float64; complex, objects and subclasses of ndarray get NumPy's own result.
    upper : bool, optional
        Read the upper triangle, and return :math:`U = L^T` with :math:`A = U^T U`.
    out : (..., n, n) ndarray, optional
        Where the factors go.
    errors : {'raise', 'nan', 'status'}, optional
        What becomes of a matrix that is not positive definite: LinAlgError; NaN in its place, the others unharmed; or that, and a
        second result: int32 of shape (...), 0 for a factored matrix, k > 0 when the leading minor of order k is the first that is
        not positive, -1 when a NaN or an infinity was met.

    Returns
    -------
    ndarray
        The factors, zeros in the other triangle. With ``errors='status'`` a tuple of it and the status.

    Raises
    ------
    LinAlgError
        When `a` has fewer than two dimensions or its last two differ, or a matrix is not positive definite.
    ValueError, TypeError
        When `out` does not fit, or `errors` is something else.

    See Also
    --------
    cho_factor, cho_solve : to solve systems with it.

    Notes
    -----
    Error: :math:`|A - L L^T| \le \gamma |L| |L^T|` in every element, :math:`\gamma \approx (n + 1) \epsilon` [Higham2002]_ (thm.
    10.3). The bits do not depend on threads, strides or the stack around a matrix, and multiplying `a` by a power of four
    multiplies the factor by one of two. A matrix with NaN or infinity in the triangle that is read gives NaN everywhere, or
    LinAlgError; never finite numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.cholesky(np.array([[4.0, 2.0], [2.0, 5.0]]))
    array([[2., 0.],
           [1., 2.]])
    >>> factors, status = mm.linalg.cholesky(np.array([[[9.0]], [[-1.0]]]), errors="status")
    >>> status
    array([0, 1], dtype=int32)
    """
    result = _mlmath._cholesky(a, upper, out, errors)
    return numpys_own(np.linalg.cholesky, (a,), out, errors, upper=upper) if result is NotImplemented else result


def cho_factor(
    a: ArrayLike, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[NDArray[Any], bool]:
    """Cholesky factor to solve systems with: the first argument of `cho_solve`.

    Parameters
    ----------
    a : (..., n, n) array_like
        Real positive definite matrices, of which one triangle is read.
    lower : bool, optional
        Which triangle, and which factor: :math:`L` of :math:`L L^T`, or :math:`U` of :math:`U^T U`.
    overwrite_a : bool, optional
        For SciPy's signature; `a` is never modified.
    check_finite : bool, optional
        Look for NaN and infinity first, in all of `a`.

    Returns
    -------
    c : (..., n, n) ndarray
        The factors. The other triangle holds zeros (in SciPy, anything).
    lower : bool
        As given.

    Raises
    ------
    LinAlgError
        When a matrix is not positive definite; the message names the first leading minor that is not.
    ValueError
        When the last two axes differ, or `a` has NaN or infinity and `check_finite` is set.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> factor = mm.linalg.cho_factor(np.array([[4.0, 2.0], [2.0, 5.0]]))
    >>> mm.linalg.cho_solve(factor, np.array([8.0, 8.0]))
    array([1.5, 1. ])
    """
    array = finite_matrix("cho_factor", "a", a, check_finite, square=True)
    factors, status = _mlmath._cholesky(array, not lower, None, "status")
    if np.any(status > 0):
        first = int(status[status > 0].flat[0])
        raise LinAlgError(f"cho_factor: {first}-th leading minor of the array is not positive definite")
    return factors, lower


def cho_solve(
    c_and_lower: tuple[ArrayLike, bool], b: ArrayLike, overwrite_b: bool = False, check_finite: bool = True
) -> NDArray[Any]:
    r"""Solve :math:`A x = b` with the factor of :math:`A` that `cho_factor` returned: two triangular systems.

    Parameters
    ----------
    c_and_lower : tuple
        (c, lower), the factor and which one it is.
    b : (n,) or (..., n, k) array_like
        Right-hand sides; stacks broadcast against those of the factor.
    overwrite_b : bool, optional
        For SciPy's signature; `b` is never modified.
    check_finite : bool, optional
        Look for NaN and infinity first.

    Returns
    -------
    ndarray
        The solutions :math:`x`, of the shape of `b` (broadcast).

    Raises
    ------
    ValueError
        When shapes do not fit, or there are NaN or infinities and `check_finite` is set.
    LinAlgError
        When the factor has a zero on its diagonal.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> mm.linalg.cho_solve((np.array([[2.0, 0.0], [1.0, 2.0]]), True), np.array([8.0, 8.0]))
    array([1.5, 1. ])
    """
    from ._triangular import substitute

    c, lower = c_and_lower
    factor = finite_matrix("cho_solve", "c", c, check_finite, square=True)
    right = finite_matrix("cho_solve", "b", b, check_finite, least=1)
    first = substitute("cho_solve", factor, right, lower, not lower, False)  # L y = b, or U^T y = b
    return substitute("cho_solve", factor, first, lower, lower, False)
