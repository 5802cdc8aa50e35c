# SPDX-License-Identifier: BSD-3-Clause
"""lu, lu_factor, lu_solve: residuals as LAPACK measures them, its pivots, the zoo, growth, the same bits everywhere."""

from __future__ import annotations

import warnings

import matrix_zoo as zoo
import numpy as np
import pytest
import scipy.linalg
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

SHAPES = [(n, n) for n in (1, 2, 3, 4, 5, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 200, 300)]
SHAPES += [(1, 7), (7, 1), (3, 200), (200, 3), (64, 130), (130, 64), (257, 70), (70, 257), (8, 64), (100, 65)]
DTYPES = (np.float64, np.float32)


def parts(a: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    p, lower, upper = mm.linalg.lu(a, p_indices=True)
    return p, lower, upper


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_residual_and_pivots_on_every_level(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal(shape).astype(dtype)
    factors, pivots = mm.linalg.lu_factor(a)
    _, reference_pivots = scipy.linalg.lu_factor(a, check_finite=False)
    assert factors.dtype == dtype
    assert pivots.dtype == np.int32
    assert np.array_equal(pivots, reference_pivots)
    p, lower, upper = parts(a)
    assert np.abs(lower).max() <= 1
    ratio = zoo.product_ratio(a, lower[p], upper)
    assert ratio <= zoo.ORDINARY


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", zoo.general())
def test_zoo_beside_lapack(name: str, dtype: type) -> None:
    a = zoo.general(dtype)[name]
    p, lower, upper = parts(a)
    rp, rl, ru = scipy.linalg.lu(a, p_indices=True)
    ratio, reference = zoo.product_ratio(a, lower[p], upper), zoo.product_ratio(a, rl[rp], ru)
    assert ratio <= max(1, 3 * reference)
    assert ratio <= zoo.ZOO or "growth" in name
    if "growth" in name:  # as LAPACK, not better: the same pivots, the same growth
        assert np.array_equal(p, rp)
        assert np.abs(upper).max() == pytest.approx(np.abs(ru).max(), rel=1e-6)


def test_ties_go_to_the_lowest_index() -> None:
    rng = np.random.default_rng(3)
    for n in (2, 3, 5, 8, 12, 16, 20, 40):
        a = rng.integers(-1, 2, (40, n, n)).astype(float)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", mm.linalg.LinAlgWarning)  # some are singular
            all_pivots = mm.linalg.lu_factor(a)[1]
        for one, pivots in zip(a, all_pivots):
            exact = one.copy()
            for k in range(n):
                column = np.abs(exact[k:, k])
                first = k + int(np.argmax(column))
                if np.count_nonzero(column == column.max()) > 1 and np.all(exact == np.round(exact)):
                    assert pivots[k] == first
                exact[[k, first]] = exact[[first, k]]
                if exact[k, k] == 0 or pivots[k] != first:
                    break
                exact[k + 1 :] -= np.outer(exact[k + 1 :, k] / exact[k, k], exact[k])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 8, 15, 16, 17, 64, 100, 300])
def test_bits_alone_in_a_stack_on_threads_and_strides(rng: np.random.Generator, n: int, dtype: type) -> None:
    a = rng.standard_normal((19 if n < 100 else 2, n, n)).astype(dtype)
    with mm.threads(1):
        factors, pivots = mm.linalg.lu_factor(a)
    for threads in (2, 3):
        with mm.threads(threads):
            again, again_pivots = mm.linalg.lu_factor(a)
        assert np.array_equal(again, factors)
        assert np.array_equal(again_pivots, pivots)
    for i, one in enumerate(a[:4]):
        for layout in (one, np.asfortranarray(one), np.repeat(one, 2, axis=1)[:, ::2], one[::-1][::-1]):
            alone, alone_pivots = mm.linalg.lu_factor(layout)
            assert np.array_equal(alone, factors[i])
            assert np.array_equal(alone_pivots, pivots[i])


def test_levels_with_fma_agree(rng: np.random.Generator) -> None:
    levels = [level for level in mm.system.available_isas() if level in ("avx2", "avx512", "neon")]
    for shape in ((9, 3, 3), (9, 16, 16), (1, 40, 40), (1, 130, 130), (1, 300, 200)):
        a = rng.standard_normal(shape)
        results = []
        for level in levels:
            with mm.system.use_isa(level):
                results.append(mm.linalg.lu_factor(a)[0])
        assert all(np.array_equal(results[0], other) for other in results[1:])


@pytest.mark.parametrize("n", [3, 16, 33, 200])
def test_powers_of_two_go_through(rng: np.random.Generator, n: int) -> None:
    a = rng.standard_normal((9, n, n) if n < 100 else (n, n))
    factors, pivots = mm.linalg.lu_factor(a)
    for k in (-300, 1, 300):
        scaled, scaled_pivots = mm.linalg.lu_factor(a * 2.0**k)
        assert np.array_equal(scaled_pivots, pivots)
        assert np.array_equal(np.triu(scaled), np.triu(factors) * 2.0**k)
        assert np.array_equal(np.tril(scaled, -1), np.tril(factors, -1))


