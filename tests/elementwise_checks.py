# SPDX-License-Identifier: BSD-3-Clause
"""What every function of one or two elements is tested for. A family's test file is its list of functions and a class::

    FUNCTIONS = [Function("exp", mpmath.exp, np.exp, strata, ulp=0.9, special=[...]), ...]

    class TestExponentials(Elementwise):
        functions = FUNCTIONS

Special values: operand (a tuple of two), result, flag. Operands may be the names "smallest", "tiny", "largest" (a "-" before them:
negative) of the dtype's own numbers. Flags: "over", "under", "divide", "invalid", or None: nothing but inexact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from elementwise_accuracy import Function, mpmath, ulp_errors
from test_reduce_sum import Named, layouts, same_as_numpy

import mlmath_native as mm

SAMPLES = 150
FLAGS = {"over": "overflow", "under": "underflow", "divide": "divide by zero", "invalid": "invalid value"}
DTYPES = [np.float32, np.float64]
Rng = np.random.Generator


def unusual_calls(v: float, i: int) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """Calls of every kind, right and wrong, at the ordinary operand v and the integer i: those of one operand."""
    x = np.full((2, 3), v)
    return {
        "empty": ((np.empty((0, 3)),), {}),
        "scalar": ((v,), {}),
        "0-d": ((np.array(v),), {}),
        "numpy scalar": ((np.float32(v),), {}),
        "numpy float64": ((np.float64(v),), {}),
        "numpy float16": ((np.float16(v),), {}),
        "numpy int8": ((np.int8(i),), {}),
        "integer": ((i,), {}),
        "huge integer": ((10**30,), {}),
        "list": (([v, v],), {}),
        "ragged list": (([[1.0], [1.0, 1.0]],), {}),
        "int64": ((np.full(3, i, int),), {}),
        "int16": ((np.full(3, i, np.int16),), {}),
        "uint64": ((np.full(3, i, np.uint64),), {}),
        "int8": ((np.full(3, i, np.int8),), {}),
        "bool": ((np.full(6, bool(i))[::2],), {}),
        "float16": ((np.full((3, 4), v, np.float16)[:, ::2],), {}),
        "float16 into float32": ((np.full(3, v, np.float16),), {"out": np.empty(3, np.float32)}),
        "longdouble": ((np.full(3, v, np.longdouble),), {}),
        "complex": ((np.full(3, v, complex),), {}),
        "object": ((np.array([v], object),), {}),
        "text": (("text",), {}),
        "nothing": ((None,), {}),
        "no argument": ((), {}),
        "too many": ((x, x, x, x), {}),
        "unknown keyword": ((x,), {"axis": 0}),
        "by keyword": ((), {"x": x}),
        "dtype": ((x,), {"dtype": np.float32, "casting": "unsafe"}),
        "dtype float32 of float64": ((x,), {"dtype": "f4"}),
        "dtype too narrow": ((x,), {"dtype": "f4", "casting": "safe"}),
        "dtype float64": ((x.astype("f4"),), {"dtype": float}),
        "dtype int": ((x,), {"dtype": int}),
        "dtype swapped": ((x,), {"dtype": np.dtype(float).newbyteorder()}),
        "signature": ((x,), {"signature": "f->f"}),
        "odd signature": ((x,), {"signature": "q->q"}),
        "casting unknown": ((x,), {"casting": "sure"}),
        "order": ((x,), {"order": "F"}),
        "order unknown": ((x,), {"order": "Z"}),
        "subok": ((x,), {"subok": False}),
        "where and out": ((x,), {"where": np.array([True, False, True]), "out": np.zeros((2, 3))}),
        "where false": ((x,), {"where": False, "out": np.zeros((2, 3))}),
        "where broadcasts": ((x[0],), {"where": np.array([[True], [False]]), "out": np.zeros((2, 3))}),
        "where a list": ((x,), {"where": [True, False, True], "out": np.zeros((2, 3))}),
        "where a number": ((x,), {"where": 1.0, "out": np.zeros((2, 3))}),
        "where too long": ((x,), {"where": np.ones(4, bool), "out": np.zeros((2, 3))}),
        "subclass": ((x.view(Named),), {}),
        "masked": ((np.ma.masked_equal([v, 2.0], 2.0),), {}),
        "out too small": ((x,), {"out": np.empty(3)}),
        "out broadcast": ((np.full(3, v),), {"out": np.empty((2, 3))}),
        "out not an array": ((x,), {"out": [[0.0] * 3] * 2}),
        "out read-only": ((x,), {"out": np.broadcast_to(np.zeros(1), (2, 3))}),
        "out of integers": ((x,), {"out": np.empty((2, 3), int)}),
        "out of float32": ((x,), {"out": np.empty((2, 3), np.float32)}),
        "out of longdouble": ((x,), {"out": np.empty((2, 3), np.longdouble)}),
        "out of float32, safely": ((x,), {"out": np.empty((2, 3), np.float32), "casting": "safe"}),
        "out in a tuple": ((x,), {"out": (np.empty((2, 3)),)}),
        "out none in a tuple": ((x,), {"out": (None,)}),
        "out in a long tuple": ((x,), {"out": (np.empty((2, 3)), None)}),
    }


def unusual_pairs(v: float, i: int) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """The same for two operands: every call above with another operand, and the mixtures."""
    calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {}
    for case, (args, keywords) in unusual_calls(v, i).items():
        calls[case] = ((*args, v) if len(args) == 1 else args, keywords)
        if len(args) == 1:
            calls[case + ", second"] = ((v, *args), keywords)
            calls[case + ", both"] = ((*args, *args), keywords)
    kinds = {kind: np.full(3, i).astype(kind) for kind in ("i1", "u1", "i2", "i8")}
    kinds |= {kind: np.full(3, v).astype(kind) for kind in ("f2", "f4", "f8")}
    for one, x in kinds.items():
        for two, y in kinds.items():
            calls[f"{one} and {two}"] = ((x, y), {})
        for two, number in (("float", v), ("int", i), ("bool", True)):
            calls[f"{one} and {two}"] = ((x, number), {})
            calls[f"{two} and {one}"] = ((number, x), {})
    calls["numbers"] = ((v, v), {})
    calls["float32 and number"] = ((np.float32(v), v), {})
    calls["outer"] = ((np.full((3, 1), v), np.full(4, v)), {})
    calls["misfit"] = ((np.full(3, v), np.full(4, v)), {})
    calls["signature of two"] = ((np.full(3, v), np.full(3, v)), {"signature": "ff->f"})
    return calls


def unusual(function: Function) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """The calls for a function's number of operands."""
    return (unusual_calls if function.operands == 1 else unusual_pairs)(function.ordinary, function.integer)


