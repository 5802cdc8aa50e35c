# SPDX-License-Identifier: BSD-3-Clause
"""What every function of one element is tested for."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from elementwise_accuracy import EXACT, NATIVE, strata, ulp_errors
from test_reduce_sum import Named, layouts, same_as_numpy

import mlmath_native as mm

SAMPLES = 150
FLAGS = {"over": "overflow", "under": "underflow", "divide": "divide by zero", "invalid": "invalid value"}


def everything(name: str, dtype: type, rng: np.random.Generator, n: int = SAMPLES) -> np.ndarray:
    """All strata of the function in one vector, shuffled: ordinary and exceptional lanes side by side."""
    x = np.concatenate([part for _, part in strata(name, dtype, n, rng)])
    rng.shuffle(x)
    return x


def error_is_within(name: str, dtype: type, ulp: float, rng: np.random.Generator) -> None:
    for stratum, x in strata(name, dtype, SAMPLES, rng):
        with np.errstate(under="ignore"):
            errors = ulp_errors(NATIVE[name](x), [EXACT[name](mpmath.mpf(v)) for v in x.tolist()])
        assert errors.max() <= ulp, (stratum, x[errors.argmax()])


def special_value(name: str, dtype: type, x: Any, result: Any, flag: str | None) -> None:
    info = np.finfo(dtype)
    if isinstance(x, str):
        named = {"smallest": info.smallest_subnormal, "largest": info.max, "tiny": info.tiny}
        x = -named[x[1:]] if x[0] == "-" else named[x]
    function = NATIVE[name]
    with np.errstate(all="ignore"):
        expected = dtype(float(EXACT[name](mpmath.mpf(float(x))))) if result is None else dtype(result)
        for n in (1, 3, 16, 37):  # alone, and in every lane, beside ordinary neighbours
            for at in {0, n // 2, n - 1}:
                v = np.ones(n, dtype)
                v[at] = x
                y = function(v)
                np.testing.assert_allclose(y[at], expected, rtol=float(info.eps), atol=0)
                assert np.isnan(expected) or np.signbit(y[at]) == np.signbit(expected)
                assert np.array_equal(np.delete(y, at), np.full(n - 1, function(dtype(1))))
    v = np.full(37, x, dtype)
    with np.errstate(all="raise"):
        if flag is None:
            function(v)
        else:
            with pytest.raises(FloatingPointError, match=f"{FLAGS[flag]} encountered in {name}"):
                function(v)
    if flag is not None:
        with np.errstate(**{"all": "raise", flag: "ignore"}):
            function(v)


def no_flag(name: str, dtype: type, rng: np.random.Generator) -> None:
    x = np.concatenate([part for stratum, part in strata(name, dtype, 12_000, rng) if stratum != "subnormal results"])
    if name == "exp":
        x = x[(x > np.log(float(np.finfo(dtype).tiny))) & (x < np.log(float(np.finfo(dtype).max)))]
    assert x.size > 40_000
    with np.errstate(all="raise"):
        NATIVE[name](x)
        for n in range(1, 40):
            NATIVE[name](x[:n])


def same_bits(name: str, dtype: type, rng: np.random.Generator) -> None:
    function = NATIVE[name]
    x = everything(name, dtype, rng, 8000)
    with np.errstate(all="ignore"):
        with mm.threads(1):
            expected = function(x)
        one_by_one = np.array([function(v) for v in x[:500]])
        assert np.array_equal(one_by_one, expected[:500], equal_nan=True)
        for count in (2, 3, 7):
            with mm.threads(count):
                assert np.array_equal(function(x), expected)
        for offset in range(1, 17):
            assert np.array_equal(function(x[offset:]), expected[offset:])
        a = x[:39_990].reshape(31, 43, 30)
        for layout, other in layouts(a).items():
            assert np.array_equal(function(other), expected[: a.size].reshape(a.shape)), layout
        assert np.array_equal(function(a.transpose(2, 0, 1)), expected[: a.size].reshape(a.shape).transpose(2, 0, 1))
        assert np.array_equal(function(np.broadcast_to(x[:40], (3, 40))), np.broadcast_to(expected[:40], (3, 40)))


def same_bits_on_levels(name: str, rng: np.random.Generator) -> None:
    levels = [level for level in mm.system.available_isas() if level != "baseline"]
    if len(levels) < 2:
        pytest.skip("one level with FMA on this CPU")
    for dtype in (np.float32, np.float64):
        x = everything(name, dtype, rng, 4000)
        results = []
        for level in levels:
            with mm.system.use_isa(level), np.errstate(all="ignore"):
                results.append(NATIVE[name](x).tobytes())
        assert all(r == results[0] for r in results)


ONES = np.ones((2, 3))
UNUSUAL: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "empty": ((np.empty((0, 3)),), {}),
    "scalar": ((1.0,), {}),
    "0-d": ((np.array(1.0),), {}),
    "numpy scalar": ((np.float32(1),), {}),
    "integer": ((1,), {}),
    "huge integer": ((10**30,), {}),
    "list": (([1.0, 1.0],), {}),
    "ragged list": (([[1.0], [1.0, 1.0]],), {}),
    "int64": ((np.ones(3, int),), {}),
    "int16": ((np.ones(3, np.int16),), {}),
    "uint64": ((np.ones(3, np.uint64),), {}),
    "int8": ((np.ones(3, np.int8),), {}),
    "bool": ((np.array([True, False, True])[::2],), {}),
    "float16": ((np.ones(3, np.float16),), {}),
    "longdouble": ((np.ones(3, np.longdouble),), {}),
    "complex": ((np.ones(3, complex),), {}),
    "object": ((np.array([1.0], object),), {}),
    "text": (("text",), {}),
    "nothing": ((None,), {}),
    "no argument": ((), {}),
    "too many": ((ONES, ONES, ONES), {}),
    "unknown keyword": ((ONES,), {"axis": 0}),
    "by keyword": ((), {"x": ONES}),
    "dtype": ((ONES,), {"dtype": np.float32, "casting": "unsafe"}),
    "where": ((ONES,), {"where": np.ones(3, bool)}),
    "subclass": ((ONES.view(Named),), {}),
    "masked": ((np.ma.masked_equal([1.0, 2.0], 2.0),), {}),
    "out too small": ((ONES,), {"out": np.empty(3)}),
    "out broadcast": ((np.ones(3),), {"out": np.empty((2, 3))}),
    "out not an array": ((ONES,), {"out": [[0.0] * 3] * 2}),
    "out read-only": ((ONES,), {"out": np.broadcast_to(np.zeros(1), (2, 3))}),
    "out of integers": ((ONES,), {"out": np.empty((2, 3), int)}),
    "out of float32": ((ONES,), {"out": np.empty((2, 3), np.float32)}),
    "out in a tuple": ((ONES,), {"out": (np.empty((2, 3)),)}),
    "out in a long tuple": ((ONES,), {"out": (np.empty((2, 3)), None)}),
}


def unusual_is_numpys(name: str, case: str) -> None:
    args, kwargs = UNUSUAL[case]
    # NumPy's loops err by up to two units.
    same_as_numpy(NATIVE[name], getattr(np, name), *args, ulp=4, **kwargs)


def out_of_every_kind(name: str, rng: np.random.Generator) -> None:
    function = NATIVE[name]
    x = rng.uniform(0.5, 3, (40, 50))
    expected, before = function(x), x.copy()
    for out in (np.empty((40, 50)), np.empty((50, 40)).T, np.empty((40, 150))[:, ::-3], np.empty((40, 50), ">f8")):
        assert function(x, out=out) is out
        assert np.array_equal(out, expected)
    assert np.array_equal(x, before)
    y = x.copy()
    assert function(y, out=y) is y
    assert np.array_equal(y, expected)
    for source, target in ((slice(0, -1), slice(1, None)), (slice(1, None), slice(0, -1)), (slice(None), slice(None, None, -1))):
        y = x.copy()
        function(y[source], out=y[target])
        assert np.array_equal(y[target], expected[source])
    frozen = x.copy()
    frozen.flags.writeable = False
    assert np.array_equal(function(frozen), expected)
    assert np.isfortran(function(np.asfortranarray(x)))
