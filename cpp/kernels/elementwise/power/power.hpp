// SPDX-License-Identifier: BSD-3-Clause
// Powers and cube roots of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp. The same bits for any
// number of threads, layout, alignment and neighbours, and on every level with FMA.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = x1[i] to the power x2[i].
///
/// Error     at most 1 ulp with FMA, 1.5 without.
/// Numbers   as C's pow [C23, F.10.4.5]: anything to the power 0, and 1 to any power, is 1; a negative base takes whole exponents,
///           NaN otherwise ("invalid"); 0 to a negative one is infinity ("divide by zero"). Overflow and underflow where they
///           occur.
/// Cost      about 50 flops per element; floats are computed in double.
const BinaryKernels& pow_function();

/// out[i] = the real cube root of x[i].
///
/// Error     at most 0.75 ulp.
/// Numbers   zeros, infinities and NaN themselves; no flag.
/// Cost      about 25 flops per element, no division.
const UnaryKernels& cbrt_function();

}  // namespace mlmath
