// SPDX-License-Identifier: BSD-3-Clause
// Error functions and their inverses of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp. The same
// bits for any number of threads, layout, alignment and neighbours, and on every level with FMA.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = 2/sqrt(pi) times the integral of e^-t^2 from 0 to x[i].
///
/// Error     at most 1.4 ulp with FMA, 1.5 without.
/// Numbers   erf(+-0) = +-0, erf(+-inf) = +-1, NaN gives NaN. Subnormal results raise "underflow"; nothing else does.
/// Cost      about 30 flops and 13 lookups of coefficients per element, one read, one write.
const UnaryKernels& erf_function();

/// out[i] = 1 - erf x[i], for large x as well.
///
/// Error     at most 2.2 ulp with FMA, 3 without, down to subnormal results (x = 26.5 ... 27.2).
/// Numbers   2 and 0 at -infinity and infinity. Results below the normal range raise "underflow".
const UnaryKernels& erfc_function();

/// out[i] = y with erf y = x[i].
///
/// Error     at most 1.2 ulp with FMA, 1.5 without.
/// Numbers   erfinv(+-0) = +-0; +-infinity at +-1 ("divide by zero"), NaN beyond ("invalid").
/// Cost      about 60 flops and 18 lookups of coefficients per element.
const UnaryKernels& erfinv_function();

/// out[i] = y with erfc y = x[i]: erfinv(1 - x[i]), for the smallest x as well.
///
/// Error     at most 0.8 ulp with FMA, 1.5 without.
/// Numbers   infinity at 0, -infinity at 2 ("divide by zero"), NaN outside ("invalid").
const UnaryKernels& erfcinv_function();

/// out[i] = erfc(-x[i] / sqrt 2) / 2, the distribution function of the standard normal law.
///
/// Error     at most 1.5 ulp with FMA, 2 without, down to subnormal results (x = -37.6 ... -38.5).
/// Numbers   0 and 1 at -infinity and infinity. Results below the normal range raise "underflow".
const UnaryKernels& ndtr_function();

/// out[i] = y with ndtr y = x[i], the normal quantile.
///
/// Error     at most 1.1 ulp with FMA, 1.6 without.
/// Numbers   -infinity at 0 and infinity at 1 ("divide by zero"), NaN outside [0, 1] ("invalid").
const UnaryKernels& ndtri_function();

}  // namespace mlmath
