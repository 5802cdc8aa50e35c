# SPDX-License-Identifier: BSD-3-Clause
"""The ladders of the reductions: sum, softmax, variance."""

from __future__ import annotations

from math import ceil, log2

from .._kernels import SOFTMAX, SUM, VARIANCE
from ._entries import LadderData, RungData


def _sum_chunked(n: int) -> float:
    """32 lanes within a chunk of 1024, a tree of 5 folds, a pairwise tree over chunks, the rounding to the dtype."""
    return min(n, 1024) / 32 + 5 + ceil(log2(max(1, n / 1024))) + 2


def _softmax_chunked(n: int) -> float:
    """Distances of at most 2, their share in the sum, lanes within a chunk of 1024, the exponential, quotient and product."""
    return (2 + log2(n) + min(n, 1024) / 32 + 16) / 2


def _variance_chunked(n: int) -> float:
    """Mean, deviation and square, 32 lanes within a chunk of 1024, four operations in every merge, the rounding to the dtype."""
    return min(n, 1024) / 32 + 10 + 4 * ceil(log2(max(1, n / 1024)))


LADDERS = {
    "sum": LadderData(
        SUM,
        (
            RungData(
                "naive",
                "the definition: one running sum; the error of every addition is kept, and each waits for the one before",
                "_mlmath.rungs.sum_naive",
                (("kernels/reduce/sum/sum_textbook.hpp", "sum"),),
                lambda n: n,
            ),
            RungData(
                "pairwise",
                "halves of halves down to runs of 128: a term passes log2 n additions instead of n",
                "_mlmath.rungs.sum_pairwise",
                (("kernels/reduce/sum/sum_ladder.cpp", "halves"),),
                lambda n: min(n, 128) + ceil(log2(max(1, n / 64))),
            ),
            RungData(
                "compensated",
                "every addition's rounding error is computed exactly and added at the end: nearly correctly rounded",
                "_mlmath.rungs.sum_compensated",
                (("kernels/reduce/sum/sum_ladder.cpp", "sum_compensated"),),
                lambda n: 2 + n**2 * 2.0**-25,
            ),
            RungData(
                "simd",
                "32 lanes of double in registers, chunks of 1024 pairwise; float32 converted on the way; one thread",
                "_mlmath.rungs.sum_simd",
                (("kernels/reduce/sum/sum_simd.cpp", "sum_rows"), ("kernels/reduce/reduction_lanes.hpp", "reduce_run")),
                _sum_chunked,
            ),
            RungData(
                "threaded",
                "subtrees of 64 chunks shared among threads: production",
                "stats.sum",
                (("kernels/reduce/sum/sum.cpp", "sum"),),
                _sum_chunked,
            ),
        ),
    ),
    "softmax": LadderData(
        SOFTMAX,
        (
            RungData(
                "naive",
                "the formula: overflows from x = 710 on (float32: 89), and divides 0 by 0 below -745",
                "_mlmath.rungs.softmax_naive",
                (("kernels/reduce/softmax/softmax_ladder.cpp", "softmax_naive"),),
                lambda n: n / 2 + 4,
            ),
            RungData(
                "three_pass",
                "the maximum subtracted first: right for every x, one pass over memory more",
                "_mlmath.rungs.softmax_three_pass",
                (("kernels/reduce/softmax/softmax_textbook.hpp", "softmax"),),
                lambda n: (2 + n + log2(n)) / 2 + 4,
            ),
            RungData(
                "fused",
                "maximum and sum in one pass: the sum is scaled down whenever a larger element comes",
                "_mlmath.rungs.softmax_fused",
                (("kernels/reduce/softmax/softmax_ladder.cpp", "softmax_fused"),),
                lambda n: (2 + log2(n)) / 2 + 2 * n + 4,
            ),
            RungData(
                "simd",
                "chunks of 1024 in registers, each with its own maximum and exponentials kept in cache; one thread",
                "_mlmath.rungs.softmax_simd",
                (
                    ("kernels/reduce/softmax/softmax_chunk.hpp", "chunk_state"),
                    ("kernels/reduce/softmax/softmax_exp.hpp", "exp_nonpositive"),
                ),
                _softmax_chunked,
            ),
            RungData(
                "threaded",
                "the chunks shared among threads: production",
                "special.softmax",
                (
                    ("kernels/reduce/softmax/softmax_driver.hpp", "long_rows"),
                    ("kernels/reduce/softmax/softmax_simd.cpp", "merge_states"),
                ),
                _softmax_chunked,
            ),
        ),
    ),
    "variance": LadderData(
        VARIANCE,
        (
            RungData(
                "textbook",
                "the definition: one pass for the mean, one for the deviations; memory is read twice",
                "_mlmath.rungs.variance_two_pass",
                (("kernels/reduce/moments/moments_textbook.hpp", "variance"),),
                lambda n: 2 * n + 4,
            ),
            RungData(
                "one_pass",
                "mean of the squares minus square of the mean: one pass, and nothing is left when the mean is large",
                "_mlmath.rungs.variance_one_pass",
                (("kernels/reduce/moments/moments_ladder.cpp", "variance_one_pass"),),
                lambda n: 2 * n + 4,
            ),
            RungData(
                "welford",
                "mean and squares updated element by element: one stable pass, with a division in every step",
                "_mlmath.rungs.variance_welford",
                (("kernels/reduce/moments/moments_ladder.cpp", "variance_welford"),),
                lambda n: 4 * n + 4,
            ),
            RungData(
                "merged",
                "chunks of 1024 in two passes while they lie in L1, in registers; chunks are merged pairwise; one thread",
                "_mlmath.rungs.variance_merged",
                (
                    ("kernels/reduce/moments/moments_simd.cpp", "moments_rows"),
                    ("kernels/reduce/moments/moments.cpp", "merge_moments"),
                ),
                _variance_chunked,
            ),
            RungData(
                "threaded",
                "subtrees of 64 chunks shared among threads: production",
                "stats.var",
                (("kernels/reduce/moments/moments.cpp", "variance"),),
                _variance_chunked,
            ),
        ),
    ),
}
