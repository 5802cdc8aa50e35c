# SPDX-License-Identifier: BSD-3-Clause
"""The instruments of tests/elementwise_exhaustive.py: a check of all floats must see what it is there to see."""

from __future__ import annotations

import numpy as np
import pytest

from mlmath_native import _mlmath

testing = _mlmath._testing
BASIS = 0xCBF29CE484222325


@pytest.mark.parametrize("following", [np.nan, 1.0, 0.0])
def test_a_hash_remembers_what_came_before(following: float) -> None:
    x = np.linspace(-1, 1, 4096, dtype=np.float32)
    other = x.copy()
    other[1000] = np.nextafter(other[1000], np.float32(2))
    one, two = testing.float_hash(x, BASIS), testing.float_hash(other, BASIS)
    assert one != two
    block = np.full(1 << 16, following, np.float32)
    for _ in range(100):
        one, two = testing.float_hash(block, one), testing.float_hash(block, two)
        assert one != two


def test_a_hash_sees_the_place_and_the_sign_of_zero_but_no_kind_of_nan() -> None:
    x = np.arange(100, dtype=np.float32)
    assert testing.float_hash(x, BASIS) != testing.float_hash(x[::-1].copy(), BASIS)
    zeros = np.zeros(33, np.float32)
    assert testing.float_hash(zeros, BASIS) != testing.float_hash(-zeros, BASIS)
    kinds = np.array([0x7FC00000, 0xFFC00001, 0x7F800001], np.uint32).view(np.float32)
    assert testing.float_hash(kinds, BASIS) == testing.float_hash(np.full(3, np.nan, np.float32), BASIS)


def test_errors_are_units_of_the_last_place_and_nan_are_counted() -> None:
    exact = np.array([1.0, 3.0, 1e-45, np.nan, 1e39])
    y = np.array([1.0, 3.0, 0.0, np.nan, np.inf], np.float32)
    error, index, wrong = testing.float_errors(y, exact)
    assert (index, wrong) == (2, 0)
    assert error == pytest.approx(1e-45 / 2.0**-149)
    y[1] = np.nextafter(y[1], np.float32(4))
    y[3] = 0
    error, index, wrong = testing.float_errors(y, exact)
    assert (error, index, wrong) == (1.0, 1, 1)
