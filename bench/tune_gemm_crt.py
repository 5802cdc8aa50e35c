# SPDX-License-Identifier: BSD-3-Clause
"""Time of a product over ways to cut it, for the constants of gemm_crt_plan.hpp: `python bench/tune_gemm_crt.py [--help]`.

Prints the best time of every blocking, rounds of all of them in turn, the fastest first, beside the plan's own choice and the
ordinary product: what `crt_block_most`, `crt_task_rows` and `crt_past_caches` should come to on this machine. No choice changes a
bit of the result, and that is checked.

`--survey`: sizes from 256 to 4096, both dtypes, stores through and past the caches, beside the ordinary product; then what to write
where. It starts no size once `--seconds` (240) are over.
"""

from __future__ import annotations

import argparse
from itertools import product
from time import perf_counter

import numpy as np
import problems

import mlmath_native as mm

gemm_crt = mm._mlmath._testing.gemm_crt


def survey(unit: str, threads: int, seconds: float) -> None:
    """Break-even and the way of storing, size by size, small ones first."""
    end = perf_counter() + seconds
    faster: dict[str, list[int]] = {"float64": [], "float32": []}
    past: dict[str, list[int]] = {"float64": [], "float32": []}
    print(f"{mm._mlmath.cpu_name()}, {unit}, {threads} threads; ms, best")
    print(f"{'n':>6}{'dtype':>9}{'cached':>10}{'past':>10}{'ordinary':>10}{'ordinary / best':>17}")
    for n, dtype in product((256, 320, 384, 448, 512, 640, 768, 1000, 1024, 1536, 2048, 3000, 4096), faster):
        if perf_counter() > end:
            print(f"{n:6}{dtype:>9}  left out: time is over")
            continue
        a, b = problems.matrix(n, n, dtype), problems.matrix(n, n, dtype, stream=1)
        c, moduli = np.empty_like(a), 15 if dtype == "float64" else 7
        best = dict.fromkeys(("cached", "past_caches", "ordinary"), np.inf)
        for _ in range(20 if n < 1000 else 5 if n < 3000 else 3):
            for way in best:
                for _ in range(2):
                    start = perf_counter()
                    if way == "ordinary":
                        with mm.threads(threads):
                            mm.matmul(a, b, out=c, engine="fma")
                    else:
                        gemm_crt(a, b, c, moduli, unit, threads=threads, stores=way)
                    best[way] = min(best[way], perf_counter() - start)
        cached, beyond, ordinary = best.values()
        if min(cached, beyond) < ordinary:
            faster[dtype].append(n)
        if beyond < 0.98 * cached:
            past[dtype].append(n)
        times = "".join(f"{1e3 * seconds:10.2f}" for seconds in best.values())
        print(f"{n:6}{dtype:>9}{times}{ordinary / min(cached, beyond):17.2f}")
    for dtype in faster:
        print(f"{dtype}: faster at n = {faster[dtype]}: where tiles_are_faster() of gemm_engine.cpp should say so")
        print(f"{dtype}: past the caches wins by 2 % at n = {past[dtype]}: crt_past_caches() of gemm_crt_plan.hpp, likewise")


def main() -> None:
    units = [unit for unit in ("amx", "vnni") if unit in mm.system.int8_units()]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=2048, help="order of the matrices")
    parser.add_argument("--dtype", default="float64", choices=["float64", "float32"])
    parser.add_argument("--moduli", type=int, help="default: 15, float32: 7")
    parser.add_argument("--unit", default=units[0] if units else None, choices=units)
    parser.add_argument("--threads", type=int, default=mm.get_num_threads())
    parser.add_argument("--blocks", type=int, nargs="+", default=[1024, 2048], help="what is converted at once")
    parser.add_argument("--rows", type=int, nargs="+", default=[128, 256, 384, 512, 768], help="of a task")
    parser.add_argument("--columns", type=int, nargs="+", default=[256, 512, 1024, 1536, 2048], help="of a task")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--survey", action="store_true", help="all sizes, within --seconds")
    parser.add_argument("--seconds", type=float, default=240)
    x = parser.parse_args()
    if x.unit is None:
        parser.error("this machine multiplies bytes neither on amx nor on vnni")
    if x.survey:
        survey(x.unit, x.threads, x.seconds)
        return
    moduli = x.moduli or (15 if x.dtype == "float64" else 7)
    a, b = problems.matrix(x.n, x.n, x.dtype), problems.matrix(x.n, x.n, x.dtype, stream=1)
    expected, c = np.empty_like(a), np.empty_like(a)
    gemm_crt(a, b, expected, moduli, x.unit, threads=x.threads)

    # Blockings that come out the same for this size are timed once; zeros, the plan's own, come first.
    ways = dict.fromkeys(
        (block if block < x.n else 0, min(rows, x.n), min(columns, x.n), "by_size")
        for block, rows, columns in product((0, *x.blocks), (0, *x.rows), (0, *x.columns))
    )
    best = dict.fromkeys([*ways, (0, 0, 0, "cached"), (0, 0, 0, "past_caches")], np.inf)
    ordinary = np.inf
    for _ in range(x.rounds):
        for way in best:
            block, rows, columns, stores = way
            cut = {"block": block, "task_rows": rows, "task_columns": columns, "stores": stores}
            c[:] = 0
            for _ in range(2):  # the first warms caches, threads and workspace after another way
                start = perf_counter()
                gemm_crt(a, b, c, moduli, x.unit, threads=x.threads, **cut)
                best[way] = min(best[way], perf_counter() - start)
            if c.tobytes() != expected.tobytes():
                raise SystemExit(f"{cut}: other bits")
        with mm.threads(x.threads):
            start = perf_counter()
            mm.matmul(a, b, out=c)
            ordinary = min(ordinary, perf_counter() - start)

    flops = 2e-9 * x.n**3
    print(f"{mm._mlmath.cpu_name()}, {x.unit}, {x.threads} threads; n = {x.n}, {x.dtype}, {moduli} moduli; best of {x.rounds}")
    print(f"{'block':>8}{'rows':>8}{'columns':>9}{'stores':>13}{'ms':>10}{'GFLOP/s':>10}{'plan / it':>11}")
    own = best[0, 0, 0, "by_size"]
    for (*sizes, stores), seconds in sorted(best.items(), key=lambda item: item[1]):
        cells = [str(size) if size else "plan" for size in sizes]
        print(
            f"{cells[0]:>8}{cells[1]:>8}{cells[2]:>9}{stores:>13}{1e3 * seconds:10.2f}{flops / seconds:10.1f}{own / seconds:11.3f}"
        )
    print(f"{'ordinary product':>38}{1e3 * ordinary:10.2f}{flops / ordinary:10.1f}{own / ordinary:11.3f}")


if __name__ == "__main__":
    main()
