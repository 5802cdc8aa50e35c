# SPDX-License-Identifier: BSD-3-Clause
"""Units of words: draws of one use follow one another, draws of different uses never read the same words."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Callable

import numpy as np
import pytest

import mlmath_native as mm

Draw = Callable[[mm.random.Generator, int], np.ndarray]

# A law of each use: the use, the words of a unit, halves per element, a draw of n elements.
USES: dict[str, tuple[str, int, int, Draw]] = {
    "random": ("words", 1, 2, lambda g, n: g.random(n)),
    "random f32": ("words", 1, 1, lambda g, n: g.random(n, np.float32)),
    "choice": ("words", 1, 2, lambda g, n: g.choice(3, n, p=[0.2, 0.3, 0.5])),
    "normal": ("pairs", 16, 2, lambda g, n: g.normal(1.0, 2.0, n)),
    "lognormal": ("pairs", 16, 2, lambda g, n: g.lognormal(size=n)),
    "multivariate_normal": ("pairs", 16, 2, lambda g, n: g.multivariate_normal([0.0], [[1.0]], n)[:, 0]),
    "normal f32": ("half_pairs", 16, 1, lambda g, n: g.standard_normal(n, np.float32)),
    "integers 128": ("two_steps", 32, 4, lambda g, n: g.integers(3 * 2**62, size=n, dtype=np.uint64)),
    "poisson of arrays": ("two_steps", 32, 4, lambda g, n: g.poisson(np.full(n, 30.0))),
    "standard_t": ("two_steps", 32, 4, lambda g, n: g.standard_t(3.0, n)),
    "gamma": ("gammas", 32, 4, lambda g, n: g.gamma(2.5, size=n)),
    "dirichlet": ("gammas", 32, 4, lambda g, n: g.dirichlet([1.0], n)[:, 0]),
    "beta": ("two_gammas", 64, 8, lambda g, n: g.beta(2.0, 0.5, n)),
    "f": ("two_gammas", 64, 8, lambda g, n: g.f(5.0, 7.0, n)),
}
ENGINES = [mm.random.XBlock, mm.random.Philox, mm.random.Threefry]


def halves_at(bits: np.random.BitGenerator) -> tuple[int, str]:
    """The position in halves of words, and how its unit is used."""
    state = bits.state
    if state["bit_generator"] == "XBlock":
        return state["state"]["position"], state["state"]["unit_use"]
    counter = int(state["state"]["counter"][0])  # the words of blocks up to this one have been read, this one's in part
    return 2 * (4 * counter + state["buffer_pos"]), state.get("unit_use", "words")


def test_every_law_says_its_use() -> None:
    for use, _, halves, draw in USES.values():
        rng = mm.random.default_rng(1)
        draw(rng, 3)
        assert halves_at(rng.bit_generator) == (3 * halves, use)


@pytest.mark.parametrize("engine", ENGINES)
def test_draws_of_two_laws_never_meet(engine: type) -> None:
    for (first, second), n in itertools.product(itertools.product(USES, USES), (3, 17, 33)):
        (use, unit, halves, draw), (next_use, next_unit, next_halves, next_draw) = USES[first], USES[second]
        rng = mm.random.Generator(engine(5))
        start, _ = halves_at(rng.bit_generator)
        draw(rng, n)
        end, _ = halves_at(rng.bit_generator)
        drawn = next_draw(rng, 32)
        last, now = halves_at(rng.bit_generator)
        assert now == next_use
        begin = last - 32 * next_halves  # 32 elements are whole words
        if engine is not mm.random.XBlock and n % 2 and halves == next_halves == 1:
            begin = min(begin, end - 1) if use == next_use else begin  # inside the word of the kept half
        assert start <= end - n * halves
        if use == next_use:
            assert end - 1 <= begin <= end + next_halves - 1, (first, second, n)
            continue
        longest = 2 * max(unit, next_unit)
        assert begin % longest == 0, (first, second, n)
        assert end <= begin < end + longest + 2, (first, second, n)
        # And its values are those of a stream that stands there.
        other = mm.random.Generator(engine(5))
        other.bit_generator.state = rng.bit_generator.state
        if engine is mm.random.XBlock:
            other.bit_generator.advance(begin // 2 - halves_at(other.bit_generator.advance(0))[0] // 2)
            assert np.array_equal(next_draw(other, 32), drawn), (first, second, n)


def test_uniforms_after_normals_are_not_their_angles() -> None:
    # Word 8 + j of a step is the angle of normals j and 8 + j: eight normals have read what eight uniforms behind them would read.
    rng = mm.random.default_rng(77)
    z, u = np.empty((20_000, 8)), np.empty((20_000, 8))
    for i in range(len(z)):
        rng.standard_normal(out=z[i])
        rng.random(out=u[i])
    r = np.corrcoef(np.abs(z).ravel(), np.abs(u - 0.5).ravel())[0, 1]
    assert abs(r) < 5 / np.sqrt(z.size)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("law", USES)
def test_a_copy_inside_a_unit_goes_on(engine: type, law: str) -> None:
    draw = USES[law][3]
    whole = draw(mm.random.Generator(engine(9)), 40)
    rng = mm.random.Generator(engine(9))
    head = draw(rng, 13)
    for other in (copy.deepcopy(rng), pickle.loads(pickle.dumps(rng)), mm.random.Generator(engine(1))):
        other.bit_generator.state = rng.bit_generator.state
        assert np.array_equal(np.concatenate([head, draw(other, 27)]), whole)
        after = copy.deepcopy(rng)
        assert np.array_equal(after.random(5), mm.random.Generator(copy.deepcopy(rng).bit_generator).random(5))


def test_numpys_code_leaves_a_unit_too() -> None:
    rng = mm.random.default_rng(4)
    rng.standard_normal(3)
    numpys = np.random.Generator(rng.bit_generator)
    word = int(numpys.bit_generator.random_raw())
    assert word == int(mm.random.XBlock(4).random_raw(17)[16])
    assert halves_at(rng.bit_generator) == (34, "words")


def test_one_at_a_time_of_two_laws() -> None:
    rng, apart = mm.random.default_rng(6), mm.random.default_rng(6)
    values = [(rng.normal(), rng.random()) for _ in range(20)]
    assert values == [(apart.normal(size=1)[0], apart.random(1)[0]) for _ in range(20)]


def test_unknown_uses_are_refused() -> None:
    bits = mm.random.XBlock(5)
    with pytest.raises(ValueError, match="unit_use must be one of words, pairs"):
        bits.state = bits.state | {"state": bits.state["state"] | {"unit_use": "triples"}}
    state = bits.state
    del state["state"]["unit_use"]  # between units
    bits.state = state
    assert halves_at(bits) == (0, "words")
