# SPDX-License-Identifier: BSD-3-Clause
"""Matrices that break eigenvalue and singular value algorithms, and the measures of LAPACK's own test programs."""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy.linalg
from matrix_zoo import conditioned, general, haar, one_norm
from numpy.typing import NDArray

ORDINARY, EIGH, SVD = 10, 60, 50  # largest ratios accepted: of ordinary matrices, and LAPACK's own thresholds


def spectrum(mode: int, n: int, condition: float, rng: np.random.Generator) -> NDArray:
    """The values of LAPACK's matrix generator dlatms by its modes; negative modes reverse the order."""
    i = np.arange(n)
    d = {
        1: np.where(i == 0, 1, 1 / condition),
        2: np.where(i == n - 1, 1 / condition, 1.0),
        3: condition ** -(i / max(1, n - 1)),
        4: 1 - i / max(1, n - 1) * (1 - 1 / condition),
        5: np.exp(rng.uniform(-np.log(condition), 0, n)),
        6: rng.uniform(-1, 1, n),
    }[abs(mode)]
    return d[::-1].copy() if mode < 0 else d


def with_spectrum(rng: np.random.Generator, d: NDArray) -> NDArray:
    """A dense symmetric matrix with these eigenvalues, to rounding."""
    q = haar(rng, len(d))
    a = (q * d) @ q.T
    return (a + a.T) / 2


def wilkinson(n: int) -> NDArray:
    """Tridiagonal with |i - (n - 1) / 2| on the diagonal and ones beside it: its largest eigenvalues agree in pairs."""
    return np.diag(np.abs(np.arange(n) - (n - 1) / 2)) + np.eye(n, k=1) + np.eye(n, k=-1)


