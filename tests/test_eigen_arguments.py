# SPDX-License-Identifier: BSD-3-Clause
"""Arguments of eigh, eigvalsh, svd, svdvals as NumPy and SciPy have them: dtypes, shapes, errors, subsets, out, status."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from matrix_zoo_eigen import EIGH, eigh_ratios, signs_are_canonical, symmetric
from numpy.linalg import LinAlgError

import mlmath_native as mm

FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    name: (getattr(mm.linalg, name), getattr(np.linalg, name)) for name in ("eigh", "eigvalsh", "svd", "svdvals")
}
WITH_EVERYTHING = [pytest.param(*pair, id=name) for name, pair in FUNCTIONS.items()]


def arrays(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize(("ours", "numpys"), WITH_EVERYTHING)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int8, np.uint32, bool, np.complex128, np.complex64])
def test_result_types_and_shapes_are_numpys(ours: Callable[..., Any], numpys: Callable[..., Any], dtype: type) -> None:
    square = np.array([[2, 1], [1, 0]]).astype(dtype)
    shapes: list[tuple[int, ...]] = [(0, 0), (0, 2, 2), (3, 0, 0), (1, 1), (2, 1, 3, 3), (40, 40)]
    if "svd" in ours.__name__:
        shapes += [(0, 3), (3, 0), (2, 0, 3), (2, 3, 0), (0, 2, 3), (4, 2), (2, 4), (3, 5, 2), (3, 2, 5), (60, 3), (3, 60)]
    for a in [square, *(np.ones(shape).astype(dtype) for shape in shapes)]:
        mine, theirs = ours(a), numpys(a)
        assert getattr(mine, "_fields", None) == getattr(theirs, "_fields", None)
        assert len(arrays(mine)) == len(arrays(theirs))
        for x, y in zip(arrays(mine), arrays(theirs)):
            assert (x.shape, x.dtype) == (y.shape, y.dtype)
        s = int(hasattr(mine, "S"))
        tolerance = max(10, *a.shape[-2:]) * float(np.finfo(arrays(mine)[s].dtype).eps)
        largest = float(np.abs(arrays(theirs)[s]).max(initial=0))
        np.testing.assert_allclose(arrays(mine)[s], arrays(theirs)[s], rtol=0, atol=tolerance * largest)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32, np.complex128])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 0, 3), (4, 4), (4, 2), (2, 4), (3, 4, 2), (3, 2, 4), (70, 3), (3, 70)])
@pytest.mark.parametrize("full", [False, True])
def test_svd_of_thin_and_full_matrices(shape: tuple[int, ...], full: bool, dtype: type) -> None:
    a = (10 * np.random.default_rng(3).standard_normal(shape)).astype(dtype)
    mine, theirs = mm.linalg.svd(a, full), np.linalg.svd(a, full)
    for x, y in zip(mine, theirs):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
    eps, p = float(np.finfo(mine.S.dtype).eps), mine.S.shape[-1]
    for x in (mine.U, np.swapaxes(mine.Vh, -1, -2)):
        assert np.abs(np.swapaxes(x, -1, -2).conj() @ x - np.eye(x.shape[-1])).max(initial=0) <= 4 * max(shape[-2:]) * eps
    size = float(theirs.S.max(initial=0))
    assert np.abs(mine.S - theirs.S).max(initial=0) <= max(10, *shape[-2:]) * eps * size
    again = (mine.U[..., :p] * mine.S[..., None, :]) @ mine.Vh[..., :p, :]
    assert np.abs(again - a).max(initial=0) <= 4 * max(shape[-2:]) * eps * size
    if shape[-2] == 0 or shape[-1] == 0:
        assert np.array_equal(mine.U, theirs.U)
        assert np.array_equal(mine.Vh, theirs.Vh)


@pytest.mark.parametrize(("ours", "numpys"), WITH_EVERYTHING)
def test_bad_input_has_numpys_errors(ours: Callable[..., Any], numpys: Callable[..., Any]) -> None:
    cases: list[tuple[object, ...]] = [
        (np.zeros(3),), (1.0,), ("text",), (None,), (np.full((2, 2), "a", dtype=object),), (),
        (np.zeros((2, 2), dtype=np.float16),), (np.zeros((2, 2), dtype=np.longdouble),),
    ]  # fmt: skip
    if "eig" in ours.__name__:
        cases += [(np.zeros((2, 3)),), (np.zeros((3, 0)),), (np.eye(2), "X"), (np.eye(2), 3), (np.zeros((4, 2, 3)),)]
    for arguments in cases:
        with pytest.raises(Exception) as expected:
            numpys(*arguments)
        with pytest.raises(type(expected.value)):
            ours(*arguments)
    with pytest.raises(TypeError):
        ours(np.eye(2), unknown=1)
    with pytest.raises(ValueError, match="errors must be 'raise', 'nan' or 'status', got 'ignore'"):
        ours(np.eye(2), errors="ignore")
    with pytest.raises(LinAlgError, match=r"1-dimensional.*two-dimensional"):
        ours(np.zeros(3))


def test_messages_name_what_is_wrong() -> None:
    for name in ("eigh", "eigvalsh"):
        with pytest.raises(LinAlgError, match=rf"{name}.*square.*\(2, 3\)"):
            FUNCTIONS[name][0](np.zeros((2, 3)))
        with pytest.raises(ValueError, match="'Q'"):
            FUNCTIONS[name][0](np.eye(2), UPLO="Q")
    with pytest.raises(LinAlgError, match="square"):
        mm.linalg.svd(np.zeros((2, 3)), hermitian=True)
    with pytest.raises(ValueError, match="driver must be None or 'jacobi', got 'gesdd'"):
        mm.linalg.svd(np.eye(2), driver="gesdd")
    with pytest.raises(ValueError, match="hermitian"):
        mm.linalg.svd(np.eye(2), hermitian=True, driver="jacobi")


@pytest.mark.usefixtures("time_limit")
@pytest.mark.parametrize("shape", [(3, 3), (40, 40), (70, 70), (130, 20), (20, 130), (150, 130)])
@pytest.mark.parametrize("values_only", [False, True])
def test_svd_of_nan_raises_and_of_infinity_is_nan(shape: tuple[int, int], values_only: bool) -> None:
    """As NumPy, where that comes to an end: some matrices with an infinity keep LAPACK's gesdd busy for ever."""
    for bad in (np.nan, np.inf, -np.inf):
        for place in ((0, 0), (shape[0] // 2, shape[1] // 2), (shape[0] - 1, shape[1] - 1)):
            a = np.random.default_rng(4).standard_normal((3, *shape))
            a[(1, *place)] = bad
            for stack in (a, a[1]):
                if np.isnan(bad):
                    with pytest.raises(LinAlgError, match="SVD did not converge"):
                        mm.linalg.svd(stack, compute_uv=not values_only)
                else:
                    found = arrays(mm.linalg.svd(stack, compute_uv=not values_only))
                    assert all(np.isnan(x if stack.ndim == 2 else x[1]).all() for x in found)
                *found, status = mm.linalg.svd(stack, True, not values_only, errors="status")
                assert status.dtype == np.int32
                assert np.array_equal(status, [0, -1, 0] if stack.ndim == 3 else -1)
                for x in found:
                    assert np.isnan(x[1] if stack.ndim == 3 else x).all()
                    assert stack.ndim == 2 or np.isfinite(x[[0, 2]]).all()
                again = arrays(mm.linalg.svd(stack, True, not values_only, errors="nan"))
                assert all(np.array_equal(x, y, equal_nan=True) for x, y in zip(again, found))


def test_what_stands_on_svd_meets_infinity_as_numpy_does() -> None:
    a = np.eye(3)
    a[1, 1] = np.inf
    assert mm.linalg.cond(a) == np.inf
    assert mm.linalg.matrix_rank(a) == 0
    assert np.isnan(mm.linalg.pinv(a)).all()
    a[0, 0] = np.nan
    for function in (mm.linalg.cond, mm.linalg.matrix_rank, mm.linalg.pinv):
        with pytest.raises(LinAlgError):
            function(a)


@pytest.mark.parametrize(("ours", "numpys"), WITH_EVERYTHING)
def test_input_of_every_kind(ours: Callable[..., Any], numpys: Callable[..., Any]) -> None:
    for n in (3, 20, 70):
        a = symmetric(n)["mode 6"]
        before = a.tobytes()
        expected = arrays(ours(a))
        readonly = a.copy()
        readonly.flags.writeable = False
        wide = np.zeros((2 * n, 3 * n))
        wide[::2, ::3] = a
        for variant in (readonly, a.astype(">f8"), np.asfortranarray(a), wide[::2, ::3], a[::-1].copy()[::-1], a.tolist()):
            for x, y in zip(arrays(ours(variant)), expected):
                assert np.array_equal(x, y)
        assert a.tobytes() == before
        constant = np.broadcast_to(np.float64(1.0), (n, n))  # all elements at one address
        values = np.sort(np.abs(arrays(ours(constant))[int(ours.__name__ == "svd")]))
        assert np.abs(values - np.r_[np.zeros(n - 1), n]).max() <= 10 * n * np.finfo(float).eps
        assert all(np.array_equal(x, y) for x, y in zip(arrays(ours(constant)), arrays(ours(np.ones((n, n))))))
        stack = np.broadcast_to(a, (3, n, n))
        for x in arrays(ours(stack)):
            assert np.array_equal(x[0], x[1])
            assert np.array_equal(x[0], x[2])


def test_subclasses_are_numpys_own() -> None:
    matrix = np.eye(2).view(type("Sub", (np.ndarray,), {}))
    assert type(mm.linalg.eigh(matrix).eigenvectors) is type(np.linalg.eigh(matrix).eigenvectors)
    assert type(mm.linalg.svd(matrix).U) is type(np.linalg.svd(matrix).U)
    for function in (mm.linalg.eigh, mm.linalg.svd):
        with pytest.raises(TypeError, match="got Sub"):
            function(matrix, errors="nan")


def test_complex_matrices() -> None:
    rng = np.random.default_rng(5)
    a = rng.standard_normal((3, 4, 4)) + 1j * rng.standard_normal((3, 4, 4))
    a = a + np.swapaxes(a, -1, -2).conj()
    for uplo in "LU":
        for dtype in (np.complex128, np.complex64):
            for x in (a, a[0], np.swapaxes(a, 0, 1).copy().swapaxes(0, 1), a.astype(">c16")):
                b = x.astype(dtype) if x.dtype.byteorder == "=" else x
                w, v = mm.linalg.eigh(b, uplo)
                eps = float(np.finfo(w.dtype).eps)
                assert np.abs(w - np.linalg.eigvalsh(b, uplo)).max() <= 10 * eps * np.abs(w).max()
                assert np.abs(b @ v - v * w[..., None, :]).max() <= 10 * eps * np.abs(w).max()
                assert np.abs(np.swapaxes(v, -1, -2).conj() @ v - np.eye(4)).max() <= 10 * eps
                assert signs_are_canonical(v)
                assert np.abs(mm.linalg.eigvalsh(b, uplo) - w).max() <= 10 * eps * np.abs(w).max()
    for mine, theirs in zip(mm.linalg.svd(a), np.linalg.svd(a)):
        assert np.array_equal(mine, theirs)
    u, s, vh = mm.linalg.svd(a, hermitian=True)
    eps = float(np.finfo(float).eps)
    assert np.abs(u * s[..., None, :] @ vh - a).max() <= 20 * eps * s.max()
    assert np.abs(np.swapaxes(u, -1, -2).conj() @ u - np.eye(4)).max() <= 10 * eps
    assert np.abs(s - np.linalg.svd(a, compute_uv=False)).max() <= 10 * eps * s.max()
    a[1, 2, 2] = np.inf
    w, v, status = mm.linalg.eigh(a, errors="status")
    assert np.array_equal(status, [0, -1, 0])
    assert np.isnan(w[1]).all()
    assert np.isnan(v[1]).all()
    with pytest.raises(TypeError, match="real"):
        mm.linalg.svd(a, driver="jacobi")


@pytest.mark.parametrize("n", [1, 5, 40, 90])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_hermitian_svd(n: int, dtype: type) -> None:
    a = symmetric(max(n, 6), dtype)["mode 6"][:n, :n]
    u, s, vh = mm.linalg.svd(a, hermitian=True)
    assert np.all(s[:-1] >= s[1:])
    assert np.all(s >= 0)
    eps = float(np.finfo(dtype).eps)
    assert np.abs(u * s @ vh - a).max() <= 10 * n * eps * s[0]
    assert np.abs(s - mm.linalg.svdvals(a)).max() <= 10 * n * eps * s[0]
    assert np.abs(s - mm.linalg.svd(a, compute_uv=False, hermitian=True)).max() <= 10 * n * eps * s[0]
    assert np.all(vh[np.arange(n), np.argmax(np.abs(vh), axis=1)] > 0)
    junk = np.where(np.tri(n, dtype=bool), a, np.nan)
    assert np.array_equal(mm.linalg.svd(junk, hermitian=True).U, u)
    a = a.copy()
    a[0, 0] = np.nan
    with pytest.raises(LinAlgError, match="SVD did not converge"):
        mm.linalg.svd(a, hermitian=True)
    assert np.isnan(mm.linalg.svd(a, hermitian=True, errors="nan").S).all()


@pytest.mark.parametrize("uplo", ["L", "U"])
@pytest.mark.parametrize("n", [1, 2, 6, 40, 100])
@pytest.mark.parametrize("name", ["mode 6", "Wilkinson", "degenerate", "identity"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_subsets(name: str, n: int, uplo: str, dtype: type) -> None:
    a = symmetric(max(n, 6), dtype)[name][:n, :n]
    w = mm.linalg.eigh(a, uplo).eigenvalues
    eps = float(np.finfo(dtype).eps)
    tolerance = 10 * n * eps * max(1, float(np.abs(w).max()))
    for first, last in {(0, 0), (0, n - 1), (n - 1, n - 1), (n // 3, n // 2), (n // 2, n - 1)}:
        some, vectors = mm.linalg.eigh(a, uplo, subset_by_index=(first, last))
        assert some.shape == (last - first + 1,)
        assert vectors.shape == (n, last - first + 1)
        assert some.dtype == vectors.dtype == dtype
        assert np.abs(some - w[first : last + 1]).max() <= tolerance
        assert max(eigh_ratios(a, some, vectors)) <= EIGH
        assert np.all(vectors[np.argmax(np.abs(vectors), axis=0), np.arange(len(some))] > 0)
        alone = mm.linalg.eigvalsh(a, uplo, subset_by_index=[first, last])
        assert np.abs(alone - some).max() <= tolerance
    gaps = np.flatnonzero(np.diff(w) > 10 * tolerance)
    for k in gaps[:: max(1, len(gaps) // 3)]:
        middle = float((w[k] + w[k + 1]) / 2)
        below, vectors = mm.linalg.eigh(a, uplo, subset_by_value=(-np.inf, middle))
        assert len(below) == k + 1
        assert vectors.shape == (n, k + 1)
        assert max(eigh_ratios(a, below, vectors)) <= EIGH
        assert len(mm.linalg.eigvalsh(a, uplo, subset_by_value=(middle, np.inf))) == n - k - 1
    nothing = mm.linalg.eigh(a, uplo, subset_by_value=(float(w[-1]) + 1, float(w[-1]) + 2))
    assert nothing.eigenvalues.shape == (0,)
    assert nothing.eigenvectors.shape == (n, 0)


@pytest.mark.parametrize("function", ["eigh", "eigvalsh"])
def test_bad_subsets_have_scipys_errors(function: str) -> None:
    ours, scipys = getattr(mm.linalg, function), getattr(scipy.linalg, function)
    cases: list[dict[str, Any]] = [{"subset_by_index": pair} for pair in ((0, 4), (-1, 2), (2, 1), (1,), (0, 1, 2), 2, "ab")]
    cases += [{"subset_by_value": pair} for pair in ((2, 1), (2, 2), (np.nan, 2), (1, 2, 3), (1,))]
    cases += [{"subset_by_index": (0, 1), "subset_by_value": (0, 1)}]
    for options in cases:
        with pytest.raises(Exception) as expected:
            scipys(np.eye(4), **options)
        with pytest.raises(type(expected.value)):
            ours(np.eye(4), **options)
    with pytest.raises(ValueError, match="two integers"):
        ours(np.eye(3), subset_by_index=(0.5, 1))
    with pytest.raises(ValueError, match="infs or NaNs"):
        ours(np.full((3, 3), np.nan), subset_by_value=(0, 1))
    found = ours(np.full((3, 3), np.nan), subset_by_index=(1, 2))
    assert all(np.isnan(x).all() for x in arrays(found))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.complex64])
@pytest.mark.parametrize("n", [3, 7, 40])
def test_subsets_of_stacks_are_those_of_each_matrix(n: int, dtype: type) -> None:
    rng = np.random.default_rng(6)
    a = rng.standard_normal((2, 3, n, n)) + (1j * rng.standard_normal((2, 3, n, n)) if np.dtype(dtype).kind == "c" else 0)
    a = (a + np.swapaxes(a, -1, -2).conj()).astype(dtype)
    for options in ({"subset_by_index": (1, n - 2)}, {"subset_by_value": (-np.inf, np.inf)}, {"subset_by_value": (1e30, np.inf)}):
        theirs = scipy.linalg.eigh(a, **options)
        for uplo in "LU":
            w, v = mm.linalg.eigh(a, uplo, **options)
            assert (w.shape, v.shape) == (theirs[0].shape, theirs[1].shape)
            assert (w.dtype, v.dtype) == (theirs[0].dtype, theirs[1].dtype)
            tolerance = 40 * n * float(np.finfo(w.dtype).eps)
            np.testing.assert_allclose(w, theirs[0], atol=tolerance)
            values = mm.linalg.eigvalsh(a, uplo, **options)
            np.testing.assert_allclose(values, w, atol=tolerance)
            for index in np.ndindex(2, 3):
                alone = mm.linalg.eigh(a[index], uplo, **options)
                if np.dtype(dtype).kind == "f":
                    assert np.array_equal(alone.eigenvalues, w[index])
                    assert np.array_equal(alone.eigenvectors, v[index])
                assert np.abs(a[index] @ v[index] - v[index] * w[index]).max(initial=0) <= tolerance
    empty = mm.linalg.eigh(np.empty((0, n, n), dtype), subset_by_index=(0, 1))
    assert (empty.eigenvalues.shape, empty.eigenvectors.shape) == ((0, 2), (0, n, 2))


@pytest.mark.parametrize("dtype", [np.float64, np.complex64])
def test_subsets_of_stacks_that_cannot_be_one_array(dtype: type) -> None:
    a = np.stack([np.diag([1.0, 2.0, 3.0]), np.diag([1.0, 5.0, 6.0])]).astype(dtype)
    for function in (mm.linalg.eigh, mm.linalg.eigvalsh):
        with pytest.raises(ValueError, match=rf"{function.__name__}: .*as many eigenvalues.*got \[1, 2\]"):
            function(a, subset_by_value=(0.5, 2.5))
        with pytest.raises(ValueError, match="as many eigenvalues"):
            function(a[:0], subset_by_value=(0.5, 2.5))
        assert np.array_equal(arrays(function(a, subset_by_value=(0.5, 1.5)))[0], [[1.0], [1.0]])
    bad = a.copy()
    bad[1, 2, 2] = np.nan
    with pytest.raises(ValueError, match="infs or NaNs"):
        mm.linalg.eigh(bad, subset_by_value=(0.5, 2.5))
    w, v, status = mm.linalg.eigh(bad, subset_by_index=(0, 1), errors="status")
    assert np.array_equal(status, [0, -1])
    assert np.array_equal(w[0], [1.0, 2.0])
    assert np.isnan(w[1]).all()
    assert np.isnan(v[1]).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
def test_bounds_beyond_and_between_the_numbers_of_float32(dtype: type) -> None:
    a = np.diag([1.0, 2.0, 3.0]).astype(dtype)
    above = float(np.nextafter(2.0, 3.0))  # a number of float64; in float32 it is 2
    for low, high, expected in ((-1e300, 1e300, [1, 2, 3]), (1e300, np.inf, []), (above, 1e39, [3]), (1, above, [2]), (1, 2, [2])):
        assert np.array_equal(mm.linalg.eigvalsh(a, subset_by_value=(low, high)).round(5), expected)
        if dtype is np.float32:
            found = mm.linalg.eigvalsh_tridiagonal(a.diagonal(), np.zeros(2, dtype), "v", (low, high))
            assert np.array_equal(found.round(5), expected)


def test_a_stack_with_a_bad_matrix_is_decomposed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    a = np.random.default_rng(2).standard_normal((5, 6, 6))
    a[3, 2, 1] = np.inf
    calls = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(mm._mlmath, name)

    for module in ("_eigen", "_svd", "_eigen_kernels"):
        monkeypatch.setattr(f"mlmath_native.linalg.{module}._mlmath", Counting())
    for name, (ours, _) in FUNCTIONS.items():
        calls.clear()
        for x in arrays(ours(a)):
            assert np.isnan(x[3]).all()
            assert np.isfinite(x[[0, 1, 2, 4]]).all()
        assert calls == ["_svd" if "svd" in name else "_eigh"]


def test_complex_svd_that_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrix by matrix: NumPy's LinAlgError is about one of the stack."""
    a = np.random.default_rng(3).standard_normal((2, 3, 4, 2)) * (1 + 1j)
    expected = np.linalg.svd(a)
    numpys = np.linalg.svd
    marked = a[1, 0, 0, 0]

    def stubborn(x: Any, *arguments: Any, **options: Any) -> Any:
        if (x == marked).any():
            raise LinAlgError("SVD did not converge")
        return numpys(x, *arguments, **options)

    monkeypatch.setattr(np.linalg, "svd", stubborn)
    for values_only in (False, True):
        with pytest.raises(LinAlgError, match="svd: SVD did not converge"):
            mm.linalg.svd(a, compute_uv=not values_only)
        *found, status = mm.linalg.svd(a, compute_uv=not values_only, errors="status")
        assert np.array_equal(status, [[0, 0, 0], [1, 0, 0]])
        for x, y in zip(found, expected[1:2] if values_only else expected):
            assert np.isnan(x[1, 0]).all()
            np.testing.assert_allclose(np.delete(x.reshape(6, -1), 3, 0), np.delete(y.reshape(6, -1), 3, 0), rtol=1e-13, atol=1e-13)
        again = arrays(mm.linalg.svd(a, compute_uv=not values_only, errors="nan"))
        assert all(np.array_equal(x, y, equal_nan=True) for x, y in zip(again, found))
        single = arrays(mm.linalg.svd(a[1, 0], compute_uv=not values_only, errors="nan"))
        assert all(np.isnan(x).all() for x in single)


def test_results_are_named_tuples_as_numpys() -> None:
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    for ours, theirs in ((mm.linalg.eigh(a), np.linalg.eigh(a)), (mm.linalg.svd(a), np.linalg.svd(a))):
        assert type(ours).__name__ == type(theirs).__name__
        assert ours._fields == theirs._fields
        for copied in (pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours)):
            assert type(copied) is type(ours)
            assert all(np.array_equal(x, y) for x, y in zip(copied, ours))
        for field, x in zip(ours._fields, ours):
            assert getattr(ours, field) is x
        assert mm.linalg.eigh(a, out=(None, None))._fields == ("eigenvalues", "eigenvectors")


def test_sizes_beyond_memory_are_refused_before_they_are_read() -> None:
    """A broadcast scalar is a matrix of 2^40 elements that nobody could read through in a day."""
    a = np.broadcast_to(1.0, (2**28, 2**28))
    for function in (mm.linalg.eigh, mm.linalg.eigvalsh, mm.linalg.svd, mm.linalg.svdvals, mm.linalg.matrix_rank):
        with pytest.raises(MemoryError):
            function(a)
    for options in ({"subset_by_index": (0, 1)}, {"subset_by_value": (0, 1)}):
        with pytest.raises(MemoryError):
            mm.linalg.eigvalsh(a, **options)
    assert mm.linalg.eigvalsh(np.empty((2**20, 0, 0))).shape == (2**20, 0)
