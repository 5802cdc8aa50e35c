// SPDX-License-Identifier: BSD-3-Clause
// Hyperbolic functions of every element. Contract; arrays, aliasing and failure as in ../elementwise.hpp. The same bits for any
// number of threads, layout, alignment and neighbours, and on every level with FMA.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// out[i] = (e^x[i] - e^-x[i]) / 2.
///
/// Error     at most 1 ulp with FMA, 2 without.
/// Numbers   +-0 and tiny x themselves, infinities themselves, NaN gives NaN; "overflow" beyond 710.47 (float: 89.41), and no
///           other flag.
/// Cost      about 35 flops and a division per element, one read, one write.
const UnaryKernels& sinh_function();

/// out[i] = (e^x[i] + e^-x[i]) / 2. As sinh; 1 at 0, infinity at both ends.
const UnaryKernels& cosh_function();

/// out[i] = (e^x[i] - e^-x[i]) / (e^x[i] + e^-x[i]).
///
/// Error     at most 1.25 ulp with FMA, 2 without.
/// Numbers   +-0 and tiny x themselves, +-1 at the infinities, NaN gives NaN; no flag.
const UnaryKernels& tanh_function();

}  // namespace mlmath
