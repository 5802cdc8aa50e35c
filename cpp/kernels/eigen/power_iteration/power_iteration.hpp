// SPDX-License-Identifier: BSD-3-Clause
// power_iteration: the eigenvalues of largest magnitude of a symmetric matrix by multiplying with it, with the history. Contract.
#pragma once
#include <vector>

#include "core/view.hpp"

namespace mlmath {

struct PowerOutcome {
    std::ptrdiff_t steps;  // products with A
    bool converged;
    bool finite;  // false: A or x holds NaN or infinity, or a column of x is zero; nothing has been done
};

/// From a start X of b columns, b = 1: x <- A x / |A x|, theta = x . A x [GolubVanLoan2013, sec. 8.2.1];
/// b > 1: subspace iteration, X <- Q of A X = Q R, (theta, s) the eigenpairs of X^T A X, and the vectors X s: Rayleigh and Ritz's
/// [GolubVanLoan2013, sec. 8.2.4]. Ends when |A v_j - theta_j v_j| <= tolerance |theta_1| for the first `wanted` of them, ordered
/// by magnitude, the largest first.
///
/// Shapes    a: (n, n), n >= 1; x: (n, b), 1 <= wanted <= b <= n; any strides. w: b numbers. most_steps >= 1. Nothing
///           shares memory.
/// Reads     all of A, which is taken to be symmetric. (Of another matrix the residuals tell the truth: what has converged is an
///           eigenpair.)
/// Results   w and the columns of x: the last theta and v. Appended to values and residuals, for each step `wanted` numbers: theta
///           and its residual.
/// Order     fixed by n, b and the values: the same bits for any number of threads and strides, and on every level that has FMA.
///           2^k A gives 2^k w and the same vectors.
/// Error     an eigenvalue of A lies within the residual of theta, and within residual^2 / gap of it [Parlett1998].
/// Rate      the part of v_j that is wrong shrinks by |lambda_b+1 / lambda_j| in each step; where |lambda_b+1| = |lambda_j| it does
///           not converge.
/// Cost      2 n^2 b flops a step, A is read once; b > 1: 8 n b^2 more.
/// Failure   std::bad_alloc; Interrupted (looked for in every step).
/// threads   >= 1: how many may work on it.
template <class T>
PowerOutcome power_iteration(MatrixView<const T> a, MatrixView<T> x, std::ptrdiff_t wanted, T tolerance, std::ptrdiff_t most_steps,
                             T* w, std::vector<T>& values, std::vector<T>& residuals, int threads);

}  // namespace mlmath
