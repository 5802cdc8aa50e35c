# SPDX-License-Identifier: BSD-3-Clause
"""PCA, TruncatedSVD, IncrementalPCA: scikit-learn's own, long double, properties; bad input; their estimator checks."""

from __future__ import annotations

import doctest
import importlib.util
import inspect
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.decomposition as stock
from learn_checks import estimator_checks
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import mlmath_native as mm
from mlmath_native.learn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from mlmath_native.learn.decomposition._spectrum import covariance_sums
from mlmath_native.learn.preprocessing import StandardScaler

SOLVERS = ("full", "covariance_eigh", "randomized")


@estimator_checks(
    PCA(),
    PCA(svd_solver="covariance_eigh"),
    PCA(n_components=1, svd_solver="randomized"),
    PCA(whiten=True),
    IncrementalPCA(batch_size=10),
    TruncatedSVD(n_components=1),
)
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def spread(rng: np.random.Generator, n: int, d: int, dtype: Any = np.float64, offset: float = 3.0) -> Any:
    """Singular values that fall by 1.5 each, so that every component is well determined."""
    rank = min(n, d)
    left, right = np.linalg.qr(rng.standard_normal((n, rank)))[0], np.linalg.qr(rng.standard_normal((d, rank)))[0]
    return ((left * (np.sqrt(n) * 1.5 ** -np.arange(rank))) @ right.T + offset).astype(dtype)


def same_model(ours: Any, theirs: Any, X: Any, k: int) -> None:
    """Within rounding: values relative to the largest, vectors to the gaps of the squares, which are half of each value here."""
    eps = float(np.finfo(X.dtype).eps)
    n, d = X.shape
    size = (1 + float(np.abs(X.mean(axis=0)).max())) ** 2  # the peer's X^T X - n m m^T loses as much
    bound = 40 * np.sqrt(n + d) * eps * size
    top = float(theirs.singular_values_[0])
    np.testing.assert_allclose(ours.singular_values_, theirs.singular_values_, atol=bound * top * 1.5**k)
    np.testing.assert_allclose(ours.explained_variance_, theirs.explained_variance_, atol=bound * theirs.explained_variance_[0])
    np.testing.assert_allclose(ours.explained_variance_ratio_, theirs.explained_variance_ratio_, atol=bound)
    np.testing.assert_allclose(ours.components_, theirs.components_, atol=bound * 1.5 ** (2 * k))
    np.testing.assert_allclose(ours.mean_, theirs.mean_, rtol=n * eps, atol=n * eps)
    np.testing.assert_allclose(ours.noise_variance_, theirs.noise_variance_, atol=bound * theirs.explained_variance_[0])
    assert ours.n_components_ == theirs.n_components_
    for name in ("components_", "explained_variance_", "explained_variance_ratio_", "singular_values_", "mean_"):
        assert getattr(ours, name).dtype == getattr(theirs, name).dtype == X.dtype, name
        assert getattr(ours, name).shape == getattr(theirs, name).shape, name


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize(("n", "d"), [(400, 8), (60, 60), (20, 90), (700, 150)])
@pytest.mark.parametrize("solver", SOLVERS)
def test_scikit_learns_model(solver: str, n: int, d: int, whiten: bool, order: str, dtype: Any, rng: np.random.Generator) -> None:
    X, k = np.asarray(spread(rng, n, d, dtype), order=order), 3
    kept = X.copy()
    ours = PCA(k, svd_solver=solver, whiten=whiten, random_state=0)
    theirs = stock.PCA(k, svd_solver=solver, whiten=whiten, random_state=0).fit(X)
    Z = ours.fit_transform(X)
    np.testing.assert_array_equal(X, kept)
    assert ours.solver_used_ == solver
    same_model(ours, theirs, X, k)
    same_model(PCA(k, svd_solver=solver, whiten=whiten, random_state=0).fit(X), theirs, X, k)
    eps = float(np.finfo(dtype).eps)
    # Scores are up to 8 times the standard deviation; whitening divides the third's error by 1.5^-2.
    atol = 40 * np.sqrt(n + d) * eps * 16 * 8 * 1.5 ** (3 * k)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), atol=atol)
    np.testing.assert_allclose(Z, ours.transform(X), atol=atol)
    assert Z.dtype == ours.transform(X).dtype == dtype
    np.testing.assert_allclose(ours.inverse_transform(Z), theirs.inverse_transform(Z), atol=atol)


