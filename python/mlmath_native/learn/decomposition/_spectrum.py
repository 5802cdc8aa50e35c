# SPDX-License-Identifier: BSD-3-Clause
"""Singular values and right singular vectors of a centered matrix, three ways; no estimator here."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ... import _mlmath
from ...linalg import eigh, gram, lu, qr, svd, svdvals
from ...linalg._products import fma_matmul as matmul
from ...stats import comoments
from .._columns import centered, row

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


def _means_are_small(some: Array) -> bool:
    """Beside the deviations, column by column: with some room, because these are a few of the rows."""
    return bool((some.mean(axis=0) ** 2 <= 4 * some.var(axis=0)).all())


def covariance_sums(X: Array) -> tuple[Array, Array]:
    """Means and sums of products of deviations of the columns, float64.

    `comoments` takes the deviations chunk by chunk without a copy, in double precision. Up to 128 columns it is nearly as fast as
    `gram`; above, `gram` is faster by a third for float64, and for float32, which it multiplies in single precision, twice that.

    Constraint: X^T X - n m m^T loses a factor 1 + n m_j^2 / C_jj. `gram` with a column of ones for the means shows that factor;
    256 of the rows tell beforehand whether it is worth trying. Decision: up to 4 it is accepted. Otherwise `comoments`, or, for
    float32 and where the d^2 numbers of its states leave the caches, blocks of rows that are centered into scratch and go through
    `gram`. 2**21 elements a block, 16 MiB of doubles: the gram of a block of d >= 128 columns takes d times as long as reading it,
    and the d^2 numbers at its end stay below it up to d = 1448.
    """
    n, d = X.shape
    narrow = d <= 128
    if not narrow and _means_are_small(X[:: -(-n // 256)].astype(np.float64)):
        products, totals = gram(X, y=np.ones(n, X.dtype))
        mean = totals.astype(np.float64) / n
        between = n * np.outer(mean, mean)
        if (4 * np.diagonal(between) <= 3 * np.diagonal(products)).all():
            return mean, products - between
    if narrow or (d <= 1024 and X.dtype == np.float64):
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


class Operator:
    """A = X - 1 mean^T by its products alone, or its transpose. mean None: X as it is."""

    def __init__(self, X: Array, mean: Array | None, transpose: bool) -> None:
        self._X, self._mean, self._transpose = X, mean, transpose
        self.columns, self.dtype = X.shape[0 if transpose else 1], X.dtype

    def times(self, Q: Array, transpose: bool = False) -> Array:
        """A Q, or A^T Q."""
        if self._transpose != transpose:
            product: Array = matmul(self._X.T, Q)
            return product if self._mean is None else product - np.outer(self._mean, Q.sum(axis=0))
        product = matmul(self._X, Q)
        return product if self._mean is None else product - matmul(self._mean, Q)

    def normal(self, Q: Array) -> Array:
        """A^T (A Q), in one pass over X where rows of A lie element by element."""
        A = self._X.T if self._transpose else self._X
        if A.strides[1] != A.itemsize or (self._transpose and self._mean is not None):
            return self.times(self.times(Q), transpose=True)
        mean = None if self._mean is None else row(self._mean, A.dtype)
        out: Array = _mlmath._normal_product(A, mean, Q, np.empty((self.columns, Q.shape[1]), A.dtype))
        return out


def _one_pass(A: Operator, Q: Array) -> Array | None:
    """orth(A^T A Q), or None where squares lose too much: see range_finder."""
    info = np.finfo(A.dtype)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        Z = A.normal(Q)
    if not np.isfinite(Z).all():
        return None
    basis, R = qr(Z)
    spread = svdvals(R)
    return basis if spread[-1] > max(np.sqrt(info.eps) * spread[0], info.tiny / info.eps) else None


def range_finder(A: Operator, size: int, steps: int, normalizer: str, random: Any) -> Array:
    """An orthonormal basis of about the range of A [Halko2011, alg. 4.4], from scikit-learn's random start.

    Q = orth(A (A^T A)^steps Omega), every product normalized, because what lies sigma_k / sigma_1 below the largest would be lost
    to rounding after a few: by 'QR' or 'LU' ('none': not; 'auto': not up to 2 steps). Omega: (columns of A) x size standard normal
    numbers of `random`.

    'auto' with more steps: Q = orth(A^T A Q), one pass over A a step. Constraint: of a direction, (sigma_j / sigma_1)^2 is left
    beside eps, where two normalized products leave sigma_j / sigma_1. Arithmetic: at sqrt(eps) the basis is off by sqrt(eps)
    there, which moves singular values by eps, relatively. Decision: from the first step whose R has singular values below
    sqrt(eps) times the largest, every product is normalized.
    """
    Q = random.normal(size=(A.columns, size)).astype(A.dtype, copy=False)
    one_pass = normalizer == "auto"
    if one_pass and steps <= 2:
        normalizer = "none"
    normalize: Any = {"LU": _pivoted_lower, "none": lambda Y: Y}.get(normalizer, _orthonormal)
    for _ in range(steps):
        if normalizer == "none":
            Q = A.normal(Q)
            continue
        basis = _one_pass(A, Q) if one_pass else None
        if basis is not None:
            Q = basis
            continue
        one_pass = False
        Q = normalize(A.times(Q))
        Q = normalize(A.times(Q, transpose=True))
    return _orthonormal(A.times(Q))


def by_random_range(
    X: Array, mean: Array | None, components: int, oversamples: int, steps: int | str, normalizer: str, random: Any, left: bool
) -> Svd:
    """The first ones of X - 1 mean^T, by the SVD of Q^T A, Q from `range_finder`: scikit-learn's algorithm, start and defaults. U
    if `left`."""
    wide = X.shape[0] < X.shape[1]
    A = Operator(X, mean, wide)
    if steps == "auto":
        steps = 7 if components < 0.1 * min(X.shape) else 4
    Q = range_finder(A, components + oversamples, int(steps), normalizer, random)
    inner, s, outer = svd(A.times(Q, transpose=True).T, full_matrices=False)
    s, outer = s[:components].copy(), outer[:components]
    if wide:
        return Svd(outer.T, s, np.ascontiguousarray(matmul(Q, inner[:, :components]).T))
    u = matmul(Q, np.ascontiguousarray(inner[:, :components])) if left else None
    return Svd(u, s, np.ascontiguousarray(outer))
