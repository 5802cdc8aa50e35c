# SPDX-License-Identifier: BSD-3-Clause
"""k-means beside scikit-learn's and intelex's: the same initial centres and iterations; the same seed; predictions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import sklearn.cluster
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from mlmath_native.learn.cluster import KMeans

try:
    from sklearnex.cluster import KMeans as IntelexKMeans
except ImportError:
    IntelexKMeans = None


def blobs(n: int, d: int, centers: int, dtype: str) -> NDArray[Any]:
    """Normal points around `centers` places, near enough to each other that k-means takes tens of iterations."""
    places = 1.5 * problems.matrix(centers, d, dtype, stream=5)
    X: NDArray[Any] = places[problems.generator(n, d, centers).integers(0, centers, n)] + problems.matrix(n, d, dtype)
    return X


def fitted(cls: Any, X: NDArray[Any], **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return cls(**options).fit(X)


def peers(call: Callable[[Any], Callable[[], Any]], dtype: str) -> dict[str, Callable[[], Any]]:
    found = {"scikit-learn": call(sklearn.cluster.KMeans)}
    if IntelexKMeans is not None:
        found["intelex"] = call(IntelexKMeans)
    return found


CASES = [
    (150, 4, 3, 5),
    (10_000, 50, 8, 20),
    (100_000, 20, 10, 20),
    (100_000, 2, 100, 20),
    (100_000, 100, 50, 10),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "d", "clusters", "iterations"), CASES)
def bench_same_start(compare: Callable[..., harness.Row], n: int, d: int, clusters: int, iterations: int, dtype: str) -> None:
    X = blobs(n, d, clusters, dtype)
    options = {"n_clusters": clusters, "init": X[:clusters].copy(), "n_init": 1, "max_iter": iterations, "tol": 0.0}
    inertia = fitted(sklearn.cluster.KMeans, X.astype(np.float64), **options).inertia_
    ran = fitted(KMeans, X, **options).n_iter_
    compare(
        "kmeans",
        f"fit, n = {n:,}, d = {d}, k = {clusters}, {ran} iterations",
        lambda: fitted(KMeans, X, **options).inertia_,
        peers(lambda cls: lambda: fitted(cls, X, **options).inertia_, dtype),
        # The same start, but a row as near to two centres may go either way, the more of them the coarser the numbers.
        harness.within(inertia, inertia * (1e-6 if dtype == "float64" else 1e-2)),
        dtype=dtype,
        flops=2.0 * n * d * clusters * (ran + 1),
        limit=harness.Limit("fma", 2.0 * n * d * clusters * (ran + 1), "float32"),  # labels are found in float, whatever X is
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "d", "clusters", "runs"), [(1797, 64, 10, 10), (10_000, 50, 8, 10), (100_000, 20, 10, 1)])
def bench_same_seed(compare: Callable[..., harness.Row], n: int, d: int, clusters: int, runs: int, dtype: str) -> None:
    X = blobs(n, d, clusters, dtype)
    options = {"n_clusters": clusters, "random_state": 0, "n_init": runs}
    inertia = fitted(sklearn.cluster.KMeans, X, **options).inertia_
    compare(
        "kmeans",
        f"k-means++ and fit, n_init = {runs}, n = {n:,}, d = {d}, k = {clusters}",
        lambda: fitted(KMeans, X, **options).inertia_,
        {"scikit-learn": lambda: fitted(sklearn.cluster.KMeans, X, **options).inertia_},
        harness.within(inertia, inertia * (1e-6 if dtype == "float64" else 0.2)),  # float32: other rows may be drawn
        dtype=dtype,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def bench_predict(compare: Callable[..., harness.Row], dtype: str) -> None:
    n, d, clusters = 100_000, 20, 10
    X = blobs(n, d, clusters, dtype)
    options = {"n_clusters": clusters, "init": X[:clusters].copy(), "n_init": 1, "max_iter": 3}
    ours, models = fitted(KMeans, X, **options), {"scikit-learn": fitted(sklearn.cluster.KMeans, X, **options)}
    if IntelexKMeans is not None:
        models["intelex"] = fitted(IntelexKMeans, X, **options)

    def inertia(labels: NDArray[Any]) -> float:
        return float(((X - ours.cluster_centers_[labels]) ** 2).sum())

    labels = ours.predict(X)
    compare(
        "kmeans",
        f"predict, n = {n:,}, d = {d}, k = {clusters}",
        lambda: ours.predict(X),
        {name: (lambda model=model: model.predict(X)) for name, model in models.items()},
        lambda found: abs(inertia(found) / inertia(labels) - 1) / (1e-6 if dtype == "float64" else 1e-3),
        dtype=dtype,
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def bench_transform(compare: Callable[..., harness.Row], dtype: str) -> None:
    n, d, clusters = 100_000, 20, 10
    X = blobs(n, d, clusters, dtype)
    options = {"n_clusters": clusters, "init": X[:clusters].copy(), "n_init": 1, "max_iter": 3}
    ours, theirs = fitted(KMeans, X, **options), fitted(sklearn.cluster.KMeans, X, **options)
    exact = np.sqrt(((X[:, None].astype(np.float64) - ours.cluster_centers_) ** 2).sum(axis=2))
    compare(
        "kmeans",
        f"transform, n = {n:,}, d = {d}, k = {clusters}",
        lambda: ours.transform(X),
        {"scikit-learn": lambda: theirs.transform(X)},
        # Theirs come from |x|^2 - 2 x.c + |c|^2, whose error is eps (|x| + |c|)^2 before the root.
        harness.within(exact, 2 * np.sqrt(np.finfo(dtype).eps) * float(np.sqrt((X.astype(np.float64) ** 2).sum(axis=1).max()))),
        dtype=dtype,
    )
