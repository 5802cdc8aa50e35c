# SPDX-License-Identifier: BSD-3-Clause
"""NaN and infinity in every place, through every function and driver: NaN or LinAlgError, and nothing beside it harmed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

pytestmark = pytest.mark.usefixtures("time_limit")
BAD = [np.nan, np.inf, -np.inf]
DTYPES = (np.float64, np.float32)
EIGH: dict[str, Callable[..., Any]] = {
    "eigh": mm.linalg.eigh,
    "eigh, upper": partial(mm.linalg.eigh, UPLO="U"),
    "eigvalsh": mm.linalg.eigvalsh,
    "eigvalsh, upper": partial(mm.linalg.eigvalsh, UPLO="U"),
}
SVD: dict[str, Callable[..., Any]] = {
    "svd": mm.linalg.svd,
    "svd, thin": partial(mm.linalg.svd, full_matrices=False),
    "svd, values": partial(mm.linalg.svd, compute_uv=False),
    "svdvals": mm.linalg.svdvals,
    "svd by rotations": partial(mm.linalg.svd, driver="jacobi"),
    "svdvals by rotations": partial(mm.linalg.svdvals, driver="jacobi"),
}


def results(found: Any) -> tuple[NDArray, ...]:
    return found if isinstance(found, tuple) else (found,)


def places(m: int, n: int) -> list[tuple[int, int]]:
    """All of a small matrix; of a large one the corners, the diagonal's middle, both triangles, the edges of a block of 32."""
    if m * n <= 25:
        return [(i, j) for i in range(m) for j in range(n)]
    some = {(0, 0), (0, n - 1), (m - 1, 0), (m - 1, n - 1), (m // 2, n // 3), (m // 3, n // 2), (m - 1, n - 2), (m // 2, n // 2)}
    return sorted(some | {(i, j) for i, j in ((31, 30), (32, 32), (1, 31)) if i < m and j < n})


def symmetric(rng: np.random.Generator, count: int, n: int, dtype: type) -> NDArray:
    a = rng.standard_normal((count, n, n)).astype(dtype)
    return a + np.swapaxes(a, -1, -2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 33, 49, 130])
@pytest.mark.parametrize("name", EIGH)
def test_eigh(rng: np.random.Generator, name: str, n: int, dtype: type) -> None:
    function, upper = EIGH[name], "upper" in name
    stack = symmetric(rng, 5, n, dtype)
    good = results(function(stack))
    alone = results(function(stack[2]))
    others = [0, 1, 3, 4]
    for i, j in places(n, n):
        for bad in BAD:
            a = stack.copy()
            a[2, i, j] = bad
            read = i <= j if upper else i >= j
            with np.errstate(all="raise"):
                *found, status = function(a, errors="status")
                *one, its_status = function(a[2], errors="status")
                again = results(function(a))
            assert np.array_equal(status, [0, 0, -read, 0, 0]), (i, j, bad)
            assert its_status == -read
            for x, y, z, expected, single in zip(found, again, one, good, alone):
                assert np.array_equal(x, y, equal_nan=True)
                assert np.array_equal(x[others], expected[others]), (i, j, bad)
                if read:
                    assert np.isnan(x[2]).all(), (i, j, bad)
                    assert np.isnan(z).all(), (i, j, bad)
                else:
                    assert np.array_equal(x[2], expected[2]), (i, j, bad)
                    assert np.array_equal(z, single), (i, j, bad)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 3, 5, 33, 70])
