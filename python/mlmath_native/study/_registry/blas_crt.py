# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of the product by exact integers: every rung gives the same bits."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, sqrt

from .._kernels import GEMM
from ._entries import LadderData, RungData

GEMM_CRT = replace(
    GEMM,
    name="gemm_crt",
    formula="C = A B as products of integers modulo 15 (float32: 7) numbers, put together by the Chinese remainder theorem",
    default_n=256,
    # Around the tiles of 16 and 32 lines, the steps of 64 and the chunks of 512 along k.
    awkward=((1, 1, 1), (1, 7, 1), (2, 3, 5), (9, 1, 17), (16, 64, 16), (31, 65, 37), (33, 513, 34), (70, 100, 130)),
)

_TEXTBOOK = "kernels/blas/gemm_crt/gemm_crt_textbook.hpp"
_LADDER = "kernels/blas/gemm_crt/gemm_crt_ladder.cpp"
_FOLDER = "kernels/blas/gemm_crt/"


def _integers(k: int) -> float:
    """The result is rounded once, or (float32) twice. Before that a product is off by 2 sqrt(k) / L of the norms of its lines, with
    L = 2^58.5 (float32: 2^27.3): 0.03 (0.2) sqrt(k) eps; norms of short lines of uniform numbers are up to five times sum |a b|.
    """
    return 1 + sqrt(k)


def _summed(k: int) -> float:
    return k + 1


def _gemm_chunked(k: int) -> float:
    return min(k, 512) + ceil(k / 384) + 1


LADDERS = {
    "gemm_crt": LadderData(
        GEMM_CRT,
        (
            RungData(
                "textbook",
                "the definition: integers, residues, exact sums modulo each number, the integer that has those residues",
                "_mlmath.rungs.gemm_crt_textbook",
                ((_TEXTBOOK, "gemm_crt"), (_TEXTBOOK, "crt_residues"), (_TEXTBOOK, "crt_reconstruct")),
                _integers,
            ),
            RungData(
                "residues",
                "residues by multiplications of 16-bit digits, constants of the way back made once: no division, nothing twice",
                "_mlmath.rungs.gemm_crt_residues",
                ((_LADDER, "gemm_crt_residues"), (_LADDER, "integers_of"), (_LADDER, "reduced"), (_LADDER, "reconstruct")),
                _integers,
            ),
            RungData(
                "integers",
                "bytes, products of 16 bits, sums of 32 along rows, reduced once for 512 of k: vectors by the compiler",
                "_mlmath.rungs.gemm_crt_integers",
                ((_LADDER, "gemm_crt_integers"),),
                _integers,
            ),
            RungData(
                "vnni",
                "64 products of bytes in an instruction, residues and the way back in registers too; one thread",
                "_mlmath.rungs.gemm_crt_vnni",
                ((_LADDER, "gemm_crt_vnni"), (_FOLDER + "gemm_crt_products_simd.cpp", "rows_of_block")),
                _integers,
                unit="vnni",
            ),
            RungData(
                "tiles",
                "16384 products in an instruction; a block's sums come to bytes after its products; one thread",
                "_mlmath.rungs.gemm_crt_tiles",
                (
                    (_LADDER, "gemm_crt_tiles"),
                    (_FOLDER + "gemm_crt_tiles_apart_simd.cpp", "block_of_tiles"),
                    (_FOLDER + "gemm_crt_tiles_apart_simd.cpp", "to_bytes"),
                ),
                _integers,
                unit="amx",
            ),
            RungData(
                "interleaved",
                "they come to bytes while the next block's products run: two units, both busy; one thread",
                "_mlmath.rungs.gemm_crt_interleaved",
                ((_LADDER, "gemm_crt_interleaved"), (_FOLDER + "gemm_crt_tiles_simd.cpp", "step")),
                _integers,
                unit="amx",
            ),
            RungData(
                "threaded",
                "conversion, products and the way back shared among threads, on the best unit of this machine: production",
                "_mlmath.rungs.gemm_crt_threaded",
                (
                    (_LADDER, "gemm_crt_threaded"),
                    (_FOLDER + "gemm_crt.cpp", "gemm_crt"),
                    (_FOLDER + "gemm_crt_plan.hpp", "plan_crt"),
                ),
                _integers,
            ),
        ),
        beside=(
            RungData(
                "matmul",
                "the ordinary product, on the multiply-add units",
                "linalg.matmul",
                (("kernels/blas/gemm/gemm.cpp", "large_product"),),
                _gemm_chunked,
            ),
            RungData("numpy", "NumPy's", "numpy.matmul", (), _summed),
        ),
    ),
}
