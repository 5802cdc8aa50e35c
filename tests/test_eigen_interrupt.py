# SPDX-License-Identifier: BSD-3-Clause
"""Ctrl-C in every long path of eigh, svd and their relatives: the signal's handler runs while the kernel works."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native import linalg

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs interval timers")


def square(n: int) -> np.ndarray:
    a = np.random.default_rng(n).standard_normal((n, n))
    return a + a.T


def hermitian(n: int) -> np.ndarray:
    return square(n) + 1j * np.triu(square(n), 1) - 1j * np.tril(square(n), -1)


def rows(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape[0]).standard_normal(shape)


def off(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the diagonals of a tridiagonal matrix that does not fall apart."""
    return rows(n), 1 + np.abs(rows(n - 1))


# Function, arguments (made when asked for), options. Sizes that take one core of 2025 half a second to some seconds.
PATHS: dict[str, tuple[Callable[..., Any], Callable[[], tuple[np.ndarray, ...]], dict[str, Any]]] = {
    "eigh": (linalg.eigh, lambda: (square(1500),), {}),
    "eigvalsh": (linalg.eigvalsh, lambda: (square(2400),), {}),
    "eigh of complex matrices": (linalg.eigh, lambda: (hermitian(900),), {}),
    "eigvalsh of complex matrices": (linalg.eigvalsh, lambda: (hermitian(1100),), {}),
    "eigh, some": (linalg.eigh, lambda: (square(2400),), {"subset_by_index": [0, 199]}),
    "eigvalsh, many small": (linalg.eigvalsh, lambda: (np.broadcast_to(square(16), (600_000, 16, 16)),), {}),
    "svd": (linalg.svd, lambda: (rows(1200, 1200),), {}),
    "svdvals": (linalg.svdvals, lambda: (rows(2000, 2000),), {}),
    "svd, tall": (linalg.svd, lambda: (rows(60_000, 250),), {"full_matrices": False}),
    "svd, full": (linalg.svd, lambda: (rows(5000, 150),), {}),
    "svd by rotations": (linalg.svd, lambda: (rows(900, 800),), {"full_matrices": False, "driver": "jacobi"}),
    "svd by rotations, rank 1": (linalg.svd, lambda: (np.ones((800, 800)),), {"driver": "jacobi"}),
    "svdvals, many small": (linalg.svdvals, lambda: (np.broadcast_to(square(20), (400_000, 20, 20)),), {}),
    "tridiagonal, values": (linalg.eigvalsh_tridiagonal, lambda: off(15_000), {}),
    "tridiagonal, a value": (linalg.eigvalsh_tridiagonal, lambda: off(2_000_000), {"select": "i", "select_range": (5, 8)}),
    "tridiagonal, vectors": (linalg.eigh_tridiagonal, lambda: off(400_000), {"select": "i", "select_range": (0, 31)}),
}


@pytest.mark.parametrize("path", list(PATHS))
def test_interrupt(path: str) -> None:
    # A kernel that does not look for signals lets them run once, after it has returned: the third would never come.
    function, arguments, options = PATHS[path]
    matrices = arguments()
    seen = 0

    def handler(number: int, frame: FrameType | None) -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        with mm.threads(1), pytest.raises(KeyboardInterrupt):
            function(*matrices, **options)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    # What was interrupted leaves the library as it was.
    a = square(60)
    w, v = linalg.eigh(a)
    np.testing.assert_allclose(v * w @ v.T, a, atol=1e-12)
    u, s, vt = linalg.svd(a)
    np.testing.assert_allclose(u * s @ vt, a, atol=1e-12)
