# SPDX-License-Identifier: BSD-3-Clause
"""One verb each: `nox -s test | slow | exhaustive | lint | stubs | bench | docs | asan | tsan | clang | aarch64`."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import nox

nox.options.sessions = ["lint", "stubs", "test"]
nox.options.default_venv_backend = "venv"
ROOT = pathlib.Path(__file__).parent
BUILD_TOOLS = ("cmake", "ninja", "pybind11>=3,<4", "numpy>=2")


def configure(session: nox.Session, preset: str, *options: str) -> None:
    """Configure one of CMakePresets.json against the session's own Python."""
    session.install(*BUILD_TOOLS)
    cmakedir = session.run("python", "-m", "pybind11", "--cmakedir", silent=True)
    assert isinstance(cmakedir, str)
    python = pathlib.Path(session.bin) / "python"
    session.run("cmake", "--preset", preset, f"-DPython_EXECUTABLE={python}", f"-Dpybind11_DIR={cmakedir.strip()}", *options)


@nox.session
def test(session: nox.Session) -> None:
    """Build, install, and run the default tests (under 8 minutes)."""
    session.install(".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """The long tests: marked `slow` or `memory`."""
    session.install(".[test]")
    session.run("pytest", "-m", "slow or memory", *session.posargs)


@nox.session
def exhaustive(session: nox.Session) -> None:
    """Every float function of one argument on all 2^32 floats, on every level: about a minute each. Prints the READMEs' tables."""
    session.install(".[test]")
    session.run("python", "tests/elementwise_exhaustive.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff, clang-format and mypy."""
    session.install(".[dev,test]")
    session.run("ruff", "check", ".")
    session.run("mypy")
    files = subprocess.run(["git", "ls-files", "cpp/*.hpp", "cpp/*.cpp"], check=True, capture_output=True, text=True).stdout.split()
    session.run("clang-format", "--dry-run", *files)


@nox.session
def stubs(session: nox.Session) -> None:
    """The stubs of the extension against the extension."""
    session.install(".[dev,test]")
    session.run("python", "-m", "mypy.stubtest", "mlmath_native._mlmath", "--mypy-config-file", "pyproject.toml")


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks (alone on the machine, please) and write their tables into the READMEs."""
    session.install(".[bench]")
    environment = {name: None for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ}
    session.run("python", "-m", "pytest", "bench", "-c", "bench/pytest.ini", *session.posargs, env=environment)
    session.run("python", "bench/report.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/."""
    session.install(".[docs]")
    session.run("mkdocs", "build", "--strict")


def staged(session: nox.Session, build: str) -> pathlib.Path:
    """A directory with the Python sources and the extension of `build`: an instrumented package without installing it."""
    stage = pathlib.Path(session.create_tmp()).resolve() / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(ROOT / "python", stage)
    for extension in (ROOT / build).glob("_mlmath*.so"):
        shutil.copy(extension, stage / "mlmath_native")
    for folder in ("kernels", "simd", "core"):
        shutil.copytree(ROOT / "cpp" / folder, stage / "mlmath_native" / "_sources" / folder, dirs_exist_ok=True)
    return stage


@nox.session
def asan(session: nox.Session) -> None:
    """Address and undefined-behaviour sanitizers: the C++ tests, then the Python tests with the instrumented extension."""
    configure(session, "asan")
    session.run("cmake", "--build", "--preset", "asan")
    session.run("build/asan/mlmath_tests", env={"ASAN_OPTIONS": "detect_leaks=0"})
    session.install("pytest", "hypothesis", "scipy", "scikit-learn", "mpmath", "threadpoolctl")
    # The interpreter is not instrumented, so the run-time comes by preload; without libstdc++ in it the first C++ exception aborts.
    find = ["gcc", "-print-file-name=libasan.so", "-print-file-name=libstdc++.so"]
    found = [subprocess.run([find[0], flag], check=True, capture_output=True, text=True).stdout.strip() for flag in find[1:]]
    environment = {
        "LD_PRELOAD": " ".join(found),
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "PYTHONPATH": str(staged(session, "build/asan")),
    }
    session.run("pytest", *(session.posargs or ["-k", "not fork and not tour and not exit"]), env=environment)


@nox.session
def tsan(session: nox.Session) -> None:
    """Thread sanitizer: the C++ tests."""
    configure(session, "tsan", "-DMLMATH_PYTHON=OFF")
    session.run("cmake", "--build", "--preset", "tsan")
    session.run("build/tsan/mlmath_tests", env={"TSAN_OPTIONS": "exitcode=66"})


@nox.session
def clang(session: nox.Session) -> None:
    """The release build with Clang, warnings as errors, and its C++ tests. Set CLANG to choose the compiler (default clang++)."""
    configure(session, "release", f"-DCMAKE_CXX_COMPILER={os.environ.get('CLANG', 'clang++')}", "-B", "build/clang")
    session.run("cmake", "--build", "build/clang")
    session.run("build/clang/mlmath_tests")


@nox.session
def aarch64(session: nox.Session) -> None:
    """Cross-compile the C++ tests for aarch64 and run them under qemu-user (Debian: g++-aarch64-linux-gnu, qemu-user)."""
    session.install(*BUILD_TOOLS)
    session.run("cmake", "--preset", "aarch64")
    session.run("cmake", "--build", "--preset", "aarch64")
    session.run("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", "build/aarch64/mlmath_tests", external=True)
