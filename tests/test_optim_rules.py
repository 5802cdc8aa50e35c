# SPDX-License-Identifier: BSD-3-Clause
"""Every rule for 1000 steps against a scalar float64 transcription of its paper, and against PyTorch's optimizers."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from mlmath_native.optim import (
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    AMSGrad,
    GradientDescent,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    RAdam,
    RMSprop,
)

# ---- the papers, one parameter in float64 ----------------------------------------------------------------------------------------


def descent(lr: float, momentum: float = 0, dampening: float = 0, decay: float = 0, nesterov: bool = False) -> Iterator[float]:
    x, g = yield 0.0  # type: ignore[misc]
    u, t = 0.0, 0
    while True:
        t += 1
        g += decay * x
        u = momentum * u + (1 - (dampening if t > 1 else 0)) * g
        x, g = yield x - lr * (g + momentum * u if nesterov else u)  # type: ignore[misc]


def adagrad(lr: float, lr_decay: float, start: float, eps: float) -> Iterator[float]:
    x, g = yield 0.0  # type: ignore[misc]
    s, t = start, 0
    while True:
        t += 1
        s += g * g
        x, g = yield x - lr / (1 + (t - 1) * lr_decay) * g / (math.sqrt(s) + eps)  # type: ignore[misc]


def adadelta(lr: float, rho: float, eps: float) -> Iterator[float]:
    x, g = yield 0.0  # type: ignore[misc]
    s = d = 0.0
    while True:
        s = rho * s + (1 - rho) * g * g
        move = math.sqrt(d + eps) / math.sqrt(s + eps) * g
        d = rho * d + (1 - rho) * move * move
        x, g = yield x - lr * move  # type: ignore[misc]


def rmsprop(lr: float, alpha: float, eps: float, momentum: float = 0, centered: bool = False) -> Iterator[float]:
    x, g = yield 0.0  # type: ignore[misc]
    s = mean = u = 0.0
    while True:
        s = alpha * s + (1 - alpha) * g * g
        mean = alpha * mean + (1 - alpha) * g
        u = momentum * u + g / (math.sqrt(max(s - mean * mean, 0) if centered else s) + eps)
        x, g = yield x - lr * u  # type: ignore[misc]


def lion(lr: float, beta1: float, beta2: float, decay: float) -> Iterator[float]:
    x, g = yield 0.0  # type: ignore[misc]
    m = 0.0
    while True:
        mixed = beta1 * m + (1 - beta1) * g
        m = beta2 * m + (1 - beta2) * g
        x, g = yield (1 - lr * decay) * x - lr * math.copysign(1, mixed)  # type: ignore[misc]


def adam(
    lr: float,
    variant: str = "adam",
    coupled: float = 0,
    decoupled: float = 0,
    uncorrected: bool = False,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    psi: float = 4e-3,
) -> Iterator[float]:
    x, g = yield 0.0  # type: ignore[misc]
    m = v = largest = 0.0
    t, product = 0, 1.0
    r = 2 / (1 - beta2) - 1
    while True:
        t += 1
        g += coupled * x
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        largest = max(largest, v)
        second = largest if variant == "amsgrad" else v
        c1, c2 = 1 - beta1**t, 1 - beta2**t
        denominator = (math.sqrt(second) + eps) / math.sqrt(c2) if uncorrected else math.sqrt(second / c2) + eps
        move = m / c1 / denominator
        if variant == "nadam":
            mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (k * psi)) for k in (t, t + 1))
            product *= mu
            move = ((1 - mu) * g / (1 - product) + mu_next * m / (1 - product * mu_next)) / denominator
        if variant == "radam":
            r_t = r - 2 * t * beta2**t / c2
            move = m / c1
            if r_t > 5:
                move *= math.sqrt((r_t - 4) * (r_t - 2) * r / ((r - 4) * (r - 2) * r_t)) * math.sqrt(c2) / (math.sqrt(v) + eps)
        x, g = yield (1 - lr * decoupled) * x - lr * move  # type: ignore[misc]


Make = Callable[[Any], Optimizer]
CASES: dict[str, tuple[Make, Callable[[], Iterator[float]]]] = {
    "plain": (lambda x: GradientDescent(x, lr=0.1), lambda: descent(0.1)),
    "decayed": (lambda x: GradientDescent(x, lr=0.1, weight_decay=0.5), lambda: descent(0.1, decay=0.5)),
    "momentum": (lambda x: Momentum(x, lr=0.1), lambda: descent(0.1, 0.9)),
    "dampened": (lambda x: Momentum(x, lr=0.1, dampening=0.3), lambda: descent(0.1, 0.9, 0.3)),
    "nesterov": (lambda x: Nesterov(x, lr=0.1), lambda: descent(0.1, 0.9, nesterov=True)),
    "adagrad": (lambda x: Adagrad(x, 0.1, 0.01, initial_accumulator_value=0.2), lambda: adagrad(0.1, 0.01, 0.2, 1e-10)),
    "adadelta": (lambda x: Adadelta(x), lambda: adadelta(1, 0.9, 1e-6)),
    "rmsprop": (lambda x: RMSprop(x), lambda: rmsprop(0.01, 0.99, 1e-8)),
    "rmsprop momentum": (lambda x: RMSprop(x, momentum=0.9), lambda: rmsprop(0.01, 0.99, 1e-8, 0.9)),
    "rmsprop centered": (
        lambda x: RMSprop(x, centered=True, momentum=0.5, eps=1e-3),
        lambda: rmsprop(0.01, 0.99, 1e-3, 0.5, True),
    ),
    "lion": (lambda x: Lion(x, lr=0.01, weight_decay=0.1), lambda: lion(0.01, 0.9, 0.99, 0.1)),
    "adam": (lambda x: Adam(x, lr=0.01), lambda: adam(0.01)),
    "adam coupled": (lambda x: Adam(x, lr=0.01, weight_decay=0.1), lambda: adam(0.01, coupled=0.1)),
    "adam uncorrected": (
        lambda x: Adam(x, lr=0.01, eps=1e-2, eps_mode="uncorrected"),
        lambda: adam(0.01, uncorrected=True, eps=1e-2),
    ),
    "adamw": (lambda x: AdamW(x, lr=0.01, weight_decay=0.1), lambda: adam(0.01, decoupled=0.1)),
    "amsgrad": (lambda x: AMSGrad(x, lr=0.01), lambda: adam(0.01, "amsgrad")),
    "nadam": (lambda x: NAdam(x, lr=0.01), lambda: adam(0.01, "nadam")),
    "nadam uncorrected": (lambda x: NAdam(x, lr=0.01, eps_mode="uncorrected"), lambda: adam(0.01, "nadam", uncorrected=True)),
    "radam": (lambda x: RAdam(x, lr=0.01), lambda: adam(0.01, "radam")),
    "radam decoupled": (
        lambda x: RAdam(x, lr=0.01, weight_decay=0.1, decoupled_weight_decay=True),
        lambda: adam(0.01, "radam", decoupled=0.1),
    ),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("make", "paper"), CASES.values(), ids=CASES.keys())
def test_thousand_steps_match_the_paper(
    isa: str, dtype: type, make: Make, paper: Callable[[], Iterator[float]], rng: np.random.Generator
) -> None:
    n, steps, columns = 21, 1000, (0, 8, 20)
    x = rng.normal(size=n).astype(dtype)
    gradients = (rng.normal(size=(steps, n)) + 0.1).astype(dtype)
    expected, largest = [], 0.0
    for j in columns:
        rule = paper()
        next(rule)
        value = float(x[j])
        for g in gradients[:, j]:
            value = rule.send((value, float(g)))  # type: ignore[attr-defined]
            largest = max(largest, abs(value))
        expected.append(value)
    ours = make(x)
    for g in gradients:
        ours.step(g)
    # Every step rounds x once (eps/2 of its size) and moves it by far less than that size, within 20 eps of the move (30 eps where
    # a velocity of memory 10 or a variance is behind it): less than 4 eps of the largest x altogether, over 1000 steps.
    assert ours.steps_taken == steps
    np.testing.assert_allclose(x[list(columns)], expected, rtol=0, atol=4 * steps * float(np.finfo(dtype).eps) * max(largest, 1))


TORCH: dict[str, tuple[Make, str, dict[str, Any]]] = {
    "SGD": (lambda x: GradientDescent(x, lr=0.1), "SGD", {"lr": 0.1}),
    "SGD decayed": (
        lambda x: GradientDescent(x, 0.1, 0.9, 0.3, 0.1),
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
    ),
    "Nesterov": (lambda x: Nesterov(x, lr=0.1), "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "Adagrad": (lambda x: Adagrad(x, lr_decay=0.1, weight_decay=0.1), "Adagrad", {"lr_decay": 0.1, "weight_decay": 0.1}),
    "Adadelta": (lambda x: Adadelta(x), "Adadelta", {}),
    "RMSprop": (lambda x: RMSprop(x), "RMSprop", {}),
    "RMSprop centered": (
        lambda x: RMSprop(x, centered=True, momentum=0.9, eps=1e-3),
        "RMSprop",
        {"centered": True, "momentum": 0.9, "eps": 1e-3},
    ),
    "Adam": (lambda x: Adam(x), "Adam", {}),
    "Adam, all": (
        lambda x: Adam(x, 0.01, (0.8, 0.9), 1e-3, 0.1, True),
        "Adam",
        {"lr": 0.01, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True},
    ),
    "Adam, maximize": (lambda x: Adam(x, maximize=True), "Adam", {"maximize": True}),
    "AdamW": (lambda x: AdamW(x), "AdamW", {}),
    "AMSGrad": (lambda x: AMSGrad(x), "Adam", {"amsgrad": True}),
    "NAdam": (lambda x: NAdam(x), "NAdam", {}),
    "RAdam": (lambda x: RAdam(x), "RAdam", {}),
    "RAdam decoupled": (
        lambda x: RAdam(x, weight_decay=0.1, decoupled_weight_decay=True),
        "RAdam",
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ),
}


@pytest.mark.parametrize(("make", "name", "options"), TORCH.values(), ids=TORCH.keys())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_thousand_steps_match_pytorch(
    dtype: type, make: Make, name: str, options: dict[str, Any], rng: np.random.Generator
) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    steps, start = 1000, rng.normal(size=21).astype(dtype)
    gradients = (rng.normal(size=(steps, 21)) + 0.1).astype(dtype)
    ours = torch.tensor(start, requires_grad=True)  # updated where it lies
    theirs = torch.tensor(start, requires_grad=True)
    rule, reference = make([ours]), getattr(torch.optim, name)([theirs], **options)
    largest = 1.0
    for g in gradients:
        theirs.grad = torch.tensor(g)
        reference.step()
        rule.step([torch.tensor(g)])
        largest = max(largest, float(theirs.detach().abs().max()))
    # As against the paper; NAdam's product of momenta is a float32 in PyTorch, each step within 2^-23 of its size (lr 0.002).
    eps = float(np.finfo(dtype).eps)
    bound = 4 * steps * eps * largest + (0 if name != "NAdam" else steps * 2e-3 * 2.0**-23)
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=0, atol=bound)


def test_tensors_of_other_kinds_are_refused() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(TypeError, match=r"Adam: params\[0\] must be float32 or float64, got int64"):
        Adam([torch.zeros(2, dtype=torch.int64)])
    with pytest.raises(TypeError, match=r"Adam: params\[0\] must share its memory with the CPU"):
        Adam([torch.zeros(2, device="meta")])
    with pytest.raises(TypeError, match=r"Adam: params\[0\] must share its memory with the CPU: .*BFloat16"):
        Adam([torch.zeros(2, dtype=torch.bfloat16)])
    x = torch.zeros(2, requires_grad=True)
    rule = Adam([x])
    with pytest.raises(TypeError, match=r"Adam\.step: grads\[0\] must be an array, got NoneType"):
        rule.step([x.grad])
    linear = torch.nn.Linear(3, 2)
    rule = Adam(linear.parameters(), lr=0.1)  # a generator
    linear(torch.ones(1, 3)).sum().backward()
    before = linear.weight.detach().clone()
    rule.step([p.grad for p in linear.parameters()])
    assert torch.allclose(before - linear.weight.detach(), torch.full((2, 3), 0.1), atol=1e-6)


class OnlyDLPack:
    """An exporter that is nothing but DLPack."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()


