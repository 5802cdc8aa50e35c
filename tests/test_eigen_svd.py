# SPDX-License-Identifier: BSD-3-Clause
"""svd and svdvals: LAPACK's ratios on ordinary matrices and the zoo, signs, shapes, small singular values, the same bits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from matrix_zoo import haar, one_norm
from matrix_zoo_eigen import ORDINARY, SVD, accept, for_svd, kahan, lapack_svd, signs_are_canonical, svd_ratios, symmetric
from numpy.typing import NDArray

import mlmath_native as mm

SHAPES = [(n, n) for n in (1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129)]
SHAPES += [(5, 1), (1, 5), (9, 4), (4, 9), (40, 3), (3, 40), (32, 5), (100, 33), (33, 100), (70, 66), (66, 70), (150, 80)]
SHAPES += [(300, 20)]
DTYPES = (np.float64, np.float32)
SIZES = [24, 100]


def check(a: NDArray, result: mm.linalg.SVDResult, limit: float = ORDINARY, *, full: bool = False, compare: bool = True) -> None:
    u, s, vt = result
    (m, n), p = a.shape, min(a.shape)
    assert (u.shape, s.shape, vt.shape) == ((m, m if full else p), (p,), (n if full else p, n))
    assert u.dtype == s.dtype == vt.dtype == a.dtype
    assert np.all(s[:-1] >= s[1:])
    assert np.all(s >= 0)
    accept(svd_ratios(a, u, s, vt), limit, lapack_svd(a, full) if compare else None)
    assert signs_are_canonical(vt.T)
    assert signs_are_canonical(u[:, p:])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_random_on_every_level(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    if isa == "baseline" and min(shape) > 33 and min(shape) != 65:
        pytest.skip("baseline: the small set")
    a = rng.standard_normal(shape).astype(dtype)
    result = mm.linalg.svd(a, full_matrices=False)
    check(a, result)
    exact = np.linalg.svd(a.astype(np.float64), compute_uv=False)
    allowed = 5 * np.sqrt(max(10, *shape)) * float(np.finfo(dtype).eps) * exact[0]
    for values in (result.S, mm.linalg.svdvals(a)):
        assert np.abs(values - exact).max() <= allowed


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(300, 300), (600, 150), (150, 600)], ids=str)
def test_larger(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    check(a, mm.linalg.svd(a, full_matrices=False))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (5, 1), (1, 5), (40, 9), (9, 40), (100, 70), (70, 100), (200, 30)], ids=str)
def test_full_matrices(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    full, thin = mm.linalg.svd(a), mm.linalg.svd(a, full_matrices=False)
    check(a, full, full=True)
    eps = float(np.finfo(dtype).eps)
    exact = np.linalg.svd(a.astype(np.float64), compute_uv=False)
    for s in (full.S, thin.S):
        assert np.abs(s - exact).max() <= max(10, *shape) * eps * exact[0]
    p = min(shape)
    # Without the complement the columns are the same, to rounding over the gaps of singular values.
    gap = np.abs(exact[:, None] - exact + np.diag(np.full(p, np.inf))).min(axis=1, initial=exact[-1])
    for x, y in ((full.U[:, :p], thin.U), (full.Vh[:p].T, thin.Vh.T)):
        difference = np.minimum(np.abs(x - y).max(axis=0), np.abs(x + y).max(axis=0))
        assert np.all(difference <= 4 * max(10, *shape) * eps * exact[0] / gap)
    singular = (haar(rng, shape[0])[:, :1] @ haar(rng, shape[1])[:1]).astype(dtype)
    check(singular, mm.linalg.svd(singular), SVD, full=True, compare=False)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", ["Haar with noise", "companion", "log-random bidiagonal", "degenerate", "denormal, n", "rank 5"])
def test_zoo_on_every_level(isa: str, name: str, n: int) -> None:
    check(for_svd(n)[name], mm.linalg.svd(for_svd(n)[name], full_matrices=False), SVD)


def exact_singular_values(a: NDArray, digits: int = 120) -> NDArray:
    """To double, by the eigenvalues of A^T A with so many digits that squaring loses nothing."""
    with mpmath.workdps(digits):
        x = mpmath.matrix(a.astype(np.float64).tolist())
        values = mpmath.eigsy(x.T * x, eigvals_only=True)
        return np.sort([float(mpmath.sqrt(abs(v))) for v in values])[::-1]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["rows", "rows upwards", "columns", "columns upwards"])
def test_rotations_get_the_trailing_digits_of_small_singular_values(rng: np.random.Generator, kind: str, dtype: type) -> None:
    n = 10
    a = np.eye(n) + 0.1 * rng.standard_normal((n, n))
    scaling = 10.0 ** (-np.arange(0, 3 * n, 3) * (1.0 if dtype == np.float64 else 0.5))
    scaling = scaling[::-1] if "upwards" in kind else scaling
    a = (scaling[:, None] * a if "rows" in kind else a * scaling).astype(dtype)
    exact = exact_singular_values(a)
    eps = float(np.finfo(dtype).eps)
    assert exact[-1] < 1e-11 * exact[0]
    stack = np.broadcast_to(a, (33, n, n))
    found = [mm.linalg.svdvals(a, driver="jacobi"), mm.linalg.svd(a, driver="jacobi").S, mm.linalg.svdvals(a.T, driver="jacobi")]
    found += [mm.linalg.svdvals(stack, driver="jacobi")[32], mm.linalg.svd(stack, driver="jacobi").S[7]]
    for values in found:
        assert np.abs(values / exact - 1).max() <= 100 * n * eps
    lost = np.abs(np.linalg.svd(a.astype(np.float64), compute_uv=False) / exact - 1).max()
    assert "upwards" not in kind or dtype == np.float32 or lost > 1e-6, "the matrix tells the methods apart"


@pytest.mark.parametrize("name", ["Hilbert", "mode 5", "log-random bidiagonal", "Kahan, n", "clustered"])
def test_values_against_mpmath(name: str) -> None:
    a = for_svd(24)[name][:9, :9]
    exact = exact_singular_values(a, 200)
    for values in (mm.linalg.svdvals(a), mm.linalg.svd(a).S, mm.linalg.svdvals(a, driver="jacobi")):
        assert np.abs(values - exact).max() <= 9 * np.finfo(float).eps * exact[0]


@pytest.mark.parametrize("n", [9, 40, 90])
def test_small_singular_values_of_bidiagonal_matrices_without_vectors(rng: np.random.Generator, n: int) -> None:
    """dqds keeps every digit of what a bidiagonal matrix determines; the reduction leaves such one as it is."""
    d = 10.0 ** -np.linspace(0, 12, n)
    a = np.diag(d) + np.diag(d[:-1] / 3, 1)
    with mpmath.workdps(60):
        # Sturm counts in 60 digits: the k-th value lies between two neighbours of ours.
        values = mm.linalg.svdvals(a)
        for k in (0, n // 2, n - 1):
            low, high = values[k] * (1 - 1e-10), values[k] * (1 + 1e-10)
            assert _count(a, low * low) - _count(a, high * high) == -1


def _count(b: NDArray, x: float) -> int:
    """How many eigenvalues of B^T B are below x."""
    d = [mpmath.mpf(v) for v in np.diag(b)]
    e = [mpmath.mpf(v) for v in np.diag(b, 1)]
    count, q = 0, mpmath.mpf(0)
    for i in range(len(d)):
        diagonal = d[i] ** 2 + (e[i - 1] ** 2 if i else 0)
        q = diagonal - mpmath.mpf(x) - ((d[i - 1] * e[i - 1]) ** 2 / q if i else 0)
        count += q < 0
    return count


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 2), (33, 33), (40, 66), (100, 100), (200, 30), (130, 129)], ids=str)
def test_same_bits_on_every_level_with_fma(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    found = set()
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                found.add((*(x.tobytes() for x in mm.linalg.svd(a)), mm.linalg.svdvals(a).tobytes()))
    assert len(found) <= 1


def test_the_largest_and_the_smallest_numbers() -> None:
    for n in (3, 40, 80):
        assert mm.linalg.svdvals(np.full((n, n), 5e-324))[0] == n * 5e-324
        u, s, vt = mm.linalg.svd(np.full((n, n), np.finfo(float).max))
        assert s[0] == np.inf  # n times the largest number is none
        assert np.isfinite(s[1:]).all()
        assert np.isfinite(u).all()
        assert np.isfinite(vt).all()


def test_random_small_integers_with_ties() -> None:
    rng = np.random.default_rng(12)
    for n in range(2, 41, 3):
        for m in (n, n + 3):
            for _ in range(3):
                a = rng.integers(-1, 2, (m, n)).astype(float)
                check(a, mm.linalg.svd(a, full_matrices=False), SVD, compare=False)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(513, 513), (20_000, 60), (60, 20_000), (1200, 400)], ids=str)
def test_large(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    u, s, vt = (x.astype(np.float64) for x in mm.linalg.svd(a, full_matrices=False))
    eps = float(np.finfo(dtype).eps)
    identity = np.eye(len(s))
    assert one_norm((u * s) @ vt - a) <= ORDINARY * max(shape) * eps * one_norm(a)
    assert one_norm(u.T @ u - identity) <= ORDINARY * shape[0] * eps
    assert one_norm(vt @ vt.T - identity) <= ORDINARY * shape[1] * eps
    assert np.abs(mm.linalg.svdvals(a) - s).max() <= ORDINARY * max(shape) * eps * s[0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(20, 10), (10, 20), (32, 1), (1, 32), (6, 5), (3, 3)], ids=str)
def test_full_matrices_of_stacks_side_by_side(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    """Square U and V of a stack: LAPACK's ratios, and the same bits as the reduced ones have, for every count of threads."""
    m, n = shape
    p = min(shape)
    a = rng.standard_normal((23, m, n)).astype(dtype)
    a[7] = 0
    a[11, :, : n // 2] = 0
    full = mm.linalg.svd(a)
    for i in range(len(a)):
        check(a[i], mm.linalg.SVDResult(full[0][i], full[1][i], full[2][i]), full=True, compare=False)
    thin = mm.linalg.svd(a, full_matrices=False)
    assert full[1].tobytes() == thin[1].tobytes()
    assert full[0][..., :p].tobytes() == thin[0].tobytes()
    assert full[2][..., :p, :].tobytes() == thin[2].tobytes()
    for threads in (2, 3):
        with mm.system.threads(threads):
            again = mm.linalg.svd(a)
        assert all(x.tobytes() == y.tobytes() for x, y in zip(again, full, strict=True))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(9000, 37), (37, 9000), (66_000, 4)], ids=str)
