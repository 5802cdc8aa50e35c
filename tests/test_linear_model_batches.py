# SPDX-License-Identifier: BSD-3-Clause
"""fit_linear with optimizers: batches by hand, every loss and rule, schedules, weights, bits, everything that ends a fit."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native.optim import ConvergenceWarning, fit_linear, linear_objective

LOSSES = ["squared", "logistic", "poisson", "huber", "multinomial"]
Array = NDArray[Any]


def problem(loss: str, n: int = 300, d: int = 4, dtype: Any = np.float64) -> tuple[Array, Array]:
    rng = np.random.default_rng(7)
    X = rng.uniform(-1, 1, (n, d))
    z = X @ rng.uniform(-1, 1, (d, 3)) + [0.3, 0, -0.2]
    if loss == "multinomial":
        y = (z + rng.gumbel(size=z.shape)).argmax(1)
    elif loss == "logistic":
        y = rng.random(n) < 1 / (1 + np.exp(-z[:, 0]))
    elif loss == "poisson":
        y = rng.poisson(np.exp(z[:, 0]))
    else:
        y = z[:, 0] + rng.standard_t(3, n)
    return X.astype(dtype), y.astype(dtype)


def unconverged(*args: Any, **keywords: Any) -> Any:
    """A fit whose epochs are not to suffice."""
    with pytest.warns(ConvergenceWarning, match="not converged"):
        return fit_linear(*args, **keywords)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("batch_size", [1, 64, 300])
def test_steps_are_those_by_hand(loss: Any, batch_size: int) -> None:
    """Two epochs against NumPy: the same order, gradients of linear_objective, and plain steps."""
    X, y = problem(loss)
    K = 3 if loss == "multinomial" else 1
    shape = (K, 4) if K > 1 else (4,)
    w, b = np.zeros(shape), np.zeros(K) if K > 1 else 0.0
    stream = mm.random.default_rng(5)
    for _ in range(2):
        order = stream.permutation(300) if batch_size < 300 else np.arange(300)
        for at in range(0, 300, batch_size):
            rows = order[at : at + batch_size]
            _, gw, gb = linear_objective(X[rows], y[rows], w, b, loss=loss, l2=0.1)
            w, b = w - 0.05 * gw, b - 0.05 * gb
    thetas: list[Array] = []  # after every epoch
    fit = unconverged(
        X, y, loss=loss, l2=0.1, method=mm.optim.GradientDescent(lr=0.05), batch_size=batch_size, epochs=2, seed=5, tol=0,
        trace=True, callback=lambda k, f, largest, theta: thetas.append(theta),
    )  # fmt: skip
    # The same numbers but for the order of sums: 600 steps of a few eps each.
    np.testing.assert_allclose(thetas[2][..., :-1], w, rtol=0, atol=1e-12)
    np.testing.assert_allclose(thetas[2][..., -1], b, rtol=0, atol=1e-12)
    assert (fit.n_iter, fit.stop, fit.method, len(fit.path.objective)) == (2, "iterations", "GradientDescent", 3)
    assert fit.path.objective[2] == pytest.approx(linear_objective(X, y, w, b, loss=loss, l2=0.1)[0], rel=1e-12)
    best = fit.path.objective.argmin()
    assert fit.objective == pytest.approx(fit.path.objective[best], rel=1e-14)
    np.testing.assert_array_equal(fit.coef, thetas[best][..., :-1])


def test_a_batch_of_any_rows_has_the_right_mean() -> None:
    """Over an epoch with rate 0 the mean of the batches' gradients, weighted by their rows, is that of all rows."""
    X, y = problem("logistic")
    weights = np.random.default_rng(1).uniform(0, 3, 300)
    seen = []

    class Recorder(mm.optim.GradientDescent):
        def step(self, grads: Any) -> None:
            seen.append(np.append(grads[0].ravel(), grads[1]))

    coef = np.array([0.3, -0.2, 0.5, 0.1])
    unconverged(
        X, y, loss="logistic", l2=0.2, sample_weight=weights, method=Recorder(lr=0.0), batch_size=70, epochs=1,
        coef_init=coef, intercept_init=0.4,
    )  # fmt: skip
    _, gw, gb = linear_objective(X, y, coef, 0.4, loss="logistic", l2=0.2, sample_weight=weights)
    assert len(seen) == 5
    mean = np.average(seen, axis=0, weights=[70, 70, 70, 70, 20])
    np.testing.assert_allclose(mean, np.append(gw, gb), rtol=0, atol=1e-14)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "rule",
    [
        mm.optim.GradientDescent(lr=mm.optim.ExponentialDecay(0.3, 0.998)),
        mm.optim.Momentum(lr=mm.optim.CosineDecay(0.1, steps=2000)),
        mm.optim.Adam(lr=mm.optim.CosineDecay(0.05, steps=2000)),
        mm.optim.Adagrad(lr=0.3),
    ],
)
def test_every_loss_comes_near_its_minimum(loss: Any, rule: Any) -> None:
    X, y = problem(loss)
    best = fit_linear(X, y, loss=loss, l2=0.05, tol=1e-10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = fit_linear(X, y, loss=loss, l2=0.05, method=rule, batch_size=32, epochs=200)
    start = linear_objective(X, y, np.zeros_like(best.coef), loss=loss, l2=0.05)[0]
    assert best.objective - 1e-12 <= fit.objective <= best.objective + 1e-3 * (start - best.objective)
    assert fit.certificate.gradient_max < 0.02


def test_the_certificate_is_of_the_returned_parameters() -> None:
    X, y = problem("logistic")
    fit = unconverged(X + 50, y, loss="logistic", l2=0.05, method=mm.optim.Adam(lr=0.01), epochs=20, tol=1e-9)
    f, gw, gb = linear_objective(X + 50, y, fit.coef, fit.intercept, loss="logistic", l2=0.05)
    assert fit.objective == pytest.approx(f, rel=1e-14)
    assert fit.certificate.gradient_max == pytest.approx(max(np.abs(gw).max(), abs(gb)), rel=1e-9)
    best = fit_linear(X + 50, y, loss="logistic", l2=0.05, tol=1e-11).objective
    # Columns far from 0: |g|^2 / (2 l2) alone is no bound here.
    assert fit.certificate.suboptimality is not None
    assert fit.objective - best <= fit.certificate.suboptimality


def test_all_rows_at_once_are_gradient_descent() -> None:
    X, y = problem("squared")
    rate = 0.3
    fit = fit_linear(X, y, loss="squared", l2=0.1, method=mm.optim.GradientDescent(lr=rate), batch_size=1000, epochs=5000)
    descent = fit_linear(X, y, loss="squared", l2=0.1, method="gd", learning_rate=rate)
    assert fit.stop == descent.stop == "converged"
    assert fit.n_iter == descent.n_iter
    np.testing.assert_allclose(fit.coef, descent.coef, rtol=0, atol=1e-14)


@pytest.mark.parametrize("loss", ["logistic", "multinomial"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_bits_do_not_depend_on_threads_or_layout(loss: Any, dtype: Any) -> None:
    X, y = problem(loss, 6000, 20, dtype)
    wide = np.zeros((6000, 40), dtype)
    wide[:, ::2] = X
    bits = set()
    for threads in (1, 2, 3):
        with mm.threads(threads):
            for same in (X, np.asfortranarray(X), wide[:, ::2]):
                # 4000 rows of 20 or more columns: batches that are worth a second thread.
                rule = mm.optim.Adam(lr=0.01)
                fit = unconverged(same, y, loss=loss, l2=0.01, method=rule, batch_size=4000, epochs=3, seed=1)
                assert fit.coef.dtype == dtype
                bits.add((fit.coef.tobytes(), np.asarray(fit.intercept).tobytes(), fit.objective))
    assert len(bits) == 1
    other = unconverged(X, y, loss=loss, l2=0.01, method=mm.optim.Adam(lr=0.01), batch_size=4000, epochs=3, seed=2)
    assert other.coef.tobytes() != fit.coef.tobytes()


def test_the_recipe_is_not_touched_and_its_decay_spares_the_intercept() -> None:
    X, y = problem("squared")
    recipe = mm.optim.AdamW(lr=0.05, weight_decay=0.5)
    first = unconverged(X, y + 10, loss="squared", method=recipe, epochs=40)
    again = unconverged(X, y + 10, loss="squared", method=recipe, epochs=40)
    assert first.coef.tobytes() == again.coef.tobytes()
    free = unconverged(X, y + 10, loss="squared", method=mm.optim.AdamW(lr=0.05, weight_decay=0.0), epochs=40)
    assert np.abs(first.coef).sum() < 0.9 * np.abs(free.coef).sum()
    assert abs(first.intercept - free.intercept) < 0.1 * abs(free.intercept)


def test_without_an_intercept_it_stays_0() -> None:
    X, y = problem("logistic")
    fit = unconverged(X, y, loss="logistic", method=mm.optim.Adam(lr=0.01), fit_intercept=False, epochs=3)
    assert fit.intercept == 0
    best = fit_linear(X, y, loss="logistic", fit_intercept=False)
    assert fit.objective >= best.objective - 1e-12


def test_divergence_returns_finite_parameters() -> None:
    X, y = problem("squared")
    with pytest.warns(ConvergenceWarning, match="diverged in epoch .* a smaller lr than 50 may converge"):
        fit = fit_linear(X, y, loss="squared", method=mm.optim.GradientDescent(lr=50.0), batch_size=8, epochs=100)
    assert fit.stop == "diverged"
    assert np.isfinite(fit.coef).all()
    assert np.isfinite(fit.objective)


def test_time_callback_and_progress(capsys: pytest.CaptureFixture[str]) -> None:
    X, y = problem("multinomial")
    rule = mm.optim.Adam(lr=1e-3)
    with pytest.warns(ConvergenceWarning, match="time_limit reached in epoch"):
        fit = fit_linear(X, y, loss="multinomial", method=rule, batch_size=1, epochs=10**6, time_limit=0.05)
    assert fit.stop == "time_limit"
    shapes = []

    def watch(k: int, f: float, largest: float, theta: Array) -> bool:
        shapes.append(theta.shape)
        return k == 2

    with pytest.warns(ConvergenceWarning, match="ended by the callback in epoch 2"):
        fit = fit_linear(X, y, loss="multinomial", method=rule, callback=watch, progress=True)
    assert (fit.stop, shapes) == ("callback", [(3, 5)] * 3)
    assert len(capsys.readouterr().err.splitlines()) == 3

    def fails(*_: Any) -> bool:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        fit_linear(X, y, loss="multinomial", method=rule, callback=fails)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to itself")
def test_ctrl_c_returns_the_best_so_far() -> None:
    X, y = problem("logistic", 100_000, 20)
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.warns(ConvergenceWarning, match="interrupted in epoch"):
        fit = fit_linear(X, y, loss="logistic", method=mm.optim.Adam(lr=1e-3), batch_size=16, tol=0, epochs=10**8)
    assert time.monotonic() - begun < 10
    timer.join()
    assert fit.stop == "interrupted"
    assert np.isfinite(fit.coef).all()
    assert fit.objective < np.log(2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "batch_size must be an integer of at least 1, got 0"),
        ({"batch_size": 2.5}, "batch_size must be an integer"),
        ({"epochs": 0}, "epochs must be an integer of at least 1, got 0"),
        ({"learning_rate": 0.1}, "learning_rate can be given not with an optimizer"),
        ({"max_iter": 5}, "max_iter can be given not with an optimizer"),
        ({"method": "newton", "epochs": 5}, "epochs can be given only with an optimizer"),
        ({"method": "auto", "batch_size": 5}, "batch_size can be given only with an optimizer"),
        ({"method": mm.optim.Adam(maximize=True)}, "maximize=False"),
        ({"X": np.full((300, 4), np.nan)}, "X must be finite"),
    ],
)
def test_wrong_arguments_are_named(change: dict[str, Any], message: str) -> None:
    X, y = problem("logistic")
    arguments: dict[str, Any] = {"X": X, "y": y, "loss": "logistic", "method": mm.optim.Adam()} | change
    with pytest.raises(ValueError, match=message):
        fit_linear(**arguments)
