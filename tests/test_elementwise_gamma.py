# SPDX-License-Identifier: BSD-3-Clause
"""Gamma functions: error in ulp against mpmath, absolute around zeros, special values and flags, SciPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
import scipy.special
from elementwise_accuracy import Function, powers_of_two
from elementwise_scipy import ScipyElementwise

import mlmath_native as mm

INF, NAN = float("inf"), float("nan")
Samples = Iterator[tuple[str, np.ndarray]]
Rng = np.random.Generator


def positive(dtype: type, n: int, rng: Rng) -> Samples:
    """The pieces of the recurrence, the series, both ends, the zeros."""
    yield "near 0", powers_of_two(-100, 0, n, rng).astype(dtype)
    yield "around the zeros", rng.uniform(0.9, 2.1, n).astype(dtype)
    yield "recurrence", rng.uniform(0.3, 7.5, n).astype(dtype)
    yield "joint", rng.uniform(7.3, 7.7, n).astype(dtype)
    yield "series", powers_of_two(2.9, 100, n, rng).astype(dtype)


def gammaln_strata(dtype: type, n: int, rng: Rng) -> Samples:
    """And negative operands where the result is as large as at |x|."""
    yield from positive(dtype, n, rng)
    x = -rng.uniform(0, 60, 8 * n).astype(dtype)
    large = np.abs(scipy.special.gammaln(x)) >= np.abs(scipy.special.gammaln(-x))
    yield "negative", x[large & (x != np.floor(x))][:n]


def log_gamma(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.re(mpmath.loggamma(x)) if x > 0 else mpmath.log(abs(mpmath.gamma(x)))


FUNCTIONS = [
    Function(
        "gammaln", log_gamma, scipy.special.gammaln, gammaln_strata, ulp=4, baseline_ulp=5, ordinary=3.0,
        special=[
            (0.0, INF, "divide"), (-0.0, INF, "divide"), (-1.0, INF, "divide"), (-40.0, INF, "divide"), (INF, INF, None),
            (-INF, -INF, None), (NAN, NAN, None), (1.0, 0.0, None), (2.0, 0.0, None), ("largest", INF, "over"),
            ("-largest", INF, "divide"), ("smallest", None, None), ("-smallest", None, None), ("tiny", None, None),
            (-0.5, None, None),
        ],
    ),
    Function(
        "digamma", mpmath.digamma, scipy.special.digamma, positive, ulp=4, baseline_ulp=5, ordinary=3.0,
        special=[
            (0.0, -INF, "divide"), (-0.0, INF, "divide"), (-1.0, NAN, "invalid"), (-40.0, NAN, "invalid"), (INF, INF, None),
            (-INF, NAN, "invalid"), (NAN, NAN, None), ("largest", None, None), ("-largest", NAN, "invalid"), (1e30, None, None),
            ("tiny", None, None),
        ],
    ),
]  # fmt: skip


class TestGammaFunctions(ScipyElementwise):
    functions = FUNCTIONS

    def test_absolute_error_of_gammaln_around_its_negative_zeros(self, isa: str, rng: Rng) -> None:
        x = np.concatenate([-rng.uniform(0, 20, 400), zero := np.array([-2.4570247382208006, -2.7476826467274126]), zero + 1e-9])
        truth = [log_gamma(mpmath.mpf(v)) for v in x.tolist()]
        error = np.array([float(abs(mpmath.mpf(v) - t)) for v, t in zip(mm.special.gammaln(x).tolist(), truth)])
        scale = 1 + np.abs(mm.special.gammaln(-x)) + np.abs(mm.special.gammaln(x))
        assert (error <= 8 * np.finfo(float).eps * scale).all()

    def test_absolute_error_of_digamma_at_negative_operands(self, isa: str, rng: Rng) -> None:
        x = -rng.uniform(0, 30, 400)
        truth = [mpmath.digamma(mpmath.mpf(v)) for v in x.tolist()]
        error = np.array([float(abs(mpmath.mpf(v) - t)) for v, t in zip(mm.special.digamma(x).tolist(), truth)])
        terms = np.abs(mm.special.digamma(-x)) + np.abs(1 / x) + np.pi / np.abs(np.tan(np.pi * (x - np.round(x))))
        assert (error <= 4 * np.finfo(float).eps * terms).all()

    def test_psi_is_digamma(self) -> None:
        assert mm.special.psi is mm.special.digamma
