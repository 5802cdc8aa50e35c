# SPDX-License-Identifier: BSD-3-Clause
"""eigh and eigvalsh: single matrices, stacks of small ones, some eigenvalues of a large one, beside NumPy, SciPy and PyTorch.

NumPy runs with as many BLAS threads as we have and, as "NumPy, 1 thread", with one: below about n = 500 it is faster so. SciPy's
best driver for all eigenvalues is ``evd``, which is NumPy's: it stands here where it differs, in float32, which NumPy computes in
double, and for subsets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import scipy.linalg
from bench_factor import STACKS, one_thread
from numpy.typing import NDArray

import mlmath_native as mm

try:
    import torch
except ImportError:  # an optional peer
    torch = None

Array = NDArray[Any]
Compare = Callable[..., harness.Row]
CASES = [(None, n) for n in (3, 8, 16, 32, 64, 128, 256, 512, 1000, 2000)] + list(STACKS)


def digits_covariance() -> NDArray[np.float64]:
    """64 x 64, rank 61: three pixels are never inked."""
    from sklearn.datasets import load_digits

    return np.cov(load_digits().data, rowvar=False)


def problem(count: int | None, n: int, dtype: str) -> tuple[str, Array, int]:
    """The case's name, symmetric matrices, how many."""
    if count is None:
        return f"n = {n}", problems.symmetric(n, dtype), 1
    a = problems.batch(count, n, dtype)
    return f"{count:,} of n = {n}", (a + np.swapaxes(a, -1, -2)) / 2, count


def residual_check(a: Array, most: int = 500) -> harness.Check:
    """|A V - V W| and |V^T V - I| in units of 10 n eps (times |A|), the larger of the two, of the first matrices."""

    def check(result: Any) -> float:
        w, v = (np.asarray(x, dtype=np.float64) for x in result)
        n, eps = a.shape[-1], float(np.finfo(a.dtype).eps)
        exact = a if a.ndim == 2 else a[:most]
        w, v = (w, v) if a.ndim == 2 else (w[:most], v[:most])
        size = np.abs(exact).sum(axis=-2).max(axis=-1)
        residual = np.abs(exact @ v - v * w[..., None, :]).sum(axis=-2).max(axis=-1) / size
        gram = np.abs(np.swapaxes(v, -1, -2) @ v - np.eye(v.shape[-1])).sum(axis=-2).max(axis=-1)
        return float(np.maximum(residual, gram).max() / (10 * n * eps))

    return check


def values_check(a: Array) -> harness.Check:
    """|w - reference| in units of 10 n eps |A|, all matrices, the reference in double."""
    exact = np.linalg.eigvalsh(a.astype(np.float64))
    return harness.within(exact, 10 * a.shape[-1] * float(np.finfo(a.dtype).eps) * np.abs(exact).max(axis=-1, keepdims=True))


def peers(a: Array, numpys: Any, scipys: Any, torchs: Any) -> dict[str, Any]:
    """NumPy with its own threads and with one; SciPy where it may be faster; PyTorch."""
    found = {"NumPy": numpys}
    if a.ndim == 2 and a.shape[0] >= 32:  # the limit costs 20 us; stacks are computed one by one on one thread anyway
        found["NumPy, 1 thread"] = one_thread(numpys)
    if a.ndim == 2 and a.dtype == np.float32:
        found["SciPy"] = scipys
    if torch is not None:
        torch.set_num_threads(mm.get_num_threads())
        found["PyTorch"] = torchs
    return found


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "n"), CASES)
def bench_eigh(compare: Compare, count: int | None, n: int, dtype: str) -> None:
    case, a, many = problem(count, n, dtype)
    t = None if torch is None else torch.from_numpy(a)
    calls = (lambda: np.linalg.eigh(a), lambda: scipy.linalg.eigh(a, driver="evd"), lambda: torch.linalg.eigh(t))
    flops = many * 14 * n**3 / 3  # the form, the vectors, the product of the two
    limit = harness.Limit("fma", flops, dtype)
    compare("eigh", case, lambda: mm.linalg.eigh(a), peers(a, *calls), residual_check(a), dtype=dtype, flops=flops, limit=limit)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "n"), CASES)
