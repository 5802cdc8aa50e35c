# SPDX-License-Identifier: BSD-3-Clause
"""How two libraries are compared: results first, then times in interleaved blocks with pauses, beside a limit of the same run.

A contestant is a callable without arguments that returns its result. Its result is checked before anything is timed. Then blocks of
each contestant follow one another, with a pause between them: a BLAS worker spins on for a while after a call and would take the
other's core. The best and the median over all blocks are kept; "ratio" is the peer's best time over ours.
"""

from __future__ import annotations

import gc
import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import repeat
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from timeit import Timer
from typing import Any

import numpy as np

import mlmath_native as mm

Contestant = Callable[[], Any]
Check = Callable[[Any], float]


class Call:
    """A contestant that is one call of a fast function: timed as the statement ``f(a, b)``, without a closure's 30 ns around it."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        names = [f"x{i}" for i in range(len(arguments))]
        self._timer = Timer(f"f({', '.join(names)})", globals={"f": function, **dict(zip(names, arguments))})
        self._function, self._arguments = function, arguments

    def __call__(self) -> Any:
        return self._function(*self._arguments)

    def timeit(self, number: int) -> float:
        """Seconds of `number` calls."""
        return self._timer.timeit(number)


class WrongResult(AssertionError):
    """A contestant's result is outside its tolerance; nothing was timed."""


@dataclass(frozen=True)
class Timing:
    """Seconds per call."""

    best: float
    median: float
    calls: int


@dataclass(frozen=True)
class Limit:
    """What this machine can do at best on the same work, measured in blocks of the same run.

    ``access`` is "read", "write", "stream" (non-temporal write), "copy", "triad", "add" (a += b) or "update" (a, b, c += d) with
    ``amount`` bytes moved on arrays of ``size`` bytes together (default: the same), "fma" with ``amount`` floating-point
    operations, or "int8" with ``amount`` operations on bytes, a multiplication and its addition counted as two.
    """

    access: str
    amount: float
    dtype: str = "float64"
    size: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    table: str
    case: str
    dtype: str
    threads: int
    isa: str
    ours: Timing
    peers: dict[str, Timing]
    rate: float | None
    unit: str | None
    limit: str | None
    limit_share: float | None
    error: float | None
    peer_errors: dict[str, float] = field(default_factory=dict)
    more_shares: dict[str, float] = field(default_factory=dict)  # of further limits, by access

    @property
    def ratios(self) -> dict[str, float]:
        """Best time of each peer divided by our best."""
        return {name: timing.best / self.ours.best for name, timing in self.peers.items()}

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file."""
        return asdict(self) | {"ratios": self.ratios}


@dataclass(frozen=True)
class Fact:
    """One line of a table of quantities that have no peer: what was measured, the value, the bar it is held to."""

    table: str
    quantity: str
    value: str
    bar: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file."""
        return asdict(self)


def within(reference: Any, tolerance: Any) -> Check:
    """Check by value: the largest |result - reference| in units of ``tolerance`` (absolute; from norms and epsilon).

    ``tolerance`` is a number or an array of the reference's shape. A tolerance of 0 asks for equality.
    """
    exact, allowed = np.asarray(reference), np.asarray(tolerance, dtype=np.float64)

    def check(result: Any) -> float:
        value = np.asarray(result)
        if value.shape != exact.shape:
            return float("inf")
        error = np.abs(value.astype(np.result_type(exact, np.float64)) - exact)
        with np.errstate(divide="ignore", invalid="ignore"):
            units = np.where(error == 0, 0.0, error / allowed)
        return float("inf") if np.any(np.isnan(units)) else float(np.max(units, initial=0.0))

    return check


def check_results(contestants: Mapping[str, Contestant], check: Check) -> dict[str, float]:
    """Run every contestant once; its error in units of the tolerance. Raises `WrongResult` above 1."""
    errors = {}
    for name, contestant in contestants.items():
        error = check(contestant())
        if not error <= 1:
            raise WrongResult(f"{name}: error {error:.3g} times the tolerance")
        errors[name] = error
    return errors


def time_blocks(
    contestants: Mapping[str, Contestant],
    *,
    seconds: float = 0.1,
    blocks: int = 3,
    pause: float = 0.3,
    between: Callable[[], None] | None = None,
) -> dict[str, Timing]:
    """Time the contestants in alternating blocks of ``seconds``, a pause before every block. ``between`` runs once per round."""
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    calls = dict.fromkeys(contestants, 0)
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(blocks):
            for name, contestant in contestants.items():
                sleep(pause)
                contestant()  # warm: caches, workers, the frequency
                start = perf_counter()
                contestant()
                # A sample of at least 50 us keeps the clock's reading below a percent.
                number = max(1, int(5e-5 / max(perf_counter() - start, 1e-8)))
                end = perf_counter() + seconds
                while True:
                    samples[name].append(_seconds_of(contestant, number) / number)
                    calls[name] += number
                    if perf_counter() >= end:
                        break
            if between is not None:
                sleep(pause)
                between()
    finally:
        if collecting:
            gc.enable()
    return {name: Timing(min(s), median(s), calls[name]) for name, s in samples.items()}


