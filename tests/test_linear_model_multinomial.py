# SPDX-License-Identifier: BSD-3-Clause
"""The native multinomial fit: complex step, scikit-learn's objective, symmetry, bits, weights, separation."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native import _mlmath

# n, d, K; "full" Newton where K (d + 1) is small, blocks in the middle, the diagonal for wide X.
SHAPES = [(30, 1, 2), (150, 4, 3), (200, 7, 5), (333, 40, 6), (700, 21, 12), (40, 120, 3), (1, 2, 2), (60, 0, 4)]


def data(rng: np.random.Generator, n: int, d: int, K: int) -> tuple[NDArray[Any], NDArray[np.int32], NDArray[Any]]:
    """X, labels, weights."""
    X = rng.normal(size=(n, d)) * rng.uniform(0.2, 3, d)
    z = X @ rng.normal(size=(d, K)) + rng.gumbel(size=(n, K))
    return X, z.argmax(1).astype(np.int32), rng.uniform(0.5, 2, n)


def fit(X: Any, y: Any, K: int, *, l2: float = 0.01, s: Any = None, b: bool = True, tol: float = 1e-8, start: Any = None) -> Any:
    """theta, status, n_iter, objective, gradient_max, gradient_square, decrement, method, separable."""
    return _mlmath._multinomial_fit(X, y, s, K, l2, b, tol, 1000, start)


def objective(X: Any, y: Any, s: Any, l2: float, theta: Any) -> Any:
    """The definition; analytic in theta."""
    z = X @ theta[:, :-1].T + theta[:, -1]
    shift = z.real.max(1, keepdims=True)
    terms = np.log(np.exp(z - shift).sum(1)) + shift[:, 0] - z[np.arange(len(y)), y]
    return np.sum(s * terms) / np.sum(s) + l2 / 2 * np.sum(theta[:, :-1] ** 2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("intercept", [True, False])
def test_gradient_vanishes_by_complex_step(
    rng: np.random.Generator, isa: str, shape: tuple[int, int, int], intercept: bool
) -> None:
    X, y, s = data(rng, *shape)
    theta, status, _, f, largest, square, _, _, separable = fit(X, y, shape[2], s=s, b=intercept)
    assert status == 0
    assert not separable
    exact = objective(X, y, s, 0.01, theta)
    assert abs(f - exact) <= 1e-13 * (1 + abs(exact))
    gradient = np.zeros_like(theta)
    for k in range(theta.shape[0]):
        for j in range(theta.shape[1] if intercept else theta.shape[1] - 1):
            moved = theta.astype(complex)
            moved[k, j] += 1e-30j
            gradient[k, j] = objective(X, y, s, 0.01, moved).imag / 1e-30
    # The same scores up to d eps of the sums of |x w|, which are below 1e3 here.
    assert np.abs(gradient).max() <= 1e-8 + 1e-12
    assert abs(np.abs(gradient).max() - largest) <= 1e-11
    assert abs(np.sum(gradient**2) - square) <= 1e-11 * np.sqrt(gradient.size) * (2e-8)
    if not intercept:
        assert (theta[:, -1] == 0).all()


def test_methods_by_shape(rng: np.random.Generator) -> None:
    methods = []
    for n, d, K in [(150, 4, 3), (300, 64, 10), (30, 700, 3)]:
        X, y, _ = data(rng, n, d, K)
        methods.append(fit(X, y, K)[7])
        assert fit(X, y, K)[1] == 0
    assert methods == ["newton", "lbfgs", "lbfgs"]


@pytest.mark.parametrize("name", ["iris", "digits", "wine"])
def test_objective_is_not_above_scikit_learns(name: str) -> None:
    pytest.importorskip("sklearn")
    from sklearn import datasets, linear_model
    from sklearn.exceptions import ConvergenceWarning

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    K, n = y.max() + 1, len(y)
    _, status, n_iter, f, largest, square, *_ = fit(X, y.astype(np.int32), K, l2=1 / n, tol=1e-4)
    assert status == 0
    assert n_iter <= 100
    assert largest <= 1e-4
    theirs = linear_model.LogisticRegression()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # its 100 steps do not suffice
        theirs.fit(X, y)
    their = objective(X, y, np.ones(n), 1 / n, np.c_[theirs.coef_, theirs.intercept_])
    assert f <= their
    best = fit(X, y.astype(np.int32), K, l2=1 / n, tol=1e-9)[3]
    # The bound of the certificate; the intercepts' part of the gradient is not covered by l2, hence the factor.
    assert best <= f + 1e-14
    assert f - best <= 2 * square / (2 / n)


def test_two_classes_are_binary(rng: np.random.Generator) -> None:
    X, y, _ = data(rng, 200, 3, 2)
    theta = fit(X, y, 2, l2=0.02, tol=1e-11)[0]
    # w_1 = -w_0, so |w_0|^2 + |w_1|^2 = |w|^2 / 2 of the binary w = w_1 - w_0: the binary penalty is half as large.
    binary = mm.optim.fit_many(X[None], y[None], l2=0.01, tol=1e-11)
    np.testing.assert_allclose(theta[1] - theta[0], np.r_[binary.coef[0], binary.intercept[0]], rtol=0, atol=1e-8)


@pytest.mark.parametrize("shape", [(150, 4, 3), (333, 40, 6)])
@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_rows_sum_to_zero(rng: np.random.Generator, shape: tuple[int, int, int], l2: float) -> None:
    X = rng.normal(size=shape[:2])
    y = rng.integers(0, shape[2], shape[0]).astype(np.int32)
    start = np.ascontiguousarray(rng.normal(size=(shape[2], shape[1] + 1)))
    theta, status, *_ = fit(X, y, shape[2], l2=l2, start=start)
    assert status == 0
    assert np.abs(theta.sum(0)).max() <= 1e-13 * np.abs(theta).max() * shape[2]
    if l2 == 0:
        cold = fit(X, y, shape[2], l2=l2)
        assert abs(cold[3] - objective(X, y, np.ones(len(y)), 0, theta)) <= 1e-10


@pytest.mark.parametrize("shape", [(150, 4, 3), (1500, 40, 6), (40, 700, 3)])
def test_same_bits_for_threads_strides_and_levels(rng: np.random.Generator, shape: tuple[int, int, int]) -> None:
    X, y, s = data(rng, *shape)
    results = []
    for count in (1, 2, 3):
        with mm.threads(count):
            results.append(fit(X, y, shape[2], s=s)[0])
    results.append(fit(np.asfortranarray(X), y, shape[2], s=np.repeat(s, 2)[::2])[0])
    for level in {"avx2", "avx512"} & set(mm.system.available_isas()):
        with mm.system.use_isa(level):
            results.append(fit(X, y, shape[2], s=s)[0])
    for other in results[1:]:
        assert (other == results[0]).all()


def test_float32_is_widened(rng: np.random.Generator) -> None:
    X, y, s = data(rng, 400, 30, 5)
    narrow = X.astype(np.float32)
    wide = narrow.astype(float)
    assert (fit(narrow, y, 5, s=s.astype(np.float32))[0] == fit(wide, y, 5, s=s.astype(np.float32).astype(float))[0]).all()


@pytest.mark.parametrize("shape", [(60, 4, 3), (200, 30, 6)])
def test_weights_are_repetitions(rng: np.random.Generator, shape: tuple[int, int, int]) -> None:
    X, y, _ = data(rng, *shape)
    repeats = rng.integers(0, 4, shape[0])
    weighted = fit(X, y, shape[2], s=repeats.astype(float), tol=1e-11)
    repeated = fit(np.repeat(X, repeats, 0), np.repeat(y, repeats), shape[2], tol=1e-11)
    # max |gradient| <= 1e-11 at both: coefficients within sqrt(K d) 1e-11 / l2 of the minimum
    np.testing.assert_allclose(weighted[0][:, :-1], repeated[0][:, :-1], rtol=0, atol=2e-8)


def test_dependent_columns_without_penalty(rng: np.random.Generator) -> None:
    X = rng.normal(size=(300, 3))
    y = rng.integers(0, 3, 300).astype(np.int32)
    plain = fit(X, y, 3, l2=0.0)
    for more in (np.c_[X, X[:, 0] - X[:, 2], np.zeros(300)], np.c_[X, X @ rng.normal(size=(3, 40))]):
        wide = fit(np.ascontiguousarray(more), y, 3, l2=0.0, tol=1e-7)
        assert wide[1] == 0
        assert abs(wide[3] - plain[3]) <= 1e-10


def test_separable_labels_are_flagged(rng: np.random.Generator) -> None:
    X = rng.normal(size=(60, 2))
    y = (X @ rng.normal(size=(2, 3))).argmax(1).astype(np.int32)
    assert fit(X, y, 3, l2=0.0, tol=1e-5)[8]
    assert not fit(X, y, 3, l2=1e-3)[8]


def test_nearly_separable_classes_take_few_iterations() -> None:
    """The scale follows the Hessian, which falls by powers of ten while margins grow."""
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.load_digits(return_X_y=True)
    X = (X - X.mean(0)) / np.where(X.std(0) > 0, X.std(0), 1)
    _, status, n_iter, f, largest, *_ = fit(X, y.astype(np.int32), 10, l2=1e-4 / len(y), tol=1e-4)
    assert status == 0
    assert largest <= 1e-4
    assert n_iter <= 90
    assert f <= 6e-4  # scikit-learn's "lbfgs" at this tol


def test_not_finite_is_reported(rng: np.random.Generator) -> None:
    X, y, s = data(rng, 50, 3, 3)
    for bad in (np.nan, np.inf):
        broken = X.copy()
        broken[7, 1] = bad
        assert fit(broken, y, 3)[1] == 2
        weights = s.copy()
        weights[3] = bad
        assert fit(X, y, 3, s=weights)[1] == 2


def test_bad_arguments_are_refused(rng: np.random.Generator) -> None:
    X, y, s = data(rng, 20, 3, 3)
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 2\)"):
        fit(X, np.full(20, 2, np.int32), 2)
    with pytest.raises(ValueError, match="positive sum"):
        fit(X, y, 3, s=np.zeros(20))
    with pytest.raises(ValueError, match="classes must be at least 2"):
        fit(X, np.zeros(20, np.int32), 1)
    with pytest.raises(ValueError, match="l2 must be non-negative"):
        fit(X, y, 3, l2=-1.0)
    with pytest.raises(ValueError, match="one per row"):
        fit(X, y[:-1], 3)
    with pytest.raises(ValueError, match="same size"):
        fit(X, y, 3, s=s[:-1].copy())
    with pytest.raises(ValueError, match="at least one row"):
        fit(X[:0], y[:0], 3)
    with pytest.raises(TypeError, match="plain 2-d array"):
        fit(X[0], y, 3)
