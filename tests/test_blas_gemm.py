# SPDX-License-Identifier: BSD-3-Clause
"""matmul against products to twice the precision: sizes around the tile and the chunk, layouts, batches, threads, bad input."""

from __future__ import annotations

import signal
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native.study._oracle import matmul_reference

Array = NDArray[Any]
DTYPES = [np.float32, np.float64]
CHUNK = {np.dtype(np.float32): 512, np.dtype(np.float64): 384}
# m, n, k beyond the registers: several chunks of k, packed B, row and column blocks, thin and flat results.
LARGE = [(130, 70, 800), (70, 300, 390), (515, 260, 300), (1, 400, 900), (400, 1, 900), (2, 700, 50), (700, 2, 50), (333, 5, 1100)]


def gamma(k: int, dtype: Any) -> float:
    """The contract's bound in units of sum |a b|: a running sum per chunk, one addition per chunk, the product."""
    chunk = CHUNK[np.dtype(dtype)]
    return (min(k, chunk) + ceil(k / chunk) + 1) * float(np.finfo(dtype).eps)


def check(c: Array, a: Array, b: Array) -> None:
    high, low, scale = matmul_reference(a, b)
    error = np.abs((c.astype(np.float64) - high) - low)
    assert c.shape == high.shape
    assert np.all(error <= gamma(a.shape[1], c.dtype) * scale)


def pair(rng: np.random.Generator, m: int, n: int, k: int, dtype: Any) -> tuple[Array, Array]:
    return rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)


def laid_out(x: Array, kind: str) -> Array:
    """The same values in another layout: transposed, every second element, reversed, unaligned."""
    rows, columns = x.shape
    if kind == "F":
        return np.asfortranarray(x)
    if kind == "strided":
        y = np.full((2 * rows + 1, 3 * columns + 1), np.nan, x.dtype)[1::2, 1::3]
    elif kind == "reversed":
        y = np.empty_like(x)[::-1, ::-1]
    elif kind == "offset":  # aligned to the element, not to a register
        y = np.empty(x.size + 3, x.dtype)[3:].reshape(x.shape)
    elif kind == "unaligned":
        y = np.empty(x.nbytes + 1, np.uint8)[1:].view(x.dtype).reshape(x.shape)
    else:
        return x.copy()
    y[...] = x
    return y


