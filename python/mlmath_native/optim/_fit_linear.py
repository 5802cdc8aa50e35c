# SPDX-License-Identifier: BSD-3-Clause
"""`optim.fit_linear`: linear models with a smooth loss, fitted natively, with a certificate."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._warnings import warn
from ._convergence import ConvergenceWarning
from ._fit_batches import BatchOptions, BatchOutcome, fit_batches
from ._linear_data import LinearData, Loss, finite_number, like, linear_data
from ._optimizer import Optimizer

__all__ = ["Certificate", "FitPath", "LinearFit", "fit_linear"]

METHODS = ("auto", "newton", "lbfgs", "gd", "gd-armijo", "gd-bb")
_NO_STEP = len(METHODS)  # FitMethod::none in fit.hpp: a certificate alone
Callback = Callable[[int, float, float, NDArray[np.float64]], Any]


@dataclass(frozen=True)
class Certificate:
    """How far a fit can be from the minimum.

    Attributes
    ----------
    gradient_max : float
        The largest absolute partial derivative of the objective: what `tol` bounds. Where columns have means above 2^13 times their
        spread (float32: 54 times) Newton's method fits, and this is, along w with the scores at the columns' means kept.
    gradient_norm : float
        The Euclidean norm of the gradient.
    newton_decrement : float or None
        :math:`g^T H^{-1} g` with the last Hessian that was computed; None for methods without one.
    suboptimality : float or None
        What the objective may exceed its minimum by, but for rounding. After Newton's method the decrement, which is twice the
        distance to second order. Otherwise, with a penalty, a bound that needs no Hessian: without an intercept
        :math:`|g|^2 / (2\\lambda)`, with one :math:`f(w, b) - f(w, b^*) + |g_w(w, b^*)|^2 / (2\\lambda)` where :math:`b^*`
        minimizes f at these coefficients (several intercepts: None). None without a penalty.
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
    coef : ndarray, shape (d,), of "multinomial" (K, d)
    intercept : float, of "multinomial" ndarray, shape (K,)
    loss : str
    objective : float
        f at the parameters.
    n_iter : int
        Iterations over all rows; epochs of an optimizer.
    converged : bool
        Whether the certificate holds: whether `stop` is "converged".
    stop : str
        Why the fit ended: "converged"; "iterations" (or epochs) were used up; "time_limit"; "callback"; "interrupted" by Ctrl-C;
        "diverged"; "rounding" hides what is left.
    message : str
        The same in words, with numbers.
    method : str
        The method taken in the end: "auto" chooses, "newton" goes on as "lbfgs" where the Hessian is singular; an optimizer's
        class.
    certificate : Certificate
    path : FitPath or None
        With ``trace=True``.
    """

    coef: NDArray[Any]
    intercept: Any
    loss: str
    objective: float
    n_iter: int
    converged: bool
    stop: str
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
    method: str | Optimizer = "auto",
    tol: float = 1e-6,
    max_iter: int | None = None,
    coef_init: ArrayLike | None = None,
    intercept_init: ArrayLike | None = None,
    huber_delta: float = 1.35,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
    trace: bool = False,
    callback: Callback | None = None,
    progress: bool = False,
    time_limit: float | None = None,
) -> LinearFit:
    r"""Fit a linear model with a smooth loss and an L2 penalty.

    Minimizes, with the scores :math:`z_i = x_i^T w + b` (multinomial: :math:`z_{ik} = x_i^T w_k + b_k`),

    .. math:: f(w, b) = \frac{1}{S} \sum_i s_i\,\ell(y_i, z_i) + \frac{\lambda}{2} |w|^2, \qquad S = \sum_i s_i

    where s is `sample_weight` and :math:`\lambda` is `l2`. The intercept b is never penalized.

    =========== ================================================ ===========================
    loss        :math:`\ell(y, z)`                               targets
    =========== ================================================ ===========================
    squared     :math:`(z - y)^2 / 2`                            real
    logistic    :math:`\log(1 + e^z) - y z`                      0 or 1
    poisson     :math:`e^z - y z`                                non-negative
    huber       :math:`u^2/2` for :math:`|u| = |z - y|` up to    real
                :math:`\delta`, :math:`\delta(|u| - \delta/2)`
                beyond
    multinomial :math:`\log \sum_k e^{z_k} - z_y`                class numbers 0, ..., K - 1
    =========== ================================================ ===========================

    scikit-learn's `LogisticRegression` minimizes :math:`C S f` with :math:`\lambda = 1/(C S)`, `PoissonRegressor` f with
    :math:`\lambda` = alpha, `Ridge` :math:`2 S f` with :math:`\lambda` = alpha / S; its `HuberRegressor` also fits the scale of the
    residuals, which here is 1: :math:`\delta` is in the units of y.

    Parameters
    ----------
    X : array_like, shape (n, d)
        float32 is computed in float32 with sums in float64, everything else in float64. Any strides, read-only: nothing is copied
        (but columns far from 0, see "newton").
    y : array_like, shape (n,)
    loss : {"squared", "logistic", "poisson", "huber", "multinomial"}
    l2 : float
        :math:`\lambda \ge 0`.
    fit_intercept : bool
        Without it b is 0.
    sample_weight : array_like, shape (n,), optional
        :math:`s_i \ge 0`: weight k is the same as k repetitions.
    method : str or Optimizer
        - "auto": "newton" up to 1000 unknowns where there are as many rows (or at most 64 unknowns), else "lbfgs"; of "multinomial"
          "newton" up to about 200 unknowns.
        - "newton": Newton's method, loss, gradient and Hessian in one pass over X; the Cholesky factor is kept while that is
          cheaper. Many rows: it starts from the fit of every eighth row. Columns whose means hide their spread are copied less
          their means. A singular Hessian hands over to "lbfgs".
        - "lbfgs": ten steps remembered, strong Wolfe conditions on stored scores [Nocedal1980]_; of "multinomial" with the blocks
          of the Hessian as its scale.
        - "gd": gradient descent with a fixed step, by default 1 / L, L the largest curvature.
        - "gd-armijo": with steps halved until the objective falls enough.
        - "gd-bb": with the steps of Barzilai and Borwein [Raydan1997]_.
        - an optimizer of this package, such as ``GradientDescent(lr=0.1)`` (plain SGD) or ``Adam(lr=1e-2)``: a step for each
          mini-batch, whose gradient is :math:`\frac{n}{S |B|} \sum_{i \in B} s_i \nabla \ell_i + \lambda w`. Its learning rate may
          be a schedule of the steps taken. Its own weight decay comes on top of `l2`, is no part of f, and spares the intercept.
    tol : float
        The fit ends when every partial derivative of f is at most this (and, for "newton", half the decrement, too).
    max_iter : int, optional
        By default 100 ("newton"), 1000 ("lbfgs" and "multinomial"), 10000 (gradient descent). Not with an optimizer.
    coef_init, intercept_init : optional
        Where to start: `coef` and `intercept` of a fit, by default 0.
    huber_delta : float
        :math:`\delta`.
    learning_rate : float, optional
        The step of "gd" and the first one of "gd-armijo" and "gd-bb". "gd" with loss "poisson", whose curvature has no bound,
        needs it. Not with an optimizer, which has its own.
    batch_size : int, optional
        Rows of a mini-batch, by default 256; only with an optimizer. The last one of an epoch has what is left.
    epochs : int, optional
        Passes over the rows with an optimizer, by default 100. A pass is followed by one that computes f and its gradient, for the
        certificate and the choice of the best parameters.
    seed : int
        Of the shuffling, anew for every epoch, by this library's own stream `random.XBlock`.
    trace : bool
        Keep objective, largest derivative and time of every iteration (epoch).
    callback : callable, optional
        ``callback(k, objective, gradient_max, theta)`` after every iteration (epoch), `theta` a copy of the d coefficients and the
        intercept, of "multinomial" of shape (K, d + 1); true ends the fit.
    progress : bool
        Write a line for every iteration (epoch) to `sys.stderr`.
    time_limit : float, optional
        Seconds after which the fit ends.

    Returns
    -------
    LinearFit
        The best parameters met (with an optimizer: of those after an epoch). The same bits for any number of threads and any
        strides.

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
    [Nocedal1980]_, [Raydan1997]_

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> fit = mm.optim.fit_linear(X, [1.0, 3.0, 5.0, 7.0], loss="squared")
    >>> fit.coef.round(6).tolist(), round(fit.intercept, 6), fit.method, fit.stop
    ([2.0], 1.0, 'newton', 'converged')

    Mini-batches of two rows, with Adam:

    >>> fit = mm.optim.fit_linear(
    ...     X, [1.0, 3.0, 5.0, 7.0], loss="squared", method=mm.optim.Adam(lr=0.1), batch_size=2, epochs=1000
    ... )
    >>> fit.coef.round(3).tolist(), round(fit.intercept, 3), fit.method, fit.stop
    ([2.0], 1.0, 'Adam', 'converged')
    """
    name = "fit_linear"
    rule = method if isinstance(method, Optimizer) else None
    if rule is None and method not in METHODS:
        raise ValueError(f"{name}: method must be one of {', '.join(METHODS)} or an optimizer of mm.optim, got {method!r}")
    l2, tol = finite_number(name, "l2", l2, 0), finite_number(name, "tol", tol, 0)
    delta = finite_number(name, "huber_delta", huber_delta, 0, open_end=True)
    rate = 0.0 if learning_rate is None else finite_number(name, "learning_rate", learning_rate, 0, open_end=True)
    seconds = 0.0 if time_limit is None else finite_number(name, "time_limit", time_limit, 0, open_end=True)
    iterations = _count(name, "max_iter", max_iter, 0)
    size, rounds = _count(name, "batch_size", batch_size, 256), _count(name, "epochs", epochs, 100)
    own = {"max_iter": max_iter, "learning_rate": learning_rate} if rule else {"batch_size": batch_size, "epochs": epochs}
    for argument, value in own.items():
        if value is not None:
            kind = "not with an optimizer" if rule else "only with an optimizer as method"
            raise ValueError(f"{name}: {argument} can be given {kind}, got {value!r} and method {method!r}")
    data = linear_data(name, X, y, loss, sample_weight, coef_init)
    start = _start(name, data, coef_init, intercept_init)
    watch = _watched(data, callback, progress)
    way: BatchOutcome | None = None
    if rule is not None:
        if rule._maximize:
            raise ValueError(f"{name}: method must be an optimizer with maximize=False, got {method!r}")
        begin = np.zeros((data.outputs, data.x.shape[1] + 1)) if start is None else start
        if not fit_intercept:
            begin[:, -1] = 0
        way = fit_batches(data, begin, rule, BatchOptions(l2, delta, bool(fit_intercept), tol, size, rounds, seed, watch, seconds))
        if way is None:
            data.refuse_not_finite(name)
        start, watch, seconds, iterations = way.theta, None, 0.0, 1
    theta, unfit, objective, largest, square, n_iter, decrement, bound, stop, taken, separable, path = _mlmath.fit_linear(
        data.x, data.y, data.weights, None if start is None else np.ascontiguousarray(start).reshape(-1), data.loss_number, delta,
        METHODS.index(method) if isinstance(method, str) else _NO_STEP, rate, l2, int(bool(fit_intercept)), tol, iterations,
        seconds, watch, int(trace and way is None), int(start is not None), data.outputs,
    )  # fmt: skip
    if unfit:
        data.refuse_not_finite(name)
    if rule is not None and way is not None:
        n_iter, stop, taken, path = way.epochs, way.stop, type(rule).__name__, np.array(way.path)
        rate = 0.0 if callable(rule.lr) else rule.lr
    converged = stop == "converged"
    message = _message(stop, n_iter, largest, tol, rate, rule is not None)
    if not converged:
        warn(f"{name}: {message}", ConvergenceWarning)
    if separable:
        message += "; the classes are separable and nothing is penalized: there is no minimizer, the coefficients grow without end"
        warn(
            f"{name}: the classes are separable (perhaps but for rows on the boundary) and l2 is 0: there is no minimizer, "
            "coefficients grow until the gradient is small",
            ConvergenceWarning,
        )
    theta = theta.reshape(data.outputs, -1)
    return LinearFit(
        np.ascontiguousarray(theta[:, :-1]).astype(data.x.dtype, copy=False).reshape(data.coef_shape()),
        theta[:, -1].astype(data.x.dtype) if loss == "multinomial" else float(theta[0, -1]),
        loss,
        objective,
        n_iter,
        converged,
        stop,
        message,
        taken,
        Certificate(largest, math.sqrt(square), decrement if decrement >= 0 else None, bound if bound >= 0 else None),
        FitPath(path[:, 0], path[:, 1], path[:, 2]) if trace else None,
    )


def _start(name: str, data: LinearData, coef: ArrayLike | None, intercept: ArrayLike | None) -> NDArray[np.float64] | None:
    if coef is None and intercept is None:
        return None
    start = np.zeros((data.outputs, data.x.shape[1] + 1))
    if coef is not None:
        start[:, :-1] = like(name, "coef_init", coef, data.coef_shape(), np.dtype(np.float64))
    if intercept is not None:
        shape = (data.outputs,) if data.loss == "multinomial" else ()
        start[:, -1] = like(name, "intercept_init", intercept, shape, np.dtype(np.float64))
    if not np.isfinite(start).all():
        raise ValueError(f"{name}: coef_init and intercept_init must be finite")
    return start


def _message(stop: str, n_iter: int, largest: float, tol: float, rate: float, epochs: bool) -> str:
    reached = f"the largest derivative is {largest:.2g}, tol {tol:.2g}"
    step = f" than {rate:g}" if rate > 0 else ""
    unit, units, argument = ("epoch", "epochs", "lr") if epochs else ("iteration", "iterations", "learning_rate")
    more = "more epochs or a falling lr" if epochs else "more max_iter or scaled columns"
    return {
        "converged": f"converged in {n_iter} {units}: {reached}",
        "iterations": f"not converged in {n_iter} {units}: {reached}; {more} may help",
        "time_limit": f"time_limit reached in {unit} {n_iter}: {reached}",
        "callback": f"ended by the callback in {unit} {n_iter}: {reached}",
        "interrupted": f"interrupted in {unit} {n_iter}, the best parameters so far are returned: {reached}",
        "diverged": f"diverged in {unit} {n_iter + 1}, the best finite parameters are returned; "
        f"a smaller {argument}{step} may converge",
        "rounding": f"no further progress in {unit} {n_iter}, rounding hides what is left: {reached}",
    }[stop]


def _watched(data: LinearData, callback: Callback | None, progress: bool) -> Callback | None:
    if callback is not None and not callable(callback):
        raise TypeError(f"fit_linear: callback must be callable, got {type(callback).__name__}")
    if callback is None and not progress:
        return None

    def watch(k: int, objective: float, largest: float, theta: NDArray[np.float64]) -> Any:
        if progress:
            sys.stderr.write(f"fit_linear {k:5d}  objective {objective:.12g}  largest derivative {largest:.3g}\n")
        if callback is None:
            return False
        return callback(k, objective, largest, theta.reshape(data.outputs, -1) if data.loss == "multinomial" else theta.reshape(-1))

    return watch


def _count(name: str, argument: str, value: int | None, default: int) -> int:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name}: {argument} must be an integer of at least 1, got {value!r}")
    return int(min(value, 2**31 - 1))
