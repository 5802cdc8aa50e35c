# SPDX-License-Identifier: BSD-3-Clause
"""linear beside the NumPy and SciPy expressions, and PyTorch where it is installed; all into fresh arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import scipy.special

import mlmath_native as mm

FUNCTIONS: dict[Any, Callable[[Any], Any]] = {
    None: lambda s: s,
    "relu": lambda s: np.maximum(s, 0, out=s),
    "sigmoid": lambda s: scipy.special.expit(s, out=s),
    "tanh": lambda s: np.tanh(s, out=s),
    "gelu": lambda s: s * scipy.special.ndtr(s),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize(("m", "k", "n"), [(10_000, 64, 64), (1000, 512, 512)])
def bench_linear(compare: Callable[..., harness.Row], m: int, k: int, n: int, activation: Any, dtype: str) -> None:
    x, w, b = problems.matrix(m, k, dtype), problems.matrix(k, n, dtype, stream=1), problems.matrix(1, n, dtype, stream=2)[0]
    peers: dict[str, Callable[[], Any]] = {"NumPy": lambda: FUNCTIONS[activation](np.matmul(x, w) + b)}
    try:
        import torch
    except ImportError:
        pass
    else:
        tx, tw, tb = torch.from_numpy(x), torch.from_numpy(w).T, torch.from_numpy(b)
        f = {None: lambda s: s, "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "gelu": torch.nn.functional.gelu}
        peers["PyTorch"] = lambda: f[activation](torch.nn.functional.linear(tx, tw, tb)).numpy()
    wide = [a.astype(np.float64) for a in (x, w, b)]
    reference = FUNCTIONS[activation](wide[0] @ wide[1] + wide[2])
    # Slopes of the functions are at most 1.2.
    bound = 1.2 * (k + 3) * float(np.finfo(dtype).eps) * (np.abs(wide[0]) @ np.abs(wide[1]) + np.abs(wide[2]))
    compare(
        "linear",
        f"{m:,} x {k} @ {k} x {n}, {activation}",
        lambda: mm.linalg.linear(x, w, b, activation),
        peers,
        harness.within(reference, 2 * bound + 4 * float(np.finfo(dtype).eps) * (1 + np.abs(reference))),
        dtype=dtype,
        flops=2.0 * m * n * k,
        limit=harness.Limit("fma", 2.0 * m * n * k, dtype),
    )
