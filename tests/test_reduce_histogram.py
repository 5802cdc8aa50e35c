# SPDX-License-Identifier: BSD-3-Clause
"""histogram: NumPy's counts and edges to the last bit, above all for elements on an edge; weights, dtypes, threads, errors."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

import mlmath_native as mm


def same_as_numpy(a: Any, *args: Any, **kwargs: Any) -> None:
    """Equal results of equal dtype, or the same error."""
    try:
        expected = np.histogram(a, *args, **kwargs)
    except Exception as error:
        with pytest.raises(type(error), match=f"^{re.escape(str(error))}$"):
            mm.histogram(a, *args, **kwargs)
        return
    found = mm.histogram(a, *args, **kwargs)
    for ours, theirs in zip(found, expected):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs, equal_nan=theirs.dtype.kind == "f")


def on_edges(edges: np.ndarray) -> np.ndarray:
    """Every edge and its neighbours on both sides."""
    return np.concatenate([edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf), edges, edges[::-1]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("low", "high"),
    [(0.0, 1.0), (-1.0, 1.0), (0.1, 0.7), (-3e-5, 1e7), (1e9, 1e9 + 10), (-(2.0**60), 2.0**60), (1e-300, 3e-300)],
)
@pytest.mark.parametrize("bins", [1, 2, 7, 10, 100, 1000])
def test_elements_on_an_edge(isa: str, bins: int, low: float, high: float, dtype: Any) -> None:
    if dtype is np.float32 and not (abs(low) <= 3 and 0.1 < high < 1e8):  # what float32 does not resolve
        low, high = -0.75, 1e3
    edges = np.histogram_bin_edges(np.array([low, high], dtype=dtype), bins)
    a = on_edges(edges)
    same_as_numpy(a, bins, (low, high))
    same_as_numpy(a, edges)
    same_as_numpy(a[(a >= low) & (a <= high)], bins)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64])
@pytest.mark.parametrize("n", [1, 7, 8, 9, 1023, 1025, 5000, 140_000])
def test_sizes_and_dtypes(isa: str, n: int, dtype: Any, rng: np.random.Generator) -> None:
    a = (60 + 20 * rng.standard_normal(n)).astype(dtype)
    for bins in (1, 10, 100, 3000):
        same_as_numpy(a, bins, (20, 100))
        same_as_numpy(a, bins, (20.5, 99.75))
        same_as_numpy(a, bins)
    same_as_numpy(a, [0, 10, 10, 55, 90])
    same_as_numpy(a, np.sort(rng.random(40)) * 100)
    same_as_numpy(a, 10, density=True)


@hypothesis.given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=50),
    st.integers(1, 300),
)
@hypothesis.settings(max_examples=200, deadline=None)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_any_elements(values: list[float], bins: int) -> None:
    a = np.array(values)
    same_as_numpy(a, bins)
    same_as_numpy(np.round(a), bins)
    same_as_numpy(a.astype(np.float32), bins, (-10.0, 10.0))


@hypothesis.given(st.lists(st.integers(-20, 20), min_size=2, max_size=12), st.lists(st.integers(-25, 25), min_size=1, max_size=60))
@hypothesis.settings(max_examples=100, deadline=None)
def test_any_edges(edges: list[int], values: list[int]) -> None:
    same_as_numpy(np.array(values, dtype=float), sorted(edges))
    same_as_numpy(np.array(values), np.array(edges))


def test_many_equal_elements_and_integers_as_doubles(isa: str, threads: int, rng: np.random.Generator) -> None:
    a = rng.integers(0, 101, 300_000).astype(float)
    same_as_numpy(a, 100)
    same_as_numpy(np.full(300_000, 0.3), 10, (0.0, 1.0))
    same_as_numpy(np.full(70_000, 5.0), 7)


@pytest.mark.parametrize("weights", [np.float64, np.float32, np.int64, np.uint8, np.int32])
def test_weights(isa: str, weights: Any, rng: np.random.Generator) -> None:
    for n in (5, 1000, 65_536, 200_000):
        a, w = rng.random(n), (rng.random(n) * 100).astype(weights)
        for bins in (10, 3000):
            found, expected = mm.histogram(a, bins, weights=w), np.histogram(a, bins, weights=w)
            assert found[0].dtype == expected[0].dtype
            if weights is np.float32:  # NumPy rounds the sum of each block to float32
                blocks = n // 65_536 + 2
                allowed = blocks * np.finfo(np.float32).eps * np.maximum(expected[0], found[0])
                assert np.all(np.abs(found[0] - expected[0]) <= allowed)
            else:
                assert np.array_equal(found[0], expected[0])


def test_weights_sum_as_rationals_and_for_any_number_of_threads(isa: str, rng: np.random.Generator) -> None:
    n = 200_000
    a, w = rng.random(n), rng.random(n)
    results = []
    for threads in (1, 2, 3, 7):
        with mm.threads(threads):
            results.append(mm.histogram(a, 5, (0.0, 1.0), weights=w)[0])
            results.append(mm.histogram(a, [0, 0.2, 0.4, 0.6, 0.8, 1.0], weights=w)[0])
    assert len({r.tobytes() for r in results[::2]}) == len({r.tobytes() for r in results[1::2]}) == 1
    bins = np.minimum((a[:, None] >= np.histogram_bin_edges(a, 5, (0.0, 1.0))[1:]).sum(axis=1), 4)
    for b in range(5):
        exact = sum(map(Fraction, w[bins == b].tolist()), Fraction(0))
        assert abs(Fraction(float(results[0][b])) - exact) <= Fraction(65_536 + 4) * Fraction(2) ** -53 * exact


@pytest.mark.parametrize("bins", ["auto", "fd", "sturges", "scott", "stone", "doane", "rice", "sqrt"])
def test_rules(bins: str, rng: np.random.Generator) -> None:
    a = rng.standard_normal(500)
    same_as_numpy(a, bins)
    same_as_numpy(a, bins, (-1.0, 0.5))
    same_as_numpy(a, bins, weights=a)


def test_shapes_and_layouts(isa: str, threads: int, rng: np.random.Generator) -> None:
    a, w = rng.standard_normal((30, 40, 50)), rng.random((30, 40, 50))
    for view in (slice(None), np.s_[::-2], np.s_[:, 3:7], np.s_[..., ::3]):
        for x, y in ((a[view], w[view]), (np.asfortranarray(a[view]), np.asfortranarray(w[view]))):
            same_as_numpy(x, 20)
            same_as_numpy(x, 20, weights=y)
    same_as_numpy(a.astype(">f8"), 20)
    unaligned = np.frombuffer(b"x" + a.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    same_as_numpy(unaligned, 20)


def test_nan_and_infinities(isa: str) -> None:
    a = np.array([0.0, np.nan, 1.0, np.inf, 0.5, -np.inf, -np.nan, 0.25])
    with np.errstate(all="raise"):
        same_as_numpy(a, 4, (0.0, 1.0))
        same_as_numpy(a, [-np.inf, 0, 0.5, np.inf])
        same_as_numpy(a, [0, 0.5, 1.0])
    same_as_numpy(a)
    same_as_numpy(a[np.isfinite(a) | np.isnan(a)])
    same_as_numpy(np.array([np.inf, 1.0]))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (([],), {}),
        (([1, 2, 1], 3), {}),
        ((3.5,), {}),
        ((np.ones(5), 0), {}),
        ((np.ones(5), -3), {}),
        ((np.ones(5), 2.5), {}),
        ((np.ones(5), "nonsense"), {}),
        ((np.ones(5), [[1, 2]]), {}),
        ((np.ones(5), [3, 2, 1]), {}),
        ((np.ones(5), [1]), {}),
        ((np.ones(5), [0, np.nan, 2]), {}),
        ((np.ones(5), 3, (2, 1)), {}),
        ((np.ones(5), 3, (0, np.inf)), {}),
        ((np.ones(5), 3, (1, 1)), {}),
        ((np.ones(5), 10**7, (1, 1 + 1e-12)), {}),
        ((np.array([1.0, 1 + 2**-52, 1 + 2**-51]), 1), {}),
        ((np.array([-1e308, 1e308, 0.0]), 4), {}),
        ((np.array([0, 5e-324, 1e-323]), 2), {}),
        ((np.array([True, False]), 2), {}),
        ((np.array([1, 2**62, 2**62 + 1]), 3), {}),
        ((np.array([1, 2, 2**64 - 1], dtype=np.uint64), 3), {}),
        ((np.array([1, 2], dtype=object), 2), {}),
        ((np.array([1.0, 2.0], dtype=np.longdouble), 2), {}),
        ((np.array([1.0, 2.0], dtype=np.float16), 2), {}),
        ((np.ones(3), 2), {"weights": np.ones(4)}),
        ((np.ones(3), 2), {"weights": np.array([1j, 2, 3])}),
        ((np.ones(3), 2), {"weights": np.array([True, False, True])}),
        ((np.ones(3), 2), {"weights": [1, 2, 3], "density": True}),
        ((np.arange(10), 4), {"density": True}),
        ((np.arange(10, dtype=np.uint8), 300), {}),
        ((np.array([-128, 127], dtype=np.int8), 10), {}),
    ],
)
def test_unusual_input_is_numpys(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(*args, **kwargs)


def test_input_is_left_alone(rng: np.random.Generator) -> None:
    a, edges = rng.random(3000), np.linspace(0, 1, 5)
    before = a.copy()
    a.flags.writeable = edges.flags.writeable = False
    mm.histogram(a, edges)
    mm.histogram(a, 10, weights=a)
    assert np.array_equal(a, before)
