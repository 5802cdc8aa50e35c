# SPDX-License-Identifier: BSD-3-Clause
"""The problems the ladders are raced on: data by size, dtype and seed, the oracle, and the work that is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _laws, _oracle, _residuals

Arguments = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Kernel:
    """What is computed and how it is counted.

    ``make(shape, dtype, rng, signed)`` gives the arguments: uniform on [0, 1), where an ulp of the result is a fair unit, or on
    [-1, 1); or a matrix of the kernel's kind. ``shape`` is a tuple of sizes; ``square(n)`` the one a race of size n uses;
    ``awkward`` those every rung is checked on first. ``oracle(*arguments)`` judges results. ``terms(shape)`` is the length of the
    sums. ``flops`` and ``elements`` count what the definition needs: operations, and elements of operands and result touched once.
    ``out`` gives the shape of an array result, which is written into a warm array when it is timed; of an ``in_place`` kernel the
    first argument is that array. ``access`` names the limit its bytes are held to (of ``in_place``: "update").
    """

    name: str
    formula: str
    unit: str
    default_n: int
    square: Callable[[int], tuple[int, ...]]
    awkward: tuple[tuple[int, ...], ...]
    make: Callable[[tuple[int, ...], Any, np.random.Generator, bool], Arguments]
    oracle: Callable[..., _oracle.Oracle]
    terms: Callable[[tuple[int, ...]], int]
    flops: Callable[[tuple[int, ...]], float]
    elements: Callable[[tuple[int, ...]], float]
    out: Callable[[tuple[int, ...]], tuple[int, ...]] | None = None
    in_place: bool = False
    access: str = "read"


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


def _like(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    """Says how many numbers of which type; what it holds does not matter."""
    return (np.zeros(shape, dtype),)


# Around steps of 16 words, blocks of 8192, and what is drawn at a time.
_DRAWS = tuple((n,) for n in (0, 1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 100, 1023, 1025, 8191, 8193, 16385, 40001))

UNIFORM = Kernel(
    name="uniform",
    formula="u_i = floor(w_i / 2^11) 2^-53,  w_i word i of the stream",
    unit="GB/s",
    default_n=6_000_000,
    square=lambda n: (n,),
    awkward=_DRAWS,
    make=_like,
    oracle=_laws.uniform_reference,
    terms=lambda s: s[0],
    flops=lambda s: 1.0 * s[0],
    elements=lambda s: float(s[0]),
    out=lambda s: s,
    access="stream",
)

NORMAL = Kernel(
    name="normal",
    formula="z = sqrt(-2 ln u) (cos phi, sin phi)",
    unit="GB/s",
    default_n=6_000_000,
    square=lambda n: (n,),
    awkward=_DRAWS,
    make=_like,
    oracle=_laws.normal_reference,
    terms=lambda s: s[0],
    flops=lambda s: 34.0 * s[0],  # multiply-adds of the shortest rung: 19 for the radius, 15 for the point of a pair
    elements=lambda s: float(s[0]),
    out=lambda s: s,
    access="stream",
)


def _optimizer_state(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    """Rows x, m and v, with v >= 0, and a gradient."""
    state = _uniform((3, *shape), dtype, rng, signed)
    np.abs(state[2], out=state[2])
    return state, _uniform(shape, dtype, rng, signed)


ADAM = Kernel(
    name="adam",
    formula="m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,  x <- x - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)",
    unit="GB/s",
    default_n=1_000_000,
    square=lambda n: (n,),
    awkward=tuple((n,) for n in (0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 1000, 8192, 40001)),
    make=_optimizer_state,
    oracle=_oracle.adam_reference,
    terms=lambda s: s[0],
    flops=lambda s: 14.0 * s[0],
    elements=lambda s: 7.0 * s[0],  # x, g, m, v read; x, m, v written
    out=lambda s: (3, *s),
    in_place=True,
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

LOGISTIC_GRADIENT_COLUMNS = 50


def _rows_labels_coefficients(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    n, d = shape
    y = (rng.random(n) < 0.5).astype(dtype)
    return _uniform((n, d), dtype, rng, signed), y, _uniform((d,), dtype, rng, True)


LOGISTIC_GRADIENT = Kernel(
    name="logistic_gradient",
    formula="g = (1/n) sum_i (1/(1 + exp(-x_i w)) - y_i) x_i",
    unit="GB/s",
    default_n=100_000,
    square=lambda n: (n, LOGISTIC_GRADIENT_COLUMNS),
    awkward=((1, 1), (2, 3), (7, 4), (8, 8), (9, 17), (31, 50), (129, 33), (1000, 50), (5000, 20)),
    make=_rows_labels_coefficients,
    oracle=_oracle.logistic_gradient_reference,
    terms=lambda s: s[0],
    flops=lambda s: 4.0 * s[0] * s[1],
    elements=lambda s: float(s[0] * s[1] + s[0] + 2 * s[1]),
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


def _positive_definite(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    (n,) = shape
    b = _uniform((n, n), np.float64, rng, signed)
    lower = np.tril(b @ b.T / n + np.eye(n) / 10)
    return ((lower + np.tril(lower, -1).T).astype(dtype),)


def _ill_conditioned(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    """Singular values from 1 down to 1/1000, evenly on a logarithmic scale: a thousandth part of every column tells them apart."""
    m, n = shape
    order = min(m, n)
    left = np.linalg.qr(_uniform((m, order), np.float64, rng, True))[0]
    right = np.linalg.qr(_uniform((n, order), np.float64, rng, True))[0]
    a = (left * np.logspace(0, -3, order)) @ right.T
    return (a.astype(dtype),)


def _decaying(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    """Symmetric; magnitudes of eigenvalues fall by 0.8, so that power iteration takes some 160 steps for an eigenpair."""
    (n,) = shape
    q = np.linalg.qr(_uniform((n, n), np.float64, rng, True))[0]
    values = 0.8 ** np.arange(n)
    if signed:
        values[1::2] *= -1
    a = (q * values) @ q.T
    return (((a + a.T) / 2).astype(dtype),)


def _eights(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    return _uniform((*shape, 8, 8), dtype, rng, signed), _uniform((*shape, 8, 1), dtype, rng, signed)


def _reflection_flops(m: int, n: int) -> float:
    """Of R and Q: 4 m n^2 - 4 n^3 / 3 when m >= n."""
    p = min(m, n)
    return 2.0 * (2 * p * p * (m + n - p) - 2 * p**3 / 3)


CHOLESKY = Kernel(
    name="cholesky",
    formula="A = L L^T,  l_ij = (a_ij - sum_p l_ip l_jp) / l_jj,  l_ii = sqrt(a_ii - sum_p l_ip^2)",
    unit="GFLOP/s",
    default_n=500,
    square=lambda n: (n,),
    awkward=tuple((n,) for n in (1, 2, 3, 5, 8, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 300)),
    make=_positive_definite,
    oracle=_residuals.CholeskyResidual,
    terms=lambda s: s[0],
    flops=lambda s: s[0] ** 3 / 3,
    elements=lambda s: 1.5 * s[0] ** 2,
)

LU = Kernel(
    name="lu",
    formula="P A = L U,  u_kj = a_kj - sum_q l_kq u_qj,  l_ik = (a_ik - sum_q l_iq u_qk) / u_kk",
    unit="GFLOP/s",
    default_n=500,
    square=lambda n: (n, n),
    awkward=(
        (1, 1),
        (1, 7),
        (7, 1),
        (3, 5),
        (8, 8),
        (9, 9),
        (31, 33),
        (33, 31),
        (64, 64),
        (65, 65),
        (100, 20),
        (20, 100),
        (130, 300),
    ),
    make=lambda shape, dtype, rng, signed: (_uniform(shape, dtype, rng, signed),),
    oracle=_residuals.LuResidual,
    terms=min,
    flops=lambda s: float(min(s) ** 2 * (max(s) - min(s) / 3)),
    elements=lambda s: 2.0 * s[0] * s[1],
)

QR = Kernel(
    name="qr",
    formula="A = Q R,  Q^T Q = I;  A of condition 1000",
    unit="GFLOP/s",
    default_n=300,
    square=lambda n: (n, n),
    awkward=(
        (1, 1),
        (1, 4),
        (4, 1),
        (5, 3),
        (3, 5),
        (8, 8),
        (31, 31),
        (32, 32),
        (33, 33),
        (64, 50),
        (50, 64),
        (100, 65),
        (300, 70),
    ),
    make=_ill_conditioned,
    oracle=_residuals.QrResidual,
    terms=lambda s: s[0],
    flops=lambda s: _reflection_flops(*s),
    elements=lambda s: float(s[0] * s[1] + (s[0] + s[1]) * min(s)),
)

BATCHED_SOLVE = Kernel(
    name="batched_solve",
    formula="A_t x_t = b_t,  each 8 x 8",
    unit="GFLOP/s",
    default_n=1000,
    square=lambda n: (n,),
    awkward=((1,), (2,), (7,), (8,), (9,), (33,), (1000,), (5000,)),
    make=_eights,
    oracle=_residuals.SolveResidual,
    terms=lambda s: 8,
    flops=lambda s: (2 * 8**3 / 3 + 2 * 8**2) * s[0],
    elements=lambda s: 80.0 * s[0],
)


def _symmetric(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    """The last axis is the order, those in front count matrices; exactly symmetric."""
    a = _uniform((*shape, shape[-1]), np.float64, rng, signed)
    lower = np.tril(a)
    return ((lower + np.swapaxes(np.tril(a, -1), -1, -2)).astype(dtype),)


EIGH = Kernel(
    name="eigh",
    formula="A = V diag(w) V^T,  V^T V = I;  w ascending",
    unit="GFLOP/s",
    default_n=200,
    square=lambda n: (n,),
    awkward=tuple((n,) for n in (1, 2, 3, 5, 8, 17, 31, 32, 33, 64, 65, 100)),
    make=_symmetric,
    oracle=_residuals.EighResidual,
    terms=lambda s: s[0],
    flops=lambda s: 14 * s[0] ** 3 / 3,  # of divide and conquer: the form, the vectors, the product of the two
    elements=lambda s: 2.0 * s[0] ** 2,
)

BATCHED_EIGH = Kernel(
    name="batched_eigh",
    formula="A_t = V_t diag(w_t) V_t^T,  each 3 x 3",
    unit="GFLOP/s",
    default_n=1000,
    square=lambda n: (n, 3),
    awkward=((1, 3), (2, 3), (7, 3), (8, 2), (9, 4), (33, 3), (1000, 3), (5000, 3)),
    make=_symmetric,
    oracle=_residuals.EighResidual,
    terms=lambda s: s[-1],
    flops=lambda s: 4 * 3 * 40.0 * s[0],  # four sweeps of three rotations, each some 20 multiply-adds
    elements=lambda s: 21.0 * s[0],
)

POWER_ITERATION = Kernel(
    name="power_iteration",
    formula="A v_j = w_j v_j,  the four w_j of largest magnitude;  |w_j| = 0.8^j",
    unit="GB/s",
    default_n=300,
    square=lambda n: (n,),
    awkward=tuple((n,) for n in (1, 2, 3, 4, 5, 8, 9, 17, 33, 64, 100)),
    make=_decaying,
    oracle=_residuals.PowerResidual,
    terms=lambda s: s[0],
    flops=lambda s: 2.0 * s[0] ** 2 * 4,  # one product with four vectors
    elements=lambda s: float(s[0] ** 2),
)


def _rows_and_centers(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    n, d, clusters = shape
    return _uniform((n, d), dtype, rng, signed), _uniform((clusters, d), dtype, rng, signed)


KMEANS_ASSIGNMENT = Kernel(
    name="kmeans_assignment",
    formula="label_i = argmin_k |x_i - c_k|^2",
    unit="GFLOP/s",
    default_n=100_000,
    square=lambda n: (n, 20, 10),
    awkward=((1, 1, 1), (5, 3, 2), (16, 20, 10), (33, 7, 11), (257, 130, 3), (300, 2, 40)),
    make=_rows_and_centers,
    oracle=_oracle.nearest_reference,
    terms=lambda s: s[1],
    flops=lambda s: 2.0 * s[0] * s[1] * s[2],
    elements=lambda s: float(s[0]) * s[1],
)
