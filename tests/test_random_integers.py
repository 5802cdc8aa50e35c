# SPDX-License-Identifier: BSD-3-Clause
"""integers, bytes, bernoulli: values against the definition in plain Python, no bias, NumPy's arguments and errors."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest
import random_reference as reference
from scipy import stats

import mlmath_native as mm

BLOCK = 8192
TYPES = [np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


def generator(position: int = 0, seed: int = 31, use: str = "words") -> mm.random.Generator:
    """A generator that stands at a position counted in 32-bit halves, in a unit that earlier draws used in the way of `use`."""
    bits = mm.random.XBlock(seed)
    bits.state = bits.state | {"state": bits.state["state"] | {"position": position, "unit_use": use}}
    return mm.random.Generator(bits)


def position(rng: np.random.Generator) -> int:
    return rng.bit_generator.state["state"]["position"]


def limits(dtype: type) -> tuple[int, int]:
    return (0, 1) if dtype is np.bool_ else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


# ---- the definition --------------------------------------------------------------------------------------------------------------


def piece_bits(item: int, span: int) -> int:
    for bits in {1: (8, 16), 2: (16, 32), 4: (32, 64), 8: (32, 64, 128)}[item]:
        if span <= 1 << bits and (1 << bits) % span <= 1 << (bits - 8):
            return bits
    return bits


def value_of(key: list[int], place: int, piece: int, x: int, span: int, bits: int) -> tuple[int, bool]:
    """What a piece of the word at `place` gives, and whether it was rejected."""
    product = x * span
    if product % (1 << bits) >= (1 << bits) % span:
        return product >> bits, False
    for e in itertools.count(piece, max(1, 64 // bits)):
        product = reference.threefry4x64(key, [place, 1 + e // 4, 0, 2])[e % 4] * span
        if product % 2**64 >= 2**64 % span:
            return product >> 64, True
    raise AssertionError


def expected(rng: mm.random.Generator, n: int, item: int, low: int, span: int) -> tuple[list[int], int]:
    """n elements from where `rng` stands, from their definition, and how many came from extra words."""
    key, start = [int(word) for word in rng.bit_generator.state["state"]["key"]], position(rng)
    bits = piece_bits(item, span)
    per_word = max(1, 64 // bits)
    first = start // 2 if bits == 32 and item >= 4 else (start + 1) // 2
    if bits == 128:
        first = (first + 1) // 2 * 2
        element = first // 2
        units = range(element // 16, (element + n - 1) // 16 + 1)
        words = raw(rng, 32 * units[0], 32 * len(units))
        pieces = [
            (32 * unit + j, 0, words[32 * u + j] + (words[32 * u + j + 16] << 64))
            for u, unit in enumerate(units)
            for j in range(16)
        ][element % 16 :]
    else:
        words = raw(rng, first, n // per_word + 2)
        pieces = [(first + i, j, w >> j * bits & ((1 << bits) - 1)) for i, w in enumerate(words) for j in range(per_word)]
        if bits == 32 and item >= 4:
            pieces = pieces[start % 2 :]
    drawn = [value_of(key, place, piece, x, span, bits) for place, piece, x in pieces[:n]]
    return [low + value for value, _ in drawn], sum(rejected for _, rejected in drawn)


def raw(rng: mm.random.Generator, first: int, count: int) -> list[int]:
    bits = mm.random.XBlock(31)
    bits.state = bits.state | {"state": rng.bit_generator.state["state"] | {"position": 2 * first}}
    return bits.random_raw(count).tolist()


CASES = [
    (np.bool_, 0, 1),
    (np.bool_, 1, 1),
    (np.uint8, 0, 255),
    (np.int8, -128, 127),
    (np.int8, -3, 13),  # 17: 8 bits, x = 0 rejected
    (np.uint8, 100, 199),  # 16 bits
    (np.int16, -32768, 32767),
    (np.uint16, 7, 306),  # 16 bits, 136 of 65536 rejected
    (np.int16, -500, 499),  # 32 bits
    (np.int32, -(2**31), 2**31 - 1),
    (np.uint32, 5, 5),
    (np.uint32, 0, 2**25),  # 64 bits
    (np.int32, -(2**31), 1),
    (np.int64, 0, 999),
    (np.int64, -1, 2**32 - 2),
    (np.int64, -(2**33), -(2**33) + 2**31),
    (np.int64, -(2**63), 2**63 - 1),
    (np.int64, 0, 2**63 - 2),
    (np.uint64, 1, 3 * 2**40),
    (np.uint64, 1, 3 * 2**62),  # 128 bits
    (np.int64, -5, 2**63 - 4),
]


@pytest.mark.parametrize("start", [0, 5, 2 * BLOCK - 37])
@pytest.mark.parametrize(("dtype", "low", "last"), CASES)
def test_integers_are_their_definition(isa: str, dtype: type, low: int, last: int, start: int) -> None:
    item, span = np.dtype(dtype).itemsize, last - low + 1
    use = "two_steps" if piece_bits(item, span) == 128 else "words"
    values, _ = expected(generator(start, use=use), 700, item, low, span)
    drawn = generator(start, use=use).integers(low, last, 700, dtype, endpoint=True)
    assert drawn.dtype == dtype
    assert drawn.tolist() == values


def test_rejected_pieces_take_extra_words(isa: str) -> None:
    for dtype, last in ((np.uint8, 16), (np.uint16, 299)):
        values, rejected = expected(generator(), 3000, np.dtype(dtype).itemsize, 0, last + 1)
        assert rejected > 2
        assert generator().integers(0, last, 3000, dtype, endpoint=True).tolist() == values


def test_arrays_of_bounds_are_their_definition(isa: str) -> None:
    # One word each. A span of 2^63 + 1 rejects every second one, and some extra words too.
    rng = np.random.default_rng(4)
    for dtype in TYPES:
        least, largest = limits(dtype)
        low = [
            least,
            least,
            0,
            *rng.integers(least, largest, 300, dtype if dtype is not np.bool_ else np.int64, endpoint=True).tolist(),
        ]
        last = [largest, least, largest, *(min(largest, value + (2**63 >> 9 * (i % 8))) for i, value in enumerate(low[3:]))]
        mine = generator(7)
        key = [int(word) for word in mine.bit_generator.state["state"]["key"]]
        words = raw(mine, 4, len(low))
        values = [
            a + (w if b - a + 1 == 2**64 else value_of(key, 4 + i, 0, w, b - a + 1, 64)[0])
            for i, (a, b, w) in enumerate(zip(low, last, words))
        ]
        array = np.array(low, object) if dtype is np.uint64 else np.array(low, np.int64)
        assert mine.integers(array, np.array(last, object), dtype=dtype, endpoint=True).tolist() == values
        assert position(mine) == 8 + 2 * len(low)
        assert generator(7).integers(array, np.array([b + 1 for b in last], object), dtype=dtype).tolist() == values
    low, span = 3, 2**63 + 1
    mine = generator()
    key = [int(word) for word in mine.bit_generator.state["state"]["key"]]
    drawn = [value_of(key, i, 0, w, span, 64) for i, w in enumerate(raw(mine, 0, 300))]
    assert 100 < sum(rejected for _, rejected in drawn) < 200
    bounds = np.full(300, low, np.uint64), np.full(300, low + span, np.uint64)
    assert mine.integers(*bounds, dtype=np.uint64).tolist() == [low + value for value, _ in drawn]


def test_bernoulli_is_its_definition(isa: str) -> None:
    half = np.array(raw(generator(), 0, 400), np.uint64).view(np.uint32).tolist()
    for p in (0.0, 2.0**-40, 0.3, 0.5, 1 - 2.0**-53, 1.0):
        truth = [h < p * 2**32 for h in half]
        assert generator().bernoulli(p, 800).tolist() == truth
        assert generator().bernoulli([p] * 800).tolist() == truth
    # A half that equals the threshold's upper half: the lower half is compared with extra words.
    key = [int(word) for word in generator().bit_generator.state["state"]["key"]]
    for i in (6, 7):
        extra = reference.threefry4x64(key, [3, 1, 0, 3])[i % 2] >> 32
        step = 2**12  # p = (half, extra, +-) has 53 bits
        for lower, truth in ((extra // step * step, False), ((extra // step + 1) * step, True)):
            p = (half[i] * 2**32 + lower) / 2**64
            assert (p * 2**64) == half[i] * 2**32 + lower
            for drawn in (
                generator().bernoulli(p, 8),
                generator().bernoulli(np.full(8, p)),
                generator().bernoulli(p, 8, np.float32),
            ):
                assert bool(drawn[i]) is truth


# ---- the same bits however the draw is made --------------------------------------------------------------------------------------

LAWS = {
    "uint8": (lambda g, n: g.integers(0, 256, n, np.uint8), 8),
    "int8 100": (lambda g, n: g.integers(-50, 50, n, np.int8), 4),
    "uint8 17": (lambda g, n: g.integers(17, size=n, dtype=np.uint8), 8),
    "bool": (lambda g, n: g.integers(2, size=n, dtype=bool), 8),
    "int16 300": (lambda g, n: g.integers(-7, 293, n, np.int16), 4),
    "uint16 1000": (lambda g, n: g.integers(1000, size=n, dtype=np.uint16), 2),
    "int32 1000": (lambda g, n: g.integers(1000, size=n, dtype=np.int32), 1),
    "uint32 2**25 + 1": (lambda g, n: g.integers(2**25 + 1, size=n, dtype=np.uint32), 1),
    "int64 1000": (lambda g, n: g.integers(1000, size=n), 1),
    "int64 2**40": (lambda g, n: g.integers(-(2**40), 2**40 + 3, n), 1),
    "uint64 3 * 2**62": (lambda g, n: g.integers(3 * 2**62, size=n, dtype=np.uint64), 1),
    "int64 arrays": (lambda g, n: g.integers(np.zeros(n, int), 9), 1),
    "bernoulli": (lambda g, n: g.bernoulli(0.3, n), 1),
    "bernoulli f32": (lambda g, n: g.bernoulli(0.3, n, np.float32), 1),
    "bernoulli f64": (lambda g, n: g.bernoulli(0.3, n, np.float64), 1),
    "bernoulli arrays": (lambda g, n: g.bernoulli(np.full(n, 0.3)), 1),
    "bytes": (lambda g, n: np.frombuffer(g.bytes(n), np.uint8), 8),
}
SPLITS = [(0, [1]), (13, [7, 1, 16, 33, 1025]), (517, [BLOCK // 2 + 5, 0, BLOCK])]


@pytest.mark.parametrize("law", LAWS)
def test_same_bits_for_isa_threads_splits_offsets(law: str) -> None:
    draw, grain = LAWS[law]  # draws may be split at multiples of the grain
    n = grain * (4 * BLOCK + 123)
    # Elements a half of a word each stand at halves, others at words or pairs of words.
    spacing = {"int32 1000": 1, "int64 1000": 1, "uint64 3 * 2**62": 4}.get(law, 1 if "bernoulli" in law else 2)
    whole = draw(generator(), n + grain * 1000)
    digests = set()
    for isa, threads in itertools.product(mm.system.available_isas(), (1, 2, 3, 7)):
        with mm.system.use_isa(isa), mm.threads(threads):
            for offset, pieces in SPLITS:
                rng = generator(spacing * offset, use="two_steps" if spacing == 4 else "words")
                drawn = [draw(rng, grain * piece) for piece in pieces]
                drawn.append(draw(rng, n - sum(part.size for part in drawn)))
                same = np.array_equal(np.concatenate(drawn), whole[grain * offset : grain * offset + n])
                assert same, (isa, threads, offset, pieces)
            digests.add(hashlib.sha256(draw(generator(), n)).hexdigest())
    assert len(digests) == 1


GOLDEN = {
    "uint8": "865dfb15a1d3c3224d2e6a6459d158ca",
    "int8 100": "2f5e2559f6ca28cd88e128153e167783",
    "uint8 17": "fc8f8f78edfd45aa1c88a343644e0790",
    "bool": "ba633d321328f73318d9df26ee3eaa06",
    "int16 300": "3a66e20ed85c3202e5945155252f2a44",
    "uint16 1000": "4134689a92962f28fe7370a65f219c86",
    "int32 1000": "248a5acb7003da479d5a86f8c828073d",
    "uint32 2**25 + 1": "1ac6f5baf73afece25cba4ff7a5f456f",
    "int64 1000": "f6d8923a5f60d833bf3d829e4baecb32",
    "int64 2**40": "256dbd8be8e9ed4a54c2a7336b0be50c",
    "uint64 3 * 2**62": "ff015e62c86d7425dfd1132ca50a181a",
    "int64 arrays": "c1d8975d83ae8de5c99d1c302d567c4b",
    "bernoulli": "6612c01a02743938127df6dc470c1eda",
    "bernoulli f32": "218b4c62ba6653746fbad1b7d7eb62a8",
    "bernoulli f64": "cdd6c50f5df2b2f2431443509dc18b30",
    "bernoulli arrays": "6612c01a02743938127df6dc470c1eda",
    "bytes": "865dfb15a1d3c3224d2e6a6459d158ca",
}


def test_golden_values_of_stream_version_1() -> None:
    found = {law: hashlib.sha256(draw(mm.random.default_rng(42), 40_001)).hexdigest()[:32] for law, (draw, _) in LAWS.items()}
    assert found == GOLDEN


def test_past_the_caches() -> None:
    # Non-temporal stores at every alignment, and a last word that is used in part.
    n = 35_000_003
    room = np.empty(n + 8, np.uint8)
    expected_bytes = np.concatenate([generator(i // 4).integers(0, 256, 8 * 70_000, np.uint8) for i in range(0, n, 8 * 70_000)])[:n]
    for shift in (1, 6):
        room.fill(7)
        out = room[shift : shift + n]
        generator().integers(0, 256, dtype=np.uint8, out=out)
        assert np.array_equal(out, expected_bytes)
        assert (room[:shift] == 7).all()
        assert (room[shift + n :] == 7).all()


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1001, 4096, 8191, 70_001])
def test_small_elements_round_up_to_words(n: int) -> None:
    room = np.full(n + 2, 77, np.uint8)
    rng = generator(1)  # a half has been used: its word is left behind
    rng.integers(0, 256, dtype=np.uint8, out=room[1 : n + 1])
    assert position(rng) == 2 + 2 * -(-n // 8)
    assert room[0] == room[-1] == 77
    assert np.array_equal(room[1:-1], generator(2).integers(0, 256, n + 100, np.uint8)[:n])
    assert generator(1).bytes(n) == room[1:-1].tobytes()
    rng = generator(1)
    drawn = rng.integers(1000, size=n, dtype=np.int16)  # two to a word
    assert position(rng) == 2 + 2 * -(-n // 2)
    assert np.array_equal(drawn, generator(2).integers(1000, size=n + 5, dtype=np.int16)[:n])


@pytest.mark.parametrize(("dtype", "low", "last"), CASES)
def test_one_at_a_time(dtype: type, low: int, last: int) -> None:
    whole = generator(2 * BLOCK - 21).integers(low, last, 200, dtype, endpoint=True)
    rng = generator(2 * BLOCK - 21)
    single = [rng.integers(low, last, dtype=dtype, endpoint=True) for _ in range(50)]
    assert all(type(value) is dtype for value in single)
    per_word = 64 // piece_bits(np.dtype(dtype).itemsize, last - low + 1) if np.dtype(dtype).itemsize < 4 else 1
    assert single[: 200 // per_word] == whole[::per_word][:50].tolist()  # of 8 and 16 bits: the first of each word


def test_bernoulli_one_at_a_time() -> None:
    for dtype, kind in ((bool, bool), (np.uint8, np.uint8), (np.float32, float), (np.float64, float)):
        rng = generator(9)
        single = [rng.bernoulli(0.4, dtype=dtype) for _ in range(100)]
        assert all(type(value) is kind for value in single)
        assert single == generator(9).bernoulli(0.4, 100).tolist()


# ---- goodness of fit -------------------------------------------------------------------------------------------------------------

SPANS = [3, 10, 100, 1000, 2**24 + 3, 2**31 + 1, 2**32 - 5, 2**32 + 1, 3 * 2**62, 2**63 - 1, 2**63 + 1, 2**64 - 1]


@pytest.mark.parametrize("span", SPANS)
def test_no_bias(span: int) -> None:
    """Cells of consecutive values, and remainders: every cell has its exact share of the values."""
    n = 200_000
    x = generator(seed=span % 1009).integers(0, span, n, np.uint64)
    assert int(x.max()) < span
    cells = min(span, 64)
    shares = np.array([(span * (i + 1) + cells - 1) // cells - (span * i + cells - 1) // cells for i in range(cells)], float)
    consecutive = np.bincount([int(v) * cells // span for v in x.tolist()], minlength=cells)
    for counts, share in (
        (consecutive, shares / span),
        *(
            (np.bincount((x % m).astype(int), minlength=m), np.full(m, 1 / m))
            for m in (2, 3, 7, 61)
            if span % m == 0 or span > 2**40
        ),
    ):
        assert 1e-6 < stats.chisquare(counts, share * n).pvalue < 1 - 1e-6


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
@pytest.mark.parametrize("span", [2, 3, 100, 129, 256, 300, 1000, 65536])
def test_no_bias_of_small_elements(dtype: type, span: int) -> None:
    least, largest = limits(dtype)
    if span > largest - least + 1:
        pytest.skip("wider than the type")
    n = 2_000_000
    x = generator(seed=span).integers(least, least + span - 1, n, dtype, endpoint=True).astype(int) - least
    counts = np.bincount(x, minlength=span)
    assert counts.size == span
    assert 1e-6 < stats.chisquare(counts).pvalue < 1 - 1e-6
    if span >= 8:  # neighbours are independent
        cells = x * 8 // span
        share = np.bincount(np.arange(span) * 8 // span) / span
        pairs = np.bincount(cells[:-1:2] * 8 + cells[1::2], minlength=64)
        assert 1e-6 < stats.chisquare(pairs, np.outer(share, share).ravel() * pairs.sum()).pvalue < 1 - 1e-6


@pytest.mark.parametrize("p", [1e-5, 0.1, 0.5, 1 / 3, 0.999])
def test_bernoulli_frequencies(p: float) -> None:
    n = 4_000_000
    drawn = generator(seed=3).bernoulli(p, n)
    assert abs(drawn.sum() - n * p) < 5 * (n * p * (1 - p)) ** 0.5
    both = int((drawn[:-1] & drawn[1:]).sum())
    assert abs(both - n * p * p) < 6 * (n * p * p) ** 0.5 + 6
    assert np.array_equal(drawn, generator(seed=3).bernoulli(p, n, np.float32) == 1)
    assert np.array_equal(drawn, generator(seed=3).bernoulli(p, n, np.float64) == 1)
    assert np.array_equal(drawn, generator(seed=3).bernoulli(p, n, np.uint8) == 1)
    assert np.array_equal(drawn[:1000], generator(seed=3).bernoulli(np.full(1000, p)))
