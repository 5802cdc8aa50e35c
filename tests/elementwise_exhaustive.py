# SPDX-License-Identifier: BSD-3-Clause
"""Every function of one float, on all 2^32 floats: its error against the double version, and the same bits on every level with FMA.

``python tests/elementwise_exhaustive.py [--part N] [function ...]`` prints a table and fails when a result is wrong. A whole run
also writes each row into its family's README, between ``<!-- exhaustive:begin -->`` and ``<!-- exhaustive:end -->``.
The double versions are checked against mpmath elsewhere (tests/elementwise_accuracy.py); their own error, about 1e-9 of a float's
unit in the last place, does not show. ``--part N`` takes every N-th block of 2^20 floats: a look in seconds instead of minutes.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from elementwise_accuracy import Function

import mlmath_native as mm
from mlmath_native import _mlmath

BLOCK = 1 << 20
BLOCKS = (1 << 32) // BLOCK
testing = _mlmath._testing


@dataclass
class Outcome:
    """What one level did on all operands."""

    error: float = -1.0
    at: float = 0.0
    wrong_nan: int = 0
    hash: int = 0xCBF29CE484222325  # the offset basis of FNV-1a


HEAD = (
    "| float32 function, all 2^32 operands | largest error, ulp | at | levels of equal bits | baseline, ulp | at |\n"
    "|---|---:|---|---|---:|---|\n"
)


def functions() -> dict[str, tuple[Function, str]]:
    """Every function of one element that the tests know, and its family."""
    known = {}
    for test in sorted(Path(__file__).parent.glob("test_elementwise_*.py")):
        for function in getattr(importlib.import_module(test.stem), "FUNCTIONS", ()):
            if function.operands == 1:
                known[function.name] = function, test.stem.removeprefix("test_elementwise_")
    return known


def write_row(family: str, name: str, row: str) -> None:
    """The function's row in the table of the family's README, in place of the former one."""
    readme = Path(__file__).parent.parent / "cpp" / "kernels" / "elementwise" / family / "README.md"
    begin, end = "<!-- exhaustive:begin -->\n", "<!-- exhaustive:end -->"
    before, rest = readme.read_text(encoding="utf-8").split(begin)
    table, after = rest.split(end)
    rows = {line.split("|")[1].strip(): line for line in table.splitlines() if line.startswith("| ") and line not in HEAD}
    body = "".join(f"{line}\n" for line in {**rows, name: row}.values())
    readme.write_text(f"{before}{begin}\n{HEAD}{body}\n{end}{after}", encoding="utf-8")


def blocks(part: int) -> Iterator[np.ndarray]:
    """All floats, by their bits."""
    first = np.arange(BLOCK, dtype=np.uint32)
    for block in range(0, BLOCKS, part):
        yield (first + np.uint32(block * BLOCK)).view(np.float32)


def examine(function: Callable[..., Any], levels: list[str], part: int) -> dict[str, Outcome]:
    """Errors on the first level, hashes on all; the baseline, which promises no equal bits, has its errors measured too."""
    outcomes = {level: Outcome() for level in levels}
    y, exact = np.empty(BLOCK, np.float32), np.empty(BLOCK)
    with np.errstate(all="ignore"):
        for x in blocks(part):
            with mm.system.use_isa(levels[0]):
                function(x.astype(np.float64), out=exact)
            for level, outcome in outcomes.items():
                with mm.system.use_isa(level):
                    function(x, out=y)
                outcome.hash = testing.float_hash(y, outcome.hash)
                if level not in (levels[0], "baseline"):
                    continue
                error, index, wrong = testing.float_errors(y, exact)
                outcome.wrong_nan += wrong
                if error > outcome.error:
                    outcome.error, outcome.at = error, float(x[index])
    return outcomes


def short(x: float) -> str:
    """A float in hexadecimal, without the zeros that a double would show."""
    return x.hex().replace("0000000p", "p")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("functions", nargs="*", help="names in mm.special; all functions of one number when none is given")
    parser.add_argument("--part", type=int, default=1, help="take every PART-th block of 2^20 floats")
    arguments = parser.parse_args()
    levels = sorted(mm.system.available_isas(), key=lambda level: level == "baseline")
    print(HEAD, end="")
    failed = []
    known = functions()
    for name in arguments.functions or list(known):
        outcomes = examine(getattr(mm.special, name), levels, arguments.part)
        best, base = outcomes[levels[0]], outcomes.get("baseline", Outcome())
        equal = [level for level in levels if outcomes[level].hash == best.hash]
        function, family = known[name]
        row = f"| {name} | {best.error:.3f} | {short(best.at)} | {', '.join(equal)} | {base.error:.3f} | {short(base.at)} |"
        print(row, flush=True)
        if arguments.part == 1:
            write_row(family, name, row)
        if {level for level in levels if level != "baseline"} - set(equal):
            failed.append(f"{name}: other bits on {sorted(set(levels) - set(equal))}")
        bound = max([function.ulp, *function.stratum_ulp.values()])
        base_bound = max([bound, function.baseline_ulp or 0])
        if base.error > base_bound:
            failed.append(f"{name}: {base.error} ulp on the baseline (bound {base_bound})")
        if best.error > bound or best.wrong_nan or base.wrong_nan:
            failed.append(f"{name}: {best.error} ulp (bound {bound}), {best.wrong_nan + base.wrong_nan} NaN out of place")
    print("\n".join(failed), file=sys.stderr)
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main())
