# SPDX-License-Identifier: BSD-3-Clause
"""Initial centres by k-means++, and the iterations with their rare cases: scikit-learn's draws and rules on native passes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _mlmath

Array = NDArray[Any]

# KMeansStop of cpp/kernels/cluster/kmeans/kmeans.hpp.
LABELS, TOLERANCE, ITERATIONS, EMPTY = 0, 1, 2, 3


def kmeans_plusplus(X: Array, clusters: int, weights: Array | None, random_state: Any) -> Array:
    """Greedy k-means++ [Arthur2007]_ with scikit-learn's draws: a first row by its weight, then for every further centre
    2 + log(clusters) candidates by weight times squared distance, of which the one that leaves the least is taken."""
    n = len(X)
    trials = 2 + int(np.log(clusters))
    odds = np.ones(n, X.dtype) if weights is None else weights
    centers = np.empty((clusters, X.shape[1]))
    centers[0] = X[random_state.choice(n, p=odds / odds.sum())]
    closest, potential = _mlmath._kmeans_distances(X, weights, centers[:1], False, None)
    left, nearest = potential[0], closest[0]
    for c in range(1, clusters):
        draws = random_state.uniform(size=trials) * left
        candidates = np.searchsorted(np.cumsum(nearest if weights is None else weights * nearest), draws)
        np.clip(candidates, None, n - 1, out=candidates)
        points = np.ascontiguousarray(X[candidates], np.float64)
        closest, potential = _mlmath._kmeans_distances(X, weights, points, False, nearest)
        best = int(np.argmin(potential))
        left, nearest = potential[best], closest[best]
        centers[c] = points[best]
    return centers


def lloyd(X: Array, weights: Array | None, centers: Array, tolerance: float, most: int, verbose: Any) -> tuple[Array, int]:
    """Iterate from `centers`, which become the last; labels that belong to them, and the number of iterations."""
    labels = np.full(len(X), -1, np.int32)
    sums, weight = np.empty_like(centers), np.empty(len(centers))
    done = 0
    while True:
        before = centers.copy() if verbose else None
        stop, used, changed = _mlmath._kmeans_lloyd(
            X, weights, centers, labels, sums, weight, 1 if verbose else most - done, tolerance
        )
        done += used
        if before is not None:
            print(f"Iteration {done - 1}, inertia {_mlmath._kmeans_inertia(X, weights, before, labels, False)[0]}.")
        if stop == EMPTY:
            moved = _move_to_means(X, weights, centers, labels, sums, weight)
            stop = LABELS if not changed else TOLERANCE if moved <= tolerance else ITERATIONS
        if stop != ITERATIONS or done >= most:
            break
    if verbose and stop != ITERATIONS:
        print(f"Converged at iteration {done - 1}: " + ("strict convergence." if stop == LABELS else "centers within tolerance."))
    if stop != LABELS:  # the labels are those of the centres before
        labels = _mlmath._kmeans_assign(X, centers)
    return labels, done


def _move_to_means(X: Array, weights: Array | None, centers: Array, labels: Array, sums: Array, weight: Array) -> float:
    """The new centres where clusters are empty: each takes the row farthest from its centre away from that row's cluster.

    Returns the squared distance that the centres have moved.
    """
    empty = np.flatnonzero(weight == 0)
    squares = _mlmath._kmeans_inertia(X, weights, centers, labels, True)[1].astype(X.dtype)
    if squares.max() > 0:  # otherwise there are fewer distinct rows than clusters
        farthest = np.argpartition(squares, -len(empty))[: -len(empty) - 1 : -1]
        for cluster, row in zip(empty, farthest):
            taken = 1.0 if weights is None else float(weights[row])
            share = X[row].astype(np.float64) * taken
            sums[labels[row]] -= share
            sums[cluster] = share
            weight[cluster] = taken
            weight[labels[row]] -= taken
    heavy = int(np.argmax(weight))
    rows = np.where((weight > 0)[:, None], sums, sums[heavy]) / np.where(weight > 0, weight, weight[heavy])[:, None]
    moved = rows.astype(X.dtype).astype(np.float64)
    distance = float(((moved - centers) ** 2).sum())
    centers[:] = moved
    return distance
