# SPDX-License-Identifier: BSD-3-Clause
"""Steps of Adam, AdamW and gradient descent beside PyTorch's fused kernels and NumPy, against the same walk with an addition."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
LARGE = 10_000_000
Arrays = Sequence[NDArray[Any]]


class NumpyAdam:
    """Algorithm 1 of the paper, line by line: what one writes. `decay` is AdamW's."""

    def __init__(self, x: NDArray[Any], decay: float = 0.0) -> None:
        self.x, self.m, self.v, self.t, self.decay = x.copy(), np.zeros_like(x), np.zeros_like(x), 0, decay

    def step(self, g: NDArray[Any]) -> NDArray[Any]:
        self.t += 1
        self.m = BETA1 * self.m + (1 - BETA1) * g
        self.v = BETA2 * self.v + (1 - BETA2) * g**2
        m_hat, v_hat = self.m / (1 - BETA1**self.t), self.v / (1 - BETA2**self.t)
        if self.decay:
            self.x = self.x * (1 - RATE * self.decay)
        self.x = self.x - RATE * m_hat / (np.sqrt(v_hat) + EPSILON)
        return self.x


class NumpyAdamInPlace(NumpyAdam):
    """The same with as few passes as NumPy allows: corrections folded into two numbers, no temporaries."""

    def __init__(self, x: NDArray[Any], decay: float = 0.0) -> None:
        super().__init__(x, decay)
        self.buffers = (np.empty_like(x), np.empty_like(x))

    def step(self, g: NDArray[Any]) -> NDArray[Any]:
        self.t += 1
        a, b = self.buffers
        self.m *= BETA1
        self.m += np.multiply(g, 1 - BETA1, out=a)
        self.v *= BETA2
        np.multiply(g, 1 - BETA2, out=a)
        self.v += np.multiply(a, g, out=a)
        np.sqrt(self.v, out=a)
        a *= 1 / math.sqrt(1 - BETA2**self.t)
        a += EPSILON
        np.divide(self.m, a, out=b)
        if self.decay:
            self.x *= 1 - RATE * self.decay
        self.x -= np.multiply(b, RATE / (1 - BETA1**self.t), out=b)
        return self.x


def ours(recipe: mm.optim.Optimizer, xs: Arrays, gs: Arrays) -> harness.Contestant:
    """A step of a native optimizer on copies of `xs`."""
    held = [x.copy() for x in xs]
    if len(held) == 1:
        step, x, g = recipe.with_params(held[0]).step, held[0], gs[0]

        def one() -> NDArray[Any]:
            step(g)
            return x

        return one
    optimizer, grads = recipe.with_params(held), list(gs)

    def many() -> Arrays:
        optimizer.step(grads)
        return held

    return many


def pytorch(name: str, xs: Arrays, gs: Arrays, **options: Any) -> dict[str, harness.Contestant]:
    """A step of PyTorch's fused optimizer on copies of `xs`, if PyTorch is there."""
    try:
        import torch
    except ImportError:
        return {}
    tensors = [torch.tensor(x) for x in xs]
    for tensor, g in zip(tensors, gs):
        tensor.grad = torch.tensor(g)
    optimizer = getattr(torch.optim, name)(tensors, lr=RATE, fused=True, **options)
    held = [tensor.numpy() for tensor in tensors]

    def step() -> NDArray[Any] | Arrays:
        optimizer.step()
        return held[0] if len(held) == 1 else held

    return {"PyTorch fused": step}


def first_step(xs: Arrays, gs: Arrays, decay: float = 0.0) -> harness.Check:
    """Within what rounding allows of the paper's first step in float64.

    x - move rounds by eps/2, the decay's factor and product by eps/2 each, the move (of size RATE) within 8 eps of itself; float64
    results are held against a reference that rounds as often.
    """
    checks = []
    for x, g in zip(xs, gs):
        exact = NumpyAdam(x.astype(np.float64), decay).step(g.astype(np.float64))
        roundings = 3 if decay else 1
        checks.append(harness.within(exact, np.finfo(x.dtype).eps * (roundings * np.abs(x.astype(np.float64)) + 16 * RATE)))
    if len(checks) == 1:
        return checks[0]
    return lambda results: max(check(result) for check, result in zip(checks, results))


