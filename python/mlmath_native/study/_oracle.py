# SPDX-License-Identifier: BSD-3-Clause
"""Higher-precision references, by which results are judged element by element. (Factorizations: see ``_residuals.py``.)"""

from __future__ import annotations

from itertools import chain
from math import fsum
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


class Allowance(NamedTuple):
    """How far a rung may be off: ``roundings * eps * scale``, times a power of the condition where only that is promised."""

    roundings: float
    condition_power: int = 0


class Verdict(NamedTuple):
    """Largest error and its bound in ulp, and whether the result is inside all of its bounds."""

    error: float
    bound: float
    inside: bool


class Oracle(Protocol):
    """What knows the answer to one problem."""

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """Hold a result of this dtype against the answer."""


class Reference(NamedTuple):
    """The exact result is high + low, far beyond the dtype's own precision; `scale`, in which error bounds are stated, is the sum
    of the absolute values of the addends.
    """

    high: F64
    low: F64
    scale: F64

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """Largest error and bound in ulp of the exact result, and whether every element is within its own bound."""
        value = np.asarray(result)
        if value.shape != self.high.shape or value.dtype != dtype:
            return Verdict(float("inf"), 0.0, False)
        error = np.abs((value.astype(np.float64) - self.high) - self.low)
        allowed = allowance.roundings * float(np.finfo(dtype).eps) * self.scale
        inside = bool(np.all(error <= allowed))  # a NaN is outside
        # An element that has cancelled to nothing would make any error infinite in ulp: the largest element sets the unit.
        ulp = float(np.spacing(np.max(np.abs(self.high), initial=float(np.finfo(dtype).tiny)).astype(dtype)))
        return Verdict(float(np.max(error, initial=0.0)) / ulp, float(np.max(allowed, initial=0.0)) / ulp, inside)


def _split(a: F64, bits: int) -> tuple[F64, F64]:
    """Cut `a` into its leading bits and the exact rest; 27 gives halves whose products are exact [Dekker1971]_."""
    c = (2.0**bits + 1.0) * a
    high = c - (c - a)
    return high, a - high


def two_product(a: F64, b: F64) -> tuple[F64, F64]:
    """Return p, e with p + e = a*b exactly (no overflow or underflow) [Dekker1971]_."""
    p = a * b
    a1, a0 = _split(a, 27)
    b1, b0 = _split(b, 27)
    return p, ((a1 * b1 - p) + a1 * b0 + a0 * b1) + a0 * b0


def two_sum(a: F64, b: F64) -> tuple[F64, F64]:
    """Return s, e with s + e = a + b exactly [Knuth1997]_, sec. 4.2.2."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def _exact_sum(*parts: F64) -> tuple[F64, F64]:
    """The correctly rounded sum of all elements, and what the rounding dropped."""
    values = [part.tolist() for part in parts]
    high = fsum(chain(*values))
    return np.array(high), np.array(fsum(chain(*values, (-high,))))


def sum_reference(a: NDArray[Any]) -> Reference:
    """Exact sum of a vector."""
    x = a.astype(np.float64)
    return Reference(*_exact_sum(x), np.array(fsum(np.abs(x).tolist())))


def softmax_reference(x: NDArray[Any]) -> Reference:
    """Softmax of a vector from the shifted formula in extended precision; an element's error is measured in itself."""
    shifted = x.astype(np.longdouble) - np.longdouble(x.max())
    np.exp(shifted, out=shifted)
    shifted /= shifted.sum()
    high = shifted.astype(np.float64)
    return Reference(high, (shifted - high).astype(np.float64), high)


def logistic_gradient_reference(X: NDArray[Any], y: NDArray[Any], w: NDArray[Any]) -> Reference:
    """Gradient of the mean logistic loss in extended precision; a score's error counts with the sum of its terms' sizes."""
    x, coef = X.astype(np.longdouble), w.astype(np.longdouble)
    residual = 1 / (1 + np.exp(-(x @ coef))) - y
    gradient = x.T @ residual / len(x)
    scale = np.abs(x).T @ (1 + np.abs(x) @ np.abs(coef)) / len(x)
    high = gradient.astype(np.float64)
    return Reference(high, (gradient - high).astype(np.float64), scale.astype(np.float64))


