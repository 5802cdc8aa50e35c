# SPDX-License-Identifier: BSD-3-Clause
"""The ladders of the products: dot, gemm, gemv, batched, gram."""

from __future__ import annotations

from math import ceil, log2

from .._kernels import BATCHED, DOT, GEMM, GEMV, GRAM
from ._entries import LadderData, RungData


def _chunked(n: int) -> float:
    """Lanes of a 256-byte row within a chunk of 4096, a tree of 6 folds, a pairwise tree over chunks, the product."""
    return min(n, 4096) / 32 + 6 + ceil(log2(max(1, n / 4096))) + 2


def _gemm_chunked(k: int) -> float:
    """A chunk of 384 (float32: 512) in one running sum, the chunks added one after the other, the product."""
    return min(k, 512) + ceil(k / 384) + 1


def _gram_chunked(m: int) -> float:
    """Chunks of 96 rows in one running sum, the chunks and the parts added one after the other, the product."""
    return min(m, 96) + ceil(m / 96) + 1


LADDERS = {
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
