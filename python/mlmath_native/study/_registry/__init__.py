# SPDX-License-Identifier: BSD-3-Clause
"""The ladders as data, a module for each family of kernels, named as its folder below ``cpp/kernels``.

A rung is a name, its one idea, the function, where its source stands, and how far its error may grow: see `RungData`.
"""

from __future__ import annotations

from . import (
    blas,
    blas_crt,
    cluster,
    eigen,
    elementwise,
    factor,
    linear_model,
    optim,
    random,
    random_categorical,
    random_shuffle,
    reduce,
)
from ._entries import LadderData, RungData

LADDERS: dict[str, LadderData] = {
    **blas.LADDERS,
    **blas_crt.LADDERS,
    **reduce.LADDERS,
    **elementwise.LADDERS,
    **factor.LADDERS,
    **eigen.LADDERS,
    **optim.LADDERS,
    **linear_model.LADDERS,
    **cluster.LADDERS,
    **random.LADDERS,
    **random_categorical.LADDERS,
    **random_shuffle.LADDERS,
}

__all__ = ["LADDERS", "LadderData", "RungData"]
