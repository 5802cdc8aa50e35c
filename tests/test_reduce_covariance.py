# SPDX-License-Identifier: BSD-3-Clause
"""cov, corrcoef, cross_cov and the state behind them: exact rationals, symmetry, layouts, threads, merging; NumPy's rules."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from test_reduce_sum import same_as_numpy

import mlmath_native as mm

EPS = 2.0**-52


def exact_sums(x: np.ndarray, weights: np.ndarray | None = None) -> list[list[Fraction]]:
    """Sums of products of deviations in rationals; rows of x are variables."""
    w = [Fraction(1)] * x.shape[1] if weights is None else [Fraction(v) for v in weights.tolist()]
    rows = [[Fraction(v) for v in row] for row in x.tolist()]
    means = [sum((a * b for a, b in zip(w, row)), Fraction(0)) / sum(w, Fraction(0)) for row in rows]
    centred = [[v - m for v in row] for row, m in zip(rows, means)]
    return [[sum((a * b * c for a, b, c in zip(w, p, q)), Fraction(0)) for q in centred] for p in centred]


def bound(x: np.ndarray, merges: int, weights: np.ndarray | None = None) -> np.ndarray:
    """The contract's bound, for every pair."""
    w = np.ones(x.shape[1]) if weights is None else weights
    mean = np.average(x, axis=1, weights=w)
    s = np.sum(w * (np.abs(x - mean[:, None]) + 140 * EPS * np.abs(mean)[:, None]) ** 2, axis=1)
    return (min(x.shape[1], 128) + 20 + 4 * merges) * EPS * np.sqrt(np.outer(s, s))


def merges_of(n: int) -> int:
    return math.ceil(math.log2(max(1, math.ceil(n / 1024))))


def check(sums: np.ndarray, x: np.ndarray, merges: int, weights: np.ndarray | None = None) -> None:
    allowed = bound(x, merges, weights)
    for i, row in enumerate(exact_sums(x, weights)):
        for j, exact in enumerate(row):
            assert abs(Fraction(float(sums[i, j])) - exact) <= allowed[i, j]
    assert np.array_equal(sums, sums.T)


def close_to_numpy(result: np.ndarray, expected: np.ndarray, x: np.ndarray) -> None:
    """Within both contracts: NumPy adds n products one after the other at worst, of deviations from a mean with n roundings."""
    scale = np.sqrt(np.outer(np.var(x, axis=1), np.var(x, axis=1))) + EPS * np.outer(abs(x).max(axis=1), abs(x).max(axis=1))
    factor = x.shape[1] / max(1, x.shape[1] - 1)
    assert np.all(np.abs(result - expected) <= 4 * x.shape[1] * EPS * scale * factor)


@pytest.mark.parametrize("shift", [0.0, 1e9])
@pytest.mark.parametrize(("variables", "n"), [(1, 2), (2, 3), (3, 127), (5, 129), (9, 700), (4, 1025), (2, 2100)])
def test_error_is_within_the_contract(isa: str, variables: int, n: int, shift: float, rng: np.random.Generator) -> None:
    x = shift + rng.standard_normal((variables, n))
    check(mm.stats.comoments(x).sums, x, merges_of(n))
    w = rng.random(n)
    check(mm.stats.comoments(x, weights=w).sums, x, merges_of(n), w)


def test_shifted_noise_in_many_chunks(isa: str, rng: np.random.Generator) -> None:
    noise = rng.integers(-1000, 1000, (3, 50_000))
    x = 1e9 + noise
    n, total = noise.shape[1], noise.sum(axis=1)
    sums = mm.stats.comoments(x).sums
    allowed = bound(x, merges_of(n))
    for i in range(3):
        for j in range(3):
            exact = int((noise[i] * noise[j]).sum()) - Fraction(int(total[i]) * int(total[j]), n)
            assert abs(Fraction(float(sums[i, j])) - exact) <= allowed[i, j]
    # Products about zero fail here, or this test would prove nothing.
    naive = x @ x.T - np.outer(x.sum(axis=1), x.sum(axis=1)) / n
    assert np.abs(naive - sums).max() > 1e-6 * np.abs(sums).max()


