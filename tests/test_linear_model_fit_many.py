# SPDX-License-Identifier: BSD-3-Clause
"""fit_many: closed forms, finite differences of the objective, scikit-learn's objective, separation, neighbours, bits."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native.optim import ConvergenceWarning, fit_many

LOSSES = ["logistic", "squared", "poisson"]
SHAPES = [(1, 5, 1), (7, 40, 3), (9, 30, 4), (17, 60, 5), (3, 90, 13), (20, 12, 0)]


def problems(rng: np.random.Generator, count: int, n: int, d: int, loss: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """X, y, weights."""
    X = rng.uniform(-1, 1, (count, n, d))
    z = X @ rng.uniform(-1, 1, d) + 0.3
    if loss == "logistic":
        y = (rng.random((count, n)) < 1 / (1 + np.exp(-z))).astype(float)
    elif loss == "poisson":
        y = rng.poisson(np.exp(z)).astype(float)
    else:
        y = z + rng.normal(size=(count, n))
    return X, y, rng.uniform(0.5, 2, (count, n))


def objective(X: Any, y: Any, s: Any, loss: str, l2: float, w: Any, b: Any) -> Any:
    """The definition, for one problem; analytic, so that a complex step may go through it."""
    z = X @ w + b
    if loss == "logistic":
        terms = np.log(1 + np.exp(z)) - y * z
    elif loss == "poisson":
        terms = np.exp(z) - y * z
    else:
        terms = (z - y) ** 2 / 2
    return np.sum(s * terms) / np.sum(s) + l2 / 2 * np.sum(w * w)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_gradient_vanishes_by_complex_step(
    rng: np.random.Generator, isa: str, shape: tuple[int, int, int], loss: str, fit_intercept: bool
) -> None:
    X, y, s = problems(rng, *shape, loss)
    fits = fit_many(X, y, loss=loss, l2=0.05, fit_intercept=fit_intercept, sample_weight=s, tol=1e-9)  # type: ignore[arg-type]
    assert fits.converged.all()
    for m in range(shape[0]):
        w, b = fits.coef[m], fits.intercept[m]
        f = objective(X[m], y[m], s[m], loss, 0.05, w, b)
        # n terms of size at most max|y| (1 + |z|), each within a few eps
        assert abs(f - fits.objective[m]) <= 1e-13 * (1 + np.abs(y[m]).max() * (1 + np.abs(X[m] @ w + b).max()))
        slopes = [objective(X[m], y[m], s[m], loss, 0.05, w + 1e-30j * e, b).imag / 1e-30 for e in np.eye(shape[2])]
        if fit_intercept:
            slopes.append(objective(X[m], y[m], s[m], loss, 0.05, w.astype(complex), b + 1e-30j).imag / 1e-30)
        else:
            assert b == 0
        assert np.abs(slopes).max(initial=0) <= 1.1e-9
        assert abs(fits.gradient_max[m] - np.abs(slopes).max(initial=0)) <= 1e-12


def test_squared_loss_is_least_squares(rng: np.random.Generator) -> None:
    X, y, s = problems(rng, 11, 40, 4, "squared")
    fits = fit_many(X, y, loss="squared", sample_weight=s)
    assert (fits.n_iter <= 2).all()
    for m in range(11):
        A = np.c_[X[m], np.ones(40)] * np.sqrt(s[m])[:, None]
        theta = np.linalg.lstsq(A, y[m] * np.sqrt(s[m]))[0]
        # normal equations: eps times the square of the condition number, 40 here
        np.testing.assert_allclose(np.r_[fits.coef[m], fits.intercept[m]], theta, rtol=0, atol=1e-12)


def test_constant_models_are_means(rng: np.random.Generator) -> None:
    X = np.empty((5, 30, 0))
    y = rng.poisson(50.0, (5, 30)).astype(float)
    rates = fit_many(X, y, loss="poisson", tol=1e-12)
    # The gradient is the difference: at most tol, computed to a few eps of the mean.
    np.testing.assert_allclose(np.exp(rates.intercept), y.mean(1), rtol=1e-14, atol=1e-12)
    labels = (rng.random((5, 30)) < 0.4).astype(float)
    shares = fit_many(X, labels, tol=1e-12)
    np.testing.assert_allclose(1 / (1 + np.exp(-shares.intercept)), labels.mean(1), rtol=1e-14, atol=1e-12)


def test_objective_is_not_above_scikit_learns(rng: np.random.Generator) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    X, y, _ = problems(rng, 10, 50, 3, "logistic")
    fits = fit_many(X, y, l2=1 / 50, tol=1e-9)
    for m in range(10):
        theirs = linear_model.LogisticRegression(tol=1e-8).fit(X[m], y[m])
        f = objective(X[m], y[m], np.ones(50), "logistic", 1 / 50, theirs.coef_[0], theirs.intercept_[0])
        assert fits.objective[m] <= f + 1e-13
        assert fits.objective[m] >= f - 1e-8


def test_each_problem_is_alone(rng: np.random.Generator, isa: str) -> None:
    X, y, s = problems(rng, 13, 25, 3, "logistic")
    together = fit_many(X, y, l2=0.01, sample_weight=s)
    for m in range(13):
        alone = fit_many(X[m : m + 1], y[m : m + 1], l2=0.01, sample_weight=s[m : m + 1])
        assert (alone.coef[0] == together.coef[m]).all()
        assert alone.intercept[0] == together.intercept[m]
        assert alone.n_iter[0] == together.n_iter[m]


@pytest.mark.parametrize("loss", LOSSES)
def test_not_finite_problem_leaves_its_neighbours(rng: np.random.Generator, isa: str, loss: str) -> None:
    X, y, s = problems(rng, 24, 25, 3, loss)
    good = fit_many(X, y, loss=loss, l2=0.01, sample_weight=s)  # type: ignore[arg-type]
    X[5, 3, 1], X[6, 0, 0], y[14, 2], s[17, 4], s[20] = np.nan, np.inf, np.nan, np.inf, 0
    bad = [5, 6, 14, 17, 20]
    with pytest.warns(ConvergenceWarning, match="5 not finite"):
        fits = fit_many(X, y, loss=loss, l2=0.01, sample_weight=s)  # type: ignore[arg-type]
    assert (fits.status[bad] == 2).all()
    assert np.isnan(fits.coef[bad]).all()
    assert np.isnan(fits.objective[bad]).all()
    others = np.setdiff1d(np.arange(24), bad)
    assert (fits.coef[others] == good.coef[others]).all()
    assert (fits.objective[others] == good.objective[others]).all()


def test_same_bits_for_threads_strides_and_levels(rng: np.random.Generator) -> None:
    X, y, s = problems(rng, 301, 40, 4, "logistic")
    fits = []
    for count in (1, 2, 3):
        with mm.threads(count):
            fits.append(fit_many(X, y, sample_weight=s, l2=0.01))
    fits.append(fit_many(np.asfortranarray(X), y[:, ::-1].copy()[:, ::-1], sample_weight=np.asfortranarray(s), l2=0.01))
    for level in {"avx2", "avx512"} & set(mm.system.available_isas()):
        with mm.system.use_isa(level):
            fits.append(fit_many(X, y, sample_weight=s, l2=0.01))
    for other in fits[1:]:
        assert (other.coef == fits[0].coef).all()
        assert (other.objective == fits[0].objective).all()


def test_float32_is_widened(rng: np.random.Generator) -> None:
    X, y, _ = problems(rng, 9, 40, 3, "logistic")
    narrow = X.astype(np.float32)
    assert (fit_many(narrow, y, l2=0.01).coef == fit_many(narrow.astype(float), y, l2=0.01).coef).all()


def test_separable_problems_are_flagged(rng: np.random.Generator, isa: str) -> None:
    X, y, _ = problems(rng, 10, 30, 2, "logistic")
    y[3] = X[3, :, 0] > 0.2  # separated completely
    X[7, :, 1] = np.where(y[7] == 1, np.abs(X[7, :, 1]), 0)  # quasi-completely: the second column's coefficient grows without end
    with pytest.warns(ConvergenceWarning, match="2 separable"):
        fits = fit_many(X, y)
    assert np.flatnonzero(fits.status).tolist() == [3, 7]
    assert (((X[3] @ fits.coef[3] + fits.intercept[3]) > 0) == y[3]).all()
    assert np.isfinite(fits.coef).all()
    assert fit_many(X, y, l2=1e-3).converged.all()


def test_weights_are_repetitions(rng: np.random.Generator) -> None:
    X, y, _ = problems(rng, 6, 30, 3, "poisson")
    repeats = rng.integers(0, 4, 30)
    weighted = fit_many(X, y, loss="poisson", l2=0.01, sample_weight=repeats, tol=1e-12)
    repeated = fit_many(np.repeat(X, repeats, 1), np.repeat(y, repeats, 1), loss="poisson", l2=0.01, tol=1e-12)
    np.testing.assert_allclose(weighted.coef, repeated.coef, rtol=0, atol=1e-11)


def test_dependent_columns(rng: np.random.Generator) -> None:
    X, y, _ = problems(rng, 8, 40, 3, "logistic")
    X[:, :, 2] = X[:, :, 0] + X[:, :, 1]
    fits = fit_many(X, y, tol=1e-9)
    plain = fit_many(X[:, :, :2], y, tol=1e-9)
    np.testing.assert_allclose(fits.objective, plain.objective, rtol=0, atol=1e-13)


def test_large_poisson_counts_do_not_overflow(rng: np.random.Generator) -> None:
    X = rng.uniform(-1, 1, (4, 50, 2))
    y = rng.poisson(np.exp(X @ [3.0, 2.0] + 6)).astype(float)
    fits = fit_many(X, y, loss="poisson", tol=1e-8)
    assert fits.converged.all()
    without = fit_many(X, y, loss="poisson", fit_intercept=False, tol=1e-8)
    assert without.converged.all()


def test_steps_that_run_out_are_reported(rng: np.random.Generator) -> None:
    X, y, _ = problems(rng, 4, 30, 2, "logistic")
    with pytest.warns(ConvergenceWarning, match="4 not converged"):
        fits = fit_many(X, y, max_iter=1)
    assert (fits.status == 1).all()
    assert (fits.n_iter == 1).all()


def test_empty_stack() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fits = fit_many(np.empty((0, 5, 2)), np.empty((0, 5)))
    assert fits.coef.shape == (0, 2)
    assert fits.converged.shape == (0,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "hinge"}, "loss must be"),
        ({"X": np.zeros((3, 2))}, "X must have shape"),
        ({"X": np.zeros((2, 0, 1)), "y": np.zeros((2, 0))}, "X must have shape"),
        ({"y": np.zeros((2, 5))}, "y must have shape"),
        ({"y": np.full((2, 4), 2.0)}, "y must be 0 or 1"),
        ({"y": np.full((2, 4), -1.0), "loss": "poisson"}, "y must not be negative"),
        ({"sample_weight": np.ones(3)}, "sample_weight must have shape"),
        ({"sample_weight": -np.ones(4)}, "sample_weight must not be negative"),
        ({"l2": -1.0}, "l2 must be"),
        ({"l2": np.nan}, "l2 must be"),
        ({"tol": -1e-3}, "tol must not be negative"),
        ({"max_iter": 0}, "max_iter must be"),
    ],
)
def test_bad_arguments_are_refused_by_name(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"X": np.zeros((2, 4, 1)), "y": np.zeros((2, 4))} | change
    with pytest.raises(ValueError, match=f"fit_many: {message}"):
        fit_many(**arguments)


def test_arguments_of_every_kind(rng: np.random.Generator) -> None:
    X, y, _ = problems(rng, 3, 20, 2, "logistic")
    expected = fit_many(X, y, l2=0.1)
    frozen = X.copy()
    frozen.flags.writeable = False
    odd = np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(np.float64).reshape(X.shape)
    for other in (frozen, odd, X.astype(">f8"), X.tolist(), X[::-1].copy()[::-1]):
        assert (fit_many(other, y.astype(int), l2=0.1).coef == expected.coef).all()
