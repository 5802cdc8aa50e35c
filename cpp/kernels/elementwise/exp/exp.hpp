// SPDX-License-Identifier: BSD-3-Clause
// Exponentials of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = e^x[i]:  map_elements(exp_function().f64, arrays, threads).
///
/// Error     at most 0.7 ulp on every level (0.8 where the result is subnormal); the same bits for any number of threads, layout,
///           alignment and neighbours, and on every level with FMA.
/// Numbers   e^+-0 = 1, e^inf = inf, e^-inf = 0, NaN gives NaN. Results below the normal range are subnormal.
///           Overflow and underflow raise their flags; nothing else does.
/// Cost      12 floating-point operations and two table look-ups per register, one read, one write.
const UnaryKernels& exp_function();

/// out[i] = 2^x[i]. As exp; integers give exact powers.
const UnaryKernels& exp2_function();

/// out[i] = e^x[i] - 1. At most 0.75 ulp on levels with FMA, 1.2 without. -0 gives -0, -inf -1; overflow raises its flag.
const UnaryKernels& expm1_function();

}  // namespace mlmath
