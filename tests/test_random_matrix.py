# SPDX-License-Identifier: BSD-3-Clause
"""The hash matrix: a native method of Generator gives one digest for every instruction set, number of threads and split.

One table of cases, a line per law and type. A native method without a line fails `test_every_native_method_has_a_line`.
"""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm

BLOCK = 8192
ENGINES = {"XBlock": mm.random.XBlock, "Philox": mm.random.Philox, "Threefry": mm.random.Threefry}
F8, F4 = np.float64, np.float32


class Case:
    """A method with arguments. `grain`: draws can be cut at multiples of it (0: not at all). `scalar`: drawn one at a time too."""

    def __init__(self, method: str, *args: Any, grain: int = 1, scalar: bool = True, rate: float = 1, **keywords: Any) -> None:
        self.method, self.args, self.keywords, self.grain = method, args, keywords, grain
        self.scalar = scalar and grain == 1
        self.elements = int(rate * (4 * BLOCK + 517)) // 8 * 8 + 5  # enough for threads: more than 4 blocks of words

    def __repr__(self) -> str:
        words = [*self.args, *self.keywords.values(), *([self.elements] if type(self) is Whole else [])]
        return "-".join([self.method, *("array" if np.ndim(w) else getattr(w, "__name__", str(w)) for w in words)])

    def __call__(self, rng: np.random.Generator, n: int | None) -> np.ndarray:
        return np.asarray(getattr(rng, self.method)(*self.args, size=n, **self.keywords))


class Whole(Case):
    """A method without `size`: draw(rng, n) says how it makes n elements."""

    def __init__(self, method: str, draw: Callable[[Any, int], Any], *, grain: int = 0, rate: float = 1) -> None:
        super().__init__(method, grain=grain, scalar=False, rate=rate)
        self.draw = draw

    def __call__(self, rng: np.random.Generator, n: int | None) -> np.ndarray:
        return np.asarray(self.draw(rng, n))


def real(method: str, *args: float, **options: Any) -> list[Case]:
    """Both types; float32 takes half of the words."""
    return [
        Case(method, *args, dtype=F8, **options),
        Case(method, *args, dtype=F4, **options | {"rate": 2 * options.get("rate", 1)}),
    ]


def shuffled(rng: Any, n: int) -> np.ndarray:
    x = np.arange(n)
    rng.shuffle(x)
    return x


