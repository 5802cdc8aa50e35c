# SPDX-License-Identifier: BSD-3-Clause
"""The stage a step of the tour plays on: timed comparisons, checks, figures, findings."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, Generic, TypeVar

from ._checks import Check, Kind, StepResult

N = TypeVar("N")
P = TypeVar("P")
T = TypeVar("T")

# OpenBLAS leaves its worker spinning for a moment after each call, on the core our own worker needs.
SETTLE_SECONDS = 0.3
# One side of one comparison is repeated for this long, but at least three times and at most ten.
BLOCK_SECONDS = 0.05
LEAST, MOST = 3, 10


@dataclass(frozen=True)
class Race(Generic[N, P]):
    """Both sides of a comparison: what they returned, and the best time of a block of calls (None when timing is off)."""

    native: N
    peer: P
    native_seconds: float | None
    peer_seconds: float | None


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    play: Callable[[Stage], None]


class Stage:
    """Handed to each step; collects what it shows."""

    def __init__(self, result: StepResult, out: Path | None, *, timing: bool = True, progress: Callable[[str], None] | None = None):
        self.result = result
        self.out = out
        self.timing = timing
        self._progress = progress
        self._settled_at = 0.0  # when the peers' threads have gone to sleep, on the clock of time.perf_counter

    def race(self, native: Callable[[], N], peer: Callable[[], P], *, peer_spins: bool = True) -> Race[N, P]:
        """Run both on the same data: each once to warm up, then a block of ours, then a block of the peer's.

        Set `peer_spins` to False when the peer starts no threads, so that the next block of ours need not wait for them.
        """
        time.sleep(max(0.0, self._settled_at - time.perf_counter()) if self.timing else 0.0)
        native_value, native_seconds = self._best(native)
        peer_value, peer_seconds = self._best(peer)
        if peer_spins:
            self._settled_at = time.perf_counter() + SETTLE_SECONDS
        return Race(native_value, peer_value, native_seconds, peer_seconds)

    def _best(self, call: Callable[[], T]) -> tuple[T, float | None]:
        value = call()
        if not self.timing:
            return value, None
        start = time.perf_counter()
        value = call()
        first = time.perf_counter() - start
        # Short calls are timed in groups of 1 ms, far above the clock's resolution; the estimate needs no more than one call.
        group = max(1, int(1e-3 / max(first, 1e-9)))
        best = first if group == 1 else float("inf")
        end = start + BLOCK_SECONDS
        for sample in range(MOST):
            if sample >= LEAST and time.perf_counter() > end:
                break
            start = time.perf_counter()
            for _ in repeat(None, group):
                call()
            best = min(best, (time.perf_counter() - start) / group)
        return value, best

    def check(
        self,
        name: str,
        calls: tuple[str, str],
        results: tuple[object, object],
        difference: float,
        tolerance: float,
        kind: Kind,
        rule: str,
        race: Race[Any, Any] | None = None,
    ) -> Check:
        """Add a row: `calls` and `results` are (native, peer); numbers are shown with the digits that a difference would need."""
        check = Check(
            name=name,
            native=calls[0],
            peer=calls[1],
            native_result=shown(results[0]),
            peer_result=shown(results[1]),
            difference=float(difference),
            tolerance=float(tolerance),
            kind=kind,
            rule=rule,
            native_seconds=race.native_seconds if race else None,
            peer_seconds=race.peer_seconds if race else None,
        )
        self.result.checks.append(check)
        if self._progress:
            self._progress(f"{self.result.name}: {name}")
        return check

    def finding(self, text: str) -> None:
        """One sentence on what the numbers mean, printed below the step's table."""
        self.result.findings.append(text)

    @contextmanager
    def figure(self, name: str, width: float, height: float) -> Iterator[Any]:
        """A matplotlib Figure in the tour's style, written to ``<out>/<name>.png`` when the block ends."""
        from . import _figures  # matplotlib belongs to the extra, and takes half a second to import

        if self._progress:
            self._progress(f"{self.result.name}: drawing {name}.png")
        with _figures.style():
            figure = _figures.new(width, height)
            yield figure
            if self.out is not None:
                path = self.out / f"{name}.png"
                figure.savefig(path, dpi=_figures.DPI)
                self.result.figures.append(str(path))


def shown(value: object) -> str:
    """A number with 12 significant digits (a difference in the last places must be visible), anything else as it prints."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, bool)):
        return str(value)
    return f"{float(value):.12g}"  # type: ignore[arg-type]


def play(
    steps: Sequence[Step],
    out: Path | None,
    *,
    timing: bool = True,
    begin: Callable[[Step], None] | None = None,
    progress: Callable[[str], None] | None = None,
    end: Callable[[StepResult], None] | None = None,
) -> list[StepResult]:
    """Play the steps in order; a step that raises is reported as failed and the others go on."""
    results = []
    for step in steps:
        result = StepResult(step.name, step.title)
        if begin:
            begin(step)
        start = time.perf_counter()
        try:
            step.play(Stage(result, out, timing=timing, progress=progress))
        except Exception:
            result.error = traceback.format_exc()
        result.seconds = time.perf_counter() - start
        results.append(result)
        if end:
            end(result)
    return results
