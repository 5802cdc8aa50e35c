# SPDX-License-Identifier: BSD-3-Clause
"""gamma, beta, chisquare, F, Student's t, Dirichlet: the map from words, the same bits however drawn, errors."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
import random_reference as reference
from mpmath import mpf
from scipy import integrate, stats
from test_random_laws import BLOCK, crafted_words, cuts, generator

import mlmath_native as mm
from mlmath_native import _mlmath

TYPES = [np.float64, np.float32]
LEVEL = 1e-6
FIRST, SECOND, ROWS = 17, 5, 18  # domains of extra words: of beta's and F's gammas, of Dirichlet's


def elements(law: str, words: np.ndarray, *parameters: float, dtype: type = np.float64) -> np.ndarray:
    n = words.size // (4 if law in ("beta", "f") else 2)
    drawn = _mlmath.elements_of_words(law, words.tobytes(), tuple(np.full(n, p) for p in parameters), np.dtype(dtype).num)
    return np.frombuffer(drawn, dtype)


# ---- the map from words ----------------------------------------------------------------------------------------------------------


def minus_log(w: int) -> mpf:
    return -mpmath.log((mpf(w) + 0.5) / 2**64)


def exponential(second: int) -> mpf:
    return minus_log((second << 12 | second >> 52) % 2**64)


def gamma_exact(shape: float, z: float, second: int, place: int, domain: int = 4) -> mpf:
    """Marsaglia and Tsang's gamma by its definition, for the key 0; of shape + 1 where the shape is below 1.

    NaN where rounding decides about a candidate: crafted u within 1e-9 of 1 meet that for large shapes.
    """
    d = mpf(shape) + (1 if shape < 1 else 0) - mpf(1) / 3
    c = 1 / mpmath.sqrt(9 * d)
    u = second
    if shape < 1:
        u = second >> 52 << 52 | reference.threefry4x64([0] * 4, (place, 0, 0, domain))[0] % 2**52
    for attempt in itertools.count(1):
        v = (1 + c * z) ** 3
        margin = 2 * minus_log(u) + z * z + 2 * d * (1 - v + mpmath.log(v)) if v > 0 else mpf(-1)
        if d < 2**40 and abs(margin) < mpmath.sqrt(d) * 2.0**-45:
            return mpf("nan")
        if v > 0 and (d >= 2**40 or margin > 0):
            return d * v
        x = reference.threefry4x64([0] * 4, (place, attempt, 0, domain))
        z, u = reference.normal_pair_f64(x[0], x[1])[0], x[2]
    raise AssertionError


def units(words: np.ndarray, halves: int) -> Iterator[tuple[int, list[list[int]]]]:
    """Place and words (one of each step of the unit, but its normal number first of each pair) of every element."""
    for u, unit in enumerate(words.reshape(-1, halves // 2, 16).tolist()):
        normals = [reference.normals_f64(unit[step]) for step in range(0, halves // 2, 2)]
        for j in range(16):
            yield u * halves * 8 + j, [[normals[k][j], unit[2 * k + 1][j]] for k in range(halves // 4)]


def hard_words(halves: int, count: int = 60) -> np.ndarray:
    words = np.random.default_rng(8).permutation(crafted_words(count))
    return np.resize(words, -(-words.size // (8 * halves)) * 8 * halves)


@pytest.mark.parametrize("shape", [1e-3, 0.3, 1.0, 1.5, 2.5, 1e3, 1e9, 1e15])
def test_gamma_is_its_definition(isa: str, shape: float) -> None:
    words = hard_words(4)
    if isa == "baseline":
        words = words[:320]
    drawn, unclear = elements("gamma", words, shape, 1.0), 0
    with mpmath.workprec(160):
        for value, (place, [(z, second)]) in zip(drawn.tolist(), units(words, 4), strict=True):
            if shape == 1:
                exact = exponential(second)
            else:
                exact = gamma_exact(shape, z, second, place)
                if shape < 1:
                    exact *= mpmath.exp(-exponential(second) / shape)
            unclear += bool(mpmath.isnan(exact))
            if mpmath.isnan(exact):
                continue
            if exact < 1e-307:
                assert value == pytest.approx(float(exact), abs=1e-320, rel=1e-9)
            else:
                room = 1 + (abs(mpmath.log(exact)) if shape < 1 else 0)
                assert abs(value / exact - 1) < room * mpf(2) ** -44, (value, exact)
    assert unclear < drawn.size / 8
    assert np.isfinite(drawn).all()
    if shape > 0.1:
        assert (drawn > 0).all()


@pytest.mark.parametrize(("a", "b"), [(2.0, 3.0), (0.5, 0.25), (1.0, 0.01), (1e-3, 2e-3), (1e6, 3.0)])
def test_beta_and_f_are_their_definitions(isa: str, a: float, b: float) -> None:
    words = hard_words(8, 20)
    if isa == "baseline":
        words = words[:256]
    beta, f = elements("beta", words, a, b), elements("f", words, 2 * a, 2 * b)
    compared = 0
    with mpmath.workprec(160):
        for x, y, (place, [first, second]) in zip(beta.tolist(), f.tolist(), units(words, 8), strict=True):
            logarithms = []
            for shape, (z, w), domain in ((a, first, FIRST), (b, second, SECOND)):
                log = mpmath.log(gamma_exact(shape, z, w, place, domain))
                logarithms.append(log - exponential(w) / shape if shape < 1 else log)
            ratio = mpmath.exp(logarithms[0] - logarithms[1])
            compared += not mpmath.isnan(ratio)
            if mpmath.isnan(ratio):
                continue
            for value, exact in ((x, ratio / (1 + ratio)), (y, ratio * mpf(b) / a)):
                if exact < 1e-300:
                    assert value < 2e-300
                elif exact > 1e300:
                    assert value > 5e299
                else:
                    room = 1 + (abs(mpmath.log(ratio)) if min(a, b) < 1 else 0)
                    assert abs(value / exact - 1) < room * mpf(2) ** -43
    assert compared > 0.8 * beta.size


@pytest.mark.parametrize("df", [1e-3, 0.1, 0.25, 1.0, 7.5, 1e10, np.inf])
def test_standard_t_is_its_definition(isa: str, df: float) -> None:
    words = hard_words(4, 40)
    if isa == "baseline":
        words = words[:320]
    drawn = elements("standard_t", words, df)
    nu = mpf(min(df, 2.0**60))
    with mpmath.workprec(160):
        steps = words.reshape(-1, 2, 16).transpose(0, 2, 1).reshape(-1, 2).tolist()
        for value, (w, angle) in zip(drawn.tolist(), steps, strict=True):
            x = 2 * minus_log(w) / nu
            phi = mpmath.pi / 2 * (mpf(2 * (angle >> 13) + 1) / 2**52 - 0.5)
            cosine = mpmath.sin(phi) if angle & 2 else mpmath.cos(phi) * (-1) ** (angle & 1)
            exact = mpmath.sqrt(nu * mpmath.expm1(x)) * cosine
            if abs(exact) > 1e308:
                assert abs(value) > 9e307
                assert (value > 0) == (exact > 0)
            else:
                assert abs(value / exact - 1) < (1 + x) * mpf(2) ** -44
    assert not np.isnan(drawn).any()


@pytest.mark.parametrize("law", ["gamma", "beta", "f", "standard_t"])
def test_float32_is_float64_rounded(isa: str, law: str) -> None:
    words = hard_words(8)
    parameters = (1.5,) if law == "standard_t" else (0.7, 2.0)
    with np.errstate(over="ignore", under="ignore"):
        assert np.array_equal(elements(law, words, *parameters, dtype=np.float32), elements(law, words, *parameters).astype("f4"))


def test_dirichlet_rows_are_normalised_gammas() -> None:
    for alpha in ([0.5, 1.0, 2.5, 7.0], [0.01, 0.05, 0.09]):
        k = len(alpha)
        words = reference.words([int(w) for w in generator().bit_generator.state["state"]["key"]], 0, 320)
        key = [int(w) for w in generator().bit_generator.state["state"]["key"]]
        rows = generator().dirichlet(alpha, 160 // k)
        exact = []
        with mpmath.workprec(160):
            for i, (_, [(z, second)]) in enumerate(units(np.array(words, np.uint64), 4)):
                shape = alpha[i % k]
                log = mpmath.log(by_key(key, shape, z, second, i // 16 * 32 + i % 16))
                exact.append(log - exponential(second) / shape if shape < 1 else log)
            for r, row in enumerate(rows.tolist()):
                terms = [mpmath.exp(log) for log in exact[r * k : r * k + k]]
                for value, term in zip(row, terms, strict=True):
                    share = term / sum(terms)
                    assert value == pytest.approx(float(share), rel=1e-11, abs=1e-307)


def by_key(key: list[int], shape: float, z: float, second: int, place: int) -> mpf:
    """gamma_exact for Dirichlet's domain and a key."""
    real = reference.threefry4x64
    try:
        reference.threefry4x64 = lambda _, counter: real(key, counter)
        return gamma_exact(shape, z, second, place, ROWS)
    finally:
        reference.threefry4x64 = real


