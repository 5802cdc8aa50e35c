# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of odd calls to NumPy's Generator and to ours: the same errors, and results of the same type, dtype and shape."""

from __future__ import annotations

import random
import re
import warnings
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm

NAN, INF = float("nan"), float("inf")


class Index:
    def __index__(self) -> int:
        return 3


class Subclass(np.ndarray):
    pass


def unaligned() -> np.ndarray:
    a = np.zeros(25, np.uint8)[1:].view(np.float64)
    a[:] = 0.5
    return a


def read_only() -> np.ndarray:
    a = np.full(3, 0.5)
    a.flags.writeable = False
    return a


# fmt: off
SIZES = [
    None, 3, 0, 1, np.int64(3), np.int8(2), np.uint64(2), np.array(3), np.array([2, 3]), (), (3,), (2, 3), (0, 3), [2, 3], [], -1,
    (2, -1), 2.5, (2.5,), True, (True, 3), np.True_, "a", "", (2, "a"), 2**50, 2**62, 2**63, 2**70, (2**40, 2**40), -(2**63),
    range(2, 4), {2}, {2: 3}, b"a", np.float64(3), (None,), (1,) * 32, (1,) * 33, (1,) * 64, (1,) * 65, (0, 2**62), (2**62, 0),
    (0, 2**63), Index(), (Index(), 3), Ellipsis, np.array([[2]]), object(), slice(3), NAN,
]
GOOD = [0.3, 0.5, 1, 1.0, np.float64(0.4), np.float32(0.25), np.int64(1), np.array(0.5), np.array([0.5]), [0.2, 0.3, 0.9]]
PARAMETERS = [
    0, 1, 2, 0.5, 3, 0.0, -0.0, -1, NAN, 1e-300, 1e10, 1e300, True, np.float64(NAN), np.float16(2), np.int8(1), np.uint64(2**63),
    None, "a", "1.5", b"1", 10**400, 2**70, Index(), object(), np.array(NAN), np.array("a"), [], [[]], [[1], [2]], np.zeros((0, 3)),
    np.array([0.5, NAN, 0.7]), np.array([-1.0, 0.5, 1]), np.array([0.5, 0.6, 0.7], "f4"), np.array([0.5, 0.6, 0.7], ">f8"),
    np.arange(1, 4), np.array([1, 2, 3], object), np.array([0.5, None, 1], object), ["a", "b", "c"], ["1", "2", "3"],
    np.array([True, False, True]), np.asfortranarray(np.full((2, 3), 0.5)), np.linspace(0.1, 0.9, 6)[::2],
    np.linspace(0.1, 0.9, 3)[::-1], unaligned(), np.ma.array([0.1, 0.2, 0.3], mask=[0, 1, 0]), np.full(3, 0.5).view(Subclass),
    [[1, 2], [3]], {1, 2}, np.array([-0.0, 0.5, 1.0]), np.full((2, 1, 3), 0.5), np.full(2, 0.5), np.array([0.5] * 3, "g"),
    np.array([0.5] * 3, "e"), read_only(), np.broadcast_to(np.float64(0.5), (2, 3)), np.array([0.5j, 1]),
]
TYPES = [
    None, float, "f8", "f4", np.float32, np.dtype("f8"), ">f8", ">f4", "<f8", "=f4", "g", "e", int, "i4", complex, "U3", "no such",
    object, bool, 3, "f4,f4", np.floating, [], (), ("f8", (2,)), "M8[s]",
]
INTEGER_TYPES = [
    int, bool, "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", np.int8, np.uint64, np.dtype("i4"), ">i4", ">u8", ">i1", "=i8", "q",
    np.intp, float, "f4", object, "U3", "no such", None, "?", complex, "M8[s]", 3, "i4,i4",
]
BOUNDS = [
    0, 1, 5, 255, 256, 127, 128, -128, -129, -1, 65536, 2**31, 2**32, 2**63, 2**63 - 1, -(2**63), 2**64, 2**64 + 1,
    2**70, True, None,
    1.5, 0.5, -0.5, NAN, INF, -INF, np.float64(3.7), np.int8(5), np.uint64(2**63), "a", "5", 1j, np.array(5), [5], [5, 6, 7], [],
    np.array([3, 4, 9], "u8"), np.array([2**64, 5, 6], object), np.array([5.5, 6.5, 7.5]), np.array([NAN, 5, 6]),
    np.array([-5, 5, 5]),
    np.array([9, 8, 7], ">i8"), np.ma.array([4, 5, 6], mask=[0, 1, 0]), np.arange(3)[::-1], 10**400, [[1], [2]],
]
LAWS = {
    "beta": ("a", "b"), "exponential": ("scale",), "uniform": ("low", "high"), "normal": ("loc", "scale"),
    "gamma": ("shape", "scale"),
    "f": ("dfnum", "dfden"), "chisquare": ("df",), "standard_t": ("df",), "standard_cauchy": (), "pareto": ("a",),
    "weibull": ("a",),
    "power": ("a",), "laplace": ("loc", "scale"), "gumbel": ("loc", "scale"), "logistic": ("loc", "scale"), "geometric": ("p",),
    "lognormal": ("mean", "sigma"), "rayleigh": ("scale",), "triangular": ("left", "mode", "right"), "binomial": ("n", "p"),
    "negative_binomial": ("n", "p"), "poisson": ("lam",),
}
# fmt: on


