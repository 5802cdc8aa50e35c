# SPDX-License-Identifier: BSD-3-Clause
"""fit_linear: derivatives, closed forms, certificates, weights, bits, everything that can end a fit early."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native import _mlmath
from mlmath_native.optim import ConvergenceWarning, fit_linear
from mlmath_native.optim._linear_data import linear_data

LOSSES = ["squared", "logistic", "poisson", "huber"]


def problem(loss, n=300, d=5, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    z = X @ rng.standard_normal(d) / np.sqrt(d) + 0.3
    if loss == "logistic":
        y = rng.random(n) < 1 / (1 + np.exp(-z))
    elif loss == "poisson":
        y = rng.poisson(np.exp(z))
    else:
        y = z + rng.standard_t(2, n)
    return X.astype(dtype), y.astype(dtype)


def values(loss, y, z, delta=1.35):
    """The losses from their definitions, for complex z as well."""
    if loss == "squared":
        return (z - y) ** 2 / 2
    if loss == "logistic":
        return np.log(1 + np.exp(z)) - y * z
    if loss == "poisson":
        return np.exp(z) - y * z
    u = z - y
    size = np.where(u.real < 0, -u, u)
    return np.where(size.real <= delta, u * u / 2, delta * (size - delta / 2))


def objective(theta, X, y, loss, l2, weights=None, delta=1.35):
    s = np.ones(len(y)) if weights is None else weights
    return np.sum(s * values(loss, y, X @ theta[:-1] + theta[-1], delta)) / s.sum() + l2 / 2 * np.sum(theta[:-1] ** 2)


@pytest.mark.parametrize("loss", LOSSES)
def test_derivatives_complex_step_and_differences(loss):
    X, y = problem(loss)
    rng = np.random.default_rng(1)
    theta, weights = rng.standard_normal(6) / 2, rng.random(300) + 0.5
    f, gradient, hessian = _mlmath._glm_pass(X, y, weights, theta[None], LOSSES.index(loss), 1.35, True)
    gradient = gradient[0]
    assert f == pytest.approx(objective(theta, X, y, loss, 0, weights), rel=1e-13)
    for j in range(6):
        step = np.zeros(6, complex)
        step[j] = 1e-30j
        assert gradient[j] == pytest.approx(objective(theta + step, X, y, loss, 0, weights).imag / 1e-30, rel=1e-11, abs=1e-13)
    for j in range(6):  # central differences of the gradient: h^2 f''' / 6 + eps / h
        step = np.zeros(6)
        step[j] = 1e-6
        ahead = _mlmath._glm_pass(X, y, weights, (theta + step)[None], LOSSES.index(loss), 1.35, False)[1][0]
        behind = _mlmath._glm_pass(X, y, weights, (theta - step)[None], LOSSES.index(loss), 1.35, False)[1][0]
        np.testing.assert_allclose(hessian[j], (ahead - behind) / 2e-6, rtol=1e-7, atol=1e-8 * np.abs(hessian).max())


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("method", ["auto", "newton", "lbfgs", "gd", "gd-armijo", "gd-bb"])
@pytest.mark.parametrize("intercept", [True, False])
def test_every_method_reaches_the_same_minimum(loss, method, intercept):
    X, y = problem(loss)
    fit = fit_linear(
        X,
        y,
        loss=loss,
        l2=0.05,
        method=method,
        fit_intercept=intercept,
        tol=1e-8,
        learning_rate=0.05 if loss == "poisson" and method == "gd" else None,
    )
    best = fit_linear(X, y, loss=loss, l2=0.05, fit_intercept=intercept, tol=1e-12)
    assert fit.converged
    assert fit.stop == "converged"
    assert fit.certificate.gradient_max <= 1e-8
    assert intercept or fit.intercept == 0
    # |theta - best| <= |gradient| / (smallest curvature): 0.05 from the penalty; the intercept's own curvature is above 0.05 here.
    np.testing.assert_allclose(fit.coef, best.coef, atol=1e-6)
    theta = np.append(fit.coef, fit.intercept)
    assert fit.objective == pytest.approx(objective(theta, X, y, loss, 0.05), rel=1e-12)
    assert fit.objective - best.objective <= fit.certificate.suboptimality + 1e-14


def test_squared_loss_is_ridge():
    X, y = problem("squared")
    centered = X - X.mean(axis=0)
    coef = np.linalg.solve(centered.T @ centered / 300 + 0.2 * np.eye(5), centered.T @ (y - y.mean()) / 300)
    fit = fit_linear(X, y, loss="squared", l2=0.2, tol=1e-12)
    np.testing.assert_allclose(fit.coef, coef, rtol=1e-11)
    assert fit.intercept == pytest.approx(y.mean() - X.mean(axis=0) @ coef, rel=1e-11)
    assert fit.n_iter == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_weight_k_is_k_repetitions(loss):
    X, y = problem(loss)
    k = np.random.default_rng(2).integers(0, 4, 300)
    weighted = fit_linear(X, y, loss=loss, l2=0.01, sample_weight=k, tol=1e-11)
    repeated = fit_linear(np.repeat(X, k, axis=0), np.repeat(y, k), loss=loss, l2=0.01, tol=1e-11)
    np.testing.assert_allclose(weighted.coef, repeated.coef, rtol=1e-8)
    assert weighted.objective == pytest.approx(repeated.objective, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("method", ["newton", "lbfgs", "gd-bb"])
def test_bits_do_not_depend_on_threads_or_strides(dtype, method):
    X, y = problem("logistic", 30000, 12, dtype)
    wide = np.zeros((30000, 29), dtype)[:, 3:27:2]
    wide[...] = X
    layouts = [X, np.asfortranarray(X), wide, X[::-1].copy()[::-1]]
    bits = set()
    for threads in (1, 2, 3):
        with mm.system.threads(threads):
            for layout in layouts:
                fit = fit_linear(layout, y, loss="logistic", l2=1e-4, method=method, tol=1e-5)
                assert fit.coef.dtype == dtype
                bits.add((fit.coef.tobytes(), fit.intercept, fit.objective, fit.n_iter))
    assert len(bits) == 1


def test_many_rows_start_on_a_part_and_certify_all():
    X, y = problem("logistic", 50000, 10)
    fit = fit_linear(X, y, loss="logistic", l2=1e-5, tol=1e-9, trace=True)
    theta = np.append(fit.coef, fit.intercept)
    _, gradient, _ = _mlmath._glm_pass(X, y, None, theta[None], 1, 1.0, False)
    gradient = gradient[0]
    gradient[:-1] += 1e-5 * fit.coef
    assert np.abs(gradient).max() <= 1e-9
    assert fit.path is not None
    assert fit.path.gradient_max[0] < 0.1  # from zero it would be larger
    assert len(fit.path.objective) == fit.n_iter + 1


@pytest.mark.parametrize("gap", [0.0, 0.5])
def test_separable_classes_warn_and_return(gap):
    x = np.linspace(-1, 1, 41)[:, None]
    x[20] = 0
    y = (x[:, 0] > 0).astype(float)
    X = np.vstack([x + gap * np.sign(x), x[20:21]])  # with gap 0 the boundary itself has rows of both classes
    y = np.append(y, 1.0 if gap == 0 else 0.0)
    with pytest.warns(ConvergenceWarning, match="separable"):
        fit = fit_linear(X, y, loss="logistic")
    assert np.isfinite(fit.coef).all()
    assert fit.coef[0] > 5
    assert np.mean((X @ fit.coef + fit.intercept > 0) == y) > 0.9
    fit_linear(X, y, loss="logistic", l2=1e-3)  # a penalty: no warning


def test_not_finite_is_refused_by_name():
    X, y = problem("logistic")
    for bad in (np.nan, np.inf):
        broken = X.copy()
        broken[7, 2] = bad
        with pytest.raises(ValueError, match="X must be finite"):
            fit_linear(broken, y, loss="logistic")
        with pytest.raises(ValueError, match="y must be finite"):
            fit_linear(X, np.where(np.arange(300) == 5, bad, y), loss="squared")
        with pytest.raises(ValueError, match="sample_weight must be finite"):
            fit_linear(X, y, loss="logistic", sample_weight=np.full(300, bad))
    big_X, big_y = problem("logistic", 30000, 6)
    big_X[12345, 3] = np.nan  # not among the rows of the first part
    with pytest.raises(ValueError, match="X must be finite"):
        fit_linear(big_X, big_y, loss="logistic")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "hinge"}, "loss must be one of"),
        ({"method": "sag"}, "method must be one of"),
        ({"l2": -1}, "l2 must be finite and non-negative, got -1"),
        ({"tol": np.nan}, "tol must be finite"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1, got 0"),
        ({"learning_rate": 0}, "learning_rate must be finite and positive"),
        ({"y": np.zeros(3)}, r"y must have shape \(300,\), got \(3,\)"),
        ({"y": np.full(300, 2.0)}, "y must be 0 or 1 for loss 'logistic', got 2"),
        ({"X": np.zeros((0, 3))}, "at least one row"),
        ({"coef_init": np.zeros(4)}, "coef_init must have shape"),
        ({"sample_weight": np.zeros(300)}, "sample_weight must be finite and non-negative"),
        ({"sample_weight": -np.ones(300)}, "sample_weight must be finite and non-negative"),
        ({"loss": "poisson", "y": -np.ones(300)}, "y must be non-negative for loss 'poisson'"),
        ({"loss": "poisson", "method": "gd"}, "learning_rate must be given"),
    ],
)
def test_wrong_arguments_are_named(change, message):
    X, y = problem("logistic")
    arguments = {"X": X, "y": y, "loss": "logistic"} | change
    with pytest.raises(ValueError, match=message):
        fit_linear(**arguments)


def test_a_diverging_learning_rate_stops_with_finite_parameters():
    X, y = problem("squared")
    with pytest.warns(ConvergenceWarning, match="diverged.*smaller learning_rate than 50"):
        fit = fit_linear(X, y, loss="squared", method="gd", learning_rate=50)
    assert not fit.converged
    assert fit.stop == "diverged"
    assert np.isfinite(fit.coef).all()
    assert np.isfinite(fit.objective)
    with pytest.warns(ConvergenceWarning, match="diverged"):
        fit = fit_linear(*problem("poisson"), loss="poisson", method="gd", learning_rate=1e3)
    assert np.isfinite(fit.coef).all()


def test_iterations_time_and_callback_end_a_fit():
    X, y = problem("logistic")
    with pytest.warns(ConvergenceWarning, match="not converged in 2 iterations"):
        fit = fit_linear(X, y, loss="logistic", method="gd", max_iter=2)
    assert (fit.n_iter, fit.stop) == (2, "iterations")
    with pytest.warns(ConvergenceWarning, match="time_limit"):
        assert fit_linear(X, y, loss="logistic", method="gd", time_limit=1e-9).stop == "time_limit"
    seen = []

    def watch(k, f, largest, theta):
        seen.append((k, f, largest, theta))
        return k == 3

    with pytest.warns(ConvergenceWarning, match="callback in iteration 3"):
        fit = fit_linear(X, y, loss="logistic", method="gd", callback=watch, trace=True)
    assert fit.stop == "callback"
    assert [k for k, *_ in seen] == [0, 1, 2, 3]
    np.testing.assert_array_equal(seen[-1][3][:-1], fit.coef)
    assert fit.path is not None
    assert fit.path.objective.tolist() == [f for _, f, *_ in seen]
    assert (np.diff(fit.path.seconds) >= 0).all()

    def fails(*_):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        fit_linear(X, y, loss="logistic", callback=fails)


def test_progress_writes_a_line_an_iteration(capsys):
    X, y = problem("squared")
    fit_linear(X, y, loss="squared", progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("fit_linear     1  objective ")


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to itself")
def test_ctrl_c_returns_the_best_so_far():
    X, y = problem("logistic", 200000, 20)
    X[:, 0] *= 1000  # descent will take forever
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.warns(ConvergenceWarning, match="interrupted in iteration"):
        fit = fit_linear(X, y, loss="logistic", method="gd", tol=0, max_iter=10**8)
    assert time.monotonic() - begun < 10
    timer.join()
    assert np.isfinite(fit.coef).all()
    assert fit.stop == "interrupted"
    assert fit.n_iter > 0
    assert fit.objective < np.log(2)
    assert fit_linear(X[:, 1:], y, loss="logistic").converged  # the library stays usable


def test_warm_start_takes_no_iteration():
    X, y = problem("logistic", 30000, 6)
    fit = fit_linear(X, y, loss="logistic", l2=1e-3, tol=1e-9)
    again = fit_linear(X, y, loss="logistic", l2=1e-3, tol=1e-8, coef_init=fit.coef, intercept_init=fit.intercept)
    assert again.n_iter == 0
    assert again.coef.tobytes() == fit.coef.tobytes()


def test_singular_hessian_goes_on_as_lbfgs():
    X, y = problem("logistic")
    fit = fit_linear(np.column_stack([X, X[:, 0]]), y, loss="logistic", tol=1e-8)
    assert fit.method == "lbfgs"
    assert fit.converged
    alone = fit_linear(X, y, loss="logistic", tol=1e-10)
    assert fit.objective == pytest.approx(alone.objective, rel=1e-10)


def test_column_of_zeros_and_constant_column():
    X, y = problem("logistic")
    fit = fit_linear(np.column_stack([X, np.zeros(300)]), y, loss="logistic", tol=1e-9)
    assert fit.method == "newton"
    assert fit.coef[-1] == 0
    constant = fit_linear(np.column_stack([X, np.full(300, 3.0)]), y, loss="logistic", l2=1e-3, tol=1e-9)
    np.testing.assert_allclose(constant.coef[:-1], fit_linear(X, y, loss="logistic", l2=1e-3, tol=1e-9).coef, atol=1e-6)


def test_inputs_of_every_kind():
    X, y = problem("logistic", 60, 3)
    expected = fit_linear(X, y, loss="logistic", l2=0.1)
    X.setflags(write=False)
    y.setflags(write=False)
    swapped = X.astype(X.dtype.newbyteorder())
    for design in (X, X.tolist(), swapped, X[:, ::-1][:, ::-1]):
        assert fit_linear(design, y, loss="logistic", l2=0.1).coef.tobytes() == expected.coef.tobytes()
    for targets in (y.astype(bool), y.astype(int), y.tolist()):
        assert fit_linear(X, targets, loss="logistic", l2=0.1).coef.tobytes() == expected.coef.tobytes()
    with pytest.raises(TypeError, match="X must hold real numbers"):
        fit_linear(X.astype(complex), y, loss="logistic")


def test_one_row_one_column():
    fit = fit_linear([[2.0]], [1.0], loss="squared", l2=1.0, fit_intercept=False)
    assert fit.coef[0] == pytest.approx(2 / 5)  # (2 w - 1) 2 + w = 0


# ---- certificates -------------------------------------------------------------------------------------------------------------


def minimum(X, y, loss, l2, fit_intercept=True):
    """min f in long double: Newton's method on numbers of 64 bits of mantissa, until nothing changes."""
    X, y = X.astype(np.longdouble), y.astype(np.longdouble)
    wide = np.column_stack([X, np.ones(len(X))]) if fit_intercept else X
    theta, penalty = np.zeros(wide.shape[1], np.longdouble), np.full(wide.shape[1], np.longdouble(l2))
    if fit_intercept:
        penalty[-1] = 0

    def value(theta):
        z = wide @ theta
        return values(loss, y, z).mean() + (penalty * theta**2).sum() / 2

    f = value(theta)
    for _ in range(200):
        z = wide @ theta
        if loss == "logistic":
            p = 1 / (1 + np.exp(-z))
            r, h = p - y, p * (1 - p)
        elif loss == "poisson":
            r, h = np.exp(z) - y, np.exp(z)
        elif loss == "squared":
            r, h = z - y, np.ones_like(z)
        else:
            r, h = np.clip(z - y, -1.35, 1.35), (abs(z - y) <= 1.35).astype(np.longdouble)
        g = wide.T @ r / len(y) + penalty * theta
        H = (wide.T * h) @ wide / len(y) + np.diag(penalty)
        # The solve in double is corrected once in long double.
        step = np.linalg.solve(H.astype(float), g.astype(float)).astype(np.longdouble)
        step += np.linalg.solve(H.astype(float), (g - H @ step).astype(float))
        t = np.longdouble(1)
        while value(theta - t * step) > f and t > 1e-12:
            t /= 2
        if t <= 1e-12 or abs(step).max() < 1e-17:
            break
        theta = theta - t * step
        f = value(theta)
    return f


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shift", [0, 30])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("method", ["newton", "lbfgs", "gd", "gd-armijo", "gd-bb"])
def test_the_bound_of_the_certificate_holds(loss, shift, intercept, method):
    """Loose tolerances and few iterations: what is left is larger than rounding, and the bound is above it."""
    X, y = problem(loss, n=120, d=4)
    X = X * [1, 0.3, 3, 1] + shift
    if shift and loss == "poisson":
        X /= shift
    best = minimum(X, y, loss, 0.02, intercept)
    for tol, most in [(1e-2, 10000), (1e-4, 10000), (0, 3)]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fit = fit_linear(
                X, y, loss=loss, l2=0.02, method=method, tol=tol, max_iter=most, fit_intercept=intercept,
                learning_rate=1e-3 if loss == "poisson" and method == "gd" else None,
            )  # fmt: skip
        bound = fit.certificate.suboptimality
        assert bound is not None
        assert bound >= 0
        assert float(np.longdouble(fit.objective) - best) <= bound * (1 + 1e-9) + 1e-14 * max(1.0, abs(fit.objective))