@pytest.mark.parametrize("shape", [0.001, 1.5, 3.0, 50.0])
def test_acceptance_rate_is_marsaglias_and_tsangs(shape: float) -> None:
    n = 640_000
    words = np.random.default_rng(3).integers(0, 2**64, size=2 * n, dtype=np.uint64)
    normal = _mlmath.elements_of_words(
        "normal", words.reshape(-1, 2, 16)[:, 0].tobytes(), (np.zeros(n), np.ones(n)), np.dtype(np.float64).num
    )
    z = np.frombuffer(normal)
    d = (shape + 1 if shape < 1 else shape) - 1 / 3
    c = 1 / np.sqrt(9 * d)
    boost = np.ones(n)
    if shape < 1:
        second = words.reshape(-1, 2, 16)[:, 1].ravel()
        boost = np.exp(np.log(((second << np.uint64(12) | second >> np.uint64(52)) + 0.5) * 2.0**-64) / shape)
    drawn = elements("gamma", words, shape, 1.0)
    candidates = d * (1 + c * z) ** 3
    seen = np.full(n, True) if shape >= 1 else boost > 1e-300  # where the boost does not hide them
    accepted = int((np.abs(drawn[seen] / (candidates * boost)[seen] - 1) < 1e-9).sum())
    n = int(seen.sum())

    def density(x: float) -> float:
        v = (1 + c * x) ** 3
        return float(np.exp(d - d * v + d * np.log(v)) / np.sqrt(2 * np.pi))

    rate = integrate.quad(density, -1 / c + 1e-12, 40, points=[0.0], limit=200)[0]
    assert 0.9 < rate < 1
    low, high = stats.binom.interval(1 - 2 * LEVEL, n, rate)
    assert low <= accepted <= high, (accepted / n, rate)


