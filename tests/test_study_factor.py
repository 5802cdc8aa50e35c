# SPDX-License-Identifier: BSD-3-Clause
"""The ladders of the factorizations: what a rung gets wrong is seen in its residuals, what it refuses, what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native.study import WrongRung, _race, _residuals
from mlmath_native.study._oracle import Allowance

F64 = np.dtype(np.float64)
LADDERS = ("cholesky", "lu", "qr", "batched_solve")
RUNGS = [(name, rung) for name in LADDERS for rung in mm.study.ladder(name)]
OWN = [(name, rung) for name, rung in RUNGS if rung != "threaded"]


def _nudged(a: np.ndarray, index: Any) -> np.ndarray:
    """One element changed by more than the roundings of n = 100 allow it, and little more."""
    a = a.copy()
    a[index] += 300 * np.finfo(a.dtype).eps * np.sqrt(np.sum(a.astype(float) ** 2))
    return a


def _unpivoted(a: Any) -> Any:
    lu = a.astype(float)
    for k in range(min(lu.shape)):
        lu[k + 1 :, k] /= lu[k, k]
        lu[k + 1 :, k + 1 :] -= np.outer(lu[k + 1 :, k], lu[k, k + 1 :])
    return lu.astype(a.dtype), np.arange(min(a.shape), dtype=np.int32)


def _pivots_from_one(a: Any) -> Any:
    lu, pivots = mm.linalg.lu_factor(a)
    return lu, pivots + np.int32(1)


def _last_system_forgotten(a: Any, b: Any) -> Any:
    x = mm.linalg.solve(a, b)
    x[-1] = 0
    return x


def _mixed_up_signs(a: Any) -> Any:
    q, r = mm.linalg.qr(a)
    return -q, r


def _full_r(a: Any) -> Any:
    q, r = mm.linalg.qr(a)
    r = r.copy()
    r[-1, 0] = np.finfo(a.dtype).tiny
    return q, r


WRONG: list[tuple[str, str, Callable[..., Any]]] = [
    ("cholesky", "nudged", lambda a: _nudged(mm.linalg.cholesky(a), (-1, 0)) if len(a) == 100 else mm.linalg.cholesky(a)),
    ("cholesky", "negative", lambda a: -mm.linalg.cholesky(a)),
    ("cholesky", "upper", lambda a: np.ascontiguousarray(mm.linalg.cholesky(a).T)),
    ("cholesky", "float32", lambda a: mm.linalg.cholesky(a).astype(np.float32)),
    ("cholesky", "nan", lambda a: mm.linalg.cholesky(a) * (np.nan if len(a) == 100 else 1)),
    ("cholesky", "other", lambda a: mm.linalg.lu_factor(a)),
    ("lu", "unpivoted", _unpivoted),
    ("lu", "pivots", _pivots_from_one),
    ("lu", "int64", lambda a: (mm.linalg.lu_factor(a)[0], mm.linalg.lu_factor(a)[1].astype(np.int64))),
    ("lu", "transposed", lambda a: mm.linalg.lu_factor(np.ascontiguousarray(a.T))),
    ("lu", "nudged", lambda a: (_nudged(mm.linalg.lu_factor(a)[0], (0, -1)), mm.linalg.lu_factor(a)[1])),
    ("lu", "alone", lambda a: mm.linalg.lu_factor(a)[0]),
    ("qr", "signs", _mixed_up_signs),
    ("qr", "full", _full_r),
    ("qr", "gram_schmidt", lambda a: mm.study.ladder("qr")["gram_schmidt"](a)),
    ("qr", "modified", lambda a: mm.study.ladder("qr")["modified_gram_schmidt"](a)),
    ("qr", "scaled", lambda a: (mm.linalg.qr(a).Q * 2, mm.linalg.qr(a).R / 2)),
    ("batched_solve", "last", _last_system_forgotten),
    ("batched_solve", "inverted", lambda a, b: np.linalg.inv(a.astype(np.float32)).astype(a.dtype) @ b),
    ("batched_solve", "flat", lambda a, b: mm.linalg.solve(a, b)[..., 0]),
    ("batched_solve", "transposed", lambda a, b: mm.linalg.solve(np.swapaxes(a, 1, 2), b)),
]


@pytest.mark.parametrize(("name", "sabotage"), [w[::2] for w in WRONG], ids=["-".join(w[:2]) for w in WRONG])
def test_race_catches_a_wrong_rung_before_timing(name: str, sabotage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ladder = mm.study.ladder(name)
    monkeypatch.setattr(_race, "_time", lambda *_: pytest.fail("timed although a rung is wrong"))
    last = ladder["threaded"]
    monkeypatch.setattr(last, "function", sabotage)
    with pytest.raises(WrongRung, match=rf"{name}\.threaded: wrong for shape"):
        ladder.race(n=100)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_race_shows_what_gram_schmidt_loses(dtype: Any) -> None:
    errors = [row.error_ulp for row in mm.study.ladder("qr").race(n=60, dtype=dtype, seconds=0.001, show=False)]
    classical, modified, *householder = errors
    assert classical > 10 * modified > 100 * max(householder)


@pytest.mark.parametrize("rung", list(mm.study.ladder("qr")))
def test_every_qr_rung_gives_the_matrix_back(rung: str, rng: np.random.Generator) -> None:
    ladder = mm.study.ladder("qr")
    (a,) = ladder.kernel.make((80, 50), F64, rng, True)
    oracle = _residuals.QrResidual(a)
    assert oracle.condition == pytest.approx(1000)
    q, r = ladder[rung](a)
    eps, power = np.finfo(float).eps, ladder[rung].condition_power
    assert np.linalg.norm(a - q @ r) <= 80 * eps * np.linalg.norm(a)
    loss = np.linalg.norm(q.T @ q - np.eye(50))
    assert 1000**power * eps / 100 < loss < 1000**power * eps * 80
    assert oracle.judge((q, r), F64, Allowance(80, 2)).inside


def test_residuals_are_those_of_the_definition(rng: np.random.Generator) -> None:
    a = rng.standard_normal((6, 6))
    spd = a @ a.T + np.eye(6)
    allowance, eps = Allowance(10), np.finfo(float).eps
    factor = _nudged(np.linalg.cholesky(spd), (4, 2))
    wide = factor.astype(np.longdouble)
    expected = float(np.linalg.norm((spd - wide @ wide.T).astype(float)))
    verdict = _residuals.CholeskyResidual(spd).judge(factor, F64, allowance)
    ulp = np.spacing(np.linalg.norm(spd))
    assert verdict.error * ulp == pytest.approx(expected, rel=1e-3)
    assert verdict.bound * ulp == pytest.approx(10 * eps * np.linalg.norm(spd))
    assert not verdict.inside

    lu, pivots = mm.linalg.lu_factor(a)
    lu = _nudged(lu, (2, 3))
    p = a.copy()
    for k, other in enumerate(pivots):
        p[[k, other]] = p[[other, k]]
    lower, upper = np.tril(lu, -1) + np.eye(6), np.triu(lu)
    expected = float(np.linalg.norm((p - lower.astype(np.longdouble) @ upper).astype(float)))
    verdict = _residuals.LuResidual(a).judge((lu, pivots), F64, allowance)
    assert verdict.error * np.spacing(np.linalg.norm(a)) == pytest.approx(expected, rel=1e-3)

    q, r = np.linalg.qr(a)
    q = _nudged(q, (1, 1))
    expected = float(np.linalg.norm((q.T.astype(np.longdouble) @ q - np.eye(6)).astype(float)))
    verdict = _residuals.QrResidual(a).judge((q, r), F64, allowance)
    assert verdict.error * np.spacing(np.sqrt(6)) == pytest.approx(expected, rel=1e-3)

    matrices, right = rng.standard_normal((3, 4, 4)), rng.standard_normal((3, 4, 2))
    x = np.linalg.solve(matrices, right)
    x[1] = _nudged(x[1], (0, 0))
    lost = np.abs(right[1] - matrices[1].astype(np.longdouble) @ x[1]).max()
    scale = np.abs(matrices[1]).sum(axis=1).max() * np.abs(x[1]).max()
    verdict = _residuals.SolveResidual(matrices, right).judge(x, F64, allowance)
    assert verdict.error * eps == pytest.approx(float(lost / scale), rel=1e-3)


@pytest.mark.parametrize(("name", "rung"), OWN)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rungs_give_the_production_result(name: str, rung: str, dtype: Any, rng: np.random.Generator) -> None:
    """Not the same bits, but the same factors: signs, pivots, shapes, dtypes."""
    ladder = mm.study.ladder(name)
    if rung in ("gram_schmidt", "modified_gram_schmidt"):
        return  # their R has a positive diagonal
    arguments = ladder.kernel.make(ladder.kernel.square(70), np.dtype(dtype), rng, True)
    ours, production = ladder[rung](*arguments), ladder["threaded"](*arguments)
    for mine, theirs in zip(*((r,) if isinstance(r, np.ndarray) else r for r in (ours, production))):
        assert mine.dtype == theirs.dtype
        assert mine.shape == theirs.shape
        tolerance = 1e7 * float(np.finfo(dtype).eps) if mine.dtype.kind == "f" else 0
        np.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance * float(np.abs(theirs).max()))


@pytest.mark.parametrize(("name", "rung"), OWN)
def test_rung_names_itself_when_it_refuses(name: str, rung: str) -> None:
    function = mm.study.ladder(name)[rung]
    own_name = rf"^{name}_{rung}: "
    if name == "batched_solve":
        a, b = np.ones((3, 4, 4)), np.ones((3, 4, 1))
        for wrong in ((a[0], b), (a, b[..., 0]), (a[..., :3], b), (a, b[:2]), (a, b[:, :3]), (a[:1], b)):
            with pytest.raises(ValueError, match=own_name + "a must be matrices"):
                function(*wrong)
        with pytest.raises(np.linalg.LinAlgError, match=own_name + "Singular matrix, number 1 of the stack"):
            function(np.stack([np.eye(4), np.diag([1.0, 0, 1, 1]), np.eye(4)]), b)
        return
    for wrong_shape in ((), (3,), (2, 3, 3)):
        with pytest.raises(ValueError, match=own_name + f"a must be a matrix, got {len(wrong_shape)} dimensions"):
            function(np.ones(wrong_shape))
    if name == "cholesky":
        with pytest.raises(ValueError, match=own_name + "a must be square, got 3 x 2"):
            function(np.ones((3, 2)))
        for n, minor in ((3, 2), (70, 50), (70, 1)):
            a = np.eye(n)
            a[minor - 1, minor - 1] = -1
            with pytest.raises(np.linalg.LinAlgError, match=own_name + rf".*leading minor of order {minor}$"):
                function(a)
    if name == "lu":
        for n, zero in ((3, 2), (70, 50)):
            with pytest.warns(RuntimeWarning, match=own_name + f"Diagonal number {zero} is exactly zero"):
                lu, pivots = function(np.diag((np.arange(n) != zero - 1).astype(float)))
            assert np.array_equal(lu, np.diag(np.arange(n) != zero - 1))
            assert np.array_equal(pivots, np.arange(n))


@pytest.mark.parametrize("rung", [rung for name, rung in RUNGS if name == "cholesky"])
def test_cholesky_rungs_do_not_read_the_upper_triangle(rung: str, rng: np.random.Generator) -> None:
    ladder = mm.study.ladder("cholesky")
    (a,) = ladder.kernel.make((90,), F64, rng, True)
    other = np.tril(a) + np.triu(np.full((90, 90), np.nan), 1)
    assert np.array_equal(ladder[rung](other), ladder[rung](a))


@pytest.mark.parametrize(("name", "rung"), OWN)
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_rung_hangs_or_invents_numbers_where_there_are_none(
    name: str, rung: str, value: float, rng: np.random.Generator
) -> None:
    ladder = mm.study.ladder(name)
    arguments = ladder.kernel.make(ladder.kernel.square(40), F64, rng, True)
    a = arguments[0]
    a[(0,) * a.ndim] = value
    try:
        result = ladder[rung](*arguments)
    except np.linalg.LinAlgError:
        return
    arrays = [result] if isinstance(result, np.ndarray) else result
    assert not all(np.all(np.isfinite(array)) for array in arrays) or (name == "batched_solve" and value == np.inf)


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_rungs_take_nothing_at_all(name: str, rung: str) -> None:
    function = mm.study.ladder(name)[rung]
    shapes = {"lu": ((0, 0), (0, 3), (3, 0)), "qr": ((0, 0), (0, 3), (3, 0)), "cholesky": ((0, 0),)}
    if name == "batched_solve":
        for count, n, k in ((0, 4, 1), (3, 0, 1), (3, 4, 0)):
            assert function(np.tile(np.eye(n), (count, 1, 1)), np.ones((count, n, k))).shape == (count, n, k)
        return
    for shape in shapes[name]:
        result = function(np.ones(shape))
        arrays = [result] if isinstance(result, np.ndarray) else result
        production = mm.study.ladder(name)["threaded"](np.ones(shape))
        expected = [production] if isinstance(production, np.ndarray) else production
        assert [array.shape for array in arrays] == [array.shape for array in expected]


@pytest.mark.parametrize(("name", "rung"), OWN)
def test_rungs_convert_lists_and_integers(name: str, rung: str) -> None:
    function = mm.study.ladder(name)[rung]
    a = [[4, 2], [2, 5]]
    result = function([a], [[[1], [2]]]) if name == "batched_solve" else function(a)
    arrays = [result] if isinstance(result, np.ndarray) else result
    assert arrays[0].dtype == np.float64
    if name == "cholesky":
        assert np.array_equal(result, [[2, 0], [1, 2]])


def test_batched_solve_takes_any_order_and_any_columns(rng: np.random.Generator) -> None:
    for count, n, k in ((1, 1, 1), (3, 4, 1), (17, 5, 3), (9, 40, 2)):
        a, b = rng.standard_normal((count, n, n)), rng.standard_normal((count, n, k))
        for rung in mm.study.ladder("batched_solve").values():
            assert _residuals.SolveResidual(a, b).judge(rung(a, b), F64, Allowance(3 * n)).inside
