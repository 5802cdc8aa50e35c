# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of sampling: one of k outcomes for every uniform number."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._kernels import Arguments, Kernel
from .._oracle import CategoricalShares
from ._entries import LadderData, RungData


def _spread_numbers_and_probabilities(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    """n numbers spread evenly over [0, 1), in random order; shares as 1, 1/2, 1/3, ..., every seventh 0, the largest last."""
    n, k = shape
    u = ((rng.permutation(n) + 0.5) / n).astype(dtype)
    p = 1.0 / rng.permutation(np.arange(1, k + 1))
    p[::7] = 0.0
    p[-1] = 1.0
    return u, (p / p.sum()).astype(dtype)


CATEGORICAL = Kernel(
    name="categorical",
    formula="P(y_i = j) = p_j,  y_i from u_i",
    unit="GB/s",
    default_n=100_000,
    square=lambda n: (n, 1000),
    awkward=((0, 3), (1, 1), (5, 2), (7, 3), (100, 10), (1000, 64), (4097, 100), (40001, 1000)),
    make=_spread_numbers_and_probabilities,
    oracle=CategoricalShares,
    terms=lambda s: s[1],
    flops=lambda s: 2.0 * s[0],
    elements=lambda s: 1.5 * s[0] + s[1],  # outcomes are int32
)


def _intervals(k: int) -> float:
    """Intervals of [0, 1) that outcomes own: of n evenly spread numbers each takes its share, give or take one."""
    return float(k + 1)


def _alias_intervals(k: int) -> float:
    return float(2 * k + 1)


LADDERS = {
    "categorical": LadderData(
        CATEGORICAL,
        (
            RungData(
                "textbook",
                "the definition: probabilities are added up from the first until the sum is above u",
                "_mlmath.rungs.categorical_textbook",
                (("kernels/random/samplers/categorical/categorical_ladder.cpp", "categorical_textbook"),),
                _intervals,
            ),
            RungData(
                "search",
                "the sums are made once and searched by halving: log2 k steps, each a branch nobody can foresee; NumPy's way",
                "_mlmath.rungs.categorical_search",
                (
                    ("kernels/random/samplers/categorical/categorical_ladder.cpp", "categorical_search"),
                    ("kernels/random/samplers/categorical/categorical_ladder.cpp", "cumulative"),
                ),
                _intervals,
            ),
            RungData(
                "guide",
                "a table says where the search begins: two steps on average, however many outcomes, and the same outcomes",
                "_mlmath.rungs.categorical_guide",
                (("kernels/random/samplers/categorical/categorical_ladder.cpp", "categorical_guide"),),
                _intervals,
            ),
            RungData(
                "alias",
                "each cell of the table belongs to at most two outcomes: one look-up and comparison, no search; another map from u",
                "_mlmath.rungs.categorical_alias",
                (
                    ("kernels/random/samplers/categorical/categorical_textbook.hpp", "categorical"),
                    ("kernels/random/samplers/categorical/categorical_textbook.hpp", "alias_table"),
                ),
                _alias_intervals,
            ),
            RungData(
                "threaded",
                "without a branch, far tables asked for ahead of time, blocks shared among threads: what choice runs",
                "_mlmath.rungs.categorical_threaded",
                (
                    ("kernels/random/samplers/categorical/categorical_simd.cpp", "outcome"),
                    ("kernels/random/samplers/categorical/categorical_simd.cpp", "pick"),
                ),
                _alias_intervals,
            ),
        ),
    ),
}
