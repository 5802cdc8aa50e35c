# SPDX-License-Identifier: BSD-3-Clause
"""The ladders' races, for the tables in the kernels' READMEs and the course."""

from __future__ import annotations

import json

import harness
import pytest

import mlmath_native as mm

# Per ladder: sizes, and whether all threads may take part: one size in a near cache, one that shows what threads bring.
RACES = {
    "dot": [(1_000, False), (10_000_000, True)],
    "sum": [(1_000, False), (10_000_000, True)],
    "softmax": [(1_000, False), (10_000_000, True)],
    "variance": [(1_000, False), (10_000_000, True)],
    "exp": [(1_000, False), (10_000_000, True)],
    "adam": [(1_000, False), (10_000_000, True)],
    "uniform": [(1_000, False), (6_000_000, True)],
    "normal": [(1_000, False), (6_000_000, True)],
    "gemm": [(64, False), (1024, True)],
    "gemm_crt": [(64, False), (256, True)],
    "gemv": [(300, False), (4000, True)],
    "batched": [(1000, False), (100_000, True)],
    "gram": [(10_000, False), (200_000, True)],
    "cholesky": [(100, False), (1000, True)],
    "lu": [(100, False), (1000, True)],
    "qr": [(100, False), (500, True)],
    "eigh": [(32, False), (200, True)],
    "batched_eigh": [(1000, False), (100_000, True)],
    "power_iteration": [(100, False), (1000, True)],
    "batched_solve": [(1000, False), (100_000, True)],
    "logistic_gradient": [(1000, False), (200_000, True)],
    "kmeans_assignment": [(2_000, False), (100_000, True)],
    "categorical": [(10_000, False), (1_000_000, True)],
    "shuffle": [(1_000, False), (100_000, False), (10_000_000, True)],
}


@pytest.mark.parametrize("name", mm.study.ladders())
def bench_ladder(name: str) -> None:
    races = []
    for n, all_threads in RACES.get(name, [(None, True)]):
        race = mm.study.ladder(name).race(n, threads=None if all_threads else 1, seconds=0.5, show=False)
        races.append({"title": race.title, "table": race.markdown()})
    harness.RESULTS.mkdir(parents=True, exist_ok=True)
    result = {"environment": harness.environment(), "races": races}
    (harness.RESULTS / f"ladder_{name}.json").write_text(json.dumps(result, indent=1))