@pytest.mark.parametrize("method", ["auto", "newton", "lbfgs", "gd", "gd-armijo", "gd-bb"])
@pytest.mark.parametrize("intercept", [True, False])
def test_multinomial_by_every_method(method, intercept):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((250, 4))
    y = (X @ rng.standard_normal((4, 3)) + rng.gumbel(size=(250, 3))).argmax(1)
    fit = fit_linear(X, y, loss="multinomial", l2=0.05, method=method, fit_intercept=intercept, tol=1e-8, trace=True)
    best = fit_linear(X, y, loss="multinomial", l2=0.05, method="newton", fit_intercept=intercept, tol=1e-12)
    assert fit.stop == "converged"
    assert (fit.coef.shape, fit.intercept.shape) == ((3, 4), (3,))
    assert fit.method == {"auto": "newton"}.get(method, method)
    f, gw, _ = mm.optim.linear_objective(X, y, fit.coef, fit.intercept, loss="multinomial", l2=0.05)
    assert fit.objective == pytest.approx(f, rel=1e-12)
    assert np.abs(gw).max() <= 1.1e-8
    assert intercept or (fit.intercept == 0).all()
    np.testing.assert_allclose(fit.coef, best.coef, atol=1e-6)
    assert len(fit.path.objective) == fit.n_iter + 1
    if fit.certificate.suboptimality is not None:
        assert fit.objective - best.objective <= fit.certificate.suboptimality + 1e-14
    again = fit_linear(
        X, y, loss="multinomial", l2=0.05, method=method, fit_intercept=intercept, tol=1e-7,
        coef_init=fit.coef, intercept_init=fit.intercept,
    )  # fmt: skip
    assert again.n_iter == 0


