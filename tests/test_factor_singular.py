# SPDX-License-Identifier: BSD-3-Clause
"""lstsq, pinv, matrix_rank, cond: as NumPy's, tall matrices by way of their triangle."""

from __future__ import annotations

import matrix_zoo as zoo
import numpy as np
import pytest
from numpy.linalg import LinAlgError

import mlmath_native as mm

SHAPES = [(1, 1), (3, 3), (5, 2), (2, 5), (40, 3), (3, 40), (100, 30), (30, 100), (2000, 12), (30_000, 20)]
DTYPES = (np.float64, np.float32)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_lstsq_as_numpy(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    for b in (rng.standard_normal(shape[0]).astype(dtype), rng.standard_normal((shape[0], 2)).astype(dtype)):
        ours, theirs = mm.linalg.lstsq(a, b), np.linalg.lstsq(a, b)
        condition = float(theirs[3][0] / theirs[3][-1])
        for x, y in zip(ours[:2], theirs[:2]):
            assert x.shape == y.shape
            assert x.dtype == y.dtype
            assert np.allclose(x, y, rtol=200 * max(shape) ** 0.5 * condition * eps, atol=200 * condition**2 * eps)
        assert ours[2] == theirs[2]
        assert np.allclose(ours[3], theirs[3], rtol=0, atol=30 * eps * theirs[3][0])


def test_lstsq_of_short_rank_gives_the_shortest_solution(rng: np.random.Generator) -> None:
    a = rng.standard_normal((500, 4)) @ rng.standard_normal((4, 9))
    b = rng.standard_normal(500)
    x, residuals, rank, s = mm.linalg.lstsq(a, b)
    theirs = np.linalg.lstsq(a, b)
    assert rank == theirs[2] == 4
    assert residuals.shape == (0,)
    assert np.allclose(x, theirs[0], rtol=1e-10)
    assert np.allclose(s, theirs[3], atol=1e-12 * s[0])
    assert mm.linalg.lstsq(a, b, rcond=0.999)[2] == np.linalg.lstsq(a, b, rcond=0.999)[2] == 1
    full = rng.standard_normal((500, 4))
    assert mm.linalg.lstsq(full, b, rcond=1.0)[2] == np.linalg.lstsq(full, b, rcond=1.0)[2] == 4
    assert mm.linalg.lstsq(full, b, rcond=-1)[2] == np.linalg.lstsq(full, b, rcond=-1)[2] == 4


def test_lstsq_refuses_as_numpy() -> None:
    for bad in (np.nan, np.inf):
        for shape in ((50, 3), (3, 3)):
            a = np.ones(shape)
            a[1, 1] = bad
            with pytest.raises(LinAlgError, match="SVD did not converge in Linear Least Squares"):
                mm.linalg.lstsq(a, np.ones(shape[0]))
    for a, b in ((np.ones(3), np.ones(3)), (np.ones((5, 2)), np.ones(4)), (np.ones((2, 2, 2)), np.ones(2))):
        with pytest.raises(LinAlgError):
            mm.linalg.lstsq(a, b)
    assert mm.linalg.lstsq(np.empty((0, 3)), np.empty(0))[0].shape == (3,)
    assert mm.linalg.lstsq(np.ones((6, 1), int), np.arange(6))[0].dtype == np.float64
    z = np.ones((6, 1)) * 1j
    assert np.array_equal(mm.linalg.lstsq(z, np.ones(6))[0], np.linalg.lstsq(z, np.ones(6))[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_pinv_by_its_four_properties(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    p = mm.linalg.pinv(a)
    assert p.dtype == dtype
    assert p.shape == (shape[1], shape[0])
    allowed = 50 * float(np.finfo(dtype).eps) * float(np.linalg.cond(a)) * max(min(shape), 3)
    small = p @ a if shape[0] > shape[1] else a @ p  # the smaller of the two projections
    both = (a @ small, small @ p) if shape[0] > shape[1] else (small @ a, p @ small)
    assert np.abs(both[0] - a).max() <= allowed * np.abs(a).max()
    assert np.abs(both[1] - p).max() <= allowed * np.abs(p).max()
    assert np.abs(small - small.T).max() <= allowed


def test_pinv_of_short_rank_and_options(rng: np.random.Generator) -> None:
    a = np.outer(rng.standard_normal(60), rng.standard_normal(5))
    for rcond in (1e-10, 0.5):
        assert np.allclose(mm.linalg.pinv(a, rcond), np.linalg.pinv(a, rcond), rtol=1e-10)
        assert np.allclose(mm.linalg.pinv(a, rtol=rcond), np.linalg.pinv(a, rtol=rcond), rtol=1e-10)
    stack = rng.standard_normal((3, 6, 2))
    assert np.array_equal(mm.linalg.pinv(stack), np.linalg.pinv(stack))
    with pytest.raises(LinAlgError):
        mm.linalg.pinv(np.full((9, 2), np.nan))


def test_matrix_rank(rng: np.random.Generator) -> None:
    for shape in ((5, 5), (100, 7), (7, 100), (4, 50, 3)):
        for rank in (0, 1, 3):
            a = rng.standard_normal((*shape[:-1], rank)) @ rng.standard_normal((*shape[:-2], rank, shape[-1]))
            assert np.array_equal(mm.linalg.matrix_rank(a), np.linalg.matrix_rank(a))
            assert np.all(mm.linalg.matrix_rank(a) == rank)
    a = np.diag([1.0, 1e-3, 1e-9, 1e-17])
    tall = np.vstack([a, np.zeros((20, 4))])
    for options in ({}, {"tol": 1e-6}, {"rtol": 1e-6}, {"tol": 1e-20}):
        assert mm.linalg.matrix_rank(tall, **options) == np.linalg.matrix_rank(tall, **options)
    assert mm.linalg.matrix_rank(np.zeros(3)) == 0
    assert mm.linalg.matrix_rank(np.ones(3)) == 1


@pytest.mark.parametrize("p", [None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"])
def test_cond(rng: np.random.Generator, p: object) -> None:
    for n in (1, 4, 40):
        for condition in (1.0, 1e6):
            a = zoo.conditioned(rng, n, condition)
            assert np.allclose(mm.linalg.cond(a, p), np.linalg.cond(a, p), rtol=1e-8)
    stack = rng.standard_normal((5, 3, 3))
    if p != "nuc":  # of NaN, which NumPy's norm refuses
        stack[2] = 0
    assert np.allclose(mm.linalg.cond(stack, p), np.linalg.cond(stack, p), rtol=1e-10)
    if p in (None, 2, -2):
        tall = rng.standard_normal((200, 4))
        assert np.allclose(mm.linalg.cond(tall, p), np.linalg.cond(tall, p), rtol=1e-12)
        with pytest.raises(LinAlgError):
            mm.linalg.cond(np.full((2, 2), np.nan), p)
    else:
        if p != "nuc":  # which NumPy refuses
            assert np.isnan(mm.linalg.cond(np.full((2, 2), np.nan), p))
        with pytest.raises(LinAlgError):
            mm.linalg.cond(np.ones((3, 2)), p)
    with pytest.raises(LinAlgError, match="empty"):
        mm.linalg.cond(np.empty((0, 0)), p)
