# SPDX-License-Identifier: BSD-3-Clause
"""cholesky, cho_factor, cho_solve: LAPACK's residuals, the zoo, the same bits everywhere, bad input as NumPy has it."""

from __future__ import annotations

import warnings

import matrix_zoo as zoo
import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 257)
DTYPES = (np.float64, np.float32)


class Own(np.ndarray):
    """A subclass: its own rules come first."""


def spd(rng: np.random.Generator, n: int, count: int | None = None, dtype: type = np.float64) -> NDArray:
    b = rng.standard_normal((*(() if count is None else (count,)), n, n))
    return (b @ np.swapaxes(b, -1, -2) + n / 4 * np.eye(n)).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SIZES)
def test_residual_on_every_level(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    a = spd(rng, n, dtype=dtype)
    factor = mm.linalg.cholesky(a)
    assert factor.dtype == dtype
    assert np.all(np.triu(factor, 1) == 0)
    assert np.all(np.diag(factor) > 0)
    assert zoo.product_ratio(a, factor, factor.T) <= zoo.ORDINARY
    assert np.array_equal(mm.linalg.cholesky(a, upper=True), mm.linalg.cholesky(a.T).T)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", zoo.positive_definite())
def test_zoo(name: str, dtype: type) -> None:
    a = zoo.positive_definite(dtype)[name]
    factor, reference = mm.linalg.cholesky(a), np.linalg.cholesky(a)
    ratio = zoo.product_ratio(a, factor, factor.T)
    assert ratio <= zoo.ZOO
    assert ratio <= max(1, 3 * zoo.product_ratio(a, reference, reference.T))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 8, 16, 31, 32, 33, 64, 100, 300])
def test_bits_alone_in_a_stack_on_threads_and_strides(rng: np.random.Generator, n: int, dtype: type) -> None:
    a = spd(rng, n, 19 if n < 100 else 2, dtype)
    with mm.threads(1):
        stack = mm.linalg.cholesky(a)
    for threads in (2, 3):
        with mm.threads(threads):
            assert np.array_equal(mm.linalg.cholesky(a), stack)
    for i, one in enumerate(a[:5]):
        assert np.array_equal(mm.linalg.cholesky(one), stack[i])
    wide = np.empty((*a.shape[:-1], 2 * n), dtype)
    wide[..., ::2] = a
    offset = np.empty(a.size + 1, dtype)[1:].reshape(a.shape)
    offset[:] = a
    for other in (
        wide[..., ::2],
        np.asfortranarray(a),
        np.swapaxes(a, -1, -2),
        a[::-1][::-1],
        offset,
        a.astype(a.dtype.newbyteorder()),
    ):
        assert np.array_equal(mm.linalg.cholesky(other), stack)
    assert np.array_equal(mm.linalg.cholesky(a[None, :, None])[0, :, 0], stack)


def test_levels_with_fma_agree(rng: np.random.Generator) -> None:
    levels = [level for level in mm.system.available_isas() if level in ("avx2", "avx512", "neon")]
    for n in (3, 20, 64, 130, 300):
        a = spd(rng, n, 11)
        results = []
        for level in levels:
            with mm.system.use_isa(level):
                results.append(mm.linalg.cholesky(a))
        assert all(np.array_equal(results[0], other) for other in results[1:])


@pytest.mark.parametrize("n", [3, 8, 33, 64, 200])
def test_powers_of_four_go_through(rng: np.random.Generator, n: int) -> None:
    a = spd(rng, n)
    factor = mm.linalg.cholesky(a)
    for k in (-100, -1, 1, 100):
        assert np.array_equal(mm.linalg.cholesky(a * 4.0**k), factor * 2.0**k)


@pytest.mark.parametrize("n", [2, 3, 8, 20, 32, 64, 65, 130, 300])
def test_unread_triangle_may_hold_anything(rng: np.random.Generator, n: int) -> None:
    a = spd(rng, n, 17 if n < 100 else 1)
    clean = mm.linalg.cholesky(a)
    dirty = a.copy()
    rows, columns = np.triu_indices(n, 1)
    dirty[:, rows, columns] = np.where(np.arange(len(rows)) % 2, np.nan, np.inf)
    assert np.array_equal(mm.linalg.cholesky(dirty), clean)
    assert np.array_equal(mm.linalg.cholesky(np.swapaxes(dirty, -1, -2), upper=True), np.swapaxes(clean, -1, -2))