def limits(access: str, moved: int, arrays: int, streams: int) -> list[harness.Limit]:
    """The same walk in place with an addition for the rule, and the rate of three streams beside it.

    A triad a = b + s c writes lines that it has not read, which the memory reads all the same: 32 bytes are moved where 24 are
    counted. A step in place writes what it has just read. Its share of a triad's rate may therefore reach 4/3 and more; its share
    of the walk in place should not pass 1.
    """
    return [harness.Limit(access, moved, size=moved * arrays / streams), harness.Limit("triad", moved)]


def turns(n: int) -> dict[str, Any]:
    """How a case is timed.

    Constraint: a shared machine's memory is faster by half now and then; best times of unlike luck mean nothing. And waiting for a
    second thread beside other programs costs a small step milliseconds in which nobody computes. Decision: more, shorter blocks for
    large arrays, so that each contestant meets such moments or none does; one thread for what needs no more.
    """
    return {"seconds": 0.04, "blocks": 4} if n >= LARGE else {"threads": 1}


@pytest.mark.parametrize(
    ("rule", "n", "dtype"),
    [
        ("Adam", 100, "float32"),
        ("Adam", 100, "float64"),
        ("Adam", 10_000, "float32"),
        ("Adam", LARGE, "float32"),
        ("Adam", LARGE, "float64"),
        ("AdamW", LARGE, "float32"),
    ],
)
def bench_adam(compare: Callable[..., harness.Row], rule: str, n: int, dtype: str) -> None:
    x, g = problems.vector(n, dtype), problems.vector(n, dtype, stream=1)
    decay = 0.01 if rule == "AdamW" else 0.0
    plain, in_place = NumpyAdam(x, decay), NumpyAdamInPlace(x, decay)
    amount = 7 * x.nbytes
    compare(
        "adam",
        f"{rule}, one of {n:,}",
        ours(getattr(mm.optim, rule)(lr=RATE, weight_decay=decay), [x], [g]),
        {
            **pytorch(rule, [x], [g], weight_decay=decay),
            "NumPy": lambda: plain.step(g),
            "NumPy, in place": lambda: in_place.step(g),
        },
        first_step([x], [g], decay),
        dtype=dtype,
        bytes=amount,
        limit=limits("update", amount, 4, 7),
        **turns(n),
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def bench_many_tensors(compare: Callable[..., harness.Row], dtype: str) -> None:
    count, n = 1000, 10_000
    xs = list(problems.vector(count * n, dtype).reshape(count, n))
    gs = list(problems.vector(count * n, dtype, stream=1).reshape(count, n))
    amount = 7 * count * xs[0].nbytes
    compare(
        "adam",
        f"Adam, {count:,} of {n:,}",
        ours(mm.optim.Adam(lr=RATE), xs, gs),
        pytorch("Adam", xs, gs),
        first_step(xs, gs),
        dtype=dtype,
        bytes=amount,
        limit=limits("update", amount, 4, 7),
        **turns(count * n),
    )


@pytest.mark.parametrize(("n", "dtype"), [(100, "float32"), (LARGE, "float32"), (LARGE, "float64")])
def bench_gradient_descent(compare: Callable[..., harness.Row], n: int, dtype: str) -> None:
    x, g = problems.vector(n, dtype), problems.vector(n, dtype, stream=1)
    theirs = x.copy()

    def numpy() -> NDArray[Any]:
        nonlocal theirs
        theirs -= RATE * g
        return theirs

    amount = 3 * x.nbytes
    exact = x.astype(np.float64) - RATE * g.astype(np.float64)
    compare(
        "gradient_descent",
        f"n = {n:,}",
        ours(mm.optim.GradientDescent(lr=RATE), [x], [g]),
        {**pytorch("SGD", [x], [g]), "NumPy": numpy},
        # The rate, the product and the difference are rounded by eps/2 each, here and in the reference.
        harness.within(exact, np.finfo(dtype).eps * (np.abs(exact) + 2 * np.abs(RATE * g.astype(np.float64)))),
        dtype=dtype,
        bytes=amount,
        limit=limits("add", amount, 2, 3),
        **turns(n),
    )
