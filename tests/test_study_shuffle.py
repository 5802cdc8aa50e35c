# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of shuffles: every rung is uniform, by seed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm


@pytest.mark.parametrize("rung", list(mm.study.ladder("shuffle")))
def test_rungs_are_uniform(isa: str, rung: str) -> None:
    shuffle = mm.study.ladder("shuffle")[rung]
    n, draws = 4, 4800
    x = np.arange(float(n))
    codes = np.array([shuffle(x, seed=seed) for seed in range(draws)]) @ n ** np.arange(n)
    assert stats.chisquare(np.unique(codes, return_counts=True)[1]).pvalue > 1e-6
    assert len(np.unique(codes)) == math.factorial(n)
    n, draws = 700, 300
    x = np.arange(n, dtype=np.float32)
    drawn = np.array([shuffle(x, seed=seed) for seed in range(draws)])
    table = np.zeros((20, 20))
    np.add.at(table, (np.broadcast_to(np.arange(n) // 35, drawn.shape), drawn.astype(int) // 35), 1)
    expected = draws * n / 400
    statistic = ((table - expected) ** 2).sum() / expected * (n - 1) / n
    assert 1e-6 < stats.chi2.sf(statistic, 19**2) < 1 - 1e-6


def test_rungs_write_into_out() -> None:
    x = np.arange(100.0)
    for rung in mm.study.ladder("shuffle").values():
        out = np.empty(100)
        assert rung(x, seed=1, out=out) is out
        assert np.array_equal(out, rung(x, seed=1))
        assert not np.array_equal(out, rung(x, seed=2))
        with pytest.raises(ValueError, match="out must be a contiguous array of x's shape and dtype"):
            rung(x, out=np.empty(99))
