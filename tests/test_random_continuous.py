# SPDX-License-Identifier: BSD-3-Clause
"""Laws by inversion and the lognormal: accuracy against mpmath, equal bits however a draw is made, fit, special cases."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm
from mlmath_native import _mlmath

BLOCK = 8192
TYPES = [np.float64, np.float32]
LEVEL = 1e-6


def rejected(p: float) -> bool:
    return not LEVEL < p < 1 - LEVEL


def generator(position: int = 0, seed: int = 31, unit_use: str = "words") -> mm.random.Generator:
    """A generator that stands at a position counted in 32-bit halves, inside a unit that is used so."""
    bits = mm.random.XBlock(seed)
    bits.state = bits.state | {"state": bits.state["state"] | {"position": position, "unit_use": unit_use}}
    return mm.random.Generator(bits)


def elements(name: str, words: np.ndarray, parameters: tuple[float, ...], dtype: type) -> np.ndarray:
    n = words.size * 8 // np.dtype(dtype).itemsize
    arrays = tuple(np.full(n, float(p)) for p in parameters)
    return np.frombuffer(_mlmath.elements_of_words(name, words.tobytes(), arrays, np.dtype(dtype).num), dtype)


# ---- accuracy of the maps --------------------------------------------------------------------------------------------------------


@functools.cache
def crafted_words() -> np.ndarray:
    """Both ends and the middle, every exponent counted from each, the seams of the maps, random words of every length."""
    rng = np.random.default_rng(77)
    seams = [2**64 // 3, 2**64 // 3 + 1, 2**64 * 2 // 3, 2**62, 2**62 - 1, 3 * 2**62, int(2**64 / np.e), 2**64 - 1, 0]
    powers = [w for e in range(64) for w in (1 << e, (1 << e) - 1, 2**64 - (1 << e), 2**63 + (1 << e), 2**63 - (1 << e))]
    steps = [int(2**64 * (1 - (2 * j + 1) / 28)) + d for j in range(7) for d in (-1, 1)]  # of the logarithm's table
    plain = rng.integers(0, 2**64, size=60, dtype=np.uint64)
    words = np.concatenate([np.array([w % 2**64 for w in seams + powers + steps], np.uint64), plain])
    return np.resize(words, -(-words.size // 16) * 16)


Number = Any  # mpmath.mpf


def minus_log(u: Number, rest: Number) -> Number:
    return -mpmath.log(u) if u < rest else -mpmath.log1p(-rest)


def triangular(u: Number, rest: Number, left: float, mode: float, right: float) -> Number:
    base = mpmath.mpf(right) - left
    if u <= (mpmath.mpf(mode) - left) / base:
        return left + mpmath.sqrt(u * (mpmath.mpf(mode) - left) * base)
    return right - mpmath.sqrt(rest * (mpmath.mpf(right) - mode) * base)


# The maps of u and 1 - u.
MAPS: dict[str, Callable[..., Number]] = {
    "standard_exponential": minus_log,
    "exponential": lambda u, r, scale: scale * minus_log(u, r),
    "rayleigh": lambda u, r, scale: scale * mpmath.sqrt(2 * minus_log(u, r)),
    "gumbel": lambda u, r, loc, scale: loc - scale * mpmath.log(minus_log(u, r)),
    "laplace": lambda u, r, loc, scale: loc + scale * (mpmath.log(2 * u) if u < r else -mpmath.log(2 * r)),
    "logistic": lambda u, r, loc, scale: loc + scale * mpmath.log(u / r),
    "standard_cauchy": lambda u, r: -mpmath.cot(mpmath.pi * u) if u < r else mpmath.cot(mpmath.pi * r),
    "weibull": lambda u, r, a: minus_log(u, r) ** mpmath.mpf(1 / a),
    "pareto": lambda u, r, a: mpmath.expm1(minus_log(u, r) / mpmath.mpf(a)),
    "power": lambda u, r, a: mpmath.exp(-minus_log(u, r) / mpmath.mpf(a)),
    "triangular": triangular,
}
SHAPES = (1 / 128, 0.125, 0.5, 1.0, 4.0, 64.0)  # powers of two: 1/a is exact
CASES: list[tuple[str, tuple[float, ...]]] = [
    ("standard_exponential", ()),
    ("exponential", (0.75,)),
    ("rayleigh", (0.75,)),
    ("gumbel", (0.0, 1.0)),
    ("laplace", (0.0, 1.0)),
    ("logistic", (0.0, 1.0)),
    ("standard_cauchy", ()),
    *((name, (a,)) for name in ("weibull", "pareto", "power") for a in SHAPES),
    ("triangular", (0.0, 1.0, 3.0)),
    ("triangular", (0.0, 0.0, 2.0)),
    ("triangular", (0.0, 2.0, 2.0)),
]
TAIL = 1024  # halves nearer to an end than this are continued by extra words


@functools.cache
def exact_values(name: str, parameters: tuple[float, ...], bits: int) -> list[Number]:
    words = crafted_words()
    values = words.tolist() if bits == 64 else words.view(np.uint32).tolist()
    with mpmath.workprec(200):
        return [
            MAPS[name]((mpmath.mpf(w) + 0.5) / 2**bits, (mpmath.mpf(2**bits - 1 - w) + 0.5) / 2**bits, *parameters) for w in values
        ]


def check(drawn: np.ndarray, exact: list[Number], dtype: type, tolerance: float, floor: float) -> None:
    limits = np.finfo(dtype)
    largest, smallest = mpmath.mpf(float(limits.max)), mpmath.mpf(float(limits.tiny))
    with mpmath.workprec(200):
        for x, e in zip(drawn.tolist(), exact):
            if abs(e) > largest * (1 - 2 * tolerance):
                assert x == np.inf or (abs(e) < largest * (1 + 2 * tolerance) and abs(x - e) <= tolerance * abs(e))
            elif abs(e) < smallest:
                assert abs(x - e) <= max(2 * float(limits.smallest_subnormal), tolerance * abs(e))
            else:
                assert abs(x - e) <= tolerance * max(abs(e), floor), (x, e)


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_float64_is_right_to_2_to_the_minus_44(isa: str, name: str, parameters: tuple[float, ...]) -> None:
    drawn = elements(name, crafted_words(), parameters, np.float64)
    # Gumbel's zero lies inside, where u = 1/e: there the error is absolute. A triangle's right half is counted from its right end.
    floor = {"gumbel": 1.0, "triangular": parameters[-1] if parameters else 0.0}.get(name, 0.0)
    check(drawn, exact_values(name, parameters, 64), np.float64, 2.0**-44, floor)
    if name not in ("gumbel", "weibull", "pareto", "power", "triangular"):
        assert np.isfinite(drawn).all()
        assert (drawn != 0).all()


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_float32_is_right_to_a_few_ulp(isa: str, name: str, parameters: tuple[float, ...]) -> None:
    halves = crafted_words().view(np.uint32)
    ordinary = np.minimum(halves, ~halves) >= TAIL
    drawn = elements(name, crafted_words(), parameters, np.float32)
    exact = [e for e, plain in zip(exact_values(name, parameters, 32), ordinary) if plain]
    floor = {"gumbel": 1.0, "triangular": parameters[-1] if parameters else 0.0}.get(name, 0.0)
    rounded_once = name in ("weibull", "pareto", "power", "triangular")
    check(drawn[ordinary], exact, np.float32, (1.01 if rounded_once else 5) * 2.0**-24, floor)
    # Continued halves: beyond what 32 bits reach, and all different though their halves are the same.
    ends = np.full(16, 0xFFFFFFFF_00000000, np.uint64)
    low, high = elements("standard_exponential", ends, (), np.float32).reshape(-1, 2).T
    assert np.unique(low).size == np.unique(high).size == 16
    assert low.min() > 31 * np.log(2)
    assert high.max() < 2.0**-32


def test_float32_exponentials_have_a_tail_unlike_numpys(isa: str) -> None:
    # NumPy's values above 23 are all 23.639502 (its pull request 20830).
    x = elements("standard_exponential", np.zeros(64, np.uint64), (), np.float32)
    far = x[x > 23]
    assert far.size > 20
    assert np.unique(far).size > 0.9 * far.size
    assert 24 < far.max() < 45


def test_values_at_the_ends() -> None:
    words = np.zeros(16, np.uint64)
    assert elements("standard_exponential", words, (), np.float64)[0] == pytest.approx(65 * np.log(2), rel=2**-44)
    assert elements("standard_exponential", ~words, (), np.float64)[0] == 2.0**-65
    middle = np.full(16, 2**63, np.uint64)
    assert elements("logistic", middle, (0, 1), np.float64)[0] == pytest.approx(2.0**-63, rel=2**-44)
    assert elements("laplace", middle, (0, 1), np.float64)[0] == 2.0**-64
    assert elements("standard_cauchy", middle - np.uint64(1), (), np.float64)[0] == pytest.approx(-np.pi * 2.0**-65, rel=2**-44)
    assert elements("standard_cauchy", ~words, (), np.float64)[0] == pytest.approx(2.0**65 / np.pi, rel=2**-44)


@pytest.mark.parametrize("dtype", TYPES)
def test_lognormal_is_the_exponential_of_normal(isa: str, dtype: type) -> None:
    for mean, sigma in ((0.0, 1.0), (-2.0, 0.125), (1.0, 20.0)):
        x = generator().normal(mean, sigma, 3000, dtype=dtype)
        drawn = generator().lognormal(mean, sigma, 3000, dtype=dtype)
        exact = np.exp(x.astype(np.longdouble))
        ordinary = (exact > np.finfo(dtype).tiny) & (exact < np.finfo(dtype).max)
        assert ordinary.sum() > 2900
        assert np.abs(drawn[ordinary] / exact[ordinary] - 1).max() < 0.8 * np.finfo(dtype).eps
        assert np.array_equal(drawn[exact > np.finfo(dtype).max], [np.inf] * int((exact > np.finfo(dtype).max).sum()))


# ---- the same bits however the draw is made --------------------------------------------------------------------------------------

LAWS: dict[str, tuple[float, ...]] = {
    "standard_exponential": (),
    "exponential": (2.5,),
    "rayleigh": (0.3,),
    "gumbel": (-1.0, 0.7),
    "laplace": (-1.0, 0.7),
    "logistic": (-1.0, 0.7),
    "standard_cauchy": (),
    "weibull": (0.6,),
    "pareto": (0.6,),
    "power": (0.6,),
    "triangular": (-1.0, 0.5, 4.0),
    "lognormal": (0.5, 0.7),
}


def draw(name: str, rng: np.random.Generator, **keywords: Any) -> Any:
    return getattr(rng, name)(*LAWS[name], **keywords)


def cuts(n: int, kind: str) -> list[int]:
    if kind == "one call":
        return [n]
    if kind == "odd pieces":
        return [1, 7, 16, 33, 1025, 9000, n - 1 - 7 - 16 - 33 - 1025 - 9000]
    pieces = [BLOCK // 2 + 5] * (n // (BLOCK // 2 + 5))
    return [*pieces, n - sum(pieces)]


# Golden digests of stream_version 1: 20 000 elements from half 12 344 of seed 31's stream.
GOLDEN: dict[str, tuple[str, str]] = {
    "standard_exponential": ("e2fa1191f7f53b42", "30694333aaf2841d"),
    "exponential": ("af40e7f6d69be8c2", "ba33fa63b2a72b0a"),
    "rayleigh": ("7f0fe3c5cf248b90", "c43f6e99c8cdd9a8"),
    "gumbel": ("182ec56e47a0b31c", "3ba78570d3e52a32"),
    "laplace": ("72825b7b242db097", "dbc675799aaae5fa"),
    "logistic": ("85e8a3dc097e221e", "3a209c9447fa203f"),
    "standard_cauchy": ("132a8b5c99b91087", "eb975c5cfd0a5272"),
    "weibull": ("0114f5e04aa82c98", "c0dbfa6bf3dcbffe"),
    "pareto": ("311a92ba9991fc88", "3f6edb27f9fe59e7"),
    "power": ("45585d492ca54045", "2f7093226eace3b1"),
    "triangular": ("f7fd0b038ecb9344", "d2effa4a0c110797"),
    "lognormal": ("fd7381fa3d561977", "3ead44798685c13e"),
}


def use_of(name: str, dtype: type) -> str:
    return "words" if name != "lognormal" else "pairs" if dtype is np.float64 else "half_pairs"


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", LAWS)
def test_same_bits_for_isa_threads_splits_offsets(name: str, dtype: type) -> None:
    per_word = 8 // np.dtype(dtype).itemsize
    n = (4 * BLOCK + 123) * per_word  # enough blocks for threads
    whole = draw(name, generator(), size=n + 1000, dtype=dtype)
    ways = [(1, 0, "one call"), (2, 13, "odd pieces"), (3, 99, "halves of a block"), (7, 517, "one call"), (1, 1, "odd pieces")]
    for isa in mm.system.available_isas():
        for threads, offset, split in ways:
            with mm.system.use_isa(isa), mm.threads(threads):
                rng = generator((2 // per_word) * offset, unit_use=use_of(name, dtype))
                parts = np.concatenate([draw(name, rng, size=piece, dtype=dtype) for piece in cuts(n, split)])
            assert parts.tobytes() == whole[offset : offset + n].tobytes(), (isa, threads, offset, split)


@pytest.mark.parametrize("name", LAWS)
def test_golden_streams(name: str) -> None:
    rngs = {t: generator(12_344, unit_use=use_of(name, t)) for t in TYPES}
    digests = [hashlib.sha256(draw(name, rng, size=20_000, dtype=t).tobytes()).hexdigest()[:16] for t, rng in rngs.items()]
    assert tuple(digests) == GOLDEN[name]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", LAWS)
def test_one_at_a_time_and_out(name: str, dtype: type) -> None:
    expected = draw(name, generator(2 * BLOCK - 60), size=100, dtype=dtype)
    rng = generator(2 * BLOCK - 60)
    drawn = [draw(name, rng, dtype=dtype) for _ in range(100)]
    assert all(type(value) is float for value in drawn)
    assert drawn == expected.tolist()
    room = np.full(110, -7, dtype)
    out = room[3:103]
    assert draw(name, generator(2 * BLOCK - 60), out=out, dtype=dtype) is out
    assert np.array_equal(out, expected)
    assert (room[:3] == -7).all()
    assert (room[103:] == -7).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", [name for name, parameters in LAWS.items() if parameters])
def test_array_parameters_give_the_bits_of_scalars(isa: str, name: str, dtype: type) -> None:
    shape = (3, 67)
    steps = 1 + np.arange(3.0)[:, None]
    rows = [tuple(p + abs(p) * s / 8 for p in LAWS[name]) for s in steps.ravel()]
    arrays = [np.array([row[k] for row in rows])[:, None] for k in range(len(LAWS[name]))]
    drawn = getattr(generator(), name)(*arrays, size=shape, dtype=dtype)
    for r, row in enumerate(rows):
        assert np.array_equal(drawn[r], getattr(generator(), name)(*row, size=shape, dtype=dtype)[r])
    out = np.empty(shape, dtype, order="F")
    assert getattr(generator(), name)(*arrays, out=out, dtype=dtype) is out
    assert getattr(generator(), name)(*arrays).shape == (3, 1)
    assert getattr(generator(), name)(*(np.float32(p) for p in LAWS[name])) == getattr(generator(), name)(
        *(float(np.float32(p)) for p in LAWS[name])
    )


def test_names_positions_and_defaults_are_numpys() -> None:
    rng = mm.random.default_rng(1)
    for name in LAWS:
        ours = list(inspect.signature(getattr(rng, name)).parameters.values())
        theirs = list(inspect.signature(getattr(np.random.Generator, name)).parameters.values())[1:]
        for mine, numpys in zip(ours, theirs):
            assert (mine.name, mine.kind) == (numpys.name, numpys.kind)
    words = generator().standard_exponential(5)
    for method in ("zig", "inv", "no such", None, 3):
        assert np.array_equal(generator().standard_exponential(5, np.float64, method), words)
        assert np.array_equal(generator().standard_exponential(5, method=method), words)
    assert np.array_equal(generator().exponential(2, 5), 2 * words)
    assert generator().standard_exponential(5, "f4", "inv", np.empty(5, np.float32)).dtype == np.float32
    assert generator().standard_exponential(method="inv", dtype="float32", size=(2, 3)).shape == (2, 3)
    assert generator().standard_exponential(size=np.int64(3), method="zig").shape == (3,)


def test_over_foreign_bits_everything_is_numpys() -> None:
    for name in LAWS:
        ours = draw(name, mm.random.Generator(np.random.PCG64(3)), size=9)
        assert np.array_equal(ours, draw(name, np.random.Generator(np.random.PCG64(3)), size=9))
    zig = [
        g.standard_exponential(5, np.float32, "inv") for g in (mm.random.Generator(np.random.PCG64(3)), np.random.default_rng(3))
    ]
    assert np.array_equal(*zig)


# ---- NumPy's special cases and errors --------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", TYPES)
def test_special_parameters_give_what_numpy_gives(isa: str, dtype: type) -> None:
    cases: list[tuple[str, tuple[Any, ...]]] = [
        ("weibull", (0,)),
        ("weibull", (np.inf,)),
        ("pareto", (np.inf,)),
        ("power", (np.inf,)),
        ("gumbel", (np.inf, 1)),
        ("exponential", (np.inf,)),
        ("exponential", (0.0,)),
        ("rayleigh", (0,)),
        ("logistic", (3, 0)),
        ("lognormal", (800, 1)),
        ("lognormal", (-800, 1)),
        ("lognormal", (np.inf, 1)),
        ("lognormal", (0, 0)),
        ("triangular", (0, 1, np.inf)),
        ("triangular", (-np.inf, 0, np.inf)),
        ("power", (1e-310,)),
        ("pareto", (1e-310,)),
        *((name, (np.nan,)) for name in ("weibull", "pareto", "power", "exponential", "rayleigh")),
        *((name, p) for name in ("gumbel", "laplace", "logistic", "lognormal") for p in ((0, np.nan), (np.nan, 1))),
        *(("triangular", p) for p in ((np.nan, 1, 2), (0, np.nan, 2), (0, 1, np.nan))),
    ]
    for name, parameters in cases:
        theirs = getattr(np.random.default_rng(1), name)(*parameters, size=40).astype(dtype)
        ours = getattr(generator(), name)(*parameters, size=40, dtype=dtype)
        assert np.array_equal(ours, theirs, equal_nan=True), (name, parameters)
        arrays = getattr(generator(), name)(*([p] * 40 for p in parameters), dtype=dtype)
        assert np.array_equal(ours, arrays, equal_nan=True), (name, parameters)


def test_out_of_range_as_often_as_it_must_be() -> None:
    n, largest = 1_000_000, np.log(np.finfo(np.float64).max)
    for a in (0.01, 0.003):
        low, high = stats.poisson.interval(1 - 2 * LEVEL, n * np.exp(-largest * a))
        assert low <= np.isinf(generator().pareto(a, n)).sum() <= high
        smallest = np.log(5e-324) - np.log(2)
        low, high = stats.poisson.interval(1 - 2 * LEVEL, n * np.exp(smallest * a))
        assert low <= (generator().power(a, n) == 0).sum() <= high
        low, high = stats.poisson.interval(1 - 2 * LEVEL, n * stats.expon.cdf(np.exp(smallest * a)))
        assert low <= (generator().weibull(a, n) == 0).sum() <= high
    x = generator().weibull(1e-310, 1000)
    assert set(x) == {0.0, np.inf}


BAD: dict[str, Callable[[Any], Any]] = {
    "exponential(-1)": lambda g: g.exponential(-1),
    "exponential(-0.0)": lambda g: g.exponential(-0.0),
    "exponential([1, -1])": lambda g: g.exponential([1, -1]),
    "rayleigh(-1)": lambda g: g.rayleigh(-1),
    "gumbel(0, -1)": lambda g: g.gumbel(0, -1),
    "gumbel(0, -0.0)": lambda g: g.gumbel(0, -0.0, 4),
    "laplace(0, -1)": lambda g: g.laplace(0, [-1, 2]),
    "logistic(0, -1)": lambda g: g.logistic(0, -1),
    "lognormal(0, -1)": lambda g: g.lognormal(0, -1),
    "lognormal(0, [-1])": lambda g: g.lognormal(0, [-1, 2]),
    "weibull(-1)": lambda g: g.weibull(-1),
    "weibull(-0.0)": lambda g: g.weibull(-0.0),
    "pareto(0)": lambda g: g.pareto(0),
    "pareto([0])": lambda g: g.pareto([0, 1]),
    "power(0)": lambda g: g.power(0),
    "power(-1)": lambda g: g.power(-1, 3),
    "triangular order": lambda g: g.triangular(1, 0, 2),
    "triangular mode": lambda g: g.triangular(0, 3, 2),
    "triangular point": lambda g: g.triangular(1, 1, 1),
    "triangular arrays": lambda g: g.triangular([0, 1], [2, 0], 3),
    "triangular arrays mode": lambda g: g.triangular([0, 1], [2, 4], 3),
    "triangular arrays point": lambda g: g.triangular([0, 3], 3, 3),
    "triangular str": lambda g: g.triangular("a", 1, 2),
    "triangular shapes": lambda g: g.triangular([0, 1], [1, 2, 3], 4),
    "gumbel shapes": lambda g: g.gumbel([0, 1], [1, 2, 3]),
    "gumbel size": lambda g: g.gumbel([0, 1, 2], 1, size=1),
    "exponential size": lambda g: g.exponential([1, 2], size=3),
    "pareto negative size": lambda g: g.pareto(1, -1),
    "cauchy negative size": lambda g: g.standard_cauchy(-1),
    "cauchy size 2.5": lambda g: g.standard_cauchy(2.5),
    "exponential size 2.5": lambda g: g.exponential(1, 2.5),
    "standard_exponential dtype": lambda g: g.standard_exponential(dtype=int),
    "standard_exponential out": lambda g: g.standard_exponential(out=np.zeros(3, np.float32)),
    "standard_exponential out strided": lambda g: g.standard_exponential(out=np.zeros(6)[::2]),
    "standard_exponential size and out": lambda g: g.standard_exponential(4, out=np.zeros(3)),
    "standard_exponential negative": lambda g: g.standard_exponential(-1),
}


@pytest.mark.parametrize("call", BAD)
def test_errors_are_numpys(call: str) -> None:
    with pytest.raises(Exception) as theirs:
        BAD[call](np.random.default_rng(1))
    rng = mm.random.default_rng(1)
    with pytest.raises(theirs.type) as ours:
        BAD[call](rng)
    assert type(ours.value) is type(theirs.value)
    assert str(ours.value) == str(theirs.value)
    assert rng.bit_generator.state["state"]["position"] == 0  # nothing was drawn


def test_missing_and_unknown_arguments() -> None:
    rng = mm.random.default_rng(1)
    for call in (rng.weibull, rng.pareto, rng.power, rng.triangular, lambda: rng.triangular(1, 2), lambda: rng.gumbel(scales=1)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError, match="Unsupported dtype dtype"):
        rng.gumbel(size=3, dtype=int)
    with pytest.raises(ValueError, match=r"size must match out\.shape"):
        rng.laplace(0, 1, 4, out=np.zeros(3))
    with pytest.raises(TypeError, match="wrong type"):
        rng.standard_cauchy(out=np.zeros(3, np.float32))
    for name in LAWS:
        assert draw(name, rng, size=0).shape == (0,)
        assert draw(name, rng, size=(2, 0)).shape == (2, 0)
    assert rng.bit_generator.state["state"]["position"] == 0
