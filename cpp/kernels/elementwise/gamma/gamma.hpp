// SPDX-License-Identifier: BSD-3-Clause
// Gamma functions of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp. The same bits for any number
// of threads, layout, alignment and neighbours, and on every level with FMA.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = log |Gamma(x[i])|.
///
/// Error     float64: at most 4 ulp for x > 0 and where |result| is at least lgamma(|x|) for x < 0; around the zeros between
///           negative integers 8 eps (1 + |lgamma(|x|)|). float32: computed in double, at most 0.51 ulp.
/// Numbers   infinity at 0 and negative integers ("divide by zero"); infinity at infinity, -infinity at -infinity as SciPy.
///           Overflow raises its flag.
/// Cost      about 110 flops and a division per element; negative operands three times that.
const UnaryKernels& gammaln_function();

/// out[i] = d/dx log Gamma(x[i]).
///
/// Error     float64: at most 4 ulp for x > 0; for x < 0, a sum of three terms, 4 eps times their magnitudes. float32: computed in
///           double, at most 0.51 ulp for x > 0.
/// Numbers   -infinity at 0, infinity at -0 ("divide by zero"), NaN at negative integers and -infinity ("invalid").
const UnaryKernels& digamma_function();

}  // namespace mlmath
