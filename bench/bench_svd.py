# SPDX-License-Identifier: BSD-3-Clause
"""svd and svdvals beside NumPy, SciPy and PyTorch: single matrices, tall, wide, stacks of small ones; pinv and the norm nuc.

NumPy runs with as many BLAS threads as we have and, as "NumPy, 1 thread", with one. SciPy stands here where it differs from NumPy:
in float32, which NumPy computes in double.
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
SHAPES = [(None, n, n) for n in (3, 8, 16, 32, 64, 128, 256, 512, 1000, 2000)]
SHAPES += [(None, 1000, 100), (None, 100, 1000), (None, 4096, 256), (None, 100_000, 100)]
SHAPES += [(count, n, n) for count, n in STACKS]
DERIVED = [(None, 3), (None, 8), (None, 32), (None, 128), (None, 500), (100_000, 3), (20_000, 8), (5_000, 16), (2_000, 24)]


def problem(count: int | None, m: int, n: int, dtype: str) -> tuple[str, Array, int]:
    """The case's name, the matrices, how many."""
    if count is None:
        return f"n = {n}" if m == n else f"{m:,} x {n:,}", problems.matrix(m, n, dtype), 1
    return f"{count:,} of n = {n}", problems.batch(count, n, dtype), count


def product_check(a: Array, most: int = 300) -> harness.Check:
    """|A - U S V^T| / |A|, |U^T U - I|, |V^T V - I| in units of 10 max(m, n) eps, Frobenius norms, of the first matrices."""

    def check(result: Any) -> float:
        exact = np.asarray(a if a.ndim > 2 else a[None], np.float64)[:most]
        u, s, vt = (np.asarray(x, np.float64).reshape(-1, *np.shape(x)[a.ndim - 2 :])[:most] for x in result)
        identity = np.eye(s.shape[-1])
        errors = (
            np.linalg.norm(exact - u * s[:, None, :] @ vt, axis=(-2, -1)) / np.linalg.norm(exact, axis=(-2, -1)),
            np.linalg.norm(np.swapaxes(u, -1, -2) @ u - identity, axis=(-2, -1)),
            np.linalg.norm(vt @ np.swapaxes(vt, -1, -2) - identity, axis=(-2, -1)),
        )
        return float(max(e.max() for e in errors) / (10 * max(a.shape[-2:]) * float(np.finfo(a.dtype).eps)))

    return check


def values_check(a: Array) -> harness.Check:
    """|s - reference| in units of 10 sqrt(max(m, n)) eps s_1, all matrices, the reference in double."""
    exact = np.linalg.svd(a.astype(np.float64), compute_uv=False)
    return harness.within(exact, 10 * max(a.shape[-2:]) ** 0.5 * float(np.finfo(a.dtype).eps) * exact[..., :1])


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
@pytest.mark.parametrize(("count", "m", "n"), SHAPES)
def bench_svd(compare: Compare, count: int | None, m: int, n: int, dtype: str) -> None:
    case, a, many = problem(count, m, n, dtype)
    t = None if torch is None else torch.from_numpy(a)
    calls = (
        lambda: np.linalg.svd(a, full_matrices=False),
        lambda: scipy.linalg.svd(a, full_matrices=False),
        lambda: torch.linalg.svd(t, full_matrices=False),
    )
    p, q = min(m, n), max(m, n)
    flops = many * (4 * q * p**2 + 8 * p**3)  # the triangle and the product with Q; the form and the vectors
    limit = harness.Limit("fma", flops, dtype)
    ours = lambda: mm.linalg.svd(a, full_matrices=False)  # noqa: E731
    compare("svd", case, ours, peers(a, *calls), product_check(a), dtype=dtype, flops=flops, limit=limit)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "m", "n"), SHAPES)
def bench_svdvals(compare: Compare, count: int | None, m: int, n: int, dtype: str) -> None:
    case, a, many = problem(count, m, n, dtype)
    t = None if torch is None else torch.from_numpy(a)
    calls = (
        lambda: np.linalg.svd(a, compute_uv=False),
        lambda: scipy.linalg.svd(a, compute_uv=False),
        lambda: torch.linalg.svdvals(t).numpy(),
    )
    p, q = min(m, n), max(m, n)
    flops = many * min(4 * q * p**2 - 4 * p**3 / 3, 2 * q * p**2 + 2 * p**3)
    limit = harness.Limit("fma", flops, dtype)
    compare("svdvals", case, lambda: mm.linalg.svdvals(a), peers(a, *calls), values_check(a), dtype=dtype, flops=flops, limit=limit)


