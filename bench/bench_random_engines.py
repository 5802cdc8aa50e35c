# SPDX-License-Identifier: BSD-3-Clause
"""Philox and Threefry under the uniform and the normal law, beside NumPy's Philox and its default generator."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import harness
import numpy as np
import pytest
from bench_random import fits

import mlmath_native as mm

N = 10_000_000
ENGINES = {"philox": mm.random.Philox, "threefry": mm.random.Threefry}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("law", ["random", "standard_normal"])
@pytest.mark.parametrize("threads", [1, None])
@pytest.mark.parametrize("engine", list(ENGINES))
def bench_warm_out(compare: Callable[..., harness.Row], engine: str, threads: int | None, law: str, dtype: str) -> None:
    ours, real = mm.random.Generator(ENGINES[engine](1)), np.dtype(dtype).type
    out = np.empty(N, dtype)
    peers: dict[str, harness.Contestant] = {}
    for name, bits in (("NumPy Philox", np.random.Philox(1)), ("NumPy PCG64", np.random.PCG64(1))):
        peers[name] = partial(getattr(np.random.Generator(bits), law), dtype=real, out=out)
    compare(
        engine,
        f"{law}, {N:,} into a warm out",
        lambda: getattr(ours, law)(dtype=real, out=out),
        peers,
        fits(law),
        dtype=dtype,
        bytes=out.nbytes,
        threads=threads,
        limit=harness.Limit("stream", out.nbytes, dtype),
        seconds=0.05,
    )
