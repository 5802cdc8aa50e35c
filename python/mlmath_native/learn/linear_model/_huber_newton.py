# SPDX-License-Identifier: BSD-3-Clause
"""Newton's method for Huber's regression with its scale: F(w, b, sigma), formula and case distinction in `HuberRegressor`.

With u_i = r_i / sigma clipped to p_i, |p_i| <= epsilon, x_i with a 1 appended for b, and S = sum s_i,

    F = sigma (S + sum s_i p_i (2 u_i - p_i)) + alpha |w|^2
    dF/dw = -2 sum s_i p_i x_i + 2 alpha w          dF/dsigma = S - sum s_i p_i^2

and, over the rows with |u_i| <= epsilon only, (sigma / 2) times the second derivative is the Gram matrix of the rows [x_i, u_i]
plus alpha sigma on the diagonal of w: positive semidefinite, singular where columns, or they and y, are dependent on those rows.
Columns are taken less their weighted means, which changes b alone and costs no copy of X: large means would cancel in the matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...linalg import gram, matvec, solve
from ...linalg._products import fma_matmul as matmul

Vector = NDArray[np.float64]

_EPS = float(np.finfo(np.float64).eps)
# scikit-learn's lower bound of the scale.
_LEAST_SCALE = 10 * _EPS
# F is a sum of n terms of one sign, in blocks: its rounding stays below a few eps of itself. A step is taken when its decrease can
# no longer be told from that, and the fit is done when what a step promises (half the decrement) is less.
_ROUNDING = 16 * _EPS


@dataclass(frozen=True)
class HuberFit:
    """A minimum of F, or where the steps ended."""

    coef: Vector
    intercept: float
    scale: float
    residual: Vector
    iterations: int
    gradient_max: float
    converged: bool


class _InlierGram:
    """sum of s_i x_i x_i^T over a set of rows, x_i less the means and with a 1 for the intercept, kept by changes of the set."""

    def __init__(self, X: Vector, s: Vector, means: Vector) -> None:
        self._X, self._s, self._means = X, s, means
        self._held = np.zeros(len(s), bool)
        self.matrix = np.zeros((X.shape[1] + 1, X.shape[1] + 1))

    def hold(self, inside: NDArray[np.bool_]) -> None:
        """Make the set `inside`. The matrix only directs a step: correcting it, not forming it anew, costs no accuracy of F."""
        changed = np.flatnonzero(inside != self._held)
        if 3 * len(changed) > len(inside):  # copying those rows costs more than all of them anew
            self.matrix[:] = 0
            self._add(self._X, self._s * inside, centered=not self._means.any())
        elif len(changed):
            self._add(self._X[changed] - self._means, np.where(inside[changed], self._s[changed], -self._s[changed]), centered=True)
        self._held = inside

    def _add(self, rows: Vector, weights: Vector, *, centered: bool) -> None:
        if not centered:
            # sum w (x - m)(x - m)^T about the means c of these weights themselves, then moved from c to m: no cancellation.
            total = float(weights.sum())
            if total > 0:
                own = matvec(rows.T, weights) / total
                shift = own - self._means
                self.matrix[:-1, :-1] += gram(rows, weights=weights, center=True) + total * np.outer(shift, shift)
                self.matrix[:-1, -1] += total * shift
        else:
            square, sums = gram(rows, weights=weights, y=np.ones(len(rows)))
            self.matrix[:-1, :-1] += square
            self.matrix[:-1, -1] += sums
            total = float(weights.sum())
        self.matrix[-1, :-1] = self.matrix[:-1, -1]
        self.matrix[-1, -1] += total


def minimize_huber(
    X: Vector,
    y: Vector,
    s: Vector,
    epsilon: float,
    alpha: float,
    intercept: bool,
    start: tuple[Vector, float, float] | None,
    tol: float,
    max_iter: int,
) -> HuberFit | None:
    """The minimum by Newton steps with an Armijo search; None where a column is 0 (but for its mean), no step helps, or the
    scale vanishes without an exact fit."""
    d = X.shape[1]
    total = float(s.sum())
    means = matvec(X.T, s) / total if intercept else np.zeros(d)
    inliers = _InlierGram(X, s, means)
    if start is None:
        inliers.hold(np.ones(len(y), bool))
        first = _least_squares(X, y, s, inliers.matrix, means, alpha, intercept)
        if first is None:
            return None
        w, b = first
        r = y - matvec(X, w) - b
        scale = max(float(np.sqrt(s @ (r * r) / total)), _LEAST_SCALE)
    else:
        w, b, scale = start
        scale = max(scale, _LEAST_SCALE)
        r = y - matvec(X, w) - b

    # A scale of that size is the rounding of y and of the scores. F is at least 0, so nothing is left of an exact fit's; in any
    # other the scale's minimum is 0, where F has a kink (as many rows as unknowns are met exactly), and steps do not lead along it.
    hidden = max(_LEAST_SCALE, 16 * _EPS * float(np.abs(y).max()))
    nothing = 256 * _EPS * float(s @ np.abs(y))
    damping = 0.0
    for iteration in range(max_iter + 1):
        u = r / scale
        p = np.clip(u, -epsilon, epsilon)
        inside = u == p
        sp = s * p
        sq = sp * inside
        value = scale * (total + float(sp @ (2 * u - p))) + alpha * float(w @ w)
        products = matmul(np.stack([sp, sq]), X)
        sums = np.array([sp.sum(), sq.sum()])
        gradient = np.empty(d + 2)
        gradient[:d] = 2 * (alpha * w - products[0])
        gradient[d] = -2 * sums[0] if intercept else 0
        gradient[-1] = total - float(sp @ p)
        largest = float(np.abs(gradient).max())
        if largest <= tol or value <= nothing:
            return HuberFit(w, b, scale, r, iteration, largest, True)
        if scale <= hidden:
            return None

        inliers.hold(inside)
        matrix = np.zeros((d + 2, d + 2))
        matrix[:-1, :-1] = inliers.matrix
        matrix[range(d), range(d)] += alpha * scale
        matrix[:d, -1] = products[1] - means * sums[1]
        matrix[d, -1] = sums[1]
        matrix[-1, :-1] = matrix[:-1, -1]
        matrix[-1, -1] = float(sq @ u)
        right = scale / 2 * gradient
        right[:d] -= means * right[d]
        keep = np.ones(d + 2, bool)
        keep[d] = intercept
        if iteration == max_iter:
            return HuberFit(w, b, scale, r, iteration, largest, False)

        # Rows outside have no curvature: where too few are inside, or the step leads too far, more of the diagonal is added.
        while True:
            step = np.zeros(d + 2)
            solution = _solve_definite(matrix[np.ix_(keep, keep)], -right[keep], damping)
            if solution is not None:
                step[keep] = solution
                step[d] -= means @ step[:d]
                slope = float(gradient @ step)
                if damping < 1e-6 and -slope / 2 <= _ROUNDING * abs(value):
                    return HuberFit(w, b, scale, r, iteration, largest, True)
                # Half the scale is left: F, a perspective, is steep near 0, and the step's model of it is not.
                t = 1.0 if step[-1] >= 0 else min(1.0, -0.5 * scale / step[-1])
                r_step = matvec(X, step[:d]) + step[d]
                for _ in range(10):
                    trial_scale = max(scale + t * step[-1], _LEAST_SCALE)
                    trial_w, trial_r = w + t * step[:d], r - t * r_step
                    trial = _value(trial_r, s, trial_scale, epsilon, total) + alpha * float(trial_w @ trial_w)
                    if trial <= value + 1e-4 * t * slope or abs(trial - value) <= _ROUNDING * abs(value):
                        break
                    t /= 2
                else:
                    solution = None
            if solution is not None:
                break
            damping = max(100 * damping, 1e-8)
            if damping > 1e4:
                return None
        damping = damping / 100 if damping > 1e-8 else 0.0
        w, b, scale = trial_w, b + t * float(step[d]), trial_scale
        r = y - matvec(X, w) - b  # not trial_r: roundings would add up
    raise AssertionError("unreachable: the last iteration returns")


def _value(r: Vector, s: Vector, scale: float, epsilon: float, total: float) -> float:
    u = r / scale
    p = np.clip(u, -epsilon, epsilon)
    return scale * (total + float((s * p) @ (2 * u - p)))


def _least_squares(
    X: Vector, y: Vector, s: Vector, centered: Vector, means: Vector, alpha: float, intercept: bool
) -> tuple[Vector, float] | None:
    """Where the steps start: all rows inside, the scale 1."""
    d = X.shape[1]
    mean = float(s @ y) / float(s.sum()) if intercept else 0.0
    moments = s * (y - mean)
    matrix = centered[:d, :d] + alpha * np.eye(d)
    w = _solve_definite(matrix, matvec(X.T, moments) - means * moments.sum())
    return None if w is None else (w, mean - float(means @ w))


def _solve_definite(matrix: Vector, right: Vector, damping: float = 0.0) -> Vector | None:
    """matrix^{-1} right after scaling the diagonal to 1 and adding `damping` to it; None when a pivot is lost to rounding."""
    diagonal = matrix.diagonal()
    if not np.isfinite(matrix).all() or not (diagonal > 0).all():
        return None
    scaling = 1 / np.sqrt(diagonal)
    scaled = matrix * scaling * scaling[:, None]
    # The smallest eigenvalue of a matrix with unit diagonal is known to about k eps: what is added is not seen in a direction that
    # the data determine.
    scaled.flat[:: len(scaled) + 1] += damping + len(scaled) * _EPS
    try:
        solution: Vector = scaling * solve(scaled, scaling * right, assume_a="pos")
    except np.linalg.LinAlgError:
        return None
    return solution if np.isfinite(solution).all() else None
