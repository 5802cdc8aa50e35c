// SPDX-License-Identifier: BSD-3-Clause
// fit_many: thousands of small independent linear models with an L2 penalty, each fitted to its own convergence. Contract.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/view.hpp"
#include "kernels/linear_model/losses.hpp"

namespace mlmath {

/// What became of one problem.
enum class FitManyStatus : std::int32_t {
    converged = 0,
    not_converged = 1,  // max_iterations steps were not enough, or rounding allowed no further decrease
    not_finite = 2,     // NaN or infinity in its data, or a sum of weights that is not positive: its coefficients are NaN
    separable = 3,      // l2 = 0 and no minimum exists: the coefficients are those at which that was seen
};

template <class T>
struct FitManyData {
    const T* x;  // (count, n, d), any strides (in elements), n >= 1
    std::ptrdiff_t count, n, d, x_problem_stride, x_row_stride, x_column_stride;
    const T* y;  // (count, n); logistic: 0 or 1, poisson: >= 0
    std::ptrdiff_t y_problem_stride, y_row_stride;
    const T* weights;  // (count, n), >= 0; null: all 1
    std::ptrdiff_t weights_problem_stride, weights_row_stride;
};

struct FitManyOptions {
    LinearLoss loss = LinearLoss::logistic;  // or squared or poisson
    double l2 = 0;                           // >= 0
    bool intercept = true;
    double tolerance = 1e-6;  // >= 0
    int max_iterations = 100;
    int threads = 1;
};

/// One entry per problem.
struct FitManyResult {
    MatrixView<double> theta;  // (count, d + 1): coefficients, then the intercept (0 without one)
    FitManyStatus* status;
    std::int32_t* iterations;  // Newton steps taken
    double *objective, *gradient_max, *decrement;
};

/// For every problem separately, with weights s (all 1 when not given) and S = sum s, minimizes
///   f(w, b) = (1/S) sum_i s_i loss(y_i, z_i) + (l2/2) |w|^2,   z_i = x_i . w + b            (b is not penalized)
///   squared (z - y)^2 / 2      logistic log(1 + e^z) - y z      poisson e^z - y z
/// by Newton's method with step halving. A problem has converged when max |df/d(w, b)| <= tolerance and half its squared Newton
/// decrement g^T H^-1 g <= tolerance: the latter is the distance to the minimum, to first order.
///
/// Result    each problem depends on its own data alone: the same bits for any count, place, threads and strides, and on every
///           level that has FMA. A column that is a combination of those before it gets the coefficient it starts with, 0.
/// Error     all arithmetic in double. Sums over rows are chains: n eps of the sum of the terms' magnitudes.
/// Numbers   NaN or infinity in a problem makes that problem not_finite and touches no other. No overflow for finite scores but in
///           Poisson steps, which are then halved.
/// Separable logistic with l2 = 0: complete separation is proved (every row on its own side); quasi-complete separation, and
///           Poisson rates going to 0, are recognized by steps that still move a score by 0.1 when the gradient has vanished.
/// Aliasing  results share no memory with the data.
/// Cost      about n (d^2 + 5d + 60) flops per step and problem; scratch: 8 (d + 5) n doubles per thread.
/// Failure   std::invalid_argument; Interrupted (the results are then unspecified).
template <class T>
void fit_many(const FitManyData<T>& data, const FitManyOptions& options, const FitManyResult& result);

}  // namespace mlmath