P = np.arange(1, 301) / 45150.0
COVARIANCE = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, -0.3], [0.0, -0.3, 0.7]])
CASES: list[Case] = [
    *real("random"),
    *real("uniform", -1, 5),
    *real("standard_normal"),
    *real("normal", 2, 3),
    # continuous
    *real("standard_exponential"),
    *real("exponential", 2.5),
    *real("rayleigh", 2),
    *real("gumbel", 1, 2),
    *real("laplace", 1, 2),
    *real("logistic", 1, 2),
    *real("standard_cauchy"),
    *real("weibull", 1.7),
    *real("pareto", 2.5),
    *real("power", 2.5),
    *real("triangular", -1, 0.5, 2),
    *real("lognormal", 0.5, 0.8),
    # integers
    Case("integers", 0, 1000, dtype=np.int64, rate=2),
    Case("integers", 0, 2**62 + 12345, dtype=np.int64),
    Case("integers", -5, 2**31 + 11, dtype=np.int64),
    Case("integers", 0, 1000, dtype=np.uint32, rate=2),
    Case("integers", -3, 3000, dtype=np.int16, grain=4, rate=4),
    Case("integers", 0, 256, dtype=np.uint8, grain=8, rate=8),
    Case("integers", 0, 2, dtype=np.bool_, grain=64, rate=8),
    Whole("bytes", lambda rng, n: np.frombuffer(rng.bytes(n), np.uint8), grain=8, rate=8),
    Case("bernoulli", 0.3, rate=2),
    # gamma family
    *real("standard_gamma", 2.5),
    *real("standard_gamma", 0.3),
    *real("gamma", 2.5, 3),
    *real("chisquare", 5),
    *real("beta", 2, 3),
    *real("beta", 0.4, 0.7),
    *real("f", 5, 7),
    *real("standard_t", 4),
    Case("dirichlet", [0.5, 1.0, 2.5], scalar=False, rate=0.4),
    # discrete
    Case("poisson", 4.0),
    Case("poisson", 100.0),
    Case("poisson", 1e9),
    Case("binomial", 100, 0.3),
    Case("binomial", 10**12, 0.3),
    Case("geometric", 0.2),
    Case("geometric", 1e-5),
    Case("negative_binomial", 5, 0.4),
    Case("multinomial", 20, [0.2, 0.3, 0.5], scalar=False, rate=0.4),
    # choice and samplers
    Case("choice", 1000),
    Case("choice", 300, p=P),
    Case("choice", 10**6, replace=False, grain=0),
    Case("choice", 300, p=P, replace=False, grain=0, rate=0.005),
    Whole("categorical", lambda rng, n: rng.categorical(np.log(P), size=n)),
    Whole("reservoir", lambda rng, n: rng.reservoir(iter(range(10 * n)), n), rate=0.05),
    # order
    Whole("permutation", lambda rng, n: rng.permutation(n)),
    Whole("permutation", lambda rng, n: rng.permutation(n), rate=10),
    Whole("shuffle", shuffled),
    Whole("permuted", lambda rng, n: rng.permuted(np.arange(16 * (n // 16)).reshape(16, -1), axis=1)),
    # vectors
    Whole("multivariate_normal", lambda rng, n: rng.multivariate_normal([1, 2, 3], COVARIANCE, n, method="cholesky"), rate=0.4),
]


def native_methods() -> set[str]:
    classes = mm.random.Generator.__mro__
    ours = classes[: classes.index(np.random.Generator)]
    return {name for cls in ours for name, value in vars(cls).items() if not name.startswith("_") and callable(value)}


NATIVE = native_methods()
# A line of a method that runs NumPy's code has nothing to show: NumPy's laws are no functions of places.
LINES = [case for case in CASES if case.method in NATIVE]
lines = pytest.mark.parametrize("case", LINES, ids=repr)
engines = pytest.mark.parametrize("engine", ENGINES)


def test_every_native_method_has_a_line() -> None:
    assert {"random", "normal"} <= NATIVE  # the search finds something
    assert NATIVE - {case.method for case in CASES} == set()


def generator(engine: str, words: int = 0, half: bool = False) -> np.random.Generator:
    """A generator behind some words and half a word."""
    rng = mm.random.Generator(ENGINES[engine](31))
    rng.bit_generator.random_raw(words)
    if half:
        rng.random(dtype=F4)
    return rng


def digest(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


# Pieces of a draw: whole; 1 + rest; odd cuts, inside units and steps; halves of blocks; up to a block's end and a word beyond.
SPLITS: list[list[int]] = [[], [1], [7, 1, 16, 33, 1025, 9000], [BLOCK // 2 + 5] * 6, [BLOCK, 1, BLOCK - 1]]
STARTS = [(0, False), (1, True), (13, False), (BLOCK - 3, True)]


def pieces(split: Sequence[int], case: Case) -> Iterator[int]:
    left = case.elements
    for piece in split if case.grain else []:
        piece = -(-piece // case.grain) * case.grain
        if piece < left:
            yield piece
            left -= piece
    yield left


_references: dict[tuple[Case, str, int], str] = {}


def reference(case: Case, engine: str, start: int) -> str:
    """The digest of one call by one thread on this CPU's best instruction set."""
    key = (case, engine, start)
    if key not in _references:
        with mm.system.use_isa(mm.system.available_isas()[-1]), mm.threads(1):
            _references[key] = digest(case(generator(engine, *STARTS[start]), case.elements))
    return _references[key]


@lines
def test_one_digest(isa: str, case: Case) -> None:
    # Every number of threads with every split; starts and engines take turns. The lower levels have no other code for splits and
    # threads: AVX2 does a half, the slow baseline a quarter.
    for turn, (threads, split) in enumerate((t, s) for s in SPLITS for t in (1, 2, 3, 7)):
        if (isa == "avx2" and (turn + turn // 4) % 2) or (isa == "baseline" and turn % 4 != turn // 4 % 4):
            continue
        start, engine = (turn + turn // 4) % len(STARTS), list(ENGINES)[turn % 3]
        with mm.threads(threads):
            rng = generator(engine, *STARTS[start])
            parts = np.concatenate([case(rng, piece) for piece in pieces(split, case)])
        assert digest(parts) == reference(case, engine, start), (engine, threads, split, STARTS[start])


@engines
@lines
def test_one_at_a_time_is_the_array(engine: str, case: Case) -> None:
    if not case.scalar:
        pytest.skip("no scalars, or scalars that round to whole words")
    for start in STARTS:
        rng = generator(engine, *start)
        drawn = np.array([case(rng, None) for _ in range(40)])
        whole = case(generator(engine, *start), 40)
        assert drawn.astype(whole.dtype).tobytes() == whole.tobytes(), start


@engines
@lines
def test_copies_go_on_bit_for_bit(engine: str, case: Case) -> None:
    rng = generator(engine, 5, True)
    case(rng, 40)
    n = 16 * 9
    state = rng.bit_generator.state
    others = [pickle.loads(pickle.dumps(rng)), copy.deepcopy(rng), mm.random.Generator(ENGINES[engine](4))]
    others[-1].bit_generator.state = state
    made = [mm.random.Generator(rng.bit_generator.jumped(3)), *pickle.loads(pickle.dumps(rng)).spawn(2)]
    expected = digest(case(rng, n))
    for other in others:
        assert digest(case(other, n)) == expected
        assert pickle.dumps(other.bit_generator.state) == pickle.dumps(rng.bit_generator.state)
    rng.bit_generator.state = state
    assert digest(case(rng, n)) == expected
    # What is made from a copy is what is made from the original; other streams have other values.
    rng.bit_generator.state = state
    again = [mm.random.Generator(others[0].bit_generator.jumped(0)), *rng.spawn(2)]
    again[0].bit_generator.state = state
    again[0] = mm.random.Generator(again[0].bit_generator.jumped(3))
    digests = [digest(case(g, n)) for g in made]
    assert [digest(case(g, n)) for g in again] == digests
    assert len({expected, *digests}) == 4
    # The way to a place does not matter.
    ahead, back = (pickle.loads(pickle.dumps(made[0])) for _ in range(2))
    ahead.bit_generator.advance(1000)
    back.bit_generator.advance(1007).advance(-7)
    assert digest(case(ahead, n)) == digest(case(back, n))


def all_digests(generators: dict[str, np.random.Generator]) -> str:
    return digest(np.concatenate([case(rng, 16 * 9).ravel().astype(F8) for rng in generators.values() for case in LINES]))


def used_generators() -> dict[str, np.random.Generator]:
    generators = {engine: generator(engine, 3, True) for engine in ENGINES}
    for rng in generators.values():
        rng.normal(size=50_000)  # the threads have run
    return generators


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork_goes_on_in_both_processes() -> None:
    generators = used_generators()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(write, all_digests(generators).encode())
            status = 0
        finally:
            os._exit(status)
    ours = all_digests(generators)
    _, status = os.waitpid(child, 0)
    theirs = os.read(read, 64).decode()
    os.close(read), os.close(write)
    assert status == 0
    assert theirs == ours


def test_a_new_process_goes_on() -> None:
    generators = used_generators()
    program = "import pickle, sys, test_random_matrix as m; sys.stdout.write(m.all_digests(pickle.loads(sys.stdin.buffer.read())))"
    paths = os.pathsep.join([os.path.dirname(os.path.abspath(__file__)), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps(generators),
        capture_output=True,
        env=os.environ | {"PYTHONPATH": paths},
        timeout=100,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == all_digests(generators)


@engines
@pytest.mark.parametrize("dtype", [F8, F4])
def test_two_threads_use_each_word_once(engine: str, dtype: type) -> None:
    # All sizes even: a float32 draw then takes whole words whoever comes first.
    rng = generator(engine)
    sizes = [2, 6, 16, 1000, 3000, 20_000]
    barrier = threading.Barrier(2)

    def work(offset: int) -> list[np.ndarray]:
        barrier.wait()
        return [rng.random(sizes[(i + offset) % len(sizes)], dtype=dtype) for i in range(24)]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(2) as pool:
            parts = [part for job in [pool.submit(work, 0), pool.submit(work, 3)] for part in job.result()]
    finally:
        sys.setswitchinterval(before)
    drawn = np.sort(np.concatenate(parts))
    assert np.array_equal(drawn, np.sort(generator(engine).random(drawn.size, dtype=dtype)))
