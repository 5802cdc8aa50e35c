# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of the linear models: logistic_gradient."""

from __future__ import annotations

from .._kernels import LOGISTIC_GRADIENT, LOGISTIC_GRADIENT_COLUMNS
from ._entries import LadderData, RungData

_DIRECTORY = "kernels/linear_model/glm_pass/"


def _row_by_row(n: int) -> float:
    """A chain of d additions for a score, one of n for the sum over rows, 20 for the formula."""
    return LOGISTIC_GRADIENT_COLUMNS + n + 20


def _in_blocks(n: int) -> float:
    """Scores in 8 lanes, a block of at most 128 rows, the blocks of at most 40 rows of a run, 64 runs, 20 for the formula."""
    return LOGISTIC_GRADIENT_COLUMNS / 8 + min(n, 128) + n / 32 + 64 + 20


LADDERS = {
    "logistic_gradient": LadderData(
        LOGISTIC_GRADIENT,
        (
            RungData(
                "textbook",
                "the definition, row by row: each addition of a score waits for the one before, every exp is a call",
                "_mlmath.rungs.logistic_gradient_textbook",
                ((_DIRECTORY + "glm_pass_textbook.hpp", "glm_pass"), ("kernels/linear_model/losses_scalar.hpp", "linear_loss")),
                _row_by_row,
            ),
            RungData(
                "blocked",
                "32 rows at a time: scores in 8 sums side by side, and X^T r finds the rows in cache: X is read once from memory",
                "_mlmath.rungs.logistic_gradient_blocked",
                ((_DIRECTORY + "glm_pass_ladder.cpp", "logistic_gradient_blocked"),),
                _in_blocks,
            ),
            RungData(
                "one_pass",
                "registers: exp for 8 rows at once, the next block fetched while this one is computed; one thread",
                "_mlmath.rungs.logistic_gradient_one_pass",
                ((_DIRECTORY + "glm_pass_simd.cpp", "glm_of_block"), ("kernels/linear_model/losses_simd.hpp", "linear_loss")),
                _in_blocks,
            ),
            RungData(
                "threaded",
                "at most 64 runs of blocks, each with its own sums, added in order: production",
                "_mlmath.rungs.logistic_gradient_threaded",
                ((_DIRECTORY + "glm_pass.cpp", "GlmPass<T>::pass"),),
                _in_blocks,
            ),
        ),
    ),
}
