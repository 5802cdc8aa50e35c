# SPDX-License-Identifier: BSD-3-Clause
"""Every rule for 1000 steps against a scalar float64 transcription of its paper, and against PyTorch's optimizers.

How far the two may be apart is not chosen but counted, by running error analysis ([Higham2002]_, sec. 3.3): the transcription
computes with numbers that carry the rounding errors of the step they are made in, u = eps/2 of every result, and their derivatives
by the state at its start. Then the error of the state after a step is at most |J| times that before it, plus the step's own.
"""

from __future__ import annotations

import functools
import math
from array import array
from collections.abc import Callable
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

# ---- numbers that know their rounding errors -------------------------------------------------------------------------------------


class Number:
    """A float64 value; its derivatives by the state the step began with; what rounding to `unit` may have added in this step."""

    __slots__ = ("partials", "rounding", "value")
    unit = 0.0  # u of the dtype under test

    def __init__(self, value: float, partials: tuple[float, ...], rounding: float) -> None:
        self.value, self.partials, self.rounding = value, partials, rounding

    def _result(self, value: float, other: Number, by_self: float, by_other: float) -> Number:
        partials = tuple(by_self * a + by_other * b for a, b in zip(self.partials, other.partials))
        return Number(value, partials, abs(by_self) * self.rounding + abs(by_other) * other.rounding + self.unit * abs(value))

    def __add__(self, other: Number) -> Number:
        return self._result(self.value + other.value, other, 1, 1)

    def __sub__(self, other: Number) -> Number:
        return self._result(self.value - other.value, other, 1, -1)

    def __mul__(self, other: Number) -> Number:
        return self._result(self.value * other.value, other, other.value, self.value)

    def __truediv__(self, other: Number) -> Number:
        value = self.value / other.value
        return self._result(value, other, 1 / other.value, -value / other.value)


def sqrt(a: Number) -> Number:
    root = math.sqrt(a.value)
    slope = 0.5 / root if root else 0.0  # at 0 exactly, nothing has been rounded
    return Number(root, tuple(slope * p for p in a.partials), slope * a.rounding + a.unit * root)


def larger(a: Number, b: Number) -> Number:
    return a if a.value >= b.value else b


def sign(a: Number) -> Number:
    # Of a mean over 100 steps of terms below 0.1, each with 3 roundings: 30 u.
    assert abs(a.value) > 100 * a.unit, "data too near a sign change to tell"
    return Number(math.copysign(1, a.value), (0.0,) * len(a.partials), 0.0)


State = tuple[Number, ...]
Constant = Callable[..., Number]
Step = Callable[[State, Number, int, Constant], State]  # (x, what is remembered ...), g, t: the state after step t


def follow(states: int, step: Step, start: float, initial: float, gradients: list[float], eps: float) -> tuple[float, float]:
    """x after all steps in float64, and the bound on the error of a computation with this eps."""
    Number.unit = eps / 2
    zeros = (0.0,) * states

    def constant(value: float, roundings: float = 4) -> Number:
        """A number of the step: formed in double by some operations, then rounded once."""
        return Number(value, zeros, abs(value) * (eps / 2 + roundings * 2.0**-53))

    values, errors = [start] + [initial] * (states - 1), [0.0] * states
    for t, g in enumerate(gradients, start=1):
        state = tuple(Number(v, tuple(float(i == k) for i in range(states)), 0.0) for k, v in enumerate(values))
        after = step(state, Number(g, zeros, 0.0), t, constant)
        values = [a.value for a in after]
        errors = [a.rounding + sum(abs(p) * e for p, e in zip(a.partials, errors)) for a in after]
    return values[0], errors[0]


# ---- the papers ------------------------------------------------------------------------------------------------------------------


def complement(beta: float, t: int) -> float:
    """1 - beta^t without cancellation: within 4 u of itself, as the kernels have it."""
    return -math.expm1(t * math.log(beta)) if beta else 1.0


def descent(lr: float, momentum: float = 0, dampening: float = 0, decay: float = 0, nesterov: bool = False) -> tuple[int, Step]:
    def step(state: State, g: Number, t: int, c: Constant) -> State:
        x, u = state
        if decay:
            g = g + c(decay) * x
        u = c(momentum) * u + c(1 - (dampening if t > 1 else 0)) * g if momentum else g
        return x - c(lr) * (g + c(momentum) * u if nesterov else u), u

    return 2, step


def adagrad(lr: float, lr_decay: float, eps: float, decay: float = 0) -> tuple[int, Step]:
    def step(state: State, g: Number, t: int, c: Constant) -> State:
        x, s = state
        if decay:
            g = g + c(decay) * x
        s = s + g * g
        return x - c(lr / (1 + (t - 1) * lr_decay)) * g / (sqrt(s) + c(eps)), s

    return 2, step