@pytest.mark.parametrize("solver", ["full", "covariance_eigh"])
@pytest.mark.parametrize("n_components", [None, 0, 0.5, 0.9, 0.999, "mle"])
def test_how_many_components(solver: str, n_components: Any, rng: np.random.Generator) -> None:
    X = spread(rng, 300, 12)
    ours, theirs = (cls(n_components, svd_solver=solver).fit(X) for cls in (PCA, stock.PCA))
    assert ours.n_components_ == theirs.n_components_
    assert ours.components_.shape == theirs.components_.shape
    np.testing.assert_allclose(ours.noise_variance_, theirs.noise_variance_, rtol=1e-9, atol=1e-13)
    assert ours.transform(X).shape == theirs.transform(X).shape
    if ours.n_components_:
        np.testing.assert_allclose(ours.score(X), theirs.score(X), rtol=1e-8)


@pytest.mark.parametrize(
    ("shape", "n_components"), [((50, 5), 2), ((50, 6), 2), ((600, 40), 3), ((600, 90), 3), ((600, 90), 85), ((300, 90), "mle")]
)
def test_auto_chooses_as_scikit_learn(shape: tuple[int, int], n_components: Any, rng: np.random.Generator) -> None:
    X = rng.standard_normal(shape)
    ours, theirs = PCA(n_components, random_state=0).fit(X), stock.PCA(n_components, random_state=0).fit(X)
    assert ours.solver_used_ == ours._fit_svd_solver == theirs._fit_svd_solver


@pytest.mark.parametrize("d", [6, 150])
@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_covariance_against_long_double(d: int, offset: float, rng: np.random.Generator) -> None:
    X = offset + rng.integers(-512, 512, (3000, d)) / 512.0
    wide = X.astype(np.longdouble)
    mean = wide.mean(axis=0)
    exact = ((wide - mean).T @ (wide - mean)).astype(np.float64)
    got_mean, got = covariance_sums(X)
    np.testing.assert_array_equal(got, got.T)
    eps = np.finfo(np.float64).eps
    # Relative to the deviations (about 3000 / 3 a diagonal element), and n times the square of the mean's rounding.
    np.testing.assert_allclose(got, exact, atol=200 * eps * 1000 + 3000 * (4 * eps * offset) ** 2)
    np.testing.assert_allclose(got_mean, mean.astype(np.float64), atol=4 * eps * offset + eps)


@pytest.mark.parametrize(("dtype", "d"), [(np.float32, 150), (np.float64, 150), (np.float64, 1030)])
@pytest.mark.parametrize("offset", [0.0, 1.5, 3.0, 200.0])
def test_wide_covariance_near_and_far(offset: float, d: int, dtype: Any, rng: np.random.Generator) -> None:
    X = (rng.standard_normal((1200, d)) + offset * (1 + np.arange(d) % 3)).astype(dtype)
    X[:, 5] = dtype(offset)  # does not vary
    wide = X.astype(np.float64)
    deviations = wide - wide.mean(axis=0)
    mean, sums = covariance_sums(X)
    eps = float(np.finfo(dtype).eps)
    # 1200 products of about 1; squares of means up to three times those are let pass, and float32 means are rounded to eps offset.
    np.testing.assert_allclose(sums, deviations.T @ deviations, atol=1200 * eps * 30)
    np.testing.assert_allclose(mean, wide.mean(axis=0), atol=30 * eps * (1 + 3 * offset))
    np.testing.assert_array_equal(sums, sums.T)


def test_the_first_rows_may_differ_from_the_rest(rng: np.random.Generator) -> None:
    # The rows that are looked at beforehand are every fifth: they say "small means", the others "large".
    X = rng.standard_normal((1280, 140)) + 1e6
    X[::5] -= 1e6
    X[1::5] -= 2e6
    deviations = X - X.mean(axis=0)
    exact = deviations.T @ deviations
    np.testing.assert_allclose(covariance_sums(X)[1], exact, rtol=1e-11)


