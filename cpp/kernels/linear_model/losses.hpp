// SPDX-License-Identifier: BSD-3-Clause
// losses: the losses of linear models. Contract of losses_scalar.hpp (double) and losses_simd.hpp (registers).
#pragma once

namespace mlmath {

/// With the row's target y and score z, the loss l(y, z), its derivative r = dl/dz and its curvature h = d2l/dz2 >= 0:
///
///   squared    l = (z - y)^2 / 2              r = z - y                                  h = 1
///   logistic   l = log(1 + exp z) - y z       r = 1/(1 + exp -z) - y                     h = p (1 - p), p = 1/(1 + exp -z)
///   poisson    l = exp z - y z                r = exp z - y                              h = exp z
///   huber      l = u^2 / 2        |u| <= delta, u = z - y;       r = u clipped to        h = 1 where |u| <= delta, else 0
///              l = delta (|u| - delta/2) beyond                      [-delta, delta]
///   multinomial, K scores z_k a row and a class number y:
///              l = log sum_k exp z_k - z_y              r_k = exp z_k / sum_l exp z_l - [k = y]
///
/// Targets   logistic: 0 or 1; poisson: >= 0 (log(y!) is left out); delta > 0.
/// Error     squared, huber: the rounding of u, then a few eps. logistic: a few eps of each value for its score, however large:
///           with t = (1 - 2y) z the loss is log(1 + exp t) and r = (1 - 2y) / (1 + exp -t): nothing cancels. poisson: a few eps
///           (exp z + |y z|), of h: 0.63 ulp. multinomial: a few eps (1 + max |z|).
/// Numbers   NaN and infinity propagate. poisson: exp z overflows to infinity beyond z = 709 (float: 88).
enum class LinearLoss { squared, logistic, poisson, huber, multinomial };

}  // namespace mlmath