@pytest.mark.parametrize(("variables", "n"), [(1, 50), (7, 300), (20, 5000), (24, 1024), (25, 2050), (50, 1500), (131, 2100)])
def test_layouts_threads_and_dtypes_have_the_same_bits(isa: str, variables: int, n: int, rng: np.random.Generator) -> None:
    x = (3 + rng.standard_normal((variables, n))).astype(np.float32).astype(np.float64)
    expected = mm.cov(x)
    close_to_numpy(np.atleast_2d(expected), np.atleast_2d(np.cov(x)), x)
    rows = np.ascontiguousarray(x.T)
    wide = np.zeros((n, 2 * variables + 1))[:, 1::2]
    wide[...] = rows
    cases = [(np.asfortranarray(x), True), (rows, False), (wide, False), (x.astype(np.float32), True)]
    cases += [(rows.astype(np.float32), False), (x[::-1, ::-1].copy()[::-1, ::-1], True), (x.astype(">f8"), True)]
    for other, rowvar in cases:
        for threads in (1, 2, 3, 7):
            with mm.threads(threads):
                assert np.array_equal(mm.cov(other, rowvar=rowvar), expected)


@pytest.mark.parametrize("p", [1, 22, 24, 30, 47, 50])
@pytest.mark.parametrize("q", [1, 2, 3, 9, 25])
def test_y_are_more_variables_of_the_same_panels(isa: str, p: int, q: int, rng: np.random.Generator) -> None:
    """Whatever panel a variable comes to lie in, and whether it is a row or a column of a tile there."""
    n = 1100
    x, y, w = rng.standard_normal((n, p)), 1e3 + rng.standard_normal((n, q)), rng.integers(0, 4, n).astype(float)
    together = np.concatenate([x, y], axis=1)
    for weights in (None, w):
        for a, b in ((x, y), (np.asfortranarray(x), np.asfortranarray(y))):
            state = mm.stats.comoments(a, b, rowvar=False, weights=weights)
            assert np.array_equal(state.sums, mm.stats.comoments(together, rowvar=False, weights=weights).sums)
            assert np.array_equal(state.mean, mm.stats.comoments(together, rowvar=False, weights=weights).mean)


@pytest.mark.parametrize("weighted", [False, True])
def test_first_block_far_from_the_rest(isa: str, weighted: bool, rng: np.random.Generator) -> None:
    """Its mean is what the chunk's elements are compared with: at most 26 times the bound, whatever the elements."""
    x = rng.standard_normal((3, 1024))
    x[0, :40] += 1e6
    x[1] = np.sort(x[1])
    x[2, 40:] = 1.0
    w = rng.random(1024) * (np.arange(1024) >= 40) if weighted else None
    sums = mm.stats.comoments(x, weights=w).sums
    allowed = bound(x, 0, w) * (1 if weighted else 26)
    for i, row in enumerate(exact_sums(x, w)):
        for j, exact in enumerate(row):
            assert abs(Fraction(float(sums[i, j])) - exact) <= allowed[i, j]
    if weighted:
        assert np.array_equal(sums[2], np.zeros(3))  # constant but for what weighs nothing


def test_levels_with_fma_agree(rng: np.random.Generator) -> None:
    x, w = rng.standard_normal((30, 3000)), rng.random(3000)
    results = set()
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                results.add(mm.cov(x).tobytes() + mm.cov(x, aweights=w).tobytes())
    assert len(results) <= 1


@pytest.mark.parametrize("variables", [3, 40])
@pytest.mark.parametrize("cuts", [[1024], [3 * 1024, 4 * 1024, 60 * 1024], [1024 * k for k in range(1, 60, 5)]])
def test_updates_at_block_boundaries_are_one_pass(
    isa: str, threads: int, variables: int, cuts: list[int], rng: np.random.Generator
) -> None:
    x = rng.standard_normal((variables, 70_000 if variables == 3 else 9_000))
    cuts = [cut for cut in cuts if cut < x.shape[1]]
    whole = mm.stats.comoments(x)
    pieces = np.split(x, cuts, axis=1)
    state = mm.stats.comoments(pieces[0])
    for piece in pieces[1:]:
        assert state.update(np.ascontiguousarray(piece.T), rowvar=False) is state
    assert np.array_equal(state.sums, whole.sums)
    assert np.array_equal(state.mean, whole.mean)
    aligned = mm.stats.comoments(x[:, :8192]) + mm.stats.comoments(x[:, 8192 : 8192 + 800])
    assert np.array_equal(aligned.sums, mm.stats.comoments(x[:, : 8192 + 800]).sums)