def test_by_blocks_of_rows_with_columns_of_every_size(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    """A tall matrix whose columns are zero, tiny, huge, equal: U stays orthogonal whatever the condition, and the bits the same."""
    m, n = shape
    tall = rng.standard_normal((max(shape), min(shape)))
    power = 30 if dtype is np.float64 else 8
    tall[:, 1] = 0
    tall[:, 2] = tall[:, 0]
    tall[:, 3] *= 2.0**-power
    tall[: len(tall) // 2, 0] = 0
    if n > 30 < m:
        tall[:, 9] *= 2.0**power
        tall[:, 20] = tall[:, 10] * (1 + 4 * np.finfo(dtype).eps)
        tall[100:, 25] = 0
    a = np.ascontiguousarray(tall if m > n else tall.T).astype(dtype)
    u, s, vt = mm.linalg.svd(a, full_matrices=False)
    check(a, mm.linalg.SVDResult(u, s, vt), compare=False)
    values = mm.linalg.svdvals(a)
    assert np.max(np.abs(values - s)) <= 4 * min(shape) * np.finfo(dtype).eps * s[0]
    for other in (np.asfortranarray(a), np.repeat(a, 2, axis=1)[:, ::2]):
        for threads in (1, 2, 3):
            with mm.system.threads(threads):
                again = mm.linalg.svd(other, full_matrices=False)
            assert again[0].tobytes() == u.tobytes()
            assert again[1].tobytes() == s.tobytes()
            assert again[2].tobytes() == vt.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 16, 32, 48, 49, 64])
