# SPDX-License-Identifier: BSD-3-Clause
"""softmax, log_softmax, logsumexp against mpmath and SciPy: errors, shapes, layouts, threads, levels, infinities, bad input."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import mlmath_native as mm
from mlmath_native.special import log_softmax, logsumexp, softmax

NAMES = ["softmax", "log_softmax", "logsumexp"]
DTYPES = [np.float32, np.float64]
# Around the registers, the short rows (64 doubles, 128 floats) and the chunk of 1024.
SIZES = [1, 2, 3, 7, 8, 9, 16, 17, 20, 31, 32, 33, 63, 64, 65, 100, 128, 129, 1000, 1024, 1025, 2500]
# Shapes and axes that reach every path: short, one chunk, several, longer than the stash; rows, columns, packed.
CASES: list[tuple[tuple[int, ...], Any]] = [
    ((), None), ((5,), 0), ((5,), ()), ((1, 1), None), ((40, 1), 1), ((40, 1), 0), ((100, 20), 1), ((100, 20), 0), ((37, 33), 1),
    ((33, 37), 0), ((20, 65), 1), ((65, 20), 0), ((9, 1000), 1), ((1000, 9), 0), ((3, 3000), 1), ((3000, 3), 0), ((3000, 20), 0),
    ((2, 70001), 1), ((9000, 20), 0), ((7, 11, 13), 1), ((7, 11, 13), (0, 2)), ((7, 11, 13), None), ((4, 300, 6), (0, 1)),
    ((2, 3, 4, 5, 6), (1, 3)), ((20, 3000, 3), (0, 2)), ((1, 2000, 1, 3), 1), ((300, 400), None),
]  # fmt: skip


def ours(name: str) -> Callable[..., Any]:
    return getattr(mm.special, name)  # type: ignore[no-any-return]


def scipys(name: str) -> Callable[..., Any]:
    return getattr(scipy.special, name)  # type: ignore[no-any-return]


def exact(x: np.ndarray) -> tuple[list[Any], list[Any], Any, Any]:
    """Softmax, its logarithm, log-sum-exp and L = logsumexp - maximum of a vector of finite numbers, in 60 digits."""
    with mpmath.workdps(60):
        values = [mpmath.mpf(float(v)) for v in x]
        largest = max(values)
        terms = [mpmath.exp(v - largest) for v in values]
        total = mpmath.fsum(terms)
        top = values.index(largest)
        rest = mpmath.fsum(t for i, t in enumerate(terms) if i != top)
        log_total = mpmath.log1p(rest)
        return [t / total for t in terms], [(v - largest) - log_total for v in values], largest + log_total, log_total


def lanes_bound(n: int, dtype: Any) -> float:
    """The contract's s + 8 + log n, in units of eps/2."""
    itemsize = np.dtype(dtype).itemsize
    s = n / 4 + 4 if n * itemsize <= 512 else min(n, 1024) * itemsize / 256 + 8
    return s + 8 + float(np.log(n))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("spread", [1e-3, 3.0, 60.0])
