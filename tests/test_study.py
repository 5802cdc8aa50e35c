# SPDX-License-Identifier: BSD-3-Clause
"""The ladders: every rung is listed, callable, right on every level and shows its source; a wrong rung is caught."""

from __future__ import annotations

import doctest
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native.study import WrongRung, _oracle, _race, _registry, _source
from mlmath_native.study._ladder import Rung

RUNGS = [(name, rung.name) for name, data in _registry.LADDERS.items() for rung in data.rungs]


def rung_of(kernel: str, rung: str) -> Rung:
    """The rung, or a skip that says what this machine lacks."""
    found = mm.study.ladder(kernel)[rung]
    if found.missing:
        pytest.skip(f"{kernel}.{rung} {found.missing}")
    return found


def test_ladders_are_listed() -> None:
    assert {"dot", "gemm"} <= set(mm.study.ladders())
    for name in mm.study.ladders():
        ladder = mm.study.ladder(name)
        assert next(iter(ladder)) in ("textbook", "naive", "gram_schmidt", "one_at_a_time", "polar")
        assert len(ladder) >= 4
        assert all(rung in repr(ladder) for rung in ladder)
        assert ladder._repr_html_().count("<li>") == len(ladder)
        assert name in repr(next(iter(ladder.values())))


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match=r"ladder: name must be one of dot.*'nothing'"):
        mm.study.ladder("nothing")
    with pytest.raises(KeyError, match=r"'dot' has no rung 'warp'; it has textbook"):
        mm.study.ladder("dot")["warp"]


