# SPDX-License-Identifier: BSD-3-Clause
"""Eigenvalues and principal components: eigh of a covariance matrix; iris and digits on their first two components."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mlmath_native as mm

from ._checks import EPS
from ._runner import Stage, Step

Matrix = NDArray[np.float64]


def play(stage: Stage) -> None:
    from sklearn.datasets import load_digits, load_iris

    iris, digits = load_iris(), load_digits()
    _pca(stage, "iris", iris.data)
    _pca(stage, "digits", digits.data)
    _figure_iris(stage, iris)
    _figure_digits(stage, digits)


def covariance(x: Matrix) -> Matrix:
    """C = Zᵀ Z / (n - 1) with Z the centred data: mean and product are native."""
    centred = x - mm.mean(x, axis=0)
    return np.asarray(mm.matmul(centred.T, centred) / (len(x) - 1))


def principal_components(x: Matrix, count: int) -> tuple[Matrix, Matrix, Matrix]:
    """Variances (descending), axes (one per row) and scores of the first `count` principal components.

    An eigenvector's sign is free; as in scikit-learn, the entry of largest magnitude is made positive.
    """
    values, vectors = mm.linalg.eigh(covariance(x))
    axes = vectors[:, ::-1][:, :count].T
    largest = np.argmax(np.abs(axes), axis=1)
    axes = axes * np.sign(axes[np.arange(count), largest])[:, None]
    scores = mm.matmul(x - mm.mean(x, axis=0), np.ascontiguousarray(axes.T))
    return values[::-1][:count], axes, scores


def _pca(stage: Stage, name: str, x: Matrix) -> None:
    from sklearn.decomposition import PCA

    n, d = x.shape
    c, reference = covariance(x), np.cov(x, rowvar=False)
    size = float(np.linalg.norm(reference, 2))
    race = stage.race(partial(covariance, x), partial(np.cov, x, rowvar=False))
    stage.check(
        f"{name}: covariance, the largest entry",
        ("mm.matmul(Zᵀ, Z) / (n - 1)", "numpy.cov"),
        (np.max(np.diag(c)), np.max(np.diag(reference))),
        float(np.max(np.abs(c - reference))),
        n * EPS * float(np.max(np.diag(reference))),
        "rounding",
        "n ε max Cᵢᵢ",
        race,
    )
    race_eigh = stage.race(partial(mm.linalg.eigh, c), partial(np.linalg.eigh, c))
    values, vectors = race_eigh.native
    expected = race_eigh.peer[0]
    stage.check(
        f"{name}: eigenvalues, the largest",
        ("mm.linalg.eigh(C)", "numpy.linalg.eigh"),
        (values[-1], expected[-1]),
        float(np.max(np.abs(values - expected))),
        4 * d * EPS * size,
        "rounding",
        "4 d ε ‖C‖, every eigenvalue",
        race_eigh,
    )
    stage.check(
        f"{name}: its eigenvectors",
        ("‖CV - VΛ‖ of ours", "of numpy.linalg.eigh"),
        tuple(f"{_residual(c, *pair):.2e}" for pair in (race_eigh.native, race_eigh.peer)),  # type: ignore[arg-type]
        max(_residual(c, values, vectors) / size, float(np.linalg.norm(vectors.T @ vectors - np.eye(d)))),
        10 * d * EPS,
        "rounding",
        "10 d ε: ‖CV - VΛ‖/‖C‖, ‖VᵀV - I‖",
    )
    race_pca = stage.race(partial(principal_components, x, 2), lambda: PCA(2).fit(x))
    variances, axes, scores = race_pca.native
    theirs: Any = race_pca.peer
    # scikit-learn's sign rule looks at the axes too; aligning by the data keeps the check independent of its version.
    aligned = theirs.transform(x) * np.sign(np.sum(theirs.components_ * axes, axis=1))
    gap = float(np.min(-np.diff(expected[::-1][:3])))
    longest = float(np.max(np.linalg.norm(x - x.mean(axis=0), axis=1)))
    stage.check(
        f"{name}: PCA, two components: variance",
        ("PCA by mm.linalg.eigh", "sklearn.decomposition.PCA"),
        (float(np.sum(variances) / np.trace(c)), float(np.sum(theirs.explained_variance_ratio_))),
        float(np.max(np.abs(scores - aligned))),
        4 * d * EPS * size / gap * longest,
        "rounding",
        "4 d ε ‖C‖ max‖z‖/(λ₂ - λ₃)",
        race_pca,
    )


def _residual(c: Matrix, values: Matrix, vectors: Matrix) -> float:
    return float(np.linalg.norm(c @ vectors - vectors * values))


def _figure_iris(stage: Stage, iris: Any) -> None:
    from . import _figures as look

    variances, axes, scores = principal_components(iris.data, 2)
    shares = variances / np.trace(covariance(iris.data))
    with stage.figure("eigen_pca_iris", 6.4, 3.9) as figure:
        plot = figure.subplots()
        for k, (name, color) in enumerate(zip(iris.target_names, look.CLASSES)):
            rows = iris.target == k
            plot.scatter(*scores[rows].T, s=26, color=color, alpha=0.8, linewidth=0.5, edgecolor="white")
            centre = scores[rows].mean(axis=0)
            plot.annotate(name, centre, (centre[0], 1.62), color=color, ha="center", va="bottom", fontweight="bold")
        plot.set(
            title=f"Iris: one direction carries {shares[0]:.0%} of the variance and sets setosa apart",
            xlabel=f"first component, {shares[0]:.1%} of the variance (cm)",
            ylabel=f"second component, {shares[1]:.1%} (cm)",
            ylim=(-1.6, 1.9),
        )
    stage.finding(
        f"Iris: 4 measurements, but one direction carries {shares[0]:.1%} of the variance: "
        f"{axes[0][2]:+.2f} petal length {axes[0][0]:+.2f} sepal length {axes[0][3]:+.2f} petal width "
        f"{axes[0][1]:+.2f} sepal width."
    )


def _figure_digits(stage: Stage, digits: Any) -> None:
    from matplotlib.patheffects import withStroke

    from . import _figures as look

    variances, _, scores = principal_components(digits.data, 2)
    shares = variances / np.trace(covariance(digits.data))
    with stage.figure("eigen_pca_digits", 6.4, 5.0) as figure:
        plot = figure.subplots()
        for k, color in enumerate(look.TEN):
            plot.scatter(*scores[digits.target == k].T, s=9, color=color, alpha=0.65, linewidth=0)
        for k, color in enumerate(look.TEN):
            centre = np.median(scores[digits.target == k], axis=0)
            outline = [withStroke(linewidth=4, foreground="white")]
            plot.text(*centre, str(k), color=color, fontsize=19, fontweight="bold", ha="center", va="center", path_effects=outline)
        plot.set(
            title="Digits: 2 of 64 directions already part 0, 4 and 6",
            xlabel=f"first component, {shares[0]:.1%} of the variance (grey levels, 0 to 16 per pixel)",
            ylabel=f"second component, {shares[1]:.1%}",
        )
    stage.finding(f"Digits: 64 pixels; the first two components show {np.sum(shares):.1%} of the variance and part 0, 4 and 6.")


STEP = Step("eigen", "Eigenvalues and principal components", play)
