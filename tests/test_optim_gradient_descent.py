# SPDX-License-Identifier: BSD-3-Clause
"""Gradient descent, plain and with momentum, against NumPy expressions of the same operations: the bits must agree."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mlmath_native.optim import GradientDescent

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 1000]
RULES = [(0.0, False), (0.9, False), (0.9, True)]


def numpy_steps(
    x: NDArray[np.floating], gradients: NDArray[np.floating], rate: float, momentum: float, nesterov: bool
) -> NDArray[np.floating]:
    T = x.dtype.type
    u, x = np.zeros_like(x), x.copy()
    for g in gradients:
        if momentum == 0:
            x -= T(rate) * g
        else:
            u = T(momentum) * u + g
            x -= T(rate) * (g + T(momentum) * u if nesterov else u)
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("momentum", "nesterov"), RULES)
@pytest.mark.parametrize("n", SIZES)
def test_bits_of_numpy_expression(isa: str, dtype: type, momentum: float, nesterov: bool, n: int, rng: np.random.Generator) -> None:
    x, gradients = rng.normal(size=n).astype(dtype), rng.normal(size=(3, n)).astype(dtype)
    expected = numpy_steps(x, gradients, 0.1, momentum, nesterov)
    padded = np.full(n + 9, 7, dtype)
    y = padded[3 : 3 + n]
    y[:] = x
    descent = GradientDescent(y, lr=0.1, momentum=momentum, nesterov=nesterov)
    for g in gradients:
        descent.step(g)
    np.testing.assert_array_equal(y, expected)
    assert (padded[:3] == 7).all()
    assert (padded[3 + n :] == 7).all()


@pytest.mark.parametrize(("momentum", "nesterov"), RULES)
def test_bits_do_not_depend_on_threads(isa: str, threads: int, momentum: float, nesterov: bool, rng: np.random.Generator) -> None:
    x, gradients = rng.normal(size=100_003).astype(np.float32), rng.normal(size=(2, 100_003)).astype(np.float32)
    expected = numpy_steps(x, gradients, 0.1, momentum, nesterov)
    descent = GradientDescent(x, lr=0.1, momentum=momentum, nesterov=nesterov)
    for g in gradients:
        descent.step(g)
    np.testing.assert_array_equal(x, expected)


def test_thousand_steps_of_heavy_ball_match_closed_form(isa: str) -> None:
    # On f = a x^2 / 2 the pair (x, u) is multiplied by a fixed 2 x 2 matrix; its power in exact-enough arithmetic is the oracle.
    a, rate, momentum = 1.5, 0.01, 0.9
    x = np.array([4.0])
    descent = GradientDescent(x, lr=rate, momentum=momentum)
    for _ in range(1000):
        descent.step(a * x)
    step = np.array([[1 - rate * a, -rate * momentum], [a, momentum]], dtype=np.longdouble)
    state = np.array([4.0, 0.0], dtype=np.longdouble)
    for _ in range(1000):
        state = step @ state
    # Every step adds at most a few eps of the current size; the sizes decay like 0.95^t from 4.
    assert abs(float(x[0]) - float(state[0])) <= 1000 * 8 * np.finfo(float).eps * 4 * 0.95**1000 + np.finfo(float).tiny


def test_zero_rate_moves_nothing(rng: np.random.Generator) -> None:
    x = rng.normal(size=9)
    before = x.copy()
    GradientDescent(x, lr=0.0).step(np.ones(9))
    np.testing.assert_array_equal(x, before)


def test_rate_may_follow_a_schedule() -> None:
    x = np.array([1.0])
    descent = GradientDescent(x, lr=0.5)
    descent.step(np.array([1.0]))
    descent.lr = 0.25
    descent.step(np.array([1.0]))
    assert x[0] == 0.25


def test_gradient_may_be_the_parameter_itself(isa: str) -> None:
    x = np.arange(1.0, 20.0)
    expected = x - 0.25 * x
    GradientDescent(x, lr=0.25).step(x)
    np.testing.assert_array_equal(x, expected)


def test_nan_stays_in_its_element(isa: str) -> None:
    x, g = np.ones(37), np.ones(37)
    g[5] = np.nan
    GradientDescent(x, lr=0.1, momentum=0.9).step(g)
    assert np.isnan(x[5])
    assert np.isfinite(np.delete(x, 5)).all()


def test_nesterov_needs_momentum() -> None:
    with pytest.raises(ValueError, match=r"GradientDescent: nesterov needs momentum > 0"):
        GradientDescent(lr=0.1, nesterov=True)
