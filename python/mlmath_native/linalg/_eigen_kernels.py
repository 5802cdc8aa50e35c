# SPDX-License-Identifier: BSD-3-Clause
"""The one place where the facade meets the kernels of the eigen family; svd of complex matrices goes to NumPy's own code here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _mlmath

__all__: list[str] = []

Array = NDArray[Any]


def eigh(a: Array, lower: bool, vectors: bool) -> tuple[Array, Array | None, Array]:
    """(w, v or None, info): info is 0, -1 where the triangle has NaN or infinity, positive where nothing converged."""
    w, v, info = _mlmath._eigh(a, lower, vectors)
    return w, v, _status(a, info)


def _status(a: Array, info: Array | None) -> Array:
    return np.zeros(a.shape[:-2], np.int32) if info is None else info


def eigh_by_index(a: Array, lower: bool, vectors: bool, first: int, last: int) -> tuple[Array, Array | None, Array]:
    """As `eigh`: eigenvalues number first to last, last included, of one matrix."""
    if a.dtype.kind == "c":
        w, v, info = eigh(a, lower, vectors)
        return w[first : last + 1].copy(), None if v is None else v[:, first : last + 1].copy(), info
    w, v, failed = _mlmath._eigh_subset(a, lower, vectors, False, first, last + 1)
    return w, v, np.asarray(failed, np.int32)


def eigh_by_value(a: Array, lower: bool, vectors: bool, low: float, high: float) -> tuple[Array, Array | None, Array]:
    """As `eigh`: eigenvalues in (low, high] of one matrix."""
    if a.dtype.kind == "c":
        w, v, info = eigh(a, lower, vectors)
        found = (w > low) & (w <= high)
        return w[found], None if v is None else v[:, found], info
    w, v, failed = _mlmath._eigh_subset(a, lower, vectors, True, low, high)
    return w, v, np.asarray(failed, np.int32)


def svd(a: Array, compute_uv: bool, full_matrices: bool, driver: str | None) -> tuple[Array, ...]:
    """(u, s, vt, info) or (s, info); info as in `eigh`."""
    if a.dtype.kind == "c":
        return _complex_svd(a, compute_uv, full_matrices)
    if driver is None:
        *found, info = _mlmath._svd(a, compute_uv, full_matrices, 0)
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


def eigh_tridiagonal(d: Array, e: Array, vectors: bool, first: int, last: int) -> tuple[Array, Array | None]:
    """(w, v or None): eigenvalues number first to last, last included."""
    if np.isfinite(d).all() and np.isfinite(e).all():
        return _mlmath._eigh_tridiagonal(d, e, vectors, first, last + 1)
    w = np.full(last + 1 - first, np.nan, d.dtype)
    return w, np.full((len(d), len(w)), np.nan, d.dtype) if vectors else None


def tridiagonal_range(d: Array, e: Array, low: float, high: float) -> tuple[int, int]:
    """Numbers of the first and the last eigenvalue in (low, high]; the last is one less than the first where there is none."""
    first, behind = (_mlmath._tridiagonal_count(d, e, _next_above(x, d.dtype)) for x in (low, high))
    return first, behind - 1


def _next_above(x: float, dtype: Any) -> float:
    """The smallest number of the dtype that is larger than x: what is below it is at most x."""
    nearest = np.asarray(x, dtype)
    return float(nearest) if float(nearest) > x else float(np.nextafter(nearest, np.asarray(np.inf, dtype)))


def _complex_svd(a: Array, compute_uv: bool, full_matrices: bool) -> tuple[Array, ...]:
    """NumPy's own; of matrices with NaN or infinity NaN, without asking NumPy, which may never return."""
    bad = np.asarray(~np.isfinite(a).all(axis=(-2, -1)))
    good = np.where(bad[..., None, None], 0, a) if bad.any() else a
    found = np.linalg.svd(good, full_matrices) if compute_uv else (np.linalg.svd(good, compute_uv=False),)
    for x in found:
        x[bad] = np.nan
    return (*found, np.asarray(-bad.astype(np.int32)))
