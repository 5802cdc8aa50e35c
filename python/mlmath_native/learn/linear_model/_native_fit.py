# SPDX-License-Identifier: BSD-3-Clause
"""From a checked design matrix to a native fit, and back to scikit-learn's manners: what the smooth linear models share."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.exceptions import ConvergenceWarning

from .._validation import refuse_not_finite

Array = NDArray[Any]

# Constraint: a pass over a dense row costs 8 d bytes of memory, over a sparse one 12 bytes an element that is not zero; Newton's method
#   makes 5 to 10 passes where L-BFGS makes some hundred, and the dense kernels take several elements a cycle, CSR products a fraction.
# Arithmetic: dense pays while d / nnz is below about 10 x 10 passes and kernels, and is refused where the copy would be felt.
# Decision: densify while the copy is at most 256 MiB, a few per cent of the memory of the machines in use, or at most four times what
#   the sparse matrix itself takes.
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


def native_fit(estimator: Any, X: Array, y: Array, **options: Any) -> Any:
    """`optim.fit_linear` with the estimator's `tol`, `max_iter`, `fit_intercept` and `verbose`; sets `n_iter_` aside.

    Sets `solver_used_` and `certificate_`. Raises scikit-learn's error for NaN and infinity in X, and warns in its class.
    """
    from ...optim import fit_linear

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = fit_linear(
                X,
                y,
                fit_intercept=estimator.fit_intercept,
                tol=estimator.tol,
                max_iter=estimator.max_iter,
                progress=bool(estimator.verbose),
                **options,
            )
    except ValueError:
        refuse_not_finite(estimator, X)
        raise
    estimator.solver_used_ = fit.method
    estimator.certificate_ = fit.certificate
    if not fit.converged:
        warnings.warn(
            f"{type(estimator).__name__} did not converge after {fit.n_iter} iterations of {fit.method} "
            f"(largest |gradient| {fit.certificate.gradient_max:.3g}, tol {estimator.tol:g}): {fit.message}\n"
            "Increase max_iter, scale the data, or regularize more; separable classes without a penalty have no minimum.",
            ConvergenceWarning,
            stacklevel=3,
        )
    return fit
