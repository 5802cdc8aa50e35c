# SPDX-License-Identifier: BSD-3-Clause
"""gram: against exact sums, its symmetry and bits, weights, right-hand sides, centering, bad input."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm

Array = Any
SIZES = [(0, 3), (1, 1), (5, 2), (127, 7), (128, 24), (129, 25), (300, 50), (5000, 9)]


def layouts(x: Array) -> list[Array]:
    """The same numbers: rows, columns, gaps, reversed, read-only."""
    m, n = x.shape
    gaps = np.full((2 * m + 1, 3 * n + 1), np.nan, x.dtype)[:-1:2, :-1:3][:m, :n]
    gaps[:] = x
    backwards = x[::-1, ::-1].copy()[::-1, ::-1]
    fixed = x.copy()
    fixed.flags.writeable = False
    return [x, np.asfortranarray(x), gaps, backwards, fixed]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("m", "n"), SIZES)
def test_within_the_bound(m: int, n: int, dtype: type, isa: str, rng: np.random.Generator) -> None:
    x, w, y = (rng.standard_normal(s).astype(dtype) for s in ((m, n), (m,), (m, 3)))
    wide = x.astype(np.float64), w.astype(np.float64), y.astype(np.float64)
    eps = float(np.finfo(dtype).eps)
    for weights in (None, w):
        g, d = mm.linalg.gram(x, weights=weights, y=y)
        scale = np.ones(m) if weights is None else wide[1]
        for found, right in ((g, wide[0]), (d, wide[2])):
            exact = wide[0].T @ (scale[:, None] * right)
            bound = min(m + 2, 171 + m / 3072) * eps * (np.abs(wide[0]).T @ np.abs(scale[:, None] * right))
            # The reference is a sum in double: its own error, m eps of the same sum of magnitudes at most.
            slack = (m + 2) * np.finfo(np.float64).eps * (np.abs(wide[0]).T @ np.abs(scale[:, None] * right))
            assert (np.abs(found - exact) <= bound + slack).all()
        assert g.dtype == dtype
        assert (g == g.T).all()


def test_small_integers_are_exact(isa: str, rng: np.random.Generator) -> None:
    x = rng.integers(-9, 10, (400, 11)).astype(float)
    w = rng.integers(-3, 4, 400).astype(float)
    exact = [
        [int(sum(Fraction(int(wp)) * int(a) * int(b) for wp, a, b in zip(w, x[:, i], x[:, j]))) for j in range(11)]
        for i in range(11)
    ]
    assert (mm.linalg.gram(x, weights=w) == np.array(exact, float)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("m", "n"), [(129, 25), (5000, 9), (300, 270)])
def test_same_bits(m: int, n: int, dtype: type, isa: str, rng: np.random.Generator) -> None:
    x, w = rng.standard_normal((m, n)).astype(dtype), rng.random(m).astype(dtype)
    y = rng.standard_normal((m, 2)).astype(dtype)
    first = mm.linalg.gram(x, weights=w, y=y)
    for threads in (1, 2, 3, 7):
        with mm.threads(threads):
            for other in layouts(x):
                found = mm.linalg.gram(other, weights=w, y=y)
                assert all((a == b).all() for a, b in zip(first, found))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_centered(dtype: type, rng: np.random.Generator) -> None:
    x = (1e3 + rng.standard_normal((500, 6))).astype(dtype)
    y, w = rng.standard_normal(500).astype(dtype), rng.random(500).astype(dtype)
    for weights in (None, w):
        g, d = mm.linalg.gram(x, y=y, weights=weights, center=True)
        scale = np.ones(500) if weights is None else w.astype(float)
        xc = x - np.average(x.astype(float), axis=0, weights=scale)
        yc = y - np.average(y.astype(float), weights=scale)
        # Sums of 500 products of about 1; the reference's own deviations lost 1e3 eps.
        allowed = 500 * np.finfo(dtype).eps + 1e3 * 500 * np.finfo(float).eps
        np.testing.assert_allclose(g, xc.T @ (scale[:, None] * xc), rtol=0, atol=allowed)
        np.testing.assert_allclose(d, xc.T @ (scale * yc), rtol=0, atol=allowed)
        assert g.dtype == d.dtype == dtype
        assert (g == g.T).all()


def test_shapes_and_types() -> None:
    x = np.arange(6).reshape(3, 2)
    assert mm.linalg.gram(x).dtype == np.float64
    assert (mm.linalg.gram(x.tolist()) == x.T @ x).all()
    g, d = mm.linalg.gram(x, y=[1, 2, 3])
    assert g.shape == (2, 2)
    assert d.shape == (2,)
    assert mm.linalg.gram(np.empty((4, 0))).shape == (0, 0)
    assert (mm.linalg.gram(np.empty((0, 2))) == 0).all()


def test_nothing_is_skipped() -> None:
    x = np.array([[0.0, 1.0], [1.0, np.inf]])
    with np.errstate(invalid="ignore"):
        g = mm.linalg.gram(x, weights=[np.nan, 1.0])
    assert np.isnan(g).all()


def test_no_warning_on_finite_data(isa: str, rng: np.random.Generator) -> None:
    with np.errstate(all="raise"):
        for n in range(1, 60):
            mm.linalg.gram(rng.standard_normal((130, n)), weights=rng.random(130), y=rng.standard_normal((130, 1 + n % 5)))


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((np.ones(3),), ValueError, r"X must be two-dimensional, got shape \(3,\)"),
        ((np.ones((3, 2), complex),), TypeError, "X must hold real numbers, got complex128"),
        ((np.ones((3, 2)), {"weights": np.ones(2)}), ValueError, r"weights must have shape \(3,\), one per row of X, got \(2,\)"),
        ((np.ones((3, 2)), {"y": np.ones((2, 1))}), ValueError, r"y must have shape \(3,\) or \(3, q\), got \(2, 1\)"),
        ((np.ones((3, 2)), {"y": ["a", "b", "c"]}), TypeError, "y must hold real numbers"),
    ],
)
def test_bad_input(arguments: tuple[Any, ...], error: type[Exception], text: str) -> None:
    x, keywords = arguments[0], arguments[1] if len(arguments) > 1 else {}
    with pytest.raises(error, match=text):
        mm.linalg.gram(x, **keywords)
