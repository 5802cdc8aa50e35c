# SPDX-License-Identifier: BSD-3-Clause
"""gemm_crt: whole products on this machine's best int8 unit beside NumPy, PyTorch and our own ordinary product; errors; the parts.

On a machine without AMX the unit is vnni, which is there for study and loses: the unit stands in every line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

import harness
import numpy as np
import problems
import pytest
from numpy.typing import NDArray

import mlmath_native as mm

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
import exact_products

try:
    import torch
except ImportError:  # an optional peer
    torch = None

Array = NDArray[Any]
Compare = Callable[..., harness.Row]
UNITS = [unit for unit in ("amx", "vnni") if unit in mm.system.int8_units()]
pytestmark = pytest.mark.skipif(not UNITS, reason="this machine multiplies bytes neither on amx nor on vnni")

SAMPLES = 100
BITS = {"float64": 53, "float32": 24}
EPS = {"float64": 2.0**-53, "float32": 2.0**-24}  # half a unit in the last place


def moduli_of(dtype: str) -> int:
    return 15 if dtype == "float64" else 7


def sampled_check(a: Array, b: Array, ours: Array, moduli: int) -> harness.Check:
    """Errors at sampled entries: ours in units of gemm_crt's bound, the others' of a running sum's, k eps |A||B|."""
    k, dtype = a.shape[1], a.dtype.name
    rng = problems.generator(*a.shape, *b.shape)
    rows, columns = rng.integers(a.shape[0], size=SAMPLES), rng.integers(b.shape[1], size=SAMPLES)
    exact = np.array([exact_products.inner_product(a[i], b[:, j]) for i, j in zip(rows, columns)])
    x, y = a[rows].astype(np.float64), b[:, columns].T.astype(np.float64)
    norms = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    room = exact_products.norm_limit(moduli) - np.sqrt(k) / 2
    own = 2 * np.sqrt(k) / room * norms + (EPS[dtype] + 2.0**-53) * np.abs(exact) * (1 + 2.0**-20)
    running = 2 * (k + 1) * EPS[dtype] * (np.abs(x) * np.abs(y)).sum(axis=1)

    def check(result: Any) -> float:
        error = np.abs(np.asarray(result)[rows, columns] - exact)
        return float(np.max(error / (own if result is ours else running)))

    return check


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [256, 512, 640, 768, 1024, 1536, 2048, 4096])
def bench_gemm_crt(compare: Compare, n: int, dtype: str) -> None:
    a, b = problems.matrix(n, n, dtype), problems.matrix(n, n, dtype, stream=1)
    ours, theirs, ordinary = np.empty_like(a), np.empty_like(a), np.empty_like(a)
    flops = 2.0 * n**3
    moduli = moduli_of(dtype)
    peers = {"NumPy": lambda: np.matmul(a, b, out=theirs), "ours, fma": lambda: mm.matmul(a, b, out=ordinary, engine="fma")}
    if torch is not None:
        torch.set_num_threads(mm.get_num_threads())
        ta, tb, out = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(np.empty_like(a))
        peers["PyTorch"] = lambda: torch.matmul(ta, tb, out=out).numpy()
    with mm.system.use_int8_unit(UNITS[0]):
        report = mm.matmul(a, b, engine="crt", bits=BITS[dtype], explain=True)[1]
        assert (report.engine, report.unit, report.moduli) == ("crt", UNITS[0], moduli)
        compare(
            "gemm_crt",
            f"n = {n}, {UNITS[0]}",
            lambda: mm.matmul(a, b, out=ours, engine="crt", bits=BITS[dtype]),
            peers,
            sampled_check(a, b, ours, moduli),
            dtype=dtype,
            flops=flops,
            limit=[harness.Limit("int8", flops * moduli), harness.Limit("fma", flops, dtype)],
        )


