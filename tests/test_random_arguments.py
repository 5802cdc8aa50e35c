# SPDX-License-Identifier: BSD-3-Clause
"""Generator as a drop-in: NumPy's results for odd arguments, NumPy's error classes and messages for bad ones."""

from __future__ import annotations

import inspect
import os
import signal
import threading
import time

import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm


def readonly() -> np.ndarray:
    a = np.zeros(3)
    a.flags.writeable = False
    return a


def unaligned() -> np.ndarray:
    return np.zeros(25, np.uint8)[1:25].view(np.float64)


# Calls of both generators: ours must raise NumPy's class with NumPy's message.
BAD = {
    "random(-1)": lambda g: g.random(-1),
    "random((2, -1))": lambda g: g.random((2, -1)),
    "random(2.5)": lambda g: g.random(2.5),
    "random('a')": lambda g: g.random("a"),
    "random((2, 'a'))": lambda g: g.random((2, "a")),
    "random(True)": lambda g: g.random(True),
    "random(2**70)": lambda g: g.random(2**70),
    "random dtype=int": lambda g: g.random(dtype=int),
    "random dtype=complex": lambda g: g.random(3, dtype=np.complex64),
    "random dtype=float16": lambda g: g.random(3, dtype="f2"),
    "standard_normal dtype=str": lambda g: g.standard_normal(3, dtype="U3"),
    "dtype unknown": lambda g: g.random(3, dtype="no such"),
    "out float32": lambda g: g.random(out=np.zeros(3, np.float32)),
    "out float64 for float32": lambda g: g.standard_normal(dtype=np.float32, out=np.zeros(3)),
    "out int": lambda g: g.random(out=np.zeros(3, int)),
    "out strided": lambda g: g.random(out=np.zeros(6)[::2]),
    "out 2-d strided": lambda g: g.standard_normal(out=np.zeros((4, 4))[:, 1:3]),
    "out read-only": lambda g: g.random(out=readonly()),
    "out byte-swapped": lambda g: g.random(out=np.zeros(3, ">f8")),
    "out unaligned": lambda g: g.random(out=unaligned()),
    "out and size": lambda g: g.random(4, out=np.zeros(3)),
    "out and size tuple": lambda g: g.standard_normal((3, 1), out=np.zeros(3)),
    "unknown keyword": lambda g: g.random(sizes=3),
    "too many": lambda g: g.uniform(0, 1, 2, 3, 4, 5),
    "normal scale -1": lambda g: g.normal(0, -1),
    "normal scale -0.0": lambda g: g.normal(0, -0.0),
    "normal scale -1, size": lambda g: g.normal(0, -1, 10),
    "normal scales": lambda g: g.normal(0, [1, -1]),
    "normal shapes": lambda g: g.normal([0, 1], [1, 2, 3]),
    "normal size": lambda g: g.normal([0, 1, 2], 1, size=1),
    "normal size (2, 2)": lambda g: g.normal([0, 1, 2], 1, size=(2, 2)),
    "normal loc str": lambda g: g.normal("a"),
    "normal negative size": lambda g: g.normal([1, 2], 1, size=-1),
    "uniform (1, 0)": lambda g: g.uniform(1, 0),
    "uniform inf": lambda g: g.uniform(0, np.inf),
    "uniform nan": lambda g: g.uniform(np.nan, 1),
    "uniform overflow": lambda g: g.uniform(-1e308, 1e308),
    "uniform array inf": lambda g: g.uniform([0, 1], np.inf),
    "uniform array order": lambda g: g.uniform([0, 2], 1),
    "uniform shapes": lambda g: g.uniform([0, 1], [1, 2, 3]),
    "uniform size": lambda g: g.uniform([0, 1], 3, size=3),
    "integers": lambda g: g.integers(0),
}


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("call", BAD)
def test_errors_are_numpys(call: str) -> None:
    with pytest.raises(Exception) as theirs:
        BAD[call](np.random.default_rng(1))
    rng = mm.random.default_rng(1)
    with pytest.raises(theirs.type) as ours:
        BAD[call](rng)
    assert type(ours.value) is type(theirs.value)
    if call != "too many":  # Cython counts the arguments in other words
        assert str(ours.value) == str(theirs.value)
    assert rng.bit_generator.state["state"]["position"] == 0  # nothing was drawn


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.random(out=[1.0]), ValueError, "must be contiguous"),
        (lambda g: g.normal(None), TypeError, "NoneType"),
        (lambda g: g.uniform(0, 1, 3, dtype=int), TypeError, "Unsupported dtype dtype('int64') for uniform"),
        (lambda g: g.normal(0, 1, 3, dtype="i4"), TypeError, "Unsupported dtype dtype('int32') for normal"),
        (lambda g: g.normal(0, 1, 4, out=np.zeros(3)), ValueError, "size must match out.shape when used together"),
        (lambda g: g.normal([0, 1], 1, out=np.zeros(3)), ValueError, "shape mismatch"),
        (lambda g: g.uniform(0, 1, out=readonly()), ValueError, "writable"),
        (lambda g: g.normal(0, 10**400), OverflowError, "int too large"),
    ],
)
def test_errors_of_what_numpy_does_not_have(call, error, message) -> None:
    with pytest.raises(error) as ours:
        call(mm.random.default_rng(1))
    assert message in str(ours.value)


