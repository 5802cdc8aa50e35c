# SPDX-License-Identifier: BSD-3-Clause
"""quantile, percentile, median and their nan-variants: NumPy's bits for every method, dtype, axis; hard inputs for selection."""

from __future__ import annotations

from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

import mlmath_native as mm

METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen",
    "weibull", "linear", "median_unbiased", "normal_unbiased",
    "lower", "higher", "midpoint", "nearest",
]  # fmt: skip


def same(name: str, *args: Any, **kwargs: Any) -> None:
    """Equal results of equal type, or the same error."""
    try:
        expected = getattr(np, name)(*args, **kwargs)
    except Exception as error:
        with pytest.raises(type(error)):
            getattr(mm, name)(*args, **kwargs)
        return
    found = getattr(mm, name)(*args, **kwargs)
    assert type(found) is type(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int32, np.uint8, np.int8, np.uint32])
def test_methods(isa: str, method: str, dtype: Any, rng: np.random.Generator) -> None:
    for n in (1, 2, 3, 4, 10, 101):
        x = (60 + 25 * rng.standard_normal(n)).astype(dtype)
        for q in (0.0, 0.25, 0.5, 1 / 3, 0.7, 1.0, np.float64(0.3), np.array([0.1, 0.5, 0.9]), [[0.2, 0.4], [0.0, 1.0]]):
            same("quantile", x, q, method=method)
        same("percentile", x, 35.5, method=method)
        same("percentile", x, [20, 50], method=method)


