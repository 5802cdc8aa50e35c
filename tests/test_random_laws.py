# SPDX-License-Identifier: BSD-3-Clause
"""uniform and normal: bits against the reference, accuracy against mpmath, the same bits however a draw is made."""

from __future__ import annotations

import hashlib
import itertools

import mpmath
import numpy as np
import pytest
import random_reference as reference

import mlmath_native as mm
from mlmath_native import _mlmath

STEP = 16
BLOCK = 8192
TYPES = [np.float64, np.float32]


def standard_normals(words: np.ndarray, numpy_type: int) -> bytes:
    n = words.size * (2 if numpy_type == 11 else 1)
    return _mlmath.elements_of_words("normal", words.tobytes(), (np.zeros(n), np.ones(n)), numpy_type)


def generator(position: int = 0, seed: int = 31, use: str = "words") -> mm.random.Generator:
    """A generator that stands at a position counted in 32-bit halves, in a unit that earlier draws used in the way of `use`."""
    bits = mm.random.XBlock(seed)
    bits.state = bits.state | {"state": bits.state["state"] | {"position": position, "unit_use": use}}
    return mm.random.Generator(bits)


def key_of(rng: np.random.Generator) -> list[int]:
    return [int(word) for word in rng.bit_generator.state["state"]["key"]]


# ---- against the plain-Python reference ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0, 5, BLOCK - 3])
def test_random_is_the_reference(isa: str, start: int) -> None:
    rng = generator(2 * start)
    expected = [(w >> 11) * 2.0**-53 for w in reference.words(key_of(rng), start, 50)]
    assert rng.random(50).tolist() == expected
    rng = generator(2 * start + 1)
    expected = [(h >> 8) * 2.0**-24 for h in reference.halves(key_of(rng), 2 * start + 1, 50)]
    assert rng.random(50, dtype=np.float32).tolist() == expected


@pytest.mark.parametrize("start", [0, BLOCK - STEP])
def test_standard_normal_is_the_reference(isa: str, start: int) -> None:
    rng = generator(2 * start)
    words = reference.words(key_of(rng), start, 3 * STEP)
    steps = [words[i : i + STEP] for i in range(0, len(words), STEP)]
    expected = [z for step in steps for z in reference.normals_f64(step)]
    assert rng.standard_normal(len(expected)).tolist() == expected
    single = [z for i, step in enumerate(steps) for z in reference.normals_f32(step, key_of(rng), start + STEP * i)]
    assert np.array_equal(generator(2 * start).standard_normal(len(single), dtype=np.float32), np.array(single))


def test_float32_tail_is_the_reference(isa: str) -> None:
    # Radius halves below 2^10 are continued by extra words of the key; `elements_of_words` has the key 0.
    rng = np.random.default_rng(5)
    words = rng.integers(0, 2**64, size=4 * STEP, dtype=np.uint64)
    words &= np.uint64(0x000003FF_0000FFFF)
    words[::3] &= np.uint64(0xFFFFFFFF_000003FF)
    words[5] = 0
    drawn = np.frombuffer(standard_normals(words, 11), np.float32)
    plain = words.tolist()
    expected = [z for i in range(0, len(plain), STEP) for z in reference.normals_f32(plain[i : i + STEP], [0] * 4, i)]
    assert np.array_equal(drawn, np.array(expected))
    assert np.hypot(drawn[:16], drawn[16:32]).max() > 6.8  # the extra bits reach beyond what 32 can


def test_placed_laws_round_twice_as_numpy(isa: str) -> None:
    z, u = generator().standard_normal(1000), generator().random(1000)
    assert np.array_equal(generator().normal(-3.3, 0.7, 1000), -3.3 + 0.7 * z)
    assert np.array_equal(generator().uniform(-3.3, 0.7, 1000), -3.3 + (0.7 - -3.3) * u)
    z, u = generator().standard_normal(1000, dtype=np.float32), generator().random(1000, dtype=np.float32)
    a, b = np.float32(-3.3), np.float32(0.7)
    assert np.array_equal(generator().normal(-3.3, 0.7, 1000, dtype=np.float32), a + b * z)
    assert np.array_equal(generator().uniform(-3.3, 0.7, 1000, dtype=np.float32), a + np.float32(0.7 - -3.3) * u)


# ---- accuracy of the transform ---------------------------------------------------------------------------------------------------


def crafted_words(count: int) -> np.ndarray:
    """Ends of both uniforms, every exponent, neighbours of powers of two, random words of every length."""
    rng = np.random.default_rng(77)
    ends = [0, 1, 2, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1]
    powers = [w for e in range(64) for w in (1 << e, (1 << e) - 1, 2**64 - (1 << e), 3 << max(e - 1, 0))]
    edges = np.array([w % 2**64 for w in ends + powers], np.uint64)
    plain = rng.integers(0, 2**64, size=count, dtype=np.uint64)
    short = plain >> rng.integers(0, 64, size=count, dtype=np.uint64)
    return np.concatenate([edges, plain, short, ~short])


