# SPDX-License-Identifier: BSD-3-Clause
"""k-means: scikit-learn's estimator checks, its results from the same seed, exact inertia, extremes, the same bits."""

from __future__ import annotations

import doctest
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import sklearn.cluster
from learn_checks import estimator_checks
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError

import mlmath_native as mm
from mlmath_native.learn.cluster import KMeans

EPS = float(np.finfo(float).eps)


@estimator_checks(KMeans(n_clusters=3))
def test_estimator_checks(estimator: Any, check: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # checks look for the warnings that they mean
        check(estimator)


def blobs(rng: np.random.Generator, n: int, d: int, centers: int, dtype: Any = np.float64, spread: float = 1.0) -> NDArray[Any]:
    """Points around `centers` places that touch each other."""
    places = rng.normal(scale=3, size=(centers, d))
    return (places[rng.integers(0, centers, n)] + rng.normal(scale=spread, size=(n, d))).astype(dtype)


def both(X: NDArray[Any], sample_weight: Any = None, **options: Any) -> tuple[KMeans, Any]:
    ours = KMeans(**options).fit(X, sample_weight=sample_weight)
    return ours, sklearn.cluster.KMeans(**options).fit(X, sample_weight=sample_weight)


def assert_same_clustering(ours: KMeans, theirs: Any, X: NDArray[Any], tolerance: float) -> None:
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.labels_.dtype == theirs.labels_.dtype
    assert ours.cluster_centers_.dtype == theirs.cluster_centers_.dtype
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=0, atol=tolerance * np.abs(X).max())
    np.testing.assert_allclose(ours.inertia_, theirs.inertia_, rtol=tolerance)


