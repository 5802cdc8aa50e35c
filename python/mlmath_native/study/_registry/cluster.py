# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of clustering: the nearest centre of every row."""

from __future__ import annotations

from .._kernels import KMEANS_ASSIGNMENT
from ._entries import LadderData, RungData


def _compared(d: int) -> float:
    """|c|^2, d products and additions, of both of the numbers that are compared."""
    return 2.0 * (d + 6)


LADDERS = {
    "kmeans_assignment": LadderData(
        KMEANS_ASSIGNMENT,
        (
            RungData(
                "textbook",
                "the definition: every difference squared and added up, in double; each addition waits for the one before",
                "_mlmath.rungs.kmeans_assignment_textbook",
                (
                    ("kernels/cluster/kmeans/kmeans_ladder.cpp", "kmeans_assignment_textbook"),
                    ("kernels/cluster/kmeans/kmeans_textbook.hpp", "squared_distance"),
                ),
                _compared,
            ),
            RungData(
                "norm_trick",
                "|x - c|^2 = |x|^2 - 2 x.c + |c|^2, of which |x|^2 need not be known: one multiplication and addition is left",
                "_mlmath.rungs.kmeans_assignment_norm_trick",
                (("kernels/cluster/kmeans/kmeans_ladder.cpp", "kmeans_assignment_norm_trick"),),
                _compared,
            ),
            RungData(
                "gemm",
                "the products x.c of 256 rows are one matrix product; they are stored, and read again for the smallest",
                "_mlmath.rungs.kmeans_assignment_gemm",
                (
                    ("kernels/cluster/kmeans/kmeans_ladder.cpp", "kmeans_assignment_gemm"),
                    ("kernels/cluster/kmeans/kmeans_ladder.cpp", "squared_norms"),
                ),
                _compared,
            ),
            RungData(
                "simd",
                "a row in every lane: the smallest is found in registers as the centres go by, and all is relative to their mean",
                "_mlmath.rungs.kmeans_assignment_simd",
                (
                    ("kernels/cluster/kmeans/kmeans_scores.hpp", "add_products"),
                    ("kernels/cluster/kmeans/kmeans_scores.hpp", "score_tile"),
                ),
                _compared,
            ),
            RungData(
                "threaded",
                "blocks of 256 rows shared among threads: what predict runs",
                "_mlmath.rungs.kmeans_assignment_threaded",
                (("kernels/cluster/kmeans/kmeans.cpp", "kmeans_assign"),),
                _compared,
            ),
        ),
    ),
}
