# SPDX-License-Identifier: BSD-3-Clause
"""What a call costs when there is next to nothing to compute."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm

EPS = float(np.finfo(np.float64).eps)


@pytest.mark.parametrize("n", [2, 8])
def bench_matmul_call(compare: Callable[..., harness.Row], n: int) -> None:
    a, b = problems.matrix(n, n), problems.matrix(n, n, stream=1)
    exact = (a.astype(np.longdouble)[:, :, None] * b.astype(np.longdouble)[None]).sum(axis=1)
    contestants = harness.Call(mm.matmul, a, b), {"NumPy": harness.Call(np.matmul, a, b)}
    compare("calls", f"matmul {n} x {n}", *contestants, harness.within(exact, (n + 1) * EPS * (np.abs(a) @ np.abs(b))), threads=1)


@pytest.mark.parametrize("n", [2, 16])
def bench_dot_call(compare: Callable[..., harness.Row], n: int) -> None:
    a, b = problems.vector(n), problems.vector(n, stream=1)
    exact = np.dot(a.astype(np.longdouble), b.astype(np.longdouble))
    contestants = harness.Call(mm.dot, a, b), {"NumPy": harness.Call(np.dot, a, b)}
    compare("calls", f"dot of {n}", *contestants, harness.within(exact, (n + 1) * EPS * np.dot(np.abs(a), np.abs(b))), threads=1)


@pytest.mark.parametrize("name", ["sum", "mean", "var"])
def bench_reduction_call(compare: Callable[..., harness.Row], name: str) -> None:
    a = problems.vector(4)
    exact = getattr(np, name)(a.astype(np.longdouble))
    contestants = harness.Call(getattr(mm, name), a), {"NumPy": harness.Call(getattr(np, name), a)}
    scale = float(np.sum(a * a)) if name == "var" else float(np.sum(np.abs(a)))
    compare("calls", f"{name} of 4", *contestants, harness.within(exact, 8 * EPS * scale), threads=1)
