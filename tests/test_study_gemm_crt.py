# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of products by exact integers: the same bits on every rung; what a rung says where there is no product, or no unit."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import pytest
from exact_products import exponents_of, scheme

import mlmath_native as mm
from mlmath_native.study import _race

LADDER = mm.study.ladder("gemm_crt")
RUNGS = list(LADDER)


def rung_of(name: str) -> Any:
    """The rung, or a skip that says what this machine lacks."""
    if LADDER[name].missing:
        pytest.skip(f"gemm_crt.{name} {LADDER[name].missing}")
    return LADDER[name]


def operands(rng: np.random.Generator, shape: tuple[int, int, int], dtype: Any) -> tuple[Any, Any]:
    """Rows and columns of very different sizes, signs, zeros, elements far below their line's norm."""
    m, k, n = shape
    a = rng.standard_normal((m, k)) * np.exp2(rng.integers(-60, 60, (m, 1))) * np.exp2(-rng.integers(0, 30, (m, k)))
    b = rng.standard_normal((k, n)) * np.exp2(rng.integers(-60, 60, (1, n)))
    a[m // 2], b[:, n // 3] = 0, 0
    a[:, k // 2] = 0
    return a.astype(dtype), b.astype(dtype)


@pytest.mark.parametrize("rung", RUNGS[1:])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 2), (17, 64, 33), (65, 129, 31), (40, 513, 45), (8, 1100, 9)])
def test_every_rung_gives_the_textbooks_bits(rung: str, dtype: Any, shape: tuple[int, int, int], rng: np.random.Generator) -> None:
    a, b = operands(rng, shape, dtype)
    for x, y in ((a, b), (np.asfortranarray(a), b[:, ::-1])):
        assert rung_of(rung)(x, y).tobytes() == LADDER["textbook"](x, y).tobytes()


@pytest.mark.parametrize("rung", RUNGS)
def test_rungs_give_the_definitions_bits(rung: str, rng: np.random.Generator) -> None:
    a, b = operands(rng, (4, 50, 3), np.float64)
    expected = scheme(a, b, (exponents_of(a, 15), exponents_of(b.T, 15)))
    assert np.array_equal(rung_of(rung)(a, b), expected)


@pytest.mark.parametrize("rung", RUNGS)
def test_there_are_moduli_for_the_ordinary_grade(rung: str, rng: np.random.Generator) -> None:
    """The errors of 15 moduli in double and 7 in float: one fewer would not stay below, one more would show."""
    a, b = rng.standard_normal((30, 200)), rng.standard_normal((200, 30))
    size = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=0)
    exact = a.astype(np.longdouble) @ b
    error = np.abs((rung_of(rung)(a, b) - exact) / size).max()
    assert error < 2.0**-53 + 2 * np.sqrt(200) * 2.0**-58
    x, y = a.astype(np.float32), b.astype(np.float32)
    error = np.abs((rung_of(rung)(x, y) - x.astype(float) @ y) / size).max()
    assert 2.0**-31 < error < 2.0**-24 + 2 * np.sqrt(200) * 2.0**-27


@pytest.mark.parametrize("rung", RUNGS)
def test_rungs_take_nothing_at_all(rung: str) -> None:
    for m, k, n in ((0, 3, 2), (3, 0, 2), (2, 3, 0)):
        c = rung_of(rung)(np.ones((m, k)), np.ones((k, n)))
        assert c.shape == (m, n)
        assert not c.any()


