# SPDX-License-Identifier: BSD-3-Clause
"""Fail when an instruction-set object defines a weak symbol outside its level's namespace, or two define the same symbol.

The linker keeps one copy of a weak (inline, template) function. If that copy came from an object compiled for AVX-512, every
caller in the program would run AVX-512 code, on machines without it too. Kernel units therefore define weak symbols only inside
`mlmath::<level>`, a namespace no other level uses.

Tables of kernels are found by name alone, and a static library takes the first object that defines a name: of two families with the
same table one would call the other's functions, without a word from the linker.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import subprocess
import sys

WEAK = set("WwVvu")
STRONG = set("TDRB")


def defined_symbols(path: str, nm: str) -> list[tuple[str, str]]:
    """Return (class, demangled name) of the symbols that an object defines."""
    listing = subprocess.run([nm, "-C", "--defined-only", path], check=True, capture_output=True, text=True).stdout
    rows = (line.split(maxsplit=2) for line in listing.splitlines())
    return [(row[1], row[2]) for row in rows if len(row) == 3]


def symbols_defined_twice(objects: list[str], nm: str = "nm") -> list[str]:
    """Return `symbol: objects` for every strong symbol that more than one object defines."""
    homes: dict[str, list[str]] = {}
    for path in objects:
        for kind, symbol in defined_symbols(path, nm):
            if kind in STRONG:
                homes.setdefault(symbol, []).append(pathlib.Path(path).name)
    return [f"{symbol}: {', '.join(paths)}" for symbol, paths in homes.items() if len(paths) > 1]


def weak_symbols_outside(level: str, objects: list[str], nm: str = "nm") -> list[str]:
    """Return `object: symbol` for every defined weak symbol that does not live in namespace `mlmath::<level>`."""
    found = []
    for path in objects:
        for kind, symbol in defined_symbols(path, nm):
            if kind in WEAK and not belongs_to(level, symbol):
                found.append(f"{pathlib.Path(path).name}: {symbol}")
    return found


def belongs_to(level: str, symbol: str) -> bool:
    """Whether the demangled symbol is a member of `mlmath::<level>` (template return types come first in the listing)."""
    head = re.sub(r"__vector\(\d+\)", "", symbol).split("(")[0]
    return f"mlmath::{level}::" in head


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--level", required=True)
    parser.add_argument("--stamp")
    parser.add_argument("objects", nargs="+")
    options = parser.parse_args()
    found = weak_symbols_outside(options.level, options.objects, options.nm)
    if found:
        print(f"weak symbols outside mlmath::{options.level} (they could be linked into code for other CPUs):", file=sys.stderr)
        for line in found:
            print("  " + line, file=sys.stderr)
        return 1
    twice = symbols_defined_twice(options.objects, options.nm)
    if twice:
        print("symbols that two objects define (the linker would take the first for both):", file=sys.stderr)
        for line in twice:
            print("  " + line, file=sys.stderr)
        return 1
    if options.stamp:
        report = f"{len(options.objects)} objects of level {options.level}: no stray weak symbol, none twice\n"
        pathlib.Path(options.stamp).write_text(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
