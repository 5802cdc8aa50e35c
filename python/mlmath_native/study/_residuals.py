# SPDX-License-Identifier: BSD-3-Clause
"""Oracles of the factorizations. Their factors are not unique, or far from the exact ones where the matrix is ill-conditioned; what
they promise is a small residual. Each is measured in the Frobenius norm, from products to about twice double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._oracle import F64, Allowance, Verdict, matmul_reference, two_product, two_sum

WRONG = Verdict(float("inf"), 0.0, False)


class CholeskyResidual:
    """|A - L L^T| beside |A|; L is lower triangular with a positive diagonal. Of `a`, the lower triangle counts."""

    def __init__(self, a: NDArray[Any]) -> None:
        lower = np.tril(a).astype(np.float64)
        self.a = lower + np.tril(lower, -1).T

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """The residual and its bound in ulp of the norm, and whether it is inside."""
        if not _arrays((result,), (self.a.shape,), dtype):
            return WRONG
        factor = result.astype(np.float64)
        if np.any(np.triu(factor, 1)) or not np.all(np.diagonal(factor) > 0):
            return WRONG
        return _verdict(dtype, (_norm(_residual(self.a, factor, factor.T)), _norm(self.a), allowance.roundings))


class LuResidual:
    """|P A - L U| beside |A|; every row of the pivots can be exchanged, and no element of L is larger than one."""

    def __init__(self, a: NDArray[Any]) -> None:
        self.a = a.astype(np.float64)

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """The residual and its bound in ulp of the norm, and whether it is inside."""
        m, n = self.a.shape
        order = min(m, n)
        if not (_is_pair(result) and _arrays(result[:1], (self.a.shape,), dtype) and _arrays(result[1:], ((order,),), np.int32)):
            return WRONG
        packed, pivots = result[0].astype(np.float64), result[1]
        lower = np.tril(packed[:, :order], -1)
        slack = 2 * float(np.finfo(dtype).eps)  # a multiple of a rounded reciprocal
        if np.any(pivots < np.arange(order)) or np.any(pivots >= m) or np.any(np.abs(lower) > 1 + slack):
            return WRONG
        permuted = self.a.copy()
        for k, p in enumerate(pivots):
            permuted[[k, p]] = permuted[[p, k]]
        residual = _residual(permuted, lower + np.eye(m, order), np.triu(packed[:order]))
        return _verdict(dtype, (_norm(residual), _norm(self.a), allowance.roundings))


class QrResidual:
    """|A - Q R| beside |A|, and |Q^T Q - I| beside |I|, which a rung may exceed by a power of the condition; R is triangular."""

    def __init__(self, a: NDArray[Any]) -> None:
        self.a = a.astype(np.float64)
        singular = np.linalg.svd(self.a[:, : min(a.shape)], compute_uv=False)
        self.condition = float(singular[0] / singular[-1])

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """The larger of the two and its bound in ulp of the norm, and whether both are inside."""
        m, n = self.a.shape
        order = min(m, n)
        if not (_is_pair(result) and _arrays(result, ((m, order), (order, n)), dtype)):
            return WRONG
        q, r = (factor.astype(np.float64) for factor in result)
        if np.any(np.tril(r, -1)):
            return WRONG
        identity = np.eye(order)
        lost = allowance.roundings * self.condition**allowance.condition_power
        # Of columns beyond the m-th only the projections on Q are kept: Q R is as near to them as Q is to orthogonal.
        return _verdict(
            dtype,
            (_norm(_residual(self.a, q, r)), _norm(self.a), lost if n > m else allowance.roundings),
            (_norm(_residual(identity, np.ascontiguousarray(q.T), q)), _norm(identity), lost),
        )


class SolveResidual:
    """|b - A x| beside |A| |x| of every system, largest elements and row sums; the worst system counts."""

    def __init__(self, a: NDArray[Any], b: NDArray[Any]) -> None:
        self.a, self.b = a.astype(np.float64), b.astype(np.float64)

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """The largest ratio and its bound in ulp of one, and whether it is inside."""
        if not _arrays((result,), (self.b.shape,), dtype):
            return WRONG
        x = result.astype(np.float64)
        high, low = self.b, np.zeros_like(self.b)
        for j in range(self.a.shape[-1]):
            product, lost = two_product(*np.broadcast_arrays(-self.a[:, :, j, None], x[:, j, None, :]))
            high, error = two_sum(high, product)
            low = low + lost + error
        residual = np.max(np.abs(high + low), axis=(1, 2))
        scale = np.max(np.sum(np.abs(self.a), axis=2), axis=1) * np.max(np.abs(x), axis=(1, 2))
        if np.any(residual[scale == 0]):
            return WRONG
        ratio = float(np.max(residual[scale > 0] / scale[scale > 0], initial=0.0))
        return _verdict(dtype, (ratio, 1.0, allowance.roundings))


class EighResidual:
    """|A V - V diag(w)| beside |A|, and |V^T V - I| beside |I|, of every matrix; the worst counts. w ascends."""

    def __init__(self, a: NDArray[Any]) -> None:
        self.a = a.astype(np.float64)

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """The largest ratio and its bound in ulp of one, and whether it is inside."""
        if not (isinstance(result, tuple) and len(result) == 2 and _arrays(result, (self.a.shape[:-1], self.a.shape), dtype)):
            return WRONG
        w, v = (array.astype(np.float64).reshape(-1, *array.shape[self.a.ndim - 2 :]) for array in result)
        matrices = self.a.reshape(-1, *self.a.shape[-2:])
        if np.any(np.diff(w, axis=-1) < 0):
            return WRONG
        turned = np.swapaxes(v, -1, -2)
        residual = _worst(matrices, matrices @ v - v * w[:, None, :])
        if len(matrices) == 1:  # to twice the precision; in a stack of small ones the oracle's own roundings are few
            n = len(matrices[0])
            exact = _residual(np.zeros((n, n)), np.hstack([matrices[0], v[0]]), np.vstack([v[0], -np.diag(w[0])]))
            residual = _worst(matrices, exact[None])
        orthogonal = _worst(np.broadcast_to(np.eye(v.shape[-1]), v.shape), turned @ v - np.eye(v.shape[-1]))
        return _verdict(dtype, (max(residual, orthogonal), 1.0, allowance.roundings))


def _worst(matrices: F64, errors: F64) -> float:
    """The largest |error| / |matrix|, Frobenius norms."""
    sizes = np.linalg.norm(matrices, axis=(-2, -1))
    return float((np.linalg.norm(errors, axis=(-2, -1)) / np.where(sizes == 0, 1, sizes)).max(initial=0))


class PowerResidual:
    """|A V - V diag(w)| beside |A|, and |V^T V - I| beside |I|; w are the eigenvalues of largest magnitude, the largest first."""

    def __init__(self, a: NDArray[Any]) -> None:
        self.a = a.astype(np.float64)
        values = np.linalg.eigvalsh(self.a)
        self.values = values[np.argsort(-np.abs(values), kind="stable")][:4]

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """The larger of the two and its bound in ulp of the norm, and whether both are inside."""
        n, k = len(self.a), len(self.values)
        if not (_is_pair(result) and _arrays(result, ((k,), (n, k)), dtype)):
            return WRONG
        w, v = (array.astype(np.float64) for array in result)
        allowed = allowance.roundings * float(np.finfo(dtype).eps)
        if np.any(np.abs(w - self.values) > allowed * np.abs(self.values[0])):
            return WRONG
        # A V - V diag(w), as one product, so that both parts are taken to twice the precision.
        residual = _residual(np.zeros((n, k)), np.hstack([self.a, v]), np.vstack([v, -np.diag(w)]))
        orthogonal = _residual(np.eye(k), np.ascontiguousarray(v.T), v)
        return _verdict(
            dtype,
            (_norm(residual), _norm(self.a), allowance.roundings),
            (_norm(orthogonal), _norm(np.eye(k)), allowance.roundings * POWER_NEIGHBOURS),
        )


# Vectors of neighbouring eigenvalues are as orthogonal as residuals over gaps allow: with magnitudes falling by 0.8 the gap of the
# fourth is 0.1 of the largest.
POWER_NEIGHBOURS = 10


def _is_pair(result: Any) -> bool:
    return isinstance(result, tuple) and len(result) == 2


def _arrays(results: Any, shapes: tuple[tuple[int, ...], ...], dtype: Any) -> bool:
    """Whether these are arrays of these shapes and the dtype, without NaN and infinity."""
    return all(
        isinstance(array, np.ndarray) and array.shape == shape and array.dtype == dtype and bool(np.all(np.isfinite(array)))
        for array, shape in zip(results, shapes)
    )


def _residual(a: F64, x: F64, y: F64) -> F64:
    """A - X Y."""
    high, low, _ = matmul_reference(x, y)
    return np.asarray((a - high) - low)


def _norm(a: F64) -> float:
    return float(np.sqrt(np.sum(a * a)))


def _verdict(dtype: np.dtype[Any], *measures: tuple[float, float, float]) -> Verdict:
    """From (error, norm beside it, permitted multiple of eps * norm): the largest error; all must be inside."""
    finfo = np.finfo(dtype)
    verdicts = []
    for error, norm, roundings in measures:
        allowed = roundings * float(finfo.eps) * norm
        ulp = float(np.spacing(np.asarray(max(norm, float(finfo.tiny)), dtype)))
        verdicts.append(Verdict(error / ulp, allowed / ulp, error <= allowed))
    largest = max(verdicts, key=lambda verdict: verdict.error)
    return largest._replace(inside=all(verdict.inside for verdict in verdicts))
