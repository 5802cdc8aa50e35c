# SPDX-License-Identifier: BSD-3-Clause
"""Checking the rungs of a ladder, timing them, and the table."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from math import isnan, nan
from statistics import median
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .. import system
from ._kernels import Kernel
from ._oracle import Allowance

if TYPE_CHECKING:
    from ._ladder import Rung


class WrongRung(ArithmeticError):
    """A rung is outside its error bound; the message names it, the problem, the error and the bound."""


@dataclass(frozen=True)
class RaceRow:
    """One rung's line of the table.

    Attributes
    ----------
    rung : str
        Name of the rung.
    best, median : float
        Seconds per call.
    rate : float
        GFLOP/s or GB/s (see `Race.unit`), from the best time.
    limit_share : float
        Time this machine's limits allow, divided by the best time: operations at the multiply-add peak, or bytes of the operands
        at the rate at which arrays of that total size are read (by a kernel in place: updated; by a law: written past the
        caches), whichever takes longer; both measured in the same race.
    speedup : float
        Best time of the rung before divided by this one's; 1 for the first.
    error_ulp, bound_ulp : float
        Largest error of any element and the bound it is held to, in units in the last place of the exact result. Of a
        factorization: the largest of its residuals, in units in the last place of the norm of what it belongs to, such as
        |A - Q R| beside |A|.
    """

    rung: str
    best: float
    median: float
    rate: float
    limit_share: float
    speedup: float
    error_ulp: float
    bound_ulp: float


@dataclass(frozen=True)
class Race(Sequence[RaceRow]):
    """The outcome of a race: a sequence of rows in ladder order, and the conditions it was run under.

    Attributes
    ----------
    rows : tuple of RaceRow
        Of the rungs.
    beside : tuple of RaceRow
        Of what was raced beside them; their speed-up is NaN.
    skipped : tuple of (str, str)
        Rungs that this machine cannot run, each with the reason.
    """

    kernel: str
    shape: tuple[int, ...]
    dtype: str
    threads: int
    isa: str
    unit: str
    rows: tuple[RaceRow, ...] = field(repr=False)
    beside: tuple[RaceRow, ...] = field(default=(), repr=False)
    skipped: tuple[tuple[str, str], ...] = ()

    @overload
    def __getitem__(self, index: int) -> RaceRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RaceRow]: ...
    def __getitem__(self, index: int | slice) -> RaceRow | Sequence[RaceRow]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def title(self) -> str:
        """What was raced, in one line."""
        size = " x ".join(map(str, self.shape))
        return f"{self.kernel}, {size}, {self.dtype}, {self.isa}, {self.threads} thread{'s' * (self.threads > 1)}"

    @property
    def header(self) -> tuple[str, ...]:
        """Titles of the table's columns."""
        return ("rung", "best", "median", self.unit, "of limit", "faster", "error, ulp", "bound, ulp")

    def cells(self) -> list[tuple[str, ...]]:
        """The table's lines as text."""
        return [
            (
                row.rung, time_text(row.best), time_text(row.median), f"{row.rate:.3g}", f"{100 * row.limit_share:.1f} %",
                "" if isnan(row.speedup) else f"{row.speedup:.2f} x", f"{row.error_ulp:.3g}", f"{row.bound_ulp:.3g}",
            )
            for row in (*self.rows, *self.beside)
        ]  # fmt: skip

    def markdown(self) -> str:
        """The table in Markdown."""
        lines = [" | ".join(self.header), "|".join(["---"] + ["---:"] * (len(self.header) - 1))]
        lines += [" | ".join(line) for line in self.cells()]
        lines = [f"| {line} |" if not line.startswith("---") else f"|{line}|" for line in lines]
        return "\n".join(lines) + "".join(f"\n\n{line}." for line in self._notes())

    def _notes(self) -> list[str]:
        """A line for every rung that was skipped."""
        return [f"{rung}: not run, {reason}" for rung, reason in self.skipped]

    def __str__(self) -> str:
        table = [self.header, *self.cells()]
        widths = [max(len(line[c]) for line in table) for c in range(len(self.header))]
        lines = ["  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:]))]) for line in table]
        return "\n".join([self.title, lines[0], "-" * len(lines[0]), *lines[1:], *self._notes()])

    def show(self) -> None:
        """Print the table, with rich if that is installed and the output is a terminal or a notebook."""
        try:
            from rich.console import Console
            from rich.table import Table
        except ImportError:
            print(self)
            return
        console = Console()
        if not (console.is_terminal or console.is_jupyter):
            print(self)
            return
        table = Table(title=self.title, title_justify="left")
        for c, name in enumerate(self.header):
            table.add_column(name, justify="left" if c == 0 else "right")
        for cells in self.cells():
            table.add_row(*cells)
        console.print(table)
        for note in self._notes():
            console.print(note)


def time_text(seconds: float) -> str:
    """Three digits and a unit."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def run(
    kernel: Kernel,
    all_rungs: Sequence[Rung],
    n: int | None,
    dtype: DTypeLike,
    threads: int | None,
    seconds: float,
    beside: Sequence[Rung] = (),
) -> Race:
    """Check, then time. See `Ladder.race`."""
    dt = np.dtype(dtype)
    if dt not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise TypeError(f"race: dtype must be float64 or float32, got {dt}")
    size = kernel.default_n if n is None else n
    if size < 1:
        raise ValueError(f"race: n must be at least 1, got {n}")
    shape = kernel.square(size)
    skipped = tuple((rung.name, rung.missing) for rung in all_rungs if rung.missing)
    ladder = [rung for rung in all_rungs if not rung.missing]
    rungs = [*ladder, *beside]
    with system.threads(system.get_num_threads() if threads is None else threads), ExitStack() as stack:
        team = system.get_num_threads()
        if beside:
            _limit_others(stack, team)
        for awkward in kernel.awkward:
            _check(kernel, rungs, awkward, dt, signed=True)
        arguments, errors = _check(kernel, rungs, shape, dt, signed=False)
        sleep(0.3)  # the oracle may have used NumPy's BLAS, whose workers spin on for a while
        keywords = {}
        if kernel.out is not None:
            keywords["out"] = arguments[0] if kernel.in_place else np.zeros(kernel.out(shape), dt)
        # A limit is of one moment, as a time is: it is measured in turn with the rungs, for the same number of bytes and threads.
        bytes_touched = kernel.elements(shape) * dt.itemsize
        # In place: the same walk with an addition for the rule.
        access = "update" if kernel.in_place else kernel.access
        held = sum(a.nbytes for a in arguments) if kernel.in_place else bytes_touched
        read, peak = [], []

        def probe() -> None:
            read.append(system.probe_limit(access, held, threads=team, seconds=seconds / 10))
            peak.append(system.probe_limit("fma", 0, dtype=dt.name, threads=team, seconds=seconds / 10))

        # A BLAS beside the ladder spins on after its blocks, as the oracle's does.
        rest = 0.1 if beside else 0.0
        times = _time([partial(rung.function, *arguments, **keywords) for rung in rungs], seconds, probe, rest)
    least = max(bytes_touched / max(read), kernel.flops(shape) / max(peak))
    work = kernel.flops(shape) if kernel.unit == "GFLOP/s" else bytes_touched
    rows: list[RaceRow] = []
    before: float | None = None
    for rung, samples, (error, bound) in zip(rungs, times, errors):
        best = min(samples)
        speedup = nan if len(rows) >= len(ladder) else 1.0 if before is None else before / best
        rows.append(RaceRow(rung.name, best, median(samples), work / best * 1e-9, least / best, speedup, error, bound))
        before = best
    run_rows, marks = tuple(rows[: len(ladder)]), tuple(rows[len(ladder) :])
    return Race(kernel.name, shape, dt.name, team, system.isa(), kernel.unit, run_rows, marks, skipped)


def _limit_others(stack: ExitStack, threads: int) -> None:
    """Let NumPy's BLAS have no more threads than the rungs, where threadpoolctl is installed."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return
    stack.enter_context(threadpool_limits(threads, user_api="blas"))


def _check(
    kernel: Kernel, rungs: Sequence[Rung], shape: tuple[int, ...], dtype: np.dtype[Any], signed: bool
) -> tuple[tuple[NDArray[Any], ...], list[tuple[float, float]]]:
    """Hold every rung against the oracle on one problem; returns the problem and (error, bound) in ulp for each rung."""
    arguments = kernel.make(shape, dtype, np.random.default_rng(list(shape)), signed)
    oracle = kernel.oracle(*arguments)
    errors = []
    for rung in rungs:
        result = rung.function(*arguments)
        verdict = oracle.judge(result, dtype, Allowance(rung.roundings(kernel.terms(shape)), rung.condition_power))
        if not verdict.inside:
            raise WrongRung(
                f"{kernel.name}.{rung.name}: wrong for shape {shape}, {dtype}, {system.isa()}: "
                f"error {verdict.error:.3g} ulp, bound {verdict.bound:.3g} ulp"
            )
        errors.append((verdict.error, verdict.bound))
    return arguments, errors


def _time(calls: Sequence[Callable[[], Any]], seconds: float, between: Callable[[], None], rest: float = 0.0) -> list[list[float]]:
    """Seconds per call: samples of each function, in three rounds of blocks so that a disturbance does not meet one alone.

    ``between`` runs once per round, ``rest`` is a pause before every block.
    """
    numbers = []
    for call in calls:
        call()
        start = perf_counter()
        call()
        once = max(perf_counter() - start, 1e-7)
        # A sample of at least 20 us keeps the clock's 50 ns below a percent.
        numbers.append(max(1, int(2e-5 / once)))
    samples: list[list[float]] = [[] for _ in calls]
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(3):
            for call, number, mine in zip(calls, numbers, samples):
                if rest:
                    sleep(rest)
                end = perf_counter() + seconds / 3
                while True:
                    start = perf_counter()
                    for _ in repeat(None, number):
                        call()
                    now = perf_counter()
                    mine.append((now - start) / number)
                    if now >= end:
                        break
            between()
    finally:
        if collecting:
            gc.enable()
    return samples