def test_subsets_of_eigh(rng: np.random.Generator, n: int, dtype: type) -> None:
    whole = symmetric(rng, 1, n, dtype)[0]
    for i, j in places(n, n):
        for bad in BAD:
            a = whole.copy()
            a[i, j] = bad
            for uplo, read in (("L", i >= j), ("U", i <= j)):
                with np.errstate(all="raise"):
                    w, v, status = mm.linalg.eigh(a, uplo, subset_by_index=(0, n // 2), errors="status")
                    values = mm.linalg.eigvalsh(a, uplo, subset_by_index=(0, n // 2))
                assert status == -read
                for x in (w, v, values):
                    assert np.isnan(x).all() if read else np.isfinite(x).all()
                if read:
                    with pytest.raises(ValueError, match="infs or NaNs"):
                        mm.linalg.eigh(a, uplo, subset_by_value=(0, 1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 3), (5, 3), (3, 5), (33, 20), (49, 49), (20, 90), (150, 12)], ids=str)
@pytest.mark.parametrize("name", SVD)
def test_svd(rng: np.random.Generator, name: str, shape: tuple[int, int], dtype: type) -> None:
    function = SVD[name]
    stack = rng.standard_normal((5, *shape)).astype(dtype)
    good = results(function(stack))
    others = [0, 1, 3, 4]
    for i, j in places(*shape):
        for bad in BAD:
            a = stack.copy()
            a[2, i, j] = bad
            with np.errstate(all="raise"):
                *found, status = function(a, errors="status")
                *one, its_status = function(a[2], errors="status")
            assert np.array_equal(status, [0, 0, -1, 0, 0]), (i, j, bad)
            assert its_status == -1
            for x, z, expected in zip(found, one, good):
                assert np.array_equal(x[others], expected[others]), (i, j, bad)
                assert np.isnan(x[2]).all(), (i, j, bad)
                assert np.isnan(z).all(), (i, j, bad)
            for b in (a, a[2]):
                if np.isnan(bad):
                    with pytest.raises(LinAlgError, match="SVD did not converge"):
                        function(b)
                else:
                    assert all(np.isnan(x[2] if b.ndim == 3 else x).all() for x in results(function(b)))


@pytest.mark.parametrize("n", [1, 3, 40])
def test_svd_of_symmetric_matrices(rng: np.random.Generator, n: int) -> None:
    for i, j in places(n, n):
        for bad in BAD:
            a = symmetric(rng, 3, n, np.float64)
            good = mm.linalg.svd(a, hermitian=True)
            a[1, i, j] = bad
            if np.isnan(bad) and i >= j:
                with pytest.raises(np.linalg.LinAlgError, match="matrix 1 of the stack"):
                    mm.linalg.svd(a, hermitian=True)
            found = mm.linalg.svd(a, hermitian=True, errors="nan")
            for x, expected in zip(found, good):
                assert np.array_equal(x[[0, 2]], expected[[0, 2]])
                assert np.isnan(x[1]).all() if i >= j else np.array_equal(x[1], expected[1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 33, 90])
def test_tridiagonal(rng: np.random.Generator, n: int, dtype: type) -> None:
    for where in sorted({0, 1, n // 2, n - 2, n - 1}):
        for bad in BAD:
            for row in range(2):
                both = rng.standard_normal((2, n)).astype(dtype)
                if not 0 <= where < n - row:
                    continue
                both[row, where] = bad
                d, e = both[0], both[1, : n - 1]
                with np.errstate(all="raise"):
                    for found in (
                        *mm.linalg.eigh_tridiagonal(d, e, check_finite=False),
                        mm.linalg.eigvalsh_tridiagonal(d, e, check_finite=False),
                        *mm.linalg.eigh_tridiagonal(d, e, False, "i", (0, n // 2), False),
                    ):
                        assert found.size
                        assert np.isnan(found).all(), (where, row, bad)
                with pytest.raises(ValueError, match="infs or NaNs"):
                    mm.linalg.eigh_tridiagonal(d, e)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bad", BAD)
def test_nothing_but_that(bad: float, dtype: type) -> None:
    for n in (1, 2, 4, 32, 33, 70):
        for shape in ((n, n), (5, n, n)):
            a = np.full(shape, bad, dtype)
            for function in EIGH.values():
                assert all(np.isnan(x).all() for x in results(function(a)))
            for function in SVD.values():
                assert all(np.isnan(x).all() for x in results(function(a, errors="nan")))
