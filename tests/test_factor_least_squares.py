# SPDX-License-Identifier: BSD-3-Clause
"""solve_least_squares by property: optimality, smallest norm, rank; against exact arithmetic, NumPy and scikit-learn; bad input."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

ORDINARY, ZOO = 10, 30
DTYPES = (np.float64, np.float32)
EPS = float(np.finfo(float).eps)
solve = mm.linalg.solve_least_squares


def long(a: NDArray) -> NDArray:
    return np.asarray(a, dtype=np.longdouble)


def two_norm(a: NDArray) -> float:
    return float(np.sqrt((np.abs(long(a)) ** 2).sum()))


def optimality(X: NDArray, y: NDArray, b: NDArray) -> float:
    """|X^T r| / (max(m, n) eps |X|_F (|X|_F |b| + |y|)): what a backward stable solver keeps small."""
    r = long(X) @ long(b) - long(y)
    size = two_norm(X) * (two_norm(X) * two_norm(b) + two_norm(y))
    eps = float(np.finfo(b.dtype).eps)
    return two_norm(long(X).T @ r) / (max(X.shape) * eps * (size or 1.0))


def outside_row_space(X: NDArray, b: NDArray, rank: int) -> float:
    """The part of b outside the span of the first `rank` right singular vectors of X, over |b| max(m, n) eps."""
    _, _, vt = np.linalg.svd(X.astype(np.float64), full_matrices=False)
    kept = vt[:rank]
    eps = float(np.finfo(b.dtype).eps)
    return two_norm(long(b) - long(kept).T @ (long(kept) @ long(b))) / (two_norm(b) * max(X.shape) * eps or 1.0)


def rank_deficient(rng: np.random.Generator, m: int, n: int, rank: int) -> NDArray:
    """Small integers: the product is exact, so the rank is `rank`."""
    return (rng.integers(-4, 5, (m, rank)) @ rng.integers(-4, 5, (rank, n))).astype(float)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "shape",
    [(1, 1), (2, 1), (1, 2), (2, 2), (5, 3), (3, 5), (8, 8), (31, 31), (32, 32), (33, 33), (33, 16), (64, 31), (63, 32), (65, 33),
     (127, 7), (520, 15), (1000, 31), (31, 100)],
)  # fmt: skip
def test_random_on_every_level(isa: str, rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    if isa == "baseline" and max(shape) > 130:
        pytest.skip("baseline: the small set")
    X, y = rng.standard_normal(shape).astype(dtype), rng.standard_normal((shape[0], 3)).astype(dtype)
    result = solve(X, y)
    assert result.coefficients.dtype == result.residual_norm.dtype == dtype
    assert result.coefficients.shape == (shape[1], 3)
    assert result.rank == min(shape)
    assert result.method == ("qr_pivoted" if shape[0] >= shape[1] else "complete_orthogonal")
    assert optimality(X, y, result.coefficients) <= ORDINARY
    condition = np.linalg.cond(X.astype(np.float64))
    if shape[0] < shape[1]:
        assert outside_row_space(X, result.coefficients, min(shape)) <= ORDINARY
    eps = float(np.finfo(dtype).eps)
    assert (
        condition * (1 - 100 * eps * condition) <= result.condition_estimate <= min(shape) * condition * (1 + 100 * eps * condition)
    )
    exact = [two_norm(long(X) @ long(b) - long(c)) for b, c in zip(result.coefficients.T, y.T)]
    assert np.abs(result.residual_norm - exact).max() <= ORDINARY * max(shape) * eps * two_norm(y) * max(1.0, condition * eps * 100)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n", "rank"), [(40, 9, 4), (200, 20, 13), (12, 30, 5), (30, 30, 29), (1500, 31, 29), (9, 9, 1)])
def test_rank_and_smallest_norm(isa: str, rng: np.random.Generator, m: int, n: int, rank: int, dtype: type) -> None:
    X, y = rank_deficient(rng, m, n, rank).astype(dtype), rng.standard_normal(m).astype(dtype)
    result = solve(X, y)
    assert result.rank == rank
    assert result.method == "complete_orthogonal"
    assert optimality(X, y, result.coefficients) <= ORDINARY
    s = np.linalg.svd(X.astype(np.float64), compute_uv=False)
    condition = s[0] / s[rank - 1]
    assert outside_row_space(X, result.coefficients, rank) <= ORDINARY * condition
    reference = np.linalg.lstsq(X.astype(np.float64), y.astype(np.float64), rcond=None)[0]
    eps = float(np.finfo(dtype).eps)
    amplification = condition * (1 + condition * float(result.residual_norm) / (s[0] * two_norm(reference)))
    assert two_norm(result.coefficients - reference) <= ORDINARY * np.sqrt(max(m, n)) * eps * amplification * two_norm(reference)


def test_exact_solution_in_rationals() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.integers(-5, 6, (9, 4)), rng.integers(-5, 6, 9)
    gram = [[Fraction(int(v)) for v in row] + [Fraction(int(t))] for row, t in zip(X.T @ X, X.T @ y)]
    for k in range(4):  # Gauss-Jordan on the normal equations: exact in rationals
        gram[k] = [v / gram[k][k] for v in gram[k]]
        for i in range(4):
            if i != k:
                gram[i] = [v - gram[i][k] * w for v, w in zip(gram[i], gram[k])]
    exact = np.array([float(row[4]) for row in gram])
    result = solve(X, y)
    assert result.coefficients.dtype == np.float64
    assert two_norm(result.coefficients - exact) <= ORDINARY * EPS * np.linalg.cond(X) ** 2 * two_norm(exact)


def zoo() -> dict[str, tuple[NDArray, int | None]]:
    """Matrices with their rank (None: a matter of the last bit)."""
    rng = np.random.default_rng(9)
    n = 32
    i = np.arange(n)
    tall = rng.standard_normal((90, 20))
    zero_columns = tall.copy()
    zero_columns[:, [0, 7, 19]] = 0
    kahan = np.diag(np.sin(1.2) ** i) @ (np.eye(n) - np.cos(1.2) * np.triu(np.ones((n, n)), 1))
    graded_rows = (10.0 ** -np.linspace(0, 12, 90))[:, None] * tall
    return {
        "zero": (np.zeros((7, 4)), 0),
        "identity": (np.eye(6), 6),
        "ones": (np.ones((50, 20)), 1),
        "hilbert 6": (1.0 / (i[:6, None] + i[None, :6] + 1), 6),
        "hilbert 32": (1.0 / (i[:, None] + i[None, :] + 1), None),
        "kahan": (kahan, None),
        "lauchli": (np.vstack([np.ones(n), 1e-7 * np.eye(n)]), 32),
        "lauchli, below the threshold": (np.vstack([np.ones(n), 1e-17 * np.eye(n)]), 1),
        "zero columns": (zero_columns, 17),
        "equal columns": (tall[:, i % 20], 20),
        "nearly equal columns": (np.column_stack([tall, tall[:, 3] * (1 + 1e-15)]), 20),
        "clustered": (np.eye(40, 20) + 1e-15 * tall[:40], 20),
        "graded columns": (tall * 10.0 ** -(i[:20] / 2.0), 20),
        "graded rows": (graded_rows, 20),
        "vandermonde": (np.vander(np.linspace(0, 1, 60), 8), 8),
        "huge": (1e300 * tall, 20),
        "tiny": (1e-300 * tall, 20),
        "denormal": (np.round(tall * 1e6) * 5e-324, 20),
        "5e-324": (np.full((3, 2), 5e-324), 1),
        "1e200 beside 1e-200": (tall * np.where(i[:20] % 2, 1e200, 1e-200), 10),
        "row": (tall[:1], 1),
        "column": (tall[:, :1], 1),
    }


ZOO_MATRICES = zoo()


@pytest.mark.parametrize("name", ZOO_MATRICES)
def test_zoo(isa: str, rng: np.random.Generator, name: str) -> None:
    X, rank = ZOO_MATRICES[name]
    y = rng.standard_normal(X.shape[0])
    with np.errstate(all="raise"):
        result = solve(X, y)
    assert rank is None or result.rank == rank
    if result.rank == 0:
        assert not result.coefficients.any()
        assert abs(float(result.residual_norm) - two_norm(y)) <= len(y) * EPS * two_norm(y)
        return
    assert np.isfinite(result.coefficients).all() or name in ("denormal", "5e-324", "tiny")
    assert abs(float(result.residual_norm)) <= two_norm(y) * (1 + len(y) * EPS)
    ordinary = np.ldexp(X, -np.frexp(np.abs(X).max())[1])  # the oracle's own products must stay in range
    scaled = solve(ordinary, y)
    assert scaled.rank == result.rank
    assert optimality(ordinary, y, scaled.coefficients) <= ZOO


@pytest.mark.parametrize("exponent", [-1000, -400, -3, 5, 300, 900])
@pytest.mark.parametrize("shape", [(40, 6), (6, 9)])
def test_powers_of_two_change_nothing_else(rng: np.random.Generator, shape: tuple[int, int], exponent: int) -> None:
    X, y = rng.standard_normal(shape), rng.standard_normal((shape[0], 2))
    one, scaled = solve(X, y), solve(np.ldexp(X, exponent), np.ldexp(y, exponent))
    assert scaled.coefficients.tobytes() == one.coefficients.tobytes()
    assert scaled.residual_norm.tobytes() == np.ldexp(one.residual_norm, exponent).tobytes()
    right = solve(X, np.ldexp(y, exponent))
    assert right.coefficients.tobytes() == np.ldexp(one.coefficients, exponent).tobytes()
    assert (scaled.rank, scaled.condition_estimate) == (one.rank, one.condition_estimate)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1460, 31), (5000, 12), (70000, 3), (600, 600)])
def test_same_bits_for_any_number_of_threads(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    X, y = rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape[0]).astype(dtype)
    found = set()
    for count in (1, 2, 3):
        with mm.threads(count):
            result = solve(X, y)
        found.add((result.coefficients.tobytes(), result.residual_norm.tobytes(), result.condition_estimate))
    assert len(found) == 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(700, 17), (20, 33), (40, 40)])
def test_same_bits_on_every_level_with_fma(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> None:
    X, y = rng.standard_normal(shape).astype(dtype), rng.standard_normal((shape[0], 5)).astype(dtype)
    found = set()
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                result = solve(X, y)
            found.add((result.coefficients.tobytes(), result.residual_norm.tobytes()))
    assert len(found) <= 1


@pytest.mark.parametrize("shape", [(90, 7), (7, 11)])
def test_a_right_hand_side_alone_and_among_others(isa: str, rng: np.random.Generator, shape: tuple[int, int]) -> None:
    X, y = rng.standard_normal(shape), rng.standard_normal((shape[0], 21))
    together = solve(X, y)
    for j in (0, 8, 20):
        alone = solve(X, y[:, j])
        assert alone.coefficients.shape == (shape[1],)
        assert alone.residual_norm.shape == ()
        assert alone.coefficients.tobytes() == together.coefficients[:, j].tobytes()
        assert alone.residual_norm.tobytes() == together.residual_norm[j].tobytes()


def test_ames_table_comes_out_as_scikit_learns() -> None:
    from sklearn.linear_model import LinearRegression

    path = next((p for p in Path(mm.__file__).parent.rglob("ames_housing.csv")), None)
    if path is None:
        pytest.skip("the table comes with the package")
    table = np.genfromtxt(path, delimiter=",", skip_header=1)
    X, y = table[:, :-1], table[:, -1]
    centred, target = X - X.mean(axis=0), y - y.mean()
    result = solve(centred, target)
    model = LinearRegression().fit(X, y)
    assert result.rank == model.rank_ == 29
    assert result.method == "complete_orthogonal"
    # |r| is a fifth of |y|, so the condition enters squared [Higham2002, th. 20.1]; both solvers err by that much.
    kappa, size = result.condition_estimate, np.linalg.norm(centred)
    bound = EPS * kappa * (1 + kappa * float(result.residual_norm) / (size * np.linalg.norm(model.coef_)))
    assert np.linalg.norm(result.coefficients - model.coef_) <= ORDINARY * bound * np.linalg.norm(model.coef_)
    assert abs(np.linalg.norm(result.coefficients) / np.linalg.norm(model.coef_) - 1) <= ORDINARY * bound
    predictions, expected = centred @ result.coefficients + y.mean(), model.predict(X)
    assert np.abs(predictions - expected).max() <= ORDINARY * EPS * kappa * np.abs(y).max()


def test_rcond() -> None:
    rng = np.random.default_rng(2)
    q, _ = np.linalg.qr(rng.standard_normal((50, 4)))
    X = q * [1.0, 1e-3, 1e-6, 1e-9]
    y = rng.standard_normal(50)
    assert [solve(X, y, rcond=r).rank for r in (None, -1, 0, 1e-8, 1e-5, 0.1, 2.0)] == [4, 4, 4, 3, 2, 1, 0]
    with pytest.raises(ValueError, match="rcond"):
        solve(X, y, rcond=float("nan"))
    with pytest.raises(TypeError):
        solve(X, y, rcond="small")  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
@pytest.mark.parametrize("k", [None, 0, 2])
def test_zero_sizes_as_numpy(shape: tuple[int, int], k: int | None) -> None:
    X, y = np.zeros(shape), np.ones(shape[0] if k is None else (shape[0], k))
    result = solve(X, y)
    expected, _, rank, _ = np.linalg.lstsq(X, y, rcond=None)
    assert result.coefficients.shape == expected.shape
    assert not result.coefficients.any()
    assert result.rank == rank == 0
    assert result.condition_estimate == 0
    np.testing.assert_allclose(result.residual_norm, np.linalg.norm(y, axis=0), rtol=4 * EPS)


def test_no_right_hand_side(rng: np.random.Generator) -> None:
    result = solve(rng.standard_normal((5, 3)), np.zeros((5, 0)))
    assert result.coefficients.shape == (3, 0)
    assert result.rank == 3


@pytest.mark.parametrize("shape", [(300, 9), (9, 12)])
def test_strides_byte_order_alignment_and_lists(rng: np.random.Generator, shape: tuple[int, int]) -> None:
    m, n = shape
    X, y = rng.standard_normal(shape), rng.standard_normal((m, 2))
    expected = solve(X, y)
    wide = np.zeros((2 * m, 3 * n))
    wide[::2, ::3] = X
    raw = np.zeros(X.nbytes + 1, dtype=np.uint8)
    unaligned = raw[1:].view(np.float64).reshape(shape)
    unaligned[...] = X
    readonly = X.copy()
    readonly.flags.writeable = False
    for variant in (np.asfortranarray(X), wide[::2, ::3], X[::-1, ::-1].copy()[::-1, ::-1], X.astype(">f8"), unaligned, readonly):
        assert solve(variant, y).coefficients.tobytes() == expected.coefficients.tobytes()
    assert solve(X.tolist(), y.tolist()).coefficients.tobytes() == expected.coefficients.tobytes()
    assert solve(X, np.asfortranarray(y)).coefficients.tobytes() == expected.coefficients.tobytes()
    constant = solve(X, np.broadcast_to(np.float64(1.0), (m,)))
    assert constant.coefficients.tobytes() == solve(X, np.ones(m)).coefficients.tobytes()


def test_inputs_are_not_modified_and_the_result_is_frozen(rng: np.random.Generator) -> None:
    X, y = rng.standard_normal((50, 5)), rng.standard_normal(50)
    before = X.tobytes(), y.tobytes()
    result = solve(X, y)
    assert (X.tobytes(), y.tobytes()) == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.rank = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("x_type", "y_type"),
    [("f4", "f4"), (">f4", "f4"), ("f4", "f8"), ("f8", "f4"), ("i4", "f4"), ("f4", "i8"), ("?", "u1"), ("i8", "i8")],
)
def test_result_types_are_numpys(rng: np.random.Generator, x_type: str, y_type: str) -> None:
    X, y = rng.integers(0, 2, (9, 3)).astype(x_type), rng.integers(0, 2, 9).astype(y_type)
    result, expected = solve(X, y), np.linalg.lstsq(X, y, rcond=None)[0]
    assert result.coefficients.dtype == expected.dtype
    np.testing.assert_allclose(result.coefficients, expected, rtol=0, atol=100 * np.finfo(expected.dtype).eps)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(1, 1), (400, 5), (5, 9)])
def test_nan_and_infinity_are_errors(rng: np.random.Generator, shape: tuple[int, int], bad: float) -> None:
    X, y = rng.standard_normal(shape), rng.standard_normal(shape[0])
    for place in ((0, 0), (shape[0] - 1, shape[1] - 1), (shape[0] // 2, 0)):
        spoiled = X.copy()
        spoiled[place] = bad
        with np.errstate(all="raise"), pytest.raises(LinAlgError, match="X must not contain infs or NaNs"):
            solve(spoiled, y)
    target = y.copy()
    target[-1] = bad
    with pytest.raises(LinAlgError, match="y must not contain infs or NaNs"):
        solve(X, target)
    with pytest.raises(LinAlgError, match="y must not"):
        solve(np.zeros(shape), target)


def test_bad_input_has_numpys_errors() -> None:
    X, y = np.ones((3, 2)), np.ones(3)
    for arguments in ((np.ones(3), y), (np.ones((2, 3, 2)), y), (X, np.ones(4)), (X, 1.0), (X, np.ones((3, 1, 1))), (1.0, y)):
        with pytest.raises(LinAlgError, match="solve_least_squares"):
            solve(*arguments)
        with pytest.raises(LinAlgError):
            np.linalg.lstsq(*arguments, rcond=None)
    for dtype in (np.float16, np.longdouble, complex, object, "U3"):
        with pytest.raises(TypeError, match=r"solve_least_squares.*X"):
            solve(X.astype(dtype), y)
        with pytest.raises(TypeError, match=r"solve_least_squares.*y"):
            solve(X, y.astype(dtype))
    with pytest.raises(LinAlgError, match=r"\(3, 2\).*\(4,\)"):
        solve(X, np.ones(4))
    with pytest.raises(TypeError):
        solve(X, y, unknown=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        solve(X)  # type: ignore[call-arg]


@pytest.mark.parametrize("dtype", DTYPES)
def test_methods_agree_and_say_what_they_were(isa: str, rng: np.random.Generator, dtype: type) -> None:
    X, y = rng.standard_normal((4000, 9)).astype(dtype), rng.standard_normal((4000, 2)).astype(dtype)
    found = {method: solve(X, y, method=method) for method in ("auto", "cholesky", "qr")}
    assert (found["auto"].method, found["cholesky"].method, found["qr"].method) == ("cholesky", "cholesky", "qr_pivoted")
    assert np.array_equal(found["auto"].coefficients, found["cholesky"].coefficients)
    eps = float(np.finfo(dtype).eps)
    for result in found.values():
        assert result.rank == 9
        assert result.condition_estimate == pytest.approx(found["qr"].condition_estimate, rel=1e-3)
        assert np.allclose(
            result.residual_norm, [two_norm(long(X) @ b - long(c)) for b, c in zip(result.coefficients.T, y.T)], rtol=100 * eps
        )
        for b, column in zip(result.coefficients.T, y.T):
            assert optimality(X, column, b) <= 1
    short = solve(X[:20], y[:20])  # too small for it to pay
    assert short.method == "qr_pivoted"
    scaled = solve(X * dtype(2.0**9), y * dtype(2.0**-5))
    assert scaled.method == "cholesky"
    assert np.array_equal(scaled.coefficients, found["auto"].coefficients * dtype(2.0**-14))
    for threads in (1, 3):
        with mm.threads(threads):
            assert np.array_equal(solve(np.asfortranarray(X), y).coefficients, found["auto"].coefficients)


def test_normal_equations_are_refused_where_they_lose(rng: np.random.Generator) -> None:
    X, y = rng.standard_normal((4000, 9)), rng.standard_normal(4000)
    X[:, 8] = X[:, 7] + 1e-5 * X[:, 8]
    assert solve(X, y).method == "qr_pivoted"
    with pytest.raises(LinAlgError, match="ill-conditioned"):
        solve(X, y, method="cholesky")
    X[:, 8] = X[:, 7]
    assert solve(X, y).method == "complete_orthogonal"
    X[:, 8] = 0
    assert solve(X, y).rank == 8
    for method in ("auto", "cholesky", "qr"):
        for which in ("X", "y"):
            a, b = rng.standard_normal((4000, 9)), rng.standard_normal(4000)
            (a if which == "X" else b)[5] = np.nan
            with pytest.raises(LinAlgError, match=f"{which} must not contain infs or NaNs"):
                solve(a, b, method=method)
    assert np.array_equal(solve(rng.standard_normal((4000, 9)), np.zeros(4000), method="cholesky").coefficients, np.zeros(9))
    with pytest.raises(ValueError, match="method must be 'auto', 'cholesky' or 'qr', got 'svd'"):
        solve(X, y, method="svd")
