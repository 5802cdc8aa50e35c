# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of odd calls to NumPy's Generator and to ours: the same errors, and results of the same type, dtype and shape."""

from __future__ import annotations

import copy
import pickle
import random
import re
import warnings
from typing import Any

import numpy as np
import pytest
from scipy import stats

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
    0, 1, 5, 255, 256, 127, 128, -128, -129, -1, 65536, 2**31, 2**32, 2**63, 2**63 - 1, -(2**63), 2**64, 2**64 + 1, 2**70, True,
    None, 1.5, 0.5, -0.5, NAN, INF, -INF, np.float64(3.7), np.int8(5), np.uint64(2**63), "a", "5", 1j, np.array(5), [5], [5, 6, 7],
    [], np.array([3, 4, 9], "u8"), np.array([2**64, 5, 6], object), np.array([5.5, 6.5, 7.5]), np.array([NAN, 5, 6]),
    np.array([-5, 5]), np.array([9, 8, 7], ">i8"), np.ma.array([4, 5, 6], mask=[0, 1, 0]), np.arange(3)[::-1], 10**400, [[1], [2]],
]
LAWS = {
    "beta": ("a", "b"), "exponential": ("scale",), "uniform": ("low", "high"), "normal": ("loc", "scale"),
    "gamma": ("shape", "scale"), "f": ("dfnum", "dfden"), "chisquare": ("df",), "standard_t": ("df",), "standard_cauchy": (),
    "pareto": ("a",), "weibull": ("a",), "power": ("a",), "laplace": ("loc", "scale"), "gumbel": ("loc", "scale"),
    "logistic": ("loc", "scale"), "geometric": ("p",), "lognormal": ("mean", "sigma"), "rayleigh": ("scale",),
    "triangular": ("left", "mode", "right"), "binomial": ("n", "p"), "negative_binomial": ("n", "p"), "poisson": ("lam",),
}
# fmt: on


