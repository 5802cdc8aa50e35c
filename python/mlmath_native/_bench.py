# SPDX-License-Identifier: BSD-3-Clause
"""``python -m mlmath_native bench``: a few calls beside NumPy's, and where the full suites are."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from itertools import repeat
from time import perf_counter, sleep
from typing import Any, NamedTuple

import numpy as np

import mlmath_native as mm

from ._text import duration

_ROUNDS = 3
_BLOCK_SECONDS = 0.06
_PAUSE_SECONDS = 0.3  # an OpenBLAS worker spins on for a moment after a call

_SUITES = """\
These are spot checks. The suites compare every kernel with NumPy, SciPy and scikit-learn, check results before they time them, and
put each time beside the measured limit of this CPU. From a checkout of the sources, alone on the machine:

    pip install nox && nox -s bench                     everything, and the tables in the READMEs
    pip install ".[bench]"
    pytest bench/bench_dot.py -c bench/pytest.ini       one kernel
    python -c "import mlmath_native as mm; print(mm.study.ladder('dot').race(n=100_000))"
                                                        one kernel from textbook to production"""


class Line(NamedTuple):
    name: str
    native_seconds: float
    numpy_seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def run(arguments: argparse.Namespace) -> int:
    lines = [_line(name, native, peer) for name, native, peer in _cases()]
    if arguments.json:
        rows = [{"name": a.name, "seconds": a.native_seconds, "numpy_seconds": a.numpy_seconds} for a in lines]
        facts = {"isa": mm.system.isa(), "threads": mm.get_num_threads(), "numpy": np.__version__}
        print(json.dumps(facts | {"version": mm.__version__, "rows": rows}, indent=2))
        return 0
    where = f"isa {mm.system.isa()}, {mm.get_num_threads()} threads, NumPy {np.__version__}"
    print(f"{where}; best time of {_ROUNDS} alternating blocks\n")
    print(f"{'':<38}{'ours':>10}{'NumPy':>11}{'speed-up':>10}")
    for line in lines:
        ratio = line.numpy_seconds / line.native_seconds
        print(f"{line.name:<38}{duration(line.native_seconds):>10}{duration(line.numpy_seconds):>11}{ratio:>10.2f}")
    print("\n" + _SUITES)
    return 0


def _cases() -> list[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    rng = np.random.default_rng(0)
    a2, a64, a512 = (rng.standard_normal((n, n)) for n in (2, 64, 512))
    c64, c512 = np.empty((64, 64)), np.empty((512, 512))
    x = rng.standard_normal(1_000_000)
    ours, theirs = mm.random.default_rng(0), np.random.default_rng(0)
    draws = np.empty(1_000_000)
    return [
        ("matmul 2x2 (call overhead)", partial(mm.matmul, a2, a2), partial(np.matmul, a2, a2)),
        ("matmul 64x64, out=", partial(mm.matmul, a64, a64, out=c64), partial(np.matmul, a64, a64, out=c64)),
        ("matmul 512x512, out=", partial(mm.matmul, a512, a512, out=c512), partial(np.matmul, a512, a512, out=c512)),
        ("dot of 1 000 000", partial(mm.dot, x, x), partial(np.dot, x, x)),
        ("sum of 1 000 000", partial(mm.sum, x), partial(np.sum, x)),
        ("var of 1 000 000", partial(mm.var, x), partial(np.var, x)),
        ("eigh 64x64", partial(mm.linalg.eigh, a64 + a64.T), partial(np.linalg.eigh, a64 + a64.T)),
        ("standard_normal, 1 000 000, out=", partial(ours.standard_normal, out=draws), partial(theirs.standard_normal, out=draws)),
    ]


def _line(name: str, native: Callable[[], Any], peer: Callable[[], Any]) -> Line:
    best = [float("inf"), float("inf")]
    for _ in range(_ROUNDS):
        for side, call in enumerate((native, peer)):
            best[side] = min(best[side], _best(call))
            sleep(_PAUSE_SECONDS if side == 1 else 0.0)
    return Line(name, *best)


def _best(call: Callable[[], Any]) -> float:
    call()  # warm
    start = perf_counter()
    call()
    group = max(1, int(5e-4 / max(perf_counter() - start, 1e-9)))
    best, end = float("inf"), perf_counter() + _BLOCK_SECONDS
    while True:
        start = perf_counter()
        for _ in repeat(None, group):
            call()
        now = perf_counter()
        best = min(best, (now - start) / group)
        if now > end:
            return best
