# SPDX-License-Identifier: BSD-3-Clause
"""exp: error in ulp against mpmath, special values and flags, bits that depend on the value alone, NumPy's results elsewhere."""

from __future__ import annotations

from typing import Any

import elementwise_checks as checks
import numpy as np
import pytest

DTYPES = [np.float32, np.float64]
NAME = "exp"
LARGEST_ULP = 0.9
INF = float("inf")
# x, e^x, flag; numbers beyond both dtypes' ranges.
SPECIAL = [
    (0.0, 1.0, None), (-0.0, 1.0, None), (INF, INF, None), (-INF, 0.0, None), (float("nan"), float("nan"), None),
    (1e-30, 1.0, None), (-1e-30, 1.0, None), (1e-38, 1.0, None), ("smallest", 1.0, None), ("-smallest", 1.0, None),
    (800.0, INF, "over"), ("largest", INF, "over"), (-800.0, 0.0, "under"), ("-largest", 0.0, "under"),
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_error_is_within_the_contract(isa: str, dtype: type, rng: np.random.Generator) -> None:
    checks.error_is_within(NAME, dtype, LARGEST_ULP, rng)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("x", "result", "flag"), SPECIAL)
def test_special_values_and_flags(isa: str, x: Any, result: Any, flag: str | None, dtype: type) -> None:
    checks.special_value(NAME, dtype, x, result, flag)


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_flag_on_ordinary_data(isa: str, threads: int, dtype: type, rng: np.random.Generator) -> None:
    checks.no_flag(NAME, dtype, rng)


@pytest.mark.parametrize("dtype", DTYPES)
def test_same_bits_for_threads_layouts_and_neighbours(isa: str, dtype: type, rng: np.random.Generator) -> None:
    checks.same_bits(NAME, dtype, rng)


def test_same_bits_on_every_level_with_fma(rng: np.random.Generator) -> None:
    checks.same_bits_on_levels(NAME, rng)


@pytest.mark.parametrize("case", checks.UNUSUAL, ids=str)
def test_unusual_input_is_numpys(case: str) -> None:
    checks.unusual_is_numpys(NAME, case)


def test_out_in_place_overlapping_and_odd(isa: str, rng: np.random.Generator) -> None:
    checks.out_of_every_kind(NAME, rng)
