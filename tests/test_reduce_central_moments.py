# SPDX-License-Identifier: BSD-3-Clause
"""moments against exact rational sums; merging, continuing, pickling, layouts, threads, levels; SciPy's skewness and kurtosis."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm

EPS = 2.0**-52
CHUNK = 1024


def exact_sums(x: np.ndarray, weights: np.ndarray | None = None) -> tuple[Fraction, list[Fraction]]:
    """Mean, and the central sums 2 to 4, in rationals."""
    values = [Fraction(v) for v in x.ravel().astype(np.float64).tolist()]
    w = [Fraction(1)] * len(values) if weights is None else [Fraction(v) for v in weights.ravel().tolist()]
    mean = sum((a * b for a, b in zip(w, values)), Fraction(0)) / sum(w, Fraction(0))
    return mean, [sum((a * (b - mean) ** p for a, b in zip(w, values)), Fraction(0)) for p in (2, 3, 4)]


def bound(x: np.ndarray, p: int, merges: int, weights: np.ndarray | None = None) -> float:
    """The contract's bound."""
    values = x.ravel().astype(np.float64)
    w = np.ones(values.size) if weights is None else weights.ravel()
    mean = abs(float(np.average(values, weights=w)))
    deviations = np.abs(values - np.average(values, weights=w)) + 40 * EPS * mean
    return p * (min(values.size, CHUNK) / 32 + 6 + 8 * merges) * EPS * float(np.sum(w * deviations**p))


def merges_of(n: int) -> int:
    return math.ceil(math.log2(max(1, math.ceil(n / CHUNK))))


def bits(m: mm.stats.Moments) -> bytes:
    """Everything the state says, bit for bit."""
    values = [m.weight, m.mean, m.central_sum(2), m.central_sum(3), m.central_sum(4), m.min, m.max]
    return b"".join(np.asarray(v, dtype=np.float64).tobytes() for v in values) + str(m.count).encode()


def check(m: mm.stats.Moments, x: np.ndarray, merges: int, weights: np.ndarray | None = None) -> None:
    mean, sums = exact_sums(x, weights)
    for p, exact in zip((2, 3, 4), sums):
        assert abs(Fraction(float(m.central_sum(p))) - exact) <= bound(x, p, merges, weights)
    # The deviations' rounding, and that of the mean itself.
    assert abs(Fraction(float(m.mean)) - mean) <= EPS * abs(float(mean)) + bound(x, 2, merges, weights) ** 0.5 * EPS**0.5
    assert m.min == x.min()
    assert m.max == x.max()


@pytest.mark.parametrize("shift", [0.0, 3.0, 1e9, -1e12])
@pytest.mark.parametrize("n", [1, 2, 31, 33, 1000, 1025, 3100])
def test_error_is_within_the_contract(isa: str, n: int, shift: float, rng: np.random.Generator) -> None:
    x = shift + rng.standard_normal(n)
    check(mm.stats.moments(x), x, merges_of(n))


def test_shifted_noise_in_many_chunks(isa: str, rng: np.random.Generator) -> None:
    noise = rng.integers(-1000, 1000, 200_001)
    x = 1e9 + noise
    n, total = noise.size, int(noise.sum())
    centred = [Fraction(int(v), 1) for v in np.unique(noise)]
    counts = [int(c) for c in np.unique(noise, return_counts=True)[1]]
    mean = Fraction(total, n)
    m = mm.stats.moments(x)
    for p in (2, 3, 4):
        exact = sum((c * (v - mean) ** p for v, c in zip(centred, counts)), Fraction(0))
        assert abs(Fraction(float(m.central_sum(p))) - exact) <= bound(x, p, merges_of(n))
    # Power sums about zero fail here, or this test would prove nothing.
    assert abs(float(np.mean(x**2) - np.mean(x) ** 2) - float(m.variance())) > 1e-6 * float(m.variance())


@pytest.mark.parametrize("n", [1, 40, 1024, 2500])
def test_weights(isa: str, n: int, rng: np.random.Generator) -> None:
    x, w = 1e6 + rng.standard_normal(n), rng.random(n)
    check(mm.stats.moments(x, weights=w), x, merges_of(n), w)
    # Whole weights are repetitions, to within both bounds.
    k = rng.integers(1, 4, n)
    repeated, weighted = np.repeat(x, k), mm.stats.moments(x, weights=k)
    assert weighted.weight == k.sum()
    for p in (2, 3, 4):
        difference = abs(float(mm.stats.moments(repeated).central_sum(p)) - float(weighted.central_sum(p)))
        assert difference <= 2 * bound(repeated, p, merges_of(repeated.size))


def test_weights_that_are_zero(isa: str) -> None:
    x, w = np.arange(3000.0), np.zeros(3000)
    w[2500] = 2.0
    m = mm.stats.moments(x, weights=w)
    assert (m.weight, m.mean, m.central_sum(2)) == (2.0, 2500.0, 0.0)
    empty = mm.stats.moments(x, weights=np.zeros(3000))
    assert empty.weight == 0
    assert np.isnan(empty.mean)
    assert bits(empty + m)[:8] == bits(m)[:8]
    assert (empty + m).mean == 2500.0
    with pytest.warns(RuntimeWarning, match="degrees of freedom"):
        assert np.isnan(empty.variance())


