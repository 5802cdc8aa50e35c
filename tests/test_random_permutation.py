# SPDX-License-Identifier: BSD-3-Clause
"""permutation, shuffle, permuted: the definition, every order equally likely, one order from all three, NumPy's errors."""

from __future__ import annotations

import hashlib
import itertools
import math
import signal
import warnings
from collections import UserList
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import random_reference as reference
from scipy import stats

import mlmath_native as mm
from mlmath_native import _mlmath

DOMAIN = 15
ONE_BUCKET = 1 << 18


def generator(word: int = 0, seed: int = 31) -> mm.random.Generator:
    bits = mm.random.XBlock(seed)
    bits.advance(word)
    return mm.random.Generator(bits)


def word_position(rng: np.random.Generator) -> int:
    return int(rng.bit_generator.state["state"]["position"]) // 2


def in_buckets(rng: mm.random.Generator, n: int, bits: int) -> np.ndarray:
    """The order of n elements made in 2^bits buckets, whatever n."""
    out = np.empty(n, np.int64)
    _mlmath.permute_in_buckets(rng._native, out, bits, False)
    return out


# ---- the definition --------------------------------------------------------------------------------------------------------------


def reference_order(key: list[int], word: int, n: int, bits: int) -> list[int]:
    """The definition in permutation.hpp, in plain Python."""
    label_words = -(-n // 4) if bits else 0
    words = reference.words(key, word, label_words + -(-n // 2))
    labels = [words[i // 4] >> 16 * (i % 4) & ((1 << bits) - 1) if bits else 0 for i in range(n)]
    ordered: list[list[int]] = []
    start = 0
    for bucket in range(1 << bits):
        count = labels.count(bucket)
        places = list(range(start, start + count))
        for i in range(count):
            q = start + i
            half = words[label_words + q // 2] >> 32 * (q % 2) & 0xFFFFFFFF
            product = half * (i + 1)
            if product % 2**32 >= 2**32 % (i + 1):
                j = product >> 32
            else:
                attempt = 1
                while True:
                    extra = reference.threefry4x64(key, [word + label_words + q // 2, attempt, 0, DOMAIN])[2 * (q % 2)]
                    if extra * (i + 1) % 2**64 >= 2**64 % (i + 1):
                        break
                    attempt += 1
                j = extra * (i + 1) >> 64
            places[i], places[j] = places[j], places[i]
        ordered.append(places)
        start += count
    following = [iter(places) for places in ordered]
    return [next(following[label]) for label in labels]


@pytest.mark.parametrize(("n", "bits"), [(2, 0), (7, 0), (333, 0), (2, 1), (19, 2), (400, 3), (50, 8)])
def test_order_is_the_reference(isa: str, n: int, bits: int) -> None:
    word = 8192 - 20
    rng = generator(word)
    key = [int(w) for w in rng.bit_generator.state["state"]["key"]]
    assert in_buckets(rng, n, bits).tolist() == reference_order(key, word, n, bits)
    assert word_position(rng) == word + (-(-n // 4) if bits else 0) + -(-n // 2)


@pytest.mark.parametrize("n", [0, 1, 2, 1000, 1024, 1025, 65536, 65537, ONE_BUCKET, ONE_BUCKET + 1, 400_003])
def test_words_taken_depend_on_n_alone(n: int) -> None:
    rng = generator(5)
    order = rng.permutation(n)
    assert np.array_equal(np.sort(order), np.arange(n))
    assert order.dtype == np.int64
    taken = 0 if n < 2 else -(-n // 2) + (-(-n // 4) if n > ONE_BUCKET else 0)
    assert word_position(rng) == 5 + taken
    bits = 0 if n <= ONE_BUCKET else next(b for b in range(1, 17) if n >> b < 1 << 15)
    assert np.array_equal(order, in_buckets(generator(5), n, bits))


@pytest.mark.parametrize("n", [3, 100, 1024, 1025, 70_000, ONE_BUCKET + 77])
def test_one_order_from_all_three(n: int) -> None:
    order = generator(3).permutation(n)
    assert np.array_equal(generator(3).permutation(np.int64(n)), order)
    for dtype in ("?", "u1", "i2", "f4", "f8", "c16", ">f8", "S3", "U1", "m8[s]", [("a", "u1"), ("b", "f8"), ("c", "u2")]):
        x = np.resize(np.arange(256), n).astype(dtype) if isinstance(dtype, str) else np.zeros(n, dtype)
        if not isinstance(dtype, str):
            x["b"] = np.arange(n)
        drawn = generator(3).permutation(x)
        assert drawn.dtype == x.dtype
        assert drawn.tobytes() == x[order].tobytes()
        for data in (x.copy(), np.repeat(x, 2)[::2], x.copy()[::-1][::-1]):
            assert generator(3).shuffle(data) is None
            assert data.tobytes() == x[order].tobytes()
        assert generator(3).permuted(x).tobytes() == x[order].tobytes()


def test_order_of_32_bit_places(isa: str) -> None:
    # Two buckets of more than 2^16 elements: their places do not fit 16 bits.
    order = in_buckets(generator(9), 140_000, 1)
    items = np.arange(140_000, dtype=np.int32)
    _mlmath.permute_in_buckets(generator(9)._native, items, 1, True)
    assert np.array_equal(np.sort(order), np.arange(140_000))
    assert np.array_equal(items, order)


# ---- the same bits, however ------------------------------------------------------------------------------------------------------

GOLDEN = {
    (10, 0): "4a3b0fa399ff6156",
    (1000, 0): "55612f5502a794ee",
    (70_000, 0): "a56a401a7e4e7eeb",
    (300_000, 4): "671c7f5957033c66",
}


@pytest.mark.parametrize(("n", "bits"), GOLDEN)
def test_same_order_on_every_level_and_any_number_of_threads(isa: str, n: int, bits: int) -> None:
    digests = set()
    x = np.arange(n, dtype=np.float32)
    for threads in (1, 2, 3, 7):
        with mm.threads(threads):
            order = generator(17).permutation(n)
            digests.add(hashlib.sha256(order.tobytes()).hexdigest()[:16])
            assert np.array_equal(generator(17).permutation(x), x[order])
    assert digests == {GOLDEN[n, bits]}


def test_rows_are_successive_draws(isa: str, threads: int) -> None:
    for rows, n in ((5, 2), (1, 40), (700, 33), (3, 1500)):
        x = np.arange(rows * n).reshape(rows, n)
        rng = generator(1)
        expected = np.array([rng.permutation(row) for row in x])
        assert np.array_equal(generator(1).permuted(x, axis=1), expected)
        assert np.array_equal(generator(1).permuted(x.T, axis=0), expected.T)
        assert np.array_equal(generator(1).permuted(np.asfortranarray(x), axis=-1), expected)
        out = np.empty((rows, n), np.float64)
        assert generator(1).permuted(x, axis=1, out=out) is out
        assert np.array_equal(out, expected)
        assert generator(1).permuted(x, axis=1, out=x) is x
        assert np.array_equal(x, expected)


def test_rows_in_buckets() -> None:
    n = ONE_BUCKET + 5
    x = np.arange(2 * n).reshape(2, n)
    rng = generator(1)
    assert np.array_equal(generator(1).permuted(x, axis=1), [rng.permutation(x[0]), rng.permutation(x[1])])


# ---- every order equally likely --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [0, 1, 3])
@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_all_orders_are_equally_likely(n: int, bits: int) -> None:
    draws = 120 * math.factorial(n)
    if bits == 0:
        drawn = generator(seed=n).permuted(np.tile(np.arange(n), (draws, 1)), axis=1)
    else:
        rng = generator(seed=100 * n + bits)
        draws = min(draws, 8_000)
        drawn = np.array([in_buckets(rng, n, bits) for _ in range(draws)])
    codes = drawn @ (n ** np.arange(n))
    number = {sum(p * n**i for i, p in enumerate(order)): k for k, order in enumerate(itertools.permutations(range(n)))}
    counts = np.bincount([number[code] for code in codes.tolist()], minlength=len(number))
    assert stats.chisquare(counts).pvalue > 1e-6


@pytest.mark.parametrize(("n", "bits"), [(40, 0), (1000, 0), (40, 3), (1000, 5)])
def test_place_of_every_element_is_uniform(n: int, bits: int) -> None:
    rng = generator(seed=n + bits)
    draws = 400_000 // n
    drawn = np.array([in_buckets(rng, n, bits) for _ in range(draws)])
    cells = min(n, 40)  # (place, value) in a grid: marginals are fixed, (cells - 1)^2 degrees of freedom
    coarse = drawn * cells // n
    table = np.zeros((cells, cells))
    np.add.at(table, (np.broadcast_to(np.arange(n) * cells // n, drawn.shape), coarse), 1)
    expected = draws * n / cells**2
    statistic = ((table - expected) ** 2).sum() / expected * (n - 1) / n
    assert stats.chi2.sf(statistic, (cells - 1) ** 2) > 1e-6
    assert stats.chi2.cdf(statistic, (cells - 1) ** 2) > 1e-6
    fixed = (drawn == np.arange(n)).sum(1)  # about Poisson(1)
    assert abs(fixed.mean() - 1) < 5 / math.sqrt(draws)
    observed = np.bincount(np.minimum(fixed, 4), minlength=5)
    law = stats.poisson.pmf(np.arange(4), 1)
    assert stats.chisquare(observed, draws * np.append(law, 1 - law.sum())).pvalue > 1e-6


@pytest.mark.parametrize("n", [ONE_BUCKET, ONE_BUCKET + 1, 1_000_000])
def test_long_orders(n: int) -> None:
    order = generator(seed=n).permutation(n)
    z = (order - (n - 1) / 2) / math.sqrt((n * n - 1) / 12)
    for lag in (1, 2, 4, 16, 8192, 32768):  # each about normal, variance 1 / n
        assert abs(z[:-lag] @ z[lag:]) / math.sqrt(n) < 5
    assert abs(z @ np.linspace(-1, 1, n)) / math.sqrt(n / 3) < 5
    cells = 64
    table = np.bincount((np.arange(n) * cells // n) * cells + order * cells // n, minlength=cells**2)
    expected = np.bincount(np.arange(n) * cells // n)
    expected = np.outer(expected, expected).ravel() / n
    assert 1e-6 < stats.chi2.sf(((table - expected) ** 2 / expected).sum(), (cells - 1) ** 2) < 1 - 1e-6
    descents = int((order[1:] < order[:-1]).sum())  # mean (n - 1) / 2, variance (n + 1) / 12
    assert abs(descents - (n - 1) / 2) < 5 * math.sqrt((n + 1) / 12)
    cycles, seen = 0, np.zeros(n, bool)
    following = order.tolist()
    for start in range(n):
        if not seen[start]:
            cycles += 1
            place = start
            while not seen[place]:
                seen[place] = True
                place = following[place]
    assert abs(cycles - math.log(n) - 0.5772) < 5 * math.sqrt(math.log(n))


def test_first_elements_just_above_the_switch() -> None:
    n = ONE_BUCKET + 1
    rng = generator(seed=4)
    firsts = np.array([rng.permutation(n)[[0, 1, n // 2, n - 1]] for _ in range(150)])
    for column in firsts.T:
        assert stats.kstest((column + 0.5) / n, "uniform").pvalue > 1e-6
    assert stats.kstest(((firsts[:, 1] - firsts[:, 0]) % n) / n, "uniform").pvalue > 1e-6


def test_buckets_are_ranges_of_binomial_sizes() -> None:
    n, bits = 2000, 3
    statistics = []
    for seed in range(60):
        rng = generator(seed=seed)
        words = np.array(reference.words([int(w) for w in rng.bit_generator.state["state"]["key"]], 0, n // 4), "<u8")
        labels = words.view("<u2") & (2**bits - 1)
        order = in_buckets(rng, n, bits)
        counts = np.bincount(labels, minlength=2**bits)
        start = 0
        for bucket, count in enumerate(counts):
            assert np.array_equal(np.sort(order[labels == bucket]), np.arange(start, start + count))
            start += count
        statistics.append(((counts - n / 2**bits) ** 2).sum() / (n / 2**bits))
    assert stats.kstest(statistics, stats.chi2(2**bits - 1).cdf).pvalue > 1e-6


# ---- arguments as NumPy's --------------------------------------------------------------------------------------------------------


class Holder:
    """Items without being a Sequence."""

    def __init__(self, items: list[int]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: int) -> int:
        return self.items[i]

    def __setitem__(self, i: int, value: int) -> None:
        self.items[i] = value


class Subclass(np.ndarray):
    pass


def readonly(shape: Any = 3) -> np.ndarray:
    a = np.zeros(shape)
    a.flags.writeable = False
    return a


BAD: dict[str, Callable[[Any], Any]] = {
    "shuffle read-only": lambda g: g.shuffle(readonly()),
    "shuffle read-only 2-d": lambda g: g.shuffle(readonly((2, 3))),
    "shuffle axis": lambda g: g.shuffle(np.zeros(3), axis=1),
    "shuffle axis -3": lambda g: g.shuffle(np.zeros((3, 2)), axis=-3),
    "shuffle 0-d": lambda g: g.shuffle(np.array(3)),
    "shuffle int": lambda g: g.shuffle(3),
    "shuffle None": lambda g: g.shuffle(None),
    "shuffle tuple": lambda g: g.shuffle((1, 2, 3)),
    "shuffle str": lambda g: g.shuffle("abc"),
    "shuffle set": lambda g: g.shuffle({1, 2, 3}),
    "shuffle list axis": lambda g: g.shuffle([1, 2, 3], axis=1),
    "shuffle iterator": lambda g: g.shuffle(iter([1, 2])),
    "shuffle nothing": lambda g: g.shuffle(),
    "permutation axis": lambda g: g.permutation(np.zeros((2, 3)), axis=2),
    "permutation 1-d axis": lambda g: g.permutation(np.zeros(3), axis=1),
    "permutation float": lambda g: g.permutation(2.5),
    "permutation None": lambda g: g.permutation(None),
    "permutation str": lambda g: g.permutation("abc"),
    "permutation huge": lambda g: g.permutation(2**70),
    "permutation axis type": lambda g: g.permutation(np.zeros((2, 3)), axis="a"),
    "permuted out list": lambda g: g.permuted([1, 2], out=[1, 2]),
    "permuted out shape": lambda g: g.permuted([1, 2], out=np.zeros(3, int)),
    "permuted out type": lambda g: g.permuted([1.5, 2], out=np.zeros(2, int)),
    "permuted out read-only": lambda g: g.permuted([1.0, 2, 3], out=readonly()),
    "permuted out subclass": lambda g: g.permuted([1.0, 2], out=np.ma.zeros(2)),
    "permuted axis": lambda g: g.permuted(np.zeros((2, 3)), axis=2),
    "permuted 0-d": lambda g: g.permuted(3),
    "permuted 0-d axis": lambda g: g.permuted(3, axis=0),
}


def outcome(call: Callable[[Any], Any], g: Any) -> tuple[type, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call(g)
        except Exception as error:
            return type(error), str(error)
    return type(None), ""


@pytest.mark.parametrize("case", BAD)
def test_errors_are_numpys(case: str) -> None:
    theirs = outcome(BAD[case], np.random.default_rng(1))
    assert theirs[0] is not type(None)
    ours = outcome(BAD[case], mm.random.default_rng(1))
    if theirs[1].startswith(("shuffle()", "permutation()")) or "positional argument" in theirs[1]:
        assert ours[0] is theirs[0]  # Cython's wording of missing arguments
    else:
        assert ours == theirs


GOOD: dict[str, Callable[[Any], Any]] = {
    "int": lambda g: g.permutation(6),
    "int and axis": lambda g: g.permutation(6, axis=3),
    "keyword": lambda g: g.permutation(x=6),
    "negative": lambda g: g.permutation(-3),
    "zero": lambda g: g.permutation(0),
    "bool": lambda g: g.permutation(True),
    "uint8": lambda g: g.permutation(np.uint8(9)),
    "int32": lambda g: g.permutation(np.int32(9)),
    "list": lambda g: g.permutation([3, 1, 2]),
    "tuple": lambda g: g.permutation((3.5, 1, 2)),
    "empty list": lambda g: g.permutation([]),
    "strings": lambda g: g.permutation(["a", "bc"]),
    "objects": lambda g: g.permutation(np.array([None, "a", 3], object)),
    "2-d": lambda g: g.permutation(np.arange(12).reshape(4, 3)),
    "2-d axis": lambda g: g.permutation(np.arange(12).reshape(4, 3), axis=1),
    "3-d axis -2": lambda g: g.permutation(np.arange(24).reshape(2, 3, 4), -2),
    "empty 2-d": lambda g: g.permutation(np.zeros((0, 3))),
    "strided": lambda g: g.permutation(np.arange(12)[::2]),
    "permuted list": lambda g: g.permuted([1, 2, 3]),
    "permuted 2-d": lambda g: g.permuted(np.arange(12).reshape(4, 3)),
    "permuted F": lambda g: g.permuted(np.asfortranarray(np.arange(12).reshape(4, 3))),
    "permuted strided": lambda g: g.permuted(np.arange(24).reshape(4, 6)[:, ::2]),
    "permuted axis": lambda g: g.permuted(np.arange(24).reshape(2, 3, 4), axis=1),
    "permuted empty": lambda g: g.permuted(np.zeros((0, 3)), axis=0),
    "permuted empty rows": lambda g: g.permuted(np.zeros((3, 0)), axis=1),
    "permuted objects": lambda g: g.permuted(np.array([["a", None], [1, 2.5]], object), axis=1),
    "permuted wider out": lambda g: g.permuted(np.arange(6), out=np.zeros(6)),
}


@pytest.mark.parametrize("case", GOOD)
def test_results_are_like_numpys(case: str) -> None:
    ours, theirs = GOOD[case](mm.random.default_rng(2)), GOOD[case](np.random.default_rng(2))
    assert type(ours) is type(theirs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    if "permuted" in case:
        assert ours.flags.f_contiguous == theirs.flags.f_contiguous
    assert sorted(map(repr, ours.ravel().tolist())) == sorted(map(repr, theirs.ravel().tolist()))


def test_permuted_lanes_keep_their_elements() -> None:
    x = np.arange(60).reshape(3, 4, 5)
    for axis in range(3):
        drawn = generator().permuted(x, axis=axis)
        assert np.array_equal(np.sort(drawn, axis), x)
        assert not np.array_equal(drawn, x)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("layout", ["C", "F", "strided", "subclass", "masked"])
def test_shuffle_moves_whole_slices(axis: int, layout: str) -> None:
    x: Any = np.arange(20 * 30).reshape(20, 30)
    strided = np.repeat(x, 2, 1)[:, ::2]
    x = {"C": x, "F": np.asfortranarray(x), "strided": strided, "subclass": x.view(Subclass), "masked": np.ma.array(x)}[layout]
    before = np.asarray(x).copy()
    generator(2).shuffle(x, axis)
    order = generator(2).permutation(before.shape[axis])
    assert np.array_equal(np.asarray(x), np.take(before, order, axis))


def test_lists_and_other_sequences() -> None:
    order = generator(2).permutation(50).tolist()
    items: list[Any] = [object() for _ in range(50)]
    for make in (list, UserList):
        data = make(items)
        assert generator(2).shuffle(data) is None
        assert list(data) == [items[i] for i in order]
    numbers = bytearray(range(50))
    generator(2).shuffle(numbers)
    assert list(numbers) == order
    for short in ([], [1], (), (1,)):
        generator().shuffle(short)


def test_what_is_no_sequence_is_warned_of() -> None:
    for g in (np.random.default_rng(1), generator()):
        holder = Holder(list(range(9)))
        with pytest.warns(UserWarning, match="you are shuffling a 'Holder' object which is not a subclass of 'Sequence'"):
            g.shuffle(holder)
        assert sorted(holder.items) == list(range(9))


def test_objects_are_moved_not_copied() -> None:
    for n in (10, 2000):
        items = np.array([[i] for i in range(n)] + [None], object)[:-1]
        first = items[0]
        order = generator().permutation(n)
        generator().shuffle(items)
        assert [item[0] for item in items] == order.tolist()
        assert any(item is first for item in items)
        fresh = generator().permutation(items)
        assert all(a is items[i] for a, i in zip(fresh, order))


def test_foreign_bit_generators_run_numpys_code() -> None:
    for call in (*GOOD.values(), lambda g: [x := list(range(9)), g.shuffle(x)][0]):
        ours, theirs = (call(kind(np.random.PCG64(3))) for kind in (mm.random.Generator, np.random.Generator))
        assert np.array_equal(np.asarray(ours), np.asarray(theirs))


def test_split_rows_are_whole_rows() -> None:
    x = np.tile(np.arange(77), (100, 1))
    whole, parts = generator(), generator()
    expected = whole.permuted(x, axis=1)
    assert np.array_equal(expected, np.concatenate([parts.permuted(x[a:b], axis=1) for a, b in ((0, 1), (1, 60), (60, 100))]))
    assert word_position(whole) == word_position(parts)


def test_ctrl_c_leaves_the_old_or_the_new_order() -> None:
    x = np.resize(np.arange(251, dtype=np.uint8), 60_000_000)  # some 0.1 s
    before = np.bincount(x, minlength=256)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    def interrupted() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        generator().shuffle(x)

    previous = signal.signal(signal.SIGALRM, stop)
    try:
        with mm.threads(1), pytest.raises(KeyboardInterrupt):
            interrupted()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert np.array_equal(np.bincount(x, minlength=256), before)


def test_testing_entry_refuses_bad_input() -> None:
    with pytest.raises(ValueError, match="permute_in_buckets: array must be contiguous"):
        _mlmath.permute_in_buckets(generator()._native, np.zeros(4), 0, False)
    with pytest.raises(ValueError, match="permute_in_buckets: array must be contiguous"):
        _mlmath.permute_in_buckets(generator()._native, np.zeros(4, np.int64), 17, True)
