# SPDX-License-Identifier: BSD-3-Clause
"""sum and mean against exact sums: shapes, axes, layouts, threads, levels; NumPy's results and errors for everything unusual."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import mlmath_native as mm

CHUNK = 1024
SIZES = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 3000, 65536, 70001]
DTYPES = [np.float32, np.float64]
# Shapes and axes that reach every path: rows, columns, columns in several blocks and tasks, packed, against memory order, nothing.
CASES: list[tuple[tuple[int, ...], Any]] = [
    ((), None), ((5,), 0), ((5,), ()), ((1, 1), None), ((3, 40), 1), ((40, 3), 0), ((2000, 5), 0), ((1500, 70), 0), ((70, 1500), 1),
    ((33, 129), 0), ((9000, 20), 0), ((20, 9000), 1), ((7, 11, 13), (0, 2)), ((7, 11, 13), 1), ((4, 300, 6), (0, 1)),
    ((5, 6, 700), (1, 2)), ((7, 11, 13), ()), ((7, 11, 13), None), ((300, 400), None), ((2, 3, 4, 5, 6), (1, 3)),
    ((1, 2000, 1, 3), 1), ((2, 40000), 1),
]  # fmt: skip


def gamma(n: int) -> float:
    """The contract's bound relative to sum |x_i|, in double whatever the dtype."""
    return (min(n, CHUNK) / 32 + 5 + math.log2(max(1, math.ceil(n / CHUNK)))) * 2.0**-53


def layouts(a: np.ndarray) -> dict[str, np.ndarray]:
    """The same logical array in other memory: Fortran order, strided, reversed, unaligned, byte-swapped, off alignment."""
    out = {"F": np.asfortranarray(a)}
    if a.ndim:
        gaps = np.zeros((*a.shape[:-1], 3 * a.shape[-1]), a.dtype)
        gaps[..., ::3] = a
        out["strided"] = gaps[..., ::3]
        out["reversed"] = np.ascontiguousarray(a[::-1])[::-1]
        out["transposed"] = np.ascontiguousarray(np.moveaxis(a, 0, -1)).transpose(a.ndim - 1, *range(a.ndim - 1))
    out["unaligned"] = np.frombuffer(b"x" + a.tobytes(), offset=1, dtype=a.dtype).reshape(a.shape)
    out["swapped"] = a.astype(a.dtype.newbyteorder())
    shifted = np.empty(a.size + 3, a.dtype)[3:].reshape(a.shape)
    shifted[...] = a
    out["shifted"] = shifted
    return out


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SIZES)
def test_error_is_within_the_contract(isa: str, threads: int, n: int, dtype: type, rng: np.random.Generator) -> None:
    x = rng.standard_normal(n).astype(dtype) * dtype(10) ** rng.integers(-6, 6, n).astype(dtype)
    values = x.astype(np.float64).tolist()
    exact, scale = Fraction(math.fsum(values)), math.fsum(map(abs, values))
    total, mean = mm.sum(x), mm.mean(x)
    assert type(total) is dtype
    assert type(mean) is dtype
    rounding = float(np.finfo(dtype).eps) / 2
    # fsum rounds once; a float32 result rounds once more.
    allowed = gamma(n) * scale + (2.0**-53 + rounding) * abs(float(exact))
    assert abs(Fraction(float(total)) - exact) <= allowed
    assert abs(Fraction(float(mean)) - exact / n) <= allowed / n * (1 + 2.0**-50) + rounding * abs(float(exact / n))
    wide = mm.sum(x, dtype=np.float64)
    assert type(wide) is np.float64
    assert abs(Fraction(float(wide)) - exact) <= gamma(n) * scale + 2.0**-53 * abs(float(exact))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", [mm.sum, mm.mean, mm.var], ids=["sum", "mean", "var"])
@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_same_bits_for_threads_and_layouts(
    isa: str, function: Callable[..., Any], shape: tuple[int, ...], axis: Any, dtype: type, rng: np.random.Generator
) -> None:
    a = np.asarray(rng.standard_normal(shape), dtype=dtype)
    with mm.threads(1):
        expected = function(a, axis=axis)
        for name, other in layouts(a).items():
            assert np.array_equal(function(other, axis=axis), expected), name
    for count in (2, 3, 7):
        with mm.threads(count):
            assert np.array_equal(function(a, axis=axis), expected)
            assert np.array_equal(function(np.asfortranarray(a), axis=axis), expected)


@pytest.mark.parametrize("function", [mm.sum, mm.mean, mm.var], ids=["sum", "mean", "var"])
@pytest.mark.parametrize(("shape", "axis"), [((9000, 20), 0), ((20, 9000), 1), ((70001,), 0), ((7, 40, 13), (0, 2)), ((50, 7), 0)])
def test_same_bits_on_every_level_with_fma(
    function: Callable[..., Any], shape: tuple[int, ...], axis: Any, rng: np.random.Generator
) -> None:
    levels = [level for level in mm.system.available_isas() if level != "baseline"]
    if len(levels) < 2:
        pytest.skip("one level with FMA on this CPU")
    a = rng.standard_normal(shape)
    results = []
    for level in levels:
        with mm.system.use_isa(level):
            results.append(function(a, axis=axis))
    assert all(np.array_equal(results[0], r) for r in results)