def operands(data: str, n: int, dtype: str) -> tuple[Array, Array]:
    """Pairs of matrices by name, rows of A and columns of B alike."""
    rng = problems.generator(n, sum(map(ord, data)))
    a, b = rng.standard_normal((n, n)), rng.standard_normal((n, n))
    if data == "uniform":
        a, b = rng.random((n, n)), rng.random((n, n))
    elif data == "scaled":
        a, b = a * 10 ** rng.uniform(-80, 80, (n, 1)), b * 10 ** rng.uniform(-80, 80, (1, n))
    elif data == "wide":
        a, b = a * np.exp(4 * rng.standard_normal((n, n))), b * np.exp(4 * rng.standard_normal((n, n)))
    return a.astype(dtype), b.astype(dtype)


NAMES = {
    "normal": "normal",
    "uniform": "uniform on [0, 1)",
    "scaled": "normal, rows of A and columns of B times 10^U(-80, 80)",
    "wide": "normal times exp(4 N(0, 1))",
}


@pytest.mark.parametrize(
    ("data", "n", "dtype"),
    [
        *((data, n, "float64") for n in (256, 1024, 4096) for data in ("normal", "uniform")),
        ("scaled", 1024, "float64"),
        ("wide", 256, "float64"),
        ("wide", 1024, "float64"),
        *((data, n, "float32") for n in (256, 1024, 4096) for data in ("normal", "uniform")),
        ("wide", 1024, "float32"),
    ],
)
def bench_gemm_crt_error(state: Callable[[harness.Fact], None], data: str, n: int, dtype: str) -> None:
    a, b = operands(data, n, dtype)
    bits = (53, 51) if dtype == "float64" else (24,)
    products: dict[str, Array] = {}
    with mm.system.use_int8_unit(UNITS[0]):
        for one in bits:
            c, report = mm.matmul(a, b, engine="crt", bits=one, explain=True)
            assert report.engine == "crt", report.reason
            products[f"CRT {report.moduli}"] = c
    products["fma"] = mm.matmul(a, b, engine="fma")
    # What "auto" takes on tiles: the scheme if its look at the lines lets it, otherwise the ordinary product.
    guarded = np.empty_like(a)
    passes = mm._mlmath._testing.gemm_crt(a, b, guarded, moduli_of(dtype), UNITS[0], guarded=True) == "done"
    products[f"auto ({'crt' if passes else 'fma'})"] = guarded if passes else products["fma"]
    products["NumPy"] = np.matmul(a, b)
    if torch is not None:
        products["PyTorch"] = torch.matmul(torch.from_numpy(a), torch.from_numpy(b)).numpy()
    errors = exact_products.relative_errors(a, b, products, SAMPLES)
    bar = {"normal": "CRT at most NumPy's", "uniform": "CRT at most NumPy's", "wide": "auto at most twice NumPy's"}.get(data, "")
    text = "; ".join(f"{name} {error:.2g}" for name, error in errors.items())
    state(harness.Fact("gemm_crt_error", f"{NAMES[data]}, n = {n}, {dtype}", text, bar))


@pytest.mark.parametrize(("n", "dtype"), [(512, "float64"), (1024, "float64"), (2048, "float64"), (2048, "float32")])
@pytest.mark.parametrize("all_threads", [False, True])
def bench_gemm_crt_parts(state: Callable[[harness.Fact], None], n: int, dtype: str, all_threads: bool) -> None:
    a, b = problems.matrix(n, n, dtype), problems.matrix(n, n, dtype, stream=1)
    c, threads = np.empty_like(a), mm.get_num_threads() if all_threads else 1
    run = partial(mm._mlmath._testing.gemm_crt_parts, a, b, c, moduli_of(dtype), UNITS[0], threads)
    best: dict[str, float] = run()
    for _ in range(max(3, int(5e9 / n**3))):
        for part, seconds in run().items():
            best[part] = min(best[part], seconds)
    sleep(0.3)
    whole = sum(best.values())
    text = ", ".join(f"{part} {1e3 * seconds:.3g} ms ({100 * seconds / whole:.0f} %)" for part, seconds in best.items())
    state(harness.Fact("gemm_crt_parts", f"n = {n}, {dtype}, {UNITS[0]}, threads: {threads}", text))