@pytest.mark.parametrize("init", ["k-means++", "random"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("algorithm", ["lloyd", "elkan"])
@pytest.mark.parametrize(("n", "d", "clusters"), [(30, 1, 2), (500, 2, 5), (2000, 20, 10), (300, 150, 4)])
def test_same_seed_same_result(
    init: str, weighted: bool, algorithm: str, n: int, d: int, clusters: int, rng: np.random.Generator
) -> None:
    X = blobs(rng, n, d, clusters)
    weights = rng.uniform(0.2, 2, n) if weighted else None
    for seed in range(3):
        ours, theirs = both(X, weights, n_clusters=clusters, init=init, random_state=seed, algorithm=algorithm, n_init=2)
        assert_same_clustering(ours, theirs, X, 2 * n * EPS)


@pytest.mark.parametrize("load", [load_iris, load_digits])
@pytest.mark.parametrize("clusters", [1, 3, 10])
def test_real_data(load: Any, clusters: int) -> None:
    X = load().data
    for seed in range(3):
        ours, theirs = both(X, n_clusters=clusters, random_state=seed)
        assert_same_clustering(ours, theirs, X, 1e-12)


def test_float32(rng: np.random.Generator) -> None:
    X = blobs(rng, 2000, 8, 5, np.float32, spread=0.3)
    start = X[rng.choice(2000, 5, replace=False)]
    ours, theirs = both(X, n_clusters=5, init=start, n_init=1, max_iter=100)
    assert_same_clustering(ours, theirs, X, 2000 * float(np.finfo(np.float32).eps))
    assert ours.transform(X).dtype == np.float32


def test_starts_given_as_array_or_function(rng: np.random.Generator) -> None:
    X = blobs(rng, 400, 3, 4) + 100
    start = X[:4].copy()
    ours, theirs = both(X, n_clusters=4, init=start)
    assert_same_clustering(ours, theirs, X, 1e-12)
    np.testing.assert_array_equal(start, X[:4])

    def first_rows(X: Any, n_clusters: int, random_state: Any) -> Any:
        assert abs(X.mean()) < 1e-9  # as scikit-learn: without its mean
        return X[random_state.permutation(len(X))[:n_clusters]]

    ours, theirs = both(X, n_clusters=4, init=first_rows, n_init=3, random_state=1)
    assert_same_clustering(ours, theirs, X, 1e-12)
    with pytest.warns(RuntimeWarning, match="performing only one init"):
        KMeans(n_clusters=4, init=start, n_init=5).fit(X)
    with pytest.raises(ValueError, match="does not match the number of clusters"):
        KMeans(n_clusters=3, init=start, n_init=1).fit(X)


@pytest.mark.parametrize("algorithm", ["lloyd", "elkan"])
def test_empty_clusters_are_relocated(algorithm: str, rng: np.random.Generator) -> None:
    X = blobs(rng, 300, 2, 3)
    start = np.concatenate([X[:2], np.full((3, 2), 1e3) + np.arange(3)[:, None]])  # three clusters that no row is near to
    ours, theirs = both(X, n_clusters=5, init=start, n_init=1, algorithm=algorithm)
    assert len(np.unique(ours.labels_)) == 5
    assert_same_clustering(ours, theirs, X, 1e-12)
    weights = rng.uniform(0.5, 2, 300)
    ours, theirs = both(X, weights, n_clusters=5, init=start, n_init=1)
    assert_same_clustering(ours, theirs, X, 1e-12)


def test_fewer_rows_than_clusters_and_duplicates() -> None:
    X = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    with pytest.warns(ConvergenceWarning, match=r"Number of distinct clusters \(2\) found smaller than n_clusters \(4\)"):
        model = KMeans(n_clusters=4, random_state=0).fit(X)
    assert model.inertia_ == 0
    assert len(np.unique(model.labels_)) == 2
    with pytest.raises(ValueError, match="n_samples=10 should be >= n_clusters=11"):
        KMeans(n_clusters=11).fit(X)


def test_a_cluster_for_every_row_and_one_for_all(rng: np.random.Generator) -> None:
    X = rng.normal(size=(12, 3))
    model = KMeans(n_clusters=12, random_state=0).fit(X)
    assert model.inertia_ == 0
    assert sorted(model.labels_) == list(range(12))
    np.testing.assert_array_equal(model.cluster_centers_[model.labels_], X)
    one = KMeans(n_clusters=1).fit(X)
    np.testing.assert_allclose(one.cluster_centers_[0], X.mean(axis=0), rtol=0, atol=16 * EPS * np.abs(X).max())
    alone = KMeans(n_clusters=1).fit(X[:1])
    np.testing.assert_array_equal(alone.cluster_centers_, X[:1])


@pytest.mark.parametrize("offset", [0.0, 1e6, -1e9])
def test_far_from_the_origin(offset: float, rng: np.random.Generator) -> None:
    X = blobs(rng, 500, 3, 4, spread=0.2)
    start = X[:4].copy()
    near = KMeans(n_clusters=4, init=start, n_init=1).fit(X)
    shifted = X + offset
    far = KMeans(n_clusters=4, init=shifted[:4], n_init=1).fit(shifted)
    np.testing.assert_array_equal(far.labels_, near.labels_)
    exact = shifted.astype(np.longdouble)
    centers = np.array([exact[far.labels_ == k].mean(axis=0) for k in range(4)])
    np.testing.assert_allclose(far.cluster_centers_, centers.astype(float), rtol=0, atol=600 * EPS * (abs(offset) + 10))
    inertia = ((exact - far.cluster_centers_[far.labels_]) ** 2).sum()
    assert abs(far.inertia_ - inertia) <= 600 * EPS * inertia


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_predictions(dtype: Any, rng: np.random.Generator) -> None:
    X = blobs(rng, 800, 5, 6, dtype)
    model = KMeans(n_clusters=6, random_state=3).fit(X)
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    np.testing.assert_array_equal(model.predict(X[100:107]), model.labels_[100:107])
    exact = np.sqrt(((X.astype(np.longdouble)[:, None] - model.cluster_centers_.astype(np.longdouble)) ** 2).sum(axis=2))
    np.testing.assert_allclose(model.transform(X), exact.astype(float), rtol=(5 + 3) * EPS + float(np.finfo(dtype).eps))
    np.testing.assert_array_equal(model.fit_transform(X), model.transform(X))
    assert model.score(X) == pytest.approx(-model.inertia_, rel=800 * EPS)
    weights = rng.uniform(0, 2, 800)
    expected = -float((weights * (exact.min(axis=1) ** 2)).sum())
    assert model.score(X, sample_weight=weights) == pytest.approx(expected, rel=1e-6 if dtype == np.float32 else 1e-12)


def test_weight_k_is_k_rows(rng: np.random.Generator) -> None:
    X = blobs(rng, 200, 3, 4)
    counts = rng.integers(1, 4, 200)
    start = X[:4].copy()
    weighted = KMeans(n_clusters=4, init=start, n_init=1, tol=0).fit(X, sample_weight=counts)
    repeated = KMeans(n_clusters=4, init=start, n_init=1, tol=0).fit(np.repeat(X, counts, axis=0))
    np.testing.assert_array_equal(np.repeat(weighted.labels_, counts), repeated.labels_)
    np.testing.assert_allclose(weighted.cluster_centers_, repeated.cluster_centers_, rtol=0, atol=600 * EPS * np.abs(X).max())
    assert weighted.inertia_ == pytest.approx(repeated.inertia_, rel=600 * EPS)


def test_a_weight_of_nothing_takes_a_row_away(rng: np.random.Generator) -> None:
    X = blobs(rng, 200, 3, 3)
    weights = np.ones(200)
    weights[150:] = 0
    start = X[:3].copy()
    with_none = KMeans(n_clusters=3, init=start, n_init=1, tol=0).fit(X, sample_weight=weights)
    without = KMeans(n_clusters=3, init=start, n_init=1, tol=0).fit(X[:150])
    np.testing.assert_array_equal(with_none.labels_[:150], without.labels_)
    np.testing.assert_allclose(with_none.cluster_centers_, without.cluster_centers_, rtol=0, atol=400 * EPS * np.abs(X).max())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_same_bits_for_threads_and_layouts(dtype: Any, threads: int, isa: str, rng: np.random.Generator) -> None:
    X = blobs(rng, 5000, 11, 6, dtype)
    weights = rng.uniform(0.5, 2, 5000)
    with mm.threads(1):
        expected = KMeans(n_clusters=6, random_state=0, n_init=2).fit(X, sample_weight=weights)
        distances = expected.transform(X)
    unaligned = np.zeros(X.nbytes + 1, np.uint8)[1:].view(dtype).reshape(X.shape)
    unaligned[:] = X
    for same in (X, np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2], X[::-1].copy()[::-1], unaligned):
        model = KMeans(n_clusters=6, random_state=0, n_init=2).fit(same, sample_weight=weights)
        np.testing.assert_array_equal(model.labels_, expected.labels_)
        np.testing.assert_array_equal(model.cluster_centers_, expected.cluster_centers_)
        assert (model.inertia_, model.n_iter_) == (expected.inertia_, expected.n_iter_)
        np.testing.assert_array_equal(model.transform(same), distances)


def test_levels_with_fma_give_the_same_bits(rng: np.random.Generator) -> None:
    X = blobs(rng, 1000, 13, 5)
    results = []
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                results.append(KMeans(n_clusters=5, random_state=0).fit(X))
    for other in results[1:]:
        np.testing.assert_array_equal(other.cluster_centers_, results[0].cluster_centers_)
        assert other.inertia_ == results[0].inertia_


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused(bad: float, rng: np.random.Generator) -> None:
    X = blobs(rng, 60, 3, 2)
    model = KMeans(n_clusters=2).fit(X)
    X[41, 1] = bad
    for call in (lambda: KMeans(n_clusters=2).fit(X), lambda: model.predict(X), lambda: model.transform(X), lambda: model.score(X)):
        with pytest.raises(ValueError, match=r"Input X contains (NaN|infinity)"):
            call()
    with pytest.raises(NotFittedError):
        KMeans().predict(X[:5])


def test_sparse_runs_scikit_learns_code_and_says_so(rng: np.random.Generator) -> None:
    X = blobs(rng, 200, 5, 3)
    X[X < 0] = 0
    sparse = scipy.sparse.csr_matrix(X)
    start = X[:3].copy()
    model, dense = (KMeans(n_clusters=3, init=start, n_init=1).fit(data) for data in (sparse, X))
    assert (model.solver_used_, dense.solver_used_) == ("scikit-learn", "lloyd")
    np.testing.assert_array_equal(model.labels_, dense.labels_)
    np.testing.assert_array_equal(dense.predict(sparse), dense.labels_)
    np.testing.assert_allclose(dense.transform(sparse), dense.transform(X), rtol=0, atol=1e-6)
    assert dense.score(sparse) == pytest.approx(dense.score(X))


@pytest.mark.parametrize("tol", [0.0, 1e-4, 10.0])
@pytest.mark.parametrize("max_iter", [1, 2, 300])
def test_stopping(tol: float, max_iter: int, capsys: pytest.CaptureFixture[str], rng: np.random.Generator) -> None:
    X = blobs(rng, 400, 4, 5)
    ours, theirs = both(X, n_clusters=5, random_state=2, tol=tol, max_iter=max_iter)
    assert_same_clustering(ours, theirs, X, 1e-12)
    capsys.readouterr()
    talking = KMeans(n_clusters=5, random_state=2, tol=tol, max_iter=max_iter, verbose=1).fit(X)
    np.testing.assert_array_equal(talking.cluster_centers_, ours.cluster_centers_)
    assert capsys.readouterr().out.count("inertia") == ours.n_iter_


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
@pytest.mark.parametrize("clusters", [2, 11, 33, 70])
def test_scales_and_many_clusters(scale: float, clusters: int, rng: np.random.Generator) -> None:
    X = blobs(rng, 900, 3, 12) * scale
    ours, theirs = both(X, n_clusters=clusters, random_state=4, n_init=2)
    assert_same_clustering(ours, theirs, X, 900 * EPS)
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-12])
def test_clusters_that_float_cannot_tell_apart(dtype: Any, gap: float, rng: np.random.Generator) -> None:
    """Two clusters `gap` apart beside one far out: the rows kept in float say nothing about the two, and labels are exact still."""
    near = rng.normal(scale=0.1 * gap, size=(600, 2))
    near[300:, 0] += gap
    X = np.concatenate([near, rng.normal(size=(50, 2)) + 100]).astype(dtype)
    start = X[[0, 300, 600]]
    model = KMeans(n_clusters=3, init=start, n_init=1).fit(X)
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    exact = ((X.astype(np.longdouble)[:, None] - model.cluster_centers_.astype(np.longdouble)) ** 2).sum(axis=2)
    chosen = exact[np.arange(len(X)), model.labels_]
    # The bound of the compared numbers: (d + 6) eps (|x'| + |c'|)^2, twice.
    assert np.all(chosen - exact.min(axis=1) <= 2 * 8 * float(np.finfo(dtype).eps) * 4 * np.abs(X).max() ** 2 * 2)
    if dtype is np.float64 and gap >= 1e-6:
        assert len(np.unique(model.labels_[:300])) == 1
        assert len(np.unique(model.labels_[300:600])) == 1
        assert model.labels_[0] != model.labels_[300]


