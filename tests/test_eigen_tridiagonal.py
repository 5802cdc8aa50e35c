# SPDX-License-Identifier: BSD-3-Clause
"""eigh_tridiagonal: all eigenvalues or some, LAPACK's ratios, Sturm counts, SciPy's arguments and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
from matrix_zoo_eigen import ORDINARY, accept, eigh_ratios, glued_wilkinson, signs_are_canonical, sturm_count
from numpy.typing import NDArray

import mlmath_native as mm

DTYPES = (np.float64, np.float32)


def tridiagonals(n: int, dtype: type = np.float64) -> dict[str, tuple[NDArray, NDArray]]:
    rng = np.random.default_rng([79, n])
    i = np.arange(n)
    eps = float(np.finfo(dtype).eps)
    exponents = 12 if dtype == np.float64 else 5
    big, small = (1e300, 1e-300) if dtype == np.float64 else (1e30, 1e-30)
    graded = 10.0 ** (-exponents * i / max(1, n - 1))
    log_random = np.exp(rng.uniform(2 * np.log(eps), -2 * np.log(eps), 2 * n))
    found = {
        "random": (rng.standard_normal(n), rng.standard_normal(n - 1)),
        "1-2-1": (np.full(n, 2.0), np.full(n - 1, -1.0)),
        "Wilkinson": (np.abs(i - (n - 1) / 2), np.ones(n - 1)),
        "Clement": (np.zeros(n), np.sqrt(i[1:] * (n - i[1:]))),
        "graded": (graded, graded[1:] / 3),
        "graded upwards": (graded[::-1], graded[:0:-1] / 3),
        "zero": (np.zeros(n), np.zeros(n - 1)),
        "constant": (np.ones(n), np.zeros(n - 1)),
        "nearly constant": (np.ones(n), np.full(n - 1, eps)),
        "degenerate": (np.array([1, 1, 2, 1e-8, 1e-14])[i % 5], 1e-15 * np.ones(n - 1)),
        "split": (rng.standard_normal(n), rng.standard_normal(n - 1) * (i[1:] % 4 != 0)),
        "log-random": (log_random[:n], log_random[n : 2 * n - 1]),
        "huge": (big * rng.standard_normal(n), big * rng.standard_normal(n - 1)),
        "tiny": (small * rng.standard_normal(n), small * rng.standard_normal(n - 1)),
        "large beside small": (np.where(i % 2, 1e10, 1e-10), np.full(n - 1, 1.0)),
    }
    for name, glue in (("1e-8", 1e-8), ("1e-14", 1e-14), ("eps", eps)):
        a = glued_wilkinson(n, glue)
        found[f"glued Wilkinson, {name}"] = (np.diag(a).copy(), np.diag(a, 1).copy())
    return {name: (d.astype(dtype), e.astype(dtype)) for name, (d, e) in found.items()}


def dense(d: NDArray, e: NDArray) -> NDArray:
    return np.diag(d) + np.diag(e, 1) + np.diag(e, -1)


NAMES = list(tridiagonals(4))


def check_signs(v: NDArray) -> None:
    assert signs_are_canonical(v)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "n"), [("random", 1), *((name, n) for name in NAMES for n in (2, 3, 31, 32, 33, 64, 65, 100, 130))]
)
def test_all(name: str, n: int, dtype: type) -> None:
    d, e = tridiagonals(max(n, 2), dtype)[name]
    d, e = d[:n], e[: n - 1]
    with np.errstate(all="raise"):
        w, v = mm.linalg.eigh_tridiagonal(d, e)
        values = mm.linalg.eigh_tridiagonal(d, e, eigvals_only=True)
    assert w.dtype == v.dtype == dtype
    assert v.shape == (n, n)
    assert np.all(w[:-1] <= w[1:])
    theirs = scipy.linalg.eigh_tridiagonal(d, e, lapack_driver="stevd") if n > 1 else None
    accept(eigh_ratios(dense(d, e), w, v), ORDINARY, None if theirs is None else [eigh_ratios(dense(d, e), *theirs)])
    check_signs(v)
    size = float(np.abs(w).max())
    assert np.abs(values - w).max() <= max(10, n / 2) * float(np.finfo(dtype).eps) * size
    assert np.array_equal(mm.linalg.eigvalsh_tridiagonal(d, e), values)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 9, 40, 100])
@pytest.mark.parametrize("name", NAMES)
def test_some(name: str, n: int, dtype: type) -> None:
    d, e = tridiagonals(n, dtype)[name]
    a, eps = dense(d, e), float(np.finfo(dtype).eps)
    w = mm.linalg.eigh_tridiagonal(d, e)[0]
    size = float(np.abs(w).max())
    for first, last in {(0, 0), (n - 1, n - 1), (n // 3, n // 2), (0, n - 1)}:
        with np.errstate(all="raise"):
            some, v = mm.linalg.eigh_tridiagonal(d, e, select="i", select_range=(first, last))
        assert some.shape == (last - first + 1,)
        assert v.shape == (n, last - first + 1)
        assert np.abs(some - w[first : last + 1]).max() <= max(10, n / 2) * eps * size
        accept(eigh_ratios(a, some, v), ORDINARY)
        check_signs(v)
        alone = mm.linalg.eigvalsh_tridiagonal(d, e, select=2, select_range=[first, last])
        assert np.abs(alone - some).max() <= max(10, n / 2) * eps * size
    gaps = np.flatnonzero(np.diff(w) > 100 * n * eps * size)
    for k in gaps[:: max(1, len(gaps) // 3)]:
        middle = float(w[k] / 2 + w[k + 1] / 2)
        below, v = mm.linalg.eigh_tridiagonal(d, e, select="v", select_range=(-np.inf, middle))
        assert len(below) == k + 1 == v.shape[1]
        accept(eigh_ratios(a, below, v), ORDINARY)
        assert np.abs(below - w[: k + 1]).max() <= max(10, n / 2) * eps * size
        above = mm.linalg.eigh_tridiagonal(d, e, True, "value", (middle, np.inf))
        assert len(above) == n - k - 1
        assert np.abs(above - w[k + 1 :]).max() <= max(10, n / 2) * eps * size


@pytest.mark.parametrize("n", [5, 60, 120])
@pytest.mark.parametrize("name", NAMES)
def test_sturm_counts_agree(name: str, n: int) -> None:
    d, e = tridiagonals(n)[name]
    slack = 10 * n * np.finfo(float).eps * float(np.abs(dense(d, e)).sum(axis=0).max())
    all_of_them = mm.linalg.eigvalsh_tridiagonal(d, e)
    some = mm.linalg.eigvalsh_tridiagonal(d, e, "i", (1, n - 2))
    for k in range(0, n, max(1, n // 7)):
        assert sturm_count(d, e, all_of_them[k] - slack) <= k
        assert sturm_count(d, e, all_of_them[k] + max(slack, 1e-320)) > k
        if 1 <= k <= n - 2:
            assert sturm_count(d, e, some[k - 1] - slack) <= k
            assert sturm_count(d, e, some[k - 1] + max(slack, 1e-320)) > k


def test_a_large_subset_of_a_large_matrix() -> None:
    n = 3000
    d, e = np.full(n, 2.0), np.full(n - 1, -1.0)
    w, v = mm.linalg.eigh_tridiagonal(d, e, select="i", select_range=(1000, 1019))
    exact = 4 * np.sin(np.arange(1001, 1021) * np.pi / (2 * n + 2)) ** 2
    assert np.abs(w - exact).max() <= 1e-14
    product = d[:, None] * v
    product[1:] += e[:, None] * v[:-1]
    product[:-1] += e[:, None] * v[1:]
    assert np.abs(product - v * w).max() <= 1e-13
    assert np.abs(v.T @ v - np.eye(20)).max() <= 1e-12


@pytest.mark.parametrize("n", [3, 40, 90])
def test_same_bits_for_threads_strides_and_powers_of_two(rng: np.random.Generator, n: int) -> None:
    d, e = rng.standard_normal(n), rng.standard_normal(n - 1)
    selections: list[tuple[Any, Any]] = [("a", None), ("i", (n // 3, n // 2))]
    for select, pair in selections:
        found = set()
        for threads in (1, 2, 3):
            with mm.threads(threads):
                for x, y in ((d, e), (np.repeat(d, 2)[::2], e[::-1].copy()[::-1]), (d.astype(">f8"), e.astype(">f8"))):
                    found.add(tuple(r.tobytes() for r in mm.linalg.eigh_tridiagonal(x, y, False, select, pair)))
        assert len(found) == 1
        w, v = mm.linalg.eigh_tridiagonal(d, e, False, select, pair)
        for exponent in (-700, -2, 4, 900):
            scaled = mm.linalg.eigh_tridiagonal(np.ldexp(d, exponent), np.ldexp(e, exponent), False, select, pair)
            assert np.array_equal(scaled[0], np.ldexp(w, exponent))
            assert np.array_equal(scaled[1], v)


def test_arguments_are_scipys() -> None:
    ours, scipys = mm.linalg.eigh_tridiagonal, scipy.linalg.eigh_tridiagonal
    d, e = np.array([0.0, 1, 2, 3]), np.ones(3)
    good: list[dict[str, Any]] = [
        {}, {"select": "all"}, {"select": 0}, {"select": "I", "select_range": (1, 2)}, {"select": 2, "select_range": [0, 3]},
        {"select": "v", "select_range": (0, 3)}, {"select": 1, "select_range": (10, 20)}, {"select": "a", "select_range": (0, 1)},
        {"select": "index", "select_range": np.array([0, 0])}, {"lapack_driver": "stemr"},
        {"check_finite": False}, {"tol": 1e-3},
    ]  # fmt: skip
    for options in good:
        exact = {**options, "tol": 0.0}  # SciPy's stebz has no more digits than tol says; ours always has all
        w, v = ours(d, e, **options)
        their_w, their_v = scipys(d, e, **exact)
        assert (w.shape, v.shape) == (their_w.shape, their_v.shape)
        np.testing.assert_allclose(w, their_w, rtol=0, atol=1e-14)
        np.testing.assert_allclose(v, their_v * np.sign((v * their_v).sum(axis=0)), rtol=0, atol=1e-14)
        assert signs_are_canonical(v)
        np.testing.assert_allclose(ours(d, e, True, **options), their_w, rtol=0, atol=1e-14)
    bad: list[dict[str, Any]] = [
        {"select": "i"}, {"select": "i", "select_range": (0, 4)}, {"select": "i", "select_range": (-1, 2)}, {"select": "x"},
        {"select": "i", "select_range": (2, 1)}, {"select": "i", "select_range": (0.0, 1.0)}, {"select": "v"},
        {"select": "v", "select_range": (1, 0)}, {"select": "v", "select_range": (0, 1, 2)}, {"select": 7},
        {"lapack_driver": 3}, {"lapack_driver": "x"},
    ]  # fmt: skip
    for options in bad:
        with pytest.raises(Exception) as expected:
            scipys(d, e, **options)
        with pytest.raises(type(expected.value)):
            ours(d, e, **options)
    for x, y in ((d, d), (d, e * 1j), (d, e * np.nan), (np.full(4, np.inf), e), ([], [])):
        with pytest.raises(Exception) as expected:
            scipys(x, y)
        with pytest.raises(type(expected.value)):
            ours(x, y)


def test_dtypes_out_and_nan() -> None:
    ours = mm.linalg.eigh_tridiagonal
    for one, two, expected in ((np.float32, np.float32, np.float32), (np.float32, np.float64, np.float64), (int, int, np.float64)):
        w, v = ours(np.array([1, 2, 3]).astype(one), np.array([1, 1]).astype(two))
        assert w.dtype == v.dtype == expected
        np.testing.assert_allclose(w, 2 + np.sqrt(3) * np.array([-1, 0, 1]), rtol=0, atol=20 * float(np.finfo(expected).eps))
    w, v = ours([1, 2], [3])
    np.testing.assert_allclose(v * w @ v.T, [[1, 3], [3, 2]], rtol=0, atol=5e-15)
    np.testing.assert_allclose(w, [1.5 - np.sqrt(9.25), 1.5 + np.sqrt(9.25)], rtol=0, atol=2e-15)
    single = ours([2.0], [], select="v", select_range=(2.0, 3.0))
    assert single[0].shape == (0,)
    assert single[1].shape == (1, 0)
    places = np.empty(2), np.empty((2, 2))
    found = ours([1, 2], [3], out=places)
    assert found[0] is places[0]
    assert found[1] is places[1]
    assert np.array_equal(places[1], v)
    values = np.empty(2)
    assert ours([1, 2], [3], True, out=values) is values
    for bad in (np.nan, np.inf):
        for n in (2, 40, 100):
            d, e = np.ones(n), np.ones(n - 1)
            e[n // 2 - 1] = bad
            for result in ours(d, e, check_finite=False):
                assert np.isnan(result).all()
            assert np.isnan(ours(d, e, True, "i", (0, 1), False)).all()
            assert ours(d, e, True, "v", (0, 2), False).shape == (0,)


@pytest.mark.parametrize("driver", ["auto", "stemr", "sterf", "stebz", "stev", "stevd", "x", None])
@pytest.mark.parametrize("n", [1, 4])
def test_drivers_refuse_what_lapacks_cannot_do(driver: Any, n: int) -> None:
    d, e = np.arange(float(n)), np.ones(n - 1)
    for select, pair in (("a", None), ("v", (-9.0, 9.0)), ("i", (0, n - 1))):
        for values_only in (False, True):
            results = []
            for library in (mm.linalg, scipy.linalg):
                try:
                    found = library.eigh_tridiagonal(d, e, values_only, select, pair, lapack_driver=driver)
                    results.append(found if values_only else found[0])
                except (ValueError, TypeError) as error:
                    results.append(type(error))
            if isinstance(results[1], type):
                assert results[0] is results[1]
            else:
                np.testing.assert_allclose(results[0], results[1], atol=1e-13)
    with pytest.raises(ValueError, match="could not convert"):
        mm.linalg.eigh_tridiagonal(np.ones(3), np.ones(2), select="i", select_range=(0, 1), tol="x")


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
@pytest.mark.parametrize(
    "shapes", [((5,), (5,)), ((5,), ()), ((), (2, 3)), ((2, 1), (3,)), ((1,), ()), ((2, 1, 2), (3, 1))], ids=str
)
def test_stacks_are_broadcast_as_scipys(shapes: tuple[tuple[int, ...], tuple[int, ...]], dtype: type) -> None:
    rng = np.random.default_rng(11)
    for n in (1, 2, 7, 40):
        d, e = ((10 * rng.standard_normal((*front, k))).astype(dtype) for front, k in zip(shapes, (n, n - 1)))
        front = np.broadcast_shapes(*shapes)
        whole_d, whole_e = np.broadcast_to(d, (*front, n)), np.broadcast_to(e, (*front, n - 1))
        for select, pair in (("a", None), ("i", (0, n // 2)), ("v", (-1e4, 1e4)), ("v", (1e4, 1e5))):
            w, v = mm.linalg.eigh_tridiagonal(d, e, False, select, pair)
            theirs = scipy.linalg.eigh_tridiagonal(d.astype(w.dtype), e.astype(w.dtype), False, select, pair)
            assert (w.shape, v.shape) == (theirs[0].shape, theirs[1].shape)
            assert w.dtype == v.dtype == (np.float32 if dtype is np.float32 else np.float64)
            np.testing.assert_allclose(w, theirs[0], atol=400 * n * float(np.finfo(w.dtype).eps))
            values = mm.linalg.eigvalsh_tridiagonal(d, e, select, pair)
            for index in np.ndindex(front):
                alone = mm.linalg.eigh_tridiagonal(whole_d[index], whole_e[index], False, select, pair)
                assert np.array_equal(w[index], alone[0])
                assert np.array_equal(v[index], alone[1])
                assert np.array_equal(values[index], mm.linalg.eigvalsh_tridiagonal(whole_d[index], whole_e[index], select, pair))
            places = np.empty(w.shape, w.dtype), np.empty(v.shape[::-1], w.dtype).T
            found = mm.linalg.eigh_tridiagonal(d, e, False, select, pair, out=places)
            assert found[0] is places[0]
            assert found[1] is places[1]
            assert np.array_equal(places[0], w)
            assert np.array_equal(places[1], v)


def test_stacks_that_cannot_be_one_array_and_bad_ones() -> None:
    ours = mm.linalg.eigh_tridiagonal
    d, e = np.array([[1.0, 2.0, 3.0], [1.0, 5.0, 6.0]]), np.zeros(2)
    with pytest.raises(ValueError, match=r"as many eigenvalues.*got \[1, 2\]"):
        ours(d, e, select="v", select_range=(0.5, 2.5))
    with pytest.raises(ValueError, match=r"as many eigenvalues.*got no matrix"):
        ours(d[:0], e, select="v", select_range=(0.5, 2.5))
    with pytest.raises(ValueError, match="broadcast"):
        ours(d, np.zeros((3, 2)))
    with pytest.raises(ValueError, match="one more element"):
        ours(d, np.zeros((2, 3)))
    with pytest.raises(ValueError, match="masked"):
        ours(np.ma.masked_array(d[0], [0, 1, 0]), e)
    with pytest.raises(ValueError, match="object"):
        ours(d.astype(object), e)
    with pytest.raises(TypeError, match="up to float64"):
        ours(d.astype(np.longdouble), e)
    assert np.array_equal(ours(np.ma.masked_array(d[0], False), e)[0], d[0])
    w, v = ours(d[:0], e)
    assert (w.shape, v.shape) == ((0, 3), (0, 3, 3))
    d[1, 2] = np.inf
    with pytest.raises(ValueError, match="infs or NaNs"):
        ours(d, e)
    w, v = ours(d, e, check_finite=False)
    assert np.array_equal(w[0], [1.0, 2.0, 3.0])
    assert np.array_equal(np.isnan(w), [[False] * 3, [True] * 3])
    assert np.array_equal(np.isnan(v), np.isnan(w)[:, :, None] & np.full((2, 3, 3), True))
    assert ours(np.ones(3, np.float16), np.ones(2, np.float16), True).dtype == np.float32


def test_out_that_overlaps() -> None:
    ours = mm.linalg.eigh_tridiagonal
    for n in (3, 60):
        d, e = np.random.default_rng(1).standard_normal(n), np.ones(n - 1)
        w = ours(d, e)[0]
        memory = d.copy()
        ours(memory, e, out=(memory, None))
        assert np.array_equal(memory, w)
        memory = np.ones(n)
        ours(d, memory[:-1], True, out=memory)
        assert np.abs(memory - w).max() <= 1e-13 * n
        stack = np.stack([d, d[::-1]])
        expected = ours(stack, e, True)
        ours(stack, e, True, out=stack[::-1])
        assert np.array_equal(stack[::-1], expected)
        memory = np.empty(n * n + n)
        with pytest.raises(ValueError, match="share memory"):
            ours(d, e, out=(memory[:n], memory[n - 1 : -1].reshape(n, n)))
        with pytest.raises(ValueError, match="eigvalsh_tridiagonal: out must have the shape"):
            mm.linalg.eigvalsh_tridiagonal(d, e, out=np.empty(n + 1))
        with pytest.raises(TypeError, match=r"eigh_tridiagonal: out must be a tuple \(w, V\)"):
            ours(d, e, out=memory)
