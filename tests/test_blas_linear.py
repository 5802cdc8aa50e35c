# SPDX-License-Identifier: BSD-3-Clause
"""linear: bit for bit the product, the bias, the function; layouts, threads, stacks, out, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mlmath_native as mm

Array = Any
FUNCTIONS = {
    None: lambda s: s,
    "relu": lambda s: np.where(s <= 0, s.dtype.type(0), s),
    "sigmoid": mm.special.expit,
    "tanh": mm.tanh,
    "gelu": lambda s: s * mm.special.ndtr(s),
}
SHAPES = [(1, 4, 1), (1, 4, 7), (5, 4, 1), (5, 3, 9), (70, 20, 33), (300, 8, 2), (64, 400, 40), (3, 0, 4), (0, 3, 4), (3, 4, 0)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize(("m", "k", "n"), SHAPES)
def test_the_three_steps(m: int, k: int, n: int, activation: Any, dtype: type, isa: str, rng: np.random.Generator) -> None:
    x, w, b = (rng.standard_normal(s).astype(dtype) for s in ((m, k), (k, n), (n,)))
    for bias in (None, b):
        sums = mm.matmul(x, w)
        expected = FUNCTIONS[activation](sums if bias is None else sums + bias)
        for threads in (1, 2, 3):
            with mm.threads(threads):
                for given in (w, np.asfortranarray(w), w[::-1, ::-1].copy()[::-1, ::-1]):
                    found = mm.linalg.linear(x, given, bias, activation)
                    assert found.dtype == dtype
                    assert (found == expected).all()


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_special_numbers(activation: Any, isa: str) -> None:
    x = np.array([[np.inf], [-np.inf], [np.nan], [-np.nan], [0.0], [-0.0]])
    with np.errstate(all="ignore"):
        found = mm.linalg.linear(x, np.ones((1, 3)), None, activation)
        expected = FUNCTIONS[activation](np.repeat(mm.matmul(x, np.ones((1, 1))), 3, axis=1))
    np.testing.assert_array_equal(found, expected)


def test_no_warning_on_finite_data(isa: str, rng: np.random.Generator) -> None:
    with np.errstate(all="raise"):
        for n in range(1, 40):
            for activation in FUNCTIONS:
                mm.linalg.linear(rng.standard_normal((9, 5)), rng.standard_normal((5, n)), np.zeros(n), activation)


def test_stacks_types_and_out(rng: np.random.Generator) -> None:
    x, w = rng.standard_normal((2, 3, 4)), rng.standard_normal((4, 5)).astype(np.float32)
    found = mm.linalg.linear(x, w)
    assert found.dtype == np.float64
    assert (found == mm.matmul(x, w.astype(float))).all()
    assert mm.linalg.linear(x[0, 0], w).shape == (5,)
    assert mm.linalg.linear([[1, 2]], [[1], [1]]).tolist() == [[3.0]]
    out = np.full((2, 3, 5), np.nan)
    assert mm.linalg.linear(x, w, out=out) is out
    assert (out == found).all()


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            (np.ones((2, 3)), np.ones((4, 5))),
            ValueError,
            r"X must have shape \(\.\.\., k\) and W \(k, n\), got \(2, 3\) and \(4, 5\)",
        ),
        ((np.ones((2, 3)), np.ones(3)), ValueError, "X must have shape"),
        ((np.ones((2, 3)), np.ones((3, 5)), np.ones(4)), ValueError, r"b must have shape \(5,\)"),
        ((np.ones((2, 3)), np.ones((3, 5)), None, "softmax"), ValueError, "activation must be one of None, 'relu'"),
        ((np.ones((2, 3), complex), np.ones((3, 5))), TypeError, "X must hold real numbers"),
    ],
)
def test_bad_input(arguments: tuple[Any, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        mm.linalg.linear(*arguments)


def test_bad_out() -> None:
    x, w = np.ones((3, 3)), np.ones((3, 3))
    for out in (np.ones((3, 4)), np.ones((3, 3), np.float32), np.ones((3, 3), order="F"), np.ones((3, 6))[:, ::2]):
        with pytest.raises(ValueError, match="out must be a writeable C-contiguous array of float64"):
            mm.linalg.linear(x, w, out=out)
    with pytest.raises(ValueError, match="share no memory"):
        mm.linalg.linear(x, w, out=x)