def outs() -> list[Any]:
    # Arrays only: NumPy reads whatever else is given as if it were one, and may crash.
    zeros = np.zeros
    return [
        None, zeros(3), zeros(3, "f4"), zeros((2, 3)), zeros(()), zeros(0), zeros(6)[::2], zeros(3, ">f8"),
        read_only(), unaligned(),
        zeros(3).view(Subclass), np.ma.zeros(3), zeros(3, int), zeros(3, object), zeros((4, 4))[:, 1:3],
        zeros(3)[::-1],
    ]  # fmt: skip


def one_odd_argument(draw: random.Random, method: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Fit arguments for a method but for at most one: which of several faults is reported first is no concern of the test."""
    if method in LAWS:
        names = (*LAWS[method], "size")
        given = {name: draw.choice(GOOD) for name in LAWS[method]}
        if method == "triangular":
            given |= {"left": 0.25, "mode": draw.choice([0.5, [0.5, 0.75, 1]]), "right": 1.5}
        elif method == "uniform":
            given |= {"high": draw.choice([2.0, [2, 3, 4]])}
        elif method == "binomial":
            given |= {"n": draw.choice([4, 4.5, np.int64(3), [3, 4, 5], np.arange(3)])}
        odd: dict[str, Any] = {name: PARAMETERS for name in LAWS[method]} | {"size": SIZES}
    elif method == "standard_gamma":
        names, given = ("shape", "size", "dtype", "out"), {"shape": draw.choice(GOOD)}
        odd = {"shape": PARAMETERS, "size": SIZES, "dtype": TYPES, "out": outs()}
    elif method == "integers":
        names = ("low", "high", "size", "dtype", "endpoint")
        given = {"low": draw.choice([0, 1, [0, 1, 2]]), "high": draw.choice([100, np.int64(50), [20, 30, 40]])}
        odd = {"low": BOUNDS, "high": BOUNDS, "size": SIZES, "dtype": INTEGER_TYPES, "endpoint": [True, False, 1, 0, "a", "", []]}
        if draw.random() < 0.5:
            given |= {"low": 0, "high": 100}  # NumPy forgets to compare the size with arrays of bounds
        else:
            del odd["size"]
    else:
        names, given = ("size", "dtype", "out"), {}
        odd = {"size": SIZES, "dtype": TYPES, "out": outs()}
        if method == "standard_exponential":
            names, odd = ("size", "dtype", "method", "out"), odd | {"method": ["zig", "inv", "other", None, 3, b"zig"]}
    if draw.random() < 0.95:
        name = draw.choice(list(odd))
        given[name] = draw.choice(odd[name])
    elif given:
        del given[draw.choice(list(given))]
    position, args = draw.randint(0, len(names)), []
    while len(args) < position and names[len(args)] in given:
        args.append(given.pop(names[len(args)]))
    return tuple(args), given


def run(rng: np.random.Generator, method: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, list[str]]:
    """The result or the exception, and the warnings."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="raise"):
        warnings.simplefilter("always")
        try:
            result = getattr(rng, method)(*args, **keywords)
        except Exception as error:
            result = error
    return result, sorted({str(warning.message) for warning in caught})


def nature(result: Any) -> tuple[Any, ...]:
    if isinstance(result, TypeError) and re.search(r"positional argument|unexpected keyword|missing", str(result)):
        return (TypeError,)  # Cython counts arguments in other words
    if isinstance(result, Exception):
        return type(result), re.sub("0x[0-9a-f]+", "", str(result))
    if isinstance(result, np.ndarray):
        nan = np.isnan(np.asarray(result)).tobytes() if result.dtype.kind == "f" else b""
        return type(result), result.dtype, result.shape, nan
    return type(result), result != result


def kept(value: Any) -> Any:
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return value.dtype, value.shape, value.strides, value.tobytes()
    return repr(value)


@pytest.mark.parametrize("method", ["random", "standard_normal", "standard_exponential", "standard_gamma", "integers", *LAWS])
def test_odd_calls(method: str) -> None:
    draw = random.Random(method)
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    different = []
    for _ in range(1000):
        args, keywords = one_odd_argument(draw, method)
        inputs = [*args, *(value for name, value in keywords.items() if name != "out")]
        before = [kept(value) for value in inputs]
        position = ours.bit_generator.state["state"]["position"]
        expected, their_warnings = run(theirs, method, args, keywords)
        result, our_warnings = run(ours, method, args, keywords)
        moved = isinstance(result, Exception) and ours.bit_generator.state["state"]["position"] != position
        out = args[-1] if args and not keywords else keywords.get("out")
        changed = [kept(value) for value in inputs if value is not out] != [
            was for was, value in zip(before, inputs, strict=True) if value is not out
        ]
        if nature(expected) != nature(result) or their_warnings != our_warnings or moved or changed:
            different.append((args, keywords, expected, result, their_warnings, our_warnings, moved, changed))
    assert different == []


@pytest.mark.parametrize(
    "out", [[1.0, 2.0, 3.0], memoryview(np.zeros(3)), "a", 5, np.float64(3)], ids=["list", "memoryview", "str", "int", "float"]
)
def test_what_is_no_array_is_refused_as_out(out: Any) -> None:
    for method in ("random", "standard_normal", "normal", "poisson", "gamma"):
        arguments = (2.0,) if method in ("poisson", "gamma") else ()
        with pytest.raises((TypeError, ValueError), match="output array"):
            getattr(mm.random.default_rng(1), method)(*arguments, out=out)


@pytest.mark.parametrize("n", [300, 5000, 100_000])
def test_out_may_hold_the_parameters(n: int) -> None:
    loc = np.random.default_rng(3).normal(size=n)
    for order in (slice(None), slice(None, None, -1)):
        out = loc.copy()
        mm.random.default_rng(4).normal(out[order], 2.0, out=out)
        assert np.array_equal(out, mm.random.default_rng(4).normal(loc[order], 2.0))
