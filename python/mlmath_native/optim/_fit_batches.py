# SPDX-License-Identifier: BSD-3-Clause
"""`fit_linear` with an optimizer of this package: epochs of shuffled mini-batches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _mlmath
from ._linear_data import LinearData
from ._linear_objective import objective_and_gradient
from ._optimizer import Optimizer

__all__ = ["BatchOptions", "BatchOutcome", "fit_batches"]

Watch = Callable[[int, float, float, NDArray[np.float64]], Any]


@dataclass(frozen=True)
class BatchOptions:
    """What `fit_linear` was asked for."""

    l2: float
    delta: float
    intercept: bool
    tol: float
    batch_size: int
    epochs: int
    seed: int
    watch: Watch | None
    seconds: float  # 0: no limit


@dataclass
class BatchOutcome:
    """The best parameters met after an epoch, and the way there."""

    theta: NDArray[np.float64]
    stop: str
    epochs: int
    path: list[tuple[float, float, float]]  # objective, gradient_max, seconds


def fit_batches(data: LinearData, start: NDArray[np.float64], optimizer: Optimizer, options: BatchOptions) -> BatchOutcome | None:
    """Follow the optimizer from `start`, (K, d + 1); None when the objective is not finite there.

    The loop over the batches of an epoch is native (`_linear_epoch`): it gathers a batch's rows, computes their gradient, and calls
    the optimizer's step. After each epoch one pass over all rows tells the objective and its gradient.
    """
    from ..random import default_rng  # not before it is needed: numpy.random takes a while to load

    n, dtype = len(data.x), data.x.dtype
    coef, b = np.ascontiguousarray(start[:, :-1], dtype), start[:, -1].astype(dtype)
    gradients = [np.empty_like(coef), np.empty_like(b)][: 2 if options.intercept else 1]
    rule = optimizer.with_params(_groups(optimizer, coef, b if options.intercept else None))
    stream = default_rng(options.seed)
    begun = time.perf_counter()
    theta = np.empty(start.shape)
    outcome = BatchOutcome(start.copy(), "iterations", 0, [])
    best = math.inf
    try:
        for epoch in range(options.epochs + 1):
            theta[:, :-1], theta[:, -1] = coef, b
            f, gradient = objective_and_gradient(data, theta, options.l2, options.delta)
            if not options.intercept:
                gradient[:, -1] = 0
            largest = float(np.abs(gradient).max())
            if not (math.isfinite(f) and math.isfinite(largest)):
                outcome.stop = "diverged"
                break
            seconds = time.perf_counter() - begun
            outcome.path.append((f, largest, seconds))
            outcome.epochs = epoch
            if f < best or largest <= options.tol:
                best = f
                outcome.theta[...] = theta
            if options.watch is not None and options.watch(epoch, f, largest, theta.copy()):
                outcome.stop = "callback"
            elif largest <= options.tol:
                outcome.stop = "converged"
            elif 0 < options.seconds <= seconds and epoch < options.epochs:
                outcome.stop = "time_limit"
            if outcome.stop != "iterations" or epoch == options.epochs:
                break
            with np.errstate(all="ignore"):  # what is not finite is met, and named, at the next evaluation
                if options.batch_size >= n:  # all rows: their gradient is known
                    gradients[0][...] = gradient[:, :-1]
                    if options.intercept:
                        gradients[1][...] = gradient[:, -1]
                    rule.step(gradients)
                    continue
                _, stop = _mlmath._linear_epoch(
                    data.x, data.y, data.weights, stream.permutation(n).astype(np.int32), coef, b if options.intercept else None,
                    gradients[0], gradients[1] if options.intercept else None, data.loss_number, options.delta, options.l2,
                    options.batch_size, max(options.seconds - seconds, 1e-9) if options.seconds > 0 else 0.0, gradients, rule.step,
                )  # fmt: skip
            outcome.stop = stop or outcome.stop  # in the middle of an epoch: the parameters are looked at once more
    except KeyboardInterrupt:  # of Python's own code; that of the native loop is a stop
        if not outcome.path:
            raise
        outcome.stop = "interrupted"
    return outcome if outcome.path else None


def _groups(optimizer: Optimizer, coef: NDArray[Any], b: NDArray[Any] | None) -> list[dict[str, Any]]:
    """Coefficients, and intercepts without the optimizer's own weight decay."""
    groups: list[dict[str, Any]] = [{"params": [coef]}]
    if b is not None:
        groups.append({"params": [b]} | ({"weight_decay": 0.0} if "weight_decay" in optimizer._defaults else {}))
    return groups
