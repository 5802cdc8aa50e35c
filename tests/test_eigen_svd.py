# SPDX-License-Identifier: BSD-3-Clause
"""The kernel svd, which pinv, lstsq, matrix_rank, cond and norm stand on: LAPACK's ratios, the zoo, the same bits everywhere."""

from __future__ import annotations

import matrix_zoo as zoo
import numpy as np
import pytest
import scipy.linalg
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native import _mlmath

SHAPES = [(n, n) for n in (1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65)]
SHAPES += [(5, 1), (1, 5), (9, 4), (4, 9), (40, 3), (3, 40), (32, 5), (100, 33), (33, 100), (3000, 20)]
DTYPES = (np.float64, np.float32)


def svd(a: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    u, s, vt, info = _mlmath._svd(a, True)
    assert not np.any(info)
    return u, s, vt


def ratios(a: NDArray, u: NDArray, s: NDArray, vt: NDArray) -> list[float]:
    """|A - U S V^T| / (max(m, n) |A| eps), |I - U^T U| / (m eps), |I - V V^T| / (n eps)."""
    eps = float(np.finfo(s.dtype).eps)
    identity = np.eye(len(s))
    long_u, long_v = np.asarray(u, np.longdouble), np.asarray(vt, np.longdouble).T
    return [
        zoo.product_ratio(a, long_u.astype(s.dtype), np.diag(s), vt) * a.shape[1] / max(a.shape),
        zoo.one_norm(long_u.T @ long_u - identity) / (len(u) * eps),
        zoo.one_norm(long_v.T @ long_v - identity) / (vt.shape[1] * eps),
    ]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_random_on_every_level(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    u, s, vt = svd(a)
    k = min(shape)
    assert (u.shape, s.shape, vt.shape) == ((shape[0], k), (k,), (k, shape[1]))
    assert u.dtype == s.dtype == vt.dtype == dtype
    assert np.all(s[:-1] >= s[1:])
    assert max(ratios(a, u, s, vt)) <= zoo.ORDINARY
    exact = np.linalg.svd(a.astype(np.float64), compute_uv=False)
    eps = float(np.finfo(dtype).eps)
    for values in (s, _mlmath._svd(a, False)[0]):
        assert np.abs(values - exact).max() <= 10 * np.sqrt(max(shape)) * eps * exact[0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", zoo.general())
def test_zoo(name: str, dtype: type) -> None:
    a = zoo.general(dtype)[name]
    stack = np.broadcast_to(a, (17, *a.shape))
    together = svd(stack)
    for matrix, found in ((a, svd(a)), (np.vstack([a, a]), svd(np.vstack([a, a]))), (a[:15], svd(a[:15])),
                          (a, tuple(x[16] for x in together))):  # fmt: skip
        # NumPy computes float32 in double; LAPACK in single is the measure.
        theirs = scipy.linalg.svd(matrix, full_matrices=False)
        for ours, reference in zip(ratios(matrix, *found), ratios(matrix, *theirs)):
            assert ours <= zoo.ZOO
            assert ours <= max(1, 3 * reference)


def test_small_singular_values_are_accurate_to_their_own_size(rng: np.random.Generator) -> None:
    # Graded rows times a well-conditioned matrix: each value is determined to eps by the entries, and one-sided rotations find it
    # (Demmel and Veselic 1992). Oracle: the textbook rotations in long double.
    n = 12
    a = np.diag(10.0 ** -np.arange(0, 3 * n, 3)) @ (np.eye(n) + 0.1 * rng.standard_normal((n, n)))
    exact = _rotated_in_long_double(a.T)
    for values in (_mlmath._svd(a.T.copy(), False, False, 1)[0], _mlmath._svd(np.broadcast_to(a.T, (9, n, n)), False, False, 1)[0][4]):
        assert np.abs(values / exact - 1).max() <= 1e-13


def _rotated_in_long_double(a: NDArray) -> NDArray:
    x = np.asarray(a, np.longdouble)
    for _ in range(30):
        for i in range(len(x)):
            for j in range(i + 1, len(x)):
                p, q, product = x[:, i] @ x[:, i], x[:, j] @ x[:, j], x[:, i] @ x[:, j]
                if abs(product) > 1e-18 * np.sqrt(p * q):
                    theta = (q - p) / (2 * product)
                    t = np.copysign(1, theta) / (abs(theta) + np.sqrt(1 + theta * theta))
                    c = 1 / np.sqrt(1 + t * t)
                    x[:, i], x[:, j] = c * x[:, i] - c * t * x[:, j], c * t * x[:, i] + c * x[:, j]
    return np.sort(np.sqrt((x * x).sum(axis=0)))[::-1]


@pytest.mark.parametrize("dtype", DTYPES)
def test_same_bits_everywhere(rng: np.random.Generator, dtype: type) -> None:
    for shape in ((20, 12, 7), (9, 16, 16), (3, 40, 40), (70, 33)):
        a = rng.standard_normal(shape).astype(dtype)
        first = svd(a)
        assert np.array_equal(_mlmath._svd(a, False)[0], first[1])
        for other in (np.asfortranarray(a), np.repeat(a, 2, axis=-1)[..., ::2], a[..., ::-1, :].copy()[..., ::-1, :]):
            for threads in (1, 3):
                with mm.threads(threads):
                    assert all(np.array_equal(x, y) for x, y in zip(svd(other), first))
        levels = [level for level in mm.system.available_isas() if level in ("avx2", "avx512", "neon")]
        for level in levels:
            with mm.system.use_isa(level):
                found = svd(a)
            assert all(np.array_equal(x, y) for x, y in zip(found, first))
        scaled = svd(a * dtype(2.0**10))
        assert np.array_equal(scaled[1], first[1] * dtype(2.0**10))
        assert np.array_equal(scaled[0], first[0])


def test_empty_and_undefined() -> None:
    for shape in ((0, 3), (3, 0), (0, 0), (4, 0, 2), (0, 3, 3)):
        u, s, vt = svd(np.empty(shape))
        k = min(shape[-2:])
        assert (u.shape, s.shape, vt.shape) == ((*shape[:-1], k), (*shape[:-2], k), (*shape[:-2], k, shape[-1]))
    stack = np.ones((16, 3, 3))
    for bad in (np.nan, np.inf, -np.inf):
        stack[5, 1, 2] = bad
        u, s, vt, info = _mlmath._svd(stack, True)
        assert np.array_equal(np.flatnonzero(info), [5])
        for x in (u, s, vt):
            assert np.isnan(x[5]).all()
            assert np.isfinite(np.delete(x, 5, axis=0)).all()
