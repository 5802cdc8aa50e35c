# SPDX-License-Identifier: BSD-3-Clause
"""The ladders of the eigenvalue problems: power_iteration."""

from __future__ import annotations

from .._kernels import POWER_ITERATION
from ._entries import LadderData, RungData


def _residual(n: int) -> float:
    """The tolerance of the rungs, (16 + 4 sqrt(n)) j, for four vectors together."""
    return float(64 + 16 * n**0.5)


LADDERS = {
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
