# SPDX-License-Identifier: BSD-3-Clause
"""solve, inv, det, slogdet and what stands on them: residuals, the zoo, the same bits everywhere, bad input as NumPy has it."""

from __future__ import annotations

import signal
import sys
import warnings

import matrix_zoo as zoo
import numpy as np
import pytest
import scipy.linalg
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

SIZES = (1, 2, 3, 4, 5, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 257)
DTYPES = (np.float64, np.float32)


def inverse_ratio(a: NDArray, x: NDArray) -> float:
    n, eps = len(a), float(np.finfo(x.dtype).eps)
    long_a, long_x = np.asarray(a, np.longdouble), np.asarray(x, np.longdouble)
    return zoo.one_norm(long_a @ long_x - np.eye(n)) / (n * zoo.one_norm(a) * zoo.one_norm(x) * eps)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", SIZES)
def test_residual_on_every_level(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    a, b = rng.standard_normal((n, n)).astype(dtype), rng.standard_normal((n, 5)).astype(dtype)
    x, inverse = mm.linalg.solve(a, b), mm.linalg.inv(a)
    assert x.dtype == inverse.dtype == dtype
    assert zoo.solve_ratio(a, x, b) <= zoo.ORDINARY
    assert inverse_ratio(a, inverse) <= zoo.ORDINARY
    sign, logarithm = mm.linalg.slogdet(a)
    expected_sign, expected = np.linalg.slogdet(a.astype(np.float64))
    condition = float(np.linalg.cond(a.astype(np.float64)))
    assert sign == expected_sign
    assert abs(logarithm - expected) <= 4 * n * condition * np.finfo(dtype).eps
    if abs(expected) < 80:
        assert mm.linalg.det(a) == pytest.approx(
            float(sign) * np.exp(float(expected)), rel=float(4 * n * condition * np.finfo(dtype).eps)
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", zoo.general())
def test_zoo_beside_lapack(name: str, dtype: type) -> None:
    a = zoo.general(dtype)[name]
    b = a @ np.random.default_rng(1).standard_normal((len(a), 3)).astype(dtype)
    # NumPy solves float32 in double and rounds the result; LAPACK itself, in single, is the measure there.
    solve, inv = (np.linalg.solve, np.linalg.inv) if dtype == np.float64 else (_single_solve, _single_inv)
    ratio, theirs = zoo.solve_ratio(a, mm.linalg.solve(a, b), b), solve(a, b)
    assert ratio <= zoo.ZOO or "growth" in name
    if np.isfinite(theirs).all():
        assert ratio <= max(1, 3 * zoo.solve_ratio(a, theirs, b))
    inverse, theirs = mm.linalg.inv(a), inv(a)
    if np.isfinite(theirs).all() and np.isfinite(zoo.one_norm(a) * zoo.one_norm(theirs)):
        assert inverse_ratio(a, inverse) <= max(1, 3 * inverse_ratio(a, theirs))


def _single_solve(a: NDArray, b: NDArray) -> NDArray:
    return scipy.linalg.lapack.sgesv(a, b)[2]


def _single_inv(a: NDArray) -> NDArray:
    factors, pivots, _ = scipy.linalg.lapack.sgetrf(a)
    return scipy.linalg.lapack.sgetri(factors, pivots)[0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 8, 15, 16, 17, 33, 64, 100, 300])
def test_bits_alone_in_a_stack_on_threads_and_strides(rng: np.random.Generator, n: int, dtype: type) -> None:
    count = 19 if n < 100 else 2
    a, b = rng.standard_normal((count, n, n)).astype(dtype), rng.standard_normal((count, n, 3)).astype(dtype)

    def everything(a: NDArray, b: NDArray) -> list[NDArray]:
        return [mm.linalg.solve(a, b), mm.linalg.inv(a), np.asarray(mm.linalg.det(a)), *map(np.asarray, mm.linalg.slogdet(a))]

    with mm.threads(1):
        stack = everything(a, b)
    for threads in (2, 3):
        with mm.threads(threads):
            assert all(np.array_equal(x, y) for x, y in zip(everything(a, b), stack))
    for i in range(min(count, 4)):
        layouts = (a[i], b[i]), (np.asfortranarray(a[i]), np.asfortranarray(b[i])), (a[i].T.copy().T, np.repeat(b[i], 2, 1)[:, ::2])
        for one, right in layouts:
            assert all(np.array_equal(x, y[i]) for x, y in zip(everything(one, right), stack))
    wide = np.repeat(a, 2, axis=-2)[..., ::2, :]
    assert all(np.array_equal(x, y) for x, y in zip(everything(wide, b), stack))
    # A right-hand side has the bits it has among others, many or one.
    many = rng.standard_normal((count, n, 40)).astype(dtype)
    many[..., 7] = b[..., 1]
    assert np.array_equal(mm.linalg.solve(a, many)[..., 7], stack[0][..., 1])
    assert np.array_equal(mm.linalg.solve(a[0], b[0, :, 1]), stack[0][0, :, 1])


def test_levels_with_fma_agree(rng: np.random.Generator) -> None:
    levels = [level for level in mm.system.available_isas() if level in ("avx2", "avx512", "neon")]
    for shape in ((9, 3, 3), (9, 16, 16), (1, 40, 40), (1, 130, 130), (1, 300, 300)):
        a = rng.standard_normal(shape)
        results = []
        for level in levels:
            with mm.system.use_isa(level):
                results.append((mm.linalg.inv(a), mm.linalg.det(a)))
        for other in results[1:]:
            assert np.array_equal(results[0][0], other[0])
            assert np.array_equal(results[0][1], other[1])


@pytest.mark.parametrize("n", [3, 16, 33, 200])
def test_powers_of_two_go_through(rng: np.random.Generator, n: int) -> None:
    a, b = rng.standard_normal((9, n, n) if n < 100 else (n, n)), rng.standard_normal((n, 2))
    x, inverse = mm.linalg.solve(a, b), mm.linalg.inv(a)
    for k in (-300, 1, 300):
        assert np.array_equal(mm.linalg.solve(a * 2.0**k, b), x * 2.0**-k)
        assert np.array_equal(mm.linalg.inv(a * 2.0**k), inverse * 2.0**-k)
    assert np.array_equal(mm.linalg.det(a * 2), mm.linalg.det(a) * 2.0**n)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 8, 16, 17, 33, 64, 65, 150])
