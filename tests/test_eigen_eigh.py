# SPDX-License-Identifier: BSD-3-Clause
"""eigh and eigvalsh by property: LAPACK's ratios on ordinary matrices and the zoo, order, signs, Sturm counts, the same bits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from matrix_zoo import haar, one_norm
from matrix_zoo_eigen import (
    EIGH,
    ORDINARY,
    accept,
    count_below,
    eigh_ratios,
    lapack_eigh,
    signs_are_canonical,
    symmetric,
    with_spectrum,
)
from numpy.typing import NDArray

import mlmath_native as mm

DTYPES = (np.float64, np.float32)
SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129]
NAMES = list(symmetric(24))


def check(a: NDArray, result: mm.linalg.EighResult, limit: float = ORDINARY, *, compare: bool = True) -> None:
    w, v = result
    assert w.dtype == v.dtype == a.dtype
    assert w.shape == a.shape[:-1]
    assert v.shape == a.shape
    assert np.all(np.diff(w) >= 0)
    accept(eigh_ratios(a, w, v), limit, lapack_eigh(a) if compare and len(a) else None)
    assert signs_are_canonical(v)


def normal(rng: np.random.Generator, n: int, dtype: type = np.float64) -> NDArray:
    a = rng.standard_normal((n, n)).astype(dtype)
    return (a + a.T) / dtype(2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SIZES)
def test_random_on_every_level(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    if isa == "baseline" and n > 33 and n != 65:
        pytest.skip("baseline: the small set")
    a = normal(rng, n, dtype)
    result = mm.linalg.eigh(a)
    check(a, result)
    values = mm.linalg.eigvalsh(a)
    exact = np.linalg.eigvalsh(a.astype(np.float64))
    allowed = max(10, n) * float(np.finfo(dtype).eps) * float(np.abs(exact).max(initial=0))
    assert np.abs(result.eigenvalues - exact).max(initial=0) <= allowed
    assert np.abs(values - exact).max(initial=0) <= allowed
    assert np.all(np.diff(values) >= 0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_order_300(rng: np.random.Generator, dtype: type) -> None:
    a = normal(rng, 300, dtype)
    check(a, mm.linalg.eigh(a))


@pytest.mark.parametrize("n", [24, 100])
@pytest.mark.parametrize("name", ["glued Wilkinson, eps", "graded upwards", "denormal", "degenerate", "two clusters", "mode 3"])
def test_zoo_on_every_level(isa: str, name: str, n: int) -> None:
    check(symmetric(n)[name], mm.linalg.eigh(symmetric(n)[name]), EIGH)


def test_bits_of_the_smallest_numbers() -> None:
    for n in (3, 24, 100):
        w, v = mm.linalg.eigh(np.full((n, n), 5e-324))
        assert w[-1] == n * 5e-324
        assert eigh_ratios(np.ones((n, n)), w / 5e-324, v)[1] <= ORDINARY
        w, v = mm.linalg.eigh(np.full((n, n), np.finfo(float).max))
        assert w[-1] == (np.inf if n > 1 else np.finfo(float).max)  # n times the largest number is none
        assert np.isfinite(w[:-1]).all()
        assert np.isfinite(v).all()


@pytest.mark.parametrize("n", [9, 40, 70, 130])
@pytest.mark.parametrize("name", ["random", "Wilkinson", "Clement", "mode 3", "clustered", "rank 5, integers"])
def test_sturm_counts_agree(rng: np.random.Generator, name: str, n: int) -> None:
    a = normal(rng, n) if name == "random" else symmetric(n)[name]
    slack = 5 * n * np.finfo(float).eps * one_norm(a)
    for w in (mm.linalg.eigh(a).eigenvalues, mm.linalg.eigvalsh(a)):
        for k in range(0, n, max(1, n // 13)):
            assert count_below(a, w[k] - slack) <= k < count_below(a, w[k] + slack)


@pytest.mark.parametrize("n", [2, 33, 64, 100, 150])
@pytest.mark.parametrize("dtype", DTYPES)
def test_same_bits_on_every_level_with_fma(rng: np.random.Generator, n: int, dtype: type) -> None:
    a = normal(rng, n, dtype)
    found = set()
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                w, v = mm.linalg.eigh(a)
                found.add((w.tobytes(), v.tobytes(), mm.linalg.eigvalsh(a).tobytes()))
    assert len(found) <= 1


@pytest.mark.parametrize("uplo", ["L", "U", "l", "u"])
@pytest.mark.parametrize("n", [3, 20, 70, 140])
def test_the_other_triangle_is_not_read(rng: np.random.Generator, uplo: str, n: int) -> None:
    a = normal(rng, n)
    junk = np.where(np.tri(n, dtype=bool) if uplo in "lL" else np.tri(n, dtype=bool).T, a, np.nan)
    assert np.array_equal(mm.linalg.eigvalsh(junk, uplo), mm.linalg.eigvalsh(a, uplo))
    for ours, expected in zip(mm.linalg.eigh(junk, uplo), mm.linalg.eigh(a, uplo)):
        assert np.array_equal(ours, expected)
    check(a, mm.linalg.eigh(junk, uplo))


def test_denormal_eigenvectors_are_those_of_the_scaled_matrix(rng: np.random.Generator) -> None:
    for n in (12, 80):
        a = np.round(normal(rng, n) * 2**20) * 2.0**-1070
        tiny, ordinary = mm.linalg.eigh(a), mm.linalg.eigh(a * 2.0**1000)
        assert np.array_equal(tiny.eigenvectors, ordinary.eigenvectors)


@pytest.mark.parametrize("n", [60, 150])
def test_analytic_spectrum(isa: str, n: int) -> None:
    a = 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    exact = 4 * np.sin(np.arange(1, n + 1) * np.pi / (2 * n + 2)) ** 2
    for w in (mm.linalg.eigvalsh(a), mm.linalg.eigh(a).eigenvalues):
        assert np.abs(w - exact).max() <= 4 * n * np.finfo(float).eps * 4


@pytest.mark.parametrize("name", ["Hilbert", "graded, indefinite", "clustered", "mode 5"])
def test_against_mpmath(name: str) -> None:
    a = symmetric(24)[name][:10, :10]
    with mpmath.workdps(60):
        exact = np.sort([float(x) for x in mpmath.eigsy(mpmath.matrix(a.tolist()), eigvals_only=True)])
    for w in (mm.linalg.eigvalsh(a), mm.linalg.eigh(a).eigenvalues):
        assert np.abs(w - exact).max() <= 2 * len(a) * np.finfo(float).eps * one_norm(a)


def test_eigenvectors_of_separate_eigenvalues_are_the_exact_ones(rng: np.random.Generator) -> None:
    d = np.array([-3.0, -1.0, 0.5, 2.0, 7.0])
    q = haar(rng, 5)
    a = (q * d) @ q.T
    w, v = mm.linalg.eigh((a + a.T) / 2)
    assert np.abs(w - d).max() <= 1e-14
    assert np.abs(v - q * np.sign(q[np.argmax(np.abs(q), axis=0), np.arange(5)])).max() <= 1e-14


@pytest.mark.usefixtures("time_limit")
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [1, 2, 3, 8, 33, 70, 130])
def test_nan_and_infinity_give_nan_and_end(rng: np.random.Generator, bad: float, n: int) -> None:
    for place in {(0, 0), (n // 2, n // 3), (n - 1, 0), (n - 1, n - 1), (n - 1, max(0, n - 2))}:
        a = normal(rng, n)
        a[place] = bad
        with np.errstate(all="raise"):
            w, v, status = mm.linalg.eigh(a, errors="status")
            assert np.isnan(mm.linalg.eigvalsh(a)).all()
        assert status == -1
        assert np.isnan(w).all()
        assert np.isnan(v).all()
    a = np.full((n, n), bad)
    assert np.isnan(mm.linalg.eigh(a).eigenvectors).all()


def test_diagonal_matrices_are_exact(rng: np.random.Generator) -> None:
    for n in (3, 40, 100):
        d = rng.standard_normal(n)
        w, v = mm.linalg.eigh(np.diag(d))
        assert np.array_equal(w, np.sort(d))
        assert np.array_equal(v, np.eye(n)[:, np.argsort(d)])


def test_random_small_integers_with_ties() -> None:
    rng = np.random.default_rng(11)
    for n in range(2, 41, 3):
        for _ in range(6):
            a = np.tril(rng.integers(-1, 2, (n, n))).astype(float)
            a += np.tril(a, -1).T
            check(a, mm.linalg.eigh(a), EIGH, compare=False)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [513, 700])
def test_large(n: int, dtype: type) -> None:
    rng = np.random.default_rng(n)
    for a in (normal(rng, n, dtype), with_spectrum(rng, np.sign(np.arange(n) - 30.5)).astype(dtype)):
        a = np.tril(a) + np.tril(a, -1).T
        w, v = mm.linalg.eigh(a)
        eps = float(np.finfo(dtype).eps)
        b, x = a.astype(np.float64), v.astype(np.float64)
        assert np.abs(b - (x * w) @ x.T).sum(axis=0).max() <= ORDINARY * n * eps * one_norm(a)
        assert np.abs(x.T @ x - np.eye(n)).sum(axis=0).max() <= ORDINARY * n * eps


# eigh/README.md, "Error": a reflection of 16 equal elements, a lane each.
GRANTED = {(16, "float32", "ones"): 1.1, (16, "float32", "Gram of Lauchli"): 1.1}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 16, 32, 48, 49, 64, 150])
def test_zoo_of_every_order_alone_and_in_lanes(n: int, dtype: type) -> None:
    for name, a in symmetric(n, dtype).items():
        granted = GRANTED.get((n, dtype.__name__, name), 1)
        found = [mm.linalg.eigh(a)]
        if n <= 32:
            w, v = mm.linalg.eigh(np.stack([a] * 5))
            found.append(mm.linalg.EighResult(w[4], v[4]))
        for w, v in found:
            accept(eigh_ratios(a, w, v), EIGH, lapack_eigh(a), granted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 5, 16, 48, 49, 100, 150])
def test_rotations_converge_for_every_matrix_of_the_zoo(n: int, dtype: type) -> None:
    """The last resort of the drivers. 60 sweeps are the kernel's bound; clusters of n = 150 take 25."""
    for name, a in symmetric(n, dtype).items():
        result = mm.study.jacobi_eigh(a)
        assert result.sweeps <= 30, name
        accept(eigh_ratios(a, result.eigenvalues, result.eigenvectors), ORDINARY)


@pytest.mark.parametrize("dtype", DTYPES)
def test_rotations_converge_where_the_largest_eigenvalue_exceeds_the_largest_element(dtype: type) -> None:
    """An element between eps max|A| and eps sqrt(d_i d_j) is not rotated, and once was too large to end with."""
    rng = np.random.default_rng(5)
    least = 1e-36 if dtype == np.float32 else 1e-290
    for n in (40, 48, 64, 100, 130):
        for factor in (least**0.5, least**0.25):
            scale = np.where(np.arange(n) % 2, 1.0, factor)
            a = (normal(rng, n) * np.outer(scale, scale)).astype(dtype)
            a = np.tril(a) + np.tril(a, -1).T
            result = mm.study.jacobi_eigh(a)
            assert result.sweeps <= 16
            accept(eigh_ratios(a, result.eigenvalues, result.eigenvectors), ORDINARY)