def test_dlpack_and_buffer_objects_are_updated_in_place() -> None:
    x, b = np.ones(3), array("f", [1.0, 2.0])
    rule = GradientDescent([OnlyDLPack(x), b], lr=1.0)
    rule.step([OnlyDLPack(np.ones(3)), memoryview(array("f", [1.0, 1.0]))])
    np.testing.assert_array_equal(x, 0)
    assert list(b) == [0.0, 1.0]


@pytest.mark.parametrize("centered", [False, True])
def test_constant_gradient_has_no_variance_and_no_nan(isa: str, centered: bool) -> None:
    x = np.zeros(33, np.float32)
    rule = RMSprop(x, centered=centered, alpha=0.5)
    with np.errstate(all="raise", under="ignore"):
        for _ in range(500):
            rule.step(np.full(33, 0.1, np.float32))
    assert np.isfinite(x).all()


def test_epsilon_modes_differ_where_documented() -> None:
    # First step with g = eps: corrected lr g/(g + eps) = lr/2; uncorrected lr g/(g + eps/sqrt(1 - beta2)).
    for mode, share in (("corrected", 1 / 2), ("uncorrected", 1 / (1 + 1 / math.sqrt(0.001)))):
        x = np.zeros(1)
        Adam(x, lr=1.0, eps=1e-8, eps_mode=mode).step(np.array([1e-8]))
        assert -x[0] == pytest.approx(share, rel=1e-12)
