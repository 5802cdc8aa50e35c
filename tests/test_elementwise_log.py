# SPDX-License-Identifier: BSD-3-Clause
"""log: error in ulp against mpmath, special values and flags, bits that depend on the value alone, NumPy's results elsewhere."""

from __future__ import annotations

from typing import Any

import elementwise_checks as checks
import numpy as np
import pytest

DTYPES = [np.float32, np.float64]
NAME = "log"
LARGEST_ULP = 0.9
INF = float("inf")
NAN = float("nan")
SPECIAL = [
    (1.0, 0.0, None), (INF, INF, None), (NAN, NAN, None), (0.0, -INF, "divide"), (-0.0, -INF, "divide"), (-1.0, NAN, "invalid"),
    (-INF, NAN, "invalid"), ("-smallest", NAN, "invalid"), ("-largest", NAN, "invalid"), ("smallest", None, None),
    ("largest", None, None), ("tiny", None, None),
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