# ---- the same bits however the draw is made --------------------------------------------------------------------------------------

LAWS = {
    "standard_gamma": (4, lambda g, **k: g.standard_gamma(2.5, **k)),
    "gamma below 1": (4, lambda g, **k: g.gamma(0.25, 3.0, **k)),
    "chisquare": (4, lambda g, **k: g.chisquare(3.0, **k)),
    "beta": (8, lambda g, **k: g.beta(2.0, 3.0, **k)),
    "beta below 1": (8, lambda g, **k: g.beta(0.5, 1.5, **k)),
    "f": (8, lambda g, **k: g.f(5.0, 7.0, **k)),
    "f below 2": (8, lambda g, **k: g.f(0.5, 7.0, **k)),
    "standard_t": (4, lambda g, **k: g.standard_t(4.0, **k)),
    "standard_t below 1/4": (4, lambda g, **k: g.standard_t(0.2, **k)),
}


def use_of(law: str) -> str:
    """How the law's elements use their unit of words."""
    return "two_steps" if law.startswith("standard_t") else {4: "gammas", 8: "two_gammas"}[LAWS[law][0]]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("law", LAWS)
def test_same_bits_for_isa_threads_splits_offsets(law: str, dtype: type) -> None:
    halves, draw = LAWS[law]
    whole = draw(generator(), size=4 * BLOCK, dtype=dtype)
    for isa, threads in itertools.product(mm.system.available_isas(), (1, 2, 3, 7)):
        slow = isa == "baseline"  # without FMA instructions: thirty times slower
        if slow and (threads != 2 or dtype == np.float32):
            continue
        n = 2 * BLOCK if slow else 3 * BLOCK + 123
        with mm.system.use_isa(isa), mm.threads(threads):
            for offset, split in ((0, "one call"), (13, "odd pieces"), (517, "halves of a block")):
                if slow and split == "halves of a block":
                    continue
                rng = generator(halves * offset, use=use_of(law))
                parts = np.concatenate([draw(rng, size=piece, dtype=dtype) for piece in cuts(n, split)])
                expected = hashlib.sha256(whole[offset : offset + n].tobytes()).digest()
                assert hashlib.sha256(parts.tobytes()).digest() == expected, (isa, threads, offset, split)