@pytest.mark.parametrize("kind", ["zero column", "equal rows", "nan", "inf"])
def test_one_bad_among_fifteen_good(rng: np.random.Generator, n: int, kind: str) -> None:
    if kind == "equal rows" and n == 1:
        pytest.skip("equal rows need two of them")
    a, b = rng.standard_normal((16, n, n)), rng.standard_normal((16, n, 2))
    good, good_inverse, good_det = mm.linalg.solve(a, b), mm.linalg.inv(a), mm.linalg.det(a)
    if kind == "zero column":
        a[11, :, n // 2] = 0
    elif kind == "equal rows":
        a[11] = rng.integers(-3, 4, (n, n))
        a[11, :, 1:] = 0
        a[11, :, 0] = 1
    else:
        a[11, n // 2, n - 1] = float(kind)
    singular = kind in ("zero column", "equal rows")
    others = np.arange(16) != 11
    for result, status, expected in (
        (*mm.linalg.solve(a, b, errors="status"), good),
        (*mm.linalg.inv(a, errors="status"), good_inverse),
    ):
        assert np.all(np.isnan(result[11]))
        assert np.array_equal(result[others], expected[others])
        assert not status[others].any()
        assert (status[11] > 0) if singular else (status[11] == -1)
    determinants = mm.linalg.det(a)
    assert np.array_equal(determinants[others], good_det[others])
    sign, logarithm = mm.linalg.slogdet(a)
    if singular:
        assert determinants[11] == 0
        assert (sign[11], logarithm[11]) == (0, -np.inf)
        for call in (lambda x: mm.linalg.inv(x), lambda x: mm.linalg.solve(x, b[: len(x)] if x.ndim == 3 else b[0])):
            with pytest.raises(LinAlgError, match=r"Singular matrix.*matrix 11"):
                call(a)
            with pytest.raises(LinAlgError, match="Singular matrix"):
                call(a[11])
    else:
        assert np.isnan(determinants[11])
        assert np.isnan(sign[11])
        assert np.isnan(logarithm[11])
        assert np.all(np.isnan(mm.linalg.inv(a[11])))
        assert np.isnan(mm.linalg.det(a[11]))


def test_broadcasting_and_vectors(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((4, 1, 3, 3)), rng.standard_normal((5, 3, 2))
    x = mm.linalg.solve(a, b)
    assert x.shape == (4, 5, 3, 2)
    assert np.allclose(x, np.linalg.solve(a, b), rtol=1e-10)
    v = rng.standard_normal(3)
    assert np.allclose(mm.linalg.solve(a, v), np.linalg.solve(a, v), rtol=1e-10)
    assert mm.linalg.solve(a, v).shape == (4, 1, 3)
    assert mm.linalg.solve(np.empty((0, 0)), np.empty((0, 2))).shape == (0, 2)
    assert mm.linalg.solve(np.eye(3), np.empty((3, 0))).shape == (3, 0)
    assert mm.linalg.solve(np.empty((0, 3, 3)), v).shape == (0, 3)
    assert mm.linalg.inv(np.empty((2, 0, 0))).shape == (2, 0, 0)
    assert mm.linalg.det(np.empty((0, 0))) == 1
    assert np.array_equal(mm.linalg.det(np.empty((2, 0, 0))), [1, 1])
    assert tuple(mm.linalg.slogdet(np.empty((0, 0)))) == (1, 0)
    assert mm.linalg.solve(np.eye(2, dtype=np.float32), np.ones(2)).dtype == np.float64
    assert mm.linalg.solve(np.eye(2, dtype=int), [1, 2]).dtype == np.float64
    for bad in ((np.eye(3), np.ones(2)), (np.eye(3), np.ones((2, 3))), (np.ones((2, 3, 3)), np.ones((4, 3, 1)))):
        with pytest.raises(ValueError, match="solve"):
            mm.linalg.solve(*bad)
    for function in (mm.linalg.inv, mm.linalg.det, mm.linalg.slogdet, lambda x: mm.linalg.solve(x, v)):
        for bad in (np.float64(1), np.ones(3), np.ones((2, 3))):
            with pytest.raises(LinAlgError, match=r"at least two-dimensional|must be square"):
                function(bad)


def test_complex_is_numpys_own(rng: np.random.Generator) -> None:
    a = rng.standard_normal((3, 4, 4)) + 1j * rng.standard_normal((3, 4, 4))
    b = rng.standard_normal((3, 4, 2))
    assert np.array_equal(mm.linalg.solve(a, b), np.linalg.solve(a, b))
    assert np.array_equal(mm.linalg.inv(a), np.linalg.inv(a))
    assert np.array_equal(mm.linalg.det(a), np.linalg.det(a))
    a[1] = 0
    x, status = mm.linalg.solve(a, b, errors="status")
    assert status.tolist() == [0, 1, 0]
    assert np.all(np.isnan(x[1]))
    assert np.array_equal(x[2], np.linalg.solve(a[2], b[2]))
    with pytest.raises(LinAlgError, match="Singular"):
        mm.linalg.inv(a)


def test_out_and_inputs(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((4, 5, 5)), rng.standard_normal((4, 5, 2))
    kept = a.copy(), b.copy()
    expected = mm.linalg.solve(a, b)
    for out in (np.empty((4, 5, 2)), np.empty((2, 5, 4)).T, np.empty((4, 5, 4))[..., ::2]):
        assert mm.linalg.solve(a, b, out=out) is out
        assert np.array_equal(out, expected)
    overlapping = b.copy()
    assert np.array_equal(mm.linalg.solve(a, overlapping, out=overlapping), expected)
    square = a.copy()
    assert np.array_equal(mm.linalg.inv(square, out=square), mm.linalg.inv(a))
    assert np.array_equal(a, kept[0])
    assert np.array_equal(b, kept[1])
    denormal = a * 1e-310
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        mm.linalg.inv(np.zeros((2, 3, 3)), errors="nan")
        mm.linalg.det(np.full((3, 3), np.inf))
        mm.linalg.solve(denormal, b)


@pytest.mark.parametrize(
    "assume_a", ["gen", "sym", "her", "pos", "diagonal", "tridiagonal", "lower triangular", "upper triangular"]
)
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("transposed", [False, True])
def test_assume_a(rng: np.random.Generator, assume_a: str, lower: bool, transposed: bool) -> None:
    n = 12
    base = rng.standard_normal((n, n))
    a = {
        "gen": base,
        "sym": base + base.T,
        "her": base + base.T,
        "pos": base @ base.T + np.eye(n),
        "diagonal": np.diag(np.diag(base)),
        "tridiagonal": np.triu(np.tril(base, 1), -1),
        "lower triangular": np.tril(base) + 3 * np.eye(n),
        "upper triangular": np.triu(base) + 3 * np.eye(n),
    }[assume_a]
    b = rng.standard_normal((n, 2))
    given = a.copy()
    if assume_a in ("sym", "her", "pos"):
        given[np.triu_indices(n, 1) if lower else np.tril_indices(n, -1)] = np.nan
    x = mm.linalg.solve(given, b, assume_a=assume_a, lower=lower, transposed=transposed)
    assert zoo.solve_ratio(a.T if transposed else a, x, b) <= zoo.ZOO
    assert np.allclose(x, scipy.linalg.solve(a, b, assume_a=assume_a, lower=lower, transposed=transposed), rtol=1e-8)
    out = np.empty_like(b)
    assert mm.linalg.solve(given, b, assume_a=assume_a, lower=lower, transposed=transposed, out=out) is out
    assert np.array_equal(out, x)


def test_options_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="assume_a must be one of"):
        mm.linalg.solve(np.eye(2), np.ones(2), assume_a="round")
    with pytest.raises(LinAlgError, match="not positive definite"):
        mm.linalg.solve(-np.eye(2), np.ones(2), assume_a="pos")
    with pytest.raises(LinAlgError, match="Singular matrix"):
        mm.linalg.solve(np.diag([1.0, 0.0]), np.ones(2), assume_a="diagonal")
    with pytest.raises(ValueError, match="for general matrices"):
        mm.linalg.solve(np.eye(2), np.ones(2), assume_a="pos", errors="nan")
    with pytest.raises(ValueError, match="full_output"):
        mm.linalg.solve(np.eye(2), np.ones(2), assume_a="pos", full_output=True)


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8, 1e13])
def test_full_output(rng: np.random.Generator, condition: float) -> None:
    for n in (1, 5, 40):
        a, b = zoo.conditioned(rng, n, condition), rng.standard_normal((n, 2))
        result = mm.linalg.solve(a, b, full_output=True)
        assert np.array_equal(result.x, mm.linalg.solve(a, b))
        assert result.backward_error <= 4 * n * np.finfo(float).eps
        exact = np.linalg.cond(a, 1)
        assert exact / 10 <= result.condition <= exact * (1 + 1e-3 * max(1, exact * 1e-13))
        assert 0.1 <= result.pivot_growth <= 50
    growth = mm.linalg.solve(zoo.wilkinson_growth(30), np.ones(30), full_output=True).pivot_growth
    assert growth == 2.0**29


def test_tensors(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((2, 3, 6)), rng.standard_normal((2, 3))
    assert np.allclose(mm.linalg.tensorsolve(a, b), np.linalg.tensorsolve(a, b))
    c = rng.standard_normal((2, 6, 3))
    assert np.allclose(mm.linalg.tensorsolve(c, b, axes=(1,)), np.linalg.tensorsolve(c, b, axes=(1,)))
    assert np.allclose(mm.linalg.tensorinv(a), np.linalg.tensorinv(a))
    assert np.allclose(mm.linalg.tensorinv(a.reshape(6, 2, 3), ind=1), np.linalg.tensorinv(a.reshape(6, 2, 3), ind=1))
    with pytest.raises(ValueError, match="ind must be positive"):
        mm.linalg.tensorinv(a, ind=0)
    with pytest.raises(LinAlgError, match="tensorsolve"):
        mm.linalg.tensorsolve(a, np.ones((3, 2)))
    with pytest.raises(LinAlgError, match="square"):
        mm.linalg.tensorinv(np.ones((2, 3, 5)))


def test_norms_of_the_array_api(rng: np.random.Generator) -> None:
    x = rng.standard_normal((3, 4, 5))
    for axis in (None, 1, (0, 2), (2, 0, 1)):
        for keepdims in (False, True):
            for order in (2, 1, np.inf, -np.inf, 3):
                ours = mm.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=order)
                theirs = np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=order)
                assert np.shape(ours) == np.shape(theirs)
                assert np.allclose(ours, theirs, rtol=1e-14)
    for order in ("fro", 1, -1, np.inf, 2, "nuc"):
        for keepdims in (False, True):
            ours, theirs = (
                mm.linalg.matrix_norm(x, ord=order, keepdims=keepdims),
                np.linalg.matrix_norm(x, ord=order, keepdims=keepdims),
            )
            assert np.shape(ours) == np.shape(theirs)
            assert np.allclose(ours, theirs, rtol=1e-13)


