# SPDX-License-Identifier: BSD-3-Clause
"""Matrices that break factorizations, and the measures by which LAPACK accepts one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ORDINARY, ZOO = 10, 30  # largest ratio accepted


def one_norm(a: NDArray) -> float:
    """Largest column sum, in long double."""
    return float(np.abs(np.asarray(a, np.longdouble)).sum(axis=0).max(initial=0))


def product_ratio(a: NDArray, *factors: NDArray) -> float:
    """|A - F1 F2 ...| / (n |A| eps) in the 1-norm; the products are formed in long double."""
    eps = float(np.finfo(factors[0].dtype).eps)
    scale = float(np.abs(a).max(initial=0)) or 1.0
    product = np.asarray(factors[0], np.longdouble)
    for factor in factors[1:]:
        product = product @ np.asarray(factor, np.longdouble)
    size = one_norm(np.asarray(a, np.longdouble) / scale)
    return one_norm((np.asarray(a, np.longdouble) - product) / scale) / (max(1, a.shape[-1]) * eps * (size or 1))


def solve_ratio(a: NDArray, x: NDArray, b: NDArray) -> float:
    """|B - A X| / (|A| |X| n eps), the largest over the columns."""
    eps = float(np.finfo(x.dtype).eps)
    long_a, long_x, long_b = (np.asarray(v, np.longdouble) for v in (a, x, b))
    residual = np.abs(long_b - long_a @ long_x).sum(axis=0)
    size = one_norm(a) * np.abs(long_x).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.where(residual == 0, 0, residual / size).max(initial=0)) / (max(1, len(a)) * eps)


def haar(rng: np.random.Generator, n: int) -> NDArray:
    """A random orthogonal matrix."""
    q, r = np.linalg.qr(rng.standard_normal((n, n)))
    return q * np.sign(np.diag(r))


def conditioned(rng: np.random.Generator, n: int, condition: float) -> NDArray:
    """Singular values from 1 to 1 / condition, geometrically."""
    values = condition ** -(np.arange(n) / max(1, n - 1))
    return (haar(rng, n) * values) @ haar(rng, n)


def wilkinson_growth(n: int) -> NDArray:
    """U of partial pivoting grows by 2^(n-1)."""
    a = np.eye(n) - np.tril(np.ones((n, n)), -1)
    a[:, -1] = 1
    return a


def wright_growth(n: int) -> NDArray:
    """Growth from a boundary value problem (Wright 1993), blocks of 2."""
    block = np.array([[-0.9, 0.3], [0.3, -0.9]])
    m = n // 2
    a = np.eye(2 * m)
    step = np.eye(2) + block / 3 + block @ block / 18
    for i in range(1, m):
        a[2 * i : 2 * i + 2, 2 * i - 2 : 2 * i] = -step
    a[:2, -2:] = np.eye(2)
    return a


def foster_growth(n: int) -> NDArray:
    """Growth from a Volterra equation's quadrature (Foster 1994)."""
    c, h, k = 1.0, 1.0, 1.0
    a = np.eye(n)
    a[1:, 0] = -k * h / 2
    for j in range(1, n - 1):
        a[j, j] = 1 - k * h / 2 + 0.3
        a[j + 1 :, j] = -k * h
    a[:-1, -1] = -1 / c
    a[-1, -1] = 1 - 1 / c - k * h / 2
    return a


def general(dtype: type = np.float64) -> dict[str, NDArray]:
    """Square matrices that are not singular in exact arithmetic; sizes and conditions as the dtype has room for."""
    rng = np.random.default_rng(50)
    n = 24
    i = np.arange(n)
    base = rng.standard_normal((n, n))
    double = dtype == np.float64
    big, small, denormal, root = (1e300, 1e-300, 1e-310, 1e150) if double else (1e30, 1e-30, 1e-40, 1e15)
    matrices = {
        "Hilbert": 1.0 / (i[:, None] + i[None, :] + 1),
        "Kahan": np.diag(np.sin(1.2) ** i) @ (np.eye(n) - np.cos(1.2) * np.triu(np.ones((n, n)), 1)),
        "Frank": np.array([[n - max(r, c) if c >= r - 1 else 0 for c in range(n)] for r in range(n)], dtype=float),
        "Grcar": np.eye(n) - np.eye(n, k=-1) + sum(np.eye(n, k=k) for k in (1, 2, 3)),
        "Lotkin": np.vstack([np.ones(n), (1.0 / (i[:, None] + i[None, :] + 1))[1:]]),
        "condition 0.1 / sqrt(eps)": conditioned(rng, n, 0.1 / float(np.finfo(dtype).eps) ** 0.5),
        "condition 0.1 / eps": conditioned(rng, n, 0.1 / float(np.finfo(dtype).eps)),
        "graded rows": base * (10.0**-i)[:, None],
        "graded columns": base * 10.0**-i,
        "tiny": base * small,
        "huge": base * big,
        "denormal": base * denormal,
        "mixed": np.diag(np.where(i % 2, root, 1 / root)) @ base,
        "permuted triangle": np.tril(base)[rng.permutation(n)] + 0.0,
        "integer ties": np.sign(base) + 5 * np.eye(n),
        "Wilkinson growth": wilkinson_growth(n),
        "Wright growth": wright_growth(n),
        "Foster growth": foster_growth(n),
        "arrow": np.eye(n) * 3 + np.outer(i == 0, np.ones(n)) + np.outer(np.ones(n), i == 0),
    }
    return {name: matrix.astype(dtype) for name, matrix in matrices.items()}


def positive_definite(dtype: type = np.float64) -> dict[str, NDArray]:
    """Symmetric positive definite in floating point; sizes and conditions as the dtype has room for."""
    rng = np.random.default_rng(51)
    n = 24
    i = np.arange(n)
    base = rng.standard_normal((n, n))
    spd = base @ base.T + np.eye(n)
    q = haar(rng, n)
    scaling = 10.0 ** (-i if dtype == np.float64 else -i / 2)
    eps = float(np.finfo(dtype).eps)
    double = dtype == np.float64
    big, small, denormal, hilbert, condition = (1e290, 1e-290, 1e-308, 10, 1e10) if double else (1e30, 1e-30, 1e-38, 5, 1e4)
    lauchli = np.vstack([np.ones(n), np.sqrt(eps) * 10 * np.eye(n)])
    blocks = [1.0, 1e-200, 1e200] if double else [1.0, 1e-20, 1e20]
    matrices = {
        "Toeplitz 1-2-1": 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1),
        "Hilbert": 1.0 / (i[:hilbert, None] + i[None, :hilbert] + 1),
        "min(i, j)": np.minimum(i[:, None], i[None, :]) + 1.0,
        "Pascal": np.array([[float(_binomial(r + c, r)) for c in range(hilbert)] for r in range(hilbert)]),
        "conditioned": (q * condition ** -(i / (n - 1))) @ q.T + 0.01 / condition * np.eye(n),
        "graded": spd * np.outer(scaling, scaling),
        "tiny": spd * small,
        "huge": spd * big,
        "denormal": spd * denormal,
        "Lauchli's Gram": lauchli.T @ lauchli,
        "block diagonal": np.kron(np.diag(blocks), np.array([[2.0, 1.0], [1.0, 2.0]])),
        "arrow": np.eye(n) * n + np.outer(i == 0, np.ones(n)) + np.outer(np.ones(n), i == 0),
    }
    return {name: matrix.astype(dtype) for name, matrix in matrices.items()}


def _binomial(n: int, k: int) -> int:
    value = 1
    for j in range(k):
        value = value * (n - j) // (j + 1)
    return value
