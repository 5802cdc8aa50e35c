# SPDX-License-Identifier: BSD-3-Clause
"""matmul of stacks: the bits of each product alone, many small ones on threads."""

from __future__ import annotations

import numpy as np
import pytest
from test_blas_gemm import DTYPES

import mlmath_native as mm


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("m", "n", "k"), [(2, 2, 2), (3, 3, 3), (4, 1, 6), (1, 4, 6), (1, 1, 40), (17, 9, 30), (70, 80, 90), (3, 5, 600)]
)
def test_batch_gives_the_bits_of_each_alone(
    isa: str, threads: int, m: int, n: int, k: int, dtype: type, rng: np.random.Generator
) -> None:
    a, b = rng.standard_normal((4, 3, m, k)).astype(dtype), rng.standard_normal((3, k, n)).astype(dtype)
    c = mm.matmul(a, b)
    assert c.shape == (4, 3, m, n)
    for i in range(4):
        for j in range(3):
            assert np.array_equal(c[i, j], mm.matmul(a[i, j], b[j]))
    # The same through other strides: reversed batch, batch axes last, out in Fortran order.
    assert np.array_equal(mm.matmul(a[::-1], b)[::-1], c)
    out = np.empty(c.shape[::-1], dtype).T
    mm.matmul(np.ascontiguousarray(a.transpose(2, 3, 0, 1)).transpose(2, 3, 0, 1), b, out=out)
    assert np.array_equal(out, c)


def test_many_small_matrices_on_threads(threads: int, rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((5000, 4, 4)), rng.standard_normal((5000, 4, 4))
    with mm.threads(1):
        expected = mm.matmul(a, b)
    assert np.array_equal(mm.matmul(a, b), expected)
    np.testing.assert_allclose(expected, np.matmul(a, b), rtol=0, atol=8 * np.finfo(np.float64).eps * 4 * 25)


def test_results_past_the_caches(rng: np.random.Generator) -> None:
    """Items that together exceed the caches may be written past them: the same bits, the ends of every thread's piece too."""
    count, n = 18_000, 16
    a, b = rng.random((count, n, n)), rng.random((count, n, n))
    base = np.full(count * n * n + 2, np.nan)  # a guard on either side, and an odd address between them
    out = base[1:-1].reshape(count, n, n)
    mm.matmul(a, b, out=out)
    assert np.isnan(base[[0, -1]]).all()
    assert not np.isnan(out).any()
    some = np.unique(np.concatenate([np.arange(40), np.arange(count - 40, count), rng.integers(0, count, 200)]))
    assert all((out[t] == mm.matmul(a[t], b[t])).all() for t in some)