def test_rows_of_no_weight_alone_in_a_cluster(rng: np.random.Generator) -> None:
    """A cluster of weight 0 is an empty one: its centre moves to a row of another cluster, as scikit-learn's does."""
    X = np.concatenate([blobs(rng, 300, 3, 4), np.full((5, 3), 100.0) + rng.normal(size=(5, 3))])
    weights = np.concatenate([rng.uniform(0.5, 2, 300), np.zeros(5)])
    start = np.concatenate([X[:3], X[300:301]])
    ours, theirs = both(X, weights, n_clusters=4, init=start, n_init=1)
    assert_same_clustering(ours, theirs, X, 1e-12)
    ours, theirs = both(X, weights, n_clusters=4, random_state=1)
    assert_same_clustering(ours, theirs, X, 1e-12)


def test_equal_initial_centers(rng: np.random.Generator) -> None:
    X = blobs(rng, 300, 3, 4)
    ours, theirs = both(X, n_clusters=4, init=np.repeat(X[:1], 4, axis=0), n_init=1)
    assert_same_clustering(ours, theirs, X, 1e-12)
    with pytest.warns(ConvergenceWarning, match=r"Number of distinct clusters \(1\)"):
        same = KMeans(n_clusters=3, random_state=0).fit(np.ones((20, 2)))
    assert same.inertia_ == 0
    np.testing.assert_array_equal(same.cluster_centers_, np.ones((3, 2)))


