// SPDX-License-Identifier: BSD-3-Clause
// Logarithms of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = ln x[i]:  map_elements(log_function().f64, arrays, threads).
///
/// Error     at most 0.7 ulp on every level; the same bits for any number of threads, layout, alignment and neighbours, and on
///           every level with FMA.
/// Numbers   log 1 = +0, log inf = inf, log +-0 = -inf ("divide by zero"), log of a negative number is NaN ("invalid"), NaN gives
///           NaN. Subnormal operands as all others.
/// Cost      18 floating-point operations and three table look-ups per register, one read, one write.
const UnaryKernels& log_function();

/// out[i] = ln(1 + x[i]). Error and bits as log. -0 gives -0, -1 gives -inf ("divide by zero"), less NaN ("invalid").
const UnaryKernels& log1p_function();

/// out[i] = log_2 x[i]. As log; powers of two give integers.
const UnaryKernels& log2_function();

/// out[i] = log_10 x[i]. As log; powers of ten give integers.
const UnaryKernels& log10_function();

/// out[i] = x1[i] log x2[i], and 0 wherever x1 is 0 and x2 a number; x1[i] log(1 + x2[i]).
///
/// Error     at most 0.75 ulp with FMA, 1 without: the logarithm is carried in two parts.
/// Numbers   flags as log's where x1 is not 0; overflow and underflow of the product where they occur.
/// Cost      about 40 flops per element; floats are computed in double.
const BinaryKernels& xlogy_function();
const BinaryKernels& xlog1py_function();

}  // namespace mlmath
