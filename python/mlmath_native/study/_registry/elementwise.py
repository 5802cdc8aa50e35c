# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of an elementary function: exp."""

from __future__ import annotations

from .._kernels import EXP
from ._entries import LadderData, RungData

LADDERS = {
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
}
