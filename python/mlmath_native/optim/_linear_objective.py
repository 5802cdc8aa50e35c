# SPDX-License-Identifier: BSD-3-Clause
"""`optim.linear_objective`: what `fit_linear` minimizes, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._linear_data import LinearData, Loss, finite_number, like, linear_data

__all__ = ["linear_objective", "objective_and_gradient"]


def linear_objective(
    X: ArrayLike,
    y: ArrayLike,
    coef: ArrayLike,
    intercept: ArrayLike = 0.0,
    *,
    loss: Loss,
    l2: float = 0.0,
    sample_weight: ArrayLike | None = None,
    huber_delta: float = 1.35,
) -> tuple[float, NDArray[np.float64], Any]:
    r"""The objective of `fit_linear` at given parameters and its gradient, in one pass over X.

    .. math:: f(w, b) = \frac{1}{S} \sum_i s_i\,\ell(y_i, z_i) + \frac{\lambda}{2} |w|^2, \qquad z_i = x_i^T w + b,\; S = \sum_i s_i

    with the losses of `fit_linear`, `coef` w, `intercept` b, `sample_weight` s and `l2` :math:`\lambda`. Its derivatives are
    :math:`\frac{1}{S} \sum_i s_i r_i x_i + \lambda w` and :math:`\frac{1}{S} \sum_i s_i r_i` with :math:`r_i = \partial \ell /
    \partial z_i`, such as :math:`1/(1 + e^{-z}) - y` for the logistic loss.

    Parameters
    ----------
    X, y, loss, l2, sample_weight, huber_delta
        As for `fit_linear`.
    coef : array_like, shape (d,), of "multinomial" (K, d)
    intercept : float, of "multinomial" array_like, shape (K,), or 0

    Returns
    -------
    objective : float
    coef_gradient : ndarray of float64
        In the shape of `coef`.
    intercept_gradient : float, of "multinomial" ndarray, shape (K,)

    Raises
    ------
    ValueError, TypeError
        When an argument is out of range or has the wrong shape or type.

    Notes
    -----
    The same bits for any number of threads and strides: rows go through in fixed blocks of at most 128 whose sums are added in
    order, in float64. No score is too large for the logistic and multinomial losses: with :math:`t = (1 - 2y) z` the logistic one
    is :math:`\max(t, 0) + \mathrm{log1p}(e^{-|t|})`. NaN and infinity in X come out in the result.

    Examples
    --------
    At zero coefficients every class is equally likely, and the loss is log K:

    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X, y = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]]), [0, 1, 2]
    >>> f, *_ = mm.optim.linear_objective(X, y, np.zeros((3, 2)), loss="multinomial")
    >>> bool(abs(f - np.log(3)) < 1e-15)
    True
    """
    name = "linear_objective"
    penalty = finite_number(name, "l2", l2, 0)
    delta = finite_number(name, "huber_delta", huber_delta, 0, open_end=True)
    data = linear_data(name, X, y, loss, sample_weight, coef)
    several = loss == "multinomial"
    theta = np.zeros((data.outputs, data.x.shape[1] + 1))
    theta[:, :-1] = like(name, "coef", coef, data.coef_shape(), np.dtype(np.float64))
    if not several or np.ndim(intercept) > 0 or intercept != 0:
        shape = (data.outputs,) if several else ()
        theta[:, -1] = like(name, "intercept", intercept, shape, np.dtype(np.float64))
    value, gradient = objective_and_gradient(data, theta, penalty, delta)
    coef_gradient = np.ascontiguousarray(gradient[:, :-1]).reshape(data.coef_shape())
    return value, coef_gradient, gradient[:, -1].copy() if several else float(gradient[0, -1])


def objective_and_gradient(
    data: LinearData, theta: NDArray[np.float64], l2: float, delta: float
) -> tuple[float, NDArray[np.float64]]:
    """f and its gradient in theta's shape."""
    value, gradient, _ = _mlmath._glm_pass(data.x, data.y, data.weights, theta, data.loss_number, delta, False)
    w = theta[:, :-1]
    gradient[:, :-1] += l2 * w
    return value + l2 / 2 * float(np.vdot(w, w)), gradient
