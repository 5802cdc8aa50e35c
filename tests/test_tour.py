# SPDX-License-Identifier: BSD-3-Clause
"""The tour, run as a user runs it, and its checks, shown to fail when a native function is slightly wrong."""

from __future__ import annotations

import io
import json
import math
import operator
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native.__main__ import main
from mlmath_native.tour import STEPS, _command, _report, _steps_probability
from mlmath_native.tour._checks import KINDS, Check, StepResult
from mlmath_native.tour._runner import Stage, Step, play

NAMES = [step.name for step in STEPS]
FIGURES = {
    "vectors": {"vectors_linear_map"},
    "eigen": {"eigen_pca_iris", "eigen_pca_digits"},
    "calculus": {"calculus_parabola", "calculus_paths"},
    "probability": {"probability_normals", "probability_bayes"},
    "logistic": {"logistic_losses"},
    "housing": {"housing_residuals"},
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run of the whole tour in a process of its own, without a display: exit code, output, report, folder of figures."""
    folder = tmp_path_factory.mktemp("tour")
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND", "COLUMNS")}
    command = [sys.executable, "-m", "mlmath_native", "tour", "--out", str(folder / "figures"), "--json", str(folder / "tour.json")]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300)
    report = json.loads((folder / "tour.json").read_text(encoding="utf-8")) if (folder / "tour.json").exists() else {}
    return {"code": ran.returncode, "out": ran.stdout, "err": ran.stderr, "report": report, "figures": folder / "figures"}


def test_the_whole_tour_passes(whole: dict[str, Any]) -> None:
    missed = [c for step in whole["report"]["steps"] for c in step["checks"] if not c["passed"]]
    assert whole["code"] == 0, f"{missed}\n{whole['err']}"
    assert whole["report"]["passed"] is True
    assert [step["step"] for step in whole["report"]["steps"]] == NAMES
    assert whole["err"] == ""


@pytest.mark.parametrize("name", NAMES)
def test_every_step_states_its_tolerances_and_both_times(whole: dict[str, Any], name: str) -> None:
    (step,) = [step for step in whole["report"]["steps"] if step["step"] == name]
    assert step["error"] is None
    assert len(step["checks"]) >= 3
    for check in step["checks"]:
        assert check["kind"] in KINDS
        assert check["rule"]
        assert isinstance(check["difference"], float)
        assert 0.0 <= check["tolerance"] < math.inf
        assert check["difference"] <= check["tolerance"]
        assert (check["tolerance"] == 0.0) == (check["kind"] == "exact")
    timed = [check for check in step["checks"] if check["native"]["seconds"] is not None]
    assert timed
    assert all(check["native"]["seconds"] > 0 and check["peer"]["seconds"] > 0 for check in timed)


def test_every_row_is_printed(whole: dict[str, Any]) -> None:
    words = " ".join(whole["out"].split())
    for step in whole["report"]["steps"]:
        assert step["title"] in words
        for check in step["checks"]:
            assert check["native"]["result"] in whole["out"]
            assert check["peer"]["result"] in whole["out"]
    count = sum(len(step["checks"]) for step in whole["report"]["steps"])
    assert f"{count} of {count} checks within their tolerance" in words


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_pictures(whole: dict[str, Any], name: str) -> None:
    from matplotlib.image import imread

    for figure in FIGURES[name]:
        path = whole["figures"] / f"{figure}.png"
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        pixels = imread(path)
        assert min(pixels.shape[:2]) >= 300
        packed = (255 * pixels[..., :3]).astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
        assert len(np.unique(packed)) > 50, "more than a frame and a title"
        assert 0.02 < float(np.mean(pixels[..., :3].min(axis=2) < 0.9)) < 0.9, "neither blank nor full"
        # Nothing is cut off: the outermost pixels are background.
        for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
            assert np.all(edge[:, :3] == 1.0)
    assert {path.stem for path in whole["figures"].glob(f"{name}_*.png")} == FIGURES[name]


def test_results_are_the_same_in_every_run(whole: dict[str, Any]) -> None:
    """Nothing that is shown depends on how often the clock asked for it, only the times do."""
    again = play([step for step in STEPS if step.name in ("probability", "logistic")], None, timing=False)
    for result in again:
        (before,) = [step for step in whole["report"]["steps"] if step["step"] == result.name]
        for now, check in zip(result.as_json()["checks"], before["checks"]):
            assert now["native"]["result"] == check["native"]["result"], now["name"]
            assert now["difference"] == check["difference"], now["name"]


def off_by(relative: float) -> Callable[[Any], Any]:
    """A replacement for a function that returns its result times 1 + relative."""
    return lambda function: lambda *args, **keywords: function(*args, **keywords) * (1.0 + relative)


def _eigenvalues_off(function: Any) -> Any:
    def wrong(a: Any) -> tuple[Any, Any]:
        values, vectors = function(a)
        return values * (1.0 + 1e-12), vectors

    return wrong


def _solution_not_shortest(function: Any) -> Any:
    """Another exact minimizer: the null space of the Ames table holds TotalBsmtSF minus its three parts."""

    def wrong(x: Any, y: Any) -> Any:
        result = function(x, y)
        names = mm.learn.datasets.load_ames_housing().feature_names
        for name, sign in (("TotalBsmtSF", 1e-3), ("BsmtFinSF1", -1e-3), ("BsmtFinSF2", -1e-3), ("BsmtUnfSF", -1e-3)):
            result.coefficients[names.index(name)] += sign
        return result

    return wrong


def _draws_off(function: Any) -> Any:
    class Wrong:
        """A generator whose normals are 1 % too wide."""

        def __init__(self, seed: int) -> None:
            self._right = function(seed)

        def random(self, *args: Any, **keywords: Any) -> Any:
            return self._right.random(*args, **keywords)

        def standard_normal(self, *args: Any, **keywords: Any) -> Any:
            drawn = self._right.standard_normal(*args, **keywords)
            drawn *= 1.01
            return drawn

    return Wrong


def _rate_off(function: Any) -> Any:
    return lambda *params, lr: function(*params, lr=np.nextafter(lr, 1.0))


def _epsilon_off(function: Any) -> Any:
    return lambda *params, lr: function(*params, lr=lr, eps=2e-8)


def _penalty_off(function: Any) -> Any:
    return lambda *args, l2, **keywords: function(*args, l2=1.02 * l2, **keywords)


def _loss_off(function: Any) -> Any:
    def wrong(*args: Any, **keywords: Any) -> Any:
        loss, *gradients = function(*args, **keywords)
        return loss * (1.0 + 1e-12), *gradients

    return wrong


@pytest.mark.parametrize(
    ("step", "module", "name", "sabotage"),
    [
        ("vectors", "", "matmul", off_by(1e-12)),
        ("vectors", "", "dot", off_by(1e-6)),
        ("eigen", "linalg", "eigh", _eigenvalues_off),
        ("eigen", "", "matmul", off_by(1e-6)),
        ("calculus", "optim", "GradientDescent", _rate_off),
        ("calculus", "optim", "Adam", _epsilon_off),
        ("probability", "", "mean", off_by(1e-9)),
        ("probability", "", "var", off_by(1e-12)),
        ("probability", "", "dot", off_by(1e-13)),
        ("probability", "random", "default_rng", _draws_off),
        ("logistic", "optim", "fit_linear", _penalty_off),
        ("logistic", "optim", "linear_objective", _loss_off),
        ("housing", "linalg", "solve_least_squares", _solution_not_shortest),
        ("housing", "", "dot", off_by(1e-9)),
    ],
)
def test_a_slightly_wrong_function_is_noticed(
    monkeypatch: pytest.MonkeyPatch, step: str, module: str, name: str, sabotage: Callable[[Any], Any]
) -> None:
    holder = operator.attrgetter(module)(mm) if module else mm
    monkeypatch.setattr(holder, name, sabotage(getattr(holder, name)))
    monkeypatch.setattr(_steps_probability, "MANY", 1_000_000)  # quicker; the statistical tolerances follow
    (result,) = play([known for known in STEPS if known.name == step], None, timing=False)
    assert result.error is None, result.error
    assert not result.passed


def one_check(difference: float, tolerance: float) -> Step:
    def play_it(stage: Stage) -> None:
        stage.check("a name", ("ours()", "theirs()"), (1.0, 2.0), difference, tolerance, "rounding", "a rule")

    return Step("made", "A made-up step", play_it)


def raising(stage: Stage) -> None:
    stage.check("a name", ("ours()", "theirs()"), (1.0, 1.0), 0.0, 0.0, "exact", "a rule")
    raise ZeroDivisionError("in the middle")


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (one_check(1.0, 1.0), 0),
        (one_check(1.0 + 2**-52, 1.0), 1),
        (one_check(math.nan, 1.0), 1),
        (Step("made", "Nothing checked", lambda stage: None), 1),
        (Step("made", "An exception", raising), 1),
    ],
    ids=["at the tolerance", "above it", "nan", "no check", "exception"],
)
@pytest.mark.parametrize("flags", [[], ["--quiet"], ["--json"]], ids=["tables", "quiet", "json"])
def test_exit_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: Step, code: int, flags: list[str]
) -> None:
    monkeypatch.setattr(_command, "STEPS", (step,))
    assert main(["tour", "--out", str(tmp_path), *flags]) == code
    captured = capsys.readouterr()
    if flags == ["--json"]:
        assert json.loads(captured.out)["passed"] is (code == 0)
    text = captured.out + captured.err
    assert ("✓" if code == 0 else "✗") in text
    if step.play is raising:
        assert "ZeroDivisionError: in the middle" in text


def test_the_other_steps_go_on_after_one_that_raises() -> None:
    first, second = play([Step("bad", "", raising), one_check(0.0, 0.0)], None)
    assert first.error is not None
    assert second.passed


def test_only_plays_the_named_steps_in_the_tours_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tour", "--only", "calculus", "--only", "vectors", "--out", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [step["step"] for step in report["steps"]] == ["vectors", "calculus"]
    assert {path.stem for path in tmp_path.iterdir()} == FIGURES["vectors"] | FIGURES["calculus"]


def test_unknown_step_names_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tour", "--only", "algebra", "--out", str(tmp_path / "new")]) == 2
    message = capsys.readouterr().err
    assert "--only algebra" in message
    assert all(name in message for name in NAMES)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("missing", ["rich", "matplotlib", "sklearn"])
def test_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    assert main(["tour", "--out", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert missing in captured.err
    assert 'pip install "mlmath_native[tour]"' in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_list_needs_no_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("rich", "matplotlib", "sklearn"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["tour", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == NAMES


def test_unusable_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["tour", "--out", str(tmp_path / "file")]) == 2
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_quiet_prints_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_command, "STEPS", (one_check(0.0, 1.0),))
    assert main(["tour", "--quiet", "--out", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_interrupted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(stage: Stage) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_command, "STEPS", (Step("made", "Interrupted", interrupt),))
    assert main(["tour", "--quiet", "--out", str(tmp_path)]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_output_that_cannot_show_every_sign(tmp_path: Path) -> None:
    """A terminal in Latin-1 or ASCII gets question marks for signs it lacks, not a traceback."""
    command = [sys.executable, "-m", "mlmath_native", "tour", "--only", "vectors", "--out", str(tmp_path)]
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = subprocess.run(command, env=ascii_only, capture_output=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


def test_a_row_shows_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    result = StepResult("made", "A step")
    result.checks.append(Check("a name", "ours()", "theirs()", "1.25", "1.50", 0.25, 0.125, "rounding", "a rule", 2e-6, 5e-6))
    _report.show_step(_report.console(), result, 1, 1)
    text = capsys.readouterr().out
    rows = ("✗", "a name", "a rule", "ours()", "theirs()", "1.25", "1.50", "2.5e-01", "≤ 1.2e-01", "2.00 µs", "5.00 µs", "2.50")
    for part in rows:
        assert part in text, part


@pytest.mark.parametrize("width", [80, 100, 118, 160])
def test_nothing_is_cut_off_on_any_width(whole: dict[str, Any], width: int) -> None:
    from rich.console import Console

    for step in whole["report"]["steps"]:
        result = StepResult(step["step"], step["title"])
        for c in step["checks"]:
            sides = [c[side][key] for key in ("call", "result") for side in ("native", "peer")]
            stated = (c["difference"], c["tolerance"], c["kind"], c["rule"], c["native"]["seconds"], c["peer"]["seconds"])
            result.checks.append(Check(c["name"], *sides, *stated))
        page = Console(width=width, record=True, file=io.StringIO())
        _report.show_step(page, result, 1, 6)
        text = page.export_text()
        assert all(len(line) <= width for line in text.splitlines())
        for check in result.checks:
            for value in (check.native_result, check.peer_result, f"≤ {_report.small(check.tolerance)}", _report.speed(check)):
                assert value in text, (width, value)
