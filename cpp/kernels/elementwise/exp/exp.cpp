// SPDX-License-Identifier: BSD-3-Clause
// Exponentials: dispatch.
#include "kernels/elementwise/exp/exp.hpp"

#include "kernels/elementwise/exp/exp_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(ExpKernels, exp_kernels);

const UnaryKernels& exp_function() { return active(exp_kernels_by_level).exp; }
const UnaryKernels& exp2_function() { return active(exp_kernels_by_level).exp2; }
const UnaryKernels& expm1_function() { return active(exp_kernels_by_level).expm1; }

}  // namespace mlmath
