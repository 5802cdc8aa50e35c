# SPDX-License-Identifier: BSD-3-Clause
"""Philox and Threefry: NumPy's words and states, known answers, and everything NumPy expects of a bit generator."""

from __future__ import annotations

import copy
import hashlib
import pickle
import re
import threading
from typing import Any

import numpy as np
import pytest
import random_reference as reference

import mlmath_native as mm
from mlmath_native import _mlmath

KEY, COUNTERS = 0xFEDCBA9876543210_0123456789ABCDEF, 1 << 256
ENGINES = [mm.random.Philox, mm.random.Threefry]
engines = pytest.mark.parametrize("engine", ENGINES)
ARGUMENTS: list[dict[str, Any]] = [
    {"seed": 3},
    {"seed": [1, 2, 3], "counter": 7},
    {"key": 5},
    {"key": 2**128 - 1, "counter": 2**64 - 3},  # the counter's words carry
    {"key": [1, 2], "counter": [2**64 - 1] * 4},
    {"key": 1, "counter": 2**62 - 2},
    {"key": KEY, "counter": 2**128 + 5},
]


def digest(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def assert_same_state(ours: np.random.BitGenerator, theirs: np.random.BitGenerator) -> None:
    a, b = ours.state, theirs.state
    for name in ("counter", "key"):
        x, y = a["state"].pop(name), b["state"].pop(name)
        assert x.dtype == y.dtype
        assert x.tolist() == y.tolist()
    assert a.pop("buffer").tolist() == b.pop("buffer").tolist()
    assert a == b


# ---- Philox is NumPy's -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=repr)
def test_philox_is_numpys_word_for_word(arguments: dict[str, Any]) -> None:
    ours, theirs = mm.random.Philox(**arguments), np.random.Philox(**arguments)
    assert_same_state(ours, theirs)
    choose = np.random.default_rng(1)
    for turn in range(300):
        n, step = int(choose.integers(30)), int(choose.integers(-3, 50))
        a, b = np.random.Generator(ours), np.random.Generator(theirs)
        action = choose.integers(7)
        if action == 0:
            assert np.array_equal(ours.random_raw(n), theirs.random_raw(n))
        elif action == 1:  # 32 bits at a time, mixed with whole words: the kept half stays
            assert np.array_equal(*(g.integers(0, 2**32, n, dtype=np.uint32) for g in (a, b)))
        elif action == 2:
            assert np.array_equal(*(g.random(n, dtype=np.float32) for g in (a, b)))
        elif action == 3:
            assert np.array_equal(*(g.standard_normal(n) for g in (a, b)))
        elif action == 4:
            ours.advance(step), theirs.advance(step)
        elif action == 5 and turn % 3 == 0:
            ours, theirs = ours.jumped(step), theirs.jumped(step)
        elif action == 6:
            ours.state, theirs.state = theirs.state, ours.state
        assert_same_state(ours, theirs)


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=repr)
def test_native_random_over_philox_is_numpys(isa: str, arguments: dict[str, Any]) -> None:
    # The one law that is the same function of the words; its states too, for float64 and float32.
    ours = mm.random.Generator(mm.random.Philox(**arguments))
    theirs = np.random.Generator(np.random.Philox(**arguments))
    for n, dtype in [(50_001, "f8"), (3, "f4"), (1, "f4"), (3000, "f4"), (2, "f8"), (60_000, "f4")]:
        assert np.array_equal(ours.random(n, dtype=dtype), theirs.random(n, dtype=dtype))
        assert_same_state(ours.bit_generator, theirs.bit_generator)


