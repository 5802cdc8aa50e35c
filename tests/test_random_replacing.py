# SPDX-License-Identifier: BSD-3-Clause
"""docs/howto/replace_numpy_random.md names every method of Generator as the class has it; the course's chapter runs."""

from __future__ import annotations

import doctest
import inspect
import pathlib
import re

import numpy as np
import pytest

import mlmath_native as mm

ROOT = pathlib.Path(__file__).parent.parent
PAGE = ROOT / "docs" / "howto" / "replace_numpy_random.md"
CLASSES = mm.random.Generator.__mro__
OURS = CLASSES[: CLASSES.index(np.random.Generator)]
METHODS = sorted(name for name, value in inspect.getmembers(mm.random.Generator, callable) if not name.startswith("_"))


def table() -> dict[str, tuple[str, str]]:
    """Method: where it runs, the arguments that NumPy's does not have."""
    text = PAGE.read_text(encoding="utf-8")
    rows = text[text.index("| method | runs | more |") :].split("\n\n")[0].splitlines()[2:]
    lines: dict[str, tuple[str, str]] = {}
    for row in rows:
        methods, runs, more, _ = (cell.strip() for cell in row.strip("|").split("|"))
        for name in re.findall(r"`(\w+)`", methods):
            assert name not in lines, f"{name} stands in two rows"
            lines[name] = runs, more
    return lines


TABLE = table()


def arguments(cls: type, name: str) -> list[str]:
    return [argument for argument in inspect.signature(getattr(cls, name)).parameters if argument != "self"]


def test_every_method_has_a_row() -> None:
    assert {"normal", "zipf", "bernoulli"} <= set(METHODS)
    assert sorted(TABLE) == METHODS


@pytest.mark.parametrize("name", METHODS)
def test_row_is_as_the_class(name: str) -> None:
    runs, more = TABLE[name]
    native = any(name in vars(cls) for cls in OURS)
    assert runs == ("native" if native else "NumPy's")
    if not hasattr(np.random.Generator, name):
        assert more == "all"
    elif native:
        theirs = arguments(np.random.Generator, name)
        assert re.findall(r"`(\w+)`", more) == [a for a in arguments(mm.random.Generator, name) if a not in theirs]
    else:
        assert more == ""


def test_readme_names_what_is_not_native() -> None:
    row = next(
        line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| random numbers |")
    )
    inherited = [name for name in METHODS if TABLE[name][0] == "NumPy's" and name != "spawn"]
    assert inherited
    for name in inherited:
        assert f"`{name}`" in row


def test_examples_of_the_course_run() -> None:
    result = doctest.testfile(str(ROOT / "docs" / "learn" / "12_sampling.md"), module_relative=False, encoding="utf-8")
    assert result.attempted > 20
    assert result.failed == 0


def test_what_differs_does_differ() -> None:
    # The table's last column, where a line of code shows it.
    def rng() -> mm.random.Generator:
        return mm.random.Generator(mm.random.XBlock(1))

    assert not np.array_equal(rng().integers([0] * 20, 10), rng().integers(0, 10, 20))
    assert np.array_equal(rng().integers(0, 256, 20, np.uint8), np.frombuffer(rng().bytes(20), np.uint8))
    with pytest.raises(ValueError, match="negative"):
        rng().bytes(-1)
    assert np.array_equal(rng().standard_exponential(9, method="inv"), rng().standard_exponential(9))
    assert np.array_equal(rng().chisquare(5, 100), rng().gamma(2.5, 2, 100))
    assert np.isfinite(rng().standard_t(np.inf, 100)).all()
    assert not np.array_equal(rng().poisson([4.0] * 50), rng().poisson(4.0, 50))
    assert np.array_equal(rng().geometric([0.2] * 50), rng().geometric(0.2, 50))
    sample = rng().choice(10**6, 100, replace=False, shuffle=False)
    assert np.array_equal(rng().choice(10**6, 10, replace=False), sample[:10])
    shuffled = np.arange(100)
    rng().shuffle(shuffled)
    assert np.array_equal(rng().permutation(100), shuffled)
