# SPDX-License-Identifier: BSD-3-Clause
"""The ladders of random laws: uniform and normal."""

from __future__ import annotations

from .._kernels import NORMAL, UNIFORM
from ._entries import LadderData, RungData

_UNIFORM, _NORMAL = "kernels/random/distributions/uniform/", "kernels/random/distributions/normal/"

LADDERS = {
    "uniform": LadderData(
        UNIFORM,
        (
            RungData(
                "one_at_a_time",
                "a call for every word, as NumPy asks a bit generator: each waits for the state that the last one left",
                "_mlmath.rungs.uniform_one_at_a_time",
                (
                    (_UNIFORM + "uniform_ladder.cpp", "uniform_one_at_a_time"),
                    ("kernels/random/engines/xblock/xblock_textbook.hpp", "xoshiro256pp"),
                ),
                lambda n: 0,
            ),
            RungData(
                "block",
                "16 generators side by side, stepped together: nothing waits, and the compiler may use registers",
                "_mlmath.rungs.uniform_block",
                ((_UNIFORM + "uniform_ladder.cpp", "uniform_block"),),
                lambda n: 0,
            ),
            RungData(
                "simd",
                "the widest registers of this CPU; words become numbers where they are made; past the caches; one thread",
                "_mlmath.rungs.uniform_simd",
                ((_UNIFORM + "uniform_simd.cpp", "unit"), ("kernels/random/engines/xblock/xblock_fill.hpp", "fill_part_of_block")),
                lambda n: 0,
            ),
            RungData(
                "threaded",
                "blocks of the stream shared among threads, each started from its number: production",
                "_mlmath.rungs.uniform_threaded",
                (("kernels/random/draw/draw.cpp", "for_each_part"),),
                lambda n: 0,
            ),
        ),
    ),
    "normal": LadderData(
        NORMAL,
        (
            RungData(
                "polar",
                "Marsaglia and Bray: a point in the disk, one logarithm and one root for two numbers; one pair in five is lost",
                "_mlmath.rungs.normal_polar",
                ((_NORMAL + "normal_ladder.cpp", "normal_polar"),),
                lambda n: 6,
            ),
            RungData(
                "box_muller",
                "Box and Muller: radius and angle from fixed words, none lost; logarithm, sine and cosine of the C library",
                "_mlmath.rungs.normal_box_muller",
                (
                    (_NORMAL + "normal_ladder.cpp", "libm_radius"),
                    (_NORMAL + "normal_ladder.cpp", "libm_point"),
                    (_NORMAL + "normal_ladder.cpp", "normal_box_muller"),
                ),
                lambda n: 6,
            ),
            RungData(
                "simd",
                "whole registers: short polynomials instead of the library's functions, no division, no branch; one thread",
                "_mlmath.rungs.normal_simd",
                ((_NORMAL + "normal_transform.hpp", "normal_pair"), (_NORMAL + "normal_transform.hpp", "point")),
                lambda n: 64,
            ),
            RungData(
                "threaded",
                "blocks of the stream shared among threads: production; the same bits as simd",
                "_mlmath.rungs.normal_threaded",
                (("kernels/random/draw/draw.cpp", "for_each_part"),),
                lambda n: 64,
            ),
        ),
    ),
}