def test_zoo_of_every_order_alone_and_in_lanes(n: int, dtype: type) -> None:
    for a in (*for_svd(n, dtype).values(), *symmetric(n, dtype).values()):
        found = [mm.linalg.svd(a, full_matrices=False)]
        if max(a.shape) <= 32:
            found.append(mm.linalg.SVDResult(*(x[4] for x in mm.linalg.svd(np.stack([a] * 5), full_matrices=False))))
        for u, s, vt in found:
            accept(svd_ratios(a, u, s, vt), SVD, lapack_svd(a))


# svd/README.md, "Error": Kahan's matrix, of which what is left of a column is its rounding.
KAHAN = {(16, 48): 1.2, (50, 100): 2.0, (75, 150): 2.5, (300, 300): 2.0}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "shape",
    [(16, 48), (24, 24), (64, 32), (96, 32), (100, 3), (300, 3), (50, 100), (75, 150), (192, 64), (300, 100), (300, 300)],
    ids=str,
)
@pytest.mark.parametrize("kind", ["equal", "Kahan", "parallel"])
def test_columns_that_are_alike(kind: str, shape: tuple[int, int], dtype: type) -> None:
    """All partial sums of a product of such columns round the same way."""
    m, n = shape
    a = {
        "equal": lambda: np.ones(shape),
        "Kahan": lambda: kahan(max(shape))[:m, :n],
        "parallel": lambda: np.outer(np.linspace(1, 2, m), np.ones(n)),
    }[kind]().astype(dtype)
    granted = {"Kahan": KAHAN.get(shape, 1), "equal": 1.1 if shape == (16, 48) else 1}.get(kind, 1)
    u, s, vt = mm.linalg.svd(a, full_matrices=False)
    accept(svd_ratios(a, u, s, vt), ORDINARY, lapack_svd(a), granted)
    u, s, vt = mm.linalg.svd(a.T, full_matrices=False)
    accept(svd_ratios(a.T, u, s, vt), ORDINARY, lapack_svd(a.T), granted)
