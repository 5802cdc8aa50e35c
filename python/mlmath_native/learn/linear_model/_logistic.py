# SPDX-License-Identifier: BSD-3-Clause
"""Loss and gradient of logistic regression."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import _mlmath


def logistic_loss_gradient(
    X: ArrayLike,
    y: ArrayLike,
    coef: ArrayLike,
    intercept: ArrayLike | None = None,
    *,
    l2: float = 0.0,
    sample_weight: ArrayLike | None = None,
) -> tuple[float, NDArray[Any], NDArray[Any]]:
    r"""Mean loss of binary or multinomial logistic regression and its gradient, in one pass over X.

    With scores :math:`z_{ik} = x_i \cdot w_k + b_k` (`coef` is w, `intercept` b), weights :math:`s_i` (`sample_weight`, 1 when not
    given) and :math:`S = \sum_i s_i`:

    .. math::
        f = \frac1S \sum_i s_i \ell_i + \frac{\lambda}{2} \sum_{kj} w_{kj}^2

    where binary :math:`\ell_i = \log(1 + e^{z_i}) - y_i z_i` and multinomial
    :math:`\ell_i = \log \sum_k e^{z_{ik}} - z_{i,y_i}`. The intercept is not penalized (:math:`\lambda` is `l2`).

    scikit-learn's `LogisticRegression(C=C)` minimizes :math:`C \sum_i s_i \ell_i + \frac12 \sum w^2`, which is :math:`C S f` with
    :math:`\lambda = 1/(C S)`: the same minimum.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Any strides; float32 is computed in float32, everything else in float64.
    y : array_like, shape (n,)
        Class numbers: 0 or 1 in the binary case, 0 .. K-1 in the multinomial one.
    coef : array_like, shape (d,) or (1, d) for binary, (K, d) for multinomial
    intercept : array_like, shape () or (1,) for binary, (K,) for multinomial, optional
        0 when not given.
    l2 : float
        At least 0.
    sample_weight : array_like, shape (n,), optional
        Finite, at least 0, with a positive sum. A weight k counts as k repetitions of the row.

    Returns
    -------
    loss : float
    coef_gradient : ndarray
        In the shape of `coef`.
    intercept_gradient : ndarray
        In the shape of `intercept`; when not given, the derivative at 0, shape () for one-dimensional `coef`, (K,) otherwise.

    Raises
    ------
    ValueError
        When shapes do not fit, a label is not a class number, or a weight or `l2` is out of range.
    TypeError
        When an argument does not hold real numbers.

    Notes
    -----
    The same bits for any number of threads and strides: rows go through in fixed blocks of at most 128 whose sums are added in
    order, in float64. Losses use :math:`\log(1+e^t) = \max(t,0) + \mathrm{log1p}(e^{-|t|})`, so scores of any size are safe. NaN
    and infinity in X come out in the loss and in the gradients they take part in.

    Examples
    --------
    At zero coefficients every class is equally likely, and the loss is log K:

    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X, y = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]]), [0, 1, 2]
    >>> loss, *_ = mm.learn.linear_model.logistic_loss_gradient(X, y, np.zeros((3, 2)))
    >>> bool(abs(loss - np.log(3)) < 1e-15)
    True
    """
    name = "logistic_loss_gradient"
    x = as_design(name, X)
    w = as_like(name, "coef", coef, x.dtype)
    if w.ndim not in (1, 2) or w.shape[-1] != x.shape[1] or w.shape[0] == 0 < w.ndim - 1:
        d = x.shape[1]
        raise ValueError(f"{name}: coef must have shape ({d},) or (K, {d}) for X of shape {x.shape}, got {w.shape}")
    rows = w.reshape(-1, x.shape[1]) if w.size else np.zeros((w.shape[0] if w.ndim == 2 else 1, 0), x.dtype)
    outputs = rows.shape[0]
    labels = as_labels(name, y, x.shape[0], max(outputs, 2))
    b = None if intercept is None else as_like(name, "intercept", intercept, x.dtype)
    if b is not None and b.shape != (outputs,) and not (outputs == 1 and b.shape == ()):
        raise ValueError(f"{name}: intercept must have shape ({outputs},) for coef of shape {w.shape}, got {b.shape}")
    weights = None if sample_weight is None else as_weights(name, sample_weight, x)
    penalty = as_penalty(name, l2)
    loss, w_gradient, b_gradient = _mlmath.logistic_loss_gradient(
        x, labels, rows, None if b is None else b.reshape(outputs), weights, penalty
    )
    b_shape = b.shape if b is not None else () if w.ndim == 1 else (outputs,)
    return loss, w_gradient.reshape(w.shape), b_gradient.reshape(b_shape)


def as_like(name: str, argument: str, value: ArrayLike, dtype: Any) -> NDArray[Any]:
    """A plain array of `dtype` with the values of `value`."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: {argument} must be real numbers, got dtype {array.dtype}")
    return np.require(array, dtype, "A")


def as_design(name: str, X: ArrayLike) -> NDArray[Any]:
    """X as a plain float32 or float64 matrix with at least one row."""
    array = np.asarray(X)
    x = as_like(name, "X", array, np.float32 if array.dtype.type is np.float32 else np.float64)
    if x.ndim != 2:
        raise ValueError(f"{name}: X must be 2-dimensional (samples, features), got shape {x.shape}")
    if x.shape[0] == 0:
        raise ValueError(f"{name}: X must have at least one row, got shape {x.shape}")
    return x


def as_labels(name: str, y: ArrayLike, n: int, classes: int) -> NDArray[np.int32]:
    """Class numbers 0 .. classes-1 as contiguous int32."""
    array = np.asarray(y)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: y must be class numbers, got dtype {array.dtype}")
    if array.shape != (n,):
        raise ValueError(f"{name}: y must have shape ({n},) for X of {n} rows, got {array.shape}")
    wrong = ~((array >= 0) & (array < classes))
    if array.dtype.kind == "f":
        wrong |= array != np.floor(array)
    if wrong.any():
        at = np.argmax(wrong)
        raise ValueError(f"{name}: y must be class numbers 0 to {classes - 1}, got {array[at]} at index {at}")
    return np.ascontiguousarray(array, dtype=np.int32)


def as_weights(name: str, sample_weight: ArrayLike, x: NDArray[Any]) -> NDArray[Any]:
    """Finite weights of at least 0, one per row, in X's dtype."""
    weights = as_like(name, "sample_weight", sample_weight, x.dtype)
    if weights.shape != (x.shape[0],):
        raise ValueError(f"{name}: sample_weight must have shape ({x.shape[0]},) for X of {x.shape[0]} rows, got {weights.shape}")
    wrong = ~((weights >= 0) & np.isfinite(weights))
    if wrong.any():
        at = np.argmax(wrong)
        raise ValueError(f"{name}: sample_weight must be finite and at least 0, got {weights[at]} at index {at}")
    if not weights.any():
        raise ValueError(f"{name}: sample_weight must have a positive sum, got 0")
    return weights


def as_penalty(name: str, l2: float) -> float:
    """`l2` as a float of at least 0."""
    penalty = float(l2)
    if not 0 <= penalty < math.inf:
        raise ValueError(f"{name}: l2 must be finite and at least 0, got {l2!r}")
    return penalty