def adadelta(lr: float, rho: float, eps: float) -> tuple[int, Step]:
    def step(state: State, g: Number, t: int, c: Constant) -> State:
        x, s, d = state
        s = c(rho) * s + c(1 - rho) * g * g
        move = sqrt(d + c(eps)) / sqrt(s + c(eps)) * g
        return x - c(lr) * move, s, c(rho) * d + c(1 - rho) * move * move

    return 3, step


def rmsprop(lr: float, alpha: float, eps: float, momentum: float = 0, centered: bool = False) -> tuple[int, Step]:
    def step(state: State, g: Number, t: int, c: Constant) -> State:
        x, s, mean, u = state
        s = c(alpha) * s + c(1 - alpha) * g * g
        mean = c(alpha) * mean + c(1 - alpha) * g
        move = g / (sqrt(s - mean * mean if centered else s) + c(eps))
        u = c(momentum) * u + move if momentum else move
        return x - c(lr) * u, s, mean, u

    return 4, step


def lion(lr: float, beta1: float, beta2: float, decay: float) -> tuple[int, Step]:
    def step(state: State, g: Number, t: int, c: Constant) -> State:
        x, m = state
        mixed = c(beta1) * m + c(1 - beta1) * g
        m = c(beta2) * m + c(1 - beta2) * g
        return c(1 - lr * decay) * x - c(lr) * sign(mixed), m

    return 2, step


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
) -> tuple[int, Step]:
    r = 2 / (1 - beta2) - 1

    def mu(t: int) -> float:
        return beta1 * (1 - 0.5 * 0.96 ** (t * psi))

    def move(g: Number, m: Number, v: Number, t: int, c: Constant) -> Number:
        c1, c2 = complement(beta1, t), complement(beta2, t)
        denominator = (sqrt(v) + c(eps)) / c(math.sqrt(c2)) if uncorrected else sqrt(v / c(c2)) + c(eps)
        if variant == "nadam":
            product = math.prod(mu(k) for k in range(1, t + 1))
            # The product has t roundings, of which the difference from 1 keeps its share.
            first, second = (8 + t * p / (1 - p) for p in (product, product * mu(t + 1)))
            ahead = c(mu(t + 1) / (1 - product * mu(t + 1)), second) * m
            return (c((1 - mu(t)) / (1 - product), first) * g + ahead) / denominator
        if variant == "radam":
            r_t = r - 2 * t * beta2**t / c2
            if r_t <= 5:
                return m / c(c1)
            # r_t is a difference of numbers up to r, each within 4 u.
            lost = 8 + 2 * r * (1 / (r_t - 4) + 1 / (r_t - 2) + 1 / r_t)
            rectification = math.sqrt((r_t - 4) * (r_t - 2) * r / ((r - 4) * (r - 2) * r_t))
            return c(rectification * math.sqrt(c2) / c1, lost) * m / (sqrt(v) + c(eps))
        return m / c(c1) / denominator

    def step(state: State, g: Number, t: int, c: Constant) -> State:
        x, m, v, largest = state
        if coupled:
            g = g + c(coupled) * x
        m = c(beta1) * m + c(1 - beta1) * g
        v = c(beta2) * v + c(1 - beta2) * g * g
        largest = larger(largest, v)
        kept = c(1 - lr * decoupled) * x if decoupled else x
        return kept - c(lr) * move(g, m, largest if variant == "amsgrad" else v, t, c), m, v, largest

    return 4, step


