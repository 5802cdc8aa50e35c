# SPDX-License-Identifier: BSD-3-Clause
"""The ladders of the factorizations: cholesky, lu, qr, batched_solve."""

from __future__ import annotations

from .._kernels import BATCHED_SOLVE, CHOLESKY, LU, QR
from ._entries import LadderData, RungData


def _eliminated(n: int) -> float:
    """n - 1 products subtracted from an element, a root or pivot, its reciprocal, the division by it."""
    return n + 2


def _solved(n: int) -> float:
    """The factors and two substitutions [Higham2002]_, thm 9.4."""
    return 3 * n


def _reflected(m: int) -> float:
    """Sums over m rows, once in the columns of R and once in those of Q, and some operations that even one row takes."""
    return m + 10


LADDERS = {
    "cholesky": LadderData(
        CHOLESKY,
        (
            RungData(
                "textbook",
                "the definition: row by row, a dot product for every element, each addition waits for the one before",
                "_mlmath.rungs.cholesky_textbook",
                (("kernels/factor/cholesky/cholesky_textbook.hpp", "cholesky_textbook"),),
                _eliminated,
            ),
            RungData(
                "outer_product",
                "loops exchanged: a finished column is subtracted from all that is left, along rows; nothing waits, in vectors",
                "_mlmath.rungs.cholesky_outer_product",
                (("kernels/factor/cholesky/cholesky_ladder.cpp", "factor_columns"),),
                _eliminated,
            ),
            RungData(
                "blocked",
                "32 columns are finished first, then subtracted together: what is left is passed over n / 32 times instead of n",
                "_mlmath.rungs.cholesky_blocked",
                (
                    ("kernels/factor/cholesky/cholesky_ladder.cpp", "cholesky_blocked"),
                    ("kernels/factor/ladder_rows.hpp", "subtract_rows"),
                ),
                _eliminated,
            ),
            RungData(
                "recursive",
                "by halves: nearly all the work becomes trsm and syrk, in register tiles; one thread",
                "_mlmath.rungs.cholesky_recursive",
                (("kernels/factor/cholesky/cholesky_ladder.cpp", "factor_halves"),),
                _eliminated,
            ),
            RungData(
                "threaded",
                "rounds of tasks, the next diagonal block always first: production",
                "linalg.cholesky",
                (("kernels/factor/cholesky/cholesky.cpp", "factor"), ("kernels/factor/cholesky/cholesky.cpp", "one_matrix")),
                _eliminated,
            ),
        ),
    ),
    "lu": LadderData(
        LU,
        (
            RungData(
                "textbook",
                "the definition: a column is eliminated from all rows below, column after column",
                "_mlmath.rungs.lu_textbook",
                (("kernels/factor/lu/lu_textbook.hpp", "lu_textbook"),),
                _eliminated,
            ),
            RungData(
                "blocked",
                "32 columns are eliminated first, the rest gets their products together: it is passed over n / 32 times",
                "_mlmath.rungs.lu_blocked",
                (("kernels/factor/lu/lu_ladder.cpp", "lu_blocked"), ("kernels/factor/ladder_rows.hpp", "subtract_rows")),
                _eliminated,
            ),
            RungData(
                "recursive",
                "by halves of the columns: nearly all the work becomes trsm and gemm, in register tiles; one thread",
                "_mlmath.rungs.lu_recursive",
                (("kernels/factor/lu/lu_ladder.cpp", "factor_halves"),),
                _eliminated,
            ),
            RungData(
                "threaded",
                "rounds of tasks, the next panel always first, panels in registers: production",
                "linalg.lu_factor",
                (("kernels/factor/lu/lu.cpp", "factor"), ("kernels/factor/lu/lu.cpp", "lu_in_place")),
                _eliminated,
            ),
        ),
    ),
    "qr": LadderData(
        QR,
        (
            RungData(
                "gram_schmidt",
                "the lecture's formula: a column minus its projections, of the column as it was; Q loses orthogonality by cond^2",
                "_mlmath.rungs.qr_gram_schmidt",
                (("kernels/factor/qr/qr_ladder.cpp", "qr_gram_schmidt"), ("kernels/factor/qr/qr_ladder.cpp", "column_by_column")),
                _reflected,
                condition_power=2,
            ),
            RungData(
                "modified_gram_schmidt",
                "each projection of what the one before has left: the same work, orthogonality lost by cond only",
                "_mlmath.rungs.qr_modified_gram_schmidt",
                (("kernels/factor/qr/qr_ladder.cpp", "qr_modified_gram_schmidt"),),
                _reflected,
                condition_power=1,
            ),
            RungData(
                "householder",
                "reflections instead of projections: Q is orthogonal to the last digits whatever the condition",
                "_mlmath.rungs.qr_householder",
                (("kernels/factor/qr/qr_textbook.hpp", "qr_textbook"),),
                _reflected,
            ),
            RungData(
                "blocked",
                "32 reflections together as I - V T V^T: nearly all the work becomes gemm, in register tiles; one thread",
                "_mlmath.rungs.qr_blocked",
                (
                    ("kernels/factor/qr/qr_ladder.cpp", "qr_blocked"),
                    ("kernels/factor/qr/qr_ladder.cpp", "gather_block"),
                    ("kernels/factor/qr/qr_ladder.cpp", "apply_block"),
                ),
                _reflected,
            ),
            RungData(
                "threaded",
                "rounds of tasks, the next block always first, panels in registers: production",
                "linalg.qr",
                (("kernels/factor/qr/qr.cpp", "one_matrix"),),
                _reflected,
            ),
        ),
    ),
    "batched_solve": LadderData(
        BATCHED_SOLVE,
        (
            RungData(
                "one_at_a_time",
                "the definition, system after system: factors in memory of their own, then substitution twice",
                "_mlmath.rungs.batched_solve_one_at_a_time",
                (("kernels/factor/solve/solve_textbook.hpp", "solve_textbook"),),
                _solved,
            ),
            RungData(
                "interleaved",
                "loops exchanged: eight systems at once, equal elements adjacent, the system innermost; in vectors",
                "_mlmath.rungs.batched_solve_interleaved",
                (("kernels/factor/solve/batched_solve_ladder.cpp", "eliminate_eight"),),
                _solved,
            ),
            RungData(
                "across_lanes",
                "a lane of a register for each system, pivot rows gathered by selecting, groups turned in registers; one thread",
                "_mlmath.rungs.batched_solve_across_lanes",
                (("kernels/factor/solve/solve_simd.cpp", "group"), ("kernels/factor/lanes_simd.hpp", "pack_elements")),
                _solved,
            ),
            RungData(
                "threaded",
                "groups shared among threads: production",
                "linalg.solve",
                (("kernels/factor/solve/solve.cpp", "solve"), ("kernels/factor/stack_work.hpp", "over_groups")),
                _solved,
            ),
        ),
    ),
}
