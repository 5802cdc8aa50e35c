# SPDX-License-Identifier: BSD-3-Clause
"""eigh by property: residual, orthogonality, order, signs; a zoo of matrices; bad input as NumPy has it."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

ORDINARY, ZOO = 10, 30  # largest LAPACK-style ratio accepted
DTYPES = (np.float64, np.float32)


def one_norm(a: NDArray) -> float:
    return float(np.abs(a).sum(axis=0).max(initial=0))


def ratios(a: NDArray, w: NDArray, v: NDArray) -> tuple[float, float]:
    """|A V - V W| / (|A| n eps) and |V^T V - I| / (n eps) in the 1-norm; the products are formed in long double."""
    n, eps = len(a), float(np.finfo(w.dtype).eps)
    scale = float(np.abs(a).max(initial=0)) or 1.0  # keeps the oracle's own products in range
    a, w, v = (np.asarray(x, dtype=np.longdouble) for x in (a, w, v))
    residual = one_norm((a / scale) @ v - v * (w / scale)) / (max(one_norm(a / scale), eps) * n * eps)
    return residual, one_norm(v.T @ v - np.eye(n)) / (n * eps)


def check(a: NDArray, result: mm.linalg.EighResult, bound: float = ORDINARY) -> None:
    w, v = result
    assert w.dtype == v.dtype == a.dtype
    assert w.shape == a.shape[:-1]
    assert v.shape == a.shape
    assert np.all(np.diff(w) >= 0)
    residual, orthogonality = ratios(a, w, v)
    assert residual <= bound
    assert orthogonality <= bound
    largest = v[np.argmax(np.abs(v), axis=0), np.arange(len(a))]
    assert np.all(largest > 0)


def symmetric(rng: np.random.Generator, n: int, dtype: type = np.float64) -> NDArray:
    a = rng.standard_normal((n, n)).astype(dtype)
    return (a + a.T) / dtype(2)


def haar(rng: np.random.Generator, n: int) -> NDArray:
    q, r = np.linalg.qr(rng.standard_normal((n, n)))
    return q * np.sign(np.diag(r))


def with_spectrum(rng: np.random.Generator, d: NDArray) -> NDArray:
    q = haar(rng, len(d))
    a = (q * d) @ q.T
    return (a + a.T) / 2


def zoo() -> dict[str, NDArray]:
    rng = np.random.default_rng(77)
    n, eps = 24, np.finfo(float).eps
    i = np.arange(n)
    hilbert = 1.0 / (i[:, None] + i[None, :] + 1)
    wilkinson = np.diag(np.abs(np.arange(21) - 10.0)) + np.diag(np.ones(20), 1) + np.diag(np.ones(20), -1)
    glued = np.kron(np.eye(3), wilkinson)
    for k in (21, 42):
        glued[k - 1, k] = glued[k, k - 1] = 1e-8
    clement = np.diag(np.sqrt((i[:-1] + 1.0) * (n - 1 - i[:-1])), 1)
    graded = 10.0**-i
    zero_rows = symmetric(rng, n)
    zero_rows[[3, 7, 23]] = 0
    zero_rows[:, [3, 7, 23]] = 0
    base = symmetric(rng, n)
    lauchli = np.vstack([np.ones(n), np.sqrt(eps) / 10 * np.eye(n)])
    kahan = np.diag(np.sin(1.2) ** i) @ (np.eye(n) - np.cos(1.2) * np.triu(np.ones((n, n)), 1))
    block = np.zeros((n, n))
    block[:2, :2] = [[1, 0.5], [0.5, 1]]
    block[2:4, 2:4] = [[1e-200, 5e-201], [5e-201, 1e-200]]
    return {
        "zero": np.zeros((n, n)),
        "identity": np.eye(n),
        "ones": np.ones((n, n)),
        "diagonal": np.diag(rng.standard_normal(n)),
        "arrow": np.diag(i + 1.0) + np.outer(i == 0, i > 0) + np.outer(i > 0, i == 0),
        "toeplitz 1-2-1": 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1),
        "anti-diagonal": np.eye(n)[::-1].copy(),
        "hilbert": hilbert,
        "wilkinson 21": wilkinson,
        "glued wilkinson": glued,
        "clement": clement + clement.T,
        "graded": graded[:, None] * with_spectrum(rng, np.linspace(1, 2, n)) * graded[None, :],
        "graded, reversed": graded[::-1, None] * with_spectrum(rng, np.linspace(1, 2, n)) * graded[None, ::-1],
        "graded, indefinite": graded[:, None] * base * graded[None, :],
        "one small": with_spectrum(rng, np.where(i == 0, eps, 1.0)),
        "one large": with_spectrum(rng, np.where(i == 0, 1.0, eps)),
        "geometric": with_spectrum(rng, eps ** (i / (n - 1))),
        "clustered": with_spectrum(rng, 1 + 1e-14 * (i % 3)),
        "two clusters": with_spectrum(rng, np.sign(i - 11.5)),
        "orthogonal": (lambda u: np.eye(n) - 2 * np.outer(u, u))(haar(rng, n)[0]),
        "gram of lauchli": lauchli.T @ lauchli,
        "gram of kahan": kahan.T @ kahan,
        "rank 1": np.outer(i, i).astype(float),
        "rank 5, integers": (lambda b: b @ b.T)(rng.integers(-3, 4, (n, 5)).astype(float)),
        "zero rows": zero_rows,
        "tiny block beside a large one": block,
        "huge": 1e300 * base,
        "tiny": 1e-300 * base,
        "denormal": 1e-310 * base,
        "smallest denormal": np.full((n, n), 5e-324),
        "1e200 beside 1e-200": np.outer(np.where(i % 2, 1e100, 1e-100), np.where(i % 2, 1e100, 1e-100)) * base,
        "signs": rng.integers(-1, 2, (n, n)).astype(float) + 0,
    }


ZOO_MATRICES = {name: np.tril(a) + np.tril(a, -1).T for name, a in zoo().items()}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65])
def test_random_on_every_level(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    if isa == "baseline" and n > 17:
        pytest.skip("baseline: the small set")
    a = symmetric(rng, n, dtype)
    check(a, mm.linalg.eigh(a))


@pytest.mark.parametrize("n", [127, 128, 129, 200])
def test_same_bits_for_any_number_of_threads(rng: np.random.Generator, n: int) -> None:
    a = symmetric(rng, n)
    with mm.threads(1):
        one = mm.linalg.eigh(a)
    check(a, one)
    for count in (2, 3):
        with mm.threads(count):
            more = mm.linalg.eigh(a)
        assert one.eigenvalues.tobytes() == more.eigenvalues.tobytes()
        assert one.eigenvectors.tobytes() == more.eigenvectors.tobytes()


@pytest.mark.parametrize("n", [2, 5, 33, 64])
@pytest.mark.parametrize("dtype", DTYPES)
def test_same_bits_on_every_level_with_fma(rng: np.random.Generator, n: int, dtype: type) -> None:
    a = symmetric(rng, n, dtype)
    found = set()
    for level in mm.system.available_isas():
        if level != "baseline":
            with mm.system.use_isa(level):
                w, v = mm.linalg.eigh(a)
            found.add(w.tobytes() + v.tobytes())
    assert len(found) <= 1


@pytest.mark.parametrize("name", ZOO_MATRICES)
def test_zoo(isa: str, name: str) -> None:
    a = ZOO_MATRICES[name]
    with np.errstate(all="raise"):
        result = mm.linalg.eigh(a)
    if name == "smallest denormal":  # the eigenvalue n * 5e-324 is a number, but no relative accuracy is left
        assert result.eigenvalues[-1] == len(a) * 5e-324
        assert ratios(np.ones_like(a), result.eigenvalues / 5e-324, result.eigenvectors)[1] <= ZOO
        return
    if name == "denormal":
        assert ratios(a, *result)[1] <= ZOO
        assert np.abs(result.eigenvalues * 2.0**200 - np.linalg.eigvalsh(a * 2.0**200)).max() <= ZOO * len(a) * 5e-324 * 2.0**200
        return
    check(a, result, ZOO)


def test_denormal_eigenvectors_are_those_of_the_scaled_matrix(rng: np.random.Generator) -> None:
    a = np.round(symmetric(rng, 12) * 2**20) * 2.0**-1070
    tiny, ordinary = mm.linalg.eigh(a), mm.linalg.eigh(a * 2.0**1000)
    assert tiny.eigenvectors.tobytes() == ordinary.eigenvectors.tobytes()


@pytest.mark.parametrize("exponent", [-900, -30, 1, 17, 1000])
def test_power_of_two_changes_nothing_else(rng: np.random.Generator, exponent: int) -> None:
    a = symmetric(rng, 19)
    one, scaled = mm.linalg.eigh(a), mm.linalg.eigh(np.ldexp(a, exponent))
    assert scaled.eigenvectors.tobytes() == one.eigenvectors.tobytes()
    assert scaled.eigenvalues.tobytes() == np.ldexp(one.eigenvalues, exponent).tobytes()


def test_analytic_spectrum(isa: str) -> None:
    n = 60
    a = 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    w = 2 - 2 * np.cos(np.arange(1, n + 1) * np.pi / (n + 1))
    assert np.abs(mm.linalg.eigvalsh(a) - w).max() <= 5 * n * np.finfo(float).eps * 4


@pytest.mark.parametrize("name", ["hilbert", "graded, indefinite", "clustered"])
def test_against_mpmath(name: str) -> None:
    a = ZOO_MATRICES[name][:10, :10]
    with mpmath.workdps(60):
        exact = [float(x) for x in mpmath.eigsy(mpmath.matrix(a.tolist()), eigvals_only=True)]
    w = mm.linalg.eigvalsh(a)
    assert np.abs(w - np.sort(exact)).max() <= 2 * len(a) * np.finfo(float).eps * one_norm(a)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("uplo", ["L", "U", "l", "u"])
def test_the_other_triangle_is_never_read(rng: np.random.Generator, uplo: str, dtype: type) -> None:
    a = symmetric(rng, 11, dtype)
    expected = mm.linalg.eigh(a, uplo)
    hidden = a.copy()
    hidden[np.triu_indices(11, 1) if uplo.upper() == "L" else np.tril_indices(11, -1)] = np.nan
    result = mm.linalg.eigh(hidden, UPLO=uplo)
    assert result.eigenvalues.tobytes() == expected.eigenvalues.tobytes()
    assert result.eigenvectors.tobytes() == expected.eigenvectors.tobytes()


@pytest.mark.parametrize("shape", [(7,), (2, 3), (3, 1, 2), (0,), (2, 0)])
@pytest.mark.parametrize("n", [1, 3, 4, 9, 20])
def test_alone_and_in_a_batch(rng: np.random.Generator, threads: int, shape: tuple[int, ...], n: int) -> None:
    a = rng.standard_normal((*shape, n, n))
    a = a + np.swapaxes(a, -1, -2)
    w, v = mm.linalg.eigh(a)
    assert w.shape == (*shape, n)
    assert v.shape == (*shape, n, n)
    for index in np.ndindex(shape):
        alone = mm.linalg.eigh(a[index])
        assert w[index].tobytes() == alone.eigenvalues.tobytes()
        assert v[index].tobytes() == alone.eigenvectors.tobytes()
        check(a[index], alone)


def test_a_batch_of_large_matrices(rng: np.random.Generator) -> None:
    a = np.stack([symmetric(rng, 130) for _ in range(3)])
    w, v = mm.linalg.eigh(a)
    for k in range(3):
        check(a[k], mm.linalg.EighResult(w[k], v[k]))
        assert w[k].tobytes() == mm.linalg.eigh(a[k]).eigenvalues.tobytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (4, 2), (7, 7)])
def test_nan_and_infinity_poison_their_own_matrix_alone(rng: np.random.Generator, bad: float, place: tuple[int, int]) -> None:
    a = np.stack([symmetric(rng, 8) for _ in range(5)])
    expected = mm.linalg.eigh(a)
    a[(3, *place)] = bad
    with np.errstate(all="raise"):
        w, v = mm.linalg.eigh(a)
    assert np.isnan(w[3]).all()
    assert np.isnan(v[3]).all()
    others = [0, 1, 2, 4]
    assert w[others].tobytes() == expected.eigenvalues[others].tobytes()
    assert v[others].tobytes() == expected.eigenvectors[others].tobytes()


@pytest.mark.parametrize("n", [1, 6, 64, 130])
def test_eigvalsh_agrees_with_eigh(rng: np.random.Generator, n: int) -> None:
    a = symmetric(rng, n)
    for uplo in "LU":
        difference = mm.linalg.eigvalsh(a, UPLO=uplo) - mm.linalg.eigh(a, uplo).eigenvalues
        assert np.abs(difference).max() <= 2 * n * np.finfo(float).eps * one_norm(a)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int8, np.uint32, bool])
def test_result_types_are_numpys(dtype: type) -> None:
    a = np.array([[2, 1], [1, 0]]).astype(dtype)
    ours, numpys = mm.linalg.eigh(a), np.linalg.eigh(a)
    assert ours.eigenvalues.dtype == numpys.eigenvalues.dtype
    assert ours.eigenvectors.dtype == numpys.eigenvectors.dtype
    assert type(ours)._fields == ("eigenvalues", "eigenvectors")
    np.testing.assert_allclose(ours.eigenvalues, numpys.eigenvalues, atol=4 * np.finfo(ours.eigenvalues.dtype).eps * 3)


def test_strides_byte_order_alignment_and_lists(rng: np.random.Generator) -> None:
    a = symmetric(rng, 9)
    expected = mm.linalg.eigh(a)
    wide = np.zeros((18, 27))
    wide[::2, ::3] = a
    raw = np.zeros(a.nbytes + 1, dtype=np.uint8)
    unaligned = raw[1:].view(np.float64).reshape(9, 9)
    unaligned[...] = a
    readonly = a.copy()
    readonly.flags.writeable = False
    variants = (np.asfortranarray(a), wide[::2, ::3], a[::-1, ::-1][::-1, ::-1], a.astype(">f8"), unaligned, readonly, a.tolist())
    for variant in variants:
        result = mm.linalg.eigh(variant)
        assert result.eigenvalues.tobytes() == expected.eigenvalues.tobytes()
        assert result.eigenvectors.tobytes() == expected.eigenvectors.tobytes()
    flipped = mm.linalg.eigh(a[::-1, ::-1])
    check(a[::-1, ::-1], flipped)
    constant = np.broadcast_to(np.float64(1.0), (5, 5))
    check(constant, mm.linalg.eigh(constant))
    stack = np.broadcast_to(a, (3, 9, 9))
    assert mm.linalg.eigh(stack).eigenvalues.tobytes() == expected.eigenvalues.tobytes() * 3


def test_input_is_not_modified(rng: np.random.Generator) -> None:
    a = symmetric(rng, 40)
    before = a.tobytes()
    mm.linalg.eigh(a)
    assert a.tobytes() == before


def test_complex_and_subclasses_are_numpys_own() -> None:
    a = np.array([[2, 1j], [-1j, 2]])
    assert mm.linalg.eigh(a).eigenvectors.tobytes() == np.linalg.eigh(a).eigenvectors.tobytes()
    matrix = np.eye(2).view(type("Sub", (np.ndarray,), {}))
    assert type(mm.linalg.eigh(matrix).eigenvectors) is type(np.linalg.eigh(matrix).eigenvectors)


@pytest.mark.parametrize("function", ["eigh", "eigvalsh"])
def test_bad_input_has_numpys_errors(function: str) -> None:
    ours, numpys = getattr(mm.linalg, function), getattr(np.linalg, function)
    cases: list[tuple[object, ...]] = [
        (np.zeros((2, 3)),), (np.zeros(3),), (1.0,), (np.zeros((3, 0)),), ("text",), (None,), (np.full((2, 2), "a", dtype=object),),
        (np.zeros((2, 2), dtype=np.float16),), (np.zeros((2, 2), dtype=np.longdouble),), (np.eye(2), "X"), (np.eye(2), 3),
    ]  # fmt: skip
    for arguments in cases:
        with pytest.raises(Exception) as expected:
            numpys(*arguments)
        with pytest.raises(type(expected.value)):
            ours(*arguments)
    with pytest.raises(LinAlgError, match=rf"{function}.*square.*\(2, 3\)"):
        ours(np.zeros((2, 3)))
    with pytest.raises(LinAlgError, match=f"{function}.*1-dimensional.*two-dimensional"):
        ours(np.zeros(3))
    with pytest.raises(ValueError, match="'Q'"):
        ours(np.eye(2), UPLO="Q")
    with pytest.raises(TypeError):
        ours(np.eye(2), unknown=1)
    assert ours(np.zeros((0, 0)))[0].shape == (0,) if function == "eigh" else ours(np.zeros((0, 0))).shape == (0,)


def test_random_small_integers_with_ties() -> None:
    rng = np.random.default_rng(11)
    for n in range(2, 13):
        a = rng.integers(-1, 2, (60, n, n)).astype(float)
        a = np.tril(a) + np.swapaxes(np.tril(a, -1), -1, -2)
        w, v = mm.linalg.eigh(a)
        for k in range(60):
            check(a[k], mm.linalg.EighResult(w[k], v[k]), ZOO)
        assert np.abs(w - np.linalg.eigvalsh(a)).max() <= 10 * n * np.finfo(float).eps * n
