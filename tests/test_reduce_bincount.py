# SPDX-License-Identifier: BSD-3-Clause
"""bincount against NumPy's: dtypes, sizes, weights, threads, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_reduce_sum import same_as_numpy

import mlmath_native as mm

INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("n", [1, 5, 1023, 1025, 9000, 300_000])
def test_counts(isa: str, threads: int, n: int, dtype: Any, rng: np.random.Generator) -> None:
    for most in (1, 100, 20_000):
        x = rng.integers(0, min(most, np.iinfo(dtype).max), n, dtype=dtype, endpoint=True)
        found = mm.bincount(x)
        assert found.dtype == np.intp
        assert np.array_equal(found, np.bincount(x))
        assert np.array_equal(mm.bincount(x, minlength=150), np.bincount(x, minlength=150))


@pytest.mark.parametrize("n", [1, 1000, 65_536, 200_000])
def test_weights(isa: str, n: int, rng: np.random.Generator) -> None:
    x, w = rng.integers(0, 50, n), rng.standard_normal(n)
    results = []
    for threads in (1, 2, 3, 7):
        with mm.threads(threads):
            results.append(mm.bincount(x, w))
    assert len({r.tobytes() for r in results}) == 1
    if n <= 65_536:
        assert np.array_equal(results[0], np.bincount(x, w))
    # Two ways to add the same numbers: n roundings of the sum of magnitudes each at the very most.
    assert np.all(np.abs(results[0] - np.bincount(x, w)) <= 2 * n * 2.0**-53 * np.bincount(x, abs(w)))


def test_sparse_values(isa: str, threads: int, rng: np.random.Generator) -> None:
    x = np.array([3_000_000, 5, 5, 0])
    assert np.array_equal(mm.bincount(x), np.bincount(x))
    x, w = rng.integers(0, 1_000_000, 150_000), rng.random(150_000)
    assert np.array_equal(mm.bincount(x), np.bincount(x))
    assert np.array_equal(mm.bincount(x, w), np.bincount(x, w))


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (([0, 1, 1, 3],), {}),
        ((np.array([], dtype=int),), {}),
        ((np.array([], dtype=int),), {"minlength": 4}),
        (([],), {}),
        ((np.array([1, -1]),), {}),
        ((np.array([0, -3], dtype=np.int8), [1.0, 2.0]), {}),
        ((np.array([1.0, 2.0]),), {}),
        ((np.array([1, 2], dtype=np.uint64),), {}),
        ((np.array([True, False, True]),), {}),
        ((np.array([[1, 2]]),), {}),
        ((np.array(3),), {}),
        ((np.arange(6)[::2],), {}),
        ((np.arange(6)[::-1],), {}),
        ((np.arange(4).astype(">i4"),), {}),
        ((np.arange(4), np.ones(3)), {}),
        ((np.arange(4), np.ones(4, dtype=np.float32)), {}),
        ((np.arange(4), [1, 2, 3, 4]), {}),
        ((np.arange(4), np.arange(8.0)[::2]), {}),
        ((np.arange(4), np.ones(4) * 1j), {}),
        ((np.arange(4), np.ones((2, 2))), {}),
        ((np.arange(4),), {"minlength": -1}),
        ((np.arange(4),), {"minlength": None}),
        ((np.arange(4),), {"minlength": 2.5}),
        ((np.arange(4),), {"minlength": np.int64(9)}),
        ((np.arange(4), None, 7), {}),
        (("abc",), {}),
        ((None,), {}),
    ],
)
def test_unusual_input_is_numpys(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(mm.bincount, np.bincount, *args, **kwargs)


def test_call_errors() -> None:
    with pytest.raises(MemoryError):
        mm.bincount(np.array([2**63 - 1]))
    with pytest.raises(TypeError, match="missing required argument"):
        mm.bincount()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword"):
        mm.bincount(np.arange(3), bins=3)  # type: ignore[call-arg]
