# SPDX-License-Identifier: BSD-3-Clause
"""qr with pivoting by property: residual, orthogonality, a falling diagonal, SciPy's columns, ties, scales, the same bits."""

from __future__ import annotations

import warnings
from typing import Any

import matrix_zoo as zoo
import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

# Around a register, a strip, and a block of Q; with and without a parallel region.
SIZES = (1, 2, 3, 4, 5, 8, 9, 16, 31, 32, 33, 63, 64, 65, 127, 128, 129, 182, 257, 290)
SHAPES = [(n, n) for n in SIZES]
SHAPES += [
    (1, 5),
    (5, 1),
    (3, 40),
    (40, 3),
    (100, 64),
    (64, 100),
    (65, 200),
    (200, 65),
    (300, 20),
    (290, 250),
    (250, 290),
]
DTYPES = (np.float64, np.float32)


def pivoted(a: Any, mode: str = "reduced") -> Any:
    return mm.linalg.qr(a, mode, pivoting=True)


def orthogonality(q: NDArray) -> float:
    """|I - Q^T Q| / (m eps)."""
    long_q = np.asarray(q, np.longdouble)
    return zoo.one_norm(long_q.T @ long_q - np.eye(q.shape[1])) / (max(1, q.shape[0]) * float(np.finfo(q.dtype).eps))


def residual(a: NDArray, q: NDArray, r: NDArray, p: NDArray) -> float:
    """|A P - Q R| / (m |A| eps), the 1-norm."""
    return zoo.product_ratio(a[:, p], q, r) * max(1, a.shape[1]) / max(1, a.shape[0])


