# SPDX-License-Identifier: BSD-3-Clause
"""Units that multiply bytes: which there are, which one is active, forcing one, and permission that is refused."""

from __future__ import annotations

import json
import math
import pathlib
import platform
import subprocess
import sys
from typing import Any

import pytest
from test_bench_helpers import harness
from test_dispatch import run_python

import mlmath_native as mm
from mlmath_native import _mlmath
from mlmath_native.__main__ import main

UNITS = ("none", "textbook", "vnni", "amx")
PEAKS = [unit for unit in mm.system.int8_units() if unit in ("vnni", "amx")]


@pytest.fixture
def no_choice() -> Any:
    """Nothing forced, by the environment neither."""
    before = _mlmath._int8_choice()
    _mlmath._restore_int8_choice(-1, 0)
    yield
    _mlmath._restore_int8_choice(*before)


def test_units_match_what_the_operating_system_reports() -> None:
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if not cpuinfo.exists() or "avx" not in cpuinfo.read_text():
        pytest.skip("no x86 flags in /proc/cpuinfo")
    flags = set(next(line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")).split(":")[1].split())
    vnni = "avx512" in mm.system.available_isas() and {"avx512_vnni", "avx512ifma", "avx512vbmi"} <= flags
    units = mm.system.int8_units()
    assert units == [unit for unit in UNITS if unit in units]
    assert units[:2] == ["none", "textbook"]
    assert ("vnni" in units) == vnni
    why = _mlmath.why_no_amx()
    assert ("amx" in units) == (why is None)
    if not {"amx_tile", "amx_int8"} <= flags:
        assert why == "the CPU has no AMX-INT8"


@pytest.mark.usefixtures("no_choice")
def test_default_follows_the_level(isa: str) -> None:
    highest = isa == mm.system.available_isas()[-1]
    assert mm.system.int8_unit() == ("amx" if highest and "amx" in mm.system.int8_units() else "none")
    assert _mlmath.int8_unit_source() == "detected"
    with mm.system.use_int8_unit("textbook"):  # what is asked for stays
        assert mm.system.int8_unit() == "textbook"
        assert _mlmath.int8_unit_source() == "use_int8_unit"


@pytest.mark.usefixtures("no_choice")
def test_use_int8_unit_restores_what_was_and_refuses_others() -> None:
    before = mm.system.int8_unit()
    with mm.system.use_int8_unit("none"):
        with pytest.raises(KeyError), mm.system.use_int8_unit("textbook"):
            raise KeyError
        assert mm.system.int8_unit() == "none"
    assert mm.system.int8_unit() == before
    assert _mlmath.int8_unit_source() == "detected"  # not the unit's name: it goes on following the level
    with (
        pytest.raises(ValueError, match=r"use_int8_unit: name must be one of none, textbook, vnni, amx; got 'tpu'"),
        mm.system.use_int8_unit("tpu"),
    ):
        pass
    for unit in UNITS:
        if unit not in mm.system.int8_units():
            with pytest.raises(RuntimeError, match=f"'{unit}' is not there on this machine"), mm.system.use_int8_unit(unit):
                pass
    assert mm.system.int8_unit() == before


@pytest.mark.parametrize("unit", UNITS)
def test_environment_variable_forces_a_unit(unit: str) -> None:
    result = run_python("from mlmath_native import _mlmath as m; print(m.int8_unit(), m.int8_unit_source())", MLMATH_INT8_UNIT=unit)
    if unit in mm.system.int8_units():
        assert result.stdout.split() == [unit, "MLMATH_INT8_UNIT"], result.stderr
    else:
        assert result.returncode != 0
        assert f"MLMATH_INT8_UNIT='{unit}' is not there on this machine" in result.stderr


def test_environment_variable_with_an_unknown_unit_is_an_error() -> None:
    result = run_python("import mlmath_native", MLMATH_INT8_UNIT="npu")
    assert result.returncode != 0
    assert "MLMATH_INT8_UNIT='npu' is not a known int8 unit; available: none, textbook" in result.stderr


# A filter of system calls that refuses one thing: arch_prctl(ARCH_REQ_XCOMP_PERM, ...). Classic BPF over struct seccomp_data:
# number at 0, architecture at 4, lower half of the first argument at 16.
REFUSED = """
import ctypes, struct
def instruction(code, yes, no, k): return struct.pack("HBBI", code, yes, no, k)
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ARCH_PRCTL, X86_64, REQUEST, ALLOW, EPERM = 158, 0xC000003E, 0x1023, 0x7FFF0000, 0x00050001
program = b"".join([
    instruction(LOAD, 0, 0, 4), instruction(EQUAL, 0, 5, X86_64),
    instruction(LOAD, 0, 0, 0), instruction(EQUAL, 0, 3, ARCH_PRCTL),
    instruction(LOAD, 0, 0, 16), instruction(EQUAL, 0, 1, REQUEST),
    instruction(RETURN, 0, 0, EPERM), instruction(RETURN, 0, 0, ALLOW),
])
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
filtered = Program(len(program) // 8, program)
if libc.prctl(22, 2, ctypes.byref(filtered), 0, 0) != 0:
    raise SystemExit("no filter")
assert libc.syscall(ARCH_PRCTL, REQUEST, 18) == -1 and ctypes.get_errno() == 1  # the filter works
from mlmath_native import _mlmath as m
print(m._testing.ask_for_tile_permission())
print(m.why_no_amx())
print(m.available_int8_units())
"""


def test_permission_that_is_refused() -> None:
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        pytest.skip("tile registers need Linux on x86-64")
    result = run_python(REFUSED, MLMATH_INT8_UNIT="")
    if "no filter" in result.stderr:
        pytest.skip("this system lets processes install no filter of system calls")
    asked, why, units = result.stdout.splitlines()
    assert asked == "the operating system refused permission to use tile registers"
    assert "amx" not in units
    # On a CPU with everything but the permission that is also the reason; a CPU without tiles is not asked for it.
    assert why == (asked if "amx" in mm.system.int8_units() else _mlmath.why_no_amx())


@pytest.mark.usefixtures("no_choice")
def test_info_says_which_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--quick", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["int8_unit"]
    why = _mlmath.why_no_amx()
    assert facts == {
        "active": mm.system.int8_unit(), "available": mm.system.int8_units(), "source": "detected", "why_no_amx": why,
    }  # fmt: skip
    with mm.system.use_int8_unit("textbook"):
        assert main(["info", "--quick"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "int8 unit" in line)
    assert "multiplying by textbook, forced by use_int8_unit" in line
    assert ("no amx" not in line) if why is None else line.endswith(f"no amx: {why}")


@pytest.mark.skipif(not PEAKS, reason="this machine has neither vnni nor amx")
def test_limits_have_the_peak_of_each_unit() -> None:
    with mm.threads(2):
        limits = mm.system.machine_limits(quick=True)
    assert set(limits.int8_peak) == {(unit, threads) for unit in PEAKS for threads in (1, 2)}
    assert all(math.isfinite(rate) and rate > 0 for rate in limits.int8_peak.values())
    assert limits.as_dict()["int8_peak"][f"{PEAKS[0]}/1"] == limits.int8_peak[PEAKS[0], 1]
    assert "products of bytes" in str(limits)
    with pytest.raises(TypeError):
        limits.int8_peak["vnni", 1] = 0.0  # type: ignore[index]


@pytest.mark.parametrize("unit", PEAKS)
def test_probe_of_each_unit(unit: str) -> None:
    with mm.system.use_int8_unit(unit):
        for threads in (1, 2, 3):
            rate = mm.system.probe_limit(harness.Limit("int8", 1e9).access, 0, threads=threads, seconds=1e-3)
            assert math.isfinite(rate)
            assert rate > 0
    with pytest.raises(ValueError, match="threads must be positive"):
        mm.system.probe_limit("int8", 0, threads=0)


def test_probe_without_a_unit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for unit in ("none", "textbook", "tpu"):
        with pytest.raises(ValueError, match=f"int8_peak: unit must be vnni or amx, got '{unit}'"):
            _mlmath.machine.int8_peak(unit, 1, 1e-3)
    monkeypatch.setattr(_mlmath, "available_int8_units", lambda: ["none", "textbook"])
    with pytest.raises(ValueError, match="needs the int8 unit vnni or amx"):
        mm.system.probe_limit("int8", 0)


def test_limits_without_units_are_read_as_before() -> None:
    import dataclasses

    limits = mm.system.machine_limits(quick=True)
    fields = {field.name: getattr(limits, field.name) for field in dataclasses.fields(limits) if field.name != "int8_peak"}
    old = mm.system.MachineLimits(**fields)
    assert old.int8_peak == {}
    assert "products of bytes" not in str(old)


def test_importing_asks_for_nothing() -> None:
    if subprocess.run(["which", "strace"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no strace")
    command = ["strace", "-f", "-e", "trace=arch_prctl", sys.executable, "-c", "import mlmath_native"]
    traced = subprocess.run(command, capture_output=True, text=True, check=False)
    if traced.returncode != 0:
        pytest.skip("strace is not allowed here")
    assert "0x1023" not in traced.stderr
    assert "XCOMP" not in traced.stderr
