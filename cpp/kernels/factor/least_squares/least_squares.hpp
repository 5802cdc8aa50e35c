// SPDX-License-Identifier: BSD-3-Clause
// least_squares: minimum-norm solution of min |X b - y| by rank-revealing QR. Contract.
#pragma once
#include "core/status.hpp"
#include "core/view.hpp"

namespace mlmath {

enum class LeastSquaresMethod { automatic, cholesky, qr };

struct LeastSquaresOutcome {
    Status status;
    LeastSquaresMethod method = LeastSquaresMethod::qr;  // what was used
    std::ptrdiff_t rank = 0;
    double condition = 0;  // |T|_F |T^-1|_F of the rank x rank triangle T that was solved with; 0 when rank == 0
};

/// b_j = argmin |X b - y_j| for each column y_j of Y, the b of smallest 2-norm when there are several.
///
/// Shapes    x: (m, n), y: (m, q), any sizes including 0, any strides. coefficients: n*q values in row order; residual_norms: q
/// values
///           |X b_j - y_j|. No aliasing of results and inputs.
/// Method    qr: X P = Q R with column pivoting [GolubVanLoan2013, alg. 5.4.1]; rank: the number of leading |R_kk| > rcond |R_11|;
///           when it is below n, R is reduced from the right to a triangle T (complete orthogonal decomposition, sec. 5.5.2). X
///           with m >= 2n is first reduced to its triangle by row blocks (columns keep their lengths, so the pivots are those of
///           X). cholesky: X^T X b = X^T y and one step of refinement. automatic: that for tall X (normal_equations_pay) when the
///           condition of X with columns of equal length allows it (largest_growth), else qr.
/// rcond     >= 0. Pivoting overlooks a deficiency only on contrived matrices [Kahan1966]; |R_11| is within sqrt(n) of the largest
///           singular value.
/// Result    the same bits for any number of threads and any strides, and on every level that has FMA; by qr, for a right-hand side
///           alone or among others as well. Scaling x or y by a power of two scales the results.
/// Error     backward stable: b solves a problem whose X is perturbed by a modest multiple of n eps |X|_F [Higham2002, th. 20.3];
///           for rank < n the part of X below rcond |R_11| is taken as zero as well. cholesky: the error of b is that of qr as
///           long as automatic chooses it.
/// Cost      cholesky: m n^2 flops and two passes over X. qr: 2 m n^2 flops, X read once, when m >= 2n; else 4 (m n p - (m + n) p^2
/// / 2 + p^3 / 3), p = min(m, n). Failure   not_finite (NaN or infinity in x or y; results untouched). not_positive_definite:
///           cholesky was asked for and the condition or the size of X does not allow it (results untouched).
///           std::invalid_argument when rows differ. Interrupted.
/// threads   >= 1: how many may work on it.
template <class T>
LeastSquaresOutcome least_squares(MatrixView<const T> x, MatrixView<const T> y, double rcond, LeastSquaresMethod method,
                                  T* coefficients, T* residual_norms, int threads);

}  // namespace mlmath