@pytest.mark.parametrize(("m", "n"), [(300, 100), (1000, 100)])
def bench_full_matrices(compare: Compare, m: int, n: int) -> None:
    a = problems.matrix(m, n)
    calls = (lambda: np.linalg.svd(a), None, None)

    def check(result: Any) -> float:
        """As for the thin one; and |U^T U - I| of all of U."""
        u, s, vt = (np.asarray(x) for x in result)
        thin = product_check(a)((u[:, :n], s, vt))
        return max(thin, float(np.linalg.norm(u.T @ u - np.eye(m)) / (10 * m * np.finfo(float).eps)))

    found = {name: call for name, call in peers(a, *calls).items() if name != "PyTorch"}
    compare("svd", f"{m:,} x {n}, full matrices", lambda: mm.linalg.svd(a), found, check)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("m", "n"), [(20, 10), (10, 20)])
def bench_rectangular_stack(compare: Compare, m: int, n: int, dtype: str) -> None:
    """The default call, full_matrices=True."""
    a = np.random.default_rng(m).standard_normal((5_000, m, n)).astype(dtype)
    t = None if torch is None else torch.from_numpy(a)
    calls = (lambda: np.linalg.svd(a), None, lambda: torch.linalg.svd(t))

    def check(result: Any) -> float:
        """As for the thin one; and the largest |U^T U - I|, |V^T V - I| of the whole of both."""
        u, s, vt = (np.asarray(x) for x in result)
        p = min(m, n)
        square = max(float(np.abs(np.swapaxes(q, -1, -2) @ q - np.eye(q.shape[-1])).max()) for q in (u, vt))
        eps = float(np.finfo(dtype).eps)
        return max(product_check(a)((u[..., :p], s, vt[..., :p, :])), square / (10 * max(m, n) * eps))

    compare("svd", f"5,000 of {m} x {n}, full matrices", lambda: mm.linalg.svd(a), peers(a, *calls), check, dtype=dtype)


@pytest.mark.parametrize("n", [32, 128])
def bench_jacobi(compare: Compare, n: int) -> None:
    """The driver for small singular values of graded matrices, beside SciPy's two."""
    a = problems.matrix(n, n) * np.logspace(0, -12, n)
    found = {
        "SciPy": lambda: scipy.linalg.svd(a, full_matrices=False),
        "SciPy, gesvd": lambda: scipy.linalg.svd(a, full_matrices=False, lapack_driver="gesvd"),
    }
    ours = lambda: mm.linalg.svd(a, full_matrices=False, driver="jacobi")  # noqa: E731
    compare("svd", f"graded, driver jacobi, n = {n}", ours, found, product_check(a))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "n"), DERIVED)
@pytest.mark.parametrize("what", ["pinv", "norm nuc"])
def bench_derived(compare: Compare, what: str, count: int | None, n: int, dtype: str) -> None:
    a = np.random.default_rng(n).standard_normal((n, n) if count is None else (count, n, n)).astype(dtype)
    first = (a if count is not None else a[None])[:50].astype(np.float64)
    eps = float(np.finfo(dtype).eps)

    def pinv_check(result: Any) -> float:
        """|A P - I| in units of 10 n eps times the condition."""
        p = np.asarray(result, np.float64).reshape(-1, n, n)[:50]
        error = np.abs(first @ p - np.eye(n)).max(axis=(-2, -1)) / np.linalg.cond(first)
        return float(error.max() / (10 * n * eps))

    def norm_check(result: Any) -> float:
        """The relative error in units of n eps."""
        exact = np.linalg.norm(first, "nuc", axis=(-2, -1))
        return float(np.abs(np.asarray(result, np.float64).reshape(-1)[:50] / exact - 1).max() / (n * eps))

    calls: dict[str, tuple[Any, Any, harness.Check]] = {
        "pinv": (lambda: mm.linalg.pinv(a), lambda: np.linalg.pinv(a), pinv_check),
        "norm nuc": (lambda: mm.linalg.norm(a, "nuc", (-2, -1)), lambda: np.linalg.norm(a, "nuc", (-2, -1)), norm_check),
    }
    ours, theirs, check = calls[what]
    case = f"{what}, n = {n}" if count is None else f"{what}, {count:,} of n = {n}"
    compare("svd_derived", case, ours, {"NumPy": theirs}, check, dtype=dtype)
