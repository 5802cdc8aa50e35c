# SPDX-License-Identifier: BSD-3-Clause
"""sinh, cosh, tanh: error in ulp against mpmath, special values and flags, bits, NumPy's results elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np
from elementwise_accuracy import Function, powers_of_two
from elementwise_checks import Elementwise

INF, NAN = float("inf"), float("nan")


def strata(dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Both signs: where the methods change, all magnitudes, up to the largest result."""
    info = np.finfo(dtype)
    largest = float(np.log(float(info.max))) + 0.69
    yield "middle", rng.uniform(-3, 3, n).astype(dtype)
    yield "around the changes", (rng.choice([-1.0, 1.0], n) * rng.uniform(0.7, 1.1, n)).astype(dtype)
    yield "near 0", powers_of_two(-40, 0, n, rng, signed=True).astype(dtype)
    yield "very near 0", powers_of_two(info.minexp - info.nmant, -40, n, rng, signed=True).astype(dtype)
    yield "whole range", rng.uniform(-largest, largest, n).astype(dtype)
    yield "largest results", (rng.choice([-1.0, 1.0], n) * rng.uniform(largest - 3, largest, n)).astype(dtype)


SMALL = ["smallest", "-smallest", "tiny", "-tiny", 1e-30, -1e-30]
ODD = [(0.0, 0.0, None), (-0.0, -0.0, None), (NAN, NAN, None), *((x, None, None) for x in SMALL)]
FUNCTIONS = [
    Function(
        "sinh", mpmath.sinh, np.sinh, strata, ulp=1, baseline_ulp=2,
        special=[
            *ODD, (INF, INF, None), (-INF, -INF, None), (800.0, INF, "over"), (-800.0, -INF, "over"),
            ("largest", INF, "over"), ("-largest", -INF, "over"),
        ],
    ),
    Function(
        "cosh", mpmath.cosh, np.cosh, strata, ulp=1, baseline_ulp=2,
        special=[
            (0.0, 1.0, None), (-0.0, 1.0, None), (NAN, NAN, None), *((x, 1.0, None) for x in SMALL), (INF, INF, None),
            (-INF, INF, None), (800.0, INF, "over"), (-800.0, INF, "over"), ("largest", INF, "over"),
        ],
    ),
    Function(
        "tanh", mpmath.tanh, np.tanh, strata, ulp=1.25, baseline_ulp=2,
        special=[
            *ODD, (INF, 1.0, None), (-INF, -1.0, None), (800.0, 1.0, None), (-30.0, -1.0, None), ("largest", 1.0, None),
            ("-largest", -1.0, None),
        ],
    ),
]  # fmt: skip


class TestHyperbolicFunctions(Elementwise):
    functions = FUNCTIONS
