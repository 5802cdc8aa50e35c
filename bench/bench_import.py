# SPDX-License-Identifier: BSD-3-Clause
"""What the package adds to `import numpy`, as whole processes, and how large it is."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import harness

import mlmath_native as mm


def bench_import(state: Callable[[harness.Fact], None]) -> None:
    programs = {"numpy": "import numpy", "both": "import numpy, mlmath_native"}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for program in programs.values():  # writes the bytecode caches
        subprocess.run([sys.executable, "-c", program], check=True)
    for turn in range(40):
        for name in sorted(programs, reverse=turn % 2 == 1):  # each as often first as second
            sleep(0.02)
            start = perf_counter()
            subprocess.run([sys.executable, "-c", programs[name]], check=True)
            seconds[name].append(perf_counter() - start)
    numpy, both = seconds["numpy"], seconds["both"]
    pairs = median(later - alone for later, alone in zip(both, numpy))
    added = f"{1e3 * (min(both) - min(numpy)):.1f} ms (median of 40 pairs {1e3 * pairs:.1f} ms)"
    state(harness.Fact("import", "import mlmath_native, added to import numpy", added, "50 ms"))
    state(harness.Fact("import", "import numpy, whole process", f"{1e3 * min(numpy):.1f} ms"))


def bench_size(state: Callable[[harness.Fact], None]) -> None:
    package = Path(mm.__file__).parent
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                wheel.write(path, path.relative_to(package))
    state(harness.Fact("import", "the package's files, compressed as in a wheel", f"{buffer.tell() / 1e6:.2f} MB", "5 MB"))
