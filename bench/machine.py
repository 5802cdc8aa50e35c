# SPDX-License-Identifier: BSD-3-Clause
"""What this machine can do: `python bench/machine.py [--quick] [--json]`."""

from __future__ import annotations

import argparse
import json

import harness

import mlmath_native as mm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a second instead of several")
    parser.add_argument("--json", action="store_true", help="JSON with the environment instead of a table")
    options = parser.parse_args()
    limits = mm.system.machine_limits(quick=options.quick)
    if options.json:
        print(json.dumps({"environment": harness.environment(), "limits": limits.as_dict()}, indent=1))
    else:
        print(limits)


if __name__ == "__main__":
    main()
