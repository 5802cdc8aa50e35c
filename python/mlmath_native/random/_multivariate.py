# SPDX-License-Identifier: BSD-3-Clause
"""Vectors of numbers: the multivariate normal law. Arguments are checked and factors found here; rows are drawn natively."""

from __future__ import annotations

import operator
import warnings
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import _mlmath, linalg
from ._general import Cases, _Base, _check_out, _checker, _real_type

_NOT_PSD = "covariance is not symmetric positive-semidefinite."


class _Factor(NamedTuple):
    """The factor A of a covariance, A A^T = cov, in the kernel's layout."""

    method: str
    kind: np.dtype[Any]
    cov: NDArray[np.float64]
    panels: NDArray[Any]
    tol: Any  # of the last check that it is positive semidefinite, None before the first
    valid: bool

    def fits(self, method: str, kind: np.dtype[Any], cov: NDArray[np.float64]) -> bool:
        """Whether it is this covariance's, bit for bit."""
        return (
            self.method == method
            and self.kind == kind
            and self.cov.shape == cov.shape
            and bool((self.cov.view(np.int64) == cov.view(np.int64)).all())
        )


def _factor(method: str, kind: np.dtype[Any], cov: NDArray[np.float64], tol: Any) -> _Factor:
    """The factor that NumPy's method takes; `tol` None leaves out the check."""
    valid = True
    a: NDArray[np.float64]
    if method == "cholesky":
        try:
            a = np.tril(linalg.cholesky(cov))  # of NaN, what is above the diagonal is NaN too
        except np.linalg.LinAlgError:
            raise np.linalg.LinAlgError("Matrix is not positive definite") from None
    elif method == "eigh":
        s, u = linalg.eigh(cov)
        valid = tol is None or not np.any(s < -tol)
        a = u * np.sqrt(np.abs(s))
    else:
        try:
            u, s, vh = linalg.svd(cov)
        except np.linalg.LinAlgError:
            raise np.linalg.LinAlgError("SVD did not converge") from None
        valid = tol is None or bool(np.allclose(np.dot(vh.T * s, vh), cov, rtol=tol, atol=tol))
        a = u * np.sqrt(s)
    panels = _mlmath.multivariate_normal_factor(np.ascontiguousarray(a), kind.num)
    return _Factor(method, kind, cov.copy(), panels, tol, valid)


def _rows(size: Any) -> tuple[int, ...] | None:
    """The shape in front of the vectors; None when NumPy refuses `size`."""
    if size is None:
        return ()
    if isinstance(size, (bool, np.bool_, set, frozenset, dict)):
        return None
    if isinstance(size, (tuple, list)) and any(isinstance(n, (bool, np.bool_)) for n in size):
        return None
    try:
        shape = (operator.index(size),) if isinstance(size, (int, np.integer)) else tuple(operator.index(n) for n in size)
    except TypeError:
        return None
    return shape if all(0 <= n < 2**62 for n in shape) and len(shape) < 32 else None