@pytest.mark.parametrize("n", SIZES)
def test_error_is_within_the_contract(isa: str, n: int, spread: float, dtype: Any, rng: np.random.Generator) -> None:
    x = (spread * rng.standard_normal(n) + 5).astype(dtype)
    unit, tiny = float(np.finfo(dtype).eps) / 2, float(np.finfo(dtype).tiny)
    if n > 3:
        x[2] = x[n - 1]  # equal elements, perhaps equal maxima
    probabilities, logs, total, log_total = exact(x)
    bound = lanes_bound(n, dtype)
    largest = float(x.max())
    gap = largest - float(np.sort(x)[-2]) if n > 1 else 0.0
    of_log_total = ((gap + bound) * min(log_total, 1) + 3 * log_total) * unit
    y, z, s = softmax(x), log_softmax(x), logsumexp(x)
    assert y.dtype == z.dtype == s.dtype == dtype
    for i in range(n):
        distance = abs(float(x[i]) - largest)
        if probabilities[i] >= tiny:
            assert abs(mpmath.mpf(float(y[i])) - probabilities[i]) <= (distance + bound) * unit * probabilities[i]
        else:
            assert abs(mpmath.mpf(float(y[i])) - probabilities[i]) <= 2 * unit * tiny
        assert abs(mpmath.mpf(float(z[i])) - logs[i]) <= (distance + 2 * abs(logs[i])) * unit + of_log_total
    assert abs(mpmath.mpf(float(s)) - total) <= abs(total) * unit + of_log_total


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("gap", [20.0, 50.0, 80.0])
@pytest.mark.parametrize("n", [2, 20, 100, 3000])
def test_a_dominated_row_keeps_its_small_logarithms(isa: str, n: int, gap: float, dtype: Any) -> None:
    x = np.full(n, -gap, dtype)
    x[n // 3] = 0
    _, logs, total, _ = exact(x)
    relative = (gap + 2 + lanes_bound(n, dtype) + 3) * float(np.finfo(dtype).eps) / 2
    assert abs(mpmath.mpf(float(logsumexp(x))) - total) <= relative * total
    assert abs(mpmath.mpf(float(log_softmax(x)[n // 3])) - logs[n // 3]) <= relative * abs(logs[n // 3])


@pytest.mark.parametrize("dtype", DTYPES)
def test_weighted_error(isa: str, dtype: Any, rng: np.random.Generator) -> None:
    for n in (1, 5, 20, 33, 700, 1024, 2500):
        x, w = (4 * rng.standard_normal(n)).astype(dtype), rng.standard_normal(n).astype(dtype)
        with mpmath.workdps(60):
            terms = [mpmath.mpf(float(b)) * mpmath.exp(mpmath.mpf(float(a))) for a, b in zip(x, w)]
            total = mpmath.fsum(terms)
            condition = mpmath.fsum(map(abs, terms)) / abs(total)
            result, sign = logsumexp(x, b=w, return_sign=True)
            assert result.dtype == sign.dtype == dtype
            allowed = abs(float(x.max())) + lanes_bound(n, dtype) * condition + 3 * abs(mpmath.log(abs(total)))
            assert abs(mpmath.mpf(float(result)) - mpmath.log(abs(total))) <= allowed * float(np.finfo(dtype).eps)
            assert sign == mpmath.sign(total)
            plain = logsumexp(x, b=w)
            assert np.isnan(plain) if total < 0 else plain == result


def layouts(a: np.ndarray) -> dict[str, np.ndarray]:
    """The same logical array in other memory: Fortran order, strided, reversed, unaligned, byte-swapped, off alignment."""
    out = {"F": np.array(a, order="F")}
    if a.ndim:
        gaps = np.zeros((*a.shape[:-1], 3 * a.shape[-1]), a.dtype)
        gaps[..., ::3] = a
        out["strided"] = gaps[..., ::3]
        out["reversed"] = np.ascontiguousarray(a[::-1])[::-1]
        out["reversed within"] = np.ascontiguousarray(a[..., ::-1])[..., ::-1]
        out["transposed"] = np.ascontiguousarray(np.moveaxis(a, 0, -1)).transpose(a.ndim - 1, *range(a.ndim - 1))
    out["unaligned"] = np.frombuffer(b"x" + a.tobytes(), offset=1, dtype=a.dtype).reshape(a.shape)
    out["swapped"] = a.astype(a.dtype.newbyteorder())
    shifted = np.empty(a.size + 3, a.dtype)[3:].reshape(a.shape)
    shifted[...] = a
    out["shifted"] = shifted
    return out


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_same_bits_for_threads_and_layouts(
    isa: str, name: str, shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator
) -> None:
    function = ours(name)
    a = np.asarray(8 * rng.standard_normal(shape), dtype=dtype)
    with mm.threads(1):
        expected = function(a, axis=axis)
        for label, other in layouts(a).items():
            assert np.array_equal(function(other, axis=axis), expected), label
    for count in (2, 3, 7):
        with mm.threads(count):
            assert np.array_equal(function(a, axis=axis), expected)
            assert np.array_equal(function(np.array(a, order="F"), axis=axis), expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [5, 20, 33, 1000, 3000])
def test_same_bits_on_every_level_with_fma_and_alone(name: str, n: int, dtype: Any, rng: np.random.Generator) -> None:
    a = (100 * rng.standard_normal((41, n))).astype(dtype)
    levels = [level for level in mm.system.available_isas() if level != "baseline"]
    results = []
    for level in levels:
        with mm.system.use_isa(level):
            results.append(ours(name)(a, axis=1))
            assert np.array_equal(ours(name)(a[7]), results[-1][7])  # a row alone
    assert all(np.array_equal(results[0], r) for r in results)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("rows", "columns"), [(60_000, 20), (3000, 300), (40, 20_000), (3, 300_000)])
def test_results_beyond_the_caches(name: str, rows: int, columns: int, rng: np.random.Generator) -> None:
    # Large results are written past the caches, in whole lines: the same bits, every element, nothing beside them.
    x = rng.standard_normal((rows, columns))
    pieces = np.concatenate([np.atleast_1d(ours(name)(part, axis=1)) for part in np.array_split(x, min(rows, 7))])
    whole = np.tile(x, (-(-5_000_000 // x.size), 1))
    result = ours(name)(whole, axis=1)
    assert np.array_equal(result[:rows], pieces)
    assert np.array_equal(result[-rows:], pieces)
    if name != "logsumexp":
        frame = np.full(whole.size + 16, 7.0)
        for skip in (0, 1, 5):
            out = frame[skip + 3 : skip + 3 + whole.size].reshape(whole.shape)
            ours(name)(whole, axis=1, out=out)
            assert np.array_equal(out, result)
            assert (frame[: skip + 3] == 7).all()
            assert (frame[skip + 3 + whole.size :] == 7).all()
            frame[:] = 7


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("shape", "axis"), CASES[::3])
def test_shapes_types_and_values_are_scipys(
    name: str, shape: tuple[int, ...], axis: Any, dtype: Any, rng: np.random.Generator
) -> None:
    a = np.asarray(rng.integers(0, 9, shape) + (rng.random(shape) if np.dtype(dtype).kind == "f" else 0)).astype(dtype)
    reference = scipys(name)(a.astype(np.longdouble), axis=axis)  # sums in many digits
    result = ours(name)(a, axis=axis)
    signed = a.astype(np.int16) if dtype == np.uint8 else a.astype(np.int32) if dtype == np.uint16 else a  # theirs wrap around
    theirs = scipys(name)(signed, axis=axis)
    assert type(result) is type(theirs) or np.dtype(dtype).kind == "u"
    assert result.shape == theirs.shape
    converted = {"uint8": "float16", "uint16": "float32"} if name != "logsumexp" else {}
    assert result.dtype == converted.get(np.dtype(dtype).name, theirs.dtype.name)
    eps = float(np.finfo(result.dtype).eps)
    np.testing.assert_allclose(
        result, reference, rtol=60 * eps, atol=(60 * eps if name != "softmax" else float(np.finfo(result.dtype).tiny))
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_shape_axes_and_slices(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from(DTYPES))
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=9))
    a = data.draw(hnp.arrays(dtype, shape, elements=st.integers(-1000, 1000).map(lambda v: v / 8)))
    a = a[tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1, -2]))) for _ in shape)]
    a = a.transpose(data.draw(st.permutations(range(a.ndim))))
    axis = data.draw(st.one_of(st.none(), hnp.valid_tuple_axes(a.ndim, min_size=0), st.integers(-a.ndim, a.ndim - 1)))
    name = data.draw(st.sampled_from(NAMES))
    keywords = {"keepdims": data.draw(st.booleans())} if name == "logsumexp" else {}
    with mm.threads(data.draw(st.sampled_from([1, 3]))):
        result, reference = ours(name)(a, axis=axis, **keywords), scipys(name)(a.astype(np.float64), axis=axis, **keywords)
    assert np.shape(result) == np.shape(reference)
    eps = float(np.finfo(dtype).eps)
    # 250: the largest distance between two elements.
    np.testing.assert_allclose(
        result, reference, rtol=300 * eps, atol=float(np.finfo(dtype).tiny) if name == "softmax" else 300 * eps
    )


