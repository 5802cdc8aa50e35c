# SPDX-License-Identifier: BSD-3-Clause
"""Eigenvalues and singular values that are known otherwise: in closed form, or to 60 digits and more by mpmath."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import mpmath
import numpy as np
import pytest
import scipy.linalg
from matrix_zoo_eigen import clement, norm, wilkinson
from numpy.typing import NDArray

import mlmath_native as mm

EPS = float(np.finfo(float).eps)
DTYPES = (np.float64, np.float32)


def second_difference(n: int) -> tuple[NDArray, NDArray, NDArray]:
    """2 on the diagonal, -1 beside it: that, its eigenvalues 4 sin^2(k pi / (2n + 2)), its vectors sin(j k pi / (n + 1))."""
    k = np.arange(1, n + 1)
    vectors = np.sqrt(2 / (n + 1)) * np.sin(np.outer(k, k) % (2 * n + 2) * np.pi / (n + 1))
    return 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1), 4 * np.sin(k * np.pi / (2 * n + 2)) ** 2, vectors


def all_ways(a: NDArray) -> dict[str, NDArray]:
    """The eigenvalues of a tridiagonal matrix by everything that finds them."""
    d, e, n = np.diag(a).copy(), np.diag(a, 1).copy(), len(a)
    stack = np.broadcast_to(a, (5, n, n))
    return {
        "eigh": mm.linalg.eigh(a).eigenvalues,
        "eigvalsh": mm.linalg.eigvalsh(a),
        "upper": mm.linalg.eigvalsh(a, "U"),
        "stack": mm.linalg.eigh(stack).eigenvalues[4],
        "values of a stack": mm.linalg.eigvalsh(stack)[0],
        "complex": mm.linalg.eigh(a.astype(complex)).eigenvalues if a.dtype == np.float64 else mm.linalg.eigvalsh(a),
        "subset": mm.linalg.eigh(a, subset_by_index=(0, n - 1)).eigenvalues,
        "values of a subset": mm.linalg.eigvalsh(a, subset_by_value=(-np.inf, np.inf)),
        "tridiagonal": mm.linalg.eigh_tridiagonal(d, e)[0],
        "values of the tridiagonal": mm.linalg.eigvalsh_tridiagonal(d, e),
        "subset of the tridiagonal": mm.linalg.eigvalsh_tridiagonal(d, e, "i", (0, n - 1)),
    }


def check_all_ways(a: NDArray, exact: NDArray, dtype: type) -> None:
    a = a.astype(dtype)
    allowed = max(10, len(a) / 2) * float(np.finfo(dtype).eps) * norm(a)
    for way, w in all_ways(a).items():
        assert w.dtype == dtype
        assert np.abs(w - exact).max() <= allowed, way


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 5, 20, 21, 33, 64, 150])
def test_clement(n: int, dtype: type) -> None:
    # In float32 the elements sqrt(i (n - i)) are rounded; so are the eigenvalues, by no more than the norm's epsilon.
    check_all_ways(clement(n), np.arange(1 - n, n, 2), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 5, 20, 33, 64, 150])
def test_second_difference(n: int, dtype: type) -> None:
    a, exact, _ = second_difference(n)
    check_all_ways(a, exact, dtype)


@pytest.mark.parametrize("n", [2, 3, 5, 20, 33, 49, 80])
def test_vectors_of_the_second_difference(n: int) -> None:
    """To the error of the matrix over the gap to the next eigenvalue; up to signs, which others test."""
    a, w, exact = second_difference(n)
    gap = np.diff(w, prepend=-np.inf, append=np.inf)
    gap = np.minimum(gap[:-1], gap[1:])
    d, e = np.diag(a).copy(), np.diag(a, 1).copy()
    for v in (
        mm.linalg.eigh(a).eigenvectors,
        mm.linalg.eigh(np.broadcast_to(a, (4, n, n))).eigenvectors[2],
        mm.linalg.eigh(a, subset_by_index=(0, n - 1)).eigenvectors,
        mm.linalg.eigh_tridiagonal(d, e)[1],
    ):
        signs = np.sign((v * exact).sum(axis=0))
        assert np.all(np.abs(v - exact * signs).max(axis=0) <= 4 * max(10, n / 2) * EPS / gap)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [21, 11, 22])
def test_wilkinson(n: int, dtype: type) -> None:
    """W21+: the two largest eigenvalues agree to 14 digits."""
    exact = eigenvalues(tuple(map(tuple, wilkinson(n).tolist())), 50)
    check_all_ways(wilkinson(n), exact, dtype)
    assert n != 21 or 0 < float(mpmath_gap()) < 1e-13


@cache
def mpmath_gap() -> mpmath.mpf:
    with mpmath.workdps(50):
        values = sorted(mpmath.eigsy(mpmath.matrix(wilkinson(21).tolist()), eigvals_only=True))
        return values[-1] - values[-2]


@cache
def eigenvalues(rows: tuple[tuple[float, ...], ...], digits: int) -> NDArray:
    with mpmath.workdps(digits):
        return np.sort([float(x) for x in mpmath.eigsy(mpmath.matrix([list(r) for r in rows]), eigvals_only=True)])


def hilbert(n: int, rng: np.random.Generator) -> NDArray:
    i = np.arange(n)
    return 1.0 / (i[:, None] + i + 1)


def pascal(n: int, rng: np.random.Generator) -> NDArray:
    return scipy.linalg.pascal(n).astype(float)


def lehmer(n: int, rng: np.random.Generator) -> NDArray:
    i = np.arange(1, n + 1)
    return np.minimum(i[:, None], i) / np.maximum(i[:, None], i)


def graded(n: int, rng: np.random.Generator) -> NDArray:
    c = np.eye(n) + 0.2 * rng.uniform(-1, 1, (n, n))
    step = 10.0 ** -np.linspace(0, 8, n)
    return step[:, None] * (c + c.T) * step


def graded_upwards(n: int, rng: np.random.Generator) -> NDArray:
    return graded(n, rng)[::-1, ::-1].copy()


def signs(n: int, rng: np.random.Generator) -> NDArray:
    a = np.tril(rng.integers(-1, 2, (n, n))).astype(float)
    return a + np.tril(a, -1).T


MATRICES = (hilbert, pascal, lehmer, graded, graded_upwards, signs)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [3, 8, 12])
@pytest.mark.parametrize("matrix", MATRICES)
def test_eigenvalues_against_60_digits(
    rng: np.random.Generator, matrix: Callable[[int, np.random.Generator], NDArray], n: int, dtype: type
) -> None:
    a = matrix(n, rng).astype(dtype)
    a = np.tril(a) + np.tril(a, -1).T
    exact = eigenvalues(tuple(map(tuple, a.astype(float).tolist())), 60)
    allowed = 5 * float(np.finfo(dtype).eps) * norm(a)
    stack = np.broadcast_to(a, (4, n, n))
    for w in (
        mm.linalg.eigh(a).eigenvalues,
        mm.linalg.eigvalsh(a),
        mm.linalg.eigh(stack).eigenvalues[3],
        mm.linalg.eigvalsh(stack)[1],
        mm.linalg.eigh(a, subset_by_index=(0, n - 1)).eigenvalues,
        mm.linalg.eigvalsh(a, subset_by_index=(0, n - 1)),
    ):
        assert np.abs(w - exact).max() <= allowed
    values = np.sort(np.abs(exact))[::-1]
    for s in (mm.linalg.svd(a).S, mm.linalg.svdvals(a), mm.linalg.svd(stack).S[2], mm.linalg.svdvals(a, driver="jacobi")):
        assert np.abs(s - values).max() <= allowed


@pytest.mark.parametrize("n", [4, 8, 12])
@pytest.mark.parametrize("matrix", [graded, graded_upwards])
def test_small_eigenvalues_by_the_cholesky_factor(
    rng: np.random.Generator, matrix: Callable[[int, np.random.Generator], NDArray], n: int
) -> None:
    """What eigh's docstring says: the squared singular values of L, by rotations, keep the digits of the smallest eigenvalue."""
    a = matrix(n, rng)
    a = np.tril(a) + np.tril(a, -1).T
    exact = eigenvalues(tuple(map(tuple, a.tolist())), 60)
    assert 0 < exact[0] < 1e-14 * exact[-1]
    found = np.sort(mm.linalg.svdvals(mm.linalg.cholesky(a), driver="jacobi")) ** 2
    assert np.abs(found / exact - 1).max() <= 10 * n * EPS


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 9, 33, 100, 150])
def test_singular_values_of_the_first_difference(n: int, dtype: type) -> None:
    """1 on the diagonal, -1 above it: 2 cos(k pi / (2n + 1))."""
    a = (np.eye(n) - np.eye(n, k=1)).astype(dtype)
    exact = 2 * np.cos(np.arange(1, n + 1) * np.pi / (2 * n + 1))
    eps = float(np.finfo(dtype).eps)
    tall = np.vstack([a, np.zeros((n, n), dtype)])
    for s in (mm.linalg.svd(a).S, mm.linalg.svd(a.T).S, mm.linalg.svd(np.broadcast_to(a, (5, n, n))).S[3], mm.linalg.svd(tall).S):
        assert np.abs(s - exact).max() <= max(10, n / 2) * eps * 2
    # Already bidiagonal: dqds and rotations owe the digits of the smallest one too.
    cosine = np.sin((2 * n + 1 - 2 * np.arange(1, n + 1)) * np.pi / (4 * n + 2)) * 2  # the same without cancellation
    for s in (mm.linalg.svdvals(a), mm.linalg.svdvals(a, driver="jacobi")):
        assert np.abs(s / cosine - 1).max() <= max(10, n) * eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 4, 8, 32, 64, 128])
def test_hadamard_matrices(n: int, dtype: type) -> None:
    """n equal singular values sqrt(n), and eigenvalues sqrt(n) and -sqrt(n), half of them each."""
    a = scipy.linalg.hadamard(n).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    root = np.sqrt(n)
    for s in (mm.linalg.svd(a).S, mm.linalg.svdvals(a), mm.linalg.svdvals(a, driver="jacobi"), mm.linalg.svdvals(a[None])[0]):
        assert np.abs(s - root).max() <= max(10, n) * eps * root
    exact = np.repeat([-root, root], n // 2)
    for w in (mm.linalg.eigh(a).eigenvalues, mm.linalg.eigvalsh(a), mm.linalg.eigvalsh(np.broadcast_to(a, (4, n, n)))[3]):
        assert np.abs(w - exact).max() <= max(10, n) * eps * root
