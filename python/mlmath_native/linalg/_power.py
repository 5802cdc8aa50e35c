# SPDX-License-Identifier: BSD-3-Clause
"""Power iteration and subspace iteration, with their history: the eigenvalues of largest magnitude, to learn from."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._convergence import ConvergenceWarning

__all__ = ["ConvergenceWarning", "PowerIterationResult", "power_iteration"]

# Vectors that are iterated beside the wanted ones when several are wanted: the error of the last one shrinks by
# |lambda_{k+3} / lambda_k| instead of |lambda_{k+1} / lambda_k|, for a product that reads the matrix once all the same.
_GUARDS = 2


@dataclass(frozen=True)
class PowerIterationResult:
    """What `power_iteration` found.

    Attributes
    ----------
    eigenvalues : ndarray, shape (k,)
        The last Rayleigh quotients, the largest magnitude first.
    eigenvectors : ndarray, shape (n, k)
        The last vectors, of length one, in columns.
    residuals : ndarray, shape (k,)
        :math:`\\|A v_j - \\theta_j v_j\\|`: an eigenvalue of A lies at most this far from ``eigenvalues[j]``.
    steps : int
        Products with the matrix.
    converged : bool
        Whether all residuals are within the tolerance.
    value_history, residual_history : ndarray, shape (steps, k), or None
        The Rayleigh quotients and residuals of every step, when asked for.
    """

    eigenvalues: NDArray[Any]
    eigenvectors: NDArray[Any]
    residuals: NDArray[Any]
    steps: int
    converged: bool
    value_history: NDArray[Any] | None = None
    residual_history: NDArray[Any] | None = None


def power_iteration(
    a: ArrayLike,
    *,
    k: int = 1,
    x0: ArrayLike | None = None,
    tol: float | None = None,
    max_iter: int = 1000,
    trace: bool = False,
) -> PowerIterationResult:
    r"""The `k` eigenvalues of largest magnitude of a symmetric matrix, by multiplying with it.

    From a vector :math:`x_0` of length one, power iteration [GolubVanLoan2013]_, sec. 8.2.1, makes

    .. math::
        y = A x_t, \quad \theta_t = x_t^T y, \quad r_t = \|y - \theta_t x_t\|, \quad x_{t+1} = y / \|y\|

    until :math:`r_t \le tol\, |\theta_t|`. Written in eigenvectors, the part of :math:`x_t` along :math:`v_j` is multiplied by
    :math:`\lambda_j` in every step: with :math:`|\lambda_1| > |\lambda_2| \ge \dots` the angle to :math:`v_1` shrinks by
    :math:`|\lambda_2 / \lambda_1|` a step, and the error of :math:`\theta_t` by its square.

    With several columns it is subspace iteration: :math:`A X_t = Q R` takes the place of :math:`y / \|y\|`, :math:`X_{t+1} = Q`,
    and the eigenpairs :math:`(\theta_j, s_j)` of the small matrix :math:`X_t^T A X_t` give the best vectors :math:`X_t s_j` of the
    subspace (Rayleigh and Ritz) [GolubVanLoan2013]_, sec. 8.2.4. With :math:`b` columns the angle to :math:`v_j` shrinks by
    :math:`|\lambda_{b+1} / \lambda_j|`.

    Parameters
    ----------
    a : (n, n) array_like
        The symmetric matrix :math:`A`, all of it is read. float32 stays float32, other real numbers become float64.
    k : int
        How many eigenvalues, 1 <= k <= n.
    x0 : (n,) or (n, b) array_like, optional
        Where to start; b >= k columns are iterated together. Default: normally distributed numbers, the same in every call, in one
        column for ``k=1``, otherwise in k + 2 (n, if that is less).
    tol : float, optional
        Stop when every residual is at most `tol` times the largest :math:`|\theta|`. Default: the root of the dtype's epsilon,
        with which :math:`\theta` is right to about epsilon, since its error is of the order of the residual's square.
    max_iter : int
        Steps after which the iteration is given up, at least 1.
    trace : bool
        Whether to return the values and residuals of every step.

    Returns
    -------
    PowerIterationResult

    Warns
    -----
    ConvergenceWarning
        When the residuals are not within the tolerance after `max_iter` steps; the result says so too, and holds the last step.
        With :math:`\lambda_1 = -\lambda_2` power iteration never converges: ``k=2`` finds both.

    Raises
    ------
    LinAlgError
        When `a` is not a square matrix.
    ValueError
        When `a` or `x0` holds NaN, infinity or masked elements, a column of `x0` is zero, or an argument is out of range.
    TypeError
        When `a` or `x0` is not of real numbers.

    See Also
    --------
    eigh : all eigenvalues, without any condition on them.

    Notes
    -----
    A start orthogonal to :math:`v_1` would stay so in exact arithmetic; then it is the next eigenpair that is found, unless
    rounding brings :math:`v_1` in before. A matrix that is not symmetric is not noticed, but what is reported as converged is an
    eigenpair of it. The bits do not depend on threads or strides; a matrix times a power of two gives the eigenvalues times it.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> result = mm.linalg.power_iteration(np.diag([4.0, 2.0, 1.0]), x0=[1.0, 1.0, 1.0], trace=True)
    >>> round(float(result.eigenvalues[0]), 12)
    4.0

    The residual halves in every step, the ratio of the second eigenvalue to the first:

    >>> r = result.residual_history[:, 0]
    >>> np.round(r[11:14] / r[10:13], 4)
    array([0.5, 0.5, 0.5])

    The eigenvalues 1 and -1 can only be found together:

    >>> mm.linalg.power_iteration(np.array([[0.0, 1.0], [1.0, 0.0]]), k=2).converged
    True
    """
    matrix = _real("a", a)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise LinAlgError(f"power_iteration: a must be a square matrix, got shape {matrix.shape}")
    n = len(matrix)
    if n == 0:
        raise LinAlgError("power_iteration: a must have at least one row, got shape (0, 0)")
    count = _integer("k", k, 1, n)
    most_steps = _integer("max_iter", max_iter, 1, None)
    single = matrix.dtype == np.float32
    tolerance = math.sqrt(np.finfo(matrix.dtype).eps) if tol is None else float(tol)
    if not 0 <= tolerance < math.inf:
        raise ValueError(f"power_iteration: tol must be finite and at least 0, got {tol!r}")
    if x0 is None:
        columns = 1 if count == 1 else min(n, count + _GUARDS)
        start = np.random.default_rng(0).standard_normal((n, columns))
    else:
        start = _real("x0", x0)
        start = start[:, None] if start.ndim == 1 else start
        if start.ndim != 2 or start.shape[0] != n or not count <= start.shape[1] <= n:
            raise ValueError(
                f"power_iteration: x0 must have {n} rows and from k = {count} to {n} columns, got shape {np.shape(x0)}"
            )
    found = _mlmath._power_iteration(matrix, start.astype(np.float32) if single else start, count, tolerance, most_steps)
    if found is None:
        name = "a" if not np.isfinite(matrix).all() else "x0"
        also = "" if name == "a" else " and have no column of zeros"
        raise ValueError(f"power_iteration: {name} must be finite{also}")
    values, vectors, value_history, residual_history, steps, converged = found
    residuals = residual_history[-1].copy()
    if not converged:
        wanted, least = tolerance * abs(values[0]), math.sqrt(n) * float(np.finfo(matrix.dtype).eps) * abs(values[0])
        warnings.warn(
            f"power_iteration: residual {residuals.max():.2g} after {steps} steps, {wanted:.2g} was asked for. When the next "
            f"eigenvalue is nearly as large in magnitude, a larger k or more columns in x0 converge faster; rounding alone leaves "
            f"about {least:.2g}",
            ConvergenceWarning,
            stacklevel=2,
        )
    return PowerIterationResult(
        eigenvalues=values[:count].copy(),
        eigenvectors=np.ascontiguousarray(vectors[:, :count]),
        residuals=residuals,
        steps=steps,
        converged=converged,
        value_history=value_history if trace else None,
        residual_history=residual_history if trace else None,
    )


def _real(name: str, a: ArrayLike) -> NDArray[Any]:
    if type(a) is not np.ndarray and np.ma.is_masked(a):
        raise ValueError(f"power_iteration: {name}: masked elements are not supported")  # asarray would lose the mask
    array = np.asarray(a)
    if array.dtype.kind not in "fiub" or array.dtype.char == "g":
        raise TypeError(f"power_iteration: {name} must be of real numbers up to float64, got dtype {array.dtype}")
    return array if array.dtype in (np.float32, np.float64) and array.dtype.isnative else array.astype(np.float64)


def _integer(name: str, value: Any, least: int, most: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least or (most is not None and value > most):
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"power_iteration: {name} must be an integer {limits}, got {value!r}")
    return int(value)
