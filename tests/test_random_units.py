# SPDX-License-Identifier: BSD-3-Clause
"""Units of words between draws: laws that use them in different ways never read a word twice.

What a draw reads is modelled here from its contract (random/draw/law.hpp, random/engines/stream_key.hpp), and the model is held
against the library from both sides: no element changes with a word that the model does not give it, and every draw, wherever it
begins, has the values of the place that the model says.
"""

from __future__ import annotations

import copy
import itertools
import os
import pickle
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native import _mlmath

ENGINES = {"XBlock": mm.random.XBlock, "Philox": mm.random.Philox, "Threefry": mm.random.Threefry}
F8, F4 = np.float64, np.float32
SEED = 31
UNIT_WORDS = {"words": 1, "pairs": 16, "half_pairs": 16, "two_steps": 32, "gammas": 32, "two_gammas": 64}
HALVES = {"words": 2, "pairs": 2, "half_pairs": 1, "two_steps": 4, "gammas": 4, "two_gammas": 8}


# ---- the model -------------------------------------------------------------------------------------------------------------------


def read_by(use: str, halves: int, element: int) -> set[int]:
    """The 32-bit halves of the stream that an element may read; elements are numbered from the stream's word 0."""
    if halves == 1 and use == "words":
        return {element}
    if use == "half_pairs":  # half h of a step: radius and angle are halves h mod 16 and h mod 16 + 16
        step, lane = divmod(element, 32)
        return {32 * step + lane % 16, 32 * step + lane % 16 + 16}
    steps = max(1, halves // 2)
    unit, lane = divmod(element, 16)
    words = set()
    for step in range(steps):
        normal = use == "pairs" or (use in ("gammas", "two_gammas") and step % 2 == 0)
        first = 16 * (steps * unit + step)
        words |= {first + lane % 8, first + lane % 8 + 8} if normal else {first + lane}
    return {2 * w + h for w in words for h in (0, 1)}


def begins(position: int, used: str, use: str, halves: int) -> int:
    """Where a draw begins, in halves, behind one that ended at `position`: its unit if the use changes, else its own length."""
    step = halves if use == used else max(halves, 2 * max(UNIT_WORDS[used], UNIT_WORDS[use]))
    if use == used == "half_pairs" or (use == used == "words" and halves == 1):
        return position
    return -(-position // step) * step


class Law(NamedTuple):
    """draw(rng, n), how its elements use their unit, their halves of words; pieces: elements in a word (0: it takes n words)."""

    draw: Callable[[Any, int], Any]
    use: str = "words"
    halves: int = 2
    array_law: tuple[str, tuple[float, ...], type] | None = None


def real(name: str, *parameters: float, use: str = "words", single: str = "") -> dict[str, Law]:
    """A law of real numbers in both types; `single`: how float32 uses its unit."""

    def law(kind: type, how: str, halves: int) -> Law:
        array_law = (name, parameters, kind) if parameters else None
        return Law(lambda g, n: getattr(g, name)(*parameters, size=n, dtype=kind), how, halves, array_law)

    own = single or use
    halves = HALVES[own] if own != "words" else 1
    return {f"{name} f8": law(F8, use, HALVES[use]), f"{name} f4": law(F4, own, halves)}


def shuffled(g: Any, n: int) -> np.ndarray:
    x = np.arange(n)
    g.shuffle(x)
    return x


COVARIANCE = np.array([[2.0, 0.5], [0.5, 1.0]])
P = np.arange(1, 31) / 465.0
LAWS: dict[str, Law] = {
    **real("random"),
    **real("uniform", -1, 5),
    **real("standard_normal", use="pairs", single="half_pairs"),
    **real("normal", 2, 3, use="pairs", single="half_pairs"),
    **real("lognormal", 0.5, 0.8, use="pairs", single="half_pairs"),
    **real("exponential", 2.5),
    **real("rayleigh", 2),
    **real("gumbel", 1, 2),
    **real("laplace", 1, 2),
    **real("logistic", 1, 2),
    **real("standard_cauchy"),
    **real("weibull", 1.7),
    **real("pareto", 2.5),
    **real("power", 2.5),
    **real("triangular", -1, 0.5, 2),
    **real("standard_gamma", 2.5, use="gammas"),
    **real("gamma", 0.3, 2, use="gammas"),
    **real("chisquare", 5, use="gammas"),
    **real("beta", 2, 3, use="two_gammas"),
    **real("f", 5, 7, use="two_gammas"),
    **real("standard_t", 4, use="two_steps"),
    "standard_exponential": Law(lambda g, n: g.standard_exponential(n)),
    "dirichlet": Law(lambda g, n: g.dirichlet([0.5], n), "gammas", 4),
    "multivariate_normal": Law(lambda g, n: g.multivariate_normal([1, 2], COVARIANCE, n, method="cholesky"), "pairs", 2),
    "integers i8": Law(lambda g, n: g.integers(0, 2**40 + 12345, n)),
    "integers i4": Law(lambda g, n: g.integers(0, 1000, n, np.int32), "words", 1),
    "integers u1": Law(lambda g, n: g.integers(0, 256, 8 * n, np.uint8)),
    "integers 128": Law(lambda g, n: g.integers(3 * 2**62, size=n, dtype=np.uint64), "two_steps", 4),
    "integers bounds": Law(lambda g, n: g.integers(np.zeros(n, int), 9)),
    "bytes": Law(lambda g, n: np.frombuffer(g.bytes(8 * n), np.uint8)),
    "bernoulli": Law(lambda g, n: g.bernoulli(0.3, n), "words", 1),
    "poisson": Law(lambda g, n: g.poisson(4.0, n)),
    "poisson direct": Law(lambda g, n: g.poisson(2e4, n), "two_steps", 4),
    "poisson arrays": Law(lambda g, n: g.poisson(np.full(n, 3.0)), "two_steps", 4, ("poisson", (3.0,), np.int64)),
    "binomial": Law(lambda g, n: g.binomial(100, 0.3, n)),
    "binomial arrays": Law(lambda g, n: g.binomial(np.full(n, 50), 0.6), "two_steps", 4, ("binomial", (50, 0.6), np.int64)),
    "geometric": Law(lambda g, n: g.geometric(0.01, n), array_law=("geometric", (0.01,), np.int64)),
    "negative_binomial": Law(lambda g, n: g.negative_binomial(2.5, 0.1, n)),
    "multinomial": Law(lambda g, n: g.multinomial(7, [0.2, 0.3, 0.5], n)),
    "choice": Law(lambda g, n: g.choice(2**40, n)),
    "choice p": Law(lambda g, n: g.choice(30, n, p=P)),
    "choice set": Law(lambda g, n: g.choice(100, n, replace=False)),
    "choice p set": Law(lambda g, n: g.choice(30, min(n, 9), p=P, replace=False)),
    "categorical": Law(lambda g, n: g.categorical(np.log(P), size=n)),
    "permutation": Law(lambda g, n: g.permutation(n)),
    "shuffle": Law(shuffled),
    "permuted": Law(lambda g, n: g.permuted(np.arange(3 * n).reshape(3, n), axis=1)),
    "raw": Law(lambda g, n: g.bit_generator.random_raw(n)),
    "next_double": Law(lambda g, n: np.random.Generator(g.bit_generator).random(n)),
    "next_uint64": Law(lambda g, n: np.random.Generator(g.bit_generator).integers(2**64, size=n, dtype=np.uint64)),
}


def engine_of(rng: np.random.Generator) -> str:
    return type(rng.bit_generator).__name__


def place(rng: np.random.Generator) -> tuple[int, str]:
    """Position in halves, and the unit's use. The counter-based engines stand behind a word whose high half they keep, and may
    keep it for long: it tells the position while it is that of the word before."""
    state = rng.bit_generator.state
    if engine_of(rng) == "XBlock":
        return state["state"]["position"], state["state"]["unit_use"]
    word = 4 * int(state["state"]["counter"][0]) + state["buffer_pos"]
    use = state.get("unit_use", "words")
    before = int(state["buffer"][state["buffer_pos"] - 1]) >> 32
    return 2 * word - (state["has_uint32"] and state["uinteger"] == before), use


def at(engine: str, position: int, use: str) -> mm.random.Generator:
    """A generator at a position in halves inside a unit that was used in this way."""
    bits = ENGINES[engine](SEED)
    if engine == "XBlock":
        bits.state = bits.state | {"state": bits.state["state"] | {"position": position, "unit_use": use}}
        return mm.random.Generator(bits)
    word, half = divmod(position, 2)
    bits.advance((word + half) // 4 - 1)  # words are numbered from counter 0 on
    bits.random_raw((word + half) % 4)
    if half:  # the word before is drawn, its high half kept
        word_before = ENGINES[engine](SEED).advance(word // 4 - 1).random_raw(word % 4 + 1)[-1]
        bits.state = bits.state | {"has_uint32": 1, "uinteger": int(word_before) >> 32}
    bits.state = bits.state | {"unit_use": use}
    return mm.random.Generator(bits)


# ---- the model is the library's --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", [name for name, law in LAWS.items() if law.array_law])
def test_no_element_changes_with_a_word_that_is_not_its_own(law: str) -> None:
    _, use, halves, array_law = LAWS[law]
    assert array_law is not None
    name, parameters, kind = array_law
    if name == "poisson" and use == "words":
        pytest.skip("drawn by table")
    steps, elements = max(1, halves // 2), 32 if halves == 1 else 16
    rng = np.random.default_rng(5)

    def convert(words: np.ndarray) -> np.ndarray:
        arrays = tuple(np.full(elements, float(p)) for p in parameters)
        return np.frombuffer(_mlmath.elements_of_words(name, words.tobytes(), arrays, np.dtype(kind).num), kind)

    changed: list[set[int]] = [set() for _ in range(elements)]
    for _ in range(6):
        words = rng.integers(0, 2**64, 16 * steps, np.uint64)
        before = convert(words)
        for half in range(32 * steps):
            other = words.copy()
            other[half // 2] ^= rng.integers(1, 2**32, dtype=np.uint64) << np.uint64(32 * (half % 2))
            for j in np.nonzero(convert(other).view(np.uint8).reshape(elements, -1) != before.view(np.uint8).reshape(elements, -1))[
                0
            ]:
                changed[j].add(half)
    for j in range(elements):
        assert changed[j] <= read_by(use, halves, j), j
        assert changed[j]  # the search finds something


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("first", LAWS)
def test_no_word_is_read_by_two_draws(engine: str, first: str) -> None:
    a, n = LAWS[first], 5
    rng = mm.random.Generator(ENGINES[engine](SEED))
    start, used = place(rng)
    a.draw(rng, n)
    end, now = place(rng)
    begin = begins(start, used, a.use, a.halves)
    assert now == a.use
    by_first = read(begin, end, a)
    state = rng.bit_generator.state
    for i, (second, b) in enumerate(LAWS.items()):
        if engine != "XBlock" and (i + list(LAWS).index(first)) % 2 == (engine == "Philox"):
            continue  # these two share all but their words: half of the pairs each
        rng.bit_generator.state = state
        drawn = np.asarray(b.draw(rng, 3))
        there, after = place(rng)
        assert after == b.use, second
        starts = begins(end, a.use, b.use, b.halves)
        # The values are those of the place that the model says ...
        again = at(engine, starts, b.use)
        assert np.array_equal(drawn, b.draw(again, 3)), second
        assert place(again) == (there, after), second
        # ... and what is read there, nothing before has read; elements that share words share them with their own kind.
        by_second = read(starts, there, b)
        assert not own(starts, there, b) & own(begin, end, a), second
        if a.use != b.use or UNIT_WORDS[a.use] == 1:
            assert not by_first & by_second, second
        assert by_second, second


def elements_between(begin: int, end: int, law: Law) -> range:
    return range(begin // law.halves, -(-end // law.halves))


def read(begin: int, end: int, law: Law) -> set[int]:
    return set().union(*(read_by(law.use, law.halves, i) for i in elements_between(begin, end, law)))


def own(begin: int, end: int, law: Law) -> set[tuple[str, int]]:
    """The elements themselves: a place of the unit, and how it is used."""
    return {(law.use, h) for h in range(begin, end)}


# ---- what the defect looked like -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [F8, F4])
def test_uniforms_behind_normals_are_independent_of_them(engine: str, kind: type) -> None:
    # Found as a correlation of 0.125: the uniforms were made from the words that were the normals' angles.
    rng = mm.random.Generator(ENGINES[engine](7))
    runs, n = 20_000, 8
    z, u = np.empty((runs, n), kind), np.empty((runs, n), kind)
    for i in range(runs):
        rng.standard_normal(out=z[i], dtype=kind)
        rng.random(out=u[i], dtype=kind)
    table = np.corrcoef(np.abs(z), np.abs(u - 0.5), rowvar=False)[:n, n:]
    assert np.abs(table).max() < 5 / np.sqrt(runs)


# ---- mid-unit: copies, states, splits --------------------------------------------------------------------------------------------

COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda g: pickle.loads(pickle.dumps(g)),
    "copy": copy.deepcopy,
    "state": lambda g: mm.random.Generator(with_state(type(g.bit_generator)(0), g.bit_generator.state)),
}


def with_state(bits: Any, state: dict[str, Any]) -> Any:
    bits.state = state
    return bits


SHARING = [name for name, law in LAWS.items() if UNIT_WORDS[law.use] > 1]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("n", [5, 31, 32])  # 31 float32 normals end with a kept half of the unit's last word
def test_a_copy_goes_on_inside_a_unit(engine: str, way: str, n: int) -> None:
    for name in SHARING:
        law = LAWS[name]
        whole = law.draw(mm.random.Generator(ENGINES[engine](SEED)), n + 40)
        rng = mm.random.Generator(ENGINES[engine](SEED))
        law.draw(rng, n)
        again = COPIES[way](rng)
        assert place(again) == place(rng)
        other = COPIES[way](rng)
        assert np.array_equal(law.draw(again, 40), whole[n:]), name  # the split promise, across the copy
        assert np.array_equal(other.random(9), rng.random(9)), name
        assert np.array_equal(other.random(3, np.float32), rng.random(3, np.float32)), name
        assert place(other) == place(rng), name


@pytest.mark.parametrize("engine", ENGINES)
def test_laws_that_take_turns_one_number_at_a_time(engine: str) -> None:
    rng = mm.random.Generator(ENGINES[engine](SEED))
    used: set[int] = set()
    turns = [("standard_normal f8", "standard_normal"), ("random f8", "random"), ("gamma f8", "gamma"), ("beta f8", "beta")]
    for _, (name, method) in zip(range(60), itertools.cycle(turns)):
        law = LAWS[name]
        start, use = place(rng)
        value = getattr(rng, method)(*(law.array_law[1] if law.array_law else ()))
        begin = begins(start, use, law.use, law.halves)
        assert value == law.draw(at(engine, begin, law.use), 1)[0]
        words = read(begin, place(rng)[0], law)
        assert not used & words
        used |= words


@pytest.mark.parametrize("engine", ENGINES)
def test_float32_normals_and_kept_halves(engine: str) -> None:
    # A kept half of a unit of normals goes on with normals of 32 bits and with nothing else.
    for n in (1, 5, 15, 17, 31, 33, 63):
        for middle in ("nothing", "random", "uint32", "uint64", "normal", "empty"):
            rng = mm.random.Generator(ENGINES[engine](SEED))
            whole = mm.random.Generator(ENGINES[engine](SEED)).standard_normal(200, F4)
            first = rng.standard_normal(n, F4)
            assert np.array_equal(first, whole[:n])
            end, _ = place(rng)
            numpys = np.random.Generator(rng.bit_generator)
            if middle == "empty":
                assert rng.random(0).size == rng.random(0, F4).size == rng.standard_normal(0).size == 0
            elif middle == "random":
                assert np.array_equal(rng.random(1, F4), at(engine, -(-end // 32) * 32, "words").random(1, F4))
            elif middle == "uint32":
                low = numpys.integers(2**32, dtype=np.uint32)
                assert low == at(engine, -(-end // 32) * 32, "words").bit_generator.random_raw() & 0xFFFFFFFF
            elif middle == "uint64":
                assert rng.bit_generator.random_raw() == at(engine, -(-end // 32) * 32, "words").bit_generator.random_raw()
            elif middle == "normal":
                z = rng.standard_normal()
                assert z == at(engine, -(-end // 32) * 32, "pairs").standard_normal()
            begin = end if middle in ("nothing", "empty") else (-(-end // 32) + 1) * 32
            expected = at(engine, begin, "half_pairs").standard_normal(9, F4)
            assert np.array_equal(rng.standard_normal(9, F4), expected), (n, middle)
            if middle in ("nothing", "empty"):
                assert np.array_equal(expected, whole[n : n + 9])


@pytest.mark.parametrize("engine", ENGINES)
def test_half_of_words_kept_across_normals(engine: str) -> None:
    # NumPy's methods take a half that they kept before the normals: it is theirs. XBlock leaves it behind.
    for law in ("standard_normal f8", "standard_gamma f8", "f f8"):
        rng = mm.random.Generator(ENGINES[engine](SEED))
        numpys = np.random.Generator(rng.bit_generator)
        word = mm.random.Generator(ENGINES[engine](SEED)).bit_generator.random_raw()
        assert numpys.integers(2**32, dtype=np.uint32) == word & 0xFFFFFFFF
        LAWS[law].draw(rng, 3)
        half = numpys.integers(2**32, dtype=np.uint32)
        assert (half == word >> 32) == (engine != "XBlock")


@pytest.mark.parametrize("engine", ENGINES)
def test_normals_do_not_begin_in_the_half_that_uniforms_left(engine: str) -> None:
    rng = mm.random.Generator(ENGINES[engine](SEED))
    rng.random(31 - place(rng)[0] % 32, F4)  # all of a unit but its last half
    end, _ = place(rng)
    assert end % 32 == 31
    assert np.array_equal(rng.standard_normal(9, F4), at(engine, end + 1, "half_pairs").standard_normal(9, F4))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("law", ["standard_normal f8", "standard_normal f4", "gamma f8", "beta f4", "standard_t f8"])
def test_advance_jumped_and_spawn_inside_a_unit(engine: str, law: str) -> None:
    use = LAWS[law].use
    make = ENGINES[engine]
    rng = mm.random.Generator(make(5))
    LAWS[law].draw(rng, 5)
    bits, end = rng.bit_generator, place(rng)[0]
    left = -(-end // (2 * UNIT_WORDS[use])) * UNIT_WORDS[use]  # in words
    unit = 1 if engine == "XBlock" else 4  # what advance counts
    for delta in (0, 1, 7, 1 << 20):
        other = mm.random.Generator(copy.deepcopy(bits).advance(delta))
        assert place(other) == (2 * (left + unit * delta), "words")
        u = other.random(20)
        assert np.array_equal(u, raw_uniforms(make(5), left + unit * delta, 20))
    # A jumped stream is another one: it may go on where it likes, but as a copy of it does.
    a, b = mm.random.Generator(bits.jumped(2)), mm.random.Generator(bits.jumped().jumped())
    assert np.array_equal(LAWS[law].draw(a, 40), LAWS[law].draw(b, 40))
    assert not np.isin(LAWS[law].draw(mm.random.Generator(bits.jumped()), 40), LAWS[law].draw(rng, 100)).any()
    # Children begin at the beginning.
    child, same = mm.random.Generator(make(5).spawn(1)[0]), mm.random.Generator(make(np.random.SeedSequence(5).spawn(1)[0]))
    assert np.array_equal(child.normal(size=5), same.normal(size=5))
    assert place(mm.random.Generator(bits.spawn(1)[0])) == place(mm.random.Generator(make(5)))


def raw_uniforms(bits: Any, word: int, n: int) -> np.ndarray:
    if isinstance(bits, mm.random.XBlock):
        return (bits.advance(word).random_raw(n) >> np.uint64(11)) * 2.0**-53
    bits.advance(word // 4 - 1)
    return (bits.random_raw(word % 4 + n)[word % 4 :] >> np.uint64(11)) * 2.0**-53


def test_numpys_philox_takes_a_state_inside_a_unit() -> None:
    rng = mm.random.Generator(mm.random.Philox(3))
    rng.standard_normal(5)
    theirs = np.random.Philox(0)
    theirs.state = rng.bit_generator.state
    unit_left = copy.deepcopy(rng.bit_generator).advance(0).random_raw(3)
    assert np.array_equal(theirs.random_raw(11 + 3)[-3:], unit_left)


@pytest.mark.parametrize("use", ["", "word", 3, None])
def test_unknown_unit_uses_are_refused(use: Any) -> None:
    for engine, make in ENGINES.items():
        bits = make(1)
        before = bits.state
        bad = before | ({"state": before["state"] | {"unit_use": use}} if engine == "XBlock" else {"unit_use": use})
        with pytest.raises(ValueError, match="unit_use must be one of words, pairs"):
            bits.state = bad
        assert str(bits.state) == str(before)


# ---- several threads, forks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_threads_on_one_generator_share_no_element(engine: str) -> None:
    rng = mm.random.Generator(ENGINES[engine](SEED))
    names = ["standard_normal f8", "standard_normal f4", "random f8", "random f4", "gamma f8", "beta f8", "standard_t f8"]
    drawn: list[list[tuple[str, np.ndarray]]] = [[] for _ in range(6)]
    ready = threading.Barrier(len(drawn))

    def work(k: int) -> None:
        ready.wait()
        for i in range(60):
            name = names[(i + k) % len(names)]
            drawn[k].append((name, LAWS[name].draw(rng, (1, 5, 31, 700)[(i + k) % 4])))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(len(drawn))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Each call is a stretch of its law's own stream, and no two stretches meet.
    stretches: list[tuple[int, int, str]] = []
    total = place(rng)[0] + 4096
    for name in names:
        law = LAWS[name]
        stream = law.draw(at(engine, 64 * 2, law.use), total // law.halves)
        where = {value: i for i, value in reversed(list(enumerate(stream.tolist())))} if law.halves > 1 else None
        for other, values in itertools.chain.from_iterable(drawn):
            if other != name:
                continue
            if where is None:  # values of 32 bits repeat
                found = [i for i in np.flatnonzero(stream == values[0]) if np.array_equal(stream[i : i + values.size], values)]
                if values.size == 1:
                    continue
                assert len(found) == 1
                i = int(found[0])
            else:
                if values[0] not in where:  # drawn in the first unit of all
                    continue
                i = where[values[0]]
                assert np.array_equal(stream[i : i + values.size], values)
            stretches.append((128 + i * law.halves, 128 + (i + values.size) * law.halves, law.use))
    stretches.sort()
    assert len(stretches) > 200
    for (_, end, use), (start, _, other) in itertools.pairwise(stretches):
        assert start >= end
        if use != other:
            assert start >= begins(end, use, other, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_forked_process_goes_on_inside_the_unit(engine: str) -> None:
    rng = mm.random.Generator(ENGINES[engine](SEED))
    rng.standard_normal(5)
    expected = copy.deepcopy(rng)
    ahead, behind = expected.standard_normal(7), expected.random(50_000)
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        same = np.array_equal(rng.standard_normal(7), ahead) and np.array_equal(rng.random(50_000), behind)
        os.write(writable, b"1" if same else b"0")
        os._exit(0)
    os.close(writable)
    answer = os.read(readable, 1)
    os.close(readable)
    os.waitpid(child, 0)
    assert answer == b"1"
    assert np.array_equal(rng.standard_normal(7), ahead)
    assert np.array_equal(rng.random(50_000), behind)
