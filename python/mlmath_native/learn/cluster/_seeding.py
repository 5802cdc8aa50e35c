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
# kmeans_block_rows of kmeans_block.hpp: the rows whose potentials come as one sum.
BLOCK_ROWS = 256


def kmeans_plusplus(X: Array, clusters: int, weights: Array | None, random_state: Any) -> Array:
    """Greedy k-means++ [Arthur2007]_ with scikit-learn's draws: a first row by its weight, then for every further centre
    2 + log(clusters) candidates by weight times squared distance, of which the one that leaves the least is taken."""
    n = len(X)
    trials = 2 + int(np.log(clusters))
    if weights is None:  # what choice() draws from equal odds, without a table of them
        first = min(int(random_state.random_sample() * n), n - 1)
    else:
        first = random_state.choice(n, p=weights / weights.sum())
    centers = np.empty((clusters, X.shape[1]))
    centers[0] = X[first]
    closest, potential = _mlmath._kmeans_distances(X, weights, centers[:1], False, None, None)
    nearest, left = closest[0], potential[0]
    spare: Array | None = None
    for c in range(1, clusters):
        draws = random_state.uniform(size=trials) * left.sum()
        points = np.ascontiguousarray(X[_draw(draws, left, nearest, weights)], np.float64)
        # Two arrays in turn: fresh memory costs more than the distances that are written to it.
        found, potential = _mlmath._kmeans_distances(X, weights, points, False, nearest, spare)
        best = int(np.argmin(potential.sum(axis=1)))
        spare = closest if len(closest) == trials else None
        closest, nearest, left, centers[c] = found, found[best], potential[best], points[best]
    return centers


def _draw(draws: Array, blocks: Array, nearest: Array, weights: Array | None) -> Array:
    """For each draw the first row at which the running sum of weight times squared distance reaches it.

    Of many rows by way of the sums of blocks, so that few of them are looked at.
    """
    if len(blocks) <= 16:
        terms = nearest if weights is None else nearest * weights
        return np.minimum(np.searchsorted(np.cumsum(terms, dtype=np.float64), draws), len(terms) - 1)
    sums = np.cumsum(blocks)
    found = np.minimum(np.searchsorted(sums, draws), len(blocks) - 1)
    for i, b in enumerate(found.tolist()):
        rows = slice(BLOCK_ROWS * b, BLOCK_ROWS * (b + 1))
        terms = nearest[rows] if weights is None else nearest[rows] * weights[rows]
        place = int(np.searchsorted(np.cumsum(terms, dtype=np.float64), draws[i] - (sums[b - 1] if b else 0)))
        if place == len(terms):  # the two sums are rounded differently
            place = int(np.flatnonzero(terms)[-1]) if terms.any() else len(terms) - 1
        found[i] = BLOCK_ROWS * b + place
    return found


def lloyd(X: Array, weights: Array | None, centers: Array, tolerance: float, most: int, verbose: Any) -> tuple[Array, int]:
    """Iterate from `centers`, which become the last; labels that belong to them, and the number of iterations."""
    labels = np.full(len(X), -1, np.int32)
    sums, weight = np.empty_like(centers), np.empty(len(centers))
    done = 0
    while True:
        before = centers.copy() if verbose else None
        stop, used, changed = _mlmath._kmeans_lloyd(
            X, weights, centers, labels, sums, weight, 1 if verbose else most - done, tolerance, not verbose
        )
        done += used
        owned = not verbose
        if before is not None:
            print(f"Iteration {done - 1}, inertia {_mlmath._kmeans_inertia(X, weights, before, labels, False)[0]}.")
        if stop == EMPTY:
            owned = False
            moved = _move_to_means(X, weights, centers, labels, sums, weight)
            stop = LABELS if not changed else TOLERANCE if moved <= tolerance else ITERATIONS
        if stop != ITERATIONS or done >= most:
            break
    if verbose and stop != ITERATIONS:
        print(f"Converged at iteration {done - 1}: " + ("strict convergence." if stop == LABELS else "centers within tolerance."))
    if stop != LABELS and not owned:  # the labels are those of the centres before
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
