# SPDX-License-Identifier: BSD-3-Clause
"""PCA, TruncatedSVD, IncrementalPCA and StandardScaler beside scikit-learn's: the same arguments, variance explained compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import sklearn.decomposition
import sklearn.preprocessing

from mlmath_native.learn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from mlmath_native.learn.preprocessing import StandardScaler


def least_explained(X: Any, k: int, share: float) -> Callable[[Any], float]:
    """Check: the components' variance, in float64, is at least `share` of what the best k directions have."""
    wide = X.astype(np.float64)
    deviations = wide - wide.mean(axis=0)
    small = deviations.T @ deviations if X.shape[1] <= X.shape[0] else deviations @ deviations.T
    best = np.linalg.eigvalsh(small)[-k:].sum()

    def check(model: Any) -> float:
        basis = np.linalg.qr(model.components_.astype(np.float64).T)[0]
        return float((1 - ((deviations @ basis) ** 2).sum() / best) / (1 - share))

    return check


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("n", "d", "solver"),
    [(100_000, 100, "covariance_eigh"), (20_000, 500, "covariance_eigh"), (2000, 300, "full"), (5000, 2000, "randomized")],
)
def bench_pca_fit(compare: Callable[..., harness.Row], n: int, d: int, solver: str, dtype: str) -> None:
    X = problems.matrix(n, d, dtype)
    arguments = {"n_components": 10, "svd_solver": solver, "random_state": 0}
    # Exact to rounding, but randomized: 7 power iterations on a flat spectrum reach some 97 %.
    share = 0.9 if solver == "randomized" else 1 - 1e-4
    compare(
        "pca_fit",
        f"PCA(10) {n:,} x {d}, {solver}",
        lambda: PCA(**arguments).fit(X),
        {"scikit-learn": lambda: sklearn.decomposition.PCA(**arguments).fit(X)},
        least_explained(X, 10, share),
        dtype=dtype,
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "d", "k"), [(100_000, 50, 10), (1000, 20, 2)])
@pytest.mark.parametrize("method", ["transform", "inverse_transform"])
def bench_pca_transform(compare: Callable[..., harness.Row], method: str, n: int, d: int, k: int, dtype: str) -> None:
    X = problems.matrix(n, d, dtype)
    ours, peer = PCA(k, svd_solver="covariance_eigh").fit(X), sklearn.decomposition.PCA(k, svd_solver="covariance_eigh").fit(X)
    x = X if method == "transform" else ours.transform(X)
    V, mean = ours.components_.astype(np.float64), ours.mean_.astype(np.float64)
    reference = (X - mean) @ V.T if method == "transform" else x.astype(np.float64) @ V + mean
    size = np.abs(x).astype(np.float64).max() * np.abs(V).sum(axis=1 if method == "transform" else 0).max() + np.abs(mean).max()
    # Sums of d (k) products; components of the two models differ by the covariance's rounding over the gaps of its eigenvalues.
    tolerance = float(np.finfo(dtype).eps) * size * (d + 3) * (10.0 if dtype == "float64" else 1.0) * np.sqrt(n)
    compare(
        "pca_transform",
        f"{method} {n:,} x {d}, {k} components",
        lambda: getattr(ours, method)(x),
        {"scikit-learn": lambda: getattr(peer, method)(x)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=X.nbytes + n * k * X.itemsize,
        limit=harness.Limit("read", X.nbytes),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("what", ["TruncatedSVD", "IncrementalPCA"])
def bench_pca_others(compare: Callable[..., harness.Row], what: str, dtype: str) -> None:
    n, d = (5000, 1000) if what == "TruncatedSVD" else (20_000, 50)
    X = problems.matrix(n, d, dtype)
    arguments = {"n_components": 10, "random_state": 0} if what == "TruncatedSVD" else {"n_components": 10}
    cls = {"TruncatedSVD": TruncatedSVD, "IncrementalPCA": IncrementalPCA}[what]
    compare(
        "pca_others",
        f"{what}(10) {n:,} x {d}",
        lambda: cls(**arguments).fit(X),
        {"scikit-learn": lambda: getattr(sklearn.decomposition, what)(**arguments).fit(X)},
        least_explained(X, 10, 0.8),
        dtype=dtype,
        bytes=X.nbytes,
        limit=harness.Limit("read", X.nbytes),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "d"), [(100_000, 50), (150, 4)])
@pytest.mark.parametrize("method", ["fit", "transform", "inverse_transform"])
def bench_standard_scaler(compare: Callable[..., harness.Row], method: str, n: int, d: int, dtype: str) -> None:
    X = problems.matrix(n, d, dtype)
    ours, peer = StandardScaler().fit(X), sklearn.preprocessing.StandardScaler().fit(X)
    wide = X.astype(np.float64)
    mean, scale = wide.mean(axis=0), wide.std(axis=0)
    reference = {"fit": scale, "transform": (wide - mean) / scale, "inverse_transform": wide * scale + mean}[method]
    eps = float(np.finfo("float64" if method == "fit" else dtype).eps)

    def call(scaler: Any) -> Any:
        result = getattr(scaler, method)(X)
        return result.scale_ if method == "fit" else result

    compare(
        "standard_scaler",
        f"{method} {n:,} x {d}",
        lambda: call(ours),
        {"scikit-learn": lambda: call(peer)},
        harness.within(reference, eps * (n if method == "fit" else 16) * (1 + np.abs(reference))),
        dtype=dtype,
        bytes=X.nbytes * (1 if method == "fit" else 2),
        limit=harness.Limit("read" if method == "fit" else "copy", X.nbytes * (1 if method == "fit" else 2)),
    )
