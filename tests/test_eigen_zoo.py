# SPDX-License-Identifier: BSD-3-Clause
"""Matrices that break algorithms, through eigh and svd, alone and in stacks: LAPACK's ratios, never much above LAPACK's own."""

from __future__ import annotations

import numpy as np
import pytest
from matrix_zoo_eigen import (
    ORDINARY,
    accept,
    eigh_ratios,
    for_svd,
    hermitian,
    lapack_eigh,
    lapack_svd,
    signs_are_canonical,
    svd_ratios,
    symmetric,
)
from numpy.typing import NDArray

import mlmath_native as mm

DTYPES = ("float64", "float32")
SIZES = [3, 4, 8, 24, 32, 100, 150]
SMALL = [n for n in SIZES if n <= 32]
COMPLEX_SIZES = [3, 4, 8, 24, 50, 100]
COUNTS = (4, 19)  # the smallest stack of the kernels that work in lanes, and more than the lanes of two registers with a rest
NAMES = list(symmetric(24))

# Where a ratio exceeds both 1 and 3 times LAPACK's: by name, with the largest ratio accepted.
KNOWN = {("eigh", 4, "complex64", "graded, indefinite, phases"): 3.3}


def known(function: str, n: int, dtype: str, name: str) -> float:
    return KNOWN.get((function, n, dtype, name), 0)


def check_eigh(n: int, dtype: str, name: str, a: NDArray, w: NDArray, v: NDArray) -> None:
    assert v.dtype == a.dtype
    assert w.dtype == a.real.dtype
    assert w.shape == a.shape[:1]
    assert v.shape == a.shape
    assert np.all(np.diff(w) >= 0)
    assert signs_are_canonical(v)
    accept(eigh_ratios(a, w, v), ORDINARY, lapack_eigh(a), known("eigh", n, dtype, name))


def check_svd(n: int, dtype: str, name: str, a: NDArray, u: NDArray, s: NDArray, vt: NDArray) -> None:
    p = min(a.shape)
    assert (u.shape, s.shape, vt.shape) == ((len(a), p), (p,), (p, a.shape[1]))
    assert u.dtype == s.dtype == vt.dtype == a.dtype
    assert np.all(s[:-1] >= s[1:])
    assert np.all(s >= 0)
    assert signs_are_canonical(vt.T)
    accept(svd_ratios(a, u, s, vt), ORDINARY, lapack_svd(a), known("svd", n, dtype, name))


def check_values(values: NDArray, expected: NDArray, order: int) -> None:
    """With and without vectors: a rounding of the largest per row, ten for the smallest matrices."""
    info = np.finfo(expected.dtype)
    size = float(np.abs(expected).max(initial=0))
    assert np.abs(values - expected).max(initial=0) <= max(10, order) * float(info.eps) * size + float(info.smallest_subnormal)


def around(rng: np.random.Generator, a: NDArray, count: int) -> tuple[NDArray, list[int], list[int]]:
    """A stack of random matrices with `a` at two places: that, these, the others."""
    stack = rng.standard_normal((count, *a.shape)).astype(a.dtype)
    if a.shape[0] == a.shape[1]:
        stack = (stack + np.swapaxes(stack, -1, -2).conj()) / a.dtype.type(2)
    places = [1, count - 1]
    stack[places] = a
    return stack, places, [k for k in range(count) if k not in places]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_eigh(name: str, n: int, dtype: str) -> None:
    a = symmetric(n, np.dtype(dtype).type)[name]
    with np.errstate(all="raise"):
        w, v = mm.linalg.eigh(a)
        values = mm.linalg.eigvalsh(a)
    check_eigh(n, dtype, name, a, w, v)
    assert np.all(np.diff(values) >= 0)
    check_values(values, w, n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SMALL)
@pytest.mark.parametrize("name", NAMES)
def test_eigh_in_a_stack(rng: np.random.Generator, name: str, n: int, dtype: str) -> None:
    a = symmetric(n, np.dtype(dtype).type)[name]
    found = set()
    for count in COUNTS:
        stack, places, others = around(rng, a, count)
        with np.errstate(all="raise"):
            w, v = mm.linalg.eigh(stack)
            values = mm.linalg.eigvalsh(stack)
        found |= {(w[k].tobytes(), v[k].tobytes(), values[k].tobytes()) for k in places}
        accept(eigh_ratios(stack[others[-1]], w[others[-1]], v[others[-1]]), ORDINARY)
    assert len(found) == 1, "a matrix has the same result in every lane of every stack"
    check_eigh(n, dtype, name, a, w[1], v[1])
    check_values(values[1], w[1], n)


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("n", COMPLEX_SIZES)
@pytest.mark.parametrize("name", list(hermitian(24)))
def test_complex_eigh(name: str, n: int, dtype: str) -> None:
    a = hermitian(n, np.dtype(dtype).type)[name]
    with np.errstate(all="raise"):
        w, v = mm.linalg.eigh(a)
        values = mm.linalg.eigvalsh(a)
    check_eigh(n, dtype, name, a, w, v)
    check_values(values, w, n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n", "name"), [(n, name) for n in SIZES for name in for_svd(n)])
def test_svd(name: str, n: int, dtype: str) -> None:
    a = for_svd(n, np.dtype(dtype).type)[name]
    with np.errstate(all="raise"):
        u, s, vt = mm.linalg.svd(a, full_matrices=False)
        values = mm.linalg.svdvals(a)
    check_svd(n, dtype, name, a, u, s, vt)
    assert np.all(values[:-1] >= values[1:])
    check_values(values, s, min(a.shape))
    if n <= 24:
        turned = mm.linalg.svd(a.T, full_matrices=False)
        assert signs_are_canonical(turned.Vh.T)
        accept(svd_ratios(a, turned.Vh.T, turned.S, turned.U.T), ORDINARY)
        check_values(turned.S, s, min(a.shape))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n", "name"), [(n, name) for n in SMALL for name in for_svd(n)])
def test_svd_in_a_stack(rng: np.random.Generator, name: str, n: int, dtype: str) -> None:
    a = for_svd(n, np.dtype(dtype).type)[name]
    found = set()
    for count in COUNTS:
        stack, places, others = around(rng, a, count)
        with np.errstate(all="raise"):
            u, s, vt = mm.linalg.svd(stack, full_matrices=False)
            values = mm.linalg.svdvals(stack)
        found |= {(u[k].tobytes(), s[k].tobytes(), vt[k].tobytes(), values[k].tobytes()) for k in places}
        k = others[-1]
        accept(svd_ratios(stack[k], u[k], s[k], vt[k]), ORDINARY)
    assert len(found) == 1, "a matrix has the same result in every lane of every stack"
    check_svd(n, dtype, name, a, u[1], s[1], vt[1])
    check_values(values[1], s[1], min(a.shape))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n", "name"), [(n, name) for n in (4, 24) for name in for_svd(n)])
def test_svd_by_rotations(n: int, name: str, dtype: str) -> None:
    a = for_svd(n, np.dtype(dtype).type)[name]
    with np.errstate(all="raise"):
        u, s, vt = mm.linalg.svd(a, full_matrices=False, driver="jacobi")
        values = mm.linalg.svdvals(a, driver="jacobi")
        full = mm.linalg.svd(a, driver="jacobi")
    assert np.all(s[:-1] >= s[1:])
    assert np.all(s >= 0)
    assert signs_are_canonical(vt.T)
    accept(svd_ratios(a, u, s, vt), ORDINARY)
    check_values(values, s, min(a.shape))
    accept(svd_ratios(a, *full), ORDINARY)
    assert signs_are_canonical(full.U[:, min(a.shape) :])
