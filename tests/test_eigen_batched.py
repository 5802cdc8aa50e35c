# SPDX-License-Identifier: BSD-3-Clause
"""eigh and svd of stacks: every lane right, degenerate spectra, one bad matrix among good ones, small integers by the thousand."""

from __future__ import annotations

import numpy as np
import pytest
from matrix_zoo_eigen import (
    ORDINARY,
    accept,
    signs_are_canonical,
    svd_ratios,
)
from numpy.typing import NDArray

import mlmath_native as mm

DTYPES = (np.float64, np.float32)
ORDERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33]
COUNT = 37  # more than the lanes of two registers, and a rest


def symmetric_stack(rng: np.random.Generator, count: int, n: int, dtype: type = np.float64) -> NDArray:
    a = rng.standard_normal((count, n, n)).astype(dtype)
    return (a + np.swapaxes(a, -1, -2)) / dtype(2)


def worst_eigh(a: NDArray, w: NDArray, v: NDArray) -> tuple[float, float]:
    """The largest ratios of a stack, in double, which is enough for float32 and adds about one for float64."""
    n, eps = a.shape[-1], float(np.finfo(w.dtype).eps)
    a, w, v = (x.astype(np.longdouble) for x in (a, w, v))
    size = np.abs(a).sum(axis=-2).max(axis=-1)
    residual = np.abs(a - (v * w[:, None, :]) @ np.swapaxes(v, -1, -2)).sum(axis=-2).max(axis=-1)
    gram = np.abs(np.swapaxes(v, -1, -2) @ v - np.eye(n)).sum(axis=-2).max(axis=-1)
    return float((residual / np.where(size == 0, 1, size)).max() / (n * eps)), float(gram.max() / (n * eps))


def worst_svd(a: NDArray, u: NDArray, s: NDArray, vt: NDArray) -> tuple[float, float, float]:
    (m, n), p, eps = a.shape[-2:], s.shape[-1], float(np.finfo(s.dtype).eps)
    a, u, s, vt = (x.astype(np.longdouble) for x in (a, u, s, vt))
    size = np.abs(a).sum(axis=-2).max(axis=-1)
    residual = np.abs(a - (u * s[:, None, :]) @ vt).sum(axis=-2).max(axis=-1)
    left = np.abs(np.swapaxes(u, -1, -2) @ u - np.eye(p)).sum(axis=-2).max(axis=-1)
    right = np.abs(vt @ np.swapaxes(vt, -1, -2) - np.eye(p)).sum(axis=-2).max(axis=-1)
    return (
        float((residual / np.where(size == 0, 1, size)).max() / (max(m, n) * eps)),
        float(left.max() / (m * eps)),
        float(right.max() / (n * eps)),
    )


def check_eigh(a: NDArray, limit: float = ORDINARY) -> None:
    w, v = mm.linalg.eigh(a)
    assert w.dtype == v.dtype == a.dtype
    assert np.all(np.diff(w, axis=-1) >= 0)
    accept(worst_eigh(a, w, v), limit)
    assert signs_are_canonical(v)
    values = mm.linalg.eigvalsh(a)
    size = np.abs(w).max(axis=-1, keepdims=True)
    assert np.all(np.abs(values - w) <= limit * a.shape[-1] * float(np.finfo(a.dtype).eps) * size)


