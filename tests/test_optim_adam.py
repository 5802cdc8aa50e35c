# SPDX-License-Identifier: BSD-3-Clause
"""Adam against a scalar float64 reference, and the properties its contract promises."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native.optim import Adam, AdamW

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 1000]


def reference(
    x: float, gradients: list[float], rate: float, beta1: float, beta2: float, epsilon: float, decay: float, eps: float
) -> tuple[float, float]:
    """Algorithm 1 of the paper for one parameter in float64, and a first-order bound on what rounding to `eps` may add up to."""
    m = v = bound = 0.0
    largest = max(abs(g) for g in gradients)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        denominator = math.sqrt(v / (1 - beta2**t)) + epsilon
        move = rate * (m / (1 - beta1**t)) / denominator
        x = (1 - rate * decay) * x - move
        # Rounding of x; of m, whose terms may cancel (each carries at most 3 eps per step of its memory 1/(1 - beta1)); of v, whose
        # terms are positive (3 eps per step of its memory, halved by the root); of the move itself.
        memory1, memory2 = min(t, 1 / (1 - beta1)), min(t, 1 / (1 - beta2))
        bound += eps * (2 * abs(x) + rate / denominator * largest * 3 * memory1 + abs(move) * (8 + 1.5 * memory2))
    return x, bound


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
        {"lr": 0.01, "weight_decay": 0.1},
        {"betas": (0.0, 0.0), "eps": 0.1},
    ],
)
def test_thousand_steps_match_scalar_reference(isa: str, dtype: type, options: dict[str, Any], rng: np.random.Generator) -> None:
    x = rng.normal(size=5).astype(dtype)
    gradients = rng.normal(size=(1000, 5)).astype(dtype) * np.logspace(-6, 3, 5).astype(dtype)
    start, adam = x.copy(), AdamW(x, **{"weight_decay": 0.0, **options})
    for g in gradients:
        adam.step(g)
    assert adam.steps_taken == 1000
    for j in range(5):
        expected, bound = reference(
            float(start[j]),
            [float(g) for g in gradients[:, j]],
            adam.lr,
            *adam.param_groups[0]["betas"],
            adam.param_groups[0]["eps"],
            adam.param_groups[0]["weight_decay"],
            float(np.finfo(dtype).eps),
        )
        assert abs(float(x[j]) - expected) <= bound


def numpy_steps(x: NDArray[np.floating], gradients: NDArray[np.floating], rate: float) -> NDArray[np.floating]:
    """The same operations in the same order in NumPy: nothing is fused, so the bits must agree."""
    T = x.dtype.type
    m, v, x = np.zeros_like(x), np.zeros_like(x), x.copy()
    for t, g in enumerate(gradients, start=1):
        m = T(0.9) * m + T(1 - 0.9) * g
        v = T(0.999) * v + T(1 - 0.999) * g * g
        move = T(rate / -math.expm1(t * math.log(0.9)))
        root_scale = T(1 / math.sqrt(-math.expm1(t * math.log(0.999))))
        x = x - move * (m / (np.sqrt(v) * root_scale + T(1e-8)))
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", SIZES)
def test_bits_of_numpy_expression(isa: str, dtype: type, n: int, rng: np.random.Generator) -> None:
    x, gradients = rng.normal(size=n).astype(dtype), rng.normal(size=(3, n)).astype(dtype)
    expected = numpy_steps(x, gradients, 0.01)
    padded = np.full(n + 9, 7, dtype)
    for offset in range(4):  # misaligned starts; what lies around is not touched
        padded[:] = 7
        y = padded[offset : offset + n]
        y[:] = x
        adam = Adam(y, lr=0.01)
        for g in gradients:
            adam.step(g)
        np.testing.assert_array_equal(y, expected)
        assert (padded[:offset] == 7).all()
        assert (padded[offset + n :] == 7).all()


def test_bits_do_not_depend_on_threads_or_lists(isa: str, threads: int, rng: np.random.Generator) -> None:
    x, gradients = rng.normal(size=100_003), rng.normal(size=(2, 100_003))
    expected = numpy_steps(x, gradients, 1e-3)
    whole = x.copy()
    adam = Adam(whole)
    for g in gradients:
        adam.step(g)
    np.testing.assert_array_equal(whole, expected)
    cuts = [1, 2, 300, 300, 70_000]
    parts = [p.copy() for p in np.split(x, cuts)]
    adam = Adam(parts)
    for g in gradients:
        adam.step(np.split(g, cuts))
    np.testing.assert_array_equal(np.concatenate(parts), expected)


def test_weight_decay_is_decoupled(rng: np.random.Generator) -> None:
    x = rng.normal(size=17)
    decayed = x.copy()
    AdamW(decayed, lr=0.1, weight_decay=0.5).step(np.zeros(17))  # no gradient: only the decay is left
    np.testing.assert_array_equal(decayed, x * (1 - 0.1 * 0.5))


def test_zero_rate_moves_nothing_but_remembers(rng: np.random.Generator) -> None:
    x = rng.normal(size=9)
    before, adam = x.copy(), Adam(x, lr=0.0)
    adam.step(np.ones(9))
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(adam.state[0]["exp_avg"], np.full(9, 1 - 0.9))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dead_parameter_does_not_become_denormal(isa: str, dtype: type) -> None:
    adam = Adam(np.zeros(19, dtype), lr=0.1, betas=(0.1, 0.9))
    adam.step(np.ones(19, dtype))
    for _ in range(330):
        adam.step(np.zeros(19, dtype))
    assert (adam.state[0]["exp_avg"] == 0).all()


def test_nan_stays_in_its_element(isa: str) -> None:
    x, g = np.ones(37), np.ones(37)
    g[5] = np.nan
    adam = Adam(x)
    adam.step(g)  # quiet: NaN is no invalid operation
    adam.step(np.ones(37))
    assert np.isnan(x[5])
    assert np.isfinite(np.delete(x, 5)).all()


def test_float32_overflow_obeys_errstate() -> None:
    x = np.ones(5, np.float32)
    g = np.full(5, 1e21, np.float32)
    with pytest.warns(RuntimeWarning, match=r"overflow encountered in Adam.step"):
        Adam(x).step(g)
    adam = Adam(x)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match=r"Adam\.step"):
        adam.step(g)
    assert adam.steps_taken == 1  # as with NumPy's in-place operations, the work was done


@pytest.mark.parametrize("n", SIZES)
def test_no_spurious_warning_with_zero_epsilon(isa: str, n: int) -> None:
    x = np.ones(n, np.float32)
    with np.errstate(all="raise"):
        Adam(x, eps=0).step(np.ones(n, np.float32))


def test_scalar_parameter() -> None:
    x = np.array(2.0)
    Adam(x, lr=0.5).step(2 * x)  # 2 * x is a NumPy scalar
    assert abs(float(x) - 1.5) < 1e-7
    assert mm.optim.Adam is Adam
