# SPDX-License-Identifier: BSD-3-Clause
"""StandardScaler: scikit-learn's own, exact sums, NaN, weights, batches, layouts, threads; its estimator checks."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.preprocessing
from learn_checks import estimator_checks
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

import mlmath_native as mm
from mlmath_native.learn.preprocessing import StandardScaler

Stock = sklearn.preprocessing.StandardScaler
EPS = np.finfo(np.float64).eps


@estimator_checks(StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False))
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def data(rng: np.random.Generator, n: int, d: int, dtype: Any, order: str = "C") -> Any:
    return np.asarray(rng.standard_normal((n, d)) * np.linspace(0.1, 5, d) + np.linspace(-3, 3, d), dtype, order)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("n", "d"), [(1, 1), (2, 3), (50, 4), (1000, 30), (300, 400)])
@pytest.mark.parametrize("steps", [(True, True), (True, False), (False, True), (False, False)])
def test_scikit_learns_attributes_and_scores(
    n: int, d: int, dtype: Any, order: str, steps: tuple[bool, bool], rng: np.random.Generator
) -> None:
    X = data(rng, n, d, dtype, order)
    ours = StandardScaler(with_mean=steps[0], with_std=steps[1]).fit(X)
    stock = Stock(with_mean=steps[0], with_std=steps[1]).fit(X)
    assert ours.solver_used_ == "moments"
    assert ours.n_samples_seen_ == stock.n_samples_seen_ == n
    for name in ("mean_", "var_", "scale_"):
        a, b = getattr(ours, name), getattr(stock, name)
        assert (a is None) == (b is None)
        if a is not None:
            assert a.dtype == b.dtype == np.float64
            # Sums of n numbers up to 25 in either order.
            np.testing.assert_allclose(a, b, rtol=8 * EPS, atol=n * EPS * 25)
    Z = ours.transform(X)
    assert Z.dtype == dtype
    assert Z.flags.f_contiguous == X.flags.f_contiguous
    assert not np.may_share_memory(Z, X)
    expected = X.copy()
    if steps[0]:
        expected -= ours.mean_.astype(dtype)
    if steps[1]:
        expected /= ours.scale_.astype(dtype)
    np.testing.assert_array_equal(Z, expected)  # the same operations: the same bits
    back = ours.inverse_transform(Z)
    np.testing.assert_allclose(back, X, atol=8 * np.finfo(dtype).eps * 20)


def test_large_means_do_not_cancel(rng: np.random.Generator) -> None:
    X = 1e9 + rng.integers(0, 1024, (5000, 6)) / 1024.0  # the sums are exact in long double
    wide = X.astype(np.longdouble)
    mean = wide.mean(axis=0)
    var = ((wide - mean) ** 2).mean(axis=0)
    ours = StandardScaler().fit(X)
    np.testing.assert_allclose(ours.var_, var.astype(np.float64), rtol=100 * EPS)
    np.testing.assert_allclose(ours.mean_, mean.astype(np.float64), rtol=EPS)
    batches = StandardScaler()
    for part in np.array_split(X, 7):
        batches.partial_fit(part)
    # Between batches the mean is one number, rounded by eps 1e9 / 2, and meets the difference of two batches' means, below 0.1.
    np.testing.assert_allclose(batches.var_, ours.var_, atol=7 * 0.1 * EPS * 1e9)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nan_is_left_out_and_kept(dtype: Any, rng: np.random.Generator) -> None:
    X = data(rng, 400, 5, dtype)
    X[rng.random(X.shape) < 0.2] = np.nan
    X[:, 4] = data(rng, 400, 1, dtype)[:, 0]
    weights = rng.random(400).astype(dtype)
    for w in (None, weights):
        ours, stock = StandardScaler().fit(X, sample_weight=w), Stock().fit(X, sample_weight=w)
        np.testing.assert_allclose(ours.n_samples_seen_, stock.n_samples_seen_, rtol=400 * EPS)
        np.testing.assert_allclose(ours.mean_, stock.mean_, rtol=400 * EPS, atol=400 * EPS)
        np.testing.assert_allclose(ours.var_, stock.var_, rtol=400 * EPS)
        np.testing.assert_array_equal(np.isnan(ours.transform(X)), np.isnan(X))
    X[:, 0] = np.nan
    ours = StandardScaler().fit(X)
    assert np.isnan(ours.mean_[0])
    assert ours.n_samples_seen_[0] == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_weights_are_repetitions(dtype: Any, rng: np.random.Generator) -> None:
    X, k = data(rng, 300, 7, dtype), rng.integers(0, 4, 300)
    weighted, repeated = StandardScaler().fit(X, sample_weight=k), StandardScaler().fit(np.repeat(X, k, axis=0))
    assert weighted.n_samples_seen_ == repeated.n_samples_seen_
    np.testing.assert_allclose(weighted.mean_, repeated.mean_, rtol=100 * EPS, atol=100 * EPS)
    np.testing.assert_allclose(weighted.var_, repeated.var_, rtol=100 * EPS)


def test_batches_are_one_fit(rng: np.random.Generator) -> None:
    X, w = data(rng, 900, 4, np.float64), rng.random(900)
    for weights in (None, w):
        whole, parts, stock = StandardScaler().fit(X, sample_weight=weights), StandardScaler(), Stock()
        for at in np.array_split(np.arange(900), 5):
            parts.partial_fit(X[at], sample_weight=None if weights is None else weights[at])
            stock.partial_fit(X[at], sample_weight=None if weights is None else weights[at])
        for other in (whole, stock):
            np.testing.assert_allclose(parts.mean_, other.mean_, rtol=900 * EPS)
            np.testing.assert_allclose(parts.var_, other.var_, rtol=900 * EPS)
            np.testing.assert_allclose(parts.n_samples_seen_, other.n_samples_seen_, rtol=900 * EPS)


def test_constant_columns_stay() -> None:
    X = np.column_stack([np.full(1000, 0.1), np.full(1000, 1e12), np.arange(1000.0)])
    ours = StandardScaler().fit(X)
    np.testing.assert_array_equal(ours.scale_[:2], 1)
    np.testing.assert_allclose(ours.transform(X)[:, :2], 0, atol=1e12 * EPS)


def test_in_place_only_when_asked_and_possible(rng: np.random.Generator, tmp_path: Path) -> None:
    X = data(rng, 64, 3, np.float64)
    kept, scaler = X.copy(), StandardScaler(copy=False).fit(X)
    np.testing.assert_array_equal(X, kept)
    expected = scaler.transform(X, copy=True)
    np.testing.assert_array_equal(X, kept)
    assert scaler.transform(X) is X
    np.testing.assert_array_equal(X, expected)
    assert scaler.inverse_transform(X) is X
    frozen = kept.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(scaler.transform(frozen), expected)
    np.testing.assert_array_equal(frozen, kept)
    on_disk = np.memmap(tmp_path / "x", np.float64, "w+", shape=X.shape)
    on_disk[:] = kept
    on_disk.flush()
    mapped = np.memmap(tmp_path / "x", np.float64, "r", shape=X.shape)
    np.testing.assert_array_equal(StandardScaler().fit(mapped).transform(mapped), expected)
    spaced = np.zeros((64, 6))[:, ::2]
    spaced[...] = kept
    assert scaler.transform(spaced) is spaced
    np.testing.assert_array_equal(spaced, expected)


def test_infinity_is_refused_before_anything_is_written(rng: np.random.Generator) -> None:
    X = data(rng, 40, 3, np.float64)
    scaler = StandardScaler(copy=False).fit(X)
    X[17, 1] = np.inf
    kept = X.copy()
    for call in (scaler.transform, lambda x: scaler.transform(x, copy=True), scaler.inverse_transform, StandardScaler().fit):
        with pytest.raises(ValueError, match="infinity"):
            call(X)
        np.testing.assert_array_equal(X, kept)


def test_weights_that_are_negative_or_nothing(rng: np.random.Generator) -> None:
    X = data(rng, 50, 3, np.float64)
    negative = np.ones(50)
    negative[3] = -0.5
    ours, stock = StandardScaler().fit(X, sample_weight=negative), Stock().fit(X, sample_weight=negative)
    assert ours.solver_used_ == "scikit-learn"
    np.testing.assert_array_equal(ours.mean_, stock.mean_)
    np.testing.assert_array_equal(ours.var_, stock.var_)
    kept = np.ones(50)
    kept[:10] = 0
    np.testing.assert_allclose(StandardScaler().fit(X, sample_weight=kept).mean_, X[10:].mean(axis=0), atol=50 * EPS * 5)
    with pytest.raises(ValueError, match="sample_weight"):
        StandardScaler().fit(X, sample_weight=np.ones(49))


def test_integers_and_mixed_widths(rng: np.random.Generator) -> None:
    X = rng.integers(-50, 50, (200, 4))
    ours, stock = StandardScaler().fit(X), Stock().fit(X)
    np.testing.assert_allclose(ours.var_, stock.var_, rtol=100 * EPS)
    np.testing.assert_allclose(ours.transform(X), stock.transform(X), atol=100 * EPS)
    narrow = X.astype(np.float32)
    assert ours.transform(narrow).dtype == stock.transform(narrow).dtype == np.float32
    with pytest.raises(ValueError, match="expecting 4 features"):
        ours.transform(X[:, :3])
    with pytest.raises(ValueError, match="4 columns"):
        ours.inverse_transform(X[:, :3].astype(float))


def test_nan_across_batches(rng: np.random.Generator) -> None:
    X = data(rng, 300, 4, np.float64)
    X[rng.random(X.shape) < 0.3] = np.nan
    X[:100, 1] = np.nan  # nothing known of column 1 after the first batch
    parts = StandardScaler()
    for at in np.array_split(np.arange(300), 3):  # scikit-learn's own divides 0 by 0 in column 1 and keeps the NaN
        parts.partial_fit(X[at])
    np.testing.assert_array_equal(parts.n_samples_seen_, (~np.isnan(X)).sum(axis=0))
    np.testing.assert_allclose(parts.mean_, np.nanmean(X, axis=0), rtol=300 * EPS, atol=300 * EPS)
    np.testing.assert_allclose(parts.var_, np.nanvar(X, axis=0), rtol=300 * EPS)


def test_sparse_in_batches_and_backwards() -> None:
    X = sparse.random(90, 5, 0.4, "csc", random_state=np.random.RandomState(1))
    ours, stock = StandardScaler(with_mean=False), Stock(with_mean=False)
    weights = np.arange(1.0, 46.0)
    for part in (X[:45], X[45:]):
        ours.partial_fit(part, sample_weight=weights)
        stock.partial_fit(part, sample_weight=weights)
    np.testing.assert_array_equal(ours.var_, stock.var_)
    Z = ours.transform(X)
    np.testing.assert_allclose(ours.inverse_transform(Z).toarray(), X.toarray(), atol=8 * EPS)


def test_sparse_is_scikit_learns_and_says_so() -> None:
    X = sparse.random(50, 6, 0.4, "csr", random_state=np.random.RandomState(0))
    ours, stock = StandardScaler(with_mean=False).fit(X), Stock(with_mean=False).fit(X)
    assert ours.solver_used_ == "scikit-learn"
    np.testing.assert_array_equal(ours.transform(X).toarray(), stock.transform(X).toarray())
    with pytest.raises(ValueError, match="Cannot center sparse matrices"):
        StandardScaler().fit(X)


def test_same_bits_for_any_number_of_threads(threads: int, rng: np.random.Generator) -> None:
    X = data(rng, 30_000, 9, np.float64)
    scaler = StandardScaler().fit(X)
    Z = scaler.transform(X)
    with mm.threads(1):
        alone = StandardScaler().fit(X)
        np.testing.assert_array_equal(alone.mean_, scaler.mean_)
        np.testing.assert_array_equal(alone.var_, scaler.var_)
        np.testing.assert_array_equal(alone.transform(X), Z)
    np.testing.assert_array_equal(scaler.transform(X[5:6]), Z[5:6])


def test_clone_pickle_pipeline(rng: np.random.Generator) -> None:
    X = data(rng, 100, 3, np.float64)
    scaler = StandardScaler().fit(X)
    assert isinstance(scaler, Stock)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(scaler)).transform(X), scaler.transform(X))
    assert not hasattr(clone(scaler), "mean_")
    np.testing.assert_allclose(make_pipeline(StandardScaler(), StandardScaler()).fit_transform(X).std(axis=0), 1, rtol=100 * EPS)


def test_columns_whose_partial_sums_overflow_do_not_warn() -> None:
    """Sums are merged when they are read, which NumPy's error state must cover too. Warnings are errors here."""
    X = np.random.default_rng(0).standard_normal((2500, 14)) * 1e150
    scaler = StandardScaler().fit(X)
    np.testing.assert_allclose(scaler.scale_, (X / 1e150).std(axis=0) * 1e150)


def test_rows_are_counted_when_nothing_is_scaled() -> None:
    X = np.random.default_rng(0).random((30, 2))
    options = {"with_mean": False, "with_std": False}
    for cls in (StandardScaler, sklearn.preprocessing.StandardScaler):
        assert cls(**options).fit(X, sample_weight=np.full(30, 0.5)).n_samples_seen_ == 30
