# SPDX-License-Identifier: BSD-3-Clause
"""dot against exact sums: sizes around the lanes and chunks, strides, alignment, threads, levels, bad input."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mlmath_native as mm

SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 257, 4095, 4096, 4097, 8192, 50001]
DTYPES = [np.float32, np.float64]


def bound(x: np.ndarray, y: np.ndarray) -> float:
    """The contract's bound: gamma * sum |x_i y_i|."""
    n, lanes = x.size, 256 // x.itemsize
    chunks = max(1, math.ceil(n / 4096))
    gamma = (min(n, 4096) / lanes + math.log2(lanes) + math.log2(chunks) + 2) * np.finfo(x.dtype).eps
    return float(gamma * np.abs(x.astype(np.float64) * y.astype(np.float64)).sum())


def exact(x: np.ndarray, y: np.ndarray) -> Fraction:
    return sum((Fraction(float(a)) * Fraction(float(b)) for a, b in zip(x, y)), Fraction(0))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SIZES)
def test_error_is_within_the_contract(isa: str, threads: int, n: int, dtype: type, rng: np.random.Generator) -> None:
    x, y = rng.standard_normal(n).astype(dtype), rng.standard_normal(n).astype(dtype)
    result = mm.dot(x, y)
    assert type(result) is dtype
    assert abs(Fraction(float(result)) - exact(x, y)) <= bound(x, y)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [3, 4, 33, 129, 4097, 50001, 300_000])
def test_same_bits_for_threads_strides_and_alignment(isa: str, n: int, dtype: type, rng: np.random.Generator) -> None:
    x, y = rng.standard_normal(n).astype(dtype), rng.standard_normal(n).astype(dtype)
    with mm.threads(1):
        expected = mm.dot(x, y)
    for count in (2, 3, 7):
        with mm.threads(count):
            assert mm.dot(x, y) == expected
    strided = np.zeros((n, 3), dtype)
    strided[:, 1] = x
    assert mm.dot(strided[:, 1], y) == expected
    assert mm.dot(strided[::-1, 1][::-1], y) == expected
    for offset in range(1, 64 // x.itemsize):
        buffer = np.empty(n + offset, dtype)
        buffer[offset:] = x
        assert mm.dot(buffer[offset:], y) == expected


@pytest.mark.parametrize("dtype", DTYPES)
def test_same_bits_on_every_level_with_fma(dtype: type, rng: np.random.Generator) -> None:
    x, y = rng.standard_normal(10_001).astype(dtype), rng.standard_normal(10_001).astype(dtype)
    results = set()
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                results.add(float(mm.dot(x, y)))
    if not results:
        pytest.skip("no level with fused multiply-add on this CPU")
    assert len(results) == 1


@settings(max_examples=60, deadline=None)
@given(n=st.integers(0, 200), step=st.integers(-4, 4).filter(bool), seed=st.integers(0, 2**31))
def test_strides_of_either_sign(n: int, step: int, seed: int) -> None:
    base = np.random.default_rng(seed).standard_normal(200 * 4 + 1)
    x = base[::step][:n]
    y = np.ascontiguousarray(base[:n])
    assert mm.dot(x, y) == mm.dot(np.ascontiguousarray(x), y)


def test_broadcast_reversed_readonly_and_same_array() -> None:
    x = np.broadcast_to(np.float64(2.0), 1000)
    assert mm.dot(x, x) == 4000.0
    y = np.arange(10.0)
    y.flags.writeable = False
    assert mm.dot(y, y[::-1]) == np.dot(y, y[::-1])
    assert np.array_equal(y, np.arange(10.0))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("where", [0, 5, 32, 4096])
def test_nan_and_infinity_propagate(isa: str, value: float, where: int) -> None:
    x = np.ones(5000)
    x[where] = value
    with np.errstate(invalid="ignore"):
        assert np.array_equal(mm.dot(x, np.ones(5000)), value, equal_nan=True)
        y = np.ones(5000)
        y[where] = 0.0
        assert np.isnan(mm.dot(x, y))  # 0 * inf and 0 * nan are not skipped


def test_no_floating_point_warning_on_finite_data(isa: str, rng: np.random.Generator) -> None:
    with np.errstate(all="raise"):
        for n in range(131):
            for dtype in DTYPES:
                x = rng.standard_normal(n).astype(dtype)
                mm.dot(x, x)


def test_errstate_is_obeyed_whichever_thread_met_the_flag() -> None:
    x = np.ones(1_000_000)
    x[-1] = np.inf
    y = np.ones(1_000_000)
    y[-1] = 0.0
    with mm.threads(3):
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="invalid value encountered in dot"):
            mm.dot(x, y)
        with pytest.warns(RuntimeWarning, match="invalid value encountered in dot"):
            mm.dot(x, y)
        with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow encountered in dot"):
            mm.dot(np.full(4, 1e200), np.full(4, 1e200))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1.0, 2.0], [3.0, 4.0]),
        (np.arange(4), np.arange(4)),
        (np.arange(4.0), np.arange(4)),
        (np.arange(4, dtype=np.float32), np.arange(4.0)),
        (np.arange(4.0).astype(">f8"), np.arange(4.0)),
        (np.arange(4) + 1j, np.arange(4) + 1j),
        (np.array([1, 2], object), np.array([3, 4], object)),
        (np.array(True), np.arange(3.0)),
        (2.0, np.arange(3.0)),
        (np.zeros((0, 3)), np.zeros((3, 0))),
        (np.arange(6.0).reshape(2, 3), np.arange(3.0)),
        (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2)),
        (np.float16([1, 2]), np.float16([3, 4])),
    ],
)
def test_every_other_case_is_numpys(a: object, b: object) -> None:
    ours, numpys = mm.dot(a, b), np.dot(a, b)
    assert np.array_equal(ours, numpys)
    assert np.asarray(ours).dtype == np.asarray(numpys).dtype


def test_unaligned_input(rng: np.random.Generator) -> None:
    raw = np.zeros(8 * 100 + 1, np.uint8)
    x = raw[1:].view(np.float64)
    x[:] = rng.standard_normal(100)
    assert not x.flags.aligned
    assert mm.dot(x, x) == pytest.approx(np.dot(x, x), rel=1e-13)


def test_out_of_the_general_case() -> None:
    a, b = np.arange(4.0).reshape(2, 2), np.eye(2)
    out = np.empty((2, 2))
    assert mm.dot(a, b, out=out) is out
    assert np.array_equal(out, a)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: mm.dot(np.ones(3), np.ones(4)), ValueError),
        (lambda: mm.dot(np.ones((2, 3)), np.ones((2, 3))), ValueError),
        (lambda: mm.dot(np.ones(3)), TypeError),
        (lambda: mm.dot(), TypeError),
        (lambda: mm.dot(np.ones(3), np.ones(3), None, None), TypeError),
        (lambda: mm.dot(np.ones(3), np.ones(3), nope=1), TypeError),
        (lambda: mm.dot(np.ones(3), b=np.ones(3), a=np.ones(3)), TypeError),
        (lambda: mm.dot(np.array(["a"]), np.array(["b"])), ValueError),
        (lambda: mm.dot(np.ones((2, 2)), np.ones((2, 2)), out=np.ones(3)), ValueError),
    ],
)
def test_mistakes_get_numpys_error_class(call: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        call()  # type: ignore[operator]


def test_keywords_and_positions_agree() -> None:
    a, b = np.arange(3.0), np.arange(3.0)
    assert mm.dot(a, b) == mm.dot(a, b=b) == mm.dot(b=b, a=a) == mm.dot(a, b, None) == 5.0