class Elementwise:
    """The tests, over `functions`."""

    functions: Sequence[Function] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        names = metafunc.fixturenames
        functions = list(self.functions)
        if "special" in names:
            rows = [(f, row) for f in functions for row in f.special]
            metafunc.parametrize(("function", "special"), rows, ids=[f"{f.name}-{row[0]}" for f, row in rows])
        elif "case" in names:
            cases = [(f, c) for f in functions for c in unusual(f)]
            metafunc.parametrize(("function", "case"), cases, ids=[f"{f.name}-{c}" for f, c in cases])
        elif "function" in names:
            metafunc.parametrize("function", functions, ids=[f.name for f in functions])
        if "dtype" in names:
            metafunc.parametrize("dtype", DTYPES)

    def everything(self, function: Function, dtype: type, rng: np.random.Generator, n: int) -> tuple[np.ndarray, ...]:
        """All strata of the function in one vector per operand, shuffled: ordinary and exceptional lanes side by side."""
        parts = [x for _, x in function.samples(dtype, n, rng)]
        x = tuple(np.concatenate(operand) for operand in zip(*parts))
        order = rng.permutation(x[0].size)
        return tuple(operand[order] for operand in x)

    def test_error_is_within_the_contract(self, function: Function, isa: str, dtype: type, rng: np.random.Generator) -> None:
        for stratum, x in function.samples(dtype, SAMPLES, rng):
            with np.errstate(all="ignore"):
                errors = ulp_errors(function.native(*x), function.truth(x))
            assert errors.max() <= function.bound(stratum), (stratum, [a[errors.argmax()] for a in x])

    def test_special_values_and_flags(self, function: Function, special: Any, isa: str, dtype: type) -> None:
        operands, result, flag = special
        info = np.finfo(dtype)
        named = {"smallest": info.smallest_subnormal, "largest": info.max, "tiny": info.tiny}
        named |= {"-" + name: -value for name, value in named.items()}
        values = [dtype(named.get(v, v)) for v in (operands if isinstance(operands, tuple) else (operands,))]
        native, count = function.native, function.operands
        with np.errstate(all="ignore"):
            if result is None:
                result = float(function.exact(*(mpmath.mpf(float(v)) for v in values)))
            expected, alone = dtype(result), native(*[dtype(function.ordinary)] * count)
            for n in (1, 3, 16, 37):  # alone, and in every lane, beside ordinary neighbours
                for at in {0, n // 2, n - 1}:
                    x = [np.full(n, function.ordinary, dtype) for _ in range(count)]
                    for operand, value in zip(x, values):
                        operand[at] = value
                    y = native(*x)
                    np.testing.assert_allclose(y[at], expected, rtol=np.ceil(function.ulp) * float(info.eps), atol=0)
                    assert np.isnan(expected) or np.signbit(y[at]) == np.signbit(expected)
                    assert np.array_equal(np.delete(y, at), np.full(n - 1, alone))
        x = [np.full(37, value, dtype) for value in values]
        with np.errstate(all="raise"):
            if flag is None:
                native(*x)
            else:
                with pytest.raises(FloatingPointError, match=f"{FLAGS[flag]} encountered in {function.name}"):
                    native(*x)
        if flag is not None:
            with np.errstate(**{"all": "raise", flag: "ignore"}):
                native(*x)

    def test_no_flag_on_ordinary_data(self, function: Function, isa: str, threads: int, dtype: type, rng: Rng) -> None:
        parts = [x for stratum, x in function.samples(dtype, 20_000, rng) if stratum not in function.flagged]
        x = [np.concatenate(operand) for operand in zip(*parts)]
        assert x[0].size >= 20_000
        with np.errstate(all="raise"):
            function.native(*x)
            for n in range(1, 40):
                function.native(*(operand[:n] for operand in x))

    def test_same_bits_for_threads_layouts_and_neighbours(self, function: Function, isa: str, dtype: type, rng: Rng) -> None:
        native = function.native
        x = self.everything(function, dtype, rng, 40_000 // len(list(function.samples(dtype, 2, rng))) + 1)
        with np.errstate(all="ignore"):
            with mm.threads(1):
                expected = native(*x)
            one_by_one = np.array([native(*v) for v in zip(*(operand[:500] for operand in x))])
            assert one_by_one.tobytes() == expected[:500].tobytes()
            for count in (2, 3, 7):
                with mm.threads(count):
                    assert native(*x).tobytes() == expected.tobytes()
            for offset in range(1, 17):
                assert native(*(operand[offset:] for operand in x)).tobytes() == expected[offset:].tobytes()
            a = [operand[:39_990].reshape(31, 43, 30) for operand in x]
            wanted = expected[: a[0].size].reshape(a[0].shape)
            for first, *other in zip(*(layouts(operand).values() for operand in a)):
                assert np.array_equal(native(first, *other), wanted, equal_nan=True)
            assert np.array_equal(native(*(operand.transpose(2, 0, 1) for operand in a)), wanted.transpose(2, 0, 1), equal_nan=True)
            repeated = native(*(np.broadcast_to(operand[:40], (3, 40)) for operand in x))
            assert np.array_equal(repeated, np.broadcast_to(expected[:40], (3, 40)), equal_nan=True)
            if function.operands == 2:  # each element with each
                column, row = x[0][:70, None], x[1][:900]
                every = native(*(np.ascontiguousarray(operand) for operand in np.broadcast_arrays(column, row)))
                assert native(column, row).tobytes() == every.tobytes()
                assert native(x[0][3], row).tobytes() == every[3].tobytes()
                assert np.array_equal(native(column.T, row[:, None]), every.T, equal_nan=True)

    def test_same_bits_on_every_level_with_fma(self, function: Function, dtype: type, rng: np.random.Generator) -> None:
        levels = [level for level in mm.system.available_isas() if level != "baseline"]
        if len(levels) < 2:
            pytest.skip("one level with FMA on this CPU")
        x = self.everything(function, dtype, rng, 4000)
        results = []
        for level in levels:
            with mm.system.use_isa(level), np.errstate(all="ignore"):
                results.append(function.native(*x).tobytes())
        assert all(r == results[0] for r in results)

    def test_unusual_call_is_the_peers(self, function: Function, case: str) -> None:
        args, keywords = unusual(function)[case]
        same_as_numpy(function.native, function.peer, *args, ulp=function.peer_ulp, **keywords)

    def test_where_computes_and_warns_of_the_chosen_alone(self, function: Function, isa: str, dtype: type, rng: Rng) -> None:
        x = [np.full(5000, function.ordinary, dtype) for _ in range(function.operands)]
        x[0] *= dtype(1) + dtype(1e-3) * np.arange(5000, dtype=dtype) % dtype(0.3) / 3
        expected = function.native(*x)
        for chance in (0.0, 0.02, 0.5, 0.99, 1.0):
            chosen = rng.random(5000) < chance
            bad = [np.where(chosen, operand, dtype(np.nan)) for operand in x]
            for row in (row for row in function.special if row[2] is not None):  # a value that warns stands where nothing is chosen
                value = row[0] if function.operands == 2 else (row[0],)
                if not any(isinstance(v, str) for v in value):
                    bad = [np.where(chosen, operand, dtype(v)) for operand, v in zip(x, value)]
            for step in (1, 3, -1):
                out = np.full(5000 * abs(step), dtype(-7))[::step]
                with np.errstate(all="raise"):
                    assert function.native(*bad, out=out, where=chosen) is out
                assert np.array_equal(out, np.where(chosen, expected, dtype(-7)))
            swapped = np.full(5000, -7, np.dtype(dtype).newbyteorder())
            function.native(*bad, out=swapped, where=chosen)
            assert np.array_equal(swapped, np.where(chosen, expected, dtype(-7)))
            same = bad[0].copy()
            function.native(same, *bad[1:], out=same, where=chosen)
            assert np.array_equal(same, np.where(chosen, expected, bad[0]), equal_nan=True)

    def test_out_in_place_overlapping_and_odd(self, function: Function, isa: str, rng: np.random.Generator) -> None:
        native = function.native
        x = function.ordinary * rng.uniform(0.9, 1.1, (40, 50))
        if not np.isfinite(native(*[np.abs(x)] * function.operands)).all():
            x = function.ordinary * rng.uniform(0.9, 0.99, (40, 50))
        others = [np.full((40, 50), function.ordinary)] * (function.operands - 1)
        expected, before = native(x, *others), x.copy()
        for out in (np.empty((40, 50)), np.empty((50, 40)).T, np.empty((40, 150))[:, ::-3], np.empty((40, 50), ">f8")):
            assert native(x, *others, out=out) is out
            assert np.array_equal(out, expected)
        assert np.array_equal(x, before)
        y = x.copy()
        assert native(y, *others, out=y) is y
        assert np.array_equal(y, expected)
        upper, lower = slice(0, -1), slice(1, None)
        for source, target in ((upper, lower), (lower, upper), (slice(None), slice(None, None, -1))):
            y = x.copy()
            native(y[source], *(other[source] for other in others), out=y[target])
            assert np.array_equal(y[target], expected[source])
        frozen = x.copy()
        frozen.flags.writeable = False
        assert np.array_equal(native(frozen, *others), expected)
        assert np.isfortran(native(np.asfortranarray(x), *map(np.asfortranarray, others)))

    def test_layout_of_a_new_result_is_the_peers(self, function: Function) -> None:
        a = np.full((3, 4, 5), function.ordinary)
        shapes = [a, a.T, a.transpose(1, 0, 2), a[:, ::-1], a[::2, 1:3], np.broadcast_to(a[0], a.shape), a[:1].transpose(2, 0, 1)]
        for x in shapes:
            operands = [x] if function.operands == 1 else [x, np.full(x.shape, function.ordinary)]
            assert self.layout(function.native(*operands)) == self.layout(function.peer(*operands)), x.strides
            if function.operands == 2:
                for pair in ((x, x), (x, function.ordinary), (x, x[:1]), (operands[1], x)):
                    ours, theirs = function.native(*pair), function.peer(*pair)
                    assert self.layout(ours) == self.layout(theirs), [getattr(p, "strides", None) for p in pair]

    def layout(self, a: np.ndarray) -> list[int]:
        """The strides that mean something."""
        return [stride for stride, size in zip(a.strides, a.shape) if size > 1]

    def test_large_array_written_past_the_caches(self, function: Function, rng: np.random.Generator) -> None:
        n = 4_200_017  # with its result more than any cache that is believed in (core/caches.cpp)
        x = [np.repeat(function.ordinary * rng.uniform(0.9, 0.99, 1013), 4147)[:n] for _ in range(function.operands)]
        few = [operand[::4147] for operand in x]
        expected = np.repeat(function.native(*few), 4147)[: x[0].size]
        out = np.empty(x[0].size + 1)
        for shifted in (out[:-1], out[1:]):
            assert np.array_equal(function.native(*x, out=shifted), expected)