INFINITE = [
    [-np.inf, -np.inf], [np.inf, 1.0], [np.inf, -np.inf], [np.nan, 1.0], [np.nan, -np.inf], [-np.inf, 3.0], [1000.0, -1000.0],
    [np.inf, np.inf], [0.0, -745.0], [-1000.0, -1000.0],
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("values", INFINITE)
def test_infinities_and_nan_are_scipys(isa: str, values: list[float], name: str, dtype: Any) -> None:
    for n in (2, 20, 33, 70, 1500, 70000):
        row = np.full(n, values[1], dtype)
        row[n // 2] = values[0]
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            result = ours(name)(row)
            beside = ours(name)(np.stack([np.zeros_like(row), row, np.zeros_like(row)]), axis=1)
            below = ours(name)(np.stack([np.zeros_like(row), row, np.zeros_like(row)], axis=1), axis=0)
        with np.errstate(all="ignore"):
            reference = scipys(name)(row.astype(np.float64))
        np.testing.assert_allclose(
            result, reference.astype(dtype), rtol=2000 * np.finfo(dtype).eps, atol=float(np.finfo(dtype).tiny)
        )
        assert np.array_equal(beside[1], result, equal_nan=True)
        assert np.array_equal(below[..., 1], result, equal_nan=True)
        assert not np.isnan(beside[0]).any()
        invalid = name != "logsumexp" and bool(np.isinf(np.nanmax(row)))
        assert ["invalid value encountered in " + name in str(w.message) for w in seen] == [True] * 3 * invalid


@pytest.mark.parametrize("name", NAMES)
def test_finite_data_raises_no_flag(isa: str, threads: int, name: str, rng: np.random.Generator) -> None:
    with np.errstate(all="raise"):
        for scale in (1e-300, 1.0, 1e3, 1e300 if name != "log_softmax" else 1e3):
            for shape in ((7,), (50, 20), (20, 50), (3, 1200), (40_000, 20)):
                ours(name)(scale * rng.standard_normal(shape), axis=-1)
                ours(name)(np.where(rng.random(shape) < 0.3, np.nan, 1.0), axis=-1)
                masked = np.where(rng.random(shape) < 0.5, -np.inf, scale)
                masked[..., 0] = 0
                ours(name)(masked, axis=-1)


def test_overflow_and_invalid_obey_errstate() -> None:
    wide = np.array([1.7e308, -1.7e308])
    assert softmax(wide).tolist() == [1.0, 0.0]
    assert logsumexp(wide) == 1.7e308
    with pytest.warns(RuntimeWarning, match="overflow encountered in log_softmax"):
        assert log_softmax(wide)[1] == -np.inf
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="softmax"):
        softmax(np.full(3, -np.inf))
    with np.errstate(invalid="ignore"):
        assert np.isnan(softmax(np.full(3, -np.inf))).all()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_out_in_place_overlapping_and_odd(isa: str, name: str, rng: np.random.Generator) -> None:
    function = ours(name)
    for shape in ((40, 20), (20, 100), (3, 2500), (2, 70_000)):
        for axis in (0, 1, None):
            a = rng.standard_normal(shape)
            expected = function(a, axis)
            b = a.copy()
            assert function(b, axis, out=b) is b
            assert np.array_equal(b, expected)
            frame = np.zeros(a.size + 4)
            frame[4:] = a.ravel()
            moved = frame[:-4].reshape(shape)
            function(frame[4:].reshape(shape), axis, out=moved)
            assert np.array_equal(moved, expected)
            for out in (
                np.zeros(shape, order="F"),
                np.zeros((shape[0], 2 * shape[1]))[:, ::-2],
                np.zeros(shape, ">f8"),
                np.zeros(shape, "f4"),
            ):
                assert function(a, axis, out=out) is out
                assert np.array_equal(out, expected.astype(out.dtype))
    frozen = np.zeros((3, 4))
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        function(np.ones((3, 4)), out=frozen)
    with pytest.raises(ValueError, match=rf"{name}: out must have shape \(3, 4\), got \(4, 3\)"):
        function(np.ones((3, 4)), out=np.zeros((4, 3)))
    with pytest.raises(TypeError, match=f"{name}: out cannot hold results of dtype"):
        function(np.ones((3, 4)), out=np.zeros((3, 4), int))
    with pytest.raises(TypeError, match="out must be an array, got list"):
        function(np.ones(2), out=[0.0, 0.0])
    before = np.ones((3, 4))
    before.flags.writeable = False
    function(before)
    assert (before == 1).all()


def test_logsumexp_out_and_weights(rng: np.random.Generator) -> None:
    a = rng.standard_normal((30, 40))
    expected = logsumexp(a, axis=0)
    for out in (np.zeros(40), np.zeros(120)[::3], np.zeros(40, ">f8"), a[3]):
        assert logsumexp(a.copy() if out is not a[3] else a, axis=0, out=out) is out
        assert np.array_equal(out, expected)
    b = rng.random((30, 40))
    weighted = logsumexp(b * 0 + 1, axis=0, b=b)
    assert np.array_equal(logsumexp(b * 0 + 1, axis=0, b=b, out=b[5]), weighted)
    b = rng.random((30, 40))
    weighted = logsumexp(b * 0 + 1, axis=1, b=b)
    assert np.array_equal(logsumexp(b * 0 + 1, axis=1, b=b, out=b[:30, 0]), weighted)
    assert logsumexp(a, out=np.zeros(())).shape == ()
    with pytest.raises(ValueError, match="out cannot be combined with return_sign"):
        logsumexp(a, return_sign=True, out=np.zeros(()))
    for x, w in (((5, 1), (3,)), ((4, 5), ()), ((), (3,)), ((2, 1, 4), (3, 1)), ((2, 2000), (2, 1))):
        p, q = rng.standard_normal(x), rng.standard_normal(w)
        for axis in (None, 0, -1):
            for keepdims in (False, True):
                ours_, theirs = (f(p, axis, q, keepdims, return_sign=True) for f in (logsumexp, scipy.special.logsumexp))
                for mine, other in zip(ours_, theirs):
                    assert np.shape(mine) == np.shape(other)
                np.testing.assert_allclose(ours_[0], theirs[0], rtol=1000 * np.finfo(float).eps, atol=1000 * np.finfo(float).eps)
                assert np.array_equal(ours_[1], theirs[1])
    with pytest.raises(ValueError, match="shape mismatch"):
        logsumexp(np.ones(3), b=np.ones(2))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1.0, 1.0], [1, -1]), ([0.0, np.nan], [1, 0]), ([np.inf, 1], [0, 1]), ([np.inf, 1], [-1, 1]), ([1.0, 2], [np.inf, 1]),
        ([1.0, 2], [0, 0]), ([-np.inf], [-1]), ([1.0, 2.0], [np.nan, 1]), ([1.0, 2.0], 2), ([1.0, 2.0], [True, False]),
        (np.ones(3, np.float32), [1, 2, 3]), (np.ones(3, np.float32), np.ones(3)), (np.ones(3, np.float32), 2),
        (np.ones(3, np.float16), np.ones(3, np.float16)), (np.arange(3), np.ones(3, np.float32)),
    ],
)  # fmt: skip
def test_weights_are_scipys(a: Any, b: Any) -> None:
    for keywords in ({}, {"return_sign": True}):
        mine, theirs = (f(a, b=b, **keywords) for f in (logsumexp, scipy.special.logsumexp))
        for x, y in zip(mine, theirs) if keywords else [(mine, theirs)]:
            assert x.dtype == y.dtype
            np.testing.assert_allclose(x, y, rtol=8 * np.finfo(x.dtype).eps)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.ones((2, 3)),), {"axis": 2}),
        ((np.ones((2, 3)),), {"axis": -3}),
        ((np.ones((2, 3)),), {"axis": (0, 0)}),
        ((np.ones((2, 3)),), {"axis": (0, -2)}),
        ((np.ones((2, 3)),), {"axis": 1.5}),
        ((np.ones((2, 3)),), {"axis": "0"}),
        ((np.ones((2, 3)),), {"axis": [0, 1]}),
        ((np.ones((2, 3)),), {"axis": True}),
        ((np.ones((2, 3)),), {"axis": np.int64(1)}),
        ((np.ones((2, 3)),), {"axis": (0, 1)}),
        ((np.ones((2, 3)),), {"axis": ()}),
        ((np.ones((2, 3)),), {"wrong": 1}),
        ((np.empty(0),), {}),
        ((np.empty((0, 3)),), {"axis": 0}),
        ((np.empty((0, 3)),), {"axis": 1}),
        ((np.empty((3, 0)),), {"axis": 0}),
        ((3.0,), {}),
        ((-np.inf,), {}),
        ((3,), {}),
        (([[1.0, 2.0], [3.0, 4.0]],), {"axis": 1}),
        (([[1.0], [2.0, 3.0]],), {}),
        ((np.array(["a", "b"]),), {}),
        ((np.array([1, 2], object),), {}),
        ((np.ones(3, complex),), {}),
        ((np.ones(3, np.longdouble),), {}),
        ((np.ma.masked_equal([1.0, 2.0], 2.0),), {}),
        ((), {}),
    ],
)
def test_unusual_input_is_scipys(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    outcomes = []
    for function in (ours(name), scipys(name)):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            try:
                kind, value = "result", function(*args, **kwargs)
            except Exception as error:
                kind, value = "error", type(error)
        outcomes.append((kind, value, [w.category for w in seen]))
    (kind, value, warned), (their_kind, their_value, their_warned) = outcomes
    assert kind == their_kind, (value, their_value)
    assert warned == their_warned
    if kind == "error":
        assert issubclass(their_value, value)
    else:
        assert type(value) is type(their_value)
        assert value.dtype == their_value.dtype
        np.testing.assert_allclose(value, their_value, rtol=8 * np.finfo(value.dtype).eps)


def test_bool_is_refused_by_softmax_and_summed_by_logsumexp() -> None:
    for function in (softmax, log_softmax):
        with pytest.raises(TypeError, match="must be numbers, got bool"):
            function(np.array([True, False]))
    assert logsumexp(np.array([True, False])) == logsumexp(np.array([1.0, 0.0]))
