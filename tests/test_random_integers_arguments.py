# SPDX-License-Identifier: BSD-3-Clause
"""integers, bytes, bernoulli as NumPy's: spellings, types, bounds of arrays, `out`, errors, foreign bit generators."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from test_random_integers import TYPES, generator, limits, position

import mlmath_native as mm


def test_spellings() -> None:
    ten = generator().integers(10, size=9)
    for call in (
        lambda g: g.integers(0, 10, 9),
        lambda g: g.integers(0, 9, 9, endpoint=True),
        lambda g: g.integers(9, size=9, endpoint=True),
        lambda g: g.integers(10, None, 9),
        lambda g: g.integers(0, high=10, size=(9,)),
        lambda g: g.integers(low=10, size=np.int64(9), dtype="int64"),
        lambda g: g.integers(np.int8(10), size=9, dtype=int),
        lambda g: g.integers(np.array(0), np.array(10), 9, np.dtype(np.int64), False),
        lambda g: g.integers(0.9, 10.9, 9),
        lambda g: g.integers(10, size=9, dtype=np.longlong),
        lambda g: g.integers("10", size=9),
        lambda g: g.integers(np.uint64(10), size=9, endpoint=np.False_),
    ):
        drawn = call(generator())
        assert drawn.dtype.char == np.dtype(np.int64).char
        assert np.array_equal(drawn, ten)


@pytest.mark.parametrize("dtype", [None, *TYPES, int, bool, "i8", "uint8", np.longlong, np.ulonglong, "?", np.dtype(np.int32)])
@pytest.mark.parametrize("size", [None, (), 3])
@pytest.mark.parametrize("low", [0, np.array(0), [0]])
def test_return_types_are_numpys(dtype, size, low) -> None:
    if size == () and isinstance(low, list):
        pytest.skip("NumPy gives the first of two broadcast elements, we refuse")
    keywords = {} if dtype is None else {"dtype": dtype}
    ours = mm.random.default_rng(1).integers(low, 2, size, **keywords)
    theirs = np.random.default_rng(1).integers(low, 2, size, **keywords)
    assert type(ours) is type(theirs)
    assert np.shape(ours) == np.shape(theirs)
    assert np.asarray(ours).dtype.char == np.asarray(theirs).dtype.char


def test_broadcast_bounds() -> None:
    low, high = np.array([[0], [-10], [2**40]]), np.array([2**40 + 1, 2**63 - 1])
    drawn = generator().integers(low, high)
    assert drawn.shape == (3, 2)
    assert (drawn >= low).all()
    assert (drawn < high).all()
    many = generator().integers(low, high, (5, 3, 2))
    assert np.array_equal(many[0], drawn)
    assert (many < high).all()
    out = np.empty((3, 2), np.int64, order="F")
    assert generator().integers(low, high, out=out) is out
    assert (out >= low).all()
    assert (out < high).all()
    assert generator().integers(low[::-1][::2], 2**50, dtype=np.int64).shape == (2, 1)
    big = generator().integers(np.zeros(100_000, np.int32), np.arange(1, 100_001), dtype=np.uint32)
    assert (big < np.arange(1, 100_001)).all()
    assert abs(np.mean((big + 0.5) / np.arange(1, 100_001)) - 0.5) < 0.005
    assert generator().integers([], 5).shape == (0,)


def test_out_of_every_type(isa: str) -> None:
    for dtype in TYPES:
        least, largest = limits(dtype)
        flat = generator().integers(least, largest, 60, dtype, endpoint=True)
        for order in "CF":
            out = np.zeros((5, 12), dtype, order=order)
            assert generator().integers(least, largest, dtype=dtype, endpoint=True, out=out) is out
            assert np.array_equal(out.ravel(order="K"), flat)
    for dtype in (bool, np.uint8, np.float32, np.float64):
        out = np.zeros((5, 12), dtype, order="F")
        assert generator().bernoulli(0.5, dtype=dtype, out=out) is out
        assert np.array_equal(out.ravel(order="K"), generator().bernoulli(0.5, 60, dtype))


def readonly() -> np.ndarray:
    a = np.zeros(3, np.int64)
    a.flags.writeable = False
    return a


BAD = {
    "0": lambda g: g.integers(0),
    "-5": lambda g: g.integers(-5),
    "0, size": lambda g: g.integers(0, size=3),
    "-5 endpoint": lambda g: g.integers(-5, endpoint=True),
    "5, 5": lambda g: g.integers(5, 5),
    "5, 4": lambda g: g.integers(5, 4, 10),
    "5, 4 endpoint": lambda g: g.integers(5, 4, endpoint=True),
    "0.5": lambda g: g.integers(0.5),
    "300 uint8": lambda g: g.integers(300, dtype=np.uint8),
    "-1 uint8": lambda g: g.integers(-1, 5, dtype=np.uint8),
    "-129 int8": lambda g: g.integers(-129, 5, 3, dtype=np.int8),
    "129 int8": lambda g: g.integers(0, 129, 3, dtype="int8"),
    "256 uint8 endpoint": lambda g: g.integers(0, 256, dtype=np.uint8, endpoint=True),
    "3 bool": lambda g: g.integers(3, dtype=bool),
    "-1 bool": lambda g: g.integers(-1, 2, dtype=np.bool_),
    "2**63 + 1": lambda g: g.integers(2**63 + 1),
    "2**64 + 1": lambda g: g.integers(2**64 + 1, dtype=np.uint64),
    "2**70": lambda g: g.integers(2**70, size=3),
    "-2**70": lambda g: g.integers(-(2**70), 3),
    "-2**63 - 1": lambda g: g.integers(-(2**63) - 1, 3),
    "-1 uint64": lambda g: g.integers(-1, 5, dtype=np.uint64),
    "-2**63 above": lambda g: g.integers(-(2**63), -(2**63)),
    "dtype float": lambda g: g.integers(3, dtype=float),
    "dtype None": lambda g: g.integers(3, dtype=None),
    "dtype S1": lambda g: g.integers(3, dtype="S1"),
    "dtype M8": lambda g: g.integers(3, 5, 2, "M8[s]"),
    "dtype complex": lambda g: g.integers(3, dtype=np.complex64, size=0),
    "dtype unknown": lambda g: g.integers(3, dtype="no such"),
    "dtype >i4": lambda g: g.integers(3, dtype=">i4"),
    "dtype >u8, size 0": lambda g: g.integers(3, dtype=">u8", size=0),
    "None": lambda g: g.integers(None),
    "None, 5": lambda g: g.integers(None, 5),
    "str": lambda g: g.integers("a"),
    "nan": lambda g: g.integers(np.nan),
    "inf": lambda g: g.integers(np.inf),
    "nan in array": lambda g: g.integers([np.nan, 2]),
    "complex": lambda g: g.integers(1 + 2j),
    "size -1": lambda g: g.integers(3, size=-1),
    "size 2.5": lambda g: g.integers(3, size=2.5),
    "size (2, -1)": lambda g: g.integers([1, 2], 5, size=(2, -1)),
    "array 0": lambda g: g.integers([0, 1]),
    "array order": lambda g: g.integers([5], [5, 6]),
    "array order endpoint": lambda g: g.integers([5, 5], [4, 6], endpoint=True),
    "array uint8": lambda g: g.integers([300, 2], dtype=np.uint8),
    "array low uint8": lambda g: g.integers([-1, 2], 5, dtype=np.uint8),
    "array int64": lambda g: g.integers([2**63 + 1]),
    "array uint64": lambda g: g.integers([2**64 + 1, 5], dtype=np.uint64),
    "array low uint64": lambda g: g.integers([-1, 2], 5, dtype=np.uint64),
    "array least": lambda g: g.integers(np.array([-(2**63), 3]), np.array([-(2**63), 5])),
    "array zero uint64": lambda g: g.integers(np.zeros(2, np.uint64), np.zeros(2, np.uint64), dtype=np.uint64),
    "array bool": lambda g: g.integers([0, 1], 3, dtype=bool),
    "array shapes": lambda g: g.integers([1, 2], [5, 6, 7]),
    "array size": lambda g: g.integers([1, 2], 5, size=3),
    "unknown keyword": lambda g: g.integers(3, sizes=2),
    "bytes str": lambda g: g.bytes("a"),
    "bytes None": lambda g: g.bytes(None),
    "bytes 2**70": lambda g: g.bytes(2**70),
}


@pytest.mark.parametrize("call", BAD)
def test_errors_are_numpys(call: str) -> None:
    with pytest.raises(Exception) as theirs:
        BAD[call](np.random.default_rng(1))
    rng = mm.random.default_rng(1)
    with pytest.raises(theirs.type) as ours:
        BAD[call](rng)
    assert type(ours.value) is type(theirs.value)
    assert str(ours.value) == str(theirs.value)
    assert position(rng) == 0  # nothing was drawn


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.integers(), TypeError, "missing required argument 'low'"),
        (lambda g: g.bytes(), TypeError, "missing required argument 'length'"),
        (lambda g: g.bytes(-1), ValueError, "negative dimensions are not allowed"),
        (lambda g: g.integers([1, 2], 5, size=(2, 1)), ValueError, "not compatible with broadcast dimensions"),
        (lambda g: g.integers(5, out=readonly()), ValueError, "writable"),
        (lambda g: g.integers(5, out=np.zeros(6, int)[::2]), ValueError, "contiguous"),
        (lambda g: g.integers(5, out=np.zeros(3)), TypeError, "Expected int64, got float64"),
        (lambda g: g.integers(5, dtype=np.uint8, out=np.zeros(3, np.int8)), TypeError, "Expected uint8, got int8"),
        (lambda g: g.integers(5, size=4, out=np.zeros(3, int)), ValueError, "size must match out.shape"),
        (lambda g: g.integers([5, 6], out=np.zeros(3, int)), ValueError, "shape mismatch"),
        (lambda g: g.integers(0, out=np.zeros(3, int)), ValueError, "high <= 0"),
        (lambda g: g.bernoulli(1.5), ValueError, "p < 0, p > 1 or p is NaN"),
        (lambda g: g.bernoulli(-0.1, 3), ValueError, "p < 0, p > 1 or p is NaN"),
        (lambda g: g.bernoulli(np.nan), ValueError, "p < 0, p > 1 or p is NaN"),
        (lambda g: g.bernoulli([0.5, np.nan]), ValueError, "p < 0, p > 1 or p contains NaNs"),
        (lambda g: g.bernoulli([0.5, 2], 2), ValueError, "p < 0, p > 1"),
        (lambda g: g.bernoulli("a"), ValueError, "could not convert"),
        (lambda g: g.bernoulli(0.5, dtype=int), TypeError, "Unsupported dtype dtype('int64') for bernoulli"),
        (lambda g: g.bernoulli(0.5, -1), ValueError, "negative dimensions"),
        (lambda g: g.bernoulli([0.5, 0.1], 3), ValueError, "shape mismatch"),
        (lambda g: g.bernoulli(0.5, out=np.zeros(3)), TypeError, "Expected bool, got float64"),
        (lambda g: g.bernoulli(0.5, 4, out=np.zeros(3, bool)), ValueError, "size must match out.shape"),
    ],
)
def test_errors_of_what_numpy_does_not_have(call, error, message) -> None:
    rng = mm.random.default_rng(1)
    with pytest.raises(error) as ours:
        call(rng)
    assert message in str(ours.value)
    assert position(rng) == 0


def test_empty_draws() -> None:
    rng = mm.random.default_rng(1)
    assert rng.integers(5, size=0).shape == (0,)
    assert rng.integers(5, 3, size=(0, 2)).shape == (0, 2)  # NumPy looks at no bounds then
    assert rng.integers(5, size=(3, 0), dtype=np.uint8).dtype == np.uint8
    assert rng.integers([], 5).dtype == np.int64
    assert rng.integers(5, out=np.empty(0, int)).size == 0
    assert rng.bytes(0) == b""
    assert rng.bernoulli(0.5, 0).dtype == bool
    assert rng.bernoulli([]).shape == (0,)
    assert position(rng) == 0
    assert rng.bytes(np.int64(3)) == mm.random.default_rng(1).bytes(3.9)


def test_over_a_foreign_bit_generator() -> None:
    ours, theirs = mm.random.Generator(np.random.PCG64(5)), np.random.Generator(np.random.PCG64(5))
    assert np.array_equal(ours.integers([1, 2], 9, (3, 2), np.uint8), theirs.integers([1, 2], 9, (3, 2), np.uint8))
    assert ours.bytes(5) == theirs.bytes(5)
    assert type(ours.integers(9, dtype=int)) is int
    theirs.integers(9, dtype=int)
    out = np.empty((2, 3), np.int32)
    assert ours.integers(-4, 9, dtype=np.int32, out=out) is out
    assert np.array_equal(out, theirs.integers(-4, 9, (2, 3), np.int32))
    assert np.array_equal(ours.bernoulli(0.3, 100), theirs.random(100) < 0.3)
    assert type(ours.bernoulli(0.3)) is bool
    theirs.random()
    into = np.empty(50, np.float32)
    assert ours.bernoulli(np.full(50, 0.5), dtype=np.float32, out=into) is into
    assert np.array_equal(into, theirs.random(50) < 0.5)
    with pytest.raises(ValueError, match="high <= 0"):
        ours.integers(0)


def test_signatures_and_documentation() -> None:
    for name in ("integers", "bytes", "bernoulli"):
        method = getattr(mm.random.Generator, name)
        assert "Examples" in method.__doc__
        if hasattr(np.random.Generator, name):
            assert (
                list(inspect.signature(method).parameters)[1:6]
                == list(inspect.signature(getattr(np.random.Generator, name)).parameters)[1:6]
            )
