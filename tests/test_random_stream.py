# SPDX-License-Identifier: BSD-3-Clause
"""XBlock: words against an independent reference, frozen values, and everything NumPy expects of a bit generator."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import random_reference as reference

import mlmath_native as mm

BLOCK = 8192


def key_of(bits: np.random.BitGenerator) -> list[int]:
    return [int(word) for word in bits.state["state"]["key"]]


def at(position: int, seed: int = 9) -> mm.random.XBlock:
    """A bit generator that stands at a position counted in 32-bit halves."""
    bits = mm.random.XBlock(seed)
    state = bits.state
    state["state"]["position"] = position
    bits.state = state
    return bits


def test_reference_gives_the_known_answers_of_threefry() -> None:
    # Random123 (D. E. Shaw Research), file kat_vectors, lines "threefry4x64 20".
    ones = [reference.MASK] * 4
    pi = [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89]
    key = [0x452821E638D01377, 0xBE5466CF34E90C6C, 0xBE5466CF34E90C6C, 0xC0AC29B7C97C50DD]
    cases = [
        ([0] * 4, [0] * 4, "09218ebde6c85537 55941f5266d86105 4bd25e16282434dc ee29ec846bd2e40b"),
        (ones, ones, "29c24097942bba1b 0371bbfb0f6f4e11 3c231ffa33f83a1c cd29113fde32d168"),
        (pi, key, "a7e8fde591651bd9 baafd0c30138319b 84a5c1a729e685b9 901d406ccebc1ba4"),
    ]
    for counter, k, expected in cases:
        assert " ".join(f"{word:016x}" for word in reference.threefry4x64(k, counter)) == expected


def test_reference_gives_the_known_outputs_of_xoshiro() -> None:
    # The first outputs from the state (1, 2, 3, 4), worked out by hand: rotl(s0 + s3, 23) + s0.
    first = (5 << 23) + 1
    assert next(reference.xoshiro256pp((1, 2, 3, 4))) == first == 41943041


@pytest.mark.parametrize("start", [0, 1, BLOCK - 5, 5 * BLOCK + 77, 2**63 - 3, 2**64 - 20])
def test_words_are_the_reference(isa: str, start: int) -> None:
    bits = at(2 * start)
    assert bits.random_raw(40).tolist() == reference.words(key_of(bits), start, 40)


def test_halves_are_low_then_high(isa: str) -> None:
    # NumPy's own method takes 32 bits per value here, through our next_uint32.
    for start in (0, 3, 2 * BLOCK - 7):
        bits = at(start)
        drawn = np.random.Generator(bits).integers(0, 2**32, size=21, dtype=np.uint32)
        assert drawn.tolist() == reference.halves(key_of(bits), start, 21)
        assert bits.state["state"]["position"] == start + 21


def test_a_whole_word_leaves_a_used_word_behind() -> None:
    bits = at(5)
    assert bits.random_raw() == reference.words(key_of(bits), 3, 1)[0]
    assert bits.state["state"]["position"] == 8


def test_doubles_of_numpys_code_are_ours() -> None:
    # next_double of the C interface, beside our own method.
    assert np.array_equal(np.random.Generator(mm.random.XBlock(3)).random(1000), mm.random.default_rng(3).random(1000))


# Values of stream_version 1. They may never change: see docs/explain/random_policy.md.
GOLDEN_WORDS = "e15cb0519a6748a2 f384820316859a52 a8cd3b30f812e513 4430b0c3a1d2efd5"
GOLDEN = {
    "raw": "e3c9f755bfaaa0c717028393d0a7b18d",
    "raw jumped": "485dc50c2ccf57b77c4a4f01d45d5a2d",
    "raw child": "485c117d95c970948657b5ad8c0cb164",
    "random f64": "3d71ef6570da8948084d3bcd1457826e",
    "random f32": "772258cfb93a19cd64fcc4cf3ad6e58a",
    "uniform f64": "a00f1e92173315397af5accb0fa014ca",
    "uniform f32": "c9b7a70b7a21e1742da8db0a2a5284eb",
    "normal f64": "bbf8fa3367a7bedbf8c66b2918ac55f2",
    "normal f32": "6de50e600f09f2afdcb94a2d15748b53",
    "normal f64 moved": "3c7c34e7d80a4a2f7b35f38904cec72a",
}


def digest(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def golden_arrays() -> dict[str, np.ndarray]:
    return {
        "raw": mm.random.XBlock(42).random_raw(100_000),
        "raw jumped": mm.random.XBlock(42).jumped(3).random_raw(1000),
        "raw child": mm.random.XBlock(42).spawn(2)[1].random_raw(1000),
        "random f64": mm.random.default_rng(42).random(100_000),
        "random f32": mm.random.default_rng(42).random(100_001, dtype=np.float32),
        "uniform f64": mm.random.default_rng(42).uniform(-2.5, 11, 100_000),
        "uniform f32": mm.random.default_rng(42).uniform(-2.5, 11, 100_001, dtype=np.float32),
        "normal f64": mm.random.default_rng(42).standard_normal(100_000),
        "normal f32": mm.random.default_rng(42).standard_normal(4_000_001, dtype=np.float32)[-100_000:],
        "normal f64 moved": mm.random.default_rng(42).normal(3, 0.7, 100_000),
    }


def test_golden_first_words() -> None:
    assert [f"{word:016x}" for word in mm.random.XBlock(42).random_raw(4).tolist()] == GOLDEN_WORDS.split()


def test_golden_values_of_stream_version_1() -> None:
    assert {name: digest(values)[:32] for name, values in golden_arrays().items()} == GOLDEN


def test_state_round_trip() -> None:
    bits = mm.random.XBlock(5)
    bits.random_raw(123)
    state = bits.state
    assert state["bit_generator"] == "XBlock"
    assert state["stream_version"] == 1
    assert state["state"]["position"] == 246
    after = bits.random_raw(10)
    other = mm.random.XBlock(6)
    other.state = state
    assert np.array_equal(other.random_raw(10), after)
    bits.state = state
    assert np.array_equal(bits.random_raw(10), after)


def test_state_is_a_copy() -> None:
    bits = mm.random.XBlock(5)
    state = bits.state
    state["state"]["key"][:] = 0
    assert bits.state["state"]["key"].any()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: [], TypeError, "state must be a dict"),
        (lambda s: s | {"bit_generator": "PCG64"}, ValueError, "state must be for a XBlock PRNG"),
        (lambda s: s | {"stream_version": 2}, ValueError, "stream_version 1, got 2"),
        (lambda s: s | {"state": s["state"] | {"key": np.zeros(3, np.uint64)}}, ValueError, "4 integers below"),
        (lambda s: s | {"state": s["state"] | {"jump": 2**64}}, ValueError, "jump must be in"),
        (lambda s: s | {"state": s["state"] | {"position": -1}}, ValueError, "position must be in"),
        (lambda s: s | {"state": s["state"] | {"position": 2**65}}, ValueError, "position must be in"),
    ],
)
def test_bad_states_are_refused_and_change_nothing(change, error, message) -> None:
    bits = mm.random.XBlock(5)
    before = bits.state
    with pytest.raises(error, match=message.replace("*", r"\*")):
        bits.state = change(bits.state)
    assert bits.state["state"]["position"] == before["state"]["position"]
    assert np.array_equal(bits.random_raw(3), mm.random.XBlock(5).random_raw(3))


@pytest.mark.parametrize("delta", [0, 1, 15, 16, 100, BLOCK, 12345, 2**40, 2**64 - 1, -1, -100])
def test_advance(delta: int) -> None:
    bits = mm.random.XBlock(8)
    bits.random_raw(50)
    moved = copy.copy(bits)
    assert moved.advance(delta) is moved
    assert moved.random_raw(5).tolist() == reference.words(key_of(bits), 50 + delta, 5)


def test_advance_refuses_what_is_no_integer() -> None:
    with pytest.raises(TypeError, match=r"delta must be an integer, got 1\.5"):
        mm.random.XBlock(8).advance(1.5)
    with pytest.raises(TypeError, match="jumps must be an integer, got 'x'"):
        mm.random.XBlock(8).jumped("x")


def test_jumped() -> None:
    bits = mm.random.XBlock(8)
    bits.random_raw(33)
    jumped = bits.jumped(2)
    assert type(jumped) is mm.random.XBlock
    assert jumped.random_raw(20).tolist() == reference.words(key_of(bits), 33, 20, jump=2)
    assert bits.jumped().jumped().random_raw() == bits.jumped(2).random_raw()
    assert bits.jumped(2**64).random_raw() == bits.random_raw()


def test_spawn_is_numpys_seed_sequence() -> None:
    children = mm.random.XBlock(8).spawn(3)
    expected = np.random.SeedSequence(8).spawn(3)
    for child, sequence in zip(children, expected):
        assert key_of(child) == sequence.generate_state(4, np.uint64).tolist()
    spawned = mm.random.default_rng(8).spawn(2)
    assert all(type(g) is mm.random.Generator for g in spawned)
    assert spawned[1].random() == mm.random.Generator(children[1]).random()


@pytest.mark.parametrize(
    "make", [lambda b: pickle.loads(pickle.dumps(b)), copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"]
)
@pytest.mark.parametrize("used", [0, 1, 7, 1000, 9001])
def test_a_copy_goes_on_bit_for_bit(make, used: int) -> None:
    bits = mm.random.XBlock(77)
    np.random.Generator(bits).integers(0, 2**32, size=used, dtype=np.uint32)  # an odd number of halves
    other = make(bits)
    assert type(other) is mm.random.XBlock
    draw = [np.random.Generator(b).integers(0, 2**32, size=33, dtype=np.uint32) for b in (bits, other)]
    assert np.array_equal(*draw)
    assert other.seed_seq.state == bits.seed_seq.state


def test_a_generator_copy_goes_on_bit_for_bit() -> None:
    rng = mm.random.default_rng(77)
    rng.normal(size=37)
    rng.random(3, dtype=np.float32)
    other = pickle.loads(pickle.dumps(rng))
    assert type(other) is mm.random.Generator
    assert other.bit_generator is not rng.bit_generator
    assert np.array_equal(other.normal(size=100), rng.normal(size=100))
    shared = copy.copy(rng)  # as NumPy's: the copy shares the bit generator
    assert shared.bit_generator is rng.bit_generator
    deep = copy.deepcopy(rng)
    assert deep.random() == rng.random()


@pytest.mark.parametrize("seed", [0, 12345, 2**200, [1, 2, 3], np.random.SeedSequence(4), np.int64(3)])
def test_seeds_are_numpys(seed) -> None:
    entropy = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    assert key_of(mm.random.XBlock(seed)) == entropy.generate_state(4, np.uint64).tolist()


@pytest.mark.parametrize("seed", [-1, 1.5, "abc", [1, -2]])
def test_bad_seeds_raise_as_numpys(seed) -> None:
    with pytest.raises((TypeError, ValueError)) as theirs:
        np.random.PCG64(seed)
    with pytest.raises(theirs.type) as ours:
        mm.random.XBlock(seed)
    assert str(ours.value) == str(theirs.value)


def test_fresh_entropy_differs() -> None:
    assert key_of(mm.random.XBlock()) != key_of(mm.random.XBlock())


def test_interfaces_of_the_base_class() -> None:
    bits = mm.random.XBlock(1)
    interface = bits.ctypes
    assert interface.next_uint64(interface.state) == reference.words(key_of(bits), 0, 1)[0]
    assert np.random.RandomState(mm.random.XBlock(1)).random_sample() == mm.random.default_rng(1).random()


def test_inherited_methods_continue_where_ours_stop() -> None:
    rng = mm.random.default_rng(21)
    rng.random(10)
    rng.wald(1.0, 2.0, size=4)  # NumPy's code: a normal and a uniform number each
    position = rng.bit_generator.state["state"]["position"]
    assert position >= 2 * (10 + 8)
    word = (position + 1) // 2
    assert rng.random() == (reference.words(key_of(rng.bit_generator), word, 1)[0] >> 11) * 2.0**-53


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork_goes_on_in_both_processes() -> None:
    rng = mm.random.default_rng(3)
    rng.random(100_000)  # the pool has run
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(write, digest(rng.normal(size=200_000)).encode())
            status = 0
        finally:
            os._exit(status)
    ours = digest(rng.normal(size=200_000))
    _, status = os.waitpid(child, 0)
    theirs = os.read(read, 64).decode()
    os.close(read), os.close(write)
    assert status == 0
    assert theirs == ours


def test_two_threads_on_one_generator_share_the_stream_without_overlap() -> None:
    # Each thread's calls take positions out of one stream: together they are exactly its beginning.
    rng = mm.random.default_rng(15)
    sizes = [1, 5, 16, 1000, 3000, 20_000]
    rounds = 30
    barrier = threading.Barrier(2)

    def work(offset: int) -> list[np.ndarray]:
        barrier.wait()
        return [rng.random(sizes[(i + offset) % len(sizes)]) for i in range(rounds)]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(2) as pool:
            parts = [part for job in [pool.submit(work, 0), pool.submit(work, 3)] for part in job.result()]
    finally:
        sys.setswitchinterval(before)
    drawn = np.sort(np.concatenate(parts))
    assert np.array_equal(drawn, np.sort(mm.random.default_rng(15).random(drawn.size)))


def test_another_thread_draws_numpys_way_at_the_same_time() -> None:
    # NumPy's methods hold the lock while they fill without the GIL; ours must wait for it.
    rng = mm.random.default_rng(15)
    with ThreadPoolExecutor(2) as pool:
        theirs = pool.submit(lambda: [np.random.Generator.random(rng, 10_000) for _ in range(20)])
        ours = [rng.random(100) for _ in range(500)]
        drawn = np.sort(np.concatenate(theirs.result() + ours))
    assert np.array_equal(drawn, np.sort(mm.random.default_rng(15).random(drawn.size)))