def test_normal_float64_is_right_to_2_to_the_minus_44(isa: str) -> None:
    rng = np.random.default_rng(3)
    radii = crafted_words(1000)
    radii = np.resize(radii, -(-radii.size // 8) * 8)
    angles = rng.permutation(radii)
    words = np.concatenate([radii.reshape(-1, 8), angles.reshape(-1, 8)], axis=1)
    drawn = np.frombuffer(standard_normals(words, 12)).reshape(-1, 2, 8)
    worst = mpmath.mpf(0)
    with mpmath.workprec(120):
        for w, angle, (first, second) in zip(radii.tolist(), angles.tolist(), drawn.transpose(0, 2, 1).reshape(-1, 2).tolist()):
            radius = mpmath.sqrt(-2 * mpmath.log((mpmath.mpf(w) + 0.5) / 2**64))
            phi = mpmath.pi / 2 * (mpmath.mpf(2 * (angle >> 13) + 1) / 2**52 - 0.5)
            point = [mpmath.cos(phi) * (-1) ** (angle & 1), mpmath.sin(phi)]
            if angle & 2:
                point.reverse()
            for z, exact in zip((first, second), point):
                worst = max(worst, abs(z / (radius * exact) - 1))
    assert worst < mpmath.mpf(2) ** -44
    assert np.isfinite(drawn).all()
    assert (drawn != 0).all()
    assert 9.4925 < np.hypot(drawn[:, 0], drawn[:, 1]).max() < 9.4926  # word 0: sqrt(130 ln 2)


def test_normal_float32_is_right_to_a_few_ulp(isa: str) -> None:
    radii, angles = crafted_words(500), np.random.default_rng(3).permutation(crafted_words(500))
    radii, angles = (np.resize(w, 8 * (w.size // 8)).reshape(-1, 8) for w in (radii, angles))
    words = np.concatenate([radii, angles], axis=1)
    drawn = np.frombuffer(standard_normals(words, 11), np.float32).astype(np.float64).reshape(-1, 2, 16)
    h, angle = radii.view(np.uint32).astype(np.float64), angles.view(np.uint32)
    u = (h + 0.5) / 2**32  # exact in double
    radius = np.sqrt(-2 * np.where(u > 0.5, np.log1p(-((2.0**32 - 1 - h) + 0.5) / 2**32), np.log(u)))
    phi = np.pi / 2 * ((angle & ~np.uint32(3)) | 2).astype(np.int32) / 2.0**32
    first, second = np.where(angle & 1, -1, 1) * np.cos(phi), np.sin(phi)
    first, second = np.where(angle & 2, second, first), np.where(angle & 2, first, second)
    exact = np.stack([radius * first, radius * second], axis=1)
    ordinary = np.broadcast_to((h >= 1024)[:, None, :], exact.shape)
    error = np.abs(drawn / exact - 1)[ordinary]
    assert error.max() < 6 * 2.0**-24
    assert 5.5 < np.abs(drawn[ordinary]).max() < 5.52
    assert np.abs(drawn).max() < 9.42  # sqrt(128 ln 2)
    assert (drawn != 0).all()


def test_random_reaches_both_ends(isa: str) -> None:
    u = generator().random(3_000_000)
    assert 0 <= u.min() < 1e-5
    assert 1 - 1e-5 < u.max() < 1
    u = generator().random(3_000_000, dtype=np.float32)
    assert 0 <= u.min() < 1e-5
    assert 1 - 1e-5 < u.max() <= 1 - 2.0**-24


# ---- the same bits however the draw is made --------------------------------------------------------------------------------------

LAWS = {
    "random": lambda g, **k: g.random(**k),
    "uniform": lambda g, **k: g.uniform(-1, 5, **k),
    "standard_normal": lambda g, **k: g.standard_normal(**k),
    "normal": lambda g, **k: g.normal(2, 3, **k),
}
SIZE = 6 * BLOCK + 123  # six blocks of doubles: enough for threads


def cuts(n: int, kind: str) -> list[int]:
    if kind == "one call":
        return [n]
    if kind == "1 + rest":
        return [1, n - 1]
    if kind == "odd pieces":
        return [7, 1, 16, 33, 1025, 9000, n - 7 - 1 - 16 - 33 - 1025 - 9000]
    assert kind == "halves of a block"
    pieces = [BLOCK // 2 + 5] * (n // (BLOCK // 2 + 5))
    return [*pieces, n - sum(pieces)]


OFFSETS_AND_SPLITS = [(0, "one call"), (1, "1 + rest"), (13, "odd pieces"), (99, "halves of a block"), (517, "one call")]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("law", LAWS)
def test_same_bits_for_isa_threads_splits_offsets(law: str, dtype: type) -> None:
    draw = LAWS[law]
    per_word = 8 // np.dtype(dtype).itemsize
    use = ("pairs" if dtype is np.float64 else "half_pairs") if "normal" in law else "words"
    n = SIZE * per_word
    whole = draw(generator(), size=n + 1000, dtype=dtype)
    for isa, threads in itertools.product(mm.system.available_isas(), (1, 2, 3, 7)):
        with mm.system.use_isa(isa), mm.threads(threads):
            for offset, split in (
                (0, "one call"),
                (1, "1 + rest"),
                (13, "odd pieces"),
                (99, "halves of a block"),
                (517, "one call"),
            ):
                rng = generator((2 // per_word) * offset, use=use)
                parts = np.concatenate([draw(rng, size=piece, dtype=dtype) for piece in cuts(n, split)])
                expected = hashlib.sha256(whole[offset : offset + n].tobytes()).digest()
                assert hashlib.sha256(parts.tobytes()).digest() == expected, (isa, threads, offset, split)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("law", LAWS)
def test_one_at_a_time_is_the_same_stream(isa: str, law: str, dtype: type) -> None:
    rng = generator(2 * BLOCK - 60)
    drawn = [LAWS[law](rng, dtype=dtype) for _ in range(100)]
    assert all(type(value) is float for value in drawn)
    assert drawn == LAWS[law](generator(2 * BLOCK - 60), size=100, dtype=dtype).tolist()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("n", [0, 1, 17, 5000, 100_003])
def test_out_at_every_alignment_and_order(law: str, dtype: type, n: int) -> None:
    expected = LAWS[law](generator(), size=n, dtype=dtype)
    for shift in (0, 1, 3, 5):
        room = np.full(n + 20, -7, dtype)
        out = room[shift : shift + n]
        assert LAWS[law](generator(), out=out, dtype=dtype) is out
        assert np.array_equal(out, expected)
        assert (room[:shift] == -7).all()
        assert (room[shift + n :] == -7).all()
    if n % 17 == 0:
        fortran = np.empty((n // 17, 17), dtype, order="F")
        LAWS[law](generator(), out=fortran, dtype=dtype)
        assert np.array_equal(fortran.ravel(order="K"), expected)  # filled in memory order, as by NumPy


def test_past_the_caches_at_every_alignment(isa: str) -> None:
    # Larger than half of any last-level cache the library believes in: non-temporal stores, with partial lines at both ends.
    if isa == "baseline":
        pytest.skip("the same stores, slowly")
    n = 4_300_001
    room = np.empty(n + 8)
    expected = np.concatenate([generator(2 * i).random(min(43_000, n - i)) for i in range(0, n, 43_000)])
    for shift in (0, 1, 6):
        out = room[shift : shift + n]
        out.fill(-1)
        generator().random(out=out)
        assert np.array_equal(out, expected)
    single = np.empty(2 * n + 8, np.float32)
    out = single[3 : 3 + 2 * n]
    generator().standard_normal(out=out, dtype=np.float32)
    expected = np.concatenate(
        [generator(i, use="half_pairs").standard_normal(min(86_000, 2 * n - i), dtype=np.float32) for i in range(0, 2 * n, 86_000)]
    )
    assert np.array_equal(out, expected)


def test_shapes() -> None:
    expected = generator().normal(size=24)
    for size in ((2, 3, 4), [2, 3, 4], (np.int64(2), 3, 4), (4, 6), 24, np.int32(24)):
        assert np.array_equal(generator().normal(size=size).ravel(), expected)
    assert generator().random(()).shape == ()
    assert generator().random((3, 0, 2)).shape == (3, 0, 2)
    assert generator().random(0).dtype == np.float64


def test_array_parameters_broadcast_as_numpys() -> None:
    loc, scale = np.array([[0.0], [10.0]]), np.array([1.0, 2.0, 0.0])
    z, u = generator().standard_normal((2, 3)), generator().random((2, 3))
    assert np.array_equal(generator().normal(loc, scale), loc + scale * z)
    assert np.array_equal(generator().uniform(loc, loc + scale), loc + (loc + scale - loc) * u)
    assert np.array_equal(generator().normal(loc, scale, size=(4, 2, 3))[0], loc + scale * z)
    single = generator().normal(loc, scale, dtype=np.float32)
    assert single.dtype == np.float32
    out = np.empty((2, 3))
    assert generator().normal(loc, scale, out=out) is out
    assert np.array_equal(out, loc + scale * z)
    assert np.isnan(generator().normal(0, np.nan))
    assert np.isnan(generator().normal(0, [1.0, np.nan])).tolist() == [False, True]
    # NumPy scalars and 0-d arrays are scalars.
    assert generator().normal(np.float32(2), np.array(3)) == generator().normal(2.0, 3.0)


def test_no_warning_and_no_flag_on_extreme_parameters() -> None:
    with np.errstate(all="raise"):
        assert np.isinf(generator().normal(0, 1e308, 1000)).any()
        generator().normal(1e-310, 1e-310, 1000)
        generator().normal([0.0, 1.0], 1.7e308, (1000, 2))
        generator().uniform(-1e308, 0.5e308, 10)
