# SPDX-License-Identifier: BSD-3-Clause
"""The command line of the tour."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

import mlmath_native as mm

from . import _steps_calculus, _steps_eigen, _steps_housing, _steps_logistic, _steps_probability, _steps_vectors
from ._checks import StepResult
from ._runner import Step, play

STEPS: tuple[Step, ...] = (
    _steps_vectors.STEP,
    _steps_eigen.STEP,
    _steps_calculus.STEP,
    _steps_probability.STEP,
    _steps_logistic.STEP,
    _steps_housing.STEP,
)

# Exit codes: all checks passed, one missed its tolerance (or a step raised), the command could not be run as asked.
PASSED, MISSED, UNUSABLE = 0, 1, 2

_TIMING_NOTE = "best of three to ten after a warm-up, same data; ours, the peer's, then 0.3 s of rest for the peer's threads"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("mlmath-tour"), metavar="DIR", help="folder for the figures (%(default)s)")
    parser.add_argument("--quiet", action="store_true", help="print the missed checks and the last line only")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="write the results as JSON to FILE, or in place of the tables"
    )
    parser.add_argument("--only", action="append", metavar="STEP", help="play this step only; may be given again (see --list)")
    parser.add_argument("--list", action="store_true", help="list the steps and stop")


def run(arguments: argparse.Namespace) -> int:
    """Play the tour; the return value is the process' exit code."""
    if arguments.list:
        for step in STEPS:
            print(f"{step.name:<14}{step.title}")
        return PASSED
    try:
        steps = _chosen(arguments.only)
        _require_extra()
        arguments.out.mkdir(parents=True, exist_ok=True)
    except (_CannotRun, OSError) as error:
        print(f"mlmath_native tour: {error}", file=sys.stderr)
        return UNUSABLE
    to_stdout = arguments.json == "-"
    start = time.perf_counter()
    results = _play(steps, arguments.out, quiet=arguments.quiet or to_stdout)
    seconds = time.perf_counter() - start
    passed = all(result.passed for result in results)
    if arguments.json is not None:
        report = _facts() | {"passed": passed, "seconds": round(seconds, 3), "steps": [result.as_json() for result in results]}
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        try:
            sys.stdout.write(text) if to_stdout else Path(arguments.json).write_text(text, encoding="utf-8")
        except OSError as error:
            print(f"mlmath_native tour: {error}", file=sys.stderr)
            return UNUSABLE
    _finish(results, seconds, arguments, stderr=to_stdout)
    return PASSED if passed else MISSED


class _CannotRun(Exception):
    pass


def _chosen(names: Sequence[str] | None) -> tuple[Step, ...]:
    if not names:
        return STEPS
    known = [step.name for step in STEPS]
    for name in names:
        if name not in known:
            raise _CannotRun(f"--only {name}: no such step; the steps are {', '.join(known)}")
    return tuple(step for step in STEPS if step.name in names)


def _require_extra() -> None:
    missing = [name for name in ("matplotlib", "rich", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        raise _CannotRun(f'{", ".join(missing)} cannot be imported; pip install "mlmath_native[tour]"')


def _facts() -> dict[str, Any]:
    import sklearn

    return {
        "version": mm.__version__,
        "machine": {
            "isa": mm.system.isa(),
            "threads": mm.get_num_threads(),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
    }


def _play(steps: Sequence[Step], out: Path, *, quiet: bool) -> list[StepResult]:
    from . import _report

    if quiet:
        return play(steps, out)
    console = _report.console()
    _report.show_header(console, _facts())
    number = 0

    def end(result: StepResult) -> None:
        nonlocal number
        number += 1
        _report.show_step(console, result, number, len(steps))

    # A live line on a terminal; a log gets the finished tables alone, one as each step ends.
    with console.status("") if console.is_terminal else nullcontext() as live:
        results = play(steps, out, progress=live.update if live else None, end=end)
    _report.show_legend(console, _TIMING_NOTE)
    return results


def _finish(results: Sequence[StepResult], seconds: float, arguments: argparse.Namespace, *, stderr: bool) -> None:
    from . import _report

    console = _report.console(stderr=stderr)
    if arguments.quiet or stderr:
        _report.show_failures(console, results)
    else:
        console.print()
    _report.show_summary(console, results, seconds, str(arguments.out))