GOLDEN = {
    "standard_gamma": "eb0c43d984f860d7",
    "gamma below 1": "04c8651d10fca7ef",
    "chisquare": "ac35c1b8d3d65e28",
    "beta": "9f99af243d9f4baa",
    "beta below 1": "526959f878cf8083",
    "f": "d9d42c1a515a3099",
    "f below 2": "bc0eafa47d3d9d47",
    "standard_t": "9d0b3127f77cb21f",
    "standard_t below 1/4": "86af9d2e52b5a7f1",
}
GOLDEN_DIRICHLET = ["14321e55b5d7e1cc", "42d103a6b3d3ddf9"]


@pytest.mark.parametrize("law", LAWS)
def test_golden_digests_of_stream_version_1(law: str) -> None:
    halves, draw = LAWS[law]
    drawn = draw(generator(halves * 5, seed=2026, use=use_of(law)), size=20_000)
    assert hashlib.sha256(drawn.astype("<f8").tobytes()).hexdigest()[:16] == GOLDEN[law]


def test_golden_digest_of_dirichlet() -> None:
    digests = [
        hashlib.sha256(generator(20, seed=2026, use="gammas").dirichlet(a, 5000).tobytes()).hexdigest()[:16]
        for a in ([0.5, 1, 2], [0.01, 0.09])
    ]
    assert digests == GOLDEN_DIRICHLET


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("law", LAWS)
def test_one_at_a_time_is_the_same_stream(isa: str, law: str, dtype: type) -> None:
    _, draw = LAWS[law]
    rng = generator(2 * BLOCK - 64)
    drawn = [draw(rng, dtype=dtype) for _ in range(40)]
    assert all(type(value) is float for value in drawn)
    assert drawn == draw(generator(2 * BLOCK - 64), size=40, dtype=dtype).tolist()


@pytest.mark.parametrize("dtype", TYPES)
def test_array_parameters_give_the_bits_of_scalars(isa: str, dtype: type) -> None:
    tries = {
        "gamma": [(0.0, 1.0), (1e-3, 2.0), (0.4, 1.0), (1.0, 0.5), (2.5, 1.0), (1e14, 1e-3), (np.inf, 1.0), (np.nan, 1.0)],
        "standard_gamma": [(0.0,), (0.4,), (1.0,), (3.0,), (np.nan,)],
        "chisquare": [(1e-3,), (0.4,), (2.0,), (9.0,), (np.inf,), (np.nan,)],
        "beta": [(1e-310, 2e-310), (1e-5, 1e-5), (0.5, 3.0), (1.0, 1.0), (4.0, 1e9), (0.1, np.inf), (np.nan, 0.5), (1e308, 1e308)],
        "f": [(1e-310, 2e-310), (0.5, 3.0), (2.0, 2.0), (4.0, 1e9), (1e-3, 1e-3), (np.nan, 0.5), (3.0, np.inf)],
        "standard_t": [(1e-300,), (0.2,), (0.25,), (1.0,), (1e10,), (np.inf,), (np.nan,)],
    }
    for name, parameters in tries.items():
        n = 600
        columns = np.resize(np.array(parameters), (n, len(parameters[0]))).T
        with np.errstate(all="ignore"):
            together = getattr(generator(), name)(*columns, dtype=dtype)
            for i, values in enumerate(parameters):
                alone = getattr(generator(), name)(*values, n, dtype=dtype)
                assert np.array_equal(together[i :: len(parameters)], alone[i :: len(parameters)], equal_nan=True), (name, values)


def test_shapes_broadcast_and_out() -> None:
    shape, scale = np.array([[0.5], [2.0]]), np.array([1.0, 2.0, 4.0])
    drawn = generator().gamma(shape, scale)
    assert drawn.shape == (2, 3)
    out = np.empty((2, 3))
    assert generator().gamma(shape, scale, out=out) is out
    assert np.array_equal(out, drawn)
    assert np.array_equal(generator().gamma(shape, scale, (4, 2, 3))[0], drawn)
    assert np.array_equal(generator().standard_gamma(shape * np.ones(3)) * scale, drawn)
    single = np.empty(3, np.float32)
    assert generator().standard_gamma(2.5, None, np.float32, single) is single  # by position, as in NumPy
    assert np.array_equal(single, generator().standard_gamma(2.5, 3, "f4"))
    assert np.array_equal(generator().chisquare(5.0, 100), generator().gamma(2.5, 2.0, 100))
    fortran = np.empty((20, 30), order="F")
    generator().beta(2.0, 3.0, out=fortran)
    assert np.array_equal(fortran.ravel("K"), generator().beta(2.0, 3.0, 600))
    assert generator().f(2.0, 3.0, (0, 4)).shape == (0, 4)
    assert generator().beta(np.ones((3, 0)), 2).shape == (3, 0)