@pytest.mark.parametrize("solver", SOLVERS)
def test_large_means_do_not_cancel(solver: str, rng: np.random.Generator) -> None:
    small = spread(rng, 500, 8, offset=0.0)
    small = np.round(small * 2**18) / 2**18  # so that the shift is exact
    shifted = small + 2.0**30
    near = PCA(3, svd_solver=solver, random_state=0).fit(small)
    far = PCA(3, svd_solver=solver, random_state=0).fit(shifted)
    # A mean near 2^30 is rounded to 2^-23 = 1.2e-7 (52 bits below): deviations move by that, their squares by its square.
    np.testing.assert_allclose(far.explained_variance_, near.explained_variance_, rtol=1e-11)
    np.testing.assert_allclose(far.components_, near.components_, atol=1e-10)
    np.testing.assert_allclose(far.transform(shifted), near.transform(small), atol=1e-6)
    theirs = stock.PCA(3, svd_solver="covariance_eigh").fit(shifted)  # what the formula with X^T X would give
    assert abs(theirs.explained_variance_[2] / near.explained_variance_[2] - 1) > 1e-3


@pytest.mark.parametrize("normalizer", ["auto", "QR", "LU", "none"])
@pytest.mark.parametrize("steps", ["auto", 0, 2, 4])
@pytest.mark.parametrize("shape", [(400, 150), (150, 400)])
def test_randomized_explains_no_less(shape: tuple[int, int], steps: Any, normalizer: str, rng: np.random.Generator) -> None:
    X = rng.standard_normal(shape) * (1 + np.arange(shape[1]) % 7)
    arguments = {"svd_solver": "randomized", "iterated_power": steps, "power_iteration_normalizer": normalizer, "random_state": 3}
    ours, theirs = PCA(10, **arguments).fit(X), stock.PCA(10, **arguments).fit(X)
    # The same start and the same space: the same values, but for rounding ('none' keeps about half of the digits after 4 steps).
    np.testing.assert_allclose(ours.explained_variance_, theirs.explained_variance_, rtol=1e-8)
    assert ours.explained_variance_.sum() >= theirs.explained_variance_.sum() * (1 - 1e-10)


def steep(rng: np.random.Generator, n: int, d: int, rate: float, rank: int) -> Any:
    """Centered, singular values 1, 1/rate, ..., as many as `rank`."""
    left = rng.standard_normal((n, rank))
    left = np.linalg.qr(left - left.mean(axis=0))[0]
    right = np.linalg.qr(rng.standard_normal((d, rank)))[0]
    return (left * rate ** -np.arange(rank, dtype=float)) @ right.T


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("rate", "rank"), [(1.1, 60), (3.0, 30), (10.0, 12), (1.0, 4)])
def test_randomized_keeps_what_squares_would_lose(rate: float, rank: int, order: str, dtype: Any, rng: np.random.Generator) -> None:
    # 20 directions: with rate 3 and 10 the last one lies below sqrt(eps) of the first, with rank 4 at rounding.
    X, k = np.asarray(steep(rng, 300, 80, rate, rank), dtype, order=order), min(rank, 6)
    ours = PCA(k, svd_solver="randomized", random_state=0).fit(X)
    S = rate ** -np.arange(k, dtype=float)
    eps = float(np.finfo(dtype).eps)
    # The basis is off by eps / (s_k / s_1), its square relative; X itself is rounded by eps of the largest.
    seen = 1e3 * eps < S
    np.testing.assert_allclose(ours.singular_values_[seen], S[seen], rtol=0.02 if rate == 1.1 else 1e-9, atol=300 * eps)
    theirs = stock.PCA(k, svd_solver="randomized", random_state=0).fit(X)
    assert ours.explained_variance_.sum() >= theirs.explained_variance_.sum() * (1 - 100 * eps)


