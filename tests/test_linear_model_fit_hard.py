# SPDX-License-Identifier: BSD-3-Clause
"""`optim.fit_linear` where there is no minimizer, where the caller ends the fit, where columns are far from 0."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from mlmath_native.optim import ConvergenceWarning, fit_linear


def sides(case):
    """Labels for whole numbers, and whether no minimizer exists."""
    X = np.array([[i, j] for i in range(-3, 4) for j in range(-2, 3)], float)
    y = (X[:, 0] > 0).astype(int)
    if case == "apart":
        return X[X[:, 0] != 0], (X[X[:, 0] != 0, 0] > 0).astype(int), True
    if case == "boundary":  # both classes on the line x = 0
        y[X[:, 0] == 0] = [0, 1, 0, 1, 0]
        return X, y, True
    if case == "one row across":
        y[0] = 1
        return X, y, False
    y = np.where(X[:, 0] > 0, 2, (np.arange(len(X)) * 7 % 5 < 2).astype(int))  # two classes mixed, the third apart
    return X, y, True


def noisy():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(300, 5))
    return X, (X[:, 0] + rng.logistic(size=300) > 0).astype(float)


@pytest.mark.parametrize("case", ["apart", "boundary", "one row across", "a class apart"])
@pytest.mark.parametrize("method", ["newton", "lbfgs"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("tol", [1e-3, 1e-6])
def test_separability_is_one_answer_for_every_loss_and_estimator(case, method, dtype, tol):
    X, y, separable = sides(case)
    X = X.astype(dtype)
    for loss in ["multinomial"] if y.max() > 1 else ["logistic", "multinomial"]:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            fit = fit_linear(X, y, loss=loss, method=method, tol=tol)
        assert fit.converged
        assert fit.method == method
        assert any("separable" in str(w.message) for w in told) == separable
        assert ("separable" in fit.message) == separable
    sklearn = pytest.importorskip("sklearn.exceptions")
    from mlmath_native.learn.linear_model import LogisticRegression

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        LogisticRegression(C=np.inf, tol=tol, max_iter=1000).fit(X, y)
    assert any(issubclass(w.category, sklearn.ConvergenceWarning) and "separable" in str(w.message) for w in told) == separable


@pytest.mark.parametrize("method", ["newton", "lbfgs", "gd-bb"])
@pytest.mark.parametrize("loss", ["logistic", "multinomial"])
def test_what_the_caller_ends_has_not_converged(loss, method):
    X, y = noisy()
    done = fit_linear(X, y, loss=loss, method=method, l2=0.1, tol=1e-6)
    with pytest.warns(ConvergenceWarning, match="ended by the callback"):
        fit = fit_linear(X, y, loss=loss, method=method, l2=0.1, tol=1e-6, callback=lambda k, f, g, t: g <= 1e-6)
    assert fit.certificate.gradient_max <= 1e-6  # as it happens
    assert (fit.stop, fit.converged) == ("callback", False)
    assert fit.n_iter == done.n_iter


def test_newtons_certificate_holds_its_decrement():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(400, 5)) * [1e-4, 1, 1, 1, 1]  # a small gradient along a column of small curvature hides much
    y = (rng.random(400) < 1 / (1 + np.exp(-3e4 * X[:, 0]))).astype(float)
    fit = fit_linear(X, y, loss="logistic", method="newton", tol=1e-4)
    assert fit.converged
    assert fit.certificate.newton_decrement / 2 <= 1e-4
    early = fit_linear(X, y, loss="logistic", method="lbfgs", tol=1e-4)
    assert early.objective - fit.objective > 1e-4  # which the gradient alone does not see


@pytest.mark.parametrize("mean", [1e4, 1e5, 1e8, -1e8])
@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson", "huber"])
@pytest.mark.parametrize(("n", "weighted"), [(40, False), (3000, True)])
def test_columns_far_from_zero(loss, mean, n, weighted):
    """The minimizer in w is that of the columns less their means, to rounding; X holds both exactly."""
    rng = np.random.default_rng(5)
    near = np.round(rng.normal(size=(n, 4)) * 1024) / 1024
    z = near @ [0.5, -0.3, 0.2, 0.1] + 0.2
    y = {
        "squared": z + rng.normal(size=n),
        "logistic": rng.random(n) < 1 / (1 + np.exp(-z)),
        "poisson": rng.poisson(np.exp(z)),
        "huber": z + rng.standard_t(2, n),
    }[loss].astype(float)
    s = rng.integers(0, 3, n).astype(float) if weighted else None
    far = near + mean * np.array([1, 1, -1, 0])
    assert (far - mean * np.array([1, 1, -1, 0]) == near).all()
    expected = fit_linear(near, y, loss=loss, l2=1e-3, tol=1e-9, sample_weight=s)
    for X in (far, np.asfortranarray(far)):
        seen = []
        fit = fit_linear(
            X, y, loss=loss, l2=1e-3, tol=1e-9, sample_weight=s,
            callback=lambda k, f, g, theta, seen=seen: seen.append(theta),
        )  # fmt: skip
        assert (fit.converged, fit.method) == (True, "newton")
        np.testing.assert_allclose(fit.coef, expected.coef, rtol=0, atol=1e-7)
        # b is rounded, and X w + b cancels, at the size of mean |w|
        np.testing.assert_allclose(X @ fit.coef + fit.intercept, near @ expected.coef + expected.intercept, atol=1e-5)
        assert fit.objective == pytest.approx(expected.objective, rel=1e-9)
        # The watch sees parameters of X itself: the best one's among them.
        assert any((theta[:-1] == fit.coef).all() and theta[-1] == fit.intercept for theta in seen)
        again = fit_linear(X, y, loss=loss, l2=1e-3, tol=1e-4, sample_weight=s, coef_init=fit.coef, intercept_init=fit.intercept)
        assert again.n_iter <= 1


def test_float32_columns_far_from_zero():
    rng = np.random.default_rng(6)
    near = np.round(rng.normal(size=(500, 3)) * 64) / 64
    y = (rng.random(500) < 1 / (1 + np.exp(-near[:, 0]))).astype(np.float32)
    expected = fit_linear(near, y, loss="logistic", l2=1e-3)
    fit = fit_linear((near + 1e4).astype(np.float32), y, loss="logistic", l2=1e-3, tol=1e-5)
    assert (fit.converged, fit.method, fit.coef.dtype) == (True, "newton", np.float32)
    np.testing.assert_allclose(fit.coef, expected.coef, atol=1e-3)