def test_dirichlet_is_the_same_however_drawn(isa: str) -> None:
    alpha = [0.5, 1.5, 0.02, 4.0, 1.0]
    n = 600 if isa == "baseline" else 6000
    whole = generator().dirichlet(alpha, n)
    for threads in (1, 2, 3, 7):
        with mm.threads(threads):
            rng = generator()
            parts = [rng.dirichlet(alpha, piece) for piece in (1, 7, (2, 50), n - 108)]
            assert np.array_equal(np.concatenate([part.reshape(-1, 5) for part in parts]), whole)
    assert np.array_equal(generator().dirichlet(alpha), whole[0])
    out = np.empty((n, 5))
    assert generator().dirichlet(alpha, out=out) is out
    assert np.array_equal(out, whole)
    single = np.empty((n, 5), np.float32, order="F")
    assert generator().dirichlet(alpha, n, dtype=np.float32, out=single) is single
    assert np.array_equal(single, whole.astype(np.float32))
    assert generator().dirichlet(alpha, 3, dtype="f4").dtype == np.float32


# ---- arguments -------------------------------------------------------------------------------------------------------------------


def test_special_parameters() -> None:
    rng = mm.random.default_rng(1)
    nan, inf = np.nan, np.inf
    for value in (rng.gamma(nan), rng.gamma(1, nan), rng.gamma(0, inf), rng.beta(nan, 1), rng.beta(0.5, nan), rng.beta(inf, 1)):
        assert np.isnan(value)
    for value in (rng.chisquare(nan), rng.f(nan, 1), rng.f(1, nan), rng.f(inf, 3), rng.f(3, inf), rng.standard_t(nan)):
        assert np.isnan(value)
    assert rng.gamma(inf) == inf
    assert rng.gamma(2.0, inf) == inf
    assert rng.gamma(0.0) == 0
    assert (rng.standard_gamma(0.0, 50, dtype=np.float32) == 0).all()
    assert rng.beta(1.0, inf) == 0
    assert np.isnan(rng.dirichlet([0.05, nan])).all()
    assert np.isnan(rng.dirichlet([nan, 1.0], 4)).all()
    assert np.isnan(rng.dirichlet([inf, 1.0])).tolist() == [True, False]
    assert rng.dirichlet([0.0, 0.0], 2).tolist() == [[0, 0], [0, 0]]
    rows = rng.dirichlet([0.0, 2.0], 1000)
    assert (rows[:, 0] == 0).all()
    assert (np.abs(rows[:, 1] - 1) <= 2.0**-52).all()  # x (1 / x), as NumPy's
    assert rng.dirichlet([0.05, -0.0]).tolist() == [1, 0]
    assert rng.dirichlet([]).shape == (0,)
    assert rng.dirichlet([], 3).shape == (3, 0)
    assert rng.dirichlet([1.0, 2.0], 0).shape == (0, 2)
    assert rng.dirichlet([1.0, 2.0], ()).shape == (2,)
    assert rng.dirichlet((1, 2), [2, 3]).shape == (2, 3, 2)


