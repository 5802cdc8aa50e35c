# SPDX-License-Identifier: BSD-3-Clause
"""Fail when an instruction-set object defines a weak symbol outside its level's namespace.

The linker keeps one copy of a weak (inline, template) function. If that copy came from an object compiled for AVX-512, every
caller in the program would run AVX-512 code, on machines without it too. Kernel units therefore define weak symbols only inside
`mlmath::<level>`, a namespace no other level uses.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import subprocess
import sys

WEAK = set("WwVvu")


def weak_symbols_outside(level: str, objects: list[str], nm: str = "nm") -> list[str]:
    """Return `object: symbol` for every defined weak symbol that does not live in namespace `mlmath::<level>`."""
    found = []
    for path in objects:
        listing = subprocess.run([nm, "-C", "--defined-only", path], check=True, capture_output=True, text=True).stdout
        for line in listing.splitlines():
            parts = line.split(maxsplit=2)
            if len(parts) == 3 and parts[1] in WEAK and not belongs_to(level, parts[2]):
                found.append(f"{pathlib.Path(path).name}: {parts[2]}")
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
    if options.stamp:
        pathlib.Path(options.stamp).write_text(f"{len(options.objects)} objects of level {options.level}: no stray weak symbol\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
