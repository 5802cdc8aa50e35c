# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of small independent linear models in one call, each fitted to its own convergence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._arrays import readable
from .._warnings import warn
from ._convergence import ConvergenceWarning

__all__ = ["ManyLinearFits", "fit_many"]

Loss = Literal["logistic", "squared", "poisson"]
_LOSSES: dict[str, int] = {"squared": 0, "logistic": 1, "poisson": 2}


@dataclass(frozen=True)
class ManyLinearFits:
    """What `fit_many` found: one entry per problem.

    Attributes
    ----------
    coef : ndarray, shape (count, d)
        NaN where `status` is "not finite".
    intercept : ndarray, shape (count,)
        0 without intercepts.
    status : ndarray of int, shape (count,)
        0 converged, 1 not converged, 2 not finite, 3 separable; see `STATUS`.
    n_iter : ndarray of int, shape (count,)
        Newton steps taken.
    objective, gradient_max, newton_decrement : ndarray, shape (count,)
        The certificate: the objective, its gradient's largest entry, and :math:`g^T H^{-1} g` at the coefficients.
    loss : str
    l2 : float
    """

    coef: NDArray[np.float64]
    intercept: NDArray[np.float64]
    status: NDArray[np.int32]
    n_iter: NDArray[np.int32]
    objective: NDArray[np.float64]
    gradient_max: NDArray[np.float64]
    newton_decrement: NDArray[np.float64]
    loss: str
    l2: float

    STATUS = ("converged", "not converged", "not finite", "separable")

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which problems meet the tolerance."""
        return np.asarray(self.status == 0)

    @property
    def suboptimality(self) -> NDArray[np.float64]:
        """Half the squared Newton decrement: how far the objective is above its minimum, to second order."""
        return self.newton_decrement / 2


def _refuse(argument: str, requirement: str, value: Any) -> ValueError:
    return ValueError(f"fit_many: {argument} must {requirement}, got {value}")


def fit_many(
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss = "logistic",
    l2: float = 0.0,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
    tol: float = 1e-6,
    max_iter: int = 100,
) -> ManyLinearFits:
    r"""Fit a linear model to every problem of a stack.

    For each problem separately, with weights :math:`s_i` and :math:`S = \sum_i s_i`, minimizes

    .. math:: f(w, b) = \frac1S \sum_i s_i\, \ell(y_i, x_i \cdot w + b) + \frac{\lambda}{2} |w|^2

    with :math:`\ell(y, z) = \log(1 + e^z) - y z` (logistic), :math:`(z - y)^2 / 2` (squared) or :math:`e^z - y z` (Poisson), by
    Newton's method with step halving [Nocedal2006]_. The intercept :math:`b` is not penalized. Problems share SIMD registers, one
    per lane, yet each takes its own steps and ends by itself: its result is the same to the bit alone, at any place of any stack,
    and with any number of threads. All arithmetic is in float64.

    Parameters
    ----------
    X : array_like, shape (count, n, d)
        float32 is widened as it is read, without a copy; so are any strides.
    y : array_like, shape (count, n)
        Targets; 0 or 1 for "logistic", not negative for "poisson".
    loss : {"logistic", "squared", "poisson"}
        :math:`\ell`.
    l2 : float
        :math:`\lambda`; scikit-learn's C corresponds to :math:`1/(C S)`.
    fit_intercept : bool
        Without, :math:`b = 0`.
    sample_weight : array_like, shape (count, n) or (n,), optional
        :math:`s`, not negative. A weight of k is the same as k repetitions.
    tol : float
        A problem has converged when the largest entry of its gradient and half its squared Newton decrement are at most this.
    max_iter : int
        Newton steps allowed per problem.

    Returns
    -------
    ManyLinearFits

    Warns
    -----
    ConvergenceWarning
        When problems did not converge: their number by status. Without a penalty, separable labels have no minimum; such a problem
        is flagged when its coefficients separate the classes, and keeps these.

    Raises
    ------
    ValueError, TypeError
        When an argument is out of range or has the wrong shape or type. A NaN or infinity is no error here: it makes its own
        problem "not finite" and touches no other.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[[0.0], [1.0], [2.0], [3.0]], [[0.0], [1.0], [2.0], [3.0]]])
    >>> fits = mm.optim.fit_many(X, [[0, 1, 0, 1], [1, 0, 1, 0]], l2=0.1)
    >>> fits.converged.tolist()
    [True, True]
    >>> bool(np.all(fits.coef[0] == -fits.coef[1]))
    True
    """
    if loss not in _LOSSES:
        raise _refuse("loss", "be 'logistic', 'squared' or 'poisson'", repr(loss))
    x = np.asarray(X)
    if x.dtype != np.float32:
        x = np.asarray(x, dtype=np.float64)
    if x.ndim != 3 or x.shape[1] < 1:
        raise _refuse("X", "have shape (count, n, d) with n >= 1", f"shape {x.shape}")
    targets = np.asarray(y)
    if targets.shape != x.shape[:2]:
        raise _refuse("y", f"have shape {x.shape[:2]}", f"shape {targets.shape}")
    targets = np.asarray(targets, dtype=x.dtype)
    # One pass each; a NaN passes, as it makes its problem "not finite".
    if loss == "logistic":
        others = targets[(targets != 0) & (targets != 1)]
        others = others[np.isfinite(others)]
        if others.size:
            raise _refuse("y", "be 0 or 1 for loss='logistic'", others[0])
    if loss == "poisson" and bool(np.any(targets < 0)):
        raise _refuse("y", "not be negative for loss='poisson'", targets[targets < 0][0])
    weights = None
    if sample_weight is not None:
        weights = np.asarray(sample_weight, dtype=x.dtype)
        if weights.shape not in (x.shape[:2], x.shape[1:2]):
            raise _refuse("sample_weight", f"have shape {x.shape[:2]} or {x.shape[1:2]}", f"shape {weights.shape}")
        if bool(np.any(weights < 0)):
            raise _refuse("sample_weight", "not be negative", weights[weights < 0][0])
        weights = np.broadcast_to(weights, x.shape[:2])
    if not 0 <= l2 < np.inf:
        raise _refuse("l2", "be finite and not negative", l2)
    if not tol >= 0:
        raise _refuse("tol", "not be negative", tol)
    if not 1 <= max_iter < 2**31:
        raise _refuse("max_iter", "be from 1 to 2^31 - 1", max_iter)
    theta, status, n_iter, objective, gradient_max, decrement = _mlmath._fit_many(
        readable(x),
        readable(targets),
        None if weights is None else readable(weights),
        _LOSSES[loss],
        l2,
        fit_intercept,
        tol,
        max_iter,
    )
    if bool(status.any()):
        counts = np.bincount(status, minlength=4)
        what = ", ".join(f"{counts[k]} {ManyLinearFits.STATUS[k]}" for k in (1, 2, 3) if counts[k])
        warn(f"fit_many: of {len(status)} problems {what}; see `status`", ConvergenceWarning)
    return ManyLinearFits(theta[:, :-1], theta[:, -1], status, n_iter, objective, gradient_max, decrement, loss, float(l2))