BAD = {
    "gamma(-1)": lambda g: g.gamma(-1),
    "gamma(-0.0)": lambda g: g.gamma(-0.0),
    "gamma(1, -1)": lambda g: g.gamma(1, -1, 3),
    "gamma([1, -1])": lambda g: g.gamma([1, -1]),
    "gamma scale array": lambda g: g.gamma(1, [1, -0.0]),
    "gamma shapes": lambda g: g.gamma([1, 2], [1, 2, 3]),
    "gamma size": lambda g: g.gamma([1, 2], size=3),
    "gamma negative size": lambda g: g.gamma(1.0, size=-1),
    "gamma('a')": lambda g: g.gamma("a"),
    "gamma(None)": lambda g: g.gamma(None),
    "standard_gamma(-1)": lambda g: g.standard_gamma(-1),
    "standard_gamma([-1])": lambda g: g.standard_gamma([-1.0, 2]),
    "standard_gamma dtype": lambda g: g.standard_gamma(1, dtype=int),
    "standard_gamma out dtype": lambda g: g.standard_gamma(1, 3, np.float32, np.zeros(3)),
    "standard_gamma out strided": lambda g: g.standard_gamma(1.0, out=np.zeros(8)[::2]),
    "standard_gamma out strided, array": lambda g: g.standard_gamma([1.0, 2.0], out=np.zeros((4, 2))[::2]),
    "standard_gamma out and size": lambda g: g.standard_gamma(1.0, 2, out=np.zeros(3)),
    "standard_gamma out shape": lambda g: g.standard_gamma([1.0, 2.0], out=np.zeros(3)),
    "beta(0, 1)": lambda g: g.beta(0, 1),
    "beta(1, 0)": lambda g: g.beta(1, 0, 4),
    "beta([0], 1)": lambda g: g.beta([0], 1),
    "beta(1, [-1])": lambda g: g.beta(1, [-1.0]),
    "beta(-0.0, 1)": lambda g: g.beta(-0.0, 1),
    "chisquare(0)": lambda g: g.chisquare(0),
    "chisquare([-1])": lambda g: g.chisquare([-1, 1]),
    "f(0, 1)": lambda g: g.f(0, 1),
    "f(1, 0)": lambda g: g.f(1, 0),
    "f([1, 0], 1)": lambda g: g.f([1, 0], 1),
    "f(1, [0])": lambda g: g.f(1, [0]),
    "standard_t(-1)": lambda g: g.standard_t(-1),
    "standard_t([0])": lambda g: g.standard_t([0.0, 1.0], (3, 2)),
    "dirichlet([-1, 1])": lambda g: g.dirichlet([-1, 1]),
    "dirichlet(5.0)": lambda g: g.dirichlet(5.0),
    "dirichlet(None)": lambda g: g.dirichlet(None),
    "dirichlet 2-d": lambda g: g.dirichlet([[1, 2], [3, 4]]),
    "dirichlet('ab')": lambda g: g.dirichlet("ab"),
    "dirichlet complex": lambda g: g.dirichlet([1j, 2]),
    "dirichlet size -1": lambda g: g.dirichlet([1, 2], -1),
    "dirichlet size 2.5": lambda g: g.dirichlet([1, 2], 2.5),
    "dirichlet size (2, -1)": lambda g: g.dirichlet([1, 2], (2, -1)),
    "dirichlet size 'a'": lambda g: g.dirichlet([1, 2], "a"),
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


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.beta(1, 2, 3, dtype=int), TypeError, "Unsupported dtype dtype('int64') for beta"),
        (lambda g: g.dirichlet([1, 2], dtype="i4"), TypeError, "Unsupported dtype dtype('int32') for dirichlet"),
        (lambda g: g.dirichlet([1, 2], out=np.zeros((3, 3))), ValueError, "last dimension of out must be alpha's length, 2"),
        (lambda g: g.dirichlet([1, 2], 4, out=np.zeros((3, 2))), ValueError, "size must match out.shape when used together"),
        (lambda g: g.dirichlet([1, 2], out=np.zeros((3, 4))[:, ::2]), ValueError, "must be contiguous"),
        (lambda g: g.dirichlet([1, 2], out=np.zeros((3, 2), "f4")), TypeError, "Expected float64, got float32"),
        (lambda g: g.chisquare(3, 4, out=np.zeros(3)), ValueError, "size must match out.shape when used together"),
        (lambda g: g.f([1, 2], 3, out=np.zeros(3)), ValueError, "shape mismatch"),
    ],
)
def test_errors_of_what_numpy_does_not_have(call, error, message) -> None:
    with pytest.raises(error) as ours:
        call(mm.random.default_rng(1))
    assert message in str(ours.value)


def test_foreign_bit_generators_give_numpys_values() -> None:
    ours, theirs = mm.random.Generator(np.random.PCG64(5)), np.random.Generator(np.random.PCG64(5))
    assert np.array_equal(ours.gamma(2, [1, 3], (5, 2)), theirs.gamma(2, [1, 3], (5, 2)))
    assert np.array_equal(ours.standard_gamma(2, 4, np.float32), theirs.standard_gamma(2, 4, np.float32))
    assert ours.beta(2, 3) == theirs.beta(2, 3)
    assert np.array_equal(ours.dirichlet([1, 2, 3], 4), theirs.dirichlet([1, 2, 3], 4))
    assert np.array_equal(ours.dirichlet([1, 2]), theirs.dirichlet([1, 2]))
    out = np.empty((3, 2), np.float32)
    ours.dirichlet([1, 2], dtype=np.float32, out=out)
    assert np.array_equal(out, theirs.dirichlet([1, 2], 3).astype(np.float32))
