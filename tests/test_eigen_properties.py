# SPDX-License-Identifier: BSD-3-Clause
"""What holds for every matrix, tried on those that Hypothesis thinks of: shapes, layouts, scales, repeated and zero elements."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix_zoo_eigen import ORDINARY, eigh_ratios, norm, product, signs_are_canonical, svd_ratios
from numpy.typing import NDArray

import mlmath_native as mm

DTYPES = st.sampled_from([np.float64, np.float32])
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def matrices(draw: st.DrawFn, *, symmetric: bool = False, most: int = 40) -> NDArray:
    """Entries of a few values or normal ones, some rows copied or zero, graded or not, of a scale, in some layout."""
    m = draw(st.integers(1, most))
    n = m if symmetric else draw(st.integers(1, most))
    dtype = draw(DTYPES)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(["normal", "signs", "low rank", "diagonal", "graded", "equal"]))
    a = rng.standard_normal((m, n))
    if kind == "signs":
        a = rng.integers(-1, 2, (m, n)).astype(float)
    elif kind == "low rank":
        a = rng.integers(-2, 3, (m, 2)).astype(float) @ rng.integers(-2, 3, (2, n))
    elif kind == "diagonal":
        a = np.diag(rng.integers(-2, 3, max(m, n)).astype(float))[:m, :n]
    elif kind == "graded":
        a = a * 10.0 ** -rng.uniform(0, 6, (m, 1))
    elif kind == "equal":
        a = np.full((m, n), rng.standard_normal())
    if symmetric:
        a = np.tril(a) + np.tril(a, -1).T
    scale = draw(st.integers(-900, 900) if dtype == np.float64 else st.integers(-80, 80))
    a = np.ldexp(a, scale).astype(dtype)
    return layout(draw(st.integers(0, 4)), a)


def layout(which: int, a: NDArray) -> NDArray:
    m, n = a.shape
    if which == 1:
        return np.asfortranarray(a)
    if which == 2:
        wide = np.full((2 * m, 3 * n), np.nan, a.dtype)
        wide[::2, ::3] = a
        return wide[::2, ::3]
    if which == 3:
        return a[::-1, ::-1].copy()[::-1, ::-1]
    if which == 4:
        raw = np.zeros(a.nbytes + 1, np.uint8)
        view: Any = raw[1:].view(a.dtype).reshape(a.shape)
        view[...] = a
        return view
    return a


def close(x: NDArray, y: NDArray, size: float, roundings: float) -> bool:
    """|x - y| <= roundings eps size, and what the smallest numbers of the dtype cannot resolve."""
    info = np.finfo(x.dtype)
    difference = np.abs(x.astype(np.longdouble) - y.astype(np.longdouble)).max(initial=0)
    return bool(difference <= roundings * float(info.eps) * np.longdouble(size) + np.longdouble(info.smallest_subnormal))


@EXAMPLES
@given(matrices(symmetric=True))
def test_eigh(a: NDArray) -> None:
    before = a.tobytes()
    w, v = mm.linalg.eigh(a)
    n, size = len(a), norm(a.astype(np.longdouble))
    assert np.all(w[:-1] <= w[1:])
    assert signs_are_canonical(v)
    assert max(eigh_ratios(a, w, v)) <= ORDINARY
    long_w = w.astype(np.longdouble)
    trace = np.diag(a).astype(np.longdouble).sum()
    assert abs(long_w.sum() - trace) <= n * (ORDINARY * np.finfo(a.dtype).eps * size + np.finfo(a.dtype).smallest_subnormal)
    frobenius = np.sqrt((a.astype(np.longdouble) ** 2).sum())
    assert abs(np.sqrt((long_w**2).sum()) - frobenius) <= ORDINARY * n * np.finfo(a.dtype).eps * frobenius
    assert close(mm.linalg.eigvalsh(a), w, size, max(ORDINARY, n))
    assert close(mm.linalg.eigvalsh(a, "U"), w, size, max(ORDINARY, n))
    assert close(-mm.linalg.eigvalsh(-a)[::-1], w, size, max(ORDINARY, n))
    assert close(np.sort(np.abs(w))[::-1], mm.linalg.svdvals(a), size, max(ORDINARY, n))
    permuted = np.random.default_rng(n).permutation(n)
    assert close(mm.linalg.eigvalsh(a[permuted][:, permuted]), w, size, max(ORDINARY, n))
    assert a.tobytes() == before


@EXAMPLES
@given(matrices(symmetric=True), st.data())
def test_subsets_are_parts_of_the_whole(a: NDArray, data: st.DataObject) -> None:
    n = len(a)
    first = data.draw(st.integers(0, n - 1))
    last = data.draw(st.integers(first, n - 1))
    w = mm.linalg.eigvalsh(a)
    some, v = mm.linalg.eigh(a, subset_by_index=(first, last))
    assert v.shape == (n, last - first + 1)
    assert np.all(some[:-1] <= some[1:])
    assert close(some, w[first : last + 1], norm(a.astype(np.longdouble)), max(ORDINARY, n))
    assert max(eigh_ratios(a, some, v)) <= ORDINARY
    assert signs_are_canonical(v)


@EXAMPLES
@given(matrices(), st.sampled_from([None, "jacobi"]))
def test_svd(a: NDArray, driver: str | None) -> None:
    before = a.tobytes()
    u, s, vt = mm.linalg.svd(a, driver=driver)
    (m, n), p, size = a.shape, min(a.shape), float(norm(a.astype(np.longdouble)))
    assert (u.shape, s.shape, vt.shape) == ((m, m), (p,), (n, n))
    assert np.all(s >= 0)
    assert np.all(s[:-1] >= s[1:])
    assert signs_are_canonical(vt.T)
    assert signs_are_canonical(u[:, p:])
    assert max(svd_ratios(a, u, s, vt)) <= ORDINARY
    roundings = max(ORDINARY, m, n)
    frobenius, squares = (float(np.sqrt((x.astype(np.longdouble) ** 2).sum()) / (size or 1)) for x in (a, s))
    assert abs(squares - frobenius) <= 2 * roundings * float(np.finfo(a.dtype).eps) * frobenius
    thin = mm.linalg.svd(a, full_matrices=False, driver=driver)
    assert (thin.U.shape, thin.Vh.shape) == ((m, p), (p, n))
    assert max(svd_ratios(a, *thin)) <= ORDINARY
    assert close(thin.S, s, size, roundings)
    assert close(mm.linalg.svdvals(a, driver=driver), s, size, roundings)
    turned = mm.linalg.svd(a.T, full_matrices=False, driver=driver)
    assert close(turned.S, s, size, roundings)
    assert max(svd_ratios(a, turned.Vh.T, turned.S, turned.U.T)) <= ORDINARY
    assert close(mm.linalg.svdvals(-a, driver=driver), s, size, roundings)
    assert a.tobytes() == before


@EXAMPLES
@given(matrices(most=20), st.integers(1, 6))
def test_a_matrix_and_its_stack(a: NDArray, count: int) -> None:
    """All copies in a stack have one result, close to that of the matrix alone."""
    stack = np.broadcast_to(a, (count, *a.shape))
    u, s, vt = mm.linalg.svd(stack, full_matrices=False)
    for x in (u, s, vt):
        assert all(np.array_equal(one, x[0]) for one in x)
    assert max(svd_ratios(a, u[0], s[0], vt[0])) <= ORDINARY
    assert signs_are_canonical(vt[0].T)
    assert close(s[0], mm.linalg.svdvals(a), norm(a.astype(np.longdouble)), max(ORDINARY, *a.shape))


@EXAMPLES
@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(0, 30),
    DTYPES,
    st.integers(0, 2**32),
    st.integers(-60, 60),
    st.integers(0, 4),
)
def test_pseudo_inverse(m: int, n: int, rank: int, dtype: type, seed: int, scale: int, which: int) -> None:
    """Moore's and Penrose's four conditions, of matrices of every rank with singular values from 1 to 8."""
    rng = np.random.default_rng(seed)
    rank = min(rank, m, n)
    left, right = (np.linalg.qr(rng.standard_normal((k, k)))[0][:, :rank] for k in (m, n))
    a = layout(which, np.ldexp((left * rng.uniform(1, 8, rank)) @ right.T, scale).astype(dtype))
    eps = float(np.finfo(dtype).eps)
    x = mm.linalg.pinv(a, rcond=100 * eps)
    assert x.dtype == dtype
    assert x.shape == (n, m)
    ax, xa = product(a, x), product(x, a)
    # The condition is at most 8, and A itself is of that rank to rounding only: its error meets X twice.
    allowed = 200 * max(m, n) * eps
    size, inverse = float(np.abs(a).max()), float(np.abs(x).max())
    assert np.abs(product(ax, a) - a).max() <= allowed * size
    assert np.abs(product(xa, x) - x).max() <= allowed * inverse
    assert np.abs(ax - ax.T).max() <= allowed
    assert np.abs(xa - xa.T).max() <= allowed
    assert abs(float(np.trace(ax)) - rank) <= allowed * max(1, rank)
