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

/// out[i] = sin x[i] / cos x[i]. As sin, but 1.1 ulp with FMA, 2 without; no floating-point number is a pole.
const UnaryKernels& tan_function();

/// out[i] = sin pi x[i], cos pi x[i]: the reduction is exact.
///
/// Error     as sin.
/// Numbers   sin of whole turns is a zero of the sign of x, cos of odd halves +0; NaN at the infinities ("invalid"). "underflow"
///           where sin pi x is subnormal.
const UnaryKernels& sinpi_function();
const UnaryKernels& cospi_function();

/// out[i] = the angle in [-pi/2, pi/2] whose tangent is x[i].
///
/// Error     at most 1 ulp with FMA, 1.5 without.
/// Numbers   +-0 and tiny x themselves, +-pi/2 at the infinities, NaN gives NaN; no flag.
/// Cost      about 15 flops and a division per element.
const UnaryKernels& atan_function();

/// out[i] = the angle in [-pi, pi] of the point (x2[i], x1[i]).
///
/// Error     at most 1 ulp with FMA, 1.5 without.
/// Numbers   as C's atan2 [C23, F.10.1.4]: zeros and infinities of either sign stand for directions. "underflow" where the quotient
///           is the result and subnormal; no other flag.
/// Cost      about 30 flops and two divisions per element; floats are computed in double.
const BinaryKernels& atan2_function();

}  // namespace mlmath
