# SPDX-License-Identifier: BSD-3-Clause
"""``python -m mlmath_native info`` and what it reports: caches, delegated functions, instruction sets, threads."""

from __future__ import annotations

import json
import operator
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mlmath_native as mm
from mlmath_native.__main__ import main
from mlmath_native._text import duration, size

BINDINGS = Path(__file__).resolve().parents[1] / "cpp" / "bindings"


def test_facts_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--quick", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["version"] == mm.__version__
    assert facts["isa"]["active"] == mm.system.isa()
    assert facts["isa"]["available"] == mm.system.available_isas()
    assert facts["threads"]["number"] >= 1
    assert facts["threads"]["source"]
    assert re.match(r"(GCC|Clang) \d", facts["compiler"])
    assert "limits" not in facts


def test_forced_choices_are_named() -> None:
    lowest = mm.system.available_isas()[0]
    forced = os.environ | {"MLMATH_ISA": lowest, "MLMATH_NUM_THREADS": "3"}
    command = [sys.executable, "-m", "mlmath_native", "info", "--quick"]
    text = subprocess.run(command, env=forced, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    assert f"running on {lowest}, forced by MLMATH_ISA" in text
    assert re.search(r"threads +3, from MLMATH_NUM_THREADS", text)


def test_plain_text_without_rich(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert main(["info", "--quick"]) == 0
    text = capsys.readouterr().out
    for title in ("Package", "Machine", "Handed to NumPy's own code"):
        assert title in text


def test_caches_are_read_as_linux_describes_them(tmp_path: Path) -> None:
    described = (
        ("Data", 1, "48K", "0"),
        ("Instruction", 1, "32K", "0"),
        ("Unified", 3, "1M", "0-2,8,10-11"),
        ("Unified", 2, "2048K", "0-1"),
    )
    for k, (kind, level, amount, shared) in enumerate(described):
        index = tmp_path / f"index{k}"
        index.mkdir()
        for name, text in (("type", kind), ("level", str(level)), ("size", amount), ("shared_cpu_list", shared)):
            (index / name).write_text(text + "\n")
    (tmp_path / "index9").mkdir()  # says nothing: left out
    assert mm.system.caches(str(tmp_path)) == [
        {"level": 1, "kind": "Data", "bytes": 48 << 10, "shared_by": 1},
        {"level": 2, "kind": "Unified", "bytes": 2 << 20, "shared_by": 2},
        {"level": 3, "kind": "Unified", "bytes": 1 << 20, "shared_by": 6},
    ]
    assert mm.system.caches(str(tmp_path / "absent")) == []


def public_functions() -> dict[str, object]:
    """By the name a user calls them: mm.dot and not mm.linalg.dot."""
    found: dict[str, object] = {name: getattr(mm, name) for name in mm.__all__ if callable(getattr(mm, name))}
    for module in ("linalg", "special", "stats", "random"):
        for name in getattr(mm, module).__all__:
            if name not in found:
                found[f"{module}.{name}"] = getattr(getattr(mm, module), name)
    return found


def test_delegated_names_every_function_that_says_so() -> None:
    hands_over = re.compile(r"NumPy's(\s+own)?\s+(result|code)|passed to\s+`numpy")
    says_so = {name for name, function in public_functions().items() if hands_over.search(function.__doc__ or "")}
    assert {"dot", "matmul", "sum", "linalg.eigh"} <= says_so, "the search itself"
    assert says_so - set(mm.system.delegated()) == set(), "name them in python/mlmath_native/_inventory.py"


def test_delegated_names_every_call_of_numpy_in_the_bindings() -> None:
    if not BINDINGS.is_dir():
        pytest.skip("the bindings' sources are not here")
    sources = [file.read_text(encoding="utf-8") for file in BINDINGS.glob("*.cpp")]
    called = {name for source in sources for name in re.findall(r'call_numpy\("(\w+)"', source)}
    assert called <= {name.rpartition(".")[2] for name in mm.system.delegated()}


@pytest.mark.parametrize("name", mm.system.delegated())
def test_delegated_functions_exist(name: str) -> None:
    assert callable(operator.attrgetter(name)(mm))


def test_measured_limits_are_shown_and_in_the_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    limits = mm.system.machine_limits(quick=True)  # about a second; the command takes the long measurement
    asked: list[bool] = []

    def measured(quick: bool = False) -> mm.system.MachineLimits:
        asked.append(quick)
        return limits

    monkeypatch.setattr(mm.system, "machine_limits", measured)
    assert main(["info", "--json"]) == 0
    known = json.loads(capsys.readouterr().out)["limits"]
    assert known["bandwidth"]["memory/triad/1"] == limits.bandwidth["memory", "triad", 1] > 0
    assert known["fma_peak"][f"{mm.system.isa()}/float64/1"] > 0
    assert main(["info"]) == 0
    assert asked == [False, False]
    text = capsys.readouterr().out
    for count in {1, limits.threads}:
        assert f"Bandwidth, GB/s, {count} thread" in text
        for dtype in ("float64", "float32"):
            assert f"{dtype}, {count} thread" in text
    columns = ("read", "write", "nt write", "copy", "triad", "add", "update")
    rows = ("memory", "parallel region", "barrier", "fell asleep", "fresh page")
    for words in columns + rows:
        assert words in text
    for level in mm.system.available_isas():
        assert re.search(rf"^  {level} +\d", text, re.MULTILINE)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert mm.__version__ in capsys.readouterr().out


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "tour" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(8.3e-8, "83 ns"), (1.25e-6, "1.25 µs"), (9.996e-7, "1.00 µs"), (0.0125, "12.5 ms"), (0.34, "340 ms"), (2.0, "2.00 s")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(512, "512 B"), (48 << 10, "48 KiB"), (1 << 20, "1 MiB"), (3 << 29, "1.5 GiB")])
def test_size(count: int, text: str) -> None:
    assert size(count) == text