@pytest.mark.parametrize("rung", RUNGS)
def test_rungs_write_into_out(rung: str, rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((20, 30)), rng.standard_normal((30, 10))
    expected = rung_of(rung)(a, b)
    out = np.zeros((20, 20))[:, ::2]
    assert rung_of(rung)(a, b, out=out) is out
    assert np.array_equal(out, expected)
    with pytest.raises(ValueError, match=rf"^gemm_crt_{rung}: out must be a writeable array of shape \(20, 10\)"):
        rung_of(rung)(a, b, out=np.zeros((20, 11)))


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_rungs_refuse_what_is_not_finite(rung: str, value: float) -> None:
    a, b = np.ones((3, 4)), np.ones((4, 5))
    a[1, 2] = value
    with np.errstate(all="raise"):
        with pytest.raises(ValueError, match=rf"^gemm_crt_{rung}: a and b must be finite$"):
            rung_of(rung)(a, b)
        with pytest.raises(ValueError, match=rf"^gemm_crt_{rung}: a and b must be finite$"):
            rung_of(rung)(b.T, a.T)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("size", [1e-140, 1e140])
def test_rungs_refuse_what_leaves_the_range(rung: str, size: float) -> None:
    a = np.full((2, 3), size)
    with np.errstate(all="raise"), pytest.raises(ValueError, match=rf"^gemm_crt_{rung}: the norms of rows of a"):
        rung_of(rung)(np.ones((4, 2)), a)


@pytest.mark.parametrize("rung", RUNGS)
def test_a_rung_names_the_unit_it_lacks(rung: str) -> None:
    if not LADDER[rung].missing:
        assert np.array_equal(LADDER[rung](np.eye(2), np.eye(2)), np.eye(2))
        return
    with pytest.raises(RuntimeError, match=rf"^gemm_crt_{rung}: needs the int8 unit (vnni|amx), which this machine does not have$"):
        LADDER[rung](np.ones((2, 2)), np.ones((2, 2)))


def test_the_race_leaves_out_what_cannot_run_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mm.system, "int8_units", lambda: ["none", "textbook"])
    monkeypatch.setattr(mm._mlmath, "why_no_amx", lambda: "no such tiles")
    race = LADDER.race(n=20, seconds=0.001, show=False)
    assert [row.rung for row in race] == ["textbook", "residues", "integers", "threaded"]
    assert [row.rung for row in race.beside] == ["matmul", "numpy"]
    assert race.skipped == (
        ("vnni", "needs the int8 unit vnni"),
        ("tiles", "needs the int8 unit amx: no such tiles"),
        ("interleaved", "needs the int8 unit amx: no such tiles"),
    )
    for text in (str(race), race.markdown()):
        assert "tiles: not run, needs the int8 unit amx: no such tiles" in text
        assert "nan" not in text


def test_the_race_checks_what_stands_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    ladder = mm.study.ladder("gemm_crt")
    monkeypatch.setattr(ladder._beside[0], "function", lambda a, b: np.matmul(a, b) * (1 + 1e-6))
    monkeypatch.setattr(_race, "_time", lambda *_: pytest.fail("timed although a result is wrong"))
    with pytest.raises(mm.study.WrongRung, match=r"gemm_crt\.matmul: wrong for shape"):
        ladder.race(n=30)


@pytest.mark.parametrize("unit", ["vnni", "amx"])
@pytest.mark.parametrize(("dtype", "moduli"), [(np.float64, 15), (np.float32, 7)])
def test_the_timed_parts_are_the_whole_product(unit: str, dtype: Any, moduli: int, rng: np.random.Generator) -> None:
    if unit not in mm.system.int8_units():
        pytest.skip(f"int8 unit {unit}: not on this machine")
    a, b = (rng.standard_normal((1024, 1024)).astype(dtype) for _ in range(2))
    for threads in (1, 2):
        c, whole = np.empty_like(a), np.empty_like(a)
        start = perf_counter()
        parts = mm._mlmath._testing.gemm_crt_parts(a, b, c, moduli, unit, threads)
        whole_seconds = perf_counter() - start
        assert list(parts) == ["sums", "residues of A", "residues of B", "products", "reconstruction"]
        assert all(seconds > 0 for seconds in parts.values())
        assert sum(parts.values()) <= whole_seconds  # by one clock, one part after the other
        mm._mlmath._testing.gemm_crt(a, b, whole, moduli, unit)
        assert c.tobytes() == whole.tobytes()
    a[3, 4] = np.nan
    with pytest.raises(ValueError, match="not_finite"):
        mm._mlmath._testing.gemm_crt_parts(a, b, c, moduli, unit)
