# SPDX-License-Identifier: BSD-3-Clause
"""matvec, vecmat, vecdot, inner, outer, vdot, tensordot, multi_dot, matrix_power beside NumPy's: results, dtypes, bits, errors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm

Array = Any
UFUNCS = ["matvec", "vecmat", "vecdot"]
SHAPES = {
    "matvec": [
        ((3, 4), (4,)), ((5, 3, 4), (4,)), ((3, 4), (5, 4)), ((2, 1, 3, 4), (6, 4)), ((1, 1), (1,)), ((2, 0), (0,)), ((0, 3), (3,)),
    ],
    "vecmat": [
        ((3,), (3, 4)), ((5, 3), (3, 4)), ((3,), (5, 3, 4)), ((2, 1, 3), (6, 3, 4)), ((1,), (1, 1)), ((0,), (0, 2)), ((3,), (3, 0)),
    ],
    "vecdot": [((3,), (3,)), ((5, 3), (3,)), ((2, 1, 3), (4, 3)), ((7, 1), (7, 1)), ((2, 0), (2, 0)), ((0, 3), (3,))],
}  # fmt: skip
CASES = [(name, *shapes) for name in UFUNCS for shapes in SHAPES[name]]


def reference(name: str) -> Any:
    if not hasattr(np, name):
        pytest.skip(f"this NumPy has no {name}")
    return getattr(np, name)


def close(found: Array, expected: Array, terms: int) -> None:
    """Sums of `terms` products of numbers in [-1, 1], both within (terms + 1) eps of the sum of magnitudes."""
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    assert (np.abs(found - expected) <= 2 * (terms + 1) * terms * np.finfo(expected.dtype).eps).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "first", "second"), CASES)
def test_as_numpy(
    name: str, first: tuple[int, ...], second: tuple[int, ...], dtype: type, isa: str, rng: np.random.Generator
) -> None:
    a, b = (rng.uniform(-1, 1, shape).astype(dtype) for shape in (first, second))
    expected = np.asarray(reference(name)(a, b))
    found = getattr(mm, name)(a, b)
    assert type(found) is type(reference(name)(a, b))
    close(np.asarray(found), expected, first[-1])
    out = np.full(expected.shape, np.nan, dtype)
    assert getattr(mm, name)(a, b, out=out) is out
    assert (out == found).all()
    for threads in (1, 2, 3):
        with mm.threads(threads):
            assert (getattr(mm, name)(np.flip(a).copy()[tuple(slice(None, None, -1) for _ in first)], b) == found).all()


@pytest.mark.parametrize("name", UFUNCS)
@pytest.mark.parametrize("kinds", [("int64", "int64"), ("float32", "int8"), ("complex128", "complex128"), ("float16", "float16")])
def test_other_dtypes(name: str, kinds: tuple[str, str], rng: np.random.Generator) -> None:
    first, second = SHAPES[name][1]
    a, b = (rng.integers(-3, 4, shape).astype(kind) for shape, kind in zip((first, second), kinds))
    if kinds[0] == "complex128":
        a = a + 1j
    expected = reference(name)(a, b)
    found = getattr(mm, name)(a, b)
    assert found.dtype == expected.dtype
    assert (found == expected).all()


@pytest.mark.parametrize("name", UFUNCS)
def test_bad_shapes(name: str) -> None:
    first, second = SHAPES[name][0]
    a, b = np.ones(first), np.ones((*second[:-2], *(s + 1 for s in second[-2:])))
    with pytest.raises(ValueError, match=f"{name}: .*must have the same size, got shapes"):
        getattr(mm, name)(a, b)
    with pytest.raises(ValueError, match=f"{name}|core dimension"):
        getattr(mm, name)(np.float64(1), b)
    with pytest.raises(ValueError, match="must broadcast"):
        getattr(mm, name)(np.ones((2, *first)), np.ones((3, *second)))
    if name != "vecdot":
        with pytest.raises(ValueError, match="out must have the shape"):
            getattr(mm, name)(a, np.ones(second), out=np.empty((9, 9)))


def test_a_vector_alone_and_in_a_stack(isa: str, rng: np.random.Generator) -> None:
    a, x = rng.standard_normal((6, 40, 30)), rng.standard_normal((6, 30))
    stacked = mm.matvec(a, x)
    assert all((mm.matvec(a[i], x[i]) == stacked[i]).all() for i in range(6))
    assert (mm.matmul(a, x[..., None])[..., 0] == stacked).all()
    dots = mm.vecdot(x, x)
    assert all(mm.dot(x[i], x[i]) == dots[i] for i in range(6))


PAIRS = [((3,), (3,)), ((2, 3), (3,)), ((3,), (4, 3)), ((2, 5, 3), (4, 3)), ((), (2, 2)), ((2, 0), (3, 0))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_inner(first: tuple[int, ...], second: tuple[int, ...], dtype: type, rng: np.random.Generator) -> None:
    a, b = (rng.uniform(-1, 1, shape).astype(dtype) for shape in (first, second))
    close(np.asarray(mm.inner(a, b)), np.asarray(np.inner(a, b)), first[-1] if first else 1)


def test_outer_and_vdot(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((2, 3)), rng.standard_normal(4)
    assert (mm.outer(a, b) == np.outer(a, b)).all()
    assert np.signbit(mm.outer([-1.0], [0.0]))
    out = np.empty((6, 4))
    assert mm.outer(a, b, out=out) is out
    c = rng.uniform(-1, 1, (3, 2)) + 1j
    assert mm.vdot(c, c.T) == np.vdot(c, c.T)
    x, y = rng.uniform(-1, 1, (2, 30))
    close(np.asarray(mm.vdot(x.reshape(5, 6), y)), np.asarray(np.vdot(x, y)), 30)
    with pytest.raises(ValueError, match=r"vdot: a and b must have the same number of elements, got shapes \(2, 3\) and \(4,\)"):
        mm.vdot(a, b)


AXES = [2, 0, 1, ([1, 2], [1, 0]), ([2], [0]), (1, 1), ([-1, 1], [0, -2])]


@pytest.mark.parametrize("axes", AXES)
def test_tensordot(axes: Any, rng: np.random.Generator) -> None:
    a, b = rng.uniform(-1, 1, (2, 3, 4)), rng.uniform(-1, 1, (4, 3, 5) if axes != 2 else (3, 4, 5))
    close(mm.tensordot(a, b, axes), np.tensordot(a, b, axes), 12)
    whole = rng.integers(0, 9, a.shape), rng.integers(0, 9, b.shape)
    assert (mm.tensordot(*whole, axes) == np.tensordot(*whole, axes)).all()


@pytest.mark.parametrize(
    ("axes", "error"),
    [(4, ValueError), (-1, ValueError), (([0], [0]), ValueError), (([0, 1], [0]), ValueError), (([1, 1], [1, 1]), ValueError),
     (([5], [0]), np.exceptions.AxisError), ((1.5, 0), TypeError)],
)  # fmt: skip
def test_tensordot_refuses(axes: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        mm.tensordot(np.ones((2, 3, 4)), np.ones((4, 3, 5)), axes)


@pytest.mark.parametrize("sizes", [(3, 4, 5), (10, 100, 5, 50), (30, 35, 15, 5, 10, 20, 25), (1, 1, 1, 1)])
def test_multi_dot(sizes: tuple[int, ...], rng: np.random.Generator) -> None:
    factors = [rng.uniform(-1, 1, shape) for shape in itertools.pairwise(sizes)]
    for ends in (factors, [factors[0][0], *factors[1:]], [*factors[:-1], factors[-1][:, 0]]):
        expected = np.linalg.multi_dot(ends)
        found = mm.linalg.multi_dot(ends)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14 * np.prod(sizes))
        assert np.shape(found) == np.shape(expected)
    out = np.empty((sizes[0], sizes[-1]))
    assert mm.linalg.multi_dot(factors, out=out) is out


def test_multi_dot_takes_the_cheapest_order() -> None:
    from mlmath_native.linalg._compound import _cheapest_cuts

    sizes = [30, 35, 15, 5, 10, 20, 25]  # [Cormen2009], fig. 15.5: ((A1 (A2 A3)) ((A4 A5) A6))
    cuts = _cheapest_cuts(sizes)
    assert (cuts[0][5], cuts[0][2], cuts[3][5]) == (2, 0, 4)


def test_multi_dot_refuses() -> None:
    with pytest.raises(ValueError, match="at least two, got 1"):
        mm.linalg.multi_dot([np.ones((2, 2))])
    with pytest.raises(np.linalg.LinAlgError, match="1-dimensional array given as number 1"):
        mm.linalg.multi_dot([np.ones((2, 2)), np.ones(2), np.ones((2, 2))])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 10, -1, -3])
def test_matrix_power(n: int, rng: np.random.Generator) -> None:
    a = rng.uniform(-1, 1, (3, 4, 4)) + 3 * np.eye(4)
    found, expected = mm.linalg.matrix_power(a, n), np.linalg.matrix_power(a, n)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.dtype == expected.dtype
    assert not np.shares_memory(found, a)
    whole = np.array([[1, 1], [1, 0]])
    if n >= 0:
        assert (mm.linalg.matrix_power(whole, n) == np.linalg.matrix_power(whole, n)).all()


def test_matrix_power_refuses() -> None:
    for bad in (np.ones(3), np.ones((2, 3))):
        with pytest.raises(np.linalg.LinAlgError):
            mm.linalg.matrix_power(bad, 2)
    with pytest.raises(TypeError, match="n must be an integer"):
        mm.linalg.matrix_power(np.eye(2), 1.5)  # type: ignore[arg-type]
