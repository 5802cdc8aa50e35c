# SPDX-License-Identifier: BSD-3-Clause
"""The thread pool: an empty region, a barrier, waking up, and what it costs when nothing is asked of it."""

from __future__ import annotations

import resource
from collections.abc import Callable
from time import perf_counter, sleep
from typing import Any

import harness
import numpy as np
import problems

import mlmath_native as mm


def bench_latencies(state: Callable[[harness.Fact], None]) -> None:
    threads, probe = mm.get_num_threads(), mm._mlmath.machine
    for quantity, measure, bar in (
        ("empty region, warm", probe.region_latency, "2 us"),
        ("barrier in a region", probe.barrier_latency, ""),
        ("region after the workers' sleep", probe.wake_latency, ""),
    ):
        best, middle = measure(threads, 0.2)
        value = f"{1e6 * best:.2f} us (median {1e6 * middle:.2f} us)"
        state(harness.Fact("pool", f"{quantity}, {threads} threads", value, bar))


def bench_idle(state: Callable[[harness.Fact], None]) -> None:
    a = problems.vector(1_000_000)
    m = problems.matrix(500, 500)
    for name, call, bar in (
        ("none at all: the clock's own", lambda: None, ""),
        ("ours", lambda: mm.dot(a, a), "not measurable"),
        ("NumPy's BLAS, for comparison", lambda: np.matmul(m, m), ""),
    ):
        worst = max(_busy_after(call) for _ in range(20))
        state(harness.Fact("pool", f"CPU time from 1 ms to 50 ms after a call, {name}", f"{100 * worst:.2f} % of one core", bar))


def _busy_after(call: Callable[[], Any]) -> float:
    """Share of one core this process uses while it should rest."""
    sleep(0.3)
    for _ in range(20):
        call()
    sleep(0.001)
    before, start = _cpu_seconds(), perf_counter()
    sleep(0.049)
    return (_cpu_seconds() - before) / (perf_counter() - start)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
