# SPDX-License-Identifier: BSD-3-Clause
"""The fixtures `compare` and `record`: comparisons as in harness.py, recorded through pytest-benchmark.

pytest-benchmark times one function by itself; here two or more take turns. So the samples are measured by the harness, and
pytest-benchmark is given a clock that replays our own: its tables, JSON files and comparisons of runs then work as usual, and
the whole row (peers, ratio, limit, error) goes along as ``extra_info``. The rows also go to build/bench/<table>.json, from which
report.py makes the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import pytest


class ReplayClock:
    """A clock that stands still until it is told how long something took."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


CLOCK = ReplayClock()
ENTRIES: list[harness.Row | harness.Fact] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.benchmark(timer=CLOCK, group=item.path.stem))


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    machine_info["mlmath_native"] = harness.environment()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if ENTRIES:
        harness.save(ENTRIES)


@pytest.fixture
def record(benchmark: Any) -> Callable[[harness.Row], None]:
    """Record a row that was measured in another way than by `compare`."""

    def keep(row: harness.Row) -> None:
        ENTRIES.append(row)
        samples = iter((row.ours.median, row.ours.best))
        benchmark.pedantic(lambda: CLOCK.advance(next(samples)), rounds=2, iterations=1)
        benchmark.extra_info["row"] = row.as_dict()

    return keep


@pytest.fixture
def compare(record: Callable[[harness.Row], None]) -> Callable[..., harness.Row]:
    """`harness.compare`, recorded. Call it once per benchmark."""

    def run(*args: Any, **keywords: Any) -> harness.Row:
        row = harness.compare(*args, **keywords)
        record(row)
        return row

    return run


@pytest.fixture
def state() -> Callable[[harness.Fact], None]:
    """Record a quantity that has no peer."""
    return ENTRIES.append
