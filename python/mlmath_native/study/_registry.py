# SPDX-License-Identifier: BSD-3-Clause
"""The ladders as data. A rung is a name, its one idea, the function, where its source stands, and how far its error may grow.

``function`` is an attribute path below the package: ``_mlmath.rungs.<kernel>_<rung>``, or the public function for the last rung.
``source`` lists (file below ``cpp/``, name of the function in it). ``roundings(n)`` is the longest chain of roundings an addend of
the kernel's sum passes through: the rung must be within ``roundings(n) * eps * scale`` of the exact result, where ``scale`` is the
sum of the absolute values of the addends [Higham2002]_, sec. 3.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log2

from ._kernels import BATCHED, DOT, EXP, GEMM, GEMV, GRAM, SOFTMAX, SUM, VARIANCE, Kernel


@dataclass(frozen=True)
class RungData:
    """One rung as written in the registry."""

    name: str
    idea: str
    function: str
    source: tuple[tuple[str, str], ...]
    roundings: Callable[[int], float]


@dataclass(frozen=True)
class LadderData:
    """One ladder as written in the registry: the kernel's problem and its rungs, from textbook to production."""

    kernel: Kernel
    rungs: tuple[RungData, ...]


def _chunked(n: int) -> float:
    """Lanes of a 256-byte row within a chunk of 4096, a tree of 6 folds, a pairwise tree over chunks, the product."""
    return min(n, 4096) / 32 + 6 + ceil(log2(max(1, n / 4096))) + 2


def _sum_chunked(n: int) -> float:
    """32 lanes within a chunk of 1024, a tree of 5 folds, a pairwise tree over chunks, the rounding to the dtype."""
    return min(n, 1024) / 32 + 5 + ceil(log2(max(1, n / 1024))) + 2


def _softmax_chunked(n: int) -> float:
    """Distances of at most 2, their share in the sum, lanes within a chunk of 1024, the exponential, quotient and product."""
    return (2 + log2(n) + min(n, 1024) / 32 + 16) / 2


def _variance_chunked(n: int) -> float:
    """Mean, deviation and square, 32 lanes within a chunk of 1024, four operations in every merge, the rounding to the dtype."""
    return min(n, 1024) / 32 + 10 + 4 * ceil(log2(max(1, n / 1024)))


def _gemm_chunked(k: int) -> float:
    """A chunk of 384 (float32: 512) in one running sum, the chunks added one after the other, the product."""
    return min(k, 512) + ceil(k / 384) + 1


def _gram_chunked(m: int) -> float:
    """Chunks of 96 rows in one running sum, the chunks and the parts added one after the other, the product."""
    return min(m, 96) + ceil(m / 96) + 1


