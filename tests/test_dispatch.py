# SPDX-License-Identifier: BSD-3-Clause
"""The instruction set that was forced is the one that ran; an unknown or missing one is an error; no code leaks between levels."""

from __future__ import annotations

import importlib.util
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native import _mlmath

ROOT = pathlib.Path(__file__).parent.parent


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env={**os.environ, **environment}, check=False
    )


def test_forced_level_is_the_one_that_runs(isa: str) -> None:
    assert _mlmath._dot_level() == isa  # a name compiled into the kernel unit itself


def test_fused_multiply_add_tells_the_baseline_apart(isa: str) -> None:
    # Elements 0 and 32 share a lane, which becomes fma(a, a, -round(a*a)): the rounding error of a*a, or 0 without fma.
    a = 1 + 2.0**-30
    x, y = np.zeros(64), np.zeros(64)
    x[0], y[0] = -(a * a), 1.0
    x[32], y[32] = a, a
    expected = 0.0 if isa == "baseline" else 2.0**-60
    assert mm.dot(x, y) == expected


def test_use_isa_restores_the_level_and_refuses_unknown_names() -> None:
    before = mm.system.isa()
    with pytest.raises(KeyError), mm.system.use_isa(mm.system.available_isas()[0]):
        raise KeyError
    assert mm.system.isa() == before
    with pytest.raises(ValueError, match=r"use_isa: name must be one of .*got 'sse9'"), mm.system.use_isa("sse9"):
        pass


@pytest.mark.parametrize("level", mm.system.available_isas())
def test_environment_variable_forces_a_level(level: str) -> None:
    code = "from mlmath_native import _mlmath; print(_mlmath.isa(), _mlmath._dot_level(), _mlmath.isa_source())"
    result = run_python(code, MLMATH_ISA=level)
    assert result.stdout.split() == [level, level, "MLMATH_ISA"], result.stderr


def test_environment_variable_with_an_unknown_level_is_an_error() -> None:
    result = run_python("import mlmath_native", MLMATH_ISA="avx3")
    assert result.returncode != 0
    assert "MLMATH_ISA='avx3' is not a known instruction set" in result.stderr


def test_levels_match_what_the_operating_system_reports() -> None:
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if not cpuinfo.exists() or "avx" not in cpuinfo.read_text():
        pytest.skip("no x86 flags in /proc/cpuinfo")
    flags = set(next(line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")).split(":")[1].split())
    v3 = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"} <= flags
    v4 = v3 and {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags
    assert ("avx2" in mm.system.available_isas()) == v3
    assert ("avx512" in mm.system.available_isas()) == v4


def test_symbol_check_catches_stray_and_repeated_symbols(tmp_path: pathlib.Path) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    spec = importlib.util.spec_from_file_location("check_isa_objects", ROOT / "cmake" / "check_isa_objects.py")
    assert spec is not None
    assert spec.loader is not None
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    good, bad = tmp_path / "good.cpp", tmp_path / "bad.cpp"
    good.write_text("namespace mlmath::avx2 { template <class T> T twice(T x) { return x + x; } template int twice(int); }\n")
    bad.write_text("#include <vector>\nvoid grow(std::vector<int>& v) { v.push_back(1); }\n")
    for source in (good, bad):
        subprocess.run([compiler, "-std=c++20", "-O0", "-c", source, "-o", source.with_suffix(".o")], check=True)
    assert check.weak_symbols_outside("avx2", [str(good.with_suffix(".o"))]) == []
    assert any("vector" in line for line in check.weak_symbols_outside("avx2", [str(bad.with_suffix(".o"))]))
    assert check.weak_symbols_outside("avx512", [str(good.with_suffix(".o"))]) != []

    # Two families with a table of the same name.
    tables = [tmp_path / "one.o", tmp_path / "other.o"]
    for name in tables:
        source = name.with_suffix(".cpp")
        source.write_text(
            f"namespace mlmath::avx2 {{ extern const int kernels; const int kernels = 1; int {name.stem}() {{ return 1; }} }}\n"
        )
        subprocess.run([compiler, "-std=c++20", "-O0", "-c", source, "-o", name], check=True)
    assert check.symbols_defined_twice([str(name) for name in tables]) == ["mlmath::avx2::kernels: one.o, other.o"]
    assert check.symbols_defined_twice([str(tables[0]), str(good.with_suffix(".o"))]) == []
