# SPDX-License-Identifier: BSD-3-Clause
"""choice as a drop-in: NumPy's types of results, its error classes and messages."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm


def generator() -> mm.random.Generator:
    return mm.random.Generator(mm.random.XBlock(31))


# ---- NumPy's results and errors --------------------------------------------------------------------------------------------------

RECORDS = np.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f8")])
KINDS: dict[str, tuple[Any, Any]] = {
    "int": (5, 3),
    "int, one": (5, None),
    "int, 0-d": (5, ()),
    "floats": (np.array([1.5, 2.5]), (2, 3)),
    "list": ([1, 2, 3], 2),
    "strings": (["pooh", "roos"], 4),
    "string, one": (["pooh", "roos"], None),
    "string, 0-d": (["pooh", "roos"], ()),
    "objects": (np.array([{}, [1], None], object), 4),
    "object, one": (np.array([{}, [1], None], object), None),
    "object, 0-d": (np.array([{}, [1], None], object), ()),
    "records": (RECORDS, 3),
    "record, one": (RECORDS, None),
    "float32, swapped": (np.array([1, 2], ">f4"), 2),
    "0-d array": (np.array(4), 2),
    "size array": (4, np.array([2, 3])),
    "size 0": (4, 0),
    "nothing of nothing": (0, 0),
    "numpy size": (4, np.int64(3)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_results_have_numpys_types(kind: str, replace: bool, weighted: bool) -> None:
    a, size = KINDS[kind]
    population = int(a) if np.ndim(a) == 0 else len(a)
    if weighted and population == 0:
        pytest.skip("no probabilities of nothing")
    if not replace and size is not None:
        size = size if np.prod(size) <= population else 1
    p = np.full(population, 1 / population) if weighted else None
    mine = generator().choice(a, size, replace, p)
    theirs = np.random.default_rng(1).choice(a, size, replace, p)
    if kind == "object, one":  # the objects themselves
        assert any(mine is item for item in a)
        return
    assert type(mine) is type(theirs)
    assert np.shape(mine) == np.shape(theirs)
    assert getattr(mine, "dtype", None) == getattr(theirs, "dtype", None)
    if "object" not in kind:
        assert np.isin(np.ravel(mine), np.arange(population) if np.ndim(a) == 0 else np.asarray(a)).all()


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("size", [None, 2, (2, 1), ()])
def test_axes(axis: int, size: Any) -> None:
    a = np.arange(24).reshape(2, 3, 4)
    for replace, p in itertools.product([True, False], [None, np.full(a.shape[axis], 1 / a.shape[axis])]):
        mine = generator().choice(a, size, replace, p, axis, False)
        theirs = np.random.default_rng(1).choice(a, size, replace, p, axis, False)
        assert mine.shape == theirs.shape
        assert mine.dtype == theirs.dtype


BAD: dict[str, Any] = {
    "float": lambda g: g.choice(1.5),
    "string": lambda g: g.choice("abc"),
    "None": lambda g: g.choice(None, 2),
    "0": lambda g: g.choice(0),
    "0, 3": lambda g: g.choice(0, 3),
    "-1": lambda g: g.choice(-1, 3),
    "empty": lambda g: g.choice([], 1),
    "axis": lambda g: g.choice([1, 2], 1, axis=1),
    "empty axis": lambda g: g.choice(np.empty((2, 0)), 1, axis=1),
    "p scalar": lambda g: g.choice(2, p=0.5),
    "p 2-d": lambda g: g.choice(2, p=[[0.5, 0.5]]),
    "p 2-d array": lambda g: g.choice(2, 1, p=np.full((2, 1), 0.5)),
    "p length": lambda g: g.choice(3, p=[0.5, 0.5]),
    "p NaN": lambda g: g.choice(2, p=[np.nan, 0.5]),
    "p NaN and negative": lambda g: g.choice(2, p=[np.nan, -0.5]),
    "p inf": lambda g: g.choice(2, p=[np.inf, 0.5]),
    "p inf last": lambda g: g.choice(2, p=[0.5, np.inf]),
    "p negative": lambda g: g.choice(2, p=[1.5, -0.5]),
    "p negative and sum": lambda g: g.choice(2, p=[0.1, -0.5]),
    "p sum": lambda g: g.choice(2, p=[0.5, 0.4]),
    "p float16": lambda g: g.choice(2, p=np.array([0.5, 0.3], np.float16)),
    "p complex": lambda g: g.choice(2, p=np.array([0.5, 0.5j])),
    "p strings": lambda g: g.choice(2, p=["a", "b"]),
    "larger": lambda g: g.choice(3, 4, replace=False),
    "larger, p": lambda g: g.choice(3, 4, replace=False, p=[0.5, 0.5, 0]),
    "zeros": lambda g: g.choice(3, 3, replace=False, p=[0.5, 0.5, 0]),
    "negative": lambda g: g.choice(3, -1),
    "negative, p": lambda g: g.choice(2, -1, p=[0.5, 0.5]),
    "negative, False": lambda g: g.choice(3, -1, replace=False),
    "negative, False, p": lambda g: g.choice(2, -1, False, [0.5, 0.5]),
    "negative shape": lambda g: g.choice(2, (2, -1), p=[0.5, 0.5]),
    "size string": lambda g: g.choice(2, "a"),
    "size string, p": lambda g: g.choice(2, "a", p=[0.5, 0.5]),
    "keyword": lambda g: g.choice(2, sizes=3),
}


@pytest.mark.parametrize("call", BAD)
def test_errors_are_numpys(call: str) -> None:
    with pytest.raises(Exception) as theirs:
        BAD[call](np.random.default_rng(1))
    with pytest.raises(theirs.type) as mine:
        BAD[call](generator())
    if call != "keyword":
        assert str(mine.value) == str(theirs.value)


def test_foreign_bit_generators_are_numpys() -> None:
    mine, theirs = mm.random.Generator(np.random.PCG64(5)), np.random.Generator(np.random.PCG64(5))
    assert mine.choice(9, 5, p=np.full(9, 1 / 9)).tolist() == theirs.choice(9, 5, p=np.full(9, 1 / 9)).tolist()
    assert mine.choice(9, 5, replace=False).tolist() == theirs.choice(9, 5, replace=False).tolist()
