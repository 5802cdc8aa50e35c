# SPDX-License-Identifier: BSD-3-Clause
"""Logistic regression by first-order methods: batch gradient descent, mini-batch SGD, Adam."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import _mlmath
from ...optim import Adam, DivergenceWarning, GradientDescent
from ._logistic import as_design, as_labels, as_like, as_penalty

Method = Literal["gd", "sgd", "adam"]


@dataclass(frozen=True)
class LogisticFit:
    """A fitted logistic regression and how it got there.

    Attributes
    ----------
    coef : ndarray, shape (1, d) for two classes, (K, d) for more
    intercept : ndarray, shape (1,) or (K,)
    classes : ndarray
        The labels of y, sorted; `coef[k]` belongs to `classes[k]` (two classes: to `classes[1]`).
    losses : ndarray, shape (epochs + 1,)
        The objective over all data before the first epoch and after each.
    success : bool
        False when the iteration diverged; the model is then the last finite one.
    method, learning_rate
        What was used.
    """

    coef: NDArray[Any]
    intercept: NDArray[Any]
    classes: NDArray[Any]
    losses: NDArray[np.float64]
    success: bool
    method: str
    learning_rate: float

    def decision_function(self, X: ArrayLike) -> NDArray[Any]:
        """Scores X w + b: shape (n,) for two classes, (n, K) for more."""
        x = as_like("LogisticFit", "X", X, self.coef.dtype)
        if x.ndim != 2 or x.shape[1] != self.coef.shape[1]:
            raise ValueError(f"LogisticFit: X must have shape (n, {self.coef.shape[1]}), got {x.shape}")
        scores: NDArray[Any] = x @ self.coef.T + self.intercept
        return scores[:, 0] if len(self.classes) == 2 else scores

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The likeliest class of every row."""
        scores = self.decision_function(X)
        best: NDArray[Any] = self.classes[(scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)]
        return best

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """The probability of every class, shape (n, K), columns in the order of `classes`."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            scores = np.stack([np.zeros_like(scores), scores], axis=1)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities: NDArray[Any] = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """The share of rows whose class is predicted."""
        return float(np.mean(self.predict(X) == np.asarray(y)))


def fit_logistic(
    X: ArrayLike,
    y: ArrayLike,
    *,
    method: Method = "gd",
    l2: float = 0.0,
    learning_rate: float | None = None,
    momentum: float = 0.0,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
) -> LogisticFit:
    r"""Fit a logistic regression by following its gradient.

    Minimizes the objective of `logistic_loss_gradient`: mean loss plus :math:`\frac{\lambda}{2}\sum w^2`, starting from zero. This
    is the function to learn from and to compare optimizers with; first-order methods need many epochs where columns differ in
    scale.

    Parameters
    ----------
    X : array_like, shape (n, d)
        float32 is computed in float32, everything else in float64. Must be finite.
    y : array_like, shape (n,)
        Labels, at least two different ones.
    method : {"gd", "sgd", "adam"}
        Batch gradient descent; gradient descent on mini-batches with the rate falling as :math:`1/\sqrt{1 + epoch}`; Adam on
        mini-batches with a constant rate.
    l2 : float
        :math:`\lambda`; scikit-learn's C corresponds to :math:`1/(C n)`.
    learning_rate : float, optional
        Default for "gd" 1/L, with L the largest curvature the objective can have,
        :math:`c\,\lambda_{max}(\tilde X^T \tilde X / n) + \lambda`, c = 1/4 for two classes, 1/2 for more [Boehning1992]_, and
        :math:`\tilde X` is X with a column of ones: the loss then falls in every step. For "sgd" the same with the largest row's
        :math:`|\tilde x_i|^2` for :math:`\lambda_{max}`. For "adam" 0.05.
    momentum : float
        For "gd" and "sgd"; heavy ball.
    epochs : int
        Passes over the data.
    batch_size : int, optional
        Rows per step: default all for "gd", 32 otherwise. Rows are shuffled anew for each epoch.
    seed : int
        Of the shuffling. The same seed gives the same bits.

    Returns
    -------
    LogisticFit

    Warns
    -----
    DivergenceWarning
        When the objective stops being finite.

    Raises
    ------
    ValueError, TypeError
        When an argument is out of range or has the wrong shape or type; X is not finite; y has one class.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> fit = mm.learn.linear_model.fit_logistic(X, ["a", "a", "b", "b"], l2=0.01, epochs=500)
    >>> fit.predict([[0.5], [2.5]]).tolist()
    ['a', 'b']
    """
    name = "fit_logistic"
    x = as_design(name, X)
    n, d = x.shape
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: X must be finite, it contains NaN or infinity")
    if np.shape(y) != (n,):
        raise ValueError(f"{name}: y must have shape ({n},) for X of {n} rows, got {np.shape(y)}")
    classes, codes = np.unique(np.asarray(y), return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"{name}: y must have at least two classes, got only {classes[0]}")
    if method not in ("gd", "sgd", "adam"):
        raise ValueError(f"{name}: method must be 'gd', 'sgd' or 'adam', got {method!r}")
    epochs = _count(name, "epochs", epochs, 0)
    size = min(n, _count(name, "batch_size", batch_size, 1)) if batch_size is not None else n if method == "gd" else min(n, 32)
    penalty = as_penalty(name, l2)
    outputs = 1 if len(classes) == 2 else len(classes)
    labels = as_labels(name, codes, n, len(classes))

    rate = float(learning_rate) if learning_rate is not None else _default_rate(x, outputs, penalty, method)
    shuffle = np.random.Generator(np.random.PCG64(seed))
    coef, intercept = np.zeros((outputs, d), x.dtype), np.zeros(outputs, x.dtype)
    theta = [coef, intercept]
    rule = Adam(theta, lr=rate) if method == "adam" else GradientDescent(theta, lr=rate, momentum=momentum)
    kept = (coef.copy(), intercept.copy())
    loss, *gradients = _mlmath.logistic_loss_gradient(x, labels, coef, intercept, None, penalty)
    losses, success = [loss], True
    with np.errstate(all="ignore"):  # divergence is met, and named, by the loss
        for epoch in range(epochs):
            if method == "sgd":
                rule.lr = rate / math.sqrt(1 + epoch)
            if size == n:
                rule.step(gradients)
            else:
                order = shuffle.permutation(n)
                mixed, mixed_labels = x[order], labels[order]
                for at in range(0, n, size):
                    _, *batch = _mlmath.logistic_loss_gradient(
                        mixed[at : at + size], mixed_labels[at : at + size], coef, intercept, None, penalty
                    )
                    rule.step(batch)
            loss, *gradients = _mlmath.logistic_loss_gradient(x, labels, coef, intercept, None, penalty)
            if not math.isfinite(loss):
                success = False
                warnings.warn(
                    f"{name}: diverged in epoch {epoch + 1}; a smaller learning_rate than {rate:g} may converge",
                    DivergenceWarning,
                    stacklevel=2,
                )
                break
            losses.append(loss)
            np.copyto(kept[0], coef)
            np.copyto(kept[1], intercept)
    return LogisticFit(kept[0], kept[1], classes, np.array(losses), success, method, rate)


def _default_rate(x: NDArray[Any], outputs: int, penalty: float, method: str) -> float:
    """See `fit_logistic`: 1 over the largest curvature of the objective, or of a single row's loss; 0.05 for Adam."""
    if method == "adam":
        return 0.05
    curvature = 0.25 if outputs == 1 else 0.5
    wide = np.column_stack([x, np.ones(len(x))]).astype(np.float64)
    if method == "sgd":
        return 1 / (curvature * float((wide * wide).sum(axis=1).max()) + penalty)
    gram = (wide.T @ wide if wide.shape[1] <= wide.shape[0] else wide @ wide.T) / len(wide)
    return 1 / (curvature * float(np.linalg.eigvalsh(gram)[-1]) + penalty)


def _count(name: str, argument: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name}: {argument} must be an integer of at least {least}, got {value!r}")
    return int(value)
