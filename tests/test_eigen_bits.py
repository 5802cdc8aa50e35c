# SPDX-License-Identifier: BSD-3-Clause
"""The same bits for every number of threads, layout and alignment, also of large matrices; powers of two change exponents only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

Decomposition = Callable[[NDArray], Any]


def normal(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> NDArray:
    a = rng.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        a = a + 1j * rng.standard_normal(shape)
    return a.astype(dtype)


def symmetric_normal(rng: np.random.Generator, n: int, dtype: Any) -> NDArray:
    a = normal(rng, (n, n), dtype)
    return a + a.conj().T


def layouts(a: NDArray) -> dict[str, NDArray]:
    """The same matrix: by columns, with gaps, backwards in memory, one byte off, read-only, in the other byte order."""
    m, n = a.shape
    gaps = np.zeros((2 * m, 3 * n), a.dtype)
    gaps[::2, ::3] = a
    raw = np.zeros(a.nbytes + 1, dtype=np.uint8)
    unaligned = raw[1:].view(a.dtype).reshape(a.shape)
    unaligned[...] = a
    readonly = a.copy()
    readonly.flags.writeable = False
    return {
        "columns": np.asfortranarray(a),
        "gaps": gaps[::2, ::3],
        "backwards": a[::-1, ::-1].copy()[::-1, ::-1],
        "rows backwards, columns": np.asfortranarray(a[::-1])[::-1],
        "unaligned": unaligned,
        "read-only": readonly,
        "byte order": a.astype(a.dtype.newbyteorder()),
    }


def bits(result: Any) -> tuple[bytes, ...]:
    return tuple(x.tobytes() for x in (result if isinstance(result, tuple) else (result,)))


def check_layouts_and_threads(function: Decomposition, a: NDArray, threads: tuple[int, ...] = (1, 2, 3)) -> None:
    """Every number of threads with the plain array and two layouts in turn, two threads with every layout."""
    before = a.tobytes()
    with mm.threads(2):
        expected = bits(function(a))
        for name, other in layouts(a).items():
            assert bits(function(other)) == expected, name
    for count in threads:
        with mm.threads(count):
            assert bits(function(a)) == expected, f"{count} threads"
            assert bits(function(np.asfortranarray(a))) == expected, f"{count} threads, columns"
    assert a.tobytes() == before, "the argument has not changed"


@pytest.mark.parametrize(
    ("n", "dtype"),
    [
        (2, "f8"),
        (3, "f4"),
        (5, "f8"),
        (32, "f4"),
        (33, "f8"),
        (48, "f8"),
        (49, "f4"),
        (64, "f8"),
        (129, "f8"),
        (260, "f4"),
        (620, "f8"),
    ],
)
def test_eigh(rng: np.random.Generator, n: int, dtype: str) -> None:
    a = symmetric_normal(rng, n, dtype)
    check_layouts_and_threads(mm.linalg.eigh, a)
    check_layouts_and_threads(mm.linalg.eigvalsh, a)
    check_layouts_and_threads(partial(mm.linalg.eigh, UPLO="U"), a, (1,))


@pytest.mark.parametrize("dtype", ["c16", "c8"])
@pytest.mark.parametrize("n", [1, 5, 48, 49, 200])
def test_complex_eigh(rng: np.random.Generator, n: int, dtype: str) -> None:
    a = symmetric_normal(rng, n, dtype)
    check_layouts_and_threads(mm.linalg.eigh, a)
    check_layouts_and_threads(mm.linalg.eigvalsh, a)
    check_layouts_and_threads(partial(mm.linalg.eigh, UPLO="U"), a, (1,))


@pytest.mark.parametrize(("n", "dtype"), [(9, "f8"), (200, "f4"), (300, "f8"), (90, "c16")])
def test_subsets(rng: np.random.Generator, n: int, dtype: str) -> None:
    a = symmetric_normal(rng, n, dtype)
    check_layouts_and_threads(partial(mm.linalg.eigh, subset_by_index=(n // 3, n // 2)), a)
    check_layouts_and_threads(partial(mm.linalg.eigvalsh, subset_by_index=(0, n // 4)), a)
    check_layouts_and_threads(partial(mm.linalg.eigh, subset_by_value=(0.0, np.inf)), a)


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((2, 2), "f8"),
        ((12, 7), "f4"),
        ((33, 33), "f4"),
        ((66, 40), "f8"),
        ((129, 130), "f4"),
        ((130, 90), "f8"),
        ((513, 513), "f8"),
        ((300, 300), "f4"),
        ((5000, 60), "f8"),
        ((60, 5000), "f4"),
    ],
    ids=str,
)
def test_svd(rng: np.random.Generator, shape: tuple[int, int], dtype: str) -> None:
    a = normal(rng, shape, dtype)
    check_layouts_and_threads(partial(mm.linalg.svd, full_matrices=False), a)
    check_layouts_and_threads(mm.linalg.svdvals, a)


@pytest.mark.parametrize(("shape", "dtype"), [((7, 7), "f8"), ((70, 70), "f4"), ((150, 40), "f8"), ((40, 150), "f8")], ids=str)
def test_svd_of_whole_bases_and_by_rotations(rng: np.random.Generator, shape: tuple[int, int], dtype: str) -> None:
    a = normal(rng, shape, dtype)
    check_layouts_and_threads(mm.linalg.svd, a)
    check_layouts_and_threads(partial(mm.linalg.svd, driver="jacobi"), a)
    check_layouts_and_threads(partial(mm.linalg.svdvals, driver="jacobi"), a)


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("n", [33, 700])
def test_tridiagonal(rng: np.random.Generator, n: int, dtype: str) -> None:
    def both(a: NDArray) -> tuple[NDArray, ...]:
        d, e = a[0], a[1, :-1]
        some = mm.linalg.eigh_tridiagonal(d, e, select="i", select_range=(n // 3, n // 3 + 20 if n > 60 else n // 2))
        return (*mm.linalg.eigh_tridiagonal(d, e), mm.linalg.eigvalsh_tridiagonal(d, e), *some)

    check_layouts_and_threads(both, normal(rng, (2, n), dtype))


def exponents(dtype: str) -> list[int]:
    """Of 4: small ones, and what the dtype has room for on both sides of elements about one."""
    return [-3, -1, 1, 2, *([-480, 500] if dtype in ("f8", "c16") else [-50, 58])]


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16", "c8"])
@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (30, 30), (60, 60), (180, 180), (6, 3, 3), (5, 20, 20)], ids=str)
def test_powers_of_four_through_eigh(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> None:
    a = normal(rng, shape, dtype)
    a = a + np.swapaxes(a, -1, -2).conj()
    w, v = mm.linalg.eigh(a)
    values = mm.linalg.eigvalsh(a)
    for k in exponents(dtype):
        power = w.dtype.type(4.0) ** k
        scaled = mm.linalg.eigh(a * power)
        assert np.array_equal(scaled.eigenvalues, w * power), k
        assert np.array_equal(scaled.eigenvectors, v), k
        assert np.array_equal(mm.linalg.eigvalsh(a * power), values * power), k


@pytest.mark.parametrize("driver", [None, "jacobi"])
@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize(
    "shape", [(2, 2), (3, 3), (30, 30), (90, 70), (20, 150), (180, 180), (900, 12), (6, 3, 3), (5, 20, 20), (5, 40, 6)], ids=str
)
def test_powers_of_four_through_svd(rng: np.random.Generator, shape: tuple[int, ...], dtype: str, driver: str | None) -> None:
    a = normal(rng, shape, dtype)
    u, s, vt = mm.linalg.svd(a, full_matrices=False, driver=driver)
    values = mm.linalg.svdvals(a, driver=driver)
    for k in exponents(dtype):
        power = s.dtype.type(4.0) ** k
        scaled = mm.linalg.svd(a * power, full_matrices=False, driver=driver)
        assert np.array_equal(scaled.S, s * power), k
        assert np.array_equal(scaled.U, u), k
        assert np.array_equal(scaled.Vh, vt), k
        assert np.array_equal(mm.linalg.svdvals(a * power, driver=driver), values * power), k


@pytest.mark.parametrize("n", [3, 40, 100])
def test_powers_of_four_through_subsets(rng: np.random.Generator, n: int) -> None:
    for dtype in ("f8", "f4"):
        a = symmetric_normal(rng, n, dtype)
        w, v = mm.linalg.eigh(a, subset_by_index=(0, n // 2))
        for k in exponents(dtype):
            power = w.dtype.type(4.0) ** k
            scaled = mm.linalg.eigh(a * power, subset_by_index=(0, n // 2))
            assert np.array_equal(scaled.eigenvalues, w * power), k
            assert np.array_equal(scaled.eigenvectors, v), k
