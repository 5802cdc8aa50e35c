# SPDX-License-Identifier: BSD-3-Clause
"""Logistic functions: error in ulp against mpmath, special values and flags, bits, SciPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
import scipy.special
from elementwise_accuracy import Function, powers_of_two
from elementwise_scipy import ScipyElementwise

import mlmath_native as mm

INF, NAN = float("inf"), float("nan")


def strata(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """The rise, all magnitudes, the falling tail down to subnormal results."""
    info = np.finfo(dtype)
    low = np.log(float(info.tiny))
    yield "rise", rng.uniform(-8, 8, n).astype(dtype)
    yield "both tails", rng.uniform(0.98 * low, -0.98 * low, n).astype(dtype)
    yield "near 0", powers_of_two(info.minexp - info.nmant, 0, n, rng, signed=True).astype(dtype)
    yield "one to the last bits", rng.uniform(-0.8 * info.nmant, 0.8 * info.nmant, n).astype(dtype)
    yield "subnormal results", rng.uniform(np.log(float(info.smallest_subnormal)), low, n).astype(dtype)


def mirrored(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """The same for the function of -x."""
    for name, x in strata(dtype, n, rng):
        yield name, -x


def probabilities(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """(0, 1): all exponents, subnormal operands, both ends, around 1/2."""
    info = np.finfo(dtype)
    largest = dtype(1) - info.epsneg
    yield "whole range", np.minimum(powers_of_two(info.minexp, -1e-6, n, rng).astype(dtype), largest)
    yield (
        "subnormal operands",
        np.maximum(powers_of_two(info.minexp - info.nmant, info.minexp, n, rng).astype(dtype), info.smallest_subnormal),
    )
    yield "middle", rng.uniform(0.05, 0.95, n).astype(dtype)
    yield "near 1/2", (0.5 + powers_of_two(-info.nmant - 1, -3, n, rng, signed=True)).astype(dtype)
    yield "near 1", np.minimum((1 - powers_of_two(-info.nmant, -1, n, rng)).astype(dtype), largest)


def expit(x: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-x)) if mpmath.isfinite(x) else mpmath.mpf(x > 0)


def softplus(x: mpmath.mpf) -> mpmath.mpf:
    return max(x, 0) + mpmath.log1p(mpmath.exp(-abs(x)))


RANGE = [("smallest", None, None), ("-smallest", None, None), ("tiny", None, None), ("-tiny", None, None), (NAN, NAN, None)]
ENDS = [
    (0.0, -INF, "divide"), (-0.0, -INF, "divide"), (1.0, INF, "divide"), (1.5, NAN, "invalid"), (-0.5, NAN, "invalid"),
    ("-smallest", NAN, "invalid"), (INF, NAN, "invalid"), (-INF, NAN, "invalid"), (NAN, NAN, None), ("smallest", None, None),
    ("tiny", None, None), (0.5, 0.0, None),
]  # fmt: skip
FUNCTIONS = [
    Function(
        "expit", expit, scipy.special.expit, strata, ulp=1.5, baseline_ulp=1.5, flagged=["subnormal results"],
        special=[*RANGE, (INF, 1.0, None), (-INF, 0.0, None), ("largest", 1.0, None), ("-largest", 0.0, "under"), (0.0, 0.5, None)],
    ),
    Function(
        "log_expit", lambda x: -softplus(-x), scipy.special.log_expit, mirrored, ulp=1.5, baseline_ulp=2,
        flagged=["subnormal results"],
        special=[*RANGE, (INF, -0.0, None), (-INF, -INF, None), ("largest", -0.0, "under"), ("-largest", None, None)],
    ),
    Function(
        "logit", lambda x: mpmath.log(x) - mpmath.log1p(-x), scipy.special.logit, probabilities, ulp=0.9, baseline_ulp=1.5,
        ordinary=0.25, special=ENDS,
    ),
    Function(
        "softplus", softplus, scipy.special.softplus, strata, ulp=1.5, baseline_ulp=2, flagged=["subnormal results"],
        special=[*RANGE, (INF, INF, None), (-INF, 0.0, None), ("largest", None, None), ("-largest", 0.0, "under")],
    ),
]  # fmt: skip
OWN_RULES = ["numpy float16", "numpy int8", "int16", "int8", "float16", "by keyword", "signature"]


class TestLogisticFunctions(ScipyElementwise):
    functions = FUNCTIONS

    def test_unusual_call_is_the_peers(self, function: Function, case: str) -> None:
        if function.name == "softplus" and case in OWN_RULES:
            pytest.skip("SciPy's softplus is no ufunc: a function built on NumPy's logaddexp, with its dtypes")
        super().test_unusual_call_is_the_peers(function, case)

    def test_halves_add_up_to_one(self, isa: str, rng: np.random.Generator) -> None:
        x = rng.uniform(-30, 30, 1000)
        assert np.abs(mm.special.expit(x) + mm.special.expit(-x) - 1).max() <= 2 * np.finfo(float).eps

    def test_logit_is_the_inverse(self, isa: str, rng: np.random.Generator) -> None:
        x = rng.uniform(-20, 0, 1000)
        # d logit / logit = dp / (p (1-p) logit): an ulp of p moves it by at most eps / |x|.
        eps = np.finfo(float).eps
        assert (np.abs(mm.special.logit(mm.special.expit(x)) - x) <= eps / (1 - mm.special.expit(x)) + 2 * eps * np.abs(x)).all()