def test_positions_do_not_move_for_empty_draws() -> None:
    rng = mm.random.default_rng(1)
    assert rng.random(0).shape == (0,)
    assert rng.normal(size=(3, 0)).shape == (3, 0)
    assert rng.normal([], 1).shape == (0,)
    assert rng.random(out=np.empty(0)).size == 0
    assert rng.bit_generator.state["state"]["position"] == 0


def test_spellings_of_dtype() -> None:
    expected = mm.random.default_rng(1).random(5, dtype=np.float32)
    for dtype in ("float32", "f4", np.dtype(np.float32), np.dtype("<f4"), expected.dtype):
        assert np.array_equal(mm.random.default_rng(1).random(5, dtype=dtype), expected)
    expected = mm.random.default_rng(1).random(5)
    for dtype in (float, "d", "float64", None, np.dtype(float)):
        assert np.array_equal(mm.random.default_rng(1).random(5, dtype=dtype), expected)


def test_out_may_be_a_subclass() -> None:
    class Mine(np.ndarray):
        pass

    out = np.zeros(4).view(Mine)
    assert mm.random.default_rng(1).random(out=out) is out
    assert (out > 0).all()


def test_drop_in_checks() -> None:
    rng = mm.random.default_rng(1)
    assert isinstance(rng, np.random.Generator)
    assert isinstance(rng.bit_generator, np.random.BitGenerator)
    assert np.random.default_rng(rng) is rng
    assert mm.random.default_rng(rng) is rng
    assert repr(rng).startswith("Generator(XBlock) at 0x")
    assert str(rng) == "Generator(XBlock)"
    assert stats.norm.rvs(size=3, random_state=rng).shape == (3,)
    numpys = np.random.default_rng(4)
    assert mm.random.default_rng(numpys) is numpys
    assert rng.bytes(5) != rng.bytes(5)


def test_generator_of_numpy_over_our_bits_and_ours_over_theirs() -> None:
    assert np.array_equal(np.random.Generator(mm.random.XBlock(1)).random(9), mm.random.default_rng(1).random(9))
    ours, theirs = mm.random.Generator(np.random.PCG64(5)), np.random.Generator(np.random.PCG64(5))
    assert ours.random() == theirs.random()
    assert np.array_equal(ours.standard_normal((3, 4), dtype=np.float32), theirs.standard_normal((3, 4), dtype=np.float32))
    assert np.array_equal(ours.normal(2, [1, 3], (5, 2)), theirs.normal(2, [1, 3], (5, 2)))
    assert np.array_equal(ours.uniform(2, 3, 5), theirs.uniform(2, 3, 5))
    assert np.array_equal(ours.integers(9, size=8), theirs.integers(9, size=8))
    # What NumPy does not have here, from its own draws.
    assert np.array_equal(ours.normal(2, 3, 6, dtype=np.float32), theirs.normal(2, 3, 6).astype(np.float32))
    into = np.empty((2, 3))
    assert ours.normal(2, 3, out=into) is into
    assert np.array_equal(into, theirs.normal(2, 3, (2, 3)))
    wrapped = mm.random.default_rng(np.random.PCG64(5))
    assert type(wrapped) is mm.random.Generator
    assert type(mm.random.default_rng(np.random.RandomState(5))) is mm.random.Generator


def test_not_a_bit_generator() -> None:
    with pytest.raises(Exception) as theirs:
        np.random.Generator("x")
    with pytest.raises(theirs.type):
        mm.random.Generator("x")


def test_methods_check_self() -> None:
    with pytest.raises(TypeError, match="doesn't apply to"):
        mm.random.Generator.random(np.random.default_rng(1))
    unfinished = mm.random.Generator.__new__(mm.random.Generator)
    with pytest.raises(AttributeError, match="_native"):
        unfinished.random(3)


def test_subclass_with_its_own_attributes() -> None:
    class Mine(mm.random.Generator):
        def __init__(self, bits: np.random.BitGenerator, note: str = "") -> None:
            super().__init__(bits)
            self.note = note

    mine = Mine(mm.random.XBlock(1), "here")
    assert mine.note == "here"
    assert np.array_equal(mine.random(5), mm.random.default_rng(1).random(5))


def test_signatures_and_documentation() -> None:
    for name in ("random", "standard_normal", "uniform", "normal"):
        method = getattr(mm.random.Generator, name)
        assert "Examples" in method.__doc__
        parameters = inspect.signature(method).parameters
        theirs = [p for p in inspect.signature(getattr(np.random.Generator, name)).parameters if p != "self"]
        assert [p for p in parameters if p != "self"][: len(theirs)] == theirs


def fill_for_half_a_minute(rng: np.random.Generator, out: np.ndarray) -> None:
    start = time.perf_counter()
    while time.perf_counter() - start < 30:
        rng.normal(out=out)


def test_interrupt_stops_a_long_fill() -> None:
    # SIGINT comes while fills run; the call raises soon after, and the generator stays usable.
    rng = mm.random.default_rng(1)
    out = np.empty(10_000_000)
    with mm.threads(1), mm.system.use_isa(mm.system.available_isas()[0]):
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            fill_for_half_a_minute(rng, out)
        timer.join()
    assert rng.random(3).shape == (3,)