def glued_wilkinson(n: int, glue: float) -> NDArray:
    """Copies of Wilkinson's matrix of order 21 side by side, held together by `glue`; cut off at n."""
    a = np.kron(np.eye(-(-n // 21)), wilkinson(21))
    for k in range(21, len(a), 21):
        a[k - 1, k] = a[k, k - 1] = glue
    return a[:n, :n].copy()


def clement(n: int) -> NDArray:
    """Zero diagonal; eigenvalues n - 1, n - 3, ..., 1 - n."""
    i = np.arange(1, n)
    beside = np.sqrt(i * (n - i))
    return np.diag(beside, 1) + np.diag(beside, -1)


def kahan(n: int) -> NDArray:
    """Upper triangular, graded, hard for pivoting."""
    return np.diag(np.sin(1.2) ** np.arange(n)) @ (np.eye(n) - np.cos(1.2) * np.triu(np.ones((n, n)), 1))


def companion(n: int) -> NDArray:
    """Of the polynomial with the zeros 1, 2, ..., n: entries up to n! beside ones."""
    return scipy.linalg.companion(np.poly(np.arange(1, n + 1)))


@cache
def symmetric(n: int, dtype: type = np.float64) -> dict[str, NDArray]:
    """Symmetric matrices of order n (about that of some), exactly symmetric in the dtype."""
    rng = np.random.default_rng([77, n])
    i = np.arange(n)
    eps = float(np.finfo(dtype).eps)
    double = dtype == np.float64
    step = 10.0 ** -(i * (290 if double else 30) / max(1, n - 1) / 20)  # graded over 14 (1.5) orders of magnitude
    base = rng.standard_normal((n, n))
    base = (base + base.T) / 2
    core = with_spectrum(rng, np.linspace(1, 2, n))
    big, small, denormal, root = (1e300, 1e-300, 1e-310, 1e150) if double else (1e30, 1e-30, 1e-40, 1e15)
    zero_rows = base.copy()
    zero_rows[[0, n // 2, n - 1]] = 0
    zero_rows[:, [0, n // 2, n - 1]] = 0
    few = rng.integers(-3, 4, (n, 5)).astype(float)
    blocks = np.kron(np.eye(-(-n // 2)), np.array([[1, 0.5], [0.5, 1]]))[:n, :n]
    blocks[2:4] *= small**0.5
    noise = 1 + eps * rng.standard_normal(n)
    matrices = {
        f"mode {mode}": with_spectrum(rng, spectrum(mode, n, 1 / eps, rng) * rng.choice([-1, 1], n)) for mode in (1, 2, 3, 4, 5, 6)
    }
    matrices |= {
        "zero": np.zeros((n, n)),
        "identity": np.eye(n),
        "ones": np.ones((n, n)),
        "diagonal": np.diag(rng.standard_normal(n)),
        "diagonal, repeated": np.diag(np.array([1, 1, 2, 1e-8, 1e-14])[i % 5]),
        "arrow": np.diag(i + 1.0) + np.outer(i == 0, i > 0) + np.outer(i > 0, i == 0),
        "Toeplitz 1-2-1": 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1),
        "exchange": np.eye(n)[::-1].copy(),
        "Hilbert": 1.0 / (i[:, None] + i[None, :] + 1),
        "Wilkinson": wilkinson(n),
        "glued Wilkinson, 1e-8": glued_wilkinson(n, 1e-8),
        "glued Wilkinson, 1e-14": glued_wilkinson(n, 1e-14),
        "glued Wilkinson, eps": glued_wilkinson(n, eps),
        "Clement": clement(n),
        "graded": step[:, None] * core * step,
        "graded upwards": step[::-1, None] * core * step[::-1],
        "graded, indefinite": step[:, None] * base * step,
        "graded upwards, tridiagonal": np.diag(step[::-1]) + np.diag(step[:0:-1], 1) / 3 + np.diag(step[:0:-1], -1) / 3,
        "clustered": with_spectrum(rng, 1 + 10 * eps * (i % 3)),
        "degenerate": with_spectrum(rng, np.array([1, 1, 2, 1e-8, 1e-14])[i % 5]),
        "two clusters": with_spectrum(rng, np.sign(i - n / 2 + 0.25)),
        "reflection": (lambda u: np.eye(n) - 2 * np.outer(u, u))(haar(rng, n)[0]),
        "identity with noise": with_spectrum(rng, noise),
        "two clusters with noise": with_spectrum(rng, noise * np.sign(i - n / 2 + 0.25)),
        "Gram of Lauchli": np.ones((n, n)) + eps / 100 * np.eye(n),
        "Gram of Kahan": kahan(n).T @ kahan(n),
        "rank 1": np.outer(i, i).astype(float),
        "rank 5, integers": few @ few.T,
        "zero rows": zero_rows,
        "block diagonal": blocks,
        "huge": base * big,
        "tiny": base * small,
        "denormal": base * denormal,
        "smallest denormal": np.full((n, n), float(np.finfo(dtype).smallest_subnormal)),
        "mixed": np.outer(np.where(i % 2, root**0.6, root**-0.6), np.where(i % 2, root**0.6, root**-0.6)) * base,
        "signs": rng.integers(-1, 2, (n, n)).astype(float),
        "companion, symmetrized": (lambda c: c + c.T)(companion(min(n, 26))),
    }
    exact = {name: a.astype(dtype) for name, a in matrices.items()}
    return {name: np.tril(a) + np.tril(a, -1).T for name, a in exact.items()}


@cache
def for_svd(n: int, dtype: type = np.float64) -> dict[str, NDArray]:
    """Square and rectangular matrices; the square ones of `matrix_zoo.general` among them for n = 24."""
    rng = np.random.default_rng([78, n])
    i = np.arange(n)
    eps = float(np.finfo(dtype).eps)
    base = rng.standard_normal((n, n))
    matrices = dict(general(dtype)) if n == 24 else {}
    for mode in (1, 2, 3, 4, 5):
        values = spectrum(mode, n, 1 / eps, rng)
        matrices[f"mode {mode}"] = (haar(rng, n) * values) @ haar(rng, n)
        matrices[f"mode {mode}, tall"] = (haar(rng, n + n // 2)[:, :n] * values) @ haar(rng, n)
    zero_columns = base.copy()
    zero_columns[:, [0, n // 2, n - 1]] = 0
    few = rng.integers(-3, 4, (n, 5)).astype(float)
    bidiagonal = np.diag(np.exp(rng.uniform(2 * np.log(eps), -2 * np.log(eps), n)))
    bidiagonal += np.diag(np.exp(rng.uniform(2 * np.log(eps), -2 * np.log(eps), n - 1)), 1)
    double = dtype == np.float64
    big, small, denormal = (1e300, 1e-300, 1e-310) if double else (1e30, 1e-30, 1e-40)
    matrices |= {
        "zero": np.zeros((n, n)),
        "identity": np.eye(n),
        "ones": np.ones((n, n)),
        "Haar": haar(rng, n),
        "Haar with noise": haar(rng, n) + 1e-15 * base,
        "Haar columns": haar(rng, 2 * n)[:, :n],
        "Kahan, n": kahan(n),
        "companion": companion(min(n, 40 if double else 20)),
        "companion, 26": companion(26 if double else 20),
        "Hilbert, n": 1.0 / (i[:, None] + i[None, :] + 1),
        "glued Wilkinson, eps": glued_wilkinson(n, eps),
        "two clusters": (haar(rng, n) * np.where(i < n // 2, 1, eps)) @ haar(rng, n),
        "clustered": (haar(rng, n) * (1 + 10 * eps * (i % 3))) @ haar(rng, n),
        "degenerate": (haar(rng, n) * np.array([1, 1, 2, 1e-8, 1e-14])[i % 5]) @ haar(rng, n),
        "rank 5": few @ rng.integers(-3, 4, (5, n)),
        "rank 1, wide": np.outer(i[: n // 2], i).astype(float),
        "zero columns": zero_columns,
        "zero rows, wide": zero_columns.T[: n // 2 + 1],
        "log-random bidiagonal": bidiagonal,
        "Lauchli": np.vstack([np.ones(n), np.sqrt(eps) / 10 * np.eye(n)]),
        "graded rows, n": base * (10.0 ** -(i * 12 / n))[:, None],
        "graded columns upwards": base * 10.0 ** ((i - n) * 12 / n),
        "huge, n": base * big,
        "tiny, n": base * small,
        "denormal, n": base * denormal,
        "smallest denormal": np.full((n, n), float(np.finfo(dtype).smallest_subnormal)),
        "signs": rng.integers(-1, 2, (n, n)).astype(float),
        "condition 1e4": conditioned(rng, n, 1e4),
    }
    return {name: a.astype(dtype) for name, a in matrices.items()}


def eigh_ratios(a: NDArray, w: NDArray, v: NDArray) -> tuple[float, float]:
    """|A - V W V^T| / (n |A| eps) and |V^T V - I| / (n eps) in the 1-norm, in long double; of a k-subset |A V - V W| for the first.

    Eigenvalues below the normal range have an error of their own, half the smallest number.
    """
    n, info = len(a), np.finfo(w.dtype)
    eps, least = float(info.eps), np.longdouble(info.smallest_subnormal)
    long_a, long_w, long_v = (np.asarray(x, np.longdouble) for x in (a, w, v))
    scale = np.abs(long_a).max(initial=0) or np.longdouble(1)
    long_a, long_w = long_a / scale, long_w / scale
    difference = long_a - (long_v * long_w) @ long_v.T if len(w) == n else long_a @ long_v - long_v * long_w
    residual = max(0.0, one_norm(difference) - float(n * least / scale)) / (max(1, n) * eps * (one_norm(long_a) or 1))
    return residual, one_norm(long_v.T @ long_v - np.eye(len(w))) / (max(1, n) * eps)


def svd_ratios(a: NDArray, u: NDArray, s: NDArray, vt: NDArray) -> tuple[float, float, float]:
    """|A - U S V^T| / (max(m, n) |A| eps), |I - U^T U| / (m eps), |I - V V^T| / (n eps) in the 1-norm, in long double."""
    m, n = a.shape
    info, p = np.finfo(s.dtype), len(s)
    eps, least = float(info.eps), np.longdouble(info.smallest_subnormal)
    long_a, long_u, long_s, long_vt = (np.asarray(x, np.longdouble) for x in (a, u, s, vt))
    scale = np.abs(long_a).max(initial=0) or np.longdouble(1)
    long_a, long_s = long_a / scale, long_s / scale
    difference = one_norm(long_a - (long_u[:, :p] * long_s) @ long_vt[:p]) - float(max(m, n) * least / scale)
    return (
        max(0.0, difference) / (max(m, n, 1) * eps * (one_norm(long_a) or 1)),
        one_norm(long_u.T @ long_u - np.eye(u.shape[1])) / (max(1, m) * eps),
        one_norm(long_vt @ long_vt.T - np.eye(len(vt))) / (max(1, n) * eps),
    )


def lapack_eigh(a: NDArray) -> tuple[NDArray, NDArray]:
    """LAPACK's divide and conquer in the dtype of `a` (NumPy computes float32 in double)."""
    return np.linalg.eigh(a) if a.dtype == np.float64 else scipy.linalg.eigh(a, driver="evd")


def lapack_svd(a: NDArray, full_matrices: bool = False) -> tuple[NDArray, NDArray, NDArray]:
    """LAPACK's divide and conquer in the dtype of `a`."""
    return np.linalg.svd(a, full_matrices) if a.dtype == np.float64 else scipy.linalg.svd(a, full_matrices)


def accept(ours: tuple[float, ...], limit: float, theirs: tuple[float, ...] | None = None, granted: float = 1) -> None:
    """Below the limit, and not above LAPACK's own ratios by more than a factor of 3; what is below 1 is good in any case.

    `granted`, in place of 1, is for what the README of eigh or svd names with its reason.
    """
    assert max(ours) <= limit, f"ratios {ours}, limit {limit}"
    if theirs is not None:
        for mine, other in zip(ours, theirs):
            assert mine <= max(granted, 3 * other), f"ratios {ours}, LAPACK's {theirs}"


def signs_are_canonical(v: NDArray) -> bool:
    """In every column, of a matrix or a stack, the component of largest magnitude is positive, or one that agrees to rounding."""
    size = np.abs(v).max(axis=-2, initial=0)
    return bool(np.all(v.max(axis=-2, initial=-1) >= size * (1 - 4 * float(np.finfo(v.dtype).eps))))


def count_below(a: NDArray, x: float) -> int:
    """How many eigenvalues of a symmetric matrix are below x: the negative ones of D in L D L^T = A - x I (Sylvester)."""
    _, d, _ = scipy.linalg.ldl(np.asarray(a, np.float64) - x * np.eye(len(a)))
    return int(np.count_nonzero(np.linalg.eigvalsh(d) < 0))


def sturm_count(d: NDArray, e: NDArray, x: float) -> int:
    """The same of a tridiagonal matrix, by the signs of q_i = d_i - x - e_{i-1}^2 / q_{i-1}."""
    d, e = np.asarray(d, np.longdouble), np.asarray(e, np.longdouble)
    count, q = 0, np.longdouble(1)
    for i in range(len(d)):
        q = d[i] - x - (e[i - 1] * e[i - 1] / q if i and e[i - 1] != 0 else 0)
        if q == 0:
            q = np.finfo(np.longdouble).tiny
        count += bool(q < 0)
    return count
