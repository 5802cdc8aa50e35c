// SPDX-License-Identifier: BSD-3-Clause
// logistic: loss and gradient of binary and multinomial logistic regression in one pass over the data. Contract.
#pragma once
#include <cstdint>

#include "core/view.hpp"

namespace mlmath {

template <class T>
struct LogisticData {
    MatrixView<const T> x;        // (n, d), n >= 1, any strides
    const std::int32_t* labels;   // n of them, in [0, max(2, K))
    VectorView<const T> weights;  // (n,), any stride; data == nullptr: all 1. Their sum must be positive
};

template <class T>
struct LogisticModel {
    MatrixView<const T> coef;       // (K, d): K == 1 binary, K >= 2 softmax over K classes; any strides
    VectorView<const T> intercept;  // (K,); data == nullptr: 0
    double l2 = 0;                  // >= 0
};

/// With scores z_ik = x_i . w_k + b_k, weights s_i (all 1 when not given) and S = sum_i s_i, returns
///   f = (1/S) sum_i s_i loss_i + (l2/2) sum_kj w_kj^2            (b is not penalized)
///   binary   loss_i = log(1 + exp(z_i)) - y_i z_i                 df/dz_i  = (s_i/S) (1/(1 + exp(-z_i)) - y_i)
///   softmax  loss_i = log sum_k exp(z_ik) - z_{i, y_i}            df/dz_ik = (s_i/S) (exp(z_ik) / sum_l exp(z_il) - [k == y_i])
/// and writes df/dw (K, d) and df/db (K,).
///
/// scikit-learn's LogisticRegression minimizes C sum_i s_i loss_i + (1/2) sum w^2 = C S f with l2 = 1/(C S).
///
/// Result    the same bits for any threads and strides, and on every level that has FMA.
/// Error     scores are sums of d products in 64/sizeof(T) lanes; blocks of rows are summed in T, their sums in double.
///           Binary: each loss and residual within a few eps of itself for its computed score, however large.
///           Softmax: within a few eps (1 + |z|).
/// Numbers   NaN or infinity in x or w comes out in f and in the gradients it takes part in. No overflow for finite scores.
/// Aliasing  the gradients share no memory with anything else.
/// Cost      4ndK flops, x read once from memory; scratch: 64 partial sums at most.
/// Failure   std::invalid_argument; Interrupted (the gradients are then unspecified).
template <class T>
double logistic_loss_gradient(const LogisticData<T>& data, const LogisticModel<T>& model, MatrixView<T> coef_gradient,
                              VectorView<T> intercept_gradient, int threads);

}  // namespace mlmath
