# SPDX-License-Identifier: BSD-3-Clause
"""random: the gamma law and its relatives into a warm `out` and into a fresh array, beside PCG64 and mkl_random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm

N = 1_000_000
ALPHA = [1.0, 2.0, 3.0]

try:
    import mkl_random
except ImportError:
    mkl_random = None

# method, parameters, the README's marker, the law
CASES: dict[str, tuple[str, tuple[float, ...], str, Any]] = {
    "gamma(2.5)": ("standard_gamma", (2.5,), "gamma_law", stats.gamma(2.5)),
    "gamma(0.5)": ("standard_gamma", (0.5,), "gamma_law", stats.gamma(0.5)),
    "gamma(1)": ("standard_gamma", (1.0,), "gamma_law", stats.gamma(1)),
    "chisquare(5)": ("chisquare", (5.0,), "gamma_law", stats.chi2(5)),
    "beta(2, 3)": ("beta", (2.0, 3.0), "beta", stats.beta(2, 3)),
    "beta(0.5, 0.5)": ("beta", (0.5, 0.5), "beta", stats.beta(0.5, 0.5)),
    "f(5, 20)": ("f", (5.0, 20.0), "beta", stats.f(5, 20)),
    "standard_t(10)": ("standard_t", (10.0,), "student_t", stats.t(10)),
}
BARS = ("gamma(2.5)", "beta(2, 3)")


def fits(law: Any) -> harness.Check:
    """Mean and variance within six standard errors: the largest of both in units of that."""
    mean, variance, excess = (float(m) for m in law.stats("mvk"))

    def check(result: Any) -> float:
        x = np.asarray(result, np.float64)
        errors = (x.mean() - mean) / variance**0.5, (np.mean((x - mean) ** 2) / variance - 1) / (excess + 2) ** 0.5
        return float(np.max(np.abs(errors)) * x.size**0.5 / 6)

    return check


def sums_to_one(result: Any) -> float:
    return float(np.abs(np.asarray(result).sum(axis=-1) - 1).max() / (len(ALPHA) * 2.0**-52))


@pytest.mark.parametrize(("case", "threads"), [*((case, None) for case in CASES), *((case, 1) for case in BARS)])
def bench_warm_out(compare: Callable[..., harness.Row], case: str, threads: int | None) -> None:
    method, parameters, table, law = CASES[case]
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    out = np.empty(N)
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: getattr(theirs, method)(*parameters, size=N)}
    if method == "standard_gamma":
        peers["NumPy"] = lambda: theirs.standard_gamma(*parameters, out=out)
    compare(
        table,
        f"{case}, {N:,} into a warm out",
        lambda: getattr(ours, method)(*parameters, out=out),
        peers,
        fits(law),
        bytes=out.nbytes,
        threads=threads,
    )


@pytest.mark.parametrize("case", [*BARS, "standard_t(10)"])
def bench_fresh(compare: Callable[..., harness.Row], case: str) -> None:
    method, parameters, table, law = CASES[case]
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: getattr(theirs, method)(*parameters, size=N)}
    if mkl_random is not None:
        intels = mkl_random.RandomState(1)
        peers["MKL"] = lambda: getattr(intels, method)(*parameters, size=N)
    compare(
        table,
        f"{case}, {N:,} into a fresh array",
        lambda: getattr(ours, method)(*parameters, size=N),
        peers,
        fits(law),
        bytes=8 * N,
    )


def bench_float32(compare: Callable[..., harness.Row]) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    out = np.empty(N, np.float32)
    compare(
        "gamma_law",
        f"gamma(2.5), {N:,} into a warm out",
        lambda: ours.standard_gamma(2.5, dtype=np.float32, out=out),
        {"NumPy": lambda: theirs.standard_gamma(2.5, dtype=np.float32, out=out)},
        fits(stats.gamma(2.5)),
        dtype="float32",
        bytes=out.nbytes,
    )


def bench_array_of_shapes(compare: Callable[..., harness.Row]) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    shapes = np.full(N, 2.5)
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: theirs.standard_gamma(shapes)}
    if mkl_random is not None:
        intels = mkl_random.RandomState(1)
        peers["MKL"] = lambda: intels.standard_gamma(shapes)
    compare("gamma_law", f"array of {N:,} shapes", lambda: ours.standard_gamma(shapes), peers, fits(stats.gamma(2.5)), bytes=16 * N)


def bench_dirichlet(compare: Callable[..., harness.Row]) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    rows = N // len(ALPHA)
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: theirs.dirichlet(ALPHA, rows)}
    if mkl_random is not None:
        intels = mkl_random.RandomState(1)
        peers["MKL"] = lambda: intels.dirichlet(ALPHA, rows)
    compare("dirichlet", f"{rows:,} rows of 3", lambda: ours.dirichlet(ALPHA, rows), peers, sums_to_one, bytes=8 * N)
