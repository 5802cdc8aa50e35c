# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of an update rule: Adam."""

from __future__ import annotations

from .._kernels import ADAM
from ._entries import LadderData, RungData

# Of m 3 u (u = eps/2: coefficient, product, sum), of the root 5 u, of both corrections, the rate, the quotient and the last
# difference one each, and some for the rounded constants: adam_ladder.hpp counts at most 13 u of the move and 1 u of x.
_ROUNDINGS = 7.0

LADDERS = {
    "adam": LadderData(
        ADAM,
        (
            RungData(
                "textbook",
                "algorithm 1 line by line, each line a pass over whole arrays: five passes, two temporaries",
                "_mlmath.rungs.adam_textbook",
                (("kernels/optim/adam/adam_ladder.cpp", "adam_textbook"),),
                lambda n: _ROUNDINGS,
            ),
            RungData(
                "fused",
                "the same operations in one pass: what the next line needs is still in a register; the same bits",
                "_mlmath.rungs.adam_fused",
                (("kernels/optim/adam/adam_ladder.cpp", "adam_fused"),),
                lambda n: _ROUNDINGS,
            ),
            RungData(
                "simd",
                "whole registers; two of the three divisions become products with numbers of the step; one thread",
                "_mlmath.rungs.adam_simd",
                (("kernels/optim/adam/adam_simd.cpp", "moments"), ("kernels/optim/adam/adam_simd.cpp", "adam")),
                lambda n: _ROUNDINGS,
            ),
            RungData(
                "threaded",
                "chunks shared among threads, until the memory is busy: production; the same bits as simd",
                "_mlmath.rungs.adam_threaded",
                (("kernels/optim/parameter_block.hpp", "for_each_row"),),
                lambda n: _ROUNDINGS,
            ),
        ),
    ),
}
