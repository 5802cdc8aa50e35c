# SPDX-License-Identifier: BSD-3-Clause
"""cholesky, solve, inv, det, qr: single matrices and stacks of small ones, beside NumPy and PyTorch.

NumPy runs with as many BLAS threads as we have and, as "NumPy, 1 thread", with one: its small factorizations are faster so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

import mlmath_native as mm

try:
    import torch
except ImportError:  # an optional peer
    torch = None

Array = NDArray[Any]
Compare = Callable[..., harness.Row]
SIZES = [32, 64, 128, 256, 512, 1000, 2000]
STACKS = [(100_000, 3), (100_000, 4), (20_000, 8), (5_000, 16), (2_000, 32)]
CALLS = [3]


def positive(a: Array) -> Array:
    """A A^T + n I."""
    n = a.shape[-1]
    return (a @ np.swapaxes(a, -1, -2) + n * np.eye(n)).astype(a.dtype)


def sampled(a: Array, count: int = 200) -> Array:
    """The first matrices of a stack (a single one as a stack), in double."""
    return np.asarray(a if a.ndim > 2 else a[None], np.float64)[:count]


def product_check(a: Array, factors: Callable[[Any], tuple[Array, Array]]) -> harness.Check:
    """|A - F G| in units of 10 n eps |A|, Frobenius norms, of the first matrices."""

    def check(result: Any) -> float:
        left, right = (sampled(np.asarray(x)) for x in factors(result))
        exact = sampled(a)
        error = np.linalg.norm(exact - left @ right, axis=(-2, -1)) / np.linalg.norm(exact, axis=(-2, -1))
        return float(error.max() / (10 * a.shape[-1] * float(np.finfo(a.dtype).eps)))

    return check


def solve_check(a: Array, b: Array) -> harness.Check:
    """|B - A X| in units of 10 n eps |A| |X|, Frobenius norms, of the first matrices."""

    def check(result: Any) -> float:
        exact, right, x = sampled(a), sampled(b), sampled(np.asarray(result))
        size = np.linalg.norm(exact, axis=(-2, -1)) * np.linalg.norm(x, axis=(-2, -1))
        error = np.linalg.norm(right - exact @ x, axis=(-2, -1)) / size
        return float(error.max() / (10 * a.shape[-1] * float(np.finfo(a.dtype).eps)))

    return check


def one_thread(call: Callable[[], Any]) -> Callable[[], Any]:
    """The call with one BLAS thread."""
    blas = ThreadpoolController()

    def limited() -> Any:
        with blas.limit(limits=1, user_api="blas"):
            return call()

    return limited


def race(
    compare: Compare,
    table: str,
    case: str,
    a: Array,
    flops: float,
    ours: Any,
    numpys: Any,
    torchs: Any,
    check: harness.Check | None,
) -> None:
    """The three calls; NumPy with its own threads and with one."""
    peers = {"NumPy": numpys}
    if a.ndim == 2 and a.shape[0] >= 32:  # the limit costs 20 us; stacks are computed one by one on one thread anyway
        peers["NumPy, 1 thread"] = one_thread(numpys)
    if torch is not None:
        torch.set_num_threads(mm.get_num_threads())
        peers["PyTorch"] = torchs
    compare(table, case, ours, peers, check, dtype=a.dtype, flops=flops, limit=harness.Limit("fma", flops, a.dtype.name))


def matrices() -> pytest.MarkDecorator:
    """Every size, alone and in stacks: (count or None, n)."""
    cases = [(None, n) for n in CALLS + SIZES] + list(STACKS)
    return pytest.mark.parametrize(("count", "n"), cases)


def problem(count: int | None, n: int, dtype: str) -> tuple[str, Array, int]:
    """The case's name, the matrices, how many."""
    if count is None:
        return f"n = {n}", problems.matrix(n, n, dtype), 1
    return f"{count:,} of n = {n}", problems.batch(count, n, dtype), count


def tensor(a: Array) -> Any:
    return None if torch is None else torch.from_numpy(a)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@matrices()
def bench_cholesky(compare: Compare, count: int | None, n: int, dtype: str) -> None:
    case, a, many = problem(count, n, dtype)
    a = positive(a)
    t = tensor(a)
    check = product_check(a, lambda result: (np.asarray(result), np.swapaxes(np.asarray(result), -1, -2)))
    calls = (lambda: mm.linalg.cholesky(a), lambda: np.linalg.cholesky(a), lambda: torch.linalg.cholesky(t).numpy())
    race(compare, "cholesky", case, a, many * n**3 / 3, *calls, check)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@matrices()
def bench_solve(compare: Compare, count: int | None, n: int, dtype: str) -> None:
    case, a, many = problem(count, n, dtype)
    k = n if count is None else 1
    b = problems.generator(n, k).standard_normal((*a.shape[:-1], k)).astype(dtype)
    t, s = tensor(a), tensor(b)
    calls = (lambda: mm.linalg.solve(a, b), lambda: np.linalg.solve(a, b), lambda: torch.linalg.solve(t, s).numpy())
    race(compare, "solve", f"{case}, {k} right", a, many * (2 * n**3 / 3 + 2 * n**2 * k), *calls, solve_check(a, b))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@matrices()
def bench_inv(compare: Compare, count: int | None, n: int, dtype: str) -> None:
    case, a, many = problem(count, n, dtype)
    t = tensor(a)
    identity = np.broadcast_to(np.eye(n), a.shape)
    calls = (lambda: mm.linalg.inv(a), lambda: np.linalg.inv(a), lambda: torch.linalg.inv(t).numpy())
    race(compare, "inv", case, a, many * 2 * n**3, *calls, solve_check(a, identity))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "n"), [(None, 3), (None, 64), (None, 256), (None, 1000), *STACKS])
def bench_det(compare: Compare, count: int | None, n: int, dtype: str) -> None:
    case, a, many = problem(count, n, dtype)
    a = (a / np.sqrt(n)).astype(dtype)  # determinants within the range of float32
    t = tensor(a)

    def check(result: Any) -> float:
        exact = np.linalg.det(sampled(a))
        size = np.prod(np.linalg.norm(sampled(a), axis=-1), axis=-1) * n
        return float(
            (np.abs(np.atleast_1d(np.asarray(result, np.float64))[:200] - exact) / size).max() / float(np.finfo(dtype).eps) / 10
        )

    calls = (lambda: mm.linalg.det(a), lambda: np.linalg.det(a), lambda: torch.linalg.det(t).numpy())
    race(compare, "det", case, a, many * 2 * n**3 / 3, *calls, check)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@matrices()
def bench_qr(compare: Compare, count: int | None, n: int, dtype: str) -> None:
    case, a, many = problem(count, n, dtype)
    t = tensor(a)
    calls = (lambda: mm.linalg.qr(a), lambda: np.linalg.qr(a), lambda: torch.linalg.qr(t))
    race(compare, "qr", case, a, many * 8 * n**3 / 3, *calls, product_check(a, lambda result: (result[0], result[1])))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("m", "n"), [(100_000, 100), (10_000, 50), (1_000_000, 8)])
def bench_qr_tall(compare: Compare, m: int, n: int, dtype: str) -> None:
    a = problems.matrix(m, n, dtype)
    t = tensor(a)
    calls = (lambda: mm.linalg.qr(a), lambda: np.linalg.qr(a), lambda: torch.linalg.qr(t))
    check = product_check(a, lambda result: (result[0], result[1]))
    race(compare, "qr", f"{m:,} x {n}", a, 4 * m * n**2, *calls, check)
