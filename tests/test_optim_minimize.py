# SPDX-License-Identifier: BSD-3-Clause
"""minimize: known minima, closed forms, divergence, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native.optim import Adam, DivergenceWarning, GradientDescent

EPS = np.finfo(float).eps


def square(x: NDArray[Any]) -> tuple[Any, Any]:
    return x * x, 2 * x


def bowl(x: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    curvature = np.array([1.0, 10.0])
    return float(0.5 * (curvature * x * x).sum()), curvature * x


def rosenbrock(x: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    a, b = x
    return float((1 - a) ** 2 + 100 * (b - a * a) ** 2), np.array([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)])


def test_square_from_ten_shrinks_by_the_known_factor() -> None:
    result = GradientDescent(lr=0.1).minimize(square, 10.0, steps=50, keep_path=True)
    powers = 10 * 0.8 ** np.arange(51)
    assert result.path is not None
    # Every step rounds a product and a difference: at most 4 eps of the current point, carried along by the factor 0.8.
    np.testing.assert_allclose(result.path, powers, rtol=50 * 4 * EPS, atol=0)
    np.testing.assert_allclose(result.values, powers**2, rtol=(100 * 4 + 1) * EPS, atol=0)
    assert result.x.shape == ()
    assert (result.nit, result.success) == (50, True)
    assert result.fun == result.values[-1]


def test_bowl_and_rosenbrock_reach_their_minima() -> None:
    result = GradientDescent(lr=0.15).minimize(bowl, [4.0, 2.0], steps=300)
    # the slow direction shrinks by 1 - 0.15 per step
    assert np.abs(result.x).max() <= 4 * 0.85**300 * 1.01
    result = Adam(lr=0.02).minimize(rosenbrock, [-1.2, 1.0], steps=8000, gradient_tolerance=1e-8)
    assert result.success
    # The Hessian at (1, 1) has smallest eigenvalue 0.399: a gradient g is within |g| / 0.39 of the minimum.
    assert np.linalg.norm(rosenbrock(result.x)[1]) <= np.sqrt(2) * 1e-8
    assert np.linalg.norm(result.x - 1) <= np.sqrt(2) * 1e-8 / 0.39
    assert result.message.startswith("gradient within")


def test_momentum_is_faster_on_a_narrow_valley() -> None:
    plain = GradientDescent(lr=0.15).minimize(bowl, [4.0, 2.0], steps=60)
    heavy = GradientDescent(lr=0.15, momentum=0.5).minimize(bowl, [4.0, 2.0], steps=60)
    assert heavy.fun < plain.fun


def test_divergence_stops_with_a_warning_and_the_last_finite_point() -> None:
    message = r"GradientDescent.minimize: diverged: .* smaller lr than 1.5"
    with np.errstate(over="ignore"), pytest.warns(DivergenceWarning, match=message):
        result = GradientDescent(lr=1.5).minimize(square, 10.0, steps=100_000, keep_path=True)
    assert not result.success
    assert np.isfinite(result.x)
    assert np.isfinite(result.fun)
    assert result.path is not None
    assert result.path[-1] == result.x
    assert result.nit == len(result.values) - 1 < 600  # x doubles: overflow of x^2 after about 510 steps


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_divergence_of_x_itself_is_seen(dtype: type) -> None:
    # The value never shows it: (0, -big) everywhere. x doubles its distance to overflow in the second step.
    big = np.finfo(dtype).max / 2
    seen = []

    def slope(x: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        seen.append(x)
        return 0.0, np.full_like(x, -big)

    with pytest.warns(DivergenceWarning, match="diverged: x not finite after step 3; x is the point before it"):
        result = GradientDescent(lr=1.0).minimize(slope, np.zeros(2, dtype), steps=10)
    assert (result.success, result.nit) == (False, 2)
    np.testing.assert_array_equal(result.x, np.full(2, 2 * big, dtype))
    assert all(np.isfinite(x).all() for x in seen)


def test_one_class_of_warning_for_the_package() -> None:
    assert issubclass(DivergenceWarning, mm.optim.ConvergenceWarning)
    assert mm.optim.ConvergenceWarning is mm.linalg.ConvergenceWarning


def test_float32_is_kept_and_integers_become_float64() -> None:
    assert GradientDescent(lr=0.1).minimize(square, np.float32(3), steps=2).x.dtype == np.float32
    assert GradientDescent(lr=0.1).minimize(lambda x: ((x * x).sum(), 2 * x), [3, 4], steps=2).x.dtype == np.float64


def test_start_and_own_state_are_left_alone() -> None:
    x0, adam = np.array([3.0, -2.0]), Adam(lr=0.1)
    first = adam.minimize(bowl, x0, steps=20)
    second = adam.minimize(bowl, x0, steps=20)
    np.testing.assert_array_equal(first.x, second.x)
    np.testing.assert_array_equal(x0, [3.0, -2.0])
    assert adam.steps_taken == 0


def test_function_may_keep_and_change_its_argument() -> None:
    seen: list[NDArray[Any]] = []

    def greedy(x: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        value = bowl(x)
        seen.append(x)
        x += 100
        return value

    result, expected = (GradientDescent(lr=0.1).minimize(f, [1.0, 1.0], steps=3) for f in (greedy, bowl))
    assert result.fun == expected.fun
    assert len({id(x) for x in seen}) == 4


def test_callback_sees_every_step_and_can_stop() -> None:
    seen: list[tuple[int, float]] = []

    def callback(step: int, x: NDArray[Any], value: float) -> bool:
        seen.append((step, value))
        return step == 7

    result = GradientDescent(lr=0.1).minimize(square, 1.0, steps=100, callback=callback)
    assert [s for s, _ in seen] == list(range(8))
    assert result.nit == 7
    assert result.message == "stopped by callback after step 7"


def test_zero_steps_and_size_zero() -> None:
    result = GradientDescent(lr=0.1).minimize(square, 3.0, steps=0)
    assert (float(result.x), result.nit, len(result.values)) == (3.0, 0, 1)
    assert GradientDescent(lr=0.1).minimize(lambda x: (0.0, x), np.zeros(0), steps=2).x.size == 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((square, np.nan), ValueError, "x0 must be finite, got array\\(nan\\)"),
        ((lambda x: (np.inf, x), 1.0), ValueError, "value and gradient must be finite at x0, got value inf"),
        ((lambda x: (1.0, x * np.nan), 1.0), ValueError, "value and gradient must be finite at x0"),
        ((lambda x: (1.0, np.ones(3)), np.ones(2)), ValueError, r"gradient must have x's shape \(2,\), got \(3,\)"),
        ((square, 1j), TypeError, "x0 must be real numbers, got dtype complex128"),
        ((square, "one"), TypeError, "x0 must be real numbers"),
        ((lambda x: (1.0, x + 1j), 1.0), TypeError, "the gradient must be real, got "),
        ((lambda x: (1.0, [1j]), [1.0]), TypeError, r"the gradient must be real, got \[1j\]"),
        ((lambda x: (np.complex128(1 + 1j), x), 1.0), TypeError, "the value must be real, got "),
    ],
)
def test_bad_input(arguments: tuple[Any, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Adam().minimize(*arguments)


@pytest.mark.parametrize("steps", [-1, 1.5, True, "3"])
def test_bad_steps(steps: Any) -> None:
    with pytest.raises(ValueError, match="steps must be an integer of at least 0"):
        Adam().minimize(square, 1.0, steps=steps)


@pytest.mark.parametrize(("tolerance", "error"), [(-1.0, ValueError), (np.nan, ValueError), (True, TypeError), ("0", TypeError)])
def test_bad_gradient_tolerance(tolerance: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="gradient_tolerance must be"):
        Adam().minimize(square, 1.0, gradient_tolerance=tolerance)
