# SPDX-License-Identifier: BSD-3-Clause
"""The problems the ladders are raced on: data by size, dtype and seed, the oracle, and the work that is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _oracle

Arguments = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Kernel:
    """What is computed and how it is counted.

    ``make(shape, dtype, rng, signed)`` gives the arguments: uniform on [0, 1), where an ulp of the result is a fair unit, or on
    [-1, 1). ``shape`` is a tuple of sizes; ``square(n)`` the one a race of size n uses; ``awkward`` those every rung is checked
    on first. ``terms(shape)`` is the length of the sums. ``flops`` and ``elements`` count what the definition needs: operations,
    and elements of operands and result touched once. ``out`` gives the shape of an array result, which is written into a warm
    array when it is timed.
    """

    name: str
    formula: str
    unit: str
    default_n: int
    square: Callable[[int], tuple[int, ...]]
    awkward: tuple[tuple[int, ...], ...]
    make: Callable[[tuple[int, ...], Any, np.random.Generator, bool], Arguments]
    oracle: Callable[..., _oracle.Reference]
    terms: Callable[[tuple[int, ...]], int]
    flops: Callable[[tuple[int, ...]], float]
    elements: Callable[[tuple[int, ...]], float]
    out: Callable[[tuple[int, ...]], tuple[int, ...]] | None = None


def _uniform(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> NDArray[Any]:
    a = rng.random(shape, dtype=dtype)
    return 2 * a - 1 if signed else a


def _one_vector(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    return (_uniform(shape, dtype, rng, signed),)


def _two_vectors(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    return _uniform(shape, dtype, rng, signed), _uniform(shape, dtype, rng, signed)


def _two_matrices(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    m, k, n = shape
    return _uniform((m, k), dtype, rng, signed), _uniform((k, n), dtype, rng, signed)


def _matrix_and_vector(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    m, k = shape
    return _uniform((m, k), dtype, rng, signed), _uniform((k,), dtype, rng, signed)


def _fours(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    return _uniform((*shape, 4, 4), dtype, rng, signed), _uniform((*shape, 4, 4), dtype, rng, signed)


# Around the 32 (64) lanes, the register widths, and the chunk of 4096.
_VECTOR_SIZES = tuple((n,) for n in (0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 1000, 4095, 4096, 4097, 40001))

DOT = Kernel(
    name="dot",
    formula="s = sum_i x_i y_i",
    unit="GB/s",
    default_n=1_000_000,
    square=lambda n: (n,),
    awkward=_VECTOR_SIZES,
    make=_two_vectors,
    oracle=_oracle.dot_reference,
    terms=lambda s: s[0],
    flops=lambda s: 2.0 * s[0],
    elements=lambda s: 2.0 * s[0],
)

SUM = Kernel(
    name="sum",
    formula="s = sum_i x_i",
    unit="GB/s",
    default_n=1_000_000,
    square=lambda n: (n,),
    awkward=_VECTOR_SIZES,
    make=_one_vector,
    oracle=_oracle.sum_reference,
    terms=lambda s: s[0],
    flops=lambda s: float(s[0]),
    elements=lambda s: float(s[0]),
)

SOFTMAX = Kernel(
    name="softmax",
    formula="y_i = exp(x_i) / sum_j exp(x_j)",
    unit="GB/s",
    default_n=1_000_000,
    square=lambda n: (n,),
    awkward=tuple((n,) for n in (1, 2, 3, 5, 8, 9, 31, 32, 33, 63, 64, 65, 127, 1000, 1024, 1025, 4100, 70001)),
    make=_one_vector,
    oracle=_oracle.softmax_reference,
    terms=lambda s: s[0],
    flops=lambda s: 25.0 * s[0],  # an exponential is about 22
    elements=lambda s: 2.0 * s[0],
    out=lambda s: s,
)

VARIANCE = Kernel(
    name="variance",
    formula="v = sum_i (x_i - m)^2 / n,  m = sum_i x_i / n",
    unit="GB/s",
    default_n=1_000_000,
    square=lambda n: (n,),
    awkward=tuple((n,) for n in (1, 2, 3, 5, 8, 9, 31, 32, 33, 63, 64, 65, 127, 1000, 1024, 1025, 2049, 40001)),
    make=_one_vector,
    oracle=_oracle.variance_reference,
    terms=lambda s: s[0],
    flops=lambda s: 4.0 * s[0],
    elements=lambda s: float(s[0]),
)


def _exponents(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    return (20 * _uniform(shape, dtype, rng, signed),)


EXP = Kernel(
    name="exp",
    formula="y_i = exp x_i",
    unit="GB/s",
    default_n=1_000_000,
    square=lambda n: (n,),
    awkward=_VECTOR_SIZES,
    make=_exponents,
    oracle=_oracle.exp_reference,
    terms=lambda s: s[0],
    flops=lambda s: 2.0 * 11 * s[0],  # multiply-adds of the shortest rung
    elements=lambda s: 2.0 * s[0],
    out=lambda s: s,
)

GEMM = Kernel(
    name="gemm",
    formula="C = A B,  c_ij = sum_k a_ik b_kj",
    unit="GFLOP/s",
    default_n=512,
    square=lambda n: (n, n, n),
    awkward=((1, 1, 1), (1, 7, 1), (2, 3, 5), (8, 8, 8), (9, 1, 17), (13, 33, 6), (31, 65, 37), (70, 300, 130), (129, 40, 259)),
    make=_two_matrices,
    oracle=_oracle.matmul_reference,
    terms=lambda s: s[1],
    flops=lambda s: 2.0 * s[0] * s[1] * s[2],
    elements=lambda s: float(s[0] * s[1] + s[1] * s[2] + s[0] * s[2]),
    out=lambda s: (s[0], s[2]),
)

GEMV = Kernel(
    name="gemv",
    formula="y = A x,  y_i = sum_k a_ik x_k",
    unit="GB/s",
    default_n=1000,
    square=lambda n: (n, n),
    awkward=((1, 1), (1, 7), (3, 5), (8, 8), (9, 17), (33, 65), (40, 383), (70, 900), (600, 20)),
    make=_matrix_and_vector,
    oracle=_oracle.matvec_reference,
    terms=lambda s: s[1],
    flops=lambda s: 2.0 * s[0] * s[1],
    elements=lambda s: float(s[0] * s[1] + s[0] + s[1]),
    out=lambda s: (s[0],),
)

BATCHED = Kernel(
    name="batched",
    formula="C_t = A_t B_t,  each 4 x 4",
    unit="GFLOP/s",
    default_n=1000,
    square=lambda n: (n,),
    awkward=((1,), (2,), (7,), (16,), (33,), (1000,), (5000,)),
    make=_fours,
    oracle=_oracle.batched_reference,
    terms=lambda s: 4,
    flops=lambda s: 128.0 * s[0],
    elements=lambda s: 48.0 * s[0],
    out=lambda s: (s[0], 4, 4),
)

GRAM = Kernel(
    name="gram",
    formula="G = X^T X,  g_ij = sum_k x_ki x_kj",
    unit="GFLOP/s",
    default_n=10_000,
    square=lambda n: (n, 50),
    awkward=((1, 1), (5, 3), (95, 8), (96, 9), (97, 24), (200, 50), (4100, 17), (300, 130)),
    make=lambda shape, dtype, rng, signed: (_uniform(shape, dtype, rng, signed),),
    oracle=_oracle.gram_reference,
    terms=lambda s: s[0],
    flops=lambda s: 1.0 * s[0] * s[1] * (s[1] + 1),
    elements=lambda s: float(s[0] * s[1]),
)