Make = Callable[[Any], Optimizer]
CASES: dict[str, tuple[Make, tuple[int, Step]]] = {
    "plain": (lambda x: GradientDescent(x, lr=0.1), descent(0.1)),
    "decayed": (lambda x: GradientDescent(x, lr=0.1, weight_decay=0.5), descent(0.1, decay=0.5)),
    "momentum": (lambda x: Momentum(x, lr=0.1), descent(0.1, 0.9)),
    "dampened": (lambda x: Momentum(x, lr=0.1, dampening=0.3), descent(0.1, 0.9, 0.3)),
    "nesterov": (lambda x: Nesterov(x, lr=0.1), descent(0.1, 0.9, nesterov=True)),
    "adagrad": (lambda x: Adagrad(x, 0.1, 0.01, initial_accumulator_value=0.2), adagrad(0.1, 0.01, 1e-10)),
    "adadelta": (lambda x: Adadelta(x), adadelta(1, 0.9, 1e-6)),
    "rmsprop": (lambda x: RMSprop(x), rmsprop(0.01, 0.99, 1e-8)),
    "rmsprop momentum": (lambda x: RMSprop(x, momentum=0.9), rmsprop(0.01, 0.99, 1e-8, 0.9)),
    "rmsprop centered": (
        lambda x: RMSprop(x, centered=True, momentum=0.5, eps=1e-3),
        rmsprop(0.01, 0.99, 1e-3, 0.5, True),
    ),
    "lion": (lambda x: Lion(x, lr=0.01, weight_decay=0.1), lion(0.01, 0.9, 0.99, 0.1)),
    "adam": (lambda x: Adam(x, lr=0.01), adam(0.01)),
    "adam coupled": (lambda x: Adam(x, lr=0.01, weight_decay=0.1), adam(0.01, coupled=0.1)),
    "adam uncorrected": (
        lambda x: Adam(x, lr=0.01, eps=1e-2, eps_mode="uncorrected"),
        adam(0.01, uncorrected=True, eps=1e-2),
    ),
    "adamw": (lambda x: AdamW(x, lr=0.01, weight_decay=0.1), adam(0.01, decoupled=0.1)),
    "amsgrad": (lambda x: AMSGrad(x, lr=0.01), adam(0.01, "amsgrad")),
    "nadam": (lambda x: NAdam(x, lr=0.01), adam(0.01, "nadam")),
    "nadam uncorrected": (lambda x: NAdam(x, lr=0.01, eps_mode="uncorrected"), adam(0.01, "nadam", uncorrected=True)),
    "radam": (lambda x: RAdam(x, lr=0.01), adam(0.01, "radam")),
    "radam decoupled": (
        lambda x: RAdam(x, lr=0.01, weight_decay=0.1, decoupled_weight_decay=True),
        adam(0.01, "radam", decoupled=0.1),
    ),
}

STEPS, SIZE, COLUMNS = 1000, 21, (0, 8, 20)  # columns of a register's middle and of the tail


def problem(dtype: type) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20)
    return rng.normal(size=SIZE).astype(dtype), (rng.normal(size=(STEPS, SIZE)) + 0.1).astype(dtype)