@hypothesis.given(st.data(), st.sampled_from([0.0, 1e9]))
@hypothesis.settings(max_examples=40, deadline=None)
def test_merging_in_any_way_stays_within_the_bound(data: st.DataObject, shift: float) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    x = shift + rng.standard_normal((3, 400))
    cuts = sorted(data.draw(st.lists(st.integers(1, 399), max_size=6, unique=True)))
    pieces = np.split(x, cuts, axis=1)
    merged = mm.stats.comoments(pieces[0])
    for k, piece in enumerate(pieces[1:]):
        if data.draw(st.booleans()):
            merged.update(piece)
        else:
            other = mm.stats.comoments(piece)
            merged = merged + other if k % 2 else other + merged
    assert merged.count == 400
    check(merged.sums, x, len(pieces) + 2)


def test_pickles_cross_levels(rng: np.random.Generator) -> None:
    x = rng.standard_normal((4, 5000))
    levels = mm.system.available_isas()
    with mm.system.use_isa(levels[0]):
        first = pickle.dumps(mm.stats.comoments(x[:, :2048]))
    with mm.system.use_isa(levels[-1]):
        state = pickle.loads(first).update(x[:, 2048:])
        whole = mm.stats.comoments(x)
        assert (state.count, state.weight) == (whole.count, whole.weight)
        assert np.all(np.abs(state.sums - whole.sums) <= 2 * bound(x, merges_of(5000)))


@pytest.mark.parametrize("rowvar", [True, False])
def test_cross_cov_is_a_block_of_cov(isa: str, threads: int, rowvar: bool, rng: np.random.Generator) -> None:
    for p, q, n in ((1, 1, 20), (3, 30, 1500), (26, 5, 1100), (140, 3, 1030)):
        x, y, f = rng.standard_normal((p, n)), rng.standard_normal((q, n)), rng.integers(0, 3, n)
        a, b = (x, y) if rowvar else (np.ascontiguousarray(x.T), np.asfortranarray(y.T))
        block = np.atleast_2d(mm.cov(x, y))[:p, p:]
        assert np.array_equal(mm.stats.cross_cov(a, b, rowvar=rowvar), block)
        weighted = np.atleast_2d(mm.cov(x, y, fweights=f))[:p, p:]
        assert np.array_equal(mm.stats.cross_cov(a, b, rowvar=rowvar, fweights=f), weighted)
    state = mm.stats.comoments(x, y, cross=True)
    assert np.array_equal(state.covariance(), block)
    assert state.mean.shape == (143,)
    with pytest.raises(ValueError, match="variances"):
        state.correlation()


