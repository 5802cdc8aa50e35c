# SPDX-License-Identifier: BSD-3-Clause
"""Complex products: within the bound of real sums of twice the terms, layouts, stacks, conjugation, bits, `out`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mlmath_native as mm

Array = Any
KINDS = [np.complex64, np.complex128]


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: type) -> Array:
    return (rng.uniform(-1, 1, shape) + 1j * rng.uniform(-1, 1, shape)).astype(dtype)


def check(found: Array, a: Array, b: Array) -> None:
    """Each part is a sum of 2k products; the reference in double is off by as much in its own eps."""
    wide = np.matmul(a.astype(complex), b.astype(complex))
    k = a.shape[-1]
    magnitudes = np.matmul(np.abs(a.real) + np.abs(a.imag), np.abs(b.real) + np.abs(b.imag))
    eps = np.finfo(found.dtype).eps + np.finfo(float).eps
    for part in ("real", "imag"):
        assert (np.abs(getattr(found, part) - getattr(wide, part)) <= (2 * k + 1) * eps * magnitudes).all()


def layouts(x: Array) -> list[Array]:
    gaps = np.zeros((*x.shape[:-2], 2 * x.shape[-2], 3 * x.shape[-1]), x.dtype)[..., ::2, ::3]
    gaps[...] = x
    return [x, np.swapaxes(np.swapaxes(x, -1, -2).copy(), -1, -2), gaps, x[..., ::-1, ::-1].copy()[..., ::-1, ::-1]]


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize(
    ("m", "k", "n"), [(1, 1, 1), (2, 3, 4), (1, 5, 7), (7, 5, 1), (17, 33, 9), (40, 400, 30), (3, 0, 2), (0, 2, 3)]
)
def test_product(m: int, k: int, n: int, dtype: type, isa: str, rng: np.random.Generator) -> None:
    a, b = numbers(rng, (m, k), dtype), numbers(rng, (k, n), dtype)
    first = mm.matmul(a, b)
    assert first.dtype == dtype
    assert first.shape == (m, n)
    check(first, a, b)
    for threads in (1, 2, 3):
        with mm.threads(threads):
            for x in layouts(a):
                for y in layouts(b):
                    assert (mm.matmul(x, y) == first).all()
    for out in layouts(np.full((m, n), np.nan, dtype)):
        assert mm.matmul(a, b, out=out) is out
        assert (out == first).all()


@pytest.mark.parametrize("dtype", KINDS)
def test_blocks_of_columns_and_rows(dtype: type, rng: np.random.Generator) -> None:
    """Wider than what is written out at once, with operands that have to be copied."""
    a, b = numbers(rng, (300, 5000), dtype), numbers(rng, (5000, 70), dtype)
    found = mm.matmul(a, b)
    check(found, a, b)
    out = np.empty((70, 300), dtype).T
    mm.matmul(np.asfortranarray(a), b, out=out)
    assert (out == found).all()


@pytest.mark.parametrize("dtype", KINDS)
def test_stacks_and_conjugation(dtype: type, isa: str, rng: np.random.Generator) -> None:
    a, b = numbers(rng, (3, 1, 4, 5), dtype), numbers(rng, (2, 5, 6), dtype)
    found = mm.matmul(a, b)
    assert all((found[i, j] == mm.matmul(a[i, 0], b[j])).all() for i in range(3) for j in range(2))
    check(found, a, b)
    x = numbers(rng, (2, 5), dtype)
    check(mm.vecmat(x, b)[:, None], x.conj()[:, None], b)
    check(mm.vecdot(x, x)[:, None, None], x.conj()[:, None], x[..., None])
    check(np.atleast_2d(mm.vdot(x, x)), x.conj().reshape(1, -1), x.reshape(-1, 1))
    check(mm.matvec(a[:, 0], x[0])[..., None], a[:, 0], x[0][:, None])


def test_mixed_types(rng: np.random.Generator) -> None:
    whole = rng.integers(-9, 10, (4, 4))
    z = (whole + 1j * whole.T).astype(np.complex64)
    for other in (whole, whole.astype(np.float32), whole.astype(bool), z.astype(complex)):
        found, expected = mm.matmul(z, other), np.matmul(z, other)
        assert found.dtype == expected.dtype
        assert (found == expected).all()


def test_nan_and_no_warning(isa: str, rng: np.random.Generator) -> None:
    a = np.array([[np.nan, 1j], [1, 1]])
    found = mm.matmul(a, np.eye(2, dtype=complex))
    assert np.isnan(found[0]).all()
    assert (found[1] == 1).all()
    with np.errstate(all="raise"):
        for n in range(1, 40):
            mm.matmul(numbers(rng, (3, n), complex), numbers(rng, (n, n), complex))
