# SPDX-License-Identifier: BSD-3-Clause
"""Matrices that break eigenvalue and singular value algorithms, and the measures of LAPACK's own test programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import scipy.linalg
from matrix_zoo import conditioned, general, haar
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


@cache
def hermitian(n: int, dtype: type = np.complex128) -> dict[str, NDArray]:
    """Of every matrix of `symmetric` two complex ones: D A D^H with random phases D, which leaves magnitudes as they are (grades,
    zeros, bands), and Q A Q^H with a random unitary Q, which leaves nothing but the spectrum. Exactly Hermitian in the dtype."""
    rng = np.random.default_rng([80, n])
    phases = np.exp(2j * np.pi * rng.uniform(size=n))
    q = np.linalg.qr(rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n)))[0]
    found = {}
    for name, real in symmetric(n, np.float64 if dtype == np.complex128 else np.float32).items():
        a = real.astype(np.float64)
        scale = float(np.abs(a).max()) or 1.0
        m = len(a)
        found[f"{name}, phases"] = phases[:m, None] * a * phases[:m].conj()
        if name != "smallest denormal":
            turn = q if m == n else np.eye(m)
            found[f"{name}, turned"] = (turn @ (a / scale) @ turn.conj().T) * scale
    exact = {name: a.astype(dtype) for name, a in found.items()}
    return {name: np.tril(a, -1) + np.tril(a, -1).conj().T + np.diag(np.diag(a).real) for name, a in exact.items()}


def _slices(a: NDArray, axis: int) -> tuple[list[NDArray], NDArray]:
    """Arrays of integers up to 2^20 and exponents e, one per row or column, with A = 2^e (S_0 + 2^-20 S_1 + 2^-40 S_2)."""
    exponents = np.frexp(np.abs(a).max(axis=axis, keepdims=True, initial=0))[1]
    rest, found = np.ldexp(a, 20 - exponents), []
    for _ in range(3):
        integers = np.rint(rest)
        found.append(integers.astype(np.float64))
        rest = (rest - integers) * 2**20
    return found, exponents - 20


def product(a: NDArray, b: NDArray) -> NDArray:
    """A B in long double, the error about 2^-59 of the largest elements of row and column.

    NumPy's loop over long doubles takes a second for order 500. Here the factors are cut into slices of 20 bits, whose products are
    exact in double up to 2^13 terms, 20 + 20 + 13 = 53 bits, in whatever order they are summed.
    """
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        real, both = product(a.real, b.real), product(a.imag, b.imag)
        return (real - both) + 1j * (product(a.real, b.imag) + product(a.imag, b.real))
    (left, rows), (right, columns) = _slices(np.asarray(a, np.longdouble), -1), _slices(np.asarray(b, np.longdouble), -2)
    total = np.zeros((a.shape[0], b.shape[1]), np.longdouble)
    for level in (2, 1, 0):
        total *= np.longdouble(2.0**-20)
        for i in range(level + 1):
            total += left[i] @ right[level - i]
    return np.ldexp(total, rows + columns)


def wide(x: NDArray) -> NDArray:
    return x.astype(np.clongdouble if np.iscomplexobj(x) else np.longdouble)


def norm(a: NDArray) -> float:
    """Largest column sum of magnitudes."""
    return float(np.abs(a).sum(axis=-2).max(initial=0))


def ratio_to_unit(v: NDArray) -> float:
    """|V^H V - I| / (rows eps) in the 1-norm."""
    difference = norm(product(v.conj().T, v) - np.eye(v.shape[1]))
    return difference / (max(1, len(v)) * float(np.finfo(v.dtype).eps))


def eigh_ratios(a: NDArray, w: NDArray, v: NDArray) -> tuple[float, float]:
    """|A - V W V^H| / (n |A| eps) and |V^H V - I| / (n eps) in the 1-norm, in long double; of a k-subset |A V - V W| for the first.

    Eigenvalues below the normal range have an error of their own, half the smallest number.
    """
    n, info = len(a), np.finfo(w.dtype)
    eps, least = float(info.eps), np.longdouble(info.smallest_subnormal)
    long_a, long_w, long_v = wide(a), wide(w), wide(v)
    scale = np.abs(long_a).max(initial=0) or np.longdouble(1)
    long_a, long_w = long_a / scale, long_w / scale
    whole = len(w) == n
    difference = long_a - product(long_v * long_w, long_v.conj().T) if whole else product(long_a, long_v) - long_v * long_w
    residual = np.maximum(0.0, norm(difference) - float(n * least / scale)) / (max(1, n) * eps * (norm(long_a) or 1))
    return float(residual), ratio_to_unit(v)


def svd_ratios(a: NDArray, u: NDArray, s: NDArray, vt: NDArray) -> tuple[float, float, float]:
    """|A - U S V^H| / (max(m, n) |A| eps), |I - U^H U| / (m eps), |I - V V^H| / (n eps) in the 1-norm, in long double."""
    m, n = a.shape
    info, p = np.finfo(s.dtype), len(s)
    eps, least = float(info.eps), np.longdouble(info.smallest_subnormal)
    long_a, long_u, long_s, long_vt = wide(a), wide(u), wide(s), wide(vt)
    scale = np.abs(long_a).max(initial=0) or np.longdouble(1)
    long_a, long_s = long_a / scale, long_s / scale
    difference = norm(long_a - product(long_u[:, :p] * long_s, long_vt[:p])) - float(max(m, n) * least / scale)
    residual = np.maximum(0.0, difference) / (max(m, n, 1) * eps * (norm(long_a) or 1))
    return float(residual), ratio_to_unit(u), ratio_to_unit(vt.conj().T)


def numberings(m: int, n: int) -> Iterator[tuple[NDArray, NDArray]]:
    """Orders of rows and columns (the same for both where m = n): as given, backwards, and six by chance."""
    rng = np.random.default_rng(m * 1000 + n)
    yield np.arange(m), np.arange(n)
    yield np.arange(m)[::-1], np.arange(n)[::-1]
    for _ in range(6):
        rows = rng.permutation(m)
        yield rows, rows if m == n else rng.permutation(n)


def lapack_eigh(a: NDArray) -> Iterator[tuple[float, ...]]:
    """The ratios of LAPACK's divide and conquer in the dtype of `a` (NumPy computes float32 in double), by numbering.

    Below 1 they are chance: another of LAPACK's builds, or another numbering of the same rows, changes them by factors. So "three
    times LAPACK's" means three times what it leaves in one of these.
    """
    for rows, columns in numberings(*a.shape):
        b = np.ascontiguousarray(a[rows][:, columns])
        yield eigh_ratios(b, *(np.linalg.eigh(b) if a.dtype.char in "dD" else scipy.linalg.eigh(b, driver="evd")))


def lapack_svd(a: NDArray, full_matrices: bool = False) -> Iterator[tuple[float, ...]]:
    """The same of LAPACK's singular values and vectors."""
    for rows, columns in numberings(*a.shape):
        b = np.ascontiguousarray(a[rows][:, columns])
        yield svd_ratios(b, *(np.linalg.svd if a.dtype.char in "dD" else scipy.linalg.svd)(b, full_matrices))