def variance_reference(a: NDArray[Any]) -> Reference:
    """Population variance of a vector, (sum d^2 - (sum d)^2 / n) / n with exact deviations d from the rounded mean.

    The scale is the mean square: the larger of the two terms whose difference the variance is.
    """
    x, n = a.astype(np.float64), np.array(float(a.size))
    d, lost = two_sum(x, np.full(x.shape, -fsum(x.tolist()) / x.size))
    high, low = _exact_sum(*two_product(d, d), 2 * d * lost)
    off = fsum(chain(d.tolist(), lost.tolist()))
    value = high / n
    p, e = two_product(value, n)
    return Reference(value, ((high - p) - e + low - off**2 / n) / n, np.array(fsum((x * x).tolist()) / x.size))


def dot_reference(a: NDArray[Any], b: NDArray[Any]) -> Reference:
    """Exact inner product of two vectors: error-free products, then an exact sum."""
    p, e = two_product(a.astype(np.float64), b.astype(np.float64))
    return Reference(*_exact_sum(p, e), np.array(fsum(np.abs(p).tolist())))


# ln 2 in parts whose products with integers below 2^20 are exact, the last one rounded.
_LN2_PARTS = tuple(map(float.fromhex, ("0x1.62e42fec000p-1", "0x1.d1cf79a8000p-32", "0x1.e4f1d9cc01f98p-63")))
_EXP_TERMS = 24


def exp_reference(a: NDArray[Any]) -> Reference:
    """Exponentials to about twice double precision, by the series on |r| <= ln(2)/2 in sums of two doubles.

    The scale is e^|x|: what the terms of the series at 0 add up to when they do not cancel.
    """
    x = a.astype(np.float64)
    n = np.rint(x / np.log(2.0))
    high, low = two_sum(x - n * _LN2_PARTS[0], -n * _LN2_PARTS[1])
    r, r_low = two_sum(high, low - n * _LN2_PARTS[2])
    # 1 + r/1 (1 + r/2 (1 + r/3 (...)))
    sum_high, sum_low = np.ones_like(x), np.zeros_like(x)
    for k in range(_EXP_TERMS, 0, -1):
        p, e = two_product(sum_high, r)
        e += sum_high * r_low + sum_low * r
        quotient = p / k
        q, q_low = two_product(quotient, np.full_like(x, k))
        rest = ((p - q) - q_low + e) / k
        sum_high, sum_low = two_sum(np.ones_like(x), quotient)
        sum_high, sum_low = two_sum(sum_high, sum_low + rest)
    return Reference(np.ldexp(sum_high, n.astype(int)), np.ldexp(sum_low, n.astype(int)), np.exp(np.abs(x)))


def adam_reference(state: NDArray[Any], gradient: NDArray[Any]) -> Reference:
    """Step t = 10 of Adam with the paper's constants, in extended precision; rows x, m and v.

    The scale of m and v is that of their terms; of x, |x| and the move that m's terms would make if none cancelled.
    """
    (x, m, v), g = state.astype(np.longdouble), gradient.astype(np.longdouble)
    beta1, beta2, rate, epsilon = (np.longdouble(c) for c in ("0.9", "0.999", "0.001", "1e-8"))
    terms = beta1 * np.abs(m) + (1 - beta1) * np.abs(g)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    factor = rate / (1 - beta1**10) / (np.sqrt(v / (1 - beta2**10)) + epsilon)
    exact = np.stack([x - factor * m, m, v])
    high = exact.astype(np.float64)
    scale = np.stack([np.abs(x) + factor * terms, terms, v])
    return Reference(high, (exact - high).astype(np.float64), scale.astype(np.float64))


def matmul_reference(a: NDArray[Any], b: NDArray[Any]) -> Reference:
    """Matrix product to about twice double precision, from double products that are exact [Ozaki2012]_.

    The rows of `a` and the columns of `b` are cut into slices of at most `bits` bits on a common grid, few enough that a slice
    product of `k` terms fits into 53 bits; the slice products, each exact, are then added with their errors kept.
    """
    x, y = a.astype(np.float64), b.astype(np.float64)
    scale = np.abs(x) @ np.abs(y)
    k = x.shape[-1]
    bits = (53 - int(np.ceil(np.log2(max(k, 2))))) // 2 - 1
    high, low = np.zeros_like(scale), np.zeros_like(scale)
    slices_y = _slices(y.T, bits)
    for i, xs in enumerate(_slices(x, bits)):
        for j, ys in enumerate(slices_y):
            if i + j < 5:  # what is left out is below 2**(-5 * bits), some 2**-100, of the largest terms
                high, error = two_sum(high, xs @ ys.T)
                low += error
    high, low = two_sum(high, low)
    return Reference(high, low, scale)


