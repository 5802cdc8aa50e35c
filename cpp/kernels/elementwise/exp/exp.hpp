// SPDX-License-Identifier: BSD-3-Clause
// Exponentials of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = e^x[i]:  map_elements(exp_function().f64, arrays, threads).
///
/// Error     at most 0.8 ulp on every level (0.9 where the result is subnormal); the same bits for any number of threads, layout,
///           alignment and neighbours, and on every level with FMA.
/// Numbers   e^+-0 = 1, e^inf = inf, e^-inf = 0, NaN gives NaN. Results below the normal range are subnormal, rounded once.
///           Overflow and underflow raise their flags; nothing else does.
/// Cost      about 25 flops per element, one read, one write.
const UnaryKernels& exp_function();
const UnaryKernels& exp2_function();
const UnaryKernels& expm1_function();

}  // namespace mlmath
