// SPDX-License-Identifier: BSD-3-Clause
// Logistic functions of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp. The same bits for any
// number of threads, layout, alignment and neighbours, and on every level with FMA.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = 1 / (1 + e^-x[i]).
///
/// Error     at most 1.5 ulp.
/// Numbers   0 and 1 at -infinity and infinity, NaN gives NaN. Results below the normal range are subnormal, rounded once, and
///           raise "underflow"; nothing else does.
/// Cost      about 35 flops and a division per element, one read, one write.
const UnaryKernels& expit_function();

/// out[i] = log expit x[i] = -softplus(-x[i]). Error as softplus.
const UnaryKernels& log_expit_function();

/// out[i] = log(x[i] / (1 - x[i])), the inverse of expit.
///
/// Error     at most 0.9 ulp with FMA, 1.5 without; near 1/2, where the result vanishes, too.
/// Numbers   -infinity at 0 and infinity at 1 ("divide by zero"), NaN outside [0, 1] ("invalid").
const UnaryKernels& logit_function();

/// out[i] = log(1 + e^x[i]), the integral of expit.
///
/// Error     at most 1.5 ulp.
/// Numbers   0 at -infinity, infinity at infinity. Underflow as expit.
const UnaryKernels& softplus_function();

}  // namespace mlmath
