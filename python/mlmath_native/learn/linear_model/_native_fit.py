# SPDX-License-Identifier: BSD-3-Clause
"""From a checked design matrix to a native fit, and back to scikit-learn's manners: what the smooth linear models share."""

from __future__ import annotations

import math
import sys
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.exceptions import ConvergenceWarning

from ... import _mlmath
from ...optim import Certificate
from .._plain import plain
from .._validation import refuse_not_finite

Array = NDArray[Any]

# LinearLoss and FitMethod::automatic of cpp/kernels/linear_model.
_LOSSES = {"logistic": 1, "poisson": 2}
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


def is_array_api(X: Any) -> bool:
    """Whether X is another library's array which scikit-learn has been told to compute with."""
    return not isinstance(X, np.ndarray) and bool(get_config()["array_api_dispatch"])


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
    start: tuple[Array | None, float | None],
    warm: bool = False,
) -> tuple[Array, float, int]:
    """Coefficients (d,) and intercept in float64, and the number of iterations, by the estimator's `tol`, `max_iter`, `verbose`.

    `start` is where to begin, None for zeros; unless `warm`, the native fit may begin with a part of the rows. Sets `solver_used_`
    and `certificate_`. Raises scikit-learn's error for NaN and infinity in X, and warns in its class. This is `optim.fit_linear`
    without its checks of the arguments, which have been made.
    """
    d = X.shape[1]
    begin = None
    if start[0] is not None or start[1] is not None:
        begin = np.zeros(d + 1)
        begin[:d] = 0 if start[0] is None else start[0]
        begin[d] = start[1] or 0
    tol, max_iter = float(estimator.tol), min(int(estimator.max_iter), _MOST_ITERATIONS)
    weights = None if sample_weight is None else plain(sample_weight)
    theta, unfit, objective, largest, square, n_iter, decrement, stop, method, separable, _ = _mlmath.fit_linear(
        plain(X), plain(y), weights, begin, _LOSSES[loss], 1.0, _AUTOMATIC, 0.0, l2, int(bool(estimator.fit_intercept)), tol,
        max_iter, 0.0, _show if estimator.verbose else None, 0, int(warm),
    )  # fmt: skip
    if stop == "interrupted":  # a grid search must not go on with its next fit
        raise KeyboardInterrupt
    if unfit:
        _refuse(estimator, X)
    _certify(estimator, X.dtype, method, n_iter, objective, largest, square, decrement, l2, stop == "converged", separable)
    return theta[:d], float(theta[d]), n_iter


def _show(k: int, objective: float, largest: float, _: Array) -> bool:
    sys.stderr.write(f"iteration {k:5d}  objective {objective:.12g}  largest derivative {largest:.3g}\n")
    return False


def native_multinomial_fit(
    estimator: Any, X: Array, codes: NDArray[np.int32], classes: int, *, l2: float, sample_weight: Array | None, start: Any
) -> tuple[Array, Array, int]:
    """Coefficients (K, d), intercepts (K,) and the number of iterations; otherwise as `native_fit`."""
    begin: Array | None = None
    if start[0] is not None:
        begin = np.zeros((classes, X.shape[1] + 1))
        begin[:, :-1] = start[0]
        if start[1] is not None:
            begin[:, -1] = start[1]
    X, weights = plain(X), None if sample_weight is None else plain(sample_weight)
    rest = classes, l2, bool(estimator.fit_intercept)
    tol, max_iter = float(estimator.tol), min(int(estimator.max_iter), _MOST_ITERATIONS)
    theta, outcome, n_iter, objective, largest, square, decrement, method, separable = _mlmath._multinomial_fit(
        X, codes, weights, *rest, tol, max_iter, begin
    )
    if not math.isfinite(objective) or not math.isfinite(largest):
        _refuse(estimator, X)
    if l2 == 0 and not separable and not outcome:
        # Classes that only a part of the others, or rows on the boundary, keep from being separable have no minimum either: scores
        # of several units go on growing while the gradient falls. At a minimum a gradient an eighth as large moves them little.
        farther = _mlmath._multinomial_fit(X, codes, weights, *rest, max(largest, 1e-15) / 8, 20, theta)[0]
        before, after = _centred_scores(X, theta), _centred_scores(X, farther)
        separable = bool(((np.abs(after - before) > 0.5) & (np.abs(after) > 8)).any())
    _certify(estimator, X.dtype, method, n_iter, objective, largest, square, decrement, l2, not outcome, separable)
    return theta[:, :-1], theta[:, -1], n_iter


def _centred_scores(X: Array, theta: Array) -> Array:
    scores = X @ theta[:, :-1].T + theta[:, -1]
    centred: Array = scores - scores.mean(axis=1, keepdims=True)
    return centred


def _refuse(estimator: Any, X: Array) -> None:
    refuse_not_finite(estimator, X)
    raise ValueError(f"{type(estimator).__name__}: the objective is not finite: the numbers in X are too large")


def _certify(
    estimator: Any,
    dtype: Any,
    method: str,
    n_iter: int,
    objective: float,
    largest: float,
    square: float,
    decrement: float,
    l2: float,
    converged: bool,
    separable: bool,
) -> None:
    """Set `solver_used_` and `certificate_`; warn in scikit-learn's class of what did not converge or has no minimum."""
    known = decrement >= 0
    bound = square / (2 * l2) if l2 > 0 else decrement / 2 if known else None
    estimator.solver_used_ = method = _SOLVERS.get(method, method)
    estimator.certificate_ = Certificate(largest, math.sqrt(square), decrement if known else None, bound)
    if separable:
        _warn(
            estimator,
            "the classes are separable (perhaps but for rows on the boundary, or some of them only) and nothing is penalized:"
            f" there is no minimum, and coefficients grow until the gradient is below tol={estimator.tol:g} or max_iter is"
            " reached. A finite C determines them.",
        )
    elif not converged:
        # Out of iterations, or rounding hides from the line search what is left. Silent only where that is nothing: by the
        # certificate the rounding of f itself in the first case (tol=0, for one), half its digits in the second; or, without a
        # certificate, a gradient as small as these half.
        left = min(bound if bound is not None else math.inf, decrement / 2 if known else math.inf)
        eps = float(np.finfo(dtype).eps)
        out = n_iter >= estimator.max_iter
        if not (left <= (eps if out else math.sqrt(eps)) * abs(objective) or (not out and largest <= math.sqrt(eps))):
            ending = "did not converge in" if out else "made no further progress, because of rounding, after"
            advice = "More max_iter, scaled" if out else "Scaled"
            _warn(
                estimator,
                f"{method} {ending} {n_iter} iterations (largest |gradient| {largest:.3g}, tol={estimator.tol:g})."
                f" {advice} columns or a penalty may help.",
            )


def _warn(estimator: Any, message: str) -> None:
    warnings.warn(f"{type(estimator).__name__}: {message}", ConvergenceWarning, stacklevel=5)
