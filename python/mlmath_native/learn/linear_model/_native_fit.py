# SPDX-License-Identifier: BSD-3-Clause
"""From a checked design matrix to a native fit, and back to scikit-learn's manners: what the smooth linear models share."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from ... import _mlmath
from ..._arrays import readable
from ..._warnings import warn
from ...optim import Certificate
from .._validation import refuse_not_finite

Array = NDArray[Any]

# LinearLoss and FitMethod::automatic of cpp/kernels/linear_model.
_LOSSES = {"logistic": 1, "poisson": 2, "multinomial": 4}
_AUTOMATIC = 0
# solver_used_ in scikit-learn's words.
_SOLVERS = {"newton": "newton-cholesky"}
_MOST_ITERATIONS = 2**31 - 1

# Constraint: a pass over a dense row costs 8 d bytes of memory, over a sparse one 12 bytes an element that is not zero; Newton's
#   method makes 5 to 10 passes where L-BFGS makes some hundred, and dense kernels take several elements a cycle, CSR products less.
# Arithmetic: dense pays while d / nnz is below about 10 x 10 for passes and kernels; what limits it is the room for the copy.
# Decision: write out while the copy is at most 256 MiB, a few per cent of the memory of the machines in use, or at most four times
#   what the sparse matrix itself takes.
DENSE_BYTES = 256 << 20
DENSE_GROWTH = 4


def as_dense(X: Any) -> Array | None:
    """X as an array: itself, or a sparse matrix written out when that is small enough; None when it is not."""
    if isinstance(X, np.ndarray):
        return X
    size = X.shape[0] * X.shape[1] * X.dtype.itemsize
    if size > DENSE_BYTES and size > DENSE_GROWTH * (X.data.nbytes + X.indices.nbytes + X.indptr.nbytes):
        return None
    dense: Array = X.toarray()
    return dense


def usable(weights: Array) -> bool:
    """Whether the weights are those of a mean; if not, it is scikit-learn that refuses them or makes something of them."""
    return bool(weights.min() >= 0 and weights.max() > 0)


def scaled(weights: Array) -> tuple[Array, int]:
    """Weights and k with weights 2^k the given ones, for sums and their reciprocals that neither overflow nor vanish.

    Constraint: 1 / S is finite for S above 2^-1024, a sum of 2^31 weights for weights below 2^993, and 2^k up to k = 1023.
    Decision: weights whose largest lies outside of 2^-900 to 2^900 are divided by its power of two, at most 2^1000.
    """
    exponent = min(math.frexp(weights.max())[1], 1000)
    if abs(exponent) <= 900:
        return weights, 0
    return np.ldexp(weights, -exponent), exponent


def forget(estimator: Any) -> None:
    """Take away what an earlier native fit said of itself: scikit-learn's own fit comes with no certificate."""
    estimator.__dict__.pop("certificate_", None)
    estimator.solver_used_ = "scikit-learn"


