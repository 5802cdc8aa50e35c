// SPDX-License-Identifier: BSD-3-Clause
// Logarithms of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = ln x[i]:  map_elements(log_function().f64, arrays, threads).
///
/// Error     at most 0.9 ulp on every level; the same bits for any number of threads, layout, alignment and neighbours, and on
/// every
///           level with FMA.
/// Numbers   log 1 = +0, log inf = inf, log +-0 = -inf ("divide by zero"), log of a negative number is NaN ("invalid"), NaN gives
///           NaN. Subnormal operands as all others.
/// Cost      about 25 flops and a division per element, one read, one write.
const UnaryKernels& log_function();
const UnaryKernels& log1p_function();
const UnaryKernels& log2_function();
const UnaryKernels& log10_function();

}  // namespace mlmath