@pytest.mark.parametrize("scale", [1e-18, 1e15])
def test_randomized_where_squares_leave_single_precision(scale: float, rng: np.random.Generator) -> None:
    # float32: X^T X Q would be about 1e-36 * 300 (subnormal parts) or 1e30 * 300 * 80 (finite), its norms squared beyond both.
    base = rng.standard_normal((300, 80)).astype(np.float32)
    near = TruncatedSVD(4, random_state=0).fit(base)
    far = TruncatedSVD(4, random_state=0).fit(base * np.float32(scale))
    np.testing.assert_allclose(far.singular_values_ / np.float32(scale), near.singular_values_, rtol=1e-4)


@pytest.mark.parametrize("solver", ["full", "covariance_eigh", "randomized", "auto"])
def test_degenerate_data(solver: str) -> None:
    X = np.column_stack([np.arange(30.0), np.full(30, 7.0), 2 * np.arange(30.0), np.zeros(30)])  # rank 1, two constants
    ours = PCA(2, svd_solver=solver, random_state=0).fit(X)
    np.testing.assert_allclose(np.abs(ours.components_[0]), np.array([1, 0, 2, 0]) / np.sqrt(5), atol=1e-13)
    assert ours.explained_variance_[1] < 1e-13 * ours.explained_variance_[0]
    Z = PCA(2, svd_solver=solver, random_state=0, whiten=True).fit(X).transform(X)
    assert np.isfinite(Z).all()
    np.testing.assert_allclose(Z[:, 0].std(ddof=1), 1, rtol=1e-12)
    with np.errstate(invalid="ignore"):
        constant = PCA(1, svd_solver=solver, random_state=0).fit(np.ones((30, 4)))
    np.testing.assert_allclose(constant.explained_variance_, 0, atol=1e-28)


def test_one_row_is_scikit_learns() -> None:
    with np.errstate(all="ignore"):
        ours, theirs = PCA().fit([[1.0, 2.0]]), stock.PCA().fit([[1.0, 2.0]])
    assert ours.solver_used_ == "scikit-learn"
    np.testing.assert_array_equal(ours.explained_variance_, theirs.explained_variance_)
    with pytest.raises(ValueError, match="at least two rows"):
        PCA(svd_solver="covariance_eigh").fit([[1.0, 2.0]])


@pytest.mark.parametrize("make", [PCA, lambda: PCA(svd_solver="covariance_eigh"), lambda: PCA(1, svd_solver="randomized")])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(make: Any, bad: float, rng: np.random.Generator) -> None:
    X = rng.standard_normal((30, 3))
    fitted = make().fit(X)
    X[11, 2] = bad
    for call in (make().fit, make().fit_transform, fitted.transform, IncrementalPCA().fit, IncrementalPCA().partial_fit):
        with pytest.raises(ValueError, match="NaN" if np.isnan(bad) else "infinity"):
            call(X)
    with pytest.raises(ValueError, match="overflow"):
        make().fit(np.array([[1e308, -1e308, 0], [-1e308, 1e308, 1], [1e308, 1e308, 2]] * 5))


def test_scikit_learns_errors() -> None:
    X = np.eye(4)
    for arguments in (
        {"n_components": 5},
        {"n_components": 0, "svd_solver": "randomized"},
        {"n_components": -1},
        {"svd_solver": "x"},
    ):
        messages = []
        for cls in (PCA, stock.PCA):
            with pytest.raises(ValueError) as caught:
                cls(**arguments).fit(X)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
    with pytest.raises(ValueError, match="features"):
        PCA(2).fit(X).transform(np.eye(3))
    with pytest.raises(ValueError, match="2 columns"):
        PCA(2).fit(X).inverse_transform(np.eye(3))
    with pytest.raises(ValueError, match=r"n_components\(5\) must be <= n_features\(4\)"):
        TruncatedSVD(5).fit(X)


