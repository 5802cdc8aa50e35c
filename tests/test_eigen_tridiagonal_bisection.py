# SPDX-License-Identifier: BSD-3-Clause
"""Some eigenpairs of symmetric tridiagonal matrices, as the kernel gives them: glued, clustered, split, graded; threads; counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native import _mlmath


def _wilkinson(m: int) -> tuple[np.ndarray, np.ndarray]:
    return np.abs(np.arange(-m, m + 1.0)), np.ones(2 * m)


def _glued(copies: int, glue: float) -> tuple[np.ndarray, np.ndarray]:
    d, e = _wilkinson(10)
    return np.tile(d, copies), np.append(np.tile(np.append(e, glue), copies - 1), e)


def _graded(n: int) -> tuple[np.ndarray, np.ndarray]:
    return 10.0 ** -np.linspace(0, 12, n), 0.3 * 10.0 ** -np.linspace(0, 12, n - 1)


RNG = np.random.default_rng(11)
MATRICES = {
    "random": (RNG.standard_normal(150), RNG.standard_normal(149)),
    "toeplitz": (np.full(120, 2.0), np.full(119, -1.0)),
    "wilkinson": _wilkinson(50),
    "glued": _glued(8, 1e-8),
    "glued tightly": _glued(8, 1e-14),
    "clement": (np.zeros(100), np.sqrt(np.arange(1.0, 100) * np.arange(99.0, 0, -1))),
    "split": (RNG.standard_normal(90), np.where(np.arange(89) % 5 == 0, 0, RNG.standard_normal(89))),
    "graded": _graded(60),
    "planes": (np.zeros(60), 10.0 ** -RNG.uniform(0, 10, 59)),  # of values +-w far below the resolution
    "one": (np.array([3.0]), np.zeros(0)),
    "huge": (1e300 * RNG.standard_normal(40), 1e300 * RNG.standard_normal(39)),
    "tiny": (1e-300 * RNG.standard_normal(40), 1e-300 * RNG.standard_normal(39)),
}


def _dense(d: np.ndarray, e: np.ndarray) -> np.ndarray:
    return np.diag(d) + np.diag(e, 1) + np.diag(e, -1)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [*((name, np.float64) for name in MATRICES), *((name, np.float32) for name in MATRICES if name not in ("huge", "tiny"))],
)
def test_values_and_vectors(isa: str, name: str, dtype: Any) -> None:
    d, e = (x.astype(dtype) for x in MATRICES[name])
    scale = float(np.abs(d).max()) or 1.0
    t = _dense(d.astype(float), e.astype(float)) / scale
    norm, eps, n = np.abs(t).sum(axis=0).max(), float(np.finfo(dtype).eps), len(d)
    expected = np.linalg.eigvalsh(t)
    for first, last in ((0, n), (n // 3, n // 2 + 1), (n - 1, n), (0, 1)):
        w, none = _mlmath._eigh_tridiagonal(d, e, False, first, last)
        assert none is None
        assert w.dtype == dtype
        assert (np.diff(w) >= 0).all()
        # LAPACK's own error beside that of a count.
        np.testing.assert_allclose(w.astype(float) / scale, expected[first:last], rtol=0, atol=eps * norm * 2 + n * 2.3e-16 * norm)
        count = min(last - first, 30)
        w, z = _mlmath._eigh_tridiagonal(d, e, True, first, first + count)
        assert z is not None
        v = z.astype(float)
        assert np.linalg.norm(t @ v - v * (w.astype(float) / scale), axis=0).max() <= eps * norm * (4 + 2 * np.sqrt(n))
        assert np.abs(v.T @ v - np.eye(count)).max() <= eps * (1000 + n)
        assert (np.take_along_axis(z, np.abs(z).argmax(axis=0)[None], axis=0) > 0).all()


def test_threads_and_strides_do_not_matter() -> None:
    d, e = MATRICES["random"]
    expected = _mlmath._eigh_tridiagonal(d, e, True, 40, 90)
    for threads in (1, 2, 3):
        with mm.system.threads(threads):
            w, z = _mlmath._eigh_tridiagonal(np.repeat(d, 2)[::2], e[::-1].copy()[::-1], True, 40, 90)
        assert np.array_equal(w, expected[0])
        assert np.array_equal(z, expected[1])


@pytest.mark.parametrize("name", MATRICES)
def test_counts(name: str) -> None:
    d, e = MATRICES[name]
    scale, n = float(np.abs(d).max()) or 1.0, len(d)
    w = np.linalg.eigvalsh(_dense(d, e) / scale)
    middles = (w[1:] + w[:-1])[np.diff(w) > 1e-12 * np.abs(w).max()] / 2
    for x in middles:
        assert _mlmath._tridiagonal_count(d, e, x * scale) == (w < x).sum()
    assert _mlmath._tridiagonal_count(d, e, np.inf) == n
    assert _mlmath._tridiagonal_count(d, e, -np.inf) == 0


def test_nan_gives_nan_and_bad_sizes_are_refused() -> None:
    d, e = np.ones(5), np.ones(4)
    for bad in (np.nan, np.inf):
        d[2] = bad
        assert np.isnan(_mlmath._eigh_tridiagonal(d, e, False, 0, 5)[0]).all()
    for arguments in ((np.ones(5), np.ones(5), False, 0, 5), (np.ones(5), e, False, 0, 6), (np.ones(5), e, False, 3, 2)):
        with pytest.raises(ValueError, match="do not fit"):
            _mlmath._eigh_tridiagonal(*arguments)
    assert _mlmath._eigh_tridiagonal(np.zeros(0), np.zeros(0), True, 0, 0)[0].shape == (0,)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [name for name in MATRICES if name not in ("huge", "tiny")])
def test_counts_around_every_eigenvalue(name: str, dtype: Any) -> None:
    """Of the k-th eigenvalue: at most k below it less what rounding leaves open, more than k below it and that."""
    d, e = (x.astype(dtype) for x in MATRICES[name])
    n = len(d)
    slack = 2 * float(np.finfo(dtype).eps) * float(np.abs(_dense(d, e)).sum(axis=0).max())
    ways = {
        "bisection": _mlmath._eigh_tridiagonal(d, e, False, 0, n // 2)[0],
        "all": mm.linalg.eigvalsh_tridiagonal(d, e),
        "with vectors": mm.linalg.eigh_tridiagonal(d, e)[0],
    }
    for way, w in ways.items():
        # A count is exact of a matrix that differs by roundings of its elements; QL and divide and conquer add theirs.
        allowed = slack * (1 if way == "bisection" else max(5, n / 4))
        for k in range(len(w)):
            assert _mlmath._tridiagonal_count(d, e, float(w[k]) - allowed) <= k, (way, k)
            assert _mlmath._tridiagonal_count(d, e, float(w[k]) + allowed) > k, (way, k)
    points = np.sort(np.concatenate([np.nextafter(ways["all"], -np.inf), ways["all"], np.nextafter(ways["all"], np.inf)]))
    counts = [_mlmath._tridiagonal_count(d, e, float(x)) for x in points]
    assert counts == sorted(counts), "a count never falls where the shift grows"