@functools.cache
def expected(states: int, step: Step, initial: float, dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """The transcription's x and bound in `COLUMNS`; the reference itself rounds in float64."""
    x, gradients = problem(dtype)
    found = []
    for j in COLUMNS:
        value, bound = follow(states, step, float(x[j]), initial, gradients[:, j].tolist(), float(np.finfo(dtype).eps))
        found.append((value, bound * (1 + 2.0**-52 / float(np.finfo(dtype).eps))))
    values, bounds = np.array(found).T
    return values, bounds


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_thousand_steps_match_the_paper(isa: str, dtype: type, case: str) -> None:
    make, (states, step) = CASES[case]
    x, gradients = problem(dtype)
    values, bounds = expected(states, step, 0.2 if case == "adagrad" else 0.0, dtype)
    start, ours = x.copy(), make(x)
    for g in gradients:
        ours.step(g)
    assert ours.steps_taken == STEPS
    assert (np.abs(x[list(COLUMNS)] - values) <= bounds).all()
    # A bound that allowed a percent of the way would not see a wrong constant.
    assert (bounds < 0.01 * np.abs(values - start[list(COLUMNS)])).all()


TORCH: dict[str, tuple[Make, str, dict[str, Any], tuple[int, Step]]] = {
    "SGD": (lambda x: GradientDescent(x, lr=0.1), "SGD", {"lr": 0.1}, descent(0.1)),
    "SGD decayed": (
        lambda x: GradientDescent(x, 0.1, 0.9, 0.3, 0.1),
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
        descent(0.1, 0.9, 0.3, 0.1),
    ),
    "Nesterov": (
        lambda x: Nesterov(x, lr=0.1),
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        descent(0.1, 0.9, nesterov=True),
    ),
    "Adagrad": (
        lambda x: Adagrad(x, lr_decay=0.1, weight_decay=0.1),
        "Adagrad",
        {"lr_decay": 0.1, "weight_decay": 0.1},
        adagrad(0.01, 0.1, 1e-10, 0.1),
    ),
    "Adadelta": (lambda x: Adadelta(x), "Adadelta", {}, adadelta(1, 0.9, 1e-6)),
    "RMSprop": (lambda x: RMSprop(x), "RMSprop", {}, rmsprop(0.01, 0.99, 1e-8)),
    "RMSprop centered": (
        lambda x: RMSprop(x, centered=True, momentum=0.9, eps=1e-3),
        "RMSprop",
        {"centered": True, "momentum": 0.9, "eps": 1e-3},
        rmsprop(0.01, 0.99, 1e-3, 0.9, True),
    ),
    "Adam": (lambda x: Adam(x), "Adam", {}, adam(1e-3)),
    "Adam, all": (
        lambda x: Adam(x, 0.01, (0.8, 0.9), 1e-3, 0.1, True),
        "Adam",
        {"lr": 0.01, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True},
        adam(0.01, "amsgrad", coupled=0.1, beta1=0.8, beta2=0.9, eps=1e-3),
    ),
    "Adam, maximize": (lambda x: Adam(x, maximize=True), "Adam", {"maximize": True}, adam(1e-3)),
    "AdamW": (lambda x: AdamW(x), "AdamW", {}, adam(1e-3, decoupled=0.01)),
    "AMSGrad": (lambda x: AMSGrad(x), "Adam", {"amsgrad": True}, adam(1e-3, "amsgrad")),
    "NAdam": (lambda x: NAdam(x), "NAdam", {}, adam(2e-3, "nadam")),
    "RAdam": (lambda x: RAdam(x), "RAdam", {}, adam(1e-3, "radam")),
    "RAdam decoupled": (
        lambda x: RAdam(x, weight_decay=0.1, decoupled_weight_decay=True),
        "RAdam",
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
        adam(1e-3, "radam", decoupled=0.1),
    ),
}


@pytest.mark.parametrize("case", TORCH)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_thousand_steps_match_pytorch(dtype: type, case: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    make, name, options, (states, step) = TORCH[case]
    start, gradients = problem(dtype)
    ours = torch.tensor(start, requires_grad=True)  # updated where it lies
    theirs = torch.tensor(start, requires_grad=True)
    rule, reference = make([ours]), getattr(torch.optim, name)([theirs], **options)
    for g in gradients:
        theirs.grad = torch.tensor(g)
        reference.step()
        rule.step([torch.tensor(g)])
    values, bounds = expected(states, step, 0.0, dtype)
    if case == "NAdam":  # PyTorch keeps the product of momenta in float32: each step within 2^-23 of its size (lr 0.002)
        bounds = bounds + STEPS * 2e-3 * 2.0**-23
    found, other = (tensor.detach().numpy()[list(COLUMNS)] for tensor in (ours, theirs))
    assert (np.abs(found - other) <= 2 * bounds).all()  # each within its bound of the exact result
    if "maximize" not in options:
        assert (np.abs(found - values) <= bounds).all()


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


def test_read_only_exporters_are_gradients_and_no_parameters() -> None:
    frozen = np.ones(3)
    frozen.flags.writeable = False
    for held in (frozen, memoryview(b"\0" * 24).cast("d")):
        with pytest.raises(ValueError, match=r"^GradientDescent: params\[0\] is read-only"):
            GradientDescent([held], lr=1.0)
        x = np.zeros(3)
        GradientDescent([x], lr=1.0).step([held])
        np.testing.assert_array_equal(x, -np.asarray(held))


def test_tensors_of_any_layout_are_updated_where_they_lie() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    start, g = torch.randn(6, 8, dtype=torch.float64), torch.randn(6, 8, dtype=torch.float64)
    plain = start.clone()
    Adam([plain], lr=0.1).step([g])
    for hold in (lambda t: t.T.contiguous().T, lambda t: torch.stack([t, t], dim=2)[:, :, 0], lambda t: torch.cat([t, t])[6:]):
        x = hold(start)
        Adam([x], lr=0.1).step([hold(g)])
        assert torch.equal(x, plain)
    x = start.clone()
    rule = Adam([x, torch.zeros(())], lr=0.1)
    rule.step([g, torch.ones(())])  # 0-d, float32
    assert torch.equal(x, plain)
    both = torch.zeros(9, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"^Adam: params\[0\] shares memory with params\[1\]"):
        Adam([both[:5], both[4:]])
    with pytest.raises(ValueError, match=r"^Adam\.step: grads\[0\] shares memory with params\[0\]"):
        Adam([both[:5]]).step([both[4:]])
    with pytest.raises(ValueError, match=r"^Adam: params\[0\] has elements that share memory"):
        Adam([torch.zeros(1).expand(4)])
    assert not both.any()


def test_uncorrected_epsilon_is_scikit_learns() -> None:
    optimizers = pytest.importorskip("sklearn.neural_network._stochastic_optimizers", reason="scikit-learn is not installed")
    start, gradients = problem(np.float64)
    x, theirs = start.copy(), start.copy()
    rule = Adam(x, lr=0.01, eps=1e-2, eps_mode="uncorrected")
    reference = optimizers.AdamOptimizer([theirs], learning_rate_init=0.01, epsilon=1e-2)
    for g in gradients:
        rule.step(g)
        reference.update_params([theirs], [g])
    _, bounds = expected(*CASES["adam uncorrected"][1], 0.0, np.float64)
    assert (np.abs(x - theirs)[list(COLUMNS)] <= 2 * bounds).all()


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
