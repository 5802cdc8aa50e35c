# SPDX-License-Identifier: BSD-3-Clause
"""The frame of the tests: instruction sets, threads, seeded data."""

from __future__ import annotations

import faulthandler
import platform
import signal
from collections.abc import Iterator

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import mlmath_native as mm

# The levels of this architecture; those that this CPU lacks are skipped by name.
LEVELS = ("neon",) if platform.machine() in ("aarch64", "arm64") else ("baseline", "avx2", "avx512")


def pytest_configure() -> None:
    """Ctrl-C as at a terminal: a shell's background jobs start with it ignored, and tests of it would wait for ever."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=LEVELS)
def isa(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test once per instruction-set level of this machine; the others are skipped by name."""
    level = request.param
    if level not in mm.system.available_isas():
        pytest.skip(f"instruction set {level}: not on this CPU (it has {', '.join(mm.system.available_isas())})")
    with mm.system.use_isa(level):
        assert mm.system.isa() == level
        yield level


@pytest.fixture(autouse=True, scope="module")
def one_blas_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """OpenBLAS, the oracle of eigenvalues, with one thread: two spin for each other, a hundred times as long on a busy machine."""
    if request.module.__name__.startswith("test_eigen_"):
        with threadpool_limits(limits=1, user_api="blas"):
            yield
    else:
        yield


@pytest.fixture(params=[1, 2, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """Run the test with 1, 2 and 3 threads, whatever the machine has."""
    with mm.threads(request.param):
        yield request.param


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """NumPy's generator, seeded by the test's name: the same data in every run, other data in every test."""
    return np.random.default_rng(list(request.node.originalname.encode()))


@pytest.fixture
def time_limit() -> Iterator[None]:
    """Two minutes, watched by a thread that needs no GIL: a kernel that never returns ends the run with a traceback."""
    faulthandler.dump_traceback_later(120, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