def accept(ours: tuple[float, ...], limit: float, theirs: Iterable[tuple[float, ...]] | None = None, known: float = 0) -> None:
    """Below the limit, and above 1 not above LAPACK's own ratios by more than a factor of 3, where those are given.

    `known` is the exception of one matrix, by its figure. The comparisons are such that NaN is refused.
    """
    assert all(mine <= limit for mine in ours), f"ratios {ours}, limit {limit}"
    if theirs is None or all(mine <= max(1, known) for mine in ours):
        return
    largest = [0.0] * len(ours)
    for ratios in theirs:
        largest = [max(a, b) for a, b in zip(largest, ratios)]
        if all(mine <= max(1, known, 3 * other) for mine, other in zip(ours, largest)):
            return
    raise AssertionError(f"ratios {ours}, LAPACK's at most {largest}")


def signs_are_canonical(v: NDArray) -> bool:
    """In every column, of a matrix or a stack, the first component of largest magnitude is positive, of complex ones real too.

    Magnitudes of complex numbers are known to rounding only: there one that agrees with the largest to rounding will do.
    """
    size = np.abs(v)
    if not np.iscomplexobj(v):
        first = np.take_along_axis(v, np.argmax(size, axis=-2)[..., None, :], axis=-2) if v.shape[-2] else v
        return bool(np.all(first > 0))
    eps = float(np.finfo(v.dtype).eps)
    largest = size >= size.max(axis=-2, keepdims=True, initial=0) * (1 - 4 * eps)
    return bool(np.all((largest & (v.real > 0) & (np.abs(v.imag) <= eps * size)).any(axis=-2)))


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
