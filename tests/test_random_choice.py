# SPDX-License-Identifier: BSD-3-Clause
"""choice, Categorical, categorical, reservoir: the exact maps, their laws, and NumPy's results and errors."""

from __future__ import annotations

import hashlib
import itertools
import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import random_reference as reference
from scipy import stats

import mlmath_native as mm
from mlmath_native import _mlmath

EDGES = [0, 1, 2, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1]


def generator(position: int = 0, seed: int = 31) -> mm.random.Generator:
    """A generator that stands at a word."""
    bits = mm.random.XBlock(seed)
    bits.state = bits.state | {"state": bits.state["state"] | {"position": 2 * position}}
    return mm.random.Generator(bits)


def key_of(rng: np.random.Generator) -> list[int]:
    return [int(word) for word in rng.bit_generator.state["state"]["key"]]


def probabilities(k: int, seed: int = 0) -> np.ndarray:
    """Spread over many orders of magnitude, some of them 0."""
    rng = np.random.default_rng([k, seed])
    p = rng.random(k) ** 5
    p[rng.random(k) < 0.2] = 0.0
    p[0], p[-1] = 1e-300, 0.5
    return np.asarray(p / p.sum())


def units(table: np.ndarray) -> list[int]:
    u = [0] * len(table)
    for j, (threshold, alias) in enumerate(table.tolist()):
        u[j] += threshold
        u[alias] += 2**64 - threshold
    return u


def fits(counts: np.ndarray, expected: np.ndarray) -> bool:
    """Chi-square at 1e-6, cells below 10 pooled."""
    small = expected < 10
    observed = np.append(counts[~small], counts[small].sum())
    wanted = np.append(expected[~small], expected[small].sum())
    keep = wanted > 0
    assert not observed[~keep].any()
    observed, wanted = observed[keep], wanted[keep]
    statistic = float(((observed - wanted) ** 2 / wanted).sum())
    return bool(stats.chi2.sf(statistic, max(len(wanted) - 1, 1)) > 1e-6)


# ---- alias table -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 2, 3, 7, 64, 1000, 20_000])
def test_table_reconstructs_its_probabilities(k: int) -> None:
    p = probabilities(k)
    table = _mlmath.alias_table(p)
    u = units(table)
    assert sum(u) == k << 64
    whole = sum(map(Fraction, p.tolist()))
    for share, number in zip(u, p.tolist()):
        assert (number > 0) or share == 0
        assert abs(share - Fraction(number) / whole * (k << 64)) <= 1 + Fraction(k, 2**20)
    exact = [float(Fraction(share, k << 64)) for share in u]
    assert _mlmath.alias_table_probabilities(table).tolist() == exact


def test_table_of_equal_and_of_certain_outcomes() -> None:
    equal = _mlmath.alias_table(np.full(8, 0.125))
    assert units(equal) == [1 << 64] * 8
    certain = np.zeros(5)
    certain[3] = 1.0
    assert units(_mlmath.alias_table(certain)) == [0, 0, 0, 5 << 64, 0]
    assert set(generator().choice(5, 1000, p=certain).tolist()) == {3}


@pytest.mark.parametrize("k", [1, 3, 1000, 20_000])
def test_words_select_by_the_definition(isa: str, k: int) -> None:
    table = _mlmath.alias_table(probabilities(k))
    words = np.array(EDGES + [1 << e for e in range(64)], np.uint64)
    words = np.append(words, np.random.default_rng(k).integers(0, 2**64, 3000, np.uint64))
    expected = []
    for word in words.tolist():
        cell, place = word * k >> 64, word * k % 2**64
        threshold, alias = table[cell].tolist()
        expected.append(cell if place < threshold else alias)
    for dtype in (np.int64, np.int32):
        out = np.empty(words.size, dtype)
        _mlmath.categorical_from_words(table, words, out)
        assert out.tolist() == expected


def test_choice_with_p_is_the_reference(isa: str) -> None:
    p = probabilities(50)
    table = _mlmath.alias_table(p)
    rng = generator(8190)
    words = np.array(reference.words(key_of(rng), 8190, 40), np.uint64)
    expected = np.empty(40, np.int64)
    _mlmath.categorical_from_words(table, words, expected)
    assert rng.choice(50, 40, p=p).tolist() == expected.tolist()
    one_by_one = generator(8190)
    assert [one_by_one.choice(50, p=p) for _ in range(40)] == expected.tolist()


