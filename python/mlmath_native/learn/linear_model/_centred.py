# SPDX-License-Identifier: BSD-3-Clause
"""What the least-squares estimators share: sums of products of deviations, Cholesky with a measure of what it costs, refinement.

Centred least squares, min_B sum_i w_i |(y_i - m_y) - B (x_i - m_x)|^2 + alpha |B|^2, needs of X only
G = sum_i w_i (x_i - m_x)(x_i - m_x)^T and the like of X and y: one pass, in which means are subtracted before anything is
multiplied, so that columns with means much larger than their spread keep their digits; sums are double for float data too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

from ... import _mlmath, linalg
from ...stats import comoments

Array = NDArray[Any]

# Constraint: the sums cost n d^2 flops in one pass and some 0.2 ms for small matrices of d x d; QR of a centred copy twice as many
# and three passes. Above 512 columns the d x d work is no longer small beside 4 d rows. Decision: as normal_equations_pay in
# cpp/kernels/factor/least_squares/normal_equations.hpp, but to 512 columns.
_LEAST_ELEMENTS = 1 << 15
_MOST_COLUMNS = 512
_MOST_TARGETS = 64

# g = |C^-1|, C = G with its diagonal scaled to ones, is what Cholesky multiplies eps by [Higham2002, sec. 10.1]. Up to 64 (6 of 53
# bits) the solution is as good as any for data with a residual, whose own condition is g as well; up to 2^20 one step of refinement
# leaves (eps g)^2 < eps beside the error of QR [Bjorck1996, sec. 6.6.5].
GROWTH_AS_IT_IS = 64.0
GROWTH_REFINED = float(1 << 20)


@dataclass
class Sums:
    """Means and sums of products of deviations of X (d columns) and y (q columns), with weights."""

    weight: float
    x_mean: Array
    y_mean: Array
    gram: Array
    product: Array

    def finite(self) -> bool:
        return all(bool(np.isfinite(part).all()) for part in (self.gram, self.product, self.y_mean))


def pays(X: Array, y: Array) -> bool:
    """Whether X is tall and large enough for the sums."""
    rows, columns = X.shape
    targets = y.shape[1]
    tall = rows >= 4 * columns and rows * columns >= _LEAST_ELEMENTS
    return bool(tall and columns <= _MOST_COLUMNS and targets <= _MOST_TARGETS)


def sums(X: Array, y: Array, weights: Array | None, fit_intercept: bool) -> Sums:
    """One pass over X and the (n, q) targets. Without an intercept the means are zeros and the sums those about zero."""
    d = X.shape[1]
    with np.errstate(all="ignore"):  # an infinity or an overflow shows in the sums
        state = comoments(X, y, rowvar=False, weights=weights)
        weight, mean, c = float(state.weight), state.mean, state.sums
        if not fit_intercept:
            # sum w x y = sum w (x - m)(y - n) + W m n: terms of a sum of squares, nothing cancels.
            c = c + weight * np.multiply.outer(mean, mean)
            mean = np.zeros_like(mean)
    return Sums(weight, mean[:d], mean[d:], np.ascontiguousarray(c[:d, :d]), np.ascontiguousarray(c[:d, d:]))


@dataclass
class Factor:
    """G + alpha I = D L L^T D with D the roots of its diagonal, and g >= |C^-1|."""

    root: Array
    lower: Array
    growth: float

    def solve(self, right: Array) -> Array:
        z = linalg.solve_triangular(self.lower, right / self.root[:, None], lower=True)
        z = linalg.solve_triangular(self.lower.T, z, lower=False)
        return z / self.root[:, None]

    def singular_values(self) -> Array:
        """Of the triangle (D L)^T: the roots of G's eigenvalues, to about sqrt(g d) / 2 eps of the largest."""
        values: Array = linalg.svdvals(self.lower.T * self.root)
        return values


def factor(gram: Array, alpha: float = 0.0) -> Factor | None:
    """None: not positive definite in this precision, or a column without any deviation."""
    a = gram.copy() if alpha else gram
    if alpha:
        a.flat[:: len(a) + 1] += alpha
    diagonal = np.diagonal(a)
    # Squares outside of this window lose digits to underflow, or the products of two of them overflow.
    if not (diagonal.min() > 1e-200 and diagonal.max() < 1e200):
        return None
    root = np.sqrt(diagonal)
    try:
        lower = linalg.cholesky(a / root / root[:, None])
    except LinAlgError:
        return None
    inverse = np.abs(linalg.solve_triangular(lower, np.eye(len(a)), lower=True))
    growth = float(inverse.sum(axis=0).max() * inverse.sum(axis=1).max())  # |M|_2^2 <= |M|_1 |M|_inf
    return Factor(root, lower, growth) if np.isfinite(growth) else None


def refine(
    X: Array, y: Array, weights: Array | None, s: Sums, fit_intercept: bool, f: Factor, coef: Array, alpha: float = 0.0
) -> Array:
    """One step for the (d, q) coefficients: (G + alpha I) step = X^T W r - alpha coef with the residual r of X itself."""
    offset = s.y_mean - s.x_mean @ coef
    residual = np.empty((X.shape[0], coef.shape[1]))
    _mlmath._linear(X, coef, offset, 0, residual)
    np.subtract(y, residual, out=residual)
    state = comoments(X, residual, rowvar=False, weights=weights, cross=True)
    product = state.sums
    if not fit_intercept:
        d = X.shape[1]
        product = product + float(state.weight) * np.multiply.outer(state.mean[:d], state.mean[d:])
    refined: Array = coef + f.solve(product - alpha * coef)
    return refined


def centred(X: Array, y: Array, weights: Array | None, fit_intercept: bool) -> tuple[Array, Array, Array, Array, Array | None]:
    """(X - m_x) sqrt(w), (y - m_y) sqrt(w) as new arrays of doubles, both means, sqrt(w)."""
    deviations, right = X.astype(np.float64, order="C"), y.astype(np.float64, order="C")
    if fit_intercept:
        x_mean, y_mean = np.average(deviations, axis=0, weights=weights), np.average(right, axis=0, weights=weights)
        deviations -= x_mean
        right -= y_mean
        # The rounding of the means is repaired by the mean of the deviations.
        x_rest, y_rest = np.average(deviations, axis=0, weights=weights), np.average(right, axis=0, weights=weights)
        deviations -= x_rest
        right -= y_rest
        x_mean, y_mean = x_mean + x_rest, y_mean + y_rest
        # A constant column has no deviations but the rounding of its mean, which is not to be fitted.
        largest = np.maximum(deviations.max(axis=0), -deviations.min(axis=0))
        deviations[:, largest <= 4 * np.finfo(np.float64).eps * np.abs(x_mean)] = 0.0
    else:
        x_mean, y_mean = np.zeros(X.shape[1]), np.zeros(y.shape[1])
    root = None
    if weights is not None:
        root = np.sqrt(weights.astype(np.float64))
        deviations *= root[:, None]
        right *= root[:, None]
    return deviations, right, x_mean, y_mean, root