@pytest.mark.parametrize("n", [1, 3, 4, 8, 16, 31, 33, 64, 150])
@pytest.mark.parametrize("where", ["first", "middle", "last"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf, -np.inf])
def test_one_bad_among_fifteen_good(rng: np.random.Generator, n: int, where: str, value: float) -> None:
    a = spd(rng, n, 16)
    good = mm.linalg.cholesky(a)
    k = {"first": 0, "middle": n // 2, "last": n - 1}[where]
    a[11, k, :k] = a[11, k + 1 :, k] = 0
    a[11, k, k] = value
    factors, status = mm.linalg.cholesky(a, errors="status")
    assert status.dtype == np.int32
    assert status[11] == (k + 1 if value <= 0 else -1)
    assert np.all(np.isnan(factors[11]))
    others = np.arange(16) != 11
    assert not status[others].any()
    assert np.array_equal(factors[others], good[others])
    assert np.array_equal(mm.linalg.cholesky(a, errors="nan"), factors, equal_nan=True)
    if value <= 0:
        with pytest.raises(LinAlgError, match=f"Matrix is not positive definite.*order {k + 1}, matrix 11"):
            mm.linalg.cholesky(a)
        with pytest.raises(LinAlgError, match="Matrix is not positive definite"):
            mm.linalg.cholesky(a[11])
    else:
        assert np.array_equal(mm.linalg.cholesky(a), factors, equal_nan=True)  # NumPy does not raise for NaN either


def test_input_of_every_kind(rng: np.random.Generator) -> None:
    a = spd(rng, 5)
    expected = mm.linalg.cholesky(a)
    read_only = a.copy()
    read_only.setflags(write=False)
    assert np.array_equal(mm.linalg.cholesky(read_only), expected)
    assert np.array_equal(mm.linalg.cholesky(a.tolist()), expected)
    assert np.array_equal(mm.linalg.cholesky(np.array([[4, 2], [2, 5]])), [[2.0, 0.0], [1.0, 2.0]])
    assert mm.linalg.cholesky(np.array([[True]])).dtype == np.float64
    assert mm.linalg.cholesky(np.empty((0, 0))).shape == (0, 0)
    assert mm.linalg.cholesky(np.empty((3, 0, 0))).shape == (3, 0, 0)
    assert mm.linalg.cholesky(np.empty((0, 4, 4), np.float32)).dtype == np.float32
    repeated = np.broadcast_to(a, (20, 5, 5))
    assert np.array_equal(mm.linalg.cholesky(repeated), np.broadcast_to(expected, (20, 5, 5)))
    hermitian = np.array([[2.0, 1j], [-1j, 2.0]])
    assert np.array_equal(mm.linalg.cholesky(hermitian), np.linalg.cholesky(hermitian))
    assert type(mm.linalg.cholesky(a.view(Own))) is Own
    with pytest.raises(TypeError, match="float16 is unsupported in linalg"):
        mm.linalg.cholesky(a.astype(np.float16))


def test_out(rng: np.random.Generator) -> None:
    a = spd(rng, 6, 4)
    expected = mm.linalg.cholesky(a)
    out = np.empty_like(a)
    assert mm.linalg.cholesky(a, out=out) is out
    assert np.array_equal(out, expected)
    overlapping = a.copy()
    assert np.array_equal(mm.linalg.cholesky(overlapping, out=overlapping), expected)
    columns = np.empty((4, 6, 12))[..., ::-2]
    assert np.array_equal(mm.linalg.cholesky(a, out=columns), expected)
    single = np.empty(a.shape, np.float32)
    assert np.array_equal(mm.linalg.cholesky(a, out=single), expected.astype(np.float32))
    with pytest.raises(ValueError, match="out must have the shape of the result"):
        mm.linalg.cholesky(a, out=np.empty((6, 6)))
    with pytest.raises(TypeError, match="cannot be cast"):
        mm.linalg.cholesky(a, out=np.empty(a.shape, np.int64))
    out.setflags(write=False)
    with pytest.raises(ValueError, match="out is read-only"):
        mm.linalg.cholesky(a, out=out)


@pytest.mark.parametrize("bad", [np.float64(1), np.ones(3), np.ones((2, 3)), np.ones((4, 2, 3))])
def test_shapes_are_refused_as_numpy_does(bad: NDArray) -> None:
    with pytest.raises(LinAlgError) as theirs:
        np.linalg.cholesky(bad)
    with pytest.raises(LinAlgError) as ours:
        mm.linalg.cholesky(bad)
    assert str(theirs.value).split("(")[0].rstrip() in str(ours.value)
    with pytest.raises(ValueError, match="errors must be"):
        mm.linalg.cholesky(np.eye(2), errors="ignore")


def test_no_warning_and_inputs_untouched(rng: np.random.Generator) -> None:
    a = spd(rng, 20, 3)
    a[1] = np.nan
    before = a.copy()
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        mm.linalg.cholesky(a, errors="nan")
    assert np.array_equal(a, before, equal_nan=True)


@pytest.mark.parametrize("lower", [False, True])
def test_cho_factor_and_cho_solve(rng: np.random.Generator, lower: bool) -> None:
    for n in (1, 3, 20, 70, 150):
        a, b = spd(rng, n), rng.standard_normal((n, 4))
        factor = mm.linalg.cho_factor(a, lower=lower)
        assert factor[1] is lower
        x = mm.linalg.cho_solve(factor, b)
        assert zoo.solve_ratio(a, x, b) <= zoo.ORDINARY
        assert np.array_equal(mm.linalg.cho_solve(factor, b[:, 1]), x[:, 1])
    stack = spd(rng, 4, 6)
    b = rng.standard_normal((4, 2))
    x = mm.linalg.cho_solve(mm.linalg.cho_factor(stack, lower), b)
    assert x.shape == (6, 4, 2)
    assert np.array_equal(x[3], mm.linalg.cho_solve(mm.linalg.cho_factor(stack[3], lower), b))
    with pytest.raises(LinAlgError, match="2-th leading minor"):
        mm.linalg.cho_factor(np.diag([1.0, -1.0, 1.0]))
    with pytest.raises(ValueError, match="infs or NaNs"):
        mm.linalg.cho_factor(np.full((2, 2), np.nan))
    with pytest.raises(ValueError, match="square"):
        mm.linalg.cho_factor(np.ones((2, 3)))
    with pytest.raises(TypeError, match="complex"):
        mm.linalg.cho_factor(np.eye(2) * 1j)
