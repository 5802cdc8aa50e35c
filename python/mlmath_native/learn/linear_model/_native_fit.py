# SPDX-License-Identifier: BSD-3-Clause
"""From a checked design matrix to a native fit, and back to scikit-learn's manners: what the smooth linear models share."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.exceptions import ConvergenceWarning

from ... import _mlmath
from ...optim import Certificate, fit_linear
from ...optim import ConvergenceWarning as FitWarning
from .._plain import plain
from .._validation import refuse_not_finite

Array = NDArray[Any]

_multinomial: Any = vars(_mlmath).get("_multinomial_fit")

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


def forget(estimator: Any) -> None:
    """Take away what an earlier native fit said of itself: scikit-learn's own fit comes with no certificate."""
    estimator.__dict__.pop("certificate_", None)
    estimator.solver_used_ = "scikit-learn"


def native_fit(estimator: Any, X: Array, y: Array, *, loss: str, start: Any, **options: Any) -> Any:
    """`optim.fit_linear` with the estimator's `tol`, `max_iter`, `fit_intercept` and `verbose`, from `start`.

    Sets `solver_used_` and `certificate_`. Raises scikit-learn's error for NaN and infinity in X, and warns in its class.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        try:
            fit = fit_linear(
                X,
                y,
                loss=loss,  # type: ignore[arg-type]
                fit_intercept=estimator.fit_intercept,
                tol=float(estimator.tol),
                max_iter=estimator.max_iter,
                progress=bool(estimator.verbose),
                coef_init=start[0],
                intercept_init=start[1],
                **options,
            )
        except ValueError:
            refuse_not_finite(estimator, X)
            raise
    estimator.solver_used_ = fit.method
    estimator.certificate_ = fit.certificate
    if not fit.converged and not fit.message.startswith("no further progress"):
        warn_not_converged(estimator, fit.n_iter, fit.method, fit.certificate.gradient_max)
    return fit


def has_multinomial() -> bool:
    """Whether this build has the native fit of more than two classes."""
    return _multinomial is not None


def native_multinomial_fit(
    estimator: Any, X: Array, codes: NDArray[np.int32], classes: int, *, l2: float, sample_weight: Array | None, start: Any
) -> tuple[Array, Array, int]:
    """Coefficients (K, d), intercepts (K,) and the number of iterations; otherwise as `native_fit`."""
    theta: Array | None = None
    if start[0] is not None:
        theta = np.zeros((classes, X.shape[1] + 1))
        theta[:, :-1] = start[0]
        if start[1] is not None:
            theta[:, -1] = start[1]
    max_iter = min(estimator.max_iter, 2**31 - 1)
    theta, outcome, n_iter, objective, largest, square, decrement, method, _ = _multinomial(
        plain(X),
        codes,
        sample_weight,
        classes,
        l2,
        estimator.fit_intercept,
        float(estimator.tol),
        max_iter,
        theta,
    )
    if not math.isfinite(objective) or not math.isfinite(largest):
        refuse_not_finite(estimator, X)
        raise ValueError(f"{type(estimator).__name__}: the objective is not finite: the numbers in X are too large")
    known = decrement >= 0
    bound = square / (2 * l2) if l2 > 0 else decrement / 2 if known else None
    estimator.solver_used_ = method
    estimator.certificate_ = Certificate(largest, math.sqrt(square), decrement if known else None, bound)
    # What rounding hides of an objective of this size cannot be had by more iterations.
    if outcome and not (known and decrement <= 1e-14 * abs(objective)):
        warn_not_converged(estimator, n_iter, method, largest)
    return theta[:, :-1], theta[:, -1], n_iter


def warn_not_converged(estimator: Any, n_iter: int, method: str, gradient_max: float) -> None:
    """In scikit-learn's class of warnings. Not for a fit that rounding ended: no more iterations would help it."""
    warnings.warn(
        f"{type(estimator).__name__} did not converge after {n_iter} iterations of {method} (largest |gradient| {gradient_max:.3g},"
        f" tol {estimator.tol:g}). More max_iter, scaled columns or a penalty may help; separable classes without a penalty have no"
        " minimum.",
        ConvergenceWarning,
        stacklevel=4,
    )
