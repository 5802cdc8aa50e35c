# SPDX-License-Identifier: BSD-3-Clause
"""``python -m mlmath_native info``: this installation and this machine, plain or with rich."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from typing import Any

import numpy as np

import mlmath_native as mm

from . import _mlmath
from ._text import size

Section = tuple[str, list[tuple[str, str]]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="leave out the measured limits (they take a few seconds)")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    known = facts()
    if not arguments.quick:
        known["limits"] = limits()
    if arguments.json:
        print(json.dumps(known, indent=2, ensure_ascii=False))
        return 0
    _show(_sections(known))
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
        "isa": {
            "active": mm.system.isa(),
            "available": mm.system.available_isas(),
            "source": _mlmath.isa_source(),
        },
        "threads": {"number": threads["num_threads"], "source": threads["source"]},
        "caches": mm.system.caches(),
        "delegated": mm.system.delegated(),
    }


def limits() -> dict[str, Any]:
    return {}


def _sections(known: dict[str, Any]) -> list[Section]:
    isa = known["isa"]
    chosen = "the highest this CPU has" if isa["source"] == "detected" else f"forced by {isa['source']}"
    sections: list[Section] = [
        (
            "Package",
            [
                ("mlmath_native", known["version"]),
                ("compiled by", known["compiler"]),
                ("Python, NumPy", f"{known['python']}, {known['numpy']}"),
            ],
        ),
        (
            "Machine",
            [
                ("CPU", f"{known['cpu']}, {known['cpus']} CPUs"),
                ("instruction sets", f"{', '.join(isa['available'])}; running on {isa['active']}, {chosen}"),
                ("threads", f"{known['threads']['number']}, from {known['threads']['source']}"),
                ("caches", ", ".join(_cache(cache) for cache in known["caches"]) or "not described by this system"),
            ],
        ),
        ("Handed to NumPy's own code", list(known["delegated"].items())),
    ]
    return sections


def _cache(cache: dict[str, Any]) -> str:
    shared = f" shared by {cache['shared_by']} CPUs" if cache["shared_by"] > 1 else ""
    return f"L{cache['level']}{'d' if cache['kind'] == 'Data' else ''} {size(cache['bytes'])}{shared}"


def _show(sections: list[Section]) -> None:
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:  # rich belongs to an extra; plain text says the same
        _show_plain(sections)
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        _show_plain(sections)
        return
    for title, rows in sections:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="cyan", no_wrap=True)
        table.add_column()
        for row in rows:
            table.add_row("  " + row[0], row[1])
        console.print(f"[bold]{title}[/bold]")
        console.print(table)


def _show_plain(sections: list[Section]) -> None:
    width = max(len(name) for _, rows in sections for name, _ in rows)
    for title, rows in sections:
        sys.stdout.write(f"{title}\n")
        for name, text in rows:
            sys.stdout.write(f"  {name:<{width}}  {text}\n")