class Stop(Exception):
    """What the handler raises."""


@pytest.mark.parametrize("name", ["cholesky", "solve", "inv", "lu", "qr", "tall qr", "stack", "triangles"])
def test_a_long_call_can_be_stopped(name: str) -> None:
    """Alone on one thread these take a second; the handler of a signal after 0.1 s must run during the call: the native function
    must end by the exception, not return first."""
    n = {"cholesky": 4500, "solve": 2200, "inv": 2500, "lu": 3500, "qr": 2300, "triangles": 64}.get(name, 0)
    a = np.eye(n) * n + 1.0 if n else np.ones(0)
    tall, stack = np.zeros((0, 0)), np.zeros((0, 0, 0))
    if name == "tall qr":
        tall = np.ones((400_000, 150)) + np.arange(150)
    if name == "stack":
        stack = np.broadcast_to(np.eye(40) + 1.0, (100_000, 40, 40))
    calls = {
        "cholesky": lambda: mm.linalg.cholesky(a),
        "solve": lambda: mm.linalg.solve(a, a),
        "inv": lambda: mm.linalg.inv(a),
        "lu": lambda: mm.linalg.lu_factor(a, check_finite=False),
        "qr": lambda: mm.linalg.qr(a),
        "tall qr": lambda: mm.linalg.qr(tall),
        "stack": lambda: mm.linalg.det(stack),
        "triangles": lambda: mm.linalg.solve_triangular(np.broadcast_to(a, (300_000, n, n)), np.ones(n), check_finite=False),
    }
    ends: list[str] = []

    def handler(*_: object) -> None:
        raise Stop

    def profile(_: object, event: str, function: object) -> None:
        if event in ("c_return", "c_exception") and getattr(function, "__module__", "") == mm._mlmath.__name__:
            ends.append(event)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        sys.setprofile(profile)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with mm.threads(1), pytest.raises(Stop):
            calls[name]()
    finally:
        sys.setprofile(None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert "c_exception" in ends
    assert mm.linalg.det(np.eye(3)) == 1  # the library stays usable
