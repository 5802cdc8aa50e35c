# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks' own tools: a wrong result stops a comparison, tables go between their markers and nowhere else."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm

BENCH = Path(__file__).resolve().parents[1] / "bench"


def load(name: str) -> ModuleType:
    """Import bench/<name>.py under a name that no other test uses."""
    spec = importlib.util.spec_from_file_location(f"mlmath_bench_{name}", BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


harness, problems, report = load("harness"), load("problems"), load("report")


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(harness, "sleep", lambda _: None)
    return


def compare(**changes: Any) -> Any:
    a = problems.vector(100)
    exact = np.dot(a.astype(np.longdouble), a.astype(np.longdouble))
    given: dict[str, Any] = {
        "table": "t", "case": "n = 100", "ours": lambda: mm.dot(a, a), "peers": {"NumPy": lambda: np.dot(a, a)},
        "check": harness.within(exact, 100 * np.finfo(float).eps * float(exact)), "seconds": 0.001, "blocks": 2, "threads": 1,
    }  # fmt: skip
    given.update(changes)
    return harness.compare(**given)


@pytest.mark.usefixtures("no_pause")
def test_compare_gives_a_row() -> None:
    row = compare(bytes=1600, limit=harness.Limit("read", 1600))
    assert 0 < row.ours.best <= row.ours.median
    assert row.ratios == {"NumPy": row.peers["NumPy"].best / row.ours.best}
    assert row.rate == pytest.approx(1600 / row.ours.best * 1e-9)
    assert row.unit == "GB/s"
    assert row.limit_share is not None
    assert row.limit_share > 0
    assert row.error is not None
    assert 0 <= row.error <= 1
    assert row.threads == 1
    assert row.more_shares == {}
    json.dumps(row.as_dict())


@pytest.mark.usefixtures("no_pause")
def test_a_row_may_be_held_against_several_limits() -> None:
    row = compare(bytes=5600, limit=[harness.Limit("update", 5600, size=3200), harness.Limit("triad", 5600)])
    assert row.limit == "update"
    assert set(row.more_shares) == {"triad"}
    assert row.limit_share is not None
    text = report.comparison_table({"lines": [row.as_dict()], "environment": harness.environment()})
    assert f"| {100 * row.limit_share:.0f} % update, {100 * row.more_shares['triad']:.0f} % triad |" in text


@pytest.mark.usefixtures("no_pause")
@pytest.mark.parametrize("who", ["ours", "NumPy"])
@pytest.mark.parametrize("wrong", [0.0, float("nan"), np.zeros(3)])
def test_compare_stops_before_timing_a_wrong_result(who: str, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "time_blocks", lambda *_, **__: pytest.fail("timed although a result is wrong"))
    changes: dict[str, Any] = {"ours": lambda: wrong} if who == "ours" else {"peers": {"NumPy": lambda: wrong}}
    with pytest.raises(harness.WrongResult, match=f"{who}: error (inf|[0-9.e+]+) times the tolerance"):
        compare(**changes)


@pytest.mark.usefixtures("no_pause")
def test_blocks_alternate() -> None:
    order: list[str] = []

    def contestant(name: str) -> Any:
        return lambda: order.append(name)

    harness.time_blocks(
        {"a": contestant("a"), "b": contestant("b")}, seconds=1e-4, blocks=3, pause=0, between=lambda: order.append("limit")
    )
    changes = [name for i, name in enumerate(order) if i == 0 or order[i - 1] != name]
    assert changes == ["a", "b", "limit"] * 3


def test_call_times_the_function_itself() -> None:
    seen: list[tuple[int, int]] = []
    call = harness.Call(lambda x, y: seen.append((x, y)), 1, 2)
    call()
    assert call.timeit(3) >= 0
    assert seen == [(1, 2)] * 4


def test_within_counts_in_units_of_the_tolerance() -> None:
    check = harness.within(np.array([1.0, 2.0]), np.array([0.5, 0.25]))
    assert check(np.array([1.25, 2.0])) == 0.5
    assert check(np.array([1.0, 2.5])) == 2.0
    assert check(np.array([1.0])) == float("inf")
    assert check(np.array([1.0, np.nan])) == float("inf")
    exact = harness.within(3, 0)
    assert exact(3) == 0
    assert exact(4) == float("inf")


def test_problems_are_fixed_by_their_seed() -> None:
    assert np.array_equal(problems.vector(5), problems.vector(5))
    assert not np.array_equal(problems.vector(5), problems.vector(5, stream=1))
    assert problems.matrix(3, 4, np.float32).dtype == np.float32
    assert problems.vector(3).tolist() == [float(x) for x in np.random.Generator(np.random.PCG64([20231, 3, 0])).standard_normal(3)]
    symmetric = problems.symmetric(6)
    assert np.array_equal(symmetric, symmetric.T)
    assert np.linalg.eigvalsh(problems.covariance(20)).min() > 0
    x, y, w = problems.regression(50, 3)
    assert (x.shape, y.shape, w.shape) == ((50, 3), (50,), (3,))
    _, labels = problems.classification(300, 4, classes=3)
    assert set(labels.tolist()) == {0, 1, 2}


def entry(table: str, case: str, ratio: float) -> Any:
    timing = harness.Timing(1e-6, 2e-6, 10)
    peer = harness.Timing(ratio * 1e-6, 2 * ratio * 1e-6, 10)
    return harness.Row(table, case, "float64", 2, "avx2", timing, {"NumPy": peer}, 3.0, "GB/s", "read", 0.5, 0.25)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    entries = [entry("dot", "n = 1", 2.0), entry("dot", "n = 2", 0.5), entry("gemm", "n = 3", 4.0)]
    harness.save([*entries, harness.Fact("pool", "empty region", "0.6 us", "2 us")], folder)
    races = {"environment": harness.environment(), "races": [{"title": "dot, 5", "table": "| rung |\n| --- |\n| lanes |"}]}
    (folder / "ladder_dot.json").write_text(json.dumps(races))
    return folder


def test_save_keeps_other_lines_and_replaces_measured_ones(results: Path) -> None:
    harness.save([entry("dot", "n = 2", 8.0), entry("dot", "n = 9", 1.0)], results)
    lines = json.loads((results / "dot.json").read_text())["lines"]
    assert [(line["case"], line["ratios"]["NumPy"]) for line in lines] == [("n = 1", 2.0), ("n = 2", 8.0), ("n = 9", 1.0)]


def test_save_drops_lines_of_another_machine(results: Path) -> None:
    old = json.loads((results / "dot.json").read_text())
    old["environment"]["cpu"] = "another"
    (results / "dot.json").write_text(json.dumps(old))
    harness.save([entry("dot", "n = 9", 1.0)], results)
    assert [line["case"] for line in json.loads((results / "dot.json").read_text())["lines"]] == ["n = 9"]


PAGE = """# kernel
before
<!-- bench:begin dot -->
old | table
<!-- bench:end -->
between
<!-- ladder:begin (generated) -->
<!-- ladder:end -->
<!-- bench:begin nothing_of_that_name -->
stays
<!-- bench:end -->
after
"""


def test_report_writes_between_the_markers_only(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "root" / "dot" / "README.md"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE)
    other = tmp_path / "root" / "build" / "README.md"
    other.parent.mkdir()
    other.write_text(PAGE)
    arguments = ["--results", str(results), "--root", str(tmp_path / "root")]

    assert report.main([*arguments, "--check"]) == 1
    assert page.read_text() == PAGE
    assert report.main(arguments) == 0
    text = page.read_text()
    assert other.read_text() == PAGE
    assert "old | table" not in text
    assert "| n = 1 | float64 | avx2 | 2 | 1 us (2 us) | 2 us (4 us) | 2.00 | 3 | 50 % read | 0.25 |" in text
    assert "| n = 2 | float64 | avx2 | 2 | 1 us (2 us) | 500 ns (1 us) | 0.50 |" in text
    assert "dot, 5:\n\n| rung |\n| --- |\n| lanes |" in text
    assert "-->\nstays\n<!--" in text
    assert [line for line in text.splitlines() if line in ("# kernel", "before", "between", "after")] == [
        "# kernel", "before", "between", "after",
    ]  # fmt: skip
    assert "bench nothing_of_that_name was not measured" in capsys.readouterr().out
    # A second run changes nothing.
    assert report.main([*arguments, "--check"]) == 0


def test_summary_keeps_the_lines_of_tables_that_were_not_measured(results: Path) -> None:
    found = report.tables(results)
    others = "| blas | NumPy | 3 | 1.00 | 1.00 | 1.00 |  |", "| qr | NumPy | 2 | 2.00 | 2.00 | 2.00 |  |"
    rows = "\n".join(["| table | peer |", "| --- | --- |", others[0], "| dot | NumPy | 9 | 9.00 | 9.00 | 9.00 |  |", others[1]])
    old = f"{rows}\n\nNote of then.\n\n"
    text = f"<!-- bench:begin summary -->\n\n{old}<!-- bench:end -->\n"
    new = report.rewritten(text, "none", found)
    assert [line.split(" | ")[0] for line in new.splitlines() if line.startswith("| ")][2:] == ["| blas", "| dot", "| gemm", "| qr"]
    assert others[0] in new
    assert others[1] in new
    assert "9.00" not in new
    assert "Note of then" not in new
    assert report.rewritten(new, "none", found) == new


def test_summary_and_facts(results: Path) -> None:
    found = report.tables(results)
    assert "| dot | NumPy | 2 | 0.50 | 1.25 | 2.00 | 50 to 50 % |" in found["bench summary"]
    assert "| gemm | NumPy | 1 | 4.00 | 4.00 | 4.00 | 50 to 50 % |" in found["bench summary"]
    assert "pool" not in found["bench summary"]
    assert "| empty region | 0.6 us | 2 us |" in found["bench pool"]


def test_every_marker_in_the_repository_is_closed() -> None:
    root = BENCH.parent
    for path in root.rglob("*.md"):
        if report.SKIPPED & set(path.relative_to(root).parts):
            continue
        text = "\n" + path.read_text(encoding="utf-8")
        begins = text.count("\n<!-- bench:begin") + text.count("\n<!-- ladder:begin")
        assert len(report.MARKERS.findall(text)) == begins, path


def test_environment_names_the_machine() -> None:
    here = harness.environment()
    assert here["isa"] == mm.system.isa()
    assert here["versions"]["numpy"] == np.__version__
    assert any(pool.get("user_api") == "blas" for pool in here["pools"])
    json.dumps(here)


def test_each_kernels_tables_have_names_of_their_own() -> None:
    # Two kernels' rows under one name would come out as one table in both READMEs.
    places: dict[str, set[str]] = {}
    for path in sorted((BENCH.parent / "cpp").rglob("README.md")):
        for match in report.MARKERS.finditer(path.read_text(encoding="utf-8")):
            if match["kind"] == "bench":
                places.setdefault(match["name"] or path.parent.name, set()).add(str(path))
    assert {"normal", "gamma", "gamma_law"} <= set(places)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(BENCH.glob("bench_*.py")))
    assert [name for name in places if f'"{name}"' not in sources] == []
