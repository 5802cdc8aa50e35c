# SPDX-License-Identifier: BSD-3-Clause
"""gemm: calls on tiny matrices, square products on one thread and on all, skinny shapes, layouts, batches, beside NumPy."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

try:
    import torch
except ImportError:  # an optional peer
    torch = None

Array = NDArray[Any]
Compare = Callable[..., harness.Row]


def race(
    compare: Compare,
    table: str,
    case: str,
    a: Array,
    b: Array,
    *,
    fresh: bool = False,
    threads: int | None = None,
    with_torch: bool = False,
) -> None:
    """Ours and the peers' products, into a warm `out` (or, with ``fresh``, a new array), against the FMA peak or memory."""
    m, k = a.shape[-2:]
    n = b.shape[-1]
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    dtype = a.dtype
    # Both are within the bound of a running sum, k eps |A||B| [Higham2002, sec. 3.5], so they differ by at most twice that.
    reference = np.matmul(a, b)
    tolerance = 2 * (k + 1) * float(np.finfo(dtype).eps) * np.matmul(np.abs(a).astype(np.float64), np.abs(b).astype(np.float64))
    ours, theirs = np.empty((*batch, m, n), dtype), np.empty((*batch, m, n), dtype)
    flops = 2.0 * m * n * k * prod(batch)
    peers = {"NumPy": (lambda: np.matmul(a, b)) if fresh else (lambda: np.matmul(a, b, out=theirs))}
    if with_torch and torch is not None:
        torch.set_num_threads(mm.get_num_threads() if threads is None else threads)
        ta, tb, out = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(np.empty_like(theirs))
        peers["PyTorch"] = lambda: torch.matmul(ta, tb, out=out).numpy()
    moved = a.nbytes + b.nbytes + ours.nbytes
    far = moved > 32 << 20 and flops < 8 * moved  # memory is the limit: three streams
    compare(
        table,
        case,
        (lambda: mm.matmul(a, b)) if fresh else (lambda: mm.matmul(a, b, out=ours)),
        peers,
        harness.within(reference, tolerance),
        dtype=dtype,
        threads=threads,
        flops=flops,
        limit=harness.Limit("triad", moved) if far else harness.Limit("fma", flops, dtype.name),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [2, 3, 4])
def bench_gemm_calls(compare: Compare, n: int, dtype: str) -> None:
    a = problems.matrix(n, n, dtype)
    race(compare, "gemm_calls", f"{n} x {n}", a, a, fresh=True)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096])
def bench_gemm(compare: Compare, n: int, dtype: str) -> None:
    race(compare, "gemm", f"n = {n}", problems.matrix(n, n, dtype), problems.matrix(n, n, dtype, stream=1), with_torch=True)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [256, 1024, 2048])
def bench_gemm_one_thread(compare: Compare, n: int, dtype: str) -> None:
    a, b = problems.matrix(n, n, dtype), problems.matrix(n, n, dtype, stream=1)
    race(compare, "gemm_one_thread", f"n = {n}", a, b, threads=1, with_torch=True)


@pytest.mark.parametrize(
    ("m", "k", "n"), [(100_000, 64, 64), (64, 100_000, 64), (4096, 16, 4096), (2000, 2000, 1), (1, 2000, 2000), (10_000, 50, 3)]
)
def bench_gemm_shapes(compare: Compare, m: int, k: int, n: int) -> None:
    race(compare, "gemm_shapes", f"{m:,} x {k:,} @ {k:,} x {n:,}", problems.matrix(m, k), problems.matrix(k, n, stream=1))


@pytest.mark.parametrize(("m", "k", "n"), [(100_000, 20, 10), (10_000, 32, 18)])
def bench_gemm_by_columns(compare: Compare, m: int, k: int, n: int) -> None:
    """A table as data frames hold it, times a few columns."""
    a = np.asfortranarray(problems.matrix(m, k))
    race(compare, "gemm_shapes", f"{m:,} x {k:,} by columns @ {k:,} x {n:,}", a, problems.matrix(k, n, stream=1))


@pytest.mark.parametrize("layout", ["A.T @ B", "A @ B.T", "A.T @ B.T", "A[:, ::-1] @ B[::-1]"])
def bench_gemm_layouts(compare: Compare, layout: str) -> None:
    a, b = problems.matrix(1024, 1024), problems.matrix(1024, 1024, stream=1)
    if "::-1" in layout:
        a, b = a[:, ::-1], b[::-1]
    if "A.T" in layout:
        a = a.T
    if "B.T" in layout:
        b = b.T
    race(compare, "gemm_layouts", layout, a, b)


@pytest.mark.parametrize(
    ("count", "n"),
    [(1000, 3), (1000, 4), (200, 8), (60, 16), (30, 32), (100_000, 3), (100_000, 4), (100_000, 8), (20_000, 16), (20_000, 32)],
)
def bench_gemm_batches(compare: Compare, count: int, n: int) -> None:
    race(compare, "gemm_batches", f"{count:,} of {n} x {n}", problems.batch(count, n), problems.batch(count, n, stream=1))
