# SPDX-License-Identifier: BSD-3-Clause
"""lstsq: as NumPy's for one matrix; stacks, errors, every way (rotations, side by side, normal equations), the same bits."""

from __future__ import annotations

import matrix_zoo as zoo
import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

lstsq = mm.linalg.lstsq
SHAPES = [(1, 1), (3, 3), (5, 2), (2, 5), (40, 3), (3, 40), (33, 32), (63, 63), (65, 64), (100, 30), (30, 100), (129, 60)]
SHAPES += [(2000, 12), (30_000, 20)]
DTYPES = (np.float64, np.float32)


def optimality(a: NDArray, x: NDArray, b: NDArray) -> float:
    """|A^T r| / (max(m, n) eps |A|_F (|A|_F |x| + |b|)): what a backward stable solver keeps small."""
    long_a, long_x, long_b = (np.asarray(v, np.longdouble) for v in (a, x, b))
    r = long_a @ long_x - long_b
    size = np.sqrt((long_a**2).sum())
    bound = size * (size * np.sqrt((long_x**2).sum()) + np.sqrt((long_b**2).sum()))
    return float(np.sqrt(((long_a.T @ r) ** 2).sum()) / (max(a.shape) * np.finfo(x.dtype).eps * (bound or 1)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_numpy(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    for b in (rng.standard_normal(shape[0]).astype(dtype), rng.standard_normal((shape[0], 2)).astype(dtype)):
        ours, theirs = lstsq(a, b), np.linalg.lstsq(a, b)
        condition = float(theirs[3][0] / theirs[3][-1])
        for x, y in zip(ours[:2], theirs[:2]):
            assert x.shape == y.shape
            assert x.dtype == y.dtype
            assert np.allclose(x, y, rtol=200 * max(shape) ** 0.5 * condition * eps, atol=200 * condition**2 * eps)
        assert ours[2] == theirs[2]
        assert np.allclose(ours[3], theirs[3], rtol=0, atol=30 * eps * theirs[3][0])
        assert optimality(a, ours[0], b) <= zoo.ORDINARY


@pytest.mark.parametrize("shape", [(400, 130), (150, 140), (60, 700)], ids=str)
def test_large_ones_by_svd(rng: np.random.Generator, shape: tuple[int, int]) -> None:
    a, b = rng.standard_normal(shape), rng.standard_normal((shape[0], 2))
    ours, theirs = lstsq(a, b), np.linalg.lstsq(a, b)
    for x, y in zip(ours, theirs):
        assert np.allclose(x, y, rtol=1e-10, atol=1e-12)
    for x, y in zip(lstsq(a, b, errors="nan"), ours):  # by the kernel
        assert np.allclose(x, y, rtol=1e-10, atol=1e-12)
    together = lstsq(np.stack([a, a]), b)  # a stack goes to the kernel, whatever its order
    assert np.allclose(together[0], ours[0], rtol=1e-10, atol=1e-12)


def test_short_rank_gives_the_shortest_solution(rng: np.random.Generator) -> None:
    for m in (20, 500, 40_000):
        a = rng.standard_normal((m, 4)) @ rng.standard_normal((4, 9))
        b = rng.standard_normal(m)
        x, residuals, rank, s = lstsq(a, b)
        theirs = np.linalg.lstsq(a, b)
        assert rank == theirs[2] == 4
        assert residuals.shape == (0,)
        assert np.allclose(x, theirs[0], rtol=1e-9)
        assert np.allclose(s, theirs[3], atol=1e-12 * s[0])
        assert lstsq(a, b, rcond=0.999)[2] == np.linalg.lstsq(a, b, rcond=0.999)[2] == 1
        full = rng.standard_normal((m, 4))
        for rcond in (1.0, -1, 0, 0.9999):
            assert lstsq(full, b, rcond=rcond)[2] == np.linalg.lstsq(full, b, rcond=rcond)[2]
    assert lstsq(np.zeros((5, 3)), np.ones(5))[2] == 0
    assert np.array_equal(lstsq(np.zeros((5, 3)), np.ones(5))[0], np.zeros(3))


@pytest.mark.parametrize("name", zoo.general())
def test_zoo(name: str, rng: np.random.Generator) -> None:
    a = zoo.general()[name]
    scale = float(np.abs(a).max())
    right = rng.standard_normal(2 * len(a)) * scale
    for matrix, b in ((a, a @ np.ones(len(a))), (np.vstack([a, a]), right), (a[:15], right[:15])):
        x, _, rank, s = lstsq(matrix, b)
        theirs = np.linalg.lstsq(matrix, b)
        assert np.allclose(s / scale, theirs[3] / scale, rtol=0, atol=1e-13 * len(a))
        assert abs(rank - theirs[2]) <= 1  # a value at the threshold may fall on either side
        if rank == theirs[2]:
            assert optimality(matrix / scale, x, b / scale) <= max(1, 3 * optimality(matrix / scale, theirs[0], b / scale))
        together = lstsq(np.broadcast_to(matrix, (17, *matrix.shape)), b)
        assert np.allclose(together[3] / scale, s / scale, rtol=0, atol=1e-13 * len(a))


def test_tall_of_every_condition(rng: np.random.Generator) -> None:
    # From where the normal equations are good enough to where they would lose everything.
    n, m = 12, 8000
    for condition in (1.0, 3.0, 1e1, 1e2, 1e4, 1e8, 1e12):
        values = condition ** -(np.arange(n) / (n - 1))
        a = (np.linalg.qr(rng.standard_normal((m, n)))[0] * values) @ zoo.haar(rng, n)
        for columns in (a, a * 10.0 ** np.arange(n)):  # scaled columns do no harm
            b = rng.standard_normal(m)
            x, residuals, rank, s = lstsq(columns, b)
            theirs = np.linalg.lstsq(columns, b)
            assert rank == theirs[2]
            assert optimality(columns, x, b) <= max(1, 3 * optimality(columns, theirs[0], b))
            assert np.allclose(s, theirs[3], rtol=0, atol=1e-14 * n * s[0])
            if rank == n:
                exact = ((np.asarray(columns, np.longdouble) @ x - b) ** 2).sum()
                assert abs(float(residuals[0] / exact) - 1) <= 1e-12
        result = mm.linalg.solve_least_squares(a, b)
        assert (result.method == "cholesky") == (condition < 3e2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (4, 2), (2, 4), (8, 8), (16, 5), (31, 31), (32, 32), (50, 6)], ids=str)
def test_stacks(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    m, n = shape
    a = rng.standard_normal((3, 7, m, n)).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    for b in (rng.standard_normal((3, 7, m, 2)), rng.standard_normal((7, m, 1)), rng.standard_normal(m)):
        b = b.astype(dtype)
        x, residuals, rank, s = lstsq(a, b)
        assert x.shape == ((3, 7, n) if b.ndim == 1 else (3, 7, n, b.shape[-1]))
        assert residuals.shape == (3, 7, 1 if b.ndim == 1 else b.shape[-1])
        assert rank.shape == (3, 7)
        assert s.shape == (3, 7, min(m, n))
        for i in np.ndindex(3, 7):
            right = b if b.ndim == 1 else np.broadcast_to(b, (3, 7, *b.shape[-2:]))[i]
            theirs = np.linalg.lstsq(a[i], right)
            condition = float(theirs[3][0] / theirs[3][-1])
            assert np.allclose(x[i], theirs[0], rtol=200 * condition * eps, atol=200 * condition**2 * eps)
            assert rank[i] == theirs[2]
            assert np.allclose(s[i], theirs[3], rtol=0, atol=30 * eps * theirs[3][0])
            if m > n:
                assert np.allclose(residuals[i], theirs[1], rtol=200 * condition * eps)
            else:
                assert np.isnan(residuals[i]).all()


def test_same_bits_everywhere(rng: np.random.Generator) -> None:
    for a in (rng.standard_normal((9000, 20)), rng.standard_normal((40, 31)), rng.standard_normal((20, 9, 5))):
        b = rng.standard_normal((*a.shape[:-1], 2))
        first = lstsq(a, b)
        for other in (np.asfortranarray(a), np.repeat(a, 2, axis=-1)[..., ::2], a[..., ::-1, :].copy()[..., ::-1, :]):
            for threads in (1, 3):
                with mm.threads(threads):
                    assert all(np.array_equal(x, y) for x, y in zip(lstsq(other, b), first))
        for level in [level for level in mm.system.available_isas() if level in ("avx2", "avx512", "neon")]:
            with mm.system.use_isa(level):
                assert all(np.array_equal(x, y) for x, y in zip(lstsq(a, b), first))
    before = a.copy(), b.copy()
    lstsq(a, b)
    assert np.array_equal(a, before[0])
    assert np.array_equal(b, before[1])


def test_extremes(rng: np.random.Generator) -> None:
    for m in (12, 9000):
        a, b = rng.standard_normal((m, 4)), rng.standard_normal(m)
        x, residuals, _, s = lstsq(a, b)
        for of_a, of_b in ((1e300, 1), (1e-300, 1), (1, 1e-300), (1e200, 1e200), (2.0**-1040, 2.0**-1040), (1e-200, 1e100)):
            found = lstsq(a * of_a, b * of_b)
            tolerance = 1e-12 if of_a > 1e-305 else 1e-3  # few digits are left in denormal numbers
            assert np.allclose(found[0] / (of_b / of_a), x, rtol=tolerance)
            assert np.allclose(found[3] / of_a, s, rtol=tolerance)
            if 1e-150 < of_b < 1e150:
                assert np.allclose(found[1] / of_b**2, residuals, rtol=tolerance)
            together = lstsq(np.broadcast_to(a[:12] * of_a, (17, 12, 4)), b[:12] * of_b)
            assert np.allclose(together[0] / (of_b / of_a), lstsq(a[:12], b[:12])[0], rtol=tolerance)
        assert np.array_equal(lstsq(a, np.zeros(m))[0], np.zeros(4))


def test_refuses_as_numpy() -> None:
    for bad in (np.nan, np.inf):
        for shape in ((50, 3), (3, 3), (9000, 5), (60, 50), (300, 200)):
            for where in ("a", "b"):
                a, b = np.ones(shape), np.ones(shape[0])
                (a if where == "a" else b)[-1] = bad
                with pytest.raises(LinAlgError, match="SVD did not converge in Linear Least Squares"):
                    lstsq(a, b)
    for a, b in (
        (np.ones(3), np.ones(3)),
        (np.ones((5, 2)), np.ones(4)),
        (np.ones((2, 2)), np.float64(1)),
        (np.ones((3, 5, 2)), np.ones((3, 4, 1))),
    ):
        with pytest.raises(LinAlgError):
            lstsq(a, b)
    assert lstsq(np.empty((0, 3)), np.empty(0))[0].shape == (3,)
    assert lstsq(np.empty((3, 0)), np.empty(3))[0].shape == (0,)
    assert lstsq(np.ones((6, 1), int), np.arange(6))[0].dtype == np.float64
    assert lstsq(np.ones((6, 1), np.float32), np.arange(6.0))[0].dtype == np.float64
    z = np.ones((6, 1)) * 1j
    assert np.array_equal(lstsq(z, np.ones(6))[0], np.linalg.lstsq(z, np.ones(6))[0])


def test_one_bad_among_fifteen_good(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((16, 6, 3)), rng.standard_normal((16, 6, 1))
    good = lstsq(a, b)
    bad = a.copy()
    bad[5, 2, 1] = np.nan
    with pytest.raises(LinAlgError, match="SVD did not converge"):
        lstsq(bad, b)
    found = lstsq(bad, b, errors="nan")
    *same, status = lstsq(bad, b, errors="status")
    assert np.array_equal(np.flatnonzero(status), [5])
    for x, y, reference in zip(found, same, good):
        assert np.array_equal(x, y, equal_nan=True)
        assert np.array_equal(np.delete(x, 5, axis=0), np.delete(reference, 5, axis=0))
    assert np.isnan(found[0][5]).all()
    assert np.isnan(found[3][5]).all()
    assert found[2][5] == -1
    with pytest.raises(ValueError, match="errors must be"):
        lstsq(a, b, errors="ignore")
    with pytest.raises(TypeError, match="real matrices"):
        lstsq(a * 1j, b)
