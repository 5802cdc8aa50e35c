# SPDX-License-Identifier: BSD-3-Clause
"""Goodness of fit of the gamma law and its relatives, fixed seeds; tiny and extreme parameters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

import mlmath_native as mm

LEVEL = 1e-6
TYPES = [np.float64, np.float32]


def fits(x: np.ndarray, law: object) -> None:
    p = stats.kstest(x, law).pvalue
    assert p > LEVEL, p


@pytest.mark.parametrize("shape", [0.01, 0.1, 0.5, 0.999, 1.0, 1.001, 2.5, 30.0, 1e4])
def test_gamma_fits(shape: float) -> None:
    for seed, dtype in ((1, np.float64), (2, np.float32)):
        x = mm.random.default_rng(seed).standard_gamma(shape, 200_000, dtype=dtype).astype(np.float64)
        if shape > 0.01 or dtype == np.float64:  # (float32 rounds much of shape 0.01 to zero)
            fits(x, stats.gamma(shape).cdf)
        scaled = (x - shape) / np.sqrt(shape)
        central = [0, 1, 2 / np.sqrt(shape), 3 + 6 / shape]  # moments 1 to 4, and those up to 8 by the cumulants
        for k, moment in enumerate(central, 1):
            room = 5 * np.sqrt(central_gamma(shape, 2 * k) / shape**k / x.size)
            assert abs((scaled**k).mean() - moment) < room, (k, dtype)


def central_gamma(shape: float, order: int) -> float:
    """mu_n = (n - 1) (mu_(n-1) + s mu_(n-2))."""
    mu = [1.0, 0.0]
    for n in range(2, order + 1):
        mu.append((n - 1) * (mu[-1] + shape * mu[-2]))
    return mu[order]


def test_gamma_of_a_tiny_shape() -> None:
    # s ln G tends to -E: the law is met on the scale of logarithms, and zeros come by underflow alone.
    shape, n = 1e-3, 400_000
    x = mm.random.default_rng(5).standard_gamma(shape, n)
    zeros = int((x == 0).sum())
    low, high = stats.binom.interval(1 - 2 * LEVEL, n, 2 ** (-1075 * shape) / special.gamma(1 + shape))
    assert low <= zeros <= high
    positive = x[x > 1e-300]
    below = stats.gamma(shape).cdf(1e-300)
    fits((stats.gamma(shape).cdf(positive) - below) / (1 - below), "uniform")


@pytest.mark.parametrize(("a", "b"), [(2, 3), (0.5, 0.5), (0.3, 4), (1, 1), (1.5, 0.8), (100, 250)])
def test_beta_fits(a: float, b: float) -> None:
    x = mm.random.default_rng(3).beta(a, b, 200_000)
    fits(x, stats.beta(a, b).cdf)
    mean, variance = stats.beta(a, b).stats("mv")
    assert abs(x.mean() - mean) < 5 * np.sqrt(variance / x.size)


def test_beta_of_tiny_parameters() -> None:
    n = 100_000
    for a, b in ((1e-5, 1e-5), (1e-3, 2e-3), (1e-100, 3e-100), (1e-310, 3e-310), (5e-324, 1e-323)):
        x = mm.random.default_rng(4).beta(a, b, n)
        assert not np.isnan(x).any()
        assert ((x >= 0) & (x <= 1)).all()
        low, high = stats.binom.interval(1 - 2 * LEVEL, n, special.betaincc(a, b, 0.5) if a > 1e-6 else 1 / (1 + b / a))
        assert low <= (x > 0.5).sum() <= high
        if a < 1e-6:
            assert ((x == 0) | (x == 1)).all()
    # Frequency of exact zeros: P(X < 2^-1075) = 2^(-1075 a) / (a B(a, b)).
    a, b = 1e-4, 1.0
    x = mm.random.default_rng(4).beta(a, b, n)
    low, high = stats.binom.interval(1 - 2 * LEVEL, n, 2.0 ** (-1075 * a))
    assert low <= (x == 0).sum() <= high
    assert (mm.random.default_rng(4).beta(1e-310, 1.0, 1000) == 0).all()
    assert (mm.random.default_rng(4).beta(1.0, 1e-310, 1000) == 1).all()
    assert (np.abs(mm.random.default_rng(4).beta(1e308, 1e308, 1000) - 0.5) < 1e-9).all()


@pytest.mark.parametrize("df", [0.5, 1, 2, 5, 30, 1e5])
def test_chisquare_fits(df: float) -> None:
    fits(mm.random.default_rng(6).chisquare(df, 200_000), stats.chi2(df).cdf)


def test_chisquare_of_tiny_df() -> None:
    x = mm.random.default_rng(6).chisquare(1e-4, 100_000)
    assert np.isfinite(x).all()
    low, high = stats.binom.interval(1 - 2 * LEVEL, x.size, 2 ** (-1076 * 5e-5))  # 2 G rounds to 0
    assert low <= (x == 0).sum() <= high


@pytest.mark.parametrize(("m", "n"), [(2, 3), (5, 7), (0.5, 0.5), (1, 30), (100, 200), (1.5, 1e6)])
def test_f_fits(m: float, n: float) -> None:
    fits(mm.random.default_rng(7).f(m, n, 200_000), stats.f(m, n).cdf)


def test_f_of_tiny_parameters_is_no_nan() -> None:
    for m, n in ((1e-5, 1e-5), (1e-310, 2e-310), (1e-310, 5), (5, 1e-310), (5e-324, 5e-324)):
        x = mm.random.default_rng(7).f(m, n, 1000)
        assert not np.isnan(x).any()
        assert (x >= 0).all()


@pytest.mark.parametrize("df", [0.1, 0.24, 0.5, 1, 2, 5, 30, 1e10, np.inf])
def test_standard_t_fits(df: float) -> None:
    for dtype in TYPES:
        x = mm.random.default_rng(8).standard_t(df, 200_000, dtype=dtype).astype(np.float64)
        if df > 0.2 or dtype == np.float64:
            fits(x, stats.norm.cdf if df == np.inf else stats.t(df).cdf)
    u = stats.norm.cdf(x) if df == np.inf else stats.t(df).cdf(x)
    u = u[: u.size // 32 * 32].reshape(-1, 2, 16)
    # Neighbours, and elements whose words share a step: no correlation.
    for first, second in ((u[..., :-1], u[..., 1:]), (u[..., :8], u[..., 8:]), (u[:, 0], u[:, 1])):
        r = np.corrcoef(first.ravel(), second.ravel())[0, 1] * np.sqrt(first.size)
        assert abs(r) < 5


@pytest.mark.parametrize("alpha", [[0.5, 1.5, 3.0], [1.0, 1.0], [0.05, 0.02, 0.08], [5.0, 10.0, 0.2, 2.0, 9.0]])
def test_dirichlet_fits(alpha: list[float]) -> None:
    x = mm.random.default_rng(9).dirichlet(alpha, 100_000)
    assert np.abs(x.sum(axis=1) - 1).max() < 1e-15 * len(alpha)
    for j, a in enumerate(alpha):  # marginals are betas; ones of tiny shapes pile up at 1
        inside = x[:, j][x[:, j] < 0.99]
        law = stats.beta(a, sum(alpha) - a)
        fits(law.cdf(inside) / law.cdf(0.99), "uniform")
    if len(alpha) == 3:  # of two parts, the share of the first is a beta too, independent of the third
        share = x[:, 0] / (x[:, 0] + x[:, 1])
        if min(alpha) > 0.1:
            fits(share, stats.beta(alpha[0], alpha[1]).cdf)
            assert abs(np.corrcoef(share, x[:, 2])[0, 1]) * np.sqrt(share.size) < 5


def test_dirichlet_of_tiny_alphas() -> None:
    n = 30_000
    for alpha in ([1e-3, 1e-3, 1e-3], [1e-3, 2e-3], [1e-300, 3e-300], [1e-310, 3e-310], [1e-20, 1e-310, 3e-20]):
        x = mm.random.default_rng(10).dirichlet(alpha, n)
        assert np.isfinite(x).all()
        assert np.abs(x.sum(axis=1) - 1).max() < 1e-15
        for j, a in enumerate(alpha):  # the corner that a row is nearest to
            p = special.betaincc(a, sum(alpha) - a, 0.5) if min(alpha) > 1e-6 else 1 / sum(b / a for b in alpha)
            low, high = stats.binom.interval(1 - 2 * LEVEL, n, p)
            assert low <= (x[:, j] > 0.5).sum() <= high