LADDERS: dict[str, LadderData] = {
    "dot": LadderData(
        DOT,
        (
            RungData(
                "textbook",
                "the definition: one sum, each addition waits for the one before",
                "_mlmath.rungs.dot_textbook",
                (("kernels/blas/dot/dot_textbook.hpp", "dot"),),
                lambda n: n + 1,
            ),
            RungData(
                "lanes",
                "eight sums in turn, so that additions overlap; plain scalar code",
                "_mlmath.rungs.dot_lanes",
                (("kernels/blas/dot/dot_ladder.cpp", "dot_lanes"),),
                lambda n: ceil(n / 8) + 5,
            ),
            RungData(
                "simd",
                "whole registers, fused multiply-add, chunks of 4096 added pairwise; one thread",
                "_mlmath.rungs.dot_simd",
                (("kernels/blas/dot/dot_ladder.cpp", "dot_simd"), ("kernels/blas/dot/dot_simd.cpp", "dot_of_chunk")),
                _chunked,
            ),
            RungData(
                "threaded",
                "the chunks shared among threads: production",
                "linalg.dot",
                (("kernels/blas/dot/dot.cpp", "dot"),),
                _chunked,
            ),
        ),
    ),
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
    "exp": LadderData(
        EXP,
        (
            RungData(
                "naive",
                "the Taylor series at 0: many terms, and for negative x they cancel",
                "_mlmath.rungs.exp_naive",
                (("kernels/elementwise/exp/exp_ladder.cpp", "series"),),
                lambda n: 80,
            ),
            RungData(
                "range_reduction",
                "x = n ln 2 + r, the series for the small r only; but n ln 2 is rounded",
                "_mlmath.rungs.exp_range_reduction",
                (("kernels/elementwise/exp/exp_ladder.cpp", "exp_range_reduction"),),
                lambda n: 40,
            ),
            RungData(
                "polynomial",
                "ln 2 in two parts, a polynomial fitted to the interval, 1 + r without loss: correct to an ulp",
                "_mlmath.rungs.exp_polynomial",
                (("kernels/elementwise/exp/exp_ladder.cpp", "exp_polynomial"),),
                lambda n: 1,
            ),
            RungData(
                "simd",
                "whole registers, a table of eight powers that fits one of them, a shorter polynomial; one thread",
                "_mlmath.rungs.exp_simd",
                (
                    ("simd/math/exp.hpp", "exp_reduced"),
                    ("simd/math/exp.hpp", "power_of_steps"),
                    ("simd/math/exp.hpp", "exp_minus_1_reduced"),
                    ("simd/math/exp.hpp", "exp_in_range"),
                ),
                lambda n: 1,
            ),
            RungData(
                "blocked",
                "pieces shared among threads, long results written past the caches: production",
                "special.exp",
                (
                    ("kernels/elementwise/elementwise.cpp", "map_elements"),
                    ("kernels/elementwise/elementwise.cpp", "worth_streaming"),
                ),
                lambda n: 1,
            ),
        ),
    ),
    "gemm": LadderData(
        GEMM,
        (
            RungData(
                "textbook",
                "the definition: one dot product per element",
                "_mlmath.rungs.gemm_textbook",
                (("kernels/blas/gemm/gemm_textbook.hpp", "gemm"),),
                lambda k: k + 1,
            ),
            RungData(
                "loop_order",
                "the same loops with k before the columns: memory is walked along rows, whole cache lines are used",
                "_mlmath.rungs.gemm_loop_order",
                (("kernels/blas/gemm/gemm_ladder.cpp", "gemm_loop_order"), ("kernels/blas/gemm/gemm_ladder.cpp", "add_row")),
                lambda k: k + 1,
            ),
            RungData(
                "blocked",
                "blocks of B that stay in the second-level cache for all rows of A",
                "_mlmath.rungs.gemm_blocked",
                (("kernels/blas/gemm/gemm_ladder.cpp", "gemm_blocked"),),
                lambda k: k + 1,
            ),
            RungData(
                "packed",
                "the block copied into a dense one; four steps of k while a sum is in a register",
                "_mlmath.rungs.gemm_packed",
                (("kernels/blas/gemm/gemm_ladder.cpp", "gemm_packed"),),
                lambda k: k + 1,
            ),
            RungData(
                "micro_kernel",
                "a tile of several rows and vectors in registers: each load serves many multiplications; one thread",
                "_mlmath.rungs.gemm_micro_kernel",
                (("kernels/blas/gemm/gemm_micro.hpp", "tile"), ("kernels/blas/gemm/gemm_micro.hpp", "block_of_tiles")),
                _gemm_chunked,
            ),
            RungData(
                "threaded",
                "blocks of C shared among threads: production",
                "linalg.matmul",
                (("kernels/blas/gemm/gemm.cpp", "large_product"), ("kernels/blas/gemm/gemm_plan.hpp", "plan_gemm")),
                _gemm_chunked,
            ),
        ),
    ),
    "gemv": LadderData(
        GEMV,
        (
            RungData(
                "textbook",
                "the definition: one dot product per row, one running sum",
                "_mlmath.rungs.gemv_textbook",
                (("kernels/blas/gemm/gemv_ladder.cpp", "gemv_textbook"),),
                lambda k: k + 1,
            ),
            RungData(
                "four_rows",
                "four rows at a time: four sums on their way, and each element of x serves four",
                "_mlmath.rungs.gemv_four_rows",
                (("kernels/blas/gemm/gemv_ladder.cpp", "gemv_four_rows"),),
                lambda k: k + 1,
            ),
            RungData(
                "lanes",
                "eight partial sums per row, neighbours in neighbouring lanes: vectors, in another order than the definition's",
                "_mlmath.rungs.gemv_lanes",
                (("kernels/blas/gemm/gemv_ladder.cpp", "gemv_lanes"),),
                lambda k: k / 8 + 5,
            ),
            RungData(
                "squares",
                "squares of A turned in registers: a lane per row, every sum in the definition's order; one thread",
                "_mlmath.rungs.gemv_squares",
                (("kernels/blas/gemm/gemm_thin.hpp", "columns_ready"),),
                _gemm_chunked,
            ),
            RungData(
                "threaded",
                "rows shared among threads: production",
                "linalg.matmul",
                (("kernels/blas/gemm/gemm_thin.cpp", "thin_product"),),
                _gemm_chunked,
            ),
        ),
    ),
    "batched": LadderData(
        BATCHED,
        (
            RungData(
                "textbook",
                "the definition, matrix after matrix",
                "_mlmath.rungs.batched_textbook",
                (("kernels/blas/gemm/gemm_textbook.hpp", "gemm"),),
                lambda k: k + 1,
            ),
            RungData(
                "fixed_size",
                "sizes the compiler knows: no loop is left",
                "_mlmath.rungs.batched_fixed_size",
                (("kernels/blas/gemm/batched_ladder.cpp", "batched_fixed_size"),),
                lambda k: k + 1,
            ),
            RungData(
                "registers",
                "a row of B is a register, an element of A a broadcast, one call for all items; one thread",
                "_mlmath.rungs.batched_registers",
                (("kernels/blas/gemm/gemm_small.hpp", "items_in_registers"),),
                lambda k: k + 1,
            ),
            RungData(
                "threaded",
                "the items shared among threads: production",
                "linalg.matmul",
                (("kernels/blas/gemm/gemm_batch.cpp", "gemm_batch"),),
                lambda k: k + 1,
            ),
        ),
    ),
    "gram": LadderData(
        GRAM,
        (
            RungData(
                "textbook",
                "the definition: a dot product of two columns for every element",
                "_mlmath.rungs.gram_textbook",
                (
                    ("kernels/blas/gram/gram_ladder.cpp", "gram_textbook"),
                    ("kernels/blas/gram/gram_ladder.cpp", "product_of_columns"),
                ),
                lambda m: m + 1,
            ),
            RungData(
                "half",
                "what is symmetric is computed once",
                "_mlmath.rungs.gram_half",
                (("kernels/blas/gram/gram_ladder.cpp", "gram_half"),),
                lambda m: m + 1,
            ),
            RungData(
                "rows",
                "row by row: X is read once, in the order in which it lies",
                "_mlmath.rungs.gram_rows",
                (("kernels/blas/gram/gram_ladder.cpp", "gram_rows"), ("kernels/blas/gram/gram_ladder.cpp", "add_rows")),
                lambda m: m + 1,
            ),
            RungData(
                "four_rows",
                "four rows at a time: a sum is loaded and stored once for four products",
                "_mlmath.rungs.gram_four_rows",
                (("kernels/blas/gram/gram_ladder.cpp", "gram_four_rows"),),
                lambda m: m + 1,
            ),
            RungData(
                "tiles",
                "gemm's register tiles on packed chunks of rows, from the diagonal on; one thread",
                "_mlmath.rungs.gram_tiles",
                (("kernels/blas/gemm/gemm_micro.hpp", "triangle_of_tiles"), ("kernels/blas/gram/gram.cpp", "narrow")),
                _gram_chunked,
            ),
            RungData(
                "threaded",
                "parts of the rows on threads, their sums added in order: production",
                "linalg.gram",
                (("kernels/blas/gram/gram.cpp", "narrow"),),
                _gram_chunked,
            ),
        ),
    ),
}