def test_what_scikit_learn_computes_is_said() -> None:
    X = sparse.random(60, 12, 0.3, "csr", random_state=np.random.RandomState(0))
    for arguments in ({"svd_solver": "arpack"}, {"svd_solver": "covariance_eigh"}, {}):
        ours, theirs = (cls(3, random_state=0, **arguments).fit(X) for cls in (PCA, stock.PCA))
        assert ours.solver_used_ == "scikit-learn"
        np.testing.assert_array_equal(ours.components_, theirs.components_)
        np.testing.assert_array_equal(ours.transform(X), theirs.transform(X))
    assert PCA(3, svd_solver="arpack", random_state=0).fit(X.toarray()).solver_used_ == "scikit-learn"
    ours, theirs = (cls(3, random_state=0).fit(X) for cls in (TruncatedSVD, stock.TruncatedSVD))
    assert ours.solver_used_ == "scikit-learn"
    np.testing.assert_array_equal(ours.components_, theirs.components_)
    batches = IncrementalPCA(3, batch_size=20).fit(X)
    np.testing.assert_allclose(
        batches.transform(X), IncrementalPCA(3, batch_size=20).fit(X.toarray()).transform(X.toarray()), atol=1e-12
    )


def test_copy_false_centers_in_place_where_scikit_learn_does(rng: np.random.Generator) -> None:
    X = rng.standard_normal((30, 4)) + 5
    for solver in ("full", "randomized"):
        a = X.copy()
        Z = PCA(2, svd_solver=solver, copy=False, random_state=0).fit_transform(a)
        np.testing.assert_allclose(a.mean(axis=0), 0, atol=1e-14)
        np.testing.assert_allclose(Z, PCA(2, svd_solver=solver, random_state=0).fit_transform(X), atol=1e-13)
        frozen = X.copy()
        frozen.flags.writeable = False
        PCA(2, svd_solver=solver, copy=False, random_state=0).fit(frozen)
        np.testing.assert_array_equal(frozen, X)


def test_any_memory(rng: np.random.Generator, tmp_path: Path) -> None:
    X = spread(rng, 120, 6)
    expected = PCA(3).fit_transform(X)
    on_disk = np.memmap(tmp_path / "x", np.float64, "w+", shape=X.shape)
    on_disk[:] = X
    on_disk.flush()
    spaced = np.zeros((240, 18))[::2, ::3]
    spaced[...] = X
    unaligned = np.frombuffer(b"x" + X.tobytes(), np.uint8)[1:].view(np.float64).reshape(X.shape)
    for other in (np.memmap(tmp_path / "x", np.float64, "r", shape=X.shape), spaced, unaligned, X.tolist(), X.astype(">f8")):
        np.testing.assert_array_equal(PCA(3).fit_transform(other), expected)


def test_mixed_precision_is_computed_in_the_wider(rng: np.random.Generator) -> None:
    X = spread(rng, 100, 5)
    assert PCA(2).fit(X.astype(np.float32)).transform(X).dtype == np.float64
    assert PCA(2).fit(X).transform(X.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_same_bits_for_any_number_of_threads(threads: int, dtype: Any, rng: np.random.Generator) -> None:
    X = spread(rng, 20_000, 20, dtype)
    wide = spread(rng, 600, 300, dtype)

    def everything() -> list[Any]:
        found: list[Any] = []
        for solver, x in (("covariance_eigh", X), ("full", X), ("covariance_eigh", wide), ("randomized", wide), ("full", wide.T)):
            model = PCA(4, svd_solver=solver, random_state=0).fit(x)
            found += [model.components_, model.explained_variance_, model.transform(x)]
        svd = TruncatedSVD(4, random_state=0).fit(wide)
        batches = IncrementalPCA(4).fit(X[:2000])
        return [*found, svd.components_, svd.transform(wide), batches.components_, batches.var_]

    got = everything()
    with mm.threads(1):
        for a, b in zip(got, everything()):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("d", "k"), [(3, 1), (50, 2), (50, 9), (50, 50), (450, 25), (600, 400)])