@pytest.mark.parametrize("n", [1, 2, 3, 8, 16, 20, 64, 65, 150])
@pytest.mark.parametrize("column", ["first", "middle", "last"])
def test_zero_column(rng: np.random.Generator, n: int, column: str) -> None:
    a = rng.standard_normal((n, n))
    k = {"first": 0, "middle": n // 2, "last": n - 1}[column]
    a[:, k] = 0
    with pytest.warns(mm.linalg.LinAlgWarning, match=f"Diagonal number {k + 1} is exactly zero"):
        factors, pivots = mm.linalg.lu_factor(a)
    p, lower, upper = parts(a)
    assert zoo.product_ratio(a, lower[p], upper) <= zoo.ORDINARY
    with pytest.raises(LinAlgError, match="singular"):
        mm.linalg.lu_solve((factors, pivots), np.ones(n))


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (2, 6, 4), (3, 1, 70, 40), (20, 6, 6), (0, 0), (2, 0, 3), (3, 0)])
def test_lu_as_scipy_returns_it(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    a = rng.standard_normal(shape)
    p, lower, upper = mm.linalg.lu(a)
    assert p.shape == (*shape[:-1], shape[-2])
    assert np.allclose(p @ lower @ upper, a, atol=1e-13)
    pl, same = mm.linalg.lu(a, permute_l=True)
    assert np.array_equal(same, upper)
    assert np.allclose(pl, p @ lower, atol=0)
    indices, other, _ = mm.linalg.lu(a, p_indices=True)
    assert np.array_equal(np.take_along_axis(other, indices[..., None].astype(int), -2), pl)
    if a.ndim == 2 and a.size:
        assert all(np.allclose(x, y, atol=1e-13) for x, y in zip((p, lower, upper), scipy.linalg.lu(a)))


def test_lu_solve(rng: np.random.Generator) -> None:
    for n in (1, 3, 20, 70, 200):
        a, b = rng.standard_normal((n, n)), rng.standard_normal((n, 3))
        factors = mm.linalg.lu_factor(a)
        assert zoo.solve_ratio(a, mm.linalg.lu_solve(factors, b), b) <= zoo.ORDINARY
        assert zoo.solve_ratio(a.T, mm.linalg.lu_solve(factors, b, trans=1), b) <= zoo.ORDINARY
        assert np.array_equal(mm.linalg.lu_solve(factors, b[:, 0]), mm.linalg.lu_solve(factors, b)[:, 0])
    stack, b = rng.standard_normal((5, 4, 4)), rng.standard_normal((4, 2))
    for trans in (0, 1):
        x = mm.linalg.lu_solve(mm.linalg.lu_factor(stack), b, trans)
        assert x.shape == (5, 4, 2)
        assert np.allclose((np.swapaxes(stack, -1, -2) if trans else stack) @ x, b, atol=1e-12)
    with pytest.raises(ValueError, match="trans"):
        mm.linalg.lu_solve(mm.linalg.lu_factor(np.eye(2)), np.ones(2), trans=5)
    with pytest.raises(ValueError, match="rows"):
        mm.linalg.lu_solve(mm.linalg.lu_factor(np.eye(2)), np.ones(3))
    with pytest.raises(ValueError, match="infs or NaNs"):
        mm.linalg.lu_factor(np.full((2, 2), np.inf))


@pytest.mark.parametrize("trans", [0, 1, "T", "N"])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit", [False, True])
def test_solve_triangular(rng: np.random.Generator, trans: int | str, lower: bool, unit: bool) -> None:
    for n in (1, 2, 5, 64, 65, 130):
        a = rng.standard_normal((n, n)) / n + 2 * np.eye(n)
        b = rng.standard_normal((n, 3))
        x = mm.linalg.solve_triangular(a, b, trans, lower, unit)
        reference = scipy.linalg.solve_triangular(a, b, trans, lower, unit)
        assert np.allclose(x, reference, rtol=1e-11, atol=1e-11)
        triangle = np.tril(a) if lower else np.triu(a)
        if unit:
            np.fill_diagonal(triangle, 1)
        assert zoo.solve_ratio(triangle.T if trans in (1, "T") else triangle, x, b) <= zoo.ORDINARY
        assert np.array_equal(mm.linalg.solve_triangular(a, b[:, 2], trans, lower, unit), x[:, 2])
    a[3, 3] = 0
    if not unit:
        with pytest.raises(LinAlgError, match="resolution failed at diagonal 3"):
            mm.linalg.solve_triangular(a, b, trans, lower)
    with pytest.raises(ValueError, match="trans must be"):
        mm.linalg.solve_triangular(a, b, "X")
