# SPDX-License-Identifier: BSD-3-Clause
"""The machine's limits: complete, finite, consistent with one another, kept. Nothing here depends on how fast the machine is."""

from __future__ import annotations

import dataclasses
import json
import math
import threading
from typing import Any

import pytest

import mlmath_native as mm
from mlmath_native import _machine, _mlmath


@pytest.fixture(scope="module")
def limits() -> mm.system.MachineLimits:
    with mm.threads(2):
        return mm.system.machine_limits(quick=True)


def test_every_field_is_there(limits: mm.system.MachineLimits) -> None:
    assert limits.threads == 2
    assert limits.isa == mm.system.isa()
    assert limits.cpu
    assert set(limits.fma_peak) == {
        (isa, dtype, t) for isa in mm.system.available_isas() for dtype in ("float64", "float32") for t in (1, 2)
    }
    assert "memory" in limits.working_set_bytes
    accesses = ("read", "write", "stream", "copy", "triad", "add", "update")
    assert set(limits.bandwidth) == {(place, a, t) for place in limits.working_set_bytes for a in accesses for t in (1, 2)}
    rates = [*limits.fma_peak.values(), *limits.bandwidth.values(), limits.region_ns, limits.barrier_ns, limits.wake_ns]
    assert all(math.isfinite(rate) and rate > 0 for rate in rates)
    assert limits.page_ns is None or limits.page_ns > 0
    assert limits.huge_page_ns is None or limits.huge_page_ns > 0
    assert limits.seconds > 0
    assert limits.quick


def test_consistent_within_one_machine(limits: mm.system.MachineLimits) -> None:
    # Single precision has twice the lanes: half of the difference is left for noise.
    for isa in mm.system.available_isas():
        assert limits.fma_peak[isa, "float32", 1] > limits.fma_peak[isa, "float64", 1]
    # Caches grow outwards, and what stands for a place fits into it.
    sizes = [limits.cache_bytes[place] for place in ("L1", "L2", "L3") if place in limits.cache_bytes]
    assert sizes == sorted(sizes)
    for place in ("L1", "L2", "L3"):
        if place in limits.working_set_bytes:
            assert limits.working_set_bytes[place] <= limits.cache_bytes[place]
    if limits.page_bytes:
        assert limits.page_bytes < limits.huge_page_bytes


def test_frozen_and_read_only(limits: mm.system.MachineLimits) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        limits.threads = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        limits.fma_peak["avx2", "float64", 1] = 0.0  # type: ignore[index]


def test_kept_for_the_process(limits: mm.system.MachineLimits) -> None:
    with mm.threads(2):
        assert mm.system.machine_limits(quick=True) is limits


def test_full_measurement_serves_quick_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bool] = []

    def measure(isa: str, threads: int, quick: bool) -> Any:
        made.append(quick)
        return (isa, threads, quick)

    monkeypatch.setattr(_machine, "_cache", {})
    monkeypatch.setattr(_machine, "_measure", measure)
    first = mm.system.machine_limits(quick=True)
    full = mm.system.machine_limits()
    assert made == [True, False]
    assert mm.system.machine_limits() is full
    assert mm.system.machine_limits(quick=True) is full
    assert full is not first
    with mm.threads(mm.get_num_threads() + 1):
        assert mm.system.machine_limits(quick=True)[1] == full[1] + 1  # type: ignore[index]


def test_places_and_least_times(limits: mm.system.MachineLimits) -> None:
    synthetic = dataclasses.replace(
        limits,
        isa="avx2",
        cache_bytes={"L1": 1000, "L2": 10_000, "L3": 100_000},
        fma_peak={("avx2", "float64", t): 10.0 * t for t in (1, 2)},
        bandwidth={(place, "read", t): rate * t for place, rate in zip(_machine.PLACES, (8.0, 4.0, 2.0, 1.0)) for t in (1, 2)},
    )
    assert [synthetic.place_of(size, 1) for size in (1, 1000, 1001, 10_000, 10_001, 100_001)] == [
        "L1", "L1", "L2", "L2", "L3", "memory",
    ]  # fmt: skip
    assert synthetic.place_of(2000, 2) == "L1"
    assert synthetic.place_of(100_001, 2) == "memory"
    # 8000 bytes at 4 GB/s against 100 operations at 10 GFLOP/s, and the other way round.
    assert synthetic.seconds_for(flops=100, bytes=8000, dtype="float64", threads=1) == pytest.approx(2e-6)
    assert synthetic.seconds_for(flops=1e6, bytes=8000, dtype="float64", threads=2) == pytest.approx(5e-5)


def test_text_and_json(limits: mm.system.MachineLimits) -> None:
    text = str(limits)
    for word in (*limits.working_set_bytes, *mm.system.available_isas(), "read", "stream", "2 threads", "barrier"):
        assert word in text
    data = json.loads(json.dumps(limits.as_dict()))
    assert data["bandwidth"]["memory/read/1"] == limits.bandwidth["memory", "read", 1]
    assert set(data) == {field.name for field in dataclasses.fields(limits)}


@pytest.mark.parametrize("access", ["read", "write", "stream", "copy", "triad", "add", "update", "fma"])
def test_probe_limit_on_every_level(isa: str, access: str) -> None:
    rate = mm.system.probe_limit(access, 100_000, dtype="float32", threads=2, seconds=1e-3)
    assert math.isfinite(rate)
    assert rate > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("swim", 10), "access must be read, write, stream, copy, triad, add or update, got 'swim'"),
        (("read", 0), "bytes must be positive"),
        (("fma", 1, "int8"), "dtype must be float64 or float32, got 'int8'"),
    ],
)
def test_probe_limit_refuses_nonsense(arguments: tuple[Any, ...], message: str) -> None:
    access, amount, *dtype = arguments
    with pytest.raises(ValueError, match=message):
        mm.system.probe_limit(access, amount, dtype=dtype[0] if dtype else "float64")
    with pytest.raises(ValueError, match="threads must be positive"):
        mm.system.probe_limit("read", 512, threads=0)
    with pytest.raises(ValueError, match="seconds must be positive"):
        mm.system.probe_limit("fma", 1, seconds=float("nan"))


def test_working_sets() -> None:
    mib = 1 << 20
    sets = _machine._working_sets({"L1": 48 << 10, "L2": mib, "L3": 32 * mib}, 2, False)
    assert sets["L1"] == 24 << 10
    assert sets["L2"] == mib // 2
    assert 2 * 2 * mib < sets["L3"] <= 16 * mib
    assert sets["memory"] >= 128 * mib or sets["memory"] == _machine._memory_to_spare() // 4
    assert set(_machine._working_sets({}, 4, True)) == {"memory"}
    assert set(_machine._working_sets({"L1": 32 << 10, "L2": 2 * mib}, 1, True)) == {"L1", "L2", "memory"}
    # 32 cores on a third level that is not larger than their second levels together: it is not told apart.
    assert "L3" not in _machine._working_sets({"L1": 32 << 10, "L2": 2 * mib, "L3": 64 * mib}, 32, True)


def test_many_threads_may_ask_at_once(limits: mm.system.MachineLimits) -> None:
    found: list[Any] = []

    def ask() -> None:
        with mm.threads(2):
            found.append(mm.system.machine_limits(quick=True))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert all(one is limits for one in found)
    assert len(found) == 4


def test_page_probe_tells_its_page() -> None:
    (best, middle), size = _mlmath.machine.page_latency(False, 1e-3)
    assert 0 <= best <= middle
    assert size == 0 or size & (size - 1) == 0