LAYOUTS = ["C", "F", "strided", "reversed", "offset", "unaligned"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", ["m", "n", "k"])
def test_every_size_to_130(isa: str, threads: int, axis: str, dtype: type, rng: np.random.Generator) -> None:
    for size in range(1, 131):
        m, n, k = {"m": (size, 7, 11), "n": (7, size, 11), "k": (11, 7, size)}[axis]
        a, b = pair(rng, m, n, k, dtype)
        check(mm.matmul(a, b), a, b)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sampled_triples(isa: str, dtype: type, rng: np.random.Generator) -> None:
    for m, n, k in rng.integers(1, 131, (500, 3)):  # 3000 with both dtypes on three levels
        a, b = pair(rng, m, n, k, dtype)
        check(mm.matmul(a, b), a, b)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n", "k"), LARGE)
def test_large(isa: str, threads: int, m: int, n: int, k: int, dtype: type, rng: np.random.Generator) -> None:
    a, b = pair(rng, m, n, k, dtype)
    check(mm.matmul(a, b), a, b)


@pytest.mark.parametrize("dtype", DTYPES)
def test_root_mean_square_error_is_at_most_twice_numpys(dtype: type, rng: np.random.Generator) -> None:
    for n in (16, 64, 200, 700):
        a, b = pair(rng, n, n, n, dtype)
        high, low, _ = matmul_reference(a, b)

        def rms(c: Array, high: Array = high, low: Array = low) -> float:
            return float(np.sqrt(np.mean(np.square((c.astype(np.float64) - high) - low))))

        ulp = float(np.finfo(dtype).eps) * float(np.sqrt(np.mean(np.square(high))))
        assert rms(mm.matmul(a, b)) <= max(2 * rms(np.matmul(a, b)), ulp)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n", "k"), [(2, 2, 2), (1, 1, 50), (5, 9, 3), (17, 40, 33), (64, 64, 64), *LARGE])
def test_same_bits_for_threads_and_layouts(isa: str, m: int, n: int, k: int, dtype: type, rng: np.random.Generator) -> None:
    a, b = pair(rng, m, n, k, dtype)
    with mm.threads(1):
        expected = mm.matmul(a, b)
    for index, layout in enumerate(LAYOUTS):
        other, third = LAYOUTS[(index + 1) % 6], LAYOUTS[(index * 5 + 2) % 6]
        for count in (1, 2, 3, 5):
            with mm.threads(count):
                out = laid_out(np.full((m, n), np.nan, dtype), third)
                assert mm.matmul(laid_out(a, layout), laid_out(b, other), out=out) is out
                assert np.array_equal(out, expected)
                assert np.array_equal(mm.matmul(laid_out(a, third), laid_out(b, layout)), expected)
    assert np.array_equal(mm.matmul(b.T, a.T).T, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_same_bits_on_every_level_with_fma(dtype: type, rng: np.random.Generator) -> None:
    levels = [level for level in mm.system.available_isas() if level != "baseline"]
    if len(levels) < 2:
        pytest.skip(f"needs two levels with fused multiply-add, this CPU has {levels}")
    for m, n, k in [(3, 3, 3), (1, 1, 9), (70, 45, 100), (130, 140, 1000)]:
        a, b = pair(rng, m, n, k, dtype)
        results = []
        for level in levels:
            with mm.system.use_isa(level):
                results.append(mm.matmul(a, b))
        assert all(np.array_equal(r, results[0]) for r in results)


shapes = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
steps = st.integers(-3, 3)


@settings(max_examples=150, deadline=None)
@given(shapes, st.lists(steps, min_size=4, max_size=4), st.sampled_from(DTYPES), st.integers(0, 2**31))
def test_any_strides(shape: tuple[int, int, int], step: list[int], dtype: type, seed: int) -> None:
    m, n, k = shape
    rng = np.random.default_rng(seed)

    def view(rows: int, columns: int, row_step: int, column_step: int) -> Array:
        """A step of 0 repeats the first row or column."""
        base = rng.standard_normal((3 * rows + 1, 3 * columns + 1)).astype(dtype)
        x = base[::row_step][:rows] if row_step else np.broadcast_to(base[:1], (rows, base.shape[1]))
        return x[:, ::column_step][:, :columns] if column_step else np.broadcast_to(x[:, :1], (rows, columns))

    a, b = view(m, k, step[0], step[1]), view(k, n, step[2], step[3])
    plain_a, plain_b = np.array(a, order="C"), np.array(b, order="C")
    c = mm.matmul(a, b)
    assert np.array_equal(c, mm.matmul(plain_a, plain_b))
    if m and n and k:
        check(c, plain_a, plain_b)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(0, 80), st.integers(0, 80), st.integers(0, 80), st.booleans(), st.booleans())
def test_overlapping_out_is_as_if_copied(n: int, at_a: int, at_b: int, at_out: int, flip_a: bool, flip_out: bool) -> None:
    memory = np.random.default_rng(n).standard_normal(80 + 144)

    def matrix(at: int, flip: bool) -> Array:
        x = memory[at : at + n * n].reshape(n, n)
        return x.T if flip else x

    a, b, out = matrix(at_a, flip_a), matrix(at_b, False), matrix(at_out, flip_out)
    expected = mm.matmul(a.copy(), b.copy())
    assert mm.matmul(a, b, out=out) is out
    assert np.array_equal(out, expected)


def test_inputs_are_read_only_and_left_alone(rng: np.random.Generator) -> None:
    a, b = pair(rng, 30, 20, 10, np.float64)
    keep = a.copy(), b.copy()
    a.flags.writeable = b.flags.writeable = False
    check(mm.matmul(a, b), a, b)
    assert np.array_equal(a, keep[0])
    assert np.array_equal(b, keep[1])
    assert np.array_equal(mm.matmul(a, a.T), mm.matmul(a, a.T).T)  # the same array twice; symmetric to the last bit


def test_memmap_structured_and_swapped(tmp_path: Path, rng: np.random.Generator) -> None:
    a, b = pair(rng, 30, 20, 10, np.float64)
    expected = mm.matmul(a, b)
    np.save(tmp_path / "a.npy", a)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    result = mm.matmul(mapped, b)
    assert type(result) is type(np.matmul(mapped, b)) is np.ndarray
    assert np.array_equal(result, expected)
    record = np.zeros(a.shape, dtype=[("tag", "i1"), ("x", "f8")])
    record["x"] = a
    assert np.array_equal(mm.matmul(record["x"], b), expected)
    swapped = mm.matmul(a.astype(">f8"), b)
    assert swapped.dtype == np.float64
    assert swapped.dtype.isnative
    assert np.array_equal(swapped, expected)
    out = np.empty(expected.shape, ">f8")
    assert np.array_equal(mm.matmul(a, b, out=out), expected)


def test_one_dimensional_operands(isa: str, rng: np.random.Generator) -> None:
    a, b = pair(rng, 30, 20, 10, np.float64)
    x = a[0]
    assert np.array_equal(mm.matmul(x, b), mm.matmul(a, b)[0])  # a row alone
    assert mm.matmul(a, x).shape == (30,)
    assert np.array_equal(mm.matmul(a, x), mm.matmul(a, x[:, None])[:, 0])
    scalar = mm.matmul(x, x)
    assert type(scalar) is np.float64
    assert scalar == mm.dot(x, x) == mm.matmul(x[None], x[:, None])[0, 0]
    stack = rng.standard_normal((5, 10, 4))
    assert np.array_equal(mm.matmul(x, stack), mm.matmul(x[None], stack)[:, 0])
    assert mm.matmul(np.ones((5, 3, 10)), x).shape == (5, 3)
    out = np.empty(())
    assert mm.matmul(x, x, out=out) is out
    assert out == scalar


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0, 3), (3, 0)),
        ((3, 0), (0, 2)),
        ((0, 0), (0, 0)),
        ((0,), (0,)),
        ((0,), (0, 4)),
        ((4, 0), (0,)),
        ((0, 2, 2), (2, 2)),
        ((2, 0, 2, 3), (1, 3, 2)),
        ((5, 3, 0), (5, 0, 2)),
    ],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_zero_sizes(first: tuple[int, ...], second: tuple[int, ...], dtype: type) -> None:
    a, b = np.ones(first, dtype), np.ones(second, dtype)
    expected = np.matmul(a, b)
    result = mm.matmul(a, b)
    assert np.shape(result) == np.shape(expected)
    assert np.asarray(result).dtype == expected.dtype
    assert np.array_equal(result, expected)
    if np.ndim(expected):
        out = np.full(expected.shape, np.nan, dtype)
        assert np.array_equal(mm.matmul(a, b, out=out), expected)  # zeros even over NaN


