// SPDX-License-Identifier: BSD-3-Clause
// linear: a layer of a network, Y = f(X W + b), in one pass. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

enum class Activation { none, relu, sigmoid, tanh, gelu };

/// y_ij = f(sum_p x_ip w_pj + b_j), the sums accumulated in T.
///
///   none     f(s) = s                        sigmoid  1 / (1 + e^-s)             gelu  s ndtr(s), ndtr the normal distribution
///   relu     max(s, 0), NaN for NaN          tanh     (e^s - e^-s) / (e^s + e^-s)      function [Hendrycks2016]
///
/// Shapes    X: (m, k), W: (k, n), any strides; b: n elements side by side, or null for zeros; Y: (m, n), columns adjacent, shares
///           no memory with the others.
/// Order     the sums are gemm's, then the bias is added, then f applied: the same bits as those three steps one after the other.
/// Error     gemm's, an ulp of the sum for the bias, and that of f: at most 1.5 ulp with FMA (simd/math).
/// Numbers   as gemm and f; k = 0 gives f(b).
/// Cost      2mnk flops and mn of f; Y is touched while it is in a cache.
/// Failure   as gemm.
template <class T>
void linear(MatrixView<const T> x, MatrixView<const T> w, const T* b, Activation f, MatrixView<T> y, int threads);

}  // namespace mlmath