@pytest.mark.parametrize("shape", [(700, 30), (30, 700), (5, 6, 7), (3, 1, 4), (2000, 9), (1, 5)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_axes(isa: str, threads: int, shape: tuple[int, ...], keepdims: bool, rng: np.random.Generator) -> None:
    x = rng.standard_normal(shape)
    axes: list[Any] = [None, 0, 1, -1, (0, 1), (-1,), tuple(range(len(shape)))]
    for view in (x, np.asfortranarray(x), x[::-1], x.T, x.astype(np.float32)):
        for axis in axes:
            same("median", view, axis, keepdims=keepdims)
            same("quantile", view, [0.2, 0.9], axis, keepdims=keepdims)
    before = x.copy()
    mm.median(x, 0, overwrite_input=True)
    assert np.array_equal(x, before)


def hard_inputs(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What misleads a sample or degrades quickselect."""
    x = rng.standard_normal(n)
    periodic = np.arange(n) % 64 + 0.0
    return {
        "normal": x,
        "sorted": np.sort(x),
        "reversed": np.sort(x)[::-1],
        "equal": np.full(n, 2.5),
        "two values": (x > 0.3) + 0.0,
        "few values": np.round(x),
        "mostly one": np.where(np.abs(x) < 2, 0.0, x),
        "outliers": np.where(np.arange(n) % 1000 == 7, 1e300, x),
        "periodic": periodic,
        "organ pipe": np.minimum(np.arange(n), n - np.arange(n)) + 0.0,
        "block at the end": np.where(np.arange(n) > n - n // 50, 5.0 + x, 0.0),
        "infinities": np.where(x > 1, np.inf, np.where(x < -1, -np.inf, x)),
        "denormals": x * 1e-310,
    }


@pytest.mark.parametrize("n", [599, 601, 5000, 70_000, 270_000, 900_001])
def test_hard_inputs(n: int, rng: np.random.Generator) -> None:
    for x in hard_inputs(n, rng).values():
        with np.errstate(all="ignore"):
            for array in (x, x.astype(np.float32)) if n < 300_000 else (x,):
                ordered = np.sort(array)
                ranks = np.array([0, 1, n // 3, n // 2, n // 2 + 1, n - 1])
                values, nans = mm._mlmath._select(array, 1, ranks)
                assert np.array_equal(values[:, 0], ordered[ranks])
                assert nans == 0


def test_hard_inputs_on_every_level_and_number_of_threads(isa: str, threads: int, rng: np.random.Generator) -> None:
    for n in (3000, 300_000):
        for x in hard_inputs(n, rng).values():
            ranks = np.array([n // 10, n // 2])
            assert np.array_equal(mm._mlmath._select(x, 1, ranks)[0][:, 0], np.sort(x)[ranks])


def test_many_ranks(isa: str, rng: np.random.Generator) -> None:
    for n in (1000, 20_000, 400_000):
        x = rng.standard_normal(n)
        same("quantile", x, np.linspace(0, 1, 101))
        same("quantile", x, np.linspace(0.4, 0.5, 12))
        same("quantile", x[::2], [0.5, 0.5, 0.1, 0.5])


@hypothesis.given(
    st.lists(st.floats(allow_nan=True, width=32), min_size=1, max_size=40),
    st.floats(0, 1),
    st.sampled_from(METHODS),
)
@hypothesis.settings(max_examples=200, deadline=None)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_any_elements(values: list[float], q: float, method: str) -> None:
    x = np.array(values)
    for name in ("quantile", "nanquantile"):
        expected, found = getattr(np, name)(x, q, method=method), getattr(mm, name)(x, q, method=method)
        assert np.array_equal(found, expected, equal_nan=True)
    for name in ("median", "nanmedian"):
        assert np.array_equal(getattr(mm, name)(x), getattr(np, name)(x), equal_nan=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nan(isa: str, threads: int, dtype: Any, rng: np.random.Generator) -> None:
    for shape in ((40,), (500, 7), (7, 500), (300_000,), (6, 5, 4)):
        x = rng.standard_normal(shape).astype(dtype)
        x[rng.random(shape) < 0.2] = np.nan
        for axis in (None, 0, -1):
            for name in ("median", "nanmedian"):
                same(name, x, axis)
                same(name, x, axis, keepdims=True)
            for q in (0.3, [0.1, 0.5]):
                same("quantile", x, q, axis)
                same("nanquantile", x, q, axis)
                same("nanpercentile", x, np.multiply(q, 100).tolist(), axis)
    same("quantile", np.array([1.0, np.nan], dtype=dtype), np.float64(0.5))
    for method in METHODS:
        same("nanquantile", x, 0.37, 0, method=method)
        same("nanquantile", x, [0.0, 0.5, 1.0], 1, method=method)


@pytest.mark.parametrize("name", ["nanmedian", "nanquantile", "nanpercentile"])
def test_slices_of_nan_alone_warn(name: str) -> None:
    x = np.array([[1.0, np.nan], [2.0, np.nan]])
    more = {"nanmedian": (), "nanquantile": (0.5,), "nanpercentile": (50,)}[name]
    with pytest.warns(RuntimeWarning, match="All-NaN"):
        found = getattr(mm, name)(x, *more, axis=0)
    assert found[0] == 1.5
    assert np.isnan(found[1])


def test_no_flag_for_numbers_and_nan(isa: str) -> None:
    x = np.array([3.0, np.nan, 5e-324, 1e308, -1e308, 2.0, np.nan, 0.0])
    with np.errstate(all="raise"):
        assert np.isnan(mm.median(x))
        assert mm.nanmedian(x) == 1.0
        mm.quantile(np.array([4.0, 1e-310, 2.0, 1.0, 3.0]), [0.5, 0.6])


def test_out(rng: np.random.Generator) -> None:
    x = rng.standard_normal((30, 8))
    out = np.zeros(8)
    assert mm.median(x, 0, out) is out
    assert np.array_equal(out, np.median(x, 0))
    out2 = np.zeros((2, 8))
    assert mm.quantile(x, [0.1, 0.2], 0, out2) is out2
    assert np.array_equal(out2, np.quantile(x, [0.1, 0.2], 0))
    own = x[0]
    expected = np.median(x, 0)
    mm.median(x, 0, out=own)  # shares memory with the input
    assert np.array_equal(own, expected)
    wide = np.zeros(8, dtype=np.float32)
    assert mm.median(x, 0, wide) is wide
    frozen = np.zeros(8)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        mm.median(x, 0, frozen)


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("quantile", (np.ones(3), 1.5), {}),
        ("quantile", (np.ones(3), -0.1), {}),
        ("quantile", (np.ones(3), np.nan), {}),
        ("quantile", (np.ones(3), 0.5), {"method": "nonsense"}),
        ("quantile", (np.ones(3), 0.5, 1), {}),
        ("quantile", (np.ones((3, 3)), 0.5, (0, 0)), {}),
        ("quantile", (np.ones(3), 1), {}),
        ("quantile", (np.arange(5), 1), {}),
        ("quantile", (np.arange(5), True), {}),
        ("quantile", (np.ones(3), np.float32(0.3)), {}),
        ("quantile", (np.arange(7.0), [0.1, 0.4]), {"weights": np.ones(7), "method": "inverted_cdf"}),
        ("quantile", (np.arange(7.0), 0.4), {"weights": np.ones(7)}),
        ("quantile", (np.ones(3) * 1j, 0.5), {}),
        ("quantile", (np.float16([1, 2, 5]), 0.4), {}),
        ("quantile", (np.array([1, 2**64 - 1], dtype=np.uint64), 0.5), {}),
        ("quantile", (np.array([True, False]), 0.5), {"method": "nearest"}),
        ("quantile", ([3, 1, 2], 0.4), {}),
        ("quantile", (5.0, 0.4), {}),
        ("quantile", (np.array([1, 2, 5], dtype=object), 0.4), {}),
        ("quantile", (np.ones(3), "a"), {}),
        ("quantile", (np.ones(3), []), {}),
        ("quantile", (np.ones(3), np.full((1, 1, 2), 0.5)), {}),
        ("percentile", (np.arange(5.0), 101), {}),
        ("percentile", (np.arange(5.0), 25), {}),
        ("percentile", (np.arange(5), [0, 100]), {}),
        ("median", (np.ones((2, 0)), 0), {}),
        ("median", (np.ma.array([1.0, 2.0, 3.0], mask=[0, 0, 1]),), {}),
        ("median", (np.array(["2020-01-01", "2020-01-05"], dtype="M8[D]").view("m8[D]"),), {}),
        ("median", (np.arange(6).astype(">f8"),), {}),
        ("median", (np.arange(6).astype(">i2"),), {}),
        ("median", (np.array([1e308, 1e308]),), {}),
        ("median", (np.array([2**62, 2**62 + 2, 2**62 + 4, 2**62 + 6]),), {}),
        ("median", (np.array([True, False, True]),), {}),
        ("nanmedian", (np.arange(5),), {}),
        ("nanquantile", (np.arange(5), 0.5), {}),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_unusual_input_is_numpys(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same(name, *args, **kwargs)


def test_empty_arrays() -> None:
    with pytest.warns(RuntimeWarning):
        assert np.isnan(mm.median(np.array([])))
    with pytest.raises(IndexError):
        mm.quantile(np.array([]), 0.5)
