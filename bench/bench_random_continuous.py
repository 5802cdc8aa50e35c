# SPDX-License-Identifier: BSD-3-Clause
"""random: the laws of one uniform number and the lognormal into a warm `out` and a fresh array, beside PCG64 and mkl_random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm

N = 1_000_000
MANY = 10_000_000

try:  # of the extra `peers`; it needs a CPU that MKL accepts
    import mkl_random
except ImportError:
    mkl_random = None

# Method, parameters, the READMEs' marker, the law. NumPy has neither `out` nor float32 for these.
CASES: dict[str, tuple[str, tuple[float, ...], str, Any]] = {
    "exponential(2)": ("exponential", (2.0,), "inversion", stats.expon(scale=2)),
    "rayleigh(1)": ("rayleigh", (1.0,), "inversion", stats.rayleigh()),
    "gumbel": ("gumbel", (0.0, 1.0), "inversion", stats.gumbel_r()),
    "laplace": ("laplace", (0.0, 1.0), "inversion", stats.laplace()),
    "logistic": ("logistic", (0.0, 1.0), "inversion", stats.logistic()),
    "standard_cauchy": ("standard_cauchy", (), "inversion", stats.cauchy()),
    "weibull(1.5)": ("weibull", (1.5,), "inversion", stats.weibull_min(1.5)),
    "pareto(2.5)": ("pareto", (2.5,), "inversion", stats.lomax(2.5)),
    "power(2.5)": ("power", (2.5,), "inversion", stats.powerlaw(2.5)),
    "triangular(0, 1, 3)": ("triangular", (0.0, 1.0, 3.0), "inversion", stats.triang(1 / 3, scale=3)),
    "lognormal": ("lognormal", (0.0, 1.0), "lognormal", stats.lognorm(1.0)),
}
QUANTILES = np.array([0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999])


def fits(law: Any) -> harness.Check:
    """The numbers below seven quantiles, as far from their expected share as six standard errors: the largest in units of that.

    Some of the laws have no variance, so that moments would say nothing.
    """
    places = np.asarray(law.ppf(QUANTILES))

    def check(result: Any) -> float:
        x = np.asarray(result).ravel()
        shares = np.array([np.mean(x < place) for place in places])
        return float(np.max(np.abs(shares - QUANTILES) / np.sqrt(QUANTILES * (1 - QUANTILES))) * x.size**0.5 / 6)

    return check


@pytest.mark.parametrize(("dtype", "threads"), [("float64", 1), ("float64", None), ("float32", None)])
def bench_standard_exponential(compare: Callable[..., harness.Row], dtype: str, threads: int | None) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    out, real = np.empty(MANY, dtype), np.dtype(dtype).type
    compare(
        "inversion",
        f"standard_exponential, {MANY:,} into a warm out",
        lambda: ours.standard_exponential(dtype=real, out=out),
        {"NumPy": lambda: theirs.standard_exponential(dtype=real, out=out)},
        fits(stats.expon()),
        dtype=dtype,
        bytes=out.nbytes,
        threads=threads,
        limit=harness.Limit("stream", out.nbytes, dtype),
        blocks=2,
    )


@pytest.mark.parametrize("case", CASES)
def bench_warm_out(compare: Callable[..., harness.Row], case: str) -> None:
    method, parameters, table, law = CASES[case]
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    out = np.empty(N)
    compare(
        table,
        f"{case}, {N:,} into a warm out (NumPy: fresh)",
        lambda: getattr(ours, method)(*parameters, out=out),
        {"NumPy": lambda: getattr(theirs, method)(*parameters, size=N)},  # it has no `out`
        fits(law),
        bytes=out.nbytes,
        threads=1,
        blocks=2,
    )


@pytest.mark.parametrize("case", ["exponential(2)", "weibull(1.5)", "lognormal"])
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
        blocks=2,
    )
