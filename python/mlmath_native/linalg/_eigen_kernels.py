# SPDX-License-Identifier: BSD-3-Clause
"""The one place where the facade meets the kernels of the eigen family; svd of complex matrices goes to NumPy's own code here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

from .. import _mlmath

__all__: list[str] = []

Array = NDArray[Any]


def eigh(a: Array, lower: bool, vectors: bool, out: Any = None) -> tuple[Array, Array | None, Array]:
    """(w, v or None, info): info is 0, -1 where the triangle has NaN or infinity, positive where nothing converged.

    The result is in `out` (for which the caller asks with `into` all the same) when the kernel can write there.
    """
    w, v, info = _mlmath._eigh(a, lower, vectors, out)
    return w, v, _status(a, info)


def _status(a: Array, info: Array | None) -> Array:
    return np.zeros(a.shape[:-2], np.int32) if info is None else info


def eigh_by_index(
    a: Array, lower: bool, vectors: bool, first: int, last: int, out: Any = None
) -> tuple[Array, Array | None, Array]:
    """As `eigh`: eigenvalues number first to last, last included; of a stack matrix by matrix, with the bits of each alone."""
    if a.dtype.kind == "c":
        w, v, info = eigh(a, lower, vectors)
        return w[..., first : last + 1].copy(), None if v is None else v[..., first : last + 1].copy(), info
    if a.ndim == 2:
        w, v, failed = _mlmath._eigh_subset(a, lower, vectors, False, first, last + 1, out)
        return w, v, np.asarray(failed, np.int32)
    front, n, count = a.shape[:-2], a.shape[-1], last + 1 - first
    dtype = np.float32 if a.dtype.char == "f" else np.float64
    w, info = np.empty((*front, count), dtype), np.zeros(front, np.int32)
    v = np.empty((*front, n, count), dtype) if vectors else None
    for index in np.ndindex(front):
        place = w[index] if v is None else (w[index], v[index])
        info[index] = _mlmath._eigh_subset(a[index], lower, vectors, False, first, last + 1, place)[2]
    return w, v, info


def eigh_by_value(
    a: Array, lower: bool, vectors: bool, low: float, high: float, out: Any = None
) -> tuple[Array, Array | None, Array, list[int]]:
    """As `eigh_by_index`, eigenvalues in (low, high]; and how many each matrix has: w and v are of no use where they differ."""
    if a.ndim == 2 and a.dtype.kind != "c":
        w, v, failed = _mlmath._eigh_subset(a, lower, vectors, True, low, high, out)
        return w, v, np.asarray(failed, np.int32), [len(w)]
    front, n = a.shape[:-2], a.shape[-1]
    if a.dtype.kind == "c":
        w, v, info = eigh(a, lower, vectors)
        found = (w.astype(np.float64) > low) & (w.astype(np.float64) <= high)  # the bounds need not be numbers of w's dtype
        counts = [int(k) for k in np.count_nonzero(found, axis=-1).ravel()]
        if len(set(counts)) > 1:
            return w, v, info, counts
        count = counts[0] if counts else 0
        rows = None if v is None else np.swapaxes(v, -1, -2)[found].reshape(*front, count, n)
        return w[found].reshape(*front, count), None if rows is None else np.swapaxes(rows, -1, -2).copy(), info, counts
    each = [_mlmath._eigh_subset(a[index], lower, vectors, True, low, high) for index in np.ndindex(front)]
    info = np.array([failed for *_, failed in each], np.int32).reshape(front)
    counts = [len(w) for w, *_ in each]
    if len(set(counts)) != 1:
        return np.empty(0), None, info, counts
    w = np.stack([w for w, *_ in each]).reshape(*front, counts[0])
    return w, np.stack([np.asarray(v) for _, v, _ in each]).reshape(*front, n, counts[0]) if vectors else None, info, counts


def svd(a: Array, compute_uv: bool, full_matrices: bool, driver: str | None, out: Any, function: str) -> tuple[Array, ...]:
    """(u, s, vt, info) or (s, info); info and `out` as in `eigh`, for whose errors the function is named."""
    if a.dtype.kind == "c":
        return _complex_svd(a, compute_uv, full_matrices)
    if driver is None:
        *found, info = _mlmath._svd(a, compute_uv, full_matrices, 0, out, function)
        return (*found, _status(a, info))
    return _by_rotations(a, compute_uv, full_matrices)


def _by_rotations(a: Array, compute_uv: bool, full_matrices: bool) -> tuple[Array, ...]:
    """Large rows first: reflections of a column whose largest element is not among the first lose the digits of small rows.

    [Higham2002, sec. 19.4]; of the transpose where that is the tall one.
    """
    axis = -2 if a.shape[-2] >= a.shape[-1] else -1
    size = np.abs(a).max(axis=-1 if axis == -2 else -2)
    order = np.argsort(-size if size.dtype.kind == "f" else -size.astype(np.float64), axis=-1, kind="stable")
    places = np.expand_dims(order, -1 if axis == -2 else -2)
    found = _mlmath._svd(np.take_along_axis(a, places, axis), compute_uv, full_matrices, 1)
    if compute_uv:
        result = found[0] if axis == -2 else found[2]
        np.put_along_axis(result, places, result.copy(), axis)
        _turn(found[0], found[2], found[1].shape[-1])  # which of equal components is the first has changed
    return (*found[:-1], _status(a, found[-1]))


def _turn(u: Array, vt: Array, order: int) -> None:
    """In place: in every row of V^T the first component of largest magnitude is positive; in what completes U likewise."""
    sign = _signs(vt, -1)
    vt *= sign
    u[..., :order] *= np.swapaxes(sign, -1, -2)[..., :order]
    if u.shape[-1] > order:
        u[..., order:] *= _signs(u[..., order:], -2)


def _signs(v: Array, axis: int) -> Array:
    largest = np.take_along_axis(v, np.argmax(np.abs(v), axis=axis, keepdims=True), axis)
    return np.where(largest < 0, -1, 1).astype(v.dtype)


def eigh_tridiagonal(
    function: str, d: Array, e: Array, vectors: bool, first: int, last: int, out: Any, finite: bool
) -> tuple[Array, Array | None] | None:
    """(w, v or None), or None when there is no convergence: eigenvalues number first to last, last included.

    finite: d and e are known to be, otherwise they are looked at.
    """
    if finite or (np.isfinite(d).all() and np.isfinite(e).all()):
        return _mlmath._eigh_tridiagonal(d, e, vectors, first, last + 1, out, function)
    w = np.full(last + 1 - first, np.nan, d.dtype)
    return w, np.full((len(d), len(w)), np.nan, d.dtype) if vectors else None


def tridiagonal_range(d: Array, e: Array, low: float, high: float) -> tuple[int, int]:
    """Numbers of the first and the last eigenvalue in (low, high]; the last is one less than the first where there is none."""
    first, behind = (_mlmath._tridiagonal_count(d, e, _next_above(x, d.dtype)) for x in (low, high))
    return first, behind - 1


def _next_above(x: float, dtype: Any) -> float:
    """The smallest number of the dtype that is larger than x: what is below it is at most x."""
    with np.errstate(over="ignore", under="ignore"):  # a bound beyond the dtype's numbers is as good as infinity
        nearest = np.asarray(x, dtype)
        return float(nearest) if float(nearest) > x else float(np.nextafter(nearest, np.asarray(np.inf, dtype)))


def _complex_svd(a: Array, compute_uv: bool, full_matrices: bool) -> tuple[Array, ...]:
    """NumPy's own; of matrices with NaN or infinity NaN, without asking NumPy, which may never return."""
    bad = np.asarray(~np.isfinite(a).all(axis=(-2, -1)))
    good = np.where(bad[..., None, None], 0, a) if bad.any() else a
    info = np.asarray(-bad.astype(np.int32))
    try:
        found = _numpys_svd(good, compute_uv, full_matrices)
    except LinAlgError:  # one of them has not converged: which
        found = _numpys_svd(np.zeros_like(good), compute_uv, full_matrices)
        for index in np.ndindex(a.shape[:-2]):
            try:
                for x, y in zip(found, _numpys_svd(good[index], compute_uv, full_matrices)):
                    x[index] = y
            except LinAlgError:
                info[index] = 1
    for x in found:
        x[info != 0] = np.nan
    return (*found, info)


def _numpys_svd(a: Array, compute_uv: bool, full_matrices: bool) -> tuple[Array, ...]:
    return tuple(np.linalg.svd(a, full_matrices)) if compute_uv else (np.linalg.svd(a, compute_uv=False),)
