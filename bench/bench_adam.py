# SPDX-License-Identifier: BSD-3-Clause
"""Adam and gradient-descent steps beside NumPy expressions, against the rate of three streams (two read, one written)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


class NumpyAdam:
    """The textbook step as one writes it in NumPy; `in_place` spares it the temporaries."""

    def __init__(self, x: NDArray[Any], in_place: bool) -> None:
        self.x, self.m, self.v = x.copy(), np.zeros_like(x), np.zeros_like(x)
        self.buffers = (np.empty_like(x), np.empty_like(x))
        self.t, self.in_place = 0, in_place

    def step(self, g: NDArray[Any]) -> NDArray[Any]:
        self.t += 1
        T = self.x.dtype.type
        move, scale = T(RATE / (1 - BETA1**self.t)), T(1 / math.sqrt(1 - BETA2**self.t))
        if not self.in_place:
            self.m = T(BETA1) * self.m + T(1 - BETA1) * g
            self.v = T(BETA2) * self.v + T(1 - BETA2) * g * g
            self.x -= move * self.m / (np.sqrt(self.v) * scale + T(EPSILON))
            return self.x
        a, b = self.buffers
        self.m *= T(BETA1)
        self.m += np.multiply(g, T(1 - BETA1), out=a)
        self.v *= T(BETA2)
        np.multiply(g, T(1 - BETA2), out=a)
        self.v += np.multiply(a, g, out=a)
        np.sqrt(self.v, out=a)
        a *= scale
        a += T(EPSILON)
        np.divide(self.m, a, out=b)
        self.x -= np.multiply(b, move, out=b)
        return self.x


class Ours:
    """A native optimizer with a copy of the parameters."""

    def __init__(self, x: NDArray[Any], optimizer: Any) -> None:
        self.x = x.copy()
        self.optimizer = optimizer.with_params(self.x)

    def step(self, g: NDArray[Any]) -> NDArray[Any]:
        self.optimizer.step(g)
        return self.x


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [100, 10_000, 1_000_000, 10_000_000])
def bench_adam(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    x, g = problems.vector(n, dtype), problems.vector(n, dtype, stream=1)
    ours, plain, in_place = Ours(x, mm.optim.Adam()), NumpyAdam(x, False), NumpyAdam(x, True)
    reference = NumpyAdam(x.astype(np.float64), False).step(g.astype(np.float64)).copy()
    amount = 7 * x.nbytes
    compare(
        "adam",
        f"n = {n:,}",
        lambda: ours.step(g),
        {"NumPy": lambda: plain.step(g), "NumPy, in place": lambda: in_place.step(g)},
        # One step: x rounded once, a move of size RATE within 8 eps of itself.
        harness.within(reference, np.finfo(dtype).eps * (np.abs(x.astype(np.float64)) + 16 * RATE)),
        dtype=dtype,
        bytes=amount,
        limit=harness.Limit("triad", amount),
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [100, 10_000, 10_000_000])
def bench_gradient_descent(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    x, g = problems.vector(n, dtype), problems.vector(n, dtype, stream=1)
    ours, theirs, rate = Ours(x, mm.optim.GradientDescent(lr=RATE)), x.copy(), np.dtype(dtype).type(RATE)

    def numpy() -> NDArray[Any]:
        nonlocal theirs
        theirs -= rate * g
        return theirs

    amount = 3 * x.nbytes
    compare(
        "gradient_descent",
        f"n = {n:,}",
        lambda: ours.step(g),
        {"NumPy": numpy},
        harness.within(x - rate * g, 0.0),  # the same two operations: the same bits
        dtype=dtype,
        bytes=amount,
        limit=harness.Limit("triad", amount),
    )
