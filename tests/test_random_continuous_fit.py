# SPDX-License-Identifier: BSD-3-Clause
"""Goodness of fit of the laws by inversion and the lognormal, with fixed seeds: each test passes or fails for ever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm

TYPES = [np.float64, np.float32]
LEVEL = 1e-6


def rejected(p: float) -> bool:
    return not LEVEL < p < 1 - LEVEL


FITS: list[tuple[str, tuple[float, ...], Any]] = [
    ("standard_exponential", (), stats.expon()),
    ("exponential", (2.5,), stats.expon(scale=2.5)),
    ("rayleigh", (0.3,), stats.rayleigh(scale=0.3)),
    ("gumbel", (-1.0, 0.7), stats.gumbel_r(-1.0, 0.7)),
    ("laplace", (-1.0, 0.7), stats.laplace(-1.0, 0.7)),
    ("logistic", (-1.0, 0.7), stats.logistic(-1.0, 0.7)),
    ("standard_cauchy", (), stats.cauchy()),
    ("weibull", (0.6,), stats.weibull_min(0.6)),
    ("weibull", (7.0,), stats.weibull_min(7.0)),
    ("pareto", (0.6,), stats.lomax(0.6)),
    ("pareto", (9.0,), stats.lomax(9.0)),
    ("power", (0.1,), stats.powerlaw(0.1)),
    ("power", (7.0,), stats.powerlaw(7.0)),
    ("triangular", (-1.0, 0.5, 4.0), stats.triang(0.3, -1.0, 5.0)),
    ("triangular", (1.0, 1.0, 2.0), stats.triang(0.0, 1.0, 1.0)),
    ("lognormal", (0.5, 0.7), stats.lognorm(0.7, scale=np.exp(0.5))),
]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(("name", "parameters", "law"), FITS)
def test_fit(name: str, parameters: tuple[float, ...], law: Any, dtype: type) -> None:
    n = 200_000
    rng = mm.random.default_rng([1, len(name)])
    x = getattr(rng, name)(*parameters, size=n, dtype=dtype).astype(np.float64)
    u = law.cdf(x)
    assert not rejected(stats.kstest(u, "uniform").pvalue)
    counts = np.bincount(np.minimum((u * 1024).astype(np.int64), 1023), minlength=1024)
    assert not rejected(stats.chi2.sf(((counts - n / 1024) ** 2).sum() / (n / 1024), 1023))
    pairs = np.bincount((u[:-1] * 16).astype(np.int64).clip(0, 15) * 16 + (u[1:] * 16).astype(np.int64).clip(0, 15), minlength=256)
    assert not rejected(stats.chi2.sf(((pairs - n / 256) ** 2).sum() / (n / 256), 255))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("name", "moments"),
    [  # E x^k, k = 0 .. 8, of the standard form
        ("standard_exponential", [1, 1, 2, 6, 24, 120, 720, 5040, 40320]),
        ("laplace", [1, 0, 2, 0, 24, 0, 720, 0, 40320]),
        ("logistic", [1, 0, np.pi**2 / 3, 0, 7 * np.pi**4 / 15, 0, 31 * np.pi**6 / 21, 0, 127 * np.pi**8 / 15]),
        (
            "rayleigh",
            [1, (np.pi / 2) ** 0.5, 2, 3 * (np.pi / 2) ** 0.5, 8, 15 * (np.pi / 2) ** 0.5, 48, 105 * (np.pi / 2) ** 0.5, 384],
        ),
    ],
)
def test_moments(name: str, moments: list[float], dtype: type) -> None:
    n = 2_000_000
    x = getattr(mm.random.default_rng(5), name)(size=n, dtype=dtype).astype(np.float64)
    power = np.ones(n)
    for k in range(1, 5):  # the variance of x^k is E x^2k - (E x^k)^2
        power *= x
        deviation = np.sqrt((moments[2 * k] - moments[k] ** 2) / n)
        assert not rejected(stats.norm.sf((power.mean() - moments[k]) / deviation)), k


def exceedances(rng: np.random.Generator, dtype: type, rounds: int) -> tuple[np.ndarray, np.ndarray]:
    """How many of rounds * 10^7 exponentials exceed 5, 6, ..., 20, and how many are expected to."""
    out = np.empty(10_000_000, dtype)
    limits, counts = np.arange(5, 21), np.zeros(16, np.int64)
    for _ in range(rounds):
        rng.standard_exponential(out=out, dtype=dtype)
        far = np.sort(out[out > 5])
        counts += far.size - np.searchsorted(far, limits, side="right")
    return counts, rounds * out.size * np.exp(-limits.astype(np.float64))


@pytest.mark.parametrize("dtype", TYPES)
def test_exponential_tail_within_poisson_intervals(dtype: type) -> None:
    counts, expected = exceedances(mm.random.default_rng(8), dtype, 10)
    low, high = stats.poisson.interval(1 - 2 * LEVEL, expected)
    assert ((low <= counts) & (counts <= high)).all(), (counts, expected)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", TYPES)
def test_far_exponential_tail(dtype: type) -> None:
    # 10^11 draws: 206 expected beyond 20.
    counts, expected = exceedances(mm.random.default_rng(9), dtype, 10_000)
    low, high = stats.poisson.interval(1 - 2 * LEVEL, expected)
    assert ((low <= counts) & (counts <= high)).all(), (counts, expected)