def bench_eigvalsh(compare: Compare, count: int | None, n: int, dtype: str) -> None:
    case, a, many = problem(count, n, dtype)
    t = None if torch is None else torch.from_numpy(a)
    calls = (
        lambda: np.linalg.eigvalsh(a),
        lambda: scipy.linalg.eigvalsh(a, driver="evd"),
        lambda: torch.linalg.eigvalsh(t).numpy(),
    )
    flops = many * 4 * n**3 / 3
    limit = harness.Limit("fma", flops, dtype)
    compare(
        "eigvalsh", case, lambda: mm.linalg.eigvalsh(a), peers(a, *calls), values_check(a), dtype=dtype, flops=flops, limit=limit
    )


def bench_eigh_digits(compare: Compare) -> None:
    a = digits_covariance()
    t = None if torch is None else torch.from_numpy(a)
    calls = (lambda: np.linalg.eigh(a), None, lambda: torch.linalg.eigh(t))
    compare("eigh", "digits covariance, n = 64", lambda: mm.linalg.eigh(a), peers(a, *calls), residual_check(a))


def bench_eigh_clustered(compare: Compare) -> None:
    """Five different eigenvalues: nearly everything is deflated."""
    n = 500
    q = np.linalg.qr(problems.matrix(n, n))[0]
    a = q * (np.arange(n) % 5 + 1.0) @ q.T
    a = (a + a.T) / 2
    t = None if torch is None else torch.from_numpy(a)
    calls = (lambda: np.linalg.eigh(a), None, lambda: torch.linalg.eigh(t))
    compare("eigh", f"five eigenvalues, n = {n}", lambda: mm.linalg.eigh(a), peers(a, *calls), residual_check(a))


@pytest.mark.parametrize("n", [32, 128])
def bench_eigh_hermitian(compare: Compare, n: int) -> None:
    """Complex: no bar, correct only."""
    a = problems.matrix(n, n) + 1j * problems.matrix(n, n, stream=1)
    a = (a + a.conj().T) / 2
    t = None if torch is None else torch.from_numpy(a)
    calls = (lambda: np.linalg.eigh(a), None, lambda: torch.linalg.eigh(t))

    def check(result: Any) -> float:
        """|A V - V W| and |V^H V - I|, 1-norms, in units of 10 n eps (times |A|)."""
        w, v = (np.asarray(x) for x in result)
        residual = np.linalg.norm(a @ v - v * w, 1) / np.linalg.norm(a, 1)
        return float(max(residual, np.linalg.norm(v.conj().T @ v - np.eye(n), 1)) / (10 * n * np.finfo(float).eps))

    compare("eigh", f"Hermitian, n = {n}", lambda: mm.linalg.eigh(a), peers(a, *calls), check)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "k"), [(256, 5), (1000, 10), (1000, 100)])
def bench_eigh_subset(compare: Compare, n: int, k: int, dtype: str) -> None:
    a = problems.symmetric(n, dtype)
    compare(
        "eigh",
        f"the {k} largest of n = {n}",
        lambda: mm.linalg.eigh(a, subset_by_index=(n - k, n - 1)),
        {"SciPy": lambda: scipy.linalg.eigh(a, subset_by_index=(n - k, n - 1))},
        residual_check(a),
        dtype=dtype,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("n", "k"), [(100, 100), (1000, 1000), (1000, 10), (5000, 10)])
def bench_eigh_tridiagonal(compare: Compare, n: int, k: int, dtype: str) -> None:
    d, e = problems.vector(n, dtype), problems.vector(n - 1, dtype, stream=1)
    options: dict[str, Any] = {} if k == n else {"select": "i", "select_range": (n - k, n - 1)}

    def check(result: Any) -> float:
        """|T V - V W| and |V^T V - I|, the largest elements, in units of 100 eps sqrt(n) (times |T|)."""
        w, v = (np.asarray(x, np.float64) for x in result)
        product = d[:, None] * v
        product[1:] += e[:, None] * v[:-1]
        product[:-1] += e[:, None] * v[1:]
        residual = np.abs(product - v * w).max() / max(np.abs(d).max(), np.abs(e).max())
        return float(max(residual, np.abs(v.T @ v - np.eye(k)).max()) / (100 * n**0.5 * float(np.finfo(dtype).eps)))

    compare(
        "eigh",
        f"tridiagonal, n = {n}" if k == n else f"tridiagonal, the {k} largest of n = {n}",
        lambda: mm.linalg.eigh_tridiagonal(d, e, **options),
        {"SciPy": lambda: scipy.linalg.eigh_tridiagonal(d, e, **options)},
        check,
        dtype=dtype,
    )
