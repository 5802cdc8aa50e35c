# SPDX-License-Identifier: BSD-3-Clause
"""`optim.fit_linear`: linear models with a smooth loss, fitted natively, with a certificate."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _mlmath
from ._convergence import ConvergenceWarning

__all__ = ["Certificate", "FitPath", "LinearFit", "fit_linear"]

Loss = Literal["squared", "logistic", "poisson", "huber"]
LOSSES = ("squared", "logistic", "poisson", "huber")
METHODS = ("auto", "newton", "lbfgs", "gd", "gd-armijo", "gd-bb")
Callback = Callable[[int, float, float, NDArray[np.float64]], Any]


@dataclass(frozen=True)
class Certificate:
    """How far a fit can be from the minimum.

    Attributes
    ----------
    gradient_max : float
        The largest absolute partial derivative of the objective: what `tol` bounds.
    gradient_norm : float
        The Euclidean norm of the gradient.
    newton_decrement : float or None
        :math:`g^T H^{-1} g` with the last Hessian that was computed; None for methods without one.
    suboptimality : float or None
        What the objective may exceed the minimum by: :math:`|g|^2 / (2\\lambda)` with a penalty, which holds for every strongly
        convex objective (with an intercept: once that is optimal); otherwise half the decrement, true to second order; None for
        neither.
    """

    gradient_max: float
    gradient_norm: float
    newton_decrement: float | None
    suboptimality: float | None


@dataclass(frozen=True)
class FitPath:
    """The iterations of a fit, the start first: arrays of one element each."""

    objective: NDArray[np.float64]
    gradient_max: NDArray[np.float64]
    seconds: NDArray[np.float64]


@dataclass(frozen=True)
class LinearFit:
    """A fitted linear model and the proof of it.

    Attributes
    ----------
    coef : ndarray, shape (d,)
    intercept : float
    loss : str
    objective : float
        f at the parameters.
    n_iter : int
        Iterations over all rows.
    converged : bool
        Whether the certificate holds.
    message : str
        Why the fit ended.
    method : str
        The method taken in the end: "auto" chooses, "newton" goes on as "lbfgs" where the Hessian is singular.
    certificate : Certificate
    path : FitPath or None
        With ``trace=True``.
    """

    coef: NDArray[Any]
    intercept: float
    loss: str
    objective: float
    n_iter: int
    converged: bool
    message: str
    method: str
    certificate: Certificate
    path: FitPath | None = None


def fit_linear(
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    l2: float = 0.0,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
    method: str = "auto",
    tol: float = 1e-6,
    max_iter: int | None = None,
    coef_init: ArrayLike | None = None,
    intercept_init: float | None = None,
    huber_delta: float = 1.35,
    learning_rate: float | None = None,
    trace: bool = False,
    callback: Callback | None = None,
    progress: bool = False,
    time_limit: float | None = None,
) -> LinearFit:
    r"""Fit a linear model with a smooth loss and an L2 penalty.

    Minimizes, with the scores :math:`z_i = x_i^T w + b`,

    .. math:: f(w, b) = \frac{1}{S} \sum_i s_i\,\ell(y_i, z_i) + \frac{\lambda}{2} |w|^2, \qquad S = \sum_i s_i

    where s is `sample_weight` and :math:`\lambda` is `l2`. The intercept b is never penalized.

    ========== ================================================ ===========================
    loss       :math:`\ell(y, z)`                               targets
    ========== ================================================ ===========================
    squared    :math:`(z - y)^2 / 2`                            real
    logistic   :math:`\log(1 + e^z) - y z`                      0 or 1
    poisson    :math:`e^z - y z`                                non-negative
    huber      :math:`u^2/2` for :math:`|u| = |z - y|` up to    real
               :math:`\delta`, :math:`\delta(|u| - \delta/2)`
               beyond
    ========== ================================================ ===========================

    scikit-learn's `LogisticRegression` minimizes :math:`C S f` with :math:`\lambda = 1/(C S)`, `PoissonRegressor` f with
    :math:`\lambda` = alpha, `Ridge` :math:`2 S f` with :math:`\lambda` = alpha / S.

    Parameters
    ----------
    X : array_like, shape (n, d)
        float32 is computed in float32 with sums in float64, everything else in float64. Any strides, read-only: nothing is copied.
    y : array_like, shape (n,)
    loss : {"squared", "logistic", "poisson", "huber"}
    l2 : float
        :math:`\lambda \ge 0`.
    fit_intercept : bool
        Without it b is 0.
    sample_weight : array_like, shape (n,), optional
        :math:`s_i \ge 0`: weight k is the same as k repetitions.
    method : str
        - "auto": "newton" up to 1000 unknowns where there are as many rows (or at most 64 unknowns), else "lbfgs".
        - "newton": Newton's method, loss, gradient and Hessian in one pass over X; the Cholesky factor is kept while that is
          cheaper. Many rows: it starts from the fit of every eighth row. A singular Hessian hands over to "lbfgs".
        - "lbfgs": ten steps remembered, strong Wolfe conditions on stored scores [Nocedal1980]_.
        - "gd": gradient descent with a fixed step, by default 1 / L, L the largest curvature.
        - "gd-armijo": with steps halved until the objective falls enough.
        - "gd-bb": with the steps of Barzilai and Borwein [Raydan1997]_.
    tol : float
        The fit ends when every partial derivative of f is at most this (and, for "newton", half the decrement, too).
    max_iter : int, optional
        By default 100 ("newton"), 1000 ("lbfgs"), 10000 (gradient descent).
    coef_init, intercept_init : optional
        Where to start: shape (d,) and a number, by default 0.
    huber_delta : float
        :math:`\delta`.
    learning_rate : float, optional
        The step of "gd" and the first one of "gd-armijo" and "gd-bb". "gd" with loss "poisson", whose curvature has no bound,
        needs it.
    trace : bool
        Keep objective, largest derivative and time of every iteration.
    callback : callable, optional
        ``callback(k, objective, gradient_max, theta)`` after every iteration, `theta` a copy of the d coefficients and the
        intercept; true ends the fit.
    progress : bool
        Write a line for every iteration to `sys.stderr`.
    time_limit : float, optional
        Seconds after which the fit ends.

    Returns
    -------
    LinearFit
        The best parameters met. The same bits for any number of threads and any strides.

    Warns
    -----
    ConvergenceWarning
        When the certificate does not hold (iterations, time, callback, Ctrl-C, a learning rate that diverges), and when the classes
        are separable and nothing is penalized: the coefficients then grow without end.

    Raises
    ------
    ValueError, TypeError
        When an argument is out of range or has the wrong shape or type; X, y or sample_weight is not finite.
    KeyboardInterrupt
        Before the first iterate only.

    References
    ----------
    .. [Nocedal1980] J. Nocedal, Updating quasi-Newton matrices with limited storage, Math. Comp. 35, 1980.
    .. [Raydan1997] M. Raydan, The Barzilai and Borwein gradient method for the large scale unconstrained minimization problem,
       SIAM J. Optim. 7, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> fit = mm.optim.fit_linear(X, [1.0, 3.0, 5.0, 7.0], loss="squared")
    >>> fit.coef.round(6).tolist(), round(fit.intercept, 6), fit.method, fit.converged
    ([2.0], 1.0, 'newton', True)
    """
    name = "fit_linear"
    if loss not in LOSSES:
        raise ValueError(f"{name}: loss must be one of {', '.join(LOSSES)}, got {loss!r}")
    if method not in METHODS:
        raise ValueError(f"{name}: method must be one of {', '.join(METHODS)}, got {method!r}")
    l2, tol = _number(name, "l2", l2, 0), _number(name, "tol", tol, 0)
    delta = _number(name, "huber_delta", huber_delta, 0, open_end=True)
    rate = 0.0 if learning_rate is None else _number(name, "learning_rate", learning_rate, 0, open_end=True)
    seconds = 0.0 if time_limit is None else _number(name, "time_limit", time_limit, 0, open_end=True)
    if max_iter is None:
        iterations = 0
    elif isinstance(max_iter, bool) or not isinstance(max_iter, (int, np.integer)) or max_iter < 1:
        raise ValueError(f"{name}: max_iter must be an integer of at least 1, got {max_iter!r}")
    else:
        iterations = int(min(max_iter, 2**31 - 1))
    x = _floats(name, "X", X)
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(f"{name}: X must have shape (n, d) with at least one row and one column, got shape {x.shape}")
    n, d = x.shape
    targets = _like(name, "y", y, (n,), x.dtype)
    weights = None if sample_weight is None else _like(name, "sample_weight", sample_weight, (n,), x.dtype)
    _check_targets(name, loss, targets)
    if weights is not None and not (np.isfinite(weights).all() and weights.min() >= 0 and weights.sum() > 0):
        raise ValueError(f"{name}: sample_weight must be finite and non-negative with a positive sum")
    start: NDArray[np.float64] | None = None
    if coef_init is not None or intercept_init is not None:
        start = np.zeros(d + 1)
        if coef_init is not None:
            start[:d] = _like(name, "coef_init", coef_init, (d,), np.dtype(np.float64))
        if intercept_init is not None:
            start[d] = float(intercept_init)
        if not np.isfinite(start).all():
            raise ValueError(f"{name}: coef_init and intercept_init must be finite")

    theta, unfit, objective, largest, square, n_iter, decrement, stop, taken, separable, path = _mlmath.fit_linear(
        x, targets, weights, start, LOSSES.index(loss), delta, METHODS.index(method), rate, l2, int(bool(fit_intercept)), tol,
        iterations, seconds, _watched(callback, progress), int(trace), int(start is not None),
    )  # fmt: skip
    if unfit:
        for argument, array in (("X", x), ("y", targets)):
            if not np.isfinite(array).all():
                raise ValueError(f"{name}: {argument} must be finite, it contains NaN or infinity")
        raise ValueError(f"{name}: the objective is not finite at the start: the numbers in X, y or coef_init are too large")
    converged = stop == "converged"
    message = _message(stop, n_iter, largest, tol, learning_rate)
    if not converged:
        warnings.warn(f"{name}: {message}", ConvergenceWarning, stacklevel=2)
    if separable:
        message += "; the classes are separable and nothing is penalized: there is no minimizer, the coefficients grow without end"
        warnings.warn(
            f"{name}: the classes are separable (perhaps but for rows on the boundary) and l2 is 0: there is no minimizer, "
            "coefficients grow until the gradient is small",
            ConvergenceWarning,
            stacklevel=2,
        )
    known = decrement >= 0
    bound = square / (2 * l2) if l2 > 0 else decrement / 2 if known else None
    certificate = Certificate(largest, math.sqrt(square), decrement if known else None, bound)
    return LinearFit(
        theta[:d].astype(x.dtype, copy=False),
        float(theta[d]),
        loss,
        objective,
        n_iter,
        converged,
        message,
        taken,
        certificate,
        FitPath(path[:, 0], path[:, 1], path[:, 2]) if trace else None,
    )


def _message(stop: str, n_iter: int, largest: float, tol: float, rate: float | None) -> str:
    reached = f"the largest derivative is {largest:.2g}, tol {tol:.2g}"
    step = "" if rate is None else f" than {rate:g}"
    return {
        "converged": f"converged in {n_iter} iterations: {reached}",
        "iterations": f"not converged in {n_iter} iterations: {reached}; more max_iter or scaled columns may help",
        "time": f"time_limit reached in iteration {n_iter}: {reached}",
        "watch": f"ended by the callback in iteration {n_iter}: {reached}",
        "interrupted": f"interrupted in iteration {n_iter}, the best parameters so far are returned: {reached}",
        "diverged": f"diverged in iteration {n_iter + 1}, the best finite parameters are returned; "
        f"a smaller learning_rate{step} may converge",
        "rounding": f"no further progress in iteration {n_iter}, rounding hides what is left: {reached}",
    }[stop]


def _watched(callback: Callback | None, progress: bool) -> Callback | None:
    if callback is not None and not callable(callback):
        raise TypeError(f"fit_linear: callback must be callable, got {type(callback).__name__}")
    if not progress:
        return callback

    def write(k: int, objective: float, largest: float, theta: NDArray[np.float64]) -> Any:
        sys.stderr.write(f"fit_linear {k:5d}  objective {objective:.12g}  largest derivative {largest:.3g}\n")
        return callback(k, objective, largest, theta) if callback is not None else False

    return write


def _number(name: str, argument: str, value: Any, least: float, open_end: bool = False) -> float:
    number = float(value)
    if not math.isfinite(number) or number < least or (open_end and number == least):
        raise ValueError(f"{name}: {argument} must be finite and {'positive' if open_end else 'non-negative'}, got {value!r}")
    return number


def _floats(name: str, argument: str, value: ArrayLike) -> NDArray[Any]:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: {argument} must hold real numbers, got dtype {array.dtype}")
    return _behaved(array, np.dtype(np.float32 if array.dtype == np.float32 else np.float64))


def _like(name: str, argument: str, value: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: {argument} must hold real numbers, got dtype {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"{name}: {argument} must have shape {shape}, got {array.shape}")
    return _behaved(array, dtype)


def _behaved(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The array itself when the kernels can read it as it lies, else a copy: other types, byte orders, unaligned."""
    plain = array.dtype == dtype and array.dtype.isnative and array.flags.aligned and type(array) is np.ndarray
    if plain and all(stride % dtype.itemsize == 0 for stride in array.strides):
        return array
    return np.array(array, dtype=dtype, order="C", copy=True, subok=False)


def _check_targets(name: str, loss: str, y: NDArray[Any]) -> None:
    if loss == "logistic" and not np.array_equal(y * y, y):
        wrong = y[y * y != y][0]
        raise ValueError(f"{name}: y must be 0 or 1 for loss 'logistic', got {wrong:g}")
    if loss == "poisson" and not y.min() >= 0:
        raise ValueError(f"{name}: y must be non-negative for loss 'poisson', got {y.min():g}")
