# SPDX-License-Identifier: BSD-3-Clause
"""uniform, normal, multivariate_normal: into a warm `out` and into fresh arrays, small draws, single numbers, beside PCG64, MKL and
the rate of writing past the caches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import pytest

import mlmath_native as mm

N = 10_000_000
MOMENTS = {"random": (0.5, 12**-0.5), "standard_normal": (0.0, 1.0)}  # mean, standard deviation
TABLES = {"random": "uniform", "standard_normal": "normal"}  # the READMEs' markers

try:  # of the extra `peers`; it needs a CPU that MKL accepts
    import mkl_random
except ImportError:
    mkl_random = None


def fits(law: str) -> harness.Check:
    """Mean and variance within six standard errors: the largest of both in units of that."""
    mean, deviation = MOMENTS[law]
    fourth = 9 / 5 if law == "random" else 3.0  # the kurtosis gives the variance's standard error

    def check(result: Any) -> float:
        x = np.atleast_1d(np.asarray(result, np.float64))
        if x.size < 100:
            return 0.0 if np.isfinite(x).all() else float("inf")
        errors = (x.mean() - mean) / deviation, (np.mean((x - mean) ** 2) / deviation**2 - 1) / (fourth - 1) ** 0.5
        return float(np.max(np.abs(errors)) * x.size**0.5 / 6)

    return check


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("law", MOMENTS)
@pytest.mark.parametrize("threads", [1, None])
def bench_warm_out(compare: Callable[..., harness.Row], law: str, dtype: str, threads: int | None) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    out, real = np.empty(N, dtype), np.dtype(dtype).type
    compare(
        TABLES[law],
        f"{N:,} into a warm out",
        lambda: getattr(ours, law)(dtype=real, out=out),
        {"NumPy": lambda: getattr(theirs, law)(dtype=real, out=out)},
        fits(law),
        dtype=dtype,
        bytes=out.nbytes,
        threads=threads,
        limit=harness.Limit("stream", out.nbytes, dtype),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("law", MOMENTS)
def bench_fresh(compare: Callable[..., harness.Row], law: str, dtype: str) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    real = np.dtype(dtype).type
    peers: dict[str, harness.Contestant] = {"NumPy": lambda: getattr(theirs, law)(N, dtype=real)}
    if mkl_random is not None and dtype == "float64":
        peers["MKL"] = lambda: getattr(mkl_random, "random_sample" if law == "random" else law)(N)
    compare(
        TABLES[law],
        f"{N:,} into a fresh array",
        lambda: getattr(ours, law)(N, dtype=real),
        peers,
        fits(law),
        dtype=dtype,
        bytes=N * np.dtype(dtype).itemsize,
    )


@pytest.mark.parametrize("law", MOMENTS)
@pytest.mark.parametrize("n", [10, 100, 1_000, 10_000, 100_000])
def bench_small(compare: Callable[..., harness.Row], law: str, n: int) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    out = np.empty(n)
    compare(
        TABLES[law],
        f"{n:,} into a warm out",
        lambda: getattr(ours, law)(out=out),
        {"NumPy": lambda: getattr(theirs, law)(out=out)},
        fits(law),
        bytes=out.nbytes,
    )


@pytest.mark.parametrize(
    "call", ["random()", "standard_normal()", "normal(1.0, 2.0)", "uniform(1.0, 2.0)", "normal()", "integers(10)"]
)
def bench_single(compare: Callable[..., harness.Row], call: str) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    name, arguments = call[:-1].split("(")
    values = [float(a) if "." in a else int(a) for a in arguments.split(",") if a]
    mine, peer = getattr(ours, name), getattr(theirs, name)
    compare("xblock", f"one {call}", harness.Call(mine, *values), {"NumPy": harness.Call(peer, *values)}, None)


def covariance_fits(mean: np.ndarray[Any, Any], cov: np.ndarray[Any, Any]) -> harness.Check:
    """Mean and second moments of the whitened rows within six standard errors: the largest in units of that."""
    whitener = np.linalg.inv(np.linalg.cholesky(cov))

    def check(result: Any) -> float:
        z = (np.atleast_2d(result) - mean) @ whitener.T
        second = z.T @ z / len(z) - np.eye(len(cov))
        second[np.diag_indices(len(cov))] /= 2**0.5
        return float(max(np.abs(z.mean(axis=0)).max(), np.abs(second).max()) * len(z) ** 0.5 / 6) if len(z) > 100 else 0.0

    return check


@pytest.mark.parametrize("method", ["cholesky", "eigh", "svd"])
@pytest.mark.parametrize(("d", "rows"), [(2, 100_000), (5, 100_000), (20, 100_000), (100, 20_000), (500, 2_000)])
def bench_multivariate_normal(compare: Callable[..., harness.Row], d: int, rows: int, method: str) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    b = np.random.default_rng(d).standard_normal((d, d))
    mean, cov = np.linspace(-1, 1, d), b @ b.T / d + np.eye(d)
    compare(
        "multivariate_normal",
        f"{rows:,} vectors of {d}, {method}",
        lambda: ours.multivariate_normal(mean, cov, rows, method=method),
        {"NumPy": lambda: theirs.multivariate_normal(mean, cov, rows, method=method)},
        covariance_fits(mean, cov),
        flops=rows * d * (34.0 + (d if method == "cholesky" else 2 * d)),  # normals as bench's ladder counts them, and the product
        limit=harness.Limit("fma", rows * d * (34.0 + (d if method == "cholesky" else 2 * d))),
    )


@pytest.mark.parametrize("d", [2, 20, 200])
def bench_one_vector(compare: Callable[..., harness.Row], d: int) -> None:
    ours, theirs = mm.random.default_rng(1), np.random.default_rng(1)
    mean, cov = np.zeros(d), np.eye(d) + 0.5
    compare(
        "multivariate_normal",
        f"one vector of {d}, cholesky, the same cov again",
        lambda: ours.multivariate_normal(mean, cov, method="cholesky"),
        {"NumPy": lambda: theirs.multivariate_normal(mean, cov, method="cholesky")},
        None,
    )