def test_weights_as_numpy(isa: str, rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((4, 600)), rng.standard_normal((2, 600))
    f, a = rng.integers(0, 4, 600), rng.random(600)
    both = np.concatenate([x, y])
    weighted = ({"fweights": f}, {"aweights": a}, {"fweights": f, "aweights": a}, {"ddof": 0, "aweights": a})
    for arguments in (*weighted, {"bias": True}, {"ddof": 3}):
        close_to_numpy(mm.cov(x, y, **arguments), np.cov(x, y, **arguments), both)
    m = mm.stats.comoments(x, weights=f)
    close_to_numpy(m.covariance(), np.cov(x, fweights=f), x)


@pytest.mark.parametrize("dtype", [None, np.float64, np.float32])
def test_corrcoef(isa: str, dtype: Any, rng: np.random.Generator) -> None:
    x = rng.standard_normal((12, 400))
    x[3] = 2 * x[2] + 1e-9
    r = mm.corrcoef(x, dtype=dtype)
    eps = EPS if dtype is not np.float32 else float(np.finfo(np.float32).eps)
    assert np.abs(r - np.corrcoef(x)).max() <= 10 * 400 * EPS + eps
    assert np.array_equal(r, r.T)
    assert np.all(np.diagonal(r) == 1)
    assert np.abs(r).max() <= 1
    assert np.array_equal(mm.stats.comoments(x).correlation(), mm.corrcoef(x)) or np.allclose(
        mm.stats.comoments(x).correlation(), mm.corrcoef(x), rtol=0, atol=8 * EPS
    )
    assert mm.corrcoef(x[0]) == 1
    with pytest.warns(RuntimeWarning):
        constant = mm.corrcoef(np.ones((2, 5)))
    assert np.isnan(constant).all()


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((np.ones((2, 2, 2)),), {}),
        ((np.ones((2, 3)), np.ones((2, 4))), {}),
        ((np.ones((2, 3)),), {"ddof": 1.5}),
        ((np.ones((2, 3)),), {"ddof": 3}),
        ((np.ones((2, 1)),), {}),
        ((np.ones((0, 3)),), {}),
        ((np.ones((3, 0)),), {}),
        ((np.ones((2, 3)),), {"fweights": [1, 2]}),
        ((np.ones((2, 3)),), {"fweights": [1.5, 2, 1]}),
        ((np.ones((2, 3)),), {"fweights": [1, -2, 1]}),
        ((np.ones((2, 3)),), {"aweights": [1, -2, 1]}),
        ((np.ones((2, 3)),), {"aweights": [[1, 2, 1]]}),
        ((np.ones((2, 3)),), {"aweights": [0, 0, 0]}),
        ((np.array([[1, 2j], [3, 1j]]),), {}),
        ((np.array([[1, 5, 2], [4, 1, 1]], dtype=object),), {}),
        ((np.array([["a", "b"]]),), {}),
        (([[1, 2, 4], [3, 1, 2]],), {}),
        ((np.array([1, 2, 3]),), {}),
        ((np.array([1.0, 2, 4]), np.array([1.0, 0, 4])), {"rowvar": False}),
        ((np.array([[1.0, 2, 4]]), np.array([1.0, 0, 4])), {}),
        ((np.array([[1.0, np.nan, 4], [1, 2, 3]]),), {}),
        ((np.array([[1, 2, 4], [3, 1, 2]], dtype=np.int8),), {"dtype": np.float32}),
        ((np.array([[1, 2, 4], [3, 1, 2]]),), {"dtype": np.float16}),
        ((np.array([[1, 2, 4], [3, 1, 2]]),), {"dtype": "nonsense"}),
        ((5.0,), {}),
    ],
)
def test_unusual_input_is_numpys(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    same_as_numpy(mm.cov, np.cov, *args, **kwargs)


def test_nan_stays_in_its_rows_and_columns(isa: str, rng: np.random.Generator) -> None:
    x = rng.standard_normal((30, 2000))
    clean = mm.cov(x)
    x[7, 1500] = np.nan
    with np.errstate(all="raise"):
        c = mm.cov(x)
    assert np.isnan(c[7]).all()
    assert np.isnan(c[:, 7]).all()
    keep = np.arange(30) != 7
    assert np.array_equal(c[np.ix_(keep, keep)], clean[np.ix_(keep, keep)])
    assert not np.shares_memory(c, x)


def test_bad_arguments() -> None:
    x = np.ones((2, 5))
    state = mm.stats.comoments(x)
    cases: list[tuple[Any, type[Exception], str]] = [
        (lambda: mm.stats.comoments(np.ones((2, 0))), ValueError, "at least one"),
        (lambda: mm.stats.comoments(np.ones((2, 2, 2))), ValueError, "at most 2 dimensions"),
        (lambda: mm.stats.comoments(x, np.ones((1, 4))), ValueError, "same number of observations"),
        (lambda: mm.stats.comoments(x, cross=True), ValueError, "needs y"),
        (lambda: mm.stats.comoments(x, weights=np.ones(4)), ValueError, "shape"),
        (lambda: mm.stats.comoments(x, weights=-np.ones(5)), ValueError, "non-negative"),
        (lambda: mm.stats.comoments(x * 1j), TypeError, "real numbers"),
        (lambda: state.update(np.ones((3, 5))), ValueError, "2 and 0 variables"),
        (lambda: state + mm.stats.comoments(np.ones((3, 5))), ValueError, "as many variables"),
        (lambda: mm.stats.cross_cov(x, np.ones((2, 4))), ValueError, "same number of observations"),
        (lambda: mm.stats.cross_cov(x, x, ddof=9), ValueError, "ddof=9"),
        (lambda: mm.stats.cross_cov(x, x.astype(object)), TypeError, "real numbers"),
    ]
    for call, error, match in cases:
        with pytest.raises(error, match=match):
            call()
    with pytest.warns(RuntimeWarning, match="degrees"):
        assert np.isnan(state.covariance(ddof=5)).all()
    assert repr(state) == "Comoments(count=5, variables=2)"


def test_scratch_that_held_huge_numbers_raises_no_warning(isa: str) -> None:
    # Kept scratch memory holds what was there last: here a whole panel of numbers whose products overflow. The lanes behind the
    # last variable of a panel that is not whole must not meet them.
    x = np.random.default_rng(1).normal(size=(144, 2100))
    huge = np.broadcast_to(np.where(np.arange(2100) // 8 % 2, 1e308, -1e308), x.shape)
    for _ in range(3):
        with np.errstate(all="ignore"):
            mm.cov(huge)
            mm.cov(huge, fweights=np.ones(2100, int))
        with np.errstate(all="raise"):
            mm.cov(x[:140])
            mm.cov(x[:140], fweights=np.arange(2100) % 3)