@pytest.mark.parametrize("axis", [None, 0, 1, 2, (0, 2), (1, 2), -1])
def test_axes_layouts_and_threads_have_the_same_bits(isa: str, axis: Any, rng: np.random.Generator) -> None:
    x = rng.standard_normal((40, 33, 61))
    padded = np.zeros((41, 70, 123))[1:, 5:38, 1::2]
    padded[...] = x
    expected = bits(mm.stats.moments(x, axis))
    for other in (np.asfortranarray(x), padded, x[::-1, :, ::-1].copy()[::-1, :, ::-1], np.ascontiguousarray(x.T).T):
        for threads in (1, 2, 3, 7):
            with mm.threads(threads):
                assert bits(mm.stats.moments(other, axis)) == expected
    np.testing.assert_allclose(mm.stats.moments(x, axis).mean, x.mean(axis=axis), rtol=0, atol=40 * EPS)
    weights = rng.random(x.shape)
    weighted = bits(mm.stats.moments(x, axis, weights=weights))
    for threads in (1, 3):
        with mm.threads(threads):
            assert bits(mm.stats.moments(np.asfortranarray(x), axis, weights=np.asfortranarray(weights))) == weighted


@pytest.mark.parametrize("columns", [1, 7, 20, 33, 100])
def test_a_column_is_the_vector_it_is(isa: str, columns: int, rng: np.random.Generator) -> None:
    x = rng.standard_normal((5000, columns))
    for dtype in (np.float64, np.float32):
        m = mm.stats.moments(x.astype(dtype), axis=0)
        for c in {0, columns // 2, columns - 1}:
            one = mm.stats.moments(x[:, c].astype(dtype))
            assert [one.mean, one.central_sum(3), one.min] == [m.mean[c], m.central_sum(3)[c], m.min[c]]


@pytest.mark.parametrize("cuts", [[1024], [5 * 1024, 6 * 1024], [1024 * k for k in range(1, 90, 7)], [64 * 1024, 128 * 1024]])
@pytest.mark.parametrize("shape", [(140_000,), (140_000, 3), (3, 140_000)])
def test_updates_at_block_boundaries_are_one_pass(
    isa: str, threads: int, shape: tuple[int, ...], cuts: list[int], rng: np.random.Generator
) -> None:
    x = rng.standard_normal(shape)
    axis = int(np.argmax(shape))
    whole = mm.stats.moments(x, axis)
    pieces = np.split(x, cuts, axis=axis)
    state = mm.stats.moments(pieces[0], axis)
    for piece in pieces[1:]:
        assert state.update(piece) is state
    assert bits(state) == bits(whole)


def test_aligned_sums_are_one_pass(isa: str, rng: np.random.Generator) -> None:
    x = rng.standard_normal(200_000)
    whole = bits(mm.stats.moments(x))
    for cut in (128 * CHUNK, 192 * CHUNK):
        assert bits(mm.stats.moments(x[:cut]) + mm.stats.moments(x[cut:])) == whole
    parts = [mm.stats.moments(x[k : k + 64 * CHUNK]) for k in range(0, x.size, 64 * CHUNK)]
    assert bits(sum(parts)) == whole  # type: ignore[arg-type]


@hypothesis.given(
    st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=60),
    st.data(),
    st.sampled_from([0.0, 1e9]),
)
@hypothesis.settings(max_examples=60, deadline=None)
def test_merging_in_any_way_stays_within_the_bound(values: list[float], data: st.DataObject, shift: float) -> None:
    x = shift + np.tile(np.array(values), 40)
    cuts = sorted(data.draw(st.lists(st.integers(1, x.size - 1), max_size=6, unique=True)))
    pieces = np.split(x, cuts)
    merged = mm.stats.moments(pieces[0])
    for k, piece in enumerate(pieces[1:]):
        if data.draw(st.booleans()):
            merged.update(piece)
        else:
            other = mm.stats.moments(piece)
            merged = merged + other if k % 2 else other + merged
    assert merged.count == x.size
    check(merged, x, len(pieces) + 2)


def test_pickles_cross_levels(rng: np.random.Generator) -> None:
    x = rng.standard_normal(50_000)
    levels = mm.system.available_isas()
    with mm.system.use_isa(levels[0]):
        first = pickle.dumps(mm.stats.moments(x[: 7 * CHUNK]))
    with mm.system.use_isa(levels[-1]):
        state = pickle.loads(first)
        before = bits(state)
        assert before == bits(pickle.loads(pickle.dumps(state)))
        whole = mm.stats.moments(x)
        state.update(x[7 * CHUNK :])
        assert state.count == whole.count
        check_close = 2 * bound(x, 4, merges_of(x.size))
        assert abs(float(state.central_sum(4)) - float(whole.central_sum(4))) <= check_close
    with pytest.raises(ValueError, match="format"):
        state.__setstate__((99, *state.__getstate__()[1:]))