@pytest.mark.parametrize(("m", "n", "k"), [(2, 3, 4), (9, 25, 30), (1, 40, 7), (40, 1, 7), (100, 90, 700)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_nan_and_infinity_propagate(isa: str, m: int, n: int, k: int, dtype: type) -> None:
    for value in (np.nan, np.inf):
        a, b = np.ones((m, k), dtype), np.ones((k, n), dtype)
        a[m - 1, k // 2] = value
        with np.errstate(all="raise"):  # an infinity times finite numbers is no invalid operation, masked lanes included
            c = mm.matmul(a, b)
        assert np.all(c[: m - 1] == k)
        assert np.array_equal(c[m - 1], np.full(n, value), equal_nan=True)
        b[k // 2, n - 1] = 0
        with np.errstate(invalid="ignore"):
            c = mm.matmul(a, b)
        assert np.isnan(c[m - 1, n - 1])  # zeros are not skipped
        assert np.array_equal(c[m - 1, : n - 1], np.full(n - 1, value), equal_nan=True)
    b[:, n - 1] = np.nan
    assert np.array_equal(np.isnan(mm.matmul(np.ones((m, k), dtype), b)), np.isnan(b[:1] + np.zeros((m, 1), dtype)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_floating_point_warning_on_finite_data(isa: str, threads: int, dtype: type, rng: np.random.Generator) -> None:
    with np.errstate(all="raise"):
        for size in range(1, 131):
            a, b = pair(rng, size, 131 - size, size, dtype)
            mm.matmul(a, b)
            mm.matmul(b.T, np.asfortranarray(a.T))
        mm.matmul(np.ones((300, 400), dtype), np.ones((400, 301), dtype))


def test_errstate_is_obeyed_whichever_thread_met_the_flag() -> None:
    a, b = np.ones((400, 300)), np.ones((300, 400))
    a[-1, -1], b[-1, -1] = np.inf, 0.0
    with mm.threads(3):
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="invalid value encountered in matmul"):
            mm.matmul(a, b)
        with pytest.warns(RuntimeWarning, match="invalid value encountered in matmul"):
            mm.matmul(a, b)
        with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow encountered in matmul"):
            mm.matmul(np.full((2, 2), 1e200), np.full((2, 2), 1e200))


def test_signed_zero_and_subnormals() -> None:
    for n in (1, 2, 40):  # a sum starts from +0
        assert not np.signbit(mm.matmul(np.full((n, n), -0.0), np.ones((n, n)))).any()
    tiny = np.array([[5e-324, 1e-310]])
    assert np.array_equal(mm.matmul(tiny, np.eye(2)), tiny)


MIXED = [
    (np.float32, np.float64),
    (np.int64, np.float64),
    (np.float32, np.int16),
    (np.float32, np.int32),
    (np.bool_, np.float32),
    (np.float16, np.float32),
    (np.int64, np.int64),
    (np.uint8, np.int8),
    (np.float16, np.float16),
    (np.complex128, np.float64),
    (np.complex64, np.complex64),
    (np.longdouble, np.float32),
    (np.bool_, np.bool_),
    (object, np.float64),
]


@pytest.mark.parametrize(("first", "second"), MIXED)
def test_dtypes_promote_as_numpys(first: Any, second: Any, rng: np.random.Generator) -> None:
    a, b = rng.integers(0, 5, (6, 7)).astype(first), rng.integers(0, 5, (7, 4)).astype(second)
    for x, y in ((a, b), (b.T, a.T)):
        ours, numpys = mm.matmul(x, y), np.matmul(x, y)  # small integers: exact in every dtype
        assert ours.dtype == numpys.dtype
        assert np.array_equal(ours, numpys)


def test_lists_and_keywords_are_numpys() -> None:
    a, b = [[1.0, 2.0], [3.0, 4.0]], [[5, 6], [7, 8]]
    assert np.array_equal(mm.matmul(a, b), np.matmul(a, b))
    assert mm.matmul([[1, 2]], b).dtype == np.matmul([[1, 2]], b).dtype
    x, y = np.arange(24.0).reshape(2, 3, 4), np.arange(24.0).reshape(2, 4, 3)
    assert np.array_equal(mm.matmul(x, y, axes=[(1, 2), (1, 2), (1, 2)]), np.matmul(x, y))
    assert mm.matmul(x, y, dtype=np.float32).dtype == np.float32
    assert mm.matmul(x, y, order="F").flags.f_contiguous == np.matmul(x, y, order="F").flags.f_contiguous
    out = np.empty((2, 3, 3))
    for call in (lambda: mm.matmul(x, y, out), lambda: mm.matmul(x, y, out=out), lambda: mm.matmul(x, y, out=(out,))):
        out[...] = np.nan
        assert call() is out
        assert np.array_equal(out, np.matmul(x, y))
    assert np.array_equal(mm.matmul(x, y, out=None), np.matmul(x, y))
    wide = np.empty((5, 2, 3, 3))
    assert np.array_equal(mm.matmul(x, y, out=wide), np.matmul(x, y, out=np.empty_like(wide)))
    narrow = np.empty((2, 3, 3), np.float32)
    assert np.array_equal(mm.matmul(x, y, out=narrow), np.matmul(x, y))


def test_subclasses_and_overrides_have_their_own_rules() -> None:
    class Deferring:
        __array_ufunc__ = None

        def __rmatmul__(self, other: object) -> str:
            return "deferred"

    class Handling:
        def __array_ufunc__(self, *args: object, **kwargs: object) -> str:
            return "handled"

    x = np.eye(2)
    assert mm.matmul(x, Handling()) == "handled"
    with pytest.raises(TypeError):
        mm.matmul(x, Deferring())
    masked = np.ma.masked_array(x, mask=[[True, False], [False, False]])
    assert type(mm.matmul(masked, x)) is type(np.matmul(masked, x))


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f(np.ones((2, 3)), np.ones((4, 5))),
        lambda f: f(np.ones(3), np.ones(4)),
        lambda f: f(np.ones((2, 3)), np.ones(4)),
        lambda f: f(np.ones((2, 3, 4)), np.ones((3, 4, 5))),
        lambda f: f(np.float64(2.0), np.ones(3)),
        lambda f: f(np.ones((2, 2)), np.array(1.0)),
        lambda f: f(np.ones((2, 2))),
        lambda f: f(),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), None, None),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), nope=1),
        lambda f: f(x1=np.ones((2, 2)), x2=np.ones((2, 2))),
        lambda f: f(np.ones((2, 2)), "no array"),
        lambda f: f(np.ones((2, 2)), None),
        lambda f: f(np.ones((2, 2)), [[1.0, 2.0], [3.0]]),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2), "M8[s]")),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), out=np.ones((3, 3))),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), out=np.ones(2)),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), out=np.ones((2, 2), int)),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), out=np.broadcast_to(1.0, (2, 2))),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), out=[1.0]),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), out=(np.ones((2, 2)), np.ones((2, 2)))),
        lambda f: f(np.ones((2, 2)), np.ones((2, 2)), dtype=int),
    ],
)
def test_mistakes_get_numpys_error_class(call: Any) -> None:
    with pytest.raises(Exception) as numpys:
        call(np.matmul)
    with pytest.raises(type(numpys.value)):
        call(mm.matmul)


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match=r"matmul: .* x1 .* x2 .*\(2, 3\) and \(4, 5\)"):
        mm.matmul(np.ones((2, 3)), np.ones((4, 5)))
    with pytest.raises(ValueError, match=r"matmul: .* x1 and x2 .* broadcast, got shapes \(2, 3, 4\) and \(3, 4, 5\)"):
        mm.matmul(np.ones((2, 3, 4)), np.ones((3, 4, 5)))
    with pytest.raises(ValueError, match=r"matmul: out .* \(2, 4\), got \(4, 2\)"):
        mm.matmul(np.ones((2, 3)), np.ones((3, 4)), out=np.ones((4, 2)))
    with pytest.raises(ValueError, match="matmul: out is read-only"):
        mm.matmul(np.ones((2, 2)), np.ones((2, 2)), out=np.broadcast_to(1.0, (2, 2)))
    with pytest.raises(ValueError, match=r"dot: .* a .* b .*\(2, 3\) and \(4, 5\)"):
        mm.dot(np.ones((2, 3)), np.ones((4, 5)))
    with pytest.raises((ValueError, MemoryError)):  # refused before any work
        mm.matmul(np.broadcast_to(1.0, (2**31, 1)), np.broadcast_to(1.0, (1, 2**31)))