def outs() -> list[Any]:
    """Arrays alone: NumPy reads the flags of other objects as if they were arrays, and now and then crashes."""
    zeros = np.zeros
    return [
        None, zeros(3), zeros(3, "f4"), zeros((2, 3)), zeros(()), zeros(0), zeros(6)[::2], zeros(3, ">f8"), read_only(),
        unaligned(), zeros(3).view(Subclass), np.ma.zeros(3), zeros(3, int), zeros(3, object), zeros((4, 4))[:, 1:3],
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
    for _ in range(400):
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


NO_ARRAYS = [[1.0, 2.0, 3.0], memoryview(np.zeros(3)), "a", 5, 10**20, np.float64(3), object()]
GENERATORS = {"ours": mm.random.XBlock, "foreign": np.random.PCG64}


@pytest.mark.parametrize("bits", GENERATORS)
@pytest.mark.parametrize("method", ["random", "standard_normal", "standard_exponential", "standard_gamma", "normal", "poisson"])
def test_out_must_be_an_array(method: str, bits: str) -> None:
    rng = mm.random.Generator(GENERATORS[bits](1))
    parameters = (2.0,) if method == "standard_gamma" else ()
    for out in NO_ARRAYS:
        with pytest.raises(ValueError, match="Supplied output array must be"):
            getattr(rng, method)(*parameters, out=out)


@pytest.mark.parametrize("bits", GENERATORS)
def test_out_of_integer_laws_is_int64(bits: str) -> None:
    rng = mm.random.Generator(GENERATORS[bits](1))
    draws = {"poisson": (3.0,), "geometric": (0.3,), "binomial": (9, 0.3), "negative_binomial": (4, 0.5)}
    for method, parameters in draws.items():
        for dtype in ("f8", "i4", "u8", object):
            with pytest.raises(TypeError, match=r"wrong type\. Expected int64"):
                getattr(rng, method)(*parameters, out=np.zeros(3, dtype))
        out = np.zeros((2, 3), np.int64)
        assert getattr(rng, method)(*parameters, out=out) is out
    with pytest.raises(TypeError, match="wrong type"):
        rng.normal(out=np.zeros(3, np.float32))


@pytest.mark.parametrize("method", [name for name in LAWS if LAWS[name] and name not in {"binomial", "negative_binomial"}])
def test_parameters_inside_out_are_read_before_they_are_written(method: str) -> None:
    names = LAWS[method]
    values = {"triangular": [0.25, 0.5, 1.5], "uniform": [0.25, 1.5]}.get(method, [0.25, 0.5])[: len(names)]
    dtype = np.int64 if method in {"poisson", "geometric"} else np.float64
    for place in range(len(names)):
        out = np.linspace(values[place], 1.1 * values[place], 50_000).astype(dtype).reshape(5, -1)
        if dtype == np.int64:
            out += 1
        args: list[Any] = list(values)
        args[place] = out[4].copy()
        expected = getattr(mm.random.default_rng(3), method)(*args, size=out.shape)
        args[place] = out[4]
        assert np.array_equal(getattr(mm.random.default_rng(3), method)(*args, out=out), expected)


@pytest.mark.parametrize("n", [300, 5000, 100_000])
def test_out_may_hold_the_parameters(n: int) -> None:
    loc = np.random.default_rng(3).normal(size=n)
    for order in (slice(None), slice(None, None, -1)):
        out = loc.copy()
        mm.random.default_rng(4).normal(out[order], 2.0, out=out)
        assert np.array_equal(out, mm.random.default_rng(4).normal(loc[order], 2.0))


# Calls that both generators must refuse in the same words, or answer with arrays of the same shape.
MENDED = {
    "choice of 2^64 without replacement": lambda g: g.choice(2**64, 3, replace=False),
    "choice, size True": lambda g: g.choice(5, (True, 2), replace=False),
    "integers -inf": lambda g: g.integers(-INF, 5),
    "integers nan": lambda g: g.integers(0, [NAN, 5]),
    "binomial list of floats": lambda g: g.binomial([0.5, 2.5], 0.5).shape,
    "binomial array of floats": lambda g: g.binomial(np.array([0.5, 2.5]), 0.5),
    "multinomial, size True": lambda g: g.multinomial(5, [0.5, 0.5], True).shape,
    "normal of no means and a negative scale": lambda g: g.normal([], -1.0),
    "triangular of no right ends": lambda g: g.triangular(2, 0.25, []),
    "bytes": lambda g: g.bytes(-(2**70)),
    "multivariate_normal, size (True, 2)": lambda g: g.multivariate_normal([0, 0], np.eye(2), (True, 2)),
    "multivariate_normal, size set": lambda g: g.multivariate_normal([0, 0], np.eye(2), {2}),
    "multivariate_normal, tol None": lambda g: g.multivariate_normal([0, 0], np.eye(2), tol=None),
    "shuffle of a subclass, axis": lambda g: g.shuffle(np.zeros(3).view(Subclass), 5),
    "shuffle of a subclass, float axis": lambda g: g.shuffle(np.zeros(3).view(Subclass), 1.0),
}


@pytest.mark.parametrize("call", MENDED)
def test_mended_calls(call: str) -> None:
    natures = []
    for rng in (np.random.default_rng(1), mm.random.default_rng(1)):
        try:
            natures.append((None, MENDED[call](rng)))
        except Exception as error:
            natures.append((type(error), str(error)))
    assert natures[0] == natures[1]


def test_copies_of_subclasses_and_shuffles_of_masked_arrays() -> None:
    class Mine(mm.random.Generator):
        pass

    mine = Mine(mm.random.XBlock(3))
    mine.random(5)
    twin = copy.deepcopy(mine)
    assert type(twin) is Mine
    assert np.array_equal(twin.normal(size=3), mine.normal(size=3))
    assert all(type(child) is Mine for child in mine.spawn(2))
    assert type(pickle.loads(pickle.dumps(mm.random.default_rng(3)))) is mm.random.Generator
    masked = np.ma.array(np.arange(6), mask=[0, 1, 0, 0, 1, 0])
    mine.shuffle(masked)
    assert sorted(masked.compressed().tolist()) == [0, 2, 3, 5]


@pytest.mark.parametrize("law", ["norm", "gamma", "beta", "t", "poisson", "binom", "skewnorm", "zipf", "vonmises", "hypergeom"])
def test_scipy_draws_from_it(law: str) -> None:
    shapes = {"gamma": (2.0,), "beta": (2.0, 3.0), "t": (4.0,), "poisson": (3,), "binom": (10, 0.3), "skewnorm": (2.0,)}
    shapes |= {"zipf": (2.5,), "vonmises": (1.0,), "hypergeom": (20, 7, 12)}
    draw = getattr(stats, law)(*shapes.get(law, ())).rvs
    expected = draw(200, random_state=np.random.default_rng(1))
    for rng in (mm.random.default_rng(1), np.random.RandomState(mm.random.XBlock(1))):
        drawn = draw(200, random_state=rng)
        assert (drawn.shape, drawn.dtype) == (expected.shape, expected.dtype)
