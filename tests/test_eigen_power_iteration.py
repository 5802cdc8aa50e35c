# SPDX-License-Identifier: BSD-3-Clause
"""Power iteration and subspace iteration: eigenpairs, history, rate, what does not converge, what is refused."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native.linalg import ConvergenceWarning, power_iteration

EPS = np.finfo(float).eps


def with_spectrum(values: Any, rng: np.random.Generator, dtype: Any = np.float64) -> np.ndarray:
    q = np.linalg.qr(rng.standard_normal((len(values), len(values))))[0]
    a = (q * np.asarray(values, float)) @ q.T
    return ((a + a.T) / 2).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("n", "k"), [(n, k) for n in (1, 2, 3, 8, 17, 64, 130) for k in (1, 2, 5) if k <= n])
def test_eigenpairs(isa: str, n: int, k: int, dtype: Any, rng: np.random.Generator) -> None:
    values = 3 * 0.6 ** np.arange(n) * (-1.0) ** np.arange(n)
    a = with_spectrum(values, rng, dtype)
    result = power_iteration(a, k=k)
    eps = float(np.finfo(dtype).eps)
    assert result.converged
    assert result.eigenvalues.dtype == result.eigenvectors.dtype == dtype
    assert result.eigenvalues.shape == result.residuals.shape == (k,)
    assert result.eigenvectors.shape == (n, k)
    assert result.value_history is None
    assert result.residual_history is None
    np.testing.assert_allclose(result.eigenvalues, values[:k], rtol=0, atol=10 * np.sqrt(n) * eps * 3)
    v = result.eigenvectors.astype(float)
    residual = np.linalg.norm(a.astype(float) @ v - v * result.eigenvalues, axis=0)
    assert (residual <= 3 * np.sqrt(eps) * 1.01).all()
    np.testing.assert_allclose(result.residuals, residual, rtol=0.01, atol=10 * np.sqrt(n) * eps)
    np.testing.assert_allclose(v.T @ v, np.eye(k), rtol=0, atol=30 * eps * np.sqrt(n))


def test_history_and_rate(rng: np.random.Generator) -> None:
    a = with_spectrum([5.0, -4.0, 3.0, 2.0, 1.0, 0.5, 0.1], rng)
    result = power_iteration(a, trace=True)
    assert result.value_history is not None
    assert result.residual_history is not None
    assert result.value_history.shape == result.residual_history.shape == (result.steps, 1)
    assert result.value_history[-1, 0] == result.eigenvalues[0]
    assert result.residual_history[-1, 0] == result.residuals[0] <= np.sqrt(EPS) * 5
    assert (result.residual_history[:-1, 0] > np.sqrt(EPS) * np.abs(result.value_history[:-1, 0])).all()
    late = result.residual_history[-11:, 0]
    np.testing.assert_allclose((late[-1] / late[0]) ** 0.1, 4 / 5, rtol=1e-3)  # |lambda_2 / lambda_1|
    errors = np.abs(result.value_history[:, 0] - 5)
    np.testing.assert_allclose((errors[40] / errors[30]) ** 0.1, (4 / 5) ** 2, rtol=1e-2)  # its square
    # Three columns: |lambda_4 / lambda_1|.
    wide = power_iteration(a, x0=rng.standard_normal((7, 3)), trace=True)
    assert wide.residual_history is not None
    np.testing.assert_allclose((wide.residual_history[-1, 0] / wide.residual_history[-6, 0]) ** 0.2, 2 / 5, rtol=0.05)
    assert wide.steps < result.steps / 3


def test_every_step_is_that_of_the_definition(rng: np.random.Generator) -> None:
    a = with_spectrum([3.0, 2.0, -1.0, 0.5], rng)
    x = np.array([1.0, 2.0, 3.0, 4.0])
    result = power_iteration(a, x0=x, tol=1e-6, trace=True)
    assert result.value_history is not None
    assert result.residual_history is not None
    for t in range(result.steps):
        x = x / np.linalg.norm(x)
        y = a @ x
        assert result.value_history[t, 0] == pytest.approx(x @ y, abs=1e-13)
        assert result.residual_history[t, 0] == pytest.approx(np.linalg.norm(y - x @ y * x), abs=1e-13)
        x = y
    np.testing.assert_allclose(np.abs(result.eigenvectors[:, 0] @ x) / np.linalg.norm(x), 1, atol=1e-10)


def test_equal_magnitudes_do_not_converge_alone(rng: np.random.Generator) -> None:
    a = with_spectrum([2.0, -2.0, 1.0, 0.5], rng)
    with pytest.warns(ConvergenceWarning, match=r"power_iteration: residual .* after 50 steps"):
        result = power_iteration(a, max_iter=50, trace=True)
    assert not result.converged
    assert result.steps == 50
    assert result.residuals[0] > 0.1
    assert np.isfinite(result.eigenvectors).all()
    both = power_iteration(a, k=2)
    assert both.converged
    np.testing.assert_allclose(np.sort(both.eigenvalues), [-2, 2], atol=1e-14)


def test_orthogonal_start_finds_the_next_or_rounding_finds_the_first() -> None:
    result = power_iteration(np.diag([3.0, 2.0, 1.0]), x0=[0.0, 1.0, 1.0])
    assert result.eigenvalues[0] == pytest.approx(2, abs=1e-14)  # of a diagonal matrix the zero stays one
    assert result.eigenvectors[0, 0] == 0


def test_zero_and_one_by_one() -> None:
    zero = power_iteration(np.zeros((4, 4)), k=2)
    assert zero.converged
    assert zero.steps == 1
    assert not zero.eigenvalues.any()
    one = power_iteration([[-7.0]])
    assert one.converged
    assert one.eigenvalues[0] == -7
    assert abs(one.eigenvectors[0, 0]) == 1
    nilpotent = power_iteration(np.diag([0.0, 0.0, 1.0]), x0=[1.0, 0.0, 0.0])  # A x = 0: an eigenvector of 0
    assert nilpotent.converged
    assert nilpotent.eigenvalues[0] == 0


def test_whole_space_is_found_at_once(rng: np.random.Generator) -> None:
    a = with_spectrum([1.0, -1.0, 0.5, 0.5, 0.0], rng)
    result = power_iteration(a, k=5)
    assert result.steps == 1
    np.testing.assert_allclose(np.sort(result.eigenvalues), [-1, 0, 0.5, 0.5, 1], atol=1e-14)


def test_same_bits_for_threads_and_strides_and_powers_of_two(rng: np.random.Generator) -> None:
    a = with_spectrum(np.r_[2.0, 1.5, 1.2, np.linspace(-0.9, 0.9, 297)], rng)
    for k in (1, 3):
        expected = power_iteration(a, k=k, trace=True)
        big = np.zeros((600, 900))
        big[::2, ::3] = a
        for other in (np.asfortranarray(a), big[::2, ::3], a[::-1, ::-1].copy()[::-1, ::-1]):
            for threads in (1, 2, 3):
                with mm.system.threads(threads):
                    result = power_iteration(other, k=k, trace=True)
                assert np.array_equal(result.eigenvectors, expected.eigenvectors)
                assert np.array_equal(result.value_history, expected.value_history)
                assert np.array_equal(result.residual_history, expected.residual_history)
        for power in (2.0**900, 2.0**-1000, 2.0**-3):
            result = power_iteration(a * power, k=k)
            assert np.array_equal(result.eigenvalues, expected.eigenvalues * power)
            assert np.array_equal(result.eigenvectors, expected.eigenvectors)


def test_lists_integers_and_float32_starts() -> None:
    assert power_iteration([[2, 1], [1, 2]]).eigenvalues[0] == pytest.approx(3, abs=1e-14)
    a = np.array([[2, 1], [1, 2]], np.float32)
    assert power_iteration(a, x0=[1.0, 0.0]).eigenvectors.dtype == np.float32
    assert power_iteration(a.astype(">f8"), x0=np.ones(2, np.float32)).eigenvectors.dtype == np.float64


def test_arguments_are_not_changed(rng: np.random.Generator) -> None:
    a, x0 = with_spectrum([3.0, 1.0, 0.2], rng), rng.standard_normal((3, 2))
    a.flags.writeable = x0.flags.writeable = False
    copy = a.copy(), x0.copy()
    power_iteration(a, x0=x0)
    assert np.array_equal(a, copy[0])
    assert np.array_equal(x0, copy[1])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    a = np.eye(5)
    a[3, 1] = bad
    with pytest.raises(ValueError, match="power_iteration: a must be finite"):
        power_iteration(a)
    with pytest.raises(ValueError, match="power_iteration: x0 must be finite and have no column of zeros"):
        power_iteration(np.eye(5), x0=np.array([1, 1, bad, 1, 1]))
    with pytest.raises(ValueError, match="x0 must be finite and have no column of zeros"):
        power_iteration(np.eye(5), x0=np.zeros(5))


def test_refused_arguments() -> None:
    a = np.eye(3)
    for wrong in (np.ones((2, 3)), np.ones(3), np.ones((2, 3, 3)), np.ones((0, 0))):
        with pytest.raises(np.linalg.LinAlgError, match="power_iteration: a must"):
            power_iteration(wrong)
    for k in (0, 4, -1, 1.5, True):
        with pytest.raises(ValueError, match="k must be an integer from 1 to 3"):
            power_iteration(a, k=k)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="max_iter must be an integer at least 1, got 0"):
        power_iteration(a, max_iter=0)
    for tol in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="tol must be finite and at least 0"):
            power_iteration(a, tol=tol)
    for x0 in (np.ones(2), np.ones((3, 4)), np.ones((3, 2, 1)), np.ones((1, 3))):
        with pytest.raises(ValueError, match="x0 must have 3 rows and from k = 1 to 3 columns"):
            power_iteration(a, x0=x0)
    with pytest.raises(ValueError, match="from k = 2 to 3 columns"):
        power_iteration(a, k=2, x0=np.ones(3))
    for dtype in (np.complex128, object, np.longdouble):
        with pytest.raises(TypeError, match="a must be of real numbers"):
            power_iteration(a.astype(dtype))


@pytest.mark.usefixtures("time_limit")
def test_interrupt() -> None:
    a = np.diag(np.r_[1.0, -1.0, np.zeros(998)])
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        power_iteration(a, max_iter=10_000_000)
    assert power_iteration(np.eye(3)).converged


def test_masked_elements_are_refused() -> None:
    masked = np.ma.masked_array(np.eye(2), [[0, 1], [0, 0]])
    with pytest.raises(ValueError, match="a: masked"):
        mm.linalg.power_iteration(masked)
    with pytest.raises(ValueError, match="x0: masked"):
        mm.linalg.power_iteration(np.eye(2), x0=masked)
    assert mm.linalg.power_iteration(np.ma.masked_array(np.eye(2), False)).converged