def test_multinomial_callback_separation_and_float32():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((90, 2)).astype(np.float32)
    y = (X @ rng.standard_normal((2, 3)).astype(np.float32)).argmax(1)
    shapes = []
    with pytest.warns(ConvergenceWarning, match="callback in iteration 1"):
        fit_linear(X, y, loss="multinomial", l2=0.1, callback=lambda k, f, g, theta: shapes.append(theta.shape) or k == 1)
    assert shapes == [(3, 3)] * 2
    for method in ("newton", "gd-bb"):
        with pytest.warns(ConvergenceWarning, match="separable"):
            fit = fit_linear(X, y, loss="multinomial", method=method, tol=1e-3)
        assert fit.coef.dtype == fit.intercept.dtype == np.float32
        assert ((X @ fit.coef.T + fit.intercept).argmax(1) == y).mean() > 0.95


@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_good_data_reach_the_kernels_uncopied(layout, dtype):
    X, y = problem("logistic", 200, 4, dtype)
    X = np.array(X, order=layout)
    for array in (X, y):
        array.setflags(write=False)
    for good in (X, X[::2], X[:, ::-1], X[:, 1:3]):
        data = linear_data("fit_linear", good, y[: len(good)], "logistic", y[: len(good)] + 1)
        assert data.x is good
        assert np.shares_memory(data.y, y)
    copied = linear_data("fit_linear", X.astype(X.dtype.newbyteorder()), y, "logistic", None).x
    assert copied.dtype == dtype  # float32 stays float32 in a foreign byte order, too