def test_dot_of_matrices_is_the_same_product(rng: np.random.Generator) -> None:
    a, b = pair(rng, 50, 40, 30, np.float64)
    assert np.array_equal(mm.dot(a, b), mm.matmul(a, b))
    assert np.array_equal(mm.dot(a, b[:, 0]), mm.matmul(a, b[:, 0]))
    assert np.array_equal(mm.dot(a[0], b), mm.matmul(a[0], b))


def test_concurrent_callers_get_the_serial_result(rng: np.random.Generator) -> None:
    from concurrent.futures import ThreadPoolExecutor

    a, b = pair(rng, 150, 160, 500, np.float64)
    expected = mm.matmul(a, b)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: mm.matmul(a, b), range(32)):
            assert np.array_equal(result, expected)


def test_interrupt(threads: int) -> None:
    """A product of many seconds stops at the signal, before all of it is written, and the library stays usable."""

    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    n = 6000
    a, out = np.ones((n, n), np.float32), np.full((n, n), np.nan, np.float32)
    old = signal.signal(signal.SIGALRM, ring)
    try:
        with mm.system.use_isa(mm.system.available_isas()[0]):
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(Alarm):
                mm.matmul(a, a, out=out)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert np.isnan(out).any()
    assert np.array_equal(mm.matmul(np.eye(3), np.eye(3)), np.eye(3))