@pytest.mark.parametrize(("kernel", "rung"), RUNGS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rung_is_right_on_every_level(isa: str, kernel: str, rung: str, dtype: Any) -> None:
    ladder = mm.study.ladder(kernel)
    for shape in ladder.kernel.awkward:
        _race._check(ladder.kernel, [rung_of(kernel, rung)], shape, np.dtype(dtype), signed=True)


@pytest.mark.parametrize(("kernel", "rung"), RUNGS)
def test_rung_takes_strided_and_unaligned_input(kernel: str, rung: str, rng: np.random.Generator) -> None:
    ladder = mm.study.ladder(kernel)
    rung_of(kernel, rung)
    shape = ladder.kernel.square(37)
    plain = ladder.kernel.make(shape, np.dtype(np.float64), rng, True)
    strided = tuple(np.repeat(a, 3, axis=-1)[..., ::3] for a in plain)
    reverse = tuple(np.ascontiguousarray(a[..., ::-1])[..., ::-1] for a in plain)
    unaligned = tuple(np.frombuffer(b"x" + a.tobytes(), offset=1, dtype=np.float64).reshape(a.shape) for a in plain)
    for arguments in (strided, reverse, unaligned):
        copies = [a.copy() for a in arguments]
        allowance = _oracle.Allowance(ladder[rung].roundings(ladder.kernel.terms(shape)), ladder[rung].condition_power)
        assert ladder.kernel.oracle(*plain).judge(ladder[rung](*arguments), np.dtype(np.float64), allowance).inside
        assert all(np.array_equal(a, b) for a, b in zip(arguments, copies))


@pytest.mark.parametrize(("kernel", "rung"), RUNGS)
def test_rung_refuses_bad_input(kernel: str, rung: str) -> None:
    ladder = mm.study.ladder(kernel)
    good = ladder.kernel.make(ladder.kernel.square(5), np.dtype(np.float64), np.random.default_rng(0), True)
    with pytest.raises(TypeError):
        ladder[rung]()
    with pytest.raises(TypeError):
        ladder[rung](*good, nonsense=1)
    with pytest.raises((TypeError, ValueError)):
        ladder[rung](*["text" for _ in good])
    if len(good) == 2:
        with pytest.raises(ValueError):
            ladder[rung](good[0], good[1][:, :-1] if kernel == "kmeans_assignment" else good[1][:-1])


def test_ladders_stand_in_the_module_of_their_family() -> None:
    for name in ("blas", "reduce", "elementwise", "factor", "eigen", "cluster", "random"):
        family = getattr(_registry, name).LADDERS
        assert family
        for data in family.values():
            assert {file.split("/")[1] for rung in data.rungs for file, _ in rung.source if file.startswith("kernels")} <= {
                name,
                "blas",
            }


def test_race_gives_every_rung_a_row() -> None:
    for name in mm.study.ladders():
        ladder = mm.study.ladder(name)
        race = ladder.race(n=20, dtype="float32", seconds=0.001, show=False)
        assert [row.rung for row in race] == [rung.name for rung in ladder.values() if not rung.missing]
        assert race.skipped == tuple((rung.name, rung.missing) for rung in ladder.values() if rung.missing)
        assert race[0].speedup == 1.0
        for row in race:
            assert 0 < row.best <= row.median
            assert row.rate > 0
            assert 0 <= row.error_ulp <= row.bound_ulp
        assert all(rung in str(race) and rung in race.markdown() for rung in ladder)
        table = race.markdown().split("\n\n")[0]
        assert len({len(line.split("|")) for line in table.splitlines()}) == 1


def test_race_refuses_bad_input() -> None:
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        mm.study.ladder("dot").race(n=0)
    with pytest.raises(TypeError, match="dtype must be float64 or float32, got int64"):
        mm.study.ladder("dot").race(n=3, dtype="int64")


class _Sabotaged:
    """A rung whose function has been replaced."""

    def __init__(self, rung: Rung, function: Any) -> None:
        self.name, self.function, self.missing = rung.name, function, ""
        self.roundings, self.condition_power = rung.roundings, rung.condition_power


def _drop_last(a: Any, b: Any) -> Any:
    return mm.dot(a[:-1], b[:-1])


def _one_bit_too_many(a: Any, b: Any) -> Any:
    return mm.dot(a, b) * a.dtype.type(1 + 80 * np.finfo(a.dtype).eps)


def _wrong_dtype(a: Any, b: Any) -> Any:
    return np.longdouble(mm.dot(a, b))


def _nan_for_long_vectors(a: Any, b: Any) -> Any:
    return mm.dot(a, b) if len(a) < 5000 else a.dtype.type("nan")


@pytest.mark.parametrize("sabotage", [_drop_last, _one_bit_too_many, _wrong_dtype, _nan_for_long_vectors])
def test_race_catches_a_wrong_rung_before_timing(sabotage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ladder = mm.study.ladder("dot")
    monkeypatch.setattr(_race, "_time", lambda *_: pytest.fail("timed although a rung is wrong"))
    ladder._rungs["simd"] = _Sabotaged(ladder["simd"], sabotage)  # type: ignore[assignment]
    with pytest.raises(WrongRung, match=r"dot\.simd: wrong for shape"):
        ladder.race(n=1000)


@pytest.mark.parametrize(("kernel", "rung"), RUNGS)
def test_source_is_the_real_text(kernel: str, rung: str) -> None:
    text = mm.study.ladder(kernel).source(rung)
    data = next(r for r in _registry.LADDERS[kernel].rungs if r.name == rung)
    for file, symbol in data.source:
        body = _source.function_text(file, symbol)
        original = (_source.sources_root() / file).read_text()
        assert body in original
        assert f"{symbol}(" in body
        assert body in text
        assert file in text
        assert body.count("{") == body.count("}") >= 1
        assert body.rstrip().endswith("}")
    assert repr(text) == str(text)


def test_diff_shows_both_rungs() -> None:
    diff = mm.study.ladder("dot").diff("textbook", "lanes")
    assert "--- textbook" in diff
    assert "+++ lanes" in diff


def test_source_ignores_braces_in_comments_and_strings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.cpp").write_text(
        "// f(x) { is mentioned here\n\nint g() { return f(1); }\n\n// Doubles.\ntemplate <class T>\nT f(T x) {\n"
        "    const char* s = \"}\";  // }\n    if (x) { return '{' + x; }\n    /* } */ return 1'000 * x;\n}\n\n"
    )
    monkeypatch.setattr(_source, "sources_root", lambda: tmp_path)
    text = _source.function_text("a.cpp", "f")
    assert text.startswith("// Doubles.\ntemplate <class T>\nT f(T x) {")
    assert text.endswith("1'000 * x;\n}")
    with pytest.raises(LookupError, match=r"no definition of 'k' in a\.cpp"):
        _source.function_text("a.cpp", "k")


def test_dot_reference_is_exact(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal(200) * np.exp2(rng.integers(-30, 30, 200)), rng.standard_normal(200)
    exact = sum(Fraction(x) * Fraction(y) for x, y in zip(a.tolist(), b.tolist()))
    high, low, scale = _oracle.dot_reference(a, b)
    assert abs(Fraction(float(high)) + Fraction(float(low)) - exact) <= abs(exact) * Fraction(1, 2**100)
    assert float(scale) == pytest.approx(float(np.abs(a * b).sum()), rel=1000 * np.finfo(float).eps)


def test_matmul_reference_is_far_beyond_double(rng: np.random.Generator) -> None:
    a = rng.standard_normal((5, 60)) * np.exp2(rng.integers(-20, 20, (5, 60)))
    b = rng.standard_normal((60, 4))
    high, low, scale = _oracle.matmul_reference(a, b)
    for i in range(5):
        for j in range(4):
            exact = sum(Fraction(x) * Fraction(y) for x, y in zip(a[i].tolist(), b[:, j].tolist()))
            error = abs(Fraction(float(high[i, j])) + Fraction(float(low[i, j])) - exact)
            assert error <= Fraction(float(scale[i, j])) * Fraction(1, 2**80)


CHAPTERS = sorted((Path(__file__).resolve().parents[1] / "docs" / "learn").glob("*.md"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_examples_of_the_course(chapter: Path) -> None:
    result = doctest.testfile(str(chapter), module_relative=False, encoding="utf-8", parser=_FencedParser())
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_is_in_the_navigation_and_its_figures_exist(chapter: Path) -> None:
    navigation = (chapter.parents[2] / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"learn/{chapter.name}" in navigation
    for figure in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", chapter.read_text(encoding="utf-8")):
        assert (chapter.parent / figure).is_file()


def test_what_the_first_softmax_rung_gets_wrong() -> None:
    ladder = mm.study.ladder("softmax")
    first, *others = ladder.values()
    for dtype, high, low in ((np.float64, 709, -745), (np.float32, 88, -103)):
        wanted = np.array([0.25, 0.25, 0.5], dtype)
        for shift in (high + 2, low - 2, 0):
            x = (np.log(np.array([1.0, 1.0, 2.0])) + shift).astype(dtype)
            with np.errstate(all="ignore"):
                wrong = first(x)
            assert np.isnan(wrong).all() == (shift != 0)
            for rung in others:
                # x + shift is rounded: shift eps/2 in the exponent.
                np.testing.assert_allclose(rung(x), wanted, rtol=(abs(shift) + 8) * float(np.finfo(dtype).eps))


def test_softmax_rungs_write_into_out(rng: np.random.Generator) -> None:
    x = rng.standard_normal(100)
    for rung in mm.study.ladder("softmax").values():
        expected, out = rung(x), np.zeros(200)[::2]
        assert rung(x, out=out) is out
        assert np.array_equal(out, expected)
        y = x.copy()
        rung(y, out=y)
        assert np.array_equal(y, expected)


class _FencedParser(doctest.DocTestParser):
    """Ends an example at the fence that closes its code block."""

    def parse(self, string: str, name: str = "<string>") -> list[str | doctest.Example]:
        return super().parse(string.replace("\n```\n", "\n\n```\n"), name)