def check_svd(a: NDArray, limit: float = ORDINARY) -> None:
    u, s, vt = mm.linalg.svd(a, full_matrices=False)
    assert u.dtype == s.dtype == vt.dtype == a.dtype
    assert np.all(np.diff(s, axis=-1) <= 0)
    assert np.all(s >= 0)
    accept(worst_svd(a, u, s, vt), limit)
    assert signs_are_canonical(np.swapaxes(vt, -1, -2))
    values = mm.linalg.svdvals(a)
    assert np.all(np.abs(values - s) <= limit * max(a.shape[-2:]) * float(np.finfo(a.dtype).eps) * s[:, :1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", ORDERS)
def test_eigh_on_every_level(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    check_eigh(symmetric_stack(rng, COUNT, n, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", ORDERS)
def test_svd_on_every_level(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    check_svd(rng.standard_normal((COUNT, n, n)).astype(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 1), (1, 3), (5, 3), (3, 5), (32, 4), (4, 32), (17, 16), (33, 3), (99, 8), (8, 99)], ids=str)
def test_svd_of_rectangular_stacks(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    a = rng.standard_normal((COUNT, *shape)).astype(dtype)
    check_svd(a)
    u, s, vt = mm.linalg.svd(a)
    assert (u.shape, vt.shape) == ((COUNT, shape[0], shape[0]), (COUNT, shape[1], shape[1]))
    p = min(shape)
    eps = float(np.finfo(dtype).eps)
    for k in (0, 5, COUNT - 1):
        assert max(svd_ratios(a[k], u[k], s[k], vt[k])) <= ORDINARY
    assert np.abs(s - mm.linalg.svdvals(a)).max() <= ORDINARY * max(shape) * eps * s.max()
    assert p == s.shape[-1]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100])
@pytest.mark.parametrize("n", [2, 3, 4, 6, 9])
def test_every_count(rng: np.random.Generator, count: int, n: int) -> None:
    check_eigh(symmetric_stack(rng, count, n))
    check_svd(rng.standard_normal((count, n, n)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 16, 24, 32])
def test_degenerate_spectra(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    values = np.array([1, 1, 2, 1e-8, 1e-14])
    q = np.linalg.qr(rng.standard_normal((COUNT, n, n)))[0]
    p = np.linalg.qr(rng.standard_normal((COUNT, n, n)))[0]
    for shift in range(5):
        d = np.roll(values, shift)[np.arange(n) % 5]
        a = (q * d) @ np.swapaxes(q, -1, -2)
        a = ((a + np.swapaxes(a, -1, -2)) / 2).astype(dtype)
        check_eigh(a)
        check_svd(((q * d) @ p).astype(dtype))
        diagonal = np.broadcast_to(np.diag(d).astype(dtype), (COUNT, n, n))
        assert np.array_equal(mm.linalg.eigvalsh(diagonal)[3], np.sort(d.astype(dtype)))
        check_eigh(diagonal)
        check_svd(diagonal)
    for same in (np.zeros((COUNT, n, n)), np.ones((COUNT, n, n)), np.broadcast_to(np.eye(n), (COUNT, n, n))):
        check_eigh(same.astype(dtype))
        check_svd(same.astype(dtype))


@pytest.mark.usefixtures("time_limit")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 8, 16, 17, 32, 40])
def test_one_bad_matrix_harms_no_other(rng: np.random.Generator, n: int, dtype: type) -> None:
    a = symmetric_stack(rng, COUNT, n, dtype)
    good_eigh, good_svd = mm.linalg.eigh(a), mm.linalg.svd(a)
    others = np.delete(np.arange(COUNT), 20)
    for bad in (np.nan, np.inf, -np.inf):
        for place in {(0, 0), (n - 1, 0), (n - 1, n - 1)}:
            b = a.copy()
            b[(20, *place)] = bad
            with np.errstate(all="raise"):
                w, v, status = mm.linalg.eigh(b, errors="status")
                u, s, vt, svd_status = mm.linalg.svd(b, errors="status")
                values = mm.linalg.eigvalsh(b), mm.linalg.svdvals(b, errors="nan")
            for one in (status, svd_status):
                assert np.array_equal(np.flatnonzero(one), [20])
                assert one[20] == -1
            for x in (w, v, u, s, vt, *values):
                assert np.isnan(x[20]).all()
            for x, y in zip((w, v, u, s, vt), (*good_eigh, *good_svd)):
                assert np.array_equal(x[others], y[others])
    for x in mm.linalg.eigh(np.full((COUNT, n, n), np.nan)):
        assert np.isnan(x).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 4, 8, 13, 32])
def test_same_bits_everywhere_in_a_stack(rng: np.random.Generator, n: int, dtype: type) -> None:
    a = symmetric_stack(rng, 50, n, dtype)
    a[25:] = a[:25]
    first = (*mm.linalg.eigh(a), *mm.linalg.svd(a), mm.linalg.eigvalsh(a), mm.linalg.svdvals(a))
    for x in first:
        assert np.array_equal(x[:25], x[25:]), "a matrix has the same result in every lane"
    shuffled = np.ascontiguousarray(np.moveaxis(a, 0, -1))
    for variant in (np.moveaxis(shuffled, -1, 0), np.swapaxes(np.swapaxes(a, -1, -2).copy(), -1, -2), a[::-1].copy()[::-1]):
        for threads in (1, 2, 3):
            with mm.threads(threads):
                again = (*mm.linalg.eigh(variant), *mm.linalg.svd(variant), mm.linalg.eigvalsh(variant), mm.linalg.svdvals(variant))
            assert all(np.array_equal(x, y) for x, y in zip(again, first))
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                again = (*mm.linalg.eigh(a), *mm.linalg.svd(a))
            assert all(np.array_equal(x, y) for x, y in zip(again, first)), level
    for exponent in (-100, 2, 100):
        scaled = (*mm.linalg.eigh(np.ldexp(a, exponent)), *mm.linalg.svd(np.ldexp(a, exponent)))
        for k, (x, y) in enumerate(zip(scaled, first)):
            assert np.array_equal(x, np.ldexp(y, exponent) if k in (0, 3) else y)


def test_stacks_of_any_shape(rng: np.random.Generator) -> None:
    a = symmetric_stack(rng, 30, 5)
    w, v = mm.linalg.eigh(a.reshape(2, 3, 5, 5, 5))
    flat = mm.linalg.eigh(a)
    assert np.array_equal(w.reshape(30, 5), flat.eigenvalues)
    assert np.array_equal(v.reshape(30, 5, 5), flat.eigenvectors)
    some = mm.linalg.eigh(a.reshape(2, 3, 5, 5, 5)[:, ::2, 1:3])
    assert np.array_equal(some.eigenvalues, w[:, ::2, 1:3])
    once = mm.linalg.svd(np.broadcast_to(a[0], (4, 5, 5, 5)))
    assert np.array_equal(once.S[3, 4], once.S[0, 0])
    for shape in ((0, 4, 4), (3, 0, 4, 4), (2, 0, 0)):
        assert mm.linalg.eigh(np.empty(shape)).eigenvectors.shape == shape
        assert mm.linalg.svdvals(np.empty(shape)).shape == shape[:-1]


@pytest.mark.parametrize("n", range(2, 13))
def test_small_integers_by_the_thousand(n: int) -> None:
    """Entries -1, 0, 1: exact ties in pivoting and deflation."""
    rng = np.random.default_rng(n)
    a = np.tril(rng.integers(-1, 2, (3000, n, n))).astype(float)
    a += np.swapaxes(np.tril(a, -1), -1, -2)
    check_eigh(a)
    exact = np.linalg.eigvalsh(a)
    assert np.abs(mm.linalg.eigh(a).eigenvalues - exact).max() <= 10 * n * np.finfo(float).eps * n
    b = rng.integers(-1, 2, (2000, n, n)).astype(float)
    check_svd(b)
    assert np.abs(mm.linalg.svdvals(b) - np.linalg.svd(b, compute_uv=False)).max() <= 10 * n * np.finfo(float).eps * n


@pytest.mark.slow
@pytest.mark.parametrize("n", range(2, 13))
def test_small_integers_by_the_million(n: int) -> None:
    rng = np.random.default_rng([n, 1])
    for _ in range(10):
        a = np.tril(rng.integers(-1, 2, (20_000, n, n))).astype(float)
        a += np.swapaxes(np.tril(a, -1), -1, -2)
        check_eigh(a)
        check_svd(rng.integers(-1, 2, (20_000, n, n)).astype(float))


SPECTRA = {
    "1, 1, 2, 1e-8, 1e-14": (1, 1, 2, 1e-8, 1e-14),
    "1e-8, 1, 1e-8, 1": (1e-8, 1, 1e-8, 1),
    "1e-14 beside -1": (-1, 1e-14, 1e-14),
    "2, 1, 1": (2, 1, 1),
    "1, -1": (1, -1),
    "equal": (1,),
    "zero": (0,),
    "rank one": (1, 0, 0, 0, 0, 0, 0, 0),
    "all but one": (0, 1, 1, 1, 1, 1, 1, 1),
    "1 and a rounding": (1, 1 + 2**-52, 1 - 2**-53),
    "zero beside tiny": (0, 0, 1e-30, 1),
}


@pytest.mark.usefixtures("time_limit")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", range(2, 9))
@pytest.mark.parametrize("name", SPECTRA)
def test_rotations_of_degenerate_spectra_converge(rng: np.random.Generator, name: str, n: int, dtype: type) -> None:
    """Stacks of matrices with these eigenvalues in every order: rotated, by a quarter turn, diagonal, one matrix many times."""
    eps = float(np.finfo(dtype).eps)
    d = np.stack([np.resize(np.roll(SPECTRA[name], k), n) for k in range(COUNT)]).astype(float)
    random = np.linalg.qr(rng.standard_normal((COUNT, n, n)))[0]
    plane = np.broadcast_to(np.eye(n), (COUNT, n, n)).copy()
    plane[:, :2, :2] = np.array([[1, -1], [1, 1]]) / np.sqrt(2)  # equal elements on the diagonal: the angle is 45 degrees
    permutation = np.eye(n)[rng.permuted(np.tile(np.arange(n), (COUNT, 1)), axis=1)]
    for q in (random, plane, permutation, np.broadcast_to(np.eye(n), (COUNT, n, n)), np.broadcast_to(random[0], (COUNT, n, n))):
        a = (q * d[:, None, :]) @ np.swapaxes(q, -1, -2)
        a = ((a + np.swapaxes(a, -1, -2)) / 2).astype(dtype)
        with np.errstate(all="raise"):
            w, v, info = mm.linalg.eigh(a, errors="status")
            u, s, vt, svd_info = mm.linalg.svd(a, errors="status")
            *_, jacobi_s, _, jacobi_info = mm.linalg.svd(a, driver="jacobi", errors="status")
        assert not info.any()
        assert not svd_info.any()
        assert not jacobi_info.any()
        accept(worst_eigh(a, w, v), ORDINARY)
        accept(worst_svd(a, u, s, vt), ORDINARY)
        assert signs_are_canonical(v)
        assert signs_are_canonical(np.swapaxes(vt, -1, -2))
        size = np.abs(d).max()
        assert np.abs(w - np.sort(d, axis=-1)).max() <= 10 * n * eps * size
        descending = np.sort(np.abs(d), axis=-1)[:, ::-1]
        assert np.abs(s - descending).max() <= 10 * n * eps * size
        assert np.abs(jacobi_s - descending).max() <= 10 * n * eps * size
        assert np.all(np.diff(w, axis=-1) >= 0)
        assert np.all(np.diff(s, axis=-1) <= 0)