def _seconds_of(contestant: Contestant, number: int) -> float:
    if isinstance(contestant, Call):
        return contestant.timeit(number)
    start = perf_counter()
    for _ in repeat(None, number):
        contestant()
    return perf_counter() - start


def compare(
    table: str,
    case: str,
    ours: Contestant,
    peers: Mapping[str, Contestant],
    check: Check | None,
    *,
    dtype: Any = "float64",
    threads: int | None = None,
    limit: Limit | Sequence[Limit] | None = None,
    flops: float | None = None,
    bytes: float | None = None,
    seconds: float = 0.1,
    blocks: int = 3,
) -> Row:
    """Check, time, and give the row. See bench/README.md for the arguments."""
    team = mm.get_num_threads() if threads is None else threads
    contestants = {"ours": ours, **peers}
    limits = [] if limit is None else [limit] if isinstance(limit, Limit) else list(limit)
    rates: dict[str, list[float]] = {one.access: [] for one in limits}

    def probe() -> None:
        for one in limits:
            size = one.amount if one.size is None else one.size
            rates[one.access].append(mm.system.probe_limit(one.access, size, dtype=one.dtype, threads=team, seconds=seconds))

    with thread_limits(team):
        errors = check_results(contestants, check) if check is not None else {}
        times = time_blocks(contestants, seconds=seconds, blocks=blocks, between=probe if limits else None)
    best = times["ours"].best
    shares = {one.access: one.amount / max(rates[one.access]) / best for one in limits}
    first = limits[0].access if limits else None
    work, unit = (flops, "GFLOP/s") if flops is not None else (bytes, "GB/s")
    return Row(
        table=table,
        case=case,
        dtype=np.dtype(dtype).name,
        threads=team,
        isa=mm.system.isa(),
        ours=times["ours"],
        peers={name: times[name] for name in peers},
        rate=None if work is None else work / best * 1e-9,
        unit=None if work is None else unit,
        limit=first,
        limit_share=None if first is None else shares.pop(first),
        error=errors.get("ours"),
        peer_errors={name: errors[name] for name in peers if name in errors},
        more_shares=shares,
    )


def thread_limits(threads: int) -> ExitStack:
    """Our pool and everybody else's limited to ``threads`` within the block."""
    stack = ExitStack()
    stack.enter_context(mm.threads(threads))
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return stack
    stack.enter_context(threadpool_limits(threads))
    return stack


RESULTS = Path(__file__).resolve().parents[1] / "build" / "bench"


def save(entries: Sequence[Row | Fact], folder: Path = RESULTS) -> None:
    """Write each table's lines to <folder>/<table>.json; lines of an earlier run on the same machine and versions stay."""
    folder.mkdir(parents=True, exist_ok=True)
    here = environment()
    for table in dict.fromkeys(entry.table for entry in entries):
        path = folder / f"{table}.json"
        kept: dict[str, Any] = {}
        if path.exists():
            earlier = json.loads(path.read_text())
            if earlier["environment"] == here:
                kept = {_key(line): line for line in earlier["lines"]}
        for entry in entries:
            if entry.table == table:
                line = entry.as_dict()
                kept[_key(line)] = line
        path.write_text(json.dumps({"environment": here, "lines": list(kept.values())}, indent=1))


def _key(line: Mapping[str, Any]) -> str:
    return "/".join(str(line.get(name)) for name in ("case", "quantity", "dtype", "threads", "isa"))


def environment() -> dict[str, Any]:
    """The machine and the versions a run belongs to."""
    versions = {"mlmath_native": mm.__version__, "python": platform.python_version(), "numpy": np.__version__}
    for name in ("scipy", "sklearn", "torch"):
        try:
            versions[name] = __import__(name).__version__
        except ImportError:
            continue
    try:
        from threadpoolctl import threadpool_info

        pools: Sequence[Any] = threadpool_info()
    except ImportError:
        pools = []
    keys = ("user_api", "internal_api", "version", "threading_layer", "architecture", "num_threads")
    return {
        "cpu": mm._mlmath.cpu_name(),
        "isa": mm.system.isa(),
        "cpus": len(os.sched_getaffinity(0)),
        "threads": mm.get_num_threads(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "compiler": mm._mlmath.__compiler__,
        "versions": versions,
        "pools": sorted(({key: pool[key] for key in keys if key in pool} for pool in pools), key=str),  # found in any order
    }