# ---- the same bits ---------------------------------------------------------------------------------------------------------------


def everything(position: int) -> str:
    digest = hashlib.sha256()
    p, far = probabilities(1000), probabilities(20_000)
    rng = generator(position)
    for drawn in (
        rng.choice(1000, 40_000, p=p),
        rng.choice(20_000, 20_000, p=far),
        mm.random.Categorical(p).sample(rng, 5000, dtype="int32"),
        rng.choice(10**6, 3000, replace=False),
        rng.choice(10**12, 1000, replace=False),
        rng.choice(5000, 2500, replace=False),
        rng.choice(20_000, 500, replace=False, p=far),
        rng.categorical(np.log(p + 1e-3), size=3000),
        rng.categorical(np.linspace(-3, 5, 7 * 130 * 33).reshape(7, 130, 33).astype(np.float32), axis=1),
    ):
        digest.update(np.ascontiguousarray(drawn).tobytes())
    return digest.hexdigest()


GOLDEN = {
    0: "4f09089fd7e297466b2ba96f2669f8233c614543d40222d332ee7ba26ed5448c",
    8191: "d521a1c58daa8158f3e9f2b26275e5f37d3e1d6fa41bb2b154959a4b4aeb40ea",
}


@pytest.mark.parametrize("position", GOLDEN)
def test_digests_of_stream_version_1(isa: str, position: int) -> None:
    for threads in (1, 2, 3, 7):
        with mm.threads(threads):
            assert everything(position) == GOLDEN[position]


def test_splits() -> None:
    p = probabilities(1000)
    whole = generator(5).choice(1000, 20_000, p=p)
    rng = generator(5)
    parts = [rng.choice(1000, n, p=p) for n in (1, 7, 1000, 9000, 9992)]
    assert np.array_equal(np.concatenate(parts), whole)
    # The front of a sample without replacement is the smaller sample, whichever set keeps what is taken.
    for population in (1000, 10**6, 2**33):
        large = generator(5).choice(population, 62, replace=False)
        assert generator(5).choice(population, 20, replace=False).tolist() == large[:20].tolist()
    q = probabilities(5000)
    assert (
        generator().choice(5000, 20, replace=False, p=q).tolist() == generator().choice(5000, 900, replace=False, p=q)[:20].tolist()
    )


def sample_reference(key: list[int], start: int, population: int, count: int) -> list[int]:
    taken: list[int] = []
    for i, word in enumerate(reference.words(key, start, count)):
        tries = itertools.chain(
            [word],
            itertools.chain.from_iterable(reference.threefry4x64(key, [start + i, a, 0, 13]) for a in itertools.count(1)),
        )
        for w in tries:
            if w * population % 2**64 >= 2**64 % population and w * population >> 64 not in taken:
                taken.append(w * population >> 64)
                break
    return taken


@pytest.mark.parametrize(("population", "count"), [(16, 1), (1600, 100), (3 * 2**61, 20), (10**6, 30)])
def test_sample_is_the_reference(population: int, count: int) -> None:
    rng = generator(8180)
    assert rng.choice(population, count, replace=False).tolist() == sample_reference(key_of(rng), 8180, population, count)
    assert rng.bit_generator.state["state"]["position"] == 2 * (8180 + count)


def test_weighted_sample_is_the_reference(isa: str) -> None:
    p = probabilities(300)
    rng = generator(8000)
    words = reference.words(key_of(rng), 8000, 300)
    keys = sorted((-math.log((w + 0.5) / 2**64) / x, i) for i, (w, x) in enumerate(zip(words, p.tolist())) if x > 0)
    assert rng.choice(300, 100, replace=False, p=p).tolist() == [i for _, i in keys[:100]]


# ---- laws ------------------------------------------------------------------------------------------------------------------------


def zipf(k: int) -> np.ndarray:
    p = 1 / np.arange(1.0, k + 1)
    return np.asarray(p / p.sum())


@pytest.mark.parametrize("p", [zipf(100_000), probabilities(200), zipf(1000).astype(np.float32), np.array([0, 0.25, 0.75, 0])])
def test_weighted_choice_fits(p: np.ndarray) -> None:
    n = 2_000_000
    counts = np.bincount(generator().choice(p.size, n, p=p), minlength=p.size)
    exact = p.astype(np.float64)
    assert fits(counts, n * exact / exact.sum())


