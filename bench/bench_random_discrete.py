# SPDX-License-Identifier: BSD-3-Clause
"""random: counts with numbers and with arrays as parameters, rows of the multinomial law, beside PCG64 and mkl_random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm

N = 1_000_000

try:  # of the extra `peers`; it needs a CPU that MKL accepts
    import mkl_random
except ImportError:
    mkl_random = None

# Method, parameters, the READMEs' marker, the law. The first four come from a table, the fifth does not.
CASES: dict[str, tuple[str, tuple[float, ...], str, Any]] = {
    "poisson(4)": ("poisson", (4.0,), "poisson", stats.poisson(4)),
    "poisson(100)": ("poisson", (100.0,), "poisson", stats.poisson(100)),
    "poisson(1e4)": ("poisson", (1e4,), "poisson", stats.poisson(1e4)),
    "binomial(100, 0.3)": ("binomial", (100, 0.3), "binomial", stats.binom(100, 0.3)),
    "poisson(1e6)": ("poisson", (1e6,), "poisson", stats.poisson(1e6)),
    "binomial(10**6, 0.3)": ("binomial", (10**6, 0.3), "binomial", stats.binom(10**6, 0.3)),
    "negative_binomial(5, 0.4)": ("negative_binomial", (5.0, 0.4), "discrete_table", stats.nbinom(5, 0.4)),
    "geometric(0.2)": ("geometric", (0.2,), "geometric", stats.geom(0.2)),
}
BARS = ("poisson(4)", "poisson(100)", "binomial(100, 0.3)")
ROWS = {  # trials, categories, rows: one by one from a table; binomial numbers of what is left
    "20 trials, 10 categories": (20, 10, 100_000),
    "1,000 trials, 10 categories": (1_000, 10, 100_000),
}


def fits(law: Any) -> harness.Check:
    """Mean and variance within six standard errors: the largest of both in units of that."""
    mean, variance, excess = (float(m) for m in law.stats("mvk"))

    def check(result: Any) -> float:
        k = np.asarray(result, np.float64)
        errors = (k.mean() - mean) / variance**0.5, (np.mean((k - mean) ** 2) / variance - 1) / (excess + 2) ** 0.5
        return float(np.max(np.abs(errors)) * k.size**0.5 / 6)

    return check


def rows_fit(trials: int, p: np.ndarray) -> harness.Check:
    """Sums of rows; mean counts within six standard errors, the largest in units of that."""

    def check(result: Any) -> float:
        rows = np.asarray(result)
        if (rows.sum(axis=1) != trials).any():
            return float("inf")
        return float(np.max(np.abs(rows.mean(axis=0) - trials * p) / np.sqrt(trials * p * (1 - p) / len(rows))) / 6)

    return check


def peers_of(method: str, parameters: tuple[Any, ...], size: Any = N) -> dict[str, harness.Contestant]:
    theirs = np.random.default_rng(1)
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: getattr(theirs, method)(*parameters, size=size)}
    if mkl_random is not None:
        intels = mkl_random.RandomState(1)
        peers["MKL"] = lambda: getattr(intels, method)(*parameters, size=size)
    return peers


@pytest.mark.parametrize("case", CASES)
def bench_warm_out(compare: Callable[..., harness.Row], case: str) -> None:
    method, parameters, table, law = CASES[case]
    ours, out = mm.random.default_rng(1), np.empty(N, np.int64)
    peers = peers_of(method, parameters)
    compare(
        table,
        f"{case}, {N:,} into a warm out (NumPy: fresh)",
        lambda: getattr(ours, method)(*parameters, out=out),
        {"NumPy": peers["NumPy"]},  # it has no `out`
        fits(law),
        dtype="int64",
        bytes=out.nbytes,
        threads=1,
        blocks=2,
    )


@pytest.mark.parametrize("case", BARS)
def bench_fresh(compare: Callable[..., harness.Row], case: str) -> None:
    method, parameters, table, law = CASES[case]
    ours = mm.random.default_rng(1)
    compare(
        table,
        f"{case}, {N:,} into a fresh array",
        lambda: getattr(ours, method)(*parameters, size=N),
        peers_of(method, parameters),
        fits(law),
        dtype="int64",
        bytes=8 * N,
    )


@pytest.mark.parametrize("case", BARS)
def bench_arrays_of_parameters(compare: Callable[..., harness.Row], case: str) -> None:
    method, parameters, table, law = CASES[case]
    ours, arrays = mm.random.default_rng(1), tuple(np.full(N, value) for value in parameters)
    compare(
        table,
        f"{case}, parameters in {N:,} places",
        lambda: getattr(ours, method)(*arrays),
        {"NumPy": peers_of(method, arrays)["NumPy"]},
        fits(law),
        dtype="int64",
    )


@pytest.mark.parametrize("case", ROWS)
def bench_multinomial(compare: Callable[..., harness.Row], case: str) -> None:
    trials, categories, rows = ROWS[case]
    ours, p = mm.random.default_rng(1), np.arange(1.0, categories + 1) / (categories * (categories + 1) / 2)
    compare(
        "multinomial_law",
        f"{rows:,} rows, {case}",
        lambda: ours.multinomial(trials, p, rows),
        peers_of("multinomial", (trials, p), rows),
        rows_fit(trials, p),
        dtype="int64",
        bytes=8 * rows * categories,
    )
