# SPDX-License-Identifier: BSD-3-Clause
"""``python -m mlmath_native info``: this installation and this machine."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import mlmath_native as mm

from . import _mlmath
from ._text import duration, size


@dataclass(frozen=True)
class Table:
    """A block of the report; without a header the rows are names and values."""

    title: str
    rows: list[list[str]]
    header: list[str] | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="leave out the measured limits, which take a few seconds")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    known = facts()
    tables = _fact_tables(known)
    if not arguments.json:
        _show(tables)
    if not arguments.quick:
        limits = mm.system.machine_limits()
        known["limits"] = limits.as_dict()
        if not arguments.json:
            _show(limit_tables(limits))
    if arguments.json:
        print(json.dumps(known, indent=2, ensure_ascii=False))
    return 0


def facts() -> dict[str, Any]:
    """Return everything that is known without measuring."""
    threads = mm.system.thread_info()
    return {
        "version": mm.__version__,
        "compiler": _mlmath.__compiler__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cpu": _mlmath.cpu_name(),
        "cpus": os.cpu_count(),
        "isa": {"active": mm.system.isa(), "available": mm.system.available_isas(), "source": _mlmath.isa_source()},
        "int8_unit": {
            "active": mm.system.int8_unit(),
            "available": mm.system.int8_units(),
            "source": _mlmath.int8_unit_source(),
            "why_no_amx": _mlmath.why_no_amx(),
        },
        "threads": {"number": threads["num_threads"], "source": threads["source"]},
        "caches": mm.system.caches(),
        "delegated": mm.system.delegated(),
    }


def _fact_tables(known: dict[str, Any]) -> list[Table]:
    isa = known["isa"]
    chosen = "the highest this CPU has" if isa["source"] == "detected" else f"forced by {isa['source']}"
    package = [
        ["mlmath_native", known["version"]],
        ["compiled by", known["compiler"]],
        ["Python, NumPy", f"{known['python']}, {known['numpy']}"],
    ]
    machine = [
        ["CPU", f"{known['cpu']}, {known['cpus']} CPUs"],
        ["instruction sets", f"{', '.join(isa['available'])}; running on {isa['active']}, {chosen}"],
        ["int8 unit", _int8_unit(known["int8_unit"])],
        ["threads", f"{known['threads']['number']}, from {known['threads']['source']}"],
        ["caches", ", ".join(_cache(cache) for cache in known["caches"]) or "not described by this system"],
    ]
    delegated = [[name, cases] for name, cases in known["delegated"].items()]
    return [Table("Package", package), Table("Machine", machine), Table("Handed to NumPy's own code", delegated)]


def _int8_unit(unit: dict[str, Any]) -> str:
    forced = "" if unit["source"] == "detected" else f", forced by {unit['source']}"
    missing = "" if unit["why_no_amx"] is None else f"; no amx: {unit['why_no_amx']}"
    return f"{', '.join(unit['available'])}; multiplying by {unit['active']}{forced}{missing}"


def _cache(cache: dict[str, Any]) -> str:
    shared = f" shared by {cache['shared_by']} CPUs" if cache["shared_by"] > 1 else ""
    return f"L{cache['level']}{'d' if cache['kind'] == 'Data' else ''} {size(cache['bytes'])}{shared}"


def limit_tables(limits: mm.system.MachineLimits) -> list[Table]:
    """The measured limits as tables: multiply-add peak, bandwidth per thread count, latencies."""
    counts = sorted({1, limits.threads})
    dtypes = ("float64", "float32")
    columns = [(dtype, count) for dtype in dtypes for count in counts]
    peaks = [
        [level, *(f"{limits.fma_peak[level, dtype, count]:.0f}" for dtype, count in columns)]
        for level in dict.fromkeys(level for level, _, _ in limits.fma_peak)
    ]
    tables = [Table("Multiply-add peak, GFLOP/s", peaks, ["", *(f"{dtype}, {_threads(count)}" for dtype, count in columns)])]
    if limits.int8_peak:
        bytes = [
            [unit, *(f"{limits.int8_peak[unit, count]:.0f}" for count in counts)]
            for unit in dict.fromkeys(unit for unit, _ in limits.int8_peak)
        ]
        tables.append(Table("Products of bytes, GOP/s", bytes, ["", *map(_threads, counts)]))
    accesses = list(dict.fromkeys(access for _, access, _ in limits.bandwidth))
    for count in counts:
        places = limits.working_set_bytes
        rows = [[_place(limits, place, count), *_rates(limits.bandwidth, place, accesses, count)] for place in places]
        names = ["nt write" if access == "stream" else access for access in accesses]
        tables.append(Table(f"Bandwidth, GB/s, {_threads(count)}", rows, ["", *names]))
    waits = [
        [f"empty parallel region, {_threads(limits.threads)}", _nanoseconds(limits.region_ns)],
        ["barrier inside a region", _nanoseconds(limits.barrier_ns)],
        ["region after the workers fell asleep", _nanoseconds(limits.wake_ns)],
    ]
    for page, ns in ((limits.page_bytes, limits.page_ns), (limits.huge_page_bytes, limits.huge_page_ns)):
        if ns is not None:
            waits.append([f"first write to a fresh page of {size(page)}", f"{_nanoseconds(ns)}, {page / ns:.1f} GB/s"])
    return [*tables, Table("Latencies", waits)]


def _place(limits: mm.system.MachineLimits, place: str, count: int) -> str:
    """Where the arrays lie, and how large they are together."""
    return f"{place}, {size(limits.working_set_bytes[place] * (count if place in ('L1', 'L2') else 1))}"


def _rates(bandwidth: Mapping[tuple[str, str, int], float], place: str, accesses: list[str], count: int) -> list[str]:
    rates = [bandwidth.get((place, access, count)) for access in accesses]
    return ["" if rate is None else f"{rate:.0f}" if rate >= 100 else f"{rate:.1f}" for rate in rates]


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


def _nanoseconds(ns: float) -> str:
    return duration(ns * 1e-9)


def _show(tables: list[Table]) -> None:
    """With rich on a terminal; plain otherwise: rich belongs to an extra, and a log wants no colours."""
    if sys.stdout.isatty():
        try:
            _show_rich(tables)
            return
        except ImportError:
            pass
    for table in tables:
        print(_plain(table))


def _show_rich(tables: list[Table]) -> None:
    from rich.console import Console
    from rich.table import Table as Grid

    console = Console(highlight=False)
    for table in tables:
        grid = Grid(box=None, show_header=table.header is not None, header_style="dim", pad_edge=False, padding=(0, 1))
        for k in range(max(len(row) for row in table.rows)):
            name = table.header[k] if table.header else ""
            grid.add_column(name, style="cyan" if k == 0 else "", justify="right" if table.header and k else "left", no_wrap=k == 0)
        for row in table.rows:
            grid.add_row(*row)
        console.print(f"[bold]{table.title}[/bold]")
        console.print(grid)
        console.print()


def _plain(table: Table) -> str:
    rows = ([table.header] if table.header else []) + table.rows
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [table.title]
    for row in rows:
        rest = (cell.rjust(width) if table.header else cell for cell, width in zip(row[1:], widths[1:]))
        lines.append("  " + "  ".join([row[0].ljust(widths[0]), *rest]).rstrip())
    return "\n".join(lines) + "\n"