def test_sum_of_p_within_the_tolerance() -> None:
    p = np.array([0.5, 0.5 + 1e-8])
    assert set(generator().choice(2, 100, p=p).tolist()) == {0, 1}
    with pytest.raises(ValueError, match="do not sum to 1"):
        generator().choice(2, 100, p=p + np.array([0.0, 2e-8]))
    # What a float32 array may have, the same numbers in double may not.
    wide = np.array([0.5, 0.5002], np.float32)
    generator().choice(2, 3, p=wide)
    with pytest.raises(ValueError, match="do not sum to 1"):
        generator().choice(2, 3, p=wide.astype(np.float64))


def successive(p: list[float], count: int) -> dict[tuple[int, ...], float]:
    law = {}
    for order in itertools.permutations([i for i, x in enumerate(p) if x > 0], count):
        left, chance = sum(p), 1.0
        for i in order:
            chance *= p[i] / left
            left -= p[i]
        law[order] = chance
    return law


def tallied(draw: Any, law: dict[tuple[int, ...], float], n: int) -> bool:
    counts = dict.fromkeys(law, 0)
    for _ in range(n):
        counts[tuple(np.asarray(draw()).tolist())] += 1
    return fits(np.array(list(counts.values())), n * np.array(list(law.values())))


@pytest.mark.parametrize("count", [1, 3, 4])
def test_order_of_weighted_samples_is_that_of_successive_sampling(count: int) -> None:
    p = [0.4, 0.0, 0.3, 0.2, 0.1]
    rng = generator()
    assert tallied(lambda: rng.choice(5, count, replace=False, p=p), successive(p, count), 8000)


@pytest.mark.parametrize(("n", "count"), [(16, 4), (5, 3), (4, 4)])
def test_samples_without_replacement_are_uniform(n: int, count: int) -> None:
    rng = generator()
    orders = list(itertools.permutations(range(n), min(count, 2)))
    counts = dict.fromkeys(orders, 0)
    for _ in range(8000):
        sample = rng.choice(n, count, replace=False).tolist()
        assert len(set(sample)) == count
        counts[tuple(sample[-min(count, 2) :])] += 1
    assert fits(np.array(list(counts.values())), np.full(len(orders), 8000 / len(orders)))


@pytest.mark.parametrize("count", [0, 1, 62_500, 62_501, 10**6])
def test_large_samples_without_replacement(count: int) -> None:
    sample = generator().choice(10**6, count, replace=False)
    assert sample.dtype == np.int64
    assert np.unique(sample).size == count
    if count > 1:
        assert abs(sample.mean() - 499_999.5) <= 6 * 288_676 / count**0.5


def test_tiny_weights_without_replacement() -> None:
    p = np.array([5e-324, 0.0, 1e-310, 1.0])
    assert generator().choice(4, 3, replace=False, p=p).tolist()[0] == 3
    assert sorted(generator().choice(4, 3, replace=False, p=p).tolist()) == [0, 2, 3]


# ---- categorical -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_categorical_fits(dtype: Any) -> None:
    p = probabilities(100)
    with np.errstate(divide="ignore"):
        logits = np.log(p).astype(dtype) + dtype(700)
    counts = np.bincount(generator().categorical(logits, size=300_000), minlength=100)
    exact = np.exp(logits.astype(np.float64) - 700)
    assert fits(counts, 300_000 * exact / exact.sum())
    rows = np.broadcast_to(logits, (50_000, 100))
    assert fits(np.bincount(generator().categorical(rows), minlength=100), 50_000 * exact / exact.sum())


def test_categorical_follows_its_words(isa: str) -> None:
    rng = generator(3)
    logits = np.random.default_rng(0).normal(size=70) * 3
    words = reference.words(key_of(rng), 3, 500)
    cumulative = np.cumsum(np.exp(logits.astype(np.longdouble)))
    targets = np.array([(w >> 11) * 2.0**-53 for w in words], np.longdouble) * cumulative[-1]
    assert rng.categorical(logits, size=500).tolist() == np.searchsorted(cumulative, targets, side="right").tolist()


