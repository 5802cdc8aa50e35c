# SPDX-License-Identifier: BSD-3-Clause
"""random: integers of every size into a warm `out`, bytes, bernoulli, single numbers, beside PCG64 and the rate of writing."""

from __future__ import annotations

from collections.abc import Callable

import harness
import numpy as np
import pytest

import mlmath_native as mm

N = 10_000_000

try:
    import torch
except ImportError:
    torch = None

RANGES = {
    "0 .. 999, int64": (np.int64, 0, 999),
    "0 .. 2^63 - 2, int64": (np.int64, 0, 2**63 - 2),
    "full uint64": (np.uint64, 0, 2**64 - 1),
    "0 .. 999, int32": (np.int32, 0, 999),
    "0 .. 999, int16": (np.int16, 0, 999),
    "0 .. 99, uint8": (np.uint8, 0, 99),
    "full uint8": (np.uint8, 0, 255),
    "bool": (np.bool_, 0, 1),
}


def fits(low: int, last: int) -> harness.Check:
    """Bounds, and the mean within six standard errors: in units of that."""
    span = last - low + 1

    def check(drawn: np.ndarray) -> float:
        if int(drawn.min()) < low or int(drawn.max()) > last:
            return float("inf")
        deviation = ((float(span) ** 2 - 1) / 12) ** 0.5
        return float(abs(drawn.mean(dtype=np.float64) - (low + last) / 2) / deviation * drawn.size**0.5 / 6)

    return check


@pytest.mark.parametrize(("case", "threads"), [*((case, None) for case in RANGES), ("0 .. 999, int64", 1), ("full uint8", 1)])
def bench_warm_out(compare: Callable[..., harness.Row], case: str, threads: int | None) -> None:
    dtype, low, last = RANGES[case]
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    out = np.empty(N, dtype)
    compare(
        "integers",
        f"{case}, {N:,} into a warm out (NumPy: fresh)",
        lambda: ours.integers(low, last, dtype=dtype, endpoint=True, out=out),
        {"NumPy": lambda: theirs.integers(low, last, N, dtype, endpoint=True)},  # it has no `out`: a fresh array
        fits(low, last),
        dtype=np.dtype(dtype).name,
        bytes=out.nbytes,
        threads=threads,
        limit=harness.Limit("stream", out.nbytes),
        blocks=2,
    )


def bench_fresh(compare: Callable[..., harness.Row]) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    compare(
        "integers",
        f"0 .. 99, {N:,} into a fresh array",
        lambda: ours.integers(0, 100, N),
        {"NumPy": lambda: theirs.integers(0, 100, N)},
        fits(0, 99),
        dtype="int64",
        bytes=8 * N,
    )


def bench_arrays_of_bounds(compare: Callable[..., harness.Row]) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    high = np.arange(1_000_000) % 200 + 1
    compare(
        "integers",
        "0 .. high[i], 1,000,000",
        lambda: ours.integers(0, high),
        {"NumPy": lambda: theirs.integers(0, high)},
        lambda drawn: 0.0 if (drawn < high).all() else float("inf"),
        dtype="int64",
    )


@pytest.mark.parametrize("n", [10, 1_000])
def bench_small(compare: Callable[..., harness.Row], n: int) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    compare(
        "integers",
        f"0 .. 999, {n:,}",
        lambda: ours.integers(1000, size=n),
        {"NumPy": lambda: theirs.integers(1000, size=n)},
        None,
        dtype="int64",
    )


@pytest.mark.parametrize("call", ["integers(10)", "bytes(16)"])
def bench_single(compare: Callable[..., harness.Row], call: str) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    run = [eval(f"lambda: g.{call}", {"g": g}) for g in (ours, theirs)]
    compare("integers", f"one {call}", run[0], {"NumPy": run[1]}, None, dtype="uint8" if "bytes" in call else "int64")


@pytest.mark.parametrize(("dtype", "threads"), [("bool", None), ("float64", None)])
def bench_bernoulli(compare: Callable[..., harness.Row], dtype: str, threads: int | None) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    p, element, out, uniforms = 0.3, np.dtype(dtype).type, np.empty(N, dtype), np.empty(N)
    warm = np.empty(N, dtype)
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: np.less(theirs.random(out=uniforms), p, out=warm, casting="unsafe")}
    if torch is not None:
        tensor = torch.empty(N, dtype=getattr(torch, dtype))
        peers["torch"] = lambda: tensor.bernoulli_(p).numpy()
    compare(
        "bernoulli",
        f"p = {p}, {N:,} into a warm out",
        lambda: ours.bernoulli(p, None, element, out),
        peers,
        lambda drawn: float(abs(drawn.mean(dtype=np.float64) - p) / (p * (1 - p) / N) ** 0.5 / 6),
        dtype=dtype,
        bytes=out.nbytes,
        threads=threads,
        limit=harness.Limit("stream", out.nbytes),
        blocks=2,
    )