def test_scores_of_any_layout(d: int, k: int, dtype: Any, whiten: bool, rng: np.random.Generator) -> None:
    X = (rng.standard_normal((700, d)) + 100).astype(dtype)
    model = PCA(k, svd_solver="full", whiten=whiten).fit(X)
    Z = model.transform(X)
    exact = (X.astype(np.float64) - model.mean_) @ model.components_.astype(np.float64).T
    if whiten:
        exact /= np.sqrt(model.explained_variance_)
    # Deviations of about 1, d of them, below 6; eps of theirs, not of 100.
    np.testing.assert_allclose(Z, exact, atol=6 * (d + 3) * float(np.finfo(dtype).eps) * (3 if whiten else 1))
    gaps = np.zeros((1400, 2 * d), dtype)[::2, ::2]
    gaps[...] = X
    for other in (np.asfortranarray(X), gaps, X[::-1][::-1]):
        np.testing.assert_array_equal(model.transform(other), Z)
    for bad in (np.nan, np.inf):
        wrong = X.copy()
        wrong[-1, -1] = bad
        with pytest.raises(ValueError, match=r"contains (NaN|infinity)"):
            model.transform(wrong)
        with config_context(assume_finite=True):
            np.testing.assert_array_equal(model.transform(wrong)[:-1], Z[:-1])


def test_covariance_precision_and_score(rng: np.random.Generator) -> None:
    X = spread(rng, 300, 7)
    for solver in ("full", "covariance_eigh"):
        ours, theirs = (cls(4, svd_solver=solver).fit(X) for cls in (PCA, stock.PCA))
        np.testing.assert_allclose(ours.get_covariance(), theirs.get_covariance(), atol=1e-12 * ours.explained_variance_[0])
        np.testing.assert_allclose(
            ours.get_precision(), theirs.get_precision(), rtol=1e-8, atol=1e-8 * abs(theirs.get_precision()).max()
        )
        np.testing.assert_allclose(ours.score_samples(X), theirs.score_samples(X), rtol=1e-8)
        np.testing.assert_allclose(PCA().fit(X).get_covariance(), np.cov(X.T), atol=1e-12)


def test_a_row_has_the_same_scores_alone(rng: np.random.Generator) -> None:
    X = spread(rng, 3000, 20)
    model = PCA(5).fit(X)
    Z = model.transform(X)
    for rows in (slice(7, 8), slice(100, 133), slice(2999, 3000)):
        np.testing.assert_array_equal(model.transform(X[rows]), Z[rows])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(300, 40), (40, 300)])
def test_truncated_svd_is_scikit_learns(shape: tuple[int, int], dtype: Any, rng: np.random.Generator) -> None:
    X = spread(rng, *shape, dtype)
    ours, theirs = (cls(3, random_state=0) for cls in (TruncatedSVD, stock.TruncatedSVD))
    Z, expected = ours.fit_transform(X), theirs.fit_transform(X)
    bound = 2000 * float(np.finfo(dtype).eps)
    top = float(theirs.singular_values_[0])
    np.testing.assert_allclose(ours.singular_values_, theirs.singular_values_, atol=bound * top)
    np.testing.assert_allclose(ours.components_, theirs.components_, atol=100 * bound)
    np.testing.assert_allclose(ours.explained_variance_, theirs.explained_variance_, atol=100 * bound)
    np.testing.assert_allclose(ours.explained_variance_ratio_, theirs.explained_variance_ratio_, atol=100 * bound)
    np.testing.assert_allclose(Z, expected, atol=100 * bound * top)
    np.testing.assert_array_equal(ours.transform(X), Z)
    np.testing.assert_allclose(ours.inverse_transform(Z), theirs.inverse_transform(Z), atol=100 * bound * top)
    assert Z.dtype == ours.components_.dtype == dtype
    with pytest.raises(ValueError, match="NaN"):
        ours.transform(np.full((2, shape[1]), np.nan))