def test_categorical_shapes() -> None:
    rng = generator()
    logits = np.zeros((2, 3, 4))
    assert isinstance(rng.categorical(np.zeros(4)), int)
    assert rng.categorical(logits).shape == (2, 3)
    assert rng.categorical(logits, axis=0).shape == (3, 4)
    assert rng.categorical(logits, size=(5, 2, 3)).shape == (5, 2, 3)
    assert rng.categorical(np.zeros((1, 4)), size=(5, 6)).shape == (5, 6)
    assert rng.categorical(logits, size=(0, 2, 3)).shape == (0, 2, 3)
    assert rng.categorical(np.zeros((0, 4))).shape == (0,)
    out = np.empty((3, 2), np.int64, order="F")
    first = np.zeros((3, 2, 5))
    first[..., 3] = 1000
    assert generator().categorical(first, out=out) is out
    assert (out == 3).all()
    assert np.array_equal(generator().categorical(logits), generator().categorical(np.asfortranarray(logits)))
    foreign = mm.random.Generator(np.random.PCG64(1))
    assert foreign.categorical(first).tolist() == [[3, 3]] * 3


def test_categorical_without_replacement() -> None:
    rng = generator()
    p = [0.5, 0.0, 0.3, 0.2]
    with np.errstate(divide="ignore"):
        logits = np.log(np.array([p, p]))
    drawn = rng.categorical(logits, size=(2, 2), replace=False)
    assert drawn.shape == (2, 2)
    many = rng.categorical(np.broadcast_to(logits[0], (8000, 4)), size=(2, 8000), replace=False).T
    law = successive(p, 2)
    counts = [int((many == order).all(axis=1).sum()) for order in law]
    assert fits(np.array(counts), 8000 * np.array(list(law.values())))
    with pytest.raises(ValueError, match="4 different outcomes are wanted"):
        rng.categorical(logits, size=(4, 2), replace=False)


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        ([[0.0, 1.0], [np.nan, 0.0]], r"logits\[\(1,\)\] holds NaN"),
        ([np.inf, 0.0], r"logits\[\(\)\] holds \+inf"),
        ([[[0.0, 0.0], [-np.inf, -np.inf]]], r"logits\[\(0, 1\)\] holds nothing but -inf"),
        ([[]], "at least one entry"),
        (0.0, "at least one dimension"),
    ],
)
def test_categorical_refuses_rows(isa: str, logits: Any, message: str) -> None:
    for dtype in (np.float64, np.float32):
        with pytest.raises(ValueError, match=message):
            generator().categorical(np.array(logits, dtype))


def test_categorical_refuses_arguments() -> None:
    with pytest.raises(TypeError, match="real numbers"):
        generator().categorical(np.zeros(3, complex))
    with pytest.raises(ValueError, match="does not fit the batch"):
        generator().categorical(np.zeros((2, 3)), size=(2, 2, 3))
    with pytest.raises(TypeError, match="Expected int64, got float64"):
        generator().categorical(np.zeros(3), out=np.zeros(3))  # type: ignore[arg-type]


# ---- Categorical -----------------------------------------------------------------------------------------------------------------


