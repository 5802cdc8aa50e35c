# SPDX-License-Identifier: BSD-3-Clause
"""det and slogdet beside exact arithmetic; levels, bits, bad matrices and long calls stand in test_factor_solve.py."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import mlmath_native as mm


def test_det_of_small_integers_is_exact_enough(rng: np.random.Generator) -> None:
    def exact(rows: list[list[Fraction]]) -> Fraction:
        result = Fraction(1)
        for k in range(len(rows)):
            pivot = next((i for i in range(k, len(rows)) if rows[i][k] != 0), None)
            if pivot is None:
                return Fraction(0)
            if pivot != k:
                rows[k], rows[pivot], result = rows[pivot], rows[k], -result
            result *= rows[k][k]
            for i in range(k + 1, len(rows)):
                factor = rows[i][k] / rows[k][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k])]
        return result

    for n in (2, 3, 5, 8):
        a = rng.integers(-9, 10, (20, n, n)).astype(float)
        for value, one in zip(mm.linalg.det(a), a):
            reference = exact([[Fraction(int(x)) for x in row] for row in one])
            assert abs(value - float(reference)) <= 50 * n * np.finfo(float).eps * np.prod(np.linalg.norm(one, axis=1))


def test_det_keeps_its_exponent_apart(rng: np.random.Generator) -> None:
    for n in (4, 12, 16, 30):
        scales = np.where(np.arange(n) % 2, 1e200, 1e-200)
        a = np.diag(scales)
        many = np.broadcast_to(a, (9, n, n))
        assert mm.linalg.det(a) == pytest.approx(1, rel=1e-14)
        assert np.all(mm.linalg.det(many) == mm.linalg.det(a))
        assert mm.linalg.slogdet(a)[1] == pytest.approx(0, abs=1e-13)
    tiny = np.eye(16) * 1e-300
    assert mm.linalg.det(tiny) == 0
    assert mm.linalg.slogdet(tiny)[1] == pytest.approx(16 * np.log(1e-300), rel=1e-15)
    assert mm.linalg.slogdet(np.broadcast_to(tiny, (9, 16, 16)))[1] == pytest.approx(16 * np.log(1e-300), rel=1e-15)
    assert mm.linalg.det(np.eye(16) * 1e300) == np.inf


def test_out(rng: np.random.Generator) -> None:
    a = rng.standard_normal((4, 5, 3, 3))
    expected = mm.linalg.det(a)
    for out in (np.empty((4, 5)), np.empty((5, 4)).T, np.empty((4, 10))[:, ::2], np.empty((4, 5), complex)):
        assert mm.linalg.det(a, out=out) is out
        assert np.array_equal(out, expected)
    triangle, right, out = np.tril(a[0, 0]), a[0, 1], np.empty((3, 3))
    assert mm.linalg.solve_triangular(triangle, right, lower=True, out=out) is out
    assert np.array_equal(out, mm.linalg.solve_triangular(triangle, right, lower=True))
    out = np.empty((4, 5, 3, 3))
    assert mm.linalg.pinv(a, out=out) is out
    assert np.array_equal(out, mm.linalg.pinv(a))
    frozen = np.empty((4, 5))
    frozen.flags.writeable = False
    for bad, error, words in (
        (np.empty((5, 4)), ValueError, "shape of the result"),
        (frozen, ValueError, "read-only"),
        ([0.0], TypeError, "must be an array"),
        (np.empty((4, 5), int), TypeError, "cannot be cast"),
    ):
        with pytest.raises(error, match=words):
            mm.linalg.det(a, out=bad)
