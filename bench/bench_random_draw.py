# SPDX-License-Identifier: BSD-3-Clause
"""Small draws: one number, ten, ten with parameters of their own. What a call costs, whatever the law."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import pytest

import mlmath_native as mm

# The law and its parameters.
LAWS: dict[str, tuple[float, ...]] = {
    "uniform": (0.0, 2.0), "normal": (0.0, 2.0), "exponential": (2.0,), "laplace": (0.0, 1.0), "gamma": (2.5, 1.0),
    "beta": (2.0, 3.0), "standard_t": (5.0,), "poisson": (4.0,), "binomial": (20, 0.3), "geometric": (0.2,), "integers": (0, 100),
}  # fmt: skip


@pytest.mark.parametrize("case", ["one", "10", "10, parameters in arrays"])
@pytest.mark.parametrize("law", LAWS)
def bench_calls(compare: Callable[..., harness.Row], law: str, case: str) -> None:
    ours, theirs = getattr(mm.random.default_rng(1), law), getattr(np.random.default_rng(1), law)
    parameters = [np.full(10, p) if "arrays" in case else p for p in LAWS[law]]
    size = () if case != "10" else (10,)
    mine, peer = harness.Call(ours, *parameters, *size), harness.Call(theirs, *parameters, *size)
    compare("draw", f"{law}, {case}", mine, {"NumPy": peer}, None, threads=1, seconds=0.03)