class Multivariate:
    """Vectors of numbers."""

    __slots__ = ()

    def multivariate_normal(
        self: Any,
        mean: ArrayLike,
        cov: ArrayLike,
        size: Any = None,
        check_valid: Literal["warn", "raise", "ignore"] = "warn",
        tol: float = 1e-8,
        *,
        method: Literal["svd", "eigh", "cholesky"] = "svd",
        dtype: DTypeLike = "float64",
        out: NDArray[Any] | None = None,
    ) -> Any:
        r"""Draw vectors from the normal law with mean :math:`\mu` and covariance :math:`\Sigma`.

        .. math:: x = \mu + A z, \qquad A A^T = \Sigma, \qquad
                  p(x) = \frac{\exp(-\tfrac12 (x - \mu)^T \Sigma^{-1} (x - \mu))}{\sqrt{(2\pi)^d \det \Sigma}}

        with :math:`z` independent standard normals. A tile of :math:`z` is drawn, multiplied while it is in the cache, and the
        result written past the caches when it is large.

        Parameters
        ----------
        mean : array_like, shape (d,)
            :math:`\mu`.
        cov : array_like, shape (d, d)
            :math:`\Sigma`, symmetric and positive semidefinite; converted to float64.
        size : int or tuple of ints, optional
            Shape in front of the vectors. None draws a single vector.
        check_valid : {'warn', 'raise', 'ignore'}
            What to do when `cov` is not positive semidefinite (with 'svd': or not symmetric). Not asked with 'cholesky', which
            fails by itself.
        tol : float
            By which singular values' product may miss `cov`, or eigenvalues be negative.
        method : {'svd', 'eigh', 'cholesky'}
            :math:`A = U \sqrt{S}` from `linalg.svd`, :math:`A = V \sqrt{|w|}` from `linalg.eigh`, or the triangular :math:`L` of
            `linalg.cholesky`, which is the fastest to find and takes half the operations per vector.
        dtype : {float64, float32}
            Type of the result; float32 draws float32 normals and multiplies by the rounded factor. NumPy has no such argument.
        out : ndarray, optional
            Filled and returned: C-contiguous, of shape ``(*size, d)`` and type `dtype`. NumPy has no such argument.

        Returns
        -------
        ndarray, shape (*size, d)
            The vectors.

        Raises
        ------
        ValueError
            When `mean`, `cov` do not fit each other, d is 0, `method` or `check_valid` is another, a dimension is negative, `out`
            is not fit, or `cov` is not positive semidefinite and `check_valid` is 'raise'.
        TypeError
            When `mean` or `cov` is complex, or `dtype` is not float64 or float32.
        LinAlgError
            When `cov` is not positive definite ('cholesky') or contains NaN ('svd').

        Warns
        -----
        RuntimeWarning
            When `cov` is not positive semidefinite and `check_valid` is 'warn'.

        Notes
        -----
        Vector r uses elements :math:`rd \ldots rd + d - 1` of the stream of `standard_normal`, so that two calls for five vectors
        give those of one call for ten, for any number of threads. Each component is one chain of fused multiply-adds, so that for
        a given :math:`A` the bits are the same on every instruction set; :math:`A` itself has the bits of the decomposition. The
        last factor is kept in the generator and used again while `cov` (compared bit for bit) and `method` stay the same.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> rng = mm.random.default_rng(7)
        >>> x = rng.multivariate_normal([1.0, 2.0], [[2.0, 1.0], [1.0, 2.0]], 100_000, method="cholesky")
        >>> x.shape
        (100000, 2)
        >>> bool(np.abs(np.cov(x.T) - [[2.0, 1.0], [1.0, 2.0]]).max() < 0.05)
        True
        """
        if self._native is None:
            return _foreign(self, mean, cov, size, check_valid, tol, method, dtype, out)
        kind = _real_type(dtype, "multivariate_normal")
        rows, center, matrix = _rows(size), np.asarray(mean), np.asarray(cov)
        d = center.shape[0] if center.ndim == 1 else 0
        known = isinstance(method, str) and method in ("svd", "eigh", "cholesky")
        checks = method != "cholesky" and check_valid != "ignore"
        checked = not checks or (check_valid in ("warn", "raise") and tol is not None)
        plain = center.dtype.kind in "biuf" and matrix.dtype.kind in "biufO" and checked
        if rows is None or not known or d == 0 or matrix.shape != (d, d) or not plain:
            # NumPy's own method words the errors; a good size is left out, since it draws first.
            refuse: Any = _Base.multivariate_normal
            refuse(_checker, mean, cov, size if rows is None else None, check_valid, tol, method=method)
            if rows is None or center.dtype.kind not in "biufO":
                raise TypeError(f"multivariate_normal: cannot use size {size!r} and mean of type {center.dtype}")
        matrix = np.ascontiguousarray(matrix, np.float64)
        center = np.array(center, kind)
        factor = self._factor
        if factor is None or not factor.fits(method, kind, matrix) or (checks and factor.tol != tol):
            factor = _factor(method, kind, matrix, tol if checks else None)
            self._factor = factor
        if checks and not factor.valid:
            if check_valid == "raise":
                raise ValueError(_NOT_PSD)
            warnings.warn(_NOT_PSD, RuntimeWarning, stacklevel=2)
        fresh = out is None
        if out is None:
            out = np.empty((*rows, d), kind)
        else:
            _check_rows(out, kind, size, rows, d)
        _mlmath.multivariate_normal_rows(self._native, center, factor.panels, method == "cholesky", out.reshape(-1, d), fresh)
        return out


def _check_rows(out: Any, kind: np.dtype[Any], size: Any, rows: tuple[int, ...], d: int) -> None:
    _check_out(out, kind, None)
    if not out.flags.c_contiguous:
        raise ValueError("Supplied output array must be C-contiguous, writable, aligned, and in machine byte-order.")
    if out.ndim == 0 or out.shape[-1] != d or (size is not None and out.shape[:-1] != rows):
        raise ValueError("size must match out.shape when used together")


def _foreign(
    self: Any, mean: Any, cov: Any, size: Any, check_valid: Any, tol: Any, method: Any, dtype: Any, out: Any
) -> NDArray[Any]:
    """NumPy's own method over a foreign bit generator; `out` and `dtype` by conversion."""
    kind = _real_type(dtype, "multivariate_normal")
    if out is not None:
        rows, d = _rows(size), np.size(mean)
        _check_rows(out, kind, size, () if rows is None else rows, d)
        size = out.shape[:-1]
    drawn = np.asarray(_Base.multivariate_normal(self, mean, cov, size, check_valid, tol, method=method))
    if out is None:
        return drawn if np.dtype(dtype) == np.float64 else drawn.astype(kind)
    out[...] = drawn
    return out  # type: ignore[no-any-return]


CASES: Cases = {}