def test_one_cluster_by_elkan_warns(rng: np.random.Generator) -> None:
    with pytest.warns(RuntimeWarning, match="doesn't make sense for a single cluster"):
        KMeans(n_clusters=1, algorithm="elkan").fit(rng.normal(size=(9, 2)))


def test_read_only_memmap(tmp_path: Path, rng: np.random.Generator) -> None:
    X = blobs(rng, 100, 4, 3)
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    model = KMeans(n_clusters=3, random_state=0, copy_x=False).fit(mapped)
    np.testing.assert_array_equal(model.labels_, KMeans(n_clusters=3, random_state=0).fit(X).labels_)


def test_tools_of_scikit_learn(rng: np.random.Generator) -> None:
    X = blobs(rng, 90, 4, 3)
    model = KMeans(n_clusters=3, random_state=0).fit(X)
    assert isinstance(model, sklearn.cluster.KMeans)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.labels_)
    assert clone(model).get_params() == model.get_params()
    assert list(model.get_feature_names_out()) == ["kmeans0", "kmeans1", "kmeans2"]


@pytest.mark.parametrize("cls", [KMeans])
def test_example_gives_what_it_shows(cls: Any) -> None:
    test = doctest.DocTestParser().get_doctest(cls.__doc__, {}, cls.__name__, None, None)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_max_iter_of_a_numpy_integer() -> None:
    X = np.random.default_rng(0).standard_normal((30, 2))
    few = KMeans(n_clusters=np.int64(3), max_iter=np.int64(2), n_init=np.int64(1), random_state=0).fit(X)
    np.testing.assert_array_equal(few.labels_, KMeans(n_clusters=3, max_iter=2, n_init=1, random_state=0).fit(X).labels_)
