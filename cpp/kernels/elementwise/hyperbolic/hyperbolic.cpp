// SPDX-License-Identifier: BSD-3-Clause
// Hyperbolic functions: dispatch.
#include "kernels/elementwise/hyperbolic/hyperbolic.hpp"

#include "kernels/elementwise/hyperbolic/hyperbolic_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(HyperbolicKernels, hyperbolic_kernels);

const UnaryKernels& sinh_function() { return active(hyperbolic_kernels_by_level).sinh; }
const UnaryKernels& cosh_function() { return active(hyperbolic_kernels_by_level).cosh; }
const UnaryKernels& tanh_function() { return active(hyperbolic_kernels_by_level).tanh; }

}  // namespace mlmath
