// SPDX-License-Identifier: BSD-3-Clause
// Trigonometric functions of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp. The same bits for any
// number of threads, layout, alignment and neighbours, and on every level with FMA.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = sin x[i], x in radians; cos x[i].
///
/// Error     at most 1 ulp with FMA, 1.5 without, for every finite x, the largest included.
/// Numbers   sin +-0 is +-0; NaN at the infinities ("invalid"); NaN gives NaN. No other flag.
/// Cost      about 35 flops per element, one read, one write; beyond 2^30 (float: 2^15) one element at a time.
const UnaryKernels& sin_function();
const UnaryKernels& cos_function();

/// out[i] = sin x[i] / cos x[i]. As sin; no floating-point number is a pole.
const UnaryKernels& tan_function();

/// out[i] = sin pi x[i], cos pi x[i]: the reduction is exact.
///
/// Error     as sin.
/// Numbers   sin of whole turns is a zero of the sign of x, cos of odd halves +0; NaN at the infinities ("invalid"). "underflow" where
///           sin pi x is subnormal.
const UnaryKernels& sinpi_function();
const UnaryKernels& cospi_function();

}  // namespace mlmath