@pytest.mark.parametrize(("n", "d", "method"), [(200, 6, "newton"), (20, 40, "newton"), (40, 90, "lbfgs"), (1500, 1100, "lbfgs")])
def test_auto_goes_by_shape(n, d, method):
    X, y = problem("logistic", n, d)
    fit = fit_linear(X, y, loss="logistic", l2=0.1, tol=1e-5)
    assert (fit.method, fit.stop) == (method, "converged")


def test_auto_and_conditioning():
    X, y = problem("logistic")
    plain = fit_linear(X, y, loss="logistic", tol=1e-10)
    # Columns of other units: the scaled Hessian is as well conditioned as before. The gradient's units go along.
    units = np.logspace(-4, 4, 5)
    scaled = fit_linear(X * units, y, loss="logistic", tol=1e-6)
    assert scaled.method == "newton"
    np.testing.assert_allclose(scaled.coef * units, plain.coef, rtol=1e-6)
    # Nearly dependent columns: X^T X has condition 1e24, its Cholesky factor says so, and L-BFGS goes on to the same minimum.
    noise = np.random.default_rng(5).standard_normal(300)
    near = fit_linear(np.column_stack([X, X[:, 0] + 1e-12 * noise]), y, loss="logistic", tol=1e-8)
    assert (near.method, near.stop) == ("lbfgs", "converged")
    assert near.objective == pytest.approx(plain.objective, rel=1e-9)


