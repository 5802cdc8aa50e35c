# SPDX-License-Identifier: BSD-3-Clause
"""The data of a linear model as the kernels take it: checked, named when wrong, copied only when it cannot be read as it lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._arrays import readable

__all__ = ["LOSSES", "LinearData", "Loss", "finite_number", "like", "linear_data"]

Loss = Literal["squared", "logistic", "poisson", "huber", "multinomial"]
LOSSES = ("squared", "logistic", "poisson", "huber", "multinomial")  # LinearLoss in losses.hpp


@dataclass(frozen=True)
class LinearData:
    """X, y and weights of one dtype; theta is (outputs, d + 1), the intercepts last."""

    x: NDArray[Any]
    y: NDArray[Any]
    weights: NDArray[Any] | None
    loss: str
    outputs: int  # scores a row: multinomial's classes, else 1

    @property
    def loss_number(self) -> int:
        """LinearLoss in losses.hpp."""
        return LOSSES.index(self.loss)

    def coef_shape(self) -> tuple[int, ...]:
        """(d,), of several classes (K, d)."""
        d = self.x.shape[1]
        return (self.outputs, d) if self.loss == "multinomial" else (d,)

    def refuse_not_finite(self, name: str) -> NoReturn:
        """Say which argument made an objective that is not finite."""
        for argument, array in (("X", self.x), ("y", self.y)):
            if not np.isfinite(array).all():
                raise ValueError(f"{name}: {argument} must be finite, it contains NaN or infinity")
        raise ValueError(f"{name}: the objective is not finite at the start: the numbers in X, y or coef_init are too large")


def linear_data(
    name: str, X: ArrayLike, y: ArrayLike, loss: str, sample_weight: ArrayLike | None, coef: ArrayLike | None = None
) -> LinearData:
    """The checked data of a fit. Rows of `coef` are classes, whether y holds them all or not."""
    if loss not in LOSSES:
        raise ValueError(f"{name}: loss must be one of {', '.join(LOSSES)}, got {loss!r}")
    x = _floats(name, "X", X)
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(f"{name}: X must have shape (n, d) with at least one row and one column, got shape {x.shape}")
    n = x.shape[0]
    targets = like(name, "y", y, (n,), x.dtype)
    weights = None if sample_weight is None else like(name, "sample_weight", sample_weight, (n,), x.dtype)
    if weights is not None and not (np.isfinite(weights).all() and weights.min() >= 0 and weights.sum() > 0):
        raise ValueError(f"{name}: sample_weight must be finite and non-negative with a positive sum")
    least = np.shape(coef)[0] if coef is not None and np.ndim(coef) == 2 else 0
    return LinearData(x, targets, weights, loss, _outputs(name, loss, targets, least))


def finite_number(name: str, argument: str, value: Any, least: float, open_end: bool = False) -> float:
    """`value` as a finite float of at least (`open_end`: above) `least`."""
    number = float(value)
    if not math.isfinite(number) or number < least or (open_end and number == least):
        raise ValueError(f"{name}: {argument} must be finite and {'positive' if open_end else 'non-negative'}, got {value!r}")
    return number


def like(name: str, argument: str, value: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """`value` as an array of this shape and dtype."""
    array = _real(name, argument, value)
    if array.shape != shape:
        raise ValueError(f"{name}: {argument} must have shape {shape}, got {array.shape}")
    return readable(array, dtype)


def _real(name: str, argument: str, value: ArrayLike) -> NDArray[Any]:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: {argument} must hold real numbers, got dtype {array.dtype}")
    return array


def _floats(name: str, argument: str, value: ArrayLike) -> NDArray[Any]:
    array = _real(name, argument, value)
    return readable(array, np.dtype(np.float32 if array.dtype.type is np.float32 else np.float64))


def _outputs(name: str, loss: str, y: NDArray[Any], least: int) -> int:
    """Check the targets; the number of scores a row has."""
    if loss == "logistic" and not np.array_equal(y * y, y):
        wrong = y[y * y != y][0]
        raise ValueError(f"{name}: y must be 0 or 1 for loss 'logistic', got {wrong:g}")
    if loss == "poisson" and not y.min() >= 0:
        raise ValueError(f"{name}: y must be non-negative for loss 'poisson', got {y.min():g}")
    if loss != "multinomial":
        return 1
    wrong_ones = y[~((y >= 0) & (y == np.floor(y)) & (y < 2**24))]
    if wrong_ones.size:
        raise ValueError(f"{name}: y must hold class numbers 0, 1, ..., K - 1 for loss 'multinomial', got {wrong_ones[0]:g}")
    classes = max(int(y.max()) + 1, least)
    if classes < 2:
        raise ValueError(f"{name}: y must hold at least two classes for loss 'multinomial', got only class 0")
    return classes
