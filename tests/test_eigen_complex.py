# SPDX-License-Identifier: BSD-3-Clause
"""eigh and eigvalsh of complex Hermitian matrices: dtypes, triangles, stacks, subsets, degenerate spectra, NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
from matrix_zoo_eigen import ORDINARY, accept, eigh_ratios, lapack_eigh, signs_are_canonical
from numpy.typing import NDArray

import mlmath_native as mm

DTYPES = ("complex128", "complex64")
ORDERS = [1, 2, 3, 4, 5, 8, 9, 16, 31, 32, 33, 48, 49, 64, 65, 100, 130]


def hermitian_normal(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> NDArray:
    a = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    return ((a + np.swapaxes(a, -1, -2).conj()) / 2).astype(dtype)


def unitary(rng: np.random.Generator, n: int) -> NDArray:
    return np.linalg.qr(rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n)))[0]


def with_spectrum(rng: np.random.Generator, d: NDArray, dtype: Any = np.complex128) -> NDArray:
    q = unitary(rng, len(d))
    a = (q * d) @ q.conj().T
    return ((a + a.conj().T) / 2).astype(dtype)


def check(a: NDArray, *, compare: bool = False) -> None:
    w, v = mm.linalg.eigh(a)
    real = a.real.dtype
    assert (w.dtype, v.dtype) == (real, a.dtype)
    assert (w.shape, v.shape) == (a.shape[:1], a.shape)
    assert np.all(np.diff(w) >= 0)
    assert signs_are_canonical(v)
    accept(eigh_ratios(a, w, v), ORDINARY, lapack_eigh(a) if compare else None)
    size = float(np.abs(w).max(initial=0))
    values = mm.linalg.eigvalsh(a)
    assert values.dtype == real
    assert np.abs(values - w).max(initial=0) <= max(10, len(a)) * float(np.finfo(real).eps) * size


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", ORDERS)
def test_random_on_every_level(isa: str, rng: np.random.Generator, n: int, dtype: str) -> None:
    if isa == "baseline" and n > 33 and n != 49:
        pytest.skip("baseline: the small set")
    check(hermitian_normal(rng, (n, n), dtype), compare=n > 4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 5, 49, 130])
def test_real_matrices_as_complex_ones(rng: np.random.Generator, n: int, dtype: str) -> None:
    """The vectors of a real symmetric matrix are real, and its values those that the real algorithm finds, to rounding."""
    a = hermitian_normal(rng, (n, n), dtype).real
    w, v = mm.linalg.eigh(a.astype(dtype))
    assert not v.imag.any()
    accept(eigh_ratios(a, w, v.real), ORDINARY)
    assert np.abs(w - mm.linalg.eigvalsh(a)).max() <= max(10, n) * float(np.finfo(w.dtype).eps) * np.abs(w).max()
    assert signs_are_canonical(v.real)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 48, 49, 130])
@pytest.mark.parametrize("uplo", ["L", "U", "l", "u"])
def test_one_triangle_is_read_and_the_diagonal_as_real(rng: np.random.Generator, n: int, uplo: str) -> None:
    """As NumPy, whatever the other triangle and the imaginary parts of the diagonal hold."""
    for dtype in DTYPES:
        a = hermitian_normal(rng, (n, n), dtype)
        lower = np.tri(n, dtype=bool)
        junk = np.where(lower if uplo in "lL" else lower.T, a, np.nan + 1j * np.inf).astype(dtype)
        np.fill_diagonal(junk, np.diag(a) + 1j * rng.standard_normal(n))
        w, v = mm.linalg.eigh(junk, uplo)
        assert np.array_equal(mm.linalg.eigvalsh(junk, uplo), mm.linalg.eigvalsh(a, uplo))
        expected = mm.linalg.eigh(a, uplo)
        assert np.array_equal(w, expected.eigenvalues)
        assert np.array_equal(v, expected.eigenvectors)
        accept(eigh_ratios(a, w, v), ORDINARY)
        theirs = np.linalg.eigvalsh(junk, uplo.upper())
        assert np.abs(w - theirs).max(initial=0) <= max(10, n) * float(np.finfo(w.dtype).eps) * np.abs(w).max(initial=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("count", "n"), [(1, 3), (3, 2), (4, 4), (37, 5), (5, 32), (4, 33), (3, 49)])
def test_stacks(rng: np.random.Generator, count: int, n: int, dtype: str) -> None:
    """Every matrix of a stack has the results that it has alone, also in stacks of strange strides."""
    a = hermitian_normal(rng, (count, n, n), dtype)
    w, v = mm.linalg.eigh(a)
    values = mm.linalg.eigvalsh(a)
    for k in range(count):
        one = mm.linalg.eigh(a[k])
        assert np.array_equal(w[k], one.eigenvalues)
        assert np.array_equal(v[k], one.eigenvectors)
        assert np.array_equal(values[k], mm.linalg.eigvalsh(a[k]))
        accept(eigh_ratios(a[k], w[k], v[k]), ORDINARY)
    last = np.moveaxis(np.ascontiguousarray(np.moveaxis(a, 0, -1)), -1, 0)
    gaps = np.repeat(np.repeat(a, 2, axis=0), 3, axis=-1)[::2, :, ::3]
    turned = np.swapaxes(np.swapaxes(a, -1, -2).copy(), -1, -2)
    for other in (last, gaps, turned, a[::-1].copy()[::-1], a.astype(a.dtype.newbyteorder()), a.reshape(1, count, n, n)[0]):
        for threads in (1, 2, 3):
            with mm.threads(threads):
                again = mm.linalg.eigh(other)
            assert np.array_equal(again.eigenvalues, w)
            assert np.array_equal(again.eigenvectors, v)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3, 3), (2, 0, 0), (0, 0, 0), (2, 3, 0, 0)])
def test_nothing(shape: tuple[int, ...]) -> None:
    for dtype in DTYPES:
        ours, theirs = mm.linalg.eigh(np.empty(shape, dtype)), np.linalg.eigh(np.empty(shape, dtype))
        for x, y in zip(ours, theirs):
            assert (x.shape, x.dtype) == (y.shape, y.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 5, 48, 49, 130])
def test_subsets(rng: np.random.Generator, n: int, dtype: str) -> None:
    a = hermitian_normal(rng, (n, n), dtype)
    w, v = mm.linalg.eigh(a)
    slack = max(10, n) * float(np.finfo(w.dtype).eps) * float(np.abs(w).max())
    for first, last in {(0, 0), (n - 1, n - 1), (n // 3, n // 2), (0, n - 1)}:
        some = mm.linalg.eigh(a, subset_by_index=(first, last))
        assert (some.eigenvalues.dtype, some.eigenvectors.dtype) == (w.dtype, v.dtype)
        assert some.eigenvectors.shape == (n, last - first + 1)
        assert np.abs(some.eigenvalues - w[first : last + 1]).max() <= slack
        accept(eigh_ratios(a, *some), ORDINARY)
        assert signs_are_canonical(some.eigenvectors)
        assert np.abs(mm.linalg.eigvalsh(a, subset_by_index=(first, last)) - w[first : last + 1]).max() <= slack
        low, high = float(w[first]) - 5 * slack, float(w[last]) + 5 * slack
        expected = scipy.linalg.eigh(a, subset_by_value=(low, high), eigvals_only=True)
        between = mm.linalg.eigh(a, subset_by_value=(low, high))
        assert between.eigenvalues.shape == expected.shape == (last - first + 1,)
        assert np.abs(between.eigenvalues - expected).max() <= slack
        accept(eigh_ratios(a, *between), ORDINARY)
    nothing = mm.linalg.eigh(a, subset_by_value=(float(w[-1]) + 1, np.inf))
    assert nothing.eigenvalues.shape == (0,)
    assert nothing.eigenvectors.shape == (n, 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 48, 49, 130])
def test_degenerate_spectra(rng: np.random.Generator, n: int, dtype: str) -> None:
    eps = float(np.finfo(dtype).eps)
    for values in ([1, 1, 2, 1e-8, 1e-14], [1], [-1, 1], [0, 1], [1, 1 + 10 * eps, 1 - 10 * eps], [0]):
        d = np.resize(np.asarray(values, float), n)
        a = with_spectrum(rng, d, dtype)
        check(a)
        assert np.abs(mm.linalg.eigvalsh(a) - np.sort(d)).max() <= 10 * n * eps
        check(np.diag(d).astype(dtype))
    u = unitary(rng, n)[:, :1]
    check((u @ u.conj().T).astype(dtype))  # rank one
    check(np.full((n, n), 1, dtype))
    phases = np.exp(2j * np.pi * rng.uniform(size=n))
    check((phases[:, None] * phases.conj()).astype(dtype))
    pauli = np.array([[0, -1j], [1j, 0]])
    check(np.kron(np.eye(-(-n // 2)), pauli)[:n, :n].astype(dtype))  # n / 2 times -1 and 1 by imaginary elements alone


@pytest.mark.parametrize("n", [3, 50, 101])
def test_analytic_spectra(isa: str, n: int) -> None:
    """A ring in a magnetic field: a_{j,j+1} = exp(i phi), closed to a circle; eigenvalues 2 cos(2 pi k / n + phi)."""
    phi = 0.3
    a = np.zeros((n, n), complex)
    for j in range(n):
        a[j, (j + 1) % n] += np.exp(1j * phi)
        a[(j + 1) % n, j] += np.exp(-1j * phi)
    exact = np.sort(2 * np.cos(2 * np.pi * np.arange(n) / n + phi))
    for w in (mm.linalg.eigh(a).eigenvalues, mm.linalg.eigvalsh(a)):
        assert np.abs(w - exact).max() <= 2 * max(10, n) * np.finfo(float).eps
    check(a)


def test_eigenvectors_of_separate_eigenvalues_are_the_exact_ones(rng: np.random.Generator) -> None:
    d = np.array([-3.0, -1.0, 0.5, 2.0, 7.0])
    q = unitary(rng, 5)
    a = (q * d) @ q.conj().T
    w, v = mm.linalg.eigh((a + a.conj().T) / 2)
    largest = q[np.argmax(np.abs(q), axis=0), np.arange(5)]
    assert np.abs(w - d).max() <= 1e-14
    assert np.abs(v - q * (largest.conj() / np.abs(largest))).max() <= 1e-14


@pytest.mark.usefixtures("time_limit")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 5, 33, 49])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity(rng: np.random.Generator, bad: float, n: int, dtype: str) -> None:
    """In the real or the imaginary part, of an element below the diagonal or the diagonal's real part: NaN, the others unharmed."""
    a = hermitian_normal(rng, (5, n, n), dtype)
    good = mm.linalg.eigh(a)
    values = mm.linalg.eigvalsh(a)
    others = [0, 1, 2, 4]
    for place in {(0, 0), (n - 1, 0), (n - 1, n - 1), (n // 2, n // 3)}:
        for part in ("real", "imag") if place[0] != place[1] else ("real",):
            b = a.copy()
            getattr(b, part)[(3, *place)] = bad
            with np.errstate(all="raise"):
                w, v, status = mm.linalg.eigh(b, errors="status")
                alone = mm.linalg.eigvalsh(b)
            assert np.array_equal(status, [0, 0, 0, -1, 0])
            assert np.isnan(w[3]).all()
            assert np.isnan(alone[3]).all()
            assert np.isnan(v[3].real).all()
            for x, y in ((w, good.eigenvalues), (v, good.eigenvectors), (alone, values)):
                assert np.array_equal(x[others], y[others])
            assert np.isnan(mm.linalg.eigh(b[3]).eigenvalues).all()


@pytest.mark.parametrize("n", [3, 60])
def test_out(rng: np.random.Generator, n: int) -> None:
    a = hermitian_normal(rng, (n, n), "complex128")
    expected = mm.linalg.eigh(a)
    places = np.full(n, 7.0), np.full((n, n), 7j).T
    found = mm.linalg.eigh(a, out=places)
    assert found[0] is places[0]
    assert found[1] is places[1]
    assert np.array_equal(places[0], expected.eigenvalues)
    assert np.array_equal(places[1], expected.eigenvectors)
    with pytest.raises(TypeError, match=r"eigh.*cannot be cast"):
        mm.linalg.eigh(a, out=(None, np.empty((n, n))))
    assert np.array_equal(mm.linalg.eigvalsh(a, out=places[0]), places[0])
