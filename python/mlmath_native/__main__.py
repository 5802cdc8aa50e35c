# SPDX-License-Identifier: BSD-3-Clause
"""``python -m mlmath_native tour | info | bench``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from . import __version__, _bench, _info, tour


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_native", description="The mathematics of machine learning, fast on a CPU."
    )
    parser.add_argument("--version", action="version", version=f"mlmath_native {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="tour | info | bench")
    for name, module, purpose in (
        ("tour", tour, "a walk through the mathematics on real data, each result beside NumPy's or scikit-learn's"),
        ("info", _info, "this installation and this machine: instruction sets, threads, caches, measured limits"),
        ("bench", _bench, "a short comparison with NumPy, and how to run the full suites"),
    ):
        command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):  # an encoding without σ or ≤ shows question marks, not a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        print(f"\nmlmath_native {arguments.command}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `... | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