@pytest.mark.parametrize(
    "arguments",
    [
        {"seed": 1, "key": 2},
        {"seed": -1},
        {"seed": "x"},
        {"key": 2**128},
        {"key": -1},
        {"key": [1, 2, 3]},
        {"key": "a"},
        {"counter": -1},
        {"counter": 2**256},
        {"counter": [1, 2]},
    ],
    ids=repr,
)
def test_bad_arguments_raise_as_numpys(arguments: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)) as theirs:
        np.random.Philox(**arguments)
    with pytest.raises(theirs.type, match=f"^{re.escape(str(theirs.value))}$"):
        mm.random.Philox(**arguments)
    if "key" not in arguments:  # Threefry's key is longer
        with pytest.raises(theirs.type, match=f"^{re.escape(str(theirs.value))}$"):
            mm.random.Threefry(**arguments)


def test_threefry_refuses_keys_out_of_range() -> None:
    with pytest.raises(ValueError, match=r"key must be positive and less than 2\*\*256\."):
        mm.random.Threefry(key=2**256)
    with pytest.raises(ValueError, match="key must have 4 elements when using array form"):
        mm.random.Threefry(key=[1, 2])


# ---- blocks ----------------------------------------------------------------------------------------------------------------------


def words_of(number: int) -> list[int]:
    return [number >> 64 * i & reference.MASK for i in range(4)]


