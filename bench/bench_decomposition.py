# SPDX-License-Identifier: BSD-3-Clause
"""PCA, TruncatedSVD, IncrementalPCA and StandardScaler beside scikit-learn's and, where installed, intelex's: the same arguments,
variance explained compared."""

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

try:
    from sklearnex import decomposition as intelex
except ImportError:
    intelex = None


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


def peers(name: str, task: Callable[[Any], Any], **arguments: Any) -> dict[str, Callable[[], Any]]:
    """The contestants that are not ours: scikit-learn, and intelex where it is installed and computes this by itself."""
    found = {"scikit-learn": lambda: task(getattr(sklearn.decomposition, name)(**arguments))}
    if intelex is not None and name == "PCA" and arguments.get("svd_solver") in ("covariance_eigh", "full"):
        found["intelex"] = lambda: task(intelex.PCA(**arguments))
    return found


@pytest.mark.parametrize(
    ("n", "d", "solver", "dtype"),
    [
        (100_000, 100, "covariance_eigh", "float64"),
        (100_000, 100, "covariance_eigh", "float32"),
        (20_000, 500, "covariance_eigh", "float64"),
        (20_000, 500, "covariance_eigh", "float32"),
        (2000, 300, "full", "float64"),
        (5000, 2000, "randomized", "float64"),
        (5000, 2000, "randomized", "float32"),
    ],
)
def bench_pca_fit(compare: Callable[..., harness.Row], n: int, d: int, solver: str, dtype: str) -> None:
    X = problems.matrix(n, d, dtype)
    arguments = {"n_components": 10, "svd_solver": solver, "random_state": 0}
    # Exact to rounding, but randomized: 7 power iterations on a flat spectrum reach some 97 %.
    share = 0.9 if solver == "randomized" else 1 - 1e-4
    # Half of X^T X; Householder's QR; 16 products with 20 columns.
    flops = {"covariance_eigh": n * d * (d + 1.0), "full": 2.0 * n * d**2, "randomized": 16 * 2.0 * n * d * 20}[solver]
    compare(
        "pca_fit",
        f"PCA(10) {n:,} x {d}, {solver}",
        lambda: PCA(**arguments).fit(X),
        peers("PCA", lambda model: model.fit(X), **arguments),
        least_explained(X, 10, share),
        dtype=dtype,
        flops=flops,
        limit=harness.Limit("fma", flops, dtype),
    )


@pytest.mark.parametrize(
    ("method", "n", "d", "k", "dtype"),
    [
        ("transform", 100_000, 50, 2, "float64"),
        ("transform", 100_000, 50, 10, "float64"),
        ("transform", 100_000, 50, 10, "float32"),
        ("transform", 100_000, 50, 50, "float64"),
        ("transform", 100_000, 50, 50, "float32"),
        ("transform", 1000, 20, 2, "float64"),
        ("inverse_transform", 100_000, 50, 10, "float64"),
    ],
)
def bench_pca_transform(compare: Callable[..., harness.Row], method: str, n: int, d: int, k: int, dtype: str) -> None:
    X = problems.matrix(n, d, dtype)
    arguments = {"n_components": k, "svd_solver": "covariance_eigh"}
    ours, peer = PCA(**arguments).fit(X), sklearn.decomposition.PCA(**arguments).fit(X)
    x = X if method == "transform" else ours.transform(X)
    V, mean = ours.components_.astype(np.float64), ours.mean_.astype(np.float64)
    reference = (X - mean) @ V.T if method == "transform" else x.astype(np.float64) @ V + mean
    size = np.abs(x).astype(np.float64).max() * np.abs(V).sum(axis=1 if method == "transform" else 0).max() + np.abs(mean).max()
    # Sums of d (k) products; components of the two models differ by the covariance's rounding over the gaps of its eigenvalues.
    tolerance = float(np.finfo(dtype).eps) * size * (d + 3) * (10.0 if dtype == "float64" else 1.0) * np.sqrt(n)
    amount = X.nbytes + n * k * X.itemsize  # X is read and Z written, or the other way round
    compare(
        "pca_transform",
        f"{method} {n:,} x {d}, {k} components",
        lambda: getattr(ours, method)(x),
        {"scikit-learn": lambda: getattr(peer, method)(x)},
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=amount,
        limit=harness.Limit("read" if k < d else "copy", amount),
        seconds=0.05,
    )


@pytest.mark.parametrize("what", ["TruncatedSVD", "IncrementalPCA"])
def bench_pca_others(compare: Callable[..., harness.Row], what: str) -> None:
    n, d = (5000, 1000) if what == "TruncatedSVD" else (20_000, 50)
    X = problems.matrix(n, d)
    arguments = {"n_components": 10, "random_state": 0} if what == "TruncatedSVD" else {"n_components": 10}
    # 12 products with 20 columns (5 iterations); QR of batches of 250 rows and the 11 that stand for the past.
    flops = 12 * 2.0 * n * d * 20 if what == "TruncatedSVD" else 2.0 * (n * 261 / 250) * d**2
    cls = {"TruncatedSVD": TruncatedSVD, "IncrementalPCA": IncrementalPCA}[what]
    compare(
        "pca_others",
        f"{what}(10) {n:,} x {d}",
        lambda: cls(**arguments).fit(X),
        peers(what, lambda model: model.fit(X), **arguments),
        least_explained(X, 10, 0.8),
        flops=flops,
        limit=harness.Limit("fma", flops),
    )


@pytest.mark.parametrize(
    ("method", "n", "d", "dtype"),
    [
        ("fit", 100_000, 50, "float64"),
        ("fit", 100_000, 50, "float32"),
        ("fit", 150, 4, "float64"),
        ("transform", 100_000, 50, "float64"),
        ("transform", 100_000, 50, "float32"),
        ("transform", 150, 4, "float64"),
        ("inverse_transform", 100_000, 50, "float64"),
    ],
)
def bench_standard_scaler(compare: Callable[..., harness.Row], method: str, n: int, d: int, dtype: str) -> None:
    X = problems.matrix(n, d, dtype)
    ours, peer = StandardScaler().fit(X), sklearn.preprocessing.StandardScaler().fit(X)
    wide = X.astype(np.longdouble)
    mean = wide.mean(axis=0)
    scale = np.sqrt(((wide - mean) ** 2).mean(axis=0))
    reference = {"fit": scale, "transform": (wide - mean) / scale, "inverse_transform": wide * scale + mean}[method].astype(
        np.float64
    )
    # fit: sums of n numbers, ours in chunks. Elements: the rounding of means and scales to the dtype, and of two operations; the
    # peer's means are sums of n numbers one after the other.
    eps = float(np.finfo(dtype).eps)
    tolerance = n * 2.3e-16 if method == "fit" else 4 * eps + n * 2.3e-16

    def call(scaler: Any) -> Any:
        result = getattr(scaler, method)(X)
        return result.scale_ if method == "fit" else result

    amount = X.nbytes * (1 if method == "fit" else 2)
    compare(
        "standard_scaler",
        f"{method} {n:,} x {d}",
        lambda: call(ours),
        {"scikit-learn": lambda: call(peer)},
        harness.within(reference, tolerance * (1 + np.abs(reference))),
        dtype=dtype,
        bytes=amount,
        limit=harness.Limit("read" if method == "fit" else "copy", amount),
        seconds=0.05,
    )
