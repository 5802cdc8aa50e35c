# SPDX-License-Identifier: BSD-3-Clause
"""The iterations with their histories: what Jacobi's sweeps and QL's leave, the orders of convergence, what is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import mlmath_native as mm

DTYPES = (np.float64, np.float32)


def normal(rng: np.random.Generator, n: int, dtype: type = np.float64) -> NDArray:
    a = rng.standard_normal((n, n)).astype(dtype)
    return (a + a.T) / dtype(2)


def off(a: NDArray) -> float:
    return float(np.linalg.norm(a - np.diag(np.diag(a))))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 33, 150])
def test_jacobi_history(isa: str, rng: np.random.Generator, n: int, dtype: type) -> None:
    a = normal(rng, n, dtype)
    result = mm.study.jacobi_eigh(a, trace=True)
    history, angles, rotations = result.off_history, result.angle_history, result.rotation_history
    assert history is not None
    assert angles is not None
    assert rotations is not None
    if n == 0:
        assert len(result.eigenvalues) == 0
        return
    assert len(history) == result.sweeps + 1
    assert len(angles) == len(rotations) == result.sweeps
    eps = float(np.finfo(dtype).eps)
    assert history[0] == pytest.approx(off(a.astype(np.float64)), rel=10 * n * eps)
    assert np.all(np.diff(history) <= 0)
    assert history[-1] <= n * n * eps * max(1.0, float(np.abs(result.eigenvalues).max()))
    assert np.all((angles > 0) & (angles <= np.pi / 4 * (1 + 4 * eps)))
    assert np.all((rotations > 0) & (rotations <= n * (n - 1) // 2))
    assert n < 3 or rotations[0] == n * (n - 1) // 2
    v = result.eigenvectors.astype(np.float64)
    assert np.abs(a @ v - v * result.eigenvalues).max() <= 10 * n * eps * np.abs(a).sum(axis=0).max()
    plain = mm.study.jacobi_eigh(a)
    assert plain.off_history is plain.angle_history is plain.rotation_history is None
    assert np.array_equal(plain.eigenvectors, result.eigenvectors)


def test_jacobi_history_does_not_depend_on_threads(rng: np.random.Generator) -> None:
    a = normal(rng, 140)
    found = set()
    for threads in (1, 2, 3):
        with mm.threads(threads):
            r = mm.study.jacobi_eigh(a, trace=True)
            assert r.off_history is not None
            assert r.angle_history is not None
            assert r.rotation_history is not None
            found.add((r.eigenvectors.tobytes(), r.off_history.tobytes(), r.angle_history.tobytes(), r.rotation_history.tobytes()))
    assert len(found) == 1


def test_a_sweep_squares_what_is_left(rng: np.random.Generator) -> None:
    """off' <= off^2 / gap [GolubVanLoan2013, sec. 8.5.3] once off is small against the gap; here it is 1."""
    q = np.linalg.qr(rng.standard_normal((40, 40)))[0]
    a = (q * np.arange(1.0, 41.0)) @ q.T
    history = mm.study.jacobi_eigh((a + a.T) / 2, trace=True).off_history
    assert history is not None
    near = [(x, y) for x, y in itertools.pairwise(history) if 1e-6 < x < 0.25]
    assert near
    assert all(y <= x * x for x, y in near)


def test_one_rotation_is_enough_for_two_rows() -> None:
    result = mm.study.jacobi_eigh([[1.0, 1.0], [1.0, 1.0]], trace=True)
    assert result.sweeps == 1
    assert result.off_history is not None
    assert np.array_equal(result.off_history, [np.sqrt(2.0), 0.0])
    assert result.angle_history is not None
    assert result.angle_history[0] == pytest.approx(np.pi / 4, rel=1e-15)
    assert mm.study.jacobi_eigh(np.diag([3.0, 1.0, 2.0])).sweeps == 0


def test_jacobi_history_is_that_of_the_unscaled_matrix(rng: np.random.Generator) -> None:
    a = normal(rng, 20)
    one, scaled = (mm.study.jacobi_eigh(x, trace=True).off_history for x in (a, np.ldexp(a, 300)))
    assert one is not None
    assert scaled is not None
    assert np.array_equal(np.ldexp(one, 300), scaled)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3, 30, 100])
def test_ql_history(rng: np.random.Generator, n: int, dtype: type) -> None:
    d, e = rng.standard_normal(n).astype(dtype), rng.standard_normal(max(0, n - 1)).astype(dtype)
    result = mm.study.tridiagonal_ql(d, e, trace=True)
    assert result.eigenvalues.dtype == dtype
    assert result.histories is not None
    assert len(result.histories) == n - 1
    assert sum(len(h) - 1 for h in result.histories) == result.sweeps
    eps = float(np.finfo(dtype).eps)
    dense = np.diag(d.astype(float)) + np.diag(e.astype(float), 1) + np.diag(e.astype(float), -1)
    assert np.abs(result.eigenvalues - np.linalg.eigvalsh(dense)).max() <= 5 * n * eps * np.abs(dense).sum(axis=0).max()
    assert all(h[-1] <= eps * np.abs(dense).sum(axis=0).max() for h in result.histories)
    assert mm.study.tridiagonal_ql(d, e).histories is None
    if n > 1:
        assert result.histories[0][0] == abs(e[0])


def test_the_element_beside_goes_by_the_third_power() -> None:
    """Of a matrix with eigenvalues well apart: |e'| <= |e|^3 once it is small, with the gaps near one."""
    n = 20
    histories = mm.study.tridiagonal_ql(np.arange(1.0, n + 1), np.full(n - 1, 0.5), trace=True).histories
    assert histories is not None
    pairs = [(x, y) for h in histories for x, y in itertools.pairwise(h) if 1e-5 < x < 0.1]
    assert len(pairs) >= n // 2
    assert all(y <= x**3 for x, y in pairs)


def test_what_is_refused() -> None:
    nan = np.array([[1.0, 0.0], [np.nan, 1.0]])
    with pytest.raises(ValueError, match="jacobi_eigh: the lower triangle of a must be finite"):
        mm.study.jacobi_eigh(nan)
    assert mm.study.jacobi_eigh(nan.T).sweeps == 0  # the upper triangle is not read
    with pytest.raises(LinAlgError, match=r"jacobi_eigh: a must be a square matrix, got shape \(2, 3\)"):
        mm.study.jacobi_eigh(np.ones((2, 3)))
    with pytest.raises(TypeError, match="jacobi_eigh: a must be of real numbers"):
        mm.study.jacobi_eigh(np.eye(2) * 1j)
    with pytest.raises(ValueError, match=r"tridiagonal_ql: e must have shape \(2,\), got \(3,\)"):
        mm.study.tridiagonal_ql(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="tridiagonal_ql: d must be a vector"):
        mm.study.tridiagonal_ql(np.eye(3), np.ones(2))
    with pytest.raises(ValueError, match="tridiagonal_ql: e must be finite"):
        mm.study.tridiagonal_ql(np.ones(3), [1.0, np.inf])
    with pytest.raises(TypeError, match="tridiagonal_ql: d must be of real numbers"):
        mm.study.tridiagonal_ql(["a"], [])
