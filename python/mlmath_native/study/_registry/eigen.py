# SPDX-License-Identifier: BSD-3-Clause
"""The ladders of the eigenvalue problems: eigh, batched_eigh, power_iteration."""

from __future__ import annotations

import math

from .._kernels import BATCHED_EIGH, EIGH, POWER_ITERATION
from ._entries import LadderData, RungData


def _residual(n: int) -> float:
    """The tolerance of the rungs, (16 + 4 sqrt(n)) j, for four vectors together."""
    return 64 + 16 * math.sqrt(n)


def _rotated(n: int) -> float:
    """A few roundings for every row, in each of the sweeps or reductions; and what even one row takes."""
    return 4.0 * n + 16


LADDERS = {
    "eigh": LadderData(
        EIGH,
        (
            RungData(
                "textbook",
                "the definition: rotations that annihilate one element after the other, row by row, until nothing is left",
                "_mlmath.rungs.eigh_textbook",
                (("kernels/eigen/jacobi_eigh/jacobi_eigh_textbook.hpp", "jacobi_eigh"),),
                _rotated,
            ),
            RungData(
                "rotations",
                "odd-even order: n / 2 disjoint rotations at once, applied along rows in vectors; one thread",
                "_mlmath.rungs.eigh_rotations",
                (
                    ("kernels/eigen/eigh/eigh_ladder.cpp", "eigh_rotations"),
                    ("kernels/eigen/jacobi_eigh/jacobi_eigh.cpp", "jacobi_eigh"),
                ),
                _rotated,
            ),
            RungData(
                "tridiagonal_ql",
                "reflections make it tridiagonal once, 4/3 n^3 operations; QL steps on two diagonals do the rest; one thread",
                "_mlmath.rungs.eigh_tridiagonal_ql",
                (("kernels/eigen/eigh/eigh_ladder.cpp", "eigh_tridiagonal_ql"),),
                _rotated,
            ),
            RungData(
                "divide_and_conquer",
                "two halves, mended by the roots of one equation: vectors by products; threads: production",
                "linalg.eigh",
                (
                    ("kernels/eigen/eigh/eigh.cpp", "eigh"),
                    ("kernels/eigen/tridiagonal_dc/tridiagonal_dc.cpp", "tridiagonal_dc"),
                ),
                _rotated,
            ),
        ),
    ),
    "batched_eigh": LadderData(
        BATCHED_EIGH,
        (
            RungData(
                "one_at_a_time",
                "the definition, matrix after matrix: every rotation waits for its square root",
                "_mlmath.rungs.batched_eigh_one_at_a_time",
                (("kernels/eigen/eigh_lanes/eigh_lanes_ladder.cpp", "eigh_one_at_a_time"),),
                _rotated,
            ),
            RungData(
                "interleaved",
                "eight matrices at once, their equal elements adjacent, the matrix innermost; rotations without a branch",
                "_mlmath.rungs.batched_eigh_interleaved",
                (("kernels/eigen/eigh_lanes/eigh_lanes_ladder.cpp", "eigh_interleaved"),),
                _rotated,
            ),
            RungData(
                "across_lanes",
                "a lane of a register for each matrix, the whole group in registers; one thread",
                "_mlmath.rungs.batched_eigh_across_lanes",
                (("kernels/eigen/eigh_lanes/eigh_lanes_ladder.cpp", "eigh_across_lanes"),),
                _rotated,
            ),
            RungData(
                "groups_in_flight",
                "several groups in turn: one computes while another waits for its root; one thread",
                "_mlmath.rungs.batched_eigh_groups_in_flight",
                (("kernels/eigen/eigh_lanes/eigh_lanes_ladder.cpp", "eigh_groups_in_flight"),),
                _rotated,
            ),
            RungData(
                "threaded",
                "groups shared among threads: production",
                "linalg.eigh",
                (("kernels/eigen/eigh_lanes/eigh_lanes.cpp", "eigh_lanes"),),
                _rotated,
            ),
        ),
    ),
    "power_iteration": LadderData(
        POWER_ITERATION,
        (
            RungData(
                "textbook",
                "the definition: multiply until the direction stays; then again, orthogonal to what has been found",
                "_mlmath.rungs.power_iteration_textbook",
                (("kernels/eigen/power_iteration/power_iteration_textbook.hpp", "power_iteration"),),
                _residual,
            ),
            RungData(
                "products",
                "the same steps, the product by gemm: rows in vectors, a part for each thread",
                "_mlmath.rungs.power_iteration_products",
                (("kernels/eigen/power_iteration/power_iteration_ladder.cpp", "power_iteration_products"),),
                _residual,
            ),
            RungData(
                "orthogonal",
                "all four columns at once, made orthogonal by qr in every step: A is read once for all of them",
                "_mlmath.rungs.power_iteration_orthogonal",
                (("kernels/eigen/power_iteration/power_iteration_ladder.cpp", "power_iteration_orthogonal"),),
                _residual,
            ),
            RungData(
                "subspace",
                "eight columns and the best vectors in their span (Rayleigh and Ritz): the parts shrink by |w_9 / w_j| a step",
                "_mlmath.rungs.power_iteration_subspace",
                (("kernels/eigen/power_iteration/power_iteration.cpp", "power_iteration"),),
                _residual,
            ),
        ),
    ),
}