def matvec_reference(a: NDArray[Any], x: NDArray[Any]) -> Reference:
    """Matrix times vector, as a product with one column."""
    high, low, scale = matmul_reference(a, x[:, None])
    return Reference(high[:, 0], low[:, 0], scale[:, 0])


def gram_reference(x: NDArray[Any]) -> Reference:
    """The products of all pairs of columns."""
    return matmul_reference(np.ascontiguousarray(x.T), x)


def batched_reference(a: NDArray[Any], b: NDArray[Any]) -> Reference:
    """Products of 4 x 4 matrices: exact products of elements, added with their errors kept."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    high, low = np.zeros_like(x), np.zeros_like(x)
    for p in range(4):
        product, lost = two_product(*np.broadcast_arrays(x[:, :, p, None], y[:, None, p, :]))
        high, error = two_sum(high, product)
        low += lost + error
    high, low = two_sum(high, low)
    return Reference(high, low, np.matmul(np.abs(x), np.abs(y)))


def _slices(rows: F64, bits: int) -> list[F64]:
    """Cut every row into pieces of `bits` bits below its largest element; their sum is the row."""
    pieces, rest = [], rows
    for _ in range(8):
        top = np.max(np.abs(rest), axis=1, keepdims=True, initial=0.0)
        if not np.any(top):
            break
        # Adding and taking away 1.5 * 2**(e + 53 - bits) rounds to multiples of 2**(e - bits + 1).
        grid = np.where(top > 0, 1.5 * np.exp2(np.ceil(np.log2(np.where(top > 0, top, 1.0))) + 53 - bits), 0.0)
        piece = np.where(grid > 0, (rest + grid) - grid, 0.0)
        pieces.append(piece)
        rest = rest - piece
    return pieces or [rest]


class Nearest(NamedTuple):
    """Squared distances of every row to every point, and (|x| + |c|)^2 of the pairs, in which the bounds are stated. A label may be
    that of any point which is as near as the nearest within the bound.
    """

    distances: NDArray[Any]
    scale: F64

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """By how much the chosen points are farther than the nearest, in ulp of the largest scale."""
        labels = np.asarray(result)
        rows, points = self.distances.shape
        if labels.shape != (rows,) or labels.dtype != np.int32 or not np.all((labels >= 0) & (labels < points)):
            return Verdict(float("inf"), 0.0, False)
        error = (self.distances[np.arange(rows), labels] - self.distances.min(axis=1)).astype(np.float64)
        allowed = allowance.roundings * float(np.finfo(dtype).eps) * self.scale.max(axis=1)
        ulp = float(np.spacing(self.scale.max().astype(dtype)))
        return Verdict(float(error.max()) / ulp, float(allowed.max()) / ulp, bool(np.all(error <= allowed)))


def nearest_reference(x: NDArray[Any], points: NDArray[Any]) -> Nearest:
    """All squared distances in extended precision."""
    distances = np.stack([((x.astype(np.longdouble) - p.astype(np.longdouble)) ** 2).sum(axis=1) for p in points], axis=1)
    norms = [np.sqrt((a.astype(np.float64) ** 2).sum(axis=1)) for a in (x, points)]
    return Nearest(distances, np.add.outer(*norms) ** 2)


class CategoricalShares(NamedTuple):
    """Of n evenly spread numbers each interval takes its share, give or take one: so do outcomes that own a few intervals."""

    u: NDArray[Any]
    p: NDArray[Any]

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """Numbers in wrong hands, summed over outcomes, beside the number of intervals; no impossible outcome."""
        value, p = np.asarray(result), self.p.astype(np.float64)
        if value.shape != self.u.shape or value.dtype != np.int32 or np.any((value < 0) | (value >= p.size)):
            return Verdict(float("inf"), 0.0, False)
        counts = np.bincount(value, minlength=p.size)
        error = float(np.abs(counts - value.size * (p / p.sum())).sum())
        return Verdict(error, allowance.roundings, error <= allowance.roundings and not counts[p == 0].any())
