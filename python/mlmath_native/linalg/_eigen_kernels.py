# SPDX-License-Identifier: BSD-3-Clause
"""The one place where the facade meets the kernels of the eigen family: NumPy stands in for those that are not here yet."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _mlmath

__all__: list[str] = []

Array = NDArray[Any]


def _new_svd() -> bool:
    try:
        _mlmath._svd(np.ones((1, 1)), False, False, None)  # type: ignore[call-arg]
    except TypeError:
        return False
    return True


_SVD_HAS_DRIVERS = _new_svd()
_HAS_TRIDIAGONAL = hasattr(_mlmath, "_eigh_tridiagonal")


def signed(v: Array, axis: int) -> Array:
    """+1 or -1 for every vector along `axis`: the sign of its largest component, the first of those."""
    largest = np.take_along_axis(v, np.argmax(np.abs(v), axis=axis, keepdims=True), axis)
    return np.where(largest < 0, -1, 1).astype(v.dtype)


def eigh(a: Array, lower: bool, vectors: bool) -> tuple[Array, Array | None, Array]:
    """(w, v or None, info): info is 0, -1 where the triangle has NaN or infinity, positive where nothing converged."""
    if a.dtype.kind == "c":
        return _complex_eigh(a, lower, vectors)
    result: tuple[Any, ...] = _mlmath._eigh(a, lower, vectors)
    if len(result) == 3:
        return result
    w, v, failed, _ = result  # temporary
    info = np.zeros(w.shape[:-1], np.int32)
    if w.shape[-1]:
        info[np.isnan(w[..., 0])] = -1
    if failed >= 0:
        info.reshape(-1)[failed] = 1
    return w, v, info


def svd(a: Array, compute_uv: bool, full_matrices: bool, driver: str | None) -> tuple[Array, ...]:
    """(u, s, vt, info) or (s, info); info as in `eigh`."""
    if a.dtype.kind == "c":
        return _complex_svd(a, compute_uv, full_matrices)
    if _SVD_HAS_DRIVERS:
        return _mlmath._svd(a, compute_uv, full_matrices, driver)  # type: ignore[call-arg, no-any-return]
    # temporary: everything below
    m, n = a.shape[-2:]
    if (driver == "jacobi" or min(m, n) <= 48) and not full_matrices:
        return _mlmath._svd(a, compute_uv)  # type: ignore[no-any-return]
    real = a if a.dtype.kind == "f" else a.astype(np.float64)
    bad = ~np.isfinite(real).all(axis=(-2, -1))
    good = np.where(bad[..., None, None], 0, real)
    if not compute_uv:
        s = np.linalg.svd(good, compute_uv=False)
        s[bad] = np.nan
        return s, -bad.astype(np.int32)
    u, s, vt = np.linalg.svd(good, full_matrices)
    sign = signed(vt, -1)
    vt = vt * sign
    p = min(m, n)
    u = np.concatenate([u[..., :p] * np.swapaxes(sign, -1, -2)[..., :p], u[..., p:] * signed(u, -2)[..., p:]], axis=-1)
    for x in (u, s, vt):
        x[bad] = np.nan
    return u, s, vt, -bad.astype(np.int32)


def _complex_eigh(a: Array, lower: bool, vectors: bool) -> tuple[Array, Array | None, Array]:
    """NumPy's own; of matrices with NaN or infinity in the triangle that is read NaN, which NumPy does not always give."""
    bad = np.asarray(~np.isfinite(np.tril(a) if lower else np.triu(a)).all(axis=(-2, -1)))
    good = np.where(bad[..., None, None], 0, a) if bad.any() else a
    uplo: Any = "L" if lower else "U"
    w, v = np.linalg.eigh(good, uplo) if vectors else (np.linalg.eigvalsh(good, uplo), None)
    w[bad] = np.nan
    if v is not None:
        v[bad] = np.nan
    return w, v, np.asarray(-bad.astype(np.int32))


def _complex_svd(a: Array, compute_uv: bool, full_matrices: bool) -> tuple[Array, ...]:
    """NumPy's own; of matrices with NaN or infinity NaN, without asking NumPy, which may never return."""
    bad = np.asarray(~np.isfinite(a).all(axis=(-2, -1)))
    good = np.where(bad[..., None, None], 0, a) if bad.any() else a
    found = np.linalg.svd(good, full_matrices) if compute_uv else (np.linalg.svd(good, compute_uv=False),)
    for x in found:
        x[bad] = np.nan
    return (*found, np.asarray(-bad.astype(np.int32)))


def eigh_tridiagonal(d: Array, e: Array, vectors: bool, first: int, last: int) -> tuple[Array, Array | None]:
    """(w, v or None): eigenvalues number first to last, last included."""
    if _HAS_TRIDIAGONAL:
        return _mlmath._eigh_tridiagonal(d, e, vectors, first, last)  # type: ignore[attr-defined, no-any-return]
    dense = np.diag(d) + np.diag(e, 1) + np.diag(e, -1)  # temporary
    w, v, _ = eigh(dense, True, vectors)
    return w[first : last + 1], None if v is None else np.ascontiguousarray(v[:, first : last + 1])


def eigh_by_index(a: Array, lower: bool, vectors: bool, first: int, last: int) -> tuple[Array, Array | None, Array]:
    """As `eigh`: eigenvalues number first to last, last included, of one matrix."""
    w, v, info = eigh(a, lower, vectors)  # temporary
    return w[first : last + 1].copy(), None if v is None else v[:, first : last + 1].copy(), info


def eigh_by_value(a: Array, lower: bool, vectors: bool, low: float, high: float) -> tuple[Array, Array | None, Array]:
    """As `eigh`: eigenvalues in (low, high] of one matrix."""
    w, v, info = eigh(a, lower, vectors)  # temporary
    found = (w > low) & (w <= high)
    return w[found], None if v is None else v[:, found], info


def tridiagonal_range(d: Array, e: Array, low: float, high: float) -> tuple[int, int]:
    """Numbers of the first and the last eigenvalue in (low, high]; the last is one less than the first where there is none."""
    w, _ = eigh_tridiagonal(d, e, False, 0, len(d) - 1)  # temporary
    return int(np.searchsorted(w, low, side="right")), int(np.searchsorted(w, high, side="right")) - 1