@pytest.mark.slow
@pytest.mark.memory
def test_more_than_2_to_the_31_elements() -> None:
    n = 46341  # n * n > 2**31
    a = np.ones((n, 1), np.float32)
    a[-1] = 3
    c = mm.matmul(a, a.T)
    assert c[0, 0] == 1
    assert c[-1, 0] == c[0, -1] == 3
    assert c[-1, -1] == 9
    assert mm.matmul(c[-1:, :], np.ones((n, 2), np.float32))[0, 0] == pytest.approx(3 * n + 6, rel=n * np.finfo(np.float32).eps)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_full_cube(isa: str, dtype: type, rng: np.random.Generator) -> None:
    """Every m, n, k up to 130 on small integers, whose products and sums are exact: equal to the sum of outer products."""
    size = 130
    a, b = rng.integers(-9, 10, (size, size)).astype(dtype), rng.integers(-9, 10, (size, size)).astype(dtype)
    exact = np.zeros((size, size), dtype)
    for k in range(1, size + 1):
        exact += np.outer(a[:, k - 1], b[k - 1])
        left, right = np.ascontiguousarray(a[:, :k]), b[:k]
        for n in range(1, size + 1):
            some, want = np.ascontiguousarray(right[:, :n]), np.ascontiguousarray(exact[:, :n])
            for m in range(1, size + 1):
                assert np.array_equal(mm.matmul(left[:m], some), want[:m]), (m, n, k)
