// SPDX-License-Identifier: BSD-3-Clause
// fit_many: what the driver and the per-level units agree on: one group of problems, a problem per lane.
#pragma once
#include <cstddef>

#include "kernels/linear_model/fit_many/fit_many.hpp"

namespace mlmath {

// All arrays are [..][lanes], lanes = FitManyKernels::lanes, aligned to a cache line. p = d + (1 if there is an intercept).
struct FitManyGroup {
    std::ptrdiff_t n, p;
    const double* x;                                                     // [p][n]; with an intercept the last column is 1
    const double* y;                                                     // [n]
    const double* s;                                                     // [n]: weights over their sum
    double *residual, *curvature;                                        // [n]: scratch
    double* theta;                                                       // [p]: start, then result
    double *trial, *direction, *gradient, *penalty;                      // [p]: scratch; penalty: l2, 0 for the intercept: given
    double* hessian;                                                     // [p][p]: scratch
    double *status, *iterations, *objective, *gradient_max, *decrement;  // [1]: results
};

struct FitManyKernels {
    int lanes;
    void (*fit)(const FitManyGroup& group, const FitManyOptions& options);
};

}  // namespace mlmath
