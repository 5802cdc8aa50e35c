# SPDX-License-Identifier: BSD-3-Clause
"""qr by property: residual, orthogonality, LAPACK's signs, all modes, the zoo, the same bits everywhere."""

from __future__ import annotations

import warnings

import matrix_zoo as zoo
import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

SHAPES = [(n, n) for n in (1, 2, 3, 4, 5, 8, 9, 16, 31, 32, 33, 63, 64, 65, 127, 129, 257)]
SHAPES += [(1, 5), (5, 1), (3, 40), (40, 3), (100, 64), (64, 100), (65, 200), (200, 65), (300, 20), (200, 199)]
DTYPES = (np.float64, np.float32)


def orthogonality(q: NDArray) -> float:
    """|I - Q^T Q| / (m eps)."""
    long_q = np.asarray(q, np.longdouble)
    return zoo.one_norm(long_q.T @ long_q - np.eye(q.shape[1])) / (max(1, q.shape[0]) * float(np.finfo(q.dtype).eps))


def residual(a: NDArray, q: NDArray, r: NDArray) -> float:
    """|A - Q R| / (m |A| eps), the 1-norm."""
    return zoo.product_ratio(a, q, r) * max(1, a.shape[1]) / max(1, a.shape[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_mode_on_every_level(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    m, n = shape
    k = min(m, n)
    q, r = mm.linalg.qr(a)
    assert q.dtype == r.dtype == dtype
    assert q.shape == (m, k)
    assert r.shape == (k, n)
    assert np.all(np.tril(r, -1) == 0)
    assert residual(a, q, r) <= zoo.ORDINARY
    assert orthogonality(q) <= zoo.ORDINARY
    theirs = np.linalg.qr(a)
    assert np.array_equal(np.sign(np.diag(r)), np.sign(np.diag(theirs.R)))
    assert np.array_equal(mm.linalg.qr(a, "r"), r)
    complete, tall = mm.linalg.qr(a, "complete")
    assert complete.shape == (m, m)
    assert tall.shape == (m, n)
    assert residual(a, complete, tall) <= zoo.ORDINARY
    assert orthogonality(complete) <= zoo.ORDINARY
    h, tau = mm.linalg.qr(a, "raw")
    their_h, their_tau = np.linalg.qr(a, "raw")
    assert h.shape == their_h.shape
    assert tau.shape == their_tau.shape
    # The reflections themselves make the same Q.
    product = np.eye(m, dtype=np.float64)
    for j in range(k):
        v = np.concatenate([np.zeros(j), [1.0], h[j, j + 1 :].astype(np.float64)])
        product = product - float(tau[j]) * np.outer(product @ v, v)
    assert np.abs(product[:, :k] - q).max() <= 50 * m * np.finfo(dtype).eps
    assert np.array_equal(np.triu(h.T[:k]), r)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(20000, 30), (6000, 100), (70000, 4), (300000, 1), (2100, 250), (9001, 33)])
def test_tall_by_blocks_of_rows(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    q, r = mm.linalg.qr(a)
    assert np.linalg.norm(a - q @ r) <= 10 * np.sqrt(shape[1]) * np.finfo(dtype).eps * np.linalg.norm(a) * np.log2(shape[0])
    assert np.abs(q.T @ q - np.eye(shape[1])).max() <= 50 * np.finfo(dtype).eps * np.log2(shape[0])
    assert np.array_equal(np.sign(np.diag(r)), np.sign(np.diag(np.linalg.qr(a, "r"))))
    assert np.array_equal(mm.linalg.qr(a, "r"), r)
    for threads in (1, 3):
        with mm.threads(threads):
            again = mm.linalg.qr(np.asfortranarray(a))
        assert np.array_equal(again.Q, q)
        assert np.array_equal(again.R, r)


def test_tall_of_short_rank(rng: np.random.Generator) -> None:
    a = rng.standard_normal((20000, 10)) @ rng.standard_normal((10, 30))
    q, r = mm.linalg.qr(a)
    assert np.linalg.norm(a - q @ r) <= 1e-13 * np.linalg.norm(a)
    assert np.abs(q.T @ q - np.eye(30)).max() <= 1e-13
    identity = np.eye(20000, 30)
    q, r = mm.linalg.qr(identity)
    assert np.array_equal(r, np.eye(30))
    assert np.array_equal(q, identity)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", zoo.general())
def test_zoo(name: str, dtype: type) -> None:
    a = zoo.general(dtype)[name]
    for matrix in (a, np.vstack([a, a]), a[:15]):
        q, r = mm.linalg.qr(matrix)
        theirs = np.linalg.qr(matrix)
        for ours, reference in (
            (residual(matrix, q, r), residual(matrix, *theirs)),
            (orthogonality(q), orthogonality(theirs.Q)),
        ):
            assert ours <= zoo.ZOO
            assert ours <= max(1, 3 * reference)
    stack = mm.linalg.qr(np.broadcast_to(a, (17, *a.shape)))
    for q, r in zip(stack.Q, stack.R):
        assert residual(a, q, r) <= zoo.ZOO
        assert orthogonality(q) <= zoo.ZOO


@pytest.mark.parametrize(
    "shape", [(1, 1), (2, 2), (3, 3), (4, 4), (3, 5), (5, 3), (8, 8), (16, 16), (31, 32), (32, 32), (32, 7), (1, 6), (6, 1)]
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_stacks_of_small_matrices(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal((35, *shape)).astype(dtype)
    for mode in ("reduced", "complete"):
        stack, theirs = mm.linalg.qr(a, mode), np.linalg.qr(a, mode)
        assert stack.Q.shape == theirs.Q.shape
        assert stack.R.shape == theirs.R.shape
        for one, q, r, reference in zip(a, stack.Q, stack.R, theirs.R):
            assert residual(one, q, r) <= zoo.ORDINARY
            assert orthogonality(q) <= zoo.ORDINARY
            assert np.all(np.tril(r, -1) == 0)
            assert np.array_equal(np.sign(np.diag(r)), np.sign(np.diag(reference)))
    reduced = mm.linalg.qr(a)
    assert np.array_equal(mm.linalg.qr(a, "r"), reduced.R)
    # The same bits on any number of threads, in any layout, and wherever in the stack.
    for threads in (1, 3):
        with mm.threads(threads):
            for other in (np.swapaxes(np.swapaxes(a, 1, 2).copy(), 1, 2), np.repeat(a, 2, axis=2)[..., ::2], a[::-1][::-1]):
                again = mm.linalg.qr(other)
                assert np.array_equal(again.Q, reduced.Q)
                assert np.array_equal(again.R, reduced.R)
    turned = mm.linalg.qr(a[::-1])
    assert np.array_equal(turned.Q[::-1], reduced.Q)


def test_levels_with_fma_agree(rng: np.random.Generator) -> None:
    levels = [level for level in mm.system.available_isas() if level in ("avx2", "avx512", "neon")]
    for shape in ((20, 20), (70, 70), (300, 130), (9000, 40), (17, 5, 5), (17, 32, 20)):
        a = rng.standard_normal(shape)
        results = []
        for level in levels:
            with mm.system.use_isa(level):
                results.append(mm.linalg.qr(a))
        for other in results[1:]:
            assert np.array_equal(results[0].Q, other.Q)
            assert np.array_equal(results[0].R, other.R)


def test_bits_on_threads_and_strides(rng: np.random.Generator) -> None:
    for shape in ((30, 30), (100, 90), (300, 300), (90, 400), (3, 50, 40)):
        a = rng.standard_normal(shape)
        with mm.threads(1):
            expected = mm.linalg.qr(a)
        for threads in (2, 3):
            with mm.threads(threads):
                for other in (a, np.repeat(a, 2, axis=-1)[..., ::2], np.asfortranarray(a), a[..., ::-1][..., ::-1]):
                    again = mm.linalg.qr(other)
                    assert np.array_equal(again.Q, expected.Q)
                    assert np.array_equal(again.R, expected.R)


@pytest.mark.parametrize("count", [1, 20])
def test_signs_where_nothing_stands_below(count: int) -> None:
    for a, q, r in (
        ([[2.0]], [[1.0]], [[2.0]]),
        ([[-2.0]], [[1.0]], [[-2.0]]),
        ([[1.0], [0.0]], [[1.0], [0.0]], [[1.0]]),
        ([[-1.0], [0.0]], [[1.0], [0.0]], [[-1.0]]),
        (np.zeros((3, 2)), np.eye(3, 2), np.zeros((2, 2))),
        (np.triu(np.arange(1.0, 10).reshape(3, 3)), np.eye(3), np.triu(np.arange(1.0, 10).reshape(3, 3))),
    ):
        ours = mm.linalg.qr(np.broadcast_to(a, (count, *np.shape(a))))
        assert np.array_equal(ours.Q, np.broadcast_to(q, (count, *np.shape(q))))
        assert np.array_equal(ours.R, np.broadcast_to(r, (count, *np.shape(r))))


@pytest.mark.parametrize("shape", [(5, 4), (40, 40), (100, 80)])
@pytest.mark.parametrize("power", [-1000, -300, 300, 1000])
def test_powers_of_two_within_range(rng: np.random.Generator, shape: tuple[int, int], power: int) -> None:
    a = rng.standard_normal(shape)
    q, r = mm.linalg.qr(a)
    scaled = mm.linalg.qr(a * 2.0**power)
    assert np.allclose(scaled.Q, q, rtol=0, atol=1e-14)
    assert np.allclose(scaled.R * 2.0**-power, r, rtol=0, atol=1e-13)
    stack = mm.linalg.qr(np.broadcast_to(a[:30, :30] * 2.0**power, (9, *a[:30, :30].shape)))
    alone = mm.linalg.qr(a[:30, :30])
    assert np.allclose(stack.Q[4], alone.Q, rtol=0, atol=1e-14)
    assert np.allclose(stack.R[4] * 2.0**-power, alone.R, rtol=0, atol=1e-13)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_spreads(rng: np.random.Generator, value: float) -> None:
    for shape in ((4, 4), (40, 40), (100, 100), (9000, 40)):
        for place in ((0, 0), (shape[0] // 2, shape[1] // 2), (shape[0] - 1, shape[1] - 1)):
            a = rng.standard_normal(shape)
            a[place] = value
            q, r = mm.linalg.qr(a)
            assert not np.isfinite(r).all()
            assert not (np.isfinite(q).all() and np.isfinite(r).all())
    a = rng.standard_normal((16, 5, 5))
    good = mm.linalg.qr(a)
    a[11, 2, 3] = value
    q, r = mm.linalg.qr(a)
    others = np.arange(16) != 11
    assert not np.isfinite(r[11]).all()
    assert np.array_equal(q[others], good.Q[others])
    assert np.array_equal(r[others], good.R[others])


def test_input_of_every_kind(rng: np.random.Generator) -> None:
    for shape in ((0, 0), (0, 3), (3, 0), (2, 0, 3), (0, 4, 4), (2, 3, 0)):
        for mode in ("reduced", "complete", "r", "raw"):
            ours, theirs = mm.linalg.qr(np.empty(shape), mode), np.linalg.qr(np.empty(shape), mode)
            for x, y in zip(ours if mode != "r" else (ours,), theirs if mode != "r" else (theirs,)):
                assert np.shape(x) == np.shape(y)
                assert np.array_equal(x, y)
    a = rng.standard_normal((4, 3))
    expected = mm.linalg.qr(a)
    assert np.array_equal(mm.linalg.qr(a.tolist()).Q, expected.Q)
    assert mm.linalg.qr(np.arange(6).reshape(3, 2)).Q.dtype == np.float64
    assert np.array_equal(mm.linalg.qr(a.astype(">f8")).R, expected.R)
    z = a + 1j
    assert np.array_equal(mm.linalg.qr(z).Q, np.linalg.qr(z).Q)
    with pytest.raises(LinAlgError, match="at least two-dimensional"):
        mm.linalg.qr(np.ones(3))
    with pytest.raises(ValueError, match="mode must be"):
        mm.linalg.qr(a, "economic")
    before = a.copy()
    huge = a * 1e300
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        mm.linalg.qr(huge)
        mm.linalg.qr(np.zeros((70, 70)))
    assert np.array_equal(a, before)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(9000, 37), (66_000, 4), (700, 90), (200, 200)], ids=str)
def test_groups_of_columns_where_squares_leave_their_range(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    """Zero, tiny and huge columns among ordinary ones of a panel: each is as good as it would be alone."""
    m, n = shape
    a = rng.standard_normal(shape)
    power = 600 if dtype is np.float64 else 66
    a[:, 1] = 0
    a[:, 2] *= 2.0**-power
    if n > 30:
        a[:, 8] = a[:, 5]
        a[n:, 11] = 0
        a[:, 13] *= 2.0**-power
        a[:, 17] = 0
        a[:, n - 1] *= 2.0 ** (power // 2)
    a = a.astype(dtype)
    q, r = mm.linalg.qr(a)
    eps = np.finfo(dtype).eps
    assert np.all(np.isfinite(q))
    long_q = q.astype(np.longdouble)
    assert np.abs(long_q.T @ long_q - np.eye(n)).max() <= 50 * eps * np.log2(m)
    with np.errstate(under="ignore"):
        error = np.abs(long_q @ r - a).max(axis=0)
        assert np.all(error <= 50 * np.sqrt(m) * eps * np.abs(a).astype(np.longdouble).max(axis=0))
    for threads in (2, 3):
        with mm.system.threads(threads):
            again = mm.linalg.qr(np.asfortranarray(a))
        assert again.Q.tobytes() == q.tobytes()
        assert again.R.tobytes() == r.tobytes()