def test_levels_with_fma_agree(rng: np.random.Generator) -> None:
    x = rng.standard_normal((3000, 21))
    results = set()
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                weighted = mm.stats.moments(x, 0, weights=abs(x))
                results.add(bits(mm.stats.moments(x, 0)) + bits(mm.stats.moments(x)) + bits(weighted))
    assert len(results) <= 1


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("axis", [0, 1, None])
def test_skewness_and_kurtosis_as_scipy(isa: str, axis: int | None, bias: bool, rng: np.random.Generator) -> None:
    x = rng.exponential(size=(300, 40))
    m = mm.stats.moments(x, axis)
    n = x.size if axis is None else x.shape[axis]
    # Both take two or three sums of n terms: n roundings each at the very most.
    rtol = 10 * n * EPS
    np.testing.assert_allclose(m.skewness(bias), stats.skew(x, axis=axis, bias=bias), rtol=rtol)
    np.testing.assert_allclose(m.kurtosis(True, bias), stats.kurtosis(x, axis=axis, bias=bias), rtol=rtol, atol=rtol)
    plain = stats.kurtosis(x, axis=axis, fisher=False, bias=bias)
    np.testing.assert_allclose(m.kurtosis(fisher=False, bias=bias), plain, rtol=rtol)
    assert np.isnan(mm.stats.moments(np.ones(5)).skewness(bias))
    assert np.isnan(mm.stats.moments(np.ones(5)).kurtosis(bias=bias))


def test_orders(rng: np.random.Generator) -> None:
    x = rng.standard_normal(2000)
    two, four = mm.stats.moments(x, order=2), mm.stats.moments(x)
    assert two.order == 2
    np.testing.assert_allclose(two.variance(1), four.variance(1), rtol=80 * EPS)
    assert two.std() == np.sqrt(two.variance())
    for call in (two.skewness, two.kurtosis, lambda: two.central_sum(3), lambda: mm.stats.moments(x, order=1).variance()):
        with pytest.raises(ValueError, match="needs order"):
            call()
    with pytest.raises(ValueError, match="same order"):
        two + four


def test_nan_and_infinities(isa: str, rng: np.random.Generator) -> None:
    x = rng.standard_normal((3000, 5))
    x[2000, 3] = np.nan
    with np.errstate(all="raise"):
        m = mm.stats.moments(x, 0)
    assert np.isnan(m.mean).tolist() == np.isnan(m.max).tolist() == np.isnan(m.min).tolist() == [False, False, False, True, False]
    x[5, 1] = np.inf
    with pytest.warns(RuntimeWarning, match="invalid value"):
        m = mm.stats.moments(x, 0)
    assert m.max[1] == np.inf
    assert np.isnan(m.central_sum(2)[1])


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int8, np.uint64, bool, ">f8"])
def test_other_real_dtypes_are_reduced_in_double(isa: str, dtype: Any, rng: np.random.Generator) -> None:
    x = (rng.standard_normal((50, 30)) * 20).astype(dtype)
    a, b = mm.stats.moments(x, 1), mm.stats.moments(x.astype(np.float64), 1)
    assert bits(a) == bits(b)


@pytest.mark.parametrize(
    ("x", "arguments", "error", "match"),
    [
        (np.array([]), {}, ValueError, "must have elements"),
        (np.ones((0, 3)), {"axis": 0}, ValueError, "must have elements"),
        (np.ones(3), {"axis": 1}, np.exceptions.AxisError, "out of bounds"),
        (np.ones((3, 3)), {"axis": (0, 0)}, ValueError, "repeated axis"),
        (np.ones(3), {"order": 5}, ValueError, "order must be"),
        (np.ones(3), {"weights": [1.0, -1.0, 1.0]}, ValueError, "non-negative"),
        (np.ones(3), {"weights": [1.0, np.nan, 1.0]}, ValueError, "non-negative"),
        (np.ones(3), {"weights": [1.0, 1.0]}, ValueError, "3 elements"),
        (np.ones((3, 2)), {"weights": [1.0, 1.0]}, ValueError, "shape of x"),
        (np.ones(3) * 1j, {}, TypeError, "real numbers"),
        (["a"], {}, TypeError, "real numbers"),
        (np.ones(3, dtype=object), {}, TypeError, "real numbers"),
    ],
)
def test_bad_arguments(x: Any, arguments: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        mm.stats.moments(x, **arguments)


def test_bad_merges() -> None:
    a, b = mm.stats.moments(np.ones((3, 2)), 0), mm.stats.moments(np.ones((3, 4)), 0)
    with pytest.raises(ValueError, match="same shape"):
        a + b
    with pytest.raises(ValueError, match="keep the shape"):
        a.update(np.ones((5, 3)))
    with pytest.raises(TypeError):
        a + 1
    assert repr(a) == "Moments(count=3, order=4, shape=(2,))"


def test_a_weight_along_the_axis(isa: str, rng: np.random.Generator) -> None:
    x, w = rng.standard_normal((4, 50)), rng.random(50)
    full = np.broadcast_to(w, x.shape)
    assert bits(mm.stats.moments(x, 1, weights=w)) == bits(mm.stats.moments(x, 1, weights=full))