def threefry_words(key: int, first: int, count: int) -> list[int]:
    """Words first .. of Threefry: word w is word w mod 4 of block w / 4."""
    return [reference.threefry4x64(words_of(key), words_of(w // 4 % COUNTERS))[w % 4] for w in range(first, first + count)]


@pytest.mark.parametrize("counter", [0, 2**62 - 2, 2**64 - 9, COUNTERS - 3, 2**200 - 1, 12345])
def test_threefry_is_the_reference(isa: str, counter: int) -> None:
    bits = mm.random.Threefry(key=KEY, counter=counter)
    assert bits.random_raw(150).tolist() == threefry_words(KEY, 4 * (counter + 1), 150)
    rng = mm.random.Generator(mm.random.Threefry(key=KEY, counter=counter))
    assert rng.random(150).tolist() == [(w >> 11) * 2.0**-53 for w in threefry_words(KEY, 4 * (counter + 1), 150)]


@pytest.mark.parametrize(
    ("engine", "counter", "key", "expected"),
    [  # Random123 (D. E. Shaw Research), file kat_vectors, "philox4x64 10" and "threefry4x64 20"
        ("Philox", [0] * 4, [0] * 4, "16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b"),
        ("Philox", [2**64 - 1] * 4, [2**64 - 1] * 4, "87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0"),
        ("Threefry", [0] * 4, [0] * 4, "09218ebde6c85537 55941f5266d86105 4bd25e16282434dc ee29ec846bd2e40b"),
        ("Threefry", [2**64 - 1] * 4, [2**64 - 1] * 4, "29c24097942bba1b 0371bbfb0f6f4e11 3c231ffa33f83a1c cd29113fde32d168"),
    ],
)
def test_known_answers(isa: str, engine: str, counter: list[int], key: list[int], expected: str) -> None:
    assert " ".join(f"{word:016x}" for word in _mlmath.counter_block(engine, key, counter)) == expected


@engines
def test_extra_words_of_float32_tails_are_the_contracts(engine: type) -> None:
    # counter_key.hpp: T(T(text, key), (middle + engine's number, ...)). Radius halves below 2^10 take extra words.
    number = ENGINES.index(engine) + 1
    text = [int.from_bytes(b"mlmath_native: extra words' keys"[8 * i : 8 * i + 8], "little") for i in range(4)]
    key = KEY % 2**64 if engine is mm.random.Philox else KEY
    found = 0
    for counter in (4096, 3 << 190):
        middle = counter if counter > 4096 else 0
        extra = reference.threefry4x64(reference.threefry4x64(text, words_of(key)), words_of(middle + number))
        bits = engine(key=key, counter=counter - 1)
        n = 1 << 23
        words = bits.random_raw(n)
        z = mm.random.Generator(engine(key=key, counter=counter - 1)).standard_normal(2 * n, dtype=np.float32)
        radius = words.reshape(-1, 16)[:, :8].copy().view(np.uint32)
        steps = np.unique(np.nonzero(radius < 1024)[0])[:4]
        found += steps.size
        place = 4 * (counter - middle)  # of the first word
        for s in steps.tolist():
            expected = reference.normals_f32(words[16 * s : 16 * s + 16].tolist(), extra, place + 16 * s)
            assert np.array_equal(z[32 * s : 32 * s + 32], np.array(expected))
    assert found >= 2


# Values of stream_version 1. They may never change: see docs/explain/random_policy.md. These streams begin with word 4, normals of a
# fresh one with the unit of word 16.
GOLDEN = {
    "Philox raw": "c9d0aae05dbd48a641ae0ed0705496fa",
    "Philox normal f64": "8475ca231778b9f0b6cc3ff678bbd048",
    "Philox normal f32": "318e723fc73ad12182e3f8c0347812fa",
    "Threefry raw": "508dd1b7420adba18fde6e7733025f6a",
    "Threefry normal f64": "9c7b108603dc4169b4b00aae04356bac",
    "Threefry normal f32": "724972b6677607a1d96516415f708455",
}


def golden_arrays() -> dict[str, np.ndarray]:
    arrays = {}
    for engine in ENGINES:
        name = engine.__name__
        arrays[f"{name} raw"] = engine(42).random_raw(10_000)
        arrays[f"{name} normal f64"] = mm.random.Generator(engine(42)).standard_normal(100_000)
        arrays[f"{name} normal f32"] = mm.random.Generator(engine(42)).standard_normal(1_000_001, dtype=np.float32)
    return arrays


def test_golden_values() -> None:
    assert {name: digest(values)[:32] for name, values in golden_arrays().items()} == GOLDEN


# ---- a bit generator -------------------------------------------------------------------------------------------------------------


@engines
@pytest.mark.parametrize(
    "make", [lambda b: pickle.loads(pickle.dumps(b)), copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"]
)
@pytest.mark.parametrize("used", [0, 1, 7, 1000, 9001])
@pytest.mark.parametrize("arguments", [{"seed": 77}, {"key": 77}], ids=["seed", "key"])
def test_a_copy_goes_on_bit_for_bit(engine: type, make: Any, used: int, arguments: dict[str, int]) -> None:
    bits = engine(**arguments)
    np.random.Generator(bits).integers(0, 2**32, size=used, dtype=np.uint32)
    bits.random_raw(used % 3)
    other = make(bits)
    assert type(other) is engine
    assert_same_state(other, bits)
    draw = [np.random.Generator(b).integers(0, 2**32, size=33, dtype=np.uint32) for b in (bits, other)]
    assert np.array_equal(*draw)
    assert (other.seed_seq is None) == ("key" in arguments)
    if "seed" in arguments:
        assert other.seed_seq.state == bits.seed_seq.state


@engines
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: [], TypeError, "state must be a dict"),
        (lambda s: s | {"bit_generator": "PCG64"}, ValueError, "state must be for a (Philox|Threefry) PRNG"),
        (lambda s: s | {"buffer_pos": 5}, ValueError, r"buffer_pos must be in \[0, 4\], got 5"),
        (lambda s: s | {"uinteger": 2**32}, ValueError, "uinteger must be in"),
        (lambda s: s | {"buffer": [0] * 4}, ValueError, "buffer must hold the words"),
        (lambda s: s | {"buffer": [0] * 3}, ValueError, "buffer must be 4 integers"),
        (lambda s: s | {"state": s["state"] | {"key": [1]}}, ValueError, "key must be . integers below"),
        (lambda s: s | {"state": s["state"] | {"counter": [-1, 0, 0, 0]}}, ValueError, "counter must be 4 integers below"),
    ],
)
def test_bad_states_are_refused_and_change_nothing(engine: type, change: Any, error: type, message: str) -> None:
    bits, other = engine(5), engine(5)
    bits.random_raw(2), other.random_raw(2)
    with pytest.raises(error, match=message):
        bits.state = change(bits.state)
    assert_same_state(bits, other)
    assert np.array_equal(bits.random_raw(9), other.random_raw(9))


@engines
def test_advance_and_jumped(engine: type) -> None:
    raw = engine(8).random_raw(200)
    for used, delta in [(0, 0), (0, 3), (1, 3), (3, 10), (4, 3), (5, 0), (150, -20)]:
        bits = engine(8)
        bits.random_raw(used)
        assert bits.advance(delta) is bits
        first = 4 * (-(-used // 4) + delta)  # the rest of a block is dropped
        assert np.array_equal(bits.random_raw(5), raw[first : first + 5])
    bits = engine(8)
    bits.random_raw(33)
    assert np.array_equal(bits.jumped(2).random_raw(9), bits.jumped().jumped().random_raw(9))
    assert np.array_equal(bits.jumped().random_raw(9), engine(8).advance(2**128 + 9).random_raw(9))
    assert bits.jumped(2**128).random_raw() == engine(8).advance(9).random_raw()
    with pytest.raises(TypeError, match=r"delta must be an integer, got 1\.5"):
        bits.advance(1.5)
    with pytest.raises(TypeError, match="jumps must be an integer, got 'x'"):
        bits.jumped("x")


@engines
def test_spawn_and_seed_sequences(engine: type) -> None:
    children = engine(8).spawn(3)
    count = engine(0).state["state"]["key"].size
    for child, sequence in zip(children, np.random.SeedSequence(8).spawn(3)):
        assert child.state["state"]["key"].tolist() == sequence.generate_state(count, np.uint64).tolist()
    spawned = mm.random.Generator(engine(8)).spawn(2)
    assert [type(g) for g in spawned] == [mm.random.Generator] * 2
    assert spawned[1].random() == mm.random.Generator(children[1]).random()
    keyed = engine(key=8)
    assert keyed.seed_seq is None
    with pytest.raises(TypeError, match="The underlying SeedSequence does not implement spawning"):
        keyed.spawn(2)
    assert engine().state["state"]["key"].tolist() != engine().state["state"]["key"].tolist()


@engines
def test_interfaces_of_the_base_class(engine: type) -> None:
    bits = engine(1)
    interface = bits.ctypes
    assert interface.next_uint64(interface.state) == engine(1).random_raw()
    assert interface.next_double(interface.state) == mm.random.Generator(engine(1)).random(2)[1]
    assert np.random.RandomState(engine(1)).random_sample() == mm.random.Generator(engine(1)).random()
    assert isinstance(mm.random.default_rng(engine(1)), mm.random.Generator)


@engines
def test_odd_halves_between_whole_words(engine: type) -> None:
    rng = mm.random.Generator(engine(6))
    words = engine(6).random_raw(20).tolist()
    halves = [h for w in words for h in (w & 0xFFFFFFFF, w >> 32)]
    single = [(h >> 8) * 2.0**-24 for h in halves]
    double = [(w >> 11) * 2.0**-53 for w in words]
    assert rng.random(3, dtype=np.float32).tolist() == single[:3]
    assert rng.random(2, dtype=np.float32).tolist() == single[3:5]
    assert rng.random(2).tolist() == double[3:5]  # a whole word ...
    assert rng.random(dtype=np.float32) == single[10]  # ... and then a new one, though a half was left
    assert np.random.Generator(rng.bit_generator).integers(0, 2**32, dtype=np.uint32) == halves[11]


@engines
def test_numpys_methods_and_ours_at_the_same_time(engine: type) -> None:
    rng = mm.random.Generator(engine(15))
    drawn: list[np.ndarray] = []
    worker = threading.Thread(target=lambda: drawn.extend(np.random.Generator.random(rng, 10_000) for _ in range(10)))
    worker.start()
    ours = [rng.random(100) for _ in range(300)]
    worker.join()
    together = np.sort(np.concatenate(drawn + ours))
    assert np.array_equal(together, np.sort(mm.random.Generator(engine(15)).random(together.size)))
