# SPDX-License-Identifier: BSD-3-Clause
"""The loop of `Optimizer.minimize`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._warnings import warn
from ._convergence import DivergenceWarning
from ._groups import checked_number

__all__ = ["MinimizeResult", "ValueAndGradient", "minimize"]

ValueAndGradient = Callable[[NDArray[Any]], tuple[Any, Any]]


class Rule(Protocol):
    """What `minimize` asks of an optimizer."""

    @property
    def lr(self) -> Any:
        """The rate of the next step."""

    def with_params(self, params: Any) -> Self:
        """The same rule for `params`, with no step taken."""

    def step(self, grads: Any) -> None:
        """Update the parameters in place."""


@dataclass(frozen=True)
class MinimizeResult:
    """What `minimize` found; the names are those of `scipy.optimize.OptimizeResult`.

    Attributes
    ----------
    x : ndarray
        The last parameters at which value and gradient were finite.
    fun : float
        The value at `x`.
    nit : int
        Steps taken to reach `x`.
    success : bool
        False when the iteration diverged.
    message : str
        Why it stopped.
    values : ndarray, shape (nit + 1,)
        The value at every point, the starting point first.
    path : ndarray, shape (nit + 1,) + x.shape, or None
        Every point, when asked for.
    """

    x: NDArray[Any]
    fun: float
    nit: int
    success: bool
    message: str
    values: NDArray[np.float64]
    path: NDArray[Any] | None = None


def minimize(
    optimizer: Rule,
    value_and_gradient: ValueAndGradient,
    x0: ArrayLike,
    steps: int,
    gradient_tolerance: float,
    keep_path: bool,
    callback: Callable[[int, NDArray[Any], float], Any] | None,
) -> MinimizeResult:
    """See `Optimizer.minimize`."""
    name = f"{type(optimizer).__name__}.minimize"
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
        raise ValueError(f"{name}: steps must be an integer of at least 0, got {steps!r}")
    gradient_tolerance = checked_number(name, "gradient_tolerance", gradient_tolerance)
    x = np.array(x0, order="C", subok=False)
    if x.dtype.kind not in "fiub":
        raise TypeError(f"{name}: x0 must be real numbers, got dtype {x.dtype}")
    x = x.astype(np.float32 if x.dtype.type is np.float32 else np.float64)
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: x0 must be finite, got {x!r}")
    rule = optimizer.with_params(x)
    values: list[float] = []
    path: list[NDArray[Any]] = []
    kept = x.copy()
    success, message = True, f"took all {steps} steps"
    for k in range(steps + 1):
        inside = bool(np.isfinite(x).all())
        value, gradient = _evaluate(name, value_and_gradient, x) if inside else (math.nan, x)
        if not (inside and math.isfinite(value) and np.isfinite(gradient).all()):
            if k == 0:
                raise ValueError(f"{name}: value and gradient must be finite at x0, got value {value!r} and gradient {gradient!r}")
            success = False
            message = (
                f"diverged: {'value or gradient' if inside else 'x'} not finite after step {k}; x is the point before it. "
                f"A smaller lr than {optimizer.lr:g} may converge"
            )
            warn(f"{name}: {message}", DivergenceWarning)
            break
        np.copyto(kept, x)
        values.append(value)
        if keep_path:
            path.append(x.copy())
        if callback is not None and callback(k, x.copy(), value) is True:
            message = f"stopped by callback after step {k}"
            break
        if k == steps:
            break
        if gradient.size and np.abs(gradient).max() <= gradient_tolerance:
            message = f"gradient within gradient_tolerance after step {k}"
            break
        with np.errstate(all="ignore"):  # what is not finite is met, and named, at the next evaluation
            rule.step(gradient)
    return MinimizeResult(
        x=kept,
        fun=values[-1],
        nit=len(values) - 1,
        success=success,
        message=message,
        values=np.array(values),
        path=np.array(path) if keep_path else None,
    )


def _evaluate(name: str, function: ValueAndGradient, x: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    value, gradient = function(x.copy())
    for what, given in (("value", value), ("gradient", gradient)):  # NumPy would drop the imaginary part with a warning alone
        if np.iscomplexobj(given):
            raise TypeError(f"{name}: the {what} must be real, got {given!r}")
    array = np.asarray(gradient, dtype=x.dtype)
    if array.shape != x.shape:
        raise ValueError(f"{name}: the gradient must have x's shape {x.shape}, got {array.shape}")
    return float(value), array