def native_fit(
    estimator: Any,
    X: Array,
    y: Array,
    *,
    loss: str,
    l2: float,
    sample_weight: Array | None,
    start: tuple[Array | None, Any],
    warm: bool = False,
    classes: int = 1,
) -> tuple[Array, Array, int]:
    """Coefficients (K, d) and intercepts (K,) in float64, and the number of iterations.

    K is 1, or for loss "multinomial" `classes`. `start` is where to begin, None for zeros; unless `warm`, the native fit may begin
    with a part of the rows. The estimator's `tol`, `max_iter`, `fit_intercept` and `verbose` count; `solver_used_` and
    `certificate_` are set. Raises scikit-learn's error for NaN and infinity in X, and warns in its class. This is
    `optim.fit_linear` without its checks of the arguments, which have been made.
    """
    begin = None
    if start[0] is not None or start[1] is not None:
        begin = np.zeros((classes, X.shape[1] + 1))
        begin[:, :-1] = 0 if start[0] is None else start[0]
        begin[:, -1] = 0 if start[1] is None else start[1]
        begin = begin.reshape(-1)
    tol, max_iter = float(estimator.tol), min(int(estimator.max_iter), _MOST_ITERATIONS)
    X, y, weights = readable(X), readable(y), None if sample_weight is None else readable(scaled(sample_weight)[0])

    def fit(tol: float, max_iter: int, begin: Array | None, warm: bool) -> tuple[Any, ...]:
        outcome: tuple[Any, ...] = _mlmath.fit_linear(
            X, y, weights, begin, _LOSSES[loss], 1.0, _AUTOMATIC, 0.0, l2, int(bool(estimator.fit_intercept)), tol, max_iter, 0.0,
            _show if estimator.verbose else None, 0, int(warm), classes,
        )  # fmt: skip
        if outcome[8] == "interrupted":  # a grid search must not go on with its next fit
            raise KeyboardInterrupt
        return outcome

    theta, unfit, objective, largest, square, n_iter, decrement, bound, stop, method, separable, _ = fit(tol, max_iter, begin, warm)
    if unfit:
        refuse_not_finite(estimator, X)
        raise ValueError(f"{type(estimator).__name__}: the objective is not finite: the numbers in X are too large")
    converged = stop == "converged"
    if loss == "multinomial" and l2 == 0 and converged and not separable:
        # Classes that only a part of the others, or rows on the boundary, keep from being separable have no minimum either: scores
        # of several units go on growing while the gradient falls. At a minimum a gradient an eighth as large moves them little.
        before, after = (
            _centred_scores(X, t.reshape(classes, -1)) for t in (theta, fit(max(largest, 1e-15) / 8, 20, theta, True)[0])
        )
        separable = bool(((np.abs(after - before) > 0.5) & (np.abs(after) > 8)).any())
    estimator.solver_used_ = method = _SOLVERS.get(method, method)
    known = decrement >= 0, bound >= 0
    estimator.certificate_ = Certificate(largest, math.sqrt(square), decrement if known[0] else None, bound if known[1] else None)
    if separable:
        _warn(
            estimator,
            "the classes are separable (perhaps but for rows on the boundary, or some of them only) and nothing is penalized:"
            f" there is no minimum, and coefficients grow until the gradient is below tol={tol:g} or max_iter is reached."
            " A finite C determines them.",
        )
    elif not converged:
        # Out of iterations, or rounding hides from the line search what is left. Silent only where that is nothing: by the
        # certificate the rounding of f itself in the first case (tol=0, for one), half its digits in the second; or, without a
        # certificate, a gradient as small as these half.
        left = min(bound if known[1] else math.inf, decrement if known[0] else math.inf)
        eps = float(np.finfo(X.dtype).eps)
        out = n_iter >= max_iter
        if not (left <= (eps if out else math.sqrt(eps)) * abs(objective) or (not out and largest <= math.sqrt(eps))):
            ending = "did not converge in" if out else "made no further progress, because of rounding, after"
            advice = "More max_iter, scaled" if out else "Scaled"
            _warn(
                estimator,
                f"{method} {ending} {n_iter} iterations (largest |gradient| {largest:.3g}, tol={tol:g})."
                f" {advice} columns or a penalty may help.",
            )
    theta = theta.reshape(classes, -1)
    return theta[:, :-1], theta[:, -1], n_iter


def _show(k: int, objective: float, largest: float, _: Array) -> bool:
    sys.stderr.write(f"iteration {k:5d}  objective {objective:.12g}  largest derivative {largest:.3g}\n")
    return False


def _centred_scores(X: Array, theta: Array) -> Array:
    scores = X @ theta[:, :-1].T + theta[:, -1]
    centred: Array = scores - scores.mean(axis=1, keepdims=True)
    return centred


def _warn(estimator: Any, message: str) -> None:
    warn(f"{type(estimator).__name__}: {message}", ConvergenceWarning)