def test_a_column_is_summed_as_a_vector(isa: str, rng: np.random.Generator) -> None:
    a = rng.standard_normal((2500, 70))
    assert np.array_equal(mm.sum(a, axis=0), [mm.sum(a[:, j].copy()) for j in range(70)])
    assert np.array_equal(mm.var(a, axis=0), [mm.var(a[:, j].copy()) for j in range(70)])
    assert mm.sum(a) == mm.sum(a.reshape(-1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_shapes_types_and_values_are_numpys(
    isa: str, shape: tuple[int, ...], axis: Any, keepdims: bool, dtype: type, rng: np.random.Generator
) -> None:
    a = np.asarray(rng.random(shape), dtype=dtype)
    for ours, numpys in ((mm.sum, np.sum), (mm.mean, np.mean), (mm.var, np.var)):
        result, expected = ours(a, axis=axis, keepdims=keepdims), numpys(a.astype(np.float64), axis=axis, keepdims=keepdims)
        reference = numpys(a, axis=axis, keepdims=keepdims)
        assert type(result) is type(reference)
        assert result.dtype == reference.dtype
        assert result.shape == reference.shape
        # All terms are positive: relative errors are a few eps of the dtype, and NumPy's own of the order of n eps in double.
        np.testing.assert_allclose(result, expected, rtol=4 * np.finfo(dtype).eps + a.size * 2.0**-52, atol=0)
        out = np.empty(np.shape(reference), dtype)
        assert ours(a, axis, None, out, keepdims=keepdims) is out
        assert np.array_equal(out, result)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_shape_axes_and_slices(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from(DTYPES))
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=9))
    a = data.draw(hnp.arrays(dtype, shape, elements=st.integers(-1000, 1000).map(float)))
    a = a[tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1, -2]))) for _ in shape)]
    a = a.transpose(data.draw(st.permutations(range(a.ndim))))
    axis = data.draw(st.one_of(st.none(), hnp.valid_tuple_axes(a.ndim, min_size=0), st.integers(-a.ndim, a.ndim - 1)))
    keepdims = data.draw(st.booleans())
    with mm.threads(data.draw(st.sampled_from([1, 3]))):
        # Sums of small integers are exact in any order.
        assert np.array_equal(mm.sum(a, axis=axis, keepdims=keepdims), np.sum(a, axis=axis, keepdims=keepdims))
        mean = np.sum(a, axis=axis, keepdims=keepdims, dtype=np.float64) / (a.size // max(1, np.sum(a, axis=axis).size))
        assert np.array_equal(mm.mean(a, axis=axis, keepdims=keepdims), mean.astype(dtype))


@pytest.mark.parametrize("n", [10**6, 2**24 + 1, 3 * 10**7])
def test_float32_mean_of_equal_numbers_is_the_number(n: int) -> None:
    for value in (1.0, 0.1, 3.3e-5):
        assert mm.mean(np.broadcast_to(np.float32(value), n)) == np.float32(value)


@pytest.mark.slow
@pytest.mark.parametrize("value", [1.0, 0.1])
def test_float32_mean_of_1e8_numbers(value: float) -> None:
    x = np.full(10**8, value, np.float32)
    assert mm.mean(x) == np.float32(value)
    assert mm.mean(x.reshape(10**4, 10**4), axis=0).tolist() == [np.float32(value)] * 10**4


def test_negative_zero_infinity_and_nan(isa: str) -> None:
    for n in (1, 5, 40, 3000):
        assert math.copysign(1, mm.sum(np.full(n, -0.0))) == math.copysign(1, np.sum(np.full(n, -0.0)))
        x = np.ones((n, 3))
        x[n // 2] = [np.inf, -np.inf, np.nan]
        assert np.array_equal(mm.sum(x, axis=0), [np.inf, -np.inf, np.nan], equal_nan=True)
    with pytest.warns(RuntimeWarning, match="invalid value encountered in reduce"):
        assert np.isnan(mm.sum(np.array([np.inf, -np.inf])))


@pytest.mark.parametrize("dtype", DTYPES)
def test_overflow_obeys_errstate(isa: str, threads: int, dtype: type) -> None:
    x = np.full(200_000, np.finfo(dtype).max, dtype)
    with pytest.warns(RuntimeWarning, match="overflow encountered in reduce"):
        assert mm.sum(x) == np.inf
    with np.errstate(over="ignore"):
        assert mm.sum(x) == np.inf
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        mm.sum(x)
    with np.errstate(all="raise"):
        assert mm.sum(np.full(200_000, 1e-300)) > 0
        assert mm.mean(x[:1]) == x[0]


class Named(np.ndarray):
    """A subclass whose reductions must stay NumPy's: they return the subclass."""


def same_as_numpy(ours: Callable[..., Any], numpys: Callable[..., Any], *args: Any, ulp: int = 0, **kwargs: Any) -> None:
    """The same result (within `ulp`) and type, or the same class of exception; the same classes of warnings."""
    outcomes = []
    for function in (ours, numpys):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            try:
                kind, value = "result", function(*args, **kwargs)
            except Exception as error:
                kind, value = "error", type(error)
        outcomes.append((kind, value, [w.category for w in seen]))
    (kind, value, warned), (numpy_kind, numpy_value, numpy_warned) = outcomes
    assert kind == numpy_kind, (value, numpy_value)
    assert warned == numpy_warned
    if kind == "error":
        assert value is numpy_value
    else:
        assert type(value) is type(numpy_value)
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f":
            assert value.dtype == numpy_value.dtype
            np.testing.assert_allclose(value, numpy_value, rtol=ulp * float(np.finfo(value.dtype).eps), atol=0)
        else:
            np.testing.assert_array_equal(value, numpy_value)


@pytest.mark.parametrize("name", ["sum", "mean", "var"])
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.empty(0),), {}),
        ((np.empty((0, 3)),), {"axis": 0}),
        ((np.empty((0, 3)),), {"axis": 1}),
        ((np.ones((2, 3)),), {"axis": 2}),
        ((np.ones((2, 3)),), {"axis": -3}),
        ((np.ones((2, 3)),), {"axis": (0, 0)}),
        ((np.ones((2, 3)),), {"axis": (0, -2)}),
        ((np.ones((2, 3)),), {"axis": 1.5}),
        ((np.ones((2, 3)),), {"axis": "0"}),
        ((np.ones((2, 3)),), {"axis": 10**30}),
        ((np.ones((2, 3)),), {"axis": np.int64(1)}),
        ((np.float64(2),), {"axis": 0}),
        ((np.array(2.0),), {"axis": ()}),
        ((np.ones((2, 3)),), {"keepdims": 1}),
        ((np.ones((2, 3)),), {"keepdims": "yes"}),
        ((np.ones((2, 3)),), {"keepdim": True}),
        ((np.ones((2, 3)),), {"dtype": "nonsense"}),
        ((np.ones((2, 3)),), {"dtype": np.float32}),
        ((np.ones((2, 3)),), {"dtype": ">f8"}),
        ((np.ones((2, 3), np.float32),), {"dtype": np.float64, "axis": 1}),
        ((np.ones((2, 3)),), {"where": np.array([True, False, True])}),
        ((np.ones((2, 3)),), {"out": np.empty(2), "axis": 0}),
        ((np.ones((2, 3)),), {"out": [0.0, 0.0, 0.0], "axis": 0}),
        ((np.ones((2, 3)),), {"out": np.broadcast_to(np.zeros(1), 3), "axis": 0}),
        ((np.arange(6).reshape(2, 3),), {"axis": 1}),
        ((np.array([True, False]),), {}),
        ((np.ones(3, np.float16),), {}),
        ((np.ones(3, complex),), {}),
        ((np.ones(3, np.longdouble),), {}),
        ((np.array(["a", "b"]),), {}),
        (([1.0, 2.0, 3.0],), {}),
        (([[1.0], [2.0, 3.0]],), {}),
        ((3.5,), {}),
        ((None,), {}),
        (("text",), {}),
        ((), {}),
        ((np.ones(3), 0, None, None, False, 0, True, 1, 2, 3), {}),
        ((np.array([[1.0, 2.0]]).view(Named),), {"axis": 1}),
        ((np.ma.masked_equal([1.0, 2.0, 3.0], 2.0),), {}),
    ],
)
def test_unusual_input_is_numpys(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(getattr(mm, name), getattr(np, name), *args, **kwargs)


@pytest.mark.parametrize("keywords", [{"initial": 5.0}, {"initial": 5.0, "axis": 0}, {"where": False}, {"initial": None}])
def test_initial_and_where_are_numpys(keywords: dict[str, Any]) -> None:
    same_as_numpy(mm.sum, np.sum, np.ones((2, 3)), **keywords)


def test_out_read_only_overlapping_and_odd(isa: str, rng: np.random.Generator) -> None:
    a = rng.standard_normal((40, 50))
    expected = mm.sum(a, axis=0)
    frozen = np.zeros(50)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        mm.sum(a, axis=0, out=frozen)
    b = a.copy()
    assert mm.sum(b, axis=0, out=b[7]) is not None
    assert np.array_equal(b[7], expected)
    strided = np.zeros(150)[::-3]
    mm.sum(a, axis=0, out=strided)
    assert np.array_equal(strided, expected)
    swapped = np.zeros(50, ">f8")
    assert mm.sum(a, axis=0, out=swapped) is swapped
    assert np.array_equal(swapped, expected)
    unaligned = np.frombuffer(bytearray(401), offset=1, dtype=np.float64)
    mm.sum(a, axis=0, out=unaligned)
    assert np.array_equal(unaligned, expected)
    before = a.copy()
    a.flags.writeable = False
    assert np.array_equal(mm.sum(a, axis=0), expected)
    assert np.array_equal(a, before)
