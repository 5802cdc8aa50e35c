# SPDX-License-Identifier: BSD-3-Clause
"""pinv, matrix_rank, cond, norm by singular values: as NumPy's, small matrices by rotations, tall ones by way of their triangle."""

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
    stack[1, :, 1] = stack[1, :, 0]
    for options in ({}, {"rcond": 1e-8}, {"rcond": [1e-8, 1e-3, 0.9]}, {"rtol": None}, {"rtol": 1e-10}):
        assert np.allclose(mm.linalg.pinv(stack, **options), np.linalg.pinv(stack, **options), rtol=1e-12, atol=1e-14)
    for shape in ((9, 2), (60, 55), (200, 60), (4, 3, 3)):
        with pytest.raises(LinAlgError):
            mm.linalg.pinv(np.full(shape, np.nan))
    with pytest.raises(ValueError, match="rtol"):
        mm.linalg.pinv(a, 1e-10, rtol=1e-10)
    assert mm.linalg.pinv(np.empty((0, 3))).shape == (3, 0)


@pytest.mark.parametrize("ord", [2, -2, "nuc"])
def test_norm_by_singular_values(rng: np.random.Generator, ord: object) -> None:
    for shape in ((1, 1), (5, 3), (30, 30), (80, 9), (4, 3, 5), (2, 70, 60)):
        a = rng.standard_normal(shape)
        for axis in (None,) if len(shape) == 2 else ((1, 2), (0, 2), (-1, 0)):
            for keepdims in (False, True):
                ours, theirs = (f(a, ord, axis, keepdims) for f in (mm.linalg.norm, np.linalg.norm))
                assert np.shape(ours) == np.shape(theirs)
                assert np.allclose(ours, theirs, rtol=1e-12, atol=1e-13)
    assert mm.linalg.norm(np.ones((4, 4), np.float32), ord).dtype == np.float32
    assert mm.linalg.norm(np.ones((3, 4), int), ord) == pytest.approx(float(np.linalg.norm(np.ones((3, 4)), ord)), abs=1e-14)
    for x, axis in ((np.ones((2, 3)), (0, 0)), (np.ones((2, 3)), (0, 5))):
        with pytest.raises((ValueError, np.exceptions.AxisError)):
            mm.linalg.norm(x, ord, axis)


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
    if p == "nuc":  # NumPy refuses singular matrices there
        singular = stack.copy()
        singular[2] = 0
        assert np.array_equal(np.isinf(mm.linalg.cond(singular, p)), [False, False, True, False, False])
        assert mm.linalg.cond(np.zeros((2, 2)), p) == np.inf
    else:
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


def test_hermitian_ones(rng: np.random.Generator) -> None:
    a = rng.standard_normal((4, 6, 6))
    a += np.swapaxes(a, -1, -2)
    a[1, 3], a[1, :, 3] = a[1, 2], a[1, :, 2]  # of rank 5
    a[1, 3, 3] = a[1, 2, 3] = a[1, 3, 2] = a[1, 2, 2]
    for options in ({}, {"rtol": 1e-9}, {"rtol": [1e-9, 1e-9, 0.5, 0.9]}, {"tol": 1e-9}):
        ours = mm.linalg.matrix_rank(a, hermitian=True, **options)
        assert np.array_equal(ours, np.linalg.matrix_rank(a, hermitian=True, **options))
    assert np.allclose(mm.linalg.pinv(a, 1e-9, True), np.linalg.pinv(a, 1e-9, True), rtol=1e-9, atol=1e-9)
    upper = np.where(np.tri(6, dtype=bool), a, np.nan)  # what is not read does not matter
    assert np.array_equal(mm.linalg.matrix_rank(upper, hermitian=True), mm.linalg.matrix_rank(a, hermitian=True))
    assert np.array_equal(mm.linalg.pinv(upper, hermitian=True), mm.linalg.pinv(a, hermitian=True))
    a[2, 3, 1] = np.nan
    for function in (mm.linalg.matrix_rank, mm.linalg.pinv):
        with pytest.raises(LinAlgError, match="matrix 2 of the stack"):
            function(a, hermitian=True)
        with pytest.raises(LinAlgError, match="square"):
            function(np.ones((3, 2)), hermitian=True)


def test_cond_refuses_what_is_no_order() -> None:
    for p, error in (([1], TypeError), (np.array([2]), TypeError), ("x", ValueError), (3, ValueError)):
        with pytest.raises(error):
            np.linalg.cond(np.eye(2), p)
        with pytest.raises(error):
            mm.linalg.cond(np.eye(2), p)