def test_categorical_object() -> None:
    p = probabilities(30)
    law = mm.random.Categorical(p)
    assert law.k == 30
    assert np.allclose(law.probabilities, p, rtol=1e-15, atol=0) or np.abs(law.probabilities - p).max() < 2e-18
    assert repr(mm.random.Categorical([0.25, 0.75])) == "Categorical([0.25, 0.75])"
    assert repr(law) == "Categorical(<30 probabilities>)"
    again = pickle.loads(pickle.dumps(law))
    assert again == law
    assert hash(again) == hash(law)
    assert law != mm.random.Categorical(probabilities(30, 1))
    assert isinstance(law.sample(generator()), int)
    drawn = law.sample(generator(), (3, 4))
    assert np.array_equal(drawn, again.sample(generator(), (3, 4), dtype=np.int32))
    assert np.array_equal(drawn, generator().choice(30, (3, 4), p=p))
    out = np.empty((3, 4), np.int64, order="F")
    assert law.sample(generator(), out=out) is out
    assert np.array_equal(out.ravel(order="K"), drawn.ravel())
    bits, words = np.random.default_rng(3), np.random.default_rng(3).integers(0, 2**64, 1000, np.uint64)
    expected = np.empty(1000, np.int64)
    _mlmath.categorical_from_words(_mlmath.alias_table(p), words, expected)
    assert np.array_equal(law.sample(bits, 1000), expected)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mm.random.Categorical([]), ValueError, "not empty"),
        (lambda: mm.random.Categorical([[1.0]]), ValueError, "one-dimensional"),
        (lambda: mm.random.Categorical([0.5, 0.4]), ValueError, "add up to 1"),
        (lambda: mm.random.Categorical([1.5, -0.5]), ValueError, "not negative"),
        (lambda: mm.random.Categorical([np.nan, 1.0]), ValueError, "finite"),
        (lambda: mm.random.Categorical([np.inf, 1.0]), ValueError, "finite"),
        (lambda: mm.random.Categorical([1.0]).sample(3), TypeError, "rng must be a numpy.random.Generator"),  # type: ignore[arg-type]
        (lambda: mm.random.Categorical([1.0]).sample(generator(), dtype="f8"), TypeError, "Unsupported dtype"),
        (lambda: mm.random.Categorical([1.0]).sample(generator(), -1), ValueError, "negative dimensions"),
        (lambda: mm.random.Categorical([1.0]).sample(generator(), out=np.empty(3, np.int32)), TypeError, "Expected int64"),
        (lambda: mm.random.Categorical([1.0]).sample(generator(), 2, out=np.empty(3, np.int64)), ValueError, "size must match"),
    ],
)
def test_categorical_object_refuses(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_kept_tables_are_those_of_the_same_numbers() -> None:
    p = np.array([0.1, 0.2, 0.7])
    first = generator().choice(3, 1000, p=p)
    p[:] = [0.2, 0.1, 0.7]  # the caller's array changes; the table must follow
    assert not np.array_equal(generator().choice(3, 1000, p=p), first)
    assert np.array_equal(generator().choice(3, 1000, p=[0.1, 0.2, 0.7]), first)


# ---- reservoir -------------------------------------------------------------------------------------------------------------------


def test_reservoir() -> None:
    rng = generator()
    assert rng.reservoir(iter("abc"), 5) == ["a", "b", "c"]
    assert rng.reservoir(iter("abc"), 0) == []
    assert rng.reservoir([], 2, weights=[]) == []
    counts = np.zeros(60)
    for _ in range(3000):
        sample = rng.reservoir(iter(range(60)), 6)
        assert len(set(sample)) == 6
        counts[sample] += 1
    # Inclusions are negatively correlated: the statistic is smaller than chi-square's by (n - k) / n.
    assert stats.chi2.sf(((counts - 300) ** 2 / (300 * 0.9)).sum(), 59) > 1e-6


def test_weighted_reservoir() -> None:
    rng = generator()
    p = [0.3, 0.0, 0.1, 0.2, 0.25, 0.15]
    law: dict[tuple[int, ...], float] = {}
    for order, chance in successive(p, 2).items():
        law[tuple(sorted(order))] = law.get(tuple(sorted(order)), 0.0) + chance
    assert tallied(lambda: rng.reservoir(iter(range(6)), 2, weights=p), law, 5000)
    with pytest.raises(ValueError, match="finite and not negative"):
        rng.reservoir("ab", 1, weights=[1.0, -1.0])
    with pytest.raises(ValueError, match="zip"):
        rng.reservoir("abc", 1, weights=[1.0])
    with pytest.raises(ValueError, match="k must not be negative"):
        rng.reservoir("abc", -1)
    with pytest.raises(TypeError):
        rng.reservoir("abc", 1.5)  # type: ignore[arg-type]


# ---- the ladder ------------------------------------------------------------------------------------------------------------------


def test_rungs_of_one_map_agree(isa: str) -> None:
    ladder = mm.study.ladder("categorical")
    rng = np.random.default_rng(0)
    for k in (1, 2, 50, 999):
        p = probabilities(k)
        u = np.append(rng.random(3000), [0.0, 1 - 2.0**-53, *(np.cumsum(p)[:-1] / p.sum())])
        u = u[u < 1]
        inverse = [ladder[name](u, p) for name in ("textbook", "search", "guide")]
        assert np.array_equal(inverse[0], inverse[1])
        assert np.array_equal(inverse[0], inverse[2])
        assert np.array_equal(ladder["alias"](u, p), ladder["threaded"](u, p))
        assert all((p[ladder[name](u, p)] > 0).all() for name in ladder)
    with pytest.raises(ValueError, match=r"u must be in \[0, 1\)"):
        ladder["guide"](np.array([1.0]), np.array([1.0]))