@pytest.mark.filterwarnings("ignore::mlmath_native.optim.ConvergenceWarning")
def test_a_converged_fit_is_certified_by_its_own_numbers() -> None:
    """Columns with large means: rounding moves the objective by more than the last steps do, and the iterate of the least one
    need not be the iterate whose gradient ended the fit."""
    rng = np.random.default_rng(0)
    for trial in range(200):
        n, d = int(rng.integers(4, 25)), int(rng.integers(1, 4))
        X = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-2, 2, d) + 10.0 ** rng.uniform(2, 5)
        loss = ("logistic", "huber", "squared")[trial % 3]
        y = (rng.random(n) < 0.5).astype(float) if loss == "logistic" else rng.standard_normal(n)
        dtype = (np.float64, np.float32)[trial % 2]
        tol = 10.0 ** rng.uniform(-9, -1)
        method = ("newton", "lbfgs", "gd-bb")[int(rng.integers(3))]
        fit = fit_linear(X.astype(dtype), y.astype(dtype), loss=loss, tol=tol, method=method, max_iter=500)
        assert not fit.converged or fit.certificate.gradient_max <= tol, (trial, loss, method, tol, fit.certificate)


def test_warnings_name_the_callers_line():
    X, y = problem("logistic")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit_linear(X, y, loss="logistic", max_iter=1)
        fit_linear([[0.0], [1.0]], [0, 1], loss="logistic")
        mm.optim.fit_many(np.stack([X, X]), np.stack([y, y]), max_iter=1)
        mm.optim.GradientDescent(lr=1e300).minimize(lambda x: (float(x @ x), 2 * x), [1.0, 2.0], steps=5)
    assert len(caught) >= 4
    assert {warning.filename for warning in caught} == {__file__}
