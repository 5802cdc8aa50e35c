# SPDX-License-Identifier: BSD-3-Clause
"""The measured limits of this machine; public as functions of `mlmath_native.system`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any

from . import _mlmath
from ._inventory import caches
from ._threads import get_num_threads

ACCESSES = ("read", "write", "stream", "copy", "triad", "add", "update")
PLACES = ("L1", "L2", "L3", "memory")
DTYPES = ("float64", "float32")


@dataclass(frozen=True, eq=False)
class MachineLimits:
    """What this machine can do, as measured by `machine_limits`.

    Attributes
    ----------
    cpu : str
        Name of the CPU.
    isa : str
        Instruction-set level the bandwidths were measured with.
    threads : int
        The larger of the two thread counts measured; the other is 1.
    cache_bytes : mapping of str to int
        Size in bytes of the data caches "L1", "L2" (one core's) and "L3" (one instance of it), as far as they are known.
    working_set_bytes : mapping of str to int
        Bytes of the arrays that stand for "L1", "L2" (per thread), "L3" and "memory" (together).
    fma_peak : mapping of (isa, dtype, threads) to float
        GFLOP/s of independent multiply-adds in registers, a multiply-add counted as two, for every level this CPU has, "float64"
        and "float32", 1 thread and `threads`.
    bandwidth : mapping of (place, access, threads) to float
        GB/s (10^9 bytes per second) for places "L1", "L2", "L3", "memory" and accesses "read", "write", "stream" (non-temporal
        write), "copy", "triad" (a = b + s c), "add" (a += b), "update" (a += d, b += d, c += d). Counted is what the program asks
        for: a copy counts two bytes per byte, a triad and an add three, an update seven (four read, three written). A place this
        machine does not have, or whose size is not known, is missing.
    region_ns : float
        Nanoseconds of an empty parallel region of `threads` threads, one after the other; median.
    barrier_ns : float
        Nanoseconds of a barrier inside a region; median.
    wake_ns : float
        Nanoseconds until all threads have met after a pause in which the workers had gone to sleep; median.
    page_bytes, huge_page_bytes : int
        Size of an ordinary and of a huge page.
    page_ns, huge_page_ns : float or None
        Nanoseconds of the first write to a fresh page; median. None where the system does not give such pages.
    quick : bool
        Whether this was the quick measurement.
    seconds : float
        How long measuring took.
    int8_peak : mapping of (unit, threads) to float
        GOP/s (10^9 operations per second) of products of bytes in registers, a multiplication and its addition counted as two, for
        those of the units "vnni" and "amx" that this machine has, 1 thread and `threads`; empty where it has neither.
    """

    cpu: str
    isa: str
    threads: int
    cache_bytes: Mapping[str, int]
    working_set_bytes: Mapping[str, int]
    fma_peak: Mapping[tuple[str, str, int], float]
    bandwidth: Mapping[tuple[str, str, int], float]
    region_ns: float
    barrier_ns: float
    wake_ns: float
    page_bytes: int
    page_ns: float | None
    huge_page_bytes: int
    huge_page_ns: float | None
    quick: bool
    seconds: float
    int8_peak: Mapping[tuple[str, int], float] = field(default_factory=lambda: MappingProxyType({}))

    def place_of(self, bytes: float, threads: int = 1) -> str:
        """Return the smallest place that holds `bytes` divided among `threads`: "L1", "L2", "L3" or "memory"."""
        for place, share in (("L1", bytes / threads), ("L2", bytes / threads), ("L3", bytes)):
            if share <= self.cache_bytes.get(place, 0) and (place, "read", threads) in self.bandwidth:
                return place
        return "memory"

    def seconds_for(self, *, flops: float, bytes: float, dtype: str, threads: int, access: str = "read") -> float:
        """Return the least time for work of `flops` operations that touches `bytes` once: the later of the two.

        Both at the rate of `threads` (1 or `self.threads`); the bytes at the rate of the smallest place that holds them.
        """
        arithmetic = flops / (self.fma_peak[self.isa, dtype, threads] * 1e9)
        return max(arithmetic, bytes / (self.bandwidth[self.place_of(bytes, threads), access, threads] * 1e9))

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for JSON, with keys of tuples joined by "/"."""

        def plain(value: Any) -> Any:
            if isinstance(value, Mapping):
                return {"/".join(map(str, key)) if isinstance(key, tuple) else key: v for key, v in value.items()}
            return value

        return {one.name: plain(getattr(self, one.name)) for one in fields(self)}

    def __str__(self) -> str:
        counts = sorted({1, self.threads})
        lines = [f"{self.cpu}, {self.isa}", "", "multiply-add peak, GFLOP/s"]
        lines.append(f"{'':10}" + "".join(f"{f'{dtype}, {_threads(t)}':>22}" for dtype in DTYPES for t in counts))
        for isa in dict.fromkeys(key[0] for key in self.fma_peak):
            lines.append(f"{isa:10}" + "".join(f"{self.fma_peak[isa, dtype, t]:22.1f}" for dtype in DTYPES for t in counts))
        if self.int8_peak:
            lines += ["", "products of bytes, GOP/s", f"{'':10}" + "".join(f"{_threads(t):>22}" for t in counts)]
            for unit in dict.fromkeys(key[0] for key in self.int8_peak):
                lines.append(f"{unit:10}" + "".join(f"{self.int8_peak[unit, t]:22.1f}" for t in counts))
        for t in counts:
            lines += [
                "",
                f"bandwidth, GB/s, {_threads(t)}",
                f"{'':10}{'bytes':>12}" + "".join(f"{access:>10}" for access in ACCESSES),
            ]
            for place in self.working_set_bytes:
                size = self.working_set_bytes[place] * (t if place in ("L1", "L2") else 1)
                rates = "".join(f"{self.bandwidth[place, access, t]:10.1f}" for access in ACCESSES)
                lines.append(f"{place:10}{size:12,}" + rates)
        lines += [
            "",
            f"parallel region, empty, {_threads(self.threads)}   {self.region_ns:8.0f} ns",
            f"barrier in a region                {self.barrier_ns:8.0f} ns",
            f"region after the workers' sleep    {self.wake_ns:8.0f} ns",
        ]
        for bytes, ns in ((self.page_bytes, self.page_ns), (self.huge_page_bytes, self.huge_page_ns)):
            if ns is not None:
                lines.append(f"{f'first write to {bytes // 1024} KiB of a page':34} {ns:8.0f} ns   {bytes / ns:.1f} GB/s")
        return "\n".join(lines)


def _threads(n: int) -> str:
    return f"{n} thread{'s' * (n > 1)}"


_cache: dict[tuple[str, int, bool], MachineLimits] = {}
_lock = threading.Lock()


def machine_limits(quick: bool = False) -> MachineLimits:
    """Measure what this machine can do; the result is kept for the rest of the process.

    Multiply-add peak per dtype and instruction-set level; products of bytes per int8 unit; bandwidth of reading, writing, writing
    past the caches, copying, a = b + s c and updates in place, in arrays that fit into L1, L2, L3 and no cache; the thread pool's
    latencies; the cost of a fresh page. Each rate is the best of many blocks of at least 0.1 ms that all threads begin and end
    together; every probe checks what it computed.

    Parameters
    ----------
    quick : bool, default False
        Measure for about a second instead of several; a full measurement made earlier is returned in its place.

    Returns
    -------
    MachineLimits
        For one thread and for `get_num_threads` threads, at the level of `isa`; fields and units are described there.

    Raises
    ------
    RuntimeError
        When the thread pool is held by another thread of this process all the time, or a probe finds a wrong value.

    Notes
    -----
    A limit is what simple loops reach here and now: other programs and the frequency the CPU grants move it. Compare a kernel
    with a limit of the same run.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> limits = mm.system.machine_limits(quick=True)
    >>> limits.fma_peak[limits.isa, "float32", 1] > 0
    True
    """
    key = (_mlmath.isa(), get_num_threads())
    with _lock:
        for kept in ((*key, False), (*key, True)):
            if kept in _cache and (quick or not kept[2]):
                return _cache[kept]
        limits = _measure(*key, quick)
        _cache[(*key, quick)] = limits
        return limits


def probe_limit(access: str, amount: float, *, dtype: str = "float64", threads: int = 1, seconds: float = 0.05) -> float:
    """Measure one limit now: for benchmarks, which compare a kernel with a limit of the same moment.

    Parameters
    ----------
    access : str
        "read", "write", "stream", "copy", "triad", "add", "update" as in `MachineLimits`, "fma" or "int8" (by `int8_unit` if that
        is "vnni" or "amx", otherwise by the faster one that this machine has).
    amount : float
        Bytes of all arrays together; not used for "fma" and "int8".
    dtype : str, default "float64"
        "float64" or "float32"; used for "fma" alone.
    threads : int, default 1
        How many.
    seconds : float, default 0.05
        For how long.

    Returns
    -------
    float
        Bytes per second, floating-point operations per second, or operations on bytes per second.

    Raises
    ------
    ValueError
        When an argument is out of range, or there is no unit for "int8".

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.system.probe_limit("read", 16384, seconds=0.001) > 0
    True
    """
    if access == "fma":
        return float(_mlmath.machine.fma_peak(dtype, threads, seconds))
    if access == "int8":
        return float(_mlmath.machine.int8_peak(_byte_unit(), threads, seconds))
    return float(_mlmath.machine.bandwidth([access], int(amount), threads, seconds)[0])


def _byte_units() -> list[str]:
    """The units of this machine that have a peak, the fastest last."""
    return [unit for unit in _mlmath.available_int8_units() if unit in ("vnni", "amx")]


def _byte_unit() -> str:
    """The active one of them, or else the fastest."""
    units = _byte_units()
    if not units:
        raise ValueError("probe_limit: access 'int8' needs the int8 unit vnni or amx, and this machine has neither")
    return _mlmath.int8_unit() if _mlmath.int8_unit() in units else units[-1]


def _measure(isa: str, threads: int, quick: bool) -> MachineLimits:
    start = perf_counter()
    seconds = 0.008 if quick else 0.05
    counts = sorted({1, threads})
    probe = _mlmath.machine
    peaks = {}
    try:
        for level in _mlmath.available_isas():
            _mlmath.set_isa(level)
            for dtype in DTYPES:
                for count in counts:
                    peaks[level, dtype, count] = probe.fma_peak(dtype, count, seconds) * 1e-9
    finally:
        _mlmath.set_isa(isa)

    bytes_peaks = {(unit, t): probe.int8_peak(unit, t, seconds) * 1e-9 for unit in _byte_units() for t in counts}

    sizes = {f"L{cache['level']}": cache["bytes"] for cache in caches()}
    sets = _working_sets(sizes, threads, quick)
    rates = {}
    for place, size in sets.items():
        for count in counts:
            bytes = size * count if place in ("L1", "L2") else size
            for access, rate in zip(ACCESSES, probe.bandwidth(list(ACCESSES), bytes, count, seconds)):
                rates[place, access, count] = rate * 1e-9

    (_, page), page_bytes = probe.page_latency(False, seconds)
    (_, huge), huge_bytes = probe.page_latency(True, seconds)
    return MachineLimits(
        cpu=_mlmath.cpu_name(),
        isa=isa,
        threads=threads,
        cache_bytes=MappingProxyType(sizes),
        working_set_bytes=MappingProxyType(sets),
        fma_peak=MappingProxyType(peaks),
        bandwidth=MappingProxyType(rates),
        region_ns=probe.region_latency(threads, seconds)[1] * 1e9,
        barrier_ns=probe.barrier_latency(threads, seconds)[1] * 1e9,
        wake_ns=probe.wake_latency(threads, 10 * seconds)[1] * 1e9,
        page_bytes=page_bytes,
        page_ns=page * 1e9 if page > 0 else None,
        huge_page_bytes=huge_bytes,
        huge_page_ns=huge * 1e9 if huge > 0 else None,
        quick=quick,
        seconds=perf_counter() - start,
        int8_peak=MappingProxyType(bytes_peaks),
    )


def _working_sets(sizes: Mapping[str, int], threads: int, quick: bool) -> dict[str, int]:
    """Bytes that stand for each place: per thread for L1 and L2, together for L3 and memory."""
    l1, l2, l3 = (sizes.get(name, 0) for name in ("L1", "L2", "L3"))
    sets = {}
    # Half a cache: the other half is for the stack, the operating system, and addresses that collide.
    if l1:
        sets["L1"] = l1 // 2
    if l2 >= 4 * l1 > 0:
        sets["L2"] = l2 // 2
    # Between the second level of all threads and half of the third, which other cores share.
    if l3 >= 8 * l2 * threads > 0:
        sets["L3"] = max(4 * l2 * threads, l3 // 4)
    elif l3 >= 4 * l2 * threads > 0:
        sets["L3"] = l3 // 2
    # Memory: four times the last cache, 128 MiB at least; less only when the machine has little to spare or time is short.
    last = max(l1, l2, l3)
    wanted = max(4 * last, 128 << 20)
    if quick:
        wanted = min(wanted, max(2 * last, 128 << 20), 512 << 20)
    sets["memory"] = min(wanted, max(_memory_to_spare() // 4, 4 << 20))
    return sets


def _memory_to_spare() -> int:
    """Bytes this process could use: what the system has available, within the limit of its control group."""
    available = 1 << 30
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                available = int(line.split()[1]) << 10
    except (OSError, ValueError, IndexError):
        pass
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            available = min(available, int(Path(name).read_text()))
        except (OSError, ValueError):
            continue
    return available
