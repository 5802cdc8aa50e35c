# SPDX-License-Identifier: BSD-3-Clause
"""Singular values and right singular vectors of a centered matrix, three ways; no estimator here."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ... import _mlmath
from ...linalg import eigh, gram, lu, matmul, qr, svd
from ...stats import comoments
from .._columns import centered

Array = NDArray[Any]


class Svd(NamedTuple):
    """X = U diag(S) Vt; U is None where nobody needed it."""

    U: Array | None
    S: Array
    Vt: Array


def signs_of(Vt: Array) -> Array:
    """scikit-learn's convention (`svd_flip` by V): the factors that make each row's element of largest magnitude positive."""
    largest = np.argmax(np.abs(Vt), axis=1)
    signs: Array = np.sign(Vt[np.arange(len(Vt)), largest])
    return signs


def covariance_sums(X: Array) -> tuple[Array, Array]:
    """Means and sums of products of deviations of the columns, float64.

    Constraint: X^T X - n m m^T cancels. Up to 128 columns `comoments` does it chunk by chunk without a copy; above, its states are
    too many and a general product is faster: blocks of rows are centered into scratch and go through `gram`.
    Decision: 2**21 elements a block, 16 MiB of doubles: the gram of a block of d >= 128 columns takes d times as long as reading
    it, and what is written at its end, d^2 numbers, stays below the block up to d = 1448.
    """
    n, d = X.shape
    if d <= 128:
        state = comoments(X, rowvar=False)
        return state.mean, state.sums
    mean = column_means(X)
    center = mean.astype(X.dtype)
    rows = max(1024, (1 << 21) // d)
    scratch = np.empty((min(rows, n), d), X.dtype)
    sums = np.zeros((d, d))
    for first in range(0, n, rows):
        block = X[first : first + rows]
        sums += gram(centered(block, center, scratch[: len(block)]))
    # What the rounding of the means left: sum (x - c)(x - c)^T = C + n (m - c)(m - c)^T.
    left = mean - center
    sums -= n * np.outer(left, left)
    return mean, sums


def column_means(X: Array) -> Array:
    """Means of the columns, in float64."""
    means: Array = np.asarray(_mlmath.mean(X, 0, np.float64), np.float64)
    return means


def by_covariance(C: Array) -> tuple[Array, Array]:
    """Eigenvalues, descending and none negative, and eigenvectors as rows, of a covariance."""
    w, v = eigh(C)
    w = w[::-1].copy()
    w[w < 0] = 0
    return w, np.ascontiguousarray(v[:, ::-1].T)


def by_svd(X: Array) -> Svd:
    """All of them, by the SVD of X, or of its triangle R where X = Q R has at least as many rows as columns: the same S and Vt, and
    no U is formed (X Vt^T is U S)."""
    n, d = X.shape
    if n >= d:
        _, s, vt = svd(qr(X, mode="r"), full_matrices=False)
        return Svd(None, s, vt)
    u, s, vt = svd(X, full_matrices=False)
    return Svd(u, s, vt)


def _pivoted_lower(Y: Array) -> Array:
    return lu(Y, permute_l=True, check_finite=False)[0]


def _orthonormal(Y: Array) -> Array:
    basis: Array = qr(Y).Q
    return basis


def range_finder(A: Array, size: int, steps: int, normalizer: str, random: Any) -> Array:
    """An orthonormal basis of about the range of A [Halko2011, alg. 4.4], from scikit-learn's random start.

    Q = orth(A (A^T A)^steps Omega), every product normalized, because what lies sigma_k / sigma_1 below the largest would be lost
    to rounding after a few: by 'QR' or 'LU' ('none': not; 'auto': not up to 2 steps, else 'QR', which spans the same and is no
    slower here). Omega: (columns of A) x size standard normal numbers of `random`.
    """
    omega = random.normal(size=(A.shape[1], size)).astype(A.dtype, copy=False)
    if normalizer == "auto":
        normalizer = "none" if steps <= 2 else "QR"
    normalize = {"QR": _orthonormal, "LU": _pivoted_lower, "none": lambda Y: Y}[normalizer]
    Q = omega
    for _ in range(steps):
        Q = normalize(matmul(A, Q))
        Q = normalize(matmul(A.T, Q))
    return _orthonormal(matmul(A, Q))


def by_random_range(X: Array, components: int, oversamples: int, steps: int | str, normalizer: str, random: Any, left: bool) -> Svd:
    """The first ones, by the SVD of Q^T X, Q from `range_finder`: scikit-learn's algorithm, start and defaults. U if `left`."""
    wide = X.shape[0] < X.shape[1]
    A = X.T if wide else X
    if steps == "auto":
        steps = 7 if components < 0.1 * min(X.shape) else 4
    Q = range_finder(A, components + oversamples, int(steps), normalizer, random)
    inner, s, outer = svd(matmul(Q.T, A), full_matrices=False)
    s, outer = s[:components].copy(), outer[:components]
    if wide:
        return Svd(outer.T, s, np.ascontiguousarray(matmul(Q, inner[:, :components]).T))
    u = matmul(Q, np.ascontiguousarray(inner[:, :components])) if left else None
    return Svd(u, s, np.ascontiguousarray(outer))