def assert_pivoted(a: NDArray, r: NDArray, p: NDArray) -> None:
    """P is a permutation, R a triangle, and no column was longer than the one that was taken, in long double and up to rounding."""
    m, n = a.shape
    assert p.dtype == np.intp
    assert np.array_equal(np.sort(p), np.arange(n))
    assert np.all(np.tril(r, -1) == 0)
    long_r = np.asarray(r, np.longdouble)
    scale = np.abs(long_r).max(initial=0) or np.longdouble(1)
    left = np.sqrt(np.cumsum((long_r[::-1] / scale) ** 2, axis=0))[::-1]  # (k, j): the norm of rows k, ... of column j
    taken = np.abs(np.diag(long_r)) / scale
    slack = 10 * max(m, n) * float(np.finfo(r.dtype).eps)
    for k, diagonal in enumerate(taken):
        assert left[k, k:].max() <= diagonal + slack * min(1, left[0].max())
    # A norm keeps half of its digits; beside that, none may be longer.
    with np.errstate(invalid="ignore", divide="ignore"):
        for k, diagonal in enumerate(taken):
            if diagonal > slack * taken[0]:
                assert left[k, k:].max() <= diagonal * (1 + 10 * np.sqrt(float(np.finfo(r.dtype).eps)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_mode_on_every_level(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    linalg = pytest.importorskip("scipy.linalg")
    # Lengths that differ by more than rounding: everybody chooses the same columns.
    a = (rng.standard_normal(shape) * rng.permutation(np.linspace(1, 3, shape[1]))).astype(dtype)
    m, n = shape
    k = min(m, n)
    q, r, p = pivoted(a)
    assert q.dtype == r.dtype == dtype
    assert q.shape == (m, k)
    assert r.shape == (k, n)
    assert residual(a, q, r, p) <= zoo.ORDINARY
    assert orthogonality(q) <= zoo.ORDINARY
    assert_pivoted(a, r, p)
    _, their_r, their_p = linalg.qr(a, mode="economic", pivoting=True)
    assert np.array_equal(p, their_p)
    assert np.array_equal(np.sign(np.diag(r)), np.sign(np.diag(their_r)))
    tolerance = 300 * max(m, n) * float(np.finfo(dtype).eps)
    assert np.abs(r - their_r).max() <= tolerance * np.abs(r[0, 0])
    r_alone, p_alone = pivoted(a, "r")
    assert np.array_equal(r_alone, r)
    assert np.array_equal(p_alone, p)
    complete, tall, p_again = pivoted(a, "complete")
    assert complete.shape == (m, m)
    assert tall.shape == (m, n)
    assert np.array_equal(p_again, p)
    assert np.array_equal(tall[:k], r)
    assert residual(a, complete, tall, p) <= zoo.ORDINARY
    assert orthogonality(complete) <= zoo.ORDINARY
    h, tau, p_packed = pivoted(a, "raw")
    assert h.shape == (n, m)
    assert tau.shape == (k,)
    assert np.array_equal(p_packed, p)
    assert np.array_equal(np.triu(h.T[:k]), r)
    product = np.eye(m, dtype=np.float64)  # the reflections themselves make the same Q
    for j in range(k):
        v = np.concatenate([np.zeros(j), [1.0], h[j, j + 1 :].astype(np.float64)])
        product = product - float(tau[j]) * np.outer(product @ v, v)
    assert np.abs(product[:, :k] - q).max() <= 50 * m * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(5000, 33), (20000, 3), (33, 5000), (1, 9000)])
def test_tall_and_wide(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = (rng.standard_normal(shape) * rng.permutation(np.linspace(1, 3, shape[1]))).astype(dtype)
    q, r, p = pivoted(a)
    eps = float(np.finfo(dtype).eps)
    assert np.linalg.norm(a[:, p] - q.astype(float) @ r) <= 10 * np.sqrt(min(shape)) * eps * np.linalg.norm(a)
    assert np.abs(q.T.astype(float) @ q - np.eye(q.shape[1])).max() <= 50 * eps
    assert np.array_equal(np.sort(p), np.arange(shape[1]))
    assert np.all(np.diff(np.abs(np.diag(r))) <= 0)


def test_large_by_panels(rng: np.random.Generator) -> None:
    m, n = 2100, 2000
    a = rng.standard_normal((m, n)) * rng.permutation(np.linspace(1, 3, n))
    a[:, 1500] = a[:, 1000] + a[:, 1001]  # a norm that loses its digits
    with mm.threads(2):
        q, r, p = pivoted(a)
    assert np.linalg.norm(a[:, p] - q @ r) <= 10 * np.sqrt(n) * np.finfo(float).eps * np.linalg.norm(a)
    assert np.abs(q.T @ q - np.eye(n)).max() <= 50 * np.finfo(float).eps
    assert np.array_equal(np.sort(p), np.arange(n))
    diagonal = np.abs(np.diag(r))
    assert np.all(np.diff(diagonal) <= 1e-13 * diagonal[0])
    assert diagonal[-1] <= 1e-11 * diagonal[0]
    assert diagonal[-2] >= 1e-6 * diagonal[0]
    with mm.threads(1):
        alone = pivoted(np.asfortranarray(a), "r")
    assert np.array_equal(alone[0], r)
    assert np.array_equal(alone[1], p)


@pytest.mark.parametrize("name", zoo.general())
def test_zoo(isa: str, name: str) -> None:
    linalg = pytest.importorskip("scipy.linalg")
    a = zoo.general()[name]
    for matrix in (a, np.vstack([a, a]), a[:15], a[:, :15]):
        q, r, p = pivoted(matrix)
        their_q, their_r, their_p = linalg.qr(matrix, mode="economic", pivoting=True)
        assert_pivoted(matrix, r, p)
        for ours, reference in (
            (residual(matrix, q, r, p), residual(matrix, their_q, their_r, their_p)),
            (orthogonality(q), orthogonality(their_q)),
        ):
            assert ours <= zoo.ZOO
            assert ours <= max(1, 3 * reference)


@pytest.mark.parametrize("n", [24, 70, 300])
def test_kahan_and_graded_columns(n: int) -> None:
    i = np.arange(n)
    # Kahan's matrix with columns that shrink a little, so that rounding exchanges none.
    sine = 0.99 if n > 100 else 0.9
    kahan = np.diag(sine**i) @ (np.eye(n) - np.sqrt(1 - sine**2) * np.triu(np.ones((n, n)), 1)) * (1 - 1e-7 * i)
    q, r, p = pivoted(kahan)
    assert np.array_equal(p, i)
    assert np.array_equal(r, kahan)
    assert np.array_equal(q, np.eye(n))
    rng = np.random.default_rng(n)
    base = rng.standard_normal((n, n))
    q, r, p = pivoted(base)
    for order in (i[::-1], rng.permutation(n)):
        powers = np.round(np.linspace(-990, 990, n))[order]
        graded = base * 2.0**powers
        q, r, p = pivoted(graded)
        assert np.array_equal(p, np.argsort(-powers))
        assert orthogonality(q) <= zoo.ORDINARY
        assert_pivoted(graded, r, p)
        for j in range(0, n, 1 + n // 25):  # every column to its own precision
            size = 2.0 ** powers[p[j]]
            column = np.asarray(q, np.longdouble) @ (np.asarray(r[:, j], np.longdouble) / size)
            assert np.abs(column - base[:, p[j]]).max() <= 10 * n * np.finfo(float).eps * np.abs(base[:, p[j]]).max()


@pytest.mark.parametrize("shape", [(6, 6), (40, 33), (100, 130), (300, 290)])
def test_equal_columns_first_index_first(isa: str, rng: np.random.Generator, shape: tuple[int, int]) -> None:
    m, n = shape
    assert np.array_equal(pivoted(np.zeros(shape)).P, np.arange(n))
    assert np.array_equal(pivoted(np.eye(m, n)).P, np.arange(n))
    for matrix in (np.zeros(shape), np.eye(m, n), -2 * np.eye(m, n)):
        q, r, p = pivoted(matrix)
        assert np.array_equal(q, np.eye(m, min(m, n)))
        assert np.array_equal(r, matrix[: min(m, n)])
        assert np.array_equal(p, np.arange(n))
    # The same column again and again: the first; what is left is zero up to rounding.
    same = np.repeat(rng.standard_normal((m, 1)), n, axis=1)
    q, r, p = pivoted(same)
    assert p[0] == 0
    assert residual(same, q, r, p) <= zoo.ORDINARY
    # Columns with one element each: exact lengths, in pairs of equal ones that meet in different rows.
    k = min(m, n) // 2 * 2
    lengths = np.repeat(np.arange(k // 2, 0, -1.0), 2)
    order = rng.permutation(k)
    matrix = np.zeros((m, k))
    matrix[np.arange(k), order] = lengths
    q, r, p = pivoted(matrix)
    position = list(range(k))  # LAPACK's exchanges, one after the other: the first of the longest of what stands there
    length = np.zeros(k)
    length[order] = lengths
    for step in range(k):
        best = max(range(step, k), key=lambda j: (length[position[j]], -j))
        position[step], position[best] = position[best], position[step]
    assert np.array_equal(p, position)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("m", "n", "rank"), [(20, 20, 1), (40, 30, 7), (30, 40, 29), (130, 128, 40), (300, 300, 150), (290, 400, 65)]
)
def test_short_rank_shows(rng: np.random.Generator, m: int, n: int, rank: int, dtype: type) -> None:
    a = rng.integers(-3, 4, (m, rank)) @ rng.integers(-3, 4, (rank, n)).astype(dtype)
    q, r, p = pivoted(a.astype(dtype))
    assert residual(a, q, r, p) <= zoo.ORDINARY
    assert orthogonality(q) <= zoo.ORDINARY
    assert_pivoted(a, r, p)
    diagonal = np.abs(np.diag(r))
    small = 10 * max(m, n) * np.finfo(dtype).eps * diagonal[0]
    assert np.all(diagonal[:rank] > small)
    assert np.all(diagonal[rank:] < small)


@pytest.mark.parametrize("n", [32, 128, 300])
def test_lost_norms_are_computed_anew(n: int) -> None:
    # Downdating alone keeps noise of 1e-16 / 1e-8: the diagonal would no longer fall [DrmacBujanovic2008].
    rng = np.random.default_rng(n)
    a = zoo.haar(rng, n) * 10.0 ** -np.linspace(0, 14, n) @ zoo.haar(rng, n)
    q, r, p = pivoted(a)
    assert_pivoted(a, r, p)
    assert residual(a, q, r, p) <= zoo.ORDINARY
    values = np.linalg.svd(a, compute_uv=False)
    diagonal = np.abs(np.diag(r))
    assert np.all(diagonal >= values / (3 * n))
    assert np.all(diagonal <= values * np.sqrt(n) * 10)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(5, 4), (40, 40), (100, 80), (300, 260), (30, 90)])
def test_powers_of_two_are_exact(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    q, r, p = pivoted(a)
    for power in (-960, -470, -300, 300, 1000, 1019) if dtype == np.float64 else (-100, -45, -30, 30, 100, 122):
        scaled = pivoted(np.ldexp(a, power))
        assert np.array_equal(scaled.P, p), power
        assert np.array_equal(scaled.Q, q), power
        assert np.array_equal(scaled.R, np.ldexp(r, power)), power
    denormal = np.ldexp(a, -1060 if dtype == np.float64 else -140)
    tiny = pivoted(denormal)
    assert orthogonality(tiny.Q) <= zoo.ORDINARY
    # The input is what it is; R is rounded to what there is.
    back = np.ldexp(tiny.R, 1060 if dtype == np.float64 else 140)
    exact = np.ldexp(denormal, 1060 if dtype == np.float64 else 140)
    grain = 2.0**-14 if dtype == np.float64 else 2.0**-9
    assert np.abs(exact[:, tiny.P] - tiny.Q @ back).max() <= grain * 2 * np.sqrt(shape[0])


def test_largest_and_smallest_numbers(rng: np.random.Generator) -> None:
    for n in (5, 40, 300):
        huge = rng.uniform(1, 1.7, (n, n)) * 1e308 * rng.choice([-1, 1], (n, n))
        q, _, p = pivoted(huge)  # norms beyond the largest number: Q all the same
        assert orthogonality(q) <= zoo.ORDINARY
        assert np.array_equal(p, pivoted(huge / 1024).P)
        smallest = np.full((n, n), 5e-324)
        q, r, p = pivoted(smallest)
        assert orthogonality(q) <= zoo.ORDINARY
        assert np.array_equal(p, np.arange(n))
        assert np.abs(np.abs(r[0]) / 5e-324 - np.sqrt(n)).max() <= 0.5


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_spreads(isa: str, rng: np.random.Generator, value: float) -> None:
    for shape in ((4, 4), (40, 40), (100, 100), (300, 290), (290, 300)):
        for place in ((0, 0), (shape[0] // 2, shape[1] // 2), (shape[0] - 1, shape[1] - 1)):
            a = rng.standard_normal(shape)
            a[place] = value
            q, r, p = pivoted(a)
            assert p[0] == place[1]
            assert np.array_equal(np.sort(p), np.arange(shape[1]))
            assert not np.isfinite(q).all(axis=0).any()
            assert not np.isfinite(np.diag(r)).any()
        assert np.array_equal(np.sort(pivoted(np.full(shape, value)).P), np.arange(shape[1]))
    a = rng.standard_normal((16, 5, 5))
    good = pivoted(a)
    a[11, 2, 3] = value
    bad = pivoted(a)
    others = np.arange(16) != 11
    assert not np.isfinite(bad.R[11]).all()
    for x, y in zip(bad, good):
        assert np.array_equal(x[others], y[others])


def test_levels_with_fma_agree(rng: np.random.Generator) -> None:
    levels = [level for level in mm.system.available_isas() if level in ("avx2", "avx512", "neon")]
    for shape in ((20, 20), (70, 70), (300, 230), (17, 5, 5), (17, 32, 20), (30, 3000), (500, 500)):
        for dtype in DTYPES:
            a = rng.standard_normal(shape).astype(dtype)
            results = []
            for level in levels:
                with mm.system.use_isa(level):
                    results.append(pivoted(a))
            for other in results[1:]:
                for x, y in zip(results[0], other):
                    assert np.array_equal(x, y)


def test_bits_on_threads_strides_and_in_stacks(rng: np.random.Generator) -> None:
    for shape in ((30, 30), (100, 90), (200, 181), (300, 300), (90, 1000), (3, 50, 40), (2, 3, 190, 180), (2, 460, 450)):
        a = rng.standard_normal(shape)
        with mm.threads(1):
            expected = pivoted(a)
            alone = [pivoted(one) for one in a.reshape(-1, *shape[-2:])]
        for item, whole in enumerate(expected):
            assert np.array_equal(whole.reshape(len(alone), *alone[0][item].shape), np.stack([one[item] for one in alone]))
        for threads in (1, 2, 3):
            with mm.threads(threads):
                for other in (
                    a,
                    np.repeat(a, 2, axis=-1)[..., ::2],
                    np.asfortranarray(a),
                    a[..., ::-1][..., ::-1],
                    a[..., ::-1, :][..., ::-1, :],
                ):
                    for x, y in zip(pivoted(other), expected):
                        assert np.array_equal(x, y)
    turned = pivoted(a[::-1])
    for x, y in zip(turned, expected):
        assert np.array_equal(x[::-1], y)


def test_input_of_every_kind(rng: np.random.Generator) -> None:
    for shape in ((0, 0), (0, 3), (3, 0), (2, 0, 3), (0, 4, 4), (2, 3, 0)):
        for mode in ("reduced", "complete", "r", "raw"):
            theirs = np.linalg.qr(np.empty(shape), mode)
            *ours, p = pivoted(np.empty(shape), mode)
            for x, y in zip(ours, theirs if mode != "r" else (theirs,)):
                assert np.array_equal(x, y)
            assert p.shape == (*shape[:-2], shape[-1])
            assert np.array_equal(p, np.broadcast_to(np.arange(shape[-1]), p.shape))
    a = rng.standard_normal((4, 3))
    expected = pivoted(a)
    assert isinstance(expected, mm.linalg.PivotedQRResult)
    assert np.array_equal(pivoted(a.tolist()).Q, expected.Q)
    assert pivoted(np.arange(6).reshape(3, 2)).Q.dtype == np.float64
    assert np.array_equal(pivoted(a.astype(">f8")).R, expected.R)
    assert np.array_equal(mm.linalg.qr(a, pivoting=False).R, mm.linalg.qr(a).R)
    before = a.copy()
    denormal = a * 1e-310
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for matrix in (
            a * 1e300,
            a * 1e-300,
            denormal,
            np.zeros((70, 70)),
            np.zeros((300, 300)),
            rng.standard_normal((300, 300)),
        ):
            pivoted(matrix)
    assert np.array_equal(a, before)


def test_refusals() -> None:
    a = np.ones((3, 2))
    with pytest.raises(LinAlgError, match="at least two-dimensional"):
        pivoted(np.ones(3))
    with pytest.raises(ValueError, match="mode must be"):
        pivoted(a, "economic")
    for other in (a + 1j, a.astype(object), a.astype(np.longdouble), a.astype(np.float16)):
        with pytest.raises(TypeError, match=r"real numbers up to float64 when pivoting=True|unsupported in linalg"):
            pivoted(other)
    with pytest.raises(TypeError, match=r"qr: a must be .*complex128"):
        pivoted(a + 1j)
    with pytest.raises(TypeError):
        mm.linalg.qr(a, "reduced", True)
