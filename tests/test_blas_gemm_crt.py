# SPDX-License-Identifier: BSD-3-Clause
"""gemm_crt: against its definition in Python's integers, exact sums, NumPy's own error; bits, edges, numbers that are none."""

from __future__ import annotations

import math
import os
import signal
import threading
import warnings
from collections.abc import Callable
from typing import Any

import exact_products
import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native import _mlmath

Array = NDArray[Any]
MULTIPLYING = ("vnni", "amx")


@pytest.fixture(params=MULTIPLYING)
def unit(request: pytest.FixtureRequest) -> str:
    if request.param not in mm.system.int8_units():
        pytest.skip(f"int8 unit {request.param}: not on this machine (it has {', '.join(mm.system.int8_units())})")
    return str(request.param)


def product(a: Array, b: Array, moduli: int, unit: str, outcome: str = "done", **choices: Any) -> Array:
    c = np.full((a.shape[0], b.shape[1]), 0.25, a.dtype)
    assert _mlmath._testing.gemm_crt(a, b, c, moduli, unit, **choices) == outcome
    return c


def draw(kind: str, n: int, dtype: str, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    x = {"uniform": rng.random, "laplace": lambda size: rng.laplace(size=size)}.get(kind, rng.standard_normal)((n, n))
    if kind == "wide":
        x *= np.exp(4 * rng.standard_normal((n, n)))
    if kind == "rows":
        x *= np.exp(4 * rng.standard_normal((n, 1)))
    if kind == "relu":
        x = np.maximum(x, 0)
    if kind == "heavy":
        x = rng.standard_t(2, size=(n, n))
    return x.astype(dtype)


# The definition


@pytest.mark.parametrize("moduli", [3, 7, 8, 11, 14, 15, 16])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_definition_in_integers(unit: str, moduli: int, dtype: str) -> None:
    rng = np.random.default_rng(moduli)
    a = (rng.standard_normal((6, 90)) * np.exp2(rng.integers(-60, 60, (6, 1)))).astype(dtype)
    b = (rng.standard_normal((90, 5)) * np.exp2(rng.integers(-60, 60, (1, 5)))).astype(dtype)
    exponents = (exact_products.exponents_of(a, moduli), exact_products.exponents_of(b.T, moduli))
    expected = exact_products.scheme(a, b, exponents).astype(dtype)
    for name in (unit, "textbook"):
        np.testing.assert_array_equal(product(a, b, moduli, name), expected)


def test_integers_are_exact(unit: str) -> None:
    # What fits the integers of the lines is not rounded at all, sums that cancel to nothing included.
    rng = np.random.default_rng(0)
    a, b = rng.integers(-(2**20), 2**20, (40, 70)).astype(float), rng.integers(-(2**20), 2**20, (70, 33)).astype(float)
    a[:, 35:], b[35:] = a[:, :35], -b[:35]
    a[0, 0] += 1
    expected = (a.astype(np.int64) @ b.astype(np.int64)).astype(float)
    assert not expected[1:].any()
    assert expected[0].any()
    c = product(a, b, 15, unit)
    np.testing.assert_array_equal(c, expected)
    assert not np.signbit(c[1:]).any()


@pytest.mark.parametrize("k", [1, 3, 64, 700])
def test_results_are_rounded_once(unit: str, k: int) -> None:
    # Products of which every line fits: the result is the exact sum, rounded to nearest, ties to even.
    rng = np.random.default_rng(k)
    a, b = rng.integers(-(2**45), 2**45, (20, k)).astype(float), rng.integers(-(2**45), 2**45, (k, 20)).astype(float)
    exact = a.astype(object).astype(int).astype(object) @ b.astype(object).astype(int).astype(object)
    expected = np.array([[float(int(x)) for x in row] for row in exact])
    np.testing.assert_array_equal(product(a, b, 16, unit), expected)


@pytest.mark.parametrize(("moduli", "integer"), [(3, 2), (4, 50)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_no_sum_wraps_where_rounding_lengthens_the_lines_most(unit: str, moduli: int, integer: int, sign: float) -> None:
    # Parallel lines, where Cauchy and Schwarz's inequality is an equality, of norm L but for a thousandth, and every element just
    # above a half: rounded up, the sum would pass M / 2. So the power of two must leave room for sqrt(k) / 2.
    limit = exact_products.norm_limit(moduli)
    value = (integer + 0.5) * (1 + 1e-9)
    k = int((limit / value) ** 2 * 0.998)
    assert (integer + 1) ** 2 * k > math.prod(exact_products.MODULI[:moduli]) / 2
    a = np.full((1, k), value)
    (s,) = exact_products.exponents_of(a, moduli)
    assert s == -1
    expected = sign * round(value / 2) ** 2 * k * 4.0
    for name in (unit, "textbook"):
        assert product(a, sign * a.T, moduli, name)[0, 0] == expected


@pytest.mark.parametrize("name", ["textbook", *MULTIPLYING])
def test_how_deep_few_moduli_go(name: str) -> None:
    if name not in mm.system.int8_units():
        pytest.skip(f"int8 unit {name}: not on this machine (it has {', '.join(mm.system.int8_units())})")
    deepest = (exact_products.norm_limit(3) / 2) ** 2  # sqrt(k) / 2 = L / 4
    for k, outcome in ((int(0.999 * deepest), "done"), (int(1.001 * deepest), "too_deep")):
        c = product(np.ones((1, k)), np.ones((k, 1)), 3, name, outcome)
        assert c[0, 0] == (k if outcome == "done" else 0.25)


def test_what_is_not_finite_is_said_first(unit: str) -> None:
    a, b = np.ones((3, 4)), np.ones((4, 3))
    a[0, 0], b[2, 2] = 1e200, np.nan
    for x, y in ((a, b), (b.T, a.T)):
        product(x, y, 15, unit, "not_finite")
    product(a, np.ones((4, 3)), 15, unit, "out_of_range")


# Error


@pytest.mark.parametrize("n", [256, 512])
@pytest.mark.parametrize("kind", ["normal", "uniform", "laplace", "rows"])
@pytest.mark.parametrize(("dtype", "moduli"), [("float64", 15), ("float32", 7)])
def test_error_is_at_most_numpys(unit: str, n: int, kind: str, dtype: str, moduli: int) -> None:
    a, b = draw(kind, n, dtype, 1), draw(kind, n, dtype, 2)
    assert moduli == mm_moduli(53 if dtype == "float64" else 24)
    errors = exact_products.relative_errors(a, b, {"ours": product(a, b, moduli, unit), "NumPy": a @ b}, 400)
    assert errors["ours"] <= errors["NumPy"]


@pytest.mark.slow
@pytest.mark.parametrize("n", [1024, 2048, 4096])
@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize(("dtype", "moduli"), [("float64", 15), ("float32", 7)])
def test_error_is_at_most_numpys_for_large(unit: str, n: int, kind: str, dtype: str, moduli: int) -> None:
    a, b = draw(kind, n, dtype, 3), draw(kind, n, dtype, 4)
    errors = exact_products.relative_errors(a, b, {"ours": product(a, b, moduli, unit, threads=2), "NumPy": a @ b}, 1000)
    assert errors["ours"] <= errors["NumPy"]


def mm_moduli(bits: int) -> int:
    """How many moduli the engine takes, from its report."""
    with mm.system.use_int8_unit("textbook"):
        return int(mm.matmul(np.ones((1, 1)), np.ones((1, 1)), engine="crt", bits=bits, explain=True)[1].moduli)


@pytest.mark.parametrize("bits", [4, 11, 24, 31, 40, 47, 53, 59])
@pytest.mark.parametrize("kind", ["normal", "wide", "heavy"])
def test_bound(unit: str, bits: int, kind: str) -> None:
    # |c - exact| <= 2^-(bits + 2) sqrt(k) ||a|| ||b|| + u |c|, wide lines too.
    a, b = draw(kind, 100, "float64", 5), draw(kind, 100, "float64", 6)
    c = product(a, b, mm_moduli(bits), unit)
    norms = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=0)
    limit = 2.0 ** -(bits + 2) * math.sqrt(100) * norms * (1 + 2.0**-20) + 2.0**-53 * np.abs(c)
    for i in range(0, 100, 7):
        for j in range(0, 100, 9):
            assert abs(c[i, j] - exact_products.inner_product(a[i], b[:, j])) <= limit[i, j]


@pytest.mark.parametrize("kind", ["normal", "uniform", "laplace", "rows", "relu", "heavy", "wide"])
@pytest.mark.parametrize("other", ["normal", "relu", "wide"])
@pytest.mark.parametrize(("dtype", "moduli"), [("float64", 15), ("float32", 7)])
def test_what_the_guard_lets_through_is_not_worse_than_numpy(unit: str, kind: str, other: str, dtype: str, moduli: int) -> None:
    a, b = draw(kind, 300, dtype, 7), draw(other, 300, dtype, 8)
    c = np.empty_like(a)
    outcome = _mlmath._testing.gemm_crt(a, b, c, moduli, unit, guarded=True)
    expected = {"wide": "uneven"}.get(kind) or {"wide": "uneven"}.get(other)
    if kind in ("normal", "uniform", "rows", "laplace") and other == "normal":
        expected = "done"
    assert outcome == (expected or outcome)
    if outcome == "done":
        errors = exact_products.relative_errors(a, b, {"ours": c, "NumPy": a @ b}, 400)
        assert errors["ours"] <= 2 * errors["NumPy"]


@pytest.mark.parametrize(
    ("dtype", "moduli", "k", "chunk"), [("float64", 15, 384, 384), ("float64", 15, 999, 384), ("float32", 7, 512, 512)]
)
def test_where_the_guard_draws_the_line(unit: str, dtype: str, moduli: int, k: int, chunk: int) -> None:
    # Ones against h ones of k: the guard's lower bound of |a|.|b| / ||a|| ||b|| is 0.9428^4 (h / k)^1.5; the scheme's error bound
    # is a quarter of the ordinary product's where that is 4 * 2 sqrt(k) / L' / gamma.
    gamma = (chunk + math.ceil(k / chunk)) * np.finfo(dtype).eps / 2
    least = 8 * math.sqrt(k) / (exact_products.norm_limit(moduli) - math.sqrt(k) / 2) / gamma
    ones = k * (least / 0.9428**4) ** (2 / 3)
    for count, outcome in ((math.ceil(1.03 * ones), "done"), (math.floor(0.97 * ones), "uneven")):
        a, b = np.ones((3, k), dtype), np.zeros((k, 3), dtype)
        b[:count, 0] = b[:, 1:] = 1  # one line decides
        product(a, b, moduli, unit, outcome, guarded=True)
        product(b.T, a.T, moduli, unit, outcome, guarded=True)
        product(a, b, moduli, unit)


# Bits


@pytest.mark.parametrize(("m", "n", "k"), [(1, 1, 1), (33, 65, 129), (100, 31, 513), (64, 64, 64), (129, 7, 1025)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_same_bits_for_threads_blockings_and_layouts(unit: str, m: int, n: int, k: int, dtype: str) -> None:
    rng = np.random.default_rng(m)
    a, b = rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)
    expected = product(a, b, 15, "textbook")
    for threads in (1, 2, 3):
        for block, rows, columns in ((0, 0, 0), (512, 32, 32), (1024, 64, 96)):
            c = product(a, b, 15, unit, threads=threads, block=block, task_rows=rows, task_columns=columns)
            np.testing.assert_array_equal(c, expected)
    for x in (np.asfortranarray(a), np.repeat(a, 2, axis=1)[:, ::2], a[::-1, ::-1].copy()[::-1, ::-1]):
        for y in (np.asfortranarray(b), np.repeat(b, 2, axis=0)[::2], b[::-1, ::-1].copy()[::-1, ::-1]):
            np.testing.assert_array_equal(product(x, y, 15, unit), expected)
    for c in (np.empty((n, m), dtype).T, np.empty((2 * m, 3 * n), dtype)[::2, ::3], np.empty((m, n), dtype)[::-1, ::-1]):
        assert _mlmath._testing.gemm_crt(a, b, c, 15, unit) == "done"
        np.testing.assert_array_equal(c, expected)
    np.testing.assert_array_equal(product(a, a.T, 15, unit), product(a, a.T, 15, "textbook"))  # one array twice


def test_broadcast_operands(unit: str) -> None:
    rng = np.random.default_rng(1)
    row, b = np.broadcast_to(rng.standard_normal(50), (40, 50)), rng.standard_normal((50, 20))
    np.testing.assert_array_equal(product(row, b, 15, unit), product(row.copy(), b, 15, "textbook"))
    one = np.broadcast_to(np.array(0.1), (40, 50))
    np.testing.assert_array_equal(product(one, b, 15, unit), product(one.copy(), b, 15, "textbook"))


# Numbers that are none, and errstate


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e200, 1e308, 5e-324])
def test_what_is_refused_is_the_ordinary_product(unit: str, value: float) -> None:
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((30, 40)), rng.standard_normal((40, 20))
    a[7] = 0
    a[7, 3] = value
    with np.errstate(all="ignore"), warnings.catch_warnings(), mm.system.use_int8_unit(unit):
        warnings.simplefilter("ignore")
        c, report = mm.matmul(a, b, engine="crt", explain=True)
        np.testing.assert_array_equal(c, mm.matmul(a, b))
    assert report.engine == "fma"


@pytest.mark.parametrize("exponent", [448, -448])
@pytest.mark.parametrize("moduli", [3, 15, 16])
def test_norms_at_the_limits(unit: str, exponent: int, moduli: int) -> None:
    at, beyond, one = np.full((1, 1), 2.0**exponent), np.full((1, 1), 2.0**exponent * (2 if exponent > 0 else 0.5)), np.ones((1, 1))
    for name in (unit, "textbook"):
        for x, y in ((at, at), (at, one), (one, at)):
            np.testing.assert_array_equal(product(x, y, moduli, name), x * y)
        for x, y in ((beyond, one), (one, beyond), (beyond, beyond)):
            product(x, y, moduli, name, "out_of_range")


def test_flags(unit: str) -> None:
    # Finite data raise nothing but what the product raises; a float32 result that overflows says so, as the ordinary one does.
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((30, 40)), rng.standard_normal((40, 20))
    a[3], a[4], a[5, 1:] = a[3] * 1e-130, a[4] * 1e130, 0
    big = np.full((3, 3), 1e30, np.float32)
    with np.errstate(all="raise"), mm.system.use_int8_unit(unit):
        mm.matmul(a, b, engine="crt")
        mm.matmul(np.ones((30, 40), np.float32), b.astype(np.float32), engine="crt")
        with pytest.raises(FloatingPointError, match="overflow"):
            mm.matmul(big, big, engine="crt")
    with np.errstate(over="ignore"), mm.system.use_int8_unit(unit):
        assert np.isposinf(mm.matmul(big, big, engine="crt")).all()


@pytest.mark.parametrize("name", ["textbook", *MULTIPLYING])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_flag_for_elements_far_below_the_norm_of_their_line(name: str, dtype: str) -> None:
    # They are rounded to the integer 0; on the way 2^s x is below the normal numbers. The product itself has no underflow.
    if name not in mm.system.int8_units():
        pytest.skip(f"int8 unit {name}: not on this machine (it has {', '.join(mm.system.int8_units())})")
    a, b = np.ones((3, 70), dtype), np.ones((70, 3), dtype)
    a[:, 0], a[:, 1:] = (2.0**400, 0.3 * 2.0**-1000) if dtype == "float64" else (2.0**100, 0.3 * 2.0**-140)
    with np.errstate(all="raise"), mm.system.use_int8_unit(name):
        for x, y in ((a, b), (b.T, a.T)):
            c, report = mm.matmul(x, y, engine="crt", explain=True)
            assert report.engine == "crt"
            np.testing.assert_array_equal(c, np.full((3, 3), a[0, 0]))


def test_float32_results_may_be_subnormal(unit: str) -> None:
    rng = np.random.default_rng(4)
    a, b = (rng.standard_normal((20, 30)) * 1e-22).astype(np.float32), (rng.standard_normal((30, 20)) * 1e-21).astype(np.float32)
    c = product(a, b, 7, unit)
    exact = a.astype(float) @ b.astype(float)
    assert np.abs(c).max() < np.finfo(np.float32).tiny
    assert np.abs(c - exact).max() <= 2.0**-150 * (1 + 1e-6)


@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0)])
def test_nothing(unit: str, shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    np.testing.assert_array_equal(product(np.ones((m, k)), np.ones((k, n)), 15, unit), np.zeros((m, n)))


# FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO of x86.
@pytest.mark.parametrize("mode", [0x400, 0x800, 0xC00])
@pytest.mark.parametrize("moduli", [4, 7, 15, 16])
def test_rounding_mode_does_not_matter(unit: str, mode: int, moduli: int) -> None:
    # By way of the C library: in the calling thread, whose mode the pool's threads take over.
    ctypes = pytest.importorskip("ctypes")
    libm = ctypes.CDLL("libm.so.6")
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((70, 90)), rng.standard_normal((90, 80))
    a[0] = 0.1 * np.sqrt(np.arange(1, 91))  # sums of squares that are not exact
    expected = product(a, b, moduli, unit)
    for name in (unit, "textbook"):
        try:
            libm.fesetround(mode)
            c = product(a, b, moduli, name, threads=2)
            kept = libm.fegetround()
        finally:
            libm.fesetround(0)
        assert kept == mode
        np.testing.assert_array_equal(c, expected)


# Ctrl-C


def interrupted(call: Callable[[], Any]) -> None:
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        call()
    timer.join()


def test_interrupt_stops_a_stack_of_small_products(unit: str) -> None:
    # Each is far shorter than the time between two questions to the host.
    x = np.ones((4, 4))
    out = np.full((300_000, 4, 4), 0.25)
    with mm.system.use_int8_unit(unit):
        interrupted(lambda: mm.matmul(np.broadcast_to(x, out.shape), x, engine="crt", out=out))
        assert (out[-1] == 0.25).all()  # it did not merely notice at the end
        np.testing.assert_array_equal(mm.matmul(x, x, engine="crt"), x @ x)


@pytest.mark.parametrize(("name", "n", "block"), [("vnni", 2500, 32), ("amx", 2500, 32), ("textbook", 700, 0)])
def test_interrupt_stops_a_product_of_short_parts(name: str, n: int, block: int) -> None:
    if name not in mm.system.int8_units():
        pytest.skip(f"int8 unit {name}: not on this machine (it has {', '.join(mm.system.int8_units())})")
    x, out = np.ones((n, n)), np.full((n, n), 0.25)
    interrupted(lambda: _mlmath._testing.gemm_crt(x, x, out, 15, name, block=block, threads=2))
    assert out[-1, -1] == 0.25
    np.testing.assert_array_equal(product(x[:50], x[:, :50], 15, name), np.full((50, 50), float(n)))


def test_interrupt_stops_within_a_task() -> None:
    if "vnni" not in mm.system.int8_units():
        pytest.skip("int8 unit vnni: not on this machine")
    # One task for all of C, which writes at its end: nothing is written.
    a, b, out = np.ones((2000, 2500)), np.ones((2500, 2000)), np.full((2000, 2000), 0.25)
    interrupted(lambda: _mlmath._testing.gemm_crt(a, b, out, 15, "vnni", task_rows=4096, task_columns=4096))
    assert (out == 0.25).all()