def test_truncated_svd_by_arpack_and_of_sparse_matrices(rng: np.random.Generator) -> None:
    dense = spread(rng, 80, 30) * (rng.random((80, 30)) < 0.3)
    for X in (dense, sparse.csr_matrix(dense), sparse.csc_matrix(dense)):
        for algorithm in ("arpack", "randomized"):
            ours, theirs = (cls(3, algorithm=algorithm, n_iter=12, random_state=0) for cls in (TruncatedSVD, stock.TruncatedSVD))
            Z, expected = ours.fit_transform(X), theirs.fit_transform(X)
            native = algorithm == "randomized" and X is dense
            assert ours.solver_used_ == ("randomized" if native else "scikit-learn")
            np.testing.assert_allclose(ours.singular_values_, np.linalg.svd(dense)[1][:3], rtol=1e-6)
            np.testing.assert_allclose(Z, expected, atol=1e-6 if native else 0)
            np.testing.assert_allclose(ours.transform(X), Z, atol=1e-6)


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize(("n_components", "batch"), [(None, None), (3, 20), (6, 50), (3, 7)])
def test_incremental_pca_is_scikit_learns(n_components: Any, batch: Any, whiten: bool, rng: np.random.Generator) -> None:
    X = spread(rng, 200, 6)
    ours, theirs = (cls(n_components, batch_size=batch, whiten=whiten).fit(X) for cls in (IncrementalPCA, stock.IncrementalPCA))
    for name in ("singular_values_", "explained_variance_", "explained_variance_ratio_", "components_", "mean_", "var_"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), atol=1e-11, err_msg=name)
    np.testing.assert_allclose(ours.noise_variance_, theirs.noise_variance_, atol=1e-13)
    assert (ours.n_samples_seen_, ours.n_components_, ours.batch_size_) == (200, theirs.n_components_, theirs.batch_size_)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), atol=1e-10)
    np.testing.assert_allclose(ours.inverse_transform(ours.transform(X)), theirs.inverse_transform(theirs.transform(X)), atol=1e-10)


def test_incremental_batches_are_one_pca(rng: np.random.Generator) -> None:
    X = spread(rng, 400, 5, offset=1e6)
    kept, batches = X.copy(), IncrementalPCA(copy=False)
    for part in np.array_split(X, 8):
        batches.partial_fit(part)
    np.testing.assert_array_equal(X, kept)
    whole = PCA(svd_solver="full").fit(X)
    # Means are rounded to eps 1e6 = 2e-10, as X itself.
    np.testing.assert_allclose(batches.explained_variance_, whole.explained_variance_, rtol=1e-8)
    np.testing.assert_allclose(batches.components_, whole.components_, atol=1e-7)
    with pytest.raises(ValueError, match="number of samples 2 for the first"):
        IncrementalPCA(3).partial_fit(X[:2])
    with pytest.raises(TypeError, match="sparse"):
        IncrementalPCA().partial_fit(sparse.eye(3, format="csr"))


def test_digits_in_two_components() -> None:
    X, _ = load_digits(return_X_y=True)
    ours, theirs = PCA(2).fit(X), stock.PCA(2).fit(X)
    np.testing.assert_allclose(ours.components_, theirs.components_, atol=1e-10)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), atol=1e-9)


def test_clone_pickle_pipeline_grid(rng: np.random.Generator) -> None:
    X = spread(rng, 90, 6)
    for model in (PCA(2), TruncatedSVD(2, random_state=0), IncrementalPCA(2)):
        fitted = clone(model).fit(X)
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(X), fitted.transform(X))
        assert isinstance(fitted, getattr(stock, type(model).__name__))
        assert list(fitted.get_feature_names_out()) == [f"{type(model).__name__.lower()}{i}" for i in range(2)]
    pipeline = make_pipeline(StandardScaler(), PCA())
    search = GridSearchCV(pipeline, {"pca__n_components": [1, 3]}, cv=3).fit(X)
    assert search.best_params_["pca__n_components"] in (1, 3)


@pytest.mark.parametrize("cls", [PCA, TruncatedSVD, IncrementalPCA, StandardScaler])
def test_examples_run(cls: Any) -> None:
    test = doctest.DocTestParser().get_doctest(inspect.getdoc(cls) or "", {}, cls.__name__, None, None)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test)
    assert runner.failures == 0


@pytest.mark.parametrize("cls", [PCA, IncrementalPCA, TruncatedSVD])
def test_set_output(cls: Any) -> None:
    """scikit-learn wraps the `transform` that a class itself defines, not one from a base without `set_output`."""
    X = np.random.default_rng(0).standard_normal((30, 4))
    model = cls(2).fit(X).set_output(transform="pandas")
    for scores in (lambda: model.transform(X), lambda: model.fit_transform(X)):
        if importlib.util.find_spec("pandas") is None:
            with pytest.raises(ImportError, match="requires pandas"):
                scores()
        else:
            assert list(scores().columns) == list(model.get_feature_names_out())
