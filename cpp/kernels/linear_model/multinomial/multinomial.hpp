// SPDX-License-Identifier: BSD-3-Clause
// multinomial: softmax regression with an L2 penalty, fitted until its gradient is small. Contract of multinomial_fit
// (fit/fit.hpp).
#pragma once
#include "kernels/linear_model/fit/fit.hpp"

// multinomial_fit minimizes, over w (K, d) and b (K,), with weights s_i (all 1 when not given) and S = sum_i s_i,
//   f = (1/S) sum_i s_i (log sum_k exp(z_ik) - z_{i, y_i}) + (l2/2) sum_kj w_kj^2,   z_ik = x_i . w_k + b_k      (b is not
//   penalized).
//
// theta     (K, d + 1), intercepts last (0 without); in: the start, finite; out: the last point whose f was taken. Double for
//           float data. Certificate max |df/dtheta| <= tolerance; then f - min f <= |df/dtheta|^2 / (2 l2) for l2 > 0, up to the
//           intercepts' part. Newton also asks half its squared decrement to be <= tolerance.
// Symmetry  adding one vector to all rows of theta changes no probability: of those solutions the one whose rows sum to 0 is
//           returned, which with l2 > 0 is the minimum in w. A column that depends on the others (l2 = 0) keeps its start.
// Method    "newton" for small K (d + 1), otherwise "lbfgs" preconditioned by the Hessian's diagonal blocks, one per class, or by
//           its diagonal where d is large. By the shapes alone; README.md.
// Result    the same bits for any threads and strides, and on every level that has FMA.
// Error     all arithmetic in double, float rows are widened block by block. f and gradient are sums over rows in 8 lanes per
// block. Separable l2 = 0 and every row on its own side of every plane (z_{i,y} > z_ik for all k): there is no minimum;
// outcome.separable. Numbers   NaN or infinity in x, weights or theta: status not_finite, theta untouched. No overflow for finite
// scores. Aliasing  theta shares no memory with the data. Cost      a pass takes 4ndK flops, with Hessian n d^2 K (K + 1) / 2
//           (blocks: n d^2 K) more. Scratch: a copy of X in double where that takes at most 64 MiB, else blocks of it per thread;
//           K d^2 (Newton: (K d)^2) doubles, up to 32 MiB of them.
// Failure   std::invalid_argument (labels outside [0, K), no positive sum of weights, ...); std::bad_alloc; Interrupted before the
//           first iterate only.
