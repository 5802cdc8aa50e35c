# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of sampling: one of k outcomes for every uniform number."""

from __future__ import annotations

from .._kernels import CATEGORICAL
from ._entries import LadderData, RungData


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
